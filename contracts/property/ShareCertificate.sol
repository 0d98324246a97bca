// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {Require} from "../access/Require.sol";
import {Roles} from "../access/Roles.sol";
import {Signpost} from "../access/Signpost.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {ICertificateRenderer} from "../../interfaces/property/ICertificateRenderer.sol";
import {IHouseListener} from "../../interfaces/property/IHouseListener.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IIncomeDistributor} from "../../interfaces/property/IIncomeDistributor.sol";
import {ILienHolder} from "../../interfaces/property/ILienHolder.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {IERC4907} from "../../interfaces/standards/IERC4907.sol";
import {IERC5192} from "../../interfaces/standards/IERC5192.sol";
import {IERC5646} from "../../interfaces/standards/IERC5646.sol";
import {IERC7572} from "../../interfaces/standards/IERC7572.sol";
import {IERC7943NonFungible} from "../../interfaces/standards/IERC7943.sol";
import {House, Share, ShareSlot} from "./libraries/LedgerSlots.sol";
import {ShareEncumbrances} from "./ShareEncumbrances.sol";
import {ShareLedger} from "./ShareLedger.sol";

/// @title ShareCertificate
/// @notice See {IShareCertificate}.
/// @dev The rules of moving and the paper; `ShareLedger` keeps owners, `ShareEncumbrances` what rests on a share.
/// No re-entrancy lock: every call to our own contracts is to an immutable peer or a view, and the one hook that runs
/// foreign code (ERC-721's receiver) comes after the last write.
/// @custom:kill Nobody stops free moves. COURT freezes single shares; a market or lender is stopped at its own switch.
contract ShareCertificate is ShareEncumbrances, Signpost, IERC5646, IERC7572, IHouseListener {
    /// @dev One slot. The manager's permission of one move; void after the share moved or the manager changed.
    struct Permission {
        address to;
        uint40 deadline; // last second
        uint24 moveNumber;
        uint32 managerEpoch;
    }

    /// @dev One slot. Price of the share's last move, looked at only while PRICED is set.
    struct Sale {
        address currency; // zero for dollars outside the chain
        uint96 priceUsd; // 18 decimals
    }

    /// @dev Gas for a lien holder to tell its terms.
    uint256 private constant TERMS_GAS = 300_000;

    ICredentialRegistry public immutable CREDENTIALS;
    IPropertyRegistry public immutable REGISTRY;

    mapping(uint256 shareId => Permission) private _permissions;
    mapping(uint256 shareId => Sale) private _sales;
    ICertificateRenderer private _renderer;

    constructor(
        address hub,
        ICredentialRegistry credentials,
        IPropertyRegistry registry,
        IIncomeDistributor income,
        ICertificateRenderer renderer_
    ) ShareLedger(income) AccessManaged(hub) {
        CREDENTIALS = credentials;
        REGISTRY = registry;
        _setRenderer(address(renderer_));
    }

    /* TOKENIZING */

    /// @inheritdoc IShareCertificate
    function tokenize(PropertyId propertyId, address to) external restricted {
        require(_houses[propertyId.raw()].shareCount() == 0, AlreadyTokenized(propertyId));
        (, uint8 shareCount, bool listed,) = REGISTRY.houseOf(propertyId);
        // A house that is not registered is not listed either.
        require(listed, NotTokenizable(propertyId));
        _requireReceiver(to);
        _mintHouse(propertyId, to, shareCount);
        emit Tokenized(propertyId, to, shareCount);
    }

    /* MOVES */

    /// @inheritdoc IShareCertificate
    function approveTransfer(ShareId shareId, address to, uint40 deadline) external {
        uint256 id = shareId.raw();
        PropertyId propertyId = shareId.property();
        address manager = REGISTRY.managerOf(propertyId);
        require(msg.sender == manager, NotManager(msg.sender, propertyId, manager));
        _requireOwned(id);
        Share share = _shares[id];
        if (deadline == 0) {
            delete _permissions[id];
        } else {
            require(deadline >= block.timestamp, DeadlineInPast(deadline, block.timestamp));
            _permissions[id] = Permission(to, deadline, share.moveNumber(), _houses[propertyId.raw()].managerEpoch());
        }
        // A share that never moved has no slot of its own yet, which would cost more than it saves.
        if (share.moveNumber() != 0) _shares[id] = share.marked(ShareSlot.PERMITTED, deadline != 0);
        emit TransferApproved(shareId, to, manager, deadline);
    }

    /// @dev ERC-721's transfer: the caller's authority by the standard, then the house's rules.
    function _update(address to, uint256 tokenId, address operator) internal override(ERC721) returns (address from) {
        ShareId shareId = ShareId.wrap(tokenId);
        Share share;
        (share, from) = _requirePermitted(to, shareId, operator);
        _move(shareId, share, from, to, Authority.Manager);
    }

    /// @inheritdoc IShareCertificate
    function moveBySale(ShareId shareId, address from, address to, uint256 priceUsd, address currency) external {
        uint256 id = shareId.raw();
        require(_maySell(msg.sender), NotHolder(msg.sender));
        require(priceUsd <= type(uint96).max, PriceOutOfRange(priceUsd));
        Share share = _shares[id];
        address owner = _ownerOf(id, share);
        _requireOffered(id, share, owner, msg.sender);
        require(owner == from, ERC721IncorrectOwner(from, id, owner));
        _requireUnfrozen(owner, shareId, share);
        _requireUnlocked(shareId, share);
        _requireReceiver(to);
        _sell(shareId, share, owner, to, Sale(currency, uint96(priceUsd)));
    }

    /// @inheritdoc IShareCertificate
    function requireSaleable(ShareId shareId, address market) external view {
        uint256 id = shareId.raw();
        Share share = _shares[id];
        address owner = _ownerOf(id, share);
        if (share.lease() != 0) _requireUnlocked(shareId, share);
        _requireUnfrozen(owner, shareId, share);
        _requireOffered(id, share, owner, market);
    }

    /// @dev As ERC-721 has it, but the share's own approval comes first: a market has looked at it a moment ago.
    function _requireOffered(uint256 id, Share share, address owner, address market) private view {
        if (_approvedOf(id, share) != market) _checkAuthorized(owner, market, id);
    }

    /// @inheritdoc IShareCertificate
    function moveByLease(ShareId shareId, address to, uint256 priceUsd, address currency) external {
        Share share = _requireOwnLease(shareId);
        require(priceUsd <= type(uint96).max, PriceOutOfRange(priceUsd));
        address owner = _ownerOf(shareId.raw(), share);
        _requireUnfrozen(owner, shareId, share);
        if (share.lien() != 0) _requireUnlocked(shareId, share);
        _requireReceiver(to);
        _sell(shareId, _releaseLease(shareId), owner, to, Sale(currency, uint96(priceUsd)));
    }

    /// @dev Moves a share by a sale and records it; sold to oneself, it has no new price.
    function _sell(ShareId shareId, Share share, address owner, address to, Sale memory sale) private {
        _move(shareId, share, owner, to, Authority.Sale);
        if (owner == to) return;

        uint256 id = shareId.raw();
        _sales[id] = sale;
        emit SaleRecorded(shareId, share.moveNumber() + 1, sale.priceUsd, sale.currency);
        emit MetadataUpdate(id);
    }

    /// @inheritdoc IShareCertificate
    function completeRecovery(address oldWallet, ShareId[] calldata shareIds) external {
        address current = CREDENTIALS.currentWallet(oldWallet);
        require(current != oldWallet, NotRecovered(oldWallet));
        _requireReceiver(current);
        for (uint256 i = 0; i < shareIds.length; ++i) {
            ShareId shareId = shareIds[i];
            Share share = _shares[shareId.raw()];
            address owner = _ownerOf(shareId.raw(), share);
            // There already: somebody else's batch was faster.
            if (owner == current) continue;
            require(owner == oldWallet, NotShareOwner(shareId, oldWallet, owner));
            _requireUnfrozen(owner, shareId, share);
            _move(shareId, share, owner, current, Authority.Recovery);
        }
    }

    /* COURT */

    /// @inheritdoc IERC7943NonFungible
    /// @dev Role COURT, after the delay that the hub keeps for it. Lien and lease go with the share.
    function forcedTransfer(address from, address to, uint256 tokenId) external restricted returns (bool) {
        Share share = _shares[tokenId];
        address owner = _ownerOf(tokenId, share);
        require(owner != address(0), ERC721NonexistentToken(tokenId));
        require(owner == from, ERC721IncorrectOwner(from, tokenId, owner));
        _requireReceiver(to);
        if (from != to && getFrozenTokens(from, tokenId)) _setFrozen(from, tokenId, false);
        _move(ShareId.wrap(tokenId), share, from, to, Authority.Court);
        emit ForcedTransfer(from, to, tokenId);
        return true;
    }

    /// @inheritdoc IERC7943NonFungible
    /// @dev Role COURT, at once: the delay of its orders would let a share get away.
    function setFrozenTokens(address account, uint256 tokenId, bool frozenStatus) external returns (bool) {
        _requireRole(Roles.COURT, msg.sender);
        _setFrozen(account, tokenId, frozenStatus);
        return true;
    }

    /* REGISTRY AND RENDERER */

    /// @inheritdoc IHouseListener
    function onHouseChanged(PropertyId propertyId, IPropertyRegistry.HouseChange change) external {
        require(msg.sender == address(REGISTRY), NotRegistry(msg.sender));
        House house = _houses[propertyId.raw()];
        if (change == IPropertyRegistry.HouseChange.Manager) _houses[propertyId.raw()] = house.withNextManager();
        uint8 shareCount = house.shareCount();
        // The paper does not show the listing.
        if (shareCount == 0 || change == IPropertyRegistry.HouseChange.Listing) return;
        emit BatchMetadataUpdate(propertyId.share(1).raw(), propertyId.share(shareCount).raw());
    }

    /// @inheritdoc IShareCertificate
    function setRenderer(address renderer_) external restricted {
        _setRenderer(renderer_);
        emit BatchMetadataUpdate(0, type(uint256).max);
        emit ContractURIUpdated();
    }

    function _setRenderer(address renderer_) private {
        Require.code(renderer_);
        emit RendererSet(address(_renderer), renderer_);
        _renderer = ICertificateRenderer(renderer_);
    }

    /* RULES */

    /// @dev All rules of a move under the manager's permission, with ERC-721's own first.
    function _requirePermitted(address to, ShareId shareId, address operator)
        private
        view
        returns (Share share, address owner)
    {
        uint256 id = shareId.raw();
        share = _shares[id];
        owner = _ownerOf(id, share);
        _checkAuthorized(owner, operator, id);
        _requireUnfrozen(owner, shareId, share);
        _requireUnlocked(shareId, share);
        Permission memory permission = _permissions[id];
        require(_permits(permission, share, id, to), TransferNotApproved(shareId, to));
        require(block.timestamp <= permission.deadline, TransferApprovalExpired(shareId, to, permission.deadline));
        _requireReceiver(to);
    }

    /// @dev Whether the present manager gave this permission since the share last moved; its deadline is not judged.
    function _permits(Permission memory permission, Share share, uint256 id, address to) private view returns (bool) {
        return permission.deadline != 0 && permission.to == to && permission.moveNumber == share.moveNumber()
            && permission.managerEpoch == _houses[id >> 8].managerEpoch();
    }

    /// @inheritdoc ShareEncumbrances
    function _requireReceiver(address to) internal view override {
        require(CREDENTIALS.isValid(to), ERC7943CannotReceive(to));
    }

    /// @inheritdoc IShareCertificate
    function requireTransferable(address from, address to, ShareId shareId, address operator) public view {
        require(to != address(0), ERC721InvalidReceiver(address(0)));
        (, address owner) = _requirePermitted(to, shareId, operator);
        require(owner == from, ERC721IncorrectOwner(from, shareId.raw(), owner));
    }

    /// @inheritdoc IShareCertificate
    function transferCheck(address from, address to, ShareId shareId, address operator)
        external
        view
        returns (bytes memory)
    {
        try this.requireTransferable(from, to, shareId, operator) {
            return "";
        } catch (bytes memory reason) {
            return reason;
        }
    }

    /// @inheritdoc IERC7943NonFungible
    function canSend(address account) external pure returns (bool) {
        // Who owns a share may sell it, whatever became of his credential.
        return account != address(0);
    }

    /// @inheritdoc IERC7943NonFungible
    function canReceive(address account) external view returns (bool) {
        return CREDENTIALS.isValid(account);
    }

    /// @inheritdoc IERC7943NonFungible
    function canTransfer(address from, address to, uint256 tokenId) external view returns (bool) {
        Share share = _shares[tokenId];
        Permission memory permission = _permissions[tokenId];
        return from != address(0) && !getFrozenTokens(from, tokenId) && !share.isLocked()
            && _permits(permission, share, tokenId, to) && block.timestamp <= permission.deadline
            && CREDENTIALS.isValid(to);
    }

    /* PAPER */

    /// @inheritdoc IShareCertificate
    function certificateOf(ShareId shareId) public view returns (Certificate memory paper) {
        uint256 id = shareId.raw();
        Share share = _shares[id];
        House house = _houses[id >> 8];
        PropertyId propertyId = shareId.property();
        paper.owner = _ownerOf(id, share);
        if (paper.owner == address(0)) return paper;
        paper.shareId = shareId;
        paper.propertyId = propertyId;
        paper.shareNumber = shareId.number();
        paper.shareCount = house.shareCount();
        paper.millionths = millionthsOf(paper.shareNumber, house.shareCount());
        paper.moveNumber = share.moveNumber();
        paper.transactionReference = keccak256(abi.encode(block.chainid, address(this), id, paper.moveNumber));

        IPropertyRegistry.Property memory property = REGISTRY.propertyOf(propertyId);
        paper.provider = property.provider;
        paper.providerPropertyId = property.providerPropertyId;
        paper.manager = property.manager;

        ICredentialRegistry.Credential memory credential = CREDENTIALS.credentialOf(paper.owner);
        paper.ownerId = credential.ownerId;
        paper.ownerIdIssuer = credential.issuer;

        paper.acquiredAt = share.moveNumber() == 0 ? house.tokenizedAt() : share.acquiredAt();
        if (share.moveNumber() == 0 || share.has(ShareSlot.FIRST_PRICED)) paper.priceUsd = property.firstPriceUsd;
        if (share.has(ShareSlot.PRICED)) {
            Sale memory sale = _sales[id];
            paper.priceUsd = sale.priceUsd;
            paper.currency = sale.currency;
        }
        (paper.lienHolder, paper.leaseHolder) = encumbrancesOf(shareId);
        (paper.loanTermsKnown, paper.loan) = _termsOf(paper.lienHolder, shareId);
    }

    /// @dev The terms of a lien; unknown if there is none or its holder can't tell.
    function _termsOf(address lienHolder, ShareId shareId)
        private
        view
        returns (bool known, ILienHolder.Terms memory terms)
    {
        if (lienHolder == address(0)) return (false, terms);
        // By a call to ourselves: it also catches an answer that can't be decoded, and bounds what it may cost.
        try this.loanTermsOf{gas: TERMS_GAS}(shareId) returns (ILienHolder.Terms memory told) {
            return (true, told);
        } catch {
            return (false, terms);
        }
    }

    /// @inheritdoc IShareCertificate
    function loanTermsOf(ShareId shareId) external view returns (ILienHolder.Terms memory terms) {
        (address lienHolder,) = encumbrancesOf(shareId);
        if (lienHolder != address(0)) terms = ILienHolder(lienHolder).termsOf(shareId);
    }

    /// @inheritdoc ERC721
    function tokenURI(uint256 tokenId) public view override(ERC721) returns (string memory) {
        _requireOwned(tokenId);
        return _renderer.tokenURI(certificateOf(ShareId.wrap(tokenId)));
    }

    /// @inheritdoc IERC7572
    function contractURI() external view returns (string memory) {
        return _renderer.contractURI();
    }

    /// @inheritdoc IERC5646
    /// @dev Owner, move number, lien and its terms, lease, use, freeze, approvals, senior claims, manager and document
    /// version; not debt or value, which change every second.
    function getStateFingerprint(uint256 tokenId) external view returns (bytes32 fingerprint) {
        (fingerprint,,,) = standingOf(ShareId.wrap(tokenId));
    }

    /// @inheritdoc IShareCertificate
    function standingOf(ShareId shareId)
        public
        view
        returns (bytes32 fingerprint, address owner, address manager, address lienHolder)
    {
        uint256 id = shareId.raw();
        Share share = _shares[id];
        owner = _ownerOf(id, share);
        bytes32 burdens;
        (burdens, lienHolder) = _burdensOf(shareId, share, owner);
        uint32 documentVersion;
        uint256 seniorClaimsUsd;
        uint256 seniorClaimCount;
        (manager, documentVersion, seniorClaimsUsd, seniorClaimCount) = REGISTRY.standingOf(shareId.property());
        (address permittedTo, uint40 deadline) = _permissionOf(id, share);
        fingerprint = keccak256(
            abi.encode(
                block.chainid,
                address(this),
                id,
                owner,
                share.moveNumber(),
                burdens,
                _approvedOf(id, share),
                permittedTo,
                deadline,
                manager,
                documentVersion,
                seniorClaimsUsd,
                seniorClaimCount
            )
        );
    }

    /// @dev Hash of lien, terms, lease, use and freeze; zero for a share that bears nothing, as most do: then none of it is
    /// looked up.
    function _burdensOf(ShareId shareId, Share share, address owner)
        private
        view
        returns (bytes32 burdens, address lienHolder)
    {
        uint256 id = shareId.raw();
        bool isFrozen = share.has(ShareSlot.EVER_FROZEN) && getFrozenTokens(owner, id);
        if (!share.isLocked() && _useExpiresOf(id, share) == 0 && !isFrozen) return (0, address(0));
        address leaseHolder;
        (lienHolder, leaseHolder) = encumbrancesOf(shareId);
        (, ILienHolder.Terms memory terms) = _termsOf(lienHolder, shareId);
        burdens = keccak256(
            abi.encode(lienHolder, keccak256(abi.encode(terms)), leaseHolder, userOf(id), userExpires(id), isFrozen)
        );
    }

    /* VIEWS */

    /// @inheritdoc IShareCertificate
    function transferApprovalOf(ShareId shareId) public view returns (address to, uint40 deadline) {
        return _permissionOf(shareId.raw(), _shares[shareId.raw()]);
    }

    /// @dev As `transferApprovalOf`, with the share's slot read before.
    function _permissionOf(uint256 id, Share share) private view returns (address to, uint40 deadline) {
        if (share.moveNumber() != 0 && !share.has(ShareSlot.PERMITTED)) return (address(0), 0);
        Permission memory permission = _permissions[id];
        if (block.timestamp > permission.deadline || !_permits(permission, share, id, permission.to)) {
            return (address(0), 0);
        }
        return (permission.to, permission.deadline);
    }

    /// @inheritdoc IShareCertificate
    function sharesOf(PropertyId propertyId) external view returns (uint8) {
        return _houses[propertyId.raw()].shareCount();
    }

    /// @inheritdoc IShareCertificate
    function requireOwner(address owner, ShareId[] calldata shareIds) external view {
        for (uint256 i = 0; i < shareIds.length; ++i) {
            address actual = _ownerOf(shareIds[i].raw());
            require(actual == owner, NotShareOwner(shareIds[i], owner, actual));
        }
    }

    /// @inheritdoc IShareCertificate
    function millionthsOf(uint8 number, uint8 count) public pure returns (uint32) {
        if (number == 0 || number > count) return 0;
        return uint32((1e6 * uint256(number)) / count - (1e6 * (uint256(number) - 1)) / count);
    }

    /// @inheritdoc IShareCertificate
    function holdingOf(ShareId shareId) external view returns (address owner, uint40 since) {
        Share share = _shares[shareId.raw()];
        owner = _ownerOf(shareId.raw(), share);
        if (share.moveNumber() != 0) since = share.acquiredAt();
        else if (owner != address(0)) since = _houses[shareId.raw() >> 8].tokenizedAt();
    }

    /// @inheritdoc IShareCertificate
    function moveNumberOf(ShareId shareId) external view returns (uint32) {
        return _shares[shareId.raw()].moveNumber();
    }

    /// @inheritdoc IShareCertificate
    function renderer() external view returns (address) {
        return address(_renderer);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return interfaceId == type(IERC7943NonFungible).interfaceId || interfaceId == bytes4(0x49064906) // ERC-4906
            || interfaceId == type(IERC4907).interfaceId || interfaceId == type(IERC5192).interfaceId
            || interfaceId == type(IERC5646).interfaceId || interfaceId == type(IERC7572).interfaceId
            || super.supportsInterface(interfaceId);
    }
}
