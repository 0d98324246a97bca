// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRequirements} from "../access/IRequirements.sol";
import {ICredentialRegistry} from "../identity/ICredentialRegistry.sol";
import {FeedId} from "../oracle/FeedId.sol";
import {IPriceFeedReader} from "../oracle/IPriceFeedReader.sol";
import {IIncomeDistributor} from "../property/IIncomeDistributor.sol";
import {ShareId} from "../property/Ids.sol";
import {IDemandGate} from "./IDemandGate.sol";
import {IHomeDollar} from "./IHomeDollar.sol";
import {ILoanLedger} from "./ILoanLedger.sol";
import {RequestId} from "./RequestId.sol";

/// @title The balance sheet behind the coin: cash, loans and owned homes against coins and equity
/// @notice Before and after every call, to the wei:
///
///     cash + loans + owned homes = coins + equity
///
/// Cash counts at min(1, the reserve token's last valid price), loans at their carrying value, coins at 1 dollar
/// wherever they lie. Equity is the first loss. While the assets cover the coins (coverage 1 or more) a coin is worth
/// a dollar. Below, every coin is worth the same part of it, whatever the order in which people leave: buying and
/// lending stop by themselves, and nobody has to call anything for it.
/// @dev Units: coins and dollars have 18 decimals; names that end in `Cash`, and `cash`, are in units of the reserve
/// token; `Bps` are basis points, times seconds. Everything is rounded against the caller. Who may call is said at each
/// function; one that says nothing is anyone's. Whoever pays in must have allowed the treasury to spend the tokens or
/// coins. Cash that comes in by any path serves the queue in the same call, first come, first served, at the price of
/// that moment: nobody needs `finalise`.
interface ITreasury is IRequirements {
    /// @notice The contracts it works with, fixed at construction.
    /// @param coin The coin; the treasury needs a row in its table of minters.
    /// @param reserve The reserve token, 0 to 18 decimals.
    /// @param reader Where its price is read.
    /// @param reserveFeed The feed of its price in dollars.
    /// @param credentials Who a recovered wallet is today.
    /// @param loans What all loans together are worth; it speaks for the books.
    /// @param income Where shares that the treasury owns earn.
    struct TreasuryPeers {
        IHomeDollar coin;
        IERC20 reserve;
        IPriceFeedReader reader;
        FeedId reserveFeed;
        ICredentialRegistry credentials;
        ILoanLedger loans;
        IIncomeDistributor income;
    }

    /// @notice What is fixed at construction, but for the first two: see {setGateTerms} and {setPayOutCap}.
    /// @param gate When lending pauses and resumes; the DAO can change it, see {IDemandGate}.
    /// @param minBase Smallest base of liquidation demand (wei of coin).
    /// @param halfLifePeriod In which coins redeemed lately count half (seconds).
    /// @param baseFeeBps Redemption fee on the margin without demand, in basis points.
    /// @param topFeeBps Highest redemption fee on the margin, at most 1,000.
    /// @param topDemandBps Demand from which that is charged, of the base.
    /// @param minRequest Fewest coins (wei) that a request for redemption may have, the fee among them.
    /// @param minReservePriceUsd Coins are sold only while the reserve token's price is above this one.
    /// @param minCashRatioBps Cash floor, of all coins: what neither lending nor payouts may use.
    /// @param minEquity Equity (dollars) that lending and payouts must leave.
    /// @param payOutCapBps First cap of payouts in a transaction, of the equity.
    /// @param capRaisePeriod Until a raised cap acts (seconds, 1 to 90 days).
    /// @param guardianStopPeriod How long a guardian's stop lasts (seconds).
    struct TreasuryTerms {
        IDemandGate.GateTerms gate;
        uint96 minBase;
        uint40 halfLifePeriod;
        uint16 baseFeeBps;
        uint16 topFeeBps;
        uint16 topDemandBps;
        uint96 minRequest;
        uint96 minReservePriceUsd;
        uint16 minCashRatioBps;
        uint96 minEquity;
        uint16 payOutCapBps;
        uint40 capRaisePeriod;
        uint40 guardianStopPeriod;
    }

    /// @notice The balance sheet of this second, in dollars; `cashUsd + loansUsd + ownedHomesUsd = coins + equityUsd`.
    /// @param cashUsd Cash that is not set aside for finalised claims, at min(1, price), down.
    /// @param loansUsd Carrying value of all loans, down.
    /// @param ownedHomesUsd Shares of houses that the treasury owns.
    /// @param coins All coins (wei).
    /// @param equityUsd What is left; negative if the coins are not covered.
    struct Sheet {
        uint256 cashUsd;
        uint256 loansUsd;
        uint256 ownedHomesUsd;
        uint256 coins;
        int256 equityUsd;
    }

