// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {Roles} from "../access/Roles.sol";
import {SignatureCheck} from "../access/SignatureCheck.sol";
import {Signpost} from "../access/Signpost.sol";

/// @title Anonymous credentials of owners
/// @dev A person is the chain of wallets that took each other's place. The first of them is the person's root: every
/// later one names it, and it names the present one, so that a chain of any length resolves in two reads.
/// @custom:kill Nothing to stop: issuers lose their role in the hub, or what they issued with `revokeIssuedSince`.
contract CredentialRegistry is ICredentialRegistry, Signpost, RoleGated, EIP712 {
    /// @dev All that `isValid` needs of a wallet lies in the first slot, and enough of the owner's id to tell it from others.
    /// @param issuerId Who issued or renewed it last; 0 for a protocol holder, which none can touch.
    /// @param issuedAt When that was; 0 if the wallet never had a credential.
    /// @param ownerTag The owner's id, cut short: ids with other tags are others.
    struct Record {
        uint32 issuerId;
        uint40 issuedAt;
        uint40 expiresAt;
        uint16 jurisdiction;
        uint32 flags;
        bool isRevoked;
        bool isMoved;
        bytes10 ownerTag;
        bytes32 ownerId;
    }

    /// @param revokedSince From when on nothing of it counts; 0 if all does.
    struct Issuer {
        address account;
        uint40 revokedSince;
    }

    /// @param startedBy Id of the issuer who began it: if everything from it since before then is revoked, so is this.
    struct Recovery {
        address newWallet;
        uint40 readyAt;
        uint32 startedBy;
    }

    bytes32 private constant CLAIM_TYPEHASH = keccak256(
        "Claim(address wallet,bytes32 ownerId,uint40 expiresAt,uint16 jurisdiction,uint32 flags,address issuer,uint256 deadline)"
    );
    uint40 private constant MIN_RECOVERY_PERIOD = 1 days;
    uint40 private constant MAX_RECOVERY_PERIOD = 90 days;
    uint40 private constant NEVER = type(uint40).max;

    /// @inheritdoc ICredentialRegistry
    uint40 public immutable recoveryPeriod;

    uint32 private _issuerCount;
    mapping(uint32 issuerId => Issuer) private _issuers;
    mapping(address account => uint32 issuerId) private _issuerIdOf;
    mapping(address wallet => Record) private _records;
    mapping(bytes32 ownerId => bool) private _isUsed;
    mapping(address oldWallet => Recovery) private _recoveries;

    /// @dev The person's first wallet, for each wallet that was replaced or took another's place; 0 for all others, who
    /// are thereby known by one read.
    mapping(address wallet => address root) private _rootOf;

    /// @dev The present wallet of a person who was recovered.
    mapping(address root => address wallet) private _presentOf;

    constructor(address hub, uint40 recoveryPeriod_) AccessManaged(hub) EIP712("Commonhold Credentials", "1") {
        require(
            recoveryPeriod_ >= MIN_RECOVERY_PERIOD && recoveryPeriod_ <= MAX_RECOVERY_PERIOD,
            RecoveryPeriodOutOfRange(recoveryPeriod_)
        );
        recoveryPeriod = recoveryPeriod_;
    }

    /// @dev An issuer acts in person. Through the hub's `execute` the hub would be the caller: written down as the
    /// issuer, out of reach of `revokeIssuedSince`, and open to every holder of the role.
    modifier inPerson() {
        require(msg.sender != authority(), MissingRole(msg.sender, Roles.ISSUER));
        _;
    }

    /* THE DAO */

    /// @inheritdoc ICredentialRegistry
    function setProtocolHolder(address holder) external restricted {
        require(holder.code.length > 0, HolderWithoutCode(holder));
        _requireIssuable(holder);
        // The time keeps an issuer from taking the id beforehand.
        bytes32 ownerId = keccak256(abi.encode(block.chainid, address(this), holder, block.timestamp));
        _useOwnerId(ownerId);
        _records[holder] = Record({
            issuerId: 0,
            issuedAt: uint40(block.timestamp),
            expiresAt: NEVER,
            jurisdiction: 0,
            flags: 0,
            isRevoked: false,
            isMoved: false,
            ownerTag: bytes10(ownerId),
            ownerId: ownerId
        });
        emit ProtocolHolderSet(holder, ownerId);
    }

    /// @inheritdoc ICredentialRegistry
    function revokeIssuedSince(address issuer, uint40 since) external {
        bool isOwn = msg.sender == issuer && _hasRole(Roles.ISSUER, issuer);
        if (!isOwn) _checkCanCall(msg.sender, msg.data); // the DAO's, as if `restricted`
        Issuer storage entry = _issuers[_enterIssuer(issuer)];
        uint40 standing = entry.revokedSince;
        require(
            since != 0 && since <= block.timestamp && (standing == 0 || since < standing),
            InvalidRevocationTime(since, standing, block.timestamp)
        );
        entry.revokedSince = since;
        emit IssuerRevokedSince(issuer, since);
    }

    /* ISSUING */

    /// @inheritdoc ICredentialRegistry
    function issue(address wallet, bytes32 ownerId, uint40 expiresAt, uint16 jurisdiction, uint32 flags)
        external
        restricted
        inPerson
    {
        // A dead credential is still its issuer's to replace: else another could take the wallet over, and recover it.
        // By `claim` the wallet itself agrees.
        _requireIssuable(wallet);
        Record storage record = _records[wallet];
        if (record.issuedAt != 0) _requireAuthorityOver(wallet, record);
        _issue(msg.sender, wallet, ownerId, expiresAt, jurisdiction, flags);
    }

    /// @inheritdoc ICredentialRegistry
    function claim(
        bytes32 ownerId,
        uint40 expiresAt,
        uint16 jurisdiction,
        uint32 flags,
        address issuer,
        uint256 deadline,
        bytes calldata signature
    ) external {
        require(block.timestamp <= deadline, SignatureExpired(deadline, block.timestamp));
        _requireRole(Roles.ISSUER, issuer);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(CLAIM_TYPEHASH, msg.sender, ownerId, expiresAt, jurisdiction, flags, issuer, deadline))
        );
        require(SignatureCheck.isSignedBy(issuer, digest, signature), InvalidIssuerSignature(issuer));
        _requireIssuable(msg.sender);
        _issue(issuer, msg.sender, ownerId, expiresAt, jurisdiction, flags);
    }

    /// @inheritdoc ICredentialRegistry
    function renew(address wallet, uint40 expiresAt) external restricted inPerson {
        Record storage record = _records[wallet];
        Status status = _statusOf(record);
        require(
            status == Status.Valid || status == Status.Expired || status == Status.IssuerRevoked,
            UnexpectedStatus(wallet, status)
        );
        _requireAuthorityOver(wallet, record);
        _requireFuture(expiresAt);
        record.issuerId = _enterIssuer(msg.sender);
        record.issuedAt = uint40(block.timestamp);
        record.expiresAt = expiresAt;
        emit CredentialRenewed(wallet, record.ownerId, msg.sender, expiresAt);
    }

    /// @inheritdoc ICredentialRegistry
    function revoke(address wallet) external restricted inPerson {
        Record storage record = _records[wallet];
        Status status = _statusOf(record);
        require(
            status == Status.Valid || status == Status.Expired || status == Status.IssuerRevoked,
            UnexpectedStatus(wallet, status)
        );
        _requireAuthorityOver(wallet, record);
        record.isRevoked = true;
        emit CredentialRevoked(wallet, record.ownerId, msg.sender);
    }

    /* RECOVERY */

    /// @inheritdoc ICredentialRegistry
    function startRecovery(address oldWallet, address newWallet) external restricted inPerson {
        Record storage record = _records[oldWallet];
        Status status = _statusOf(record);
        require(status != Status.None && status != Status.Moved, UnexpectedStatus(oldWallet, status));
        _requireAuthorityOver(oldWallet, record);
        _requireNoRecovery(oldWallet);
        require(newWallet != address(0), InvalidWallet(newWallet));
        _requireUnknown(newWallet);
        uint40 readyAt = uint40(block.timestamp) + recoveryPeriod;
        _recoveries[oldWallet] = Recovery({newWallet: newWallet, readyAt: readyAt, startedBy: _enterIssuer(msg.sender)});
        emit RecoveryStarted(oldWallet, newWallet, msg.sender, readyAt);
    }

    /// @inheritdoc ICredentialRegistry
    function objectToRecovery() external {
        Recovery memory recovery = _underWay(msg.sender);
        delete _recoveries[msg.sender];
        emit RecoveryObjected(msg.sender, recovery.newWallet);
    }

    /// @inheritdoc ICredentialRegistry
    function cancelRecovery(address oldWallet) external restricted inPerson {
        Recovery memory recovery = _underWay(oldWallet);
        _requireAuthorityOver(oldWallet, _records[oldWallet]);
        delete _recoveries[oldWallet];
        emit RecoveryCancelled(oldWallet, recovery.newWallet, msg.sender);
    }

    /// @inheritdoc ICredentialRegistry
    function finishRecovery(address oldWallet) external {
        Recovery memory recovery = _underWay(oldWallet);
        require(block.timestamp >= recovery.readyAt, RecoveryNotReady(oldWallet, recovery.readyAt, block.timestamp));
        address newWallet = recovery.newWallet;
        _requireUnknown(newWallet);
        delete _recoveries[oldWallet];
        // The credential goes as it is: whatever it is worth, the new wallet's is worth the same.
        Record storage record = _records[oldWallet];
        _records[newWallet] = record;
        record.isMoved = true;
        address root = _rootOf[oldWallet];
        if (root == address(0)) {
            root = oldWallet;
            _rootOf[oldWallet] = root;
        }
        _rootOf[newWallet] = root;
        _presentOf[root] = newWallet;
        emit RecoveryFinished(oldWallet, newWallet, record.ownerId);
    }

    /* VIEWS */

    /// @inheritdoc ICredentialRegistry
    function isValid(address wallet) external view returns (bool) {
        return _statusOf(_records[wallet]) == Status.Valid;
    }

    /// @inheritdoc ICredentialRegistry
    function isValidPerson(address wallet) external view returns (bool) {
        Record storage record = _records[wallet];
        // Only the registry itself issues under the id 0.
        return record.issuerId != 0 && _statusOf(record) == Status.Valid;
    }

    /// @inheritdoc ICredentialRegistry
    function ownerIdOf(address wallet) external view returns (bytes32) {
        return _records[wallet].ownerId;
    }

    /// @inheritdoc ICredentialRegistry
    function areStrangers(address one, address other, address third) external view returns (bool) {
        (uint32 oneIssuer, bytes10 oneTag) = (_records[one].issuerId, _records[one].ownerTag);
        (uint32 otherIssuer, bytes10 otherTag) = (_records[other].issuerId, _records[other].ownerTag);
        // Without a credential there is no issuer either, and only the registry itself issues under the id 0.
        if (oneIssuer == 0 || otherIssuer == 0) return false;
        bytes10 thirdTag = _records[third].ownerTag;
        // Other tags, other owners; only if tags agree, the ids are read.
        if (oneTag == otherTag && _isSameOwner(one, other)) return false;
        if (oneTag == thirdTag && _isSameOwner(one, third)) return false;
        return otherTag != thirdTag || !_isSameOwner(other, third);
    }

    /// @inheritdoc ICredentialRegistry
    function isReplaced(address wallet) external view returns (bool) {
        return _records[wallet].isMoved;
    }

    /// @inheritdoc ICredentialRegistry
    function credentialOf(address wallet) external view returns (Credential memory) {
        Record storage record = _records[wallet];
        return Credential({
            ownerId: record.ownerId,
            issuer: _issuerOf(record),
            issuedAt: record.issuedAt,
            expiresAt: record.expiresAt,
            jurisdiction: record.jurisdiction,
            flags: record.flags,
            status: _statusOf(record)
        });
    }

    /// @inheritdoc ICredentialRegistry
    function currentWallet(address wallet) public view returns (address) {
        address root = _rootOf[wallet];
        return root == address(0) ? wallet : _presentOf[root];
    }

    /// @inheritdoc ICredentialRegistry
    function recoveryOf(address oldWallet) external view returns (address newWallet, uint40 readyAt) {
        Recovery memory recovery = _recoveries[oldWallet];
        if (_isUnderWay(recovery)) return (recovery.newWallet, recovery.readyAt);
    }

    /// @inheritdoc ICredentialRegistry
    function revokedSince(address issuer) external view returns (uint40) {
        return _issuers[_issuerIdOf[issuer]].revokedSince;
    }

    /* INTERNAL */

    function _issue(
        address issuer,
        address wallet,
        bytes32 ownerId,
        uint40 expiresAt,
        uint16 jurisdiction,
        uint32 flags
    ) private {
        _requireFuture(expiresAt);
        _requireNotRevoked(issuer);
        _useOwnerId(ownerId);
        _records[wallet] = Record({
            issuerId: _enterIssuer(issuer),
            issuedAt: uint40(block.timestamp),
            expiresAt: expiresAt,
            jurisdiction: jurisdiction,
            flags: flags,
            isRevoked: false,
            isMoved: false,
            ownerTag: bytes10(ownerId),
            ownerId: ownerId
        });
        emit CredentialIssued(wallet, ownerId, issuer, expiresAt, jurisdiction, flags);
    }

    /// @dev The id of `account` in the table of issuers, which it enters with its first act and never leaves.
    function _enterIssuer(address account) private returns (uint32 issuerId) {
        issuerId = _issuerIdOf[account];
        if (issuerId == 0) {
            issuerId = ++_issuerCount;
            _issuerIdOf[account] = issuerId;
            _issuers[issuerId].account = account;
        }
    }

    function _useOwnerId(bytes32 ownerId) private {
        require(ownerId != 0, InvalidOwnerId(ownerId));
        require(!_isUsed[ownerId], OwnerIdAlreadyUsed(ownerId));
        _isUsed[ownerId] = true;
    }

    function _requireFuture(uint40 expiresAt) private view {
        require(expiresAt > block.timestamp, ExpiryInPast(expiresAt, block.timestamp));
    }

    /// @dev A wallet gets a new credential only if it has no live one, was not replaced, and no recovery of it is under
    /// way: that would move a credential which the issuer of the new one never agreed to move.
    function _requireIssuable(address wallet) private view {
        require(wallet != address(0), InvalidWallet(wallet));
        Record storage record = _records[wallet];
        Status status = _statusOf(record);
        require(status != Status.Moved, WalletMoved(wallet, currentWallet(wallet)));
        require(status != Status.Valid, CredentialStillValid(wallet, record.ownerId));
        _requireNoRecovery(wallet);
    }

    /// @dev A wallet that has a root has a record, too.
    function _requireUnknown(address wallet) private view {
        require(_records[wallet].issuedAt == 0, WalletAlreadyKnown(wallet));
    }

    function _requireNoRecovery(address wallet) private view {
        Recovery memory recovery = _recoveries[wallet];
        require(!_isUnderWay(recovery), RecoveryUnderWay(wallet, recovery.newWallet));
    }

    function _underWay(address wallet) private view returns (Recovery memory recovery) {
        recovery = _recoveries[wallet];
        require(_isUnderWay(recovery), NoRecovery(wallet));
    }

    function _requireNotRevoked(address issuer) private view {
        uint40 since = _issuers[_issuerIdOf[issuer]].revokedSince;
        require(since == 0, IssuerIsRevoked(issuer, since));
    }

    /// @dev The caller, an issuer by its role, is in good standing and is the credential's own issuer, unless that one
    /// can't act any more. A protocol holder's issuer is this registry, which always can.
    function _requireAuthorityOver(address wallet, Record storage record) private view {
        _requireNotRevoked(msg.sender);
        address issuer = _issuerOf(record);
        if (msg.sender == issuer) return;
        bool canAct =
            issuer == address(this) || (_issuers[record.issuerId].revokedSince == 0 && _hasRole(Roles.ISSUER, issuer));
        require(!canAct, NotTheIssuer(msg.sender, wallet, issuer));
    }

    function _isSameOwner(address one, address other) private view returns (bool) {
        return _records[one].ownerId == _records[other].ownerId;
    }

    /// @dev A recovery counts unless the issuer who began it is revoked since then or earlier: else a stolen issuer key
    /// would reach its customers' shares after all.
    function _isUnderWay(Recovery memory recovery) private view returns (bool) {
        if (recovery.newWallet == address(0)) return false;
        uint40 since = _issuers[recovery.startedBy].revokedSince;
        return since == 0 || recovery.readyAt - recoveryPeriod < since;
    }

    function _issuerOf(Record storage record) private view returns (address) {
        if (record.issuedAt == 0) return address(0);
        return record.issuerId == 0 ? address(this) : _issuers[record.issuerId].account;
    }

    /// @dev Reads two slots, the record's first and the issuer's: this is asked in every transfer of a certificate.
    function _statusOf(Record storage record) private view returns (Status) {
        if (record.issuedAt == 0) return Status.None;
        if (record.isMoved) return Status.Moved;
        if (record.isRevoked) return Status.Revoked;
        if (record.issuerId == 0) return Status.Valid;
        uint40 since = _issuers[record.issuerId].revokedSince;
        if (since != 0 && record.issuedAt >= since) return Status.IssuerRevoked;
        return block.timestamp < record.expiresAt ? Status.Valid : Status.Expired;
    }
}
