// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {IFeeSplitter} from "../coin/IFeeSplitter.sol";
import {IHomeDollar} from "../coin/IHomeDollar.sol";
import {ILoanLedger} from "../coin/ILoanLedger.sol";
import {ITreasury} from "../coin/ITreasury.sol";
import {ICredentialRegistry} from "../identity/ICredentialRegistry.sol";
import {IPropertyValuation} from "../oracle/IPropertyValuation.sol";
import {PropertyId, ShareId} from "../property/Ids.sol";
import {ILienHolder} from "../property/ILienHolder.sol";
import {IPropertyRegistry} from "../property/IPropertyRegistry.sol";
import {IShareCertificate} from "../property/IShareCertificate.sol";
import {IForeclosureAuction} from "./IForeclosureAuction.sol";
import {ILoanDesk} from "./ILoanDesk.sol";
import {IRateModel} from "./IRateModel.sol";
import {LoanId} from "./LoanId.sol";

/// @title Loans secured on shares: the book that backs the coin
/// @notice An owner, or a buyer, asks; an underwriter approves exactly that; the borrower draws, and the share carries
/// the book's lien until nothing is owed. Every draw is judged when it is made, so an approved loan closes by itself when
/// the value, the borrower, the house, the originator or the treasury no longer bear it.
///
///     Requested -> Approved -> Active <-> Foreclosing -> Repaid | Foreclosed | WrittenOff
///         \____________\____-> Withdrawn
///
/// Late, impaired and under notice are not stages: they follow from times, in every second, without a call.
/// @dev Units: coins and dollars have 18 decimals, `cash` is in units of the reserve token, `Bps` are basis points (a
/// year, for rates), times are seconds. Debts are rounded up, what a payment is credited with down. Who may call is said
/// at each function; one that says nothing is anyone's. A borrower is the wallet that asked, or the one that took its place
/// by recovery. Whoever pays must have allowed the treasury to spend his coins or cash.
///
/// Due times are start + k x 2,628,000 s. A payment goes to late fees, then interest, then the oldest unpaid instalments
/// in order: the due time moves past each that is met in full, at most past the next one not yet due; what is beyond
/// prepays principal, lowers no instalment and skips none. Days past due run from the first midnight UTC at or after the
/// oldest unpaid due time; grace, day 90 and the late fee go by them.
interface ILoanBook is IRequirements, ILienHolder {
    enum Stage {
        None,
        Requested,
        Approved,
        Active,
        Foreclosing,
        Repaid,
        Foreclosed, // sold, and the debt met
        WrittenOff, // sold or taken, and a part of the debt lost
        Withdrawn
    }

    enum Kind {
        Fixed,
        Adjustable, // a new rate every 365 days: index + margin, within the steps of the terms
        InterestOnly // the interest of a month each time, and the principal with the last: the balloon
    }

    /// @notice Exactly what the borrower asks for; it never changes.
    /// @param shareId The collateral; of a loan on several shares, once the first was sold or taken, the one that is first
    /// then.
    /// @param amount Principal: wei of coin, dollars.
    /// @param instalments 1 to 480.
    /// @param kind How it is repaid.
    /// @param priceUsd What the seller gets for the share; 0 for a loan on a share that the borrower owns.
    /// @param maxRateBps The highest rate that he takes.
    struct Application {
        ShareId shareId;
        uint96 amount;
        uint16 instalments;
        Kind kind;
        uint96 priceUsd;
        uint16 maxRateBps;
    }

    /// @notice Whom the book works with, for ever. Desk and auction are created after the book, at addresses that were known
    /// before: no code is asked of them.
    struct BookPeers {
        ILoanLedger ledger;
        ITreasury treasury;
        IHomeDollar coin;
        IShareCertificate certificate;
        IPropertyRegistry registry;
        IPropertyValuation valuation;
        ICredentialRegistry credentials;
        IRateModel rates;
        IFeeSplitter splitter;
        IForeclosureAuction auction;
        ILoanDesk desk;
    }

