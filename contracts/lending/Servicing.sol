// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {Draws} from "./Draws.sol";
import {Annuity} from "./libraries/Annuity.sol";
import {DueCounts} from "./libraries/DueCounts.sol";
import {IdWords} from "./libraries/IdWords.sol";
import {Instalments} from "./libraries/Instalments.sol";
import {ArrearsSlot, ResetSlot} from "./libraries/LoanSlots.sol";
import {RateResets} from "./libraries/RateResets.sol";

/// @title Paying, and all else that happens to a loan while it runs
/// @notice A payment goes to late fees, then to the debt; it moves the due time past the instalments that it meets, takes
/// note of what the shares are worth and of a rate to come, and cures what it cures. Nobody can stop it, and no price is
/// needed where coins are paid.
/// @dev Everything is written before money moves. Coins move without foreign code; the reserve token's may come back, to
/// a loan that is paid already, while the treasury refuses what would count the cash under way.
abstract contract Servicing is Draws {
    using DueCounts for DueCounts.Originator;

    /// @dev Most shares that secure a loan.
    uint256 private constant MOST_SHARES = 8;
    /// @dev More coins than there can be; times a debt, they don't overflow.
    uint256 private constant MANY_COINS = type(uint128).max;
    /// @dev A dollar, and the units of cash in which the price of one is asked.
    uint256 private constant ONE = 1e18;

    uint256 internal immutable MIN_DEBT;
    uint256 internal immutable LATE_FEE_BPS;
    uint256 internal immutable MARGIN_BPS;
    uint256 internal immutable RESET_STEP_BPS;
    uint256 internal immutable LIFE_STEP_BPS;
    uint256 internal immutable FIXING_PERIOD;

    constructor(BookTerms memory given) {
        MIN_DEBT = given.minDebt;
        LATE_FEE_BPS = given.lateFeeBps;
        MARGIN_BPS = given.marginBps;
        RESET_STEP_BPS = given.resetStepBps;
        LIFE_STEP_BPS = given.lifeStepBps;
        FIXING_PERIOD = given.fixingPeriod;
    }

    /* PAYING */

    /// @inheritdoc ILoanBook
    function pay(LoanId loanId, uint256 coins) external returns (uint256 credit) {
        Touch memory loan;
        _open(loan, loanId);
        coins = Math.min(coins, MANY_COINS);
        uint256 due = _chargeFees(loan);
        uint256 fees = Math.min(due, coins);
        unchecked {
            if (coins != fees) {
                uint256 rest = coins - fees;
                credit = TREASURY.worthDown(rest);
                if (credit > loan.debt) {
                    // The part of the coins that the debt is of their worth.
                    coins = fees + Math.ceilDiv(rest * loan.debt, credit);
                    credit = loan.debt;
                }
            }
            require(credit != 0 || (fees != 0 && coins == fees), NothingPaid(loanId));
            loan.arrears = ArrearsSlot.make(due - fees, loan.arrears.charged(), 0);
        }
        loan.credit = credit;
        if (fees != 0) {
            unchecked {
                _loans[loanId].lateFees += fees; // all coins that there can be have 96 bits
            }
        }
        _credit(loan, fees);
        uint256 released = _payInCoins(loan, msg.sender, coins, fees);
        // Frozen coins pay their owner's own debt and nobody else's.
        if (released != 0 && msg.sender != _borrowerOf(loanId)) {
            revert FrozenCoins(msg.sender, coins, coins - released);
        }
    }

    /// @inheritdoc ILoanBook
    function payCash(LoanId loanId, uint256 cash, uint256 minCredit) external returns (uint256 credit) {
        Touch memory loan;
        _open(loan, loanId);
        uint256 due = _chargeFees(loan);
        require(due == 0, LateFeesDue(loanId, due));
        cash = Math.min(cash, MANY_COINS); // more units than there can be, too
        credit = _coinsForDown(cash);
        if (credit > loan.debt) {
            credit = loan.debt;
            unchecked {
                cash = Math.ceilDiv(credit * ONE, _coinsForDown(ONE)); // 97 and 60 bits
            }
        }
        require(credit != 0, NothingPaid(loanId));
        require(credit >= minCredit, TooLittleCredit(credit, minCredit));
        loan.credit = credit;
        _credit(loan, due);
        LOANS.payInCash(loan.before, loan.next, msg.sender, cash);
    }

    function _coinsForDown(uint256 cash) private view returns (uint256) {
        return TREASURY.coinsForDown(cash);
    }

    /// @dev Late fees due now (wei), with those of instalments whose grace has ended since they were counted last.
    function _chargeFees(Touch memory loan) internal view returns (uint256 due) {
        due = loan.arrears.fees();
        uint256 paid = _paidOf(loan);
        uint256 late = Instalments.lateCount(loan.core.dueAt(), paid, loan.running.instalments(), _lastLateDay());
        uint256 charged = Math.max(loan.arrears.charged(), paid);
        if (late <= charged) return due;
        unchecked {
            due += (late - charged) * Math.ceilDiv(_agreedInstalment(loan) * LATE_FEE_BPS, WHOLE_BPS);
        }
        loan.arrears = ArrearsSlot.make(due, late, loan.arrears.incomeRaw());
    }

    /// @dev The instalment agreed at the draw.
    function _agreedInstalment(Touch memory loan) private view returns (uint256) {
        if (!loan.running.isOf(Kind.Adjustable)) return loan.agreed.instalment();
        uint256 face = _loans[loan.id].debtor.face();
        return Annuity.levelInstalmentUp(face, loan.reset.firstBps(), loan.running.instalments());
    }

    /// @dev Writes a payment.
    function _credit(Touch memory loan, uint256 fees) private {
        uint256 left;
        unchecked {
            left = loan.debt - loan.credit;
        }
        if (left == 0) {
            loan.next.dueAt = loan.core.dueAt();
            loan.ends = Stage.Repaid;
            _close(loan);
        } else {
            require(left >= MIN_DEBT || loan.credit == 0, DustLeft(loan.id, left, MIN_DEBT));
            _count(loan);
            _advance(loan);
            _mark(loan);
            uint256 resetAt = _fixableReset(loan);
            if (resetAt != 0) _fixRate(loan, resetAt);
            _cure(loan);
            _store(loan);
        }
        emit Paid(loan.id, msg.sender, loan.credit, fees, left, uint40(loan.next.dueAt));
    }

    /// @dev Moves the due time past the instalments that a payment meets.
    function _advance(Touch memory loan) private {
        uint256 dueAt = loan.core.dueAt();
        uint256 unpaid;
        unchecked {
            unpaid = loan.running.instalments() - 1 - _paidOf(loan); // the last is never paid alone
        }
        (uint256 nextDueAt, uint256 towards) = Instalments.advanced(
            dueAt, loan.core.towards(), loan.credit, loan.agreed.instalment(), unpaid, block.timestamp
        );
        loan.core = loan.core.withTowards(towards, nextDueAt);
        if (nextDueAt == dueAt) return;
        loan.next.dueAt = nextDueAt;
        // One that waited since its time, for the loan was impaired. Smaller payments, of anybody, leave it waiting.
        if (_isResetDue(loan)) _adoptRate(loan, loan.next.principal);
        _originators[loan.running
            .originator()].move(Instalments.dueDayOf(dueAt), Instalments.dueDayOf(nextDueAt), _lastLateDay());
    }

    /* COLLATERAL AND VALUE */

    /// @inheritdoc ILoanBook
    function addCollateral(LoanId loanId, ShareId shareId) external {
        Touch memory loan;
        _open(loan, loanId);
        _requireBorrower(loanId, msg.sender);
        require(shareId.raw() <= IdWords.MAX_ID, NotCollateral(shareId));
        address owner = _ownerOf(shareId);
        require(msg.sender == owner, NotShareOwner(shareId, msg.sender, owner));
        uint256 count = loan.core.shareCount();
        require(count < MOST_SHARES, TooManyShares(loanId, MOST_SHARES));
        LoanId standing = loanOfShare(shareId);
        require(standing.raw() == 0, AlreadyCollateral(shareId, standing));
        _setLoanOf(shareId, loanId.raw());
        unchecked {
            _loans[loanId].more = _loans[loanId].more.withId(count - 1, shareId.raw());
            loan.core = loan.core.withShareCount(count + 1);
        }
        _count(loan);
        (uint256 valueUsd, ShareId invalid,) = _valueOf(loan);
        if (invalid.raw() != 0) {
            IPropertyValuation.ValueStatus status;
            (valueUsd, status) = _shareValue(shareId);
            valueUsd = loan.agreed.value() + (status == VALID ? valueUsd : 0);
        }
        _setValue(loan, valueUsd);
        _cure(loan);
        emit CollateralAdded(loanId, shareId);
        SHARES.placeLien(shareId);
        _push(loan);
    }

    /// @inheritdoc ILoanBook
    function mark(LoanId loanId) external {
        Touch memory loan;
        _open(loan, loanId);
        _count(loan);
        _mark(loan);
        _cure(loan);
        emit Marked(loanId, loan.agreed.value());
        _push(loan);
    }

    /// @inheritdoc ILoanBook
    function loanOfShare(ShareId shareId) public view returns (LoanId) {
        // Number 0 stands where no house has a share, so it has no loan.
        (uint256 eightShares, uint256 place) = _placeOf(shareId);
        return LoanId.wrap(_ofShares[eightShares].idAt(place));
    }

    /* RATES THAT ARE RESET */

    /// @inheritdoc ILoanBook
    function fixRate(LoanId loanId) external {
        Touch memory loan;
        _open(loan, loanId);
        _count(loan);
        uint256 resetAt = _fixableReset(loan);
        require(resetAt != 0, NothingToFix(loanId, uint40(_nextReset(loan)), loan.reset.nextBps()));
        _fixRate(loan, resetAt);
        _push(loan);
    }

    /// @dev The reset whose rate can be fixed now; 0 if there is none.
    function _fixableReset(Touch memory loan) private view returns (uint256 resetAt) {
        resetAt = _nextReset(loan);
        if (resetAt > block.timestamp + FIXING_PERIOD || resetAt == loan.reset.resetAt()) return 0;
    }

    /// @dev An adjustable loan's next reset; 0 if none comes.
    function _nextReset(Touch memory loan) internal view returns (uint256) {
        if (!loan.running.isOf(Kind.Adjustable)) return 0;
        uint256 startedAt = loan.agreed.startedAt();
        return RateResets.nextAfter(startedAt, startedAt + loan.running.instalments() * MONTH, block.timestamp);
    }

    function _fixRate(Touch memory loan, uint256 resetAt) private {
        uint256 nextBps = RateResets.clamped(
            RATES.index() + MARGIN_BPS, loan.next.rateBps, loan.reset.firstBps(), RESET_STEP_BPS, LIFE_STEP_BPS
        );
        loan.reset = ResetSlot.make(loan.reset.firstBps(), nextBps, resetAt);
        emit RateFixed(loan.id, uint16(nextBps), uint40(resetAt));
    }
}