    /// @notice The gate and what it goes by.
    /// @param demand Liquidation demand (wei of coin), up.
    /// @param base What it counts against (wei of coin), down.
    /// @param waiting Net coins in the queue (wei), part of the demand.
    /// @param redeemed Coins redeemed lately (wei), the other part.
    /// @param paused Whether the gate keeps lending paused.
    /// @param resumableAt Earliest end of that pause (seconds); 0 if there is none.
    /// @param terms The thresholds.
    struct DemandPage {
        uint256 demand;
        uint256 base;
        uint256 waiting;
        uint256 redeemed;
        bool paused;
        uint256 resumableAt;
        IDemandGate.GateTerms terms;
    }

    /// @notice A request for redemption. Zeros for one that never was or is claimed in full.
    /// @param controller Who may claim it; see `claim`.
    /// @param pending Net coins (wei) that wait.
    /// @param claimable Net coins (wei) that are finalised and not claimed.
    /// @param claimableCash What they get.
    /// @param ahead Coins (wei) of others that come before its first waiting one.
    /// @param piece Hint for `claimAt`.
    struct RequestPage {
        address controller;
        uint256 pending;
        uint256 claimable;
        uint256 claimableCash;
        uint256 ahead;
        uint256 piece;
    }

    /* EVENTS */

    /// @notice Emitted when `buyer` paid `cash` for `coins`, which `to` got.
    event Bought(address indexed buyer, address indexed to, uint256 cash, uint256 coins);

    /// @notice Emitted when `owner` redeemed `coins` at once, `feeCoins` of them for the fee, and `to` got `cash`.
    event Redeemed(address indexed owner, address indexed to, uint256 coins, uint256 feeCoins, uint256 cash);

    /// @notice Emitted when `owner`'s coins joined the queue (ERC-7540). `shares` are coins, the fee among them;
    /// the net coins are what the request's id adds to the one before.
    event RedeemRequest(
        address indexed controller, address indexed owner, RequestId indexed requestId, address sender, uint256 shares
    );

    /// @notice Emitted when `controller` let `operator` act for him, or no longer (ERC-7540).
    event OperatorSet(address indexed controller, address indexed operator, bool approved);

    /// @notice Emitted when `coins` of a request were paid out: `to` got `cash`.
    event Claimed(RequestId indexed requestId, address indexed to, uint256 coins, uint256 cash);

    /// @notice Emitted when `from` gave cash for nothing but equity.
    event Contributed(address indexed from, uint256 cash);

    /// @notice Emitted when coins of `from` were burned for nothing but equity.
    event BurnedIntoEquity(address indexed from, uint256 coins);

    /// @notice Emitted when coins and cash that somebody had sent by himself became equity.
    event Skimmed(address indexed caller, uint256 coins, uint256 cash);

    /// @notice Emitted when the DAO paid equity out.
    event PaidOut(address indexed to, uint256 cash);

    /// @notice Emitted when the DAO wrote the cap of payouts, which acts from `actsAt` on (seconds).
    event PayOutCapSet(uint16 capBps, uint40 actsAt);

    /* ERRORS */

    /// @notice Thrown at construction when the reserve token has more than `most` decimals.
    error UnsupportedDecimals(uint8 decimals, uint8 most);
    /// @notice Thrown at construction when the coin is to be its own reserve.
    error ReserveIsCoin(address coin);
    /// @notice Thrown at construction when the smallest request (wei) is below `smallest`: the net coins of any request
    /// must be worth a unit of cash.
    error MinRequestTooSmall(uint256 minRequest, uint256 smallest);
    /// @notice Thrown at construction when a price is not from `lowest` to `highest`.
    error MinReservePriceOutOfRange(uint256 priceUsd, uint256 lowest, uint256 highest);
    /// @notice Thrown at construction when the highest redemption fee is above `most`.
    error RedemptionFeeTooHigh(uint256 topFeeBps, uint256 most);
    /// @notice Thrown at construction when the cash floor is more than the whole.
    error CashRatioOutOfRange(uint256 minCashRatioBps, uint256 wholeBps);
    /// @notice Thrown at construction when the delay of a raised cap is not from `shortest` to `longest` (seconds).
    error CapRaisePeriodOutOfRange(uint256 capRaisePeriod, uint256 shortest, uint256 longest);
    /// @notice Thrown when a cap of payouts is more than the whole.
    error PayOutCapOutOfRange(uint256 capBps, uint256 wholeBps);