    /// @notice The rules' numbers, fixed at construction.
    /// @param drawLtvBps Most that is lent, of the collateral's value for new loans (and of the price, if less).
    /// @param noticeLtvBps Debt by last valid value above which notice may be given.
    /// @param capBps What counts as covered, of the last valid value.
    /// @param graceDays Days past due after which borrower, house and originator count as late, and the late fee is due.
    /// @param foreclosureDays Days past due from which anyone may start a foreclosure.
    /// @param noticePeriod From notice to foreclosure.
    /// @param mostApprovalPeriod Longest life of an approval.
    /// @param jumboAbove A larger amount is marked jumbo.
    /// @param minLoan Smallest amount.
    /// @param minDebt A payment leaves nothing or at least this.
    /// @param borrowerCap Most principal of all open loans of an owner id.
    /// @param originatorCap Most face of all open loans that an underwriter approved.
    /// @param houseCapBps Most principal of all open loans of a house, of its value for new loans.
    /// @param maxLateOfOriginator Loans that may be late for his next one to be drawn.
    /// @param originationFeeBps Of the amount; kept at the draw.
    /// @param lateFeeBps Of the instalment agreed at the draw; due once for each instalment that is late.
    /// @param marginBps Adjustable: above the index. @param resetStepBps The most a reset changes the rate by.
    /// @param lifeStepBps The furthest it gets from the first rate.
    /// @param fixingPeriod Before a reset, when the next rate can be fixed.
    struct BookTerms {
        uint16 drawLtvBps;
        uint16 noticeLtvBps;
        uint16 capBps;
        uint16 graceDays;
        uint16 foreclosureDays;
        uint40 noticePeriod;
        uint40 mostApprovalPeriod;
        uint96 jumboAbove;
        uint96 minLoan;
        uint96 minDebt;
        uint96 borrowerCap;
        uint96 originatorCap;
        uint16 houseCapBps;
        uint16 maxLateOfOriginator;
        uint16 originationFeeBps;
        uint16 lateFeeBps;
        uint16 marginBps;
        uint16 resetStepBps;
        uint16 lifeStepBps;
        uint40 fixingPeriod;
    }

    /// @notice An approved loan, in the words in which the book stores it: see
    /// `contracts/lending/libraries/LoanSlots.sol`. `reset` is 0 unless the rate is adjustable.
    struct Opening {
        uint256 core;
        uint256 running;
        uint256 agreed;
        uint256 offer;
        uint256 debtor;
        bytes32 ownerId;
        uint256 reset;
    }

    /* EVENTS */

    /// @notice Emitted at the draw: `amount` is owed from now on; `fee` of it was kept.
    event Drawn(
        LoanId indexed loanId,
        address indexed borrower,
        ShareId indexed shareId,
        uint256 amount,
        uint256 fee,
        uint256 cash
    );
    /// @notice Emitted at each payment: what the debt fell by, fees paid, what is owed now and since when it is due.
    event Paid(LoanId indexed loanId, address indexed payer, uint256 credit, uint256 fees, uint256 debt, uint40 dueAt);
    /// @notice Emitted when a loan reached its end.
    event Closed(LoanId indexed loanId, Stage stage);
    /// @notice Emitted when the borrower added a share as collateral.
    event CollateralAdded(LoanId indexed loanId, ShareId indexed shareId);
    /// @notice Emitted when somebody had the collateral's value (dollars) noted: what is stored now.
    event Marked(LoanId indexed loanId, uint256 valueUsd);
    /// @notice Emitted when an adjustable loan's rate from `resetAt` (seconds) on was fixed.
    event RateFixed(LoanId indexed loanId, uint16 rateBps, uint40 resetAt);
    /// @notice Emitted when somebody gave notice, at that debt (wei) and value (dollars).
    event NoticeGiven(LoanId indexed loanId, address indexed by, uint256 debt, uint256 valueUsd);
    /// @notice Emitted when a notice was gone: the debt is no longer above the limit.
    event NoticeCured(LoanId indexed loanId);
    /// @notice Emitted when a foreclosure began, at that debt (wei) and last stored value (dollars).
    event ForeclosureStarted(LoanId indexed loanId, address indexed by, uint256 debt, uint256 valueUsd);
    /// @notice Emitted when a foreclosure was over, because what it began for is cured.
    event ForeclosureCured(LoanId indexed loanId);
    /// @notice Emitted when an auction brought more than was owed: `coins` wait for the borrower.
    event SurplusOwed(LoanId indexed loanId, address indexed borrower, uint256 coins);
    /// @notice Emitted when a surplus (wei) was paid to `to`.
    event SurplusClaimed(address indexed borrower, address indexed to, uint256 coins);
    /// @notice Emitted when a loan's fees of one kind (wei) went to the splitter, as fees of the house of its first share.
    event FeesSwept(
        LoanId indexed loanId, PropertyId indexed propertyId, IFeeSplitter.FeeKind indexed kind, uint256 coins
    );

