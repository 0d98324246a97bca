// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {ILoanDesk} from "../../interfaces/lending/ILoanDesk.sol";
import {IRateModel} from "../../interfaces/lending/IRateModel.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {DueCounts, OriginatorRow} from "./libraries/DueCounts.sol";
import {IdWord, IdWords} from "./libraries/IdWords.sol";
import {Instalments} from "./libraries/Instalments.sol";
import {
    Agreed,
    AgreedSlot,
    Core,
    CoreSlot,
    Debtor,
    DebtorSlot,
    Offer,
    Reset,
    Running,
    RunningSlot
} from "./libraries/LoanSlots.sol";
import {LoanStore} from "./LoanStore.sol";

/// @title Drawing: everything is judged when the money goes out
/// @notice An approval is a promise to look again. What the collateral bears, who owes what and who is late is read here,
/// from the loans themselves, in the order in which the interface lists the errors.
/// @dev Everything is written, the share has its owner and the lien stands, before the ledger is asked for the money: it
/// refuses what the treasury can't bear, and it may hand out the reserve token, whose code is not ours. A call that comes
/// back from there finds an open loan on a liened share.
abstract contract Draws is LoanStore {
    using DueCounts for DueCounts.Originator;

    /// @dev An approved loan while it is judged.
    struct Draft {
        LoanId id;
        address borrower; // who draws
        address to;
        bool inCash;
        bool isPurchase;
        uint256 priceUsd; // 0 on a share that the borrower owned before
        Core core;
        Running running;
        ShareId shareId;
        PropertyId propertyId;
        uint256 amount; // wei
        address owner; // of the share
        bytes32 ownerId;
        uint256 lastDay; // whose loans are late
        uint256 houseUsd; // for new loans
        uint256 shareCount; // of the house
    }

    IERC20 internal immutable COIN;
    IPropertyRegistry internal immutable REGISTRY;
    IRateModel internal immutable RATES;
    ILoanDesk internal immutable DESK;
    /// @dev Wei of coin in a unit of the reserve token at par.
    uint256 internal immutable CASH_UNIT;
    uint256 internal immutable DRAW_LTV_BPS;
    uint256 internal immutable BORROWER_CAP;
    uint256 internal immutable ORIGINATOR_CAP;
    uint256 internal immutable HOUSE_CAP_BPS;
    uint256 internal immutable MAX_LATE_OF_ORIGINATOR;
    uint256 internal immutable ORIGINATION_FEE_BPS;

    modifier onlyDesk() {
        _requireDesk();
        _;
    }

    constructor(BookPeers memory peers, BookTerms memory given) {
        COIN = IERC20(address(peers.coin));
        REGISTRY = peers.registry;
        RATES = peers.rates;
        DESK = peers.desk;
        CASH_UNIT = peers.treasury.CASH_UNIT();
        DRAW_LTV_BPS = given.drawLtvBps;
        BORROWER_CAP = given.borrowerCap;
        ORIGINATOR_CAP = given.originatorCap;
        HOUSE_CAP_BPS = given.houseCapBps;
        MAX_LATE_OF_ORIGINATOR = given.maxLateOfOriginator;
        ORIGINATION_FEE_BPS = given.originationFeeBps;
    }

    /* APPROVED LOANS */

    function _requireDesk() private view {
        require(msg.sender == address(DESK), NotDesk(msg.sender));
    }

    /// @inheritdoc ILoanBook
    function enter(LoanId loanId, Opening calldata opening) external onlyDesk {
        Slots storage slots = _loans[loanId];
        slots.core = Core.wrap(opening.core);
        slots.running = Running.wrap(opening.running);
        slots.agreed = Agreed.wrap(opening.agreed);
        slots.offer = Offer.wrap(opening.offer);
        slots.debtor = Debtor.wrap(opening.debtor);
        slots.ownerId = opening.ownerId;
        if (opening.reset != 0) slots.reset = Reset.wrap(opening.reset);
    }

    /// @inheritdoc ILoanBook
    function amend(LoanId loanId, uint256 core) external onlyDesk {
        _loans[loanId].core = Core.wrap(core);
    }

    /* THE FOUR WAYS */

    /// @inheritdoc ILoanBook
    function draw(LoanId loanId, address to) external {
        Draft memory draft;
        (draft.id, draft.borrower, draft.to) = (loanId, msg.sender, to);
        _draw(draft);
    }

    /// @inheritdoc ILoanBook
    function drawCash(LoanId loanId, address to) external {
        Draft memory draft;
        (draft.id, draft.borrower, draft.to, draft.inCash) = (loanId, msg.sender, to, true);
        _draw(draft);
    }

    /// @inheritdoc ILoanBook
    function drawForPurchase(LoanId loanId) external {
        Draft memory draft;
        (draft.id, draft.borrower, draft.isPurchase) = (loanId, msg.sender, true);
        _draw(draft);
    }

    /// @inheritdoc ILoanBook
    function drawForMarket(LoanId loanId, address borrower, uint256 priceUsd, address to)
        external
        returns (uint256 coins)
    {
        DESK.requireMarket(msg.sender);
        require(priceUsd != 0, WrongSort(loanId, 0));
        Draft memory draft;
        (draft.id, draft.borrower, draft.priceUsd, draft.to) = (loanId, borrower, priceUsd, to);
        return _draw(draft);
    }

    /// @dev Judges, writes, secures and pays out.
    /// @return coins What went out, if it went out in coins.
    function _draw(Draft memory draft) private returns (uint256 coins) {
        _judge(draft);
        (uint256 kept, uint256 cash) = _keptOf(draft.amount, draft.inCash);
        ILoanLedger.Position memory position;
        _enter(draft, position, kept, cash);
        unchecked {
            coins = draft.amount - kept; // a part of it
        }
        if (draft.isPurchase) {
            draft.to = draft.owner;
            unchecked {
                COIN.transferFrom(msg.sender, draft.to, draft.priceUsd - coins); // the loan is at most the price
            }
            SHARES.moveBySale(draft.shareId, draft.to, msg.sender, draft.priceUsd, address(COIN));
        }
        SHARES.placeLien(draft.shareId);
        if (draft.inCash) LOANS.lendCash(position, cash, draft.to);
        else LOANS.lendCoins(position, draft.to, kept);
    }

    /// @dev Of what is lent, what stays here for the splitter, and the cash (units) that goes out.
    function _keptOf(uint256 amount, bool inCash) internal view returns (uint256 kept, uint256 cash) {
        unchecked {
            kept = Math.ceilDiv(amount * ORIGINATION_FEE_BPS, WHOLE_BPS); // 96 bits and a part of them
            if (!inCash) return (kept, 0);
            cash = (amount - kept) / CASH_UNIT;
            kept = amount - cash * CASH_UNIT;
        }
    }

    /* JUDGING */

    /// @dev Whether the borrower may draw the loan now, as far as this book can judge. Rooms for the loan are taken on the way.
    function _judge(Draft memory draft) private {
        LoanId loanId = draft.id;
        Slots storage slots = _loans[loanId];
        (draft.core, draft.running) = (slots.core, slots.running);
        _requireStage(loanId, draft.core, Stage.Approved);
        bool isValid = _requireDrawer(draft, slots);
        uint256 agreedUsd = draft.core.priceUsd();
        if (draft.isPurchase) draft.priceUsd = agreedUsd;
        require(draft.priceUsd == agreedUsd && (agreedUsd != 0 || !draft.isPurchase), WrongSort(loanId, agreedUsd));
        require(block.timestamp <= draft.core.expiresAt(), ApprovalExpired(loanId, draft.core.expiresAt()));
        require(isValid, InvalidCredential(draft.borrower));
        draft.shareId = draft.running.share();
        draft.propertyId = draft.shareId.property();
        draft.owner = _ownerOf(draft.shareId);
        if (draft.isPurchase) _requireConsents(draft);
        else require(draft.owner == draft.borrower, NotShareOwner(draft.shareId, draft.borrower, draft.owner));

        draft.amount = slots.debtor.face();
        draft.ownerId = slots.ownerId;
        draft.lastDay = _lastLateDay();
        _judgeValue(draft);
        _judgeBorrower(draft);
        _judgeHouse(draft);
        RATES.checkpoint();
    }

    /// @dev Requires that it is the borrower, and returns whether his credential is valid. A wallet with a valid one was not
    /// replaced, so whoever asked himself and holds one needs no second look.
    function _requireDrawer(Draft memory draft, Slots storage slots) private returns (bool isValid) {
        isValid = _isValid(draft.borrower);
        address applicant = slots.debtor.borrower();
        if (draft.borrower == applicant && isValid) return true;
        _requireBorrower(draft.id, draft.borrower);
        // Freezes of the share for him are looked up by the wallet that drew.
        if (draft.borrower != applicant) slots.debtor = DebtorSlot.make(draft.borrower, slots.debtor.face());
    }

    /// @dev The seller's consent to the price, for the share as it is now, and the manager's to the move.
    function _requireConsents(Draft memory draft) private view {
        uint32 acceptedMove = draft.core.acceptedMove();
        uint32 moveNumber = _moveNumberOf(draft.shareId);
        require(acceptedMove == moveNumber + 1, PurchaseNotAccepted(draft.id, acceptedMove, moveNumber));
        (address to,) = SHARES.transferApprovalOf(draft.shareId);
        require(to == msg.sender, TransferNotApproved(draft.shareId, msg.sender));
    }

    function _judgeValue(Draft memory draft) private view {
        IPropertyValuation.ValueStatus status;
        (draft.houseUsd,, status) = VALUATION.lendingValueOf(draft.propertyId);
        require(status == IPropertyValuation.ValueStatus.Valid, ValueNotValid(draft.propertyId, uint8(status)));
        // A claim makes it nothing, and so the limit below nothing: asking is only for the reason.
        if (draft.houseUsd == 0) {
            (, uint256 claims) = REGISTRY.seniorClaimsOf(draft.propertyId);
            require(claims == 0, SeniorClaim(draft.propertyId, claims));
        }
        draft.shareCount = _shareCountOf(draft.propertyId);
        uint256 most = draft.houseUsd / draft.shareCount;
        if (draft.priceUsd != 0) most = Math.min(most, draft.priceUsd);
        unchecked {
            most = most * DRAW_LTV_BPS / WHOLE_BPS; // values have some 112 bits
        }
        require(draft.amount <= most, LoanToValueTooHigh(draft.amount, most));
    }

    function _judgeBorrower(Draft memory draft) private {
        IdWord word = _ofOwner[draft.ownerId];
        uint256 exposure = draft.amount;
        uint256 free = IdWords.PLACES;
        for (uint256 place = 0; place < IdWords.PLACES; ++place) {
            uint256 id = word.idAt(place);
            if (id == 0) {
                free = place;
                continue;
            }
            Core core = _loans[LoanId.wrap(id)].core;
            require(!_isLate(core, draft.lastDay), BorrowerLate(draft.ownerId, LoanId.wrap(id)));
            unchecked {
                exposure += core.principal();
            }
        }
        require(free != IdWords.PLACES, TooManyLoans(draft.ownerId, IdWords.PLACES));
        require(exposure <= BORROWER_CAP, BorrowerCapExceeded(draft.ownerId, exposure, BORROWER_CAP));
        _ofOwner[draft.ownerId] = word.withId(free, draft.id.raw());
    }

    /// @dev Each share of a loan bears an equal part of it.
    function _judgeHouse(Draft memory draft) private {
        (uint256 first,) = _placeOf(draft.propertyId.share(1));
        (uint256 own, uint256 ownPlace) = _placeOf(draft.shareId);
        uint256 exposure = draft.amount;
        uint256 taken;
        (uint256 last,) = _placeOf(draft.propertyId.share(uint8(draft.shareCount)));
        for (; first <= last; ++first) {
            IdWord word = _ofShares[first];
            if (first == own) taken = word.idAt(ownPlace);
            for (; !word.isEmpty(); word = word.shifted()) {
                uint256 id = word.idAt(0);
                if (id == 0) continue;
                Core core = _loans[LoanId.wrap(id)].core;
                require(!_isLate(core, draft.lastDay), HouseLate(draft.propertyId, LoanId.wrap(id)));
                unchecked {
                    exposure += Math.ceilDiv(core.principal(), core.shareCount());
                }
            }
        }
        uint256 cap;
        unchecked {
            cap = draft.houseUsd * HOUSE_CAP_BPS / WHOLE_BPS;
        }
        require(exposure <= cap, HouseCapExceeded(draft.propertyId, exposure, cap));
        _judgeOriginator(draft);
        require(taken == 0, AlreadyCollateral(draft.shareId, LoanId.wrap(taken)));
        _setLoanOf(draft.shareId, draft.id.raw());
    }

    /// @dev Judges him, and counts the loan.
    function _judgeOriginator(Draft memory draft) private {
        uint256 number = draft.running.originator();
        DueCounts.Originator storage originator = _originators[number];
        OriginatorRow row = originator.row;
        uint256 late = originator.lateOn(row, draft.lastDay);
        uint256 face;
        uint256 dueDay;
        unchecked {
            face = row.face() + draft.amount;
            dueDay = Instalments.dueDayOf(block.timestamp + MONTH);
        }
        if (late > MAX_LATE_OF_ORIGINATOR || face > ORIGINATOR_CAP) {
            address name = DESK.originatorAt(number);
            require(late <= MAX_LATE_OF_ORIGINATOR, OriginatorLate(name, late, MAX_LATE_OF_ORIGINATOR));
            revert OriginatorCapExceeded(name, face, ORIGINATOR_CAP);
        }
        originator.enter(row, late, draft.lastDay, dueDay, draft.amount);
    }

    function _isLate(Core core, uint256 lastDay) internal pure returns (bool) {
        unchecked {
            return core.dueAt() <= lastDay * 1 days;
        }
    }

    /* WRITING */

    /// @dev Opens the loan. What its share is worth is valid, as its house's value for new loans is.
    function _enter(Draft memory draft, ILoanLedger.Position memory position, uint256 kept, uint256 cash) private {
        Slots storage slots = _loans[draft.id];
        (uint256 valueUsd,) = _shareValue(draft.shareId);
        uint256 dueAt;
        unchecked {
            dueAt = block.timestamp + MONTH;
        }
        slots.core = CoreSlot.make(draft.amount, 0, dueAt, draft.core.rateBps(), CoreSlot.tail(Stage.Active, 1));
        slots.running = draft.running.withInterest(0, block.timestamp).with(RunningSlot.IN_CASH, draft.inCash);
        Agreed agreed =
            AgreedSlot.make(slots.agreed.instalment(), Math.min(valueUsd, type(uint96).max), block.timestamp);
        slots.agreed = agreed;
        position.principal = draft.amount;
        position.rateBps = draft.core.rateBps();
        (position.since, position.dueAt) = (block.timestamp, dueAt);
        position.cap = _capOf(agreed);
        emit Drawn(draft.id, draft.borrower, draft.shareId, draft.amount, kept, cash);
    }
}
