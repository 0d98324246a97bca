// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {PropertyId} from "./Ids.sol";

/// @title The land register of the suite
/// @notice Every house with its provider, parcel, title, holding entity, manager, share count and first price, its
/// documents in all their versions, and the senior claims recorded against it. A house is registered once, however its
/// numbers are spelled, and is never removed: `delist` takes away the listing, not the certificates.
/// @dev A provider's id (within the provider), a parcel and a title (within the jurisdiction) are compared by two
/// canonical spellings (see `canonicalSpellings`); both must be new. A deed of several houses is named with its part.
interface IPropertyRegistry is IRequirements {
    /// @notice The documents a house can have; each is versioned on its own.
    enum DocumentKind {
        Description,
        Appraisal,
        Inspection,
        Photographs,
        Title,
        OperatingAgreement
    }

    /// @notice What of a house changed, for the listener.
    enum HouseChange {
        Manager,
        Document,
        SeniorClaim,
        Listing
    }

    /// @notice What a house is registered with. Texts are printable ASCII with a letter or digit; names, numbers and
    /// references have 1 to 64 bytes, links 1 to 256.
    /// @param provider Name of the registration-service provider.
    /// @param providerPropertyId The provider's own unique id of the house.
    /// @param jurisdiction Where the parcel number counts, for instance "US-MA-009".
    /// @param parcel Parcel number in that jurisdiction.
    /// @param titleReference Reference of the title in the public records.
    /// @param holdingEntity Wallet of the company that holds the house.
    /// @param manager Property manager: approves transfers, keeps the documents.
    /// @param shareCount Number of shares, 2 to 100, for ever.
    /// @param firstPriceUsd First price of one share (US dollars, 18 decimals), above 0 and below 2^96.
    /// @param listingUri Link to the listing.
    /// @param descriptionUri Where the description document lies (address parts, market, area, rooms, ...).
    /// @param descriptionSha256 SHA-256 of that document's bytes.
    struct PropertyTerms {
        string provider;
        string providerPropertyId;
        string jurisdiction;
        string parcel;
        string titleReference;
        address holdingEntity;
        address manager;
        uint8 shareCount;
        uint256 firstPriceUsd;
        string listingUri;
        string descriptionUri;
        bytes32 descriptionSha256;
    }

    /// @notice A registered house without its documents.
    /// @param listed Whether the listing stands.
    /// @param registeredAt When it was registered (seconds).
    /// @param documentVersion Number of documents ever set for it: changes with each.
    /// @param seniorClaimsUsd Sum of the standing senior claims (US dollars, 18 decimals).
    /// @param seniorClaimCount How many stand.
    struct Property {
        string provider;
        string providerPropertyId;
        string jurisdiction;
        string parcel;
        string titleReference;
        string listingUri;
        address holdingEntity;
        address manager;
        uint8 shareCount;
        bool listed;
        uint40 registeredAt;
        uint32 documentVersion;
        uint256 firstPriceUsd;
        uint256 seniorClaimsUsd;
        uint16 seniorClaimCount;
    }

    /// @notice One version of a document.
    /// @param sha256Hash SHA-256 of its bytes.
    /// @param setAt When it was set (seconds).
    /// @param uri Where it lies.
    struct Document {
        bytes32 sha256Hash;
        uint40 setAt;
        string uri;
    }

    /// @notice Emitted when a house was registered.
    event PropertyRegistered(
        PropertyId indexed propertyId,
        address indexed holdingEntity,
        address indexed manager,
        string provider,
        string providerPropertyId,
        uint8 shareCount,
        uint256 firstPriceUsd
    );

    /// @notice Emitted when version `version` (from 1) of a document was set.
    event DocumentSet(
        PropertyId indexed propertyId, DocumentKind indexed kind, uint256 version, string uri, bytes32 sha256Hash
    );

    /// @notice Emitted when the manager changed.
    event ManagerSet(PropertyId indexed propertyId, address indexed previous, address indexed manager);

