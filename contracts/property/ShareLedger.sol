// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

import {IIncomeDistributor} from "../../interfaces/property/IIncomeDistributor.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {IERC4907} from "../../interfaces/standards/IERC4907.sol";
import {House, Share, ShareSlot} from "./libraries/LedgerSlots.sol";

/// @title Who owns which share
/// @notice ERC-721 over two packed slots: one for a share that has moved, one for a house whose shares have not.
/// OpenZeppelin's token keeps the rules of the standard; where it stores owners, balances and approvals, this does.
/// @dev Invariants: a share exists <=> 1 <= number <= shareCount of its house; its owner is the share slot's if that
/// names one, else the house's first owner; the sum of balances is the number of shares. Approvals carry the move
/// number at which they were given: a move makes them void, so none can survive it.
abstract contract ShareLedger is ERC721, IShareCertificate, IERC4907 {
    /// @dev One slot. An ERC-721 approval, good only while the share's move number is this.
    struct Approval721 {
        address spender;
        uint24 moveNumber;
    }

    /// @dev One slot. The use of a share (ERC-4907), looked at only while HAS_USER is set.
    struct Use {
        address user;
        uint64 expires; // seconds
    }

    IIncomeDistributor internal immutable INCOME;

    mapping(uint256 shareId => Share) internal _shares;
    mapping(uint256 propertyId => House) internal _houses;
    mapping(address owner => uint256) private _held;
    mapping(uint256 shareId => Approval721) private _approvals;
    mapping(uint256 shareId => Use) internal _uses;

    constructor(IIncomeDistributor income) ERC721("Commonhold Share Certificate", "SHARE") {
        INCOME = income;
    }

    /* MOVES */

    /// @dev Gives all shares of a house to `to`. No slot a share: the house slot says it.
    function _mintHouse(PropertyId propertyId, address to, uint8 shareCount) internal {
        _houses[propertyId.raw()] = _houses[propertyId.raw()].tokenizedTo(to, shareCount);
        unchecked {
            // No balance passes the number of shares, and no id its house's range of 256.
            _held[to] += shareCount;
            uint256 lastId = propertyId.share(shareCount).raw();
            for (uint256 id = propertyId.share(1).raw(); id <= lastId; ++id) {
                emit Transfer(address(0), to, id);
            }
        }
    }

    /// @dev Moves an existing share. Credential, freeze, lock and authority are the caller's to check; income earned
    /// so far is settled to `from` before the owner changes. A move to oneself is announced and changes nothing. A sale's
    /// price is the caller's to record, too.
    function _move(ShareId shareId, Share share, address from, address to, Authority authority) internal {
        uint256 id = shareId.raw();
        if (from == to) {
            emit Transfer(from, to, id);
            return;
        }
        INCOME.settle(shareId, from);

        share = authority == Authority.Recovery ? _recovered(id, share, to) : _sold(id, share, to);
        if (authority == Authority.Sale) share = share.with(ShareSlot.PRICED);
        _shares[id] = share;
        unchecked {
            // `from` owns this share, so holds at least one; no balance passes the number of shares.
            _held[from] -= 1;
            _held[to] += 1;
        }
        emit Transfer(from, to, id);
        emit ShareMoved(shareId, share.moveNumber(), authority);
    }

    /// @dev The slot after a move to another person. It ends the use that the seller gave, but not a lessee's.
    function _sold(uint256 id, Share share, address to) private returns (Share) {
        if (share.has(ShareSlot.HAS_USER) && share.lease() == 0) {
            share = share.without(ShareSlot.HAS_USER);
            delete _uses[id];
            emit UpdateUser(id, address(0), 0);
        }
        return share.without(ShareSlot.PRICED | ShareSlot.FIRST_PRICED).movedTo(to, uint40(block.timestamp));
    }

    /// @dev The slot after a move to the same person's new wallet: price, time and use stay as they were.
    function _recovered(uint256 id, Share share, address to) private view returns (Share) {
        if (share.moveNumber() != 0) return share.movedTo(to, share.acquiredAt());
        return share.with(ShareSlot.FIRST_PRICED).movedTo(to, _houses[id >> 8].tokenizedAt());
    }

    /* ERC-721 STORAGE */

    /// @inheritdoc ERC721
    function balanceOf(address owner) public view override(ERC721) returns (uint256) {
        require(owner != address(0), ERC721InvalidOwner(address(0)));
        return _held[owner];
    }

    /// @dev Owner of a share, or zero if it does not exist.
    function _ownerOf(uint256 id) internal view override returns (address) {
        return _ownerOf(id, _shares[id]);
    }

    /// @dev As `_ownerOf(id)`, with the share's slot read before.
    function _ownerOf(uint256 id, Share share) internal view returns (address) {
        if (share.owner() != address(0)) return share.owner();
        House house = _houses[id >> 8];
        uint256 number = id & 0xff;
        return number != 0 && number <= house.shareCount() ? house.firstOwner() : address(0);
    }

    /// @dev The ERC-721 approval given since the share last moved.
    function _getApproved(uint256 id) internal view override returns (address) {
        return _approvedOf(id, _shares[id]);
    }

    /// @dev As `_getApproved`, with the share's slot read before.
    function _approvedOf(uint256 id, Share share) internal view returns (address) {
        Approval721 storage approval = _approvals[id];
        return approval.moveNumber == share.moveNumber() ? approval.spender : address(0);
    }

    /// @dev Ties the approval to the present move number.
    function _approve(address to, uint256 id, address auth, bool emitEvent) internal override {
        address owner = _requireOwned(id);
        if (auth != address(0) && owner != auth && !isApprovedForAll(owner, auth)) revert ERC721InvalidApprover(auth);
        if (emitEvent) emit Approval(owner, to, id);
        _approvals[id] = Approval721(to, _shares[id].moveNumber());
    }
}
