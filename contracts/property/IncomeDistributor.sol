// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {IIncomeDistributor} from "../../interfaces/property/IIncomeDistributor.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";

/// @title IncomeDistributor
/// @notice See {IIncomeDistributor}.
/// @custom:kill Nobody: leaving has no switch. The coin's minters are the place to stop money from coming in.
contract IncomeDistributor is IIncomeDistributor {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev One slot a house.
    struct HouseIncome {
        uint64 perShareUnits; // income a share since registration, in UNIT
        uint64 waiting; // wei left over by the last deposit, below shareCount * UNIT
        uint8 shareCount; // copied from the certificate at the first deposit, fixed for ever
    }

    /// @dev Wei of coin in one unit of income: a billionth of a coin, so that a mark fits 64 bits.
    uint256 private constant UNIT = 1e9;

    IERC20 public immutable COIN;
    ICredentialRegistry public immutable CREDENTIALS;
    address public immutable CERTIFICATE;

    uint128 private _totalDeposited;
    uint128 private _totalClaimed;
    mapping(uint256 propertyId => HouseIncome) private _houses;
    /// @dev What `perShareUnits` was when a share was last settled: four shares to a slot.
    mapping(uint256 group => uint64[4]) private _marks;
    mapping(address wallet => uint256) private _settled;

    constructor(IERC20 coin, address certificate, ICredentialRegistry credentials) {
        COIN = coin;
        CERTIFICATE = certificate;
        CREDENTIALS = credentials;
    }

    /* MONEY IN */

    /// @inheritdoc IIncomeDistributor
    function deposit(PropertyId propertyId, uint256 amount) external {
        require(amount != 0, ZeroDeposit(propertyId));
        HouseIncome memory house = _houses[propertyId.raw()];
        if (house.shareCount == 0) {
            house.shareCount = IShareCertificate(CERTIFICATE).sharesOf(propertyId);
            require(house.shareCount != 0, NotTokenized(propertyId));
        }
        // Divided apart and then together, so that no amount overflows before it is judged.
        uint256 unitOfAll = house.shareCount * UNIT;
        uint256 rest = amount % unitOfAll + house.waiting;
        uint256 perShareUnits = house.perShareUnits + amount / unitOfAll + rest / unitOfAll;
        require(perShareUnits <= type(uint64).max, IncomeOverflow(propertyId, perShareUnits));

        house.perShareUnits = uint64(perShareUnits);
        house.waiting = uint64(rest % unitOfAll); // below 100 * UNIT
        _houses[propertyId.raw()] = house;
        _totalDeposited += amount.toUint128();
        emit IncomeDeposited(propertyId, msg.sender, amount, perShareUnits);
        COIN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /* MONEY OUT */

    /// @inheritdoc IIncomeDistributor
    function claim(ShareId[] calldata shareIds) external returns (uint256 amount) {
        amount = _settled[msg.sender];
        if (amount != 0) _settled[msg.sender] = 0;
        IShareCertificate(CERTIFICATE).requireOwner(msg.sender, shareIds);
        for (uint256 i = 0; i < shareIds.length; ++i) {
            amount += _takePending(shareIds[i], msg.sender);
        }
        // Whoever has the key of a lost wallet works for the wallet that took its place.
        _pay(msg.sender, CREDENTIALS.currentWallet(msg.sender), amount);
    }

    /// @inheritdoc IIncomeDistributor
    function claimRecovered(address oldWallet) external returns (uint256 amount) {
        address current = CREDENTIALS.currentWallet(oldWallet);
        require(current == msg.sender, NotCurrentWallet(oldWallet, msg.sender, current));
        amount = _settled[oldWallet];
        _settled[oldWallet] = 0;
        _pay(oldWallet, msg.sender, amount);
    }

    /// @inheritdoc IIncomeDistributor
    function settle(ShareId shareId, address owner) external returns (uint256 amount) {
        require(msg.sender == CERTIFICATE, NotCertificate(msg.sender));
        amount = _takePending(shareId, owner);
        if (amount != 0) _settled[owner] += amount;
    }

    /* INTERNAL */

    /// @dev Brings a share's mark up to date and returns the income in between. The caller knows that it exists.
    function _takePending(ShareId shareId, address owner) private returns (uint256 amount) {
        uint64 perShareUnits = _houses[shareId.property().raw()].perShareUnits;
        if (perShareUnits == 0) return 0;
        (uint256 group, uint256 lane) = _markOf(shareId);
        uint64 mark = _marks[group][lane];
        if (mark == perShareUnits) return 0;
        _marks[group][lane] = perShareUnits;
        amount = uint256(perShareUnits - mark) * UNIT;
        emit IncomeSettled(shareId, owner, amount);
    }

    function _pay(address wallet, address to, uint256 amount) private {
        if (amount == 0) return;
        _totalClaimed += uint128(amount); // never more than was deposited, which fits
        emit IncomeClaimed(wallet, to, amount);
        COIN.safeTransfer(to, amount);
    }

    /// @dev Where a share's mark lies. Numbers start at 1, so the four shares 1 to 4 share a slot, then 5 to 8, ...
    function _markOf(ShareId shareId) private pure returns (uint256 group, uint256 lane) {
        unchecked {
            // Share number 0 does not exist; its group is never written.
            uint256 index = shareId.raw() - 1;
            return (index >> 2, index & 3);
        }
    }

    /* VIEWS */

    /// @inheritdoc IIncomeDistributor
    function pendingOf(ShareId shareId) public view returns (uint256) {
        HouseIncome memory house = _houses[shareId.property().raw()];
        uint8 number = shareId.number();
        if (number == 0 || number > house.shareCount) return 0;
        (uint256 group, uint256 lane) = _markOf(shareId);
        return uint256(house.perShareUnits - _marks[group][lane]) * UNIT;
    }

    /// @inheritdoc IIncomeDistributor
    function settledOf(address wallet) external view returns (uint256) {
        return _settled[wallet];
    }

    /// @inheritdoc IIncomeDistributor
    function claimable(address wallet, ShareId[] calldata shareIds) external view returns (uint256 amount) {
        amount = _settled[wallet];
        for (uint256 i = 0; i < shareIds.length; ++i) {
            ShareId shareId = shareIds[i];
            uint256 pending = pendingOf(shareId);
            // `ownerOf` can't revert here: only a share that exists has income.
            if (pending == 0 || IERC721(CERTIFICATE).ownerOf(shareId.raw()) != wallet) continue;
            bool seen = false;
            for (uint256 j = 0; j < i && !seen; ++j) {
                seen = shareIds[j] == shareId;
            }
            if (!seen) amount += pending;
        }
    }

    /// @inheritdoc IIncomeDistributor
    function houseIncome(PropertyId propertyId) external view returns (uint256 perShareUnits, uint256 waiting) {
        HouseIncome storage house = _houses[propertyId.raw()];
        return (house.perShareUnits, house.waiting);
    }

    /// @inheritdoc IIncomeDistributor
    function totals() external view returns (uint256 totalDeposited, uint256 totalClaimed) {
        return (_totalDeposited, _totalClaimed);
    }
}
