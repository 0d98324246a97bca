// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ShareId} from "../../interfaces/property/Ids.sol";
import {ILienHolder} from "../../interfaces/property/ILienHolder.sol";

/// @title A contract for a row in the certificate's table of holders, for tests of that table and of odd terms
/// @notice The test has it call the certificate, as the sender of its own transactions. Of a lien's terms it knows
/// what it was told, however odd; and it reverts if it was told nothing.
contract TestEncumbrancer is ILienHolder {
    /// @notice Thrown when nothing was told about `shareId`.
    error NoTerms(ShareId shareId);

    mapping(ShareId => Terms) private _told;
    mapping(ShareId => bool) private _isTold;

    /// @notice From now on `shareId` is encumbered under these terms. Anyone.
    function tell(ShareId shareId, Terms calldata terms) external {
        _told[shareId] = terms;
        _isTold[shareId] = true;
    }

    /// @inheritdoc ILienHolder
    function termsOf(ShareId shareId) external view returns (Terms memory) {
        require(_isTold[shareId], NoTerms(shareId));
        return _told[shareId];
    }
}
