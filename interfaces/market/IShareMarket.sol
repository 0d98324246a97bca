// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRequirements} from "../access/IRequirements.sol";
import {IFeeSplitter} from "../coin/IFeeSplitter.sol";
import {IHomeDollar} from "../coin/IHomeDollar.sol";
import {ITreasury} from "../coin/ITreasury.sol";
import {ICredentialRegistry} from "../identity/ICredentialRegistry.sol";
import {ILoanDesk} from "../lending/ILoanDesk.sol";
import {LoanId} from "../lending/LoanId.sol";
import {FeedId} from "../oracle/FeedId.sol";
import {IPriceFeedReader} from "../oracle/IPriceFeedReader.sol";
import {IPropertyValuation} from "../oracle/IPropertyValuation.sol";
import {PropertyId, ShareId} from "../property/Ids.sol";
import {IPropertyRegistry} from "../property/IPropertyRegistry.sol";
import {IShareCertificate} from "../property/IShareCertificate.sol";

/// @title The market of shares: title and money move together or not at all
/// @notice A seller asks: by a signature off chain (EIP-712; wallets that are contracts by ERC-1271), or by a listing here.
/// Who takes him at his word has two ways:
///
/// - `take`: everything at once. The documents were agreed beforehand (the ask has their hash, the buyer calls with it), the
///   house's manager approved the sale, the buyer pays, the share moves.
/// - `buy`, later `settle`: the payment lies here while the manager approves and both parties attest the hash of the
///   executed documents. Anyone settles once all of it is there; else the money goes back: after the deadline, or as soon as
///   the share is not what was offered.
///
///     ask --- take ------------------------------------------> settled
///        \--- buy -> open -- approved, attested -- settle ---> settled
///                     | \--- deadline, other fingerprint ----> refunded
///                     \-- dispute -> two of three: release --> settled (approval and fingerprint as ever)
///                                                  refund ---> refunded
///
/// An ask names the share's fingerprint (ERC-5646): owner, move number, lien and its terms, lease, use, freeze, approvals,
/// senior claims, manager, document version. If any of it changes, nobody can buy or settle, and what was paid goes back at
/// once. So the seller approves the market first (ERC-721), and signs then; withdrawing that approval ends the ask.
/// @dev Units: prices are dollars with 18 decimals; a coin (18 decimals) counts as a dollar; `Bps` are basis points, times
/// are seconds, and the last second of an expiry or deadline counts. Whoever pays allowed the market to spend what he names.
/// A person is known by the wallet of today: who lost a wallet gets what was due to it. Functions that say nothing are
/// anyone's.
///
/// Payments are taken in the order given, of each at most `most`, until the price is met: coins at par, another token at
/// the reader's valid price (units up), so `most` bounds what a price may do meanwhile. What was received is what counts,
/// and has to be what was asked for. The sale fee is taken in coin out of the coins; the seller gets all the rest, in the
/// tokens in which it came. A loan on the share is paid off in full before that, out of the coins.
///
/// Money: of every token the market holds exactly the parts of open sales, and of coin the fees not swept as well.
interface IShareMarket is IRequirements {
    /// @notice How a dispute ends for a sale.
    enum Outcome {
        None,
        Release,
        Refund
    }

    /// @notice Whom the market works with, for ever.
    struct MarketPeers {
        ICredentialRegistry credentials;
        IPropertyRegistry registry;
        IShareCertificate certificate;
        IPropertyValuation valuation;
        IPriceFeedReader reader;
        IHomeDollar coin;
        ITreasury treasury;
        IFeeSplitter splitter;
        ILoanDesk desk;
    }

    /// @notice The rules' numbers, fixed at construction.
    /// @param saleFeeBps Of the price, up; at most 500.
    /// @param minSettlePeriod Shortest time from purchase to deadline that a seller may ask for; at least an hour.
    /// @param maxSettlePeriod Longest; at most 180 days.
    /// @param mediationPeriod By how much a dispute extends the deadline, once; an hour to 180 days.
    struct MarketTerms {
        uint16 saleFeeBps;
        uint24 minSettlePeriod;
        uint24 maxSettlePeriod;
        uint24 mediationPeriod;
    }

