// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LoanId} from "../lending/LoanId.sol";
import {IShareMarket} from "../market/IShareMarket.sol";
import {IChecks} from "./IChecks.sol";
import {ILoanChecks} from "./ILoanChecks.sol";

/// @title What a sale would come to now, or why it is refused
/// @notice Beside `IMarketLens`, with its promises; a check is what {IChecks} says. Permits don't count: allowances are those of
/// now. One thing is judged as of before the call: where a buyer's loan is to pay for a share whose seller's loan is paid off
/// in the same call, the treasury's cash and equity.
/// @dev Coins and dollars have 18 decimals.
interface IMarketChecks is IChecks {
    /// @notice What a purchase would cost now, who gets it, and why it would be refused.
    /// @param parts What is paid of each currency, in the order of the payments; of a sale that waits, what was paid.
    /// @param missingUsd What the payments lack of the price.
    /// @param loanCoins What the buyer's loan brings.
    /// @param fee The sale fee (coins). @param debtLoan The seller's loan that is paid off; 0 if none. @param debt By how
    /// many coins, late fees among them.
    /// @param toSeller What he gets in coins; besides he gets all parts in other currencies.
    /// @param refusal Why the call would be refused; empty if it would pass.
    /// @param complete False if the quote could not be read: a currency without a valid price, a loan that brings nothing.
    struct SaleQuote {
        IShareMarket.Part[] parts;
        uint256 missingUsd;
        uint256 loanCoins;
        uint256 fee;
        LoanId debtLoan;
        uint256 debt;
        uint256 toSeller;
        bytes refusal;
        bool complete;
    }

    /* CHECKS */

    /// @notice Whether an ask could be bought, whatever with: it runs, makes sense, is its seller's word, and the share is
    /// what he offers, and can move.
    /// @param buyer Who would buy; zero asks for whoever the ask is for.
    /// @param signature The seller's; empty if the ask is the share's listing.
    function askCheck(address buyer, IShareMarket.Ask calldata ask, bytes calldata signature)
        external
        view
        returns (bytes memory refusal);

    /// @notice What `ShareMarket.take` by `buyer` would do.
    function takeCheck(
        address buyer,
        IShareMarket.Ask calldata ask,
        bytes calldata signature,
        IShareMarket.Payment[] calldata payments
    ) external view returns (SaleQuote memory quote);

    /// @notice What `buy` by `buyer` would do; fee, debt and the seller's coins as if it were settled now.
    /// @param loanId The loan that pays the rest; 0 if none.
    function buyCheck(
        address buyer,
        IShareMarket.Ask calldata ask,
        bytes calldata signature,
        IShareMarket.Payment[] calldata payments,
        LoanId loanId
    ) external view returns (SaleQuote memory quote);

    /// @notice What `settle` of a purchase that waits would do.
    function settleCheck(IShareMarket.Ask calldata ask) external view returns (SaleQuote memory quote);

    /// @notice Whether `refund` of it by `caller` would be refused. A token that refuses its part refuses no refund.
    function refundCheck(address caller, IShareMarket.Ask calldata ask, address to)
        external
        view
        returns (bytes memory refusal);

    /* THE SAME, REVERTING */

    function requireAsk(address buyer, IShareMarket.Ask calldata ask, bytes calldata signature) external view;

    function requireTake(
        address buyer,
        IShareMarket.Ask calldata ask,
        bytes calldata signature,
        IShareMarket.Payment[] calldata payments
    ) external view;

    function requireBuy(
        address buyer,
        IShareMarket.Ask calldata ask,
        bytes calldata signature,
        IShareMarket.Payment[] calldata payments,
        LoanId loanId
    ) external view;

    function requireSettle(IShareMarket.Ask calldata ask) external view;

    function requireRefund(address caller, IShareMarket.Ask calldata ask, address to) external view;

    /// @notice The numbers of a quote by `buyer`, reverting where they could not be read.
    function requireSaleQuote(
        address buyer,
        IShareMarket.Ask calldata ask,
        IShareMarket.Payment[] calldata payments,
        LoanId loanId
    ) external view returns (SaleQuote memory quote);

    /// @notice The numbers of a settlement, reverting where they could not be read.
    function requireSettleQuote(IShareMarket.Ask calldata ask) external view returns (SaleQuote memory quote);

    /* WHAT IT ASKS */

    function MARKET() external view returns (IShareMarket);

    /// @notice What a draw for a purchase is refused for.
    function LOAN_CHECKS() external view returns (ILoanChecks);
}
