// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRequirements} from "../access/IRequirements.sol";
import {IHouseEscrow} from "../market/IHouseEscrow.sol";
import {ILeaseToBuy} from "../market/ILeaseToBuy.sol";
import {IShareMarket} from "../market/IShareMarket.sol";
import {LeaseId} from "../market/LeaseId.sol";
import {PropertyId, ShareId} from "../property/Ids.sol";
import {ILeaseChecks} from "./ILeaseChecks.sol";
import {IMarketChecks} from "./IMarketChecks.sol";

/// @title The lens for sales, leases and purses
/// @notice Beside `ISuiteLens`, with the same promises: nothing is kept, nothing reverts, bounds are clipped, and a part
/// that could not be read is left empty with `complete` false.
/// @dev Coins and dollars have 18 decimals, times are seconds. Everything is of this second.
///
/// The market keeps a purchase by its ask's hash alone: who wants its page brings the ask, from the event `Asked`.
interface IMarketLens is IRequirements {
    /// @notice A share's listing.
    /// @param ask As listed; zeros if the share is not.
    /// @param askHash Its name. @param saleHash What the manager approves, for the buyer who was asked about (or, if none
    /// was, for whom the ask names); 0 if nobody is known.
    /// @param live Whether it can be bought, by that buyer if there is one.
    /// @param refusal Why not: the error that a purchase would raise; empty if it is live, or nothing is listed.
    /// @param approvedBy Who approved that sale, @param approvedUntil until when. @param approved Whether that counts now.
    /// @param complete False if a part could not be read.
    struct ListingEntry {
        ShareId shareId;
        IShareMarket.Ask ask;
        bytes32 askHash;
        bytes32 saleHash;
        bool live;
        bytes refusal;
        address approvedBy;
        uint40 approvedUntil;
        bool approved;
        bool complete;
    }

    /// @notice A share on the market.
    /// @param fingerprint What an ask has to name. @param owner Zero if there is no such share. @param manager Of the house.
    /// @param lienHolder @param leaseHolder Zero if none.
    /// @param marketMayMove Whether the owner lets the market move it (ERC-721): before that nobody should sign.
    /// @param listing Of the share. @param listingNonce Of its next listing. @param leaseId Its lease here; 0 if none.
    /// @param stoppedUntil Until when the market is stopped, or last was; 0 if never.
    /// @param complete False if a part could not be read.
    struct SharePage {
        ShareId shareId;
        bytes32 fingerprint;
        address owner;
        address manager;
        address lienHolder;
        address leaseHolder;
        bool marketMayMove;
        ListingEntry listing;
        uint256 listingNonce;
        LeaseId leaseId;
        uint40 stoppedUntil;
        bool complete;
    }

    /// @notice A page of the listings of a house: its shares that are listed.
    /// @param nextNumber Share number to continue from; 0 at the end.
    /// @param complete False if a part could not be read.
    struct ListingsPage {
        ListingEntry[] listings;
        uint256 nextNumber;
        bool complete;
    }

    /// @notice A purchase that waits, and what it lacks.
    /// @param sale As the market keeps it: deadline, parts, who attested which documents, dispute and votes; zeros if no
    /// such purchase waits. @param seller @param buyer In their wallets of today.
    /// @param tokens Of the parts, in their order.
    /// @param saleHash What the manager approves. @param approvedBy Who did, @param approvedUntil until when.
    /// @param approved Whether that counts now. @param unchanged Whether the share is what was offered.
    /// @param decided What two of three voted for.
    /// @param refundable Whether the money can go back now; else, if nothing else happens, it can from @param refundableFrom.
    /// @param settlement What settling would do, and what stands in its way first.
    /// @param complete False if a part could not be read.
    struct SalePage {
        bytes32 askHash;
        IShareMarket.Sale sale;
        address seller;
        address buyer;
        IERC20[] tokens;
        bytes32 saleHash;
        address approvedBy;
        uint40 approvedUntil;
        bool approved;
        bool unchanged;
        IShareMarket.Outcome decided;
        bool refundable;
        uint256 refundableFrom;
        IMarketChecks.SaleQuote settlement;
        bool complete;
    }

    /// @notice Where a lease is.
    enum LeaseState {
        None, // no such lease, or no more
        Running, // nothing due is unpaid
        RentDue,
        Late, // the owner can declare a default
        InDefault, // which can be cured
        Terminable, // the owner can end it; paying all that is due still cures it
        TermOver, // anyone can end it
        ShareMoved // anyone can end it
    }

    /// @notice A lease.
    /// @param lease As the contract shows it: terms, rents, who.
    /// @param nextDueAt When the oldest unpaid rent is, or was, due; 0 if all are paid.
    /// @param dueCoins What is due and not paid, with fees.
    /// @param lateAt From when a default can be declared if nothing is paid; 0 if all is paid.
    /// @param cureUntil First second in which the owner can end it for a default; 0 if none stands.
    /// @param credit Toward the price, of all rents that count. @param refundable Of that, if he does not buy.
    /// @param prepaid Rents of months that have not begun, with their fees: the lessee's still.
    /// @param purchase What it costs the lessee to buy now, or why he can't.
    /// @param complete False if a part could not be read. A current price without a valid value leaves `purchase` alone
    /// incomplete: its `refusal` says so.
    struct LeasePage {
        LeaseId leaseId;
        ILeaseToBuy.Lease lease;
        LeaseState state;
        uint40 nextDueAt;
        uint256 dueCoins;
        uint40 lateAt;
        uint40 cureUntil;
        uint256 credit;
        uint256 refundable;
        uint256 prepaid;
        ILeaseChecks.LeaseQuote purchase;
        bool complete;
    }

