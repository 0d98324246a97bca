// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILoanBook} from "../../../interfaces/lending/ILoanBook.sol";
import {ShareId} from "../../../interfaces/property/Ids.sol";

/// @notice What a payment changes and what others ask of a loan, in one slot; written with the application.
/// principal 96 | towards 96 | dueAt 40 | rateBps 16 | stage 4 | shareCount 4
/// - principal: outstanding (wei)
/// - towards: paid of the oldest unpaid instalment (wei)
/// - dueAt: the oldest unpaid due time (seconds); 0 until the draw
/// - rateBps: as the ledger was told
/// Until the draw: priceUsd 96 (dollars; 0 on a share that the borrower owns) | acceptedMove 96 (the share's move number
/// when its seller accepted, plus one; 0 if he did not) | expiresAt 40 (last second of the approval)
type Core is uint256;

/// @notice The other half: interestRaw 136 | since 40 | share 32 | instalments 16 | originator 16 | kind 8 | flags 8
/// - interestRaw: owed at `since`, raw
/// - since: when the ledger was told last (seconds)
/// - share: the first one; share ids have 32 bits here, which are 16,777,215 houses
/// - instalments: how many were agreed
/// - originator: number of the underwriter who approved; 0 until he did
/// - flags: below
type Running is uint256;

/// @notice What seldom changes: instalment 96 | value 96 | startedAt 40, and 24 spare bits on top
/// - instalment: what each but the last asks for (wei)
/// - value: last valid value of all shares (dollars, 18 decimals)
/// - startedAt: when it was drawn (seconds)
type Agreed is uint256;

/// @notice What was asked for and offered, for the reader: priceUsd 96 | maxRateBps 16 | expiresAt 40
type Offer is uint256;

/// @notice Who owes, and what was lent: borrower 160 | face 96 (wei)
type Debtor is uint256;

/// @notice Of loans that were late: fees 96 (wei) | charged 16 | incomeRaw 136
/// - charged: instalments, from the first, of which it is known whether they cost a fee; 0 if no more than are paid
/// - incomeRaw: the ledger's reference of day 90
type Arrears is uint256;

/// @notice Of loans that were impaired or are under notice: impairedRaw 136 | noticeAt 40 | stoppedBefore 40
/// - impairedRaw: the ledger's reference of day 30
/// - stoppedBefore: for how long the clocks had stood still when notice was given (seconds)
type Standing is uint256;

/// @notice Of adjustable loans: firstBps 16 | nextBps 16 | resetAt 40
/// - resetAt: 0 unless a rate was fixed that has not come into force
type Reset is uint256;

using CoreSlot for Core global;
using RunningSlot for Running global;
using AgreedSlot for Agreed global;
using OfferSlot for Offer global;
using DebtorSlot for Debtor global;
using ArrearsSlot for Arrears global;
using StandingSlot for Standing global;
using ResetSlot for Reset global;

/// @dev `word` with `value`, which fits, in the `bits` bits from `offset` on.
function withBits(uint256 word, uint256 value, uint256 offset, uint256 bits) pure returns (uint256) {
    unchecked {
        return word & ~(((1 << bits) - 1) << offset) | value << offset;
    }
}

