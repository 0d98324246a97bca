// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";

/// @title Documents with places for values
/// @notice In a template "$a" stands for the first value, "$b" for the second, and so on; one value may stand in
/// several places. A document that is read as it is written needs less code than one that is put together from pieces.
/// @dev Values are never searched for marks, so a value that holds "$a" is harmless. A template has no other "$".
library Template {
    /// @dev `template` with every mark replaced. Values that it has no mark for are left empty.
    function fill(string memory template, string[20] memory values) internal pure returns (string memory) {
        bytes memory text = bytes(template);
        // A mark has two bytes: there can't be more pieces (text, value, text, ...) than this.
        bytes[] memory pieces = new bytes[](text.length + 1);
        uint256 count = 0;
        uint256 start = 0;
        for (uint256 i = 0; i < text.length; ++i) {
            if (text[i] != "$") continue;
            pieces[count++] = Bytes.slice(text, start, i);
            pieces[count++] = bytes(values[uint8(text[++i]) - uint8(bytes1("a"))]);
            start = i + 1;
        }
        pieces[count] = Bytes.slice(text, start, text.length);
        return string(Bytes.concat(pieces));
    }
}
