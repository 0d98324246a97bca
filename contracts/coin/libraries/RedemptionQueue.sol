// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IRedemptionQueue} from "../../../interfaces/coin/IRedemptionQueue.sol";
import {RequestId} from "../../../interfaces/coin/RequestId.sol";

/// @title A line of coins that wait for cash: first come, first served, in steps that don't depend on who waits
/// @notice All coins ever queued lie on one line, each request a stretch of it. Finalising moves a mark along the line,
/// whatever stretches it passes. What the coins up to some place have got is a broken line over it, straight as long as
/// the price stays; a request's cash is what it rises by along its stretch:
///
///     cash of a request = cash(end) - cash(start)
///
/// So what all requests can claim is what was set aside for them, to the unit, and no request gets a unit more or less
/// for being claimed in parts. Between two breaks cash(place) is rounded down.
/// @dev The line's last piece is open: its end is the mark. A step at exactly the same price lengthens it, which moves
/// no place on it, and stores nothing else; any other begins a new piece. Coins are wei, cash is in units of the
/// reserve token. They leave no room to overflow: 2^120 wei can't ever be queued, nor 2^112 units of cash be paid.
library RedemptionQueue {
    using RedemptionQueue for Queue;

    /// @notice A request's unclaimed part; its end is the request's id. One slot, empty once all is claimed.
    struct Request {
        address controller;
        uint96 coins; // net coins not claimed yet (wei), the request's last ones
    }

    /// @notice Where a piece of the broken line begins: a place (wei) and the cash (units) up to it.
    struct Corner {
        uint128 coins;
        uint128 cash;
    }

    /// @notice The queue as stored. Its owner reads and writes the first slot, together with whatever else he does.
    struct Queue {
        uint120 queued; // coins ever queued (wei): the line's end
        uint96 waiting; // the last of them, not finalised (wei): they begin at the mark
        uint40 pausedAt; // not the queue's: the gate's, which is read and written together with it
        // Second slot.
        uint112 cash; // ever set aside for finalised coins (units)
        uint112 claimedCash; // of it claimed (units)
        uint32 piece; // the open piece
        mapping(RequestId id => Request) requests;
        mapping(uint256 piece => Corner) corners; // the first begins at (0, 0)
    }

    /* CHANGES */

    /// @dev Notes `coins` of `controller` as the last ones of the line, which ends at `end` with them (wei).
    function push(Queue storage queue, address controller, uint256 coins, uint256 end) internal returns (RequestId id) {
        require(controller != address(0) && coins != 0, IRedemptionQueue.EmptyRequest(controller, coins));
        id = RequestId.wrap(end);
        (Request storage request, uint96 checkedCoins) = (queue.requests[id], SafeCast.toUint96(coins));
        (request.controller, request.coins) = (controller, checkedCoins);
    }

    /// @dev Gives the `coins` from `from` on, the mark, `cash` to share in proportion. Coins that are worth less than a
    /// unit may get none.
    function serve(Queue storage queue, uint256 from, uint256 coins, uint256 cash) internal {
        (uint256 cashBefore, uint32 piece) = (queue.cash, queue.piece);
        Corner memory corner = queue.cornerOf(piece);
        uint112 cashAfter = SafeCast.toUint112(cashBefore + cash);
        unchecked {
            // Not the same slope; 112 bits times 120. The open piece begins at or before the mark.
            if (cash * (from - corner.coins) != (cashBefore - corner.cash) * coins) {
                Corner storage begin = queue.corners[++piece];
                (begin.coins, begin.cash) = (uint128(from), uint128(cashBefore));
                queue.piece = piece;
            }
        }
        queue.cash = cashAfter;
        emit IRedemptionQueue.Finalised(from, coins, cash);
    }

    /// @dev Takes out what can be claimed of a request, its first coins. Whether the caller may is not judged here.
    /// @param request As `requestOf` says.
    /// @param hint The piece on which the request's first unclaimed coin lies, as `pieceOf` says. A wrong one costs gas.
    /// @return coins Net coins claimed (wei).
    /// @return cash To be paid for them (units).
    function claim(Queue storage queue, Request memory request, RequestId id, uint256 hint)
        internal
        returns (uint256 coins, uint256 cash)
    {
        (coins, cash) = _claimable(queue, request, id, hint);
        require(coins != 0, IRedemptionQueue.NothingClaimable(id, id.raw() - request.coins, queue.finalised()));
        unchecked {
            if (coins == request.coins) delete queue.requests[id];
            else queue.requests[id].coins = uint96(request.coins - coins);
            queue.claimedCash += uint112(cash); // part of what was set aside
        }
    }

    /* VIEWS */

    /// @dev Coins ever finalised (wei): the mark.
    function finalised(Queue storage queue) internal view returns (uint256) {
        return queue.queued - queue.waiting;
    }

    /// @dev Cash of finalised coins that is not claimed (units).
    function setAsideCash(Queue storage queue) internal view returns (uint256) {
        return queue.cash - queue.claimedCash;
    }

    /// @dev A request that has something left to claim or to wait for.
    function requestOf(Queue storage queue, RequestId id) internal view returns (Request memory request) {
        request = queue.requests[id];
        require(request.coins != 0, IRedemptionQueue.UnknownRequest(id));
    }

    /// @dev Who controls a request; zero if it never was or is claimed in full.
    function controllerOf(Queue storage queue, RequestId id) internal view returns (address) {
        return queue.requests[id].controller;
    }

    /// @dev Coins of a request that are not finalised (wei).
    function pending(Queue storage queue, RequestId id) internal view returns (uint256) {
        return _pending(queue, queue.requests[id], id);
    }

    /// @dev Coins before a request that have to be finalised before its first pending one (wei).
    function ahead(Queue storage queue, RequestId id) internal view returns (uint256) {
        (uint256 coins, uint256 mark) = (queue.requests[id].coins, queue.finalised());
        if (coins == 0) return 0;
        uint256 start = id.raw() - coins;
        return start > mark ? start - mark : 0;
    }

    /// @dev What can be claimed of a request, its first coins.
    /// @param hint As in `claim`.
    /// @return coins Net coins (wei).
    /// @return cash To be paid for them (units).
    function claimable(Queue storage queue, RequestId id, uint256 hint)
        internal
        view
        returns (uint256 coins, uint256 cash)
    {
        return _claimable(queue, queue.requests[id], id, hint);
    }

    /// @dev The piece on which the first unclaimed coin of a request lies, or the open one: the hint for claiming.
    function pieceOf(Queue storage queue, RequestId id) internal view returns (uint256) {
        return _find(queue, id.raw() - queue.requests[id].coins, 0);
    }

    /// @dev Where a piece begins.
    function cornerOf(Queue storage queue, uint256 piece) internal view returns (Corner memory corner) {
        if (piece != 0) corner = queue.corners[piece];
    }

    /* INTERNAL */

    function _pending(Queue storage queue, Request memory request, RequestId id) private view returns (uint256) {
        uint256 mark = queue.finalised();
        return id.raw() > mark ? Math.min(id.raw() - mark, request.coins) : 0;
    }

    function _claimable(Queue storage queue, Request memory request, RequestId id, uint256 hint)
        private
        view
        returns (uint256 coins, uint256 cash)
    {
        uint256 start;
        uint256 end;
        unchecked {
            coins = request.coins - _pending(queue, request, id);
            if (coins == 0) return (0, 0);
            start = id.raw() - request.coins;
            end = start + coins;
        }
        uint256 first = _holds(queue, hint, start) ? hint : _find(queue, start, 0);
        uint256 last = _holds(queue, first, end) ? first : _find(queue, end, first);
        (Corner memory from, Corner memory to) = queue.pieceBetween(first);
        uint256 before = _cashAt(from, to, start);
        if (last != first) (from, to) = queue.pieceBetween(last);
        cash = _cashAt(from, to, end) - before;
    }

    /// @dev Whether a place that is finalised lies on `piece`, both its ends included: there its neighbours agree.
    function _holds(Queue storage queue, uint256 piece, uint256 place) private view returns (bool) {
        uint256 open = queue.piece;
        if (piece > open || (piece != 0 && place < queue.corners[piece].coins)) return false;
        return piece == open || place <= queue.corners[piece + 1].coins;
    }

    /// @dev The last piece that begins at `place` or before it, by halving; one such is `low`.
    function _find(Queue storage queue, uint256 place, uint256 low) private view returns (uint256) {
        uint256 high = queue.piece;
        while (low < high) {
            uint256 middle = (low + high + 1) / 2;
            if (queue.corners[middle].coins <= place) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    /// @dev Where a piece begins, and where it ends: the open one at the mark.
    function pieceBetween(Queue storage queue, uint256 piece)
        internal
        view
        returns (Corner memory from, Corner memory to)
    {
        from = queue.cornerOf(piece);
        if (piece == queue.piece) (to.coins, to.cash) = (uint128(queue.finalised()), queue.cash);
        else to = queue.corners[piece + 1];
    }

    /// @dev Cash (units, down) that all coins up to `place` have got, on the piece between two corners.
    function _cashAt(Corner memory from, Corner memory to, uint256 place) private pure returns (uint256) {
        unchecked {
            // 120 bits times 112; a piece is never empty but before the first step, when nothing can be claimed.
            return from.cash + (place - from.coins) * (to.cash - from.cash) / (to.coins - from.coins);
        }
    }
}