    /* ERRORS. A draw judges in the order in which they stand here. */

    /// @notice Thrown when there is no such loan, or it is not in a stage for the call.
    error WrongStage(LoanId loanId, Stage stage);
    /// @notice Thrown when `caller` is not the borrower, whose wallet is `borrower` today.
    error NotBorrower(LoanId loanId, address caller, address borrower);
    /// @notice Thrown when a draw is of the other sort: for a purchase, or on a share that the borrower owns; or a price is
    /// another than the application's, `priceUsd`.
    error WrongSort(LoanId loanId, uint256 priceUsd);
    /// @notice Thrown when a loan is drawn after the last second of its approval.
    error ApprovalExpired(LoanId loanId, uint40 expiredAt);
    /// @notice Thrown when `wallet` holds no valid credential.
    error InvalidCredential(address wallet);
    /// @notice Thrown when the borrower does not own the share.
    error NotShareOwner(ShareId shareId, address wallet, address owner);
    /// @notice Thrown when the seller did not accept this price for the share as it is now.
    error PurchaseNotAccepted(LoanId loanId, uint32 acceptedMove, uint32 moveNumber);
    /// @notice Thrown when no live permission of the house's manager lets the share move to the borrower.
    error TransferNotApproved(ShareId shareId, address to);
    /// @notice Thrown when a house has no valid value.
    error ValueNotValid(PropertyId propertyId, uint8 status);
    /// @notice Thrown when claims that rank before the shares stand: `count` of them.
    error SeniorClaim(PropertyId propertyId, uint256 count);
    /// @notice Thrown when more is asked than the collateral bears.
    error LoanToValueTooHigh(uint256 amount, uint256 most);
    /// @notice Thrown when another loan of the borrower is late beyond grace: the first one found.
    error BorrowerLate(bytes32 ownerId, LoanId lateLoan);
    /// @notice Thrown when a borrower has as many open loans as he can have.
    error TooManyLoans(bytes32 ownerId, uint256 most);
    /// @notice Thrown when the principals (wei) of a borrower's open loans, with this one, pass his cap.
    error BorrowerCapExceeded(bytes32 ownerId, uint256 exposure, uint256 cap);
    /// @notice Thrown when another loan on the house is late beyond grace: the first one found.
    error HouseLate(PropertyId propertyId, LoanId lateLoan);
    /// @notice Thrown when what a house's shares bear (wei), with this loan, passes its part of the value. Each share of a
    /// loan bears an equal part of its principal, up.
    error HouseCapExceeded(PropertyId propertyId, uint256 exposure, uint256 cap);
    /// @notice Thrown when more of the originator's loans are late beyond grace than may be.
    error OriginatorLate(address originator, uint256 late, uint256 most);
    /// @notice Thrown when the face (wei) of his open loans, with this one, passes his cap.
    error OriginatorCapExceeded(address originator, uint256 face, uint256 cap);
    /// @notice Thrown when a share already secures a loan of this book. After it come, at a draw, the rate model's checkpoint,
    /// the coin's and the certificate's errors, and at last the ledger's and the treasury's.
    error AlreadyCollateral(ShareId shareId, LoanId loanId);
    /// @notice Thrown when a loan has all shares that it can have.
    error TooManyShares(LoanId loanId, uint256 most);

