// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {ILienHolder} from "./ILienHolder.sol";
import {PropertyId, ShareId} from "./Ids.sol";

/// @title Share certificates: one ERC-721 token for each share of a house
/// @notice A share moves only with a single-use permission of the house's manager, by a sale through a market row, by
/// the holder of its lien (foreclosure), by the holder of its lease (the lessee buys it), by recovery of a lost wallet, or
/// by court order; always to a valid credential, and never while it is frozen for its owner, except by court order, which
/// lifts the freeze first.
/// Liens and leases are recorded in place: the owner keeps the certificate, its use and its income.
/// @dev Warning: `transferFrom` needs both the ERC-721 authority of the caller and the manager's permission.
/// @dev Warning: ERC-721 approvals, manager's permissions and offers are tied to the share's move number. Every move
/// makes all of them void; nothing has to be cleared.
interface IShareCertificate is IRequirements {
    /// @notice By what authority a share moved.
    enum Authority {
        Manager,
        Sale,
        Foreclosure,
        Recovery,
        Court
    }

    /// @notice What a contract in the table of holders may do.
    /// @param maySell Move a free share by a sale, and record its price.
    /// @param mayLien Place liens, release its own, and move a share under its own lien.
    /// @param mayLease Place leases, release its own, and sell a share under its own lease to its lessee.
    struct HolderRights {
        bool maySell;
        bool mayLien;
        bool mayLease;
    }

    /// @notice Everything the paper shows.
    /// @param shareNumber Share k of `shareCount`.
    /// @param millionths Its part of the house: floor(1e6 k/n) - floor(1e6 (k-1)/n), so that a house totals 1e6.
    /// @param ownerId Anonymous id of the owner's credential, and `ownerIdIssuer` who issued it.
    /// @param priceUsd Acquisition price of the share (US dollars, 18 decimals); 0 if the move recorded none.
    /// @param currency Token in which it was paid; zero for dollars outside the chain.
    /// @param acquiredAt When the owner got it (seconds).
    /// @param moveNumber How often the share has moved since it was tokenized.
    /// @param transactionReference keccak256(abi.encode(chain id, this contract, share id, move number)).
    /// @param lienHolder Contract that holds the lien, or zero; its terms in `loan` if `loanTermsKnown`.
    /// @param leaseHolder Contract that holds the lease, or zero.
    struct Certificate {
        ShareId shareId;
        PropertyId propertyId;
        string provider;
        string providerPropertyId;
        uint8 shareNumber;
        uint8 shareCount;
        uint32 millionths;
        address owner;
        bytes32 ownerId;
        address ownerIdIssuer;
        uint256 priceUsd;
        address currency;
        uint40 acquiredAt;
        uint32 moveNumber;
        bytes32 transactionReference;
        address manager;
        address lienHolder;
        address leaseHolder;
        bool loanTermsKnown;
        ILienHolder.Terms loan;
    }

    /// @notice Emitted when all shares of a house were minted to `to`.
    event Tokenized(PropertyId indexed propertyId, address indexed to, uint8 shareCount);

    /// @notice Emitted with ERC-721's `Transfer` (which names seller and buyer) at each move of a share.
    event ShareMoved(ShareId indexed shareId, uint32 indexed moveNumber, Authority authority);

    /// @notice Emitted when a sale's price (US dollars, 18 decimals) and currency were recorded.
    event SaleRecorded(ShareId indexed shareId, uint32 indexed moveNumber, uint256 priceUsd, address currency);

    /// @notice Emitted when the manager permitted (or, with deadline 0, withdrew) a move of a share to `to`.
    event TransferApproved(ShareId indexed shareId, address indexed to, address indexed manager, uint40 deadline);

    /// @notice Emitted when `holder` placed a lien.
    event LienPlaced(ShareId indexed shareId, address indexed holder, address indexed owner);

    /// @notice Emitted when `holder` released its lien.
    event LienReleased(ShareId indexed shareId, address indexed holder, address indexed owner);

    /// @notice Emitted when `holder` placed a lease.
    event LeasePlaced(ShareId indexed shareId, address indexed holder, address indexed lessee);

    /// @notice Emitted when `holder` ended its lease.
    event LeaseReleased(ShareId indexed shareId, address indexed holder);

