// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title Text from outside, made harmless for JSON and XML
/// @notice The registry lets in printable ASCII only, but a lien's kind and a token's symbol come from other contracts.
/// @dev Bytes that are not ASCII show as "?": half a character in UTF-8 would spoil the whole document.
library Escaping {
    /// @dev For a JSON string, without the quotes around it. Any ASCII text is read back as it was.
    function json(string memory text) internal pure returns (string memory) {
        bytes memory shown = bytes.concat(bytes(text));
        for (uint256 i = 0; i < shown.length; ++i) {
            if (shown[i] > 0x7f) shown[i] = "?";
        }
        return Strings.escapeJSON(string(shown));
    }

    /// @dev For XML text and quoted attributes. Control characters, which XML can't hold at all, show as "?".
    function xml(string memory text) internal pure returns (string memory) {
        bytes[] memory escaped = new bytes[](bytes(text).length);
        for (uint256 i = 0; i < escaped.length; ++i) {
            escaped[i] = _entity(bytes(text)[i]);
        }
        return string(Bytes.concat(escaped));
    }

    /// @dev `text` as it is, or its beginning and "..." if it has more than `maxLength` bytes.
    function clipped(string memory text, uint256 maxLength) internal pure returns (string memory) {
        if (bytes(text).length <= maxLength) return text;
        return string.concat(string(Bytes.slice(bytes(text), 0, maxLength - 3)), "...");
    }

    function _entity(bytes1 char) private pure returns (bytes memory) {
        if (char < 0x20 || char > 0x7e) return "?";
        if (char == "&") return "&amp;";
        if (char == "<") return "&lt;";
        if (char == ">") return "&gt;";
        if (char == 0x22) return "&quot;";
        if (char == 0x27) return "&#39;";
        return abi.encodePacked(char);
    }
}