    /// @notice What a seller asks; the same whether he signs or lists it.
    /// @param seller Owner of the share. @param shareId The share. @param priceUsd Above 0.
    /// @param buyer Who alone may buy; zero for anyone with a credential.
    /// @param fingerprint Of the share, as it is offered.
    /// @param documentsHash Of the executed documents, which the seller attests by this; zero if both attest them later.
    /// @param expiresAt Last second in which it can be bought. @param settlePeriod From purchase to deadline.
    /// @param currencies Bit i: the seller takes currency i of the table; bit 0 is the coin, which the fee needs.
    /// @param nonce Of a signed ask: `epoch << 8 | number`, number below 224, once; of a listing: {listingNonce}.
    struct Ask {
        address seller;
        ShareId shareId;
        uint96 priceUsd;
        address buyer;
        bytes32 fingerprint;
        bytes32 documentsHash;
        uint40 expiresAt;
        uint24 settlePeriod;
        uint8 currencies;
        uint256 nonce;
    }

    /// @notice Of a currency of the table at most so many units: the buyer's limit.
    struct Payment {
        uint8 currency;
        uint128 most;
    }

    /// @notice An ERC-2612 permit of the buyer for the market. One that fails is no matter: the allowance decides.
    struct Permit {
        uint8 currency;
        uint256 value;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice What was paid of a currency.
    struct Part {
        uint8 currency;
        uint128 amount;
    }

    /// @notice A purchase that waits; zeros if there is none.
    /// @param deadline Last second in which it can settle. @param disputed Whether attestation has given way to votes.
    /// @param refunding Whether it was refunded, but for parts whose token refused to move.
    /// @param bySeller Whether the seller attested `documentsHash`. @param byBuyer The same of the buyer.
    /// @param sellerVote In a dispute. @param parts In the order of payment; amount 0 if it went back.
    /// @param loanId The buyer's loan that pays the rest; 0 if none. @param loanCoins What it brings.
    struct Sale {
        address buyer;
        uint40 deadline;
        bool disputed;
        bool refunding;
        bool bySeller;
        bool byBuyer;
        Outcome sellerVote;
        Outcome buyerVote;
        Outcome mediatorVote;
        bytes32 documentsHash;
        Part[] parts;
        LoanId loanId;
        uint128 loanCoins;
    }

    /* EVENTS */

    /// @notice Emitted when an ask came on chain: listed (its nonce is above all signed ones'), or by its signature with a
    /// purchase that waits. Later calls bring it again.
    event Asked(bytes32 indexed askHash, ShareId indexed shareId, address indexed seller, Ask ask);
    /// @notice Emitted when a listing was withdrawn, or ended by a purchase that waits.
    event Unlisted(ShareId indexed shareId, uint256 nonce);
    /// @notice Emitted when `seller` cancelled signed asks by their nonces.
    event AsksCancelled(address indexed seller, uint256[] nonces);
    /// @notice Emitted when `seller` cancelled all that he had signed; `epoch` is the one to sign in.
    event AllAsksCancelled(address indexed seller, uint32 epoch);
    /// @notice Emitted when the house's manager approved a sale until `until`; 0: he withdrew that.
    event SaleApproved(ShareId indexed shareId, bytes32 indexed saleHash, address indexed manager, uint40 until);
    /// @notice Emitted when `buyer` paid for an ask, and the money waits.
    event Bought(
        bytes32 indexed askHash, ShareId indexed shareId, address indexed buyer, Part[] parts, uint40 deadline
    );
    /// @notice Emitted when a purchase is to be financed by a loan that brings `coins`.
    event Financed(bytes32 indexed askHash, LoanId indexed loanId, uint256 coins);
    /// @notice Emitted when a party attested the hash of the executed documents.
    event DocumentsAttested(bytes32 indexed askHash, address indexed party, bytes32 documentsHash);
    /// @notice Emitted when a party disputed a sale, which ends by `deadline` now.
    event SaleDisputed(bytes32 indexed askHash, address indexed party, uint40 deadline);
    /// @notice Emitted when a party or a mediator voted.
    event Voted(bytes32 indexed askHash, address indexed voter, Outcome outcome);
    /// @notice Emitted when a share was sold: `fee` (coins) was kept, `debt` (coins) paid off the seller's loan.
    event Sold(
        ShareId indexed shareId,
        address indexed seller,
        address indexed buyer,
        bytes32 askHash,
        bytes32 documentsHash,
        uint256 priceUsd,
        uint256 fee,
        uint256 debt
    );
    /// @notice Emitted when a part of a purchase went back; with amount 0 when it had none, because a loan was to bring all.
    event Refunded(bytes32 indexed askHash, address indexed to, uint8 currency, uint256 amount);
    /// @notice Emitted when a token refused to move back; it can be tried again at any time.
    event RefundWaits(bytes32 indexed askHash, uint8 currency, uint256 amount);
    /// @notice Emitted when a place of the table of currencies was written; a zero feed closes it.
    event CurrencySet(uint8 indexed place, IERC20 indexed token, FeedId feed);
    /// @notice Emitted when a house's fees went to the splitter.
    event FeesSwept(PropertyId indexed propertyId, uint256 coins);

