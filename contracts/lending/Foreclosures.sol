// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IForeclosureAuction} from "../../interfaces/lending/IForeclosureAuction.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {IdWord} from "./libraries/IdWords.sol";
import {Instalments} from "./libraries/Instalments.sol";
import {RunningSlot, StandingSlot} from "./libraries/LoanSlots.sol";
import {Servicing} from "./Servicing.sol";

/// @title Notices, foreclosures, and how they end
/// @notice The book says when a share may be sold and what becomes of the proceeds; the auction finds the price. Nothing
/// is seized on a value that is not valid, and while the guardian stops foreclosures, at the desk, none
/// begins or ends.
/// @dev No foreign code runs in any of this: coins move by our own token, shares by liens, without a receiver's hook.
abstract contract Foreclosures is Servicing {
    IForeclosureAuction internal immutable AUCTION;
    uint256 internal immutable FORECLOSURE_DAYS;
    uint256 internal immutable NOTICE_PERIOD;

    mapping(address borrower => uint256) internal _surplus;

    modifier onlyAuction() {
        _requireAuction();
        _;
    }

    constructor(BookPeers memory peers, BookTerms memory given) {
        AUCTION = peers.auction;
        FORECLOSURE_DAYS = given.foreclosureDays;
        NOTICE_PERIOD = given.noticePeriod;
    }

    /* NOTICE */

    /// @inheritdoc ILoanBook
    function giveNotice(LoanId loanId) external {
        Touch memory loan;
        _open(loan, loanId);
        _requireStage(loanId, loan.core, Stage.Active);
        require(loan.standing.noticeAt() == 0, AlreadyUnderNotice(loanId, loan.standing.noticeAt()));
        _count(loan);
        _setValue(loan, _requireValidValue(loan));
        require(_isAboveNotice(loan), NoticeNotDue(loanId, loan.debt, loan.agreed.value()));
        loan.standing = StandingSlot.make(0, block.timestamp, _stoppedTime(loan));
        emit NoticeGiven(loanId, msg.sender, loan.debt, loan.agreed.value());
        _push(loan);
    }

    /// @dev The sum of the shares' values, which must all be valid.
    function _requireValidValue(Touch memory loan) private view returns (uint256 valueUsd) {
        ShareId invalid;
        IPropertyValuation.ValueStatus why;
        (valueUsd, invalid, why) = _valueOf(loan);
        require(invalid.raw() == 0, ValueNotValid(invalid.property(), uint8(why)));
    }

    /// @dev How long the clocks of a loan have stood still.
    function _stoppedTime(Touch memory loan) internal view returns (uint256) {
        return DESK.stoppedTime(loan.running.share(), _loans[loan.id].debtor.borrower());
    }

    /// @dev For how long the notice has run; 0 if none stands.
    function _noticeRan(Touch memory loan) internal view returns (uint256) {
        uint256 noticeAt = loan.standing.noticeAt();
        if (noticeAt == 0) return 0;
        uint256 stopped = Math.saturatingSub(_stoppedTime(loan), loan.standing.stoppedBefore());
        unchecked {
            return Math.saturatingSub(block.timestamp - noticeAt, stopped);
        }
    }

    /* FORECLOSURE */

    /// @inheritdoc ILoanBook
    function startForeclosure(LoanId loanId) external {
        Touch memory loan;
        _open(loan, loanId);
        _requireStage(loanId, loan.core, Stage.Active);
        _requireNotStopped();
        uint256 daysPastDue = _daysPastDue(loan);
        if (daysPastDue < FORECLOSURE_DAYS) {
            _requireNoticeEnded(loan, daysPastDue);
            loan.running = loan.running.with(RunningSlot.BY_NOTICE, true);
            _loans[loanId].running = loan.running;
        }
        _loans[loanId].core = loan.core.withStage(Stage.Foreclosing);
        emit ForeclosureStarted(loanId, msg.sender, loan.debt, loan.agreed.value());
        _openAuction(loan);
    }

    function _requireNotStopped() private view {
        DESK.requireForeclosures();
    }

    /// @dev Requires that a notice stands, has run its period, and that the debt is still above its limit.
    function _requireNoticeEnded(Touch memory loan, uint256 daysPastDue) private view {
        uint256 ran = _noticeRan(loan);
        require(
            loan.standing.noticeAt() != 0 && ran >= NOTICE_PERIOD
                && loan.debt * WHOLE_BPS > _requireValidValue(loan) * NOTICE_LTV_BPS,
            NotForeclosable(loan.id, daysPastDue, ran)
        );
    }

    function _daysPastDue(Touch memory loan) internal view returns (uint256) {
        return Math.saturatingSub(block.timestamp / 1 days, Instalments.dueDayOf(loan.core.dueAt()));
    }

    /// @dev Opens the auction of the first share, whose value must be valid.
    function _openAuction(Touch memory loan) private {
        (bool opens, IPropertyValuation.ValueStatus status) = _tryOpenAuction(loan);
        require(opens, ValueNotValid(loan.running.share().property(), uint8(status)));
    }

    /// @dev Opens it if that value can be relied on; nothing is a value, too.
    function _tryOpenAuction(Touch memory loan) private returns (bool opens, IPropertyValuation.ValueStatus status) {
        uint256 valueUsd;
        (valueUsd, status) = _shareValue(loan.running.share());
        opens = status == VALID;
        if (opens) AUCTION.open(loan.id, loan.running.share(), valueUsd, _stoppedTime(loan));
    }

    /// @inheritdoc ILoanBook
    function openNext(LoanId loanId) external {
        Touch memory loan;
        _auctioned(loan, loanId);
        require(loan.running.has(RunningSlot.NEXT_WAITS), WrongStage(loanId, loan.core.stage()));
        _setWaiting(loan, false);
        _openAuction(loan);
    }

    /* HOW AN AUCTION ENDS */

    function _requireAuction() private view {
        require(msg.sender == address(AUCTION), NotAuction(msg.sender));
    }

    /// @inheritdoc ILoanBook
    function settle(LoanId loanId, address buyer, uint256 coins, uint256 priceUsd, uint256 costsUsd)
        external
        onlyAuction
        returns (ShareId sold)
    {
        Touch memory loan;
        _auctioned(loan, loanId);
        sold = loan.moved;
        uint256 kept;
        unchecked {
            // Of the auction, whose costs are a part of the price; prices and coins have 97 bits.
            uint256 netUsd = priceUsd - costsUsd;
            if (netUsd >= loan.debt) {
                // The part of the coins that debt and costs are of the price is burned.
                kept = coins - Math.ceilDiv(coins * (loan.debt + costsUsd), priceUsd);
                if (kept != 0) _oweSurplus(loanId, kept);
                loan.ends = Stage.Foreclosed;
            } else {
                loan.credit = netUsd;
            }
        }
        _goOnOrEnd(loan, buyer);
        if (loan.ends == Stage.WrittenOff) LOANS.forecloseForCoins(loan.before, buyer, coins);
        else _payInCoins(loan, buyer, coins, kept);
        _openNextIfValid(loan);
    }

    /// @inheritdoc ILoanBook
    function takeHome(LoanId loanId, uint256 floorUsd) external onlyAuction returns (ShareId taken, uint256 valueUsd) {
        Touch memory loan;
        _auctioned(loan, loanId);
        taken = loan.moved;
        valueUsd = Math.min(LOANS.carryingValueOf(loan.before) / loan.core.shareCount(), floorUsd);
        (loan.credit, loan.takenUsd) = (valueUsd, valueUsd);
        _goOnOrEnd(loan, address(TREASURY));
        LOANS.takeHome(loan.before, loan.next, taken, valueUsd);
        _openNextIfValid(loan);
    }

    /// @dev A loan whose first share is in an auction that may end now.
    function _auctioned(Touch memory loan, LoanId loanId) private view {
        _open(loan, loanId);
        _requireStage(loanId, loan.core, Stage.Foreclosing);
        _requireNotStopped();
        loan.moved = loan.running.share();
    }

    /// @dev The first share goes to `to`. The debt is met, or it was the last one: the loan ends. Or it goes on without that
    /// share, owing its credit less: no instalment is met and nothing is cured by it.
    function _goOnOrEnd(Touch memory loan, address to) private {
        uint256 count = loan.core.shareCount();
        if (loan.ends == Stage.None && count == 1) loan.ends = Stage.WrittenOff;
        if (loan.ends == Stage.None) _goOn(loan, count);
        else _close(loan);
        SHARES.moveByLien(loan.moved, to);
    }

    function _goOn(Touch memory loan, uint256 count) private {
        uint256 noticeRan = _noticeRan(loan);
        _count(loan);
        _setLoanOf(loan.moved, 0);
        IdWord more = _loans[loan.id].more;
        loan.running = loan.running.withShare(ShareId.wrap(more.idAt(0)));
        _loans[loan.id].more = more.shifted();
        unchecked {
            // From now on the stops of another share count: the notice is as if given so long ago.
            if (loan.standing.noticeAt() != 0) {
                loan.standing =
                    StandingSlot.make(loan.standing.impairedRaw(), block.timestamp - noticeRan, _stoppedTime(loan));
            }
            loan.core = loan.core.withShareCount(count - 1);
            (uint256 valueUsd, ShareId invalid,) = _valueOf(loan);
            if (invalid.raw() != 0) valueUsd = uint256(loan.agreed.value()) * (count - 1) / count;
            _setValue(loan, valueUsd);
        }
        _store(loan);
    }

    /// @dev Opens the next share's auction at once if its value can be relied on; else anyone does when it can.
    function _openNextIfValid(Touch memory loan) private {
        if (loan.ends != Stage.None) return;
        (bool opens,) = _tryOpenAuction(loan);
        if (!opens) _setWaiting(loan, true);
    }

    function _setWaiting(Touch memory loan, bool waits) private {
        Slots storage slots = _loans[loan.id];
        slots.running = slots.running.with(RunningSlot.NEXT_WAITS, waits);
    }

    /* SURPLUS */

    function _oweSurplus(LoanId loanId, uint256 coins) private {
        address borrower = _loans[loanId].debtor.borrower();
        unchecked {
            _surplus[borrower] += coins; // all coins that there can be have 96 bits
        }
        emit SurplusOwed(loanId, borrower, coins);
    }

    /// @inheritdoc ILoanBook
    function claimSurplus(address borrower, address to) external returns (uint256 coins) {
        coins = _surplus[borrower];
        require(coins != 0 && msg.sender == _currentWallet(borrower), NothingOwed(msg.sender));
        _surplus[borrower] = 0;
        emit SurplusClaimed(borrower, to, coins);
        COIN.transfer(to, coins);
    }
}
