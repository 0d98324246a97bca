// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ShareId} from "../property/Ids.sol";

/// @title What all loans together are worth, and the only door through which a loan book moves money
/// @notice A book keeps its loans; here are only sums over all of them, which say in any second what they count for in
/// the balance sheet (their carrying value) and what is owed, however many loans there are. A book says of each change
/// how the loan counted before and how it counts from now on. Books are rows of a table, written by the DAO: the row is
/// the permission, and it vouches that `before` is what the book said of that loan last.
/// @dev Units: coins and dollars have 18 decimals, `cash` is in units of the reserve token, times are seconds. Raw
/// amounts are wei x basis points x seconds of a year: a wei is `RAW` = 10,000 x 365 days of them, and a second's
/// interest is principal x rate. Rounded against whoever calls: carrying values down, debts up, for each loan shown;
/// the sums are exact and rounded once, down.
///
/// The carrying value of a loan, by the days since the first midnight UTC at or after its oldest unpaid due time:
///
/// | days | if the cap covers the debt of day 90 | if not |
/// | --- | --- | --- |
/// | to 30 | the debt | the debt |
/// | to 90, to 120 | the debt | falls linearly, from the debt of day 30 on day 30 ... |
/// | after | the debt of day 90 | ... to min(that, cap) on day 120 |
///
/// The fall is whole wei, rounded down, so a loan that is not covered counts less than a wei less than its debt.
interface ILoanLedger {
    /// @notice How a loan counts from `since` on. Principal and cap have 96 bits, rates 14, times 40, raw amounts 136; in whole
    /// words because it is handed on more often than stored. An empty one, of which nothing is owed, has no principal and no interest;
    /// one of which less than a wei is left has no principal.
    /// @param principal Outstanding (wei).
    /// @param rateBps Interest a year, of the principal.
    /// @param nextRateBps The rate from `resetAt` on, if a rate was fixed; else 0.
    /// @param resetAt A midnight UTC after `since`, with whose start the next rate sets in; 0 if none was fixed. It sets in
    /// only if that is before the loan's day 30: a rate does not change while a loan is impaired; when the book writes it
    /// anew after that midnight, it writes the rate then in force, and no reset.
    /// @param since When the book wrote this.
    /// @param dueAt The oldest unpaid due time.
    /// @param cap What counts as covered: the part of the collateral's last valid value (dollars).
    /// @param interestRaw Interest owed at `since`, raw.
    /// @param impairedRaw The least debt since day 30, raw; 0 if `since` is not after that day, for then the debt of that day
    /// is known.
    /// @param incomeRaw The same of day 90.
    struct Position {
        uint256 principal;
        uint256 rateBps;
        uint256 nextRateBps;
        uint256 since;
        uint256 dueAt;
        uint256 resetAt;
        uint256 cap;
        uint256 interestRaw;
        uint256 impairedRaw;
        uint256 incomeRaw;
    }

    /// @notice What a change, or a day that passes, adds to the sums behind the carrying value at time t:
    /// `intercept + slope * t` raw, less `(fall * t - fallDays * 1 day) / 90 days` wei.
    /// @param intercept Raw. @param slope Raw a second.
    /// @param fall Wei that loans on their way down lose from day 30 to day 120.
    /// @param fallDays The same, each loan's times the number of its day 30 (days since 1970).
    struct SumsChange {
        int256 intercept;
        int256 slope;
        int256 fall;
        int256 fallDays;
    }

    /* EVENTS */

    /// @notice Emitted when the DAO let `book` lend and push its loans, or no longer lend.
    event BookSet(address indexed book, bool allowed);

    /// @notice Emitted when the DAO closed `book` to new business.
    event BookClosed(address indexed book);

    /// @notice Emitted when the treasury took a share for a loan nobody bid for, at `valueUsd`.
    event HomeTaken(address indexed book, ShareId indexed shareId, uint256 valueUsd);

    /// @notice Emitted when the value of an owned share fell.
    event HomeMarked(ShareId indexed shareId, uint256 previousUsd, uint256 valueUsd);

    /// @notice Emitted when an owned share was sold, for coins or cash.
    event HomeSold(ShareId indexed shareId, uint256 valueUsd, uint256 coins, uint256 cash);

    /* ERRORS */

    /// @notice Thrown when `caller` has no row in the table of books.
    error NotBook(address caller);
    /// @notice Thrown when a book that is closed to new business lends.
    error BookIsClosed(address book);
    /// @notice Thrown when `caller` is not the treasury.
    error NotTreasury(address caller);
    /// @notice Thrown when a loan's terms are out of range: no principal at a draw, a rate above `mostBps`, a number that has
    /// more bits than it may, or not written now.
    error PositionOutOfRange(uint256 principal, uint256 rateBps, uint256 mostBps, uint256 since);
    /// @notice Thrown when a draw begins with interest (raw) or past due.
    error NotFresh(uint256 interestRaw, uint256 dueAt);
    /// @notice Thrown when a changed loan's references (raw) are others than those that it has to carry over.
    error NotCarriedOver(uint256 impairedRaw, uint256 incomeRaw);
    /// @notice Thrown when a change that pays nothing changes what is owed now (raw).
    error DebtChanged(uint256 beforeRaw, uint256 afterRaw);
    /// @notice Thrown when a payment does not lower the debt (raw), or leaves a part of a wei that was not owed before.
    error NotPaid(uint256 beforeRaw, uint256 afterRaw);
    /// @notice Thrown when a loan in cash is less than the face of the cash.
    error NotTheFace(uint256 principal, uint256 faceUsd);
    /// @notice Thrown when more is to be kept than was lent or paid.
    error KeptTooMuch(uint256 kept, uint256 coins);
    /// @notice Thrown when a rate's reset is not a midnight after `since`, or a next rate is out of range or has no time.
    error ResetOutOfRange(uint256 nextRateBps, uint256 mostBps, uint256 resetAt, uint256 since);
    /// @notice Thrown when a home is taken for more than its loan counts for.
    error HomeAboveLoan(ShareId shareId, uint256 valueUsd, uint256 carryingUsd);
    /// @notice Thrown when a loan that goes on without a share falls by other than what the share is taken at.
    error CreditIsNotValue(uint256 credit, uint256 valueUsd);
    /// @notice Thrown when the treasury does not own the share.
    error NotOwnedHome(ShareId shareId);
    /// @notice Thrown when it owns the share already, at more than nothing. A home that a court took away is marked down to
    /// nothing before it can come back.
    error AlreadyOwnedHome(ShareId shareId);
    /// @notice Thrown when an owned share's value is to rise.
    error MarkAboveValue(ShareId shareId, uint256 valueUsd, uint256 heldUsd);

