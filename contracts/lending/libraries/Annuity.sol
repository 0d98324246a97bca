// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What a loan asks for every month
/// @notice The level instalment of the annuity formula, and the interest of a month, both rounded up to the wei.
/// @dev A month is a twelfth of a year of 365 days, so the rate of a period is `rateBps / 120,000` exactly, and interest
/// kept raw (wei x basis points x seconds of a year, as in {ILoanLedger}) is in wei again after a division by
/// 120,000 months. With r that rate and n instalments (ordinary annuity, payments at the end of each period):
///
///     instalment = principal * r / (1 - v^n),   v = 1 / (1 + r) = 120,000 / (120,000 + rateBps)
///
/// v^n is taken in fixed point with 128 bits, every step up: what is divided by comes out too small, the instalment never.
/// Each of v^2k = (v^k)^2 and v^(k+1) = v^k * v leaves v^m less than 2m - 1 units of the last place too large if it was so
/// before (v itself is less than one). As 1 - v^n >= nr / (1 + nr), that moves the instalment by less than
///
///     principal * 2^-127 * (1 + nr)^2 / nr   <   2^96 * 2^-127 * 120,003   <   2^-14 wei,   1/120,000 <= nr <= 40
///
/// so the answer is the true value rounded up, and one wei more only if that lies less than 2^-14 wei below or at a whole
/// number of wei. A single instalment, and a rate of zero, are exact.
library Annuity {
    /// @dev Between two due times, in seconds: a twelfth of 365 days.
    uint256 internal constant MONTH = 2_628_000;
    /// @dev Basis points in a whole times months in a year: `rateBps` of this is the rate of a month.
    uint256 internal constant MONTHLY_WHOLE = 120_000;
    /// @dev The largest principal, in wei.
    uint256 internal constant MAX_PRINCIPAL = type(uint96).max;
    /// @dev The highest rate, in basis points a year.
    uint256 internal constant MAX_RATE_BPS = 10_000;
    /// @dev The most instalments: 40 years of them.
    uint256 internal constant MAX_INSTALMENTS = 480;

    /// @dev Bits after the point in fixed point; 256 hold the square of anything below 1.
    uint256 private constant BITS = 128;
    /// @dev 1 in fixed point.
    uint256 private constant ONE = 1 << BITS;

    /// @notice No loan has such a principal (wei) at such a rate (basis points a year).
    error LoanSizeOutOfRange(uint256 principal, uint256 rateBps, uint256 largestPrincipal, uint256 highestRateBps);
    /// @notice A loan has from one to `most` instalments.
    error InstalmentsOutOfRange(uint256 instalments, uint256 most);

    /// @dev The level instalment (wei) that repays `principal` with interest, up: never below the true value, and at most
    /// one wei above the true value rounded up.
    /// @param principal In wei, at most 2^96 - 1.
    /// @param rateBps In basis points a year, at most 10,000; at zero the principal is just divided.
    /// @param instalments From 1 to 480.
    function levelInstalmentUp(uint256 principal, uint256 rateBps, uint256 instalments)
        internal
        pure
        returns (uint256)
    {
        _requireSize(principal, rateBps);
        require(instalments != 0 && instalments <= MAX_INSTALMENTS, InstalmentsOutOfRange(instalments, MAX_INSTALMENTS));
        if (rateBps == 0) return Math.ceilDiv(principal, instalments);
        unchecked {
            if (instalments == 1) return principal + _monthOfInterestUp(principal, rateBps);
            uint256 discounted = ONE - _discountUp(rateBps, instalments);
            return Math.ceilDiv(principal * rateBps << BITS, MONTHLY_WHOLE * discounted); // 238 and 145 bits
        }
    }

    /// @dev The interest (wei) of one month on `principal`, up: what an interest-only loan pays before its balloon.
    /// @param principal In wei, at most 2^96 - 1.
    /// @param rateBps In basis points a year, at most 10,000.
    function interestOnlyInstalmentUp(uint256 principal, uint256 rateBps) internal pure returns (uint256) {
        _requireSize(principal, rateBps);
        return _monthOfInterestUp(principal, rateBps);
    }

    function _requireSize(uint256 principal, uint256 rateBps) private pure {
        require(
            principal <= MAX_PRINCIPAL && rateBps <= MAX_RATE_BPS,
            LoanSizeOutOfRange(principal, rateBps, MAX_PRINCIPAL, MAX_RATE_BPS)
        );
    }

    function _monthOfInterestUp(uint256 principal, uint256 rateBps) private pure returns (uint256) {
        unchecked {
            return Math.ceilDiv(principal * rateBps, MONTHLY_WHOLE); // 110 bits
        }
    }

    /// @dev v^n in fixed point, up: by squaring, from the highest bit of n. The rate is not zero, so v and all its powers
    /// are at most 120,000 / 120,001 and a product of two, rounded up, stays below 2^256.
    function _discountUp(uint256 rateBps, uint256 instalments) private pure returns (uint256 power) {
        unchecked {
            uint256 single = Math.ceilDiv(MONTHLY_WHOLE << BITS, MONTHLY_WHOLE + rateBps);
            power = single;
            for (uint256 bit = 1 << Math.log2(instalments) >> 1; bit != 0; bit >>= 1) {
                power = (power * power + ONE - 1) >> BITS;
                if (instalments & bit != 0) power = (power * single + ONE - 1) >> BITS;
            }
        }
    }
}
