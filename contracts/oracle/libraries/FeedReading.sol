// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

import {IPriceFeedReader} from "../../../interfaces/oracle/IPriceFeedReader.sol";

/// @title The one judgement whether a feed's answer may be used
/// @notice The feed is taken for hostile: it may have no code, revert, burn the gas it is given or answer with
/// anything.
/// @dev A feed is granted `FEED_GAS` or is not asked at all. So whoever gives a transaction little gas can make it
/// fail, but can't make a good feed look dead. What it returns is copied whole; the gas it was granted bounds how much
/// that is.
library FeedReading {
    /// @notice All that a judgement goes by. Two slots: a valid read touches no other.
    struct Rules {
        AggregatorV3Interface feed; // zero <=> not configured
        uint32 heartbeat; // seconds
        uint8 decimals;
        uint40 frozenUntil; // the guardian's switch
        // Second slot.
        uint96 minValue; // 18 decimals, as the next
        uint96 maxValue;
        uint40 quarantinedUntil;
    }

    /// @notice Gas that a feed gets for each answer. Chainlink's need about 20,000 with their proxy.
    uint256 internal constant FEED_GAS = 200_000;
    /// @notice Gas that must be left before a feed is asked: a call costs up to some 3,000 and passes on at most 63/64
    /// of what then is left.
    uint256 internal constant GAS_NEEDED = FEED_GAS + FEED_GAS / 16;

    uint256 private constant ROUND_LENGTH = 5 * 32;
    uint256 private constant WORD_LENGTH = 32;

    /* THE JUDGEMENT */

    /// @dev The first rule that is broken names the status:
    /// - None: the feed is configured
    /// - Frozen: the guardian has not frozen it
    /// - SequencerDown, SequencerGrace: the L2's sequencer, if there is one, is up for longer than the grace time
    /// - MissingCode, CallFailed, Malformed: the feed can be read, see `latestRound`
    /// - WrongDecimals: it has the decimals agreed
    /// - NotPositive, Incomplete, FromFuture, OutOfBounds, Stale: the answer is good, see `_judgeRound`
    /// - Quarantined: the feed was not replaced lately
    /// @param sequencer The L2's sequencer uptime feed; zero if there is none.
    /// @param gracePeriod For how long the sequencer must have been up (seconds).
    /// @return status Valid if no rule is broken.
    /// @return value The feed's value (18 decimals) if it is valid or nothing but its age and the sequencer speak
    /// against it, else 0.
    /// @return updatedAt When that value was updated (seconds), else 0.
    function judge(Rules memory rules, AggregatorV3Interface sequencer, uint40 gracePeriod)
        internal
        view
        returns (IPriceFeedReader.FeedStatus status, uint256 value, uint40 updatedAt)
    {
        if (address(rules.feed) == address(0)) return (IPriceFeedReader.FeedStatus.None, 0, 0);
        if (block.timestamp < rules.frozenUntil) return (IPriceFeedReader.FeedStatus.Frozen, 0, 0);
        (status, value, updatedAt) = _judgeFeed(rules);
        if (block.timestamp < rules.quarantinedUntil) {
            if (status == IPriceFeedReader.FeedStatus.Valid) status = IPriceFeedReader.FeedStatus.Quarantined;
            (value, updatedAt) = (0, 0);
        }
        // Asked last and ranked first: a dead sequencer says nothing against a value that was good before.
        if (address(sequencer) != address(0)) {
            IPriceFeedReader.FeedStatus sequencerStatus = _judgeSequencer(sequencer, gracePeriod);
            if (sequencerStatus != IPriceFeedReader.FeedStatus.Valid) status = sequencerStatus;
        }
    }

    /// @dev Whether the sequencer is up (its feed's answer is 0) and was for longer than `gracePeriod`. A round without
    /// a beginning is Arbitrum's before its feed's first report.
    function _judgeSequencer(AggregatorV3Interface sequencer, uint40 gracePeriod)
        private
        view
        returns (IPriceFeedReader.FeedStatus)
    {
        (IPriceFeedReader.FeedStatus status,, int256 answer, uint256 startedAt,,) = latestRound(sequencer);
        if (status != IPriceFeedReader.FeedStatus.Valid || answer != 0 || startedAt == 0 || startedAt > block.timestamp)
        {
            return IPriceFeedReader.FeedStatus.SequencerDown;
        }
        if (block.timestamp - startedAt <= gracePeriod) return IPriceFeedReader.FeedStatus.SequencerGrace;
        return IPriceFeedReader.FeedStatus.Valid;
    }

    /// @dev The feed by itself. A value comes with Valid and Stale alone.
    function _judgeFeed(Rules memory rules)
        private
        view
        returns (IPriceFeedReader.FeedStatus status, uint256 value, uint40 updatedAt_)
    {
        uint256 id;
        int256 answer;
        uint256 updatedAt;
        uint256 answeredInId;
        (status, id, answer,, updatedAt, answeredInId) = latestRound(rules.feed);
        if (status == IPriceFeedReader.FeedStatus.Valid) status = _judgeDecimals(rules);
        if (status == IPriceFeedReader.FeedStatus.Valid) {
            (status, value) = _judgeRound(rules, id, answer, updatedAt, answeredInId);
        }
        if (value != 0) updatedAt_ = uint40(updatedAt); // not after now
    }

    function _judgeDecimals(Rules memory rules) private view returns (IPriceFeedReader.FeedStatus) {
        (bool success, bytes memory words) = _ask(rules.feed, abi.encodeCall(AggregatorV3Interface.decimals, ()));
        if (!success) return IPriceFeedReader.FeedStatus.CallFailed;
        if (words.length != WORD_LENGTH) return IPriceFeedReader.FeedStatus.Malformed;
        uint256 found = abi.decode(words, (uint256));
        if (found > type(uint8).max) return IPriceFeedReader.FeedStatus.Malformed;
        return found == rules.decimals ? IPriceFeedReader.FeedStatus.Valid : IPriceFeedReader.FeedStatus.WrongDecimals;
    }

    /// @dev A good answer is positive, of a complete round (it has a number and a time and was answered in itself or
    /// later), not from the future, strictly between the bounds (a feed that is pinned to its own limit is dead), and
    /// strictly younger than the heartbeat. A value comes with Valid and Stale alone.
    function _judgeRound(Rules memory rules, uint256 id, int256 answer, uint256 updatedAt, uint256 answeredInId)
        private
        view
        returns (IPriceFeedReader.FeedStatus, uint256)
    {
        if (answer <= 0) return (IPriceFeedReader.FeedStatus.NotPositive, 0);
        if (id == 0 || updatedAt == 0 || answeredInId < id) return (IPriceFeedReader.FeedStatus.Incomplete, 0);
        if (updatedAt > block.timestamp) return (IPriceFeedReader.FeedStatus.FromFuture, 0);

        // An answer beyond 96 bits is above every maximum, and could not be scaled.
        if (uint256(answer) > type(uint96).max) return (IPriceFeedReader.FeedStatus.OutOfBounds, 0);
        unchecked {
            // 96 bits times at most 10^18, as no feed with more decimals is ever configured; and not after now.
            uint256 value = uint256(answer) * 10 ** (18 - rules.decimals);
            if (value <= rules.minValue || value >= rules.maxValue) {
                return (IPriceFeedReader.FeedStatus.OutOfBounds, 0);
            }
            bool isYoung = block.timestamp - updatedAt < rules.heartbeat;
            return (isYoung ? IPriceFeedReader.FeedStatus.Valid : IPriceFeedReader.FeedStatus.Stale, value);
        }
    }

    /* ASKING A FEED */

    /// @dev The feed's present round in whole words, so that decoding can't fail. What they say is not judged.
    /// @return status Valid, or why there is no round, which is then zeros: MissingCode; CallFailed (it reverted or
    /// burnt its gas); Malformed (not exactly five words, or a round number that does not fit its 80 bits).
    function latestRound(AggregatorV3Interface feed)
        internal
        view
        returns (
            IPriceFeedReader.FeedStatus status,
            uint256 id,
            int256 answer,
            uint256 startedAt,
            uint256 updatedAt,
            uint256 answeredInId
        )
    {
        (bool success, bytes memory words) = _ask(feed, abi.encodeCall(AggregatorV3Interface.latestRoundData, ()));
        if (!success) return (IPriceFeedReader.FeedStatus.CallFailed, 0, 0, 0, 0, 0);
        if (words.length != ROUND_LENGTH) return (_whyUnreadable(feed), 0, 0, 0, 0, 0);
        (id, answer, startedAt, updatedAt, answeredInId) =
            abi.decode(words, (uint256, int256, uint256, uint256, uint256));
        if ((id | answeredInId) > type(uint80).max) return (IPriceFeedReader.FeedStatus.Malformed, 0, 0, 0, 0, 0);
        status = IPriceFeedReader.FeedStatus.Valid;
    }

    /// @dev A call to an address without code succeeds and answers nothing.
    function _whyUnreadable(AggregatorV3Interface feed) private view returns (IPriceFeedReader.FeedStatus) {
        return address(feed).code.length == 0
            ? IPriceFeedReader.FeedStatus.MissingCode
            : IPriceFeedReader.FeedStatus.Malformed;
    }

    /// @dev Calls the feed with exactly `FEED_GAS`.
    function _ask(AggregatorV3Interface feed, bytes memory question) private view returns (bool, bytes memory) {
        require(gasleft() >= GAS_NEEDED, IPriceFeedReader.GasTooLow(gasleft(), GAS_NEEDED));
        return address(feed).staticcall{gas: FEED_GAS}(question);
    }
}
