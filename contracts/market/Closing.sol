// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {ILoanDesk} from "../../interfaces/lending/ILoanDesk.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {Core, Debtor, Offer, Running} from "../lending/libraries/LoanSlots.sol";
import {CoinsForUsd} from "../lending/libraries/CoinsForUsd.sol";
import {Payments} from "./Payments.sol";

/// @title Title against money, in one go
/// @notice The seller's loan is paid off, the share moves, the buyer's loan is drawn on it, and everybody gets his part. If
/// any of it can't be, none of it happens.
/// @dev Nothing foreign runs before the share has moved: coin, books, certificate and valuation are ours. Other tokens go
/// out last.
abstract contract Closing is Payments {
    using CoinsForUsd for ITreasury;

    /// @dev A sale about to be closed.
    /// @param seller Who gets the money: his wallet of today. @param fromBuyer Whether the coins are the buyer's still;
    /// else they lie here. @param coins Of the payment, the loan's not among them. @param loanCoins What the buyer's loan is
    /// to bring.
    struct Deal {
        bytes32 askHash;
        bytes32 documentsHash;
        address seller;
        address buyer;
        bool fromBuyer;
        Part[] parts;
        uint256 coins;
        LoanId loanId;
        uint256 loanCoins;
    }

    ITreasury internal immutable TREASURY;
    IPropertyValuation internal immutable VALUATION;
    ILoanDesk internal immutable DESK;
    ILoanBook internal immutable BOOK;
    uint256 private immutable ORIGINATION_FEE_BPS;

    constructor(MarketPeers memory peers_) {
        TREASURY = peers_.treasury;
        VALUATION = peers_.valuation;
        DESK = peers_.desk;
        BOOK = peers_.desk.BOOK();
        ORIGINATION_FEE_BPS = peers_.desk.terms().originationFeeBps;
    }

    /// @dev Closes a sale whose payment is here, or in the buyer's hands for the coins.
    function _close(Ask memory ask, Deal memory deal) internal {
        address lienHolder = _requireUnchanged(ask, deal);
        uint256 fee = feeOf(ask.priceUsd);
        uint256 debt;
        if (lienHolder != address(0)) {
            if (deal.fromBuyer) {
                deal.fromBuyer = false;
                _pullCoins(deal.buyer, address(this), deal.coins);
            }
            // What the loan brings comes after the move, for which the debt must be paid.
            uint256 most = Math.min(deal.coins, deal.coins + deal.loanCoins - fee);
            debt = _payDebt(ILoanBook(lienHolder), ask.shareId, most);
        }
        emit Sold(ask.shareId, ask.seller, deal.buyer, deal.askHash, deal.documentsHash, ask.priceUsd, fee, debt);
        // One part in coin, as most sales: then there is nothing to look through.
        bool inCoinAlone = _isCoinAlone(deal.parts);
        address currency = inCoinAlone ? address(COIN) : _paidIn(deal.parts);
        CERTIFICATE.moveBySale(ask.shareId, ask.seller, deal.buyer, ask.priceUsd, currency);
        if (deal.loanCoins != 0) _drawLoan(ask, deal);
        _share(deal, fee, deal.coins + deal.loanCoins - fee - debt);
        _addFee(ask.shareId.property(), fee);
        VALUATION.reportSale(ask.shareId, ask.seller, deal.buyer, ask.priceUsd);
        if (!inCoinAlone) _payOut(deal.parts, deal.seller);
    }

    /// @dev The share is what was offered, and its manager approved the sale.
    function _requireUnchanged(Ask memory ask, Deal memory deal) private returns (address lienHolder) {
        address manager;
        (manager, lienHolder) = _requireFingerprint(ask);
        _spendApproval(ask.shareId, deal.askHash, deal.buyer, manager);
    }

    /// @dev The token of the first part that was paid: the coin's if a loan pays all.
    function _paidIn(Part[] memory parts) private view returns (address) {
        uint256 i = 0;
        while (i < parts.length && parts[i].amount == 0) ++i;
        return address(_tokenOf(i == parts.length ? 0 : parts[i].currency));
    }

    /// @dev Pays off the loan that the share secures.
    /// @return owed What it took, fees included (coins).
    function _payDebt(ILoanBook book, ShareId shareId, uint256 most) private returns (uint256 owed) {
        LoanId loanId = book.loanOfShare(shareId);
        owed = book.feesDueOf(loanId) + TREASURY.coinsForUp(book.debtOf(loanId));
        require(owed <= most, DebtNotCovered(loanId, owed, most));
        uint256 before = COIN.balanceOf(address(this));
        book.pay(loanId, owed);
        // The book takes no more than the debt is.
        owed = before - COIN.balanceOf(address(this));
    }

    /// @dev What an approved loan of the caller brings for this purchase (coins).
    function _promisedBy(LoanId loanId, Ask memory ask) internal view returns (uint256) {
        uint256[10] memory slots = BOOK.slotsOf(loanId);
        ILoanBook.Stage stage = Core.wrap(slots[0]).stage();
        require(stage == ILoanBook.Stage.Approved, ILoanBook.WrongStage(loanId, stage));
        Debtor debtor = Debtor.wrap(slots[4]);
        address borrower = _walletOf(debtor.borrower());
        require(msg.sender == borrower, NotBorrower(loanId, msg.sender, borrower));
        (ShareId shareId, uint256 priceUsd) = (Running.wrap(slots[1]).share(), Offer.wrap(slots[3]).priceUsd());
        require(shareId == ask.shareId && priceUsd == ask.priceUsd, OtherLoan(loanId, shareId, priceUsd));
        uint256 amount = debtor.face();
        return amount - Math.ceilDiv(amount * ORIGINATION_FEE_BPS, WHOLE_BPS);
    }

    /// @dev Draws the buyer's loan to here.
    function _drawLoan(Ask memory ask, Deal memory deal) private {
        uint256 coins = BOOK.drawForMarket(deal.loanId, deal.buyer, ask.priceUsd, address(this));
        require(coins == deal.loanCoins, LoanBroughtOther(deal.loanId, deal.loanCoins, coins));
    }

    /// @dev Gives the seller his coins, and leaves the fee here.
    function _share(Deal memory deal, uint256 fee, uint256 rest) private {
        if (!deal.fromBuyer) {
            if (rest != 0) COIN.transfer(deal.seller, rest);
            return;
        }
        _pullCoins(deal.buyer, deal.seller, rest);
        _pullCoins(deal.buyer, address(this), fee);
    }
}