    /* BOOKS: LENDING AND PAYING */

    /// @notice A draw in new coin: `loan.principal` is minted, `kept` of it to the calling book and the rest to `to`. Reverts
    /// while lending is paused, or if the draw would touch the cash floor or the minimum equity, with the treasury's
    /// errors.
    function lendCoins(Position calldata loan, address to, uint256 kept) external;

    /// @notice A draw in cash. What the principal is more than the cash's face is minted to the calling book.
    function lendCash(Position calldata loan, uint256 cash, address to) external;

    /// @notice A payment in coins of `payer`, who allowed the treasury to spend them. What the debt falls by is what the
    /// payment is credited with, in whole wei (a debt paid in full is rounded up); the treasury refuses more than the
    /// coins are worth. Frozen coins pay too, and are said: the book vouches that the debt is `payer`'s own if any were.
    /// @param coins All that the payer gives up (wei); burned.
    /// @param kept Of these, minted to the calling book: fees, or an auction's surplus. They credit nothing, and a payment
    /// that is all kept changes no debt.
    /// @return released How many of the coins were frozen.
    function payInCoins(
        Position calldata before,
        Position calldata afterwards,
        address payer,
        uint256 coins,
        uint256 kept
    ) external returns (uint256 released);

    /// @notice A payment in cash. Needs a valid price of the reserve token.
    function payInCash(Position calldata before, Position calldata afterwards, address payer, uint256 cash) external;

    /// @notice Anything else that changes how a loan counts: a mark, a new rate, a due time that moved. What is owed now
    /// stays.
    function push(Position calldata before, Position calldata afterwards) external;

    /* BOOKS: FORECLOSURE AND OWNED HOMES */

    /// @notice An auction's proceeds are burned, and the loan ends: what the coins don't cover is a loss. (Where they do
    /// cover it, or the loan goes on with another share, it is a payment.)
    function forecloseForCoins(Position calldata before, address payer, uint256 coins) external;

    /// @notice Nobody bid: the treasury owns the share, at `valueUsd`, which is at most the loan's carrying value. The loan
    /// ends (what is owed above that is a loss); or it goes on with another share, and its debt falls by `valueUsd`.
    function takeHome(Position calldata before, Position calldata afterwards, ShareId shareId, uint256 valueUsd)
        external;

    /// @notice Lowers the value of an owned share.
    function markOwned(ShareId shareId, uint256 valueUsd) external;

    /// @notice An owned share is sold for coins of `payer`, which are burned, or for cash.
    function sellHomeForCoins(ShareId shareId, address payer, uint256 coins) external;

    function sellHomeForCash(ShareId shareId, address payer, uint256 cash) external;

    /* THE TREASURY, AND THE DAO */

    /// @notice Takes note that the days after `day` up to and with `toDay` have begun. The treasury.
    /// @return change What they add to the treasury's sums.
    function roll(uint256 day, uint256 toDay) external returns (SumsChange memory change);

    /// @notice Lets `book` lend and push its loans, or no longer. One that never lent, nor was closed, loses its row; any other
    /// is closed to new business as by `closeBook`, so that nobody's debt is trapped. The DAO's.
    function setBook(address book, bool allowed) external;

    /// @notice Closes `book` to new business: its loans run out and are paid, marked and foreclosed as before. `setBook` opens
    /// it again. The DAO's.
    function closeBook(address book) external;

    /* VIEWS */

    /// @notice What `roll` would return.
    function passed(uint256 day, uint256 toDay) external view returns (SumsChange memory change);

    /// @notice Sum of all debts, in dollars, down: at most a wei a loan below the sum of what each owes.
    function totalDebt() external view returns (uint256);

    /// @notice What a loan counts for now, in dollars, down.
    function carryingValueOf(Position calldata loan) external view returns (uint256);

    /// @notice What is owed of a loan now (wei), up.
    function debtOf(Position calldata loan) external view returns (uint256);

    /// @notice Value of an owned share, in dollars; 0 if the treasury does not own it.
    function ownedHomeUsd(ShareId shareId) external view returns (uint256);

    /// @notice Whether `book` may push loans.
    function isBook(address book) external view returns (bool);

    /// @notice Whether `book` may lend, too.
    function mayLend(address book) external view returns (bool);
}
