// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITreasury} from "../../interfaces/coin/ITreasury.sol";

/// @title A treasury in any state
/// @notice The views of {ITreasury} that the rate model uses; a unit of cash counts for a wei. For thresholds to the wei.
contract TestRateTreasury {
    ITreasury.DemandPage private _page;
    uint256 private _coins;
    uint16 private immutable MIN_CASH_RATIO_BPS;

    /// @dev As {ITreasury.freeCash}.
    uint256 public freeCash;

    constructor(uint16 pauseAtBps, uint16 minCashRatioBps) {
        _page.terms.pauseAtBps = pauseAtBps;
        MIN_CASH_RATIO_BPS = minCashRatioBps;
    }

    /// @notice Puts it into a state: wei of coin, and of cash.
    function set(uint256 demand, uint256 base, uint256 coins, uint256 cash) external {
        (_page.demand, _page.base, _coins, freeCash) = (demand, base, coins, cash);
    }

    /// @dev As {ITreasury.demandPage}.
    function demandPage() external view returns (ITreasury.DemandPage memory) {
        return _page;
    }

    /// @dev As {ITreasury.balanceSheet}.
    function balanceSheet() external view returns (ITreasury.Sheet memory sheet) {
        sheet.coins = _coins;
    }

    /// @dev As {ITreasury.coinsForDown}.
    function coinsForDown(uint256 cash) external pure returns (uint256) {
        return cash;
    }

    /// @dev As {ITreasury.terms}.
    function terms() external view returns (ITreasury.TreasuryTerms memory found) {
        (found.gate, found.minCashRatioBps) = (_page.terms, MIN_CASH_RATIO_BPS);
    }
}
