"""Which events belong to a share's life, and what row each becomes. A new contract's events are added here, as lines.

An entry names a contract of the plan, an event, and by which parameter the event is about the share: it is indexed,
and holds the share's id, its house's, or that of something the share is tied to meanwhile: a loan, a lease. An event
that names the share with a tie's id opens that tie (`opens`), and one ends it (`closes`); in between, events that name
nothing but the tie belong to the share.

The other fields say where a row's columns come from: a parameter's name, with a dot that of a struct's member, or `@`
and a name of `Life` (life.py): what was learned before, such as the owner of that moment. `authority` and `note` are
texts with parameters in braces; what may follow a parameter's colon is in `words.py`. An entry without a kind makes no
row: it amends the row of a kind that the same transaction made before it (`amends`) or makes next (`ahead`), or only
keeps something in mind.

Left out are moves of a share to its owner, which change nothing, what strangers can cause without the owner (loans that
were asked for and never drawn), and a house's money that no share has a part in (its escrow, its fees).
"""

from __future__ import annotations

from commonhold.operations.history.entries import HOUSE, OWNER, SHARE, USD, Entry

EVENTS: tuple[Entry, ...] = (
    # ------------------------------------------------------------------------------------------------------ the house
    Entry(
        *("registry", "PropertyRegistered", HOUSE, "registered"),
        receiver="holdingEntity",
        price="firstPriceUsd",
        note="{provider}, id {providerPropertyId}, {shareCount} shares, manager {manager}",
        keeps={"owner": "holdingEntity", "first_price": "firstPriceUsd"},
    ),
    Entry(
        *("registry", "DocumentSet", HOUSE, "document"),
        note="{kind:description|appraisal|inspection|photographs|title|operating agreement}, version {version}: {uri}"
        " (SHA-256 {sha256Hash})",
    ),
    Entry("registry", "ManagerSet", HOUSE, "manager", sender="previous", receiver="manager"),
    Entry("registry", "Delisted", HOUSE, "delisted"),
    Entry(
        *("registry", "SeniorClaimReported", HOUSE, "senior claim"),
        on=OWNER,
        amount="amountUsd",
        unit=USD,
        note="on the whole house, reference {ref}",
    ),
    Entry(
        *("registry", "SeniorClaimCleared", HOUSE, "senior claim cleared"),
        on=OWNER,
        amount="amountUsd",
        unit=USD,
        note="reference {ref}",
    ),
    # -------------------------------------------------------------------------------------------------- title and use
    Entry(
        *("certificate", "Tokenized", HOUSE, "tokenized"),
        receiver="to",
        price="@first_price",
        currency="@dollars",
        note="{shareCount} shares",
    ),
    Entry("certificate", "Transfer", SHARE, by="tokenId", keeps={"previous": "from", "owner": "to"}),
    Entry(
        *("certificate", "ShareMoved", SHARE, "moved"),
        sender="@previous",
        receiver=OWNER,
        authority="{authority:manager|sale|foreclosure|recovery|court}",
        note="move {moveNumber}",
    ),
    Entry("certificate", "SaleRecorded", SHARE, amends="moved", price="priceUsd", currency="currency"),
    Entry(
        *("certificate", "TransferApproved", SHARE, "permission"),
        sender="manager",
        receiver="to",
        note="{deadline:until}",
    ),
    Entry("certificate", "Frozen", SHARE, "freeze", by="tokenId", on="account", note="{frozenStatus:lifted|frozen}"),
    Entry(
        "certificate", "UpdateUser", SHARE, "use", by="tokenId", sender=OWNER, receiver="user", note="{expires:until}"
    ),
    Entry("certificate", "LienPlaced", SHARE, "lien", on="owner", note="held by {holder:contract}"),
    Entry(
        "certificate", "LienReleased", SHARE, "lien released", on="owner", note="by {holder:contract}", closes="loan"
    ),
    Entry(
        *("certificate", "LeasePlaced", SHARE, "lease"),
        on=OWNER,
        note="to {lessee}, held by {holder:contract}",
    ),
    Entry("certificate", "LeaseReleased", SHARE, "lease ended", on=OWNER, note="by {holder:contract}"),
    # --------------------------------------------------------------------------------------------------------- income
    Entry(
        *("income", "IncomeDeposited", HOUSE, "income"),
        sender="from",
        receiver=OWNER,
        amount="@per_share",
        note="of {amount:coin} for the house",
        keeps={"income_units": "perShareUnits"},
    ),
    Entry("income", "IncomeSettled", SHARE, "income credited", receiver="owner", amount="amount"),
    # ---------------------------------------------------------------------------------------------------------- loans
    Entry(
        *("book", "Drawn", SHARE, "loan"),
        on="borrower",  # who buys with it owns the share an event later
        lender="@lender",
        amount="amount",
        rate="@loan_rate",
        months="@loan_months",
        note="loan {loanId}, {@loan_type}, fee {fee:coin}",
        opens="loan",
    ),
    Entry(
        *("book", "CollateralAdded", SHARE, "collateral"),
        on=OWNER,
        lender="@lender",
        amount="@loan_amount",
        rate="@loan_rate",
        months="@loan_months",
        note="for loan {loanId}, {@loan_type}",
        opens="loan",
    ),
    Entry(
        *("book", "CollateralAdded", "loan", "more collateral"),
        on=OWNER,
        lender="@lender",
        note="share {shareId} for loan {loanId}, too",
    ),
    Entry(
        *("book", "Paid", "loan", "payment"),
        on=OWNER,
        lender="@lender",
        amount="credit",
        note="loan {loanId}, by {payer}, and fees {fees:coin}; left {debt:coin}, due {dueAt:time}",
    ),
    Entry(
        *("book", "RateFixed", "loan", "rate"),
        on=OWNER,
        lender="@lender",
        rate="rateBps",
        note="loan {loanId}, from {resetAt:time}",
    ),
    Entry(
        *("book", "Marked", "loan", "value"),
        on=OWNER,
        lender="@lender",
        amount="valueUsd",
        unit=USD,
        note="noted of what secures loan {loanId}",
    ),
    Entry(
        *("book", "NoticeGiven", "loan", "notice"),
        on=OWNER,
        lender="@lender",
        amount="debt",
        note="loan {loanId}, by {by}; worth {valueUsd:usd}",
    ),
    Entry("book", "NoticeCured", "loan", "notice cured", on=OWNER, lender="@lender", note="loan {loanId}"),
    Entry(
        *("book", "ForeclosureStarted", "loan", "foreclosure"),
        on=OWNER,
        lender="@lender",
        amount="debt",
        note="loan {loanId}, by {by}; worth {valueUsd:usd}",
    ),
    Entry("book", "ForeclosureCured", "loan", "foreclosure cured", on=OWNER, lender="@lender", note="loan {loanId}"),
    Entry(
        *("book", "SurplusOwed", "loan", "surplus"),
        sender="@lender",
        receiver="borrower",
        amount="coins",
        note="of loan {loanId}, to be claimed",
    ),
    Entry(
        *("book", "Closed", "loan", "closed"),
        on=OWNER,
        lender="@lender",
        note="loan {loanId}: "
        "{stage:none|requested|approved|active|foreclosing|repaid|foreclosed|written off|withdrawn}",
    ),
    # ------------------------------------------------------------------------------------------------------- auctions
    Entry(
        *("auction", "AuctionOpened", SHARE, "auction"),
        on=OWNER,
        price="startUsd",
        note="for loan {loanId}, down to {floorUsd:usd}",
    ),
    Entry(
        *("auction", "Sold", SHARE),
        amends="moved",
        ahead=True,
        price="priceUsd",
        currency="@coin",
        note="bid, {coins:coin}",
    ),
    Entry("auction", "Taken", SHARE, amends="moved", price="valueUsd", note="nobody bid: the treasury's"),
    Entry(
        *("auction", "OwnedHomeOffered", SHARE, "offered"),
        on=OWNER,
        price="startUsd",
        note="down to {floorUsd:usd}",
    ),
    Entry(
        *("auction", "OwnedHomeSold", SHARE),
        amends="moved",
        ahead=True,
        price="priceUsd",
        currency="@coin",
        note="bid for the treasury's home, {coins:coin}",
    ),
    # ---------------------------------------------------------------------------------------------------------- sales
    Entry(
        *("market", "Asked", SHARE, "ask"),
        on="seller",
        price="ask.priceUsd",
        note="ask {askHash}, until {ask.expiresAt:time}",
    ),
    Entry("market", "Unlisted", SHARE, "unlisted", on=OWNER, note="withdrawn, or bought by a purchase that waits"),
    Entry(
        *("market", "SaleApproved", SHARE, "permission"),
        sender="manager",
        note="of the sale {saleHash}, {until:until}",
    ),
    Entry(
        *("market", "Bought", SHARE, "purchase"),
        sender=OWNER,
        receiver="buyer",
        note="ask {askHash}: paid, and waits until {deadline:time}",
        opens="sale",
    ),
    Entry("market", "Financed", "sale", amends="purchase", amount="coins", note="with loan {loanId}"),
    Entry(
        *("market", "DocumentsAttested", "sale", "documents"),
        sender="party",
        note="ask {askHash}: attested, SHA-256 {documentsHash}",
    ),
    Entry(
        *("market", "SaleDisputed", "sale", "dispute"),
        sender="party",
        note="ask {askHash}, until {deadline:time}",
    ),
    Entry(
        *("market", "Voted", "sale", "vote"),
        sender="voter",
        note="ask {askHash}: {outcome:none|release|refund}",
    ),
    Entry(
        *("market", "Refunded", "sale", "refund"),
        receiver="to",
        note="ask {askHash}: {amount} units of currency {currency}",
    ),
    Entry(
        *("market", "RefundWaits", "sale", "refund waits"),
        note="ask {askHash}: {amount} units of currency {currency}, whose token refused",
    ),
    Entry(
        *("market", "Sold", SHARE),
        amends="moved",
        ahead=True,
        note="ask {askHash}, documents {documentsHash}; fee {fee:coin}, {debt:coin} to the seller's loan",
        closes="sale",
        closing="askHash",
    ),
    # --------------------------------------------------------------------------------------------------------- leases
    Entry(
        *("lease_to_buy", "LeaseOffered", SHARE, "lease offered"),
        on="owner",
        note="terms {leaseHash}; zeros: taken back",
    ),
    Entry(
        *("lease_to_buy", "LeaseApproved", SHARE, "permission"),
        sender="manager",
        note="of the lease {leaseHash}, {until:until}",
    ),
    Entry(
        *("lease_to_buy", "LeaseSigned", SHARE),
        amends="lease",
        ahead=True,
        lender="terms.owner",
        amount="terms.rent",
        months="terms.months",
        note="lease {leaseId}, rent a month, {terms.creditBps} bps of it credit and {terms.refundBps} bps of that "
        "refundable; {terms.priceMode:for a fixed price of|for the share's value when bought:} {terms.priceUsd:usd}",
        opens="lease",
    ),
    Entry(
        *("lease_to_buy", "RentPaid", "lease", "rent"),
        on=OWNER,
        amount="coins",
        note="lease {leaseId}, {rents} by {payer}, with fees; {paid} paid now",
    ),
    Entry(
        *("lease_to_buy", "RentCollected", "lease", "rent collected"),
        receiver="owner",
        amount="coins",
        note="lease {leaseId}, of {rents}; fees {fees:coin}",
    ),
    Entry("lease_to_buy", "DefaultDeclared", "lease", "default", on=OWNER, note="lease {leaseId}, due {dueAt:time}"),
    Entry("lease_to_buy", "DefaultCured", "lease", "default cured", on=OWNER, note="lease {leaseId}"),
    Entry(
        *("lease_to_buy", "LeaseBought", SHARE),
        amends="moved",
        note="bought under lease {leaseId}: {purchase.creditUsed:coin} of credit, {purchase.toPay:coin} paid",
        closes="lease",
    ),
    Entry(
        *("lease_to_buy", "LeaseEnded", SHARE, "lease over"),
        on=OWNER,
        note="lease {leaseId} {ending:terminated|at the end of its term|as the share had moved}; "
        "{toLessee:coin} back to the lessee",
        closes="lease",
    ),
)

KINDS = tuple(dict.fromkeys(entry.kind for entry in EVENTS if entry.kind))
"""What rows there are."""
