// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {IForeclosureAuction} from "../../interfaces/lending/IForeclosureAuction.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {IERC7943Fungible} from "../../interfaces/standards/IERC7943.sol";
import {Require} from "../access/Require.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {CoinsForUsd} from "./libraries/CoinsForUsd.sol";

/// @title ForeclosureAuction
/// @notice See {IForeclosureAuction}.
/// @dev Price and turns are functions of time; an auction is one slot, written when it begins and emptied by the bid that
/// wins. The book moves shares, money and debts of foreclosures, and knows of no price; here is nothing but prices. No two
/// auctions share anything, and nothing here holds coins or shares.
///
/// No re-entrancy lock: an entry is gone before any other contract is told, all of them are peers, and no move calls its
/// receiver. What a bid can't do (a frozen share, no credential, too few coins) undoes all of it.
/// @custom:kill The guardian's stop of foreclosures, at the loan desk. An auction's rows in the ledger and the certificate
/// are the DAO's: without them homes that are owned are not sold here any more.
contract ForeclosureAuction is RoleGated, IForeclosureAuction {
    using CoinsForUsd for ITreasury;
    using SafeCast for uint256;

    /// @dev One slot. Of use while the loan is being foreclosed.
    struct Foreclosure {
        uint96 valueUsd; // of the share, at the start
        uint40 startedAt;
        uint40 stoppedBefore; // seconds; what stops had lasted at the start
        uint40 shareId;
    }

    /// @dev One slot. Void once the share has moved.
    struct Offer {
        uint96 startUsd;
        uint96 floorUsd;
        uint40 offeredAt;
        uint24 moveNumber;
    }

    uint256 public constant MAX_COSTS_BPS = 500;
    uint256 public constant MAX_START_BPS = 20_000;
    uint256 public constant MIN_DECLINE_PERIOD = 1 hours;
    uint256 public constant MAX_PERIOD = 90 days;
    uint256 private constant WHOLE_BPS = 10_000;

    // The peers, one by one: see `AuctionPeers`.
    ILoanBook public immutable BOOK;
    ILoanLedger public immutable LOANS;
    IShareCertificate public immutable CERTIFICATE;
    ITreasury public immutable TREASURY;
    IPropertyValuation public immutable VALUATION;
    IHomeDollar public immutable COIN;

    // The terms, one by one: see `AuctionTerms`.
    uint16 private immutable START_BPS;
    uint16 private immutable FLOOR_BPS;
    uint40 private immutable DECLINE_PERIOD;
    uint40 private immutable CO_OWNERS_FIRST_PERIOD;
    uint40 private immutable CO_OWNERS_LAST_PERIOD;
    uint16 private immutable COSTS_BPS;

    mapping(LoanId loanId => Foreclosure) private _foreclosures;
    mapping(ShareId shareId => Offer) private _offers;

    /// @param hub The permission hub for people.
    /// @param peers_ They all answer already; the book knows this address from birth.
    constructor(address hub, AuctionPeers memory peers_, AuctionTerms memory terms_) AccessManaged(hub) {
        BOOK = ILoanBook(Require.withCode(address(peers_.book)));
        LOANS = ILoanLedger(Require.withCode(address(peers_.loans)));
        CERTIFICATE = IShareCertificate(Require.withCode(address(peers_.certificate)));
        TREASURY = ITreasury(Require.withCode(address(peers_.treasury)));
        VALUATION = IPropertyValuation(Require.withCode(address(peers_.valuation)));
        COIN = IHomeDollar(Require.withCode(address(peers_.coin)));

        Require.inRange("startBps", terms_.startBps, 2, MAX_START_BPS);
        Require.inRange("floorBps", terms_.floorBps, 1, terms_.startBps - 1);
        Require.inRange("declinePeriod", terms_.declinePeriod, MIN_DECLINE_PERIOD, MAX_PERIOD);
        Require.inRange("coOwnersFirstPeriod", terms_.coOwnersFirstPeriod, 0, terms_.declinePeriod);
        Require.inRange("coOwnersLastPeriod", terms_.coOwnersLastPeriod, 0, MAX_PERIOD);
        Require.inRange("costsBps", terms_.costsBps, 0, MAX_COSTS_BPS);
        START_BPS = terms_.startBps;
        FLOOR_BPS = terms_.floorBps;
        DECLINE_PERIOD = terms_.declinePeriod;
        CO_OWNERS_FIRST_PERIOD = terms_.coOwnersFirstPeriod;
        CO_OWNERS_LAST_PERIOD = terms_.coOwnersLastPeriod;
        COSTS_BPS = terms_.costsBps;
    }

    /* FORECLOSED SHARES */

    /// @inheritdoc IForeclosureAuction
    function open(LoanId loanId, ShareId shareId, uint256 valueUsd, uint256 stoppedTime) external {
        require(msg.sender == address(BOOK), NotBook(msg.sender));
        _foreclosures[loanId] = Foreclosure({
            valueUsd: valueUsd.toUint96(),
            startedAt: uint40(block.timestamp),
            stoppedBefore: stoppedTime.toUint40(),
            shareId: shareId.raw().toUint40()
        });
        emit AuctionOpened(loanId, shareId, _partUp(valueUsd, START_BPS), _partUp(valueUsd, FLOOR_BPS));
    }

    /// @inheritdoc IForeclosureAuction
    function bid(LoanId loanId, uint256 maxCoins, ShareId asCoOwner) external returns (uint256 coins) {
        Foreclosure memory entry = _foreclosures[loanId];
        _requireRunning(loanId, entry);
        uint256 elapsed = _elapsed(loanId, entry);
        require(elapsed < _wholePeriod(), AuctionEnded(loanId, elapsed, _wholePeriod()));
        ShareId shareId = ShareId.wrap(entry.shareId);
        _requireTurn(shareId, asCoOwner, elapsed);
        require(entry.valueUsd != 0, WorthNothing(loanId, shareId));

        uint256 priceUsd = _priceUp(_partUp(entry.valueUsd, START_BPS), _partUp(entry.valueUsd, FLOOR_BPS), elapsed);
        coins = _coinsFor(priceUsd, maxCoins);
        delete _foreclosures[loanId];
        emit Sold(loanId, shareId, msg.sender, priceUsd, coins);
        BOOK.settle(loanId, msg.sender, coins, priceUsd, _partUp(priceUsd, COSTS_BPS));
    }

    /// @inheritdoc IForeclosureAuction
    function close(LoanId loanId) external {
        Foreclosure memory entry = _foreclosures[loanId];
        _requireRunning(loanId, entry);
        uint256 elapsed = _elapsed(loanId, entry);
        require(elapsed >= _wholePeriod(), AuctionRunning(loanId, elapsed, _wholePeriod()));
        delete _foreclosures[loanId];
        (ShareId shareId, uint256 valueUsd) = BOOK.takeHome(loanId, _partUp(entry.valueUsd, FLOOR_BPS));
        emit Taken(loanId, shareId, valueUsd);
    }

    /* HOMES THAT THE TREASURY OWNS */

    /// @inheritdoc IForeclosureAuction
    function offerOwned(ShareId shareId, uint256 startUsd, uint256 floorUsd) external restricted {
        if (startUsd == 0 && floorUsd == 0) {
            delete _offers[shareId];
        } else {
            address owner = _ownerOf(shareId);
            require(owner == address(TREASURY), NotOwned(shareId, owner));
            uint256 leastUsd = Math.max(LOANS.ownedHomeUsd(shareId), 1); // nobody bids nothing
            require(floorUsd >= leastUsd && startUsd >= floorUsd, OfferOutOfRange(shareId, startUsd, floorUsd));
            _offers[shareId] = Offer({
                startUsd: startUsd.toUint96(),
                floorUsd: floorUsd.toUint96(),
                offeredAt: uint40(block.timestamp),
                moveNumber: uint24(CERTIFICATE.moveNumberOf(shareId))
            });
        }
        emit OwnedHomeOffered(shareId, startUsd, floorUsd);
    }

    /// @inheritdoc IForeclosureAuction
    function bidForOwned(ShareId shareId, uint256 maxCoins, ShareId asCoOwner) external returns (uint256 coins) {
        Offer memory offer = _offers[shareId];
        require(_isLive(shareId, offer), NotOffered(shareId));
        uint256 elapsed = block.timestamp - offer.offeredAt;
        _requireTurn(shareId, asCoOwner, elapsed);

        uint256 priceUsd = _priceUp(offer.startUsd, offer.floorUsd, elapsed);
        coins = _coinsFor(priceUsd, maxCoins);
        delete _offers[shareId];
        emit OwnedHomeSold(shareId, msg.sender, priceUsd, coins);
        LOANS.sellHomeForCoins(shareId, msg.sender, coins);
        // The treasury signs nothing: the share moves under a lien of a moment.
        CERTIFICATE.placeLien(shareId);
        CERTIFICATE.moveByLien(shareId, msg.sender);
    }

    /// @inheritdoc IForeclosureAuction
    function markOwned(ShareId shareId) external returns (uint256 valueUsd) {
        uint256 heldUsd = LOANS.ownedHomeUsd(shareId);
        valueUsd = _ownerOf(shareId) == address(TREASURY) ? _partUp(_validValueOf(shareId), FLOOR_BPS) : 0;
        if (valueUsd >= heldUsd) return heldUsd;
        LOANS.markOwned(shareId, valueUsd);
    }

    /* INTERNAL: CLOCK AND TURNS */

    /// @dev Requires that the loan is being foreclosed. One that was cured left its entry behind.
    function _requireRunning(LoanId loanId, Foreclosure memory entry) private view {
        require(_isRunning(loanId, entry), NoAuction(loanId));
    }

    function _isRunning(LoanId loanId, Foreclosure memory entry) private view returns (bool) {
        return entry.startedAt != 0 && BOOK.stageOf(loanId) == ILoanBook.Stage.Foreclosing;
    }

    function _isLive(ShareId shareId, Offer memory offer) private view returns (bool) {
        return offer.offeredAt != 0 && CERTIFICATE.moveNumberOf(shareId) == offer.moveNumber;
    }

    /// @dev Stops may overlap, and a new owner may bring fewer of them than the last: neither may stand in anybody's way.
    function _elapsed(LoanId loanId, Foreclosure memory entry) private view returns (uint256) {
        uint256 stopped = Math.saturatingSub(BOOK.stoppedTimeOf(loanId), entry.stoppedBefore);
        return Math.saturatingSub(block.timestamp - entry.startedAt, stopped);
    }

    /// @dev After so much of its clock an auction is over.
    function _wholePeriod() private view returns (uint256) {
        return uint256(DECLINE_PERIOD) + CO_OWNERS_LAST_PERIOD;
    }

    function _isCoOwnersTurn(uint256 elapsed) private view returns (bool) {
        return elapsed < CO_OWNERS_FIRST_PERIOD || (elapsed >= DECLINE_PERIOD && elapsed < _wholePeriod());
    }

    function _requireTurn(ShareId shareId, ShareId asCoOwner, uint256 elapsed) private view {
        if (!_isCoOwnersTurn(elapsed)) return;
        require(
            asCoOwner.property() == shareId.property() && !(asCoOwner == shareId) && _ownerOf(asCoOwner) == msg.sender,
            CoOwnersOnly(shareId, msg.sender, elapsed)
        );
    }

    function _ownerOf(ShareId shareId) private view returns (address) {
        return IERC721(address(CERTIFICATE)).ownerOf(shareId.raw());
    }

    /* INTERNAL: PRICES */

    function _validValueOf(ShareId shareId) private view returns (uint256 valueUsd) {
        IPropertyValuation.ValueStatus status;
        (valueUsd,, status) = VALUATION.shareValue(shareId);
        require(status == IPropertyValuation.ValueStatus.Valid, ValueNotValid(shareId, uint8(status)));
    }

    /// @dev A part of a value, up.
    function _partUp(uint256 usd, uint256 bps) private pure returns (uint256) {
        return Math.ceilDiv(usd * bps, WHOLE_BPS);
    }

    /// @dev On the line from `startUsd` to `floorUsd`, up.
    function _priceUp(uint256 startUsd, uint256 floorUsd, uint256 elapsed) private view returns (uint256) {
        return startUsd - (startUsd - floorUsd) * Math.min(elapsed, DECLINE_PERIOD) / DECLINE_PERIOD;
    }

    /// @dev What the caller pays for a price: within his limit, and out of coins that are not frozen. The ledger would
    /// take frozen ones, too, as they may pay their owner's debt.
    function _coinsFor(uint256 priceUsd, uint256 maxCoins) private view returns (uint256 coins) {
        coins = TREASURY.coinsForUp(priceUsd);
        require(coins <= maxCoins, PriceAboveLimit(coins, maxCoins));
        uint256 frozen = IERC7943Fungible(address(COIN)).getFrozenTokens(msg.sender);
        if (frozen == 0) return coins;
        uint256 unfrozen = Math.saturatingSub(IERC20(address(COIN)).balanceOf(msg.sender), frozen);
        require(coins <= unfrozen, FrozenCoins(msg.sender, coins, unfrozen));
    }

    /* VIEWS */

    /// @inheritdoc IForeclosureAuction
    function auctionOf(LoanId loanId) external view returns (Auction memory auction) {
        Foreclosure memory entry = _foreclosures[loanId];
        if (!_isRunning(loanId, entry)) return auction;
        auction.shareId = ShareId.wrap(entry.shareId);
        auction.startedAt = entry.startedAt;
        auction.elapsed = _elapsed(loanId, entry);
        (auction.startUsd, auction.floorUsd) = (_partUp(entry.valueUsd, START_BPS), _partUp(entry.valueUsd, FLOOR_BPS));
        auction.ended = auction.elapsed >= _wholePeriod();
        _post(auction);
    }

    /// @inheritdoc IForeclosureAuction
    function offerOf(ShareId shareId) external view returns (Auction memory auction) {
        Offer memory offer = _offers[shareId];
        if (!_isLive(shareId, offer)) return auction;
        auction.shareId = shareId;
        auction.startedAt = offer.offeredAt;
        auction.elapsed = block.timestamp - offer.offeredAt;
        (auction.startUsd, auction.floorUsd) = (offer.startUsd, offer.floorUsd);
        _post(auction);
    }

    /// @dev Adds what follows from the elapsed time.
    function _post(Auction memory auction) private view {
        auction.priceUsd = _priceUp(auction.startUsd, auction.floorUsd, auction.elapsed);
        auction.coOwnersOnly = _isCoOwnersTurn(auction.elapsed);
    }

    /// @inheritdoc IForeclosureAuction
    function peers() external view returns (AuctionPeers memory) {
        return AuctionPeers(BOOK, LOANS, CERTIFICATE, TREASURY, VALUATION, COIN);
    }

    /// @inheritdoc IForeclosureAuction
    function terms() external view returns (AuctionTerms memory) {
        return
            AuctionTerms(START_BPS, FLOOR_BPS, DECLINE_PERIOD, CO_OWNERS_FIRST_PERIOD, CO_OWNERS_LAST_PERIOD, COSTS_BPS);
    }
}
