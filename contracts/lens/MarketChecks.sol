// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {ILoanDesk} from "../../interfaces/lending/ILoanDesk.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {ILoanChecks} from "../../interfaces/lens/ILoanChecks.sol";
import {IMarketChecks} from "../../interfaces/lens/IMarketChecks.sol";
import {IShareMarket} from "../../interfaces/market/IShareMarket.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {Require} from "../access/Require.sol";
import {SignatureCheck} from "../access/SignatureCheck.sol";
import {Core, Debtor, Offer, Running} from "../lending/libraries/LoanSlots.sol";
import {CheckBase} from "./CheckBase.sol";
import {SaleVotes} from "./libraries/SaleVotes.sol";

/// @title What a sale would come to now, or why it is refused
/// @notice See {IMarketChecks}.
/// @dev The market's own steps in their order, from {ShareMarket} down to {Asks}; see {CheckBase} for how.
/// @custom:kill Nothing to stop: it keeps no state and moves nothing.
contract MarketChecks is CheckBase, IMarketChecks {
    using SaleVotes for IShareMarket.Sale;

    /// @dev A sale about to be closed.
    /// @param fromBuyer Whether the coins are the buyer's still; else they lie in the market.
    struct Deal {
        bytes32 askHash;
        address buyer;
        bool fromBuyer;
        uint256 coins;
        LoanId loanId;
        uint256 loanCoins;
    }

    uint256 private constant WHOLE_BPS = 10_000;
    uint256 private constant MOST_PAYMENTS = 4;
    uint256 private constant PLACES = 8;
    /// @dev Name of the market's switch.
    bytes32 private constant STOP = "market";

    /// @inheritdoc IMarketChecks
    ILoanChecks public immutable LOAN_CHECKS;
    ILoanBook private immutable BOOK;
    uint24 private immutable MIN_SETTLE_PERIOD;
    uint24 private immutable MAX_SETTLE_PERIOD;
    uint256 private immutable ORIGINATION_FEE_BPS;

    /// @param market It names all that it works with.
    /// @param loanChecks It says what the loan book would say.
    constructor(IShareMarket market, ILoanChecks loanChecks) CheckBase(market) {
        Require.code(address(loanChecks));
        LOAN_CHECKS = loanChecks;
        ILoanDesk desk = SHARE_MARKET.peers().desk;
        (BOOK, ORIGINATION_FEE_BPS) = (desk.BOOK(), desk.terms().originationFeeBps);
        IShareMarket.MarketTerms memory terms = SHARE_MARKET.terms();
        (MIN_SETTLE_PERIOD, MAX_SETTLE_PERIOD) = (terms.minSettlePeriod, terms.maxSettlePeriod);
    }

    /// @inheritdoc IMarketChecks
    function MARKET() external view returns (IShareMarket) {
        return SHARE_MARKET;
    }

    /* CHECKS */

    /// @inheritdoc IMarketChecks
    function askCheck(address buyer, IShareMarket.Ask calldata ask, bytes calldata signature)
        external
        view
        returns (bytes memory)
    {
        return _refusal(abi.encodeCall(this.requireAsk, (buyer, ask, signature)));
    }

    /// @inheritdoc IMarketChecks
    function takeCheck(
        address buyer,
        IShareMarket.Ask calldata ask,
        bytes calldata signature,
        IShareMarket.Payment[] calldata payments
    ) external view returns (SaleQuote memory quote) {
        quote = _quoted(abi.encodeCall(this.requireSaleQuote, (buyer, ask, payments, LoanId.wrap(0))));
        quote.refusal = _refusal(abi.encodeCall(this.requireTake, (buyer, ask, signature, payments)));
    }

    /// @inheritdoc IMarketChecks
    function buyCheck(
        address buyer,
        IShareMarket.Ask calldata ask,
        bytes calldata signature,
        IShareMarket.Payment[] calldata payments,
        LoanId loanId
    ) external view returns (SaleQuote memory quote) {
        quote = _quoted(abi.encodeCall(this.requireSaleQuote, (buyer, ask, payments, loanId)));
        quote.refusal = _refusal(abi.encodeCall(this.requireBuy, (buyer, ask, signature, payments, loanId)));
    }

    /// @inheritdoc IMarketChecks
    function settleCheck(IShareMarket.Ask calldata ask) external view returns (SaleQuote memory quote) {
        quote = _quoted(abi.encodeCall(this.requireSettleQuote, (ask)));
        quote.refusal = _refusal(abi.encodeCall(this.requireSettle, (ask)));
    }

    /// @inheritdoc IMarketChecks
    function refundCheck(address caller, IShareMarket.Ask calldata ask, address to)
        external
        view
        returns (bytes memory)
    {
        return _refusal(abi.encodeCall(this.requireRefund, (caller, ask, to)));
    }

    /* QUOTES */

    function _quoted(bytes memory call) private view returns (SaleQuote memory quote) {
        (bool passed, bytes memory read) = address(this).staticcall(call);
        if (passed) return abi.decode(read, (SaleQuote));
    }

    /// @inheritdoc IMarketChecks
    function requireSaleQuote(
        address buyer,
        IShareMarket.Ask calldata ask,
        IShareMarket.Payment[] calldata payments,
        LoanId loanId
    ) external view returns (SaleQuote memory quote) {
        if (loanId.raw() != 0) {
            quote.loanCoins = _promisedBy(loanId, buyer, ask);
        }
        (quote.parts, quote.missingUsd) = _partsOf(ask, payments, quote.loanCoins);
        _readShares(quote, ask);
    }

    /// @inheritdoc IMarketChecks
    function requireSettleQuote(IShareMarket.Ask calldata ask) external view returns (SaleQuote memory quote) {
        IShareMarket.Sale memory sale = SHARE_MARKET.saleOf(SHARE_MARKET.askHashOf(ask));
        (quote.parts, quote.loanCoins) = (sale.parts, sale.loanCoins);
        _readShares(quote, ask);
    }

    /// @dev Who gets what of the coins.
    function _readShares(SaleQuote memory quote, IShareMarket.Ask calldata ask) private view {
        (,,, address lienHolder) = CERTIFICATE.standingOf(ask.shareId);
        quote.fee = SHARE_MARKET.feeOf(ask.priceUsd);
        (quote.debtLoan, quote.debt) = _debtOn(ILoanBook(lienHolder), ask.shareId);
        uint256 coins = quote.loanCoins + _coinsOf(quote.parts);
        quote.toSeller = Math.saturatingSub(coins, quote.fee + quote.debt);
        quote.complete = true;
    }

    function _coinsOf(IShareMarket.Part[] memory parts) private pure returns (uint256 coins) {
        for (uint256 i = 0; i < parts.length; ++i) {
            if (parts[i].currency == 0) coins += parts[i].amount;
        }
    }

    /// @dev What is taken of each payment. The market's own quote knows no seller's choice: so the first payment that he
    /// does not take is looked for here, and those before it are quoted first.
    function _partsOf(IShareMarket.Ask calldata ask, IShareMarket.Payment[] calldata payments, uint256 loanCoins)
        private
        view
        returns (IShareMarket.Part[] memory parts, uint256 missingUsd)
    {
        uint256 count = payments.length;
        require(count <= MOST_PAYMENTS, IShareMarket.TooManyPayments(count, MOST_PAYMENTS));
        uint256 taken = 0;
        while (taken < count && _takes(ask, payments[taken].currency)) ++taken;
        uint96 usd = uint96(Math.saturatingSub(ask.priceUsd, loanCoins));
        (parts, missingUsd) = SHARE_MARKET.quote(usd, payments[:taken]);
        if (taken != count) revert IShareMarket.CurrencyNotTaken(payments[taken].currency, ask.currencies);
    }

    function _takes(IShareMarket.Ask calldata ask, uint8 place) private pure returns (bool) {
        return place < PLACES && ask.currencies >> place & 1 == 1;
    }

    /// @dev What an approved loan of the buyer brings for this purchase (coins).
    function _promisedBy(LoanId loanId, address buyer, IShareMarket.Ask calldata ask) private view returns (uint256) {
        uint256[10] memory slots = BOOK.slotsOf(loanId);
        ILoanBook.Stage stage = Core.wrap(slots[0]).stage();
        require(stage == ILoanBook.Stage.Approved, ILoanBook.WrongStage(loanId, stage));
        Debtor debtor = Debtor.wrap(slots[4]);
        address borrower = _walletOf(debtor.borrower());
        require(buyer == borrower, IShareMarket.NotBorrower(loanId, buyer, borrower));
        (ShareId shareId, uint256 priceUsd) = (Running.wrap(slots[1]).share(), Offer.wrap(slots[3]).priceUsd());
        require(shareId == ask.shareId && priceUsd == ask.priceUsd, IShareMarket.OtherLoan(loanId, shareId, priceUsd));
        uint256 amount = debtor.face();
        return amount - Math.ceilDiv(amount * ORIGINATION_FEE_BPS, WHOLE_BPS);
    }

    /* THE MARKET'S STEPS */

    /// @inheritdoc IMarketChecks
    function requireAsk(address buyer, IShareMarket.Ask calldata ask, bytes calldata signature) external view {
        _requireOffered(buyer, ask, signature);
        require(buyer == address(0) || CREDENTIALS.isValid(buyer), IShareMarket.InvalidCredential(buyer));
    }

    /// @inheritdoc IMarketChecks
    function requireTake(
        address buyer,
        IShareMarket.Ask calldata ask,
        bytes calldata signature,
        IShareMarket.Payment[] calldata payments
    ) external view {
        _requireMarketRuns();
        Deal memory deal;
        (deal.askHash, deal.buyer, deal.fromBuyer) = (SHARE_MARKET.askHashOf(ask), buyer, true);
        _requireAsk(buyer, ask, deal.askHash, signature);
        require(ask.documentsHash != 0, IShareMarket.MissingDocuments(deal.askHash));
        _requireNotReplaced(ask.seller);
        IShareMarket.Part[] memory parts = _requirePaid(ask, payments, 0);
        deal.coins = _coinsOf(parts);
        _requireCollectable(buyer, parts, false);
        _requireClosable(ask, deal);
    }

    /// @inheritdoc IMarketChecks
    function requireBuy(
        address buyer,
        IShareMarket.Ask calldata ask,
        bytes calldata signature,
        IShareMarket.Payment[] calldata payments,
        LoanId loanId
    ) external view {
        _requireOffered(buyer, ask, signature);
        require(CREDENTIALS.isValid(buyer), IShareMarket.InvalidCredential(buyer));
        uint256 loanCoins = loanId.raw() == 0 ? 0 : _promisedBy(loanId, buyer, ask);
        _requireCollectable(buyer, _requirePaid(ask, payments, loanCoins), true);
    }

    /// @inheritdoc IMarketChecks
    function requireSettle(IShareMarket.Ask calldata ask) external view {
        _requireMarketRuns();
        Deal memory deal;
        deal.askHash = SHARE_MARKET.askHashOf(ask);
        IShareMarket.Sale memory sale = _known(deal.askHash);
        require(!sale.refunding, IShareMarket.SaleRefunded(deal.askHash));
        require(block.timestamp <= sale.deadline, IShareMarket.SaleExpired(deal.askHash, sale.deadline));
        if (sale.disputed) {
            IShareMarket.Outcome decided = sale.decided();
            require(decided == IShareMarket.Outcome.Release, IShareMarket.NotReleased(deal.askHash, decided));
        } else {
            require(sale.bySeller && sale.byBuyer, IShareMarket.NotAttested(deal.askHash, sale.bySeller, sale.byBuyer));
        }
        deal.buyer = _walletOf(sale.buyer);
        (deal.coins, deal.loanId, deal.loanCoins) = (_coinsOf(sale.parts), sale.loanId, sale.loanCoins);
        _requireClosable(ask, deal);
    }

    /// @inheritdoc IMarketChecks
    function requireRefund(address caller, IShareMarket.Ask calldata ask, address to) external view {
        bytes32 askHash = SHARE_MARKET.askHashOf(ask);
        IShareMarket.Sale memory sale = _known(askHash);
        address buyer = _walletOf(sale.buyer);
        require(caller == buyer || to == buyer, IShareMarket.NotBuyer(caller, buyer));
        require(to != address(SHARE_MARKET), IShareMarket.InvalidRecipient(to));
        if (block.timestamp > sale.deadline || sale.refunding || sale.decided() == IShareMarket.Outcome.Refund) return;
        (bytes32 fingerprint,,,) = CERTIFICATE.standingOf(ask.shareId);
        require(fingerprint != ask.fingerprint, IShareMarket.NotRefundable(askHash, sale.deadline));
    }

    function _known(bytes32 askHash) private view returns (IShareMarket.Sale memory sale) {
        sale = SHARE_MARKET.saleOf(askHash);
        require(sale.buyer != address(0), IShareMarket.NoSale(askHash));
    }

    function _requireMarketRuns() private view {
        _requireRunning(SHARE_MARKET.stoppedUntil(STOP), STOP);
    }

    /// @dev The ask makes sense, is not over, is for the buyer, and is its seller's word.
    function _requireAsk(address buyer, IShareMarket.Ask calldata ask, bytes32 askHash, bytes calldata signature)
        private
        view
    {
        require(ask.priceUsd != 0, IShareMarket.MissingPrice(ask.shareId));
        require(block.timestamp <= ask.expiresAt, IShareMarket.AskExpired(ask.expiresAt, block.timestamp));
        require(
            ask.settlePeriod >= MIN_SETTLE_PERIOD && ask.settlePeriod <= MAX_SETTLE_PERIOD,
            IShareMarket.SettlePeriodOutOfRange(ask.settlePeriod, MIN_SETTLE_PERIOD, MAX_SETTLE_PERIOD)
        );
        require(buyer != ask.seller, IShareMarket.OwnShare(ask.shareId, ask.seller));
        if (buyer != address(0) && ask.buyer != address(0) && buyer != ask.buyer) {
            address named = _walletOf(ask.buyer);
            require(buyer == named, IShareMarket.NotBuyer(buyer, named));
        }
        if (signature.length == 0) {
            (IShareMarket.Ask memory listed,) = SHARE_MARKET.listingOf(ask.shareId);
            require(askHash == SHARE_MARKET.askHashOf(listed), IShareMarket.NotListed(ask.shareId, ask.nonce));
        } else {
            require(SHARE_MARKET.isNonceLive(ask.seller, ask.nonce), IShareMarket.AskSpent(ask.seller, ask.nonce));
            bool isSigned = SignatureCheck.isSignedBy(ask.seller, SHARE_MARKET.digestOf(ask), signature);
            require(isSigned, IShareMarket.InvalidSignature(ask.seller));
        }
    }

    /// @dev It is his word, and the share is what he offers, and can move.
    function _requireOffered(address buyer, IShareMarket.Ask calldata ask, bytes calldata signature) private view {
        _requireMarketRuns();
        _requireAsk(buyer, ask, SHARE_MARKET.askHashOf(ask), signature);
        _requireFingerprint(ask);
        _requireNotReplaced(ask.seller);
        CERTIFICATE.requireSaleable(ask.shareId, address(SHARE_MARKET));
    }

    function _requireFingerprint(IShareMarket.Ask calldata ask)
        private
        view
        returns (address manager, address lienHolder)
    {
        bytes32 found;
        address owner;
        (found, owner, manager, lienHolder) = CERTIFICATE.standingOf(ask.shareId);
        require(owner == ask.seller, IShareMarket.NotShareOwner(ask.shareId, ask.seller, owner));
        require(found == ask.fingerprint, IShareMarket.FingerprintChanged(ask.shareId, ask.fingerprint, found));
    }

    function _requireNotReplaced(address seller) private view {
        require(!CREDENTIALS.isReplaced(seller), IShareMarket.WalletReplaced(seller, _walletOf(seller)));
    }

    /// @dev The payments meet the price less what a loan brings, and the fee.
    function _requirePaid(IShareMarket.Ask calldata ask, IShareMarket.Payment[] calldata payments, uint256 loanCoins)
        private
        view
        returns (IShareMarket.Part[] memory parts)
    {
        uint256 missingUsd;
        (parts, missingUsd) = _partsOf(ask, payments, loanCoins);
        require(missingUsd == 0, IShareMarket.PaymentShort(missingUsd));
        (uint256 fee, uint256 coins) = (SHARE_MARKET.feeOf(ask.priceUsd), _coinsOf(parts) + loanCoins);
        require(coins >= fee, IShareMarket.FeeNeedsCoin(fee, coins));
    }

    /// @dev The tokens, when the market takes the parts in their order.
    function _requireCollectable(address buyer, IShareMarket.Part[] memory parts, bool withCoins) private view {
        uint256[PLACES] memory spent;
        for (uint256 i = 0; i < parts.length; ++i) {
            (uint8 place, uint256 amount) = (parts[i].currency, parts[i].amount);
            if (amount == 0 || (place == 0 && !withCoins)) continue;
            (IERC20 token,,) = SHARE_MARKET.currencyOf(place);
            _requireMoves(token, buyer, address(SHARE_MARKET), amount, spent[place]);
            spent[place] += amount;
        }
    }

    /// @dev Title against money.
    function _requireClosable(IShareMarket.Ask calldata ask, Deal memory deal) private view {
        (address manager, address lienHolder) = _requireFingerprint(ask);
        _requireApproved(ask.shareId, deal, manager);
        uint256 fee = SHARE_MARKET.feeOf(ask.priceUsd);
        LoanId paidOff;
        if (lienHolder != address(0)) {
            if (deal.fromBuyer) _requireMoves(COIN, deal.buyer, address(SHARE_MARKET), deal.coins, 0);
            deal.fromBuyer = false;
            paidOff = _requireDebtPaid(ask.shareId, ILoanBook(lienHolder), deal, fee);
        }
        _requireSold(ask.shareId, ask.seller, deal.buyer);
        if (deal.loanCoins != 0) {
            if (lienHolder != address(BOOK)) paidOff = LoanId.wrap(0);
            LOAN_CHECKS.requireDrawForMarket(address(SHARE_MARKET), deal.loanId, deal.buyer, ask.priceUsd, paidOff);
        }
        if (deal.fromBuyer) {
            uint256 rest = deal.coins - fee;
            if (rest != 0) _requireMoves(COIN, deal.buyer, address(SHARE_MARKET), rest, 0);
            if (fee != 0) _requireMoves(COIN, deal.buyer, address(SHARE_MARKET), fee, rest);
        }
        _requireReporter(address(SHARE_MARKET));
    }

    function _requireApproved(ShareId shareId, Deal memory deal, address manager) private view {
        bytes32 saleHash = SHARE_MARKET.saleHashOf(deal.askHash, deal.buyer);
        (address by, uint40 until) = SHARE_MARKET.approvalOf(shareId.property(), saleHash);
        require(by == manager && block.timestamp <= until, IShareMarket.SaleNotApproved(shareId, saleHash, by, until));
    }

    function _requireDebtPaid(ShareId shareId, ILoanBook book, Deal memory deal, uint256 fee)
        private
        view
        returns (LoanId loanId)
    {
        uint256 owed;
        (loanId, owed) = _debtOn(book, shareId);
        uint256 most = Math.min(deal.coins, deal.coins + deal.loanCoins - fee);
        require(owed <= most, IShareMarket.DebtNotCovered(loanId, owed, most));
        _requirePayable(book);
    }

    /// @dev The certificate, when the market moves a share whose loan is paid off.
    function _requireSold(ShareId shareId, address seller, address buyer) private view {
        address mover = address(SHARE_MARKET);
        require(CERTIFICATE.holderRights(mover).maySell, IShareCertificate.NotHolder(mover));
        IERC721 shares = IERC721(address(CERTIFICATE));
        require(
            shares.getApproved(shareId.raw()) == mover || shares.isApprovedForAll(seller, mover),
            IERC721Errors.ERC721InsufficientApproval(mover, shareId.raw())
        );
        _requireUnfrozen(shareId, seller);
        (, address leaseHolder) = CERTIFICATE.encumbrancesOf(shareId);
        require(leaseHolder == address(0), IShareCertificate.ShareLocked(shareId, address(0), leaseHolder));
        _requireReceiver(buyer);
    }
}
