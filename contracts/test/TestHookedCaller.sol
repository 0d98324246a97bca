// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title A wallet that does what it was told in the middle of its own transfers, once
/// @notice For `TestUnrulyToken.callBack`: a token that lets its sender act while a transfer is on its way.
contract TestHookedCaller {
    using Address for address;

    struct Step {
        address target;
        bytes data;
    }

    Step[] private _steps;
    bool private _armed;

    /// @notice Calls `target`, outside any transfer. Anyone.
    function act(address target, bytes calldata data) external {
        target.functionCall(data);
    }

    /// @notice What is done in the middle of the transfer of the next `actArmed`. Anyone.
    function then(address target, bytes calldata data) external {
        _steps.push(Step(target, data));
    }

    /// @notice Calls `target`; the first transfer in it sets off the steps. Anyone.
    function actArmed(address target, bytes calldata data) external {
        _armed = true;
        target.functionCall(data);
    }

    /// @notice The token's call.
    function onMove() external {
        if (!_armed) return;
        _armed = false;
        for (uint256 i = 0; i < _steps.length; ++i) {
            _steps[i].target.functionCall(_steps[i].data);
        }
    }
}
