// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {IFeeSplitter} from "../coin/IFeeSplitter.sol";
import {IHomeDollar} from "../coin/IHomeDollar.sol";
import {ITreasury} from "../coin/ITreasury.sol";
import {ICredentialRegistry} from "../identity/ICredentialRegistry.sol";
import {LoanId} from "../lending/LoanId.sol";
import {IPropertyValuation} from "../oracle/IPropertyValuation.sol";
import {PropertyId, ShareId} from "../property/Ids.sol";
import {IPropertyRegistry} from "../property/IPropertyRegistry.sol";
import {IShareCertificate} from "../property/IShareCertificate.sol";
import {LeaseId} from "./LeaseId.sol";

/// @title Leases with the right to buy
/// @notice The owner of a share offers it to one lessee for 1, 2 or 5 years, by a signature or on chain; the house's manager
/// approves beforehand, of the purchase, too; the lessee signs by his call and pays the first rent. While the lease stands
/// he has the use, and may buy at any time; the owner keeps certificate, vote and income, and the share is locked.
///
/// Rent k is due as month k begins, k x 2,628,000 seconds after the start, from k = 0. It is paid in order, by anyone, with
/// the lease fee on top. As its month begins a rent counts: the fee is the splitter's; `creditBps` of the rent are credited
/// toward the price; of that credit `refundBps` are held here, and the rest of the rent is the owner's to collect. Until
/// then all of it is the lessee's, and goes back to him if the lease ends before, however it ends.
///
/// | the lease ends by | share | credit | refundable credit, which lies here |
/// | --- | --- | --- | --- |
/// | `buy`, with nothing due unpaid | the lessee's | less to pay; beyond the price it lapses | the owner's; of what is beyond the price, the lessee's |
/// | `terminate`, a default not cured | the owner's | lapses | the lessee's |
/// | `end`, from the end of the term | the owner's | lapses | the lessee's |
/// | `end`, once the share is another's | the new owner's | lapses | the lessee's |
///
/// A loan that is on the share already ranks before the lease, and the lessee signs for it with the fingerprint, which names
/// its terms: foreclosure takes the share from both, and a purchase pays the whole loan off first. No lien comes later: a
/// leased share takes none. The price is that of the terms, or the share's value at a valid reading.
/// @dev Coins and dollars have 18 decimals, a coin counts for a dollar of the price; basis points are of 10,000; times are
/// seconds. Fees are rounded up; credits, and what of them is refundable, down. Owner and lessee are who they are in their
/// wallets of today. No freeze makes a term or a cure longer: rents can always be paid, but a frozen share can't be bought.
/// Laws: the coins here = what all leases hold + fees that nobody swept; what the lessee paid = what he got back + the
/// owner's part + fees, to the wei, at every end; after it the lease is gone.
interface ILeaseToBuy is IRequirements {
    /// @notice How the price is found.
    /// @param Fixed The terms name it. @param Current The share's value when the lessee buys.
    enum PriceMode {
        Fixed,
        Current
    }

    /// @notice Why a lease ended without a purchase.
    enum Ending {
        Terminated,
        TermOver,
        ShareMoved
    }

    /// @notice What the owner offers; the EIP-712 struct that he signs.
    /// @param rent A month's (wei), above 0. @param months 12, 24 or 60.
    /// @param creditBps Of each rent. @param refundBps Of the credit.
    /// @param priceUsd Of a fixed price, above 0; 0 of a current one.
    /// @param fingerprint What `ShareCertificate.getStateFingerprint` says: if the share's state is another, he offers nothing.
    /// @param expiresAt Last second in which it can be signed.
    /// @param nonce `epoch << 8 | number`; see {OfferWords}.
    struct LeaseTerms {
        address owner;
        ShareId shareId;
        address lessee;
        uint256 rent;
        uint16 months;
        uint16 creditBps;
        uint16 refundBps;
        PriceMode priceMode;
        uint256 priceUsd;
        bytes32 fingerprint;
        uint40 expiresAt;
        uint256 nonce;
    }

    /// @notice The contracts it works with, fixed at construction.
    struct LeasePeers {
        ICredentialRegistry credentials;
        IPropertyRegistry registry;
        IShareCertificate certificate;
        IPropertyValuation valuation;
        ITreasury treasury;
        IHomeDollar coin;
        IFeeSplitter splitter;
    }

