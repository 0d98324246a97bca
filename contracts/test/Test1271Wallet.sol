// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A contract that signs through its owner's key, in each of the ways that a verifier must be ready for
contract Test1271Wallet {
    /// @dev Correct checks the owner's signature; all others approve of nothing, each in its own way.
    enum Mode {
        Correct,
        WrongValue,
        ShortAnswer,
        DirtyAnswer,
        Reverts,
        BurnsGas
    }

    error Refused(bytes32 digest);

    bytes4 private constant MAGIC = IERC1271.isValidSignature.selector;

    address public immutable owner;
    Mode public mode;

    constructor(address owner_) {
        owner = owner_;
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    /// @dev Calls anything, so that the wallet can act where only it may.
    function execute(address target, bytes calldata data) external returns (bytes memory result) {
        bool success;
        (success, result) = target.call(data);
        require(success, Refused(keccak256(data)));
    }

    receive() external payable {}

    /// @dev Raw bytes in, raw bytes out: a well-formed `isValidSignature` could not answer amiss.
    fallback(bytes calldata input) external payable returns (bytes memory) {
        require(bytes4(input) == MAGIC, Refused(keccak256(input)));
        (bytes32 digest, bytes memory signature) = abi.decode(input[4:], (bytes32, bytes));
        if (mode == Mode.Correct) return abi.encode(_isOwners(digest, signature) ? MAGIC : bytes4(0));
        if (mode == Mode.WrongValue) return abi.encode(bytes4(0xffffffff));
        if (mode == Mode.ShortAnswer) return abi.encodePacked(MAGIC);
        if (mode == Mode.DirtyAnswer) return abi.encodePacked(MAGIC, bytes28(uint224(1)));
        require(mode != Mode.Reverts, Refused(digest));
        while (true) {}
        return "";
    }

    function _isOwners(bytes32 digest, bytes memory signature) private view returns (bool) {
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, signature);
        return problem == ECDSA.RecoverError.NoError && recovered == owner;
    }
}
