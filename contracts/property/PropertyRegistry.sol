// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {GuardianStop} from "../access/GuardianStop.sol";
import {Require} from "../access/Require.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {Roles} from "../access/Roles.sol";
import {Signpost} from "../access/Signpost.sol";
import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";
import {IHouseListener} from "../../interfaces/property/IHouseListener.sol";
import {PropertyId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {Spelling} from "./libraries/Spelling.sol";

/// @title PropertyRegistry
/// @notice See {IPropertyRegistry}.
/// @dev What other contracts ask for in every transaction lies in a house's first slot. No entry is ever deleted except
/// a claim that was cleared. The listener is called last, after writes and events.
/// @custom:kill The guardian stops new registrations; nothing else of a register of facts needs a stop.
contract PropertyRegistry is IPropertyRegistry, IGuardianStop, RoleGated, Signpost {
    /// @dev Three slots of numbers, then the texts. `shareCount` is zero <=> the house is unknown.
    struct House {
        // First slot: all that other contracts ask for in a transaction.
        address manager;
        uint8 shareCount;
        bool listed;
        uint40 registeredAt; // seconds
        uint32 documentVersion; // documents ever set
        bool claimed; // whether a senior claim stands: else the third slot need not be read
        // Second slot.
        address holdingEntity;
        uint96 firstPriceUsd; // 18 decimals
        // Third slot.
        uint128 seniorClaimsUsd; // 18 decimals; sum of the standing claims
        uint16 seniorClaimCount;
        string provider;
        string providerPropertyId;
        string jurisdiction;
        string parcel;
        string titleReference;
        string listingUri;
    }

    /// @notice Bounds of a house's number of shares.
    uint8 public constant MIN_SHARE_COUNT = 2;
    uint8 public constant MAX_SHARE_COUNT = 100;
    /// @notice Longest name, identifier or reference, in bytes.
    uint256 public constant MAX_NAME_LENGTH = 64;
    /// @notice Longest link, in bytes.
    uint256 public constant MAX_URI_LENGTH = 256;

    /// @dev The guardian's switch, as its events name it.
    bytes32 private constant REGISTRATION = "registration";

    /// @dev Fields whose spelling is compared; the names tag the keys of `_bySpelling` and the error.
    string private constant PROVIDER_PROPERTY_ID = "providerPropertyId";
    string private constant PARCEL = "parcel";
    string private constant TITLE_REFERENCE = "titleReference";

    /// @notice How long a stop of registrations lasts, in seconds.
    uint40 public immutable GUARDIAN_STOP_PERIOD;

    // One slot: both are read when a house is registered.
    uint128 private _propertyCount;
    /// @inheritdoc IPropertyRegistry
    uint40 public registrationStoppedUntil;

    /// @inheritdoc IPropertyRegistry
    address public listener;
    mapping(PropertyId propertyId => House) private _houses;
    mapping(PropertyId propertyId => mapping(DocumentKind kind => Document[])) private _documents;
    mapping(PropertyId propertyId => mapping(bytes32 ref => uint256 amountUsd)) private _seniorClaims;
    mapping(bytes32 spellingKey => PropertyId) private _bySpelling;

    /// @param hub The permission hub for people.
    /// @param guardianStopPeriod How long a stop of registrations lasts, in seconds.
    constructor(address hub, uint40 guardianStopPeriod) AccessManaged(hub) {
        GuardianStop.requireValidPeriod(guardianStopPeriod);
        GUARDIAN_STOP_PERIOD = guardianStopPeriod;
    }

    /* THE DAO AND THE GUARDIAN */

    /// @inheritdoc IPropertyRegistry
    function setListener(address listener_) external restricted {
        if (listener_ != address(0)) Require.code(listener_);
        emit ListenerSet(listener, listener_);
        listener = listener_;
    }

    /// @inheritdoc IPropertyRegistry
    function stopRegistration() external restricted {
        registrationStoppedUntil = GuardianStop.stop(registrationStoppedUntil, GUARDIAN_STOP_PERIOD, REGISTRATION);
    }

    /// @inheritdoc IPropertyRegistry
    function resumeRegistration() external restricted {
        registrationStoppedUntil = GuardianStop.resume(registrationStoppedUntil, REGISTRATION);
    }

    /* REGISTERING */

    /// @inheritdoc IPropertyRegistry
    function register(PropertyTerms calldata terms) external restricted returns (PropertyId propertyId) {
        GuardianStop.requireRunning(registrationStoppedUntil, REGISTRATION);
        _requireSensible(terms);
        propertyId = PropertyId.wrap(++_propertyCount);
        _takeSpellings(PROVIDER_PROPERTY_ID, terms.provider, terms.providerPropertyId, propertyId);
        _takeSpellings(PARCEL, terms.jurisdiction, terms.parcel, propertyId);
        _takeSpellings(TITLE_REFERENCE, terms.jurisdiction, terms.titleReference, propertyId);

        _houses[propertyId] = House({
            manager: terms.manager,
            shareCount: terms.shareCount,
            listed: true,
            registeredAt: uint40(block.timestamp),
            documentVersion: 0,
            claimed: false,
            holdingEntity: terms.holdingEntity,
            firstPriceUsd: uint96(terms.firstPriceUsd), // bounded by _requireSensible
            seniorClaimsUsd: 0,
            seniorClaimCount: 0,
            provider: terms.provider,
            providerPropertyId: terms.providerPropertyId,
            jurisdiction: terms.jurisdiction,
            parcel: terms.parcel,
            titleReference: terms.titleReference,
            listingUri: terms.listingUri
        });
        emit PropertyRegistered(
            propertyId,
            terms.holdingEntity,
            terms.manager,
            terms.provider,
            terms.providerPropertyId,
            terms.shareCount,
            terms.firstPriceUsd
        );
        _addDocument(propertyId, DocumentKind.Description, terms.descriptionUri, terms.descriptionSha256);
    }

    /// @dev Everything about the terms that can be judged without other houses, except the description.
    function _requireSensible(PropertyTerms calldata terms) private pure {
        _requireReadable("provider", terms.provider, MAX_NAME_LENGTH);
        _requireReadable(PROVIDER_PROPERTY_ID, terms.providerPropertyId, MAX_NAME_LENGTH);
        _requireReadable("jurisdiction", terms.jurisdiction, MAX_NAME_LENGTH);
        _requireReadable(PARCEL, terms.parcel, MAX_NAME_LENGTH);
        _requireReadable(TITLE_REFERENCE, terms.titleReference, MAX_NAME_LENGTH);
        _requireReadable("listingUri", terms.listingUri, MAX_URI_LENGTH);
        require(terms.holdingEntity != address(0), MissingAddress("holdingEntity"));
        require(terms.manager != address(0), MissingAddress("manager"));
        require(
            terms.shareCount >= MIN_SHARE_COUNT && terms.shareCount <= MAX_SHARE_COUNT,
            ShareCountOutOfRange(terms.shareCount)
        );
        require(
            terms.firstPriceUsd > 0 && terms.firstPriceUsd <= type(uint96).max,
            FirstPriceOutOfRange(terms.firstPriceUsd)
        );
    }

    function _requireReadable(string memory field, string calldata text, uint256 maxLength) private pure {
        uint256 length = bytes(text).length;
        require(length > 0 && length <= maxLength, TextLengthOutOfRange(field, length, maxLength));
        uint256 flaw = Spelling.firstFlaw(bytes(text));
        require(flaw == type(uint256).max, UnreadableText(field, flaw));
    }

    /// @dev Takes both spellings of `text` for a new house; neither may be taken.
    function _takeSpellings(string memory field, string calldata scope, string calldata text, PropertyId propertyId)
        private
    {
        (bytes32 joinedKey, bytes32 partedKey) = _spellingKeys(field, scope, text);
        PropertyId existing = _firstKnown(joinedKey, partedKey);
        require(existing.raw() == 0, AlreadyRegistered(field, text, existing));
        _bySpelling[joinedKey] = propertyId;
        _bySpelling[partedKey] = propertyId;
    }

    /* RECORDS OF A HOUSE */

    /// @inheritdoc IPropertyRegistry
    function setDocument(PropertyId propertyId, DocumentKind kind, string calldata uri, bytes32 sha256Hash) external {
        House storage house = _known(propertyId);
        require(
            msg.sender == house.manager || _hasRole(Roles.REGISTRAR, msg.sender),
            NotManagerOrRegistrar(msg.sender, propertyId)
        );
        _addDocument(propertyId, kind, uri, sha256Hash);
        _tell(propertyId, HouseChange.Document);
    }

    /// @inheritdoc IPropertyRegistry
    function setManager(PropertyId propertyId, address manager) external restricted {
        House storage house = _known(propertyId);
        require(manager != address(0), MissingAddress("manager"));
        emit ManagerSet(propertyId, house.manager, manager);
        house.manager = manager;
        _tell(propertyId, HouseChange.Manager);
    }

    /// @inheritdoc IPropertyRegistry
    function delist(PropertyId propertyId) external restricted {
        House storage house = _known(propertyId);
        require(house.listed, AlreadyDelisted(propertyId));
        house.listed = false;
        emit Delisted(propertyId);
        _tell(propertyId, HouseChange.Listing);
    }

    /// @inheritdoc IPropertyRegistry
    function reportSeniorClaim(PropertyId propertyId, uint256 amountUsd, bytes32 ref) external restricted {
        House storage house = _known(propertyId);
        uint256 standing = _seniorClaims[propertyId][ref];
        require(standing == 0, ClaimAlreadyReported(propertyId, ref, standing));
        require(
            amountUsd > 0 && amountUsd <= type(uint128).max - house.seniorClaimsUsd
                && house.seniorClaimCount < type(uint16).max,
            ClaimOutOfRange(amountUsd)
        );
        _seniorClaims[propertyId][ref] = amountUsd;
        house.seniorClaimsUsd += uint128(amountUsd); // both bounded above
        house.seniorClaimCount += 1;
        house.claimed = true;
        emit SeniorClaimReported(propertyId, ref, amountUsd);
        _tell(propertyId, HouseChange.SeniorClaim);
    }

    /// @inheritdoc IPropertyRegistry
    function clearSeniorClaim(PropertyId propertyId, bytes32 ref) external restricted {
        House storage house = _known(propertyId);
        uint256 amountUsd = _seniorClaims[propertyId][ref];
        require(amountUsd != 0, UnknownClaim(propertyId, ref));
        delete _seniorClaims[propertyId][ref];
        house.seniorClaimsUsd -= uint128(amountUsd); // part of the sum
        house.seniorClaimCount -= 1;
        if (house.seniorClaimCount == 0) house.claimed = false;
        emit SeniorClaimCleared(propertyId, ref, amountUsd);
        _tell(propertyId, HouseChange.SeniorClaim);
    }

    /// @dev Adds a version of a document to a known house. Whose right it is was checked.
    function _addDocument(PropertyId propertyId, DocumentKind kind, string calldata uri, bytes32 sha256Hash) private {
        _requireReadable("uri", uri, MAX_URI_LENGTH);
        require(sha256Hash != 0, MissingHash(kind));
        Document[] storage versions = _documents[propertyId][kind];
        versions.push(Document({sha256Hash: sha256Hash, setAt: uint40(block.timestamp), uri: uri}));
        _houses[propertyId].documentVersion += 1;
        emit DocumentSet(propertyId, kind, versions.length, uri, sha256Hash);
    }

    /// @dev Tells the listener, if there is one, of a change that was written.
    function _tell(PropertyId propertyId, HouseChange change) private {
        address listener_ = listener;
        if (listener_ != address(0)) IHouseListener(listener_).onHouseChanged(propertyId, change);
    }

    /* VIEWS */

    /// @inheritdoc IPropertyRegistry
    function propertyCount() external view returns (uint256) {
        return _propertyCount;
    }

    /// @inheritdoc IPropertyRegistry
    function propertyOf(PropertyId propertyId) external view returns (Property memory) {
        House storage house = _houses[propertyId];
        return Property({
            provider: house.provider,
            providerPropertyId: house.providerPropertyId,
            jurisdiction: house.jurisdiction,
            parcel: house.parcel,
            titleReference: house.titleReference,
            listingUri: house.listingUri,
            holdingEntity: house.holdingEntity,
            manager: house.manager,
            shareCount: house.shareCount,
            listed: house.listed,
            registeredAt: house.registeredAt,
            documentVersion: house.documentVersion,
            firstPriceUsd: house.firstPriceUsd,
            seniorClaimsUsd: house.seniorClaimsUsd,
            seniorClaimCount: house.seniorClaimCount
        });
    }

    /// @inheritdoc IPropertyRegistry
    function houseOf(PropertyId propertyId)
        external
        view
        returns (address manager, uint8 shareCount, bool listed, uint32 documentVersion)
    {
        House storage house = _houses[propertyId];
        return (house.manager, house.shareCount, house.listed, house.documentVersion);
    }

    /// @inheritdoc IPropertyRegistry
    function managerOf(PropertyId propertyId) external view returns (address) {
        return _houses[propertyId].manager;
    }

    /// @inheritdoc IPropertyRegistry
    function seniorClaimsOf(PropertyId propertyId) external view returns (uint256 amountUsd, uint256 count) {
        House storage house = _houses[propertyId];
        if (house.claimed) (amountUsd, count) = (house.seniorClaimsUsd, house.seniorClaimCount);
    }

    /// @inheritdoc IPropertyRegistry
    function standingOf(PropertyId propertyId)
        external
        view
        returns (address manager, uint32 documentVersion, uint256 seniorClaimsUsd, uint256 seniorClaimCount)
    {
        House storage house = _houses[propertyId];
        (manager, documentVersion) = (house.manager, house.documentVersion);
        if (house.claimed) (seniorClaimsUsd, seniorClaimCount) = (house.seniorClaimsUsd, house.seniorClaimCount);
    }

    /// @inheritdoc IPropertyRegistry
    function holdingEntityOf(PropertyId propertyId) external view returns (address holdingEntity, uint8 shareCount) {
        House storage house = _houses[propertyId];
        return (house.holdingEntity, house.shareCount);
    }

    /// @inheritdoc IPropertyRegistry
    function seniorClaim(PropertyId propertyId, bytes32 ref) external view returns (uint256 amountUsd) {
        return _seniorClaims[propertyId][ref];
    }

    /// @inheritdoc IPropertyRegistry
    function documentOf(PropertyId propertyId, DocumentKind kind) external view returns (Document memory) {
        return documentAt(propertyId, kind, documentCount(propertyId, kind));
    }

    /// @inheritdoc IPropertyRegistry
    function documentAt(PropertyId propertyId, DocumentKind kind, uint256 version)
        public
        view
        returns (Document memory document)
    {
        Document[] storage versions = _documents[propertyId][kind];
        if (version > 0 && version <= versions.length) document = versions[version - 1];
    }

    /// @inheritdoc IPropertyRegistry
    function documentCount(PropertyId propertyId, DocumentKind kind) public view returns (uint256) {
        return _documents[propertyId][kind].length;
    }

    /// @inheritdoc IPropertyRegistry
    function propertyByProviderId(string calldata provider, string calldata providerPropertyId)
        external
        view
        returns (PropertyId)
    {
        return _find(PROVIDER_PROPERTY_ID, provider, providerPropertyId);
    }

    /// @inheritdoc IPropertyRegistry
    function propertyByParcel(string calldata jurisdiction, string calldata parcel) external view returns (PropertyId) {
        return _find(PARCEL, jurisdiction, parcel);
    }

    /// @inheritdoc IPropertyRegistry
    function propertyByTitle(string calldata jurisdiction, string calldata titleReference)
        external
        view
        returns (PropertyId)
    {
        return _find(TITLE_REFERENCE, jurisdiction, titleReference);
    }

    /// @inheritdoc IPropertyRegistry
    function canonicalSpellings(string calldata text)
        external
        pure
        returns (string memory joined, string memory parted)
    {
        return (string(Spelling.joined(bytes(text))), string(Spelling.parted(bytes(text))));
    }

    function _known(PropertyId propertyId) private view returns (House storage house) {
        house = _houses[propertyId];
        require(house.shareCount != 0, UnknownProperty(propertyId));
    }

    /// @dev The house of `text`, zero if none; a text that could not have been registered names none.
    function _find(string memory field, string calldata scope, string calldata text) private view returns (PropertyId) {
        if (!_isName(scope) || !_isName(text)) return PropertyId.wrap(0);
        (bytes32 joinedKey, bytes32 partedKey) = _spellingKeys(field, scope, text);
        return _firstKnown(joinedKey, partedKey);
    }

    function _isName(string calldata text) private pure returns (bool) {
        return bytes(text).length <= MAX_NAME_LENGTH && Spelling.firstFlaw(bytes(text)) == type(uint256).max;
    }

    /// @dev Where the two spellings of `text` stand within a scope (provider, jurisdiction).
    function _spellingKeys(string memory field, string calldata scope, string calldata text)
        private
        pure
        returns (bytes32 joinedKey, bytes32 partedKey)
    {
        bytes memory scopeSpelling = Spelling.scope(bytes(scope));
        joinedKey = keccak256(abi.encode(field, "joined", scopeSpelling, Spelling.joined(bytes(text))));
        partedKey = keccak256(abi.encode(field, "parted", scopeSpelling, Spelling.parted(bytes(text))));
    }

    function _firstKnown(bytes32 joinedKey, bytes32 partedKey) private view returns (PropertyId propertyId) {
        propertyId = _bySpelling[joinedKey];
        if (propertyId.raw() == 0) propertyId = _bySpelling[partedKey];
    }
}
