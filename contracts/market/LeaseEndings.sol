// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFeeSplitter} from "../../interfaces/coin/IFeeSplitter.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {ILeaseToBuy} from "../../interfaces/market/ILeaseToBuy.sol";
import {LeaseId} from "../../interfaces/market/LeaseId.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {Require} from "../access/Require.sol";
import {CoinsForUsd} from "../lending/libraries/CoinsForUsd.sol";
import {LeaseRents} from "./LeaseRents.sol";
import {Course} from "./libraries/LeaseWords.sol";

/// @title How a lease ends: by default, by its term, by the share's move, or by the purchase
/// @dev Its words are gone before any other contract is told.
abstract contract LeaseEndings is LeaseRents {
    using CoinsForUsd for ITreasury;
    using SafeERC20 for IERC20;

    IPropertyValuation internal immutable VALUATION;
    ITreasury internal immutable TREASURY;
    uint16 internal immutable SALE_FEE_BPS;
    uint40 internal immutable GRACE_PERIOD;
    uint40 internal immutable CURE_PERIOD;

    constructor(LeasePeers memory peers_, LeaseRules memory rules_) {
        VALUATION = IPropertyValuation(Require.withCode(address(peers_.valuation)));
        TREASURY = ITreasury(Require.withCode(address(peers_.treasury)));
        SALE_FEE_BPS = rules_.saleFeeBps;
        GRACE_PERIOD = rules_.gracePeriod;
        CURE_PERIOD = rules_.curePeriod;
        // For loans that a purchase pays off.
        COIN.forceApprove(address(TREASURY), type(uint256).max);
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

    function _requireOwner(Touch memory lease) private view {
        address owner = _ownerNow(lease);
        require(msg.sender == owner, NotOwner(lease.id, msg.sender, owner));
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
        _addFee(shareId, IFeeSplitter.FeeKind.Sale, purchase.saleFee);
        if (coins != 0) COIN.safeTransferFrom(msg.sender, address(this), coins);
        if (owed != 0) book.pay(loanId, owed);
        address seller = _ownerOf(shareId);
        CERTIFICATE.moveByLease(shareId, msg.sender, priceUsd, address(COIN));
        VALUATION.reportSale(shareId, seller, msg.sender, priceUsd);
        emit LeaseBought(leaseId, shareId, msg.sender, priceUsd, purchase, owed);
        _send(_ownerNow(lease), rents + purchase.toOwner - owed);
        _send(msg.sender, purchase.toLessee);
    }

    function _requireLessee(Touch memory lease) private view {
        address lessee = _lesseeNow(lease);
        require(msg.sender == lessee, NotLessee(msg.sender, lessee));
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

    /// @inheritdoc ILeaseToBuy
    function quote(LeaseId leaseId, uint256 priceUsd) external view returns (Purchase memory) {
        return _quote(_open(leaseId), priceUsd);
    }
}
