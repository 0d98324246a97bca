// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {GuardianStop} from "../access/GuardianStop.sol";
import {CoinPrice} from "./libraries/CoinPrice.sol";
import {DemandGate} from "./libraries/DemandGate.sol";
import {RedemptionDesk} from "./RedemptionDesk.sol";

/// @title Lending and being paid: what the loan ledger does in money, for the books
/// @notice Each function is a turn that also changes what all loans count for. Lending is refused while the gate or the
/// guardian pauses it, below coverage 1, and where it would touch the cash floor or the minimum equity. Being paid is
/// never refused for any of that: what comes in serves the queue at once.
abstract contract LendingDesk is RedemptionDesk {
    using DemandGate for DemandGate.Moment;

    /// @dev Name of the guardian's switch.
    bytes32 internal constant LENDING = "lending";
    uint256 internal constant WHOLE_BPS = 10_000;

    /// @dev Cash floor, in basis points of all coins.
    uint256 internal immutable MIN_CASH_RATIO_BPS;
    /// @dev Equity (dollars) that lending and payouts must leave.
    uint256 internal immutable MIN_EQUITY;

    modifier onlyLoans() {
        _requireLoans();
        _;
    }

    constructor(TreasuryTerms memory terms_) {
        require(terms_.minCashRatioBps <= WHOLE_BPS, CashRatioOutOfRange(terms_.minCashRatioBps, WHOLE_BPS));
        MIN_CASH_RATIO_BPS = terms_.minCashRatioBps;
        MIN_EQUITY = terms_.minEquity;
    }

    /* LENDING */

    /// @inheritdoc ITreasury
    function lendCoins(ILoanLedger.SumsChange calldata change, address to, uint256 coins, uint256 kept, address book)
        external
        onlyLoans
    {
        _lend(change, to, 0, coins, kept, book);
    }

    /// @inheritdoc ITreasury
    function lendCash(ILoanLedger.SumsChange calldata change, address to, uint256 cash, uint256 kept, address book)
        external
        onlyLoans
    {
        _lend(change, to, cash, kept, kept, book);
    }

    /* BEING PAID */

    /// @inheritdoc ITreasury
    function takeCoins(
        ILoanLedger.SumsChange calldata change,
        int256 homesChange,
        address from,
        uint256 coins,
        uint256 credit,
        uint256 kept,
        address book
    ) external onlyLoans returns (uint256 released) {
        // What lies here waits in the queue and pays nobody's debt; the coin would ask for no allowance.
        require(from != address(this), PayerIsTreasury());
        Turn memory turn = _begin();
        unchecked {
            // The ledger sees to it that what is kept is a part of the coins, here and in a loan.
            _requireWorth(credit, _priceIn(turn).worthDown(coins - kept));
        }
        released = COIN.burnForDebt(from, coins);
        _bookBurn(turn, coins);
        _mintOwed(turn, book, kept);
        _rebook(turn, change, homesChange);
    }

    /// @inheritdoc ITreasury
    function takeCash(
        ILoanLedger.SumsChange calldata change,
        int256 homesChange,
        address from,
        uint256 cash,
        uint256 credit
    ) external onlyLoans {
        _takeCash(from, cash);
        Turn memory turn = _begin();
        _requireValid(turn.reserveUsd, turn.reserveStatus);
        _requireWorth(credit, _cashUsdDown(turn, cash));
        _bookCash(turn, cash);
        _rebook(turn, change, homesChange);
    }

    /// @inheritdoc ITreasury
    function rebook(ILoanLedger.SumsChange calldata change, int256 homesChange) external onlyLoans {
        _rebook(_begin(), change, homesChange);
    }

    /* INTERNAL */

    /// @dev Lends `cash`, and of so many new `coins` what the book does not keep.
    function _lend(
        ILoanLedger.SumsChange calldata change,
        address to,
        uint256 cash,
        uint256 coins,
        uint256 kept,
        address book
    ) private {
        Turn memory turn = _begin();
        uint256 free = _freeCash(turn, _requireMayLend(turn));
        _requireFree(cash, free);
        unchecked {
            _requireFloor(turn, free - cash, turn.moment.supply + coins); // both have 96 bits
            turn.cash -= cash;
            turn.flows -= int256(cash * CASH_UNIT); // 96 and 60 bits
            _mintOwed(turn, to, coins - kept);
        }
        _mintOwed(turn, book, kept);
        _writeLoans(turn, change);
        _end(turn);
        _sendCash(to, cash);
    }

    /// @dev Coins that nobody paid for, if any.
    function _mintOwed(Turn memory turn, address to, uint256 coins) private {
        if (coins == 0) return;
        _mint(turn, to, coins);
        unchecked {
            turn.flows -= int256(coins); // as many could be minted
        }
    }

    /// @dev Ends a turn in which loans and owned homes change.
    function _rebook(Turn memory turn, ILoanLedger.SumsChange calldata change, int256 homesChange) private {
        if (homesChange != 0) _writeHomes(turn, homesChange);
        _writeLoans(turn, change);
        _end(turn);
    }

    /// @dev Cash came in. So much that something could wrap is refused where it is stored, in 96 bits.
    function _bookCash(Turn memory turn, uint256 cash) internal view {
        unchecked {
            turn.cash += cash;
            turn.flows += int256(cash * CASH_UNIT);
        }
    }

    /// @dev Coins outside the queue were burned, and not redeemed.
    function _bookBurn(Turn memory turn, uint256 coins) internal pure {
        turn.moment.burned(coins);
        unchecked {
            turn.flows += int256(coins); // as many could be burned
        }
    }

    function _requireMayLend(Turn memory turn) private view returns (CoinPrice memory price) {
        GuardianStop.requireRunning(_readStanding(turn.flags).lendingStoppedUntil, LENDING);
        // The last valid price may be an old one: good enough to pay and be paid by, not for anything new.
        _requireValid(turn.reserveUsd, turn.reserveStatus);
        price = _priceIn(turn);
        _requireCovered(price);
        // A `require` would compute what it says of it in any case.
        if (turn.moment.isPaused()) revert LendingPausedByDemand(turn.moment.demand(), turn.moment.base());
        _requireEquity(_equity(price));
    }

    function _requireLoans() private view {
        require(msg.sender == address(LOANS), NotLoanLedger(msg.sender));
    }

    function _requireFree(uint256 cash, uint256 free) internal pure {
        require(cash <= free, NotEnoughFreeCash(cash, free));
    }

    function _requireEquity(int256 equity) internal view {
        require(equity >= int256(MIN_EQUITY), EquityTooLow(equity, MIN_EQUITY));
    }

    /// @dev Requires that `cash` is the floor at least, for so many coins.
    function _requireFloor(Turn memory turn, uint256 cash, uint256 coins) internal view {
        uint256 usd = _cashUsdDown(turn, cash);
        uint256 floor = MIN_CASH_RATIO_BPS * coins;
        require(usd * WHOLE_BPS >= floor, CashBelowFloor(usd, Math.ceilDiv(floor, WHOLE_BPS)));
    }

    function _requireWorth(uint256 credit, uint256 worthUsd) private pure {
        require(credit <= worthUsd, CreditAboveWorth(credit, worthUsd));
    }

    /* VIEWS */

    /// @inheritdoc ITreasury
    function lendingPaused() external view returns (bool) {
        Turn memory turn = _look();
        return turn.moment.isPaused() || !_priceIn(turn).isCovered()
            || turn.reserveStatus != IPriceFeedReader.FeedStatus.Valid
            || block.timestamp < _readStanding(turn.flags).lendingStoppedUntil;
    }
}
