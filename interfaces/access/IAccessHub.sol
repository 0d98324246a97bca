// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {ISignpost} from "./ISignpost.sol";

/// @title The one permission hub for people
/// @notice OpenZeppelin's access manager with a signpost. Its only admin is the DAO's timelock; the roles are listed in
/// `contracts/access/Roles.sol`. Contracts never ask it about each other.
/// @dev Warning: `execute` calls with the hub as sender. A function that writes its caller down must refuse the hub.
interface IAccessHub is IAccessManager, ISignpost {}