/// @title Reading and changing a loan's first slot
library CoreSlot {
    function make(uint256 principal_, uint256 towards_, uint256 dueAt_, uint256 rateBps_, uint256 tail_)
        internal
        pure
        returns (Core)
    {
        return Core.wrap(principal_ | towards_ << 96 | dueAt_ << 192 | rateBps_ << 232 | tail_ << 248);
    }

    function principal(Core core) internal pure returns (uint96) {
        return uint96(Core.unwrap(core));
    }

    function towards(Core core) internal pure returns (uint96) {
        return uint96(Core.unwrap(core) >> 96);
    }

    function dueAt(Core core) internal pure returns (uint40) {
        return uint40(Core.unwrap(core) >> 192);
    }

    /// @dev Until the draw, as the next two.
    function priceUsd(Core core) internal pure returns (uint256) {
        return core.principal();
    }

    function acceptedMove(Core core) internal pure returns (uint32) {
        return uint32(core.towards());
    }

    function expiresAt(Core core) internal pure returns (uint40) {
        return core.dueAt();
    }

    function withAcceptedMove(Core core, uint256 move) internal pure returns (Core) {
        return core.withTowards(move, core.dueAt());
    }

    function rateBps(Core core) internal pure returns (uint16) {
        return uint16(Core.unwrap(core) >> 232);
    }

    function stage(Core core) internal pure returns (ILoanBook.Stage) {
        return ILoanBook.Stage((Core.unwrap(core) >> 248) & 0xf);
    }

    function shareCount(Core core) internal pure returns (uint256) {
        return Core.unwrap(core) >> 252;
    }

    function isIn(Core core, ILoanBook.Stage stage_) internal pure returns (bool) {
        return (Core.unwrap(core) >> 248) & 0xf == uint256(stage_);
    }

    /// @dev With what the ledger was told; towards, stage and number of shares stay.
    function counting(Core core, uint256 principal_, uint256 dueAt_, uint256 rateBps_) internal pure returns (Core) {
        uint256 kept = Core.unwrap(core) & (uint256(type(uint96).max) << 96 | uint256(0xff) << 248);
        return Core.wrap(kept | principal_ | dueAt_ << 192 | rateBps_ << 232);
    }

    /// @dev Stage and number of shares, for `make`.
    function tail(ILoanBook.Stage stage_, uint256 shareCount_) internal pure returns (uint256) {
        return uint256(stage_) | shareCount_ << 4;
    }

    function withStage(Core core, ILoanBook.Stage stage_) internal pure returns (Core) {
        return Core.wrap(withBits(Core.unwrap(core), uint256(stage_), 248, 4));
    }

    function withShareCount(Core core, uint256 count) internal pure returns (Core) {
        return Core.wrap(withBits(Core.unwrap(core), count, 252, 4));
    }

    function withTowards(Core core, uint256 towards_, uint256 dueAt_) internal pure returns (Core) {
        return Core.wrap(withBits(Core.unwrap(core), towards_ | dueAt_ << 96, 96, 136));
    }

    function withPrincipal(Core core, uint256 principal_) internal pure returns (Core) {
        return Core.wrap(withBits(Core.unwrap(core), principal_, 0, 96));
    }
}

/// @title Reading and changing a loan's second slot
library RunningSlot {
    /// @dev `Arrears` or `Standing` is not empty.
    uint256 internal constant IRREGULAR = 1;
    /// @dev The foreclosure began on a notice, not on arrears.
    uint256 internal constant BY_NOTICE = 2;
    /// @dev A share was sold or taken, and the auction of the next has not opened.
    uint256 internal constant NEXT_WAITS = 4;
    /// @dev It was drawn in cash.
    uint256 internal constant IN_CASH = 8;
    /// @dev What was kept of the draw is with the splitter.
    uint256 internal constant FEE_SWEPT = 16;

    function make(uint256 share_, uint256 instalments_, ILoanBook.Kind kind_) internal pure returns (Running) {
        return Running.wrap(share_ << 176 | instalments_ << 208 | uint256(kind_) << 240);
    }

    function interestRaw(Running running) internal pure returns (uint136) {
        return uint136(Running.unwrap(running));
    }

    function since(Running running) internal pure returns (uint40) {
        return uint40(Running.unwrap(running) >> 136);
    }

    function share(Running running) internal pure returns (ShareId) {
        return ShareId.wrap(uint32(Running.unwrap(running) >> 176));
    }

    function instalments(Running running) internal pure returns (uint16) {
        return uint16(Running.unwrap(running) >> 208);
    }

    function originator(Running running) internal pure returns (uint16) {
        return uint16(Running.unwrap(running) >> 224);
    }

    function kind(Running running) internal pure returns (ILoanBook.Kind) {
        return ILoanBook.Kind(uint8(Running.unwrap(running) >> 240));
    }

    function isOf(Running running, ILoanBook.Kind kind_) internal pure returns (bool) {
        return uint8(Running.unwrap(running) >> 240) == uint256(kind_);
    }

    function has(Running running, uint256 flag) internal pure returns (bool) {
        return Running.unwrap(running) >> 248 & flag != 0;
    }

    function withInterest(Running running, uint256 interestRaw_, uint256 since_) internal pure returns (Running) {
        return Running.wrap(withBits(Running.unwrap(running), interestRaw_ | since_ << 136, 0, 176));
    }

    function withShare(Running running, ShareId share_) internal pure returns (Running) {
        return Running.wrap(withBits(Running.unwrap(running), share_.raw(), 176, 32));
    }

    function withOriginator(Running running, uint256 number) internal pure returns (Running) {
        return Running.wrap(withBits(Running.unwrap(running), number, 224, 16));
    }

    function with(Running running, uint256 flag, bool isSet) internal pure returns (Running) {
        uint256 word = Running.unwrap(running);
        return Running.wrap(isSet ? word | flag << 248 : word & ~(flag << 248));
    }
}

