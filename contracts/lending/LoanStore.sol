// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {Require} from "../access/Require.sol";
import {Ageing} from "../coin/libraries/Ageing.sol";
import {Annuity} from "./libraries/Annuity.sol";
import {DueCounts} from "./libraries/DueCounts.sol";
import {IdWord} from "./libraries/IdWords.sol";
import {Instalments} from "./libraries/Instalments.sol";
import {
    Agreed,
    Arrears,
    Core,
    Debtor,
    Offer,
    Reset,
    ResetSlot,
    Running,
    RunningSlot,
    Standing,
    StandingSlot
} from "./libraries/LoanSlots.sol";
import {Positions} from "./libraries/Positions.sol";

/// @title What the book keeps, and how a call reads and writes a loan
/// @notice A call takes a loan into its hands once, works on it in memory, and writes the slots that changed:
///
///     Touch memory loan;
///     _open(loan, loanId);
///     _count(loan, credit);          // how it counts from now on
///     ...
///     _store(loan);
///
/// @dev A loan that was never late, never under notice and is not adjustable has three slots that a payment reads, and
/// two that it writes. Which loans a borrower, a house or a share has stands in words of eight ids, so that a draw reads
/// the very slots that it judges by: what they owe and how late they are needs no sums, and nobody has to keep any.
abstract contract LoanStore is ILoanBook {
    using Ageing for ILoanLedger.Position;
    using DueCounts for DueCounts.Originator;

    /// @dev See `libraries/LoanSlots.sol`.
    struct Slots {
        Core core;
        Running running;
        Agreed agreed;
        Offer offer;
        Debtor debtor;
        bytes32 ownerId;
        Arrears arrears;
        Standing standing;
        Reset reset;
        IdWord more; // shares after the first
        uint256 lateFees; // paid, and not swept (wei)
    }

    /// @dev An open loan in a call's hands: its slots as they will be stored, and how it counts before and afterwards.
    struct Touch {
        LoanId id;
        Core core;
        Running running;
        Agreed agreed;
        Arrears arrears;
        Standing standing;
        Reset reset;
        ILoanLedger.Position before;
        ILoanLedger.Position next;
        uint256 debt; // wei, up: before, then afterwards
        uint256 credit; // wei: what it falls by
        uint256 takenUsd; // of that, what a share was taken home at
        Stage ends; // how it ends
        ShareId moved; // the share whose lien ends by its move
    }

    uint256 internal constant WHOLE_BPS = 10_000;
    uint256 internal constant MONTH = Instalments.MONTH;
    IPropertyValuation.ValueStatus internal constant VALID = IPropertyValuation.ValueStatus.Valid;

    ILoanLedger internal immutable LOANS;
    ITreasury internal immutable TREASURY;
    IShareCertificate internal immutable SHARES;
    IPropertyValuation internal immutable VALUATION;
    ICredentialRegistry internal immutable CREDENTIALS;
    /// @dev See `BookTerms`, as all such names here and in the contracts that follow.
    uint256 internal immutable CAP_BPS;
    uint256 internal immutable GRACE_DAYS;
    uint256 internal immutable NOTICE_LTV_BPS;

    mapping(LoanId loanId => Slots) internal _loans;
    mapping(bytes32 ownerId => IdWord) internal _ofOwner;
    mapping(uint256 eightShares => IdWord) internal _ofShares;
    mapping(uint256 number => DueCounts.Originator) internal _originators;

    constructor(BookPeers memory peers, BookTerms memory given) {
        Require.code(address(peers.ledger));
        Require.code(address(peers.treasury));
        Require.code(address(peers.coin));
        Require.code(address(peers.certificate));
        Require.code(address(peers.registry));
        Require.code(address(peers.valuation));
        Require.code(address(peers.credentials));
        Require.code(address(peers.rates));
        Require.code(address(peers.splitter));
        LOANS = peers.ledger;
        TREASURY = peers.treasury;
        SHARES = peers.certificate;
        VALUATION = peers.valuation;
        CREDENTIALS = peers.credentials;
        CAP_BPS = given.capBps;
        GRACE_DAYS = given.graceDays;
        NOTICE_LTV_BPS = given.noticeLtvBps;
    }

    /* READING */

    /// @dev Takes an open loan into hand.
    function _open(Touch memory loan, LoanId loanId) internal view {
        _read(loan, loanId);
        if (!loan.core.isIn(Stage.Active)) _requireStage(loanId, loan.core, Stage.Foreclosing);
    }

    /// @dev The same of any loan, as far as it has got.
    function _read(Touch memory loan, LoanId loanId) internal view {
        Slots storage slots = _loans[loanId];
        loan.id = loanId;
        (loan.core, loan.running, loan.agreed) = (slots.core, slots.running, slots.agreed);
        if (loan.running.has(RunningSlot.IRREGULAR)) (loan.arrears, loan.standing) = (slots.arrears, slots.standing);
        if (loan.running.isOf(Kind.Adjustable)) loan.reset = slots.reset;
        Positions.fill(loan.before, loan.core, loan.running, loan.arrears, loan.standing, loan.reset);
        loan.before.cap = _capOf(loan.agreed);
        loan.debt = loan.before.debtUp(block.timestamp);
    }

    function _capOf(Agreed agreed) internal view returns (uint96) {
        return Positions.capOf(agreed, CAP_BPS);
    }

    function _paidOf(Touch memory loan) internal pure returns (uint256) {
        return Instalments.paidOf(loan.agreed.startedAt(), loan.core.dueAt());
    }

    /// @dev The last due day whose loans are late.
    function _lastLateDay() internal view returns (uint256) {
        return Instalments.lastLateDay(block.timestamp, GRACE_DAYS);
    }

    /// @dev In his wallet of today.
    function _borrowerOf(LoanId loanId) internal view returns (address) {
        return _currentWallet(_loans[loanId].debtor.borrower());
    }

    function _requireBorrower(LoanId loanId, address wallet) internal view {
        address borrower = _borrowerOf(loanId);
        require(wallet == borrower, NotBorrower(loanId, wallet, borrower));
    }

    function _requireStage(LoanId loanId, Core core, Stage stage) internal pure {
        require(core.isIn(stage), WrongStage(loanId, core.stage()));
    }

    /* SHARES */

    /// @dev The loan's share number `index`, in the order in which they came, from 0.
    function _shareAt(Touch memory loan, uint256 index) internal view returns (ShareId) {
        if (index == 0) return loan.running.share();
        unchecked {
            return ShareId.wrap(_loans[loan.id].more.idAt(index - 1));
        }
    }

    /// @dev Where the loan of a share stands.
    function _placeOf(ShareId shareId) internal pure returns (uint256 eightShares, uint256 place) {
        // Numbers start at 1, so the eight shares of a small house are in one word.
        unchecked {
            uint256 index = shareId.raw() - 1;
            return (index >> 3, index & 7);
        }
    }

    /// @dev Writes which loan a share secures; 0 for none.
    function _setLoanOf(ShareId shareId, uint256 rawLoanId) internal {
        (uint256 eightShares, uint256 place) = _placeOf(shareId);
        _ofShares[eightShares] = _ofShares[eightShares].withId(place, rawLoanId);
    }

    /// @dev Sum of the shares' values that are valid, and the last share whose value is not, with the reason; 0 if there is
    /// none.
    function _valueOf(Touch memory loan)
        internal
        view
        returns (uint256 valueUsd, ShareId invalid, IPropertyValuation.ValueStatus why)
    {
        uint256 count = loan.core.shareCount();
        for (uint256 i = 0; i < count; ++i) {
            ShareId shareId = _shareAt(loan, i);
            (uint256 shareUsd, IPropertyValuation.ValueStatus status) = _shareValue(shareId);
            unchecked {
                if (status == VALID) valueUsd += shareUsd; // of eight; no house has one near 2^253
                else (invalid, why) = (shareId, status);
            }
        }
    }

    /* QUESTIONS TO PEERS */

    function _shareValue(ShareId shareId)
        internal
        view
        returns (uint256 valueUsd, IPropertyValuation.ValueStatus status)
    {
        (valueUsd,, status) = VALUATION.shareValue(shareId);
    }

    function _ownerOf(ShareId shareId) internal view returns (address) {
        return IERC721(address(SHARES)).ownerOf(shareId.raw());
    }

    function _shareCountOf(PropertyId propertyId) internal view returns (uint256) {
        return SHARES.sharesOf(propertyId);
    }

    function _moveNumberOf(ShareId shareId) internal view returns (uint32) {
        return SHARES.moveNumberOf(shareId);
    }

    function _isValid(address wallet) internal view returns (bool) {
        return CREDENTIALS.isValid(wallet);
    }

    function _currentWallet(address wallet) internal view returns (address) {
        return CREDENTIALS.currentWallet(wallet);
    }

    /* HOW IT COUNTS FROM NOW ON */

    /// @dev Credits the loan with its credit, less than is owed, or with nothing. A rate whose time has come is in force from
    /// then on; one that came while the loan was impaired waits for a payment that moves the due time.
    function _count(Touch memory loan) internal view {
        loan.before.afterPayment(loan.next, block.timestamp, loan.credit);
        unchecked {
            loan.debt -= loan.credit;
        }
        if (_isResetDue(loan) && loan.before.resets()) _adoptRate(loan, loan.core.principal());
    }

    /// @dev Whether the time of a rate that was fixed has come.
    function _isResetDue(Touch memory loan) internal view returns (bool) {
        uint256 resetAt = loan.reset.resetAt();
        return resetAt != 0 && block.timestamp >= resetAt;
    }

    /// @dev The rate that was fixed is in force from now on, or has been since its time; so much is repaid at it in the
    /// instalments that are left.
    function _adoptRate(Touch memory loan, uint256 principal) internal pure {
        loan.next.rateBps = loan.reset.nextBps();
        unchecked {
            uint256 left = loan.running.instalments() - _paidOf(loan);
            loan.agreed = loan.agreed.withInstalment(Annuity.levelInstalmentUp(principal, loan.next.rateBps, left));
        }
        loan.reset = ResetSlot.make(loan.reset.firstBps(), 0, 0);
    }

    /// @dev Takes note of what the shares are worth, if all that is known is valid.
    function _mark(Touch memory loan) internal view {
        (uint256 valueUsd, ShareId invalid,) = _valueOf(loan);
        if (invalid.raw() == 0) _setValue(loan, valueUsd);
    }

    function _setValue(Touch memory loan, uint256 valueUsd) internal view {
        loan.agreed = loan.agreed.withValue(Math.min(valueUsd, type(uint96).max));
        loan.next.cap = _capOf(loan.agreed);
    }

    /// @dev Whether the debt is above the part of the last valid value from which notice may be given.
    function _isAboveNotice(Touch memory loan) internal view returns (bool) {
        unchecked {
            return loan.debt * WHOLE_BPS > loan.agreed.value() * NOTICE_LTV_BPS; // 96 bits or little more, and 14
        }
    }

    /// @dev What a payment, a share more or a mark cures: the notice, and the foreclosure that began on it; a foreclosure
    /// on arrears, when nothing is due any more.
    function _cure(Touch memory loan) internal {
        bool isForeclosing = loan.core.isIn(Stage.Foreclosing);
        bool byNotice = loan.running.has(RunningSlot.BY_NOTICE);
        bool isCured = isForeclosing && !byNotice && loan.next.dueAt > block.timestamp;
        if (loan.standing.noticeAt() != 0 && !_isAboveNotice(loan)) {
            loan.standing = StandingSlot.make(loan.standing.impairedRaw(), 0, 0);
            emit NoticeCured(loan.id);
            isCured = isCured || byNotice;
        }
        if (!isCured) return;
        loan.core = loan.core.withStage(Stage.Active);
        loan.running = loan.running.with(RunningSlot.BY_NOTICE | RunningSlot.NEXT_WAITS, false);
        emit ForeclosureCured(loan.id);
    }

    /* WRITING */

    /// @dev Writes an open loan as it counts from now on.
    function _store(Touch memory loan) internal {
        ILoanLedger.Position memory next = loan.next;
        if (next.resetAt == 0 && loan.reset.resetAt() > block.timestamp) {
            (next.nextRateBps, next.resetAt) = (loan.reset.nextBps(), loan.reset.resetAt());
        }
        (next.impairedRaw, next.incomeRaw) = loan.before.carriedOver(next, loan.takenUsd);
        Slots storage slots = _loans[loan.id];
        slots.core = loan.core.counting(next.principal, next.dueAt, next.rateBps);
        loan.arrears = loan.arrears.settled(_paidOf(loan), next.incomeRaw);
        loan.standing = loan.standing.withImpaired(next.impairedRaw);
        bool isIrregular = (Arrears.unwrap(loan.arrears) | Standing.unwrap(loan.standing)) != 0;
        if (isIrregular || loan.running.has(RunningSlot.IRREGULAR)) {
            (slots.arrears, slots.standing) = (loan.arrears, loan.standing);
        }
        slots.running = loan.running.withInterest(next.interestRaw, next.since).with(RunningSlot.IRREGULAR, isIrregular);
        if (Agreed.unwrap(slots.agreed) != Agreed.unwrap(loan.agreed)) slots.agreed = loan.agreed;
        if (loan.running.isOf(Kind.Adjustable) && Reset.unwrap(slots.reset) != Reset.unwrap(loan.reset)) {
            slots.reset = loan.reset;
        }
    }

    /// @dev Writes the end of a loan, and frees its shares.
    function _close(Touch memory loan) internal {
        Slots storage slots = _loans[loan.id];
        slots.core = loan.core.withStage(loan.ends).withPrincipal(0);
        bytes32 ownerId = slots.ownerId;
        IdWord ofOwner = _ofOwner[ownerId];
        _ofOwner[ownerId] = ofOwner.withId(ofOwner.placeOf(loan.id.raw()), 0);
        _originators[loan.running.originator()].drop(Instalments.dueDayOf(loan.core.dueAt()), slots.debtor.face());
        emit Closed(loan.id, loan.ends);
        uint256 count = loan.core.shareCount();
        for (uint256 i = 0; i < count; ++i) {
            ShareId shareId = _shareAt(loan, i);
            _setLoanOf(shareId, 0);
            if (!(shareId == loan.moved)) SHARES.releaseLien(shareId);
        }
    }

    /// @dev Writes an open loan whose debt stays, and tells the ledger.
    function _push(Touch memory loan) internal {
        _store(loan);
        LOANS.push(loan.before, loan.next);
    }

    /// @dev Returns how many of the coins were frozen until now.
    function _payInCoins(Touch memory loan, address payer, uint256 coins, uint256 kept) internal returns (uint256) {
        return LOANS.payInCoins(loan.before, loan.next, payer, coins, kept);
    }
}
