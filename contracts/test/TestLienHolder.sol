// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ShareId} from "../../interfaces/property/Ids.sol";
import {ILienHolder} from "../../interfaces/property/ILienHolder.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";

/// @title A small holder of liens and leases, for tests and the demo until the loan book takes its place
/// @notice A share's owner pledges it to a lender under terms of his choice; the lender releases the lien, forecloses
/// or announces new terms. An owner leases his share out, and the owner ends the lease. No money moves here.
contract TestLienHolder is ILienHolder {
    /// @notice Thrown when `caller` does not own `shareId`; `owner` does.
    error NotShareOwner(ShareId shareId, address caller, address owner);

    /// @notice Thrown when `caller` is not the lender of `shareId`; `lender` is, or zero if there is no lien.
    error NotLender(ShareId shareId, address caller, address lender);

    /// @notice Thrown when terms name no lender.
    error MissingLender(ShareId shareId);

    /// @notice Thrown when neither a lien nor a lease of `shareId` is recorded here.
    error NoTerms(ShareId shareId);

    IShareCertificate public immutable CERTIFICATE;

    mapping(ShareId => Terms) private _liens;
    mapping(ShareId => Terms) private _leases;

    constructor(IShareCertificate certificate) {
        CERTIFICATE = certificate;
    }

    /* LIENS */

    /// @notice Records a lien on `shareId` under `terms`. Its owner, whose call is the consent.
    function place(ShareId shareId, Terms calldata terms) external {
        _requireOwner(shareId);
        require(terms.lender != address(0), MissingLender(shareId));
        // The certificate refuses a second lien, so nobody's terms are overwritten.
        _liens[shareId] = terms;
        CERTIFICATE.placeLien(shareId);
    }

    /// @notice Ends the lien of `shareId`. Its lender.
    function release(ShareId shareId) external {
        _requireLender(shareId);
        delete _liens[shareId];
        CERTIFICATE.releaseLien(shareId);
    }

    /// @notice Ends the lien of `shareId` and moves the share to `to`. Its lender.
    function foreclose(ShareId shareId, address to) external {
        _requireLender(shareId);
        delete _liens[shareId];
        CERTIFICATE.moveByLien(shareId, to);
    }

    /// @notice Replaces the terms of the lien of `shareId` and has the paper drawn anew. Its lender.
    function changeTerms(ShareId shareId, Terms calldata terms) external {
        _requireLender(shareId);
        require(terms.lender != address(0), MissingLender(shareId));
        _liens[shareId] = terms;
        CERTIFICATE.refreshTerms(shareId);
    }

    /* LEASES */

    /// @notice Records a lease of `shareId` to `lessee` until `expires` (seconds). Its owner.
    function lease(ShareId shareId, address lessee, uint64 expires) external {
        _requireOwner(shareId);
        _leases[shareId] = Terms({
            lender: msg.sender,
            amount: 0,
            currency: address(0),
            rateBps: 0,
            startedAt: uint40(block.timestamp),
            termPeriod: uint40(Math.min(Math.saturatingSub(expires, block.timestamp), type(uint40).max)),
            kind: "lease"
        });
        CERTIFICATE.placeLease(shareId, lessee, expires);
    }

    /// @notice Ends the lease of `shareId`. The share's present owner.
    function endLease(ShareId shareId) external {
        _requireOwner(shareId);
        delete _leases[shareId];
        CERTIFICATE.releaseLease(shareId);
    }

    /* VIEWS */

    /// @inheritdoc ILienHolder
    function termsOf(ShareId shareId) external view returns (Terms memory) {
        if (_liens[shareId].lender != address(0)) return _liens[shareId];
        require(_leases[shareId].lender != address(0), NoTerms(shareId));
        return _leases[shareId];
    }

    /* INTERNAL */

    function _requireOwner(ShareId shareId) private view {
        address owner = IERC721(address(CERTIFICATE)).ownerOf(shareId.raw());
        require(msg.sender == owner, NotShareOwner(shareId, msg.sender, owner));
    }

    function _requireLender(ShareId shareId) private view {
        address lender = _liens[shareId].lender;
        require(msg.sender == lender, NotLender(shareId, msg.sender, lender));
    }
}
