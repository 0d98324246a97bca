// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IDemandGate} from "../../interfaces/coin/IDemandGate.sol";
import {IRedemptionQueue} from "../../interfaces/coin/IRedemptionQueue.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {RequestId} from "../../interfaces/coin/RequestId.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {Require} from "../access/Require.sol";
import {BalanceSheet} from "./BalanceSheet.sol";
import {CoinPrice} from "./libraries/CoinPrice.sol";
import {DemandGate} from "./libraries/DemandGate.sol";
import {FeeCurve, FeeTerms} from "./libraries/FeeCurve.sol";
import {RedemptionQueue} from "./libraries/RedemptionQueue.sol";

/// @title Leaving: the fee, the queue, the demand that both make, and the gate that it shuts
/// @notice Every call that changes coins, queue or cash is a turn:
///
///     Turn memory turn = _begin();   // reads everything once, in this second
///     ...                            // changes it in memory
///     _end(turn);                    // gives cash to the queue, settles the gate, writes
///
/// @dev Cash comes in before a turn begins and goes out after it ended; in between only the coin is called.
abstract contract RedemptionDesk is BalanceSheet, IDemandGate, IRedemptionQueue {
    using DemandGate for DemandGate.Moment;
    using RedemptionQueue for RedemptionQueue.Queue;
    using SafeERC20 for IERC20;

    /// @dev Highest redemption fee on the margin, in basis points.
    uint256 private constant MAX_FEE_BPS = 1_000;
    /// @dev Most coins (wei) that there can be: 79 billion coins. Prices multiply three numbers of that size.
    uint256 private constant MAX_COINS = type(uint96).max;

    /// @dev Who a recovered wallet is today.
    ICredentialRegistry internal immutable CREDENTIALS;
    /// @dev Fewest coins (wei) of a request, the fee among them.
    uint256 internal immutable MIN_REQUEST;
    FeeTerms internal immutable FEE;

    mapping(address controller => mapping(address operator => bool)) private _isOperator;

    constructor(ICredentialRegistry credentials, TreasuryTerms memory terms_) {
        Require.code(address(credentials));
        // Half of the smallest request is left after any fee.
        require(terms_.minRequest >= 2 * CASH_UNIT, MinRequestTooSmall(terms_.minRequest, 2 * CASH_UNIT));
        require(terms_.topFeeBps <= MAX_FEE_BPS, RedemptionFeeTooHigh(terms_.topFeeBps, MAX_FEE_BPS));
        CREDENTIALS = credentials;
        MIN_REQUEST = terms_.minRequest;
        FEE = FeeCurve.terms(terms_.baseFeeBps, terms_.topFeeBps, terms_.topDemandBps);
        DemandGate.Moment memory moment;
        _setTerms(moment, terms_.gate);
    }

    /* TURNS */

    function _begin() internal returns (Turn memory turn) {
        _roll(type(uint256).max);
        _readSheet(turn);
        _readGate(turn);
        turn.moment.settle(_seldom);
    }

    function _end(Turn memory turn) internal {
        if (turn.moment.waiting != 0 && turn.cash != 0) _serve(turn);
        turn.moment.settle(_seldom);
        _write(turn);
    }

    /// @dev As `_begin`, for views.
    function _look() internal view returns (Turn memory turn) {
        _readSheet(turn);
        _readGate(turn);
        turn.moment.look(_seldom);
    }

    /// @dev When lending pauses and resumes.
    function _setTerms(DemandGate.Moment memory moment, GateTerms memory terms_) internal {
        moment.setTerms(_seldom, terms_);
        _writeTerms(moment);
    }

    /// @dev Mints new coins.
    function _mint(Turn memory turn, address to, uint256 coins) internal {
        turn.moment.minted(coins);
        require(turn.moment.supply <= MAX_COINS, TooManyCoins(turn.moment.supply, MAX_COINS));
        COIN.mint(to, coins);
    }

    /// @dev Gives cash to the waiting coins, first come, first served, at the price of now.
    function _serve(Turn memory turn) private {
        uint256 waiting = turn.moment.waiting;
        CoinPrice memory price = _priceIn(turn);
        uint256 whole = price.cashOutDown(waiting);
        // A claim that may be worth something one day is never served for nothing.
        if (whole == 0 && waiting >= CASH_UNIT) return;
        uint256 cash = Math.min(whole, turn.cash);
        uint256 fewest = price.coinsBurnedUp(cash);
        uint256 coins = cash == whole ? waiting : fewest;
        uint256 from = turn.queued - waiting;
        uint256 atPar = cash * CASH_UNIT;
        if (fewest == atPar && coins != fewest) {
            // At par. What an earlier price below 1 left of less than a unit goes with the last coins, for nothing.
            if (fewest != 0) _queue.serve(from, fewest, cash);
            _queue.serve(from + fewest, coins - fewest, 0);
        } else {
            _queue.serve(from, coins, cash);
        }
        turn.moment.served(coins);
        unchecked {
            turn.cash -= cash;
            turn.flows += int256(coins) - int256(atPar); // below 2^112 all of them
        }
        COIN.burn(address(this), coins);
    }

    /* FEE */

    /// @dev What is left of redeemed coins after the fee, in whole units of cash, down. Redeeming doesn't move the base,
    /// so parts at one moment cost what the whole costs.
    function _netDown(Turn memory turn, CoinPrice memory price, uint256 coins) internal view returns (uint256) {
        unchecked {
            uint256 net = coins - _feeUp(turn, price, coins); // no fee is more
            return net - net % CASH_UNIT;
        }
    }

    /// @dev Below coverage 1 there is no fee: the shared loss takes its place.
    function _feeUp(Turn memory turn, CoinPrice memory price, uint256 coins) private view returns (uint256) {
        return price.isCovered() ? FEE.feeUp(turn.moment.demand(), coins, turn.moment.base()) : 0;
    }

    /// @dev Cash that no waiting coin has a claim on, down.
    function _freeCash(Turn memory turn, CoinPrice memory price) internal pure returns (uint256) {
        uint256 waiting = turn.moment.waiting;
        return waiting == 0 ? turn.cash : Math.saturatingSub(turn.cash, price.cashClaimedUp(waiting));
    }

    /* THE QUEUE */

    /// @inheritdoc ITreasury
    function requestRedeem(uint256 coins, address controller, address owner) external returns (RequestId requestId) {
        require(msg.sender == owner || _isOperator[owner][msg.sender], NotOperator(owner, msg.sender));
        require(coins >= MIN_REQUEST, RequestTooSmall(coins, MIN_REQUEST));
        Turn memory turn = _begin();
        uint256 net = _netDown(turn, _priceIn(turn), coins);
        uint256 fee = coins - net;
        IERC20(address(COIN)).safeTransferFrom(owner, address(this), net);
        if (fee != 0) COIN.burn(owner, fee);
        turn.moment.requested(fee, net);
        unchecked {
            turn.flows += int256(fee); // as many could be burned
            turn.queued = _queuedIn(turn) + net;
        }
        requestId = _queue.push(controller, net, turn.queued);
        emit RedeemRequest(controller, owner, requestId, msg.sender, coins);
        _end(turn);
    }

    /// @inheritdoc ITreasury
    function claim(RequestId requestId, address to) external returns (uint256 cash) {
        return claimAt(requestId, to, _queue.piece);
    }

    /// @inheritdoc ITreasury
    function claimAt(RequestId requestId, address to, uint256 piece) public returns (uint256 cash) {
        RedemptionQueue.Request memory request = _queue.requestOf(requestId);
        address controller = CREDENTIALS.currentWallet(request.controller);
        require(
            msg.sender == controller || _isOperator[controller][msg.sender],
            NotController(requestId, msg.sender, controller)
        );
        uint256 coins;
        (coins, cash) = _queue.claim(request, requestId, piece);
        emit Claimed(requestId, to, coins, cash);
        _sendCash(to, cash);
    }

    /// @inheritdoc ITreasury
    function finalise() external {
        _end(_begin());
    }

    /// @inheritdoc ITreasury
    function setOperator(address operator, bool approved) external returns (bool) {
        _isOperator[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    /* VIEWS: THE QUEUE */

    /// @inheritdoc ITreasury
    function isOperator(address controller, address operator) external view returns (bool) {
        return _isOperator[controller][operator];
    }

    /// @inheritdoc ITreasury
    function pendingRedeemRequest(RequestId requestId, address controller) external view returns (uint256) {
        return _queue.controllerOf(requestId) == controller ? _queue.pending(requestId) : 0;
    }

    /// @inheritdoc ITreasury
    function claimableRedeemRequest(RequestId requestId, address controller) external view returns (uint256 coins) {
        if (_queue.controllerOf(requestId) != controller) return 0;
        (coins,) = _queue.claimable(requestId, _queue.piece);
    }

    /// @inheritdoc ITreasury
    function requestPage(RequestId requestId) external view returns (RequestPage memory page) {
        page.controller = _queue.controllerOf(requestId);
        if (page.controller == address(0)) return page;
        page.pending = _queue.pending(requestId);
        page.ahead = _queue.ahead(requestId);
        page.piece = _queue.pieceOf(requestId);
        (page.claimable, page.claimableCash) = _queue.claimable(requestId, page.piece);
    }

    /// @inheritdoc ITreasury
    function setAsideCash() public view returns (uint256) {
        return _queue.setAsideCash();
    }

    /// @inheritdoc ITreasury
    function trackedCash() public view returns (uint256) {
        return _cash() + setAsideCash();
    }

    /// @inheritdoc ITreasury
    function freeCash() external view returns (uint256) {
        Turn memory turn = _look();
        return _freeCash(turn, _priceIn(turn));
    }

    /* VIEWS: DEMAND AND FEE */

    /// @inheritdoc ITreasury
    function liquidationDemand() external view returns (uint256) {
        return _look().moment.demandShareUp();
    }

    /// @inheritdoc ITreasury
    function demandPaused() external view returns (bool) {
        return _look().moment.isPaused();
    }

    /// @inheritdoc ITreasury
    function demandPage() external view returns (DemandPage memory page) {
        DemandGate.Moment memory moment = _look().moment;
        page.demand = moment.demand();
        page.base = moment.base();
        page.waiting = moment.waiting;
        page.redeemed = moment.redeemed;
        page.paused = moment.isPaused();
        page.resumableAt = moment.resumableAt(_seldom);
        page.terms = _gateTerms();
    }

    /// @inheritdoc ITreasury
    function redemptionFeeUp(uint256 coins) external view returns (uint256) {
        Turn memory turn = _look();
        return _feeUp(turn, _priceIn(turn), coins);
    }
}
