// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LoanId} from "../../../interfaces/lending/LoanId.sol";
import {IShareMarket} from "../../../interfaces/market/IShareMarket.sol";

/// @notice A purchase that waits, in one slot: buyer 160 | deadline 40 | flags 8 | parts 8 | votes 8
/// - deadline: last second (seconds)
/// - flags: below
/// - parts: how many payments it has
/// - votes: two bits each for seller, buyer, mediator: an {IShareMarket.Outcome}
type SaleHead is uint256;

/// @notice The loan that pays the rest: coins 128 | loanId 128
type LoanWord is uint256;

using SaleHeads for SaleHead global;
using LoanWords for LoanWord global;

/// @title Reading and changing the head of a purchase
library SaleHeads {
    uint256 internal constant DISPUTED = 1;
    /// @dev It was refunded, but for parts whose token did not move.
    uint256 internal constant REFUNDING = 2;
    /// @dev The documents' hash is attested by the seller; the buyer's is the next bit.
    uint256 internal constant BY_SELLER = 4;
    uint256 internal constant BY_BUYER = 8;

    // Voters, by the places of their votes.
    uint256 internal constant SELLER = 0;
    uint256 internal constant BUYER = 1;
    uint256 internal constant MEDIATOR = 2;

    function make(address buyer_, uint256 deadline_, uint256 flags, uint256 parts_) internal pure returns (SaleHead) {
        return SaleHead.wrap(uint256(uint160(buyer_)) | deadline_ << 160 | flags << 200 | parts_ << 208);
    }

    function buyer(SaleHead head) internal pure returns (address) {
        return address(uint160(SaleHead.unwrap(head)));
    }

    function deadline(SaleHead head) internal pure returns (uint40) {
        return uint40(SaleHead.unwrap(head) >> 160);
    }

    function has(SaleHead head, uint256 flags) internal pure returns (bool) {
        return SaleHead.unwrap(head) >> 200 & flags == flags;
    }

    function parts(SaleHead head) internal pure returns (uint256) {
        return uint8(SaleHead.unwrap(head) >> 208);
    }

    function voteOf(SaleHead head, uint256 voter) internal pure returns (IShareMarket.Outcome) {
        return IShareMarket.Outcome(SaleHead.unwrap(head) >> (216 + 2 * voter) & 3);
    }

    /// @dev What two of the three agree on.
    function decided(SaleHead head) internal pure returns (IShareMarket.Outcome) {
        IShareMarket.Outcome seller = head.voteOf(SELLER);
        IShareMarket.Outcome mediator = head.voteOf(MEDIATOR);
        // If two agree, it is with the seller or without him.
        if (seller != IShareMarket.Outcome.None && (seller == head.voteOf(BUYER) || seller == mediator)) return seller;
        return mediator == head.voteOf(BUYER) ? mediator : IShareMarket.Outcome.None;
    }

    function with(SaleHead head, uint256 flags) internal pure returns (SaleHead) {
        return SaleHead.wrap(SaleHead.unwrap(head) | flags << 200);
    }

    function without(SaleHead head, uint256 flags) internal pure returns (SaleHead) {
        return SaleHead.wrap(SaleHead.unwrap(head) & ~(flags << 200));
    }

    /// @dev Disputed, with so many seconds more.
    function extended(SaleHead head, uint256 period) internal pure returns (SaleHead) {
        return SaleHead.wrap(SaleHead.unwrap(head) + (period << 160)).with(DISPUTED);
    }

    function withVote(SaleHead head, uint256 voter, IShareMarket.Outcome outcome) internal pure returns (SaleHead) {
        uint256 place = 216 + 2 * voter;
        return SaleHead.wrap(SaleHead.unwrap(head) & ~(uint256(3) << place) | uint256(outcome) << place);
    }
}

/// @title Reading the loan of a purchase
library LoanWords {
    function make(LoanId loanId_, uint256 coins_) internal pure returns (LoanWord) {
        return LoanWord.wrap(coins_ | loanId_.raw() << 128);
    }

    function coins(LoanWord loan) internal pure returns (uint128) {
        return uint128(LoanWord.unwrap(loan));
    }

    function loanId(LoanWord loan) internal pure returns (LoanId) {
        return LoanId.wrap(LoanWord.unwrap(loan) >> 128);
    }
}
