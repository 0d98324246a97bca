// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Annuity} from "../lending/libraries/Annuity.sol";

/// @title The arithmetic of loan schedules, open to tests
contract TestAnnuity {
    /// @notice The level instalment (wei) of a loan.
    function levelInstalmentUp(uint256 principal, uint256 rateBps, uint256 instalments)
        external
        pure
        returns (uint256)
    {
        return Annuity.levelInstalmentUp(principal, rateBps, instalments);
    }

    /// @notice A month's interest (wei).
    function interestOnlyInstalmentUp(uint256 principal, uint256 rateBps) external pure returns (uint256) {
        return Annuity.interestOnlyInstalmentUp(principal, rateBps);
    }

    /// @notice The gas that the level instalment takes inside a contract.
    function gasOfLevelInstalment(uint256 principal, uint256 rateBps, uint256 instalments)
        external
        view
        returns (uint256 spent, uint256 instalment)
    {
        uint256 before = gasleft();
        instalment = Annuity.levelInstalmentUp(principal, rateBps, instalments);
        spent = before - gasleft();
    }
}
