// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRequirements} from "../access/IRequirements.sol";
import {IFeeSplitter} from "../coin/IFeeSplitter.sol";
import {ICredentialRegistry} from "../identity/ICredentialRegistry.sol";
import {PropertyId} from "../property/Ids.sol";
import {IPropertyRegistry} from "../property/IPropertyRegistry.sol";

/// @title Each house's money for repairs and taxes
/// @notice Whoever pays in, it is the house's: no sale of shares and no change of manager releases a coin of it. It leaves in
/// one way alone: an invoice of a registered payee, whose hash is paid once for ever. The house's manager releases it up to a
/// limit for an invoice and one for a window of 30 days; above them the house's owners do, by a ballot whose contract has a
/// row. A payee that a manager registers can be paid only after a delay, in which he can be removed again: who becomes
/// manager inherits the payees, the limits and what is left of the window.
/// @dev Amounts are wei of coin, times seconds, basis points of 10,000. A window begins with the first release after the one
/// before it is over, so that never more than twice the limit leaves in any 30 days. A vendor's fee is kept back of his
/// invoice, up. Nobody's wallet can refuse coins, so they are sent; a payee who lost his wallet is paid in his new one.
/// Laws: the coins here = the houses' money + fees that nobody swept; paid in = paid out + fees + what is left, for each house.
interface IHouseEscrow is IRequirements {
    /// @notice Where money comes from: as who pays in says.
    enum Source {
        Owners,
        Income,
        Vendors
    }

    /// @notice The contracts it works with, fixed at construction.
    struct EscrowPeers {
        ICredentialRegistry credentials;
        IPropertyRegistry registry;
        IERC20 coin;
        IFeeSplitter splitter;
    }

    /// @notice The rules' numbers, fixed at construction.
    /// @param invoiceLimit Most that a manager releases for an invoice, and @param windowLimit in a window, of a house for
    /// which the DAO has written nothing else (wei).
    /// @param windowPeriod Length of a window; a day to 365 days.
    /// @param payeeDelay Before a payee whom the manager registered can be paid; a day to 90 days.
    /// @param vendorFeeBps Of a vendor's invoice; at most 1,000.
    struct EscrowRules {
        uint96 invoiceLimit;
        uint96 windowLimit;
        uint40 windowPeriod;
        uint40 payeeDelay;
        uint16 vendorFeeBps;
    }

    /// @notice What a manager may release of a house's money (wei).
    struct Limits {
        uint96 invoice;
        uint96 window;
    }

    /// @notice A house's money as of now.
    /// @param balance Wei. @param limits In force. @param released In the present window. @param releasable Left of it.
    /// @param windowEndsAt First second after the window; 0 if none runs.
    struct Purse {
        uint256 balance;
        Limits limits;
        uint256 released;
        uint256 releasable;
        uint40 windowEndsAt;
    }

    /// @notice Who can be paid by a house.
    /// @param activeFrom First second in which he can; 0 if he is not registered. @param vendor Whether a fee is kept back.
    struct Payee {
        uint40 activeFrom;
        bool vendor;
    }

    /* EVENTS */

    /// @notice Emitted when `from` paid in.
    event Funded(PropertyId indexed propertyId, address indexed from, Source indexed source, uint256 amount);
    /// @notice Emitted when somebody can be paid from then on.
    event PayeeRegistered(PropertyId indexed propertyId, address indexed payee, bool vendor, uint40 activeFrom);
    /// @notice Emitted when he can't any more.
    event PayeeRemoved(PropertyId indexed propertyId, address indexed payee);
    /// @notice Emitted when an invoice was paid: `payee` got amount less fee, in his wallet of today, `to`. Released by the
    /// manager, or by a ballot's contract.
    event InvoicePaid(
        PropertyId indexed propertyId,
        address indexed payee,
        bytes32 indexed invoiceHash,
        address releasedBy,
        address to,
        uint256 amount,
        uint256 fee
    );
    /// @notice Emitted when the DAO wrote a house's limits.
    event LimitsSet(PropertyId indexed propertyId, uint96 invoiceLimit, uint96 windowLimit);
    /// @notice Emitted when the DAO wrote the row of a contract of ballots.
    event BallotSet(address indexed ballot, bool allowed);
    /// @notice Emitted when a house's vendor fees (wei) went to the splitter.
    event FeesSwept(PropertyId indexed propertyId, uint256 coins);

