// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILoanLedger} from "../coin/ILoanLedger.sol";
import {PropertyId, ShareId} from "../property/Ids.sol";
import {ILoanBook} from "./ILoanBook.sol";
import {LoanId} from "./LoanId.sol";

/// @title Where loans are asked for and approved, and where they are looked up
/// @notice An application lies here until an underwriter approves exactly that; then the book has it, with a rate and the
/// last second in which it can be drawn. Nothing is reserved by either, and no money and no share moves here. A wallet may
/// ask as often as it likes. All that people with a role do about loans they do here: the guardian's switch is the desk's,
/// too.
/// @dev Units are the book's: see {ILoanBook}, whose terms the desk was built with, too. All views read the book.
interface ILoanDesk {
    /// @notice A loan, or the application it began as, as of now.
    /// @param borrower Who asked, in his wallet of today. @param ownerId His id when he asked: the caps go by it.
    /// @param originator Who approved. @param rateBps The rate in force now. @param jumbo Above the configured size.
    /// @param approvedUntil Last second of the approval.
    /// @param acceptedMove Until the draw: move number of the share for which the seller accepted the price, plus one; 0 if he
    /// did not.
    /// @param startedAt When it was drawn. @param dueAt The oldest unpaid due time. @param paid Instalments met in full.
    /// @param instalment What each but the last asks for. @param towards Paid of the oldest unpaid one.
    /// @param principal Outstanding. @param debt Owed, without fees, up. @param feesDue Late fees (coins).
    /// @param carryingUsd What it counts for in the balance sheet, down.
    /// @param valueUsd Last valid value of all its shares, as stored at the draw, a payment or a mark.
    /// @param nextRateBps Rate from `resetAt` on, if fixed; 0 if not. @param resetAt The next reset; 0 if none comes.
    /// @param noticeAt When notice was given; 0 if none stands. @param shareIds Its collateral, in the order it came.
    struct Loan {
        ILoanBook.Stage stage;
        ILoanBook.Application application;
        address borrower;
        bytes32 ownerId;
        address originator;
        uint16 rateBps;
        bool jumbo;
        uint40 approvedUntil;
        uint32 acceptedMove;
        uint40 startedAt;
        uint40 dueAt;
        uint16 paid;
        uint96 instalment;
        uint96 towards;
        uint96 principal;
        uint256 debt;
        uint256 feesDue;
        uint256 carryingUsd;
        uint96 valueUsd;
        uint16 nextRateBps;
        uint40 resetAt;
        uint40 noticeAt;
        ShareId[] shareIds;
    }

    /* EVENTS */

    /// @notice Emitted when `borrower` asked for a loan.
    event Requested(
        LoanId indexed loanId, address indexed borrower, ShareId indexed shareId, ILoanBook.Application application
    );
    /// @notice Emitted when he took it back.
    event Withdrawn(LoanId indexed loanId);
    /// @notice Emitted when `originator` approved it: what an instalment is, and until when (seconds) it can be drawn.
    event Approved(
        LoanId indexed loanId, address indexed originator, uint16 rateBps, uint96 instalment, uint40 until, bool jumbo
    );
    /// @notice Emitted when the seller agreed to sell the share, as it is now, for the price of this application; or, with
    /// a price of 0, when he no longer does.
    event PurchaseAccepted(LoanId indexed loanId, address indexed seller, uint256 priceUsd);
    /// @notice Emitted when the DAO let `market` draw its buyers' loans, or no longer.
    event MarketSet(address indexed market, bool allowed);

    /* ERRORS */

    /// @notice Thrown when an application's field is out of range.
    error ApplicationOutOfRange(bytes32 field, uint256 value, uint256 least, uint256 most);
    /// @notice Thrown when what an underwriter approves is not what that loan's borrower asked for.
    error NotThatApplication(LoanId loanId);
    /// @notice Thrown when an approved rate is below the rate model's quote or above the borrower's bound.
    error RateOutOfRange(uint256 rateBps, uint256 leastBps, uint256 mostBps);
    /// @notice Thrown when an approval ends in the past, or later than it may.
    error ExpiryOutOfRange(uint40 expiresAt, uint256 nowAt, uint256 latestAt);
    /// @notice Thrown when `caller` may not accept for `owner`.
    error NotSeller(LoanId loanId, address caller, address owner);
    error UnknownSwitch(bytes32 what);
    /// @notice Thrown when `caller` has no row in the table of markets.
    error NotMarket(address caller);
    /// @notice Thrown at construction when peers or terms are not the book's.
    error OtherMakeUp(bytes32 makeUp, bytes32 ofBook);

