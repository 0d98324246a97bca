// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {IHomeDollar} from "../coin/IHomeDollar.sol";
import {ILoanLedger} from "../coin/ILoanLedger.sol";
import {ITreasury} from "../coin/ITreasury.sol";
import {IPropertyValuation} from "../oracle/IPropertyValuation.sol";
import {ShareId} from "../property/Ids.sol";
import {IShareCertificate} from "../property/IShareCertificate.sol";
import {ILoanBook} from "./ILoanBook.sol";
import {LoanId} from "./LoanId.sol";

/// @title Auctions of foreclosed shares, and of homes that the treasury owns
/// @notice The price falls in a straight line from 110 % of the share's value to the floor of 70 %, both as of the start,
/// over 7 days; the first bid at the posted price wins, in one transaction. For the first 2 days only co-owners of the
/// house may bid, and at the floor they alone have 2 more days; then the treasury takes the share, and anyone may say so.
/// Bidders hold a credential and pay in coin, which counts at coverage below 1. Nobody can bid nothing: a share that was
/// worth nothing at the start gets no bids, and goes to the treasury when its time is over.
/// @dev Dollars and coins have 18 decimals, times are seconds. Start, floor and posted price are rounded up, and so are the
/// coins for a price and the costs. An auction's clock stands still while foreclosures are stopped, the house's value, its
/// index feed, or the share (for the borrower or its present owner) is frozen: the elapsed time is what has passed since
/// the start less what those stops have lasted since then, each counted by itself. Only a stop of foreclosures and a frozen
/// share refuse bids, with the book's and the certificate's errors; a frozen value does not: the prices are of the start.
///
/// | clock | price | who may have the share |
/// | --- | --- | --- |
/// | [0, 2 days) | falls | co-owners |
/// | [2 days, 7 days) | falls | anybody |
/// | [7 days, 9 days) | floor | co-owners |
/// | from 9 days | floor | the treasury, by `close`; of a home it owns: anybody |
interface IForeclosureAuction is IRequirements {
    /// @notice The contracts it works with, fixed at construction.
    /// @param book Whose foreclosures are sold here. @param loans The ledger, in which this contract is a closed book.
    /// @param certificate In which it may place liens. @param treasury Who takes what nobody wants, and takes the coins.
    struct AuctionPeers {
        ILoanBook book;
        ILoanLedger loans;
        IShareCertificate certificate;
        ITreasury treasury;
        IPropertyValuation valuation;
        IHomeDollar coin;
    }

    /// @notice The rules' numbers, fixed at construction. Whole values are 10,000 basis points.
    /// @param startBps Posted at the start, of the value; at most 20,000.
    /// @param floorBps Where it ends; more than 0, below the start.
    /// @param declinePeriod From start to floor; an hour to 90 days.
    /// @param coOwnersFirstPeriod When only co-owners may bid, from the start; at most the decline.
    /// @param coOwnersLastPeriod The same at the floor; at most 90 days.
    /// @param costsBps Of the price, for the reserve's costs; at most 500.
    struct AuctionTerms {
        uint16 startBps;
        uint16 floorBps;
        uint40 declinePeriod;
        uint40 coOwnersFirstPeriod;
        uint40 coOwnersLastPeriod;
        uint16 costsBps;
    }

    /// @notice An auction as of now.
    /// @param shareId Zero if there is none. @param startedAt When. @param elapsed Seconds that its clock has run.
    /// @param startUsd First price. @param floorUsd Last one. @param priceUsd Posted now.
    /// @param coOwnersOnly Whether only co-owners may bid. @param ended Whether nobody may bid any more.
    struct Auction {
        ShareId shareId;
        uint40 startedAt;
        uint256 elapsed;
        uint256 startUsd;
        uint256 floorUsd;
        uint256 priceUsd;
        bool coOwnersOnly;
        bool ended;
    }

    /* EVENTS */

    /// @notice Emitted when an auction began.
    event AuctionOpened(LoanId indexed loanId, ShareId indexed shareId, uint256 startUsd, uint256 floorUsd);
    /// @notice Emitted when a bid won: `buyer` paid `coins`, which counted for `priceUsd`.
    event Sold(LoanId indexed loanId, ShareId indexed shareId, address indexed buyer, uint256 priceUsd, uint256 coins);
    /// @notice Emitted when the treasury took a share that nobody wanted, at `valueUsd`.
    event Taken(LoanId indexed loanId, ShareId indexed shareId, uint256 valueUsd);
    /// @notice Emitted when the DAO offered a home that the treasury owns, or, with zeros, ended an offer.
    event OwnedHomeOffered(ShareId indexed shareId, uint256 startUsd, uint256 floorUsd);
    /// @notice Emitted when such a home was sold.
    event OwnedHomeSold(ShareId indexed shareId, address indexed buyer, uint256 priceUsd, uint256 coins);

