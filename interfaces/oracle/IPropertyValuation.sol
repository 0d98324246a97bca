// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {PropertyId, ShareId} from "../property/Ids.sol";
import {FeedId} from "./FeedId.sol";
import {IPriceFeedReader} from "./IPriceFeedReader.sol";

/// @title What houses and shares are worth
/// @notice The nodes' appraisal, moved by a house-price index since it was accepted, less a haircut that grows with the
/// appraisal's age, less senior claims. For new loans, and for them only, the value is also capped: it grows at most by
/// a step per period, is not above the last arm's-length sale plus a margin while that is recent, is nothing while a
/// senior claim stands, and a first value counts after its quarantine. `explainValue` shows every adjustment.
/// @dev All amounts are US dollars with 18 decimals. They are rounded down at each step and the haircut is rounded up,
/// against whoever borrows.
///
///     indexed = appraisal * index now / index at acceptance
///     haircut = indexed * rate * (age - free age) / year        (age from the report's time, held at the maximum age)
///     value   = max(0, indexed - haircut - senior claims)
///     ceiling = anchor * (1 + step * min(time since anchor, period) / period)
///     lending = min(min(indexed, ceiling) - its haircut, recent sale * (1 + margin)), 0 while a senior claim stands
///
/// The anchor is set when an appraisal is accepted: to the first one's value; then to min(indexed, ceiling) of the
/// moment before, if that is not above the old anchor or a whole period has passed since it. So the ceiling rises at
/// most by the step in any window of one period, whoever accepts how often, and k periods after an anchor no level is
/// above the anchor with k steps. Below the ceiling the level moves freely with the index; an acceptance while it is low
/// takes the ceiling down with it, and a wrong appraisal does so until the DAO sets the anchor anew, which alone may break
/// these bounds. The caps never make value trouble for existing loans: `valueOf` has none of them.
interface IPropertyValuation is IRequirements {
    /// @notice Whether a value may be relied on: nothing new is issued and nothing seized unless it is `Valid`.
    enum ValueStatus {
        None, // no appraisal was accepted
        Valid,
        Stale, // the appraisal reached its maximum age
        Quarantined, // the house's first value, or the index, is in quarantine
        Frozen, // by the guardian: this house, or the index
        FeedInvalid // the index has no valid reading
    }

    /// @notice The rules' numbers. Periods are from a day (a free period may be 0) to 10 years, the growth period to 365
    /// days, the quarantine to 90 days; free and accept period are below the maximum age; shares are at most 10,000.
    /// @param haircutFreePeriod Age up to which there is no haircut (seconds).
    /// @param haircutRateBps Haircut of each further year (basis points a year, a year is 365 days).
    /// @param maxAgePeriod Age at which the value is stale (seconds); the haircut stays below 100 % until then.
    /// @param acceptPeriod Age up to which a report can be accepted (seconds): else the choice of the moment would
    /// choose the index reading it is tied to.
    /// @param growthStepBps How much the level for new loans may rise per `growthPeriod` (basis points).
    /// @param growthPeriod Seconds.
    /// @param saleRecentPeriod A sale counts while it is younger (seconds).
    /// @param saleMarginBps How far above the last sale new loans may value the house (basis points).
    /// @param firstValueQuarantinePeriod How long a house's first value does not count (seconds).
    struct ValuationTerms {
        uint40 haircutFreePeriod;
        uint16 haircutRateBps;
        uint40 maxAgePeriod;
        uint40 acceptPeriod;
        uint16 growthStepBps;
        uint40 growthPeriod;
        uint40 saleRecentPeriod;
        uint16 saleMarginBps;
        uint40 firstValueQuarantinePeriod;
    }

    /// @notice Why a house has the value it has. Amounts in US dollars, 18 decimals, for the whole house.
    /// @param status Of the value, as `valueOf` has it.
    /// @param appraisalUsd The accepted appraisal.
    /// @param appraisedAt Time of the report it came with (seconds); its age runs from here.
    /// @param acceptedFirstAt When the house's first appraisal was accepted (seconds).
    /// @param indexStatus The index's present status; None without an index.
    /// @param indexThen Index when the appraisal was accepted (18 decimals); 0 without an index.
    /// @param indexNow Last valid index (18 decimals); 0 without an index.
    /// @param indexedUsd The appraisal moved by the index.
    /// @param agePeriod The appraisal's age (seconds).
    /// @param haircutUsd What its age takes off.
    /// @param seniorClaimsUsd Claims that rank before the shares.
    /// @param seniorClaimCount How many of them stand; new loans stop with the first.
    /// @param valueUsd What remains.
    /// @param ceilingUsd The level that new loans can't exceed now, before haircut and claims.
    /// @param saleUsd The last arm's-length sale, for the whole house; 0 if none was reported.
    /// @param saleAt When (seconds).
    /// @param saleCapUsd That sale plus the margin; 2^256 - 1 if no sale is recent.
    /// @param lendingValueUsd The value for new loans.
    /// @param quarantinedUntil End of the first value's quarantine (seconds).
    /// @param frozenUntil End of the guardian's last freeze (seconds); 0 if there was none.
    struct Explanation {
        ValueStatus status;
        uint256 appraisalUsd;
        uint40 appraisedAt;
        uint40 acceptedFirstAt;
        IPriceFeedReader.FeedStatus indexStatus;
        uint256 indexThen;
        uint256 indexNow;
        uint256 indexedUsd;
        uint256 agePeriod;
        uint256 haircutUsd;
        uint256 seniorClaimsUsd;
        uint256 seniorClaimCount;
        uint256 valueUsd;
        uint256 ceilingUsd;
        uint256 saleUsd;
        uint40 saleAt;
        uint256 saleCapUsd;
        uint256 lendingValueUsd;
        uint40 quarantinedUntil;
        uint40 frozenUntil;
    }