    /* APPLYING */

    /// @notice Asks for a loan. A wallet with a valid credential.
    function request(ILoanBook.Application calldata application) external returns (LoanId loanId);

    /// @notice Takes an application back, approved or not. Its borrower.
    function withdraw(LoanId loanId) external;

    /// @notice Approves exactly what was asked, at a rate from the model's quote up to the borrower's bound. Role
    /// UNDERWRITER; he is the loan's originator. `borrower` and `application` are said again so that he signs what he means.
    function approve(
        LoanId loanId,
        address borrower,
        ILoanBook.Application calldata application,
        uint16 rateBps,
        uint40 expiresAt
    ) external;

    /// @notice The owner of an approved loan's share agrees to sell it to this borrower for `priceUsd`, the application's
    /// price, or with 0 takes that back; void when the share moves. He must also let the book move it (ERC-721), and the
    /// house's manager must approve the transfer.
    function acceptPurchase(LoanId loanId, uint256 priceUsd) external;

    /* TABLE OF MARKETS */

    /// @notice Lets `market` draw its buyers' approved loans at {ILoanBook-drawForMarket}, or no longer. The DAO's.
    function setMarket(address market, bool allowed) external;

    /// @notice Whether it may.
    function isMarket(address market) external view returns (bool);

    /// @notice Reverts unless it may.
    function requireMarket(address caller) external view;

    /* SWITCH */

    /// @notice Stops `"foreclosure"` for a while: starts, bids and what ends an auction, and the clocks of notices and
    /// auctions. Role GUARDIAN.
    function stop(bytes32 what) external;

    /// @notice Lifts it early. The DAO's.
    function resume(bytes32 what) external;

    /// @notice Until when (seconds) it is stopped; 0 if it never was.
    function stoppedUntil(bytes32 what) external view returns (uint40);

    /// @notice How long a stop lasts (seconds).
    function guardianStopPeriod() external view returns (uint40);

    /// @notice Reverts while foreclosures are stopped.
    function requireForeclosures() external view;

    /// @notice For how long, in seconds up to now, the clocks of a loan on this share that `borrower` drew have stood still:
    /// stops of foreclosures, freezes of the house's value, of its index feed, and of the share for him and for its present
    /// owner, all together. Each stop counts by its own length: of two that overlap the clocks stand still for both, so an
    /// auction's price rises again while they do. Freezes of somebody who owned the share in between don't count; those of a
    /// new owner do, also the ones from before he had it.
    function stoppedTime(ShareId shareId, address borrower) external view returns (uint256);

    /* VIEWS */

    /// @notice A loan, or the application it began as; zeros if there is none.
    function loanOf(LoanId loanId) external view returns (Loan memory);

    /// @notice How the loan counts, as the ledger was told last; empty before the draw and when nothing is owed.
    function positionOf(LoanId loanId) external view returns (ILoanLedger.Position memory);

    /// @notice Open loans of an owner id, in the order in which a draw looks at them.
    function loansOfOwner(bytes32 ownerId) external view returns (LoanId[] memory);

    /// @notice Open loans on a house's shares, in the order in which a draw looks at them, each once.
    function loansOfHouse(PropertyId propertyId) external view returns (LoanId[] memory);

    /// @notice Face of the open loans that an underwriter approved, how many are late, and how many there are.
    function originatorPage(address originator) external view returns (uint256 face, uint256 late, uint256 open);

    /// @notice Number `number` of the underwriters who ever approved; they begin at 1.
    function originatorAt(uint256 number) external view returns (address);

    /// @notice Number of the latest loan; they begin at 1.
    function lastLoan() external view returns (LoanId);

    /// @notice The contracts that the book works with.
    function peers() external view returns (ILoanBook.BookPeers memory);

    /// @notice The book's terms.
    function terms() external view returns (ILoanBook.BookTerms memory);

    /// @notice The book.
    function BOOK() external view returns (ILoanBook);
}
