// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {BallotId} from "../governance/BallotId.sol";
import {IHouseBallot} from "../governance/IHouseBallot.sol";
import {ShareId} from "../property/Ids.sol";
import {IChecks} from "./IChecks.sol";

/// @title Why a step of a proposal or of a house's ballot would be refused
/// @notice Beside `IGovernanceLens`, with its promises; a check is what {IChecks} says. One thing it can't know: what the actions
/// of a proposal themselves would say. Who wants to know executes them on a copy of the present state.
interface IGovernanceChecks is IChecks {
    /// @notice What a proposal does, as the governor takes it.
    /// @param values Wei of ether for each call.
    struct Actions {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
    }

    /* PROPOSALS */

    /// @notice Whether `propose` by `caller` would be refused.
    function proposeCheck(address caller, Actions calldata actions, string calldata description)
        external
        view
        returns (bytes memory refusal);

    /// @notice Whether `castVote` by `caller`, with a reason or without, would be refused. A vote of no weight passes.
    /// @param support 0 against, 1 for, 2 abstain.
    function voteCheck(address caller, uint256 proposalId, uint8 support) external view returns (bytes memory refusal);

    /// @notice Whether `castVoteBySig`, by anyone, would be refused.
    /// @param signature Of the voter's present nonce in the governor.
    function voteBySigCheck(uint256 proposalId, uint8 support, address voter, bytes calldata signature)
        external
        view
        returns (bytes memory refusal);

    /// @notice Whether `queue`, by anyone, would be refused.
    function queueCheck(Actions calldata actions) external view returns (bytes memory refusal);

    /// @notice Whether `execute`, by anyone, would be refused before the first action is done.
    function executeCheck(Actions calldata actions) external view returns (bytes memory refusal);

    /// @notice Whether `cancel` by `caller` would be refused.
    function cancelCheck(address caller, Actions calldata actions) external view returns (bytes memory refusal);

    /* HOUSES' BALLOTS */

    /// @notice Whether `HouseBallot.open` by `caller` would be refused.
    function openCheck(address caller, ShareId shareId, IHouseBallot.Matter calldata matter)
        external
        view
        returns (bytes memory refusal);

    /// @notice Whether `HouseBallot.vote` by `caller` would be refused, all shares taken together.
    function ballotVoteCheck(address caller, BallotId ballotId, ShareId[] calldata shareIds)
        external
        view
        returns (bytes memory refusal);

    /// @notice Whether `HouseBallot.conclude`, by anyone, would be refused: by the ballot, or by the escrow that is to pay.
    function concludeCheck(BallotId ballotId) external view returns (bytes memory refusal);

    /* THE SAME, REVERTING */

    function requirePropose(address caller, Actions calldata actions, string calldata description) external view;

    function requireVote(address caller, uint256 proposalId, uint8 support) external view;

    function requireVoteBySig(uint256 proposalId, uint8 support, address voter, bytes calldata signature) external view;

    function requireQueue(Actions calldata actions) external view;

    function requireExecute(Actions calldata actions) external view;

    function requireCancel(address caller, Actions calldata actions) external view;

    function requireOpen(address caller, ShareId shareId, IHouseBallot.Matter calldata matter) external view;

    function requireBallotVote(address caller, BallotId ballotId, ShareId[] calldata shareIds) external view;

    function requireConclude(BallotId ballotId) external view;

    /* WHAT IT ASKS */

    function GOVERNOR() external view returns (IGovernor);

    function TIMELOCK() external view returns (TimelockController);

    function BALLOT() external view returns (IHouseBallot);
}
