// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RequestId} from "./RequestId.sol";

/// @title Events and errors of the redemption queue
/// @notice First come, first served. Coins are wei; cash is in units of the reserve token.
interface IRedemptionQueue {
    /// @notice Emitted when the next `coins` in the line, from `from` on, were given `cash` to share in proportion.
    event Finalised(uint256 from, uint256 coins, uint256 cash);

    /// @notice Thrown when a request has nobody to control it or no coins.
    error EmptyRequest(address controller, uint256 coins);

    /// @notice Thrown when no coins, or more coins than wait, are to be finalised.
    error NotWaiting(uint256 coins, uint256 waiting);

    /// @notice Thrown when a request never was, or is claimed in full.
    error UnknownRequest(RequestId id);

    /// @notice Thrown when nothing of a request can be claimed: the coins before `start` have to be finalised first, and
    /// `finalised` are.
    error NothingClaimable(RequestId id, uint256 start, uint256 finalised);
}
