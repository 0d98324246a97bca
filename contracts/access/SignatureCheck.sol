// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Whether somebody signed a digest: by key or by contract
/// @notice ECDSA (65 bytes, low s, v 27 or 28) is tried first, because an EIP-7702 wallet has code and may lack
/// ERC-1271; then ERC-1271, if the signer has code. Keys' compact signatures and ERC-6492 wrappings count for nothing.
library SignatureCheck {
    /// @dev Whether `signer` signed `digest`. Never reverts; the zero address signs nothing.
    function isSignedBy(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (problem == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return signer.code.length > 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
