// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {IGovernanceLens} from "../../interfaces/lens/IGovernanceLens.sol";
import {ILoanLens} from "../../interfaces/lens/ILoanLens.sol";
import {IMarketLens} from "../../interfaces/lens/IMarketLens.sol";
import {ISuiteLens} from "../../interfaces/lens/ISuiteLens.sol";
import {ITreasuryLens} from "../../interfaces/lens/ITreasuryLens.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {IQuorumAggregator} from "../../interfaces/oracle/IQuorumAggregator.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IIncomeDistributor} from "../../interfaces/property/IIncomeDistributor.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {IERC4907} from "../../interfaces/standards/IERC4907.sol";
import {IERC5192} from "../../interfaces/standards/IERC5192.sol";
import {IERC5646} from "../../interfaces/standards/IERC5646.sol";
import {IERC7943Fungible, IERC7943NonFungible} from "../../interfaces/standards/IERC7943.sol";
import {Require} from "../access/Require.sol";
import {OracleLens} from "./OracleLens.sol";

/// @title One read-only view over the suite, for front-ends
/// @dev Each part is read by a call of its own within try/catch, which leaves it empty and takes `complete` back.
/// @custom:kill Nothing to stop: it keeps no state and moves nothing.
contract SuiteLens is OracleLens, ISuiteLens {
    /// @dev The houses of a page: from `first` to before `end`, with `shares` shares in all.
    struct Span {
        uint256 first;
        uint256 end;
        uint256 shares;
        PropertyId next;
        bool complete;
    }

    /// @inheritdoc ISuiteLens
    uint256 public constant MAX_PROPERTIES_PER_PAGE = 100;
    /// @inheritdoc ISuiteLens
    uint256 public constant MAX_SHARES_PER_PAGE = 500;
    /// @inheritdoc ISuiteLens
    uint256 public constant MAX_MINTERS_PER_PAGE = 200;

    ICredentialRegistry public immutable CREDENTIALS;
    IShareCertificate public immutable CERTIFICATE;
    IIncomeDistributor public immutable INCOME;
    IHomeDollar public immutable COIN;
    /// @inheritdoc ISuiteLens
    ITreasuryLens public immutable TREASURY_LENS;
    /// @inheritdoc ISuiteLens
    ILoanLens public immutable LOAN_LENS;
    /// @inheritdoc ISuiteLens
    IMarketLens public immutable MARKET_LENS;
    /// @inheritdoc ISuiteLens
    IGovernanceLens public immutable GOVERNANCE_LENS;

    constructor(
        ICredentialRegistry credentials,
        IPropertyRegistry registry,
        IShareCertificate certificates,
        IIncomeDistributor income,
        IHomeDollar coin,
        IQuorumAggregator aggregator,
        IPriceFeedReader reader,
        IPropertyValuation valuation,
        ITreasuryLens treasuryLens,
        ILoanLens loanLens,
        IMarketLens marketLens,
        IGovernanceLens governanceLens
    ) OracleLens(registry, aggregator, reader, valuation) {
        Require.code(address(credentials));
        Require.code(address(certificates));
        Require.code(address(income));
        Require.code(address(coin));
        Require.code(address(treasuryLens));
        Require.code(address(loanLens));
        Require.code(address(marketLens));
        Require.code(address(governanceLens));
        CREDENTIALS = credentials;
        CERTIFICATE = certificates;
        INCOME = income;
        COIN = coin;
        TREASURY_LENS = treasuryLens;
        LOAN_LENS = loanLens;
        MARKET_LENS = marketLens;
        GOVERNANCE_LENS = governanceLens;
    }

    /* WALLETS */

    /// @inheritdoc ISuiteLens
    function wallet(address account, uint256 fromProperty, uint256 maxProperties)
        external
        view
        returns (WalletPage memory page)
    {
        Span memory span = _spanOf(fromProperty, maxProperties);
        page.nextProperty = span.next;
        page.complete = span.complete;
        _readIdentity(page, account);
        _readCoins(page, account);

        Holding[] memory found = new Holding[](span.shares);
        uint256 count = 0;
        for (uint256 house = span.first; house < span.end; ++house) {
            PropertyId propertyId = PropertyId.wrap(house);
            (uint8 shareCount,) = _sharesOf(propertyId);
            for (uint256 number = 1; number <= shareCount && count < found.length; ++number) {
                ShareId shareId = propertyId.share(uint8(number));
                (address owner, bool known) = _ownerOf(shareId);
                if (!known) page.complete = false;
                if (!known || owner != account) continue;
                Holding memory holding = _holdingOf(shareId, shareCount, account);
                page.pendingIncome += holding.pendingIncome;
                if (!holding.complete) page.complete = false;
                found[count++] = holding;
            }
        }
        page.holdings = new Holding[](count);
        for (uint256 i = 0; i < count; ++i) {
            page.holdings[i] = found[i];
        }
    }

    function _readIdentity(WalletPage memory page, address account) private view {
        try CREDENTIALS.credentialOf(account) returns (ICredentialRegistry.Credential memory credential) {
            page.credential = credential;
        } catch {
            page.complete = false;
        }
        try CREDENTIALS.currentWallet(account) returns (address current) {
            page.currentWallet = current;
        } catch {
            page.complete = false;
        }
    }

    function _readCoins(WalletPage memory page, address account) private view {
        try IERC20(address(COIN)).balanceOf(account) returns (uint256 coins) {
            page.coins = coins;
        } catch {
            page.complete = false;
        }
        try IERC7943Fungible(address(COIN)).getFrozenTokens(account) returns (uint256 frozen) {
            page.frozenCoins = frozen;
        } catch {
            page.complete = false;
        }
        try INCOME.settledOf(account) returns (uint256 settled) {
            page.settledIncome = settled;
        } catch {
            page.complete = false;
        }
    }

    function _holdingOf(ShareId shareId, uint8 shareCount, address owner)
        private
        view
        returns (Holding memory holding)
    {
        bool known;
        holding.shareId = shareId;
        holding.propertyId = shareId.property();
        holding.shareNumber = shareId.number();
        holding.shareCount = shareCount;
        (holding.pendingIncome, holding.complete) = _pendingOf(shareId);
        (holding.frozen, known) = _frozenOf(owner, shareId);
        if (!known) holding.complete = false;
        (holding.moveNumber, known) = _moveNumberOf(shareId);
        if (!known) holding.complete = false;
        try CERTIFICATE.millionthsOf(holding.shareNumber, shareCount) returns (uint32 millionths) {
            holding.millionths = millionths;
        } catch {
            holding.complete = false;
        }
        try CERTIFICATE.encumbrancesOf(shareId) returns (address lienHolder, address leaseHolder) {
            holding.lienHolder = lienHolder;
            holding.leaseHolder = leaseHolder;
        } catch {
            holding.complete = false;
        }
    }

    /* HOUSES */

    /// @inheritdoc ISuiteLens
    function properties(uint256 fromProperty, uint256 maxProperties) external view returns (PropertyPage memory page) {
        Span memory span = _spanOf(fromProperty, maxProperties);
        page.nextProperty = span.next;
        page.complete = span.complete;
        page.properties = new PropertySummary[](span.end - span.first);
        for (uint256 i = 0; i < page.properties.length; ++i) {
            page.properties[i] = _summaryOf(PropertyId.wrap(span.first + i));
            if (!page.properties[i].complete) page.complete = false;
        }
    }

    function _summaryOf(PropertyId propertyId) private view returns (PropertySummary memory summary) {
        summary.propertyId = propertyId;
        (summary.shares, summary.complete) = _sharesOf(propertyId);
        address holdingEntity;
        try REGISTRY.propertyOf(propertyId) returns (IPropertyRegistry.Property memory property) {
            summary.property = property;
            holdingEntity = property.holdingEntity;
        } catch {
            summary.complete = false;
        }
        try INCOME.houseIncome(propertyId) returns (uint256 perShareUnits, uint256 waiting) {
            summary.incomePerShareUnits = perShareUnits;
            summary.incomeWaiting = waiting;
        } catch {
            summary.complete = false;
        }
        summary.owners = new address[](summary.shares);
        for (uint256 i = 0; i < summary.owners.length; ++i) {
            ShareId shareId = propertyId.share(uint8(i + 1));
            (address owner, bool ownerKnown) = _ownerOf(shareId);
            (uint32 moveNumber, bool movesKnown) = _moveNumberOf(shareId);
            if (!ownerKnown || !movesKnown) summary.complete = false;
            summary.owners[i] = owner;
            if (ownerKnown && owner != holdingEntity) ++summary.sharesSold;
            if (movesKnown && moveNumber == 0) ++summary.sharesUnmoved;
        }
    }

    /* CERTIFICATES */

    /// @inheritdoc ISuiteLens
    function certificate(ShareId shareId) external view returns (CertificatePage memory page) {
        (uint8 shareCount, bool known) = _sharesOf(shareId.property());
        page.complete = known;
        page.exists = shareId.number() != 0 && shareId.number() <= shareCount;
        if (!page.exists) return page;

        address owner;
        (owner, known) = _ownerOf(shareId);
        if (!known) page.complete = false;
        (page.frozen, known) = _frozenOf(owner, shareId);
        if (!known) page.complete = false;
        (page.pendingIncome, known) = _pendingOf(shareId);
        if (!known) page.complete = false;
        _readPaper(page, shareId);
        _readUse(page, shareId);
    }

    function _readPaper(CertificatePage memory page, ShareId shareId) private view {
        try CERTIFICATE.certificateOf(shareId) returns (IShareCertificate.Certificate memory paper) {
            page.certificate = paper;
        } catch {
            page.complete = false;
        }
        try CERTIFICATE.transferApprovalOf(shareId) returns (address to, uint40 deadline) {
            page.approvedBuyer = to;
            page.approvalDeadline = deadline;
        } catch {
            page.complete = false;
        }
        try IERC5646(address(CERTIFICATE)).getStateFingerprint(shareId.raw()) returns (bytes32 fingerprint) {
            page.fingerprint = fingerprint;
        } catch {
            page.complete = false;
        }
    }

    function _readUse(CertificatePage memory page, ShareId shareId) private view {
        try IERC5192(address(CERTIFICATE)).locked(shareId.raw()) returns (bool locked) {
            page.locked = locked;
        } catch {
            page.complete = false;
        }
        try IERC4907(address(CERTIFICATE)).userOf(shareId.raw()) returns (address user) {
            page.user = user;
        } catch {
            page.complete = false;
        }
        try IERC4907(address(CERTIFICATE)).userExpires(shareId.raw()) returns (uint256 expires) {
            page.userExpires = expires;
        } catch {
            page.complete = false;
        }
    }

    /// @inheritdoc ISuiteLens
    function transferRefusal(address from, address to, ShareId shareId, address operator)
        external
        view
        returns (bool refused, bytes4 selector, bytes memory data)
    {
        try CERTIFICATE.transferCheck(from, to, shareId, operator) returns (bytes memory refusal) {
            data = refusal;
            refused = refusal.length != 0;
        } catch (bytes memory reason) {
            // What can't be judged is not called permitted.
            data = reason;
            refused = true;
        }
        if (data.length >= 4) selector = bytes4(data);
    }

    /* COIN */

    /// @inheritdoc ISuiteLens
    function supply(address[] calldata minters) external view returns (SupplyPage memory page) {
        (page.propertyCount, page.complete) = _propertyCount();
        try IERC20(address(COIN)).totalSupply() returns (uint256 coins) {
            page.coins = coins;
        } catch {
            page.complete = false;
        }
        try INCOME.totals() returns (uint256 deposited, uint256 claimed) {
            page.incomeDeposited = deposited;
            page.incomeClaimed = claimed;
        } catch {
            page.complete = false;
        }
        uint256 count = minters.length < MAX_MINTERS_PER_PAGE ? minters.length : MAX_MINTERS_PER_PAGE;
        page.minters = new IHomeDollar.Minter[](count);
        for (uint256 i = 0; i < count; ++i) {
            try COIN.minterOf(minters[i]) returns (IHomeDollar.Minter memory row) {
                page.minters[i] = row;
            } catch {
                page.complete = false;
            }
        }
    }

    /* INTERNAL */

    /// @dev Clips a page to the houses that exist and to the page's limits.
    function _spanOf(uint256 fromProperty, uint256 maxProperties) private view returns (Span memory span) {
        uint256 count;
        (count, span.complete) = _propertyCount();
        span.first = fromProperty == 0 ? 1 : fromProperty;
        span.end = span.first;
        if (span.first > count) return span;

        uint256 room =
            maxProperties == 0 || maxProperties > MAX_PROPERTIES_PER_PAGE ? MAX_PROPERTIES_PER_PAGE : maxProperties;
        uint256 left = count - span.first + 1;
        uint256 last = span.first + (room < left ? room : left) - 1;
        while (span.end <= last && span.shares < MAX_SHARES_PER_PAGE) {
            (uint8 shareCount, bool known) = _sharesOf(PropertyId.wrap(span.end));
            span.complete = span.complete && known;
            span.shares += shareCount;
            ++span.end;
        }
        if (span.end <= count) span.next = PropertyId.wrap(span.end);
    }

    function _sharesOf(PropertyId propertyId) private view returns (uint8 shareCount, bool known) {
        try CERTIFICATE.sharesOf(propertyId) returns (uint8 value) {
            return (value, true);
        } catch {
            return (0, false);
        }
    }

    function _ownerOf(ShareId shareId) private view returns (address owner, bool known) {
        try IERC721(address(CERTIFICATE)).ownerOf(shareId.raw()) returns (address value) {
            return (value, true);
        } catch {
            return (address(0), false);
        }
    }

    function _moveNumberOf(ShareId shareId) private view returns (uint32 moveNumber, bool known) {
        try CERTIFICATE.moveNumberOf(shareId) returns (uint32 value) {
            return (value, true);
        } catch {
            return (0, false);
        }
    }

    function _pendingOf(ShareId shareId) private view returns (uint256 pending, bool known) {
        try INCOME.pendingOf(shareId) returns (uint256 value) {
            return (value, true);
        } catch {
            return (0, false);
        }
    }

    function _frozenOf(address owner, ShareId shareId) private view returns (bool frozen, bool known) {
        try IERC7943NonFungible(address(CERTIFICATE)).getFrozenTokens(owner, shareId.raw()) returns (bool value) {
            return (value, true);
        } catch {
            return (false, false);
        }
    }
}
