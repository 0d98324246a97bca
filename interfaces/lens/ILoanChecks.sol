// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {LoanId} from "../lending/LoanId.sol";
import {IPropertyValuation} from "../oracle/IPropertyValuation.sol";

/// @title What a draw or a payment would do now, or why it is refused
/// @notice The other half of `ILoanLens`, with the same promises: nothing is kept, nothing reverts, and a part that could
/// not be read is left empty with `complete` false. Only the `require...` functions revert: that is what they are for.
/// @dev Coins and dollars have 18 decimals, `cash` is in units of the reserve token, times are seconds.
///
/// A check returns the error that the call would raise now, byte for byte, and nothing if it would pass. Of the reserve
/// token it knows balances and allowances, in ERC-6093's errors, as `ITreasuryLens` says.
interface ILoanChecks is IRequirements {
    /// @notice The loan's side of what a draw is judged by. Exposures are with this loan, and compare with the caps.
    /// @param amount What is asked. @param fee Kept of it (coins). @param cash What a draw in cash pays out.
    /// @param cashFee What it keeps: the fee, and what makes the cash a whole unit.
    /// @param purchase Whether the loan buys the share.
    /// @param houseUsd The house's value for new loans. @param status Of that value.
    /// @param seniorClaims Claims that rank before the shares.
    /// @param most Most that is lent on the share.
    /// @param borrowerLate A late loan of the borrower; 0 if none. @param borrowerLoans How many he has open.
    /// @param borrowerExposure @param borrowerCap
    /// @param houseLate A late loan on the house; 0 if none. @param houseExposure @param houseCap
    /// @param originatorLate How many of the originator's loans are late. @param originatorMostLate
    /// @param originatorFace @param originatorCap
    struct DrawGates {
        uint256 amount;
        uint256 fee;
        uint256 cash;
        uint256 cashFee;
        bool purchase;
        uint256 houseUsd;
        IPropertyValuation.ValueStatus status;
        uint256 seniorClaims;
        uint256 most;
        LoanId borrowerLate;
        uint256 borrowerLoans;
        uint256 borrowerExposure;
        uint256 borrowerCap;
        LoanId houseLate;
        uint256 houseExposure;
        uint256 houseCap;
        uint256 originatorLate;
        uint256 originatorMostLate;
        uint256 originatorFace;
        uint256 originatorCap;
    }

    /// @notice Every gate of a draw by its borrower, to himself, and what it would say.
    /// @param gates The loan's side; zeros for a loan that is not requested or approved.
    /// @param lendingPaused Whether anything keeps lending paused.
    /// @param freeCashUsd What the cash that nobody waits for counts for, down. @param floorUsd What of it must be left after
    /// a draw in coins, up. @param cashFloorUsd The same after a draw in cash, which also lowers `freeCashUsd` by the cash.
    /// @param equityUsd Equity. @param minEquityUsd What it must be.
    /// @param refusal Why `draw` (`drawForPurchase`, for a purchase) would be refused; empty if it would pass.
    /// @param cashRefusal Why `drawCash` would be.
    /// @param complete False if a part could not be read.
    struct DrawPage {
        DrawGates gates;
        bool lendingPaused;
        uint256 freeCashUsd;
        uint256 floorUsd;
        uint256 cashFloorUsd;
        int256 equityUsd;
        uint256 minEquityUsd;
        bytes refusal;
        bytes cashRefusal;
        bool complete;
    }

    /// @notice What a payment would do now.
    /// @param coins What it would take of the coins (or, for cash, of the cash) that were offered.
    /// @param fees Of them, for late fees. @param credit What the debt would fall by.
    /// @param debt What would be owed afterwards. @param dueAt The oldest unpaid due time afterwards; 0 if nothing is owed.
    /// @param towards Paid of that instalment then. @param met How many instalments it would meet in full.
    /// @param closes Whether the loan would be repaid.
    /// @param refusal Why it would be refused; empty if it would pass. Then the rest says what it would do; else only the
    /// parts known until the refusal are filled in.
    /// @param complete False if it could not be computed.
    struct PaymentQuote {
        uint256 coins;
        uint256 fees;
        uint256 credit;
        uint256 debt;
        uint40 dueAt;
        uint256 towards;
        uint256 met;
        bool closes;
        bytes refusal;
        bool complete;
    }

    /// @notice Thrown inside this contract, and returned by a check, when something refuses without saying why.
    error Unexplained();

    /// @notice Every gate of a draw with its numbers, and the first that refuses it.
    function drawCheck(LoanId loanId) external view returns (DrawPage memory page);

    /// @notice What `pay` of so many coins by `payer` would do.
    function paymentQuote(LoanId loanId, address payer, uint256 coins) external view returns (PaymentQuote memory quote);

    /// @notice What `payCash` by `payer` would do; compare its credit with the least that he accepts.
    function cashPaymentQuote(LoanId loanId, address payer, uint256 cash)
        external
        view
        returns (PaymentQuote memory quote);

    /* THE SAME, REVERTING */

    /// @notice Reverts with the `refusal` of `drawCheck`.
    function requireDraw(LoanId loanId) external view;

    /// @notice Reverts with its `cashRefusal`.
    function requireDrawCash(LoanId loanId) external view;

    /// @notice Reverts with what would refuse a draw in `market` for a purchase: `drawForMarket`, once the share is the
    /// borrower's.
    /// @param paidOff The seller's loan on the share, which is paid off by then; 0 if none. What that payment does to the
    /// treasury's cash is not counted.
    function requireDrawForMarket(address market, LoanId loanId, address borrower, uint256 priceUsd, LoanId paidOff)
        external
        view;

    /// @notice The `gates` of `drawCheck`, reverting where they could not be read.
    function requireGates(LoanId loanId) external view returns (DrawGates memory gates);

    /// @notice As the quotes, reverting with what would refuse the payment.
    function requirePayment(LoanId loanId, address payer, uint256 coins)
        external
        view
        returns (PaymentQuote memory quote);

    function requireCashPayment(LoanId loanId, address payer, uint256 cash)
        external
        view
        returns (PaymentQuote memory quote);
}
