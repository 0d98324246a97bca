// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {ILeaseToBuy} from "../../interfaces/market/ILeaseToBuy.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {IERC5646} from "../../interfaces/standards/IERC5646.sol";
import {Require} from "../access/Require.sol";
import {SignatureCheck} from "../access/SignatureCheck.sol";
import {OfferWord} from "./libraries/OfferWords.sol";

/// @title What owners offer and managers approve, before there is a lease
/// @dev An offer acts once, by its nonce: when a lease has ended without a purchase, the share's fingerprint is what it was
/// before, so it can't be the fingerprint that ends an offer.
abstract contract LeaseOffers is EIP712, ILeaseToBuy {
    /// @dev One slot. Of a house and a hash: another house's manager can't approve it, and neither can one who leaves
    /// approve for the time after him.
    struct Approval {
        address manager;
        uint40 until; // last second
    }

    bytes32 private constant TERMS_TYPEHASH = keccak256(
        "LeaseTerms(address owner,uint256 shareId,address lessee,uint256 rent,uint16 months,uint16 creditBps,uint16 refundBps,uint8 priceMode,uint256 priceUsd,bytes32 fingerprint,uint40 expiresAt,uint256 nonce)"
    );
    uint256 internal constant WHOLE_BPS = 10_000;
    uint256 private constant MOST_USD = type(uint96).max;

    ICredentialRegistry internal immutable CREDENTIALS;
    IPropertyRegistry internal immutable REGISTRY;
    IShareCertificate internal immutable CERTIFICATE;

    mapping(address owner => OfferWord) private _numbers;
    mapping(address owner => mapping(ShareId shareId => bytes32)) private _offers;
    mapping(PropertyId propertyId => mapping(bytes32 leaseHash => Approval)) private _approvals;

    constructor(LeasePeers memory peers_) EIP712("Commonhold Leases", "1") {
        CREDENTIALS = ICredentialRegistry(Require.withCode(address(peers_.credentials)));
        REGISTRY = IPropertyRegistry(Require.withCode(address(peers_.registry)));
        CERTIFICATE = IShareCertificate(Require.withCode(address(peers_.certificate)));
    }

    /* THE OWNER */

    /// @inheritdoc ILeaseToBuy
    function offer(LeaseTerms calldata terms) external {
        // Whether he owns the share is judged when it is signed, as of signed offers.
        require(msg.sender == terms.owner, NotShareOwner(terms.shareId, msg.sender, terms.owner));
        bytes32 leaseHash = hashOf(terms);
        _offers[msg.sender][terms.shareId] = leaseHash;
        emit LeaseOffered(terms.shareId, msg.sender, leaseHash);
    }

    /// @inheritdoc ILeaseToBuy
    function withdraw(ShareId shareId) external {
        delete _offers[msg.sender][shareId];
        emit LeaseOffered(shareId, msg.sender, 0);
    }

    /// @inheritdoc ILeaseToBuy
    function cancel(uint256[] calldata nonces) external {
        OfferWord word = _numbers[msg.sender];
        for (uint256 i = 0; i < nonces.length; ++i) {
            word = word.without(nonces[i]);
        }
        _numbers[msg.sender] = word;
        emit OffersCancelled(msg.sender, word.epoch(), nonces);
    }

    /// @inheritdoc ILeaseToBuy
    function cancelAll() external {
        OfferWord word = _numbers[msg.sender].nextEpoch();
        _numbers[msg.sender] = word;
        emit OffersCancelled(msg.sender, word.epoch(), new uint256[](0));
    }

    /* THE MANAGER */

    /// @inheritdoc ILeaseToBuy
    function approveLease(ShareId shareId, bytes32 leaseHash, uint40 until) external {
        PropertyId propertyId = shareId.property();
        address manager = REGISTRY.managerOf(propertyId);
        require(msg.sender == manager, NotManager(msg.sender, propertyId, manager));
        _approvals[propertyId][leaseHash] = Approval(until == 0 ? address(0) : manager, until);
        emit LeaseApproved(shareId, leaseHash, manager, until);
    }

    /* SIGNING */

    /// @dev All that has to be so for terms to be signed, but the switch; the offer is used up.
    function _useUp(LeaseTerms calldata terms, bytes calldata signature) internal returns (bytes32 leaseHash) {
        require(msg.sender == terms.lessee, NotLessee(msg.sender, terms.lessee));
        _requireSense(terms);
        require(block.timestamp <= terms.expiresAt, OfferExpired(terms.expiresAt, block.timestamp));
        (address owner, ShareId shareId) = (terms.owner, terms.shareId);
        leaseHash = hashOf(terms);
        bool isOffered = signature.length == 0
            ? _offers[owner][shareId] == leaseHash
            : SignatureCheck.isSignedBy(owner, _hashTypedDataV4(leaseHash), signature);
        require(isOffered, NotOffered(owner, leaseHash));
        OfferWord word = _numbers[owner];
        require(word.isLive(terms.nonce), OfferVoid(owner, terms.nonce));
        _requireOwner(owner, shareId);
        uint40 until = approvalOf(shareId, leaseHash);
        require(until != 0 && block.timestamp <= until, NotApproved(shareId, leaseHash, until));
        bytes32 actual = IERC5646(address(CERTIFICATE)).getStateFingerprint(shareId.raw());
        require(terms.fingerprint == actual, ShareChanged(shareId, terms.fingerprint, actual));
        require(CREDENTIALS.isValid(msg.sender), InvalidCredential(msg.sender));
        bytes32 ownerId = CREDENTIALS.ownerIdOf(msg.sender);
        require(ownerId != CREDENTIALS.ownerIdOf(owner), SameOwner(ownerId));
        _numbers[owner] = word.without(terms.nonce);
        if (signature.length == 0) delete _offers[owner][shareId];
    }

    function _requireSense(LeaseTerms calldata terms) private pure {
        _requireWithin("shareId", terms.shareId.raw(), 1, type(uint40).max);
        _requireWithin("rent", terms.rent, 1, type(uint96).max);
        uint256 months = terms.months;
        require(months == 12 || months == 24 || months == 60, TermsOutOfRange("months", months, 12, 60));
        _requireWithin("creditBps", terms.creditBps, 0, WHOLE_BPS);
        _requireWithin("refundBps", terms.refundBps, 0, WHOLE_BPS);
        bool isFixed = terms.priceMode == PriceMode.Fixed;
        _requireWithin("priceUsd", terms.priceUsd, isFixed ? 1 : 0, isFixed ? MOST_USD : 0);
    }

    function _requireWithin(bytes32 field, uint256 value, uint256 least, uint256 most) private pure {
        require(value >= least && value <= most, TermsOutOfRange(field, value, least, most));
    }

    /// @dev Who offers owns the share, and his key is not one that was lost.
    function _requireOwner(address owner, ShareId shareId) private view {
        address actual = _ownerOf(shareId);
        require(owner == actual, NotShareOwner(shareId, owner, actual));
        address current = CREDENTIALS.currentWallet(owner);
        require(owner == current, WalletReplaced(owner, current));
    }

    function _ownerOf(ShareId shareId) internal view returns (address) {
        return IERC721(address(CERTIFICATE)).ownerOf(shareId.raw());
    }

    /* VIEWS */

    /// @inheritdoc ILeaseToBuy
    function hashOf(LeaseTerms calldata terms) public pure returns (bytes32) {
        return keccak256(abi.encode(TERMS_TYPEHASH, terms));
    }

    /// @inheritdoc ILeaseToBuy
    function offerOf(address owner, ShareId shareId) external view returns (bytes32) {
        return _offers[owner][shareId];
    }

    /// @inheritdoc ILeaseToBuy
    function isLive(address owner, uint256 nonce) external view returns (bool) {
        return _numbers[owner].isLive(nonce);
    }

    /// @inheritdoc ILeaseToBuy
    function epochOf(address owner) external view returns (uint256) {
        return _numbers[owner].epoch();
    }

    /// @inheritdoc ILeaseToBuy
    function approvalOf(ShareId shareId, bytes32 leaseHash) public view returns (uint40) {
        PropertyId propertyId = shareId.property();
        Approval memory approval = _approvals[propertyId][leaseHash];
        return approval.manager == REGISTRY.managerOf(propertyId) ? approval.until : 0;
    }
}