    /// @notice The rules' numbers, fixed at construction.
    /// @param leaseFeeBps On top of each rent; at most 500.
    /// @param saleFeeBps Of what is paid at the purchase, out of it; at most 500.
    /// @param gracePeriod After which an unpaid rent is a default; a day to 60 days.
    /// @param curePeriod In which a declared default can be cured; a day to 365 days.
    struct LeaseRules {
        uint16 leaseFeeBps;
        uint16 saleFeeBps;
        uint40 gracePeriod;
        uint40 curePeriod;
    }

    /// @notice A lease as of now; zeros if there is none (any more).
    /// @param owner Who let it, and @param lessee who may buy, in their wallets of today.
    /// @param startedAt First second of the term. @param endsAt First second after it.
    /// @param fee On top of a rent. @param credit Of a rent that counts. @param refundable Of that credit.
    /// @param paid Rents paid. @param due Rents that are due by now. @param counting Rents paid whose month has begun.
    /// @param collected Those whose part the owner has collected.
    /// @param defaultAt When a default was declared; 0 if none stands.
    /// @param held Coins that lie here for it.
    /// @param priceUsd Of a fixed price; 0 of a current one.
    struct Lease {
        ShareId shareId;
        address owner;
        address lessee;
        uint40 startedAt;
        uint40 endsAt;
        uint16 months;
        uint256 rent;
        uint256 fee;
        uint256 credit;
        uint256 refundable;
        uint256 paid;
        uint256 due;
        uint256 counting;
        uint256 collected;
        uint40 defaultAt;
        uint256 held;
        PriceMode priceMode;
        uint256 priceUsd;
    }

    /// @notice What a purchase would cost and give at a price.
    /// @param creditUsed Of the price. @param toPay By the lessee (wei). @param saleFee Out of it.
    /// @param toOwner Before a loan is paid off; without rents that he has not collected.
    /// @param toLessee What goes back to him: refundable credit beyond the price, and rents of months not begun.
    struct Purchase {
        uint256 creditUsed;
        uint256 toPay;
        uint256 saleFee;
        uint256 toOwner;
        uint256 toLessee;
    }

    /* EVENTS */

    /// @notice Emitted when an owner offered a lease on chain, or with zero took his offer of the share back.
    event LeaseOffered(ShareId indexed shareId, address indexed owner, bytes32 indexed leaseHash);
    /// @notice Emitted when somebody cancelled signed offers; with `epoch` raised, all before it.
    event OffersCancelled(address indexed owner, uint256 epoch, uint256[] nonces);
    /// @notice Emitted when a house's manager approved a lease until then, or with 0 took that back.
    event LeaseApproved(ShareId indexed shareId, bytes32 indexed leaseHash, address indexed manager, uint40 until);
    /// @notice Emitted when a lease began.
    event LeaseSigned(
        LeaseId indexed leaseId, ShareId indexed shareId, address indexed lessee, bytes32 leaseHash, LeaseTerms terms
    );
    /// @notice Emitted when `rents` of them were paid, for `coins` with the fees; `paid` are paid now.
    event RentPaid(LeaseId indexed leaseId, address indexed payer, uint256 rents, uint256 coins, uint256 paid);
    /// @notice Emitted when the owner's part of `rents` of them went to him, and their `fees` are the splitter's.
    event RentCollected(LeaseId indexed leaseId, address indexed owner, uint256 rents, uint256 coins, uint256 fees);
    /// @notice Emitted when the owner declared a default: the rent of `dueAt` is not paid.
    event DefaultDeclared(LeaseId indexed leaseId, uint40 dueAt);
    /// @notice Emitted when all that was due was paid.
    event DefaultCured(LeaseId indexed leaseId);
    /// @notice Emitted when the use followed the lessee to the wallet that took his old one's place.
    event UseMoved(LeaseId indexed leaseId, address indexed lessee);
    /// @notice Emitted when the lessee bought the share; `debtPaid` (wei) went to a loan out of the owner's part.
    event LeaseBought(
        LeaseId indexed leaseId,
        ShareId indexed shareId,
        address indexed lessee,
        uint256 priceUsd,
        Purchase purchase,
        uint256 debtPaid
    );
    /// @notice Emitted when a lease ended without a purchase; `toLessee` went back to him.
    event LeaseEnded(LeaseId indexed leaseId, ShareId indexed shareId, Ending ending, uint256 toLessee);
    /// @notice Emitted when a house's fees of one kind (wei) went to the splitter.
    event FeesSwept(PropertyId indexed propertyId, IFeeSplitter.FeeKind indexed kind, uint256 coins);

    /* ERRORS. Signing judges in the order in which they stand here, after the switch. */

