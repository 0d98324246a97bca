"""T66, unbounded history: five thousand moves and two hundred liens of one share, hundreds of houses and documents.

On a chain of its own, where gas is exact: every call that changes something costs what it cost at the beginning, far
below 3,000,000, and views come in pages. (With 10,000 houses the same is measured by `make gas`, section growth.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from conservation import check_income, check_shares

from commonhold.gasbench.engine import Call, RpcEngine
from commonhold.gasbench.node import own_node
from commonhold.gasbench.world import COIN, House, World
from commonhold.recipe import deploy, local_parameters

MOST_GAS = 3_000_000
TOLERANCE = 0.02
MOVES, LIENS, HOUSES, DOCUMENTS, CLAIMS, DEPOSITS = 5_000, 200, 250, 250, 250, 250
ZERO = "0x" + "00" * 20
APPRAISAL = 1


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with own_node() as node:
        engine = RpcEngine(node)
        world = World(engine, deploy(engine, local_parameters()))
        world.populate()
        for owner in (world.seller, world.holder):  # sales are the loan book's, too
            world.suite.certificate.setApprovalForAll(world.suite.book, True, sender=owner)
        yield world


def sale(world: World, share: int, owner: str, to: str) -> Call:
    return world.as_book("moveBySale", share, owner, to, 25_000 * COIN, ZERO)


def document(world: World, house: House, number: int) -> Call:
    args = (house.id, APPRAISAL, f"ipfs://appraisal/{10_000 + number}", number.to_bytes(32, "big"))
    return Call(world.manager, world.suite.registry, "setDocument", args)


def claim_of(world: World, house: House, number: int) -> Call:
    args = (house.id, COIN, (2**255 + number).to_bytes(32, "big"))
    return Call(world.registrar, world.suite.registry, "reportSeniorClaim", args)


def cleared(world: World, house: House, number: int) -> Call:
    args = (house.id, (2**255 + number).to_bytes(32, "big"))
    return Call(world.registrar, world.suite.registry, "clearSeniorClaim", args)


def live(world: World, house: House, share: int, times: float = 1) -> None:
    """All that happened to one share and its house: `times` the numbers above, at least two of each. Leases come when
    the liens are over: senders don't wait for each other, and a leased share takes no lien."""

    def often(count: int) -> range:
        return range(max(2, int(count * times)))

    calls = [
        sale(world, share, *((world.holder, world.seller) if n % 2 == 0 else (world.seller, world.holder)))
        for n in often(MOVES)
    ]
    for _ in often(LIENS):
        calls += [world.as_book("placeLien", share), world.as_book("releaseLien", share)]
    calls += [document(world, house, n + 1) for n in often(DOCUMENTS)]
    calls += [claim_of(world, house, n + 1) for n in often(CLAIMS)]
    calls += [cleared(world, house, n + 1) for n in often(CLAIMS)[:-1]]
    calls += [world.deposit_call(house) for _ in often(DEPOSITS)]
    world.engine.run_many(calls)
    lease = (
        world.as_lessor("placeLease", share, world.stranger, 2**33),
        world.as_lessor("releaseLease", share),
    )
    world.engine.run_many([call for _ in often(LIENS) for call in lease])


def scenes(world: World, house: House, share: int) -> dict[str, Callable[[], Call]]:
    """Every call that changes something of the share, its house or its owner's income, ready to be sent."""
    suite, owner, to = world.suite, world.holder, world.seller
    lien, lease = world.as_book, world.as_lessor

    def after(*before: Call, then: Call) -> Call:
        for call in before:
            world.engine.run(call)
        return then

    def permitted() -> Call:
        world.permit(share, to)
        return world.transfer_call(share, owner, to)

    return {
        "approveTransfer": lambda: Call(world.manager, suite.certificate, "approveTransfer", (share, to, 2**39)),
        "approve": lambda: Call(owner, suite.certificate, "approve", (to, share)),
        "setUser": lambda: Call(owner, suite.certificate, "setUser", (share, to, 2**39)),
        "transferFrom": permitted,
        "moveBySale": lambda: sale(world, share, owner, to),
        "placeLien": lambda: lien("placeLien", share),
        "releaseLien": lambda: after(lien("placeLien", share), then=lien("releaseLien", share)),
        "moveByLien": lambda: after(lien("placeLien", share), then=lien("moveByLien", share, to)),
        "placeLease": lambda: lease("placeLease", share, to, 2**39),
        "releaseLease": lambda: after(lease("placeLease", share, to, 2**39), then=lease("releaseLease", share)),
        "moveByLease": lambda: after(
            lease("placeLease", share, to, 2**39), then=lease("moveByLease", share, to, COIN, suite.coin)
        ),
        "setFrozenTokens": lambda: Call(world.court, suite.certificate, "setFrozenTokens", (owner, share, True)),
        "setDocument": lambda: document(world, house, 9_999),
        "reportSeniorClaim": lambda: claim_of(world, house, 9_999),
        "clearSeniorClaim": lambda: after(claim_of(world, house, 9_999), then=cleared(world, house, 9_999)),
        "setManager": lambda: Call(world.registrar, suite.registry, "setManager", (house.id, world.stranger)),
        "delist": lambda: Call(world.registrar, suite.registry, "delist", (house.id,)),
        "deposit": lambda: world.deposit_call(house),
        "claim": lambda: world.claim_call(owner, share),
        "register": lambda: world.register_call(suite.registry.propertyCount() + 1, 8),
        "tokenize": lambda: world.tokenize_call(world.registered(), owner),
    }


def measure(world: World, house: House, share: int) -> dict[str, int]:
    costs = {}
    for name, scene in scenes(world, house, share).items():
        with world.engine.rollback():
            costs[name] = world.engine.gas_of(scene())
        # What the node still remembers of the undone transactions would stand in the way of their like.
        world.engine.node.rpc("anvil_dropAllTransactions")
    return costs


def test_history__of_any_length__makes_no_call_dearer_and_views_come_in_pages(world):
    engine, suite = world.engine, world.suite
    young = world.house(owner=world.holder)
    live(world, young, young.share(3), times=0)
    before = measure(world, young, young.share(3))

    old = world.house(owner=world.holder)
    share = old.share(3)
    live(world, old, share)
    first = suite.registry.propertyCount() + 1
    numbers = range(first, first + HOUSES)
    engine.run_many([world.register_call(number) for number in numbers])
    engine.run_many([world.tokenize_call(House(number, 8), world.holder) for number in numbers])
    after = measure(world, old, share)

    assert max(after.values()) < MOST_GAS
    dearer = {name: (before[name], after[name]) for name in after if after[name] > before[name] * (1 + TOLERANCE)}
    assert dearer == {}

    # All of it is still there ...
    assert suite.certificate.moveNumberOf(share) == MOVES
    assert suite.registry.documentCount(old.id, APPRAISAL) == DOCUMENTS
    assert suite.registry.documentAt(old.id, APPRAISAL, 1).uri == "ipfs://appraisal/10001"
    assert suite.registry.seniorClaimsOf(old.id) == (COIN, 1)
    # ... and is read in pages of any size, each house once.
    houses = suite.registry.propertyCount()
    start, seen = 1, 0
    while start:
        page = suite.lens.properties(start, 100)
        seen += len(page[0])
        start = page[1]
    assert seen == houses
    check_shares(suite)
    check_income(suite, engine.accounts)