    /// @notice Emitted when the listing was removed.
    event Delisted(PropertyId indexed propertyId);

    /// @notice Emitted when a claim of `amountUsd` (18 decimals) that ranks before the shares was recorded.
    event SeniorClaimReported(PropertyId indexed propertyId, bytes32 indexed ref, uint256 amountUsd);

    /// @notice Emitted when the claim `ref` was settled or withdrawn.
    event SeniorClaimCleared(PropertyId indexed propertyId, bytes32 indexed ref, uint256 amountUsd);

    /// @notice Emitted when the row of the contract that is told of changes was written.
    event ListenerSet(address indexed previous, address indexed listener);

    /// @notice Thrown when house `propertyId` is not registered.
    error UnknownProperty(PropertyId propertyId);

    /// @notice Thrown when the text `value` of `field` is registered already, possibly in other spelling, for `existing`.
    error AlreadyRegistered(string field, string value, PropertyId existing);

    /// @notice Thrown when a share count is not from 2 to 100.
    error ShareCountOutOfRange(uint256 shareCount);

    /// @notice Thrown when a first price is 0 or does not fit 96 bits.
    error FirstPriceOutOfRange(uint256 firstPriceUsd);

    /// @notice Thrown when the text of `field` has `length` bytes, outside 1 to `maxLength`.
    error TextLengthOutOfRange(string field, uint256 length, uint256 maxLength);

    /// @notice Thrown when `field` holds a byte that is not printable ASCII, at `position`, or no letter or digit at all.
    error UnreadableText(string field, uint256 position);

    /// @notice Thrown when the address of `field` is zero.
    error MissingAddress(string field);

    /// @notice Thrown when a document's hash is zero.
    error MissingHash(DocumentKind kind);

    /// @notice Thrown when a house is delisted already.
    error AlreadyDelisted(PropertyId propertyId);

    /// @notice Thrown when a claim's amount is 0, the sum does not fit 128 bits, or 65,535 claims stand.
    error ClaimOutOfRange(uint256 amountUsd);

    /// @notice Thrown when `ref` stands already, with `amountUsd`.
    error ClaimAlreadyReported(PropertyId propertyId, bytes32 ref, uint256 amountUsd);

    /// @notice Thrown when no claim `ref` stands.
    error UnknownClaim(PropertyId propertyId, bytes32 ref);

    /// @notice Thrown when `caller` is neither the house's manager nor a registrar.
    error NotManagerOrRegistrar(address caller, PropertyId propertyId);

    /// @notice Registers a house. Role REGISTRAR; stopped by the guardian's switch.
    function register(PropertyTerms calldata terms) external returns (PropertyId propertyId);

    /// @notice Adds a version of a document. The house's manager or role REGISTRAR.
    /// @param uri 1 to 256 bytes.
    /// @param sha256Hash SHA-256 of the document's bytes, not zero.
    function setDocument(PropertyId propertyId, DocumentKind kind, string calldata uri, bytes32 sha256Hash) external;

    /// @notice Replaces the manager; permissions that the old one gave and that were not used die with it. Role REGISTRAR.
    function setManager(PropertyId propertyId, address manager) external;

    /// @notice Removes the listing for good; certificates, liens and history stay. Role REGISTRAR.
    function delist(PropertyId propertyId) external;

    /// @notice Records a mortgage, tax lien or the like that ranks before the shares. Role REGISTRAR.
    /// @param amountUsd US dollars, 18 decimals, above 0.
    /// @param ref Reference of the claim, one of its own each.
    function reportSeniorClaim(PropertyId propertyId, uint256 amountUsd, bytes32 ref) external;

    /// @notice Removes the claim `ref`. Role REGISTRAR.
    function clearSeniorClaim(PropertyId propertyId, bytes32 ref) external;

