// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {FeedId} from "../../../interfaces/oracle/FeedId.sol";

/// @title What a feed's id says in words
library FeedNames {
    /// @dev Whether it names a house, or is a text of printable ASCII with nothing but zeros after it that does not begin
    /// as the description of a house's feed does.
    function isReadable(FeedId feedId) internal pure returns (bool) {
        if (_isHouse(feedId)) return !feedId.isNull();
        if (bytes17(feedId.raw()) == "Commonhold house ") return false;
        uint256 length = _textLength(feedId);
        for (uint256 i = 0; i < length; ++i) {
            bytes1 character = feedId.raw()[i];
            if (character < " " || character > "~") return false;
        }
        return length == 32 || uint256(feedId.raw()) << (8 * length) == 0;
    }

    /// @dev "Commonhold house 12 / USD", or the text.
    function describe(FeedId feedId) internal pure returns (string memory) {
        if (_isHouse(feedId)) {
            return string.concat("Commonhold house ", Strings.toString(uint256(feedId.raw())), " / USD");
        }
        bytes memory text = new bytes(_textLength(feedId));
        for (uint256 i = 0; i < text.length; ++i) {
            text[i] = feedId.raw()[i];
        }
        return string(text);
    }

    /// @dev A text's first byte is not zero, and no house's number comes near.
    function _isHouse(FeedId feedId) private pure returns (bool) {
        return feedId.raw()[0] == 0;
    }

    /// @dev Bytes before the first zero.
    function _textLength(FeedId feedId) private pure returns (uint256 length) {
        while (length < 32 && feedId.raw()[length] != 0) ++length;
    }
}
