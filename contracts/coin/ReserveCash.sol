// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {Require} from "../access/Require.sol";

/// @title The reserve token: what it is worth, and taking exactly so much of it
/// @notice A token that takes a fee or changes balances by itself is refused at its first transfer. One without a return
/// value (USDT) works.
/// @dev The token is the only foreign code that the treasury calls. Cash goes out after everything is written, so then
/// there is nothing to disturb. It comes in before anything is written: until it is there, nobody reads or changes the
/// books, and a token that calls back finds them locked.
abstract contract ReserveCash is ITreasury {
    using SafeERC20 for IERC20;

    /// @dev Most decimals that a reserve token may have.
    uint8 private constant MAX_DECIMALS = 18;
    /// @dev A dollar.
    uint256 internal constant ONE_USD = 1e18;

    /// @dev The reserve token.
    IERC20 internal immutable RESERVE;
    /// @inheritdoc ITreasury
    uint256 public immutable CASH_UNIT;
    /// @dev Where its price is read.
    IPriceFeedReader internal immutable READER;
    /// @dev The feed of its price in dollars.
    FeedId internal immutable RESERVE_FEED;

    bool private transient _isTaking;

    constructor(IERC20 reserve, IPriceFeedReader reader, FeedId feedId) {
        Require.code(address(reserve));
        Require.code(address(reader));
        uint8 decimals = IERC20Metadata(address(reserve)).decimals();
        require(decimals <= MAX_DECIMALS, UnsupportedDecimals(decimals, MAX_DECIMALS));
        RESERVE = reserve;
        CASH_UNIT = 10 ** (MAX_DECIMALS - decimals);
        READER = reader;
        RESERVE_FEED = feedId;
        // From its first day on, a configured feed has a last valid price: so the treasury never is without.
        (uint256 usd,, IPriceFeedReader.FeedStatus status) = reader.read(feedId);
        _requireValid(usd, status);
    }

    /* PRICE */

    /// @dev What a whole token counts for: its last valid price (18 decimals), at most a dollar; and what the reader
    /// says of the present one.
    function _reservePrice() internal view returns (uint256 usd, IPriceFeedReader.FeedStatus status) {
        (usd,, status) = READER.read(RESERVE_FEED);
        usd = Math.min(usd, ONE_USD);
    }

    function _requireValid(uint256 usd, IPriceFeedReader.FeedStatus status) internal pure {
        require(status == IPriceFeedReader.FeedStatus.Valid, NoValidReservePrice(usd, status));
    }

    /* TRANSFERS */

    /// @dev Takes exactly `cash` from `from`. Not while other cash is under way: the end of the inner taking would unlock
    /// the outer one.
    function _takeCash(address from, uint256 cash) internal {
        _requireUnlocked();
        uint256 before = _cashHeld();
        _isTaking = true;
        RESERVE.safeTransferFrom(from, address(this), cash);
        _isTaking = false;
        uint256 held = _cashHeld();
        require(held == before + cash, InexactTransfer(cash, before, held));
    }

    /// @dev Sends `cash`. Not compared: a token that begins to take a fee can't be refused any more without locking
    /// everybody in.
    function _sendCash(address to, uint256 cash) internal {
        // Some tokens refuse to move nothing.
        if (cash != 0) RESERVE.safeTransfer(to, cash);
    }

    /// @dev Requires that no cash is on its way in.
    function _requireUnlocked() internal view {
        require(!_isTaking, CashUnderWay());
    }

    /// @dev All that the token says is here. For comparing, and for `skim`: no price, right or balance goes by it.
    function _cashHeld() internal view returns (uint256) {
        return RESERVE.balanceOf(address(this));
    }
}
