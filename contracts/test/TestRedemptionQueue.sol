// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRedemptionQueue} from "../../interfaces/coin/IRedemptionQueue.sol";
import {RequestId} from "../../interfaces/coin/RequestId.sol";
import {RedemptionQueue} from "../coin/libraries/RedemptionQueue.sol";

/// @title The redemption queue by itself
contract TestRedemptionQueue is IRedemptionQueue {
    using RedemptionQueue for RedemptionQueue.Queue;

    /// @notice Gas that the last change took by itself.
    uint256 public work;

    RedemptionQueue.Queue private _queue;

    event Pushed(RequestId indexed id, address controller, uint256 coins);
    event Claimed(RequestId indexed id, uint256 coins, uint256 cash);

    modifier measured() {
        uint256 before = gasleft();
        _;
        work = before - gasleft();
    }

    /* CHANGES */

    function push(address controller, uint256 coins) external measured {
        emit Pushed(_push(controller, coins), controller, coins);
    }

    /// @dev The same request again and again.
    function pushMany(address controller, uint256 coins, uint256 count) external {
        for (uint256 i = 0; i < count; ++i) {
            _push(controller, coins);
        }
    }

    function serve(uint256 coins, uint256 cash) external measured {
        require(coins != 0 && coins <= _queue.waiting, NotWaiting(coins, _queue.waiting));
        _queue.serve(_queue.finalised(), coins, cash);
        _queue.waiting -= uint96(coins);
    }

    function claim(RequestId id, uint256 hint) external measured {
        (uint256 coins, uint256 cash) = _queue.claim(_queue.requestOf(id), id, hint);
        emit Claimed(id, coins, cash);
    }

    /* VIEWS */

    function page()
        external
        view
        returns (uint256 finalised, uint256 queued, uint256 waiting, uint256 cash, uint256 setAsideCash, uint256 piece)
    {
        finalised = _queue.finalised();
        queued = _queue.queued;
        waiting = _queue.waiting;
        cash = _queue.cash;
        setAsideCash = _queue.setAsideCash();
        piece = _queue.piece;
    }

    function requestOf(RequestId id, uint256 hint)
        external
        view
        returns (address controller, uint256 pendingCoins, uint256 claimableCoins, uint256 claimableCash, uint256 ahead)
    {
        controller = _queue.controllerOf(id);
        pendingCoins = _queue.pending(id);
        (claimableCoins, claimableCash) = _queue.claimable(id, hint);
        ahead = _queue.ahead(id);
    }

    function pieceOf(RequestId id) external view returns (uint256) {
        return _queue.pieceOf(id);
    }

    function cornerOf(uint256 piece) external view returns (RedemptionQueue.Corner memory) {
        return _queue.cornerOf(piece);
    }

    /* INTERNAL */

    function _push(address controller, uint256 coins) private returns (RequestId id) {
        (_queue.queued, _queue.waiting) = (_queue.queued + uint120(coins), _queue.waiting + uint96(coins));
        id = _queue.push(controller, coins, _queue.queued);
    }
}
