// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {IForeclosureAuction} from "../../interfaces/lending/IForeclosureAuction.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {ILoanDesk} from "../../interfaces/lending/ILoanDesk.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {ILoanChecks} from "../../interfaces/lens/ILoanChecks.sol";
import {ILoanLens} from "../../interfaces/lens/ILoanLens.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {Require} from "../access/Require.sol";
import {CoinsForUsd} from "../lending/libraries/CoinsForUsd.sol";
import {Instalments} from "../lending/libraries/Instalments.sol";
import {LoanCourse} from "./libraries/LoanCourse.sol";

/// @title The lens for loans: pages, schedules and auctions
/// @notice See {ILoanLens}.
/// @dev Each part is read by a call of its own within try/catch, which leaves it empty and takes `complete` back. What
/// payments do comes from the libraries with which the book writes them down.
/// @custom:kill Nothing to stop: it keeps no state and moves nothing.
contract LoanLens is ILoanLens {
    using CoinsForUsd for ITreasury;
    using LoanCourse for LoanCourse.Course;

    /// @inheritdoc ILoanLens
    uint256 public constant MAX_LOANS_PER_PAGE = 50;
    /// @inheritdoc ILoanLens
    uint256 public constant MAX_ROWS_PER_PAGE = 120;
    /// @dev The name of the switch.
    bytes32 private constant FORECLOSURE = "foreclosure";

    /// @inheritdoc ILoanLens
    ILoanChecks public immutable CHECKS;
    ILoanDesk public immutable DESK;
    IForeclosureAuction public immutable AUCTION;
    ILoanBook private immutable BOOK;
    ITreasury private immutable TREASURY;
    IShareCertificate private immutable CERTIFICATE;
    ICredentialRegistry private immutable CREDENTIALS;
    /// @dev Days past due after which a loan is late.
    uint256 private immutable GRACE_DAYS;
    /// @dev A payment leaves nothing, or at least this (wei).
    uint256 private immutable MIN_DEBT;
    /// @dev The auction's clock, in seconds: see `AuctionTerms`.
    uint256 private immutable CO_OWNERS_FIRST_PERIOD;
    uint256 private immutable DECLINE_PERIOD;
    uint256 private immutable WHOLE_PERIOD;

    /// @param desk It names the book and all that it works with.
    constructor(ILoanDesk desk, ILoanChecks checks) {
        Require.code(address(desk));
        Require.code(address(checks));
        ILoanBook.BookPeers memory peers = desk.peers();
        (DESK, CHECKS, BOOK, AUCTION) = (desk, checks, desk.BOOK(), peers.auction);
        (TREASURY, CERTIFICATE, CREDENTIALS) = (peers.treasury, peers.certificate, peers.credentials);
        ILoanBook.BookTerms memory terms = desk.terms();
        (GRACE_DAYS, MIN_DEBT) = (terms.graceDays, terms.minDebt);
        IForeclosureAuction.AuctionTerms memory clock = peers.auction.terms();
        CO_OWNERS_FIRST_PERIOD = clock.coOwnersFirstPeriod;
        DECLINE_PERIOD = clock.declinePeriod;
        WHOLE_PERIOD = uint256(clock.declinePeriod) + clock.coOwnersLastPeriod;
    }

    /* LOANS */

    /// @inheritdoc ILoanLens
    function loan(LoanId loanId) external view returns (LoanEntry memory) {
        return _entryOf(loanId);
    }

    /// @inheritdoc ILoanLens
    function loans(uint256 fromLoan, uint256 maxLoans) external view returns (LoansPage memory page) {
        uint256 last;
        try DESK.lastLoan() returns (LoanId lastId) {
            last = lastId.raw();
        } catch {
            return page;
        }
        page.complete = true;
        uint256 first = fromLoan == 0 ? 1 : fromLoan;
        uint256 left = first > last ? 0 : last - first + 1;
        uint256 room = _roomFor(maxLoans, MAX_LOANS_PER_PAGE);
        if (left > room) page.next = first + room;
        page.loans = new LoanEntry[](Math.min(left, room));
        for (uint256 i = 0; i < page.loans.length; ++i) {
            _place(page, i, LoanId.wrap(first + i));
        }
    }

    /// @inheritdoc ILoanLens
    function loansOfWallet(address wallet) external view returns (LoansPage memory page) {
        try CREDENTIALS.ownerIdOf(wallet) returns (bytes32 ownerId) {
            return _ofOwner(ownerId);
        } catch {}
    }

    /// @inheritdoc ILoanLens
    function loansOfOwner(bytes32 ownerId) external view returns (LoansPage memory page) {
        return _ofOwner(ownerId);
    }

    /// @dev They are few: the book has a bound.
    function _ofOwner(bytes32 ownerId) private view returns (LoansPage memory page) {
        try DESK.loansOfOwner(ownerId) returns (LoanId[] memory loanIds) {
            _fill(page, loanIds, 0, loanIds.length);
        } catch {}
    }

    /// @inheritdoc ILoanLens
    function loansOfHouse(PropertyId propertyId, uint256 from, uint256 maxLoans)
        external
        view
        returns (LoansPage memory page)
    {
        try DESK.loansOfHouse(propertyId) returns (LoanId[] memory loanIds) {
            _fill(page, loanIds, from, _roomFor(maxLoans, MAX_LOANS_PER_PAGE));
        } catch {}
    }

    function _fill(LoansPage memory page, LoanId[] memory loanIds, uint256 from, uint256 room) private view {
        page.complete = true;
        uint256 left = Math.saturatingSub(loanIds.length, from);
        if (left > room) page.next = from + room;
        page.loans = new LoanEntry[](Math.min(left, room));
        for (uint256 i = 0; i < page.loans.length; ++i) {
            _place(page, i, loanIds[from + i]);
        }
    }

    function _place(LoansPage memory page, uint256 i, LoanId loanId) private view {
        page.loans[i] = _entryOf(loanId);
        if (!page.loans[i].complete) page.complete = false;
    }

    function _roomFor(uint256 wanted, uint256 most) private pure returns (uint256) {
        return wanted == 0 || wanted > most ? most : wanted;
    }

    /// @inheritdoc ILoanLens
    function certificateWithLoan(ShareId shareId) external view returns (SharePage memory page) {
        page.complete = page.loan.complete = true;
        try CERTIFICATE.certificateOf(shareId) returns (IShareCertificate.Certificate memory certificate) {
            page.certificate = certificate;
        } catch {
            page.complete = false;
        }
        if (page.certificate.lienHolder != address(BOOK)) return page;
        try BOOK.loanOfShare(shareId) returns (LoanId loanId) {
            page.loan = _entryOf(loanId);
        } catch {
            page.loan.complete = false;
        }
        if (!page.loan.complete) page.complete = false;
    }

    function _entryOf(LoanId loanId) private view returns (LoanEntry memory entry) {
        entry.loanId = loanId;
        entry.complete = true;
        try DESK.loanOf(loanId) returns (ILoanDesk.Loan memory read) {
            entry.loan = read;
        } catch {
            entry.complete = false;
        }
        if (!_isOpen(entry.loan)) return entry;
        uint256 dueDay = Instalments.dueDayOf(entry.loan.dueAt);
        entry.daysPastDue = Math.saturatingSub(block.timestamp / 1 days, dueDay);
        entry.late = dueDay <= Instalments.lastLateDay(block.timestamp, GRACE_DAYS);
        try BOOK.noticeRanOf(loanId) returns (uint256 noticeRan) {
            entry.noticeRan = noticeRan;
        } catch {
            entry.complete = false;
        }
    }

    function _isOpen(ILoanDesk.Loan memory read) private pure returns (bool) {
        return read.stage == ILoanBook.Stage.Active || read.stage == ILoanBook.Stage.Foreclosing;
    }

    /* ORIGINATORS */

    /// @inheritdoc ILoanLens
    function originator(address account) external view returns (OriginatorPage memory page) {
        page.complete = true;
        try DESK.originatorPage(account) returns (uint256 face, uint256 late, uint256 open) {
            (page.face, page.late, page.open) = (face, late, open);
        } catch {
            page.complete = false;
        }
        try DESK.terms() returns (ILoanBook.BookTerms memory terms) {
            (page.cap, page.mostLate) = (terms.originatorCap, terms.maxLateOfOriginator);
        } catch {
            page.complete = false;
        }
    }

    /* SCHEDULES */

    /// @inheritdoc ILoanLens
    function schedule(LoanId loanId, uint256 fromRow, uint256 maxRows)
        external
        view
        returns (SchedulePage memory page)
    {
        try this.requireSchedule(loanId, fromRow, maxRows) returns (SchedulePage memory read) {
            return read;
        } catch {}
    }

    /// @inheritdoc ILoanLens
    function requireSchedule(LoanId loanId, uint256 fromRow, uint256 maxRows)
        external
        view
        returns (SchedulePage memory page)
    {
        ILoanDesk.Loan memory read = DESK.loanOf(loanId);
        LoanCourse.Course memory course = _courseOf(loanId, read);
        if (course.isOver()) return page;
        page.complete = true;
        page.feesDue = read.feesDue;
        page.rateKnownUntil = course.rateKnownUntil();

        ScheduleRow[] memory found = new ScheduleRow[](_roomFor(maxRows, MAX_ROWS_PER_PAGE));
        uint256 count = 0;
        for (uint256 index = 0; !course.isOver(); ++index) {
            if (count == found.length) {
                page.next = index;
                break;
            }
            ScheduleRow memory row = course.payNext();
            if (index >= fromRow) found[count++] = row;
        }
        page.rows = new ScheduleRow[](count);
        for (uint256 i = 0; i < count; ++i) {
            page.rows[i] = found[i];
        }
    }

    /// @dev How the loan goes on from now; over, if there is nothing to pay.
    function _courseOf(LoanId loanId, ILoanDesk.Loan memory read)
        private
        view
        returns (LoanCourse.Course memory course)
    {
        if (_isOpen(read)) {
            course = LoanCourse.running(read, DESK.positionOf(loanId));
        } else if (read.stage == ILoanBook.Stage.Approved) {
            course = LoanCourse.drawnNow(read);
        }
        course.minDebt = MIN_DEBT;
    }

    /* AUCTIONS */

    /// @inheritdoc ILoanLens
    function auction(LoanId loanId) external view returns (AuctionPage memory page) {
        try AUCTION.auctionOf(loanId) returns (IForeclosureAuction.Auction memory read) {
            page.auction = read;
            page.complete = true;
        } catch {}
        try DESK.stoppedUntil(FORECLOSURE) returns (uint40 until) {
            page.stoppedUntil = until;
        } catch {
            page.complete = false;
        }
        bool isOpen = page.complete && !page.auction.ended && block.timestamp >= page.stoppedUntil;
        _readTurn(page, isOpen && page.auction.startUsd != 0);
    }

    /// @inheritdoc ILoanLens
    function offer(ShareId shareId) external view returns (AuctionPage memory page) {
        try AUCTION.offerOf(shareId) returns (IForeclosureAuction.Auction memory read) {
            page.auction = read;
            page.complete = true;
        } catch {}
        _readTurn(page, page.auction.startUsd != 0);
    }

    /// @dev What follows from the posted price and the clock.
    function _readTurn(AuctionPage memory page, bool isOpen) private view {
        if (page.auction.shareId.raw() == 0) return;
        uint256 elapsed = page.auction.elapsed;
        if (isOpen) page.bidders = page.auction.coOwnersOnly ? Bidders.CoOwners : Bidders.Anybody;
        if (elapsed < CO_OWNERS_FIRST_PERIOD) page.changesIn = CO_OWNERS_FIRST_PERIOD - elapsed;
        else if (elapsed < DECLINE_PERIOD) page.changesIn = DECLINE_PERIOD - elapsed;
        else if (elapsed < WHOLE_PERIOD) page.changesIn = WHOLE_PERIOD - elapsed;
        try this.coinsFor(page.auction.priceUsd) returns (uint256 coins) {
            page.coins = coins;
        } catch {
            page.complete = false;
        }
    }

    /// @inheritdoc ILoanLens
    function coinsFor(uint256 usd) external view returns (uint256 coins) {
        return TREASURY.coinsForUp(usd);
    }
}
