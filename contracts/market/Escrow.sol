// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../access/Roles.sol";
import {IShareMarket} from "../../interfaces/market/IShareMarket.sol";
import {Closing} from "./Closing.sol";
import {LoanWord, SaleHead, SaleHeads} from "./libraries/SaleWords.sol";

/// @title Purchases that wait: their payment, attestations, disputes, and the way back
/// @notice A sale is kept by its ask's hash, and later calls bring the ask again. It ends by `settle` or `refund`, and leaves
/// nothing behind.
abstract contract Escrow is Closing {
    /// @dev Head, documents and one slot for each part; one more if a loan pays.
    struct Slots {
        SaleHead head;
        bytes32 documentsHash;
        LoanWord loan;
        Part[MOST_PAYMENTS] parts;
    }

    uint24 internal immutable MEDIATION_PERIOD;

    mapping(bytes32 askHash => Slots) internal _sales;

    constructor(MarketTerms memory terms_) {
        MEDIATION_PERIOD = terms_.mediationPeriod;
    }

    /* DOCUMENTS */

    /// @inheritdoc IShareMarket
    function attestDocuments(Ask memory ask, bytes32 documentsHash) external {
        bytes32 askHash = askHashOf(ask);
        (Slots storage sale, SaleHead head) = _open(askHash);
        require(documentsHash != 0, MissingValue(askHash));
        uint256 flag = _isSeller(ask, head) ? SaleHeads.BY_SELLER : SaleHeads.BY_BUYER;
        if (sale.documentsHash != documentsHash) {
            sale.documentsHash = documentsHash;
            head = head.without(SaleHeads.BY_SELLER | SaleHeads.BY_BUYER);
        }
        sale.head = head.with(flag);
        emit DocumentsAttested(askHash, msg.sender, documentsHash);
    }

    /* DISPUTES */

    /// @inheritdoc IShareMarket
    function dispute(Ask memory ask) external {
        bytes32 askHash = askHashOf(ask);
        (Slots storage sale, SaleHead head) = _open(askHash);
        _isSeller(ask, head);
        require(!head.has(SaleHeads.DISPUTED), AlreadyDisputed(askHash));
        head = head.extended(MEDIATION_PERIOD);
        sale.head = head;
        emit SaleDisputed(askHash, msg.sender, head.deadline());
    }

    /// @inheritdoc IShareMarket
    function resolve(Ask memory ask, Outcome outcome) external {
        bytes32 askHash = askHashOf(ask);
        (Slots storage sale, SaleHead head) = _open(askHash);
        require(head.has(SaleHeads.DISPUTED), NotDisputed(askHash));
        require(outcome != Outcome.None, MissingValue(askHash));
        Outcome decided = head.decided();
        require(decided == Outcome.None, AlreadyDecided(askHash, decided));
        sale.head = head.withVote(_voterOf(ask, head), outcome);
        emit Voted(askHash, msg.sender, outcome);
    }

    /// @dev A mediator who is a party has a party's voice only.
    function _voterOf(Ask memory ask, SaleHead head) private view returns (uint256) {
        if (msg.sender == _walletOf(ask.seller)) return SaleHeads.SELLER;
        if (msg.sender == _walletOf(head.buyer())) return SaleHeads.BUYER;
        _requireRole(Roles.MEDIATOR, msg.sender);
        return SaleHeads.MEDIATOR;
    }

    /* THE WAY BACK */

    /// @dev Whether the money may go back.
    function _isRefundable(Ask memory ask, SaleHead head) internal view returns (bool) {
        return block.timestamp > head.deadline() || head.has(SaleHeads.REFUNDING) || head.decided() == Outcome.Refund
            || _fingerprintOf(ask.shareId) != ask.fingerprint;
    }

    /// @dev Gives all parts back that their tokens let go, and forgets the sale when none is left.
    function _refund(bytes32 askHash, SaleHead head, address to) internal {
        Slots storage sale = _sales[askHash];
        // From now on there is no other way, whatever a token's code calls meanwhile.
        sale.head = head.with(SaleHeads.REFUNDING);
        (bool isWhole, bool isNothing) = (true, true);
        uint256 count = head.parts();
        for (uint256 i = 0; i < count; ++i) {
            Part memory part = sale.parts[i];
            if (part.amount == 0) continue;
            isNothing = false;
            if (_giveBack(part, to)) {
                delete sale.parts[i];
                emit Refunded(askHash, to, part.currency, part.amount);
            } else {
                isWhole = false;
                emit RefundWaits(askHash, part.currency, part.amount);
            }
        }
        // A loan was to bring all of the price.
        if (isNothing) emit Refunded(askHash, to, 0, 0);
        if (isWhole) _forget(askHash, count);
    }

    /* SLOTS */

    /// @dev A sale that can still settle.
    function _open(bytes32 askHash) internal view returns (Slots storage sale, SaleHead head) {
        (sale, head) = _known(askHash);
        require(!head.has(SaleHeads.REFUNDING), SaleRefunded(askHash));
        require(block.timestamp <= head.deadline(), SaleExpired(askHash, head.deadline()));
    }

    function _known(bytes32 askHash) internal view returns (Slots storage sale, SaleHead head) {
        sale = _sales[askHash];
        head = sale.head;
        require(head.buyer() != address(0), NoSale(askHash));
    }

    function _partsOf(Slots storage sale, uint256 count) internal view returns (Part[] memory parts) {
        parts = new Part[](count);
        for (uint256 i = 0; i < count; ++i) {
            parts[i] = sale.parts[i];
        }
    }

    function _forget(bytes32 askHash, uint256 count) internal {
        Slots storage sale = _sales[askHash];
        sale.head = SaleHead.wrap(0);
        sale.documentsHash = 0;
        sale.loan = LoanWord.wrap(0);
        for (uint256 i = 0; i < count; ++i) {
            delete sale.parts[i];
        }
    }

    /// @dev Whether the caller is the seller; if not, he must be the buyer.
    function _isSeller(Ask memory ask, SaleHead head) private view returns (bool) {
        address seller = _walletOf(ask.seller);
        if (msg.sender == seller) return true;
        address buyer = _walletOf(head.buyer());
        require(msg.sender == buyer, NotParty(msg.sender, seller, buyer));
        return false;
    }

    /// @inheritdoc IShareMarket
    function saleOf(bytes32 askHash) external view returns (Sale memory page) {
        Slots storage sale = _sales[askHash];
        SaleHead head = sale.head;
        (page.buyer, page.deadline, page.documentsHash) = (head.buyer(), head.deadline(), sale.documentsHash);
        page.disputed = head.has(SaleHeads.DISPUTED);
        page.refunding = head.has(SaleHeads.REFUNDING);
        (page.bySeller, page.byBuyer) = (head.has(SaleHeads.BY_SELLER), head.has(SaleHeads.BY_BUYER));
        page.sellerVote = head.voteOf(SaleHeads.SELLER);
        page.buyerVote = head.voteOf(SaleHeads.BUYER);
        page.mediatorVote = head.voteOf(SaleHeads.MEDIATOR);
        page.parts = _partsOf(sale, head.parts());
        (page.loanId, page.loanCoins) = (sale.loan.loanId(), sale.loan.coins());
    }
}
