// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";
import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {ILoanDesk} from "../../interfaces/lending/ILoanDesk.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {IRateModel} from "../../interfaces/lending/IRateModel.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {GuardianStop} from "../access/GuardianStop.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {StopClock} from "../access/StopClock.sol";
import {Ageing} from "../coin/libraries/Ageing.sol";
import {Annuity} from "./libraries/Annuity.sol";
import {IdWord, IdWords} from "./libraries/IdWords.sol";
import {Instalments} from "./libraries/Instalments.sol";
import {
    Agreed,
    AgreedSlot,
    Arrears,
    Core,
    CoreSlot,
    Debtor,
    DebtorSlot,
    Offer,
    OfferSlot,
    Reset,
    ResetSlot,
    Running,
    RunningSlot,
    Standing
} from "./libraries/LoanSlots.sol";
import {Positions} from "./libraries/Positions.sol";
import {RateResets} from "./libraries/RateResets.sol";

/// @title LoanDesk
/// @notice See {ILoanDesk}.
/// @dev An application has the words that the book will store. The book knows the desk from birth and takes approved
/// loans from nobody else; its terms are the desk's by their hash.
/// @custom:kill Nobody needs to: what is approved here the book judges again at the draw. The DAO ends an underwriter by
/// his role.
contract LoanDesk is RoleGated, ILoanDesk, IGuardianStop {
    using Ageing for ILoanLedger.Position;

    /// @dev An application until it is approved. Withdrawn ones stay.
    struct Request {
        Running running;
        Offer offer;
        Debtor debtor;
        bytes32 ownerId;
        ILoanBook.Stage stage;
    }

    /// @dev One slot.
    struct Counters {
        uint32 loans;
        uint16 originators;
    }

    /// @dev One slot; see {StopClock}.
    struct Switch {
        uint40 until;
        uint40 from;
        uint40 before;
    }

    /// @dev Name of the guardian's switch.
    bytes32 private constant FORECLOSURE = "foreclosure";

    uint256 private constant MONTH = Instalments.MONTH;

    /// @inheritdoc ILoanDesk
    ILoanBook public immutable BOOK;
    ICredentialRegistry private immutable CREDENTIALS;
    IShareCertificate private immutable SHARES;
    IRateModel private immutable RATES;
    IPropertyValuation private immutable VALUATION;
    IPriceFeedReader private immutable READER;
    FeedId private immutable INDEX_FEED;
    /// @inheritdoc ILoanDesk
    uint40 public immutable guardianStopPeriod;

    ILoanBook.BookPeers private _peers;
    ILoanBook.BookTerms private _terms;
    Counters private _counters;
    Switch private _switch;
    mapping(LoanId loanId => Request) private _requests;
    mapping(address originator => uint256) private _originatorNumber;
    /// @inheritdoc ILoanDesk
    mapping(address market => bool) public isMarket;
    /// @inheritdoc ILoanDesk
    mapping(uint256 number => address) public originatorAt;

    /// @param hub The permission hub for people.
    /// @param book It knows this address from birth.
    /// @param reader Who reads the index of the book's valuation.
    /// @param peers_ The book's peers.
    /// @param given The book's terms.
    constructor(
        address hub,
        ILoanBook book,
        IPriceFeedReader reader,
        uint40 guardianStopPeriod_,
        ILoanBook.BookPeers memory peers_,
        ILoanBook.BookTerms memory given
    ) AccessManaged(hub) {
        (BOOK, READER) = (book, reader);
        (CREDENTIALS, SHARES, RATES, VALUATION) =
        (peers_.credentials, peers_.certificate, peers_.rates, peers_.valuation);
        INDEX_FEED = peers_.valuation.INDEX_FEED();
        GuardianStop.requireValidPeriod(guardianStopPeriod_);
        guardianStopPeriod = guardianStopPeriod_;
        bytes32 makeUp = keccak256(abi.encode(peers_, given));
        require(makeUp == book.makeUp(), OtherMakeUp(makeUp, book.makeUp()));
        (_peers, _terms) = (peers_, given);
    }

    /* APPLYING */

    /// @inheritdoc ILoanDesk
    function request(ILoanBook.Application calldata application) external returns (LoanId loanId) {
        require(CREDENTIALS.isValid(msg.sender), ILoanBook.InvalidCredential(msg.sender));
        _requireSense(application);
        uint32 number = ++_counters.loans;
        loanId = LoanId.wrap(number);
        (Running running, Offer offer) = _packed(application);
        _requests[loanId] = Request({
            running: running,
            offer: offer,
            debtor: DebtorSlot.make(msg.sender, application.amount),
            ownerId: CREDENTIALS.ownerIdOf(msg.sender),
            stage: ILoanBook.Stage.Requested
        });
        emit Requested(loanId, msg.sender, application.shareId, application);
    }

    function _requireSense(ILoanBook.Application calldata application) private view {
        ShareId shareId = application.shareId;
        // Nothing above 32 bits is a share, and no house has a share number 0.
        uint256 last = shareId.raw() > IdWords.MAX_ID ? 0 : SHARES.sharesOf(shareId.property());
        _requireWithin("shareId", shareId.number(), 1, last);
        uint256 most = Math.min(_terms.borrowerCap, _terms.originatorCap);
        _requireWithin("amount", application.amount, _terms.minLoan, most);
        _requireWithin("instalments", application.instalments, 1, Annuity.MAX_INSTALMENTS);
        _requireWithin("maxRateBps", application.maxRateBps, 0, Annuity.MAX_RATE_BPS);
    }

    function _requireWithin(bytes32 field, uint256 value, uint256 least, uint256 most) private pure {
        require(value >= least && value <= most, ApplicationOutOfRange(field, value, least, most));
    }

    /// @dev All of an application but the amount.
    function _packed(ILoanBook.Application calldata application) private pure returns (Running running, Offer offer) {
        running = RunningSlot.make(application.shareId.raw(), application.instalments, application.kind);
        offer = OfferSlot.make(application.priceUsd, application.maxRateBps);
    }

    /// @inheritdoc ILoanDesk
    function withdraw(LoanId loanId) external {
        bool isAsked = _requests[loanId].stage == ILoanBook.Stage.Requested;
        uint256[10] memory slots = _slotsOf(loanId);
        Debtor debtor = Debtor.wrap(slots[4]);
        ILoanBook.Stage stage = _stageOf(loanId);
        require(isAsked || stage == ILoanBook.Stage.Approved, ILoanBook.WrongStage(loanId, stage));
        address borrower = CREDENTIALS.currentWallet(debtor.borrower());
        require(msg.sender == borrower, ILoanBook.NotBorrower(loanId, msg.sender, borrower));
        if (isAsked) _requests[loanId].stage = ILoanBook.Stage.Withdrawn;
        else BOOK.amend(loanId, Core.unwrap(Core.wrap(slots[0]).withStage(ILoanBook.Stage.Withdrawn)));
        emit Withdrawn(loanId);
    }

    /// @inheritdoc ILoanDesk
    function approve(
        LoanId loanId,
        address borrower,
        ILoanBook.Application calldata application,
        uint16 rateBps,
        uint40 expiresAt
    ) external restricted {
        Request memory asked = _requests[loanId];
        require(asked.stage == ILoanBook.Stage.Requested, ILoanBook.WrongStage(loanId, _stageOf(loanId)));
        require(
            borrower == CREDENTIALS.currentWallet(asked.debtor.borrower()) && _isSame(asked, application),
            NotThatApplication(loanId)
        );
        (uint256 leastBps,) = RATES.quote();
        require(
            rateBps >= leastBps && rateBps <= application.maxRateBps,
            RateOutOfRange(rateBps, leastBps, application.maxRateBps)
        );
        uint256 latestAt = block.timestamp + _terms.mostApprovalPeriod;
        require(
            expiresAt > block.timestamp && expiresAt <= latestAt, ExpiryOutOfRange(expiresAt, block.timestamp, latestAt)
        );
        delete _requests[loanId];
        _approve(loanId, asked, rateBps, expiresAt);
    }

    /// @dev Whether this is what was asked for.
    function _isSame(Request memory asked, ILoanBook.Application calldata application) private pure returns (bool) {
        (Running running, Offer offer) = _packed(application);
        return Running.unwrap(asked.running) == Running.unwrap(running)
            && Offer.unwrap(asked.offer) == Offer.unwrap(offer) && asked.debtor.face() == application.amount;
    }

    /// @inheritdoc ILoanDesk
    function acceptPurchase(LoanId loanId, uint256 priceUsd) external {
        uint256[10] memory slots = BOOK.slotsOf(loanId);
        (Core core, ShareId shareId) = (Core.wrap(slots[0]), Running.wrap(slots[1]).share());
        require(core.isIn(ILoanBook.Stage.Approved), ILoanBook.WrongStage(loanId, _stageOf(loanId)));
        uint256 agreedUsd = core.priceUsd();
        require(agreedUsd != 0 && (priceUsd == agreedUsd || priceUsd == 0), ILoanBook.WrongSort(loanId, agreedUsd));
        address owner = IERC721(address(SHARES)).ownerOf(shareId.raw());
        require(msg.sender == owner, NotSeller(loanId, msg.sender, owner));
        core = core.withAcceptedMove(priceUsd == 0 ? 0 : SHARES.moveNumberOf(shareId) + 1);
        BOOK.amend(loanId, Core.unwrap(core));
        emit PurchaseAccepted(loanId, owner, priceUsd);
    }

    /// @dev Hands the loan to the book.
    function _approve(LoanId loanId, Request memory asked, uint16 rateBps, uint40 expiresAt) private {
        uint256 amount = asked.debtor.face();
        ILoanBook.Kind kind = asked.running.kind();
        // At most the amount and a month's interest: the amount has 95 bits.
        uint96 instalment = uint96(
            kind == ILoanBook.Kind.InterestOnly
                ? Annuity.interestOnlyInstalmentUp(amount, rateBps)
                : Annuity.levelInstalmentUp(amount, rateBps, asked.running.instalments())
        );
        Reset reset = ResetSlot.make(kind == ILoanBook.Kind.Adjustable ? rateBps : 0, 0, 0);
        uint256 tail = CoreSlot.tail(ILoanBook.Stage.Approved, 0);
        BOOK.enter(
            loanId,
            ILoanBook.Opening({
                core: Core.unwrap(CoreSlot.make(asked.offer.priceUsd(), 0, expiresAt, rateBps, tail)),
                running: Running.unwrap(asked.running.withOriginator(_numberOf(msg.sender))),
                agreed: Agreed.unwrap(AgreedSlot.make(instalment, 0, 0)),
                offer: Offer.unwrap(asked.offer.withExpiry(expiresAt)),
                debtor: Debtor.unwrap(asked.debtor),
                ownerId: asked.ownerId,
                reset: Reset.unwrap(reset)
            })
        );
        emit Approved(loanId, msg.sender, rateBps, instalment, expiresAt, amount > _terms.jumboAbove);
    }

    /// @dev The number under which an originator's loans are counted; his first approval gives it.
    function _numberOf(address originator) private returns (uint256 number) {
        number = _originatorNumber[originator];
        if (number != 0) return number;
        number = ++_counters.originators;
        (_originatorNumber[originator], originatorAt[number]) = (number, originator);
    }

    /* TABLE OF MARKETS */

    /// @inheritdoc ILoanDesk
    function setMarket(address market, bool allowed) external restricted {
        isMarket[market] = allowed;
        emit MarketSet(market, allowed);
    }

    /// @inheritdoc ILoanDesk
    function requireMarket(address caller) external view {
        require(isMarket[caller], NotMarket(caller));
    }

    /* SWITCH */

    /// @inheritdoc ILoanDesk
    function stop(bytes32 what) external restricted {
        uint40 until = GuardianStop.stop(stoppedUntil(what), guardianStopPeriod, what);
        uint40 before = StopClock.stoppedTime(_switch.from, _switch.until, _switch.before);
        _switch = Switch({until: until, from: uint40(block.timestamp), before: before});
    }

    /// @inheritdoc ILoanDesk
    function resume(bytes32 what) external restricted {
        _switch.until = GuardianStop.resume(stoppedUntil(what), what);
    }

    /// @inheritdoc ILoanDesk
    function stoppedUntil(bytes32 what) public view returns (uint40) {
        require(what == FORECLOSURE, UnknownSwitch(what));
        return _switch.until;
    }

    /// @inheritdoc ILoanDesk
    function requireForeclosures() external view {
        GuardianStop.requireRunning(_switch.until, FORECLOSURE);
    }

    /// @inheritdoc ILoanDesk
    function stoppedTime(ShareId shareId, address borrower) external view returns (uint256 stopped) {
        address owner = IERC721(address(SHARES)).ownerOf(shareId.raw());
        stopped = StopClock.stoppedTime(_switch.from, _switch.until, _switch.before);
        stopped += VALUATION.frozenTimeOf(shareId.property());
        if (!INDEX_FEED.isNull()) stopped += READER.frozenTimeOf(INDEX_FEED);
        stopped += SHARES.frozenTimeOf(borrower, shareId);
        if (owner != borrower) stopped += SHARES.frozenTimeOf(owner, shareId);
    }

    /* VIEWS: A LOAN */

    /// @inheritdoc ILoanDesk
    function loanOf(LoanId loanId) external view returns (Loan memory page) {
        page.stage = _stageOf(loanId);
        uint256[10] memory slots = _slotsOf(loanId);
        (Core core, Running running, Agreed agreed) =
            (Core.wrap(slots[0]), Running.wrap(slots[1]), Agreed.wrap(slots[2]));
        (Offer offer, Debtor debtor) = (Offer.wrap(slots[3]), Debtor.wrap(slots[4]));
        page.application = ILoanBook.Application({
            shareId: running.share(),
            amount: debtor.face(),
            instalments: running.instalments(),
            kind: running.kind(),
            priceUsd: offer.priceUsd(),
            maxRateBps: offer.maxRateBps()
        });
        page.borrower = CREDENTIALS.currentWallet(debtor.borrower());
        page.ownerId = bytes32(slots[5]);
        page.originator = originatorAt[running.originator()];
        page.rateBps = core.rateBps();
        page.jumbo = debtor.face() > _terms.jumboAbove;
        page.approvedUntil = offer.expiresAt();
        if (page.stage == ILoanBook.Stage.Approved) page.acceptedMove = core.acceptedMove();
        (page.instalment, page.startedAt) = (agreed.instalment(), agreed.startedAt());
        page.shareIds = _sharesOf(core, running, IdWord.wrap(slots[9]));
        if (_isOpen(page.stage)) _fillOpen(page, loanId, slots);
    }

    /// @dev What only an open loan has.
    function _fillOpen(Loan memory page, LoanId loanId, uint256[10] memory slots) private view {
        (Core core, Agreed agreed, Reset reset) = (Core.wrap(slots[0]), Agreed.wrap(slots[2]), Reset.wrap(slots[8]));
        page.dueAt = core.dueAt();
        page.paid = uint16(Instalments.paidOf(page.startedAt, page.dueAt));
        (page.principal, page.towards) = (core.principal(), core.towards());
        (page.debt, page.feesDue) = (BOOK.debtOf(loanId), BOOK.feesDueOf(loanId));
        ILoanLedger.Position memory position = _positionOf(slots);
        page.carryingUsd = position.carryingDown(block.timestamp);
        page.valueUsd = agreed.value();
        page.noticeAt = Standing.wrap(slots[7]).noticeAt();
        if (page.application.kind != ILoanBook.Kind.Adjustable) return;
        if (reset.resetAt() != 0 && block.timestamp >= reset.resetAt() && position.resets()) {
            // In force, though nobody has touched the loan since.
            page.rateBps = reset.nextBps();
            uint256 left = page.application.instalments - page.paid;
            page.instalment = uint96(Annuity.levelInstalmentUp(page.principal, page.rateBps, left));
            reset = Reset.wrap(0);
        }
        uint256 lastDueAt = page.startedAt + page.application.instalments * MONTH;
        (page.nextRateBps, page.resetAt) = (reset.nextBps(), reset.resetAt());
        if (page.resetAt == 0) page.resetAt = uint40(RateResets.nextAfter(page.startedAt, lastDueAt, block.timestamp));
    }

    /// @inheritdoc ILoanDesk
    function positionOf(LoanId loanId) external view returns (ILoanLedger.Position memory position) {
        if (_isOpen(_stageOf(loanId))) position = _positionOf(_slotsOf(loanId));
    }

    function _positionOf(uint256[10] memory slots) private view returns (ILoanLedger.Position memory position) {
        Positions.fill(
            position,
            Core.wrap(slots[0]),
            Running.wrap(slots[1]),
            Arrears.wrap(slots[6]),
            Standing.wrap(slots[7]),
            Reset.wrap(slots[8])
        );
        position.cap = Positions.capOf(Agreed.wrap(slots[2]), _terms.capBps);
    }

    /// @dev The book's words, or those that the application will give it.
    function _slotsOf(LoanId loanId) private view returns (uint256[10] memory slots) {
        Request storage asked = _requests[loanId];
        if (asked.stage == ILoanBook.Stage.None) return BOOK.slotsOf(loanId);
        slots[1] = Running.unwrap(asked.running);
        slots[3] = Offer.unwrap(asked.offer);
        slots[4] = Debtor.unwrap(asked.debtor);
        slots[5] = uint256(asked.ownerId);
    }

    function _stageOf(LoanId loanId) private view returns (ILoanBook.Stage stage) {
        stage = _requests[loanId].stage;
        if (stage == ILoanBook.Stage.None) stage = BOOK.stageOf(loanId);
    }

    function _isOpen(ILoanBook.Stage stage) private pure returns (bool) {
        return stage == ILoanBook.Stage.Active || stage == ILoanBook.Stage.Foreclosing;
    }

    function _sharesOf(Core core, Running running, IdWord more) private pure returns (ShareId[] memory shareIds) {
        uint256 count = core.shareCount();
        shareIds = new ShareId[](count);
        for (uint256 i = 0; i < count; ++i) {
            shareIds[i] = i == 0 ? running.share() : ShareId.wrap(more.idAt(i - 1));
        }
    }

    /* VIEWS: WHOSE LOANS */

    /// @inheritdoc ILoanDesk
    function loansOfOwner(bytes32 ownerId) external view returns (LoanId[] memory loanIds) {
        loanIds = new LoanId[](IdWords.PLACES);
        return _shortened(loanIds, _append(loanIds, 0, IdWord.wrap(BOOK.idsOfOwner(ownerId))));
    }

    /// @inheritdoc ILoanDesk
    function loansOfHouse(PropertyId propertyId) external view returns (LoanId[] memory loanIds) {
        uint256 shares = SHARES.sharesOf(propertyId);
        loanIds = new LoanId[](shares);
        uint256 count;
        uint256 word = (propertyId.share(1).raw() - 1) / IdWords.PLACES;
        for (uint256 done = 0; done < shares; done += IdWords.PLACES) {
            count = _append(loanIds, count, IdWord.wrap(BOOK.idsOfShares(word)));
            ++word;
        }
        return _shortened(loanIds, count);
    }

    /// @dev Adds the ids in `word` that are not there yet.
    function _append(LoanId[] memory loanIds, uint256 count, IdWord word) private pure returns (uint256) {
        for (uint256 place = 0; place < IdWords.PLACES; ++place) {
            LoanId id = LoanId.wrap(word.idAt(place));
            if (id.raw() == 0) continue;
            uint256 i = 0;
            while (i < count && !(loanIds[i] == id)) ++i;
            if (i == count) loanIds[count++] = id;
        }
        return count;
    }

    function _shortened(LoanId[] memory loanIds, uint256 count) private pure returns (LoanId[] memory shorter) {
        shorter = new LoanId[](count);
        for (uint256 i = 0; i < count; ++i) {
            shorter[i] = loanIds[i];
        }
    }

    /// @inheritdoc ILoanDesk
    function originatorPage(address originator) external view returns (uint256 face, uint256 late, uint256 open) {
        return BOOK.originatorPage(_originatorNumber[originator]);
    }

    /// @inheritdoc ILoanDesk
    function lastLoan() external view returns (LoanId) {
        return LoanId.wrap(_counters.loans);
    }

    /// @inheritdoc ILoanDesk
    function peers() external view returns (ILoanBook.BookPeers memory) {
        return _peers;
    }

    /// @inheritdoc ILoanDesk
    function terms() external view returns (ILoanBook.BookTerms memory) {
        return _terms;
    }
}
