// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IDemandGate} from "../../interfaces/coin/IDemandGate.sol";
import {DemandGate, DemandMeasure, DemandMeasures} from "../coin/libraries/DemandGate.sol";
import {HalfLife} from "../coin/libraries/HalfLife.sol";

/// @title The demand gate by itself, with a supply and a queue that are two numbers
contract TestDemandGate is IDemandGate {
    using DemandGate for DemandGate.Seldom;
    using DemandGate for DemandGate.Moment;

    DemandMeasure public immutable MEASURE;

    uint256 public supply;
    uint256 public waiting;

    DemandGate.Moment private _last;
    DemandGate.Seldom private _seldom;
    uint256 private _hour;
    uint256 private _redeemedAt;

    constructor(uint256 minBase, uint256 halfLife, GateTerms memory terms) {
        MEASURE = DemandMeasures.measure(minBase, halfLife);
        (_redeemedAt, _hour) = (block.timestamp, block.timestamp / 1 hours);
        DemandGate.Moment memory moment;
        moment.setTerms(_seldom, terms);
        _last = moment;
    }

    /* WHAT CAN HAPPEN */

    function setTerms(GateTerms memory terms) external {
        DemandGate.Moment memory moment = _open();
        moment.setTerms(_seldom, terms);
        _close(moment);
    }

    /// @dev By the short way.
    function mint(uint256 coins) external {
        _roll();
        supply += coins;
    }

    /// @dev By the long way.
    function mintInMoment(uint256 coins) external {
        DemandGate.Moment memory moment = _open();
        moment.minted(coins);
        _close(moment);
    }

    function burn(uint256 coins) external {
        DemandGate.Moment memory moment = _open();
        moment.burned(coins);
        _close(moment);
    }

    function request(uint256 feeCoins, uint256 netCoins) external {
        DemandGate.Moment memory moment = _open();
        moment.requested(feeCoins, netCoins);
        _close(moment);
    }

    function serve(uint256 coins) external {
        DemandGate.Moment memory moment = _open();
        moment.served(coins);
        _close(moment);
    }

    /// @dev Asked for and served at once.
    function redeem(uint256 feeCoins, uint256 netCoins) external {
        DemandGate.Moment memory moment = _open();
        moment.redeemedAtOnce(feeCoins + netCoins);
        _close(moment);
    }

    /// @dev Changes nothing.
    function poke() external {
        _close(_open());
    }

    /// @dev Changes nothing, by the short way.
    function pokeMarks() external {
        _roll();
    }

    /// @dev Several calls in one second.
    function batch(bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; ++i) {
            Address.functionCall(address(this), calls[i]);
        }
    }

    /* VIEWS */

    /// @dev Not the stored slots, but all that can be told from them in this second.
    function look()
        external
        view
        returns (uint256 demand, uint256 base, uint256 shareUp, bool paused, uint256 resumableAt, uint256 mark)
    {
        DemandGate.Moment memory moment = _moment();
        moment.look(_seldom);
        demand = moment.demand();
        base = moment.base();
        shareUp = moment.demandShareUp();
        paused = moment.isPaused();
        resumableAt = moment.resumableAt(_seldom);
        mark = moment.mark;
    }

    function decayedUp(uint256 amount, uint256 elapsed) external view returns (uint256) {
        return HalfLife.decayedUp(amount, elapsed, MEASURE.halfLife());
    }

    /* INTERNAL */

    function _open() private returns (DemandGate.Moment memory moment) {
        _roll();
        moment = _moment();
        moment.settle(_seldom);
    }

    function _close(DemandGate.Moment memory moment) private {
        moment.settle(_seldom);
        (supply, waiting) = (moment.supply, moment.waiting);
        // Stored when something is added and at no other time.
        if (moment.adds) _redeemedAt = block.timestamp;
        else moment.redeemed = _last.redeemed;
        _last = moment;
    }

    function _roll() private {
        uint256 hour = block.timestamp / 1 hours;
        if (hour == _hour) return;
        uint256 atHour;
        (atHour, _last.mark) = _seldom.marksAt(MEASURE, _hour, hour, supply, _last.redeemed, _redeemedAt);
        (_seldom.atHour, _hour) = (uint96(atHour), hour);
    }

    function _moment() private view returns (DemandGate.Moment memory moment) {
        moment = _last;
        uint256 hour = block.timestamp / 1 hours;
        if (hour != _hour) {
            (, moment.mark) = _seldom.marksAt(MEASURE, _hour, hour, supply, _last.redeemed, _redeemedAt);
        }
        (moment.supply, moment.waiting, moment.minBase) = (supply, waiting, MEASURE.minBase());
        moment.redeemed = HalfLife.decayedUp(_last.redeemed, block.timestamp - _redeemedAt, MEASURE.halfLife());
        moment.adds = false;
    }
}