    /// @notice Emitted when the DAO wrote the rights of `holder`.
    event HolderSet(address indexed holder, HolderRights rights);

    /// @notice Emitted when the renderer was replaced.
    event RendererSet(address indexed previous, address indexed renderer);

    /// @notice Thrown when house `propertyId` is not registered or not listed any more.
    error NotTokenizable(PropertyId propertyId);

    /// @notice Thrown when the shares of `propertyId` exist already.
    error AlreadyTokenized(PropertyId propertyId);

    /// @notice Thrown when `owner` does not own `shareId`; its owner is `actual`.
    error NotShareOwner(ShareId shareId, address owner, address actual);

    /// @notice Thrown when no live permission of the present manager lets `shareId` move to `to`.
    error TransferNotApproved(ShareId shareId, address to);

    /// @notice Thrown when the manager's permission lasted until `deadline`.
    error TransferApprovalExpired(ShareId shareId, address to, uint40 deadline);

    /// @notice Thrown when a permission's deadline is in the past.
    error DeadlineInPast(uint40 deadline, uint256 nowAt);

    /// @notice Thrown when `caller` is not the manager `manager` of the house.
    error NotManager(address caller, PropertyId propertyId, address manager);

    /// @notice Thrown when the share is locked by a lien of `lienHolder` or a lease of `leaseHolder`.
    error ShareLocked(ShareId shareId, address lienHolder, address leaseHolder);

    /// @notice Thrown when `caller` lacks the right in the table of holders.
    error NotHolder(address caller);

    /// @notice Thrown when `caller` does not hold the lien or lease of `shareId`; `holder` does.
    error NotEncumbranceHolder(ShareId shareId, address caller, address holder);

    /// @notice Thrown when `holder` finds all 255 places of the table of holders given.
    error HolderTableFull(address holder);

    /// @notice Thrown when `user` can't be given the use of `shareId` because a lease of `leaseHolder` holds it.
    error UseIsLeased(ShareId shareId, address leaseHolder);

    /// @notice Thrown when a price does not fit 96 bits.
    error PriceOutOfRange(uint256 priceUsd);

    /// @notice Thrown when `wallet` has not been replaced by another.
    error NotRecovered(address wallet);

    /// @notice Thrown when `caller` is not the registry.
    error NotRegistry(address caller);

    /// @notice Mints all shares of a house to `to`, once. Role REGISTRAR. `to` holds a valid credential; no receiver
    /// hook is called (the shares come as one lot).
    function tokenize(PropertyId propertyId, address to) external;

    /// @notice Permits one move of `shareId` to `to` until `deadline` (last second). The house's manager. It replaces
    /// the permission given before; deadline 0 withdraws it. It dies with the next move and with the manager's office.
    function approveTransfer(ShareId shareId, address to, uint40 deadline) external;

    /// @notice Moves a free share to its buyer and records price and currency. A market row that the owner approved
    /// by ERC-721: a faulty market can't touch what was never offered through it.
    /// @param from Present owner, as the market knows it.
    /// @param priceUsd US dollars, 18 decimals, below 2^96.
    /// @param currency Token paid; zero for dollars outside the chain.
    function moveBySale(ShareId shareId, address from, address to, uint256 priceUsd, address currency) external;

    /// @notice Reverts, with the same error as {moveBySale}, if `market` could not sell a share now though no lien were on
    /// it, which a market may pay off: for its lease (`ShareLocked`), its owner's freeze, or want of his approval.
    function requireSaleable(ShareId shareId, address market) external view;

    /// @notice Locks a share with a lien of the caller, which ranks before any lease. A lien row; the caller vouches for the
    /// owner's consent. A share under a lease takes none: whoever leases one knows what ranks before him.
    function placeLien(ShareId shareId) external;

    /// @notice Ends the caller's lien; works also after the row was withdrawn.
    function releaseLien(ShareId shareId) external;

    /// @notice Ends the caller's lien and moves the share (foreclosure); if `to` owns it, the lien ends and it stays.
    /// @dev Needs no live row: a lien that was placed can be enforced.
    function moveByLien(ShareId shareId, address to) external;

    /// @notice Announces that the terms of the caller's lien or lease changed, so that front-ends read them again.
    function refreshTerms(ShareId shareId) external;

