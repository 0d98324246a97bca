// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IFeeSplitter} from "../../interfaces/coin/IFeeSplitter.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {PropertyId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {Require} from "../access/Require.sol";
import {RoleGated} from "../access/RoleGated.sol";

/// @title FeeSplitter
/// @notice See {IFeeSplitter}.
/// @dev A fee is counted in parts, each a ten-thousandth of it: one count of parts says what the mortgage company and
/// the DAO got of all fees, one for each provider what it got. So a fee writes two slots, whatever it is split among,
/// and nothing is rounded after the one division. The treasury has an allowance without limit, for burning.
/// @custom:kill Nobody: leaving has no switch, and fees are stopped where they arise.
contract FeeSplitter is IFeeSplitter, RoleGated {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev One slot, written with every fee that is split.
    struct Totals {
        uint128 parts; // of all fees that were split
        uint128 claimed; // wei, by everybody
    }

    /// @dev One slot.
    struct Claims {
        uint128 mortgageCompany; // wei
        uint128 dao; // wei
    }

    /// @dev Two slots; a fee writes the first.
    struct Provider {
        uint128 parts; // of the fees of its houses that were split
        uint128 claimed; // wei
        address payee;
    }

    /// @notice Parts of a whole fee, and basis points of it.
    uint256 private constant WHOLE_BPS = 10_000;
    /// @dev Coverage, rounded down, is below it <=> the assets are below the coins.
    uint256 private constant COVERED = 1e18;

    IERC20 public immutable COIN;
    ITreasury public immutable TREASURY;
    IPropertyRegistry public immutable REGISTRY;
    ICredentialRegistry public immutable CREDENTIALS;

    // The split, one by one: see `Split`.
    uint16 private immutable RESERVE_BPS;
    uint16 private immutable MORTGAGE_COMPANY_BPS;
    uint16 private immutable PROVIDER_BPS;
    uint16 private immutable DAO_BPS;

    Totals private _totals;
    Claims private _claims;
    /// @inheritdoc IFeeSplitter
    mapping(Party party => address) public payeeOf;
    mapping(bytes32 providerKey => Provider) private _providers;
    /// @dev Keys of the houses' providers, which never change, from a house's first fee on.
    mapping(PropertyId propertyId => bytes32) private _providerKeys;

    /// @param hub The permission hub for people.
    /// @param peers Coin, treasury, registry of houses and credentials.
    /// @param split_ Basis points of a fee, 10,000 together.
    /// @param mortgageCompany Its first payee; may be zero.
    /// @param dao The DAO's first payee; may be zero.
    constructor(address hub, SplitterPeers memory peers, Split memory split_, address mortgageCompany, address dao)
        AccessManaged(hub)
    {
        Require.code(address(peers.coin));
        Require.code(address(peers.treasury));
        Require.code(address(peers.registry));
        Require.code(address(peers.credentials));
        // As wide as a sum of four needs.
        uint256 total = uint256(split_.reserveBps) + split_.mortgageCompanyBps + split_.providerBps + split_.daoBps;
        require(total == WHOLE_BPS, SplitsDoNotTotal(total, WHOLE_BPS));
        COIN = peers.coin;
        TREASURY = peers.treasury;
        REGISTRY = peers.registry;
        CREDENTIALS = peers.credentials;
        RESERVE_BPS = split_.reserveBps;
        MORTGAGE_COMPANY_BPS = split_.mortgageCompanyBps;
        PROVIDER_BPS = split_.providerBps;
        DAO_BPS = split_.daoBps;
        _setPayee(Party.MortgageCompany, mortgageCompany);
        _setPayee(Party.Dao, dao);
        peers.coin.forceApprove(address(peers.treasury), type(uint256).max);
    }

    /* FEES */

    /// @inheritdoc IFeeSplitter
    function pay(PropertyId propertyId, FeeKind kind, uint256 amount) external returns (uint256 toReserve) {
        require(amount != 0, NoFee(propertyId, kind));
        bytes32 key = _providerKeys[propertyId];
        if (key == 0) {
            key = _keyFromRegistry(propertyId);
            require(key != 0, UnknownHouse(propertyId));
            _providerKeys[propertyId] = key;
        }
        uint256 parts = _partsNow(amount);
        if (parts != 0) {
            uint128 added = parts.toUint128();
            _totals.parts += added;
            _providers[key].parts += added;
        }
        toReserve = _toReserve(amount, parts);
        emit FeePaid(propertyId, kind, msg.sender, amount, toReserve);
        COIN.safeTransferFrom(msg.sender, address(this), amount);
        if (toReserve != 0) TREASURY.burnIntoEquity(toReserve);
    }

    /// @inheritdoc IFeeSplitter
    function skim() external returns (uint256 amount) {
        uint256 held = COIN.balanceOf(address(this));
        uint256 owed = totalOwed();
        require(held > owed, NothingToSkim(held, owed));
        amount = held - owed;
        emit Skimmed(msg.sender, amount);
        TREASURY.burnIntoEquity(amount);
    }

    /// @dev Wei in each of the parts of a fee that is paid now; zero if all of it is the reserve's.
    function _partsNow(uint256 amount) private view returns (uint256) {
        return TREASURY.coverage() < COVERED ? 0 : amount / WHOLE_BPS;
    }

    /// @dev What the others don't get.
    function _toReserve(uint256 amount, uint256 parts) private view returns (uint256) {
        return amount - parts * (WHOLE_BPS - RESERVE_BPS);
    }

    /* PAYEES */

    /// @inheritdoc IFeeSplitter
    function claim(Party party, address to) external returns (uint256 amount) {
        _requirePayee(payeeOf[party]);
        amount = owedTo(party);
        if (party == Party.MortgageCompany) _claims.mortgageCompany += amount.toUint128();
        else _claims.dao += amount.toUint128();
        emit FeesClaimed(party, to, amount);
        _send(to, amount);
    }

    /// @inheritdoc IFeeSplitter
    function claimAsProvider(bytes32 key, address to) external returns (uint256 amount) {
        _requirePayee(_providers[key].payee);
        amount = owedToProvider(key);
        _providers[key].claimed += amount.toUint128();
        emit ProviderFeesClaimed(key, to, amount);
        _send(to, amount);
    }

    function _requirePayee(address payee) private view {
        address current = CREDENTIALS.currentWallet(payee);
        require(msg.sender == current, NotPayee(msg.sender, current));
    }

    function _send(address to, uint256 amount) private {
        require(amount != 0, NothingOwed());
        _totals.claimed += amount.toUint128();
        COIN.safeTransfer(to, amount);
    }

    /// @inheritdoc IFeeSplitter
    function setPayee(Party party, address payee) external restricted {
        _setPayee(party, payee);
    }

    function _setPayee(Party party, address payee) private {
        emit PayeeSet(party, payeeOf[party], payee);
        payeeOf[party] = payee;
    }

    /// @inheritdoc IFeeSplitter
    function setProviderPayee(string calldata provider, address payee) external restricted {
        bytes32 key = providerKey(provider);
        require(key != 0, UnreadableProvider(provider));
        emit ProviderPayeeSet(key, provider, _providers[key].payee, payee);
        _providers[key].payee = payee;
    }

    /* VIEWS */

    /// @inheritdoc IFeeSplitter
    function quote(uint256 amount)
        external
        view
        returns (uint256 toReserve, uint256 toMortgageCompany, uint256 toProvider, uint256 toDao)
    {
        uint256 parts = _partsNow(amount);
        return (_toReserve(amount, parts), parts * MORTGAGE_COMPANY_BPS, parts * PROVIDER_BPS, parts * DAO_BPS);
    }

    /// @inheritdoc IFeeSplitter
    function split() external view returns (Split memory) {
        return Split(RESERVE_BPS, MORTGAGE_COMPANY_BPS, PROVIDER_BPS, DAO_BPS);
    }

    /// @inheritdoc IFeeSplitter
    function owedTo(Party party) public view returns (uint256) {
        uint256 parts = _totals.parts;
        if (party == Party.MortgageCompany) return parts * MORTGAGE_COMPANY_BPS - _claims.mortgageCompany;
        return parts * DAO_BPS - _claims.dao;
    }

    /// @inheritdoc IFeeSplitter
    function owedToProvider(bytes32 key) public view returns (uint256) {
        Provider storage provider = _providers[key];
        return uint256(provider.parts) * PROVIDER_BPS - provider.claimed;
    }

    /// @inheritdoc IFeeSplitter
    function totalOwed() public view returns (uint256) {
        Totals memory totals = _totals;
        return totals.parts * (WHOLE_BPS - RESERVE_BPS) - totals.claimed;
    }

    /// @inheritdoc IFeeSplitter
    function payeeOfProvider(bytes32 key) external view returns (address) {
        return _providers[key].payee;
    }

    /// @inheritdoc IFeeSplitter
    function providerKey(string memory provider) public view returns (bytes32) {
        (, string memory parted) = REGISTRY.canonicalSpellings(provider);
        return bytes(parted).length == 0 ? bytes32(0) : keccak256(bytes(parted));
    }

    /// @inheritdoc IFeeSplitter
    function providerKeyOf(PropertyId propertyId) external view returns (bytes32 key) {
        key = _providerKeys[propertyId];
        if (key == 0) key = _keyFromRegistry(propertyId);
    }

    /// @dev Zero if the house is not registered.
    function _keyFromRegistry(PropertyId propertyId) private view returns (bytes32) {
        IPropertyRegistry.Property memory house = REGISTRY.propertyOf(propertyId);
        return house.shareCount == 0 ? bytes32(0) : providerKey(house.provider);
    }
}
