// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Anonymous credentials of owners
/// @notice An issuer that has verified a person off chain gives the person's wallet an anonymous `ownerId`, with an
/// expiry, a jurisdiction and flags. Nothing personal is stored: the id is computer-generated, and who wants houses
/// that can't be linked uses a wallet and an id for each.
/// @dev Warning: a credential that expired or was revoked takes nothing away. Its holder keeps title, income and the
/// right to sell, repay and redeem; it can't receive shares, borrow or vote.
interface ICredentialRegistry {
    /// @notice What a wallet's credential is worth now.
    /// @dev `Moved`: the wallet lost its key and another wallet took its place.
    enum Status {
        None,
        Valid,
        Expired,
        Revoked,
        IssuerRevoked,
        Moved
    }

    /// @notice A wallet's credential as a whole.
    /// @param ownerId Anonymous id of the owner; never given twice.
    /// @param issuer Who issued or renewed it last; this registry itself for a protocol holder.
    /// @param issuedAt When that was (seconds).
    /// @param expiresAt First second at which it no longer counts.
    /// @param jurisdiction ISO 3166-1 numeric code of the owner's jurisdiction, 0 if not stated.
    /// @param flags The issuer's own marks (accredited, legal entity, ...), one bit each.
    /// @param status What it is worth now.
    struct Credential {
        bytes32 ownerId;
        address issuer;
        uint40 issuedAt;
        uint40 expiresAt;
        uint16 jurisdiction;
        uint32 flags;
        Status status;
    }

    /// @notice Emitted when `issuer` gave `wallet` a credential, by `issue` or by `claim`.
    event CredentialIssued(
        address indexed wallet,
        bytes32 indexed ownerId,
        address indexed issuer,
        uint40 expiresAt,
        uint16 jurisdiction,
        uint32 flags
    );

    /// @notice Emitted when `issuer` renewed the credential of `wallet` under the same id.
    event CredentialRenewed(address indexed wallet, bytes32 indexed ownerId, address indexed issuer, uint40 expiresAt);

    /// @notice Emitted when the credential of `wallet` was revoked by `issuer`.
    event CredentialRevoked(address indexed wallet, bytes32 indexed ownerId, address indexed issuer);

    /// @notice Emitted when everything `issuer` issued at or after `since` (seconds) stopped counting.
    event IssuerRevokedSince(address indexed issuer, uint40 since);

    /// @notice Emitted when the DAO gave a contract of the protocol a credential that no issuer can revoke.
    event ProtocolHolderSet(address indexed holder, bytes32 indexed ownerId);

    /// @notice Emitted when `issuer` began to move the credential of `oldWallet` to `newWallet`.
    event RecoveryStarted(address indexed oldWallet, address indexed newWallet, address indexed issuer, uint40 readyAt);

    /// @notice Emitted when `oldWallet` objected: its key is not lost.
    event RecoveryObjected(address indexed oldWallet, address indexed newWallet);

    /// @notice Emitted when `issuer` called the recovery off: it was a mistake, or named the wrong wallet.
    event RecoveryCancelled(address indexed oldWallet, address indexed newWallet, address indexed issuer);

    /// @notice Emitted when `newWallet` took the place of `oldWallet` for good.
    event RecoveryFinished(address indexed oldWallet, address indexed newWallet, bytes32 indexed ownerId);

    /// @notice Thrown when a wallet is the zero address.
    error InvalidWallet(address wallet);

    /// @notice Thrown when an owner id is zero.
    error InvalidOwnerId(bytes32 ownerId);

    /// @notice Thrown when `ownerId` was given before, to whomever.
    error OwnerIdAlreadyUsed(bytes32 ownerId);

    /// @notice Thrown when `wallet` holds a live credential with `ownerId`.
    error CredentialStillValid(address wallet, bytes32 ownerId);

    /// @notice Thrown when `wallet` can't be renewed, revoked or recovered because of its `status`.
    error UnexpectedStatus(address wallet, Status status);

    /// @notice Thrown when `wallet` has been replaced by `newWallet` and can't be used again.
    error WalletMoved(address wallet, address newWallet);

    /// @notice Thrown when an expiry is not in the future.
    error ExpiryInPast(uint40 expiresAt, uint256 nowAt);

    /// @notice Thrown when a signature's `deadline` has passed.
    error SignatureExpired(uint256 deadline, uint256 nowAt);

    /// @notice Thrown when `issuer` did not sign exactly these fields for this chain and contract.
    error InvalidIssuerSignature(address issuer);

    /// @notice Thrown when `issuer` can't issue because everything from it since `since` is revoked.
    error IssuerIsRevoked(address issuer, uint40 since);

    /// @notice Thrown when `caller` did not issue the credential of `wallet` and its issuer `issuer` still can act.
    error NotTheIssuer(address caller, address wallet, address issuer);

    /// @notice Thrown when a revocation in bulk is not earlier than the standing one, lies in the future, or is zero
    /// (which stands for none).
    error InvalidRevocationTime(uint40 since, uint40 standing, uint256 nowAt);

    /// @notice Thrown when a wallet meant to take over has a credential or a past of its own, or when a wallet that took
    /// another's place is to get a new credential (its old one can be renewed).
    error WalletAlreadyKnown(address wallet);

