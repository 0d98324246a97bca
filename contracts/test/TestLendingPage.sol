// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IForeclosureAuction} from "../../interfaces/lending/IForeclosureAuction.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {ILoanDesk} from "../../interfaces/lending/ILoanDesk.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";

/// @title All that can be seen of loans and their auctions, in few calls
/// @notice For tests that look after every step.
contract TestLendingPage {
    struct LoanPage {
        ILoanDesk.Loan loan;
        uint256 daysPastDue;
        uint256 stoppedTime;
        uint256 noticeRan;
        IForeclosureAuction.Auction auction;
    }

    struct OriginatorPage {
        uint256 face;
        uint256 late;
        uint256 open;
    }

    ILoanBook public immutable BOOK;
    ILoanDesk public immutable DESK;
    IForeclosureAuction public immutable AUCTION;

    constructor(ILoanBook book, ILoanDesk desk, IForeclosureAuction auction) {
        (BOOK, DESK, AUCTION) = (book, desk, auction);
    }

    function loans(LoanId[] calldata ids) external view returns (LoanPage[] memory pages) {
        pages = new LoanPage[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            pages[i] = LoanPage({
                loan: DESK.loanOf(ids[i]),
                daysPastDue: BOOK.daysPastDueOf(ids[i]),
                stoppedTime: BOOK.stoppedTimeOf(ids[i]),
                noticeRan: BOOK.noticeRanOf(ids[i]),
                auction: AUCTION.auctionOf(ids[i])
            });
        }
    }

    function originators(address[] calldata wallets) external view returns (OriginatorPage[] memory pages) {
        pages = new OriginatorPage[](wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            (pages[i].face, pages[i].late, pages[i].open) = DESK.originatorPage(wallets[i]);
        }
    }
}
