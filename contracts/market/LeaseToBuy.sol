// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";
import {IFeeSplitter} from "../../interfaces/coin/IFeeSplitter.sol";
import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {ILeaseToBuy} from "../../interfaces/market/ILeaseToBuy.sol";
import {LeaseId} from "../../interfaces/market/LeaseId.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {ILienHolder} from "../../interfaces/property/ILienHolder.sol";
import {GuardianStop} from "../access/GuardianStop.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {CoinsForUsd} from "../lending/libraries/CoinsForUsd.sol";
import {LeaseOffers} from "./LeaseOffers.sol";
import {Course, CourseWord, Letting, LettingWord, Option, OptionWord} from "./libraries/LeaseWords.sol";

/// @title LeaseToBuy
/// @notice See {ILeaseToBuy}.
/// @dev A lease is three words, gone when it ends. What lies here for it follows from them alone: rents that don't count yet
/// with their fees, the owner's part of those that he has not collected, and the refundable credit of all that count.
///
/// No re-entrancy lock: the words are written, or gone, before any other contract is told, and all of them are peers. Coins
/// move without foreign code, and nobody can refuse them, so they are sent where they belong.
/// @custom:kill The guardian stops new leases. Running ones nobody stops: who pays his rents may buy.
contract LeaseToBuy is LeaseOffers, RoleGated, IGuardianStop, ILienHolder {
    using CoinsForUsd for ITreasury;
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

    /// @dev One slot.
    struct Counters {
        uint64 leases;
        uint40 stoppedUntil; // seconds
    }

    /// @dev Name of the guardian's switch.
    bytes32 private constant LEASE = "lease";
    uint256 private constant MAX_FEE_BPS = 500;

    IPropertyValuation private immutable VALUATION;
    ITreasury private immutable TREASURY;
    IERC20 private immutable COIN;
    IFeeSplitter private immutable SPLITTER;

    // The rules, one by one: see `LeaseRules`.
    uint16 private immutable LEASE_FEE_BPS;
    uint16 private immutable SALE_FEE_BPS;
    uint40 private immutable GRACE_PERIOD;
    uint40 private immutable CURE_PERIOD;
    /// @inheritdoc ILeaseToBuy
    uint40 public immutable guardianStopPeriod;

    Counters private _counters;
    mapping(LeaseId leaseId => Slots) private _leases;
    /// @inheritdoc ILeaseToBuy
    mapping(ShareId shareId => LeaseId) public leaseOfShare;
    mapping(PropertyId propertyId => mapping(IFeeSplitter.FeeKind kind => uint256)) private _fees;

    /// @param hub The permission hub for people.
    /// @param peers_ They all answer already.
    constructor(address hub, LeasePeers memory peers_, LeaseRules memory rules_, uint40 guardianStopPeriod_)
        AccessManaged(hub)
        LeaseOffers(peers_)
    {
        VALUATION = IPropertyValuation(_withCode(address(peers_.valuation)));
        TREASURY = ITreasury(_withCode(address(peers_.treasury)));
        COIN = IERC20(_withCode(address(peers_.coin)));
        SPLITTER = IFeeSplitter(_withCode(address(peers_.splitter)));
        _requireInRange("leaseFeeBps", rules_.leaseFeeBps, 0, MAX_FEE_BPS);
        _requireInRange("saleFeeBps", rules_.saleFeeBps, 0, MAX_FEE_BPS);
        _requireInRange("gracePeriod", rules_.gracePeriod, 1 days, 60 days);
        _requireInRange("curePeriod", rules_.curePeriod, 1 days, 365 days);
        LEASE_FEE_BPS = rules_.leaseFeeBps;
        SALE_FEE_BPS = rules_.saleFeeBps;
        GRACE_PERIOD = rules_.gracePeriod;
        CURE_PERIOD = rules_.curePeriod;
        GuardianStop.requireValidPeriod(guardianStopPeriod_);
        guardianStopPeriod = guardianStopPeriod_;
        // For fees, and for loans that a purchase pays off.
        COIN.forceApprove(address(SPLITTER), type(uint256).max);
        COIN.forceApprove(address(TREASURY), type(uint256).max);
    }

    function _requireInRange(string memory rule, uint256 value, uint256 least, uint256 most) private pure {
        require(value >= least && value <= most, RuleOutOfRange(rule, value, least, most));
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
    function _collect(Touch memory lease) private returns (uint256 coins) {
        uint256 rents = lease.course.counting() - lease.course.collected();
        if (rents == 0) return 0;
        uint256 rent = lease.letting.rent();
        (, uint256 refundable) = _creditOf(rent, lease.course);
        coins = rents * (rent - refundable);
        uint256 fees = rents * _feeOf(rent);
        lease.course = lease.course.withCollected(rents);
        _fees[lease.course.share().property()][IFeeSplitter.FeeKind.Lease] += fees;
        emit RentCollected(lease.id, _ownerNow(lease), rents, coins, fees);
    }

    /* DEFAULT */

    /// @inheritdoc ILeaseToBuy
    function declareDefault(LeaseId leaseId) external {
        Touch memory lease = _standing(leaseId);
        _requireOwner(lease);
        Course course = lease.course;
        require(course.defaultAt() == 0, AlreadyInDefault(leaseId, course.defaultAt()));
        uint256 dueAt = course.dueAt(course.paid());
        bool isAllPaid = course.paid() == course.months();
        uint256 lateAt = dueAt + GRACE_PERIOD;
        require(!isAllPaid && block.timestamp >= lateAt, NotLate(leaseId, isAllPaid ? 0 : lateAt));
        _leases[leaseId].course = course.withDefault(block.timestamp);
        emit DefaultDeclared(leaseId, uint40(dueAt));
    }

    /// @inheritdoc ILeaseToBuy
    function terminate(LeaseId leaseId) external {
        Touch memory lease = _standing(leaseId);
        _requireOwner(lease);
        uint256 defaultAt = lease.course.defaultAt();
        require(defaultAt != 0, NotInDefault(leaseId));
        require(block.timestamp >= defaultAt + CURE_PERIOD, CureRuns(leaseId, defaultAt + CURE_PERIOD));
        _end(lease, Ending.Terminated);
    }

    /* THE END */

    /// @inheritdoc ILeaseToBuy
    function end(LeaseId leaseId) external {
        Touch memory lease = _open(leaseId);
        uint40 endsAt = lease.course.endsAt();
        if (block.timestamp >= endsAt) return _end(lease, Ending.TermOver);
        (, address actual) = _movedTo(lease);
        require(actual != address(0), LeaseRuns(leaseId, endsAt));
        _end(lease, Ending.ShareMoved);
    }

    function _end(Touch memory lease, Ending ending) private {
        uint256 toOwner = _collect(lease);
        (, uint256 refundable) = _creditHeld(lease);
        uint256 toLessee = refundable + _unbegun(lease);
        ShareId shareId = _forget(lease);
        emit LeaseEnded(lease.id, shareId, ending, toLessee);
        CERTIFICATE.releaseLease(shareId);
        _send(_ownerNow(lease), toOwner);
        _send(_lesseeNow(lease), toLessee);
    }

    function _forget(Touch memory lease) private returns (ShareId shareId) {
        shareId = lease.course.share();
        delete _leases[lease.id];
        leaseOfShare[shareId] = LeaseId.wrap(0);
    }

    /* BUYING */

    /// @inheritdoc ILeaseToBuy
    function buy(LeaseId leaseId, uint256 most) external returns (uint256 coins) {
        Touch memory lease = _open(leaseId);
        _requireLessee(lease);
        require(block.timestamp < lease.course.endsAt(), TermIsOver(leaseId, lease.course.endsAt()));
        _requireUnmoved(lease);
        (uint256 paid, uint256 due) = (lease.course.paid(), lease.course.due());
        require(paid >= due, RentDue(leaseId, paid, due));
        uint256 priceUsd = _priceOf(lease);
        Purchase memory purchase = _quote(lease, priceUsd);
        coins = purchase.toPay;
        require(coins <= most, PriceAboveLimit(coins, most));
        (ILoanBook book, LoanId loanId, uint256 owed) = _loanOn(lease.course.share());
        require(owed <= purchase.toOwner, DebtNotCovered(loanId, owed, purchase.toOwner));

        uint256 rents = _collect(lease);
        ShareId shareId = _forget(lease);
        if (purchase.saleFee != 0) _fees[shareId.property()][IFeeSplitter.FeeKind.Sale] += purchase.saleFee;
        if (coins != 0) COIN.safeTransferFrom(msg.sender, address(this), coins);
        if (owed != 0) book.pay(loanId, owed);
        address seller = _ownerOf(shareId);
        CERTIFICATE.moveByLease(shareId, msg.sender, priceUsd, address(COIN));
        VALUATION.reportSale(shareId, seller, msg.sender, priceUsd);
        emit LeaseBought(leaseId, shareId, msg.sender, priceUsd, purchase, owed);
        _send(_ownerNow(lease), rents + purchase.toOwner - owed);
        _send(msg.sender, purchase.toLessee);
    }

    /// @dev Agreed, or of now.
    function _priceOf(Touch memory lease) private view returns (uint256 priceUsd) {
        priceUsd = lease.option.priceUsd();
        if (priceUsd != 0) return priceUsd;
        ShareId shareId = lease.course.share();
        IPropertyValuation.ValueStatus status;
        (priceUsd,, status) = VALUATION.shareValue(shareId);
        require(
            status == IPropertyValuation.ValueStatus.Valid && priceUsd != 0,
            ValueNotValid(shareId, uint8(status), priceUsd)
        );
    }

    /// @dev Of the credit, what is beyond the price is divided as the whole was: into what goes back and what lapses.
    function _quote(Touch memory lease, uint256 priceUsd) private view returns (Purchase memory purchase) {
        (uint256 credit, uint256 refundable) = _creditHeld(lease);
        purchase.creditUsed = Math.min(credit, priceUsd);
        purchase.toPay = priceUsd - purchase.creditUsed;
        purchase.saleFee = _partUp(purchase.toPay, SALE_FEE_BPS);
        uint256 back = credit == 0 ? 0 : Math.mulDiv(refundable, credit - purchase.creditUsed, credit);
        purchase.toOwner = purchase.toPay - purchase.saleFee + refundable - back;
        purchase.toLessee = back + _unbegun(lease);
    }

    /// @dev The loan on a share, and the coins that pay it off, late fees and all: the lien ranks first.
    function _loanOn(ShareId shareId) private view returns (ILoanBook book, LoanId loanId, uint256 owed) {
        (address lienHolder,) = CERTIFICATE.encumbrancesOf(shareId);
        book = ILoanBook(lienHolder);
        if (lienHolder == address(0)) return (book, loanId, 0);
        loanId = book.loanOfShare(shareId);
        owed = book.feesDueOf(loanId) + TREASURY.coinsForUp(book.debtOf(loanId));
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

    /* FEES */

    /// @inheritdoc ILeaseToBuy
    function sweepFees(PropertyId propertyId, IFeeSplitter.FeeKind kind) external returns (uint256 coins) {
        coins = _fees[propertyId][kind];
        _fees[propertyId][kind] = 0;
        emit FeesSwept(propertyId, kind, coins);
        SPLITTER.pay(propertyId, kind, coins);
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

    /* INTERNAL: WHO */

    /// @dev A lease that is not over, as stored.
    function _open(LeaseId leaseId) private view returns (Touch memory lease) {
        Slots storage slots = _leases[leaseId];
        lease = Touch({id: leaseId, letting: slots.letting, option: slots.option, course: slots.course});
        require(lease.course.months() != 0, NoLease(leaseId));
    }

    /// @dev One whose share is still the owner's.
    function _standing(LeaseId leaseId) private view returns (Touch memory lease) {
        lease = _open(leaseId);
        _requireUnmoved(lease);
    }

    function _requireUnmoved(Touch memory lease) private view {
        (address owner, address actual) = _movedTo(lease);
        require(actual == address(0), ShareIsMoved(lease.id, owner, actual));
    }

    /// @dev Who has the share, if not its owner in any of his wallets; else zero. After a recovery the share follows when
    /// somebody moves it.
    function _movedTo(Touch memory lease) private view returns (address owner, address actual) {
        owner = _ownerNow(lease);
        actual = _ownerOf(lease.course.share());
        if (actual == owner || CREDENTIALS.currentWallet(actual) == owner) actual = address(0);
    }

    function _ownerNow(Touch memory lease) private view returns (address) {
        return CREDENTIALS.currentWallet(lease.letting.owner());
    }

    function _lesseeNow(Touch memory lease) private view returns (address) {
        return CREDENTIALS.currentWallet(lease.option.lessee());
    }

    function _requireOwner(Touch memory lease) private view {
        address owner = _ownerNow(lease);
        require(msg.sender == owner, NotOwner(lease.id, msg.sender, owner));
    }

    function _requireLessee(Touch memory lease) private view {
        address lessee = _lesseeNow(lease);
        require(msg.sender == lessee, NotLessee(msg.sender, lessee));
    }

    /* INTERNAL: HOW MUCH */

    function _partUp(uint256 amount, uint256 bps) private pure returns (uint256) {
        return Math.ceilDiv(amount * bps, WHOLE_BPS);
    }

    function _feeOf(uint256 rent) private view returns (uint256) {
        return _partUp(rent, LEASE_FEE_BPS);
    }

    function _withFee(uint256 rent) private view returns (uint256) {
        return rent + _feeOf(rent);
    }

    /// @dev What of a rent is credited, and what of that is refundable; both down.
    function _creditOf(uint256 rent, Course course) private pure returns (uint256 credit, uint256 refundable) {
        credit = rent * course.creditBps() / WHOLE_BPS;
        refundable = credit * course.refundBps() / WHOLE_BPS;
    }

    /// @dev The same of all rents that count.
    function _creditHeld(Touch memory lease) private view returns (uint256 credit, uint256 refundable) {
        (credit, refundable) = _creditOf(lease.letting.rent(), lease.course);
        uint256 rents = lease.course.counting();
        return (credit * rents, refundable * rents);
    }

    /// @dev Rents of months that have not begun, with their fees: the lessee's.
    function _unbegun(Touch memory lease) private view returns (uint256) {
        return (lease.course.paid() - lease.course.counting()) * _withFee(lease.letting.rent());
    }

    function _send(address to, uint256 coins) private {
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

    /// @inheritdoc ILeaseToBuy
    function quote(LeaseId leaseId, uint256 priceUsd) external view returns (Purchase memory) {
        return _quote(_open(leaseId), priceUsd);
    }

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
    function feesOf(PropertyId propertyId, IFeeSplitter.FeeKind kind) external view returns (uint256) {
        return _fees[propertyId][kind];
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