    /// @notice Writes the row of the contract that is told of changes; zero for none. The DAO's.
    /// @dev Warning: while the certificate is not told, permissions of a manager survive his replacement.
    function setListener(address listener) external;

    /// @notice Stops new registrations until the stop ends by itself. Role GUARDIAN.
    function stopRegistration() external;

    /// @notice Lifts that stop early. The DAO's.
    function resumeRegistration() external;

    /// @notice How many houses are registered; their ids are 1 to this.
    function propertyCount() external view returns (uint256);

    /// @notice The house as a whole; zeros and empty texts if it is unknown.
    function propertyOf(PropertyId propertyId) external view returns (Property memory);

    /// @notice What other contracts need of a house, in one read; zeros if it is unknown.
    /// @return manager Property manager.
    /// @return shareCount Number of shares.
    /// @return listed Whether the listing stands.
    /// @return documentVersion Number of documents ever set for it: changes with each.
    function houseOf(PropertyId propertyId)
        external
        view
        returns (address manager, uint8 shareCount, bool listed, uint32 documentVersion);

    /// @notice The house's manager; zero if the house is unknown.
    function managerOf(PropertyId propertyId) external view returns (address);

    /// @notice Sum of the standing senior claims (US dollars, 18 decimals) and how many there are.
    function seniorClaimsOf(PropertyId propertyId) external view returns (uint256 amountUsd, uint256 count);

    /// @notice What a share's fingerprint has of its house, in one call: see `houseOf` and `seniorClaimsOf`.
    function standingOf(PropertyId propertyId)
        external
        view
        returns (address manager, uint32 documentVersion, uint256 seniorClaimsUsd, uint256 seniorClaimCount);

    /// @notice Who held the whole house first, and its number of shares; zeros if it is unknown.
    function holdingEntityOf(PropertyId propertyId) external view returns (address holdingEntity, uint8 shareCount);

    /// @notice The standing claim `ref` (US dollars, 18 decimals); 0 if none.
    function seniorClaim(PropertyId propertyId, bytes32 ref) external view returns (uint256 amountUsd);

    /// @notice The latest version of a document; empty, with a zero hash, if there is none.
    function documentOf(PropertyId propertyId, DocumentKind kind) external view returns (Document memory);

    /// @notice Version `version` (from 1) of a document; empty, with a zero hash, if it does not exist.
    function documentAt(PropertyId propertyId, DocumentKind kind, uint256 version)
        external
        view
        returns (Document memory);

    /// @notice How many versions of a document exist.
    function documentCount(PropertyId propertyId, DocumentKind kind) external view returns (uint256);

    /// @notice The house registered under a provider's id, however spelled; zero if none.
    function propertyByProviderId(string calldata provider, string calldata providerPropertyId)
        external
        view
        returns (PropertyId);

    /// @notice The house registered on a parcel, however spelled; zero if none.
    function propertyByParcel(string calldata jurisdiction, string calldata parcel) external view returns (PropertyId);

    /// @notice The house registered on a title, however spelled; zero if none.
    function propertyByTitle(string calldata jurisdiction, string calldata titleReference)
        external
        view
        returns (PropertyId);

    /// @notice The two canonical spellings by which identifiers are compared. Whatever is not an ASCII letter or digit
    /// separates parts; of a number of zeros alone one zero stays: "000" -> "0", "12-00" -> "12-0".
    /// @return joined Letters and digits alone, upper case, zeros in front dropped: "007-12a" and "7.12 A" -> "712A".
    /// @return parted The same part by part, zeros in front of each dropped; a part ends at a separator and between letters
    /// and digits: "12-003", "012 3" -> "12-3"; "R012", "r-12" -> "R-12".
    function canonicalSpellings(string calldata text) external pure returns (string memory joined, string memory parted);

    /// @notice The contract that is told of changes; zero for none.
    function listener() external view returns (address);

    /// @notice Until when registration is stopped (seconds); in the past if it is not.
    function registrationStoppedUntil() external view returns (uint40);
}
