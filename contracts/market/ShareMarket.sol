// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";
import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {IShareMarket} from "../../interfaces/market/IShareMarket.sol";
import {GuardianStop} from "../access/GuardianStop.sol";
import {Require} from "../access/Require.sol";
import {Asks} from "./Asks.sol";
import {Closing} from "./Closing.sol";
import {Escrow} from "./Escrow.sol";
import {LoanWords, SaleHead, SaleHeads} from "./libraries/SaleWords.sol";
import {Payments} from "./Payments.sol";

/// @title ShareMarket
/// @notice See {IShareMarket}.
/// @dev What it is made of, from the ground up: `Asks` (who offers what), `Payments` (tokens, fees), `Closing` (title against
/// money), `Escrow` (purchases that wait). Here: the ways in and out, and the switch.
///
/// Only tokens of the table are foreign code. Whatever moves them is locked against itself; what is not locked moves no
/// money. A purchase is written before its payment comes, a sale is gone before its money goes. `take` looks at the share
/// after all foreign payments came in, so that nothing done meanwhile goes by unseen.
/// @custom:kill The guardian's stop of the market; what was paid goes back after its deadline all the same. The market's rows
/// in certificate, valuation and loan desk are the DAO's.
contract ShareMarket is Escrow, ReentrancyGuardTransient, IGuardianStop {
    uint256 private constant MAX_SALE_FEE_BPS = 500;
    uint256 private constant MAX_PERIOD = 180 days;
    uint256 private constant MIN_PERIOD = 1 hours;

    /// @inheritdoc IShareMarket
    uint40 public immutable guardianStopPeriod;

    /// @param hub The permission hub for people.
    constructor(address hub, MarketPeers memory peers_, MarketTerms memory terms_, uint40 guardianStopPeriod_)
        AccessManaged(hub)
        Asks(peers_, terms_)
        Payments(peers_, terms_)
        Closing(peers_)
        Escrow(terms_)
    {
        Require.code(address(peers_.credentials));
        Require.code(address(peers_.registry));
        Require.code(address(peers_.certificate));
        Require.code(address(peers_.valuation));
        Require.code(address(peers_.reader));
        Require.code(address(peers_.treasury));
        Require.code(address(peers_.splitter));
        Require.code(address(peers_.desk));
        Require.inRange("saleFeeBps", terms_.saleFeeBps, 0, MAX_SALE_FEE_BPS);
        Require.inRange("maxSettlePeriod", terms_.maxSettlePeriod, MIN_PERIOD, MAX_PERIOD);
        Require.inRange("minSettlePeriod", terms_.minSettlePeriod, MIN_PERIOD, terms_.maxSettlePeriod);
        Require.inRange("mediationPeriod", terms_.mediationPeriod, MIN_PERIOD, MAX_PERIOD);
        GuardianStop.requireValidPeriod(guardianStopPeriod_);
        guardianStopPeriod = guardianStopPeriod_;
    }

    /* AT ONCE */

    /// @inheritdoc IShareMarket
    /// @dev The ask is not marked as used: the share's move changes its fingerprint, and a seller can't buy from himself.
    function take(Ask memory ask, bytes calldata signature, Payment[] calldata payments, Permit[] calldata permits)
        external
        nonReentrant
    {
        _requireRunning();
        Deal memory deal;
        deal.askHash = askHashOf(ask);
        _requireAsk(ask, deal.askHash, signature);
        deal.documentsHash = ask.documentsHash;
        require(deal.documentsHash != 0, MissingDocuments(deal.askHash));
        _requireNotReplaced(ask.seller);
        deal.seller = ask.seller;
        (deal.buyer, deal.fromBuyer) = (msg.sender, true);
        (deal.parts, deal.coins) = _requirePaid(ask, payments, 0);
        _usePermits(permits);
        if (!_isCoinAlone(deal.parts)) _collect(deal.parts, false);
        _close(ask, deal);
    }

    /// @dev The parts of a payment that meets the price less what a loan brings, and the fee.
    function _requirePaid(Ask memory ask, Payment[] calldata payments, uint256 loanCoins)
        private
        view
        returns (Part[] memory parts, uint256 coins)
    {
        uint256 missingUsd;
        (parts, coins, missingUsd) = _parts(Math.saturatingSub(ask.priceUsd, loanCoins), payments, ask.currencies);
        require(missingUsd == 0, PaymentShort(missingUsd));
        uint256 fee = feeOf(ask.priceUsd);
        require(coins + loanCoins >= fee, FeeNeedsCoin(fee, coins + loanCoins));
    }

    /* IN STEPS */

    /// @inheritdoc IShareMarket
    function buy(
        Ask memory ask,
        bytes calldata signature,
        Payment[] calldata payments,
        Permit[] calldata permits,
        LoanId loanId
    ) external nonReentrant {
        _requireRunning();
        bytes32 askHash = askHashOf(ask);
        _requireAsk(ask, askHash, signature);
        _requireAsOffered(ask);
        CERTIFICATE.requireSaleable(ask.shareId, address(this));
        require(CREDENTIALS.isValid(msg.sender), InvalidCredential(msg.sender));
        uint256 loanCoins = loanId.raw() == 0 ? 0 : _promisedBy(loanId, ask);
        (Part[] memory parts,) = _requirePaid(ask, payments, loanCoins);
        _spend(ask, askHash);
        _enter(ask, askHash, parts);
        if (loanCoins != 0) {
            _sales[askHash].loan = LoanWords.make(loanId, loanCoins);
            emit Financed(askHash, loanId, loanCoins);
        }
        _usePermits(permits);
        _collect(parts, true);
    }

    /// @dev Writes a purchase.
    function _enter(Ask memory ask, bytes32 askHash, Part[] memory parts) private {
        Slots storage sale = _sales[askHash];
        uint256 flags;
        if (ask.documentsHash != 0) {
            flags = SaleHeads.BY_SELLER | SaleHeads.BY_BUYER;
            sale.documentsHash = ask.documentsHash;
        }
        SaleHead head = SaleHeads.make(msg.sender, block.timestamp + ask.settlePeriod, flags, parts.length);
        sale.head = head;
        for (uint256 i = 0; i < parts.length; ++i) {
            sale.parts[i] = parts[i];
        }
        emit Bought(askHash, ask.shareId, msg.sender, parts, head.deadline());
    }

    /// @inheritdoc IShareMarket
    function settle(Ask memory ask) external nonReentrant {
        _requireRunning();
        Deal memory deal;
        deal.askHash = askHashOf(ask);
        (Slots storage sale, SaleHead head) = _open(deal.askHash);
        if (head.has(SaleHeads.DISPUTED)) {
            Outcome decided = head.decided();
            require(decided == Outcome.Release, NotReleased(deal.askHash, decided));
        } else {
            (bool bySeller, bool byBuyer) = (head.has(SaleHeads.BY_SELLER), head.has(SaleHeads.BY_BUYER));
            require(bySeller && byBuyer, NotAttested(deal.askHash, bySeller, byBuyer));
        }
        deal.documentsHash = sale.documentsHash;
        (deal.loanId, deal.loanCoins) = (sale.loan.loanId(), sale.loan.coins());
        deal.seller = _walletOf(ask.seller);
        deal.buyer = _walletOf(head.buyer());
        uint256 count = head.parts();
        deal.parts = _partsOf(sale, count);
        for (uint256 i = 0; i < count; ++i) {
            if (deal.parts[i].currency == 0) deal.coins += deal.parts[i].amount;
        }
        _forget(deal.askHash, count);
        _close(ask, deal);
    }

    /// @inheritdoc IShareMarket
    function refund(Ask memory ask, address to) external nonReentrant {
        bytes32 askHash = askHashOf(ask);
        (, SaleHead head) = _known(askHash);
        address buyer = _walletOf(head.buyer());
        require(msg.sender == buyer || to == buyer, NotBuyer(msg.sender, buyer));
        require(to != address(this), InvalidRecipient(to));
        require(_isRefundable(ask, head), NotRefundable(askHash, head.deadline()));
        _refund(askHash, head, to);
    }

    /* SWITCH */

    /// @inheritdoc IShareMarket
    function stop(bytes32 what) external restricted {
        _stoppedUntil = GuardianStop.stop(stoppedUntil(what), guardianStopPeriod, what);
    }

    /// @inheritdoc IShareMarket
    function resume(bytes32 what) external restricted {
        _stoppedUntil = GuardianStop.resume(stoppedUntil(what), what);
    }

    /// @inheritdoc IShareMarket
    function stoppedUntil(bytes32 what) public view returns (uint40) {
        require(what == MARKET, UnknownSwitch(what));
        return _stoppedUntil;
    }

    /* VIEWS */

    /// @inheritdoc IShareMarket
    function peers() external view returns (MarketPeers memory) {
        return MarketPeers(
            CREDENTIALS, REGISTRY, CERTIFICATE, VALUATION, READER, IHomeDollar(address(COIN)), TREASURY, SPLITTER, DESK
        );
    }

    /// @inheritdoc IShareMarket
    function terms() external view returns (MarketTerms memory) {
        return MarketTerms(uint16(SALE_FEE_BPS), MIN_SETTLE_PERIOD, MAX_SETTLE_PERIOD, MEDIATION_PERIOD);
    }
}
