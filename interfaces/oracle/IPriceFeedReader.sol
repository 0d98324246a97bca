// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

import {IRequirements} from "../access/IRequirements.sol";
import {FeedId} from "./FeedId.sol";

/// @title Reader of Chainlink-style feeds: one place that decides whether a price may be used
/// @notice Values have 18 decimals, whatever the feed's own. `read` never reverts, whatever the feed does; it needs the
/// gas that it grants the feed, and runs out of gas with less, so that nobody can make a good feed look dead.
/// @dev A reading is valid if all of this holds, judged in the order of `FeedStatus`: the feed is configured, not
/// frozen, the L2's sequencer is up and past its grace time; the feed has code, answers within the gas granted
/// (200,000), with exactly five words that fit their types; it says its decimals in the same manner, and they are those
/// agreed; the answer is positive; the round is complete (it has a number and a time and was answered in itself or
/// later); its time is not in the future; the value lies strictly between the bounds (a feed that is pinned to its own
/// limit is dead); it is strictly younger than the heartbeat; and no quarantine runs.
interface IPriceFeedReader is IRequirements {
    /// @notice What is wrong with a feed, the first that holds; `Valid` if nothing is.
    enum FeedStatus {
        None, // not configured
        Valid,
        Frozen, // by the guardian
        SequencerDown, // or its own feed can't be read
        SequencerGrace, // up again, for not longer than the grace time
        MissingCode,
        CallFailed, // reverted, or burnt its gas
        Malformed, // too short or long, or words that don't fit their types
        WrongDecimals,
        NotPositive,
        Incomplete,
        FromFuture,
        OutOfBounds,
        Stale,
        Quarantined // replaced lately
    }

    /// @notice What the DAO agrees to of a feed.
    /// @param feed Where it is read, normally Chainlink's proxy.
    /// @param heartbeat The feed's own longest time between two answers, margin included (seconds, 60 to 400 days).
    /// @param decimals The feed's own, 0 to 18.
    /// @param minValue Values at or below are invalid (18 decimals).
    /// @param maxValue Values at or above are invalid (18 decimals, below 2^96).
    /// @param description What the feed must say of itself, such as "USDC / USD": the pair that it prices.
    struct FeedTerms {
        AggregatorV3Interface feed;
        uint32 heartbeat;
        uint8 decimals;
        uint96 minValue;
        uint96 maxValue;
        string description;
    }

    /// @notice All that is known of a feed.
    /// @param terms What was agreed, without the description's text.
    /// @param status What `read` says.
    /// @param value What `read` says (18 decimals).
    /// @param updatedAt What `read` says (seconds).
    /// @param roundId The feed's present round; 0 if it could not be read.
    /// @param answer The feed's present answer in its own decimals; 0 if it could not be read.
    /// @param recordedValue Last valid value on record (18 decimals); 0 if none.
    /// @param recordedAt When that was updated (seconds).
    /// @param quarantinedUntil End of the quarantine after the last replacement (seconds); 0 if there was none.
    /// @param frozenUntil End of the last freeze (seconds); 0 if there was none.
    struct FeedPage {
        AggregatorV3Interface feed;
        uint32 heartbeat;
        uint8 decimals;
        uint256 minValue;
        uint256 maxValue;
        bytes32 descriptionHash;
        FeedStatus status;
        uint256 value;
        uint40 updatedAt;
        uint80 roundId;
        int256 answer;
        uint256 recordedValue;
        uint40 recordedAt;
        uint40 quarantinedUntil;
        uint40 frozenUntil;
    }

    /// @notice Emitted when a feed was configured; `value` is its first reading (18 decimals).
    event FeedSet(
        FeedId indexed feedId,
        AggregatorV3Interface indexed feed,
        FeedTerms terms,
        uint256 value,
        uint40 quarantinedUntil
    );

    /// @notice Emitted when a valid value was put on record (18 decimals).
    event ValueRecorded(FeedId indexed feedId, uint256 value, uint40 updatedAt);

    /// @notice Thrown when a feed id's first byte is zero, as in a house's: those belong to the node network.
    error InvalidFeedId(FeedId feedId);

    /// @notice Thrown when a feed's terms make no sense; `field` names the first that doesn't, `value` is its value.
    error TermsOutOfRange(string field, uint256 value);

    /// @notice Thrown when a feed says of itself what was not agreed.
    error WrongDescription(FeedId feedId, string expected, string found);

    /// @notice Thrown when a feed can't be replaced by one of another pair.
    error OtherPair(FeedId feedId, bytes32 expectedHash, bytes32 givenHash);

    /// @notice Thrown when an action needs a valid reading and there is none.
    error FeedNotValid(FeedId feedId, FeedStatus status);

    /// @notice Thrown when a replacing feed's first value is more than `maxStepBps` away from the last good one.
    error StepTooLarge(FeedId feedId, uint256 value, uint256 lastGood, uint256 maxStepBps);

    /// @notice Thrown when less gas is left than a feed must be granted, so that no judgement is possible.
    error GasTooLow(uint256 left, uint256 needed);

    /// @notice Configures a feed or replaces it. The DAO's. The new feed must have a valid reading under the new terms;
    /// if it replaces another one, it must price the same pair, its value must be within `maxStepBps()` of the last
    /// good value, and its readings are quarantined for `quarantinePeriod()`. The last good value then goes on record;
    /// with a feed's first terms its first value does. Terms alone (same feed with the same decimals) change without
    /// step and quarantine, and end none. A freeze stays as it is.
    /// @dev The last good value is what `read` says of the feed until now. While the guardian's freeze runs there is none:
    /// guardian and DAO agree that what the feed said last is wrong, so the step is not asked for, and the new feed's value
    /// goes on record.
    function setFeed(FeedId feedId, FeedTerms calldata terms) external;

    /// @notice Puts the present valid value on record, for the day the feed dies. Anyone.
    function record(FeedId feedId) external returns (uint256 value, uint40 updatedAt);

    /// @notice Makes a feed invalid at once, until the freeze ends by itself. Role GUARDIAN. Reverts with
    /// `FeedNotValid` and the status None for a feed that is not configured.
    function freeze(FeedId feedId) external;

    /// @notice Ends that freeze early. The DAO's.
    function unfreeze(FeedId feedId) external;

    /// @notice The feed's value, and whether it may be used. Never reverts, except out of gas.
    /// @return value 18 decimals. With status Valid the present value; otherwise the last valid one that is known: the
    /// feed's answer if nothing but its age or the sequencer speaks against it and it is no older than the one on record,
    /// else the one on record; 0 if none.
    /// Warning: nothing new may be issued and nothing seized on a value whose status is not Valid.
    /// @return updatedAt When that value was updated (seconds).
    function read(FeedId feedId) external view returns (uint256 value, uint40 updatedAt, FeedStatus status);

    /// @notice All that is known of a feed. Never reverts, except out of gas.
    function inspect(FeedId feedId) external view returns (FeedPage memory);

    /// @notice For how long, in seconds, the feed has been frozen, all freezes together, up to now: clocks stop for it.
    function frozenTimeOf(FeedId feedId) external view returns (uint256);

    /// @notice The L2's sequencer uptime feed, zero where there is none, and its grace time in seconds.
    function sequencer() external view returns (AggregatorV3Interface feed, uint40 gracePeriod);

    /// @notice How far a replacing feed may be from the last good value (basis points).
    function maxStepBps() external view returns (uint16);

    /// @notice For how long a replaced feed's readings don't count (seconds).
    function quarantinePeriod() external view returns (uint40);
}
