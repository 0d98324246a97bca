// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {GuardianStop} from "../access/GuardianStop.sol";
import {Require} from "../access/Require.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {StopClock} from "../access/StopClock.sol";
import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {FeedId, feedOfHouse} from "../../interfaces/oracle/FeedId.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {IQuorumAggregator} from "../../interfaces/oracle/IQuorumAggregator.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {ValueMaths} from "./libraries/ValueMaths.sol";

/// @title PropertyValuation
/// @notice See {IPropertyValuation}.
/// @dev The terms and the index are fixed for ever: nobody can turn a rule, and no appraisal's index reading is ever
/// compared with another index's. A read for lending touches a house's three slots.
/// @custom:kill The guardian freezes a house's value, or the index in the reader; nothing is issued or seized on
/// either.
contract PropertyValuation is IPropertyValuation, IGuardianStop, RoleGated {
    /// @dev Three slots. `appraisedAt` is zero <=> no appraisal was accepted. Amounts in US dollars, 18 decimals, for
    /// the whole house; times in seconds.
    struct House {
        // The appraisal.
        uint112 appraisalUsd;
        uint40 appraisedAt;
        uint96 indexThen; // 18 decimals; 0 without an index
        // What holds it.
        uint112 anchorUsd;
        uint40 anchorAt;
        uint40 acceptedFirstAt;
        uint40 frozenUntil; // the guardian's switch
        // The last sale at arm's length, and the clock of the freezes (see StopClock).
        uint112 saleUsd;
        uint40 saleAt; // zero if there was none
        uint40 frozenFrom;
        uint40 frozenBefore;
    }

    IPropertyRegistry public immutable REGISTRY;
    ICredentialRegistry public immutable CREDENTIALS;
    IQuorumAggregator public immutable AGGREGATOR;
    IPriceFeedReader public immutable READER;
    /// @notice The index that moves appraisals; zero if there is none.
    FeedId public immutable INDEX_FEED;
    /// @notice How long a freeze lasts, in seconds.
    uint40 public immutable GUARDIAN_STOP_PERIOD;

    // The terms, one by one: see `ValuationTerms`.
    uint40 private immutable HAIRCUT_FREE_PERIOD;
    uint16 private immutable HAIRCUT_RATE_BPS;
    uint40 private immutable MAX_AGE_PERIOD;
    uint40 private immutable ACCEPT_PERIOD;
    uint16 private immutable GROWTH_STEP_BPS;
    uint40 private immutable GROWTH_PERIOD;
    uint40 private immutable SALE_RECENT_PERIOD;
    uint16 private immutable SALE_MARGIN_BPS;
    uint40 private immutable FIRST_VALUE_QUARANTINE_PERIOD;

    mapping(PropertyId propertyId => House) private _houses;
    /// @inheritdoc IPropertyValuation
    mapping(address reporter => bool) public isSaleReporter;

    /// @param hub The permission hub for people.
    /// @param indexFeed The index that moves appraisals, as the reader knows it; zero for none.
    /// @param terms_ The rules' numbers.
    /// @param guardianStopPeriod How long a freeze lasts, in seconds.
    constructor(
        address hub,
        IPropertyRegistry registry,
        ICredentialRegistry credentials,
        IQuorumAggregator aggregator,
        IPriceFeedReader reader,
        FeedId indexFeed,
        ValuationTerms memory terms_,
        uint40 guardianStopPeriod
    ) AccessManaged(hub) {
        Require.code(address(registry));
        Require.code(address(credentials));
        Require.code(address(aggregator));
        Require.code(address(reader));
        _requireSensible(terms_);
        GuardianStop.requireValidPeriod(guardianStopPeriod);
        REGISTRY = registry;
        CREDENTIALS = credentials;
        AGGREGATOR = aggregator;
        READER = reader;
        INDEX_FEED = indexFeed;
        GUARDIAN_STOP_PERIOD = guardianStopPeriod;
        HAIRCUT_FREE_PERIOD = terms_.haircutFreePeriod;
        HAIRCUT_RATE_BPS = terms_.haircutRateBps;
        MAX_AGE_PERIOD = terms_.maxAgePeriod;
        ACCEPT_PERIOD = terms_.acceptPeriod;
        GROWTH_STEP_BPS = terms_.growthStepBps;
        GROWTH_PERIOD = terms_.growthPeriod;
        SALE_RECENT_PERIOD = terms_.saleRecentPeriod;
        SALE_MARGIN_BPS = terms_.saleMarginBps;
        FIRST_VALUE_QUARANTINE_PERIOD = terms_.firstValueQuarantinePeriod;
    }

    /// @dev Periods of at least a day and shares of at most a whole: days given for seconds, or percent scaled twice,
    /// are refused.
    function _requireSensible(ValuationTerms memory t) private pure {
        Require.inRange("maxAgePeriod", t.maxAgePeriod, 1 days, 3650 days);
        if (t.haircutFreePeriod != 0) {
            Require.inRange("haircutFreePeriod", t.haircutFreePeriod, 1 days, t.maxAgePeriod - 1);
        }
        // A haircut of everything is never reached.
        uint256 mostRate = (ValueMaths.WHOLE_BPS * ValueMaths.YEAR - 1) / (t.maxAgePeriod - t.haircutFreePeriod);
        Require.inRange("haircutRateBps", t.haircutRateBps, 0, Math.min(ValueMaths.WHOLE_BPS, mostRate));
        Require.inRange("acceptPeriod", t.acceptPeriod, 1 days, t.maxAgePeriod - 1);
        Require.inRange("growthStepBps", t.growthStepBps, 0, ValueMaths.WHOLE_BPS);
        Require.inRange("growthPeriod", t.growthPeriod, 1 days, 365 days);
        Require.inRange("saleRecentPeriod", t.saleRecentPeriod, 1 days, 3650 days);
        Require.inRange("saleMarginBps", t.saleMarginBps, 0, ValueMaths.WHOLE_BPS);
        Require.inRange("firstValueQuarantinePeriod", t.firstValueQuarantinePeriod, 1 days, 90 days);
    }

    /* THE DAO AND THE GUARDIAN */

    /// @inheritdoc IPropertyValuation
    function setSaleReporter(address reporter, bool allowed) external restricted {
        isSaleReporter[reporter] = allowed;
        emit SaleReporterSet(reporter, allowed);
    }

    /// @inheritdoc IPropertyValuation
    function resetCeiling(PropertyId propertyId) external restricted {
        House storage house = _houses[propertyId];
        require(house.appraisedAt != 0, NoAppraisal(propertyId));
        house.anchorUsd = house.appraisalUsd;
        house.anchorAt = uint40(block.timestamp);
        emit CeilingReset(propertyId, house.appraisalUsd);
    }

    /// @inheritdoc IPropertyValuation
    function freeze(PropertyId propertyId) external restricted {
        _requireKnown(propertyId);
        House storage house = _houses[propertyId];
        house.frozenBefore = StopClock.stoppedTime(house.frozenFrom, house.frozenUntil, house.frozenBefore);
        house.frozenFrom = uint40(block.timestamp);
        house.frozenUntil = GuardianStop.stop(house.frozenUntil, GUARDIAN_STOP_PERIOD, bytes32(propertyId.raw()));
    }

    /// @inheritdoc IPropertyValuation
    function unfreeze(PropertyId propertyId) external restricted {
        House storage house = _houses[propertyId];
        house.frozenUntil = GuardianStop.resume(house.frozenUntil, bytes32(propertyId.raw()));
    }

    /* APPRAISALS */

    /// @inheritdoc IPropertyValuation
    function accept(PropertyId propertyId) external {
        _requireKnown(propertyId);
        House storage house = _houses[propertyId];
        (uint256 appraisalUsd, uint40 observedAt, uint40 epoch) = AGGREGATOR.feedOf(feedOfHouse(propertyId));
        require(observedAt > house.appraisedAt, NothingNewer(propertyId, observedAt, house.appraisedAt));
        uint40 acceptableSince = uint40(block.timestamp) - ACCEPT_PERIOD;
        require(observedAt >= acceptableSince, ReportTooOld(propertyId, observedAt, acceptableSince));
        require(appraisalUsd <= type(uint112).max, AmountOutOfRange(appraisalUsd));
        uint256 indexNow = _recordIndex();

        _moveAnchor(house, appraisalUsd, indexNow); // before the appraisal that it is moved for
        house.appraisalUsd = uint112(appraisalUsd);
        house.appraisedAt = observedAt;
        house.indexThen = uint96(indexNow); // a reading is below its maximum, of 96 bits
        emit AppraisalAccepted(propertyId, epoch, appraisalUsd, observedAt, indexNow, house.anchorUsd);
    }

    /// @dev The index of this moment, which must be valid and is on record from now on; 0 if there is no index.
    function _recordIndex() private returns (uint256 indexNow) {
        if (INDEX_FEED.isNull()) return 0;
        (indexNow,) = READER.record(INDEX_FEED);
    }

    /// @dev Sets the level that new loans can rise from. It falls at once with the level they saw, and rises to it only
    /// when it has stood for a whole period: that is what makes one step the most in any period.
    function _moveAnchor(House storage house, uint256 appraisalUsd, uint256 indexNow) private {
        uint256 anchorUsd = appraisalUsd;
        if (house.appraisedAt == 0) {
            house.acceptedFirstAt = uint40(block.timestamp);
        } else {
            anchorUsd = Math.min(Math.min(_indexedOf(house, indexNow), _ceilingOf(house)), type(uint112).max);
            if (anchorUsd > house.anchorUsd && block.timestamp - house.anchorAt < GROWTH_PERIOD) return;
        }
        house.anchorUsd = uint112(anchorUsd); // bounded by `accept`, or here
        house.anchorAt = uint40(block.timestamp);
    }

    /* SALES */

    /// @inheritdoc IPropertyValuation
    function reportSale(ShareId shareId, address seller, address buyer, uint256 priceUsd)
        external
        returns (bool armsLength)
    {
        require(isSaleReporter[msg.sender], NotSaleReporter(msg.sender));
        PropertyId propertyId = shareId.property();
        (address holdingEntity, uint8 shareCount) = REGISTRY.holdingEntityOf(propertyId);
        require(_hasShare(shareCount, shareId), UnknownShare(shareId));
        require(priceUsd > 0, MissingPrice(shareId));

        uint256 houseUsd = Math.min(Math.saturatingMul(priceUsd, shareCount), type(uint112).max);
        // Owner ids tell the holding entity, too: without one it is unknown, and a recovered wallet keeps its owner's.
        armsLength = CREDENTIALS.areStrangers(seller, buyer, holdingEntity);
        if (armsLength) {
            House storage house = _houses[propertyId];
            house.saleUsd = uint112(houseUsd); // bounded above
            house.saleAt = uint40(block.timestamp);
        }
        emit SaleReported(shareId, msg.sender, priceUsd, houseUsd, armsLength);
    }

    /* VIEWS */

    /// @inheritdoc IPropertyValuation
    function valueOf(PropertyId propertyId) public view returns (uint256 valueUsd, uint40 asOfAt, ValueStatus status) {
        House storage house = _houses[propertyId];
        asOfAt = house.appraisedAt;
        if (asOfAt == 0) return (0, 0, ValueStatus.None);
        (uint256 indexNow, IPriceFeedReader.FeedStatus indexStatus) = _readIndex();
        (uint256 claimsUsd,) = REGISTRY.seniorClaimsOf(propertyId);
        uint256 indexedUsd = _indexedOf(house, indexNow);
        valueUsd = Math.saturatingSub(indexedUsd - _haircutOf(house, indexedUsd), claimsUsd);
        status = _statusOf(house, indexStatus);
    }

    /// @inheritdoc IPropertyValuation
    function shareValue(ShareId shareId) external view returns (uint256 valueUsd, uint40 asOfAt, ValueStatus status) {
        (, uint8 shareCount,,) = REGISTRY.houseOf(shareId.property());
        if (!_hasShare(shareCount, shareId)) return (0, 0, ValueStatus.None);
        (valueUsd, asOfAt, status) = valueOf(shareId.property());
        valueUsd /= shareCount;
    }

    /// @inheritdoc IPropertyValuation
    function lendingValueOf(PropertyId propertyId)
        external
        view
        returns (uint256 valueUsd, uint40 asOfAt, ValueStatus status)
    {
        House storage house = _houses[propertyId];
        asOfAt = house.appraisedAt;
        if (asOfAt == 0) return (0, 0, ValueStatus.None);
        (uint256 indexNow, IPriceFeedReader.FeedStatus indexStatus) = _readIndex();
        (, uint256 claimCount) = REGISTRY.seniorClaimsOf(propertyId);
        if (claimCount == 0) valueUsd = _lendingValueOf(house, _indexedOf(house, indexNow));
        status = _statusOf(house, indexStatus);
    }

    /// @inheritdoc IPropertyValuation
    function explainValue(PropertyId propertyId) external view returns (Explanation memory found) {
        House storage house = _houses[propertyId];
        found.frozenUntil = house.frozenUntil; // also before the first appraisal
        if (house.appraisedAt == 0) return found;
        found.appraisalUsd = house.appraisalUsd;
        found.appraisedAt = house.appraisedAt;
        found.acceptedFirstAt = house.acceptedFirstAt;
        found.quarantinedUntil = house.acceptedFirstAt + FIRST_VALUE_QUARANTINE_PERIOD;
        found.agePeriod = block.timestamp - house.appraisedAt;

        found.indexThen = house.indexThen;
        (found.indexNow, found.indexStatus) = _readIndex();
        found.status = _statusOf(house, found.indexStatus);
        found.indexedUsd = _indexedOf(house, found.indexNow);
        found.haircutUsd = _haircutOf(house, found.indexedUsd);
        (found.seniorClaimsUsd, found.seniorClaimCount) = REGISTRY.seniorClaimsOf(propertyId);
        found.valueUsd = Math.saturatingSub(found.indexedUsd - found.haircutUsd, found.seniorClaimsUsd);

        found.ceilingUsd = _ceilingOf(house);
        found.saleUsd = house.saleUsd;
        found.saleAt = house.saleAt;
        found.saleCapUsd = _saleCapOf(house);
        if (found.seniorClaimCount == 0) found.lendingValueUsd = _lendingValueOf(house, found.indexedUsd);
    }

    /// @inheritdoc IPropertyValuation
    function frozenTimeOf(PropertyId propertyId) external view returns (uint256) {
        House storage house = _houses[propertyId];
        return StopClock.stoppedTime(house.frozenFrom, house.frozenUntil, house.frozenBefore);
    }

    /// @inheritdoc IPropertyValuation
    function terms() external view returns (ValuationTerms memory) {
        return ValuationTerms({
            haircutFreePeriod: HAIRCUT_FREE_PERIOD,
            haircutRateBps: HAIRCUT_RATE_BPS,
            maxAgePeriod: MAX_AGE_PERIOD,
            acceptPeriod: ACCEPT_PERIOD,
            growthStepBps: GROWTH_STEP_BPS,
            growthPeriod: GROWTH_PERIOD,
            saleRecentPeriod: SALE_RECENT_PERIOD,
            saleMarginBps: SALE_MARGIN_BPS,
            firstValueQuarantinePeriod: FIRST_VALUE_QUARANTINE_PERIOD
        });
    }

    /* INTERNAL */

    /// @dev The last valid index and its status; zeros if there is no index.
    function _readIndex() private view returns (uint256 indexNow, IPriceFeedReader.FeedStatus indexStatus) {
        if (!INDEX_FEED.isNull()) (indexNow,, indexStatus) = READER.read(INDEX_FEED);
    }

    /// @dev The first of these that holds: what a person or another contract stopped comes before what time brings.
    function _statusOf(House storage house, IPriceFeedReader.FeedStatus indexStatus)
        private
        view
        returns (ValueStatus)
    {
        if (block.timestamp < house.frozenUntil) return ValueStatus.Frozen;
        if (indexStatus != IPriceFeedReader.FeedStatus.Valid && !INDEX_FEED.isNull()) {
            if (indexStatus == IPriceFeedReader.FeedStatus.Frozen) return ValueStatus.Frozen;
            if (indexStatus == IPriceFeedReader.FeedStatus.Quarantined) return ValueStatus.Quarantined;
            return ValueStatus.FeedInvalid;
        }
        if (_since(house.appraisedAt) >= MAX_AGE_PERIOD) return ValueStatus.Stale;
        if (_since(house.acceptedFirstAt) < FIRST_VALUE_QUARANTINE_PERIOD) return ValueStatus.Quarantined;
        return ValueStatus.Valid;
    }

    /// @dev The appraisal, moved by the index since it was accepted.
    function _indexedOf(House storage house, uint256 indexNow) private view returns (uint256) {
        return ValueMaths.indexedDown(house.appraisalUsd, indexNow, house.indexThen);
    }

    /// @dev What the appraisal's age takes off `amountUsd`. At most all of it, because the constructor saw to that for
    /// the maximum age, at which the age is held.
    function _haircutOf(House storage house, uint256 amountUsd) private view returns (uint256) {
        uint256 agePeriod = Math.min(_since(house.appraisedAt), MAX_AGE_PERIOD);
        return ValueMaths.haircutUp(amountUsd, agePeriod, HAIRCUT_FREE_PERIOD, HAIRCUT_RATE_BPS);
    }

    /// @dev What new loans may count on while no claim stands.
    function _lendingValueOf(House storage house, uint256 indexedUsd) private view returns (uint256) {
        uint256 levelUsd = Math.min(indexedUsd, _ceilingOf(house));
        return Math.min(levelUsd - _haircutOf(house, levelUsd), _saleCapOf(house));
    }

    function _ceilingOf(House storage house) private view returns (uint256) {
        return ValueMaths.ceilingDown(house.anchorUsd, _since(house.anchorAt), GROWTH_STEP_BPS, GROWTH_PERIOD);
    }

    /// @dev A sale counts while it is younger than the period.
    function _saleCapOf(House storage house) private view returns (uint256) {
        if (house.saleAt == 0 || _since(house.saleAt) >= SALE_RECENT_PERIOD) return type(uint256).max;
        return ValueMaths.withMarginDown(house.saleUsd, SALE_MARGIN_BPS);
    }

    /// @dev Seconds since `time`, which has passed: the aggregator takes no report from the future.
    function _since(uint40 time) private view returns (uint256) {
        unchecked {
            return block.timestamp - time;
        }
    }

    function _requireKnown(PropertyId propertyId) private view {
        (, uint8 shareCount,,) = REGISTRY.houseOf(propertyId);
        require(shareCount != 0, UnknownProperty(propertyId));
    }

    /// @dev Whether a house of `shareCount` shares, 0 if it is unknown, has this one.
    function _hasShare(uint256 shareCount, ShareId shareId) private pure returns (bool) {
        uint256 number = shareId.number();
        return number > 0 && number <= shareCount;
    }
}
