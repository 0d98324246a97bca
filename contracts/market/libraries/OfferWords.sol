// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Which of somebody's signed offers live, in one slot: used 224 | epoch 32
/// - used: a bit for each number of the present epoch that was used up or cancelled
/// - epoch: grows when its owner cancels everything he signed
type OfferWord is uint256;

using OfferWords for OfferWord global;

/// @title Numbers of signed offers that act once
/// @notice An offer's nonce is `epoch << 8 | number`, with a number below 224, in any order. It lives while its epoch is
/// the present one and its bit is not set: one slot tells, and one writing cancels everything.
library OfferWords {
    /// @dev Numbers in an epoch.
    uint256 internal constant NUMBERS = 224;

    function epoch(OfferWord word) internal pure returns (uint32) {
        return uint32(OfferWord.unwrap(word) >> NUMBERS);
    }

    /// @dev Whether an offer with this nonce can act. A nonce above 40 bits names no epoch, so it never lives.
    function isLive(OfferWord word, uint256 nonce) internal pure returns (bool) {
        uint256 number = nonce & 0xff;
        return nonce >> 8 == word.epoch() && number < NUMBERS && OfferWord.unwrap(word) >> number & 1 == 0;
    }

    /// @dev Without the number of a nonce. One that does not live changes nothing.
    function without(OfferWord word, uint256 nonce) internal pure returns (OfferWord) {
        return word.isLive(nonce) ? OfferWord.wrap(OfferWord.unwrap(word) | 1 << (nonce & 0xff)) : word;
    }

    /// @dev The next epoch, in which nothing is signed yet. Nobody lives to see four thousand million.
    function nextEpoch(OfferWord word) internal pure returns (OfferWord) {
        return OfferWord.wrap(uint256(word.epoch() + 1) << NUMBERS);
    }
}
