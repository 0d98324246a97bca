// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {IForeclosureAuction} from "../lending/IForeclosureAuction.sol";
import {ILoanDesk} from "../lending/ILoanDesk.sol";
import {LoanId} from "../lending/LoanId.sol";
import {PropertyId, ShareId} from "../property/Ids.sol";
import {IShareCertificate} from "../property/IShareCertificate.sol";
import {ILoanChecks} from "./ILoanChecks.sol";

/// @title The lens for loans: pages, schedules and auctions
/// @notice Beside `ISuiteLens`, with the same promises: nothing is kept, nothing reverts, bounds are clipped, and a part
/// that could not be read is left empty with `complete` false. Only the `require...` functions revert: that is what they
/// are for.
/// @dev Coins and dollars have 18 decimals, `cash` is in units of the reserve token, `Bps` are basis points, times are
/// seconds. Everything is of this second; a loan nobody asked for has the stage `None`.
interface ILoanLens is IRequirements {
    /// @notice Who may bid.
    enum Bidders {
        Nobody, // there is no auction, foreclosures are stopped, or its time is over and the treasury takes the share
        CoOwners, // owners of another share of the house
        Anybody // with a credential
    }

    /// @notice A loan, or the application it began as.
    /// @param loan All that the desk says of it.
    /// @param daysPastDue From the first midnight UTC at or after the oldest unpaid due time.
    /// @param late Whether that is beyond grace: the borrower, the house and the originator count as late.
    /// @param noticeRan Seconds that the notice has run; 0 if none stands.
    /// @param complete False if a part could not be read.
    struct LoanEntry {
        LoanId loanId;
        ILoanDesk.Loan loan;
        uint256 daysPastDue;
        bool late;
        uint256 noticeRan;
        bool complete;
    }

    /// @notice A page of loans.
    /// @param next Where the next page begins: a loan's number, or the place in the house's list; 0 at the end.
    /// @param complete False if a part could not be read.
    struct LoansPage {
        LoanEntry[] loans;
        uint256 next;
        bool complete;
    }

    /// @notice A certificate with the loan that its share secures.
    /// @param certificate Everything the paper shows; a zero owner if there is no such share.
    /// @param loan The open loan of this book; number 0 if there is none.
    /// @param complete False if a part could not be read.
    struct SharePage {
        IShareCertificate.Certificate certificate;
        LoanEntry loan;
        bool complete;
    }

    /// @notice An underwriter's loans.
    /// @param face What was lent, of all open loans that he approved. @param cap Most of that.
    /// @param late How many are late beyond grace. @param mostLate With more, his next one is not drawn.
    /// @param open How many are open.
    /// @param complete False if a part could not be read.
    struct OriginatorPage {
        uint256 face;
        uint256 cap;
        uint256 late;
        uint256 mostLate;
        uint256 open;
        bool complete;
    }

    /// @notice What is asked at a due time, if all that is asked before was paid: what is due already, now; the rest, each
    /// at its due time.
    /// @param number Of the instalment, from 1.
    /// @param amount To be paid (wei); what was paid towards it before is taken off, late fees are not in it.
    /// @param interest Of it. @param principal Of it. @param balance Principal after it; 0 with the last.
    struct ScheduleRow {
        uint256 number;
        uint40 dueAt;
        uint256 amount;
        uint256 interest;
        uint256 principal;
        uint256 balance;
    }

    /// @notice The instalments to come. Of an approved loan, as if it were drawn now.
    /// @param next Row to continue from (they are counted from 0, the oldest unpaid instalment); 0 at the end.
    /// @param feesDue Late fees of now, which a payment meets first (coins).
    /// @param rateKnownUntil An adjustable loan's first reset for which no rate is fixed: later rows go on with the rate
    /// before it. 0 if no such reset comes.
    /// @param complete False if it could not be computed, or nothing is owed.
    struct SchedulePage {
        ScheduleRow[] rows;
        uint256 next;
        uint256 feesDue;
        uint256 rateKnownUntil;
        bool complete;
    }

    /// @notice An auction of a share, and who may bid.
    /// @param auction As the auction shows it: `priceUsd` is posted now.
    /// @param coins What a bid takes now (wei).
    /// @param bidders Who may bid.
    /// @param changesIn Seconds of its clock until other people may bid, the price stops falling, or nobody may any more;
    /// 0 if nothing of this comes.
    /// @param stoppedUntil Until when foreclosures are stopped, or last were; 0 if never. Its clock stands still then, and
    /// while the house's value, its index, or the share is frozen.
    /// @param complete False if a part could not be read.
    struct AuctionPage {
        IForeclosureAuction.Auction auction;
        uint256 coins;
        Bidders bidders;
        uint256 changesIn;
        uint40 stoppedUntil;
        bool complete;
    }

    /* PAGES */

    /// @notice One loan.
    function loan(LoanId loanId) external view returns (LoanEntry memory entry);

    /// @notice One page of loans by number.
    /// @param fromLoan First number; 0 means 1.
    /// @param maxLoans How many at most; clipped to `MAX_LOANS_PER_PAGE()`, 0 means that many.
    function loans(uint256 fromLoan, uint256 maxLoans) external view returns (LoansPage memory page);

    /// @notice The open loans of the owner id that the wallet holds or held. A wallet that took another's place holds that
    /// one's id.
    function loansOfWallet(address wallet) external view returns (LoansPage memory page);

    /// @notice The open loans of an owner id.
    function loansOfOwner(bytes32 ownerId) external view returns (LoansPage memory page);

    /// @notice The open loans on a house's shares.
    /// @param from Place in their list, from 0.
    /// @param maxLoans How many at most; clipped to `MAX_LOANS_PER_PAGE()`, 0 means that many.
    function loansOfHouse(PropertyId propertyId, uint256 from, uint256 maxLoans)
        external
        view
        returns (LoansPage memory page);

    /// @notice A certificate with its loan.
    function certificateWithLoan(ShareId shareId) external view returns (SharePage memory page);

    /// @notice An underwriter's loans together.
    function originator(address account) external view returns (OriginatorPage memory page);

    /// @notice The instalments to come, computed as the book will.
    /// @param fromRow First row, from 0.
    /// @param maxRows How many at most; clipped to `MAX_ROWS_PER_PAGE()`, 0 means that many.
    function schedule(LoanId loanId, uint256 fromRow, uint256 maxRows) external view returns (SchedulePage memory page);

    /// @notice The auction of a loan's share.
    function auction(LoanId loanId) external view returns (AuctionPage memory page);

    /// @notice The offer of a home that the treasury owns.
    function offer(ShareId shareId) external view returns (AuctionPage memory page);

    /* REVERTING */

    /// @notice Coins (wei) that count for so many dollars in a bid now, up; reverts if no coins do.
    function coinsFor(uint256 usd) external view returns (uint256 coins);

    /// @notice As `schedule`, reverting where it could not be computed.
    function requireSchedule(LoanId loanId, uint256 fromRow, uint256 maxRows)
        external
        view
        returns (SchedulePage memory page);

    /// @notice What a draw or a payment would do, or why it is refused.
    function CHECKS() external view returns (ILoanChecks);

    /// @notice How many loans a page has at most.
    function MAX_LOANS_PER_PAGE() external view returns (uint256);

    /// @notice How many rows a page of a schedule has at most: ten years.
    function MAX_ROWS_PER_PAGE() external view returns (uint256);
}
