// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One slot a share, written at once at each move (a struct would be written field by field).
/// owner 160 | acquiredAt 40 | moveNumber 24 | lien 8 | lease 8 | flags 8, and 8 spare bits on top
/// - owner: zero until the share first moves
/// - acquiredAt: seconds
/// - moveNumber: moves since the share was tokenized
/// - lien, lease: place of the holder in the table of holders; 0 for none
/// - flags: HAS_USER, PRICED, EVER_FROZEN, FIRST_PRICED, PERMITTED
type Share is uint256;

/// @notice One slot a house: firstOwner 160 | tokenizedAt 40 | shareCount 8 | managerEpoch 32, and 16 spare bits on top
/// - firstOwner: owner of every share that has not moved
/// - tokenizedAt: seconds
/// - shareCount: zero until the house is tokenized
/// - managerEpoch: counts managers; permissions of earlier ones are void
type House is uint256;

using ShareSlot for Share global;
using HouseSlot for House global;

/// @title Reading and changing a share's slot
library ShareSlot {
    /// @dev The share has a row of its use (ERC-4907).
    uint8 internal constant HAS_USER = 1;
    /// @dev The share's last move has a recorded price.
    uint8 internal constant PRICED = 2;
    /// @dev A freeze was set on the share at some time: whether it stands has to be read.
    uint8 internal constant EVER_FROZEN = 4;
    /// @dev The share has moved by recovery alone: its price is still the house's first one.
    uint8 internal constant FIRST_PRICED = 8;
    /// @dev The manager permitted a move since the last one: whether he still does has to be read. Kept of shares that have
    /// moved; of others it always has to be read.
    uint8 internal constant PERMITTED = 16;

    function owner(Share share) internal pure returns (address) {
        return address(uint160(Share.unwrap(share)));
    }

    function acquiredAt(Share share) internal pure returns (uint40) {
        return uint40(Share.unwrap(share) >> 160);
    }

    function moveNumber(Share share) internal pure returns (uint24) {
        return uint24(Share.unwrap(share) >> 200);
    }

    function lien(Share share) internal pure returns (uint8) {
        return uint8(Share.unwrap(share) >> 224);
    }

    function lease(Share share) internal pure returns (uint8) {
        return uint8(Share.unwrap(share) >> 232);
    }

    function isLocked(Share share) internal pure returns (bool) {
        return uint16(Share.unwrap(share) >> 224) != 0;
    }

    function has(Share share, uint8 flag) internal pure returns (bool) {
        return uint8(Share.unwrap(share) >> 240) & flag != 0;
    }

    function withLien(Share share, uint8 place) internal pure returns (Share) {
        return Share.wrap(Share.unwrap(share) & ~(uint256(0xff) << 224) | uint256(place) << 224);
    }

    function withLease(Share share, uint8 place) internal pure returns (Share) {
        return Share.wrap(Share.unwrap(share) & ~(uint256(0xff) << 232) | uint256(place) << 232);
    }

    function with(Share share, uint8 flag) internal pure returns (Share) {
        return Share.wrap(Share.unwrap(share) | uint256(flag) << 240);
    }

    function without(Share share, uint8 flag) internal pure returns (Share) {
        return Share.wrap(Share.unwrap(share) & ~(uint256(flag) << 240));
    }

    function marked(Share share, uint8 flag, bool on) internal pure returns (Share) {
        return on ? share.with(flag) : share.without(flag);
    }

    /// @dev The slot after a move: a new owner since `acquiredAt_`, one move more; lien, lease and flags stay, but no
    /// permission does.
    function movedTo(Share share, address to, uint40 acquiredAt_) internal pure returns (Share) {
        uint24 next = share.moveNumber() + 1;
        uint256 kept = Share.unwrap(share.without(PERMITTED)) & (uint256(type(uint32).max) << 224);
        return Share.wrap(kept | uint256(uint160(to)) | uint256(acquiredAt_) << 160 | uint256(next) << 200);
    }
}

/// @title Reading and changing a house's slot
library HouseSlot {
    function firstOwner(House house) internal pure returns (address) {
        return address(uint160(House.unwrap(house)));
    }

    function tokenizedAt(House house) internal pure returns (uint40) {
        return uint40(House.unwrap(house) >> 160);
    }

    function shareCount(House house) internal pure returns (uint8) {
        return uint8(House.unwrap(house) >> 200);
    }

    function managerEpoch(House house) internal pure returns (uint32) {
        return uint32(House.unwrap(house) >> 208);
    }

    /// @dev The slot of a house that is tokenized now; only the manager's epoch is kept.
    function tokenizedTo(House house, address owner, uint8 count) internal view returns (House) {
        uint256 kept = uint256(house.managerEpoch()) << 208;
        return
            House.wrap(kept | uint256(uint160(owner)) | uint256(uint40(block.timestamp)) << 160 | uint256(count) << 200);
    }

    /// @dev The slot after a change of manager.
    function withNextManager(House house) internal pure returns (House) {
        uint32 next = house.managerEpoch() + 1;
        return House.wrap(House.unwrap(house) & ~(uint256(type(uint32).max) << 208) | uint256(next) << 208);
    }
}
