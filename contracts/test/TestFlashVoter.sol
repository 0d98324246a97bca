// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title A wallet that makes many calls in one transaction, and again when it is called
/// @notice For flash votes (borrow, vote, give back) and for proposals whose execution calls back.
contract TestFlashVoter {
    /// @notice A call to make.
    struct Call {
        address target;
        bytes data;
    }

    /// @notice What a call in `poke` answered.
    event Answered(bool succeeded, bytes answer);

    Call[] private _calls;

    /// @notice Makes all calls or none. Anyone.
    function batch(Call[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; ++i) {
            Address.functionCall(calls[i].target, calls[i].data);
        }
    }

    /// @notice What `poke` does from now on. Anyone.
    function arm(Call[] calldata calls) external {
        delete _calls;
        for (uint256 i = 0; i < calls.length; ++i) {
            _calls.push(calls[i]);
        }
    }

    /// @notice Makes the calls it was armed with, whatever they answer. Anyone: a proposal's action.
    function poke() external {
        for (uint256 i = 0; i < _calls.length; ++i) {
            (bool succeeded, bytes memory answer) = _calls[i].target.call(_calls[i].data);
            emit Answered(succeeded, answer);
        }
    }
}
