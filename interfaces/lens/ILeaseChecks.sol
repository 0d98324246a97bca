// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LoanId} from "../lending/LoanId.sol";
import {IHouseEscrow} from "../market/IHouseEscrow.sol";
import {ILeaseToBuy} from "../market/ILeaseToBuy.sol";
import {LeaseId} from "../market/LeaseId.sol";
import {PropertyId} from "../property/Ids.sol";
import {IChecks} from "./IChecks.sol";

/// @title What a lease or an invoice would come to now, or why it is refused
/// @notice Beside `IMarketLens`, with its promises; a check is what {IChecks} says.
/// @dev Coins and dollars have 18 decimals.
interface ILeaseChecks is IChecks {
    /// @notice What it would cost a lessee to buy now, and why it would be refused.
    /// @param priceUsd Agreed, or the share's value. @param purchase What the price comes to; rents that are due are not in
    /// it. @param debtLoan The loan on the share; 0 if none. @param debt What pays it off, out of the owner's part (coins).
    /// @param toOwner What is left for him, without rents to collect (coins).
    /// @param refusal Why the purchase would be refused; empty if it would pass.
    /// @param complete False if the quote could not be read: no such lease, no valid value at a current price.
    struct LeaseQuote {
        uint256 priceUsd;
        ILeaseToBuy.Purchase purchase;
        LoanId debtLoan;
        uint256 debt;
        uint256 toOwner;
        bytes refusal;
        bool complete;
    }

    /* CHECKS */

    /// @notice Whether `LeaseToBuy.sign` by `caller` would be refused.
    function signCheck(address caller, ILeaseToBuy.LeaseTerms calldata terms, bytes calldata signature)
        external
        view
        returns (bytes memory refusal);

    /// @notice What `LeaseToBuy.buy` by `caller` would do.
    function leaseBuyCheck(address caller, LeaseId leaseId, uint256 most)
        external
        view
        returns (LeaseQuote memory quote);

    /// @notice Whether `HouseEscrow.pay` by `caller` would be refused.
    function invoiceCheck(address caller, PropertyId propertyId, address payee, bytes32 invoiceHash, uint256 amount)
        external
        view
        returns (bytes memory refusal);

    /* THE SAME, REVERTING */

    function requireSign(address caller, ILeaseToBuy.LeaseTerms calldata terms, bytes calldata signature) external view;

    function requireLeaseBuy(address caller, LeaseId leaseId, uint256 most) external view;

    function requireInvoice(address caller, PropertyId propertyId, address payee, bytes32 invoiceHash, uint256 amount)
        external
        view;

    /// @notice The numbers of a lessee's purchase, reverting where they could not be read.
    function requireLeaseQuote(LeaseId leaseId) external view returns (LeaseQuote memory quote);

    /* WHAT IT ASKS */

    function LEASES() external view returns (ILeaseToBuy);

    function ESCROW() external view returns (IHouseEscrow);
}
