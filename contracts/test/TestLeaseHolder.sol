// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ShareId} from "../../interfaces/property/Ids.sol";
import {ILienHolder} from "../../interfaces/property/ILienHolder.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";

/// @title A small holder of leases, for the local chain until lease-to-buy takes its place
/// @notice An owner leases his share out, and the owner ends the lease. No money moves here.
contract TestLeaseHolder is ILienHolder {
    /// @notice Thrown when `caller` does not own `shareId`; `owner` does.
    error NotShareOwner(ShareId shareId, address caller, address owner);

    /// @notice Thrown when no lease of `shareId` is recorded here.
    error NotLeased(ShareId shareId);

    IShareCertificate public immutable CERTIFICATE;

    mapping(ShareId => Terms) private _leases;

    constructor(IShareCertificate certificate) {
        CERTIFICATE = certificate;
    }

    /// @notice Records a lease of `shareId` to `lessee` until `expires` (seconds). Its owner.
    function lease(ShareId shareId, address lessee, uint64 expires) external {
        _requireOwner(shareId);
        // The certificate refuses a second lease, so nobody's terms are overwritten.
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

    /// @inheritdoc ILienHolder
    function termsOf(ShareId shareId) external view returns (Terms memory) {
        require(_leases[shareId].lender != address(0), NotLeased(shareId));
        return _leases[shareId];
    }

    function _requireOwner(ShareId shareId) private view {
        address owner = IERC721(address(CERTIFICATE)).ownerOf(shareId.raw());
        require(msg.sender == owner, NotShareOwner(shareId, msg.sender, owner));
    }
}
