// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The DAO: HOLD's votes, and the timelock that does what they decided
/// @notice OpenZeppelin's governor. `propose` by who has enough votes; a delay; a vote of some days (against, for, abstain),
/// longer if the quorum was reached late; `queue` and, after the timelock's delay, `execute`, both by anyone. On top of it:
/// - A proposal's id covers its actions and the code of their targets, not its text. Code that changed after the vote
/// makes an unknown proposal; the same actions under another text are the same proposal.
/// - The same actions again, on the same code, are a new round, with a new id: at once after they were executed, after a
/// cool-down counted from the end of the vote if they were rejected or cancelled, never while a round still runs.
/// - The quorum is a part of the supply, and never less than an absolute number of votes.
/// - The proposal guardian cancels, nobody else does, and he can do nothing else. He can't cancel his own replacement.
/// @dev Warning: rules about repetition see exact actions. A call more, or another wei, is another proposal, which quorum,
/// late extension, timelock and guardian meet like any. Warning: a target that is a proxy keeps its own code's hash
/// while what it points to changes; the suite has none. Warning: `hashProposal` is OpenZeppelin's hash with the text and no id
/// here; `getProposalId` ignores the text's hash, and so do `queue`, `execute` and `cancel`: zero will do.
/// All numbers of the governor are the DAO's to set through its own setters (only the timelock calls them), within bounds
/// that no vote can move; the absolute quorum, the cool-down and the timelock are fixed: other ones are another governor.
interface ICommonholdGovernor {
    /// @notice The governor's numbers at construction.
    /// @param votingDelay From a proposal to its vote (seconds); an hour to 30 days.
    /// @param votingPeriod Of the vote (seconds); a day to 30 days.
    /// @param lateExtension That a vote lasts at least after the quorum is reached (seconds); an hour to the voting period.
    /// @param coolDown Before rejected or cancelled actions are proposed again (seconds); a day to 365 days.
    /// @param quorumBps Votes for and abstentions needed, of all HOLD; 1 % to 20 %.
    /// @param proposalThreshold Votes needed to propose (18 decimals); 0.01 % to 2 % of all HOLD.
    /// @param quorumFloor Votes needed whatever the part says (18 decimals); at most a fifth of all HOLD.
    /// @param guardian Who can cancel; zero for nobody.
    struct GovernorTerms {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint48 lateExtension;
        uint48 coolDown;
        uint16 quorumBps;
        uint256 proposalThreshold;
        uint256 quorumFloor;
        address guardian;
    }

    /// @notice Thrown when a number, here or in a setter, is not between `least` and `most`.
    error SettingOutOfRange(string setting, uint256 value, uint256 least, uint256 most);
    /// @notice Thrown at construction when the token's clock is not the time.
    error TokenWithoutTime(address token);
    /// @notice Thrown when an action's target has no code.
    error TargetWithoutCode(address target);
    /// @notice Thrown when an action's target is a wallet that borrows code (EIP-7702).
    error TargetDelegated(address target);
    /// @notice Thrown when the same actions failed as `proposalId` and can be proposed again from `readyAt` on.
    error CoolingDown(uint256 proposalId, uint48 readyAt);
    /// @notice Thrown when the guardian would cancel his own replacement.
    error ReplacesGuardian(address guardian);
    /// @notice Thrown when there are not as many code hashes as targets.
    error CodeHashesMissing(uint256 targets, uint256 codeHashes);
    /// @notice Thrown by the setter of another timelock: the hub obeys this one.
    error FixedTimelock(address timelock);
    /// @notice Thrown by `relay`: what the DAO does, the timelock does.
    error NothingToRelay(address target);

    /// @notice Cancels a proposal whose targets' code is not what it was at the moment, or gone: to hide it is no way
    /// past the guardian. His alone, like `cancel`.
    /// @param codeHashes Of the targets as they were when it was proposed.
    function cancelPinned(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32[] calldata codeHashes
    ) external returns (uint256 proposalId);

    /// @notice How often these actions began anew on the code that their targets have now; the present round's id is
    /// `getProposalId`, whose errors these are.
    function roundOf(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas)
        external
        view
        returns (uint256);

    /// @notice Votes needed whatever the part of the supply says (18 decimals).
    function quorumFloor() external view returns (uint256);

    /// @notice Before rejected or cancelled actions are proposed again (seconds).
    function coolDown() external view returns (uint48);
}
