"""Who holds what after a deployment, read from the chain alone (T43).

The candidates come from the contracts' events and ABIs, what they hold now or will hold from their views, what they may
hold from the plan and the parameters. What no view shows, because it was done and undone before the handover, is found
by `history`. `examine` returns everything found, right or wrong; `prove` raises if anything is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak

from commonhold.engines.base import ZERO_ADDRESS, Contract, Engine, Event, coders
from commonhold.recipe.deploy import Deployment, Suite
from commonhold.recipe.governing import address_of
from commonhold.recipe.history import History
from commonhold.recipe.parameters import Feed
from commonhold.recipe.plan import INDEX_FEED, PLAN, RESERVE_FEED, TREASURY_TERMS, UNLIMITED, Role

PUBLIC_ROLE = 2**64 - 1  # AccessManager: everybody holds it
FORCED_TRANSFER = "forcedTransfer"
PROPOSER_ROLE = keccak(text="PROPOSER_ROLE")
DELEGATED_ACCOUNT = b"\xef\x01\x00"  # EIP-7702: an external account that borrows code
TIMELOCK_ROLES = {
    bytes(32): "DEFAULT_ADMIN",
    PROPOSER_ROLE: "PROPOSER",
    keccak(text="EXECUTOR_ROLE"): "EXECUTOR",
    keccak(text="CANCELLER_ROLE"): "CANCELLER",
}


@dataclass(frozen=True)
class Holding:
    """A right that somebody holds. `fault` names the rule it breaks, empty if none."""

    place: str
    holder: str
    who: str
    detail: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Proof:
    """Everything that anybody holds in the suite."""

    holdings: tuple[Holding, ...]

    @property
    def faults(self) -> list[Holding]:
        return [holding for holding in self.holdings if holding.fault]


class ProofFailed(Exception):
    """Somebody holds what nobody of his kind may. `faults` has the names of the broken rules."""

    def __init__(self, proof: Proof) -> None:
        self.proof = proof
        self.faults = sorted({holding.fault for holding in proof.faults})
        super().__init__(
            "\n".join(
                f"{fault.fault}: {fault.place}: {fault.holder} ({fault.who}) {fault.detail}".rstrip()
                for fault in proof.faults
            )
        )


def prove(suite: Suite) -> Proof:
    """Raise ProofFailed unless the deployer holds nothing and nobody holds what only contracts may."""
    proof = examine(suite)
    if proof.faults:
        raise ProofFailed(proof)
    return proof


def examine(suite: Suite, *, from_block: int = 0) -> Proof:
    """Everything that anybody holds, each with the rule it breaks, if any."""
    return Proof(tuple(_Examiner(suite, from_block).holdings()))


class _Examiner:
    def __init__(self, suite: Suite, from_block: int) -> None:
        self.suite, self.from_block = suite, from_block
        self.engine: Engine = suite.engine
        self.names = {contract.address: key for key, contract in suite.contracts.items()}
        self._logs: dict[str, list[Event]] = {}  # by contract, asked for once

    def holdings(self) -> Iterator[Holding]:
        yield from self._role_holders()
        yield from self._role_keepers()
        yield from self._grant_delays()
        yield from self._function_roles()
        yield from self._targets()
        yield from self._authorities()
        yield from self._hub_operations()
        yield from self._timelock()
        yield from self._timelock_operations()
        yield from self._minters()
        yield from self._books()
        yield from self._treasury_terms()
        yield from self._payees()
        yield from self._protocol_holders()
        yield from self._encumbrance_holders()
        yield from self._single_rows()
        yield from self._nodes()
        yield from self._feeds()
        yield from self._sale_reporters()
        yield from self._ballots()
        yield from self._governor()
        yield from self._markets()
        yield from self._currencies()
        yield from self._history()

    # -------------------------------------------------------------------------------------------------- the hub: people

    def _role_holders(self) -> Iterator[Holding]:
        """Members now and members to be: a grant can wait for its role's grant delay."""
        hub = self.suite.hub
        granted = {(event["roleId"], event["account"]) for event in self._events(hub, "RoleGranted")}
        for role, account in sorted(granted):
            access = hub.getAccess(role, account)
            if not access.since:
                continue
            delay = _smallest_delay(access)
            details = [f"delay {delay} s"] if delay else []
            if access.since > self.engine.now():
                details.append(f"from {access.since} on")
            fault = self._fault_of_holder(role, account, delay)
            yield self._holding(f"hub role {_role_name(role)}", account, ", ".join(details), fault)

    def _fault_of_holder(self, role: int, account: str, delay: int) -> str:
        if account == self.suite.deployer:
            return "deployer-holds-role"
        if role not in set(Role):
            return "holder-of-unknown-role"
        if role == Role.ADMIN and account != self.suite.timelock.address:
            return "admin-besides-timelock"
        if role == Role.COURT and delay < self.suite.parameters.court.forced_transfer_delay:
            return "court-with-short-delay"
        return ""

    def _role_keepers(self) -> Iterator[Holding]:
        """Who may grant a role, and who may cancel its holders' scheduled calls: the admin in both cases."""
        for role in self._role_ids():
            for view, fault in (("getRoleAdmin", "role-with-own-admin"), ("getRoleGuardian", "role-with-own-guardian")):
                keeper = self.engine.call(self.suite.hub, view, role)
                if keeper != Role.ADMIN:
                    place = f"hub {view} of {_role_name(role)}"
                    yield Holding(place, _role_name(keeper), "a role", "", fault)

    def _grant_delays(self) -> Iterator[Holding]:
        """The plan sets none: behind one, a grant ripens after everybody has looked."""
        hub = self.suite.hub
        coming = {event["roleId"]: event["delay"] for event in self._events(hub, "RoleGrantDelayChanged")}
        for role in self._role_ids():
            delay = max(hub.getRoleGrantDelay(role), coming.get(role, 0))
            if delay:
                place = f"hub grant delay of {_role_name(role)}"
                yield Holding(place, _role_name(role), "a role", f"delay {delay} s", "role-with-grant-delay")

    def _role_ids(self) -> list[int]:
        """Every role that the suite has or that an event speaks of."""
        named = {event["roleId"] for event in self._events(self.suite.hub) if "roleId" in event.args}
        return sorted((named | set(map(int, Role))) - {PUBLIC_ROLE})

    # ----------------------------------------------------------------------------------------------- the hub: functions

    def _function_roles(self) -> Iterator[Holding]:
        """Functions that were given to a role, by event; and all that ask the hub, by ABI, if their role is wrong."""
        expected = self._planned_roles()
        given = {
            (event["target"], event["selector"]) for event in self._events(self.suite.hub, "TargetFunctionRoleUpdated")
        }
        for target, selector in sorted(given | expected.keys() | self._restrictable()):
            role = self.suite.hub.getTargetFunctionRole(target, selector)
            function = self._function(target, selector)
            fault = _fault_of_function(function, role, expected.get((target, selector), Role.ADMIN))
            if fault or (target, selector) in given:
                yield Holding(f"{self._who(target)}.{function}", _role_name(role), "a role", "", fault)

    def _planned_roles(self) -> dict[tuple[str, bytes], Role]:
        return {
            (contract.address, contract.coders.function(name).selector): entry.role
            for entry in PLAN.functions
            if (contract := self.suite.contracts.get(entry.contract)) is not None
            for name in entry.functions
        }

    def _restrictable(self) -> set[tuple[str, bytes]]:
        """Functions that change something, of the hub and of all contracts under it."""
        return {
            (contract.address, coder.selector)
            for key, contract in self.suite.contracts.items()
            if key == "hub" or "authority" in contract.coders.functions
            for coder in contract.coders.functions.values()
            if not coder.is_view
        }

    def _targets(self) -> Iterator[Holding]:
        """Contracts that the hub has shut, or whose rights the DAO could change only after a further delay."""
        hub = self.suite.hub
        coming = {event["target"]: event["delay"] for event in self._events(hub, "TargetAdminDelayUpdated")}
        closed = {event["target"] for event in self._events(hub, "TargetClosed")}
        for target in sorted(self.names.keys() | coming.keys() | closed):
            if hub.isTargetClosed(target):
                yield self._holding("hub closed target", target, "", "closed-target")
            delay = max(hub.getTargetAdminDelay(target), coming.get(target, 0))
            if delay:
                yield self._holding("hub target admin delay", target, f"delay {delay} s", "target-with-admin-delay")

    def _hub_operations(self) -> Iterator[Holding]:
        hub = self.suite.hub
        scheduled = {event["operationId"]: event for event in self._events(hub, "OperationScheduled")}
        for operation, event in scheduled.items():
            if hub.getSchedule(operation):
                fault = "operation-of-deployer" if event["caller"] == self.suite.deployer else ""
                yield self._holding("hub operation", event["caller"], self._call(event), fault)

    def _authorities(self) -> Iterator[Holding]:
        hub = self.suite.hub.address
        for key, contract in self.suite.contracts.items():
            if "authority" in coders(contract.name).functions:
                authority = contract.authority()
                yield self._holding(f"{key} authority", authority, "", "" if authority == hub else "foreign-authority")

    def _timelock(self) -> Iterator[Holding]:
        timelock = self.suite.timelock
        delay = timelock.getMinDelay()
        is_handed_over = timelock.hasRole(PROPOSER_ROLE, self.suite.governor.address)
        # The council until the governor takes its place; never both. Then nobody else executes: only the governor looks
        # at the code of what it executes.
        steering = {self.suite.governor.address if is_handed_over else self._council()}
        granted = {(event["role"], event["account"]) for event in self._events(timelock, "RoleGranted")}
        for role, account in sorted(granted):
            if not timelock.hasRole(role, account):
                continue
            name = TIMELOCK_ROLES.get(role, f"0x{role.hex()}")
            fault = ""
            if account == self.suite.deployer:
                fault = "deployer-in-timelock"
            elif name == "DEFAULT_ADMIN" and account != timelock.address:
                fault = "timelock-with-foreign-admin"
            elif name in ("PROPOSER", "CANCELLER") and account not in steering:
                fault = "timelock-of-foreign-council"
            elif name == "EXECUTOR" and is_handed_over and account not in steering:
                fault = "timelock-with-foreign-executor"
            elif delay < self.suite.parameters.dao.timelock_delay:
                fault = "timelock-with-short-delay"
            yield self._holding(f"timelock role {name}", account, f"delay {delay} s", fault)

    def _timelock_operations(self) -> Iterator[Holding]:
        """What waits in the timelock. Its events don't name the proposer: whoever was one at that time may be it."""
        timelock, deployer = self.suite.timelock, self.suite.deployer
        deployer_proposes = False
        scheduled: dict[tuple[bytes, int], tuple[Event, bool]] = {}
        for event in self._events(timelock, "RoleGranted", "RoleRevoked", "CallScheduled"):
            if event.name == "CallScheduled":
                scheduled[event["id"], event["index"]] = event, deployer_proposes
            elif event["role"] == PROPOSER_ROLE and event["account"] == deployer:
                deployer_proposes = event.name == "RoleGranted"
        for (operation, _), (event, suspected) in scheduled.items():
            if timelock.isOperationPending(operation):
                holder, fault = (deployer, "operation-of-deployer") if suspected else (timelock.address, "")
                yield self._holding("timelock operation", holder, self._call(event), fault)

    # ------------------------------------------------------------------------------------------------------- tables

    def _minters(self) -> Iterator[Holding]:
        coin = self.suite.coin
        for minter in sorted({event["minter"] for event in self._events(coin, "MinterSet")}):
            row = coin.minterOf(minter)
            if row.cap or row.level:
                is_unlimited = row.cap == UNLIMITED
                fault = "external-minter" if self._is_external(minter) else ""
                if is_unlimited and minter != self.suite.treasury.address:
                    fault = "unlimited-minter"
                cap = "no cap" if is_unlimited else f"cap {row.cap / 10**18:,.0f} HMD"
                yield self._holding("coin minter", minter, cap, fault)

    def _books(self) -> Iterator[Holding]:
        """Whoever may push loans can make money: contracts alone."""
        loans = self.suite.loans
        for book in sorted({event["book"] for event in self._events(loans, "BookSet")}):
            if loans.isBook(book):
                detail = "lends" if loans.mayLend(book) else "closed to lending"
                yield self._holding("loan book", book, detail, "external-book" if self._is_external(book) else "")

    def _treasury_terms(self) -> Iterator[Holding]:
        """Gate and cap of payouts are the DAO's to change, the other terms are as the constructor took them."""
        suite = self.suite
        run = Deployment(suite.engine, suite.parameters, suite.deployer, factory=suite.factory.address)
        expected = run.resolve(TREASURY_TERMS)
        terms = self.suite.treasury.terms()
        cap, coming, _ = self.suite.treasury.payOutCap()
        differing = [name for name, found, own in zip(terms._fields, terms, expected, strict=True) if found != own]
        fault = "treasury-unlike-parameters" if differing else ""
        detail = f"not as in the parameters: {', '.join(differing)}" if differing else "as in the parameters"
        yield self._holding("treasury terms", self.suite.treasury.address, detail, fault)
        if coming:
            detail = f"{coming} basis points of the equity are to follow {cap}"
            yield self._holding("treasury payout cap", self.suite.timelock.address, detail)

    def _payees(self) -> Iterator[Holding]:
        """Who is paid fees: those of the parameters, and nobody besides."""
        splitter, fees = self.suite.splitter, self.suite.parameters.fees
        dao = self.suite.timelock.address if fees.dao is None else address_of(self.suite, fees.dao)
        parties = {"mortgage company": address_of(self.suite, fees.mortgage_company), "DAO": dao}
        for number, (name, expected) in enumerate(parties.items()):
            yield from self._payee(name, splitter.payeeOf(number), expected)
        listed = {provider.key: provider for provider in fees.providers}
        named = {event["providerKey"]: event["provider"] for event in self._events(splitter, "ProviderPayeeSet")}
        for key in sorted(listed.keys() | named.keys()):
            payee = address_of(self.suite, listed[key].payee) if key in listed else ZERO_ADDRESS
            name = listed[key].name if key in listed else named[key]
            yield from self._payee(f"provider {name}", splitter.payeeOfProvider(key), payee)

    def _payee(self, name: str, found: str, expected: str) -> Iterator[Holding]:
        if (found, expected) != (ZERO_ADDRESS, ZERO_ADDRESS):
            fault = "" if found == expected else "payee-unlike-parameters"
            yield self._holding(f"splitter payee of the {name}", found, "", fault)

    def _protocol_holders(self) -> Iterator[Holding]:
        """Credentials that no issuer can revoke are for contracts."""
        for holder in sorted({event["holder"] for event in self._events(self.suite.credentials, "ProtocolHolderSet")}):
            fault = "external-holder" if self._is_external(holder) else ""
            yield self._holding("protocol holder", holder, "", fault)

    def _council(self) -> str:
        return address_of(self.suite, self.suite.parameters.roles.council)

    def _encumbrance_holders(self) -> Iterator[Holding]:
        certificate = self.suite.certificate
        for holder in sorted({event["holder"] for event in self._events(certificate, "HolderSet")}):
            rights = certificate.holderRights(holder)
            if any(rights):
                named = [name for name, right in rights._asdict().items() if right]
                fault = "external-holder" if self._is_external(holder) else ""
                yield self._holding("certificate holder", holder, ", ".join(named), fault)

    def _single_rows(self) -> Iterator[Holding]:
        for place, holder in (
            ("registry listener", self.suite.registry.listener()),
            ("certificate renderer", self.suite.certificate.renderer()),
        ):
            fault = "external-row" if holder != ZERO_ADDRESS and self._is_external(holder) else ""
            yield self._holding(place, holder, "", fault)

    # ------------------------------------------------------------------------------------------------------- oracle

    def _nodes(self) -> Iterator[Holding]:
        """The node set, which must be that of the parameters: same nodes in the same order, same f."""
        oracle = self.suite.parameters.oracle
        digest, number, max_faulty, nodes = self.suite.aggregator.nodeSet()
        expected = [address_of(self.suite, account) for account in oracle.nodes]
        fault = "nodes-unlike-parameters"
        right_size = (len(nodes), max_faulty) == (len(expected), oracle.max_faulty)
        detail = f"set {number}, n {len(nodes)}, f {max_faulty}"
        yield Holding("aggregator node set", digest, "the list", detail, "" if right_size else fault)
        for index, node in enumerate(nodes):
            is_expected = index < len(expected) and node == expected[index]
            # A contract can't sign as nodes do: a set with one is weaker than it looks.
            found = "node-is-contract" if not self._is_external(node) else "" if is_expected else fault
            yield self._holding(f"aggregator node {index}", node, "", found)

    def _feeds(self) -> Iterator[Holding]:
        """Every feed that was ever configured, against the parameters."""
        reader, expected = self.suite.reader, self._expected_feeds()
        for feed_id in sorted({event["feedId"] for event in self._events(reader, "FeedSet")} | expected.keys()):
            page = reader.inspect(feed_id)
            terms = (page.feed, page.heartbeat, page.decimals, page.minValue, page.maxValue, page.descriptionHash)
            fault = "" if terms == expected.get(feed_id) else "feed-unlike-parameters"
            if feed_id not in expected:
                fault = "feed-besides-parameters"
            detail = f"heartbeat {page.heartbeat} s, {page.decimals} decimals"
            yield self._holding(f"reader feed {_feed_name(feed_id)}", page.feed, detail, fault)

    def _expected_feeds(self) -> dict[bytes, tuple[Any, ...]]:
        parameters = self.suite.parameters
        sections: dict[bytes, tuple[str, Feed | None]] = {
            INDEX_FEED: ("index_feed", parameters.oracle.index),
            RESERVE_FEED: ("reserve_feed", parameters.reserve.price),
        }
        return {
            feed_id: (
                self.suite.contracts[mock].address if terms.feed is None else terms.feed,
                terms.heartbeat,
                terms.decimals,
                terms.min,
                terms.max,
                keccak(text=terms.description),
            )
            for feed_id, (mock, terms) in sections.items()
            if terms is not None
        }

    def _sale_reporters(self) -> Iterator[Holding]:
        """Whoever can report sales can lower what new loans see: contracts of the suite alone."""
        valuation = self.suite.valuation
        for reporter in sorted({event["reporter"] for event in self._events(valuation, "SaleReporterSet")}):
            if valuation.isSaleReporter(reporter):
                fault = "" if reporter in self.names else "foreign-reporter"
                yield self._holding("valuation sale reporter", reporter, "", fault)

    def _ballots(self) -> Iterator[Holding]:
        """Whoever has a row of ballots can release a house's money above the manager's limits."""
        escrow = self.suite.house_escrow
        for ballot in sorted({event["ballot"] for event in self._events(escrow, "BallotSet")}):
            if escrow.isBallot(ballot):
                yield self._holding("escrow ballot", ballot, "", "" if ballot in self.names else "foreign-ballot")

    def _governor(self) -> Iterator[Holding]:
        """Who cancels proposals, whom the governor obeys and drives, and what no vote can change in it."""
        suite, governor = self.suite, self.suite.governor
        rules, guardian = suite.parameters.governance, governor.proposalGuardian()
        # The DAO may name another one; none is as good.
        is_planned = guardian == address_of(suite, rules.proposal_guardian)
        yield self._holding("governor proposal guardian", guardian, "" if is_planned else "not as in the parameters")
        for name, found, own in (
            ("token", governor.token(), suite.hold),
            ("timelock", governor.timelock(), suite.timelock),
        ):
            yield self._holding(f"governor {name}", found, "", "" if found == own.address else "foreign-governor")
        fixed = (governor.quorumFloor(), governor.coolDown(), suite.hold.totalSupply())
        fault = "" if fixed == (rules.quorum_floor, rules.cool_down, rules.supply) else "governor-unlike-parameters"
        detail = f"not as in the parameters: {fixed}" if fault else "as in the parameters"
        yield self._holding("governor terms", governor.address, detail, fault)

    def _markets(self) -> Iterator[Holding]:
        """Whoever has a row of markets can draw approved loans in their borrowers' names."""
        desk = self.suite.desk
        for market in sorted({event["market"] for event in self._events(desk, "MarketSet")}):
            if desk.isMarket(market):
                yield self._holding("loan desk market", market, "", "" if market in self.names else "foreign-market")

    def _currencies(self) -> Iterator[Holding]:
        """What the market takes besides the coin: the reserve token at the reserve's price, and nothing else."""
        market = self.suite.market
        treasury = self.suite.treasury.peers()
        for place in sorted({event["place"] for event in self._events(market, "CurrencySet")}):
            found = market.currencyOf(place)
            is_planned = (found.token, found.feed) == (treasury.reserve, RESERVE_FEED)
            detail = f"{found.decimals} decimals, feed {_feed_name(found.feed)}"
            fault = "" if is_planned else "currency-besides-parameters"
            yield self._holding(f"market currency {place}", found.token, detail, fault)

    # ------------------------------------------------------------------------------------------------------ history

    def _history(self) -> Iterator[Holding]:
        """What happened until the handover and was not in the plan. No later deed takes it back."""
        history = History(self.suite, self._events)
        for key in history.unseen():
            yield Holding(f"{key} creation", ZERO_ADDRESS, "unknown", "not among the events", "unseen-creation")
        for deed in history.deeds():
            yield self._holding(f"transaction {deed.transaction}", deed.sender, deed.what, "unplanned-transaction")

    # ------------------------------------------------------------------------------------------------------ helpers

    def _events(self, contract: Contract, *names: str) -> list[Event]:
        """A contract's events of these names, or all, in order."""
        if contract.address not in self._logs:
            self._logs[contract.address] = self.engine.events(contract, from_block=self.from_block)
        return [event for event in self._logs[contract.address] if not names or event.name in names]

    def _is_external(self, address: str) -> bool:
        code = self.engine.code_at(address)
        return not code or code.startswith(DELEGATED_ACCOUNT)

    def _who(self, address: str) -> str:
        if address in self.names:
            return self.names[address]
        if address == ZERO_ADDRESS:
            return "anyone"
        return "external account" if self._is_external(address) else "other contract"

    def _holding(self, place: str, holder: str, detail: str = "", fault: str = "") -> Holding:
        if not fault and holder == self.suite.deployer:
            fault = "deployer-holds-row"
        return Holding(place, holder, self._who(holder), detail, fault)

    def _function(self, target: str, selector: bytes) -> str:
        name = self.engine.name_of(target)
        for coder in coders(name).functions.values() if name else ():
            if coder.selector == selector:
                return coder.name
        return f"0x{selector.hex()}"

    def _call(self, scheduled: Event) -> str:
        target = scheduled["target"]
        return f"{self._who(target)}.{self._function(target, scheduled['data'][:4])}"


def _smallest_delay(access: Any) -> int:
    """A member's delay now, or the one that is to follow if that is shorter."""
    return min(access.currentDelay, access.pendingDelay) if access.effect else access.currentDelay


def _fault_of_function(name: str, role: int, expected: Role) -> str:
    if role == PUBLIC_ROLE:
        return "function-open-to-all"
    if name == FORCED_TRANSFER and role != Role.COURT:
        return "forced-transfer-without-court"
    return "" if role == expected else "function-of-foreign-role"


def _feed_name(feed_id: bytes) -> str:
    text = feed_id.rstrip(b"\0")
    return text.decode("ascii") if text.isascii() else f"0x{feed_id.hex()}"


def _role_name(role: int) -> str:
    if role == PUBLIC_ROLE:
        return "everybody"
    return Role(role).name if role in set(Role) else f"role {role}"