    /// @notice Thrown when the reserve token moved another amount than it was asked to.
    error InexactTransfer(uint256 asked, uint256 balanceBefore, uint256 balanceAfter);
    /// @notice Thrown when a reserve token calls back while it moves cash to the treasury.
    error CashUnderWay();
    /// @notice Thrown when cash is to be taken at a price, and there is no valid one; `lastUsd` was the last.
    error NoValidReservePrice(uint256 lastUsd, IPriceFeedReader.FeedStatus status);
    /// @notice Thrown when the reserve token's price is not above `least`.
    error ReservePriceTooLow(uint256 priceUsd, uint256 least);
    /// @notice Thrown when the assets don't cover the coins.
    error CoverageBelowOne(uint256 assets, uint256 coins);

    /// @notice Thrown when cash buys not even a wei of coin.
    error NothingBought(uint256 cash);
    /// @notice Thrown when cash buys fewer coins than the buyer wants at least.
    error TooFewCoins(uint256 coins, uint256 least);
    /// @notice Thrown when the net coins of a redemption are not worth a unit of cash.
    error NothingRedeemed(uint256 coins, uint256 netCoins);
    /// @notice Thrown when a redemption gives less cash than its owner wants at least.
    error TooLittleCash(uint256 cash, uint256 least);
    /// @notice Thrown when more cash is asked for than nobody in the queue has a claim on.
    error NotEnoughFreeCash(uint256 cash, uint256 freeCash);

    /// @notice Thrown when `caller` is neither `owner` nor his operator.
    error NotOperator(address owner, address caller);
    /// @notice Thrown when a request has fewer coins than `least`.
    error RequestTooSmall(uint256 coins, uint256 least);
    /// @notice Thrown when `caller` is neither the wallet that controls the request today nor its operator.
    error NotController(RequestId requestId, address caller, address controller);

    /// @notice Thrown when nothing is given.
    error NothingContributed();
    /// @notice Thrown when the treasury owns no more than its books say.
    error NothingToSkim();
    /// @notice Thrown when nothing is to be paid out.
    error NothingPaidOut();
    /// @notice Thrown when coins (wei) wait in the queue.
    error QueueNotEmpty(uint256 waiting);
    /// @notice Thrown when an action would leave less equity (dollars) than `least`.
    error EquityTooLow(int256 equityUsd, uint256 least);
    /// @notice Thrown when the payouts of this transaction (dollars) would exceed the cap.
    error PayOutCapExceeded(uint256 paidOutUsd, uint256 capUsd);
    /// @notice Thrown when an action would leave less free cash (dollars) than the floor.
    error CashBelowFloor(uint256 freeCashUsd, uint256 floorUsd);
    /// @notice Thrown when `caller` is not the loan ledger.
    error NotLoanLedger(address caller);
    /// @notice Thrown when the guardian or the gate keeps lending paused; for the gate, demand and its base (wei).
    error LendingPausedByDemand(uint256 demand, uint256 base);
    /// @notice Thrown when the treasury's own coins, which wait in the queue, are to pay.
    error PayerIsTreasury();
    /// @notice Thrown when coins or cash worth `worthUsd` are to pay for more.
    error CreditAboveWorth(uint256 credit, uint256 worthUsd);
    /// @notice Thrown when there would be more coins than the books can count.
    error TooManyCoins(uint256 coins, uint256 most);
    /// @notice Thrown when there is no switch of that name.
    error UnknownSwitch(bytes32 what);

    /* BUYING AND REDEEMING */

    /// @notice Sells new coins for cash, at min(1, price) dollars a token, down. Needs a valid price above
    /// `minReservePriceUsd` and coverage of 1 or more; the guardian can stop it.
    /// @param cashIn Units of the reserve token, taken from the caller.
    /// @param minCoinOut Fewest coins (wei) that the caller accepts.
    /// @param to Who gets them.
    function buy(uint256 cashIn, uint256 minCoinOut, address to) external returns (uint256 coinOut);

