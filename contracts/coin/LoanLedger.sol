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
/// Order of every change: first the treasury is told, which takes note of all days that have begun and asks `roll` for
/// them; only then the days ahead are written. The other way round, a day that has begun would be passed with entries
/// that no longer, or already, know of it. In between nothing here is half done: a call that comes back while cash goes
/// out adds its own change, and the total debt it sees lacks less than the part of a wei by which a draw is rounded.
/// @custom:kill The DAO ends a book by its row. Lending stops with the treasury's switch; nothing stops payments, marks and
/// foreclosures here.
contract LoanLedger is RoleGated, ILoanLedger {
    using Ageing for Position;
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
    }

    /// @dev One slot: what the line of all debts has more than that of all carrying values without their fall.
    struct Gap {
        int144 intercept; // raw
        uint112 slope; // raw a second
    }

    /// @dev A closed book's loans run out.
    enum BookState {
        None,
        Open,
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
    function lendCoins(Position memory loan, address to) external onlyBook {
        Ageing.Part memory part = _drawnPart(loan);
        TREASURY.lendCoins(part.sums, to, loan.principal);
        _enter(part);
    }

    /// @inheritdoc ILoanLedger
    function lendCash(Position memory loan, uint256 cash, address to) external onlyBook {
        uint256 faceUsd = cash * CASH_UNIT;
        require(loan.principal == faceUsd, NotTheFace(loan.principal, faceUsd));
        Ageing.Part memory part = _drawnPart(loan);
        TREASURY.lendCash(part.sums, to, cash);
        _enter(part);
    }

    /// @inheritdoc ILoanLedger
    function payInCoins(Position memory before, Position memory afterwards, address payer, uint256 coins)
        external
        onlyBook
    {
        uint256 credit = _creditOf(before, afterwards);
        _requireCarriedOver(before, afterwards);
        Ageing.Part memory old = before.partOf(_today());
        Ageing.Part memory part = afterwards.partOf(_today());
        TREASURY.takeCoins(_difference(old, part), 0, payer, coins, credit);
        _replace(old, part);
    }

    /// @inheritdoc ILoanLedger
    function payInCash(Position memory before, Position memory afterwards, address payer, uint256 cash)
        external
        onlyBook
    {
        uint256 credit = _creditOf(before, afterwards);
        _requireCarriedOver(before, afterwards);
        Ageing.Part memory old = before.partOf(_today());
        Ageing.Part memory part = afterwards.partOf(_today());
        TREASURY.takeCash(_difference(old, part), 0, payer, cash, credit);
        _replace(old, part);
    }

    /// @inheritdoc ILoanLedger
    function push(Position memory before, Position memory afterwards) external onlyBook {
        (uint256 owed, uint256 left) = (before.debtRaw(block.timestamp), _debtNow(afterwards));
        require(owed == left, DebtChanged(owed, left));
        _requireCarriedOver(before, afterwards);
        Ageing.Part memory old = before.partOf(_today());
        Ageing.Part memory part = afterwards.partOf(_today());
        TREASURY.rebook(_difference(old, part), 0);
        _replace(old, part);
    }

    /* BOOKS: FORECLOSURE AND OWNED HOMES */

    /// @inheritdoc ILoanLedger
    function forecloseForCoins(Position memory before, address payer, uint256 coins) external onlyBook {
        Ageing.Part memory old = before.partOf(_today());
        Ageing.Part memory nothing;
        TREASURY.takeCoins(_difference(old, nothing), 0, payer, coins, 0);
        _replace(old, nothing);
    }

    /// @inheritdoc ILoanLedger
    function takeHome(Position memory before, ShareId shareId, uint256 floorUsd)
        external
        onlyBook
        returns (uint256 valueUsd)
    {
        require(!_homes[shareId].isOwned, AlreadyOwnedHome(shareId));
        Ageing.Part memory old = before.partOf(_today());
        Ageing.Part memory nothing;
        valueUsd = Math.min(old.sums.valueDown(block.timestamp), floorUsd);
        _homes[shareId] = OwnedHome({valueUsd: valueUsd.toUint96(), isOwned: true});
        TREASURY.rebook(_difference(old, nothing), valueUsd.toInt256());
        _replace(old, nothing);
        emit HomeTaken(msg.sender, shareId, valueUsd);
    }

    /// @inheritdoc ILoanLedger
    function markOwned(ShareId shareId, uint256 valueUsd) external onlyBook {
        uint256 heldUsd = _valueOfOwned(shareId);
        require(valueUsd <= heldUsd, MarkAboveValue(shareId, valueUsd, heldUsd));
        _homes[shareId].valueUsd = valueUsd.toUint96();
        TREASURY.rebook(_noChange(), valueUsd.toInt256() - heldUsd.toInt256());
        emit HomeMarked(shareId, heldUsd, valueUsd);
    }

    /// @inheritdoc ILoanLedger
    function sellHomeForCoins(ShareId shareId, address payer, uint256 coins) external onlyBook {
        uint256 heldUsd = _valueOfOwned(shareId);
        delete _homes[shareId];
        TREASURY.takeCoins(_noChange(), -heldUsd.toInt256(), payer, coins, 0);
        emit HomeSold(shareId, heldUsd, coins, 0);
    }

    /// @inheritdoc ILoanLedger
    function sellHomeForCash(ShareId shareId, address payer, uint256 cash) external onlyBook {
        uint256 heldUsd = _valueOfOwned(shareId);
        delete _homes[shareId];
        TREASURY.takeCash(_noChange(), -heldUsd.toInt256(), payer, cash, 0);
        emit HomeSold(shareId, heldUsd, 0, cash);
    }

    /* THE TREASURY, AND THE DAO */

    /// @inheritdoc ILoanLedger
    function roll(uint256 day, uint256 toDay) external returns (SumsChange memory change) {
        require(msg.sender == address(TREASURY), NotTreasury(msg.sender));
        change = passed(day, toDay);
        // Time changes nothing in what is owed: what carrying values lose here, the gap gains.
        _widenGap(-change.intercept, -change.slope);
    }

    /// @inheritdoc ILoanLedger
    function setBook(address book, bool allowed) external restricted {
        _books[book] = allowed ? BookState.Open : BookState.None;
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
    function passed(uint256 day, uint256 toDay) public view returns (SumsChange memory change) {
        while (day < toDay) {
            // A slope has 112 bits, a time 41, a fall 96, RAW 39: 2^24 days, all that the treasury can count, stay far
            // below 255 bits.
            unchecked {
                day += 1;
                Uncovered memory impaired = _dueDays[day - Ageing.IMPAIRED_DAYS].uncovered;
                uint256 ended = uint256(impaired.slope) + _dueDays[day - Ageing.INCOME_DAYS].coveredSlope;
                uint256 aged = _dueDays[day - Ageing.AGED_DAYS].uncovered.fall;
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

    /// @inheritdoc ILoanLedger
    function totalDebt() external view returns (uint256) {
        (, SumsChange memory sums) = TREASURY.loanSums();
        Gap memory gap = _gap;
        int256 slope = sums.slope + int256(uint256(gap.slope));
        return (sums.intercept + gap.intercept + slope * int256(block.timestamp)).toUint256() / RAW;
    }

    /// @inheritdoc ILoanLedger
    function carryingValueOf(Position memory loan) external view returns (uint256) {
        return loan.carryingDown(block.timestamp);
    }

    /// @inheritdoc ILoanLedger
    function debtOf(Position memory loan) external view returns (uint256) {
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
        return _books[book] == BookState.Open;
    }

    /* INTERNAL: WHAT A BOOK SAYS */

    /// @dev A draw's part: exactly the principal is owed, and nothing is past due.
    function _drawnPart(Position memory loan) private view returns (Ageing.Part memory) {
        require(_books[msg.sender] == BookState.Open, BookIsClosed(msg.sender));
        _requireWrittenNow(loan);
        require(loan.principal != 0, PositionOutOfRange(0, loan.rateBps, MAX_RATE_BPS, loan.since));
        require(loan.interestRaw == 0 && loan.dueAt >= block.timestamp, NotFresh(loan.interestRaw, loan.dueAt));
        return loan.partOf(_today());
    }

    /// @dev Requires a changed loan to have the references that it has to carry over.
    function _requireCarriedOver(Position memory before, Position memory afterwards) private pure {
        if (afterwards.isEmpty()) return;
        (uint256 impairedRaw, uint256 incomeRaw) = before.carriedOver(afterwards);
        require(
            afterwards.impairedRaw == impairedRaw && afterwards.incomeRaw == incomeRaw,
            NotCarriedOver(impairedRaw, incomeRaw)
        );
    }

    /// @dev What a payment is credited with: whole wei, all of the debt rounded up.
    function _creditOf(Position memory before, Position memory afterwards) private view returns (uint256) {
        (uint256 owed, uint256 left) = (before.debtRaw(block.timestamp), _debtNow(afterwards));
        if (left == 0 && owed != 0) return Math.ceilDiv(owed, RAW);
        require(left < owed && (owed - left) % RAW == 0, NotPaid(owed, left));
        return (owed - left) / RAW;
    }

    /// @dev What is owed of a loan that must be written now. An empty one has no time.
    function _debtNow(Position memory loan) private view returns (uint256) {
        if (loan.isEmpty()) return 0;
        _requireWrittenNow(loan);
        return loan.debtRaw(block.timestamp);
    }

    function _requireWrittenNow(Position memory loan) private view {
        require(
            loan.rateBps <= MAX_RATE_BPS && loan.since == block.timestamp,
            PositionOutOfRange(loan.principal, loan.rateBps, MAX_RATE_BPS, loan.since)
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

    /// @dev What the treasury's sums gain when a loan counts as `part` instead of as `old`.
    function _difference(Ageing.Part memory old, Ageing.Part memory part) private pure returns (SumsChange memory) {
        return SumsChange({
            intercept: part.sums.intercept - old.sums.intercept,
            slope: part.sums.slope - old.sums.slope,
            fall: part.sums.fall - old.sums.fall,
            fallDays: part.sums.fallDays - old.sums.fallDays
        });
    }

    function _noChange() private pure returns (SumsChange memory change) {}

    /// @dev A loan counts from now on.
    function _enter(Ageing.Part memory part) private {
        Ageing.Part memory nothing;
        _replace(nothing, part);
    }

    /// @dev A loan counts as `part` instead of as `old`. A slot that stays as it is is not touched.
    function _replace(Ageing.Part memory old, Ageing.Part memory part) private {
        if (old.dueDay == part.dueDay) {
            _replaceAhead(part.dueDay, old.ahead, part.ahead);
        } else {
            Ageing.Ahead memory nothing;
            _replaceAhead(old.dueDay, old.ahead, nothing);
            _replaceAhead(part.dueDay, nothing, part.ahead);
        }
        _widenGap(part.gapIntercept - old.gapIntercept, part.gapSlope - old.gapSlope);
    }

    function _replaceAhead(uint256 dueDay, Ageing.Ahead memory old, Ageing.Ahead memory ahead) private {
        DueDay storage entry = _dueDays[dueDay];
        if (old.uncoveredSlope != ahead.uncoveredSlope || old.fall != ahead.fall) {
            Uncovered memory uncovered = entry.uncovered;
            uncovered.slope = (uncovered.slope + ahead.uncoveredSlope - old.uncoveredSlope).toUint112();
            uncovered.fall = (uncovered.fall + ahead.fall - old.fall).toUint96();
            entry.uncovered = uncovered;
        }
        if (old.coveredSlope != ahead.coveredSlope) {
            entry.coveredSlope = (entry.coveredSlope + ahead.coveredSlope - old.coveredSlope).toUint112();
        }
    }

    function _widenGap(int256 intercept, int256 slope) private {
        if (intercept == 0 && slope == 0) return;
        Gap memory gap = _gap;
        gap.intercept = (gap.intercept + intercept).toInt144();
        gap.slope = (int256(uint256(gap.slope)) + slope).toUint256().toUint112();
        _gap = gap;
    }
}
