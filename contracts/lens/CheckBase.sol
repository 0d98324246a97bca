// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";
import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {LoanId} from "../../interfaces/lending/LoanId.sol";
import {IShareMarket} from "../../interfaces/market/IShareMarket.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {IERC7943NonFungible} from "../../interfaces/standards/IERC7943.sol";
import {Require} from "../access/Require.sol";
import {CoinsForUsd} from "../lending/libraries/CoinsForUsd.sol";
import {RefusalBase} from "./RefusalBase.sol";

/// @title What sales and leases have in common: what their peers say
/// @dev See {RefusalBase} for how. Here: coin, certificate, valuation and the loan book, each asked what it would say if the
/// market or the leases called.
abstract contract CheckBase is RefusalBase {
    using CoinsForUsd for ITreasury;

    IShareMarket internal immutable SHARE_MARKET;
    ICredentialRegistry internal immutable CREDENTIALS;
    IPropertyRegistry internal immutable REGISTRY;
    IShareCertificate internal immutable CERTIFICATE;
    IPropertyValuation internal immutable VALUATION;
    ITreasury internal immutable TREASURY;
    IERC20 internal immutable COIN;
    ILoanLedger private immutable LEDGER;

    /// @param market It names all that markets and leases work with.
    constructor(IShareMarket market) {
        Require.code(address(market));
        IShareMarket.MarketPeers memory peers = market.peers();
        (SHARE_MARKET, CREDENTIALS, REGISTRY) = (market, peers.credentials, peers.registry);
        (CERTIFICATE, VALUATION, TREASURY) = (peers.certificate, peers.valuation, peers.treasury);
        (COIN, LEDGER) = (IERC20(address(peers.coin)), peers.desk.peers().ledger);
    }

    function _requireRunning(uint40 stoppedUntil, bytes32 what) internal view {
        require(block.timestamp >= stoppedUntil, IGuardianStop.StoppedUntil(what, stoppedUntil));
    }

    /* WHO */

    function _walletOf(address person) internal view returns (address) {
        return CREDENTIALS.currentWallet(person);
    }

    function _ownerOf(ShareId shareId) internal view returns (address) {
        return IERC721(address(CERTIFICATE)).ownerOf(shareId.raw());
    }

    /* TOKENS */

    /// @dev A token, when `spender` takes `amount` of `owner`, who has spent `spent` of it in this call before.
    function _requireMoves(IERC20 token, address owner, address spender, uint256 amount, uint256 spent) internal view {
        uint256 allowed = token.allowance(owner, spender);
        if (allowed != type(uint256).max) allowed = Math.saturatingSub(allowed, spent);
        require(allowed >= amount, IERC20Errors.ERC20InsufficientAllowance(spender, allowed, amount));
        uint256 held = Math.saturatingSub(token.balanceOf(owner), spent);
        if (address(token) == address(COIN)) _requireCoins(COIN, owner, amount, held);
        require(amount <= held, IERC20Errors.ERC20InsufficientBalance(owner, held, amount));
    }

    /* LOANS */

    /// @dev The loan on a share, and the coins that pay it off, late fees and all.
    function _debtOn(ILoanBook book, ShareId shareId) internal view returns (LoanId loanId, uint256 owed) {
        if (address(book) == address(0)) return (loanId, 0);
        loanId = book.loanOfShare(shareId);
        owed = book.feesDueOf(loanId) + TREASURY.coinsForUp(book.debtOf(loanId));
    }

    /// @dev Ledger and coin, when a book's loan is paid off.
    function _requirePayable(ILoanBook book) internal view {
        require(LEDGER.isBook(address(book)), ILoanLedger.NotBook(address(book)));
        IHomeDollar.Minter memory row = IHomeDollar(address(COIN)).minterOf(address(TREASURY));
        require(row.cap != 0 || row.level != 0, IHomeDollar.NotMinter(address(TREASURY)));
    }

    /* SHARES */

    function _requireUnfrozen(ShareId shareId, address owner) internal view {
        bool isFrozen = IERC7943NonFungible(address(CERTIFICATE)).getFrozenTokens(owner, shareId.raw());
        require(!isFrozen, IERC7943NonFungible.ERC7943InsufficientUnfrozenBalance(owner, shareId.raw()));
    }

    function _requireReceiver(address to) internal view {
        require(CREDENTIALS.isValid(to), IERC7943NonFungible.ERC7943CannotReceive(to));
    }

    /// @dev The valuation, when it is told of a sale.
    function _requireReporter(address reporter) internal view {
        require(VALUATION.isSaleReporter(reporter), IPropertyValuation.NotSaleReporter(reporter));
    }
}
