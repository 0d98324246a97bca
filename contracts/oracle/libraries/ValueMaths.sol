// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Arithmetic of a house's value
/// @notice Every amount that counts for a borrower is rounded down, what is taken from it up.
/// @dev Nothing here overflows, so that views that rest on it can't revert and need no checks, for appraisals, anchors
/// and sales below 2^112, indices below 2^96, basis points below 2^16 and periods below 2^40.
library ValueMaths {
    /// @dev Basis points in a whole.
    uint256 internal constant WHOLE_BPS = 10_000;
    /// @dev A year of a rate, in seconds.
    uint256 internal constant YEAR = 365 days;

    /// @dev `amountUsd` of the time when the index was `indexThen`, at `indexNow`; as it is without an index (0 then).
    function indexedDown(uint256 amountUsd, uint256 indexNow, uint256 indexThen) internal pure returns (uint256) {
        if (indexThen == 0) return amountUsd;
        unchecked {
            return amountUsd * indexNow / indexThen; // 112 and 96 bits
        }
    }

    /// @dev What an age takes off `amountUsd`: `rateBps` a year, by the second, beyond `freePeriod`.
    /// @param amountUsd Below 2^208, as an indexed amount is.
    /// @param agePeriod Age in seconds, at most one at which less than all is taken off.
    function haircutUp(uint256 amountUsd, uint256 agePeriod, uint256 freePeriod, uint256 rateBps)
        internal
        pure
        returns (uint256)
    {
        if (agePeriod <= freePeriod) return 0;
        unchecked {
            uint256 rate = rateBps * (agePeriod - freePeriod); // below a whole: 39 bits
            return Math.ceilDiv(amountUsd * rate, WHOLE_BPS * YEAR);
        }
    }

    /// @dev The highest level `elapsed` seconds after it was `anchorUsd`: it rises by the second, by `stepBps` in
    /// `growthPeriod` and no further.
    function ceilingDown(uint256 anchorUsd, uint256 elapsed, uint256 stepBps, uint256 growthPeriod)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            uint256 rise = anchorUsd * stepBps * Math.min(elapsed, growthPeriod); // 112, 16 and 40 bits
            return anchorUsd + rise / (WHOLE_BPS * growthPeriod);
        }
    }

    /// @dev `amountUsd` and `marginBps` of it.
    function withMarginDown(uint256 amountUsd, uint256 marginBps) internal pure returns (uint256) {
        unchecked {
            return amountUsd * (WHOLE_BPS + marginBps) / WHOLE_BPS; // 112 and 17 bits
        }
    }
}
