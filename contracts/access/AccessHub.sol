// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessHub} from "../../interfaces/access/IAccessHub.sol";
import {ISignpost} from "../../interfaces/access/ISignpost.sol";
import {SignpostBase} from "./SignpostBase.sol";

/// @title The one permission hub for people
/// @notice Says which role may call which `restricted` function, and who holds the roles (`Roles`). A function that
/// was given to no role is its admin's, and the admin is the DAO's timelock.
/// @custom:kill Nothing to stop: the DAO closes a target with `setTargetClosed` or takes a role away.
contract AccessHub is AccessManager, SignpostBase, IAccessHub {
    /// @param initialAdmin Who wires the suite and then hands the hub to the DAO.
    constructor(address initialAdmin) AccessManager(initialAdmin) {}

    /// @inheritdoc ISignpost
    function setSuccessor(address successor_) external onlyAuthorized {
        _setSuccessor(successor_);
    }
}
