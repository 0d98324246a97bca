// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Deployment at addresses that are known beforehand
/// @notice An address depends on this factory, the caller and the salt, never on the code: contracts that must know
/// each other from birth can hold each other as immutables, and nobody else can occupy a caller's address.
interface ICreate3Factory {
    /// @notice Emitted after `deployed` was created by `deployer` under `salt`.
    event Deployed(address indexed deployer, bytes32 indexed salt, address deployed);

    /// @notice Creates a contract at `addressOf(msg.sender, salt)`.
    /// @param salt Chosen by the caller, once each.
    /// @param initCode Creation code with its constructor arguments.
    /// @return deployed The new contract. The constructor's own error, if any, is passed on.
    function deploy(bytes32 salt, bytes calldata initCode) external returns (address deployed);

    /// @notice Where `deployer` would create (or created) a contract under `salt`.
    function addressOf(address deployer, bytes32 salt) external view returns (address);
}
