// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IForeclosureAuction} from "../../interfaces/lending/IForeclosureAuction.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";

/// @title What an auction asks of a loan book, with any value, stage and stopped time that a test likes
/// @notice It moves shares and notes what it was told; no money moves here.
contract TestAuctionBook {
    event Settled(
        LoanId indexed loanId, ShareId shareId, address buyer, uint256 coins, uint256 priceUsd, uint256 costsUsd
    );
    event HomeTaken(LoanId indexed loanId, ShareId shareId, uint256 floorUsd);

    IForeclosureAuction public immutable AUCTION;
    IShareCertificate public immutable CERTIFICATE;
    address public immutable TREASURY;

    mapping(LoanId loanId => ILoanBook.Stage) public stageOf;
    mapping(LoanId loanId => uint256) public stoppedTimeOf;
    /// @notice Whether the auction of a loan's next share waits, as it does while there is no valid value.
    mapping(LoanId loanId => bool) public waits;
    mapping(LoanId loanId => ShareId[]) private _shares;
    mapping(LoanId loanId => uint256) private _valueUsd;

    constructor(IForeclosureAuction auction, IShareCertificate certificate, address treasury) {
        (AUCTION, CERTIFICATE, TREASURY) = (auction, certificate, treasury);
    }

    /// @notice Liens on all shares, and the auction of the last one.
    function foreclose(LoanId loanId, ShareId[] calldata shareIds, uint256 valueUsd) external {
        for (uint256 i = 0; i < shareIds.length; ++i) {
            CERTIFICATE.placeLien(shareIds[i]);
        }
        (_shares[loanId], _valueUsd[loanId]) = (shareIds, valueUsd);
        stageOf[loanId] = ILoanBook.Stage.Foreclosing;
        _open(loanId);
    }

    function setWaits(LoanId loanId, bool waits_) external {
        waits[loanId] = waits_;
    }

    /// @notice Opens the auction of the last share, or opens it anew, at another value.
    function reopen(LoanId loanId, uint256 valueUsd) external {
        _valueUsd[loanId] = valueUsd;
        _open(loanId);
    }

    function setStage(LoanId loanId, ILoanBook.Stage stage) external {
        stageOf[loanId] = stage;
    }

    function setStoppedTime(LoanId loanId, uint256 seconds_) external {
        stoppedTimeOf[loanId] = seconds_;
    }

    function settle(LoanId loanId, address buyer, uint256 coins, uint256 priceUsd, uint256 costsUsd)
        external
        returns (ShareId sold)
    {
        sold = _next(loanId, buyer);
        emit Settled(loanId, sold, buyer, coins, priceUsd, costsUsd);
    }

    /// @notice Takes at the floor.
    function takeHome(LoanId loanId, uint256 floorUsd) external returns (ShareId taken, uint256 valueUsd) {
        taken = _next(loanId, TREASURY);
        emit HomeTaken(loanId, taken, floorUsd);
        return (taken, floorUsd);
    }

    function _next(LoanId loanId, address to) private returns (ShareId shareId) {
        ShareId[] storage left = _shares[loanId];
        shareId = left[left.length - 1];
        left.pop();
        CERTIFICATE.moveByLien(shareId, to);
        if (left.length == 0) stageOf[loanId] = ILoanBook.Stage.Foreclosed;
        else if (!waits[loanId]) _open(loanId);
    }

    function _open(LoanId loanId) private {
        ShareId[] storage left = _shares[loanId];
        AUCTION.open(loanId, left[left.length - 1], _valueUsd[loanId], stoppedTimeOf[loanId]);
    }
}
