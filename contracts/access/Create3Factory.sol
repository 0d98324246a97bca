// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Create3} from "@openzeppelin/contracts/utils/Create3.sol";
import {ICreate3Factory} from "../../interfaces/access/ICreate3Factory.sol";

/// @title Deployment at addresses that are known beforehand
/// @custom:kill Nothing to stop: it holds no state and has no rights.
contract Create3Factory is ICreate3Factory {
    /// @inheritdoc ICreate3Factory
    function deploy(bytes32 salt, bytes calldata initCode) external returns (address deployed) {
        deployed = Create3.deploy(0, _boundSalt(msg.sender, salt), initCode);
        emit Deployed(msg.sender, salt, deployed);
    }

    /// @inheritdoc ICreate3Factory
    function addressOf(address deployer, bytes32 salt) external view returns (address) {
        return Create3.computeAddress(_boundSalt(deployer, salt));
    }

    /// @dev Binds the caller, so that nobody can occupy the address that another counts on.
    function _boundSalt(address deployer, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(deployer, salt));
    }
}
