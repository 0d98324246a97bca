// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Number of a house, from 1 in the order of registration; never reused.
type PropertyId is uint256;

/// @notice Number of a share, and its ERC-721 token id: propertyId * 256 + share number; share numbers start at 1.
type ShareId is uint256;

using PropertyIds for PropertyId global;
using {equalPropertyIds as ==} for PropertyId global;
using ShareIds for ShareId global;
using {equalShareIds as ==} for ShareId global;

function equalPropertyIds(PropertyId a, PropertyId b) pure returns (bool) {
    return PropertyId.unwrap(a) == PropertyId.unwrap(b);
}

function equalShareIds(ShareId a, ShareId b) pure returns (bool) {
    return ShareId.unwrap(a) == ShareId.unwrap(b);
}

/// @title What can be asked of a house's id
library PropertyIds {
    function raw(PropertyId id) internal pure returns (uint256) {
        return PropertyId.unwrap(id);
    }

    /// @dev The share with the number `shareNumber`, whether or not it exists.
    function share(PropertyId id, uint8 shareNumber) internal pure returns (ShareId) {
        return ShareId.wrap((PropertyId.unwrap(id) << 8) | shareNumber);
    }
}

/// @title What can be asked of a share's id
library ShareIds {
    function raw(ShareId id) internal pure returns (uint256) {
        return ShareId.unwrap(id);
    }

    /// @dev The house of the share, whether or not either exists.
    function property(ShareId id) internal pure returns (PropertyId) {
        return PropertyId.wrap(ShareId.unwrap(id) >> 8);
    }

    /// @dev The share's number in its house: the low byte of the id.
    function number(ShareId id) internal pure returns (uint8) {
        return uint8(ShareId.unwrap(id));
    }
}