    /* ERRORS */

    /// @notice Thrown when `caller` is not the seller in his wallet of today.
    error NotSeller(address caller, address seller);
    /// @notice Thrown when an ask is for `buyer` alone.
    error NotBuyer(address caller, address buyer);
    /// @notice Thrown when a refund would go to the market, where it is nobody's.
    error InvalidRecipient(address to);
    /// @notice Thrown when neither party calls.
    error NotParty(address caller, address seller, address buyer);
    /// @notice Thrown when the seller would buy from himself.
    error OwnShare(ShareId shareId, address seller);
    /// @notice Thrown when the seller's wallet was replaced by `wallet`.
    error WalletReplaced(address seller, address wallet);
    /// @notice Thrown when `seller` does not own the share; `owner` does.
    error NotShareOwner(ShareId shareId, address seller, address owner);
    /// @notice Thrown when an ask has no price.
    error MissingPrice(ShareId shareId);
    /// @notice Thrown when an ask's time to settle is out of range.
    error SettlePeriodOutOfRange(uint256 period, uint256 least, uint256 most);
    /// @notice Thrown when an ask is over.
    error AskExpired(uint40 expiresAt, uint256 nowAt);
    /// @notice Thrown when a signed ask's nonce was used or cancelled, or is of another epoch.
    error AskSpent(address seller, uint256 nonce);
    /// @notice Thrown when a signature is not the seller's for exactly this ask.
    error InvalidSignature(address seller);
    /// @notice Thrown when an ask without a signature is not the share's listing.
    error NotListed(ShareId shareId, uint256 nonce);
    /// @notice Thrown when a listing has another nonce than its turn.
    error NotListingNonce(uint256 nonce, uint256 expected);
    /// @notice Thrown when the share is not what was offered any more.
    error FingerprintChanged(ShareId shareId, bytes32 asked, bytes32 found);
    /// @notice Thrown when a buyer has no valid credential.
    error InvalidCredential(address buyer);
    /// @notice Thrown when an ask that is taken at once has no documents.
    error MissingDocuments(bytes32 askHash);
    /// @notice Thrown when `caller` is not the house's manager.
    error NotManager(address caller, PropertyId propertyId, address manager);
    /// @notice Thrown when an approval would end in the past.
    error ApprovalInPast(uint40 until, uint256 nowAt);
    /// @notice Thrown when the house's manager of today did not approve the sale, or not until now.
    error SaleNotApproved(ShareId shareId, bytes32 saleHash, address manager, uint40 until);
    /// @notice Thrown when there is no such purchase.
    error NoSale(bytes32 askHash);
    /// @notice Thrown when a purchase is past its deadline.
    error SaleExpired(bytes32 askHash, uint40 deadline);
    /// @notice Thrown when a purchase was refunded already, but for tokens that did not move.
    error SaleRefunded(bytes32 askHash);
    /// @notice Thrown when not both parties attested the same documents.
    error NotAttested(bytes32 askHash, bool bySeller, bool byBuyer);
    /// @notice Thrown when a dispute has not released the sale; `outcome` is what was decided, if anything.
    error NotReleased(bytes32 askHash, Outcome outcome);
    /// @notice Thrown when nothing gives the money back yet.
    error NotRefundable(bytes32 askHash, uint40 deadline);
    /// @notice Thrown when a purchase is disputed already.
    error AlreadyDisputed(bytes32 askHash);
    /// @notice Thrown when a purchase is not disputed.
    error NotDisputed(bytes32 askHash);
    /// @notice Thrown when two have agreed already.
    error AlreadyDecided(bytes32 askHash, Outcome outcome);
    /// @notice Thrown when nothing is attested, or voted for.
    error MissingValue(bytes32 askHash);
    /// @notice Thrown when more payments are named than a purchase can have.
    error TooManyPayments(uint256 count, uint256 most);
    /// @notice Thrown when the seller does not take a currency.
    error CurrencyNotTaken(uint8 currency, uint8 currencies);
    /// @notice Thrown when a place of the table is empty or closed.
    error CurrencyClosed(uint8 currency);
    /// @notice Thrown when a currency has no valid price.
    error PriceNotValid(uint8 currency, IPriceFeedReader.FeedStatus status);
    /// @notice Thrown when the payments don't meet the price.
    error PaymentShort(uint256 missingUsd);
    /// @notice Thrown when the coins of a payment don't meet the fee.
    error FeeNeedsCoin(uint256 fee, uint256 coins);
    /// @notice Thrown when a token moved other than it was asked to.
    error ReceivedOther(uint8 currency, uint256 asked, uint256 received);
    /// @notice Thrown when the coins don't pay off the seller's loan: `owed` coins are needed, `coins` are there.
    error DebtNotCovered(LoanId loanId, uint256 owed, uint256 coins);
    /// @notice Thrown when a loan is not for this purchase.
    error OtherLoan(LoanId loanId, ShareId shareId, uint256 priceUsd);
    /// @notice Thrown when a loan's borrower is another.
    error NotBorrower(LoanId loanId, address caller, address borrower);
    /// @notice Thrown when a loan brought other than it was to.
    error LoanBroughtOther(LoanId loanId, uint256 expected, uint256 coins);
    /// @notice Thrown when the switch is not the market's.
    error UnknownSwitch(bytes32 what);
    /// @notice Thrown when a place of the table is none for a token.
    error PlaceOutOfRange(uint8 place, uint256 least, uint256 most);
    /// @notice Thrown when a place belongs to another token, for ever: open sales count by places.
    error PlaceTaken(uint8 place, IERC20 token);
    /// @notice Thrown when a token can't be a currency: it has no code, is the coin, or has a place.
    error TokenRefused(IERC20 token);
    /// @notice Thrown when a token's decimals can't be counted with.
    error DecimalsOutOfRange(IERC20 token, uint8 decimals, uint8 most);
    /// @notice Thrown when the reader knows no such feed.
    error UnknownFeed(FeedId feed);

