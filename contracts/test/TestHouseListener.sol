// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHouseListener} from "../../interfaces/property/IHouseListener.sol";
import {PropertyId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";

/// @title A listener that says what it was told, and what the registry's views said in that moment
/// @notice Anyone can make it refuse, to see that a change which the listener refuses is not made.
contract TestHouseListener is IHouseListener {
    /// @notice Emitted for each change, with the house as the registry showed it during the call.
    event Told(
        address indexed caller,
        PropertyId indexed propertyId,
        IPropertyRegistry.HouseChange change,
        address manager,
        bool listed,
        uint32 documentVersion,
        uint256 seniorClaimsUsd
    );

    /// @notice Thrown for every change while `refusing`.
    error Refusing(PropertyId propertyId, IPropertyRegistry.HouseChange change);

    bool public refusing;

    function setRefusing(bool refusing_) external {
        refusing = refusing_;
    }

    /// @inheritdoc IHouseListener
    function onHouseChanged(PropertyId propertyId, IPropertyRegistry.HouseChange change) external {
        require(!refusing, Refusing(propertyId, change));
        IPropertyRegistry registry = IPropertyRegistry(msg.sender);
        (address manager,, bool listed, uint32 documentVersion) = registry.houseOf(propertyId);
        (uint256 seniorClaimsUsd,) = registry.seniorClaimsOf(propertyId);
        emit Told(msg.sender, propertyId, change, manager, listed, documentVersion, seniorClaimsUsd);
    }
}
