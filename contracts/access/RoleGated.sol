// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IRoleGated} from "../../interfaces/access/IRoleGated.sol";

/// @title Role checks that look at membership alone
/// @notice For what must act at once though its role carries a delay (a court's freeze), and for rules like "the
/// house's manager or a registrar", which one function's role in the hub can't express. All else is `restricted`.
abstract contract RoleGated is AccessManaged, IRoleGated {
    /// @dev An authority without code would leave the contract without anybody who may act.
    constructor() {
        require(authority().code.length > 0, AccessManagedInvalidAuthority(authority()));
    }

    /// @dev Requires that `account` is a member of the hub's role `role`, whatever delay it was granted with.
    function _requireRole(uint64 role, address account) internal view {
        require(_hasRole(role, account), MissingRole(account, role));
    }

    /// @dev Whether `account` is a member of the hub's role `role`, whatever delay it was granted with.
    function _hasRole(uint64 role, address account) internal view returns (bool isMember) {
        (isMember,) = IAccessManager(authority()).hasRole(role, account);
    }
}