    /* ASKING */

    /// @notice Puts an ask on chain; it replaces the share's listing before. Its seller, who owns the share. Not while
    /// stopped.
    function list(Ask calldata ask) external returns (bytes32 askHash);

    /// @notice Takes the share's listing back. Its seller, in his wallet of today.
    function unlist(ShareId shareId) external;

    /// @notice Makes signed asks of the caller void, also before anybody saw them. Nonces that don't live are passed over.
    function cancel(uint256[] calldata nonces) external;

    /// @notice Makes everything void that the caller has signed so far.
    function cancelAll() external returns (uint32 epoch);

    /// @notice Approves one sale until `until`; 0 withdraws that. The house's manager, before the purchase or after; it
    /// counts while he is the manager.
    /// @param saleHash {saleHashOf} an ask and its buyer.
    function approveSale(ShareId shareId, bytes32 saleHash, uint40 until) external;

    /* BUYING */

    /// @notice Buys at once. Not while stopped.
    /// @param signature The seller's; empty if the ask is the share's listing.
    /// @param permits Of the buyer for the market, if he gives any.
    function take(Ask calldata ask, bytes calldata signature, Payment[] calldata payments, Permit[] calldata permits)
        external;

    /// @notice Pays, and waits for approval and documents. A buyer with a valid credential. Not while stopped. If the ask has
    /// documents, both have attested them herewith. A share that couldn't move is refused before money is locked: by the
    /// certificate's error, see {IShareCertificate-requireSaleable}; a lien is no matter.
    /// @param loanId His approved loan for this share and price, which pays its amount less the origination fee when the
    /// share moves; 0 if he pays all himself.
    function buy(
        Ask calldata ask,
        bytes calldata signature,
        Payment[] calldata payments,
        Permit[] calldata permits,
        LoanId loanId
    ) external;

