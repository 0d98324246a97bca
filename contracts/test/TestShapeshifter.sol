// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Makes contracts with any code at one and the same address, one after the other
/// @notice Since Cancun a contract is gone only if it destroys itself in the transaction that made it; then CREATE2 makes
/// another one there. Its constructor is always the same: it asks its maker for the code.
contract TestShapeshifter {
    /// @dev Calls its maker without data and returns what that answers: STATICCALL, RETURNDATACOPY, RETURN.
    bytes private constant CONSTRUCTOR = hex"5f5f5f5f335afa503d5f5f3e3d5ff3";

    /// @notice Thrown when there is a contract already.
    error StillThere();

    bytes private _runtime;

    /// @notice Makes a contract with this code. Anyone.
    function become(bytes calldata runtime) external {
        _runtime = runtime;
        bytes memory creation = CONSTRUCTOR;
        address made;
        assembly ("memory-safe") {
            made := create2(0, add(creation, 32), mload(creation), 0)
        }
        require(made != address(0), StillThere());
    }

    /// @notice Where it makes them.
    function place() external view returns (address) {
        bytes32 hash = keccak256(abi.encodePacked(hex"ff", address(this), bytes32(0), keccak256(CONSTRUCTOR)));
        return address(uint160(uint256(hash)));
    }

    // What is made asks by a STATICCALL, which bears no ether.
    // solhint-disable-next-line payable-fallback
    fallback(bytes calldata) external returns (bytes memory) {
        return _runtime;
    }
}
