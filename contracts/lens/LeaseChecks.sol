// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {ILoanBook} from "../../interfaces/lending/ILoanBook.sol";
import {ILeaseChecks} from "../../interfaces/lens/ILeaseChecks.sol";
import {IHouseEscrow} from "../../interfaces/market/IHouseEscrow.sol";
import {ILeaseToBuy} from "../../interfaces/market/ILeaseToBuy.sol";
import {IShareMarket} from "../../interfaces/market/IShareMarket.sol";
import {LeaseId} from "../../interfaces/market/LeaseId.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {IERC5646} from "../../interfaces/standards/IERC5646.sol";
import {Require} from "../access/Require.sol";
import {SignatureCheck} from "../access/SignatureCheck.sol";
import {CheckBase} from "./CheckBase.sol";

/// @title What a lease or an invoice would come to now, or why it is refused
/// @notice See {ILeaseChecks}.
/// @dev The steps of {LeaseToBuy} and {HouseEscrow} in their order; see {CheckBase} for how.
/// @custom:kill Nothing to stop: it keeps no state and moves nothing.
contract LeaseChecks is CheckBase, ILeaseChecks {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    uint256 private constant WHOLE_BPS = 10_000;
    /// @dev Name of the leases' switch.
    bytes32 private constant LEASE = "lease";

    /// @inheritdoc ILeaseChecks
    ILeaseToBuy public immutable LEASES;
    /// @inheritdoc ILeaseChecks
    IHouseEscrow public immutable ESCROW;
    uint256 private immutable LEASE_FEE_BPS;
    uint256 private immutable VENDOR_FEE_BPS;

    /// @param market It names what leases work with, too.
    constructor(IShareMarket market, ILeaseToBuy leases, IHouseEscrow escrow) CheckBase(market) {
        Require.code(address(leases));
        Require.code(address(escrow));
        (LEASES, ESCROW, LEASE_FEE_BPS) = (leases, escrow, leases.rules().leaseFeeBps);
        VENDOR_FEE_BPS = escrow.rules().vendorFeeBps;
    }

    /* SIGNING A LEASE */

    /// @inheritdoc ILeaseChecks
    function signCheck(address caller, ILeaseToBuy.LeaseTerms calldata terms, bytes calldata signature)
        external
        view
        returns (bytes memory)
    {
        return _refusal(abi.encodeCall(this.requireSign, (caller, terms, signature)));
    }

    /// @inheritdoc ILeaseChecks
    function requireSign(address caller, ILeaseToBuy.LeaseTerms calldata terms, bytes calldata signature)
        external
        view
    {
        _requireRunning(LEASES.stoppedUntil(LEASE), LEASE);
        require(caller == terms.lessee, ILeaseToBuy.NotLessee(caller, terms.lessee));
        _requireSense(terms);
        require(block.timestamp <= terms.expiresAt, ILeaseToBuy.OfferExpired(terms.expiresAt, block.timestamp));
        bytes32 leaseHash = LEASES.hashOf(terms);
        require(_isOffered(terms, leaseHash, signature), ILeaseToBuy.NotOffered(terms.owner, leaseHash));
        require(LEASES.isLive(terms.owner, terms.nonce), ILeaseToBuy.OfferVoid(terms.owner, terms.nonce));
        _requireLeasable(terms, leaseHash);
        require(CREDENTIALS.isValid(caller), ILeaseToBuy.InvalidCredential(caller));
        bytes32 ownerId = CREDENTIALS.ownerIdOf(caller);
        require(ownerId != CREDENTIALS.ownerIdOf(terms.owner), ILeaseToBuy.SameOwner(ownerId));
        _requireLeasePlaced(terms.shareId, terms.owner);
        uint256 coins = terms.rent + _partUp(terms.rent, LEASE_FEE_BPS);
        _requireMoves(COIN, caller, address(LEASES), coins, 0);
    }

    function _requireSense(ILeaseToBuy.LeaseTerms calldata terms) private pure {
        _requireWithin("shareId", terms.shareId.raw(), 1, type(uint40).max);
        _requireWithin("rent", terms.rent, 1, type(uint96).max);
        uint256 months = terms.months;
        require(months == 12 || months == 24 || months == 60, ILeaseToBuy.TermsOutOfRange("months", months, 12, 60));
        _requireWithin("creditBps", terms.creditBps, 0, WHOLE_BPS);
        _requireWithin("refundBps", terms.refundBps, 0, WHOLE_BPS);
        bool isFixed = terms.priceMode == ILeaseToBuy.PriceMode.Fixed;
        _requireWithin("priceUsd", terms.priceUsd, isFixed ? 1 : 0, isFixed ? type(uint96).max : 0);
    }

    function _requireWithin(bytes32 field, uint256 value, uint256 least, uint256 most) private pure {
        require(value >= least && value <= most, ILeaseToBuy.TermsOutOfRange(field, value, least, most));
    }

    function _isOffered(ILeaseToBuy.LeaseTerms calldata terms, bytes32 leaseHash, bytes calldata signature)
        private
        view
        returns (bool)
    {
        if (signature.length == 0) return LEASES.offerOf(terms.owner, terms.shareId) == leaseHash;
        (, string memory name, string memory version, uint256 chainId, address verifier,,) =
            IERC5267(address(LEASES)).eip712Domain();
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256(bytes(version)), chainId, verifier)
        );
        return SignatureCheck.isSignedBy(terms.owner, MessageHashUtils.toTypedDataHash(domain, leaseHash), signature);
    }

    /// @dev Who offers owns the share and his key, the manager agrees, and the share is what was offered.
    function _requireLeasable(ILeaseToBuy.LeaseTerms calldata terms, bytes32 leaseHash) private view {
        (address owner, ShareId shareId) = (terms.owner, terms.shareId);
        address actual = _ownerOf(shareId);
        require(owner == actual, ILeaseToBuy.NotShareOwner(shareId, owner, actual));
        address current = _walletOf(owner);
        require(owner == current, ILeaseToBuy.WalletReplaced(owner, current));
        uint40 until = LEASES.approvalOf(shareId, leaseHash);
        require(until != 0 && block.timestamp <= until, ILeaseToBuy.NotApproved(shareId, leaseHash, until));
        bytes32 found = IERC5646(address(CERTIFICATE)).getStateFingerprint(shareId.raw());
        require(terms.fingerprint == found, ILeaseToBuy.ShareChanged(shareId, terms.fingerprint, found));
    }

    /// @dev The certificate, when the leases place one.
    function _requireLeasePlaced(ShareId shareId, address owner) private view {
        require(CERTIFICATE.holderRights(address(LEASES)).mayLease, IShareCertificate.NotHolder(address(LEASES)));
        _requireUnfrozen(shareId, owner);
        (address lienHolder, address leaseHolder) = CERTIFICATE.encumbrancesOf(shareId);
        require(leaseHolder == address(0), IShareCertificate.ShareLocked(shareId, lienHolder, leaseHolder));
    }

    function _partUp(uint256 amount, uint256 bps) private pure returns (uint256) {
        return (amount * bps + WHOLE_BPS - 1) / WHOLE_BPS;
    }

    /* BUYING BY A LEASE */

    /// @inheritdoc ILeaseChecks
    function leaseBuyCheck(address caller, LeaseId leaseId, uint256 most)
        external
        view
        returns (LeaseQuote memory quote)
    {
        try this.requireLeaseQuote(leaseId) returns (LeaseQuote memory read) {
            quote = read;
        } catch {}
        quote.refusal = _refusal(abi.encodeCall(this.requireLeaseBuy, (caller, leaseId, most)));
    }

    /// @inheritdoc ILeaseChecks
    function requireLeaseQuote(LeaseId leaseId) external view returns (LeaseQuote memory) {
        return _quoteOf(leaseId, _lease(leaseId));
    }

    function _lease(LeaseId leaseId) private view returns (ILeaseToBuy.Lease memory lease) {
        lease = LEASES.leaseOf(leaseId);
        require(lease.months != 0, ILeaseToBuy.NoLease(leaseId));
    }

    function _quoteOf(LeaseId leaseId, ILeaseToBuy.Lease memory lease) private view returns (LeaseQuote memory quote) {
        quote.priceUsd = _priceOf(lease);
        quote.purchase = LEASES.quote(leaseId, quote.priceUsd);
        (address lienHolder,) = CERTIFICATE.encumbrancesOf(lease.shareId);
        (quote.debtLoan, quote.debt) = _debtOn(ILoanBook(lienHolder), lease.shareId);
        if (quote.debt <= quote.purchase.toOwner) quote.toOwner = quote.purchase.toOwner - quote.debt;
        quote.complete = true;
    }

    /// @dev Agreed, or of now.
    function _priceOf(ILeaseToBuy.Lease memory lease) private view returns (uint256 priceUsd) {
        if (lease.priceUsd != 0) return lease.priceUsd;
        IPropertyValuation.ValueStatus status;
        (priceUsd,, status) = VALUATION.shareValue(lease.shareId);
        bool isValid = status == IPropertyValuation.ValueStatus.Valid && priceUsd != 0;
        require(isValid, ILeaseToBuy.ValueNotValid(lease.shareId, uint8(status), priceUsd));
    }

    /// @inheritdoc ILeaseChecks
    function requireLeaseBuy(address caller, LeaseId leaseId, uint256 most) external view {
        ILeaseToBuy.Lease memory lease = _lease(leaseId);
        require(caller == lease.lessee, ILeaseToBuy.NotLessee(caller, lease.lessee));
        require(block.timestamp < lease.endsAt, ILeaseToBuy.TermIsOver(leaseId, lease.endsAt));
        address actual = _ownerOf(lease.shareId);
        require(
            actual == lease.owner || _walletOf(actual) == lease.owner,
            ILeaseToBuy.ShareIsMoved(leaseId, lease.owner, actual)
        );
        require(lease.paid >= lease.due, ILeaseToBuy.RentDue(leaseId, lease.paid, lease.due));
        LeaseQuote memory quote = _quoteOf(leaseId, lease);
        uint256 coins = quote.purchase.toPay;
        require(coins <= most, ILeaseToBuy.PriceAboveLimit(coins, most));
        require(
            quote.debt <= quote.purchase.toOwner,
            ILeaseToBuy.DebtNotCovered(quote.debtLoan, quote.debt, quote.purchase.toOwner)
        );
        if (coins != 0) _requireMoves(COIN, caller, address(LEASES), coins, 0);
        (address lienHolder,) = CERTIFICATE.encumbrancesOf(lease.shareId);
        if (quote.debt != 0) _requirePayable(ILoanBook(lienHolder));
        require(quote.priceUsd <= type(uint96).max, IShareCertificate.PriceOutOfRange(quote.priceUsd));
        _requireUnfrozen(lease.shareId, actual);
        _requireReceiver(caller);
        _requireReporter(address(LEASES));
    }

    /* INVOICES */

    /// @inheritdoc ILeaseChecks
    function invoiceCheck(address caller, PropertyId propertyId, address payee, bytes32 invoiceHash, uint256 amount)
        external
        view
        returns (bytes memory)
    {
        return _refusal(abi.encodeCall(this.requireInvoice, (caller, propertyId, payee, invoiceHash, amount)));
    }

    /// @inheritdoc ILeaseChecks
    function requireInvoice(address caller, PropertyId propertyId, address payee, bytes32 invoiceHash, uint256 amount)
        external
        view
    {
        address manager = REGISTRY.managerOf(propertyId);
        require(caller == manager, IHouseEscrow.NotManager(caller, propertyId, manager));
        require(invoiceHash != 0, IHouseEscrow.MissingHash(propertyId));
        require(amount != 0, IHouseEscrow.NothingPaid(propertyId));
        require(!ESCROW.isPaid(propertyId, invoiceHash), IHouseEscrow.AlreadyPaid(propertyId, invoiceHash));
        IHouseEscrow.Payee memory row = ESCROW.payeeOf(propertyId, payee);
        bool isActive = row.activeFrom != 0 && block.timestamp >= row.activeFrom;
        require(isActive, IHouseEscrow.NotPayee(propertyId, payee, row.activeFrom));
        IHouseEscrow.Purse memory purse = ESCROW.purseOf(propertyId);
        uint256 limit = purse.limits.invoice;
        require(amount <= limit, IHouseEscrow.AboveInvoiceLimit(propertyId, amount, limit));
        require(amount <= purse.releasable, IHouseEscrow.AboveWindowLimit(propertyId, amount, purse.releasable));
        require(amount <= purse.balance, IHouseEscrow.NotEnough(propertyId, amount, purse.balance));
        if (row.vendor) amount -= _partUp(amount, VENDOR_FEE_BPS);
        // The court can freeze, or take, what the escrow holds.
        _requireCoins(COIN, address(ESCROW), amount, COIN.balanceOf(address(ESCROW)));
    }
}
