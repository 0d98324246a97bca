// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title HMD, the suite's dollar coin (18 decimals)
/// @notice ERC-20 with permit (ERC-2612), transfer authorisations (ERC-3009), freezes by the court (ERC-7943) and a
/// table of minters: a row is the permission, its cap the bound. There is no burn for holders: supply changes only
/// through contracts whose books change with it.
interface IHomeDollar {
    /// @notice A row of the table of minters, amounts in wei of coin.
    /// @param cap The most that may be out through this minter. The largest value is no bound at all: it is the row of a
    /// contract that answers for every coin there is, and mints and burns without counting.
    /// @param level Minted less burned by it, never below 0: coins minted by one row may be burned by another. Always 0
    /// of a row without a bound.
    struct Minter {
        uint128 cap;
        uint128 level;
    }

    /// @notice Emitted when the DAO wrote the cap of `minter`.
    event MinterSet(address indexed minter, uint128 previousCap, uint128 cap);

    /// @notice Thrown when `caller` has no row: neither a cap nor coins out through it.
    error NotMinter(address caller);

    /// @notice Thrown when the court reaches for coins of a minter: what lies there belongs to those who wait for cash.
    error MinterExempt(address minter);

    /// @notice Thrown when minting `amount` would take `minter` from `level` above `cap`.
    error MinterCapExceeded(address minter, uint256 amount, uint256 level, uint256 cap);

    /// @notice Mints `amount` to `to`. A minter row with room.
    function mint(address to, uint256 amount) external;

    /// @notice Burns unfrozen coins of `from`, who allowed the caller to spend them if he is another. A minter row, also
    /// one whose cap was lowered below its level.
    function burn(address from, uint256 amount) external;

    /// @notice As `burn`, for coins that pay their owner's own debt: frozen coins count too, and their freeze is lifted
    /// by what the unfrozen ones lack. A minter row; whoever keeps the debt vouches that it is `from`'s own if any were.
    /// @return released How many of them were frozen.
    function burnForDebt(address from, uint256 amount) external returns (uint256 released);

    /// @notice Writes a minter's cap (wei of coin). The DAO's. Cap 0 ends its minting; it may burn until its level is 0,
    /// so that what it minted can come home. A row that had no bound and gets one starts at the level of all coins there
    /// are: what it minted was not counted.
    function setMinter(address minter, uint128 cap) external;

    /// @notice The row of `minter`.
    function minterOf(address minter) external view returns (Minter memory);
}
