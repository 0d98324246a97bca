// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {GuardianStop} from "../access/GuardianStop.sol";
import {Require} from "../access/Require.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {StopClock} from "../access/StopClock.sol";
import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";
import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {FeedReading} from "./libraries/FeedReading.sol";

/// @title PriceFeedReader
/// @notice See {IPriceFeedReader}; what makes a reading valid is in {FeedReading}.
/// @dev A valid read touches a feed's first two slots. A configured feed has a value on record from its first day.
/// @custom:kill The guardian freezes one feed at a time: its readings are then invalid until the freeze ends by itself.
contract PriceFeedReader is IPriceFeedReader, IGuardianStop, RoleGated {
    /// @dev Four slots.
    struct Feed {
        FeedReading.Rules rules; // two slots
        // Third slot.
        uint128 recordedValue; // 18 decimals
        uint40 recordedAt; // when the feed updated it, seconds
        uint40 frozenFrom; // begin of the last freeze, seconds; see {StopClock}
        uint40 frozenBefore; // sum of the freezes before it, seconds
        bytes32 descriptionHash; // keccak256 of the pair's text
    }

    /// @notice Shortest and longest heartbeat, in seconds.
    uint32 public constant MIN_HEARTBEAT = 60;
    uint32 public constant MAX_HEARTBEAT = 400 days;
    /// @notice Most decimals that a feed may have.
    uint8 public constant MAX_DECIMALS = 18;
    /// @notice Longest description, in bytes.
    uint256 public constant MAX_DESCRIPTION_LENGTH = 64;
    /// @notice Bounds of the quarantine after a replacement, in seconds.
    uint40 public constant MIN_QUARANTINE_PERIOD = 1 hours;
    uint40 public constant MAX_QUARANTINE_PERIOD = 30 days;
    /// @notice Longest grace time of a sequencer, in seconds.
    uint40 public constant MAX_GRACE_PERIOD = 1 days;

    uint256 private constant FULL_BPS = 10_000;

    AggregatorV3Interface private immutable SEQUENCER;
    uint40 private immutable GRACE_PERIOD;
    /// @inheritdoc IPriceFeedReader
    uint16 public immutable maxStepBps;
    /// @inheritdoc IPriceFeedReader
    uint40 public immutable quarantinePeriod;
    /// @notice How long a freeze lasts, in seconds.
    uint40 public immutable GUARDIAN_STOP_PERIOD;

    mapping(FeedId feedId => Feed) private _feeds;

    /// @param hub The permission hub for people.
    /// @param sequencerFeed The L2's sequencer uptime feed; zero where there is none.
    /// @param sequencerGracePeriod For how long the sequencer must have been up (seconds); 0 exactly if there is none.
    /// @param maxStepBps_ How far a replacing feed may be from the last good value (basis points, below 10,000).
    /// @param quarantinePeriod_ For how long a replaced feed's readings don't count (seconds).
    /// @param guardianStopPeriod How long a freeze lasts (seconds).
    constructor(
        address hub,
        AggregatorV3Interface sequencerFeed,
        uint40 sequencerGracePeriod,
        uint16 maxStepBps_,
        uint40 quarantinePeriod_,
        uint40 guardianStopPeriod
    ) AccessManaged(hub) {
        bool hasSequencer = address(sequencerFeed) != address(0);
        if (hasSequencer) Require.code(address(sequencerFeed));
        (uint256 leastGrace, uint256 mostGrace) = hasSequencer ? (1, MAX_GRACE_PERIOD) : (0, 0);
        Require.inRange("sequencerGracePeriod", sequencerGracePeriod, leastGrace, mostGrace);
        Require.inRange("maxStepBps", maxStepBps_, 1, FULL_BPS - 1);
        Require.inRange("quarantinePeriod", quarantinePeriod_, MIN_QUARANTINE_PERIOD, MAX_QUARANTINE_PERIOD);
        GuardianStop.requireValidPeriod(guardianStopPeriod);
        SEQUENCER = sequencerFeed;
        GRACE_PERIOD = sequencerGracePeriod;
        maxStepBps = maxStepBps_;
        quarantinePeriod = quarantinePeriod_;
        GUARDIAN_STOP_PERIOD = guardianStopPeriod;
    }

    /* THE DAO */

    /// @inheritdoc IPriceFeedReader
    function setFeed(FeedId feedId, FeedTerms calldata terms) external restricted {
        // Everything about the new terms is judged by itself: neither a freeze nor a quarantine is in the way of the
        // DAO.
        require(feedId.raw()[0] != 0, InvalidFeedId(feedId));
        _requireSensible(terms);
        FeedReading.Rules memory rules = FeedReading.Rules({
            feed: terms.feed,
            heartbeat: terms.heartbeat,
            decimals: terms.decimals,
            frozenUntil: 0,
            minValue: terms.minValue,
            maxValue: terms.maxValue,
            quarantinedUntil: 0
        });
        (FeedStatus status, uint256 value, uint40 updatedAt) = FeedReading.judge(rules, SEQUENCER, GRACE_PERIOD);
        require(status == FeedStatus.Valid, FeedNotValid(feedId, status));
        bytes32 descriptionHash = _requireDescription(feedId, terms);

        Feed storage feed = _feeds[feedId];
        if (address(feed.rules.feed) == address(0)) {
            feed.descriptionHash = descriptionHash;
            _putOnRecord(feedId, value, updatedAt);
        } else {
            require(descriptionHash == feed.descriptionHash, OtherPair(feedId, feed.descriptionHash, descriptionHash));
            bool isReplaced = address(terms.feed) != address(feed.rules.feed) || terms.decimals != feed.rules.decimals;
            if (isReplaced) _recordBeforeReplacement(feedId, value, updatedAt);
            rules.quarantinedUntil =
                isReplaced ? uint40(block.timestamp) + quarantinePeriod : feed.rules.quarantinedUntil;
            rules.frozenUntil = feed.rules.frozenUntil;
        }
        feed.rules = rules;
        emit FeedSet(feedId, terms.feed, terms, value, rules.quarantinedUntil);
    }

    /// @dev Everything about the terms that can be judged without the feed.
    function _requireSensible(FeedTerms calldata terms) private pure {
        require(
            terms.heartbeat >= MIN_HEARTBEAT && terms.heartbeat <= MAX_HEARTBEAT,
            TermsOutOfRange("heartbeat", terms.heartbeat)
        );
        require(terms.decimals <= MAX_DECIMALS, TermsOutOfRange("decimals", terms.decimals));
        require(terms.maxValue > terms.minValue, TermsOutOfRange("maxValue", terms.maxValue));
        uint256 length = bytes(terms.description).length;
        require(length > 0 && length <= MAX_DESCRIPTION_LENGTH, TermsOutOfRange("description", length));
    }

    /// @dev Requires that the feed says of itself what the DAO expects.
    function _requireDescription(FeedId feedId, FeedTerms calldata terms) private view returns (bytes32 expectedHash) {
        string memory found = terms.feed.description();
        expectedHash = keccak256(bytes(terms.description));
        require(keccak256(bytes(found)) == expectedHash, WrongDescription(feedId, terms.description, found));
    }

    /// @dev Requires that `value`, of the feed to come, is near enough to the last good one, which goes on record: the
    /// new feed's don't count until its quarantine is over. While the guardian's freeze runs there is no last good value:
    /// that what the feed said is wrong is what guardian and DAO then agree on, and the new value goes on record.
    function _recordBeforeReplacement(FeedId feedId, uint256 value, uint40 updatedAt) private {
        (uint256 lastGood, uint40 lastGoodAt, FeedStatus status) = read(feedId);
        if (status == FeedStatus.Frozen) return _putOnRecord(feedId, value, updatedAt);
        uint256 step = value > lastGood ? value - lastGood : lastGood - value;
        require(
            step * FULL_BPS <= lastGood * maxStepBps, // both values have 128 bits
            StepTooLarge(feedId, value, lastGood, maxStepBps)
        );
        _putOnRecord(feedId, lastGood, lastGoodAt);
    }

    /// @inheritdoc IPriceFeedReader
    function unfreeze(FeedId feedId) external restricted {
        FeedReading.Rules storage rules = _feeds[feedId].rules;
        rules.frozenUntil = GuardianStop.resume(rules.frozenUntil, feedId.raw());
    }

    /* THE GUARDIAN */

    /// @inheritdoc IPriceFeedReader
    function freeze(FeedId feedId) external restricted {
        Feed storage feed = _feeds[feedId];
        require(address(feed.rules.feed) != address(0), FeedNotValid(feedId, FeedStatus.None));
        feed.frozenBefore = StopClock.stoppedTime(feed.frozenFrom, feed.rules.frozenUntil, feed.frozenBefore);
        feed.frozenFrom = uint40(block.timestamp);
        feed.rules.frozenUntil = GuardianStop.stop(feed.rules.frozenUntil, GUARDIAN_STOP_PERIOD, feedId.raw());
    }

    /* ANYONE */

    /// @inheritdoc IPriceFeedReader
    function record(FeedId feedId) external returns (uint256 value, uint40 updatedAt) {
        FeedStatus status;
        (value, updatedAt, status) = read(feedId);
        require(status == FeedStatus.Valid, FeedNotValid(feedId, status));
        _putOnRecord(feedId, value, updatedAt);
    }

    function _putOnRecord(FeedId feedId, uint256 value, uint40 updatedAt) private {
        Feed storage feed = _feeds[feedId];
        feed.recordedValue = uint128(value); // below its maximum, of 96 bits
        feed.recordedAt = updatedAt;
        emit ValueRecorded(feedId, value, updatedAt);
    }

    /* VIEWS */

    /// @inheritdoc IPriceFeedReader
    function read(FeedId feedId) public view returns (uint256 value, uint40 updatedAt, FeedStatus status) {
        Feed storage feed = _feeds[feedId];
        (status, value, updatedAt) = FeedReading.judge(feed.rules, SEQUENCER, GRACE_PERIOD);
        // A feed that fell back to an old answer knows less than the record.
        if (status != FeedStatus.Valid && updatedAt < feed.recordedAt) {
            (value, updatedAt) = (feed.recordedValue, feed.recordedAt);
        }
    }

    /// @inheritdoc IPriceFeedReader
    function inspect(FeedId feedId) external view returns (FeedPage memory page) {
        Feed storage feed = _feeds[feedId];
        FeedReading.Rules memory rules = feed.rules;
        page.feed = rules.feed;
        page.heartbeat = rules.heartbeat;
        page.decimals = rules.decimals;
        page.minValue = rules.minValue;
        page.maxValue = rules.maxValue;
        page.descriptionHash = feed.descriptionHash;
        (page.value, page.updatedAt, page.status) = read(feedId);
        (, uint256 roundId, int256 answer,,,) = FeedReading.latestRound(rules.feed); // zeros if it can't be read
        (page.roundId, page.answer) = (uint80(roundId), answer); // fits, or could not be read
        page.recordedValue = feed.recordedValue;
        page.recordedAt = feed.recordedAt;
        page.quarantinedUntil = rules.quarantinedUntil;
        page.frozenUntil = rules.frozenUntil;
    }

    /// @inheritdoc IPriceFeedReader
    function frozenTimeOf(FeedId feedId) external view returns (uint256) {
        Feed storage feed = _feeds[feedId];
        return StopClock.stoppedTime(feed.frozenFrom, feed.rules.frozenUntil, feed.frozenBefore);
    }

    /// @inheritdoc IPriceFeedReader
    function sequencer() external view returns (AggregatorV3Interface feed, uint40 gracePeriod) {
        return (SEQUENCER, GRACE_PERIOD);
    }
}