    /// @notice Thrown when `caller` is not the lessee: at signing the wallet that the terms name, later his wallet of today.
    error NotLessee(address caller, address lessee);
    /// @notice Thrown when a field of the terms makes no sense.
    error TermsOutOfRange(bytes32 field, uint256 value, uint256 least, uint256 most);
    /// @notice Thrown when an offer is signed after its last second.
    error OfferExpired(uint40 expiredAt, uint256 nowAt);
    /// @notice Thrown when `owner` neither signed these terms nor offers them on chain.
    error NotOffered(address owner, bytes32 leaseHash);
    /// @notice Thrown when this number was used or cancelled, or its epoch is not the present one.
    error OfferVoid(address owner, uint256 nonce);
    /// @notice Thrown when who offers does not own the share; `actual` does.
    error NotShareOwner(ShareId shareId, address owner, address actual);
    /// @notice Thrown when an owner's wallet was replaced by another.
    error WalletReplaced(address wallet, address current);
    /// @notice Thrown when the house's present manager has not approved the lease, or only until `until`.
    error NotApproved(ShareId shareId, bytes32 leaseHash, uint40 until);
    /// @notice Thrown when the share is not what was offered any more.
    error ShareChanged(ShareId shareId, bytes32 offered, bytes32 actual);
    /// @notice Thrown when the lessee holds no valid credential.
    error InvalidCredential(address wallet);
    /// @notice Thrown when owner and lessee are one person.
    error SameOwner(bytes32 ownerId);

    /// @notice Thrown when `caller` is not the manager `manager` of the house.
    error NotManager(address caller, PropertyId propertyId, address manager);
    /// @notice Thrown when `caller` is not the owner who let the share, in his wallet of today.
    error NotOwner(LeaseId leaseId, address caller, address owner);
    /// @notice Thrown when there is no such lease (any more).
    error NoLease(LeaseId leaseId);
    /// @notice Thrown when no share is leased here.
    error NotLeased(ShareId shareId);
    /// @notice Thrown when the term is over: `endsAt` is the first second after it.
    error TermIsOver(LeaseId leaseId, uint40 endsAt);
    /// @notice Thrown when the share is not the owner's any more, who let it: it is `actual`'s.
    error ShareIsMoved(LeaseId leaseId, address owner, address actual);
    /// @notice Thrown when a lease is to be ended, and neither is its term over nor has its share moved.
    error LeaseRuns(LeaseId leaseId, uint40 endsAt);
    /// @notice Thrown when none or more rents than are left are to be paid.
    error RentsOutOfRange(LeaseId leaseId, uint256 rents, uint256 left);
    /// @notice Thrown when nobody has anything to collect.
    error NothingToCollect(LeaseId leaseId);
    /// @notice Thrown when no rent is late beyond grace: the next one is late from `lateAt` on; 0 if all are paid.
    error NotLate(LeaseId leaseId, uint256 lateAt);
    /// @notice Thrown when a default stands already.
    error AlreadyInDefault(LeaseId leaseId, uint40 defaultAt);
    /// @notice Thrown when no default was declared, or it is cured.
    error NotInDefault(LeaseId leaseId);
    /// @notice Thrown when a default can still be cured: until before `until`.
    error CureRuns(LeaseId leaseId, uint256 until);
    /// @notice Thrown when the lessee has the use in his wallet of today.
    error UseIsThere(LeaseId leaseId, address lessee);

    /// @notice Thrown at a purchase when rents are due and not paid.
    error RentDue(LeaseId leaseId, uint256 paid, uint256 due);
    /// @notice Thrown when the house has no valid value, or the share none at all, at a current price.
    error ValueNotValid(ShareId shareId, uint8 status, uint256 valueUsd);
    /// @notice Thrown when the purchase needs more coins than the lessee gave as his limit.
    error PriceAboveLimit(uint256 coins, uint256 most);
    /// @notice Thrown when what the owner would get does not pay off the loan on the share. Anyone may pay some of it before.
    error DebtNotCovered(LoanId loanId, uint256 owed, uint256 coins);

    /// @notice Thrown when there is no such switch.
    error UnknownSwitch(bytes32 what);

    /* OFFERING */

    /// @notice Offers on chain what could be signed as well; it takes the place of the owner's last offer of the share. The
    /// owner, who is `terms.owner`.
    function offer(LeaseTerms calldata terms) external;

    /// @notice Takes the offer of a share back. Who offered it.
    function withdraw(ShareId shareId) external;

