// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {LoanSums} from "../coin/libraries/LoanSums.sol";

/// @title The treasury as the loan ledger knows it, without any money: the sums alone
/// @notice For what the ledger has to do whatever the treasury allows.
contract TestLoanSums {
    using LoanSums for ILoanLedger.SumsChange;
    using LoanSums for LoanSums.Stored;

    struct Kept {
        uint256 coins;
        address book;
    }

    uint256 public constant CASH_UNIT = 1e12;

    ILoanLedger public immutable LOANS;

    /// @notice The day (since 1970) as of whose start the sums are.
    uint256 public day;
    /// @notice All that payments were credited with (dollars).
    uint256 public credited;
    /// @notice Value of all owned homes (dollars).
    int256 public homesUsd;
    /// @notice What was kept last (wei), and for whom.
    Kept public kept;
    LoanSums.Stored private _sums;

    constructor(ILoanLedger loans) {
        LOANS = loans;
        day = block.timestamp / 1 days;
    }

    /* WHAT THE LEDGER CALLS */

    function lendCoins(ILoanLedger.SumsChange calldata change, address, uint256, uint256 kept_, address book) external {
        rebook(change, 0);
        kept = Kept(kept_, book);
    }

    function lendCash(ILoanLedger.SumsChange calldata change, address, uint256, uint256 kept_, address book) external {
        rebook(change, 0);
        kept = Kept(kept_, book);
    }

    function takeCoins(
        ILoanLedger.SumsChange calldata change,
        int256 homes,
        address,
        uint256,
        uint256 credit,
        uint256 kept_,
        address book
    ) external returns (uint256 released) {
        rebook(change, homes);
        kept = Kept(kept_, book);
        credited += credit;
        return 0;
    }

    function takeCash(ILoanLedger.SumsChange calldata change, int256 homes, address, uint256, uint256 credit) external {
        rebook(change, homes);
        credited += credit;
    }

    function rebook(ILoanLedger.SumsChange calldata change, int256 homes) public {
        roll();
        _add(change);
        homesUsd += homes;
    }

    /* TIME */

    /// @notice Takes note of all days that have begun.
    function roll() public {
        uint256 today = block.timestamp / 1 days;
        if (day != today) _add(LOANS.roll(day, today));
        day = today;
    }

    /* VIEWS */

    function loanSums() external view returns (uint256, ILoanLedger.SumsChange memory) {
        return (day, _sums.load(true));
    }

    /// @notice Carrying value of all loans now, in dollars, down.
    function carrying() external view returns (uint256) {
        return sumsNow().valueDown(block.timestamp);
    }

    /// @notice The sums as of the start of this day.
    function sumsNow() public view returns (ILoanLedger.SumsChange memory sums) {
        sums = _sums.load(true);
        sums.add(LOANS.passed(day, block.timestamp / 1 days));
    }

    function _add(ILoanLedger.SumsChange memory change) private {
        _sums.change(_sums.load(true), change);
    }
}
