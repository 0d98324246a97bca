// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title Amounts, tokens and long numbers as people read them
library Figures {
    /// @dev Decimals of US dollars throughout the suite.
    uint8 internal constant USD_DECIMALS = 18;

    /// @dev More decimals than any token in use has; a token that claims more is shown in its smallest unit.
    uint256 private constant MAX_DECIMALS = 36;

    /// @dev Gas that a token gets to tell its symbol or decimals: plenty, and not enough to spoil the paper.
    uint256 private constant TOKEN_GAS = 50_000;

    /// @dev `value` / 10^`decimals`, exactly: zeros at the end of the fraction are cut off down to `minFraction` digits.
    /// @param separator Put between groups of three digits of the whole part.
    function decimal(uint256 value, uint256 decimals, uint256 minFraction, string memory separator)
        internal
        pure
        returns (string memory)
    {
        uint256 unit = 10 ** decimals;
        string memory whole = _grouped(value / unit, separator);
        if (decimals == 0) return whole;
        // The unit in front keeps the fraction's leading zeros; it is cut off again.
        bytes memory digits = bytes(Strings.toString(unit + value % unit));
        uint256 end = digits.length;
        while (end - 1 > minFraction && digits[end - 1] == "0") {
            --end;
        }
        return end == 1 ? whole : string.concat(whole, ".", string(Bytes.slice(digits, 1, end)));
    }

    /// @dev US dollars (18 decimals): "US$ 187,500.00".
    function usd(uint256 amountUsd) internal pure returns (string memory) {
        return string.concat("US$ ", decimal(amountUsd, USD_DECIMALS, 2, ","));
    }

    /// @dev Millionths as percent, exactly: "12.5000".
    function percent(uint32 millionths) internal pure returns (string memory) {
        return decimal(millionths, 4, 4, "");
    }

    /// @dev `amount` of `token` in whole tokens, or in its smallest unit if its decimals are unknown; US dollars if
    /// `token` is zero. Not escaped.
    function amount(uint256 amount_, address token) internal view returns (string memory) {
        if (token == address(0)) return usd(amount_);
        (bool known, uint256 decimals) = _decimalsOf(token);
        string memory figure = known ? decimal(amount_, decimals, 2, ",") : _grouped(amount_, ",");
        return string.concat(figure, known ? " " : " smallest units of ", symbolOf(token));
    }

    /// @dev In what an amount was paid, zero standing for US dollars; nothing is known of a price of 0. Not escaped.
    function currency(uint256 amount_, address token) internal view returns (string memory) {
        if (token != address(0)) return symbolOf(token);
        return amount_ == 0 ? "not recorded" : "US dollars";
    }

    /// @dev What `token` calls itself, or its address if it calls itself nothing that can be read. Not escaped.
    function symbolOf(address token) internal view returns (string memory) {
        (bool success, bytes memory answer) =
            token.staticcall{gas: TOKEN_GAS}(abi.encodeCall(IERC20Metadata.symbol, ()));
        // A text of at most 32 bytes comes as three words: where it begins (32), its length, its bytes.
        if (!success || answer.length != 96) return shortAddress(token);
        (uint256 offset, uint256 length) = abi.decode(answer, (uint256, uint256));
        if (offset != 32 || length == 0 || length > 32) return shortAddress(token);
        return string(Bytes.slice(answer, 64, 64 + length));
    }

    /// @dev First and last bytes of an address.
    function shortAddress(address account) internal pure returns (string memory) {
        return _shortened(Strings.toChecksumHexString(account), 8);
    }

    /// @dev First and last bytes of a number of 32 bytes.
    function shortBytes32(bytes32 value) internal pure returns (string memory) {
        return _shortened(Strings.toHexString(uint256(value), 32), 12);
    }

    function _decimalsOf(address token) private view returns (bool known, uint256 decimals) {
        (bool success, bytes memory answer) =
            token.staticcall{gas: TOKEN_GAS}(abi.encodeCall(IERC20Metadata.decimals, ()));
        if (!success || answer.length != 32) return (false, 0);
        decimals = abi.decode(answer, (uint256));
        known = decimals <= MAX_DECIMALS;
    }

    /// @dev `value` with `separator` between groups of three digits.
    function _grouped(uint256 value, string memory separator) private pure returns (string memory text) {
        bytes memory digits = bytes(Strings.toString(value));
        uint256 end = digits.length;
        while (end > 3) {
            text = string.concat(separator, string(Bytes.slice(digits, end - 3, end)), text);
            end -= 3;
        }
        return string.concat(string(Bytes.slice(digits, 0, end)), text);
    }

    /// @dev The "0x" and `kept` digits of a number in hexadecimal, half of them from its end.
    function _shortened(string memory hexadecimal, uint256 kept) private pure returns (string memory) {
        bytes memory digits = bytes(hexadecimal);
        return string.concat(
            string(Bytes.slice(digits, 0, 2 + kept / 2)),
            "...",
            string(Bytes.slice(digits, digits.length - kept / 2, digits.length))
        );
    }
}