    /// @notice Thrown when a payment pays neither fees nor a wei of the debt.
    error NothingPaid(LoanId loanId);
    /// @notice Thrown when a payment would leave less than the least debt, and not nothing.
    error DustLeft(LoanId loanId, uint256 left, uint256 least);
    /// @notice Thrown when late fees are due and cash is paid: fees are in coin.
    error LateFeesDue(LoanId loanId, uint256 fees);
    /// @notice Thrown when somebody pays another's debt, or bids, with coins that the court froze.
    error FrozenCoins(address payer, uint256 coins, uint256 unfrozen);
    /// @notice Thrown when cash counts for less than the caller asks for (wei).
    error TooLittleCredit(uint256 credit, uint256 least);
    /// @notice Thrown when there is nothing to fix: not adjustable, no reset within the period, or fixed already.
    error NothingToFix(LoanId loanId, uint40 resetAt, uint16 nextRateBps);
    /// @notice Thrown when the debt is not above the part of the value from which notice may be given.
    error NoticeNotDue(LoanId loanId, uint256 debt, uint256 valueUsd);
    /// @notice Thrown when a notice stands already, since `noticeAt`.
    error AlreadyUnderNotice(LoanId loanId, uint40 noticeAt);
    /// @notice Thrown when neither arrears nor a notice allow a foreclosure yet: days past due, and seconds that the
    /// notice has run (0 if none stands).
    error NotForeclosable(LoanId loanId, uint256 daysPastDue, uint256 noticeRan);
    /// @notice Thrown when `caller` is not the auction.
    error NotAuction(address caller);
    /// @notice Thrown when `caller` is not the desk.
    error NotDesk(address caller);
    /// @notice Thrown when `wallet` asks for a surplus and there is none, or it is not its borrower's.
    error NothingOwed(address wallet);
    /// @notice Thrown when a share secures no loan of this book, or can't: its id has more than 32 bits.
    error NotCollateral(ShareId shareId);

    /* APPROVED LOANS */

    /// @notice Takes in an approved loan. The desk.
    function enter(LoanId loanId, Opening calldata opening) external;

    /// @notice Rewrites the first word of an approved loan: its borrower took it back, or the seller agreed. The desk, which
    /// knows that.
    function amend(LoanId loanId, uint256 core) external;

    /* DRAWING: THE BORROWER, OR A MARKET FOR HIM */

    /// @notice Draws in new coin: the amount less the origination fee goes to `to`.
    function draw(LoanId loanId, address to) external;

    /// @notice Draws in cash: the amount less the fee, down to a whole unit of cash; what that leaves is part of the fee.
    function drawCash(LoanId loanId, address to) external;

    /// @notice Buys the share with the loan, in one transaction: the seller gets the price, from the loan and, for what it
    /// lacks, in coins of the borrower, who allowed the book to spend them; the share moves, and the lien is placed.
    function drawForPurchase(LoanId loanId) external;

    /// @notice The loan of a market's sale, whose market has moved the share to the buyer for `priceUsd`, the application's
    /// price, in this transaction: the amount less the fee goes to `to`, from where the market pays the seller, and the lien
    /// is placed. A market of the desk's table; its row says that the DAO trusts it to call this only for the buyer who
    /// named the loan. All else is judged as for any draw, with `borrower` in the place of the caller.
    /// @return coins The amount less the fee.
    function drawForMarket(LoanId loanId, address borrower, uint256 priceUsd, address to)
        external
        returns (uint256 coins);

    /* PAYING: NOTHING STOPS IT */

    /// @notice Pays late fees, then the debt, with at most `coins` of the caller; takes only what is owed. Needs nothing but
    /// coins. Below coverage 1 they count at coverage for the debt, of which the whole then takes the same part of the coins
    /// that it is of their worth, up. The borrower's frozen coins count; a stranger's don't.
    /// @return credit What the debt fell by.
    function pay(LoanId loanId, uint256 coins) external returns (uint256 credit);

    /// @notice Pays the debt in cash at min(1, its price); takes only what is owed, the least cash that counts for it. Refused while late fees are due.
    function payCash(LoanId loanId, uint256 cash, uint256 minCredit) external returns (uint256 credit);

    /// @notice Adds a share of the borrower's as collateral. The borrower.
    function addCollateral(LoanId loanId, ShareId shareId) external;

    /* TAKING NOTE: ANYONE */

    /// @notice Stores the collateral's valid value of now, up or down. With a value that is not valid the stored one stays.
    function mark(LoanId loanId) external;

    /// @notice Fixes an adjustable loan's next rate, in the period before a reset. A payment does the same. It is in force from
    /// the reset on; but a rate does not change while a loan is impaired: then it waits, and is in force from the first
    /// payment on that moves the due time, whoever pays. What is left after that payment is repaid at it.
    function fixRate(LoanId loanId) external;