    /// @notice A page of leases.
    /// @param next Where the next page begins: a lease's number, or a share's; 0 at the end.
    /// @param complete False if a part could not be read.
    struct LeasesPage {
        LeasePage[] leases;
        uint256 next;
        bool complete;
    }

    /// @notice A house's money, and one payee and invoice that were asked about.
    /// @param purse Balance, limits, what was released in the window and still can be, the window's end.
    /// @param fees Vendors' fees that nobody swept. @param manager Who releases.
    /// @param payee The row; zeros if he is not registered. @param canBePaid Whether he can be paid now.
    /// @param wallet Where he would be paid: his wallet of today. @param vendorFeeBps Kept of a vendor's invoice.
    /// @param invoicePaid Whether the invoice was paid.
    /// @param complete False if a part could not be read.
    struct PursePage {
        IHouseEscrow.Purse purse;
        uint256 fees;
        address manager;
        IHouseEscrow.Payee payee;
        bool canBePaid;
        address wallet;
        uint16 vendorFeeBps;
        bool invoicePaid;
        bool complete;
    }

    /// @notice Which numbers of a signer's present epoch are used up.
    /// @param epoch Nonces are `epoch << 8 | number`. @param used Bit i: number i was used or cancelled.
    /// @param nextNonce Of the lowest number that lives; 2^256 - 1 if none does: then `cancelAll` begins the next epoch.
    /// @param complete False if it could not be read.
    struct Numbers {
        uint256 epoch;
        uint256 used;
        uint256 nextNonce;
        bool complete;
    }

    /// @notice What a wallet can still sign, and whether the offers with the nonces that were asked about can act.
    struct OffersPage {
        Numbers asks;
        Numbers leases;
        bool[] askLives;
        bool[] leaseLives;
        bool complete;
    }

    /* SALES */

    /// @notice A share on the market.
    /// @param buyer Who looks at it; zero for nobody in particular.
    function share(ShareId shareId, address buyer) external view returns (SharePage memory page);

    /// @notice The listings of a house.
    /// @param buyer Who looks at them; zero for nobody in particular.
    /// @param fromNumber First share number; 0 means 1.
    /// @param maxShares How many shares are looked at; clipped to `MAX_SHARES_PER_PAGE()`, 0 means that many.
    function listings(PropertyId propertyId, address buyer, uint256 fromNumber, uint256 maxShares)
        external
        view
        returns (ListingsPage memory page);

    /// @notice A purchase that waits.
    function sale(IShareMarket.Ask calldata ask) external view returns (SalePage memory page);

    /* LEASES */

    /// @notice One lease.
    function lease(LeaseId leaseId) external view returns (LeasePage memory page);

    /// @notice The lease of a share; its number is 0 if there is none.
    function leaseOfShare(ShareId shareId) external view returns (LeasePage memory page);

    /// @notice Leases by number; those that are over are empty but for it.
    /// @param fromLease First number; 0 means 1.
    /// @param maxLeases How many at most; clipped to `MAX_LEASES_PER_PAGE()`, 0 means that many.
    function leases(uint256 fromLease, uint256 maxLeases) external view returns (LeasesPage memory page);

    /// @notice The leases of a house's shares.
    /// @param fromNumber First share number; 0 means 1.
    /// @param maxShares How many shares are looked at; clipped to `MAX_LEASES_PER_PAGE()`, 0 means that many.
    function leasesOfHouse(PropertyId propertyId, uint256 fromNumber, uint256 maxShares)
        external
        view
        returns (LeasesPage memory page);

    /* PURSES */

    /// @notice A house's money.
    /// @param payee Who might be paid; zero for nobody. @param invoiceHash Zero for none.
    function purse(PropertyId propertyId, address payee, bytes32 invoiceHash)
        external
        view
        returns (PursePage memory page);

    /* OFFERS */

    /// @notice What `signer` can still sign.
    /// @param nonces Of asks and leases of his; those after the first `MAX_NONCES_PER_PAGE()` are left out.
    function offers(address signer, uint256[] calldata nonces) external view returns (OffersPage memory page);

    /* WHAT IT LOOKS AT */

    /// @notice What a sale would come to, or why it is refused.
    function CHECKS() external view returns (IMarketChecks);

    /// @notice What a lease or an invoice would come to, or why it is refused.
    function LEASE_CHECKS() external view returns (ILeaseChecks);

    /// @notice How many shares a page of listings looks at.
    function MAX_SHARES_PER_PAGE() external view returns (uint256);

    /// @notice How many leases a page has at most.
    function MAX_LEASES_PER_PAGE() external view returns (uint256);

    /// @notice How many nonces are looked up at most.
    function MAX_NONCES_PER_PAGE() external view returns (uint256);
}
