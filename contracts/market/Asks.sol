// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {IShareMarket} from "../../interfaces/market/IShareMarket.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {GuardianStop} from "../access/GuardianStop.sol";
import {SignatureCheck} from "../access/SignatureCheck.sol";
import {OfferWord} from "./libraries/OfferWords.sol";

/// @title Asks, signed or listed, and the manager's approval of who takes them
/// @notice An ask is worth what its seller's word is: a bit of one slot for a signed one, the share's listing for the other.
/// @dev A listing's nonce is above all signed ones' and never used again, so its hash is its own for ever. A listing that
/// was taken needs no clearing: the share has moved since, so the fingerprint in it is of the past.
abstract contract Asks is EIP712, IShareMarket {
    /// @dev Four slots, of which a listing writes what it has. The number stays when the listing is gone.
    struct Listing {
        address seller;
        uint40 expiresAt;
        uint24 settlePeriod;
        uint24 number;
        uint8 currencies;
        address buyer;
        uint96 priceUsd;
        bytes32 fingerprint;
        bytes32 documentsHash;
    }

    /// @dev One slot. Of the manager who gave it: what his predecessor approved is not approved any more.
    struct Approval {
        address manager;
        uint40 until;
    }

    bytes32 private constant ASK_TYPEHASH = keccak256(
        "Ask(address seller,uint256 shareId,uint96 priceUsd,address buyer,bytes32 fingerprint,bytes32 documentsHash,uint40 expiresAt,uint24 settlePeriod,uint8 currencies,uint256 nonce)"
    );
    /// @dev Name of the guardian's switch.
    bytes32 internal constant MARKET = "market";
    /// @dev In the nonce of a listing.
    uint256 private constant LISTED = 1 << 255;

    ICredentialRegistry internal immutable CREDENTIALS;
    IPropertyRegistry internal immutable REGISTRY;
    IShareCertificate internal immutable CERTIFICATE;
    uint24 internal immutable MIN_SETTLE_PERIOD;
    uint24 internal immutable MAX_SETTLE_PERIOD;

    uint40 internal _stoppedUntil;
    mapping(address seller => OfferWord) private _signed;
    mapping(ShareId shareId => Listing) private _listings;
    mapping(PropertyId propertyId => mapping(bytes32 saleHash => Approval)) private _approvals;

    constructor(MarketPeers memory peers_, MarketTerms memory terms_) EIP712("Commonhold Market", "1") {
        CREDENTIALS = peers_.credentials;
        REGISTRY = peers_.registry;
        CERTIFICATE = peers_.certificate;
        MIN_SETTLE_PERIOD = terms_.minSettlePeriod;
        MAX_SETTLE_PERIOD = terms_.maxSettlePeriod;
    }

    /* LISTINGS */

    /// @inheritdoc IShareMarket
    function list(Ask memory ask) external returns (bytes32 askHash) {
        _requireRunning();
        require(msg.sender == ask.seller, NotSeller(msg.sender, ask.seller));
        _requireSense(ask);
        _requireAsOffered(ask);
        uint256 nonce = listingNonce(ask.shareId);
        require(ask.nonce == nonce, NotListingNonce(ask.nonce, nonce));
        Listing storage listing = _listings[ask.shareId];
        (listing.seller, listing.expiresAt, listing.settlePeriod) = (ask.seller, ask.expiresAt, ask.settlePeriod);
        (listing.number, listing.currencies) = (listing.number + 1, ask.currencies);
        (listing.buyer, listing.priceUsd) = (ask.buyer, ask.priceUsd);
        (listing.fingerprint, listing.documentsHash) = (ask.fingerprint, ask.documentsHash);
        askHash = askHashOf(ask);
        _tell(ask, askHash);
    }

    /// @inheritdoc IShareMarket
    function unlist(ShareId shareId) external {
        address seller = _walletOf(_listings[shareId].seller);
        require(msg.sender == seller, NotSeller(msg.sender, seller));
        _endListing(shareId);
    }

    /// @dev Ends the share's listing, but for its number.
    function _endListing(ShareId shareId) private {
        uint24 number = _listings[shareId].number;
        delete _listings[shareId];
        _listings[shareId].number = number;
        emit Unlisted(shareId, LISTED | number);
    }

    /// @inheritdoc IShareMarket
    function listingNonce(ShareId shareId) public view returns (uint256) {
        return LISTED | _listings[shareId].number + 1;
    }

    /// @inheritdoc IShareMarket
    function listingOf(ShareId shareId) external view returns (Ask memory ask, bool live) {
        ask = _listedAsk(shareId);
        live =
            ask.seller != address(0) && block.timestamp <= ask.expiresAt && _fingerprintOf(shareId) == ask.fingerprint;
    }

    /// @dev The ask that is the share's listing; zeros if there is none.
    function _listedAsk(ShareId shareId) private view returns (Ask memory ask) {
        Listing memory listing = _listings[shareId];
        if (listing.seller == address(0)) return ask;
        ask.seller = listing.seller;
        ask.shareId = shareId;
        ask.priceUsd = listing.priceUsd;
        ask.buyer = listing.buyer;
        ask.fingerprint = listing.fingerprint;
        ask.documentsHash = listing.documentsHash;
        ask.expiresAt = listing.expiresAt;
        ask.settlePeriod = listing.settlePeriod;
        ask.currencies = listing.currencies;
        ask.nonce = LISTED | listing.number;
    }

    /* SIGNED ASKS */

    /// @inheritdoc IShareMarket
    function cancel(uint256[] calldata nonces) external {
        OfferWord word = _signed[msg.sender];
        for (uint256 i = 0; i < nonces.length; ++i) {
            word = word.without(nonces[i]);
        }
        _signed[msg.sender] = word;
        emit AsksCancelled(msg.sender, nonces);
    }

    /// @inheritdoc IShareMarket
    function cancelAll() external returns (uint32 epoch) {
        OfferWord word = _signed[msg.sender].nextEpoch();
        _signed[msg.sender] = word;
        epoch = word.epoch();
        emit AllAsksCancelled(msg.sender, epoch);
    }

    /// @inheritdoc IShareMarket
    function isNonceLive(address seller, uint256 nonce) external view returns (bool) {
        return _signed[seller].isLive(nonce);
    }

    /// @inheritdoc IShareMarket
    function epochOf(address seller) external view returns (uint32) {
        return _signed[seller].epoch();
    }

    /* TAKING A SELLER AT HIS WORD */

    /// @dev The ask makes sense, is not over, is for the caller, and is its seller's word.
    function _requireAsk(Ask memory ask, bytes32 askHash, bytes calldata signature) internal view {
        _requireSense(ask);
        require(msg.sender != ask.seller, OwnShare(ask.shareId, ask.seller));
        if (ask.buyer != address(0) && msg.sender != ask.buyer) {
            address buyer = _walletOf(ask.buyer);
            require(msg.sender == buyer, NotBuyer(msg.sender, buyer));
        }
        if (signature.length == 0) {
            bytes32 listedHash = keccak256(abi.encode(ASK_TYPEHASH, _listedAsk(ask.shareId)));
            require(askHash == listedHash, NotListed(ask.shareId, ask.nonce));
        } else {
            require(_signed[ask.seller].isLive(ask.nonce), AskSpent(ask.seller, ask.nonce));
            require(
                SignatureCheck.isSignedBy(ask.seller, _hashTypedDataV4(askHash), signature),
                InvalidSignature(ask.seller)
            );
        }
    }

    /// @dev Uses an ask up, which is on chain from now on.
    function _spend(Ask memory ask, bytes32 askHash) internal {
        if (ask.nonce >= LISTED) return _endListing(ask.shareId);
        _signed[ask.seller] = _signed[ask.seller].without(ask.nonce);
        _tell(ask, askHash);
    }

    function _tell(Ask memory ask, bytes32 askHash) private {
        emit Asked(askHash, ask.shareId, ask.seller, ask);
    }

    /// @dev What can be judged of an ask without looking at the share.
    function _requireSense(Ask memory ask) private view {
        require(ask.priceUsd != 0, MissingPrice(ask.shareId));
        require(block.timestamp <= ask.expiresAt, AskExpired(ask.expiresAt, block.timestamp));
        require(
            ask.settlePeriod >= MIN_SETTLE_PERIOD && ask.settlePeriod <= MAX_SETTLE_PERIOD,
            SettlePeriodOutOfRange(ask.settlePeriod, MIN_SETTLE_PERIOD, MAX_SETTLE_PERIOD)
        );
    }

    /// @dev The share is the seller's, who was not replaced, and is what he offers.
    function _requireAsOffered(Ask memory ask) internal view {
        _requireFingerprint(ask);
        _requireNotReplaced(ask.seller);
    }

    /// @dev The share as the certificate tells it, in one call, is the seller's and as he offers it.
    function _requireFingerprint(Ask memory ask) internal view returns (address manager, address lienHolder) {
        bytes32 fingerprint;
        address owner;
        (fingerprint, owner, manager, lienHolder) = _standingOf(ask.shareId);
        require(owner == ask.seller, NotShareOwner(ask.shareId, ask.seller, owner));
        require(fingerprint == ask.fingerprint, FingerprintChanged(ask.shareId, ask.fingerprint, fingerprint));
    }

    function _fingerprintOf(ShareId shareId) internal view returns (bytes32 fingerprint) {
        (fingerprint,,,) = _standingOf(shareId);
    }

    function _standingOf(ShareId shareId) private view returns (bytes32, address, address, address) {
        return CERTIFICATE.standingOf(shareId);
    }

    /* APPROVALS */

    /// @inheritdoc IShareMarket
    function approveSale(ShareId shareId, bytes32 saleHash, uint40 until) external {
        PropertyId propertyId = shareId.property();
        address manager = REGISTRY.managerOf(propertyId);
        require(msg.sender == manager, NotManager(msg.sender, propertyId, manager));
        require(until == 0 || until >= block.timestamp, ApprovalInPast(until, block.timestamp));
        if (until == 0) delete _approvals[propertyId][saleHash];
        else _approvals[propertyId][saleHash] = Approval(manager, until);
        emit SaleApproved(shareId, saleHash, manager, until);
    }

    /// @dev Uses an approval up. It is kept by house as well, or any house's manager could give it.
    function _spendApproval(ShareId shareId, bytes32 askHash, address buyer, address manager) internal {
        bytes32 saleHash = saleHashOf(askHash, buyer);
        mapping(bytes32 saleHash => Approval) storage ofHouse = _approvals[shareId.property()];
        (address giver, uint40 until) = (ofHouse[saleHash].manager, ofHouse[saleHash].until);
        require(giver == manager && block.timestamp <= until, SaleNotApproved(shareId, saleHash, giver, until));
        delete ofHouse[saleHash];
    }

    /// @inheritdoc IShareMarket
    function approvalOf(PropertyId propertyId, bytes32 saleHash) external view returns (address manager, uint40 until) {
        Approval storage approval = _approvals[propertyId][saleHash];
        return (approval.manager, approval.until);
    }

    /* HELPERS */

    /// @inheritdoc IShareMarket
    function askHashOf(Ask memory ask) public pure returns (bytes32) {
        return keccak256(abi.encode(ASK_TYPEHASH, ask));
    }

    /// @inheritdoc IShareMarket
    function digestOf(Ask memory ask) external view returns (bytes32) {
        return _hashTypedDataV4(askHashOf(ask));
    }

    /// @inheritdoc IShareMarket
    function saleHashOf(bytes32 askHash, address buyer) public pure returns (bytes32) {
        return keccak256(abi.encode(askHash, buyer));
    }

    /// @dev The seller was not replaced: if he was, his word may be a thief's.
    function _requireNotReplaced(address seller) internal view {
        if (CREDENTIALS.isReplaced(seller)) revert WalletReplaced(seller, _walletOf(seller));
    }

    /// @dev His wallet of today.
    function _walletOf(address person) internal view returns (address) {
        return CREDENTIALS.currentWallet(person);
    }

    function _requireRunning() internal view {
        GuardianStop.requireRunning(_stoppedUntil, MARKET);
    }
}
