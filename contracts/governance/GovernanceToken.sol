// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

import {IGovernanceToken} from "../../interfaces/governance/IGovernanceToken.sol";
import {Signpost} from "../access/Signpost.sol";

/// @title HOLD, the votes that govern the suite
/// @notice See {IGovernanceToken}.
/// @custom:kill Nothing stops it: votes and transfers are nobody's to stop. The guardian cancels what a vote decided.
contract GovernanceToken is ERC20Permit, ERC20Votes, Signpost, IGovernanceToken {
    /// @dev Bounds of the supply: from votes of a whole HOLD that still are small parts, to what fits all counters.
    uint256 private constant SUPPLY_FROM = 1_000_000 ether;
    uint256 private constant SUPPLY_TO = 1_000_000_000_000 ether;

    /// @param hub The permission hub, for the signpost alone.
    /// @param supply All there ever is (18 decimals).
    /// @param holders Who gets some of it at once, and @param amounts how much each (18 decimals).
    /// @param rest Who gets what is left: the DAO's timelock, whose votes nobody casts until the DAO gives them away.
    constructor(address hub, uint256 supply, address[] memory holders, uint256[] memory amounts, address rest)
        ERC20("Commonhold", "HOLD")
        ERC20Permit("Commonhold")
        AccessManaged(hub)
    {
        require(supply >= SUPPLY_FROM && supply <= SUPPLY_TO, SupplyOutOfRange(supply, SUPPLY_FROM, SUPPLY_TO));
        require(holders.length == amounts.length, LengthsDiffer(holders.length, amounts.length));
        for (uint256 i = 0; i < holders.length; ++i) {
            require(amounts[i] != 0, NothingAllotted(holders[i]));
            _mint(holders[i], amounts[i]);
        }
        uint256 allotted = totalSupply();
        require(allotted <= supply, SupplyExceeded(allotted, supply));
        if (allotted != supply) _mint(rest, supply - allotted);
    }

    /// @inheritdoc Votes
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @inheritdoc Votes
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @dev One sequence for permits and delegations, as OpenZeppelin has it.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
