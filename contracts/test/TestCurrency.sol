// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/// @title A token that answers what it was told to answer, well-formed or not
/// @notice For what reads the symbol and decimals of a token that it can't trust.
contract TestCurrency {
    /// @dev How the token answers a call to it.
    enum Manner {
        Answer,
        Revert,
        BurnGas
    }

    /// @notice Thrown by every call, if that is its manner.
    error Unwilling(bytes4 asked);

    bytes private _symbol;
    bytes private _decimals;
    Manner private _manner;

    /// @param symbolAnswer Raw return data of `symbol()`.
    /// @param decimalsAnswer Raw return data of `decimals()`.
    constructor(bytes memory symbolAnswer, bytes memory decimalsAnswer, Manner manner) {
        _symbol = symbolAnswer;
        _decimals = decimalsAnswer;
        _manner = manner;
    }

    /// @dev A fallback returns its bytes as they are, which a declared function could not.
    fallback(bytes calldata) external payable returns (bytes memory) {
        require(_manner != Manner.Revert, Unwilling(msg.sig));
        uint256 spent = 0;
        while (_manner == Manner.BurnGas) {
            ++spent;
        }
        return msg.sig == IERC20Metadata.symbol.selector ? _symbol : _decimals;
    }
}
