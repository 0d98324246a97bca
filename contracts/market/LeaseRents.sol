// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFeeSplitter} from "../../interfaces/coin/IFeeSplitter.sol";
import {ILeaseToBuy} from "../../interfaces/market/ILeaseToBuy.sol";
import {LeaseId} from "../../interfaces/market/LeaseId.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {Require} from "../access/Require.sol";
import {LeaseOffers} from "./LeaseOffers.sol";
import {Course, Letting, Option} from "./libraries/LeaseWords.sol";

/// @title Leases that run: whose they are, their rents, and what of these is whose
/// @notice A lease is three words, gone when it ends. What lies here for it follows from them alone: rents that don't count
/// yet with their fees, the owner's part of those that he has not collected, and the refundable credit of all that count.
/// @dev Coins move without foreign code, and nobody can refuse them, so they are sent where they belong.
abstract contract LeaseRents is LeaseOffers {
    using SafeERC20 for IERC20;

    /// @dev What a lease is while it is worked on.
    struct Touch {
        LeaseId id;
        Letting letting;
        Option option;
        Course course;
    }

    struct Slots {
        Letting letting;
        Option option;
        Course course;
    }

    IERC20 internal immutable COIN;
    IFeeSplitter internal immutable SPLITTER;
    uint16 internal immutable LEASE_FEE_BPS;

    mapping(LeaseId leaseId => Slots) internal _leases;
    /// @inheritdoc ILeaseToBuy
    mapping(ShareId shareId => LeaseId) public leaseOfShare;
    mapping(PropertyId propertyId => mapping(IFeeSplitter.FeeKind kind => uint256)) private _fees;

    constructor(LeasePeers memory peers_, LeaseRules memory rules_) {
        COIN = IERC20(Require.withCode(address(peers_.coin)));
        SPLITTER = IFeeSplitter(Require.withCode(address(peers_.splitter)));
        LEASE_FEE_BPS = rules_.leaseFeeBps;
        // What is swept to it. It takes only when we call.
        COIN.forceApprove(address(SPLITTER), type(uint256).max);
    }

    /* RENTS */

    /// @inheritdoc ILeaseToBuy
    function pay(LeaseId leaseId, uint256 rents) external returns (uint256 coins) {
        Touch memory lease = _standing(leaseId);
        Course course = lease.course;
        uint256 left = course.months() - course.paid();
        require(rents != 0 && rents <= left, RentsOutOfRange(leaseId, rents, left));
        course = course.withPaid(rents);
        coins = rents * _withFee(lease.letting.rent());
        emit RentPaid(leaseId, msg.sender, rents, coins, course.paid());
        if (course.defaultAt() != 0 && course.paid() >= course.due()) {
            course = course.withDefault(0);
            emit DefaultCured(leaseId);
        }
        _leases[leaseId].course = course;
        COIN.safeTransferFrom(msg.sender, address(this), coins);
    }

    /// @inheritdoc ILeaseToBuy
    function collect(LeaseId leaseId) external returns (uint256 coins) {
        Touch memory lease = _open(leaseId);
        require(lease.course.counting() != lease.course.collected(), NothingToCollect(leaseId));
        coins = _collect(lease);
        _leases[leaseId].course = lease.course;
        _send(_ownerNow(lease), coins);
    }

    /// @dev Counts the rents whose month has begun since: their fees are the splitter's.
    /// @return coins The owner's part of them, which the caller sends.
    function _collect(Touch memory lease) internal returns (uint256 coins) {
        uint256 rents = lease.course.counting() - lease.course.collected();
        if (rents == 0) return 0;
        uint256 rent = lease.letting.rent();
        (, uint256 refundable) = _creditOf(rent, lease.course);
        coins = rents * (rent - refundable);
        uint256 fees = rents * _feeOf(rent);
        lease.course = lease.course.withCollected(rents);
        _addFee(lease.course.share(), IFeeSplitter.FeeKind.Lease, fees);
        emit RentCollected(lease.id, _ownerNow(lease), rents, coins, fees);
    }

    /* FEES */

    function _addFee(ShareId shareId, IFeeSplitter.FeeKind kind, uint256 coins) internal {
        if (coins != 0) _fees[shareId.property()][kind] += coins;
    }

    /// @inheritdoc ILeaseToBuy
    function sweepFees(PropertyId propertyId, IFeeSplitter.FeeKind kind) external returns (uint256 coins) {
        coins = _fees[propertyId][kind];
        _fees[propertyId][kind] = 0;
        emit FeesSwept(propertyId, kind, coins);
        SPLITTER.pay(propertyId, kind, coins);
    }

    /// @inheritdoc ILeaseToBuy
    function feesOf(PropertyId propertyId, IFeeSplitter.FeeKind kind) external view returns (uint256) {
        return _fees[propertyId][kind];
    }

    /* WHO */

    /// @dev A lease that is not over, as stored.
    function _open(LeaseId leaseId) internal view returns (Touch memory lease) {
        Slots storage slots = _leases[leaseId];
        lease = Touch({id: leaseId, letting: slots.letting, option: slots.option, course: slots.course});
        require(lease.course.months() != 0, NoLease(leaseId));
    }

    /// @dev One whose share is still the owner's.
    function _standing(LeaseId leaseId) internal view returns (Touch memory lease) {
        lease = _open(leaseId);
        _requireUnmoved(lease);
    }

    function _requireUnmoved(Touch memory lease) internal view {
        (address owner, address actual) = _movedTo(lease);
        require(actual == address(0), ShareIsMoved(lease.id, owner, actual));
    }

    /// @dev Who has the share, if not its owner in any of his wallets; else zero. After a recovery the share follows when
    /// somebody moves it.
    function _movedTo(Touch memory lease) internal view returns (address owner, address actual) {
        owner = _ownerNow(lease);
        actual = _ownerOf(lease.course.share());
        if (actual == owner || CREDENTIALS.currentWallet(actual) == owner) actual = address(0);
    }

    function _ownerNow(Touch memory lease) internal view returns (address) {
        return CREDENTIALS.currentWallet(lease.letting.owner());
    }

    function _lesseeNow(Touch memory lease) internal view returns (address) {
        return CREDENTIALS.currentWallet(lease.option.lessee());
    }

    function _forget(Touch memory lease) internal returns (ShareId shareId) {
        shareId = lease.course.share();
        delete _leases[lease.id];
        leaseOfShare[shareId] = LeaseId.wrap(0);
    }

    /* HOW MUCH */

    function _partUp(uint256 amount, uint256 bps) internal pure returns (uint256) {
        return Math.ceilDiv(amount * bps, WHOLE_BPS);
    }

    function _feeOf(uint256 rent) internal view returns (uint256) {
        return _partUp(rent, LEASE_FEE_BPS);
    }

    function _withFee(uint256 rent) internal view returns (uint256) {
        return rent + _feeOf(rent);
    }

    /// @dev What of a rent is credited, and what of that is refundable; both down.
    function _creditOf(uint256 rent, Course course) internal pure returns (uint256 credit, uint256 refundable) {
        credit = rent * course.creditBps() / WHOLE_BPS;
        refundable = credit * course.refundBps() / WHOLE_BPS;
    }

    /// @dev The same of all rents that count.
    function _creditHeld(Touch memory lease) internal view returns (uint256 credit, uint256 refundable) {
        (credit, refundable) = _creditOf(lease.letting.rent(), lease.course);
        uint256 rents = lease.course.counting();
        return (credit * rents, refundable * rents);
    }

    /// @dev Rents of months that have not begun, with their fees: the lessee's.
    function _unbegun(Touch memory lease) internal view returns (uint256) {
        return (lease.course.paid() - lease.course.counting()) * _withFee(lease.letting.rent());
    }

    function _send(address to, uint256 coins) internal {
        if (coins != 0) COIN.safeTransfer(to, coins);
    }

    /* VIEWS */

    /// @inheritdoc ILeaseToBuy
    function leaseOf(LeaseId leaseId) external view returns (Lease memory page) {
        Slots storage slots = _leases[leaseId];
        Touch memory lease = Touch({id: leaseId, letting: slots.letting, option: slots.option, course: slots.course});
        Course course = lease.course;
        if (course.months() == 0) return page;
        page.shareId = course.share();
        (page.owner, page.lessee) = (_ownerNow(lease), _lesseeNow(lease));
        (page.startedAt, page.endsAt) = (course.startedAt(), course.endsAt());
        page.months = uint16(course.months());
        page.rent = lease.letting.rent();
        page.fee = _feeOf(page.rent);
        (page.credit, page.refundable) = _creditOf(page.rent, course);
        (page.paid, page.due, page.counting) = (course.paid(), course.due(), course.counting());
        page.collected = course.collected();
        page.defaultAt = course.defaultAt();
        uint256 uncollected = page.counting - page.collected;
        page.held = _unbegun(lease) + uncollected * (page.rent + page.fee) + page.collected * page.refundable;
        page.priceUsd = lease.option.priceUsd();
        page.priceMode = page.priceUsd == 0 ? PriceMode.Current : PriceMode.Fixed;
    }
}