    /// @notice Locks a share with a lease of the caller and gives `lessee` the use until `expires` (seconds). A lease row.
    function placeLease(ShareId shareId, address lessee, uint64 expires) external;

    /// @notice Ends the caller's lease and the use with it; works also after the row was withdrawn.
    function releaseLease(ShareId shareId) external;

    /// @notice Ends the caller's lease and sells the share to `to`, recording price and currency; if `to` owns it, the lease
    /// ends and it stays. Refused while a lien stands: a loan is paid off first.
    /// @dev Needs no live row, and no ERC-721 approval: who signed the lease can't take the purchase back. The caller
    /// vouches that `to` is who may buy, at this price.
    /// @param priceUsd US dollars, 18 decimals, below 2^96.
    /// @param currency Token paid; zero for dollars outside the chain.
    function moveByLease(ShareId shareId, address to, uint256 priceUsd, address currency) external;

    /// @notice Moves shares of the lost wallet `oldWallet` to the wallet that took its place. Anyone, in batches; a share
    /// that is there already is passed over. Acquisition price and time stay on the paper: it is the same owner.
    function completeRecovery(address oldWallet, ShareId[] calldata shareIds) external;

    /// @notice Writes the rights of `holder`. The DAO's. Open liens and leases stay with it until it ends them.
    function setHolder(address holder, HolderRights calldata rights) external;

    /// @notice Replaces the renderer. The DAO's.
    function setRenderer(address renderer) external;

    /// @notice Everything the paper would show; empty, with a zero owner, for a share that does not exist.
    function certificateOf(ShareId shareId) external view returns (Certificate memory);

    /// @notice The terms of a share's lien, as its holder tells them; empty if there is none, a revert if he reverts.
    /// `certificateOf` asks through this, with bounded gas, and shows a failure as a lien of unknown terms.
    function loanTermsOf(ShareId shareId) external view returns (ILienHolder.Terms memory);

    /// @notice The error that a transfer by `operator` would raise, as revert data; empty if it would pass.
    function transferCheck(address from, address to, ShareId shareId, address operator)
        external
        view
        returns (bytes memory);

    /// @notice The live permission of the manager: to whom, until when; zeros if none.
    function transferApprovalOf(ShareId shareId) external view returns (address to, uint40 deadline);

    /// @notice Reverts with the error that a transfer by `operator` would raise; returns when it would pass.
    function requireTransferable(address from, address to, ShareId shareId, address operator) external view;

    /// @notice How many shares of `propertyId` exist: 0 before it is tokenized.
    function sharesOf(PropertyId propertyId) external view returns (uint8);

    /// @notice Reverts with `NotShareOwner` unless `owner`, which is not zero, owns all of `shareIds`.
    function requireOwner(address owner, ShareId[] calldata shareIds) external view;

    /// @notice Part of the house in millionths of share `number` of `count`.
    function millionthsOf(uint8 number, uint8 count) external pure returns (uint32);

    /// @notice Lien and lease of a share; zeros if none.
    function encumbrancesOf(ShareId shareId) external view returns (address lienHolder, address leaseHolder);

    /// @notice What a sale has to know of a share, in one call.
    /// @return fingerprint Its state (ERC-5646).
    /// @return owner Zero if it does not exist.
    /// @return manager The house's.
    /// @return lienHolder Contract that holds its lien, or zero.
    function standingOf(ShareId shareId)
        external
        view
        returns (bytes32 fingerprint, address owner, address manager, address lienHolder);

    /// @notice Who owns a share, and since when (seconds): a recovery keeps the time, it is the same owner. Zeros if it does
    /// not exist.
    function holdingOf(ShareId shareId) external view returns (address owner, uint40 since);

    /// @notice How often the share has moved.
    function moveNumberOf(ShareId shareId) external view returns (uint32);

    /// @notice For how long, in seconds, `shareId` has been frozen for `account`, all freezes together, up to now.
    function frozenTimeOf(address account, ShareId shareId) external view returns (uint256);

    /// @notice The rights of `holder` in the table.
    function holderRights(address holder) external view returns (HolderRights memory);

    /// @notice The contract that draws the paper.
    function renderer() external view returns (address);
}
