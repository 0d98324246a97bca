// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFeeSplitter} from "../../interfaces/coin/IFeeSplitter.sol";
import {IShareMarket} from "../../interfaces/market/IShareMarket.sol";
import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {PropertyId} from "../../interfaces/property/Ids.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {Asks} from "./Asks.sol";

/// @title Paying in several tokens, and the market's fee
/// @notice The coin is place 0 of the table of currencies and counts as a dollar; another token counts at its feed's price.
/// @dev Of the coin, which is ours, no transfer is doubted. Of any other token what arrives is compared with what was asked.
abstract contract Payments is RoleGated, Asks {
    using SafeERC20 for IERC20;

    /// @dev Two slots. A place belongs to its token for ever; it is closed while it has no feed.
    struct Currency {
        IERC20 token;
        uint8 decimals;
        FeedId feed;
    }

    uint256 internal constant WHOLE_BPS = 10_000;
    uint256 internal constant MOST_PAYMENTS = 4;
    uint8 private constant PLACES = 8;
    uint8 private constant MAX_DECIMALS = 18;

    IERC20 internal immutable COIN;
    IPriceFeedReader internal immutable READER;
    IFeeSplitter internal immutable SPLITTER;
    uint256 internal immutable SALE_FEE_BPS;

    mapping(uint256 place => Currency) private _currencies;
    mapping(PropertyId propertyId => uint256 coins) private _fees;

    constructor(MarketPeers memory peers_, MarketTerms memory terms_) {
        COIN = IERC20(address(peers_.coin));
        READER = peers_.reader;
        SPLITTER = peers_.splitter;
        SALE_FEE_BPS = terms_.saleFeeBps;
        // The splitter takes what is swept to it, the treasury the debts that are paid here. Both take only when we call.
        COIN.approve(address(peers_.splitter), type(uint256).max);
        COIN.approve(address(peers_.treasury), type(uint256).max);
    }

    /* CURRENCIES */

    /// @inheritdoc IShareMarket
    function setCurrency(uint8 place, IERC20 token, FeedId feed) external restricted {
        require(place != 0 && place < PLACES, PlaceOutOfRange(place, 1, PLACES - 1));
        Currency storage currency = _currencies[place];
        if (address(currency.token) != address(token)) {
            require(address(currency.token) == address(0), PlaceTaken(place, currency.token));
            _requireNewToken(token);
            uint8 decimals = IERC20Metadata(address(token)).decimals();
            require(decimals <= MAX_DECIMALS, DecimalsOutOfRange(token, decimals, MAX_DECIMALS));
            (currency.token, currency.decimals) = (token, decimals);
        }
        if (!feed.isNull()) {
            (,, IPriceFeedReader.FeedStatus status) = READER.read(feed);
            require(status != IPriceFeedReader.FeedStatus.None, UnknownFeed(feed));
        }
        currency.feed = feed;
        emit CurrencySet(place, token, feed);
    }

    function _requireNewToken(IERC20 token) private view {
        require(address(token).code.length != 0, TokenRefused(token));
        for (uint8 place = 0; place < PLACES; ++place) {
            require(address(_tokenOf(place)) != address(token), TokenRefused(token));
        }
    }

    /// @inheritdoc IShareMarket
    function currencyOf(uint8 place) external view returns (IERC20 token, uint8 decimals, FeedId feed) {
        if (place == 0) return (COIN, MAX_DECIMALS, FeedId.wrap(0));
        Currency memory currency = _currencies[place];
        return (currency.token, currency.decimals, currency.feed);
    }

    function _tokenOf(uint8 place) internal view returns (IERC20) {
        return place == 0 ? COIN : _currencies[place].token;
    }

    /* WHAT IS TO BE PAID */

    /// @inheritdoc IShareMarket
    function quote(uint96 priceUsd, Payment[] calldata payments)
        external
        view
        returns (Part[] memory parts, uint256 missingUsd)
    {
        (parts,, missingUsd) = _parts(priceUsd, payments, type(uint8).max);
    }

    /// @dev What is taken of each payment, in order, until the price is met; the coins among it, and what is missing.
    function _parts(uint256 missingUsd, Payment[] calldata payments, uint8 currencies)
        internal
        view
        returns (Part[] memory parts, uint256 coins, uint256)
    {
        uint256 count = payments.length;
        require(count <= MOST_PAYMENTS, TooManyPayments(count, MOST_PAYMENTS));
        parts = new Part[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint8 place = payments[i].currency;
            require(place < PLACES && currencies >> place & 1 == 1, CurrencyNotTaken(place, currencies));
            uint256 amount = payments[i].most;
            if (place == 0) {
                amount = Math.min(amount, missingUsd);
                missingUsd -= amount;
                coins += amount;
            } else if (missingUsd != 0) {
                (amount, missingUsd) = _spendable(place, amount, missingUsd);
            } else {
                amount = 0;
            }
            parts[i] = Part(place, uint128(amount)); // at most what the buyer named
        }
        return (parts, coins, missingUsd);
    }

    /// @dev Units of a token for a price, up, but at most so many; and what they leave of the price.
    function _spendable(uint8 place, uint256 most, uint256 usd) private view returns (uint256 amount, uint256 leftUsd) {
        Currency memory currency = _currencies[place];
        require(!currency.feed.isNull(), CurrencyClosed(place));
        (uint256 price,, IPriceFeedReader.FeedStatus status) = READER.read(currency.feed);
        require(status == IPriceFeedReader.FeedStatus.Valid, PriceNotValid(place, status));
        // Prices of shares and of tokens have 96 bits, amounts 128, a token's unit 60.
        uint256 unit = 10 ** currency.decimals;
        amount = Math.ceilDiv(usd * unit, price);
        if (amount <= most) return (amount, 0);
        return (most, usd - most * price / unit);
    }

    /// @inheritdoc IShareMarket
    function feeOf(uint96 priceUsd) public view returns (uint256) {
        return Math.ceilDiv(uint256(priceUsd) * SALE_FEE_BPS, WHOLE_BPS);
    }

    /* MOVING MONEY */

    /// @dev Uses permits. One that fails was used by somebody else, or the allowance is there anyway.
    function _usePermits(Permit[] calldata permits) internal {
        for (uint256 i = 0; i < permits.length; ++i) {
            Permit calldata p = permits[i];
            address token = address(_tokenOf(p.currency));
            require(token != address(0), CurrencyClosed(p.currency));
            try IERC20Permit(token).permit(msg.sender, address(this), p.value, p.deadline, p.v, p.r, p.s) {} catch {}
        }
    }

    /// @dev Takes the caller's payment: of the coin only if `withCoins`. Foreign code runs.
    function _collect(Part[] memory parts, bool withCoins) internal {
        for (uint256 i = 0; i < parts.length; ++i) {
            uint8 place = parts[i].currency;
            uint256 amount = parts[i].amount;
            if (amount == 0) continue;
            if (place == 0) {
                if (withCoins) _pullCoins(msg.sender, address(this), amount);
                continue;
            }
            IERC20 token = _currencies[place].token;
            uint256 before = token.balanceOf(address(this));
            token.safeTransferFrom(msg.sender, address(this), amount);
            uint256 received = token.balanceOf(address(this)) - before;
            require(received == amount, ReceivedOther(place, amount, received));
        }
    }

    function _isCoinAlone(Part[] memory parts) internal pure returns (bool) {
        return parts.length == 1 && parts[0].currency == 0;
    }

    function _pullCoins(address from, address to, uint256 coins) internal {
        if (coins != 0) COIN.transferFrom(from, to, coins);
    }

    /// @dev Gives the parts in other tokens than the coin to the seller. Foreign code runs.
    function _payOut(Part[] memory parts, address seller) internal {
        for (uint256 i = 0; i < parts.length; ++i) {
            uint8 place = parts[i].currency;
            if (place == 0 || parts[i].amount == 0) continue;
            _currencies[place].token.safeTransfer(seller, parts[i].amount);
        }
    }

    /// @dev Whether a part went back to its buyer. A token that refuses must not hold up the others.
    function _giveBack(Part memory part, address to) internal returns (bool) {
        return _tokenOf(part.currency).trySafeTransfer(to, part.amount);
    }

    /* FEES */

    function _addFee(PropertyId propertyId, uint256 coins) internal {
        if (coins != 0) _fees[propertyId] += coins;
    }

    /// @inheritdoc IShareMarket
    function sweepFees(PropertyId propertyId) external returns (uint256 coins) {
        coins = _fees[propertyId];
        _fees[propertyId] = 0;
        emit FeesSwept(propertyId, coins);
        SPLITTER.pay(propertyId, IFeeSplitter.FeeKind.Sale, coins);
    }

    /// @inheritdoc IShareMarket
    function feesOf(PropertyId propertyId) external view returns (uint256) {
        return _fees[propertyId];
    }
}
