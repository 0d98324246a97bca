// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {Ageing} from "./libraries/Ageing.sol";
import {LoanSums} from "./libraries/LoanSums.sol";

/// @title LoanLedger
/// @notice See {ILoanLedger}.
/// @dev The treasury has the sums behind the carrying value, as of the last day it took note of. Here is what the days
/// to come will change in them, day by day, and what the debts' sums have more.
///
/// A change is told as the sums of the loan's new part less those of the old one, in the new part's place. First the
/// treasury is told, which takes note of all days that have begun and asks `roll` for them; only then the days ahead are written. The other way round, a day that has begun would be passed with entries
/// that no longer, or already, know of it. In between nothing here is half done: a call that comes back while cash goes
/// out adds its own change, and the total debt it sees lacks less than the part of a wei by which a draw is rounded.
/// @custom:kill The DAO ends a book by its row. Lending stops with the treasury's switch; nothing stops payments, marks and
/// foreclosures here.
contract LoanLedger is RoleGated, ILoanLedger {
    using Ageing for Position;
    using Ageing for Ageing.Part;
    using LoanSums for SumsChange;
    using SafeCast for int256;
    using SafeCast for uint256;

    /// @dev One slot: what ends, and what sets in, 30 days after a due day; the fall is over after 120.
    struct Uncovered {
        uint112 slope; // raw a second
        uint96 fall; // wei
    }

    /// @dev What days to come change for loans of one due day. Past entries stay, and nobody reads them.
    struct DueDay {
        Uncovered uncovered;
        uint112 coveredSlope; // raw a second; ends 90 days after the due day
        int112 resetSlope; // raw a second; what rates reset 90 days after the due day add: of loans of any due day
    }

    /// @dev One slot: what the line of all debts has more than that of all carrying values without their fall.
    struct Gap {
        int144 intercept; // raw
        uint112 slope; // raw a second
    }

    /// @dev What rates that are reset add to the line of all carrying values and to that of all debts.
    struct Bend {
        int256 intercept; // raw
        int256 slope; // raw a second
    }

    /// @dev A book that may have lent keeps its row: a closed one's loans run out.
    enum BookState {
        None,
        Open,
        Lending,
        Closed
    }

    /// @dev One slot. A home may be worth nothing and still be owned.
    struct OwnedHome {
        uint96 valueUsd;
        bool isOwned;
    }

    /// @notice The highest rate of a loan, in basis points a year: slopes are stored in 112 bits.
    uint256 public constant MAX_RATE_BPS = 10_000;
    /// @dev Raw units in a wei.
    uint256 private constant RAW = LoanSums.RAW;

    /// @notice The treasury, whose sums these are.
    ITreasury public immutable TREASURY;
    /// @dev Wei of coin in a unit of the reserve token at par.
    uint256 private immutable CASH_UNIT;

    Gap private _gap;
    mapping(uint256 dueDay => DueDay) private _dueDays;
    mapping(address book => BookState) private _books;
    mapping(ShareId shareId => OwnedHome) private _homes;

    modifier onlyBook() {
        require(_books[msg.sender] != BookState.None, NotBook(msg.sender));
        _;
    }

    /// @param hub The permission hub for people.
    /// @param treasury It knows the ledger's address from birth.
    constructor(address hub, ITreasury treasury) AccessManaged(hub) {
        TREASURY = treasury;
        CASH_UNIT = treasury.CASH_UNIT();
    }

    /* BOOKS: LENDING AND PAYING */

    /// @inheritdoc ILoanLedger
    function lendCoins(Position memory loan, address to, uint256 kept) external onlyBook {
        _requireFresh(loan);
        Ageing.Part memory part = loan.partOf(_today());
        require(kept <= loan.principal, KeptTooMuch(kept, loan.principal));
        TREASURY.lendCoins(part.sums, to, loan.principal, kept, msg.sender);
        _count(part);
    }

    /// @inheritdoc ILoanLedger
    function lendCash(Position memory loan, uint256 cash, address to) external onlyBook {
        uint256 faceUsd = cash * CASH_UNIT;
        require(loan.principal >= faceUsd, NotTheFace(loan.principal, faceUsd));
        _requireFresh(loan);
        Ageing.Part memory part = loan.partOf(_today());
        TREASURY.lendCash(part.sums, to, cash, loan.principal - faceUsd, msg.sender);
        _count(part);
    }

    /// @inheritdoc ILoanLedger
    function payInCoins(Position memory before, Position memory afterwards, address payer, uint256 coins, uint256 kept)
        external
        onlyBook
        returns (uint256 released)
    {
        require(kept <= coins, KeptTooMuch(kept, coins));
        if (kept == coins && _isSame(before, afterwards)) {
            SumsChange memory none;
            return TREASURY.takeCoins(none, 0, payer, coins, 0, kept, msg.sender);
        }
        _requireCarriedOver(before, afterwards, 0);
        Ageing.Part memory old = before.partOf(_today());
        Ageing.Part memory part = afterwards.partOf(_today());
        uint256 credit = _creditOf(old, part, kept == coins);
        part.sums.subtract(old.sums);
        released = TREASURY.takeCoins(part.sums, 0, payer, coins, credit, kept, msg.sender);
        _replace(old, part);
    }

    /// @inheritdoc ILoanLedger
    function payInCash(Position memory before, Position memory afterwards, address payer, uint256 cash)
        external
        onlyBook
    {
        _requireCarriedOver(before, afterwards, 0);
        Ageing.Part memory old = before.partOf(_today());
        Ageing.Part memory part = afterwards.partOf(_today());
        uint256 credit = _creditOf(old, part, false);
        part.sums.subtract(old.sums);
        TREASURY.takeCash(part.sums, 0, payer, cash, credit);
        _replace(old, part);
    }

    /// @inheritdoc ILoanLedger
    function push(Position memory before, Position memory afterwards) external onlyBook {
        _requireCarriedOver(before, afterwards, 0);
        Ageing.Part memory old = before.partOf(_today());
        Ageing.Part memory part = afterwards.partOf(_today());
        _creditOf(old, part, true);
        part.sums.subtract(old.sums);
        TREASURY.rebook(part.sums, 0);
        _replace(old, part);
    }

    /* BOOKS: FORECLOSURE AND OWNED HOMES */

    /// @inheritdoc ILoanLedger
    function forecloseForCoins(Position memory before, address payer, uint256 coins) external onlyBook {
        Ageing.Part memory old = before.partOf(_today());
        Ageing.Part memory part;
        part.sums.subtract(old.sums);
        TREASURY.takeCoins(part.sums, 0, payer, coins, 0, 0, msg.sender);
        _replace(old, part);
    }

    /// @inheritdoc ILoanLedger
    function takeHome(Position memory before, Position memory afterwards, ShareId shareId, uint256 valueUsd)
        external
        onlyBook
    {
        require(_homes[shareId].valueUsd == 0, AlreadyOwnedHome(shareId));
        _requireCarriedOver(before, afterwards, valueUsd);
        Ageing.Part memory old = before.partOf(_today());
        Ageing.Part memory part = afterwards.partOf(_today());
        uint256 carryingUsd = old.sums.valueDown(block.timestamp);
        require(valueUsd <= carryingUsd, HomeAboveLoan(shareId, valueUsd, carryingUsd));
        if (!afterwards.isEmpty()) {
            uint256 credit = _creditOf(old, part, valueUsd == 0);
            require(credit == valueUsd, CreditIsNotValue(credit, valueUsd));
        }
        _homes[shareId] = OwnedHome({valueUsd: valueUsd.toUint96(), isOwned: true});
        part.sums.subtract(old.sums);
        TREASURY.rebook(part.sums, valueUsd.toInt256());
        _replace(old, part);
        emit HomeTaken(msg.sender, shareId, valueUsd);
    }

    /// @inheritdoc ILoanLedger
    function markOwned(ShareId shareId, uint256 valueUsd) external onlyBook {
        uint256 heldUsd = _valueOfOwned(shareId);
        require(valueUsd <= heldUsd, MarkAboveValue(shareId, valueUsd, heldUsd));
        _homes[shareId].valueUsd = valueUsd.toUint96();
        SumsChange memory none;
        TREASURY.rebook(none, valueUsd.toInt256() - heldUsd.toInt256());
        emit HomeMarked(shareId, heldUsd, valueUsd);
    }

    /// @inheritdoc ILoanLedger
    function sellHomeForCoins(ShareId shareId, address payer, uint256 coins) external onlyBook {
        uint256 heldUsd = _valueOfOwned(shareId);
        delete _homes[shareId];
        SumsChange memory none;
        TREASURY.takeCoins(none, -heldUsd.toInt256(), payer, coins, 0, 0, msg.sender);
        emit HomeSold(shareId, heldUsd, coins, 0);
    }

    /// @inheritdoc ILoanLedger
    function sellHomeForCash(ShareId shareId, address payer, uint256 cash) external onlyBook {
        uint256 heldUsd = _valueOfOwned(shareId);
        delete _homes[shareId];
        SumsChange memory none;
        TREASURY.takeCash(none, -heldUsd.toInt256(), payer, cash, 0);
        emit HomeSold(shareId, heldUsd, 0, cash);
    }

    /* THE TREASURY, AND THE DAO */

    /// @inheritdoc ILoanLedger
    function roll(uint256 day, uint256 toDay) external returns (SumsChange memory change) {
        require(msg.sender == address(TREASURY), NotTreasury(msg.sender));
        Bend memory bend;
        (change, bend) = _passed(day, toDay);
        // Time changes nothing in what is owed: what carrying values lose here, the gap gains.
        _widenGap(-change.intercept, -change.slope);
        _add(change, bend);
    }

    /// @inheritdoc ILoanLedger
    function setBook(address book, bool allowed) external restricted {
        BookState state = _books[book];
        if (allowed && state == BookState.None) _books[book] = BookState.Open;
        else if (allowed && state == BookState.Closed) _books[book] = BookState.Lending;
        else if (!allowed && state == BookState.Open) _books[book] = BookState.None;
        else if (!allowed && state == BookState.Lending) _books[book] = BookState.Closed;
        emit BookSet(book, allowed);
    }

    /// @inheritdoc ILoanLedger
    function closeBook(address book) external restricted {
        require(_books[book] != BookState.None, NotBook(book));
        _books[book] = BookState.Closed;
        emit BookClosed(book);
    }

    /* VIEWS */

    /// @inheritdoc ILoanLedger
    function passed(uint256 day, uint256 toDay) external view returns (SumsChange memory change) {
        Bend memory bend;
        (change, bend) = _passed(day, toDay);
        _add(change, bend);
    }

    /// @inheritdoc ILoanLedger
    function totalDebt() external view returns (uint256) {
        (uint256 day, SumsChange memory sums) = TREASURY.loanSums();
        Gap memory gap = _gap;
        (, Bend memory bend) = _passed(day, _today());
        int256 slope = sums.slope + int256(uint256(gap.slope)) + bend.slope;
        int256 raw = sums.intercept + gap.intercept + bend.intercept + slope * int256(block.timestamp);
        return raw.toUint256() / RAW;
    }

    /// @inheritdoc ILoanLedger
    function carryingValueOf(Position memory loan) external view returns (uint256) {
        _requireFits(loan);
        return loan.carryingDown(block.timestamp);
    }

    /// @inheritdoc ILoanLedger
    function debtOf(Position memory loan) external view returns (uint256) {
        _requireFits(loan);
        return loan.debtUp(block.timestamp);
    }

    /// @inheritdoc ILoanLedger
    function ownedHomeUsd(ShareId shareId) external view returns (uint256) {
        return _homes[shareId].valueUsd;
    }

    /// @inheritdoc ILoanLedger
    function isBook(address book) external view returns (bool) {
        return _books[book] != BookState.None;
    }

    /// @inheritdoc ILoanLedger
    function mayLend(address book) external view returns (bool) {
        return _books[book] == BookState.Open || _books[book] == BookState.Lending;
    }

    /* INTERNAL: WHAT A BOOK SAYS */

    /// @dev Of a draw exactly the principal is owed, and nothing is past due.
    function _requireFresh(Position memory loan) private {
        BookState state = _books[msg.sender];
        if (state == BookState.Open) _books[msg.sender] = BookState.Lending;
        else require(state == BookState.Lending, BookIsClosed(msg.sender));
        _requireWrittenNow(loan);
        require(loan.principal != 0, PositionOutOfRange(0, loan.rateBps, MAX_RATE_BPS, loan.since));
        require(loan.interestRaw == 0 && loan.dueAt >= block.timestamp, NotFresh(loan.interestRaw, loan.dueAt));
    }

    /// @dev Requires a changed loan, unless it is empty, to be written now, with the references that it has to carry over.
    function _requireCarriedOver(Position memory before, Position memory afterwards, uint256 takenUsd) private view {
        if (afterwards.isEmpty()) return;
        _requireWrittenNow(afterwards);
        (uint256 impairedRaw, uint256 incomeRaw) = before.carriedOver(afterwards, takenUsd);
        require(
            afterwards.impairedRaw == impairedRaw && afterwards.incomeRaw == incomeRaw,
            NotCarriedOver(impairedRaw, incomeRaw)
        );
    }

    /// @dev What a payment is credited with: whole wei, all of the debt rounded up. Where nothing is paid no debt may
    /// change.
    function _creditOf(Ageing.Part memory old, Ageing.Part memory part, bool paysNothing)
        private
        view
        returns (uint256)
    {
        (uint256 owed, uint256 left) = (old.debtRaw(block.timestamp), part.debtRaw(block.timestamp));
        if (paysNothing) {
            require(owed == left, DebtChanged(owed, left));
            return 0;
        }
        if (left == 0 && owed != 0) return Math.ceilDiv(owed, RAW);
        unchecked {
            require(left < owed && (owed - left) % RAW == 0, NotPaid(owed, left));
            return (owed - left) / RAW;
        }
    }

    /// @dev Whether a book left a loan as it wrote it before.
    function _isSame(Position memory before, Position memory afterwards) private pure returns (bool) {
        return keccak256(abi.encode(before)) == keccak256(abi.encode(afterwards));
    }

    function _requireFits(Position memory loan) private pure {
        require(loan.fits(), PositionOutOfRange(loan.principal, loan.rateBps, MAX_RATE_BPS, loan.since));
    }

    function _requireWrittenNow(Position memory loan) private view {
        require(
            loan.fits() && loan.rateBps <= MAX_RATE_BPS && loan.since == block.timestamp,
            PositionOutOfRange(loan.principal, loan.rateBps, MAX_RATE_BPS, loan.since)
        );
        if ((loan.nextRateBps | loan.resetAt) == 0) return;
        require(
            loan.nextRateBps <= MAX_RATE_BPS && loan.resetAt > loan.since && loan.resetAt % 1 days == 0,
            ResetOutOfRange(loan.nextRateBps, MAX_RATE_BPS, loan.resetAt, loan.since)
        );
    }

    /// @dev Days since 1970.
    function _today() private view returns (uint256) {
        return block.timestamp / 1 days;
    }

    /// @dev Value (dollars) of a home that must be owned.
    function _valueOfOwned(ShareId shareId) private view returns (uint256) {
        OwnedHome memory home = _homes[shareId];
        require(home.isOwned, NotOwnedHome(shareId));
        return home.valueUsd;
    }

    /* INTERNAL: THE DAYS AHEAD */

    /// @dev A loan counts from now on.
    function _count(Ageing.Part memory part) private {
        _enter(part);
        _addReset(part.resetDay, part.resetSlope);
        _widenGap(part.gapIntercept, part.gapSlope);
    }

    /// @dev A loan counts as `part` instead of as `old`. A slot that stays as it is is not touched.
    function _replace(Ageing.Part memory old, Ageing.Part memory part) private {
        if (old.dueDay == part.dueDay) {
            DueDay storage entry = _dueDays[part.dueDay];
            _replaceUncovered(entry, old.uncoveredSlope, part.uncoveredSlope, old.fall, part.fall);
            _replaceCovered(entry, old.coveredSlope, part.coveredSlope);
        } else {
            DueDay storage entry = _dueDays[old.dueDay];
            _replaceUncovered(entry, old.uncoveredSlope, 0, old.fall, 0);
            _replaceCovered(entry, old.coveredSlope, 0);
            _enter(part);
        }
        // Most loans have none ahead.
        if ((old.resetDay | part.resetDay) != 0) {
            _addReset(old.resetDay, -old.resetSlope);
            _addReset(part.resetDay, part.resetSlope);
        }
        unchecked {
            _widenGap(part.gapIntercept - old.gapIntercept, part.gapSlope - old.gapSlope); // 153 bits
        }
    }

    /// @dev In a due day's sums.
    function _enter(Ageing.Part memory part) private {
        DueDay storage entry = _dueDays[part.dueDay];
        _replaceUncovered(entry, 0, part.uncoveredSlope, 0, part.fall);
        _replaceCovered(entry, 0, part.coveredSlope);
    }

    function _replaceUncovered(DueDay storage entry, uint256 oldSlope, uint256 slope, uint256 oldFall, uint256 fall)
        private
    {
        if (oldSlope == slope && oldFall == fall) return;
        Uncovered memory uncovered = entry.uncovered;
        uncovered.slope = (uncovered.slope + slope - oldSlope).toUint112();
        uncovered.fall = (uncovered.fall + fall - oldFall).toUint96();
        entry.uncovered = uncovered;
    }

    function _replaceCovered(DueDay storage entry, uint256 oldSlope, uint256 slope) private {
        if (oldSlope != slope) entry.coveredSlope = (entry.coveredSlope + slope - oldSlope).toUint112();
    }

    /// @dev A reset waits where the roll of its day reads anyway.
    function _addReset(uint256 day, int256 slope) private {
        if (slope == 0) return;
        DueDay storage entry = _dueDays[day - Ageing.INCOME_DAYS];
        entry.resetSlope = (entry.resetSlope + slope).toInt112();
    }

    function _widenGap(int256 intercept, int256 slope) private {
        if (intercept == 0 && slope == 0) return;
        Gap memory gap = _gap;
        gap.intercept = (gap.intercept + intercept).toInt144();
        gap.slope = (int256(uint256(gap.slope)) + slope).toUint256().toUint112();
        _gap = gap;
    }

    /* INTERNAL: DAYS THAT PASS */

    /// @dev What the days after `day` up to and with `toDay` change, but for rates that are reset: those bend what is owed,
    /// too.
    function _passed(uint256 day, uint256 toDay) private view returns (SumsChange memory change, Bend memory bend) {
        while (day < toDay) {
            // A slope has 112 bits, a time 41, a fall 96, RAW 39: 2^24 days, all that the treasury can count, stay far
            // below 255 bits.
            unchecked {
                day += 1;
                Uncovered memory impaired = _dueDays[day - Ageing.IMPAIRED_DAYS].uncovered;
                DueDay storage unpaid = _dueDays[day - Ageing.INCOME_DAYS];
                uint256 ended = uint256(impaired.slope) + unpaid.coveredSlope;
                int256 reset = unpaid.resetSlope;
                uint256 aged = _dueDays[day - Ageing.AGED_DAYS].uncovered.fall;
                if (reset != 0) {
                    bend.intercept -= reset * int256(day * 1 days);
                    bend.slope += reset;
                }
                if ((ended | impaired.fall | aged) == 0) continue;
                change.intercept += int256(ended * (day * 1 days)) - int256(aged * RAW);
                change.slope -= int256(ended);
                change.fall += int256(uint256(impaired.fall)) - int256(aged);
                // The aged ones' day 30 was 90 days ago.
                uint256 fallBegan = day + Ageing.IMPAIRED_DAYS - Ageing.AGED_DAYS;
                change.fallDays += int256(impaired.fall * day) - int256(aged * fallBegan);
            }
        }
    }

    function _add(SumsChange memory change, Bend memory bend) private pure {
        change.intercept += bend.intercept;
        change.slope += bend.slope;
    }
}
