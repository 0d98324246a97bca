// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFeeSplitter} from "../../interfaces/coin/IFeeSplitter.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {ILienHolder} from "../../interfaces/property/ILienHolder.sol";
import {Require} from "../access/Require.sol";
import {Ageing} from "../coin/libraries/Ageing.sol";
import {Foreclosures} from "./Foreclosures.sol";
import {DueCounts, OriginatorRow} from "./libraries/DueCounts.sol";
import {IdWord} from "./libraries/IdWords.sol";
import {Agreed, Arrears, Core, Debtor, Offer, Reset, Running, RunningSlot, Standing} from "./libraries/LoanSlots.sol";
import {LoanStore} from "./LoanStore.sol";
import {Servicing} from "./Servicing.sol";
import {Draws} from "./Draws.sol";

/// @title LoanBook
/// @notice See {ILoanBook}.
/// @dev What it is made of, from the ground up: `LoanStore` (slots), `Draws`, `Servicing`, `Foreclosures`.
/// No person has a role here: who has one works at the desk.
/// @custom:kill The guardian stops foreclosures at the desk; new loans stop with the treasury's switch for
/// lending, or when the DAO closes the book at the ledger. Nothing stops payments.
contract LoanBook is Foreclosures {
    using DueCounts for DueCounts.Originator;

    IFeeSplitter private immutable SPLITTER;
    /// @inheritdoc ILoanBook
    bytes32 public immutable makeUp;

    constructor(BookPeers memory peers, BookTerms memory given)
        LoanStore(peers, given)
        Draws(peers, given)
        Servicing(given)
        Foreclosures(peers, given)
    {
        _requireTerms(given);
        SPLITTER = peers.splitter;
        makeUp = keccak256(abi.encode(peers, given));
        // The splitter takes what is swept to it, and nothing else of ours is ever allowed to anybody.
        COIN.approve(address(SPLITTER), type(uint256).max);
    }

    function _requireTerms(BookTerms memory given) private pure {
        Require.inRange("noticeLtvBps", given.noticeLtvBps, 1, WHOLE_BPS);
        Require.inRange("capBps", given.capBps, 1, given.noticeLtvBps);
        Require.inRange("drawLtvBps", given.drawLtvBps, 1, given.capBps);
        Require.inRange("graceDays", given.graceDays, 0, Ageing.IMPAIRED_DAYS - 1);
        Require.inRange("foreclosureDays", given.foreclosureDays, Ageing.IMPAIRED_DAYS + 1, 365);
        Require.inRange("noticePeriod", given.noticePeriod, 1 days, 365 days);
        Require.inRange("mostApprovalPeriod", given.mostApprovalPeriod, 1 days, 365 days);
        // 16 bits count an originator's loans of one due day.
        Require.inRange("minLoan", given.minLoan, given.originatorCap / DueCounts.MOST_A_DAY + 1, given.borrowerCap);
        Require.inRange("minDebt", given.minDebt, 1, given.minLoan);
        // An instalment is at most the principal and a month's interest, and late fees are at most 48 of them: 96 bits.
        Require.inRange("borrowerCap", given.borrowerCap, given.minLoan, type(uint96).max / 64);
        Require.inRange("originatorCap", given.originatorCap, given.borrowerCap, type(uint96).max);
        Require.inRange("houseCapBps", given.houseCapBps, 1, WHOLE_BPS);
        Require.inRange("maxLateOfOriginator", given.maxLateOfOriginator, 0, 1_000);
        Require.inRange("originationFeeBps", given.originationFeeBps, 0, 500);
        Require.inRange("lateFeeBps", given.lateFeeBps, 0, 1_000);
        Require.inRange("marginBps", given.marginBps, 0, 2_000);
        Require.inRange("resetStepBps", given.resetStepBps, 1, given.lifeStepBps);
        Require.inRange("lifeStepBps", given.lifeStepBps, given.resetStepBps, 2_000);
        Require.inRange("fixingPeriod", given.fixingPeriod, 1 days, 180 days);
    }

    /* FEES */

    /// @inheritdoc ILoanBook
    function sweepFees(LoanId loanId) external returns (uint256 origination, uint256 late) {
        (origination, late) = feesOf(loanId);
        Slots storage slots = _loans[loanId];
        if (origination != 0) {
            slots.running = slots.running.with(RunningSlot.FEE_SWEPT, true);
            _sweep(loanId, IFeeSplitter.FeeKind.Origination, origination);
        }
        if (late != 0) {
            slots.lateFees = 0;
            _sweep(loanId, IFeeSplitter.FeeKind.Late, late);
        }
    }

    function _sweep(LoanId loanId, IFeeSplitter.FeeKind kind, uint256 coins) private {
        PropertyId propertyId = _loans[loanId].running.share().property();
        emit FeesSwept(loanId, propertyId, kind, coins);
        SPLITTER.pay(propertyId, kind, coins);
    }

    /// @inheritdoc ILoanBook
    /// @dev What was kept of a draw follows from the loan: it needs no slot of its own.
    function feesOf(LoanId loanId) public view returns (uint256 origination, uint256 late) {
        Slots storage slots = _loans[loanId];
        late = slots.lateFees;
        Running running = slots.running;
        if (running.since() != 0 && !running.has(RunningSlot.FEE_SWEPT)) {
            (origination,) = _keptOf(slots.debtor.face(), running.has(RunningSlot.IN_CASH));
        }
    }

    /* VIEWS: A LOAN */

    /// @inheritdoc ILoanBook
    function stageOf(LoanId loanId) external view returns (Stage) {
        return _loans[loanId].core.stage();
    }

    /// @inheritdoc ILoanBook
    function debtOf(LoanId loanId) external view returns (uint256) {
        Touch memory loan;
        return _isOpen(loan, loanId) ? loan.debt : 0;
    }

    /// @inheritdoc ILoanBook
    function feesDueOf(LoanId loanId) external view returns (uint256) {
        Touch memory loan;
        return _isOpen(loan, loanId) ? _chargeFees(loan) : 0;
    }

    /// @inheritdoc ILoanBook
    function daysPastDueOf(LoanId loanId) external view returns (uint256) {
        Touch memory loan;
        return _isOpen(loan, loanId) ? _daysPastDue(loan) : 0;
    }

    /// @inheritdoc ILoanBook
    function stoppedTimeOf(LoanId loanId) external view returns (uint256) {
        Slots storage slots = _loans[loanId];
        if (!_isOpenStage(slots.core)) return 0;
        return DESK.stoppedTime(slots.running.share(), slots.debtor.borrower());
    }

    /// @inheritdoc ILoanBook
    function noticeRanOf(LoanId loanId) external view returns (uint256) {
        Touch memory loan;
        return _isOpen(loan, loanId) ? _noticeRan(loan) : 0;
    }

    /// @dev Takes an open loan into hand, and says whether it is one.
    function _isOpen(Touch memory loan, LoanId loanId) private view returns (bool) {
        if (!_isOpenStage(_loans[loanId].core)) return false;
        _read(loan, loanId);
        return true;
    }

    function _isOpenStage(Core core) private pure returns (bool) {
        return core.isIn(Stage.Active) || core.isIn(Stage.Foreclosing);
    }

    /// @inheritdoc ILienHolder
    /// @dev With the rate as it was when the loan was last written.
    function termsOf(ShareId shareId) external view returns (Terms memory terms) {
        LoanId loanId = loanOfShare(shareId);
        require(loanId.raw() != 0, NotCollateral(shareId));
        Slots storage slots = _loans[loanId];
        Running running = slots.running;
        terms.lender = address(TREASURY);
        terms.amount = slots.debtor.face();
        terms.currency = address(COIN);
        terms.rateBps = slots.core.rateBps();
        terms.startedAt = slots.agreed.startedAt();
        unchecked {
            terms.termPeriod = uint40(running.instalments() * MONTH);
        }
        terms.kind = running.isOf(Kind.Fixed) ? "fixed" : "interest-only";
        if (running.isOf(Kind.Adjustable)) terms.kind = "adjustable";
    }

    /* ORIGINATORS */

    /// @inheritdoc ILoanBook
    function rollOriginator(uint256 number, uint256 mostDays) external {
        _originators[number].roll(_lastLateDay(), mostDays);
    }

    /* VIEWS: THE REST */

    /// @inheritdoc ILoanBook
    function originatorPage(uint256 number) external view returns (uint256 face, uint256 late, uint256 open) {
        OriginatorRow row = _originators[number].row;
        return (row.face(), _originators[number].lateOn(row, _lastLateDay()), row.open());
    }

    /// @inheritdoc ILoanBook
    function surplusOf(address borrower) external view returns (uint256) {
        return _surplus[borrower];
    }

    /* THE SLOTS */

    /// @inheritdoc ILoanBook
    function slotsOf(LoanId loanId) external view returns (uint256[10] memory) {
        Slots storage slots = _loans[loanId];
        return [
            Core.unwrap(slots.core),
            Running.unwrap(slots.running),
            Agreed.unwrap(slots.agreed),
            Offer.unwrap(slots.offer),
            Debtor.unwrap(slots.debtor),
            uint256(slots.ownerId),
            Arrears.unwrap(slots.arrears),
            Standing.unwrap(slots.standing),
            Reset.unwrap(slots.reset),
            IdWord.unwrap(slots.more)
        ];
    }

    /// @inheritdoc ILoanBook
    function idsOfOwner(bytes32 ownerId) external view returns (uint256) {
        return IdWord.unwrap(_ofOwner[ownerId]);
    }

    /// @inheritdoc ILoanBook
    function idsOfShares(uint256 eightShares) external view returns (uint256) {
        return IdWord.unwrap(_ofShares[eightShares]);
    }
}
