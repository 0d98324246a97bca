// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {Ageing} from "../coin/libraries/Ageing.sol";

/// @title A small, faithful lender: what a loan book tells the ledger, without its states, limits and papers
/// @notice Loans with equal instalments of principal and interest together. What a share is worth is what somebody said it
/// is. Anyone may do anything, with his own coins and cash; the treasury's rules are the only ones.
contract TestLoanBook {
    using Ageing for ILoanLedger.Position;
    using SafeCast for uint256;

    /// @param position How the loan counts, as the ledger was told.
    /// @param shareId Its collateral.
    /// @param instalment Wei, due every `MONTH`.
    /// @param towards Paid of the oldest unpaid instalment (wei).
    struct Loan {
        ILoanLedger.Position position;
        ShareId shareId;
        uint96 instalment;
        uint96 towards;
    }

    event Drawn(uint256 indexed loanId, ShareId indexed shareId, uint256 principal);
    event Paid(uint256 indexed loanId, address indexed payer, uint256 credit);

    error NoLoan(uint256 loanId);
    /// @notice Thrown when coins (wei) pay not even a wei of debt.
    error NothingPaid(uint256 loanId, uint256 coins);
    /// @notice Thrown when cash pays more than is owed, or nothing (wei).
    error CashAboveDebt(uint256 loanId, uint256 credit, uint256 debt);
    /// @notice Thrown when a loan that shall go on owes no more than the share is taken at.
    error HomeAboveDebt(uint256 loanId, uint256 valueUsd, uint256 debt);

    uint256 public constant MONTH = 2_628_000;
    /// @notice What counts as covered, of a share's value.
    uint256 public constant CAP_BPS = 7_000;

    ILoanLedger public immutable LOANS;
    ITreasury public immutable TREASURY;

    /// @notice The number of the latest loan; they begin at 1.
    uint256 public lastLoan;
    /// @notice Last valid value of a share, in dollars.
    mapping(ShareId shareId => uint256) public valueOf;
    mapping(uint256 loanId => Loan) private _loans;

    constructor(ILoanLedger loans, ITreasury treasury) {
        (LOANS, TREASURY) = (loans, treasury);
    }

    /* LENDING */

    function setValue(ShareId shareId, uint256 usd) external {
        valueOf[shareId] = usd;
    }

    function draw(ShareId shareId, uint256 principal, uint16 rateBps, uint96 instalment, address to)
        external
        returns (uint256 loanId)
    {
        return drawLess(shareId, principal, 0, rateBps, instalment, to);
    }

    /// @notice A draw of which this book keeps `fee` (wei).
    function drawLess(ShareId shareId, uint256 principal, uint256 fee, uint16 rateBps, uint96 instalment, address to)
        public
        returns (uint256 loanId)
    {
        loanId = _open(shareId, principal, rateBps, instalment);
        LOANS.lendCoins(_loans[loanId].position, to, fee);
    }

    function drawCash(ShareId shareId, uint256 cash, uint16 rateBps, uint96 instalment, address to)
        external
        returns (uint256 loanId)
    {
        return drawCashLess(shareId, cash, 0, rateBps, instalment, to);
    }

    /// @notice A draw of cash, and of coins of as much as `fee` (wei), which this book keeps.
    function drawCashLess(ShareId shareId, uint256 cash, uint256 fee, uint16 rateBps, uint96 instalment, address to)
        public
        returns (uint256 loanId)
    {
        loanId = _open(shareId, cash * TREASURY.CASH_UNIT() + fee, rateBps, instalment);
        LOANS.lendCash(_loans[loanId].position, cash, to);
    }

    /* PAYING */

    /// @notice Takes only what is owed.
    function pay(uint256 loanId, uint256 coins) external returns (uint256 credit) {
        return payMore(loanId, coins, 0);
    }

    /// @notice The same, and a fee on top that this book keeps (wei).
    function payMore(uint256 loanId, uint256 coins, uint256 fee) public returns (uint256 credit) {
        ILoanLedger.Position memory before = _positionOf(loanId);
        uint256 debt = before.debtUp(block.timestamp);
        credit = Math.min(TREASURY.worthDown(coins), debt);
        require(credit != 0, NothingPaid(loanId, coins));
        if (credit == debt) coins = Math.min(coins, _coinsForUp(debt));
        LOANS.payInCoins(before, _credit(loanId, before, credit, debt), msg.sender, coins + fee, fee);
        emit Paid(loanId, msg.sender, credit);
    }

    /// @notice Only a fee.
    function payFee(uint256 loanId, uint256 fee) external {
        ILoanLedger.Position memory before = _positionOf(loanId);
        LOANS.payInCoins(before, before, msg.sender, fee, fee);
    }

    function payCash(uint256 loanId, uint256 cash) external returns (uint256 credit) {
        ILoanLedger.Position memory before = _positionOf(loanId);
        uint256 debt = before.debtUp(block.timestamp);
        credit = TREASURY.coinsForDown(cash);
        require(credit != 0 && credit <= debt, CashAboveDebt(loanId, credit, debt));
        LOANS.payInCash(before, _credit(loanId, before, credit, debt), msg.sender, cash);
        emit Paid(loanId, msg.sender, credit);
    }

    /* WHAT CHANGES WITHOUT MONEY */

    /// @notice Takes note of what the share is worth.
    function mark(uint256 loanId) external {
        (ILoanLedger.Position memory before, ILoanLedger.Position memory afterwards) = _written(loanId);
        _push(loanId, before, afterwards);
    }

    function setRate(uint256 loanId, uint16 rateBps) external {
        (ILoanLedger.Position memory before, ILoanLedger.Position memory afterwards) = _written(loanId);
        afterwards.rateBps = rateBps;
        _push(loanId, before, afterwards);
    }

    /// @notice Fixes the rate from the midnight `resetAt` on.
    function setNextRate(uint256 loanId, uint16 nextRateBps, uint40 resetAt) external {
        (ILoanLedger.Position memory before, ILoanLedger.Position memory afterwards) = _written(loanId);
        (afterwards.nextRateBps, afterwards.resetAt) = (nextRateBps, resetAt);
        _push(loanId, before, afterwards);
    }

    /* FORECLOSURE AND OWNED HOMES */

    /// @notice An auction whose bid of `coins` the caller pays.
    function forecloseForCoins(uint256 loanId, uint256 coins) external {
        ILoanLedger.Position memory before = _positionOf(loanId);
        delete _loans[loanId];
        LOANS.forecloseForCoins(before, msg.sender, coins);
    }

    /// @notice An auction without a bid.
    /// @return valueUsd At which the treasury owns the share.
    function foreclose(uint256 loanId, uint256 floorUsd) external returns (uint256 valueUsd) {
        ILoanLedger.Position memory before = _positionOf(loanId);
        ILoanLedger.Position memory nothing;
        ShareId shareId = _loans[loanId].shareId;
        delete _loans[loanId];
        valueUsd = Math.min(before.carryingDown(block.timestamp), floorUsd);
        LOANS.takeHome(before, nothing, shareId, valueUsd);
    }

    /// @notice An auction of one share of several without a bid: the loan goes on, and owes `valueUsd` less.
    function foreclosePart(uint256 loanId, ShareId shareId, uint256 valueUsd) external {
        ILoanLedger.Position memory before = _positionOf(loanId);
        uint256 debt = before.debtUp(block.timestamp);
        require(valueUsd < debt, HomeAboveDebt(loanId, valueUsd, debt));
        ILoanLedger.Position memory afterwards;
        before.afterPayment(afterwards, block.timestamp, valueUsd);
        _write(_loans[loanId], before, afterwards, valueUsd);
        LOANS.takeHome(before, afterwards, shareId, valueUsd);
    }

    function markOwned(ShareId shareId, uint256 valueUsd) external {
        LOANS.markOwned(shareId, valueUsd);
    }

    function sellHomeForCoins(ShareId shareId, uint256 coins) external {
        LOANS.sellHomeForCoins(shareId, msg.sender, coins);
    }

    function sellHomeForCash(ShareId shareId, uint256 cash) external {
        LOANS.sellHomeForCash(shareId, msg.sender, cash);
    }

    /* VIEWS */

    /// @notice All zeros if there is no such loan.
    function loanOf(uint256 loanId) external view returns (Loan memory) {
        return _loans[loanId];
    }

    /// @notice What is owed (wei), up.
    function debtOf(uint256 loanId) external view returns (uint256) {
        return _positionOf(loanId).debtUp(block.timestamp);
    }

    /* INTERNAL */

    function _positionOf(uint256 loanId) private view returns (ILoanLedger.Position memory position) {
        position = _loans[loanId].position;
        require(!position.isEmpty(), NoLoan(loanId));
    }

    function _capOf(ShareId shareId) private view returns (uint96) {
        return (valueOf[shareId] * CAP_BPS / 10_000).toUint96();
    }

    function _open(ShareId shareId, uint256 principal, uint16 rateBps, uint96 instalment)
        private
        returns (uint256 loanId)
    {
        loanId = ++lastLoan;
        Loan storage loan = _loans[loanId];
        (loan.shareId, loan.instalment) = (shareId, instalment);
        loan.position = ILoanLedger.Position({
            principal: principal.toUint96(),
            rateBps: rateBps,
            nextRateBps: 0,
            since: uint40(block.timestamp),
            dueAt: uint40(block.timestamp + MONTH),
            resetAt: 0,
            cap: _capOf(shareId),
            interestRaw: 0,
            impairedRaw: 0,
            incomeRaw: 0
        });
        emit Drawn(loanId, shareId, principal);
    }

    /// @dev Writes a payment of `credit` down: it fills the oldest unpaid instalments in order, and marks the loan.
    function _credit(uint256 loanId, ILoanLedger.Position memory before, uint256 credit, uint256 debt)
        private
        returns (ILoanLedger.Position memory afterwards)
    {
        if (credit == debt) {
            delete _loans[loanId];
            return afterwards;
        }
        before.afterPayment(afterwards, block.timestamp, credit);
        Loan storage loan = _loans[loanId];
        (uint256 towards, uint256 instalment) = (loan.towards + credit, loan.instalment);
        while (towards >= instalment && afterwards.dueAt <= block.timestamp) {
            towards -= instalment;
            afterwards.dueAt += uint40(MONTH);
        }
        loan.towards = towards.toUint96();
        _write(loan, before, afterwards, 0);
    }

    /// @dev The loan as it is, and the same written now.
    function _written(uint256 loanId)
        private
        view
        returns (ILoanLedger.Position memory before, ILoanLedger.Position memory afterwards)
    {
        before = _positionOf(loanId);
        before.afterPayment(afterwards, block.timestamp, 0);
    }

    function _push(uint256 loanId, ILoanLedger.Position memory before, ILoanLedger.Position memory afterwards) private {
        _write(_loans[loanId], before, afterwards, 0);
        LOANS.push(before, afterwards);
    }

    /// @dev Marks and stores the loan, before money moves.
    function _write(
        Loan storage loan,
        ILoanLedger.Position memory before,
        ILoanLedger.Position memory afterwards,
        uint256 takenUsd
    ) private {
        afterwards.cap = _capOf(loan.shareId);
        (afterwards.impairedRaw, afterwards.incomeRaw) = before.carriedOver(afterwards, takenUsd);
        loan.position = afterwards;
    }

    /// @dev Coins that count for so many dollars now, up.
    function _coinsForUp(uint256 usd) private view returns (uint256) {
        ITreasury.Sheet memory sheet = TREASURY.balanceSheet();
        if (sheet.equityUsd >= 0) return usd;
        return Math.ceilDiv(usd * sheet.coins, sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd);
    }
}