    /// @notice Redeems coins for cash at once, all of them or none. The fee is burned, so it stays as equity; below
    /// coverage 1 there is none. What makes the net coins whole units of cash joins the fee. The guardian can stop it
    /// (not `requestRedeem`). Reverts with `NotEnoughFreeCash`, which names the free cash.
    /// @param coinIn Coins (wei) of the caller, the fee among them.
    /// @param minCashOut Least cash that the caller accepts.
    /// @param to Who gets it.
    function redeem(uint256 coinIn, uint256 minCashOut, address to) external returns (uint256 cashOut);

    /* THE QUEUE, IN THE MANNER OF ERC-7540 */

    /// @notice Puts coins into the queue; what free cash covers is claimable at once. The fee is fixed now, for the
    /// whole amount, and burned; the price of the net coins is that of the moment when they are finalised. Nothing stops
    /// it, and nothing undoes it. The owner or his operator; the owner's allowance is spent in either case.
    /// @param coins Wei, the fee among them; at least `minRequest`.
    /// @param controller Who may claim. If his wallet is recovered, the new one may.
    /// @param owner Whose coins they are.
    function requestRedeem(uint256 coins, address controller, address owner) external returns (RequestId requestId);

    /// @notice Pays what is finalised of a request, to any address. The controller's wallet of today or its operator.
    /// A reserve token that refuses the payee refuses this call and nobody else's.
    function claim(RequestId requestId, address to) external returns (uint256 cash);

    /// @notice As `claim`, with the place of the request's first coin, as `requestPage` says it: saves a search where
    /// prices have changed often. A wrong place costs gas and nothing else.
    function claimAt(RequestId requestId, address to, uint256 piece) external returns (uint256 cash);

    /// @notice Lets `operator` request and claim for the caller, or no longer. Returns true (ERC-7540).
    function setOperator(address operator, bool approved) external returns (bool);

    /// @notice Gives free cash to the queue. Every inflow of cash does that by itself, so this changes something only
    /// after the price of the reserve token or of the coin changed.
    function finalise() external;

    /* THE LOAN LEDGER'S: WHAT BOOKS DO, IN MONEY */

    /// @notice Lends new coins. Refused while lending is paused, without a valid price of the reserve token, and if it
    /// would leave less free cash than the floor or less equity than the minimum.
    /// @param change What the loan adds to the sums.
    /// @param coins All that are minted (wei). @param kept Those of them that `book` gets, not `to`.
    function lendCoins(ILoanLedger.SumsChange calldata change, address to, uint256 coins, uint256 kept, address book)
        external;

    /// @notice Lends cash that nobody in the queue has a claim on, under the same conditions.
    /// @param kept Coins (wei) that are minted to `book` on top.
    function lendCash(ILoanLedger.SumsChange calldata change, address to, uint256 cash, uint256 kept, address book)
        external;

    /// @notice Burns coins of `from` for a debt, a bid or an owned home.
    /// @param homesChange What it adds to the value of owned homes (dollars).
    /// @param credit Dollars of debt that they pay: at most what those not kept are worth.
    /// @param kept Of the coins (wei), minted to `book`.
    /// @return released How many of the coins were frozen.
    function takeCoins(
        ILoanLedger.SumsChange calldata change,
        int256 homesChange,
        address from,
        uint256 coins,
        uint256 credit,
        uint256 kept,
        address book
    ) external returns (uint256 released);

    /// @notice The same with cash, at a valid price.
    function takeCash(
        ILoanLedger.SumsChange calldata change,
        int256 homesChange,
        address from,
        uint256 cash,
        uint256 credit
    ) external;

    /// @notice Changes what loans and owned homes count for; no money moves.
    function rebook(ILoanLedger.SumsChange calldata change, int256 homesChange) external;

    /* EQUITY */

    /// @notice Gives cash to equity.
    function contribute(uint256 cash) external;

    /// @notice Burns the caller's coins (wei) into equity: the reserve's part of a fee.
    function burnIntoEquity(uint256 coins) external;

    /// @notice Books what somebody sent without a call: coins are burned into equity, cash is contributed.
    /// @return coins Wei. @return cash Units.
    function skim() external returns (uint256 coins, uint256 cash);

    /// @notice Claims the income of shares that the treasury owns and burns it into equity.
    function collectIncome(ShareId[] calldata shareIds) external;

    /// @notice Takes note of up to `maxDays` days that have begun since the last call. Every call does that by itself, for
    /// all of them; this one spares the next caller the gas of many days.
    function roll(uint256 maxDays) external;

