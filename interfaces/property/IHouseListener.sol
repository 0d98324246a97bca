// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PropertyId} from "./Ids.sol";
import {IPropertyRegistry} from "./IPropertyRegistry.sol";

/// @title What the registry tells of a house's changes
interface IHouseListener {
    /// @notice Called by the registry after a change was written.
    function onHouseChanged(PropertyId propertyId, IPropertyRegistry.HouseChange change) external;
}
