// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFeeSplitter} from "../../interfaces/coin/IFeeSplitter.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {IHouseEscrow} from "../../interfaces/market/IHouseEscrow.sol";
import {PropertyId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {Require} from "../access/Require.sol";
import {RoleGated} from "../access/RoleGated.sol";

/// @title HouseEscrow
/// @notice See {IHouseEscrow}.
/// @dev A house's money, fees and window are a slot each, and nothing of it is anybody's: shares and managers come and go.
/// No re-entrancy lock: everything is written before coins move, and they move without foreign code.
/// @custom:kill The DAO sets a house's limits to zero or removes its payees.
contract HouseEscrow is RoleGated, IHouseEscrow {
    using SafeERC20 for IERC20;

    /// @dev One slot.
    struct Money {
        uint96 balance; // wei
        uint96 fees; // wei
    }

    /// @dev One slot.
    struct Window {
        uint96 released; // wei
        uint40 startedAt; // seconds; 0 before the first
    }

    /// @dev One slot. Void unless written: then the limits of the rules hold.
    struct OwnLimits {
        uint96 invoice; // wei
        uint96 window; // wei
        bool written;
    }

    uint256 private constant WHOLE_BPS = 10_000;
    uint256 private constant MAX_FEE_BPS = 1_000;

    ICredentialRegistry private immutable CREDENTIALS;
    IPropertyRegistry private immutable REGISTRY;
    IERC20 private immutable COIN;
    IFeeSplitter private immutable SPLITTER;

    // The rules, one by one: see `EscrowRules`.
    uint96 private immutable INVOICE_LIMIT;
    uint96 private immutable WINDOW_LIMIT;
    uint40 private immutable WINDOW_PERIOD;
    uint40 private immutable PAYEE_DELAY;
    uint16 private immutable VENDOR_FEE_BPS;

    mapping(PropertyId propertyId => Money) private _money;
    mapping(PropertyId propertyId => Window) private _windows;
    mapping(PropertyId propertyId => OwnLimits) private _limits;
    mapping(PropertyId propertyId => mapping(address payee => Payee)) private _payees;
    /// @inheritdoc IHouseEscrow
    mapping(PropertyId propertyId => mapping(bytes32 invoiceHash => bool)) public isPaid;
    /// @inheritdoc IHouseEscrow
    mapping(address ballot => bool) public isBallot;

    /// @param hub The permission hub for people.
    /// @param peers_ They all answer already.
    constructor(address hub, EscrowPeers memory peers_, EscrowRules memory rules_) AccessManaged(hub) {
        CREDENTIALS = ICredentialRegistry(Require.withCode(address(peers_.credentials)));
        REGISTRY = IPropertyRegistry(Require.withCode(address(peers_.registry)));
        COIN = IERC20(Require.withCode(address(peers_.coin)));
        SPLITTER = IFeeSplitter(Require.withCode(address(peers_.splitter)));
        _requireOrder(rules_.invoiceLimit, rules_.windowLimit);
        Require.inRange("windowPeriod", rules_.windowPeriod, 1 days, 365 days);
        Require.inRange("payeeDelay", rules_.payeeDelay, 1 days, 90 days);
        Require.inRange("vendorFeeBps", rules_.vendorFeeBps, 0, MAX_FEE_BPS);
        INVOICE_LIMIT = rules_.invoiceLimit;
        WINDOW_LIMIT = rules_.windowLimit;
        WINDOW_PERIOD = rules_.windowPeriod;
        PAYEE_DELAY = rules_.payeeDelay;
        VENDOR_FEE_BPS = rules_.vendorFeeBps;
        COIN.forceApprove(address(SPLITTER), type(uint256).max);
    }

    function _requireOrder(uint256 invoiceLimit, uint256 windowLimit) private pure {
        require(invoiceLimit <= windowLimit, LimitsOutOfOrder(invoiceLimit, windowLimit));
    }

    /* MONEY IN */

    /// @inheritdoc IHouseEscrow
    function fund(PropertyId propertyId, uint256 amount, Source source) external {
        _requireHouse(propertyId);
        require(amount != 0, NothingPaid(propertyId));
        Money storage money = _money[propertyId];
        uint256 room = type(uint96).max - uint256(money.balance) - money.fees;
        require(amount <= room, TooMuch(propertyId, amount));
        money.balance += uint96(amount);
        emit Funded(propertyId, msg.sender, source, amount);
        COIN.safeTransferFrom(msg.sender, address(this), amount);
    }

    function _requireHouse(PropertyId propertyId) private view {
        (, uint8 shareCount,,) = REGISTRY.houseOf(propertyId);
        require(shareCount != 0, UnknownHouse(propertyId));
    }

    /* PAYEES */

    /// @inheritdoc IHouseEscrow
    function registerPayee(PropertyId propertyId, address payee, bool vendor) external {
        bool byManager = _isManagerOrDao(propertyId);
        _requireHouse(propertyId);
        require(payee != address(0), MissingPayee(propertyId));
        // What is paid to it would be no house's.
        require(payee != address(this), InvalidRecipient(payee));
        uint40 nowAt = uint40(block.timestamp);
        uint40 standing = _payees[propertyId][payee].activeFrom;
        // Else a manager could make a payee a vendor, or no vendor, without the delay.
        require(standing == 0 || (!byManager && standing > nowAt), AlreadyPayee(propertyId, payee, standing));
        uint40 activeFrom = byManager ? nowAt + PAYEE_DELAY : nowAt;
        _payees[propertyId][payee] = Payee(activeFrom, vendor);
        emit PayeeRegistered(propertyId, payee, vendor, activeFrom);
    }

    /// @inheritdoc IHouseEscrow
    function removePayee(PropertyId propertyId, address payee) external {
        _isManagerOrDao(propertyId);
        require(_payees[propertyId][payee].activeFrom != 0, NotPayee(propertyId, payee, 0));
        delete _payees[propertyId][payee];
        emit PayeeRemoved(propertyId, payee);
    }

    /// @dev Requires that the caller is the one or the other, and says which.
    function _isManagerOrDao(PropertyId propertyId) private returns (bool byManager) {
        byManager = msg.sender == REGISTRY.managerOf(propertyId);
        if (!byManager) _checkCanCall(msg.sender, msg.data); // the DAO's, as if `restricted`
    }

    /* MONEY OUT */

    /// @inheritdoc IHouseEscrow
    function pay(PropertyId propertyId, address payee, bytes32 invoiceHash, uint256 amount) external {
        address manager = REGISTRY.managerOf(propertyId);
        require(msg.sender == manager, NotManager(msg.sender, propertyId, manager));
        Payee memory row = _requirePayable(propertyId, payee, invoiceHash, amount);
        Limits memory limits = _limitsOf(propertyId);
        require(amount <= limits.invoice, AboveInvoiceLimit(propertyId, amount, limits.invoice));
        Window memory window = _windowOf(propertyId);
        uint256 releasable = Math.saturatingSub(limits.window, window.released);
        require(amount <= releasable, AboveWindowLimit(propertyId, amount, releasable));
        if (window.startedAt == 0) window.startedAt = uint40(block.timestamp);
        window.released += uint96(amount); // within a limit of as many bits
        _windows[propertyId] = window;
        _pay(propertyId, payee, row.vendor, invoiceHash, amount);
    }

    /// @inheritdoc IHouseEscrow
    function payByBallot(PropertyId propertyId, address payee, bytes32 invoiceHash, uint256 amount) external {
        require(isBallot[msg.sender], NotBallot(msg.sender));
        Payee memory row = _requirePayable(propertyId, payee, invoiceHash, amount);
        _pay(propertyId, payee, row.vendor, invoiceHash, amount);
    }

    function _requirePayable(PropertyId propertyId, address payee, bytes32 invoiceHash, uint256 amount)
        private
        view
        returns (Payee memory row)
    {
        require(invoiceHash != 0, MissingHash(propertyId));
        require(amount != 0, NothingPaid(propertyId));
        require(!isPaid[propertyId][invoiceHash], AlreadyPaid(propertyId, invoiceHash));
        row = _payees[propertyId][payee];
        require(row.activeFrom != 0 && block.timestamp >= row.activeFrom, NotPayee(propertyId, payee, row.activeFrom));
    }

    function _pay(PropertyId propertyId, address payee, bool vendor, bytes32 invoiceHash, uint256 amount) private {
        Money memory money = _money[propertyId];
        require(amount <= money.balance, NotEnough(propertyId, amount, money.balance));
        uint256 fee = vendor ? Math.ceilDiv(amount * VENDOR_FEE_BPS, WHOLE_BPS) : 0;
        _money[propertyId] = Money(money.balance - uint96(amount), money.fees + uint96(fee));
        isPaid[propertyId][invoiceHash] = true;
        address to = CREDENTIALS.currentWallet(payee);
        emit InvoicePaid(propertyId, payee, invoiceHash, msg.sender, to, amount, fee);
        COIN.safeTransfer(to, amount - fee);
    }

    /// @inheritdoc IHouseEscrow
    function sweepFees(PropertyId propertyId) external returns (uint256 coins) {
        coins = _money[propertyId].fees;
        _money[propertyId].fees = 0;
        emit FeesSwept(propertyId, coins);
        SPLITTER.pay(propertyId, IFeeSplitter.FeeKind.Vendor, coins);
    }

    /* THE DAO */

    /// @inheritdoc IHouseEscrow
    function setLimits(PropertyId propertyId, uint96 invoiceLimit, uint96 windowLimit) external restricted {
        _requireHouse(propertyId);
        _requireOrder(invoiceLimit, windowLimit);
        _limits[propertyId] = OwnLimits(invoiceLimit, windowLimit, true);
        emit LimitsSet(propertyId, invoiceLimit, windowLimit);
    }

    /// @inheritdoc IHouseEscrow
    function setBallot(address ballot, bool allowed) external restricted {
        isBallot[Require.withCode(ballot)] = allowed;
        emit BallotSet(ballot, allowed);
    }

    /* VIEWS */

    /// @inheritdoc IHouseEscrow
    function purseOf(PropertyId propertyId) external view returns (Purse memory purse) {
        Window memory window = _windowOf(propertyId);
        purse.balance = _money[propertyId].balance;
        purse.limits = _limitsOf(propertyId);
        purse.released = window.released;
        purse.releasable = Math.saturatingSub(purse.limits.window, window.released);
        if (window.startedAt != 0) purse.windowEndsAt = window.startedAt + WINDOW_PERIOD;
    }

    /// @dev The window that runs now; empty if none does.
    function _windowOf(PropertyId propertyId) private view returns (Window memory window) {
        window = _windows[propertyId];
        if (block.timestamp >= uint256(window.startedAt) + WINDOW_PERIOD) return Window(0, 0);
    }

    function _limitsOf(PropertyId propertyId) private view returns (Limits memory) {
        OwnLimits memory own = _limits[propertyId];
        return own.written ? Limits(own.invoice, own.window) : Limits(INVOICE_LIMIT, WINDOW_LIMIT);
    }

    /// @inheritdoc IHouseEscrow
    function payeeOf(PropertyId propertyId, address payee) external view returns (Payee memory) {
        return _payees[propertyId][payee];
    }

    /// @inheritdoc IHouseEscrow
    function feesOf(PropertyId propertyId) external view returns (uint256) {
        return _money[propertyId].fees;
    }

    /// @inheritdoc IHouseEscrow
    function peers() external view returns (EscrowPeers memory) {
        return EscrowPeers(CREDENTIALS, REGISTRY, COIN, SPLITTER);
    }

    /// @inheritdoc IHouseEscrow
    function rules() external view returns (EscrowRules memory) {
        return EscrowRules(INVOICE_LIMIT, WINDOW_LIMIT, WINDOW_PERIOD, PAYEE_DELAY, VENDOR_FEE_BPS);
    }
}