    /// @notice Thrown when no recovery of `wallet` is under way.
    error NoRecovery(address wallet);

    /// @notice Thrown when a recovery is already under way to `newWallet`; no new credential meanwhile either.
    error RecoveryUnderWay(address wallet, address newWallet);

    /// @notice Thrown when the time to object lasts until `readyAt`.
    error RecoveryNotReady(address wallet, uint40 readyAt, uint256 nowAt);

    /// @notice Thrown when a protocol holder has no code.
    error HolderWithoutCode(address holder);

    /// @notice Thrown at construction when the time to object, in seconds, is not from 1 day to 90 days.
    error RecoveryPeriodOutOfRange(uint40 period);

    /// @notice Gives `wallet` a credential. Role ISSUER, in person (not through the hub's `execute`), like all of it; if the
    /// wallet had one before, its issuer, or any once that one can't act. With `claim` the wallet chooses its issuer.
    /// @param ownerId Not zero, never used before.
    /// @param expiresAt Seconds, in the future.
    function issue(address wallet, bytes32 ownerId, uint40 expiresAt, uint16 jurisdiction, uint32 flags) external;

    /// @notice Takes a credential that `issuer` signed for the caller: the wallet pays, the issuer sends nothing.
    /// @dev EIP-712 type: `Claim(address wallet,bytes32 ownerId,uint40 expiresAt,uint16 jurisdiction,uint32 flags,
    /// address issuer,uint256 deadline)`. It acts once because an owner id does. ECDSA (65 bytes, low s) is tried
    /// first, then ERC-1271 if the issuer has code.
    /// A signature is withdrawn by giving its owner id elsewhere, or it runs out: keep deadlines short.
    /// @param deadline Last second at which the signature counts.
    function claim(
        bytes32 ownerId,
        uint40 expiresAt,
        uint16 jurisdiction,
        uint32 flags,
        address issuer,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Extends (or shortens) the life of the credential of `wallet` under the same owner id, also after it
    /// expired. Role ISSUER: its own issuer, or any once that one lost the role or was revoked.
    /// @dev It counts as issued by the caller now, so that a revocation in bulk reaches it.
    function renew(address wallet, uint40 expiresAt) external;

    /// @notice Ends the credential of `wallet` for good. Role ISSUER: its own issuer, or any once that one lost the
    /// role or was revoked.
    function revoke(address wallet) external;

    /// @notice Ends everything that `issuer` issued at or after `since` (seconds), for a stolen key. The issuer
    /// itself, while it holds the role, or the DAO. It can be moved to an earlier time, never to a later one, and the address issues no more.
    /// @dev The address renews, revokes and recovers no more either, and recoveries that it began since then are void.
    function revokeIssuedSince(address issuer, uint40 since) external;

    /// @notice Gives a contract of the protocol a credential that does not expire and no issuer can revoke, because a
    /// foreclosure must be able to end with it. The DAO's.
    function setProtocolHolder(address holder) external;

    /// @notice Begins to move the credential of `oldWallet`, whose key is lost, to `newWallet`. Role ISSUER: its own
    /// issuer, or any once that one lost the role or was revoked.
    function startRecovery(address oldWallet, address newWallet) external;

    /// @notice Stops the recovery of the calling wallet: its key is not lost.
    function objectToRecovery() external;

    /// @notice Calls the recovery of `oldWallet` off, which can't object to a mistake if its key is lost indeed. Role
    /// ISSUER: the credential's own issuer, or any once that one lost the role or was revoked.
    function cancelRecovery(address oldWallet) external;

    /// @notice Records `oldWallet` -> `newWallet` once the time to object is over. Anyone.
    /// @dev The certificates follow in batches by `ShareCertificate.completeRecovery`.
    function finishRecovery(address oldWallet) external;

    /// @notice Whether `wallet` holds a credential that counts now.
    function isValid(address wallet) external view returns (bool);

    /// @notice Whether `wallet` holds a credential that counts now, and not one of a contract of the protocol.
    function isValidPerson(address wallet) external view returns (bool);

    /// @notice The owner id that `wallet` holds or held; zero if none ever.
    function ownerIdOf(address wallet) external view returns (bytes32);

    /// @notice Whether `one` and `other` are two known persons, neither of them a protocol holder or the person of `third`,
    /// who may be unknown: by their owner ids, which a recovered wallet keeps.
    function areStrangers(address one, address other, address third) external view returns (bool);

    /// @notice Whether another wallet took the place of `wallet`: `currentWallet` names it.
    function isReplaced(address wallet) external view returns (bool);

    /// @notice The credential of `wallet` as a whole.
    function credentialOf(address wallet) external view returns (Credential memory);

    /// @notice The wallet that stands for `wallet` today: itself, or the last one that took its place.
    function currentWallet(address wallet) external view returns (address);

    /// @notice The recovery of `oldWallet` that is under way; zeros if none.
    function recoveryOf(address oldWallet) external view returns (address newWallet, uint40 readyAt);

    /// @notice From when on nothing of `issuer` counts (seconds); zero if all does.
    function revokedSince(address issuer) external view returns (uint40);

    /// @notice How long an old wallet can object, in seconds.
    function recoveryPeriod() external view returns (uint40);
}