/// @title Reading and changing a loan's third slot
library AgreedSlot {
    function make(uint256 instalment_, uint256 value_, uint256 startedAt_) internal pure returns (Agreed) {
        return Agreed.wrap(instalment_ | value_ << 96 | startedAt_ << 192);
    }

    function instalment(Agreed agreed) internal pure returns (uint96) {
        return uint96(Agreed.unwrap(agreed));
    }

    function value(Agreed agreed) internal pure returns (uint96) {
        return uint96(Agreed.unwrap(agreed) >> 96);
    }

    function startedAt(Agreed agreed) internal pure returns (uint40) {
        return uint40(Agreed.unwrap(agreed) >> 192);
    }

    function withInstalment(Agreed agreed, uint256 instalment_) internal pure returns (Agreed) {
        return Agreed.wrap(withBits(Agreed.unwrap(agreed), instalment_, 0, 96));
    }

    function withValue(Agreed agreed, uint256 value_) internal pure returns (Agreed) {
        return Agreed.wrap(withBits(Agreed.unwrap(agreed), value_, 96, 96));
    }
}

/// @title Reading and changing what was offered
library OfferSlot {
    function make(uint256 priceUsd_, uint256 maxRateBps_) internal pure returns (Offer) {
        return Offer.wrap(priceUsd_ | maxRateBps_ << 96);
    }

    function priceUsd(Offer offer) internal pure returns (uint96) {
        return uint96(Offer.unwrap(offer));
    }

    function maxRateBps(Offer offer) internal pure returns (uint16) {
        return uint16(Offer.unwrap(offer) >> 96);
    }

    function expiresAt(Offer offer) internal pure returns (uint40) {
        return uint40(Offer.unwrap(offer) >> 112);
    }

    function withExpiry(Offer offer, uint256 expiresAt_) internal pure returns (Offer) {
        return Offer.wrap(withBits(Offer.unwrap(offer), expiresAt_, 112, 40));
    }
}

/// @title Reading and changing who owes
library DebtorSlot {
    function make(address borrower_, uint256 face_) internal pure returns (Debtor) {
        return Debtor.wrap(uint256(uint160(borrower_)) | face_ << 160);
    }

    function borrower(Debtor debtor) internal pure returns (address) {
        return address(uint160(Debtor.unwrap(debtor)));
    }

    function face(Debtor debtor) internal pure returns (uint96) {
        return uint96(Debtor.unwrap(debtor) >> 160);
    }
}

/// @title Reading and changing what lateness left
library ArrearsSlot {
    function make(uint256 fees_, uint256 charged_, uint256 incomeRaw_) internal pure returns (Arrears) {
        return Arrears.wrap(fees_ | charged_ << 96 | incomeRaw_ << 112);
    }

    function fees(Arrears arrears) internal pure returns (uint96) {
        return uint96(Arrears.unwrap(arrears));
    }

    function charged(Arrears arrears) internal pure returns (uint16) {
        return uint16(Arrears.unwrap(arrears) >> 96);
    }

    /// @dev The slot as it is stored: without a count that says no more than what is paid, so that a loan that has met all
    /// it was late with has an empty one again.
    function settled(Arrears arrears, uint256 paid, uint256 incomeRaw_) internal pure returns (Arrears) {
        uint256 charged_ = arrears.charged();
        return make(arrears.fees(), charged_ > paid || arrears.fees() != 0 ? charged_ : 0, incomeRaw_);
    }

    function incomeRaw(Arrears arrears) internal pure returns (uint136) {
        return uint136(Arrears.unwrap(arrears) >> 112);
    }
}

/// @title Reading and changing what impairment and a notice left
library StandingSlot {
    function make(uint256 impairedRaw_, uint256 noticeAt_, uint256 stoppedBefore_) internal pure returns (Standing) {
        return Standing.wrap(impairedRaw_ | noticeAt_ << 136 | stoppedBefore_ << 176);
    }

    function withImpaired(Standing standing, uint256 impairedRaw_) internal pure returns (Standing) {
        return Standing.wrap(withBits(Standing.unwrap(standing), impairedRaw_, 0, 136));
    }

    function impairedRaw(Standing standing) internal pure returns (uint136) {
        return uint136(Standing.unwrap(standing));
    }

    function noticeAt(Standing standing) internal pure returns (uint40) {
        return uint40(Standing.unwrap(standing) >> 136);
    }

    function stoppedBefore(Standing standing) internal pure returns (uint40) {
        return uint40(Standing.unwrap(standing) >> 176);
    }
}

/// @title Reading and changing an adjustable loan's rates
library ResetSlot {
    function make(uint256 firstBps_, uint256 nextBps_, uint256 resetAt_) internal pure returns (Reset) {
        return Reset.wrap(firstBps_ | nextBps_ << 16 | resetAt_ << 32);
    }

    function firstBps(Reset reset) internal pure returns (uint16) {
        return uint16(Reset.unwrap(reset));
    }

    function nextBps(Reset reset) internal pure returns (uint16) {
        return uint16(Reset.unwrap(reset) >> 16);
    }

    function resetAt(Reset reset) internal pure returns (uint40) {
        return uint40(Reset.unwrap(reset) >> 32);
    }
}
