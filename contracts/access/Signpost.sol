// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ISignpost} from "../../interfaces/access/ISignpost.sol";
import {SignpostBase} from "./SignpostBase.sol";

/// @title Signpost of a permanent contract under the hub
abstract contract Signpost is SignpostBase, AccessManaged {
    /// @inheritdoc ISignpost
    function setSuccessor(address successor_) external restricted {
        _setSuccessor(successor_);
    }
}
