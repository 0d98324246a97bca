// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ICouncilTimelock} from "../../interfaces/access/ICouncilTimelock.sol";

/// @title The DAO's hand: what it decides waits here, for all to see, before it acts
/// @notice The council proposes and cancels, anyone executes once the delay is over. Nobody else has a right here: the
/// timelock is its own admin, so that the governor can take the council's place by a proposal of the council. From then
/// on the governor alone executes, too, because it looks at the targets' code.
/// @custom:kill The council cancels a proposal before it is executed.
contract CouncilTimelock is TimelockController, ICouncilTimelock {
    /// @dev Bounds of the delay, in seconds: at construction and later.
    uint256 private constant MIN_DELAY_FROM = 1 hours;
    uint256 private constant MIN_DELAY_TO = 30 days;

    /// @param minDelay How long a proposal waits at least, in seconds.
    /// @param council Who proposes and cancels.
    constructor(uint256 minDelay, address council)
        TimelockController(minDelay, _only(council), _only(address(0)), address(0))
    {
        require(council != address(0), InvalidCouncil(council));
        _requireInRange(minDelay);
    }

    /// @inheritdoc TimelockController
    /// @dev Without bounds, one decision could take everybody's time to leave before the next.
    function updateDelay(uint256 newDelay) public override {
        super.updateDelay(newDelay);
        _requireInRange(newDelay);
    }

    function _requireInRange(uint256 delay) private pure {
        require(delay >= MIN_DELAY_FROM && delay <= MIN_DELAY_TO, DelayOutOfRange(delay));
    }

    /// @dev A list of one. The zero address among executors stands for anyone.
    function _only(address account) private pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }
}
