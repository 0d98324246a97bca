// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What is left of an amount that halves in every half-life
/// @notice `amount * 2^-(elapsed / halfLife)`, to the second and rounded up: never below the true value, and at most
/// one wei above the true value rounded up.
/// @dev With n whole half-lives and a remainder of r seconds it is `amount / (2^n * 2^(r / halfLife))`, and
///
///     2^(r / halfLife) = (e^y)^256,   y = (ln 2 / 256) * r / halfLife,   e^y = 1 + y (1 + y/2 (1 + y/3 (1 + ...)))
///
/// Every term is positive. So cutting the series off (after y^11) and rounding every step down makes the power too
/// small, and what is divided by it too large: by less than 1e-35 of itself, which below 2^96 is far less than a wei.
/// docs/coin.md has the proof.
library HalfLife {
    /// @dev The largest amount, in wei.
    uint256 internal constant MAX_AMOUNT = type(uint96).max;
    /// @dev The longest half-life, in seconds.
    uint256 internal constant MAX_PERIOD = type(uint40).max;
    /// @dev Bits after the point in fixed point; 256 hold the square of anything below 2.
    uint256 private constant BITS = 127;
    /// @dev 1 in fixed point.
    uint256 private constant ONE = 1 << BITS;
    /// @dev ln 2 / 256 in fixed point, rounded down.
    uint256 private constant LN_2_BY_256 = 460675318799830652613172153836239227;

    /// @notice An amount (wei) can't be so large.
    error DecayAmountTooLarge(uint256 amount, uint256 largest);
    /// @notice A half-life has from one second to `longest` seconds.
    error HalfLifeOutOfRange(uint256 halfLife, uint256 longest);

    /// @dev Requires a half-life (seconds) that `decayedUp` takes. For constructors.
    function requireValid(uint256 halfLife) internal pure {
        require(halfLife != 0 && halfLife <= MAX_PERIOD, HalfLifeOutOfRange(halfLife, MAX_PERIOD));
    }

    /// @dev What is left of `amount` (wei) after `elapsed` seconds, up. Exact after none and after whole half-lives; no
    /// less of a larger amount, no more after a longer time. Something stays something: the last wei never goes.
    /// @param amount At most 2^96 - 1.
    /// @param elapsed Any number.
    /// @param halfLife In seconds, from 1 to 2^40 - 1.
    function decayedUp(uint256 amount, uint256 elapsed, uint256 halfLife) internal pure returns (uint256) {
        require(amount <= MAX_AMOUNT, DecayAmountTooLarge(amount, MAX_AMOUNT));
        requireValid(halfLife);
        if (amount == 0 || elapsed == 0) return amount;
        unchecked {
            uint256 halvings = elapsed / halfLife;
            if (halvings >= 96) return 1; // of less than 2^96
            uint256 power = _powerDown(LN_2_BY_256 * (elapsed % halfLife) / halfLife); // 119 and 40 bits
            return Math.ceilDiv(amount << BITS, power << halvings); // 223 bits each
        }
    }

    /// @dev (e^y)^256, down; both in fixed point, y at most ln 2 / 256.
    function _powerDown(uint256 y) private pure returns (uint256 power) {
        unchecked {
            power = ONE + y / 11;
            power = ONE + y * power / (10 * ONE);
            power = ONE + y * power / (9 * ONE);
            power = ONE + y * power / (8 * ONE);
            power = ONE + y * power / (7 * ONE);
            power = ONE + y * power / (6 * ONE);
            power = ONE + y * power / (5 * ONE);
            power = ONE + y * power / (4 * ONE);
            power = ONE + y * power / (3 * ONE);
            power = ONE + y * power / (2 * ONE);
            power = ONE + y * power / (1 * ONE);
            power = power * power >> BITS; // ^2
            power = power * power >> BITS; // ^4
            power = power * power >> BITS; // ^8
            power = power * power >> BITS; // ^16
            power = power * power >> BITS; // ^32
            power = power * power >> BITS; // ^64
            power = power * power >> BITS; // ^128
            power = power * power >> BITS; // ^256
        }
    }
}