    /* ERRORS */

    /// @notice Thrown when `caller` is not the book.
    error NotBook(address caller);
    /// @notice Thrown when no auction of this loan runs: none was opened, its share is sold, or the loan is cured.
    error NoAuction(LoanId loanId);
    /// @notice Thrown when the share is not on offer, or has moved since it was offered.
    error NotOffered(ShareId shareId);
    /// @notice Thrown when `bidder` names no other share of the house that he owns, while only co-owners may bid.
    error CoOwnersOnly(ShareId shareId, address bidder, uint256 elapsed);
    /// @notice Thrown when the posted price needs more coins than the bidder gave as his limit.
    error PriceAboveLimit(uint256 coins, uint256 maxCoins);
    /// @notice Thrown at a bid when an auction is over, so that only the treasury can have the share.
    error AuctionEnded(LoanId loanId, uint256 elapsed, uint256 period);
    /// @notice Thrown when the treasury is to take a share before its auction is over.
    error AuctionRunning(LoanId loanId, uint256 elapsed, uint256 period);
    /// @notice Thrown at a bid for a share that was worth nothing as its auction began.
    error WorthNothing(LoanId loanId, ShareId shareId);
    /// @notice Thrown when a bid needs more coins than the court left unfrozen.
    error FrozenCoins(address payer, uint256 coins, uint256 unfrozen);
    /// @notice Thrown when a home is to be marked at a value that is not valid.
    error ValueNotValid(ShareId shareId, uint8 status);
    /// @notice Thrown when a share is offered that `owner` owns, who is not the treasury.
    error NotOwned(ShareId shareId, address owner);
    /// @notice Thrown when the DAO offers a home for nothing, below what it is held at, or from below its floor.
    error OfferOutOfRange(ShareId shareId, uint256 startUsd, uint256 floorUsd);

    /* FORECLOSED SHARES */

    /// @notice Opens the auction of a loan's share; one that was open for the loan is forgotten. The book, which knows that
    /// the value is valid.
    /// @param stoppedTime What `ILoanBook.stoppedTimeOf` says of the loan now.
    function open(LoanId loanId, ShareId shareId, uint256 valueUsd, uint256 stoppedTime) external;

    /// @notice Buys the share at the posted price for at most `maxCoins`, of which the treasury takes what the price needs:
    /// the caller has allowed it to. Anyone with a credential; frozen coins don't count.
    /// @param asCoOwner Another share of the house, the caller's; zero to bid as anybody.
    /// @return coins What he paid (wei).
    function bid(LoanId loanId, uint256 maxCoins, ShareId asCoOwner) external returns (uint256 coins);

    /// @notice Nobody bid: the treasury takes the share, at its part of the loan's carrying value or the floor if that is
    /// less. Anyone, when the time is over.
    function close(LoanId loanId) external;

    /* HOMES THAT THE TREASURY OWNS */

    /// @notice Offers a home that the treasury owns, by the same rules, from `startUsd` down to `floorUsd`, which is not
    /// below what it is held at; no end, and no stops. The DAO's. A new offer takes the place of the old one, two zeros
    /// end it, and any move of the share makes it void.
    function offerOwned(ShareId shareId, uint256 startUsd, uint256 floorUsd) external;

    /// @notice Buys such a home, as `bid`.
    function bidForOwned(ShareId shareId, uint256 maxCoins, ShareId asCoOwner) external returns (uint256 coins);

    /// @notice Lowers what an owned home is held at to the floor's part of its valid value now, up, or to nothing if a court
    /// took it away; changes nothing if that is not less. Anyone. An offer stays as it is.
    /// @return valueUsd What it is held at; 0 for a share that is not owned.
    function markOwned(ShareId shareId) external returns (uint256 valueUsd);

    /* VIEWS */

    /// @notice The auction of a loan's share; zeros if there is none.
    function auctionOf(LoanId loanId) external view returns (Auction memory);

    /// @notice The offer of a home; zeros if there is none. It never ends.
    function offerOf(ShareId shareId) external view returns (Auction memory);

    /// @notice The contracts it works with.
    function peers() external view returns (AuctionPeers memory);

    /// @notice The rules' numbers.
    function terms() external view returns (AuctionTerms memory);
}
