// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {ITreasury} from "../coin/ITreasury.sol";
import {RequestId} from "../coin/RequestId.sol";
import {IPriceFeedReader} from "../oracle/IPriceFeedReader.sol";

/// @title The lens for the money: balance sheet, demand, queue, what an action gives or why it is refused
/// @notice Beside `ISuiteLens`, with the same promises: nothing is kept, nothing reverts, bounds are clipped, and a part
/// that could not be read is left empty with `complete` false. Only the `require...` functions revert: that is what they
/// are for.
/// @dev Coins and dollars have 18 decimals, `cash` is in units of the reserve token, times are seconds. While cash is on
/// its way into the treasury nobody can read its books: then pages are not `complete` and checks say `CashUnderWay`.
///
/// The checks return the error that the call would raise now, byte for byte, and nothing if it would pass. The calls'
/// own bounds (fewest coins, least cash) are not among their arguments: compare with the quotes. Of a reserve token they
/// know balances and allowances, in ERC-6093's errors: tokens with errors of their own (USDC, USDT, DAI) refuse the same
/// amounts in other words, and whom else such a token refuses only it can tell.
interface ITreasuryLens is IRequirements {
    /// @notice The balance sheet and what it says.
    /// @param sheet Cash, loans and owned homes against coins and equity.
    /// @param equityByLedger Equity by its own ledger; equal to the sheet's.
    /// @param coverage Assets by coins, 18 decimals, down.
    /// @param coinPriceUsd What a coin is worth: a dollar, or coverage if that is less. Down.
    /// @param totalDebt What all loans owe (dollars), down.
    /// @param reservePriceUsd Last valid price of a reserve token; it counts for at most a dollar.
    /// @param reservePriceAt Time of that price.
    /// @param reserveStatus Whether the present reading is valid, or what is wrong with it.
    /// @param trackedCash Cash on the books.
    /// @param setAsideCash Part of it for finalised claims.
    /// @param freeCash Part of it that nobody in the queue has a claim on.
    /// @param freeCashUsd What that counts for, down.
    /// @param cashFloorUsd What of it neither lending nor payouts may use, up.
    /// @param minEquity Equity (dollars) that they must leave.
    /// @param lendingPaused Whether anything keeps lending paused.
    /// @param buyStoppedUntil Until when the guardian stopped buying, or last did; 0 if never.
    /// @param redeemStoppedUntil The same for redeeming at once.
    /// @param lendingStoppedUntil The same for lending.
    /// @param payOutCapBps Cap of payouts in a transaction, of the equity.
    /// @param complete False if a part could not be read.
    struct MoneyPage {
        ITreasury.Sheet sheet;
        int256 equityByLedger;
        uint256 coverage;
        uint256 coinPriceUsd;
        uint256 totalDebt;
        uint256 reservePriceUsd;
        uint40 reservePriceAt;
        IPriceFeedReader.FeedStatus reserveStatus;
        uint256 trackedCash;
        uint256 setAsideCash;
        uint256 freeCash;
        uint256 freeCashUsd;
        uint256 cashFloorUsd;
        uint256 minEquity;
        bool lendingPaused;
        uint40 buyStoppedUntil;
        uint40 redeemStoppedUntil;
        uint40 lendingStoppedUntil;
        uint16 payOutCapBps;
        bool complete;
    }

    /// @notice Liquidation demand, and how far it is from the gate's thresholds. All in wei of coin but `share`.
    /// @param page The gate and what it goes by.
    /// @param share Demand by its base, 18 decimals, up.
    /// @param untilPause Fewest coins whose redemption pauses lending; 0 at the threshold and above.
    /// @param untilResume Coins by which demand has to fall before lending can resume; 0 below the threshold. It
    /// resumes not before `page.resumableAt`, whatever the demand.
    /// @param complete False if a part could not be read.
    struct DemandStatus {
        ITreasury.DemandPage page;
        uint256 share;
        uint256 untilPause;
        uint256 untilResume;
        bool complete;
    }

    /// @notice A request and its place.
    /// @param request All about it; `request.ahead` are the coins that come before it.
    /// @param wallet The controller's wallet of today, which may claim.
    /// @param complete False if a part could not be read.
    struct RequestEntry {
        RequestId requestId;
        ITreasury.RequestPage request;
        address wallet;
        bool complete;
    }

    /// @notice Requests.
    /// @param next Where the next page begins; 0 at the front of the line.
    /// @param complete False if a part could not be read.
    struct RequestsPage {
        RequestEntry[] requests;
        RequestId next;
        bool complete;
    }

