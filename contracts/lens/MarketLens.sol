// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {ILeaseChecks} from "../../interfaces/lens/ILeaseChecks.sol";
import {IMarketChecks} from "../../interfaces/lens/IMarketChecks.sol";
import {IMarketLens} from "../../interfaces/lens/IMarketLens.sol";
import {IHouseEscrow} from "../../interfaces/market/IHouseEscrow.sol";
import {ILeaseToBuy} from "../../interfaces/market/ILeaseToBuy.sol";
import {IShareMarket} from "../../interfaces/market/IShareMarket.sol";
import {LeaseId} from "../../interfaces/market/LeaseId.sol";
import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {Require} from "../access/Require.sol";
import {CourseWord} from "../market/libraries/LeaseWords.sol";
import {OfferWords} from "../market/libraries/OfferWords.sol";
import {SaleVotes} from "./libraries/SaleVotes.sol";

/// @title The lens for sales, leases and purses
/// @notice See {IMarketLens}.
/// @dev Each part is read by a call of its own within try/catch, which leaves it empty and takes `complete` back.
/// @custom:kill Nothing to stop: it keeps no state and moves nothing.
contract MarketLens is IMarketLens {
    using SaleVotes for IShareMarket.Sale;

    /// @inheritdoc IMarketLens
    uint256 public constant MAX_SHARES_PER_PAGE = 50;
    /// @inheritdoc IMarketLens
    uint256 public constant MAX_LEASES_PER_PAGE = 25;
    /// @inheritdoc IMarketLens
    uint256 public constant MAX_NONCES_PER_PAGE = 100;
    /// @dev Name of the market's switch.
    bytes32 private constant STOP = "market";

    /// @inheritdoc IMarketLens
    IMarketChecks public immutable CHECKS;
    /// @inheritdoc IMarketLens
    ILeaseChecks public immutable LEASE_CHECKS;
    IShareMarket public immutable MARKET;
    ILeaseToBuy public immutable LEASES;
    IHouseEscrow public immutable ESCROW;
    IShareCertificate private immutable CERTIFICATE;
    IPropertyRegistry private immutable REGISTRY;
    ICredentialRegistry private immutable CREDENTIALS;
    uint40 private immutable GRACE_PERIOD;
    uint40 private immutable CURE_PERIOD;
    uint16 private immutable VENDOR_FEE_BPS;

    /// @param checks It names the market, and all that it works with. @param leaseChecks It names leases and purses.
    constructor(IMarketChecks checks, ILeaseChecks leaseChecks) {
        Require.code(address(checks));
        Require.code(address(leaseChecks));
        (CHECKS, LEASE_CHECKS, MARKET) = (checks, leaseChecks, checks.MARKET());
        (LEASES, ESCROW) = (leaseChecks.LEASES(), leaseChecks.ESCROW());
        IShareMarket.MarketPeers memory peers = MARKET.peers();
        (CERTIFICATE, REGISTRY, CREDENTIALS) = (peers.certificate, peers.registry, peers.credentials);
        ILeaseToBuy.LeaseRules memory rules = LEASES.rules();
        (GRACE_PERIOD, CURE_PERIOD) = (rules.gracePeriod, rules.curePeriod);
        VENDOR_FEE_BPS = ESCROW.rules().vendorFeeBps;
    }

    /* SHARES */

    /// @inheritdoc IMarketLens
    function share(ShareId shareId, address buyer) external view returns (SharePage memory page) {
        page.shareId = shareId;
        page.complete = true;
        _readStanding(page);
        if (page.owner == address(0)) return page;
        _readPermission(page);
        page.listing = _listingOf(shareId, buyer);
        if (!page.listing.complete) page.complete = false;
        try MARKET.listingNonce(shareId) returns (uint256 nonce) {
            page.listingNonce = nonce;
        } catch {
            page.complete = false;
        }
        try LEASES.leaseOfShare(shareId) returns (LeaseId leaseId) {
            page.leaseId = leaseId;
        } catch {
            page.complete = false;
        }
        try MARKET.stoppedUntil(STOP) returns (uint40 until) {
            page.stoppedUntil = until;
        } catch {
            page.complete = false;
        }
    }

    function _readStanding(SharePage memory page) private view {
        try CERTIFICATE.standingOf(page.shareId) returns (
            bytes32 fingerprint, address owner, address manager, address lienHolder
        ) {
            if (owner == address(0)) return;
            (page.fingerprint, page.owner, page.manager, page.lienHolder) = (fingerprint, owner, manager, lienHolder);
        } catch {
            page.complete = false;
        }
    }

    function _readPermission(SharePage memory page) private view {
        try CERTIFICATE.encumbrancesOf(page.shareId) returns (address, address leaseHolder) {
            page.leaseHolder = leaseHolder;
        } catch {
            page.complete = false;
        }
        IERC721 shares = IERC721(address(CERTIFICATE));
        try shares.getApproved(page.shareId.raw()) returns (address approved) {
            page.marketMayMove = approved == address(MARKET);
        } catch {
            page.complete = false;
        }
        try shares.isApprovedForAll(page.owner, address(MARKET)) returns (bool isApproved) {
            if (isApproved) page.marketMayMove = true;
        } catch {
            page.complete = false;
        }
    }

    /* LISTINGS */

    /// @inheritdoc IMarketLens
    function listings(PropertyId propertyId, address buyer, uint256 fromNumber, uint256 maxShares)
        external
        view
        returns (ListingsPage memory page)
    {
        (uint256 first, uint256 end, uint256 next, bool known) =
            _spanOf(propertyId, fromNumber, maxShares, MAX_SHARES_PER_PAGE);
        (page.nextNumber, page.complete) = (next, known);
        ListingEntry[] memory found = new ListingEntry[](end - first);
        uint256 count = 0;
        for (uint256 number = first; number < end; ++number) {
            ListingEntry memory entry = _listingOf(propertyId.share(uint8(number)), buyer);
            if (!entry.complete) page.complete = false;
            if (entry.ask.seller != address(0)) found[count++] = entry;
        }
        page.listings = new ListingEntry[](count);
        for (uint256 i = 0; i < count; ++i) {
            page.listings[i] = found[i];
        }
    }

    function _listingOf(ShareId shareId, address buyer) private view returns (ListingEntry memory entry) {
        entry.shareId = shareId;
        entry.complete = true;
        try MARKET.listingOf(shareId) returns (IShareMarket.Ask memory ask, bool) {
            entry.ask = ask;
        } catch {
            entry.complete = false;
        }
        if (entry.ask.seller == address(0)) return entry;
        try MARKET.askHashOf(entry.ask) returns (bytes32 askHash) {
            entry.askHash = askHash;
        } catch {
            entry.complete = false;
        }
        try CHECKS.askCheck(buyer, entry.ask, "") returns (bytes memory refusal) {
            entry.refusal = refusal;
            entry.live = refusal.length == 0;
        } catch {
            entry.complete = false;
        }
        address whose = buyer != address(0) ? buyer : entry.ask.buyer;
        if (whose == address(0)) return entry;
        bool known;
        (entry.saleHash, entry.approvedBy, entry.approvedUntil, entry.approved, known) =
            _approvalOf(shareId, entry.askHash, whose);
        if (!known) entry.complete = false;
    }

    /// @dev The manager's word on a sale to `buyer`.
    function _approvalOf(ShareId shareId, bytes32 askHash, address buyer)
        private
        view
        returns (bytes32 saleHash, address by, uint40 until, bool counts, bool known)
    {
        try MARKET.saleHashOf(askHash, buyer) returns (bytes32 read) {
            saleHash = read;
        } catch {
            return (0, address(0), 0, false, false);
        }
        try MARKET.approvalOf(shareId.property(), saleHash) returns (address giver, uint40 last) {
            (by, until) = (giver, last);
        } catch {
            return (saleHash, address(0), 0, false, false);
        }
        address manager;
        (manager, known) = _managerOf(shareId.property());
        counts = by != address(0) && by == manager && block.timestamp <= until;
    }

    /* SALES */

    /// @inheritdoc IMarketLens
    function sale(IShareMarket.Ask calldata ask) external view returns (SalePage memory page) {
        page.complete = true;
        try MARKET.askHashOf(ask) returns (bytes32 askHash) {
            page.askHash = askHash;
        } catch {
            page.complete = false;
        }
        try MARKET.saleOf(page.askHash) returns (IShareMarket.Sale memory read) {
            page.sale = read;
        } catch {
            page.complete = false;
        }
        bool known;
        (page.seller, known) = _walletOf(ask.seller);
        if (!known) page.complete = false;
        if (page.sale.buyer == address(0)) return page;
        (page.buyer, known) = _walletOf(page.sale.buyer);
        if (!known) page.complete = false;
        (page.saleHash, page.approvedBy, page.approvedUntil, page.approved, known) =
            _approvalOf(ask.shareId, page.askHash, page.buyer);
        if (!known) page.complete = false;
        _readTokens(page);
        _readOutcome(page, ask);
        try CHECKS.settleCheck(ask) returns (IMarketChecks.SaleQuote memory quote) {
            page.settlement = quote;
            if (!quote.complete) page.complete = false;
        } catch {
            page.complete = false;
        }
    }

    function _readTokens(SalePage memory page) private view {
        page.tokens = new IERC20[](page.sale.parts.length);
        for (uint256 i = 0; i < page.tokens.length; ++i) {
            // A part that went back is empty, place and all.
            if (page.sale.parts[i].amount == 0) continue;
            try MARKET.currencyOf(page.sale.parts[i].currency) returns (IERC20 token, uint8, FeedId) {
                page.tokens[i] = token;
            } catch {
                page.complete = false;
            }
        }
    }

    /// @dev Whether, and from when, the money goes back.
    function _readOutcome(SalePage memory page, IShareMarket.Ask calldata ask) private view {
        page.decided = page.sale.decided();
        page.refundableFrom = uint256(page.sale.deadline) + 1;
        page.refundable = block.timestamp >= page.refundableFrom || page.sale.refunding
            || page.decided == IShareMarket.Outcome.Refund;
        try CERTIFICATE.standingOf(ask.shareId) returns (bytes32 fingerprint, address, address, address) {
            page.unchanged = fingerprint == ask.fingerprint;
            if (!page.unchanged) page.refundable = true;
        } catch {
            page.complete = false;
        }
    }

    /* LEASES */

    /// @inheritdoc IMarketLens
    function lease(LeaseId leaseId) external view returns (LeasePage memory) {
        return _leasePage(leaseId);
    }

    /// @inheritdoc IMarketLens
    function leaseOfShare(ShareId shareId) external view returns (LeasePage memory page) {
        try LEASES.leaseOfShare(shareId) returns (LeaseId leaseId) {
            if (leaseId.raw() != 0) return _leasePage(leaseId);
            page.complete = true;
        } catch {}
    }

    /// @inheritdoc IMarketLens
    function leases(uint256 fromLease, uint256 maxLeases) external view returns (LeasesPage memory page) {
        uint256 last;
        try LEASES.lastLease() returns (LeaseId lastId) {
            last = lastId.raw();
        } catch {
            return page;
        }
        page.complete = true;
        uint256 first = fromLease == 0 ? 1 : fromLease;
        uint256 left = first > last ? 0 : last - first + 1;
        uint256 room = _roomFor(maxLeases, MAX_LEASES_PER_PAGE);
        if (left > room) page.next = first + room;
        page.leases = new LeasePage[](Math.min(left, room));
        for (uint256 i = 0; i < page.leases.length; ++i) {
            page.leases[i] = _leasePage(LeaseId.wrap(first + i));
            if (!page.leases[i].complete) page.complete = false;
        }
    }

    /// @inheritdoc IMarketLens
    function leasesOfHouse(PropertyId propertyId, uint256 fromNumber, uint256 maxShares)
        external
        view
        returns (LeasesPage memory page)
    {
        (uint256 first, uint256 end, uint256 next, bool known) =
            _spanOf(propertyId, fromNumber, maxShares, MAX_LEASES_PER_PAGE);
        (page.next, page.complete) = (next, known);
        LeasePage[] memory found = new LeasePage[](end - first);
        uint256 count = 0;
        for (uint256 number = first; number < end; ++number) {
            try LEASES.leaseOfShare(propertyId.share(uint8(number))) returns (LeaseId leaseId) {
                if (leaseId.raw() == 0) continue;
                found[count] = _leasePage(leaseId);
                if (!found[count++].complete) page.complete = false;
            } catch {
                page.complete = false;
            }
        }
        page.leases = new LeasePage[](count);
        for (uint256 i = 0; i < count; ++i) {
            page.leases[i] = found[i];
        }
    }

    function _leasePage(LeaseId leaseId) private view returns (LeasePage memory page) {
        page.leaseId = leaseId;
        page.complete = true;
        try LEASES.leaseOf(leaseId) returns (ILeaseToBuy.Lease memory read) {
            page.lease = read;
        } catch {
            page.complete = false;
        }
        ILeaseToBuy.Lease memory read_ = page.lease;
        if (read_.months == 0) return page;
        uint256 rent = read_.rent + read_.fee;
        if (read_.due > read_.paid) page.dueCoins = (read_.due - read_.paid) * rent;
        if (read_.paid < read_.months) {
            page.nextDueAt = uint40(read_.startedAt + read_.paid * CourseWord.MONTH);
            page.lateAt = page.nextDueAt + GRACE_PERIOD;
        }
        if (read_.defaultAt != 0) page.cureUntil = read_.defaultAt + CURE_PERIOD;
        page.credit = read_.counting * read_.credit;
        page.refundable = read_.counting * read_.refundable;
        page.prepaid = (read_.paid - read_.counting) * rent;
        page.state = _stateOf(page);
        try LEASE_CHECKS.leaseBuyCheck(read_.lessee, leaseId, type(uint256).max) returns (
            ILeaseChecks.LeaseQuote memory quote
        ) {
            page.purchase = quote;
        } catch {
            page.complete = false;
        }
    }

    function _stateOf(LeasePage memory page) private view returns (LeaseState) {
        if (block.timestamp >= page.lease.endsAt) return LeaseState.TermOver;
        if (_hasMoved(page)) return LeaseState.ShareMoved;
        if (page.cureUntil != 0) {
            return block.timestamp >= page.cureUntil ? LeaseState.Terminable : LeaseState.InDefault;
        }
        if (page.lateAt != 0 && block.timestamp >= page.lateAt) return LeaseState.Late;
        return page.dueCoins == 0 ? LeaseState.Running : LeaseState.RentDue;
    }

    /// @dev Whether the share is another's than the owner's, in any of his wallets.
    function _hasMoved(LeasePage memory page) private view returns (bool) {
        address actual;
        try IERC721(address(CERTIFICATE)).ownerOf(page.lease.shareId.raw()) returns (address owner) {
            actual = owner;
        } catch {
            page.complete = false;
            return false;
        }
        if (actual == page.lease.owner) return false;
        (address current, bool known) = _walletOf(actual);
        if (!known) page.complete = false;
        return known && current != page.lease.owner;
    }

    /* PURSES */

    /// @inheritdoc IMarketLens
    function purse(PropertyId propertyId, address payee, bytes32 invoiceHash)
        external
        view
        returns (PursePage memory page)
    {
        page.complete = true;
        page.vendorFeeBps = VENDOR_FEE_BPS;
        try ESCROW.purseOf(propertyId) returns (IHouseEscrow.Purse memory read) {
            page.purse = read;
        } catch {
            page.complete = false;
        }
        try ESCROW.feesOf(propertyId) returns (uint256 fees) {
            page.fees = fees;
        } catch {
            page.complete = false;
        }
        try ESCROW.isPaid(propertyId, invoiceHash) returns (bool paid) {
            page.invoicePaid = paid;
        } catch {
            page.complete = false;
        }
        try ESCROW.payeeOf(propertyId, payee) returns (IHouseEscrow.Payee memory row) {
            page.payee = row;
            page.canBePaid = row.activeFrom != 0 && block.timestamp >= row.activeFrom;
        } catch {
            page.complete = false;
        }
        bool managerKnown;
        bool walletKnown;
        (page.manager, managerKnown) = _managerOf(propertyId);
        (page.wallet, walletKnown) = _walletOf(payee);
        if (!managerKnown || !walletKnown) page.complete = false;
    }

    /* OFFERS */

    /// @inheritdoc IMarketLens
    function offers(address signer, uint256[] calldata nonces) external view returns (OffersPage memory page) {
        try MARKET.epochOf(signer) returns (uint32 epoch) {
            page.asks = _numbersOf(signer, epoch, MARKET.isNonceLive);
        } catch {}
        try LEASES.epochOf(signer) returns (uint256 epoch) {
            page.leases = _numbersOf(signer, epoch, LEASES.isLive);
        } catch {}
        page.complete = page.asks.complete && page.leases.complete;
        uint256 count = Math.min(nonces.length, MAX_NONCES_PER_PAGE);
        page.askLives = new bool[](count);
        page.leaseLives = new bool[](count);
        for (uint256 i = 0; i < count; ++i) {
            bool askKnown;
            bool leaseKnown;
            (page.askLives[i], askKnown) = _lives(MARKET.isNonceLive, signer, nonces[i]);
            (page.leaseLives[i], leaseKnown) = _lives(LEASES.isLive, signer, nonces[i]);
            if (!askKnown || !leaseKnown) page.complete = false;
        }
    }

    /// @dev The used numbers of an epoch, one question each: the contracts show no more.
    function _numbersOf(address signer, uint256 epoch, function(address, uint256) external view returns (bool) isLive)
        private
        view
        returns (Numbers memory numbers)
    {
        (numbers.epoch, numbers.complete, numbers.nextNonce) = (epoch, true, type(uint256).max);
        for (uint256 left = OfferWords.NUMBERS; left > 0; --left) {
            uint256 nonce = epoch << 8 | left - 1;
            (bool lives, bool known) = _lives(isLive, signer, nonce);
            if (!known) numbers.complete = false;
            if (lives) numbers.nextNonce = nonce;
            else numbers.used |= 1 << left - 1;
        }
    }

    function _lives(function(address, uint256) external view returns (bool) isLive, address signer, uint256 nonce)
        private
        view
        returns (bool lives, bool known)
    {
        try isLive(signer, nonce) returns (bool read) {
            return (read, true);
        } catch {
            return (false, false);
        }
    }

    /* FOR ALL */

    /// @dev The share numbers of a page: from `first` to before `end`, and where the next one begins.
    function _spanOf(PropertyId propertyId, uint256 fromNumber, uint256 wanted, uint256 most)
        private
        view
        returns (uint256 first, uint256 end, uint256 next, bool known)
    {
        uint256 count;
        try CERTIFICATE.sharesOf(propertyId) returns (uint8 shareCount) {
            (count, known) = (shareCount, true);
        } catch {}
        first = fromNumber == 0 ? 1 : fromNumber;
        if (first > count) return (first, first, 0, known);
        end = Math.min(first + _roomFor(wanted, most), count + 1);
        if (end <= count) next = end;
    }

    function _roomFor(uint256 wanted, uint256 most) private pure returns (uint256) {
        return wanted == 0 || wanted > most ? most : wanted;
    }

    function _managerOf(PropertyId propertyId) private view returns (address manager, bool known) {
        try REGISTRY.managerOf(propertyId) returns (address read) {
            return (read, true);
        } catch {
            return (address(0), false);
        }
    }

    function _walletOf(address person) private view returns (address wallet, bool known) {
        try CREDENTIALS.currentWallet(person) returns (address read) {
            return (read, true);
        } catch {
            return (address(0), false);
        }
    }
}