    /// @notice Pays equity out, at a valid price. The DAO's. Nobody may wait; coverage must be 1 or more afterwards, the minimum
    /// equity and the cash floor be kept; and all payouts of a transaction together are at most the cap, of the equity before them.
    function payOut(address to, uint256 cash) external;

    /// @notice Writes the cap of payouts in a transaction, of the equity. The DAO's. A lower one acts at once, a higher one
    /// after `capRaisePeriod`; either takes the place of a raise that has not acted yet.
    function setPayOutCap(uint16 capBps) external;

    /* GATE AND SWITCHES */

    /// @notice Writes when lending pauses and resumes. The DAO's. Reverts as {IDemandGate} says.
    function setGateTerms(IDemandGate.GateTerms calldata terms) external;

    /// @notice Stops `BUY`, `REDEEM` (at once; requests go on) or `LENDING` for a while. Role GUARDIAN.
    function stop(bytes32 what) external;

    /// @notice Lifts such a stop early. The DAO's.
    function resume(bytes32 what) external;

    /* VIEWS: THE BALANCE SHEET */

    /// @notice The balance sheet of this second. No call by anyone is needed for it to be right.
    function balanceSheet() external view returns (Sheet memory);

    /// @notice The same equity from what made it: contributions + income - losses - payouts, in dollars. It and
    /// `balanceSheet().equityUsd` are equal, always.
    function equityByLedger() external view returns (int256);

    /// @notice Assets by coins with 18 decimals, down; 1 when there are no coins.
    function coverage() external view returns (uint256);

    /// @notice Cash on the books: that of the balance sheet and what is set aside for finalised claims.
    function trackedCash() external view returns (uint256);

    /// @notice Cash set aside for finalised claims.
    function setAsideCash() external view returns (uint256);

    /// @notice Cash that no waiting coin has a claim on, down.
    function freeCash() external view returns (uint256);

    /* VIEWS: QUOTES */

    /// @notice The sums behind the carrying value of all loans, as of the start of `day` (days since 1970).
    function loanSums() external view returns (uint256 day, ILoanLedger.SumsChange memory sums);

    /// @notice Coins (wei) that cash buys or pays off, down.
    function coinsForDown(uint256 cash) external view returns (uint256);

    /// @notice Redemption fee on coins (wei) now, up, without what makes the net coins whole units of cash.
    function redemptionFeeUp(uint256 coins) external view returns (uint256);

    /// @notice Dollars that coins (wei) count for in a payment, down.
    function worthDown(uint256 coins) external view returns (uint256);

    /* VIEWS: DEMAND AND LENDING */

    /// @notice Liquidation demand as a part of its base, with 18 decimals, up.
    function liquidationDemand() external view returns (uint256);

    /// @notice Whether the gate, and nothing but it, keeps lending paused.
    function demandPaused() external view returns (bool);

    /// @notice Whether anything keeps lending paused: the gate, coverage below 1, no valid price of the reserve token, or the
    /// guardian.
    function lendingPaused() external view returns (bool);

    /// @notice The gate and what it goes by.
    function demandPage() external view returns (DemandPage memory);

    /* VIEWS: THE QUEUE */

    /// @notice Net coins (wei) of the request that wait, if `controller` put it up (ERC-7540).
    function pendingRedeemRequest(RequestId requestId, address controller) external view returns (uint256);

    /// @notice Net coins (wei) of the request that can be claimed, if `controller` put it up (ERC-7540).
    function claimableRedeemRequest(RequestId requestId, address controller) external view returns (uint256);

    /// @notice All about a request.
    function requestPage(RequestId requestId) external view returns (RequestPage memory);

    /// @notice Whether `operator` may act for `controller` (ERC-7540).
    function isOperator(address controller, address operator) external view returns (bool);

    /* VIEWS: TERMS */

    /// @notice The contracts it works with.
    function peers() external view returns (TreasuryPeers memory);

    /// @notice The terms; the gate's and the cap of payouts as they are now.
    function terms() external view returns (TreasuryTerms memory);

    /// @notice Wei of coin in a unit of the reserve token at par.
    function CASH_UNIT() external view returns (uint256);

    /// @notice The cap of payouts that acts now, and the one that will act from `nextAt` on (seconds; 0 if none).
    function payOutCap() external view returns (uint16 capBps, uint16 nextBps, uint40 nextAt);

    /// @notice Until when a switch's action is stopped, or was last (seconds); 0 if never.
    function stoppedUntil(bytes32 what) external view returns (uint40);
}
