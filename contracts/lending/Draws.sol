// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFeeSplitter} from "../../interfaces/coin/IFeeSplitter.sol";
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
import {Agreed, AgreedSlot, Core, CoreSlot, Debtor, DebtorSlot, Offer, Reset, Running} from "./libraries/LoanSlots.sol";
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
        address to;
        bool inCash;
        bool isPurchase;
        Core core;
        Running running;
        ShareId shareId;
        PropertyId propertyId;
        uint256 amount; // wei
        uint256 priceUsd; // 0 on a share that the borrower owns
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
    function cancel(LoanId loanId) external onlyDesk {
        Slots storage slots = _loans[loanId];
        slots.core = slots.core.withStage(Stage.Withdrawn);
    }

    /// @inheritdoc ILoanBook
    function acceptPurchase(LoanId loanId) external {
        Slots storage slots = _loans[loanId];
        _requireStage(loanId, slots.core, Stage.Approved);
        Offer offer = slots.offer;
        require(offer.priceUsd() != 0, WrongSort(loanId, 0));
        ShareId shareId = slots.running.share();
        address owner = _ownerOf(shareId);
        require(msg.sender == owner, NotSeller(loanId, msg.sender, owner));
        slots.offer = offer.withAcceptedMove(_moveNumberOf(shareId) + 1);
        emit PurchaseAccepted(loanId, owner, offer.priceUsd());
    }

    /* THE THREE WAYS */

    /// @inheritdoc ILoanBook
    function draw(LoanId loanId, address to) external {
        Draft memory draft;
        (draft.id, draft.to) = (loanId, to);
        _draw(draft);
    }

    /// @inheritdoc ILoanBook
    function drawCash(LoanId loanId, address to) external {
        Draft memory draft;
        (draft.id, draft.to, draft.inCash) = (loanId, to, true);
        _draw(draft);
    }

    /// @inheritdoc ILoanBook
    function drawForPurchase(LoanId loanId) external {
        Draft memory draft;
        (draft.id, draft.isPurchase) = (loanId, true);
        _draw(draft);
    }

    /// @dev Judges, writes, secures and pays out.
    function _draw(Draft memory draft) private {
        _judge(draft);
        uint256 kept;
        uint256 cash;
        unchecked {
            kept = Math.ceilDiv(draft.amount * ORIGINATION_FEE_BPS, WHOLE_BPS);
            if (draft.inCash) {
                cash = (draft.amount - kept) / CASH_UNIT;
                kept = draft.amount - cash * CASH_UNIT;
            }
        }
        ILoanLedger.Position memory position = _enter(draft, kept, cash);
        if (draft.isPurchase) {
            draft.to = draft.owner;
            unchecked {
                // The loan is at most the price, and kept is a part of it.
                COIN.transferFrom(msg.sender, draft.to, draft.priceUsd - (draft.amount - kept));
            }
            SHARES.moveBySale(draft.shareId, draft.to, msg.sender, draft.priceUsd, address(COIN));
        }
        SHARES.placeLien(draft.shareId);
        if (draft.inCash) LOANS.lendCash(position, cash, draft.to);
        else LOANS.lendCoins(position, draft.to, kept);
    }

    /* JUDGING */

    /// @dev Whether the caller may draw the loan now, as far as this book can judge. Rooms for the loan are taken on the way.
    function _judge(Draft memory draft) private {
        LoanId loanId = draft.id;
        Slots storage slots = _loans[loanId];
        (draft.core, draft.running) = (slots.core, slots.running);
        _requireStage(loanId, draft.core, Stage.Approved);
        bool isValid = _requireDrawer(loanId, slots);
        Offer offer = slots.offer;
        draft.priceUsd = offer.priceUsd();
        require((draft.priceUsd != 0) == draft.isPurchase, WrongSort(loanId, draft.priceUsd));
        require(block.timestamp <= offer.expiresAt(), ApprovalExpired(loanId, offer.expiresAt()));
        require(isValid, InvalidCredential(msg.sender));
        draft.shareId = draft.running.share();
        draft.propertyId = draft.shareId.property();
        draft.owner = _ownerOf(draft.shareId);
        if (draft.isPurchase) _requireConsents(draft, offer.acceptedMove());
        else require(draft.owner == msg.sender, NotShareOwner(draft.shareId, msg.sender, draft.owner));

        draft.amount = slots.debtor.face();
        draft.ownerId = slots.ownerId;
        draft.lastDay = _lastLateDay();
        _judgeValue(draft);
        _judgeBorrower(draft);
        _judgeHouse(draft);
        RATES.checkpoint();
    }

    /// @dev Requires that the caller is the borrower, and returns whether his credential is valid. A wallet with a valid one
    /// was not replaced, so whoever asked himself and holds one needs no second look.
    function _requireDrawer(LoanId loanId, Slots storage slots) private returns (bool isValid) {
        isValid = _isValid(msg.sender);
        address applicant = slots.debtor.borrower();
        if (msg.sender == applicant && isValid) return true;
        _requireBorrower(loanId);
        // Freezes of the share for him are looked up by the wallet that drew.
        if (msg.sender != applicant) slots.debtor = DebtorSlot.make(msg.sender, slots.debtor.face());
    }

    /// @dev The seller's consent to the price, for the share as it is now, and the manager's to the move.
    function _requireConsents(Draft memory draft, uint32 acceptedMove) private view {
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
            for (uint256 place = 0; place < IdWords.PLACES; ++place) {
                uint256 id = word.idAt(place);
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
    function _enter(Draft memory draft, uint256 kept, uint256 cash)
        private
        returns (ILoanLedger.Position memory position)
    {
        Slots storage slots = _loans[draft.id];
        (uint256 valueUsd,) = _shareValue(draft.shareId);
        uint256 dueAt;
        unchecked {
            dueAt = block.timestamp + MONTH;
        }
        slots.core = CoreSlot.make(draft.amount, 0, dueAt, draft.core.rateBps(), CoreSlot.tail(Stage.Active, 1));
        slots.running = draft.running.withInterest(0, block.timestamp);
        Agreed agreed =
            AgreedSlot.make(slots.agreed.instalment(), Math.min(valueUsd, type(uint96).max), block.timestamp);
        slots.agreed = agreed;
        _addFee(draft.propertyId, IFeeSplitter.FeeKind.Origination, kept);
        position.principal = uint96(draft.amount);
        position.rateBps = draft.core.rateBps();
        position.since = uint40(block.timestamp);
        position.dueAt = uint40(dueAt);
        position.cap = _capOf(agreed);
        emit Drawn(draft.id, msg.sender, draft.shareId, draft.amount, kept, cash);
    }
}
