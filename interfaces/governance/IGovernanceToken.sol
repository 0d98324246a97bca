// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title HOLD, the votes that govern the suite
/// @notice An ERC-20 whose balances vote once they are delegated, if only to oneself. Votes are kept for every second
/// (ERC-6372, `mode=timestamp`), so that a proposal counts those of the moment before it opened to votes: who borrows
/// HOLD for a transaction votes with nothing. Permits (ERC-2612) and delegations by signature are ECDSA, as OpenZeppelin
/// ships them.
/// @dev All of it exists from the constructor on. There is no minter, no burner, no pause and no owner: who captures the
/// DAO can't make votes, and who loses it can't be diluted. Law: the sum of all balances is the supply, for ever.
interface IGovernanceToken {
    /// @notice Thrown at construction when there are not as many amounts as holders.
    error LengthsDiffer(uint256 holders, uint256 amounts);
    /// @notice Thrown at construction when the holders would get more than there is.
    error SupplyExceeded(uint256 allotted, uint256 supply);
    /// @notice Thrown at construction when the supply (18 decimals) is not from `least` to `most`.
    error SupplyOutOfRange(uint256 supply, uint256 least, uint256 most);
    /// @notice Thrown at construction when a holder would get nothing.
    error NothingAllotted(address holder);
}
