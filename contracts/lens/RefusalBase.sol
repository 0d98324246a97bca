// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IChecks} from "../../interfaces/lens/IChecks.sol";
import {IERC7943Fungible} from "../../interfaces/standards/IERC7943.sol";

/// @title How a check finds out what a call would be refused with
/// @dev Each check is a view that looks at what the call looks at, in the call's order, and reverts with the call's
/// errors; what a check returns is what that view reverts with. So errors of whatever it reads pass through unchanged.
abstract contract RefusalBase is IChecks {
    /// @dev What a view of this contract reverts with; nothing if it doesn't.
    function _refusal(bytes memory call) internal view returns (bytes memory reason) {
        bool passed;
        (passed, reason) = address(this).staticcall(call);
        if (passed) return "";
        // What can't be judged is not called permitted.
        if (reason.length == 0) return abi.encodeWithSelector(Unexplained.selector);
    }

    /// @dev Our coin, when it leaves `owner`, who holds `held` by then. As the coin says it: what nobody has is no matter of
    /// freezes.
    function _requireCoins(IERC20 coin, address owner, uint256 amount, uint256 held) internal view {
        uint256 unfrozen = Math.saturatingSub(held, IERC7943Fungible(address(coin)).getFrozenTokens(owner));
        require(
            amount <= unfrozen || amount > held,
            IERC7943Fungible.ERC7943InsufficientUnfrozenBalance(owner, amount, unfrozen)
        );
        require(amount <= held, IERC20Errors.ERC20InsufficientBalance(owner, held, amount));
    }
}