    /* WAITING SALES */

    /// @notice Attests the hash of the executed documents. Seller or buyer; another hash than the other's begins anew.
    function attestDocuments(Ask calldata ask, bytes32 documentsHash) external;

    /// @notice Moves title and money, once everything is there. Not while stopped.
    function settle(Ask calldata ask) external;

    /// @notice Gives the money back: past the deadline, when the share's fingerprint is another, or when two of three say so.
    /// A part whose token refuses to move stays for another call.
    /// @param to The buyer's wallet of today; any address but the market's if he calls himself.
    function refund(Ask calldata ask, address to) external;

    /// @notice Puts the sale before the mediators: votes take the place of attestations, and the deadline is extended. Seller
    /// or buyer, once, up to the deadline.
    function dispute(Ask calldata ask) external;

    /// @notice Votes in a dispute; two of buyer, seller and mediator decide. Each may change his vote until then. Role MEDIATOR,
    /// unless a party calls.
    function resolve(Ask calldata ask, Outcome outcome) external;

    /* FEES, CURRENCIES, SWITCH */

    /// @notice Sends a house's fees to the splitter.
    function sweepFees(PropertyId propertyId) external returns (uint256 coins);

    /// @notice Writes a place (1 to 7) of the table of currencies; a zero feed closes it to new payments. The DAO's. A token
    /// keeps its place, and the decimals that it has now.
    function setCurrency(uint8 place, IERC20 token, FeedId feed) external;

    /// @notice Stops `"market"` for a while: listing, buying, settling. Never what gives money back. Role GUARDIAN.
    function stop(bytes32 what) external;

    /// @notice Lifts it early. The DAO's.
    function resume(bytes32 what) external;

    /* VIEWS */

    /// @notice An ask's name: its EIP-712 struct hash.
    function askHashOf(Ask calldata ask) external pure returns (bytes32);

    /// @notice What the seller signs.
    function digestOf(Ask calldata ask) external view returns (bytes32);

    /// @notice What the manager approves: an ask and who buys.
    function saleHashOf(bytes32 askHash, address buyer) external pure returns (bytes32);

    /// @notice Whether a signed ask with this nonce can act.
    function isNonceLive(address seller, uint256 nonce) external view returns (bool);

    /// @notice The epoch in which he signs.
    function epochOf(address seller) external view returns (uint32);

    /// @notice The share's listing; zeros if there is none.
    /// @return ask As listed.
    /// @return live Whether it can be bought now: not expired, the share as it was.
    function listingOf(ShareId shareId) external view returns (Ask memory ask, bool live);

    /// @notice Nonce of the share's next listing.
    function listingNonce(ShareId shareId) external view returns (uint256);

    /// @notice The manager's approval of a sale: by whom, until when; zeros if none.
    function approvalOf(PropertyId propertyId, bytes32 saleHash) external view returns (address manager, uint40 until);

    /// @notice A purchase that waits.
    function saleOf(bytes32 askHash) external view returns (Sale memory);

    /// @notice What these payments would be now, for a price; `missingUsd` is above 0 if they don't meet it. Reverts as
    /// `buy` does for currencies without a valid price.
    function quote(uint96 priceUsd, Payment[] calldata payments)
        external
        view
        returns (Part[] memory parts, uint256 missingUsd);

    /// @notice The sale fee of a price, up (coins).
    function feeOf(uint96 priceUsd) external view returns (uint256);

    /// @notice A place of the table of currencies.
    function currencyOf(uint8 place) external view returns (IERC20 token, uint8 decimals, FeedId feed);

    /// @notice A house's fees that wait to be swept.
    function feesOf(PropertyId propertyId) external view returns (uint256);

    /// @notice Until when it is stopped; 0 if it never was.
    function stoppedUntil(bytes32 what) external view returns (uint40);

    /// @notice How long a stop lasts.
    function guardianStopPeriod() external view returns (uint40);

    /// @notice The contracts that it works with.
    function peers() external view returns (MarketPeers memory);

    /// @notice The rules' numbers.
    function terms() external view returns (MarketTerms memory);
}
