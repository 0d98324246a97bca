// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors, IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {ILoanDesk} from "../../interfaces/lending/ILoanDesk.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {ILoanChecks} from "../../interfaces/lens/ILoanChecks.sol";
import {ITreasuryLens} from "../../interfaces/lens/ITreasuryLens.sol";
import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {IERC7943Fungible, IERC7943NonFungible} from "../../interfaces/standards/IERC7943.sol";
import {Require} from "../access/Require.sol";
import {Instalments} from "../lending/libraries/Instalments.sol";
import {Core} from "../lending/libraries/LoanSlots.sol";
import {LoanCourse} from "./libraries/LoanCourse.sol";

/// @title What a draw or a payment would do now, or why it is refused
/// @notice See {ILoanChecks}.
/// @dev Each check is a view that looks at what the call looks at, in the call's order, and reverts with the call's
/// errors; what a check returns is what that view reverts with. So errors of whatever it reads pass through unchanged.
/// @custom:kill Nothing to stop: it keeps no state and moves nothing.
contract LoanChecks is ILoanChecks {
    using LoanCourse for LoanCourse.Course;

    /// @dev A dollar, and the units of cash in which the book asks for the price of one.
    uint256 private constant ONE = 1e18;
    uint256 private constant WHOLE_BPS = 10_000;
    /// @dev More coins than there can be: of more the book takes no notice.
    uint256 private constant MANY_COINS = type(uint128).max;
    /// @dev Loans that a borrower can have.
    uint256 private constant MAX_LOANS_OF_BORROWER = 8;

    ILoanDesk public immutable DESK;
    ITreasuryLens public immutable TREASURY_LENS;
    ILoanBook private immutable BOOK;
    ITreasury private immutable TREASURY;
    IShareCertificate private immutable CERTIFICATE;
    ILoanLedger private immutable LEDGER;
    IHomeDollar private immutable COIN;
    IPropertyRegistry private immutable REGISTRY;
    IPropertyValuation private immutable VALUATION;
    ICredentialRegistry private immutable CREDENTIALS;
    IPriceFeedReader private immutable READER;
    FeedId private immutable RESERVE_FEED;
    /// @dev Wei of coin in a unit of the reserve token at par.
    uint256 private immutable CASH_UNIT;
    /// @dev Cash floor, of all coins.
    uint256 private immutable MIN_CASH_RATIO_BPS;

    /// @param desk It names the book and all that it works with.
    /// @param treasuryLens It says what the treasury would say.
    constructor(ILoanDesk desk, ITreasuryLens treasuryLens) {
        Require.code(address(desk));
        Require.code(address(treasuryLens));
        ILoanBook.BookPeers memory peers = desk.peers();
        (DESK, TREASURY_LENS, BOOK) = (desk, treasuryLens, desk.BOOK());
        (LEDGER, TREASURY, COIN) = (peers.ledger, peers.treasury, peers.coin);
        (CERTIFICATE, REGISTRY, VALUATION) = (peers.certificate, peers.registry, peers.valuation);
        CREDENTIALS = peers.credentials;
        ITreasury.TreasuryPeers memory treasuryPeers = peers.treasury.peers();
        (READER, RESERVE_FEED) = (treasuryPeers.reader, treasuryPeers.reserveFeed);
        CASH_UNIT = peers.treasury.CASH_UNIT();
        MIN_CASH_RATIO_BPS = peers.treasury.terms().minCashRatioBps;
    }

    /* DRAWS */

    /// @inheritdoc ILoanChecks
    function drawCheck(LoanId loanId) external view returns (DrawPage memory page) {
        page.complete = true;
        try this.requireGates(loanId) returns (DrawGates memory gates) {
            page.gates = gates;
        } catch {
            page.complete = false;
        }
        try TREASURY_LENS.money() returns (ITreasuryLens.MoneyPage memory money) {
            page.lendingPaused = money.lendingPaused;
            page.freeCashUsd = money.freeCashUsd;
            (page.equityUsd, page.minEquityUsd) = (money.sheet.equityUsd, money.minEquity);
            page.floorUsd = _cashFloorUp(money.sheet.coins + page.gates.amount);
            page.cashFloorUsd = _cashFloorUp(money.sheet.coins + page.gates.cashFee);
            if (!money.complete) page.complete = false;
        } catch {
            page.complete = false;
        }
        page.refusal = _refusal(abi.encodeCall(this.requireDraw, (loanId)));
        page.cashRefusal = _refusal(abi.encodeCall(this.requireDrawCash, (loanId)));
    }

    /// @dev What a view of this contract reverts with; nothing if it doesn't.
    function _refusal(bytes memory call) private view returns (bytes memory reason) {
        bool passed;
        (passed, reason) = address(this).staticcall(call);
        if (passed) return "";
        // What can't be judged is not called permitted.
        if (reason.length == 0) return abi.encodeWithSelector(Unexplained.selector);
    }

    /// @dev Dollars of free cash that a draw leaves, among so many coins.
    function _cashFloorUp(uint256 coins) private view returns (uint256) {
        return Math.ceilDiv(MIN_CASH_RATIO_BPS * coins, WHOLE_BPS);
    }

    /// @inheritdoc ILoanChecks
    function requireDraw(LoanId loanId) external view {
        (ILoanDesk.Loan memory asked, DrawGates memory gates) = _judged(loanId, false);
        if (gates.purchase) _requireSale(asked, gates);
        else _requireLienable(asked.application.shareId, asked.borrower);
        _requireOpenBook();
        TREASURY_LENS.requireLend(gates.amount, gates.fee);
    }

    /// @inheritdoc ILoanChecks
    function requireDrawCash(LoanId loanId) external view {
        (ILoanDesk.Loan memory asked, DrawGates memory gates) = _judged(loanId, true);
        _requireLienable(asked.application.shareId, asked.borrower);
        _requireOpenBook();
        TREASURY_LENS.requireLendCash(gates.cash, gates.cashFee);
    }

    /* DRAWS: WHAT THE BOOK JUDGES */

    /// @inheritdoc ILoanChecks
    function requireGates(LoanId loanId) external view returns (DrawGates memory) {
        ILoanDesk.Loan memory asked = DESK.loanOf(loanId);
        DrawGates memory none;
        bool isAsked = asked.stage == ILoanBook.Stage.Requested || asked.stage == ILoanBook.Stage.Approved;
        return isAsked ? _gatesOf(asked, LoanId.wrap(0)) : none;
    }

    /// @param paidOff A loan that is not counted, because it is gone by the time of the draw; 0 if none.
    function _gatesOf(ILoanDesk.Loan memory asked, LoanId paidOff) private view returns (DrawGates memory gates) {
        ILoanBook.BookTerms memory terms = DESK.terms();
        uint256 amount = asked.application.amount;
        gates.amount = amount;
        gates.fee = Math.ceilDiv(amount * terms.originationFeeBps, WHOLE_BPS);
        gates.cash = (amount - gates.fee) / CASH_UNIT;
        gates.cashFee = amount - gates.cash * CASH_UNIT;
        gates.purchase = asked.application.priceUsd != 0;
        _readValue(gates, asked.application, terms.drawLtvBps);

        gates.borrowerExposure = amount;
        gates.borrowerCap = terms.borrowerCap;
        uint256 lateUntil = Instalments.lastLateDay(block.timestamp, terms.graceDays) * 1 days;
        LoanId[] memory others = DESK.loansOfOwner(asked.ownerId);
        for (uint256 i = 0; i < others.length; ++i) {
            if (others[i] == paidOff) continue;
            ++gates.borrowerLoans;
            Core other = _coreOf(others[i]);
            gates.borrowerExposure += other.principal();
            if (gates.borrowerLate.raw() == 0 && other.dueAt() <= lateUntil) gates.borrowerLate = others[i];
        }

        gates.houseExposure = amount;
        gates.houseCap = gates.houseUsd * terms.houseCapBps / WHOLE_BPS;
        _readHouse(gates, asked.application.shareId.property(), lateUntil, paidOff);

        (gates.originatorFace, gates.originatorLate,) = DESK.originatorPage(asked.originator);
        gates.originatorFace += amount;
        (gates.originatorMostLate, gates.originatorCap) = (terms.maxLateOfOriginator, terms.originatorCap);
        if (paidOff.raw() == 0) return gates;
        ILoanDesk.Loan memory gone = DESK.loanOf(paidOff);
        if (gone.originator != asked.originator) return gates;
        gates.originatorFace -= gone.application.amount;
        if (gone.dueAt <= lateUntil) --gates.originatorLate;
    }

    function _readValue(DrawGates memory gates, ILoanBook.Application memory asked, uint256 ltvBps) private view {
        PropertyId propertyId = asked.shareId.property();
        (gates.houseUsd,, gates.status) = VALUATION.lendingValueOf(propertyId);
        (, gates.seniorClaims) = REGISTRY.seniorClaimsOf(propertyId);
        uint256 base = gates.houseUsd / CERTIFICATE.sharesOf(propertyId);
        if (gates.purchase) base = Math.min(base, asked.priceUsd);
        gates.most = base * ltvBps / WHOLE_BPS;
    }

    /// @dev Each share of a loan bears an equal part of it.
    function _readHouse(DrawGates memory gates, PropertyId propertyId, uint256 lateUntil, LoanId paidOff) private view {
        uint256 shareCount = CERTIFICATE.sharesOf(propertyId);
        for (uint256 number = 1; number <= shareCount; ++number) {
            LoanId otherId = BOOK.loanOfShare(propertyId.share(uint8(number)));
            if (otherId.raw() == 0 || otherId == paidOff) continue;
            Core other = _coreOf(otherId);
            gates.houseExposure += Math.ceilDiv(other.principal(), other.shareCount());
            if (gates.houseLate.raw() == 0 && other.dueAt() <= lateUntil) gates.houseLate = otherId;
        }
    }

    function _coreOf(LoanId loanId) private view returns (Core) {
        return Core.wrap(BOOK.slotsOf(loanId)[0]);
    }

    /// @dev The book's own judgement of a draw by its borrower.
    function _judged(LoanId loanId, bool inCash)
        private
        view
        returns (ILoanDesk.Loan memory asked, DrawGates memory gates)
    {
        asked = _approved(loanId);
        uint256 priceUsd = asked.application.priceUsd;
        require(priceUsd == 0 || !inCash, ILoanBook.WrongSort(loanId, priceUsd));
        _requireInTime(loanId, asked);
        _requireConsents(loanId, asked);
        gates = _requireGates(asked, LoanId.wrap(0));
    }

    /// @inheritdoc ILoanChecks
    function requireDrawForMarket(address market, LoanId loanId, address borrower, uint256 priceUsd, LoanId paidOff)
        external
        view
    {
        DESK.requireMarket(market);
        ILoanDesk.Loan memory asked = _approved(loanId);
        require(borrower == asked.borrower, ILoanBook.NotBorrower(loanId, borrower, asked.borrower));
        uint256 agreedUsd = asked.application.priceUsd;
        require(priceUsd != 0 && priceUsd == agreedUsd, ILoanBook.WrongSort(loanId, agreedUsd));
        _requireInTime(loanId, asked);
        DrawGates memory gates = _requireGates(asked, paidOff);
        _requireHolder();
        _requireUnfrozen(asked.application.shareId, borrower);
        _requireOpenBook();
        TREASURY_LENS.requireLend(gates.amount, gates.fee);
    }

    /// @dev The book knows a loan from its approval on.
    function _approved(LoanId loanId) private view returns (ILoanDesk.Loan memory) {
        ILoanBook.Stage stage = BOOK.stageOf(loanId);
        require(stage == ILoanBook.Stage.Approved, ILoanBook.WrongStage(loanId, stage));
        return DESK.loanOf(loanId);
    }

    function _requireInTime(LoanId loanId, ILoanDesk.Loan memory asked) private view {
        require(block.timestamp <= asked.approvedUntil, ILoanBook.ApprovalExpired(loanId, asked.approvedUntil));
        require(CREDENTIALS.isValid(asked.borrower), ILoanBook.InvalidCredential(asked.borrower));
    }

    function _requireGates(ILoanDesk.Loan memory asked, LoanId paidOff) private view returns (DrawGates memory gates) {
        ShareId shareId = asked.application.shareId;
        gates = _gatesOf(asked, paidOff);
        _requireValue(gates, shareId.property());
        _requireBorrower(gates, asked.ownerId);
        _requireHouse(gates, shareId.property());
        _requireOriginator(gates, asked.originator);
        LoanId taken = BOOK.loanOfShare(shareId);
        require(taken.raw() == 0 || taken == paidOff, ILoanBook.AlreadyCollateral(shareId, taken));
    }

    function _requireConsents(LoanId loanId, ILoanDesk.Loan memory asked) private view {
        ShareId shareId = asked.application.shareId;
        if (asked.application.priceUsd == 0) {
            address owner = _ownerOf(shareId);
            require(owner == asked.borrower, ILoanBook.NotShareOwner(shareId, asked.borrower, owner));
            return;
        }
        uint32 moveNumber = CERTIFICATE.moveNumberOf(shareId);
        require(
            asked.acceptedMove == moveNumber + 1, ILoanBook.PurchaseNotAccepted(loanId, asked.acceptedMove, moveNumber)
        );
        (address to,) = CERTIFICATE.transferApprovalOf(shareId);
        require(to == asked.borrower, ILoanBook.TransferNotApproved(shareId, asked.borrower));
    }

    function _requireValue(DrawGates memory gates, PropertyId propertyId) private pure {
        bool isValid = gates.status == IPropertyValuation.ValueStatus.Valid;
        require(isValid, ILoanBook.ValueNotValid(propertyId, uint8(gates.status)));
        bool isClaimed = gates.houseUsd == 0 && gates.seniorClaims != 0;
        require(!isClaimed, ILoanBook.SeniorClaim(propertyId, gates.seniorClaims));
        require(gates.amount <= gates.most, ILoanBook.LoanToValueTooHigh(gates.amount, gates.most));
    }

    function _requireBorrower(DrawGates memory gates, bytes32 ownerId) private pure {
        require(gates.borrowerLate.raw() == 0, ILoanBook.BorrowerLate(ownerId, gates.borrowerLate));
        require(gates.borrowerLoans < MAX_LOANS_OF_BORROWER, ILoanBook.TooManyLoans(ownerId, MAX_LOANS_OF_BORROWER));
        require(
            gates.borrowerExposure <= gates.borrowerCap,
            ILoanBook.BorrowerCapExceeded(ownerId, gates.borrowerExposure, gates.borrowerCap)
        );
    }

    function _requireHouse(DrawGates memory gates, PropertyId propertyId) private pure {
        require(gates.houseLate.raw() == 0, ILoanBook.HouseLate(propertyId, gates.houseLate));
        require(
            gates.houseExposure <= gates.houseCap,
            ILoanBook.HouseCapExceeded(propertyId, gates.houseExposure, gates.houseCap)
        );
    }

    function _requireOriginator(DrawGates memory gates, address account) private pure {
        require(
            gates.originatorLate <= gates.originatorMostLate,
            ILoanBook.OriginatorLate(account, gates.originatorLate, gates.originatorMostLate)
        );
        require(
            gates.originatorFace <= gates.originatorCap,
            ILoanBook.OriginatorCapExceeded(account, gates.originatorFace, gates.originatorCap)
        );
    }

    /* DRAWS: WHAT ITS PEERS SAY */

    function _ownerOf(ShareId shareId) private view returns (address) {
        return IERC721(address(CERTIFICATE)).ownerOf(shareId.raw());
    }

    /// @dev The certificate, when the book places its lien on a share of `owner`.
    function _requireLienable(ShareId shareId, address owner) private view {
        _requireHolder();
        _requireUnfrozen(shareId, owner);
        _requireUnlocked(shareId);
    }

    function _requireHolder() private view {
        require(CERTIFICATE.holderRights(address(BOOK)).mayLien, IShareCertificate.NotHolder(address(BOOK)));
    }

    function _requireUnlocked(ShareId shareId) private view {
        (address lienHolder, address leaseHolder) = CERTIFICATE.encumbrancesOf(shareId);
        require(
            lienHolder == address(0) && leaseHolder == address(0),
            IShareCertificate.ShareLocked(shareId, lienHolder, leaseHolder)
        );
    }

    function _requireUnfrozen(ShareId shareId, address account) private view {
        bool isFrozen = IERC7943NonFungible(address(CERTIFICATE)).getFrozenTokens(account, shareId.raw());
        require(!isFrozen, IERC7943NonFungible.ERC7943InsufficientUnfrozenBalance(account, shareId.raw()));
    }

    /// @dev Coin and certificate, when the buyer pays what the loan lacks and the share moves to him under the lien.
    function _requireSale(ILoanDesk.Loan memory asked, DrawGates memory gates) private view {
        ShareId shareId = asked.application.shareId;
        address seller = _ownerOf(shareId);
        uint256 lacking = asked.application.priceUsd - (gates.amount - gates.fee);
        _requireAllowed(asked.borrower, address(BOOK), lacking);
        uint256 held = IERC20(address(COIN)).balanceOf(asked.borrower);
        uint256 unfrozen = Math.saturatingSub(held, _frozenCoinsOf(asked.borrower));
        require(
            lacking <= unfrozen || lacking > held,
            IERC7943Fungible.ERC7943InsufficientUnfrozenBalance(asked.borrower, lacking, unfrozen)
        );
        require(lacking <= held, IERC20Errors.ERC20InsufficientBalance(asked.borrower, held, lacking));

        require(CERTIFICATE.holderRights(address(BOOK)).maySell, IShareCertificate.NotHolder(address(BOOK)));
        IERC721 shares = IERC721(address(CERTIFICATE));
        require(
            shares.getApproved(shareId.raw()) == address(BOOK) || shares.isApprovedForAll(seller, address(BOOK)),
            IERC721Errors.ERC721InsufficientApproval(address(BOOK), shareId.raw())
        );
        _requireUnfrozen(shareId, seller);
        _requireUnlocked(shareId);
        _requireLienable(shareId, asked.borrower);
    }

    /// @dev The ledger, when the book lends.
    function _requireOpenBook() private view {
        _requireBook();
        require(LEDGER.mayLend(address(BOOK)), ILoanLedger.BookIsClosed(address(BOOK)));
    }

    /// @dev The same, at anything that the book tells it.
    function _requireBook() private view {
        require(LEDGER.isBook(address(BOOK)), ILoanLedger.NotBook(address(BOOK)));
    }

    /* PAYMENTS */

    /// @inheritdoc ILoanChecks
    function paymentQuote(LoanId loanId, address payer, uint256 coins)
        external
        view
        returns (PaymentQuote memory quote)
    {
        try this.requirePayment(loanId, payer, coins) returns (PaymentQuote memory read) {
            return read;
        } catch (bytes memory reason) {
            return _refused(reason);
        }
    }

    /// @inheritdoc ILoanChecks
    function cashPaymentQuote(LoanId loanId, address payer, uint256 cash)
        external
        view
        returns (PaymentQuote memory quote)
    {
        try this.requireCashPayment(loanId, payer, cash) returns (PaymentQuote memory read) {
            return read;
        } catch (bytes memory reason) {
            return _refused(reason);
        }
    }

    function _refused(bytes memory reason) private pure returns (PaymentQuote memory quote) {
        quote.complete = reason.length != 0;
        quote.refusal = quote.complete ? reason : abi.encodeWithSelector(Unexplained.selector);
    }

    /// @inheritdoc ILoanChecks
    function requirePayment(LoanId loanId, address payer, uint256 coins)
        external
        view
        returns (PaymentQuote memory quote)
    {
        ILoanDesk.Loan memory owed = _owed(loanId);
        require(coins != 0, ILoanBook.NothingPaid(loanId));
        quote.coins = Math.min(coins, MANY_COINS);
        quote.fees = Math.min(owed.feesDue, quote.coins);
        if (quote.coins != quote.fees) {
            uint256 rest = quote.coins - quote.fees;
            quote.credit = TREASURY.worthDown(rest);
            if (quote.credit > owed.debt) {
                // The part of the coins that the debt is of their worth.
                quote.coins = quote.fees + Math.ceilDiv(rest * owed.debt, quote.credit);
                quote.credit = owed.debt;
            }
            require(quote.credit != 0, ILoanBook.NothingPaid(loanId));
        }
        _readEffect(quote, loanId, owed);

        _requireBook();
        require(payer != address(TREASURY), ITreasury.PayerIsTreasury());
        _requireBurnable(payer, quote.coins);
        _requireOwnOrUnfrozen(owed.borrower, payer, quote.coins);
    }

    /// @inheritdoc ILoanChecks
    function requireCashPayment(LoanId loanId, address payer, uint256 cash)
        external
        view
        returns (PaymentQuote memory quote)
    {
        ILoanDesk.Loan memory owed = _owed(loanId);
        require(owed.feesDue == 0, ILoanBook.LateFeesDue(loanId, owed.feesDue));
        quote.credit = TREASURY.coinsForDown(cash);
        if (quote.credit > owed.debt) {
            quote.credit = owed.debt;
            cash = Math.ceilDiv(owed.debt * ONE, TREASURY.coinsForDown(ONE));
        }
        require(quote.credit != 0, ILoanBook.NothingPaid(loanId));
        quote.coins = cash;
        _readEffect(quote, loanId, owed);

        _requireBook();
        // The token has its say first, as with any cash that comes in.
        TREASURY_LENS.requireContribute(payer, cash);
        (uint256 usd,, IPriceFeedReader.FeedStatus status) = READER.read(RESERVE_FEED);
        bool isValid = status == IPriceFeedReader.FeedStatus.Valid;
        require(isValid, ITreasury.NoValidReservePrice(Math.min(usd, ONE), status));
    }

    /// @dev A loan that can be paid.
    function _owed(LoanId loanId) private view returns (ILoanDesk.Loan memory owed) {
        ILoanBook.Stage stage = BOOK.stageOf(loanId);
        bool isOpen = stage == ILoanBook.Stage.Active || stage == ILoanBook.Stage.Foreclosing;
        require(isOpen, ILoanBook.WrongStage(loanId, stage));
        owed = DESK.loanOf(loanId);
    }

    /// @dev What the loan is afterwards.
    function _readEffect(PaymentQuote memory quote, LoanId loanId, ILoanDesk.Loan memory owed) private view {
        quote.complete = true;
        quote.debt = owed.debt - quote.credit;
        quote.closes = quote.debt == 0;
        LoanCourse.Course memory course = LoanCourse.running(owed, DESK.positionOf(loanId));
        course.minDebt = DESK.terms().minDebt;
        require(
            quote.debt >= course.minDebt || quote.closes || quote.credit == 0,
            ILoanBook.DustLeft(loanId, quote.debt, course.minDebt)
        );
        if (quote.closes) return;
        course.pay(quote.credit, block.timestamp);
        (quote.dueAt, quote.towards, quote.met) =
        (uint40(course.position.dueAt), course.towards, course.paid - owed.paid);
    }

    /// @dev Frozen coins pay their owner's own debt and nobody else's.
    function _requireOwnOrUnfrozen(address borrower, address payer, uint256 coins) private view {
        uint256 frozen = _frozenCoinsOf(payer);
        if (frozen == 0 || payer == borrower) return;
        uint256 unfrozen = Math.saturatingSub(IERC20(address(COIN)).balanceOf(payer), frozen);
        require(coins <= unfrozen, ILoanBook.FrozenCoins(payer, coins, unfrozen));
    }

    /// @dev The coin, when the treasury burns coins of `payer` for his debt.
    function _requireBurnable(address payer, uint256 coins) private view {
        IHomeDollar.Minter memory row = COIN.minterOf(address(TREASURY));
        require(row.cap != 0 || row.level != 0, IHomeDollar.NotMinter(address(TREASURY)));
        _requireAllowed(payer, address(TREASURY), coins);
        uint256 held = IERC20(address(COIN)).balanceOf(payer);
        require(coins <= held, IERC20Errors.ERC20InsufficientBalance(payer, held, coins));
    }

    /* COINS */

    /// @dev The coin, when `spender` spends coins of `owner`.
    function _requireAllowed(address owner, address spender, uint256 coins) private view {
        uint256 allowed = IERC20(address(COIN)).allowance(owner, spender);
        require(allowed >= coins, IERC20Errors.ERC20InsufficientAllowance(spender, allowed, coins));
    }

    function _frozenCoinsOf(address account) private view returns (uint256) {
        return IERC7943Fungible(address(COIN)).getFrozenTokens(account);
    }
}
