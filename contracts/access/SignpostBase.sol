// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISignpost} from "../../interfaces/access/ISignpost.sol";

/// @title The signpost itself, without a word on who may set it
/// @dev `Signpost` lets the hub decide; the hub, which can't ask itself through `AccessManaged`, decides directly.
abstract contract SignpostBase is ISignpost {
    /// @inheritdoc ISignpost
    address public successor;

    /// @dev Sets the signpost, once. The caller of this function checks the right to do so.
    function _setSuccessor(address successor_) internal {
        require(successor == address(0), SuccessorAlreadySet(successor));
        require(successor_.code.length > 0, SuccessorWithoutCode(successor_));
        successor = successor_;
        emit SuccessorSet(successor_);
    }
}
