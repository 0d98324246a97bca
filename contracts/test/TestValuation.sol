// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";

/// @title A valuation that says of every house and share what it was told to
/// @notice The part of {IPropertyValuation} that lending uses. For values at will, and for gas beside systems that are
/// measured with mock prices.
contract TestValuation {
    FeedId public constant INDEX_FEED = FeedId.wrap(0);

    uint112 private _houseUsd;
    uint112 private _shareUsd;
    IPropertyValuation.ValueStatus private _status;

    /// @param houseUsd, shareUsd US dollars, 18 decimals.
    function set(uint112 houseUsd, uint112 shareUsd, IPropertyValuation.ValueStatus status) external {
        (_houseUsd, _shareUsd, _status) = (houseUsd, shareUsd, status);
    }

    /// @dev As {IPropertyValuation.valueOf}.
    function valueOf(PropertyId) external view returns (uint256, uint40, IPropertyValuation.ValueStatus) {
        return (_houseUsd, uint40(block.timestamp), _status);
    }

    /// @dev As {IPropertyValuation.lendingValueOf}.
    function lendingValueOf(PropertyId) external view returns (uint256, uint40, IPropertyValuation.ValueStatus) {
        return (_houseUsd, uint40(block.timestamp), _status);
    }

    /// @dev As {IPropertyValuation.shareValue}.
    function shareValue(ShareId) external view returns (uint256, uint40, IPropertyValuation.ValueStatus) {
        return (_shareUsd, uint40(block.timestamp), _status);
    }

    /// @dev As {IPropertyValuation.frozenTimeOf}: never.
    function frozenTimeOf(PropertyId) external pure returns (uint256) {
        return 0;
    }
}