    /* ERRORS. A release judges in the order in which they stand here. */

    /// @notice Thrown when `caller` is not the manager `manager` of the house.
    error NotManager(address caller, PropertyId propertyId, address manager);
    /// @notice Thrown when `caller` has no row.
    error NotBallot(address caller);
    /// @notice Thrown when an invoice has no hash.
    error MissingHash(PropertyId propertyId);
    /// @notice Thrown when nothing is paid.
    error NothingPaid(PropertyId propertyId);
    /// @notice Thrown when an invoice was paid before.
    error AlreadyPaid(PropertyId propertyId, bytes32 invoiceHash);
    /// @notice Thrown when `payee` is not registered for the house, or can be paid from `activeFrom` on.
    error NotPayee(PropertyId propertyId, address payee, uint40 activeFrom);
    /// @notice Thrown when an invoice is above what the manager may release.
    error AboveInvoiceLimit(PropertyId propertyId, uint256 amount, uint256 limit);
    /// @notice Thrown when it is above what is left of the window.
    error AboveWindowLimit(PropertyId propertyId, uint256 amount, uint256 releasable);
    /// @notice Thrown when the house has less.
    error NotEnough(PropertyId propertyId, uint256 amount, uint256 balance);

    /// @notice Thrown when a house is not registered.
    error UnknownHouse(PropertyId propertyId);
    /// @notice Thrown when a payee is registered already.
    error AlreadyPayee(PropertyId propertyId, address payee, uint40 activeFrom);
    /// @notice Thrown when nobody is to be registered.
    error MissingPayee(PropertyId propertyId);
    /// @notice Thrown when this contract itself is to be a payee.
    error InvalidRecipient(address to);
    /// @notice Thrown when money does not fit 96 bits.
    error TooMuch(PropertyId propertyId, uint256 amount);
    /// @notice Thrown when a window's limit is below that of an invoice.
    error LimitsOutOfOrder(uint256 invoiceLimit, uint256 windowLimit);

    /* MONEY IN */

    /// @notice Pays in for a house. Anyone, who let this contract spend it.
    function fund(PropertyId propertyId, uint256 amount, Source source) external;

    /* PAYEES */

    /// @notice Registers a payee. The house's manager, after the delay; or the DAO, at once, and of one who waits, too.
    /// @param vendor Whether a vendor's fee is kept back of his invoices.
    function registerPayee(PropertyId propertyId, address payee, bool vendor) external;

    /// @notice Removes a payee at once. The house's manager, or the DAO.
    function removePayee(PropertyId propertyId, address payee) external;

    /* MONEY OUT */

    /// @notice Pays an invoice within the limits. The house's manager.
    /// @param invoiceHash Of the invoice as the manager attests it.
    /// @param amount What the house pays; a vendor gets it less the fee.
    function pay(PropertyId propertyId, address payee, bytes32 invoiceHash, uint256 amount) external;

    /// @notice Pays an invoice that the house's owners voted for. A row of ballots; no limit but the house's money.
    function payByBallot(PropertyId propertyId, address payee, bytes32 invoiceHash, uint256 amount) external;

    /// @notice Sends a house's vendor fees to the splitter, which refuses none. Anyone.
    function sweepFees(PropertyId propertyId) external returns (uint256 coins);

    /* THE DAO */

    /// @notice Writes what a house's manager may release; zeros stop him. The DAO's.
    function setLimits(PropertyId propertyId, uint96 invoiceLimit, uint96 windowLimit) external;

    /// @notice Lets a contract of ballots release money, or no longer. The DAO's.
    function setBallot(address ballot, bool allowed) external;

    /* VIEWS */

    /// @notice A house's money.
    function purseOf(PropertyId propertyId) external view returns (Purse memory);

    /// @notice Whether and since when a house can pay somebody.
    function payeeOf(PropertyId propertyId, address payee) external view returns (Payee memory);

    /// @notice Whether an invoice was paid.
    function isPaid(PropertyId propertyId, bytes32 invoiceHash) external view returns (bool);

    /// @notice Whether a contract of ballots may release money.
    function isBallot(address ballot) external view returns (bool);

    /// @notice A house's vendor fees that nobody swept yet (wei).
    function feesOf(PropertyId propertyId) external view returns (uint256);

    /// @notice The contracts it works with.
    function peers() external view returns (EscrowPeers memory);

    /// @notice The rules' numbers.
    function rules() external view returns (EscrowRules memory);
}
