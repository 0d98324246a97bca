// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";

import {Require} from "../access/Require.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {IERC4907} from "../../interfaces/standards/IERC4907.sol";
import {IERC5192} from "../../interfaces/standards/IERC5192.sol";
import {IERC7943NonFungible} from "../../interfaces/standards/IERC7943.sol";
import {Share, ShareSlot} from "./libraries/LedgerSlots.sol";
import {ShareLedger} from "./ShareLedger.sol";

/// @title What rests on a share: liens, leases, the use, freezes
/// @notice A lien or lease is a byte in the share's own slot: the place of its holder in the table of holders. The
/// owner keeps certificate and income. A holder keeps its place for ever, so an open lien outlives its row.
/// @dev Invariants: at most one lien and one lease a share, and the lien is the older one; a share is locked <=> it has either; only the holder that
/// placed one ends it; while a lease stands only its holder sets the use. A `require` computes its error's arguments in
/// any case: where they are read from a slot, it is an `if`.
abstract contract ShareEncumbrances is ShareLedger, RoleGated, IERC4906, IERC5192, IERC7943NonFungible {
    /// @dev One slot. A row of the table of holders.
    struct Holder {
        uint8 place; // 1 to 255, given at the first writing of the row and kept
        HolderRights rights;
    }

    /// @dev One slot. The freeze of a share for one account, with the time it took so far: clocks of notice, cure and
    /// auction stand still by exactly that.
    struct Freeze {
        uint40 since; // seconds; 0 while there is none
        uint40 elapsed; // seconds of earlier freezes
    }

    mapping(address holder => Holder) private _holders;
    mapping(uint256 place => address) private _holderAt;
    mapping(address account => mapping(uint256 shareId => Freeze)) private _freezes;
    uint8 private _holderCount;

    /* TABLE OF HOLDERS */

    /// @inheritdoc IShareCertificate
    function setHolder(address holder, HolderRights calldata rights) external restricted {
        Require.code(holder);
        Holder storage row = _holders[holder];
        if (row.place == 0) {
            require(_holderCount < type(uint8).max, HolderTableFull(holder));
            row.place = ++_holderCount;
            _holderAt[row.place] = holder;
        }
        row.rights = rights;
        emit HolderSet(holder, rights);
    }

    /* LIENS */

    /// @inheritdoc IShareCertificate
    function placeLien(ShareId shareId) external {
        Holder memory holder = _holders[msg.sender];
        require(holder.rights.mayLien, NotHolder(msg.sender));
        (Share share, address owner) = _requireEncumberable(shareId);
        // A new lien would rank before a lease that stands: the owner could borrow what his lessee has paid in.
        _requireUnlocked(shareId, share);
        _shares[shareId.raw()] = share.withLien(holder.place);
        emit LienPlaced(shareId, msg.sender, owner);
        emit Locked(shareId.raw());
        emit MetadataUpdate(shareId.raw());
    }

    /// @inheritdoc IShareCertificate
    function releaseLien(ShareId shareId) external {
        Share share = _requireOwnLien(shareId);
        _releaseLien(shareId, share, _ownerOf(shareId.raw(), share));
    }

    /// @inheritdoc IShareCertificate
    function moveByLien(ShareId shareId, address to) external {
        Share share = _requireOwnLien(shareId);
        address owner = _ownerOf(shareId.raw(), share);
        _requireUnfrozen(owner, shareId, share);
        _requireReceiver(to);
        _releaseLien(shareId, share, owner);
        _move(shareId, share.withLien(0), owner, to, Authority.Foreclosure);
    }

    /// @inheritdoc IShareCertificate
    function refreshTerms(ShareId shareId) external {
        uint8 place = _holders[msg.sender].place;
        Share share = _shares[shareId.raw()];
        if (place == 0 || (share.lien() != place && share.lease() != place)) {
            revert NotEncumbranceHolder(shareId, msg.sender, _holderAt[share.lien()]);
        }
        emit MetadataUpdate(shareId.raw());
    }

    /* LEASES AND USE */

    /// @inheritdoc IShareCertificate
    function placeLease(ShareId shareId, address lessee, uint64 expires) external {
        Holder memory holder = _holders[msg.sender];
        require(holder.rights.mayLease, NotHolder(msg.sender));
        (Share share,) = _requireEncumberable(shareId);
        if (share.lease() != 0) revert ShareLocked(shareId, _holderAt[share.lien()], _holderAt[share.lease()]);
        _shares[shareId.raw()] = share.withLease(holder.place);
        _setUse(shareId, lessee, expires);
        emit LeasePlaced(shareId, msg.sender, lessee);
        if (share.lien() == 0) emit Locked(shareId.raw());
        emit MetadataUpdate(shareId.raw());
    }

    /// @inheritdoc IShareCertificate
    function releaseLease(ShareId shareId) external {
        _requireOwnLease(shareId);
        _releaseLease(shareId);
    }

    /// @inheritdoc IERC4907
    /// @dev The owner or whom he approved by ERC-721; under a lien too, under a lease never.
    function setUser(uint256 tokenId, address user, uint64 expires) external {
        _checkAuthorized(_ownerOf(tokenId), msg.sender, tokenId);
        ShareId shareId = ShareId.wrap(tokenId);
        uint8 lease = _shares[tokenId].lease();
        if (lease != 0) revert UseIsLeased(shareId, _holderAt[lease]);
        _setUse(shareId, user, expires);
    }

    /// @inheritdoc IERC4907
    function userOf(uint256 tokenId) public view returns (address) {
        if (!_shares[tokenId].has(ShareSlot.HAS_USER)) return address(0);
        Use storage use = _uses[tokenId];
        return use.expires >= block.timestamp ? use.user : address(0);
    }

    /// @inheritdoc IERC4907
    function userExpires(uint256 tokenId) public view returns (uint256) {
        return _useExpiresOf(tokenId, _shares[tokenId]);
    }

    /// @dev As `userExpires`, with the share's slot read before.
    function _useExpiresOf(uint256 tokenId, Share share) internal view returns (uint256) {
        return share.has(ShareSlot.HAS_USER) ? _uses[tokenId].expires : 0;
    }

    /* FREEZES */

    /// @inheritdoc IERC7943NonFungible
    function getFrozenTokens(address account, uint256 tokenId) public view returns (bool) {
        return _freezes[account][tokenId].since != 0;
    }

    /// @inheritdoc IShareCertificate
    function frozenTimeOf(address account, ShareId shareId) external view returns (uint256) {
        Freeze memory freeze = _freezes[account][shareId.raw()];
        return freeze.elapsed + (freeze.since == 0 ? 0 : block.timestamp - freeze.since);
    }

    /// @dev Sets or lifts a freeze; setting it again does not restart its time.
    function _setFrozen(address account, uint256 tokenId, bool frozenStatus) internal {
        Freeze memory freeze = _freezes[account][tokenId];
        if (frozenStatus && freeze.since == 0) {
            _freezes[account][tokenId].since = uint40(block.timestamp);
            _shares[tokenId] = _shares[tokenId].with(ShareSlot.EVER_FROZEN);
        } else if (!frozenStatus && freeze.since != 0) {
            _freezes[account][tokenId] = Freeze(0, freeze.elapsed + uint40(block.timestamp) - freeze.since);
        }
        emit Frozen(account, tokenId, frozenStatus);
    }

    /* INTERNAL */

    /// @dev Whether a holder may move shares by sales.
    function _maySell(address holder) internal view returns (bool) {
        return _holders[holder].rights.maySell;
    }

    function _setUse(ShareId shareId, address user, uint64 expires) private {
        uint256 id = shareId.raw();
        if (user == address(0)) {
            _shares[id] = _shares[id].without(ShareSlot.HAS_USER);
            delete _uses[id];
        } else {
            _shares[id] = _shares[id].with(ShareSlot.HAS_USER);
            _uses[id] = Use(user, expires);
        }
        emit UpdateUser(id, user, expires);
    }

    /// @dev Ends the lien of a share whose slot was read before.
    function _releaseLien(ShareId shareId, Share share, address owner) private {
        _shares[shareId.raw()] = share.withLien(0);
        emit LienReleased(shareId, msg.sender, owner);
        if (share.lease() == 0) emit Unlocked(shareId.raw());
        emit MetadataUpdate(shareId.raw());
    }

    /// @dev Ends the lease of a share and the use with it.
    /// @return share Its slot from now on.
    function _releaseLease(ShareId shareId) internal returns (Share share) {
        _setUse(shareId, address(0), 0);
        share = _shares[shareId.raw()].withLease(0);
        _shares[shareId.raw()] = share;
        emit LeaseReleased(shareId, msg.sender);
        if (share.lien() == 0) emit Unlocked(shareId.raw());
        emit MetadataUpdate(shareId.raw());
    }

    /// @dev The share exists and is not frozen for its owner: a new lien or lease would be a way round the freeze.
    function _requireEncumberable(ShareId shareId) private view returns (Share share, address owner) {
        share = _shares[shareId.raw()];
        owner = _ownerOf(shareId.raw(), share);
        require(owner != address(0), ERC721NonexistentToken(shareId.raw()));
        _requireUnfrozen(owner, shareId, share);
    }

    function _requireOwnLien(ShareId shareId) private view returns (Share share) {
        share = _shares[shareId.raw()];
        uint8 place = _holders[msg.sender].place;
        if (place == 0 || share.lien() != place) {
            revert NotEncumbranceHolder(shareId, msg.sender, _holderAt[share.lien()]);
        }
    }

    function _requireOwnLease(ShareId shareId) internal view returns (Share share) {
        share = _shares[shareId.raw()];
        uint8 place = _holders[msg.sender].place;
        if (place == 0 || share.lease() != place) {
            revert NotEncumbranceHolder(shareId, msg.sender, _holderAt[share.lease()]);
        }
    }

    function _requireUnfrozen(address owner, ShareId shareId, Share share) internal view {
        if (!share.has(ShareSlot.EVER_FROZEN)) return;
        require(!getFrozenTokens(owner, shareId.raw()), ERC7943InsufficientUnfrozenBalance(owner, shareId.raw()));
    }

    function _requireUnlocked(ShareId shareId, Share share) internal view {
        if (share.isLocked()) {
            revert ShareLocked(shareId, _holderAt[share.lien()], _holderAt[share.lease()]);
        }
    }

    /// @dev The receiver of any move holds a valid credential.
    function _requireReceiver(address to) internal view virtual;

    /* VIEWS */

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return _shares[tokenId].isLocked();
    }

    /// @inheritdoc IShareCertificate
    function encumbrancesOf(ShareId shareId) public view returns (address lienHolder, address leaseHolder) {
        Share share = _shares[shareId.raw()];
        return (_holderAt[share.lien()], _holderAt[share.lease()]);
    }

    /// @inheritdoc IShareCertificate
    function holderRights(address holder) public view returns (HolderRights memory) {
        return _holders[holder].rights;
    }
}
