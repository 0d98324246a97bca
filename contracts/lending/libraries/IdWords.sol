// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Eight ids of 32 bits in a slot; 0 is an empty place.
type IdWord is uint256;

using IdWords for IdWord global;

/// @title Short lists that are read and written at once
/// @notice A borrower's open loans, the loans on eight shares of a house by share number, and the shares of a loan after
/// its first one.
library IdWords {
    /// @dev Places in a word.
    uint256 internal constant PLACES = 8;
    /// @dev An id.
    uint256 internal constant MAX_ID = type(uint32).max;

    function idAt(IdWord word, uint256 place) internal pure returns (uint256) {
        return uint32(IdWord.unwrap(word) >> (place << 5));
    }

    /// @dev The word with `id`, which fits, in that place.
    function withId(IdWord word, uint256 place, uint256 id) internal pure returns (IdWord) {
        return IdWord.wrap(IdWord.unwrap(word) & ~(MAX_ID << (place << 5)) | id << (place << 5));
    }

    /// @dev The last place that holds `id`, which may be 0; `PLACES` if none does. A draw fills the last empty place, so it is
    /// found soon.
    function placeOf(IdWord word, uint256 id) internal pure returns (uint256) {
        for (uint256 end = PLACES; end != 0; --end) {
            if (word.idAt(end - 1) == id) return end - 1;
        }
        return PLACES;
    }

    /// @dev Whether no place holds an id.
    function isEmpty(IdWord word) internal pure returns (bool) {
        return IdWord.unwrap(word) == 0;
    }

    /// @dev The word without its first id; the others move up.
    function shifted(IdWord word) internal pure returns (IdWord) {
        return IdWord.wrap(IdWord.unwrap(word) >> 32);
    }
}