    /// @notice Cancels the caller's offers with these nonces, signed or on chain. One that is dead already is passed over.
    function cancel(uint256[] calldata nonces) external;

    /// @notice Cancels all offers of the caller, signed or on chain: his next nonces are of the next epoch.
    function cancelAll() external;

    /// @notice Approves a lease, and the purchase that it allows, until `until` (last second) of its signing; 0 withdraws.
    /// The house's manager; void with his office.
    function approveLease(ShareId shareId, bytes32 leaseHash, uint40 until) external;

    /* THE LEASE */

    /// @notice Begins a lease: the first rent is paid, the share locked, and the use the lessee's. The lessee, who let this
    /// contract spend rent and fee. Stopped by the guardian's switch.
    /// @param signature The owner's over the terms: 65 bytes or ERC-1271; empty if he offers them on chain.
    function sign(LeaseTerms calldata terms, bytes calldata signature) external returns (LeaseId leaseId);

    /// @notice Pays the next `rents` of them, with their fees. Anyone. It cures a default if nothing due is left.
    function pay(LeaseId leaseId, uint256 rents) external returns (uint256 coins);

    /// @notice Sends the owner his part of all rents that count, to his wallet of today. Anyone.
    function collect(LeaseId leaseId) external returns (uint256 coins);

    /// @notice Gives the use to the lessee's wallet of today, after his old one was replaced. Anyone.
    function moveUse(LeaseId leaseId) external;

    /// @notice Declares a default: the oldest unpaid rent is late beyond grace. The owner.
    function declareDefault(LeaseId leaseId) external;

    /// @notice Ends a lease whose default was not cured in time. The owner.
    function terminate(LeaseId leaseId) external;

    /// @notice Ends a lease whose term is over, or whose share has moved. Anyone.
    function end(LeaseId leaseId) external;

    /// @notice Buys the share, in one transaction, for price less credit, of which at most `most` coins: the caller let this
    /// contract spend them. The lessee, up to the last second of the term.
    /// @dev Then come the certificate's errors: of a frozen share, or a lessee without a credential.
    function buy(LeaseId leaseId, uint256 most) external returns (uint256 coins);

    /// @notice Sends a house's fees of one kind, Lease or Sale, to the splitter, which refuses none. Anyone.
    function sweepFees(PropertyId propertyId, IFeeSplitter.FeeKind kind) external returns (uint256 coins);

    /* SWITCH */

    /// @notice Stops `"lease"` for a while: offers can't be signed. Role GUARDIAN.
    function stop(bytes32 what) external;

    /// @notice Lifts it early. The DAO's.
    function resume(bytes32 what) external;

    /// @notice Until when (seconds) it is stopped; 0 if it never was.
    function stoppedUntil(bytes32 what) external view returns (uint40);

    /// @notice How long a stop lasts (seconds).
    function guardianStopPeriod() external view returns (uint40);

    /* VIEWS */

    /// @notice EIP-712's struct hash of the terms, by which the manager approves them.
    function hashOf(LeaseTerms calldata terms) external view returns (bytes32);

    /// @notice A lease; zeros if there is none (any more).
    function leaseOf(LeaseId leaseId) external view returns (Lease memory);

    /// @notice The lease that a share is under; 0 if none.
    function leaseOfShare(ShareId shareId) external view returns (LeaseId);

    /// @notice What a purchase at this price would come to now; as of a lease with nothing due unpaid.
    function quote(LeaseId leaseId, uint256 priceUsd) external view returns (Purchase memory);

    /// @notice The hash that an owner offers on chain for a share; zero if none.
    function offerOf(address owner, ShareId shareId) external view returns (bytes32);

    /// @notice Whether an offer of `owner` with this nonce can still act.
    function isLive(address owner, uint256 nonce) external view returns (bool);

    /// @notice The epoch of an owner's next nonces.
    function epochOf(address owner) external view returns (uint256);

    /// @notice Until when a house's present manager approves a lease; 0 if he does not.
    function approvalOf(ShareId shareId, bytes32 leaseHash) external view returns (uint40);

    /// @notice A house's fees of one kind that nobody swept yet (wei).
    function feesOf(PropertyId propertyId, IFeeSplitter.FeeKind kind) external view returns (uint256);

    /// @notice Number of the latest lease; they begin at 1.
    function lastLease() external view returns (LeaseId);

    /// @notice The contracts it works with.
    function peers() external view returns (LeasePeers memory);

    /// @notice The rules' numbers.
    function rules() external view returns (LeaseRules memory);
}