    /// @notice Emitted when an appraisal was accepted, with the index reading it is tied to (18 decimals, 0 without
    /// one) and the anchor of the growth cap.
    event AppraisalAccepted(
        PropertyId indexed propertyId,
        uint40 indexed epoch,
        uint256 appraisalUsd,
        uint40 appraisedAt,
        uint256 indexValue,
        uint256 anchorUsd
    );

    /// @notice Emitted when the DAO set the growth cap's anchor to the accepted appraisal (US dollars, 18 decimals).
    event CeilingReset(PropertyId indexed propertyId, uint256 anchorUsd);

    /// @notice Emitted when a sale was reported: price of the share, and of the whole house at that price. It caps new
    /// loans only if it was at arm's length.
    event SaleReported(
        ShareId indexed shareId, address indexed reporter, uint256 priceUsd, uint256 houseUsd, bool armsLength
    );

    /// @notice Emitted when the DAO wrote the row of a contract that reports sales.
    event SaleReporterSet(address indexed reporter, bool allowed);

    /// @notice Thrown when house `propertyId` is not registered.
    error UnknownProperty(PropertyId propertyId);

    /// @notice Thrown when a share does not exist.
    error UnknownShare(ShareId shareId);

    /// @notice Thrown when the house's feed has no report newer than the accepted one.
    error NothingNewer(PropertyId propertyId, uint40 observedAt, uint40 appraisedAt);

    /// @notice Thrown when a house has no accepted appraisal.
    error NoAppraisal(PropertyId propertyId);

    /// @notice Thrown when a report is too old to be accepted.
    error ReportTooOld(PropertyId propertyId, uint40 observedAt, uint40 acceptableSince);

    /// @notice Thrown when an appraisal does not fit 112 bits.
    error AmountOutOfRange(uint256 amount);

    /// @notice Thrown when `caller` has no row to report sales.
    error NotSaleReporter(address caller);

    /// @notice Thrown when a sale's price is zero.
    error MissingPrice(ShareId shareId);

    /// @notice Accepts the house's latest value from the node network as its appraisal, tied to the index of this
    /// moment. Anyone. Reverts with the reader's `FeedNotValid` if there is an index and it has no valid reading.
    function accept(PropertyId propertyId) external;

    /// @notice Reports a sale. A row of the table of reporters, which vouches for the parties and the price.
    /// @dev At arm's length if both have an owner id, not the same, neither is the house's holding entity and neither a
    /// contract of the protocol. Never reverts for a sale that is not: it is merely not counted.
    /// @param priceUsd Price of the share (US dollars, 18 decimals), above 0.
    /// @return armsLength Whether it caps new loans from now on.
    function reportSale(ShareId shareId, address seller, address buyer, uint256 priceUsd)
        external
        returns (bool armsLength);

    /// @notice Lets `reporter` report sales, or no longer. The DAO's.
    function setSaleReporter(address reporter, bool allowed) external;

    /// @notice Sets the growth cap's anchor to the accepted appraisal, after a wrong one took it down. The DAO's.
    function resetCeiling(PropertyId propertyId) external;

    /// @notice Makes a house's value invalid at once, until the freeze ends by itself. Role GUARDIAN.
    function freeze(PropertyId propertyId) external;

    /// @notice Ends that freeze early. The DAO's.
    function unfreeze(PropertyId propertyId) external;

    /// @notice What the house is worth. Never reverts.
    /// @return valueUsd US dollars, 18 decimals, rounded down; with a status other than Valid the last that is known.
    /// @return asOfAt Time of the report that the appraisal came with (seconds).
    function valueOf(PropertyId propertyId) external view returns (uint256 valueUsd, uint40 asOfAt, ValueStatus status);

    /// @notice What a share is worth: its house's value by the share count, rounded down. Never reverts; None and zeros
    /// for a share that does not exist.
    function shareValue(ShareId shareId) external view returns (uint256 valueUsd, uint40 asOfAt, ValueStatus status);

    /// @notice What the house is worth for new loans: as `valueOf`, with the caps. Never reverts.
    function lendingValueOf(PropertyId propertyId)
        external
        view
        returns (uint256 valueUsd, uint40 asOfAt, ValueStatus status);

    /// @notice Every adjustment between appraisal and value. Never reverts; zeros for a house without an appraisal.
    function explainValue(PropertyId propertyId) external view returns (Explanation memory);

    /// @notice For how long, in seconds, the house's value has been frozen, by its own freezes, up to now.
    function frozenTimeOf(PropertyId propertyId) external view returns (uint256);

    /// @notice Whether `reporter` may report sales.
    function isSaleReporter(address reporter) external view returns (bool);

    /// @notice The house-price index's feed in the reader; null if there is no index.
    function INDEX_FEED() external view returns (FeedId);

    /// @notice The rules' numbers.
    function terms() external view returns (ValuationTerms memory);
}
