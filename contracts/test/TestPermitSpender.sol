// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Takes coins with a permit, as every contract of the suite that accepts one must
/// @notice A stranger may hand in somebody's permit first. That uses up its nonce and gives exactly the allowance that
/// was signed, so a permit that fails is no reason to stop: the allowance decides.
contract TestPermitSpender {
    using SafeERC20 for IERC20;

    /// @notice Takes `value` of the caller's coins with the permit he signed for this contract.
    function take(IERC20 coin, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        try IERC20Permit(address(coin)).permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {}
        coin.safeTransferFrom(msg.sender, address(this), value);
    }
}
