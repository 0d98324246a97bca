// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";

/// @title Canonical spellings of identifiers
/// @notice People and offices write one number in many ways: "012-34", "12 34", "0012.034". Two forms catch them:
/// - joined: letters and digits alone, upper case, zeros in front dropped ("1234", "1234", "12034");
/// - parted: the same part by part, parts joined by "-" ("12-34", all three); a part ends at a separator and between
///   letters and digits ("R012", "r-12" -> "R-12").
/// Either alone would miss a pair. A number of zeros alone keeps one of them, so that no form of a readable text is
/// empty.
/// @dev Any byte that is not an ASCII letter or digit separates parts.
library Spelling {
    /// @dev `text` without separators.
    function joined(bytes memory text) internal pure returns (bytes memory) {
        bytes memory kept = new bytes(text.length);
        uint256 length = 0;
        for (uint256 i = 0; i < text.length; ++i) {
            if (isLetterOrDigit(text[i])) kept[length++] = _upper(text[i]);
        }
        return Bytes.slice(kept, _afterZeros(kept, 0, length), length);
    }

    /// @dev `text` part by part.
    function parted(bytes memory text) internal pure returns (bytes memory) {
        return _parts(text, true);
    }

    /// @dev The one spelling of a provider or jurisdiction, within which numbers count: parted, with a "-" kept only
    /// between two numbers ("US-MA-009", "us ma 9" -> "USMA9"; "06-37" -> "6-37").
    function scope(bytes memory text) internal pure returns (bytes memory) {
        return _parts(text, false);
    }

    /// @dev The parts of `text`, joined by "-": between all, or only where two numbers would run into one.
    function _parts(bytes memory text, bool everywhere) private pure returns (bytes memory) {
        // Every character may be a part.
        bytes memory kept = new bytes(2 * text.length);
        uint256 length = 0;
        uint256 start = 0;
        while (start < text.length) {
            uint256 end = _endOfPart(text, start);
            if (end == start) {
                ++start;
                continue;
            }
            bool betweenNumbers = length > 0 && _isDigit(kept[length - 1]) && _isDigit(text[start]);
            if (length > 0 && (everywhere || betweenNumbers)) kept[length++] = "-";
            for (start = _afterZeros(text, start, end); start < end; ++start) {
                kept[length++] = _upper(text[start]);
            }
        }
        return Bytes.slice(kept, 0, length);
    }

    /// @dev The first position whose byte is not printable ASCII (0x20 to 0x7e); the length if there is no letter or
    /// digit at all; `type(uint256).max` if the text is readable.
    function firstFlaw(bytes calldata text) internal pure returns (uint256 position) {
        bool named = false;
        for (uint256 i = 0; i < text.length; ++i) {
            if (text[i] < 0x20 || text[i] > 0x7e) return i;
            if (!named) named = isLetterOrDigit(text[i]);
        }
        return named ? type(uint256).max : text.length;
    }

    /// @dev Whether `char` is an ASCII letter or digit.
    function isLetterOrDigit(bytes1 char) internal pure returns (bool) {
        return (char >= "0" && char <= "9") || (char >= "A" && char <= "Z") || (char >= "a" && char <= "z");
    }

    /// @dev Where the run of letters, or of digits, that begins at `start` ends; `start` if none begins there.
    function _endOfPart(bytes memory text, uint256 start) private pure returns (uint256 end) {
        end = start;
        bool digits = _isDigit(text[start]);
        while (end < text.length && isLetterOrDigit(text[end]) && _isDigit(text[end]) == digits) {
            ++end;
        }
    }

    function _isDigit(bytes1 char) private pure returns (bool) {
        return char >= "0" && char <= "9";
    }

    /// @dev `start` past the zeros in front, of which the last stays if nothing else follows before `end`.
    function _afterZeros(bytes memory text, uint256 start, uint256 end) private pure returns (uint256) {
        while (start + 1 < end && text[start] == "0") {
            ++start;
        }
        return start;
    }

    function _upper(bytes1 char) private pure returns (bytes1) {
        // In ASCII a small letter differs from its capital by this bit alone.
        return char >= "a" && char <= "z" ? char & 0xdf : char;
    }
}
