// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";
import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {ILeaseToBuy} from "../../interfaces/market/ILeaseToBuy.sol";
import {LeaseId} from "../../interfaces/market/LeaseId.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {ILienHolder} from "../../interfaces/property/ILienHolder.sol";
import {GuardianStop} from "../access/GuardianStop.sol";
import {Require} from "../access/Require.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {LeaseEndings} from "./LeaseEndings.sol";
import {LeaseOffers} from "./LeaseOffers.sol";
import {LeaseRents} from "./LeaseRents.sol";
import {Course, CourseWord, LettingWord, OptionWord} from "./libraries/LeaseWords.sol";

/// @title LeaseToBuy
/// @notice See {ILeaseToBuy}.
/// @dev What it is made of, from the ground up: `LeaseOffers` (who offers what), `LeaseRents` (leases that run, and their
/// money), `LeaseEndings` (default, end of term, purchase). Here: the signing, the use, the switch.
///
/// No re-entrancy lock: a lease's words are written, or gone, before any other contract is told, and all of them are peers.
/// @custom:kill The guardian stops new leases. Running ones nobody stops: who pays his rents may buy.
contract LeaseToBuy is LeaseEndings, RoleGated, IGuardianStop, ILienHolder {
    using SafeERC20 for IERC20;

    /// @dev One slot.
    struct Counters {
        uint64 leases;
        uint40 stoppedUntil; // seconds
    }

    /// @dev Name of the guardian's switch.
    bytes32 private constant LEASE = "lease";
    uint256 private constant MAX_FEE_BPS = 500;

    /// @inheritdoc ILeaseToBuy
    uint40 public immutable guardianStopPeriod;

    Counters private _counters;

    /// @param hub The permission hub for people.
    /// @param peers_ They all answer already.
    constructor(address hub, LeasePeers memory peers_, LeaseRules memory rules_, uint40 guardianStopPeriod_)
        AccessManaged(hub)
        LeaseOffers(peers_)
        LeaseRents(peers_, rules_)
        LeaseEndings(peers_, rules_)
    {
        Require.inRange("leaseFeeBps", rules_.leaseFeeBps, 0, MAX_FEE_BPS);
        Require.inRange("saleFeeBps", rules_.saleFeeBps, 0, MAX_FEE_BPS);
        Require.inRange("gracePeriod", rules_.gracePeriod, 1 days, 60 days);
        Require.inRange("curePeriod", rules_.curePeriod, 1 days, 365 days);
        GuardianStop.requireValidPeriod(guardianStopPeriod_);
        guardianStopPeriod = guardianStopPeriod_;
    }

    /* SIGNING */

    /// @inheritdoc ILeaseToBuy
    function sign(LeaseTerms calldata terms, bytes calldata signature) external returns (LeaseId leaseId) {
        Counters memory counters = _counters;
        GuardianStop.requireRunning(counters.stoppedUntil, LEASE);
        bytes32 leaseHash = _useUp(terms, signature);

        leaseId = LeaseId.wrap(++counters.leases);
        _counters = counters;
        ShareId shareId = terms.shareId;
        Course course = CourseWord.begin(shareId, terms.creditBps, terms.refundBps, terms.months);
        _leases[leaseId] = Slots({
            letting: LettingWord.make(terms.owner, terms.rent),
            option: OptionWord.make(msg.sender, terms.priceUsd),
            course: course
        });
        leaseOfShare[shareId] = leaseId;
        emit LeaseSigned(leaseId, shareId, msg.sender, leaseHash, terms);
        uint256 coins = _withFee(terms.rent);
        emit RentPaid(leaseId, msg.sender, 1, coins, 1);
        CERTIFICATE.placeLease(shareId, msg.sender, course.endsAt() - 1);
        COIN.safeTransferFrom(msg.sender, address(this), coins);
    }

    /* THE USE */

    /// @inheritdoc ILeaseToBuy
    function moveUse(LeaseId leaseId) external {
        Touch memory lease = _standing(leaseId);
        address lessee = _lesseeNow(lease);
        require(lessee != lease.option.lessee(), UseIsThere(leaseId, lessee));
        _leases[leaseId].option = OptionWord.make(lessee, lease.option.priceUsd());
        emit UseMoved(leaseId, lessee);
        ShareId shareId = lease.course.share();
        CERTIFICATE.releaseLease(shareId);
        CERTIFICATE.placeLease(shareId, lessee, lease.course.endsAt() - 1);
    }

    /* SWITCH */

    /// @inheritdoc ILeaseToBuy
    function stop(bytes32 what) external restricted {
        _counters.stoppedUntil = GuardianStop.stop(stoppedUntil(what), guardianStopPeriod, what);
    }

    /// @inheritdoc ILeaseToBuy
    function resume(bytes32 what) external restricted {
        _counters.stoppedUntil = GuardianStop.resume(stoppedUntil(what), what);
    }

    /// @inheritdoc ILeaseToBuy
    function stoppedUntil(bytes32 what) public view returns (uint40) {
        require(what == LEASE, UnknownSwitch(what));
        return _counters.stoppedUntil;
    }

    /* VIEWS */

    /// @inheritdoc ILienHolder
    /// @dev The amount is the agreed price; 0 if it is the current one.
    function termsOf(ShareId shareId) external view returns (Terms memory) {
        LeaseId leaseId = leaseOfShare[shareId];
        require(leaseId.raw() != 0, NotLeased(shareId));
        Touch memory lease = _open(leaseId);
        return Terms({
            lender: _ownerNow(lease),
            amount: lease.option.priceUsd(),
            currency: address(COIN),
            rateBps: 0,
            startedAt: lease.course.startedAt(),
            termPeriod: lease.course.endsAt() - lease.course.startedAt(),
            kind: "lease to buy"
        });
    }

    /// @inheritdoc ILeaseToBuy
    function lastLease() external view returns (LeaseId) {
        return LeaseId.wrap(_counters.leases);
    }

    /// @inheritdoc ILeaseToBuy
    function peers() external view returns (LeasePeers memory) {
        return LeasePeers(CREDENTIALS, REGISTRY, CERTIFICATE, VALUATION, TREASURY, IHomeDollar(address(COIN)), SPLITTER);
    }

    /// @inheritdoc ILeaseToBuy
    function rules() external view returns (LeaseRules memory) {
        return LeaseRules(LEASE_FEE_BPS, SALE_FEE_BPS, GRACE_PERIOD, CURE_PERIOD);
    }
}
