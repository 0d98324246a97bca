"""The laws of the balance sheet on the model: whatever people do, in whatever order and in however many parts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_stage import BOOK, DAO, DAY, HOUR, PEOPLE, RICH, MoneyStage, check_laws, terms
from money_walk import Walk

from commonhold.model.core import Refused
from commonhold.model.money.gate import WAD
from commonhold.model.money.price import Price
from commonhold.model.money.treasury import BUY, LENDING, REDEEM

DECIMALS = st.sampled_from([0, 2, 6, 8, 18])
FRESH = {decimals: MoneyStage(decimals).opened() for decimals in (0, 2, 6, 8, 18)}


def broke(decimals: int, dollars: int, reserve_usd: float = 1.0) -> MoneyStage:
    """The reference stage after a loss that makes coverage fall below 1."""
    stage = FRESH[decimals].copy()
    stage.lose(dollars)
    stage.set_price(reserve_usd)
    assert not stage.treasury.price().covered
    return stage


@pytest.mark.parametrize("decimals", [0, 6, 18])
@pytest.mark.parametrize("lost", [0, 50_000])
def test_walk__keeps_every_law(decimals: int, lost: int) -> None:
    """L1 to L3, L8, L11 to L13, L25, L27, L29, L31, after every step."""
    for seed in range(3):
        stage = FRESH[decimals].copy()
        if lost:
            stage.lose(lost)
        walk = Walk(stage, seed)
        walk.run(250)
        assert {"redeem", "request", "claim", "pay", "mark", "foreclose"} <= set(walk.reached)


# ------------------------------------------------------------------------------------------------------ order (L9)


@settings(max_examples=40, deadline=None)
@given(
    DECIMALS,
    st.integers(1_000, 55_000),
    st.lists(st.tuples(st.booleans(), st.integers(100, 20_000)), min_size=2, max_size=8),
    st.randoms(use_true_random=False),
)
def test_below_coverage_one__payouts_do_not_depend_on_the_order(
    decimals: int, lost: int, redemptions: list[tuple[bool, int]], random: object
) -> None:
    """L9. Rounding leaves less than a unit of each redemption behind, and it covers the coins that stay."""

    def payouts(order: list[int]) -> list[int]:
        stage = broke(decimals, lost)
        paid = {}
        for index in order:
            instant, dollars = redemptions[index]
            person = PEOPLE[index]
            if instant:
                paid[index] = stage.treasury.redeem(person, dollars * WAD, 0, person)
            else:
                request = stage.treasury.requestRedeem(person, dollars * WAD, person, person)
                paid[index] = stage.treasury.claimableCash(request)
        assert not stage.treasury.price().covered
        check_laws(stage)
        return [paid[index] for index in range(len(redemptions))]

    order = list(range(len(redemptions)))
    first = payouts(order)
    random.shuffle(order)  # type: ignore[attr-defined]
    second = payouts(order)
    assert all(abs(one - two) <= len(order) for one, two in zip(first, second, strict=True))


def test_below_coverage_one__a_redemption_that_lifts_it_to_one__ends_the_free_exit() -> None:
    """The limit of L9: a token a coin, while a coin is worth more than a token, lifts coverage."""
    stage = FRESH[6].copy()
    stage.treasury.contribute(RICH, stage.cash(3_000))
    stage.set_price(0.97)
    missing = stage.treasury.coins - stage.treasury.price().assets
    assert 4_500 * WAD < missing < 4_600 * WAD
    free = (missing * 100 // 3 // stage.unit + 1) * stage.unit  # every coin that leaves for a token takes 0.97
    for person, coins in ((RICH, 83_000 * WAD), (PEOPLE[1], free - 83_000 * WAD)):
        assert stage.treasury.redemptionFeeUp(coins) == 0
        assert stage.treasury.redeem(person, coins, 0, person) * stage.unit == coins
    assert stage.treasury.price().covered
    assert stage.treasury.redemptionFeeUp(10_000 * WAD) > 270 * WAD  # 2.8 % for the next one


# ------------------------------------------------------------------------------------------------------ parts (L10)


@settings(max_examples=40, deadline=None)
@given(
    DECIMALS,
    st.sampled_from([(0, 1.0), (0, 0.98), (40_000, 1.0), (40_000, 0.99), (40_000, 0.93)]),
    st.lists(st.integers(100 * WAD, 12_000 * WAD), min_size=2, max_size=6),
    st.booleans(),
)
def test_redeeming_in_parts__never_pays_more(
    decimals: int, state: tuple[int, float], parts: list[int], several_accounts: bool
) -> None:
    def start() -> MoneyStage:
        stage = FRESH[decimals].copy()
        if state[0]:
            stage.lose(state[0])
        stage.set_price(state[1])
        return stage

    whole = start()
    covered = whole.treasury.price().covered
    paid_whole = whole.treasury.redeem(RICH, sum(parts), 0, RICH)
    split = start()
    paid_parts = 0
    for person, part in zip(PEOPLE, parts, strict=False):
        seller = person if several_accounts else RICH
        paid_parts += split.treasury.redeem(seller, part, 0, seller)
    extra = 1 if decimals == 18 and not covered else 0  # a unit of 10^-18 dollars is less than a wei of worth
    assert paid_parts <= paid_whole + extra * len(parts)
    if covered == split.treasury.price().covered:
        assert paid_whole - paid_parts <= 2 * len(parts), "and at most a unit is lost by each"
    check_laws(split)


@settings(max_examples=30, deadline=None)
@given(DECIMALS, st.floats(0.971, 1.02), st.lists(st.integers(1, 10**4), min_size=2, max_size=6))
def test_buying_in_parts__never_gets_more(decimals: int, usd: float, parts: list[int]) -> None:
    whole, split = FRESH[decimals].copy(), FRESH[decimals].copy()
    for stage in (whole, split):
        stage.treasury.contribute(RICH, stage.cash(100_000))
        stage.set_price(usd)
    coins = whole.treasury.buy(RICH, sum(parts), 0, RICH)
    in_parts = sum(split.treasury.buy(RICH, part, 0, RICH) for part in parts if split.treasury.coinsFor(part))
    assert in_parts <= coins


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([0, 30_000]), st.lists(st.integers(1, 2_000 * WAD), min_size=2, max_size=6))
def test_paying_in_parts__never_pays_off_more(lost: int, parts: list[int]) -> None:
    whole, split = FRESH[6].copy(), FRESH[6].copy()
    for stage in (whole, split):
        stage.wait(100 * DAY)
        if lost:
            stage.lose(lost)
    loan_id = list(whole.book.terms)[-1]
    credit = whole.book.pay(RICH, loan_id, sum(parts))
    in_parts = sum(split.book.pay(RICH, loan_id, part) for part in parts if split.treasury.creditForCoins(part))
    assert in_parts <= credit
    assert split.book.position(loan_id).debt_raw(split.chain.now) >= whole.book.position(loan_id).debt_raw(
        whole.chain.now
    )
    check_laws(split)


# -------------------------------------------------------------------------- equity, coverage, worth of claims


@given(st.integers(0, 2 * 10**6), st.integers(1, 10**6), st.integers(90, 101), st.integers(0, 10**6))
def test_worth_of_a_claim__rises_with_coverage_and_is_continuous_at_one(
    assets: int, coins: int, percent: int, claim: int
) -> None:
    """L26, L30."""
    unit, usd = 10**12, min(WAD, percent * WAD // 100)

    def cash(wei: int) -> int:
        return Price(max(0, wei), coins * WAD, usd, unit).cash_out_down(min(claim, coins) * WAD)

    assert cash(assets * WAD) <= cash(assets * WAD + 1) <= cash((assets + 1) * WAD)
    assert cash(coins * WAD) - cash(coins * WAD - 1) <= 1  # a unit
    assert cash(assets * WAD) * unit <= min(claim, coins) * WAD  # tokens per coin <= 1


@given(
    st.integers(1, 10**24), st.integers(1, 10**24), st.integers(WAD // 2, WAD), st.integers(1, 10**24),
    st.sampled_from([1, 10**10, 10**12, 10**18]),
)  # fmt: skip
def test_price__coins_and_cash__round_against_the_caller(
    assets: int, coins: int, usd: int, amount: int, scale: int
) -> None:
    price = Price(assets, coins, usd, scale)
    amount = min(amount, coins)
    cash = price.cash_out_down(amount)
    assert price.coins_burned_up(cash) <= amount
    assert price.cash_out_down(price.coins_burned_up(cash)) == cash
    if not price.covered and cash:
        assert price.cash_out_down(price.coins_burned_up(cash) - 1) < cash, "the fewest coins"
        assert price.cash_value_up(cash) * coins <= amount * assets, "L25"
    assert price.coins_for_up(price.worth_down(amount)) <= amount
    assert cash <= price.cash_claimed_up(amount) <= cash + 3, "two units for a wei of worth, one for two roundings"


def test_losses__take_equity_before_any_coin() -> None:
    """L13."""
    stage = FRESH[6].copy()
    stage.treasury.contribute(RICH, stage.cash(40_000))
    equity = stage.treasury.balanceSheet().equity
    assert equity > 40_000 * WAD
    stage.lose(40_000)
    assert stage.treasury.price().covered
    assert stage.treasury.creditForCoins(WAD) == WAD
    stage.set_price(0.99)
    assert not stage.treasury.price().covered


def test_minting_money__no_cycle_through_the_treasury_gains() -> None:
    """L30, T51: at most a coin for a token and a token for a coin, whatever the price does between."""
    for bought_at, sold_at in [(1.0, 1.0), (0.98, 1.0), (1.0, 0.98), (0.975, 1.03), (1.03, 0.98)]:
        stage = FRESH[6].copy()
        stage.treasury.contribute(RICH, stage.cash(50_000))
        stage.set_price(bought_at)
        coins = stage.treasury.buy(RICH, stage.cash(10_000), 0, RICH)
        stage.set_price(sold_at)
        cash = stage.treasury.redeem(RICH, coins, 0, RICH)
        assert cash <= stage.cash(9_950)  # the fee of 0.5 % at least
        check_laws(stage)


# ----------------------------------------------------------------------------------------------------- queue (L27, L31)


@settings(max_examples=30, deadline=None)
@given(
    DECIMALS,
    st.sampled_from([0, 1_000, 50_000]),
    st.lists(st.integers(100 * WAD, 60_000 * WAD), min_size=3, max_size=8),
    st.lists(st.integers(1, 10**5), min_size=1, max_size=8),
)
def test_queue__every_inflow_serves_it_as_far_as_it_goes(
    decimals: int, lost: int, requests: list[int], inflows: list[int]
) -> None:
    stage = FRESH[decimals].copy()
    if lost:
        stage.lose(lost)
    treasury = stage.treasury
    first = treasury.requestRedeem(RICH, treasury.freeCash() * stage.unit // 3, RICH, RICH)
    ids = [
        treasury.requestRedeem(person, min(coins, stage.coin.balanceOf(person)), person, person)
        for person, coins in zip(PEOPLE[1:], requests, strict=False)
    ]
    for number, units in enumerate(inflows):
        amount = stage.cash(1) * units // 10 + 1
        if number % 2:
            treasury.contribute(RICH, amount)
        else:
            stage.book.payCash(RICH, list(stage.book.terms)[-1], min(amount, stage.cash(1_000)))
        worth_a_unit = treasury.price().cash_out_down(treasury.queue.waiting) > 0
        assert not worth_a_unit or treasury.cash == 0
        check_laws(stage)
    assigned = treasury.queue.set_aside
    claimable = [id_ for id_ in [first, *ids] if treasury.claimableCash(id_)]
    assert sum(treasury.claim(controller_of(stage, id_), id_, RICH) for id_ in claimable) == assigned
    assert treasury.queue.set_aside == 0


def controller_of(stage: MoneyStage, request_id: int) -> str:
    return stage.treasury.queue.request(request_id).controller


def test_queue__dust_of_a_bad_time__blocks_nothing_when_times_are_good() -> None:
    """A price below 1 leaves odd wei in the queue; at par they go with the last whole unit, for nothing."""
    stage = broke(6, 50_000)
    treasury = stage.treasury
    for person in PEOPLE[1:5]:
        treasury.requestRedeem(person, 70_000 * WAD, person, person)
    treasury.contribute(RICH, 12_345_678_901)
    assert treasury.queue.waiting % stage.unit
    treasury.contribute(RICH, stage.cash(200_000))
    assert treasury.price().covered
    assert treasury.queue.waiting == 0
    treasury.payOut(DAO, RICH, stage.cash(1_000))
    check_laws(stage)


# -------------------------------------------------------------------------------------------------------- equity leaves


def refusal(call: object, *arguments: object) -> tuple[str, tuple[object, ...]]:
    with pytest.raises(Refused) as refused:
        call(*arguments)  # type: ignore[operator]
    return refused.value.name, refused.value.arguments


def test_pay_out__keeps_coverage_queue_floor_minimum_equity_and_cap() -> None:
    stage = MoneyStage(terms=terms(minEquity=10_000 * WAD))
    stage.treasury.contribute(RICH, stage.cash(10_000))
    stage.opened()
    treasury = stage.treasury
    assert refusal(treasury.payOut, RICH, RICH, 1)[0] == "AccessManagedUnauthorized"
    equity = treasury.balanceSheet().equity
    assert refusal(treasury.payOut, DAO, RICH, stage.cash(1_000))[0] == "EquityTooLow"
    treasury.contribute(RICH, stage.cash(20_000))
    equity += 20_000 * WAD
    cap = equity // 20
    name, arguments = refusal(treasury.payOut, DAO, RICH, stage.cash(2_000))
    assert (name, arguments) == ("PayOutCapExceeded", (2_000 * WAD, cap))
    treasury.payOut(DAO, RICH, stage.cash(1_000))
    assert refusal(treasury.payOut, DAO, RICH, stage.cash(1_000))[0] == "PayOutCapExceeded"
    treasury.next_transaction()
    treasury.payOut(DAO, RICH, stage.cash(1_000))
    treasury.setPayOutCap(DAO, 2_000)
    treasury.next_transaction()
    assert refusal(treasury.payOut, DAO, RICH, stage.cash(2_000))[0] == "PayOutCapExceeded"
    stage.wait(7 * DAY)
    treasury.payOut(DAO, RICH, stage.cash(2_000))
    check_laws(stage)


def test_pay_out__while_somebody_waits__is_refused() -> None:
    stage = FRESH[6].copy()
    for person in PEOPLE[:4]:
        stage.treasury.requestRedeem(person, 80_000 * WAD, person, person)
    waiting = stage.treasury.queue.waiting
    assert waiting > 0
    assert refusal(stage.treasury.payOut, DAO, RICH, 1) == ("QueueNotEmpty", (waiting,))


def test_draws__keep_the_cash_floor() -> None:
    stage = FRESH[6].copy()
    treasury = stage.treasury
    free, share = treasury.freeCash(), 3 * 256 + 8
    most = free * stage.unit - treasury.coins // 10
    name, _ = refusal(stage.book.drawCash, share, most // stage.unit + 1, 600, WAD, RICH)
    assert name == "CashBelowFloor"
    stage.book.drawCash(share, most // stage.unit, 600, WAD, RICH)
    assert treasury.freeCash() * stage.unit * 10 >= treasury.coins
    assert refusal(stage.book.draw, share, WAD * 10, 600, WAD, RICH)[0] == "CashBelowFloor"
    treasury.redeem(RICH, 60_000 * WAD, 0, RICH)  # but redemptions may use it
    check_laws(stage)


# --------------------------------------------------------------------------------------------------- pokes and stops


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(0, 60), min_size=1, max_size=60))
def test_pokes__change_nothing_that_anyone_can_see(seed: int, pokes: list[int]) -> None:
    """L14, L28: the same walk, with strangers who finalise and mark at unchanged values in between."""

    def play(poked: bool) -> list[object]:
        stage = FRESH[6].copy()
        walk = Walk(stage, seed)
        walk.actions = [act for act in walk.actions if act.__name__ not in ("finalise", "mark", "value", "depeg")]
        seen: list[object] = []
        for number in range(60):
            walk.step()
            if poked and number in pokes:
                stage.treasury.finalise(RICH)
                for loan_id in stage.book.terms:
                    stage.book.mark(loan_id)
            treasury = stage.treasury
            seen.append((treasury.balanceSheet(), treasury.liquidationDemand(), treasury.demandPaused()))
        return seen

    assert play(False) == play(True)


def test_every_stop__leaves_repaying_claiming_and_leaving() -> None:
    """L15, T61: also without a valid price of the reserve token."""
    stage = FRESH[6].copy()
    treasury = stage.treasury
    for what in (BUY, REDEEM, LENDING):
        treasury.stop(DAO, what)
    stage.reading.status = 13
    assert refusal(treasury.buy, RICH, 1, 0, RICH)[0] == "StoppedUntil"
    assert refusal(treasury.redeem, RICH, WAD, 0, RICH)[0] == "StoppedUntil"
    assert refusal(stage.book.draw, 3 * 256 + 8, WAD, 600, WAD, RICH)[0] == "StoppedUntil"
    request = treasury.requestRedeem(RICH, 1_000 * WAD, RICH, RICH)
    assert treasury.claim(RICH, request, RICH) > 0
    assert stage.book.pay(RICH, 1, 10**6 * WAD) > 60_000 * WAD
    assert 1 not in stage.book.terms
    check_laws(stage)


def test_guard__only_books_of_the_table_lend() -> None:
    stage = FRESH[6].copy()
    stage.treasury.books.discard(BOOK)
    assert refusal(stage.book.draw, 3 * 256 + 8, WAD, 600, WAD, RICH) == ("NotBook", (BOOK,))


def test_gate__settled_by_every_call__agrees_with_the_view() -> None:
    """L8: a pause that nobody recorded can't exist, and one that has ended needs nobody to end it."""
    stage = FRESH[6].copy()
    treasury = stage.treasury
    for person in PEOPLE[:3]:
        treasury.redeem(person, 60_000 * WAD, 0, person)
    assert treasury.demandPaused()
    for _ in range(200):
        stage.wait(HOUR)
        seen = treasury.demandPaused()
        poked = stage.copy()
        poked.treasury.finalise(RICH)
        assert poked.treasury.demandPaused() == seen
        assert (poked.treasury.gate.paused_at is not None) == seen
    assert not treasury.demandPaused()
