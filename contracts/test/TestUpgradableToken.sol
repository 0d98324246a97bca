// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {Proxy} from "@openzeppelin/contracts/proxy/Proxy.sol";

/// @title A token behind a proxy, as USDC is: its rules can become any other token's from one block to the next
/// @notice What it holds stays where it is. All test tokens made of OpenZeppelin's ERC-20 fit behind it.
contract TestUpgradableToken is Proxy {
    constructor(address implementation) {
        ERC1967Utils.upgradeToAndCall(implementation, "");
    }

    receive() external payable {
        _fallback();
    }

    /// @notice From now on it is what `implementation` is. Anyone.
    function upgradeTo(address implementation) external {
        ERC1967Utils.upgradeToAndCall(implementation, "");
    }

    function _implementation() internal view override returns (address) {
        return ERC1967Utils.getImplementation();
    }
}