    /// @notice What redeeming coins gives at the price of now.
    /// @param feeCoins Coins that are burned for it: the fee, and what makes the net coins whole units of cash.
    /// @param netCoins Coins that are paid for.
    /// @param cash What they get.
    /// @param freeCash What can be had at once; less than `cash`, and `redeem` is refused.
    /// @param coinsAtOnce Net coins of a request (all of them or its first ones) that would be claimable in the same call.
    /// @param cashAtOnce What those get, to a unit.
    /// @param complete False if it could not be computed, or there can't be so many coins.
    struct RedemptionQuote {
        uint256 feeCoins;
        uint256 netCoins;
        uint256 cash;
        uint256 freeCash;
        uint256 coinsAtOnce;
        uint256 cashAtOnce;
        bool complete;
    }

    /// @notice Thrown inside the lens, and returned by a check, when something refuses without saying why.
    error Unexplained();

    /* PAGES */

    /// @notice The balance sheet of this second and what it says.
    function money() external view returns (MoneyPage memory page);

    /// @notice Demand and the gate.
    function demand() external view returns (DemandStatus memory status);

    /// @notice These requests, in the order asked; those after the first `MAX_REQUESTS_PER_PAGE()` are left out. A
    /// request that never was or is claimed in full has no controller.
    function requests(RequestId[] calldata requestIds) external view returns (RequestsPage memory page);

    /// @notice The line from a request towards its front, down to the first one that waits. What is finalised and not
    /// claimed is no part of the line any more: index `RedeemRequest` by controller for that.
    /// @param fromRequest Any request that waits, such as that of the last `RedeemRequest`.
    /// @param maxRequests How many at most; clipped to `MAX_REQUESTS_PER_PAGE()`, 0 means that many.
    function line(RequestId fromRequest, uint256 maxRequests) external view returns (RequestsPage memory page);

    /* QUOTES */

    /// @notice What `buy` would give for cash now, if nothing refuses it.
    /// @return coins Wei, down. @return complete False if it could not be read.
    function buyQuote(uint256 cash) external view returns (uint256 coins, bool complete);

    /// @notice What `redeem` or `requestRedeem` of coins (wei, the fee among them) would give now, if nothing refuses it.
    function redemptionQuote(uint256 coins) external view returns (RedemptionQuote memory quote);

    /* CHECKS */

    /// @notice Why `buyer` could not `buy` for cash now.
    function buyCheck(address buyer, uint256 cash, address to) external view returns (bytes memory refusal);

    /// @notice Why `owner` could not `redeem` coins (wei) at once.
    function redeemCheck(address owner, uint256 coins, address to) external view returns (bytes memory refusal);

    /// @notice Why `caller` could not `requestRedeem` coins (wei) of `owner`.
    function requestCheck(address caller, uint256 coins, address controller, address owner)
        external
        view
        returns (bytes memory refusal);

    /// @notice Why `caller` could not `claim` a request.
    function claimCheck(address caller, RequestId requestId, address to) external view returns (bytes memory refusal);

    /// @notice Why `giver` could not `contribute` cash.
    function contributeCheck(address giver, uint256 cash) external view returns (bytes memory refusal);

    /// @notice Why the treasury would not lend so many new coins (wei), `kept` of them to the book.
    function lendCheck(uint256 coins, uint256 kept) external view returns (bytes memory refusal);

    /// @notice Why the treasury would not lend so much cash, with `kept` new coins (wei) to the book on top.
    function lendCashCheck(uint256 cash, uint256 kept) external view returns (bytes memory refusal);

    /* THE SAME, REVERTING */

    /// @notice Reverts with what `buyCheck` returns; so do the others with theirs.
    function requireBuy(address buyer, uint256 cash, address to) external view;

    function requireRedeem(address owner, uint256 coins, address to) external view;

    function requireRequest(address caller, uint256 coins, address controller, address owner) external view;

    function requireClaim(address caller, RequestId requestId, address to) external view;

    function requireContribute(address giver, uint256 cash) external view;

    function requireLend(uint256 coins, uint256 kept) external view;

    function requireLendCash(uint256 cash, uint256 kept) external view;

    /// @notice As `redemptionQuote`, reverting where it could not be computed.
    function requireQuote(uint256 coins) external view returns (RedemptionQuote memory quote);

    /// @notice How many requests a page has at most.
    function MAX_REQUESTS_PER_PAGE() external view returns (uint256);
}
