// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";
import {GuardianStop} from "../access/GuardianStop.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {Roles} from "../access/Roles.sol";
import {Signpost} from "../access/Signpost.sol";

/// @title The smallest contract that uses everything of the access layer
contract TestSwitch is IGuardianStop, Signpost, RoleGated {
    bytes32 public constant WHAT = "test";
    uint40 public immutable period;
    uint40 public stoppedUntil;
    uint256 public acts;

    constructor(address hub, uint40 period_) AccessManaged(hub) {
        GuardianStop.requireValidPeriod(period_);
        period = period_;
    }

    function stop() external {
        _requireRole(Roles.GUARDIAN, msg.sender);
        stoppedUntil = GuardianStop.stop(stoppedUntil, period, WHAT);
    }

    function resume() external restricted {
        stoppedUntil = GuardianStop.resume(stoppedUntil, WHAT);
    }

    /// @dev What the switch stops.
    function act() external {
        GuardianStop.requireRunning(stoppedUntil, WHAT);
        ++acts;
    }

    /// @dev Open to the court at once, though its role carries a delay.
    function actAsCourt() external {
        _requireRole(Roles.COURT, msg.sender);
        ++acts;
    }
}