    /// @notice Gives notice: the debt is above the limit, at a valid value. Gone as soon as it no longer is, by a payment,
    /// collateral or a mark. When the first of several shares is sold or taken meanwhile, the notice is as if given so long ago
    /// as it had run, and the stops of the next share count from then on.
    function giveNotice(LoanId loanId) external;

    /// @notice Starts a foreclosure: from day 90 past due, or when a notice has run its period and the debt is still above
    /// the limit at a valid value. Needs a valid value of the first share, be it nothing: then nobody can bid, and the
    /// treasury takes it.
    function startForeclosure(LoanId loanId) external;

    /// @notice Takes note of at most `mostDays` of the days in which an underwriter's loans became late since his last draw: his
    /// next one reads a slot for sixteen of them. Only for one who has not drawn for years.
    /// @param number His number at the desk.
    function rollOriginator(uint256 number, uint256 mostDays) external;

    /// @notice Opens the auction of the next share, when its value was not valid as the one before was sold.
    function openNext(LoanId loanId) external;

    /* THE AUCTION'S */

    /// @notice The first share goes to `buyer`, who pays `coins`, which count for `priceUsd`; `costsUsd` of it are the
    /// reserve's, then comes the debt, and the rest waits for the borrower. The auction.
    /// @return sold The share.
    function settle(LoanId loanId, address buyer, uint256 coins, uint256 priceUsd, uint256 costsUsd)
        external
        returns (ShareId sold);

    /// @notice Nobody bid: the treasury takes the first share, at its part of the carrying value or the floor if that is
    /// less. The auction.
    function takeHome(LoanId loanId, uint256 floorUsd) external returns (ShareId taken, uint256 valueUsd);

    /* MONEY THAT WAITS HERE */

    /// @notice Pays an auction's surplus. The borrower, in his wallet of today; to any address.
    function claimSurplus(address borrower, address to) external returns (uint256 coins);

    /// @notice Sends what was kept of a loan's draw, and the late fees it paid, to the splitter, which refuses none; nothing if
    /// nothing waits. Anyone.
    function sweepFees(LoanId loanId) external returns (uint256 origination, uint256 late);

    /* VIEWS */

    /// @notice How far a loan has got; None before its approval.
    function stageOf(LoanId loanId) external view returns (Stage);
    /// @notice Owed now, without fees (wei), up; 0 unless it is open, as all that follow.
    function debtOf(LoanId loanId) external view returns (uint256);
    /// @notice Late fees due now (wei).
    function feesDueOf(LoanId loanId) external view returns (uint256);
    /// @notice Days past due: 0 before the first midnight at or after the oldest unpaid due time.
    function daysPastDueOf(LoanId loanId) external view returns (uint256);
    /// @notice The open loan that a share secures; 0 if none.
    function loanOfShare(ShareId shareId) external view returns (LoanId);
    /// @notice Face of the open loans that an underwriter approved, how many are late, and how many there are.
    /// @param number His number at the desk.
    function originatorPage(uint256 number) external view returns (uint256 face, uint256 late, uint256 open);
    /// @notice Seconds that clocks of this loan have stood still, all together, up to now; see {ILoanDesk-stoppedTime}.
    function stoppedTimeOf(LoanId loanId) external view returns (uint256);
    /// @notice Seconds that the notice has run; 0 if none stands.
    function noticeRanOf(LoanId loanId) external view returns (uint256);
    /// @notice What waits for the wallet that drew the foreclosed loans (wei).
    function surplusOf(address borrower) external view returns (uint256);
    /// @notice What was kept of a loan's draw, and the late fees it paid, as far as nobody swept them yet (wei).
    function feesOf(LoanId loanId) external view returns (uint256 origination, uint256 late);
    /// @notice Hash of its peers and terms, ABI-encoded, by which the desk shows that it knows them.
    function makeUp() external view returns (bytes32);

    /* THE SLOTS, FOR THE READER */

    /// @notice A loan as it is stored: see `contracts/lending/libraries/LoanSlots.sol`.
    function slotsOf(LoanId loanId) external view returns (uint256[10] memory);
    /// @notice Eight ids of 32 bits: the open loans of a borrower; 0 where there is none.
    function idsOfOwner(bytes32 ownerId) external view returns (uint256);
    /// @notice The loans that eight shares secure, those with ids 8 x `eightShares` + 1 and on; 0 where there is none.
    function idsOfShares(uint256 eightShares) external view returns (uint256);
}
