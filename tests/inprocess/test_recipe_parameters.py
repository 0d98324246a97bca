"""Wrong parameters: each is refused before anything is sent, with file, line, field, value and what was expected."""

from __future__ import annotations

import re

import pytest

from commonhold.recipe.parameters import FOLDER, ParametersError, find_parameters, load_parameters, parse_parameters

RIGHT = (FOLDER / "local.yaml").read_text(encoding="utf-8")

WRONG = [
    # (text of the right file, what takes its place, line that is named, rest of the message)
    ("chain_id: 31337", "chain_id: many", "chain_id: 'many': expected a whole number"),
    ("chain_id: 31337", "chain_id: true", "chain_id: True: expected a whole number"),
    ("chain_id: 31337", "chain_id: 0", "chain_id: 0: expected from 1"),
    ("network: local", "network: ../etc", "network: '../etc': expected string should match pattern"),
    ("recovery_period: 7 days", "recovery_period: 7", "identity.recovery_period: 7: expected a length of time"),
    ("recovery_period: 7 days", "recovery_period: 7 dais", "identity.recovery_period: '7 dais': expected a length"),
    (
        "recovery_period: 7 days",
        "recovery_period: 91 days",
        "identity.recovery_period: '91 days': expected from 1 to 90",
    ),
    (
        "recovery_period: 7 days",
        "recovery_period: 2 days",
        "identity.recovery_period: '2 days': expected longer than dao.timelock",
    ),
    ("stop_period: 30 days", "stop_period: 31 days", "guardian.stop_period: '31 days': expected from 1 to 720 hours"),
    ("stop_period: 30 days", "stop_period: -1 days", "guardian.stop_period: '-1 days': expected a length of time"),
    (
        "forced_transfer_delay: 3 days",
        "forced_transfer_delay: 48 hours",
        "court.forced_transfer_delay: '48 hours': expected longer than dao.timelock_delay (172800 s)",
    ),
    (
        "timelock_delay: 2 days",
        "timelock_delay: 59 seconds",
        "dao.timelock_delay: '59 seconds': expected from 1 to 720",
    ),
    ("default_share_count: 8", "default_share_count: 1", "property.default_share_count: 1: expected from 2 to 100"),
    ("default_share_count: 8", "default_share_count: 101", "property.default_share_count: 101: expected from 2 to 100"),
    (
        "default_share_count: 8",
        "default_share_count: 8.0",
        "property.default_share_count: 8.0: expected a whole number",
    ),
    ("default_share_count: 8", "share_count: 8", "property.share_count: there is no such parameter"),
    ("default_share_count: 8", "share_count: 8", "property.default_share_count: missing"),
    ("guardian: [2]", "guardian: []", "roles.guardian: []: expected list should have at least 1 item"),
    ("guardian: [2]", "guardian: [2, 2]", "roles.guardian: [2, 2]: expected each holder once"),
    ("guardian: [2]", "guardian: [32]", "roles.guardian.0: 32: expected an address"),
    ("guardian: [2]", "guardian: 2", "roles.guardian: 2: expected input should be a valid list"),
    ("council: 1 ", "council: '0x0000000000000000000000000000000000000000' ", "roles.council: '0x00000000000000000000"),
    (
        "council: 1 ",
        "council: '0xF39fd6e51aad88F6F4ce6aB8827279cffFb92266' ",
        "roles.council: '0xF39fd6e51aad88F6F4ce6a",
    ),
    ("council: 1 ", "council: 1\n  council: 2 ", "the key 'council' stands twice"),
    (
        "test_book: true",
        "test_book: perhaps",
        "local.test_book: 'perhaps': expected input should be",
    ),
    ("chain_id: 31337", "chain_id: 1", "local: expected a section `local` exactly if chain_id is 31337"),
    ("roles:", "roles: [", "not YAML"),
]

NODES = "nodes: [20, 21, 22, 23, 24, 25, 26]"
FEED, RESERVE_FEED, TOKEN = ("'0x" + digits * 20 + "'" for digits in ("99", "88", "66"))
DESCRIPTION = "    description: v0.8/tests/MockV3Aggregator.sol"
SOMEBODY = "'0x70997970C51812dc3A010C7d01b50e0d17dc79C8'"

WRONG_ORACLE = [
    # (text of the right file, what takes its place, rest of the message)
    (NODES, "nodes: [20, 21, 22]", "oracle.nodes: [20, 21, 22]: expected list should have at least 4 items"),
    (NODES, f"nodes: {list(range(32))}", "expected list should have at most 31 items"),
    (NODES, "nodes: [20, 21, 22, 20]", "oracle.nodes: [20, 21, 22, 20]: expected each node once"),
    (NODES, "nodes: [20, 21, 22, 23, 24, 25, 32]", "oracle.nodes.6: 32: expected an address"),
    (NODES, "nodes: [20, 21, 22, 23, 24, 25]", "oracle.max_faulty: 2: expected from 1 to 1: 6 nodes can't bear more"),
    ("max_faulty: 2", "max_faulty: 3", "oracle.max_faulty: 3: expected from 1 to 2: 7 nodes can't bear more"),
    ("max_faulty: 2", "max_faulty: 0", "oracle.max_faulty: 0: expected from 1 to 2"),
    ("max_faulty: 2", "max_faulty: '2'", "oracle.max_faulty: '2': expected a whole number"),
    ("feed_max_step: 10 %", "feed_max_step: 51 %", "oracle.feed_max_step: '51 %': expected from 1 to 50 %"),
    ("feed_max_step: 10 %", "feed_max_step: 0.99 %", "oracle.feed_max_step: '0.99 %': expected from 1 to 50 %"),
    ("feed_max_step: 10 %", "feed_max_step: 0.1", "oracle.feed_max_step: 0.1: expected a percentage with at most two"),
    ("feed_max_step: 10 %", "feed_max_step: 10 % a year", "expected a percentage with at most two decimals"),
    ("feed_max_step: 10 %", "feed_max_step: 10.001 %", "expected a percentage with at most two decimals"),
    ("feed_quarantine: 1 day", "feed_quarantine: 59 minutes", "oracle.feed_quarantine: '59 minutes': expected from 1"),
    ("feed_quarantine: 1 day", "feed_quarantine: 31 days", "oracle.feed_quarantine: '31 days': expected from 1 to 720"),
    ("heartbeat: 120 days", "heartbeat: 59 seconds", "oracle.index.heartbeat: '59 seconds': expected from 1 to 576000"),
    ("heartbeat: 120 days", "heartbeat: 401 days", "oracle.index.heartbeat: '401 days': expected from 1 to 576000 min"),
    (
        "decimals: 8\n    min: 1 point",
        "decimals: 19\n    min: 1 point",
        "oracle.index.decimals: 19: expected from 0 to 18",
    ),
    ("min: 1 point", "min: 1", "oracle.index.min: 1: expected an amount of points with its unit"),
    ("min: 1 point", "min: 1 USD", "oracle.index.min: '1 USD': expected an amount of points"),
    ("max: 1_000_000 points", "max: 1 point", "oracle.index.max: '1 point': expected more than the feed's min"),
    ("max: 1_000_000 points", "max: 1e6 points", "oracle.index.max: '1e6 points': expected an amount of points"),
    ("max: 1_000_000 points", "max: 10000000001 points", "expected from 0 to 10000000000 points"),
    ("max: 1_000_000 points", "top: 5 points", "oracle.index.top: there is no such parameter"),
    (
        f"max: 1_000_000 points # readings at or above are invalid\n{DESCRIPTION}",
        "max: 1_000_000 points\n    description: ''",
        "oracle.index.description: '': expected string",
    ),
    ("  index: #", f"  sequencer: {{feed: {SOMEBODY}}}\n  index: #", "oracle.sequencer.grace: missing"),
    (
        "  index: #",
        f"  sequencer: {{feed: {SOMEBODY}, grace: 0 minutes}}\n  index: #",
        "oracle.sequencer.grace: '0 minutes': expected from 1 to 1440 minutes",
    ),
    (
        "  index: #",
        "  sequencer: {feed: 3, grace: 1 hour}\n  index: #",
        "oracle.sequencer.feed: 3: expected an address (checksummed, not zero)",
    ),
    (
        "heartbeat: 120 days",
        f"feed: {SOMEBODY}\n    heartbeat: 120 days",
        f"oracle.index.feed: {SOMEBODY}: expected nothing: on the local chain a test contract",
    ),
    ("first_index: 100 points", "first_index: 0 points", "local.first_index: '0 points': expected from 1"),
    ("  first_index: 100 points", "  # none", "local.first_index: expected what the index begins with"),
    ("haircut_free: 365 days", "haircut_free: 1095 days", "valuation.haircut_free: '1095 days': expected shorter"),
    ("haircut_rate: 12 % a year", "haircut_rate: 12 %", "valuation.haircut_rate: '12 %': expected a percentage"),
    ("haircut_rate: 12 % a year", "haircut_rate: 101 % a year", "expected from 0 to 100 % a year"),
    (
        "haircut_rate: 12 % a year",
        "haircut_rate: 50 % a year",
        "valuation.haircut_rate: '50 % a year': expected a haircut below 100 % when valuation.max_age is reached",
    ),
    ("max_age: 1095 days", "max_age: 90 days", "valuation.haircut_free: '365 days': expected shorter than"),
    (
        "accept_period: 90 days",
        "accept_period: 366 days",
        "valuation.accept_period: '366 days': expected from 1 to 365",
    ),
    ("growth_step: 5 %", "growth_step: 101 %", "valuation.growth_step: '101 %': expected from 0 to 100 %"),
    (
        "growth_period: 90 days",
        "growth_period: 23 hours",
        "valuation.growth_period: '23 hours': expected from 1 to 365",
    ),
    ("sale_recent: 180 days", "sale_recent: 180", "valuation.sale_recent: 180: expected a length of time"),
    ("sale_margin: 10 %", "sale_margin: -1 %", "valuation.sale_margin: '-1 %': expected a percentage"),
    ("first_value_quarantine: 7 days", "first_value_quarantine: 91 days", "expected from 1 to 90 days"),
    ("oracle:\n", "orakel:\n", "oracle: missing"),
]

WRONG_MONEY = [
    # (text of the right file, what takes its place, rest of the message)
    ("decimals: 6", "decimals: 24", "reserve.decimals: 24: expected from 0 to 18"),
    ("decimals: 6", "decimals: six", "reserve.decimals: 'six': expected a whole number"),
    (
        "decimals: 6",
        f"decimals: 6\n  token: {SOMEBODY}",
        f"reserve.token: {SOMEBODY}: expected nothing: on the local chain a test contract takes its place",
    ),
    (
        "heartbeat: 25 hours",
        f"heartbeat: 25 hours\n    feed: {SOMEBODY}",
        f"reserve.price.feed: {SOMEBODY}: expected nothing: on the local chain a test contract takes its place",
    ),
    (
        "heartbeat: 25 hours",
        "heartbeat: 30 seconds",
        "reserve.price.heartbeat: '30 seconds': expected from 1 to 576000",
    ),
    ("heartbeat: 25 hours", "heartbeat: 25", "reserve.price.heartbeat: 25: expected a length of time with its unit"),
    ("min: 0.01 USD", "min: 0.01", "reserve.price.min: 0.01: expected an amount of USD with its unit"),
    (
        "min: 0.01 USD",
        "min: 0.97 USD",
        "reserve.price.min: '0.97 USD': expected less than cash.min_reserve_price: else every valid price sells coins",
    ),
    ("max: 100 USD", "max: 0.01 USD", "reserve.price.max: '0.01 USD': expected more than the feed's min (0.010000)"),
    ("max: 100 USD", "max: 1 USD", "reserve.price.max: '1 USD': expected more than 1 USD: else a token at par has no"),
    ("first_reserve_price: 1 USD", "first_reserve_price: 0 USD", "local.first_reserve_price: '0 USD': expected from 1"),
    ("pause_at: 15 %", "pause_at: 0 %", "gate.pause_at: '0 %': expected from 1 to 10000 hundredths of a %"),
    ("pause_at: 15 %", "pause_at: 100.01 %", "gate.pause_at: '100.01 %': expected from 1 to 10000 hundredths of a %"),
    ("pause_at: 15 %", "pause_at: 0.15", "gate.pause_at: 0.15: expected a percentage with at most two decimals"),
    ("pause_at: 15 %", "pause_at: 7.5 %", "gate.resume_below: '7.5 %': expected less than gate.pause_at (7.5 %)"),
    ("resume_below: 7.5 %", "resume_below: 15 %", "gate.resume_below: '15 %': expected less than gate.pause_at (15 %)"),
    ("resume_below: 7.5 %", "resume_below: 15.01 %", "'15.01 %': expected less than gate.pause_at (15 %)"),
    ("resume_below: 7.5 %", "resume_below: 0 %", "gate.resume_below: '0 %': expected from 1 to 10000 hundredths"),
    ("dwell: 1 day", "dwell: 0 days", "gate.dwell: '0 days': expected from 1 to 2592000 seconds"),
    ("dwell: 1 day", "dwell: 31 days", "gate.dwell: '31 days': expected from 1 to 2592000 seconds"),
    ("half_life: 3 days", "half_life: 0 days", "gate.half_life: '0 days': expected from 1 to 2160 hours"),
    ("min_base: 100_000 HMD", "min_base: 0 HMD", "gate.min_base: '0 HMD': expected from 1 to 10000000000 HMD"),
    ("min_base: 100_000 HMD", "min_base: 100_000", "gate.min_base: 100000: expected an amount of HMD with its unit"),
    ("min_base: 100_000 HMD", "min_base: 100_000 USD", "gate.min_base: '100_000 USD': expected an amount of HMD"),
    (
        "base_fee: 0.5 %",
        "base_fee: 5.01 %",
        "redemption.top_fee: '5 %': expected at least redemption.base_fee (5.01 %)",
    ),
    ("top_fee: 5 %", "top_fee: 0.49 %", "redemption.top_fee: '0.49 %': expected at least redemption.base_fee (0.5 %)"),
    ("top_fee: 5 %", "top_fee: 10.01 %", "redemption.top_fee: '10.01 %': expected from 0 to 10 %"),
    ("top_demand: 30 %", "top_demand: 0 %", "redemption.top_demand: '0 %': expected from 1 to 10000 hundredths of a %"),
    ("min_request: 100 HMD", "min_request: 0.5 HMD", "redemption.min_request: '0.5 HMD': expected from 1 to 1000000"),
    (
        "min_reserve_price: 0.97 USD",
        "min_reserve_price: 1 USD",
        "cash.min_reserve_price: '1 USD': expected more than 0 and less than 1 USD",
    ),
    (
        "min_reserve_price: 0.97 USD",
        "min_reserve_price: 0 USD",
        "cash.min_reserve_price: '0 USD': expected more than 0 and less than 1 USD",
    ),
    ("min_cash_ratio: 10 %", "min_cash_ratio: 101 %", "cash.min_cash_ratio: '101 %': expected from 0 to 100 %"),
    ("min_equity: 0 USD", "min_equity: -1 USD", "equity.min_equity: '-1 USD': expected an amount of USD with its unit"),
    ("min_equity: 0 USD", "min_equity: 0", "equity.min_equity: 0: expected an amount of USD with its unit"),
    ("pay_out_cap: 5 %", "pay_out_cap: 100.01 %", "equity.pay_out_cap: '100.01 %': expected from 0 to 100 %"),
    ("cap_raise_period: 7 days", "cap_raise_period: 23 hours", "'23 hours': expected from 1 to 90 days"),
    ("cap_raise_period: 7 days", "cap_raise_period: 91 days", "equity.cap_raise_period: '91 days': expected from 1 to"),
    ("    reserve: 50 %", "    reserve: 49.99 %", "fees.split: expected parts that are 100 % together, not 99.99 %"),
    ("    reserve: 50 %", "    reserve: 50.01 %", "fees.split: expected parts that are 100 % together, not 100.01 %"),
    ("    dao: 20 %", "", "fees.split.dao: missing"),
    ("base: 5.5 % a year", "base: 5.5 %", "rates.base: '5.5 %': expected a percentage"),
    ("base: 5.5 % a year", "base: 2.99 % a year", "rates.floor: '3 % a year': expected at most rates.base (2.99 %"),
    ("base: 5.5 % a year", "base: 15.01 % a year", "rates.cap: '15 % a year': expected at least rates.base (15.01 %"),
    ("idle_discount: 1 % a year", "idle_discount: 5.51 % a year", "expected at most rates.base (5.5 % a year)"),
    ("full_idle_floors: 4", "full_idle_floors: 2", "rates.full_idle_floors: 2: expected from 3 to 100"),
    ("cap: 15 % a year", "cap: 101 % a year", "rates.cap: '101 % a year': expected from 0 to 100 % a year"),
    ("rates:\n", "rate:\n", "rates: missing"),
    ("    dao: 20 %", "    dao: 120 %", "fees.split.dao: '120 %': expected from 0 to 100 %"),
    ("mortgage_company: 14", "mortgage_company: nobody", "fees.mortgage_company: 'nobody': expected an address"),
    ("payee: 15", "payee: 99", "fees.providers.0.payee: 99: expected an address"),
    (
        "name: Invented Registration Service #",
        "name: '--' #",
        "fees.providers.0.name: '--': expected a name with letters or digits",
    ),
    (
        "      payee: 15",
        "      payee: 15\n    - {name: INVENTED registration-service, payee: 16}",
        "expected each provider once, however it is spelled",
    ),
]

WRONG_LENDING = [
    ("draw_ltv: 60 %", "draw_ltv: 70.01 %", "loans.draw_ltv: '70.01 %': expected at most loans.cap (70 %): else a new"),
    ("draw_ltv: 60 %", "draw_ltv: 0 %", "loans.draw_ltv: '0 %': expected from 1 to 10000 hundredths of a %"),
    ("draw_ltv: 60 %", "draw_ltv: 60", "loans.draw_ltv: 60: expected a percentage"),
    ("notice_ltv: 85 %", "notice_ltv: 69.99 %", "loans.cap: '70 %': expected at most loans.notice_ltv (69.99 %)"),
    ("notice_ltv: 85 %", "notice_ltv: 100.01 %", "loans.notice_ltv: '100.01 %': expected from 1 to 10000 hundredths"),
    ("grace: 15 days", "grace: 30 days", "loans.grace: '30 days': expected from 0 to 29 days"),
    ("grace: 15 days", "grace: 36 hours", "loans.grace: '36 hours': expected whole days"),
    ("foreclosure: 90 days", "foreclosure: 30 days", "loans.foreclosure: '30 days': expected from 31 to 365 days"),
    ("foreclosure: 90 days", "foreclosure: 366 days", "loans.foreclosure: '366 days': expected from 31 to 365 days"),
    ("notice_period: 30 days", "notice_period: 23 hours", "'23 hours': expected from 1 to 365 days"),
    ("approval_period: 90 days", "approval_period: 366 days", "loans.approval_period: '366 days': expected from 1 to"),
    ("jumbo_above: 766_550 USD", "jumbo_above: 766_550", "loans.jumbo_above: 766550: expected an amount of USD"),
    ("min_loan: 1_000 USD", "min_loan: 0.99 USD", "loans.min_loan: '0.99 USD': expected from 1 to 10000000000 USD"),
    (
        "min_loan: 1_000 USD",
        "min_loan: 1_000_001 USD",
        "loans.min_loan: '1_000_001 USD': expected at most loans.borrower_cap (1,000,000 USD)",
    ),
    (
        "min_debt: 1 USD",
        "min_debt: 1001 USD",
        "loans.min_debt: '1001 USD': expected at most loans.min_loan (1,000 USD)",
    ),
    ("min_debt: 1 USD", "min_debt: 0.009 USD", "loans.min_debt: '0.009 USD': expected from 1 to"),
    (
        "originator_cap: 10_000_000 USD",
        "originator_cap: 999_999 USD",
        "loans.borrower_cap: '1_000_000 USD': expected at most loans.originator_cap (999,999 USD)",
    ),
    (
        "originator_cap: 10_000_000 USD",
        "originator_cap: 65_536_000 USD",
        "loans.originator_cap: '65_536_000 USD': expected at most 65,535 times loans.min_loan",
    ),
    ("house_cap: 60 %", "house_cap: 100.01 %", "loans.house_cap: '100.01 %': expected from 1 to 10000"),
    ("max_late_of_originator: 0", "max_late_of_originator: -1", "loans.max_late_of_originator: -1: expected from 0 to"),
    ("origination_fee: 1 %", "origination_fee: 5.01 %", "loans.origination_fee: '5.01 %': expected from 0 to 5 %"),
    ("late_fee: 5 %", "late_fee: 10.01 %", "loans.late_fee: '10.01 %': expected from 0 to 10 %"),
    ("margin: 2.5 % a year", "margin: 2.5 %", "loans.margin: '2.5 %': expected a percentage"),
    ("margin: 2.5 % a year", "margin: 20.01 % a year", "loans.margin: '20.01 % a year': expected from 0 to 20 % a"),
    ("reset_step: 2 % a year", "reset_step: 5.01 % a year", "expected at most loans.life_step (5 %)"),
    ("fixing_period: 45 days", "fixing_period: 181 days", "loans.fixing_period: '181 days': expected from 1 to 180"),
    ("loans:\n", "loan:\n", "loans: missing"),
    ("  start: 110 %", "  start: 70 %", "auction.floor: '70 %': expected less than auction.start (70 %)"),
    ("  start: 110 %", "  start: 201 %", "auction.start: '201 %': expected from 1 to 200 %"),
    ("floor: 70 %", "floor: 100.01 %", "auction.floor: '100.01 %': expected from 1 to 100 %"),
    ("decline_period: 7 days", "decline_period: 47 hours", "expected at most auction.decline_period (169200 s)"),
    ("decline_period: 7 days", "decline_period: 0 days", "auction.decline_period: '0 days': expected from 1 to 1440"),
    ("co_owners_last: 2 days", "co_owners_last: 31 days", "auction.co_owners_last: '31 days': expected from 0 to 720"),
    ("costs: 2 %", "costs: 5.01 %", "auction.costs: '5.01 %': expected from 0 to 5 %"),
    ("costs: 2 %", "cost: 2 %", "auction.cost: there is no such parameter"),
]

WRONG_LEASES = [
    ("lease:\n", "leases:\n", "lease: missing"),
    ("\n  fee: 1 %", "\n  fee: 5.01 %", "lease.fee: '5.01 %': expected from 0 to 5 %"),
    ("late_after: 15 days", "late_after: 61 days", "lease.late_after: '61 days': expected from 1 to 60 days"),
    ("late_after: 15 days", "late_after: 15", "lease.late_after: 15: expected a length of time"),
    ("cure: 30 days", "cure: 23 hours", "lease.cure: '23 hours': expected from 1 to 365 days"),
    ("invoice_limit: 1_000 HMD", "invoice_limit: 3_001 HMD", "expected at most escrow.window_limit (3,000 HMD)"),
    (
        "window_limit: 3_000 HMD",
        "window_limit: 3_000 USD",
        "escrow.window_limit: '3_000 USD': expected an amount of HMD",
    ),
    ("window: 30 days", "window: 366 days", "escrow.window: '366 days': expected from 1 to 365 days"),
    ("payee_delay: 7 days", "payee_delay: 0 days", "escrow.payee_delay: '0 days': expected from 1 to 90 days"),
    ("vendor_fee: 2 %", "vendor_fee: 10.01 %", "escrow.vendor_fee: '10.01 %': expected from 0 to 10 %"),
]


@pytest.mark.parametrize(
    ("right", "wrong", "message"), [*WRONG, *WRONG_ORACLE, *WRONG_MONEY, *WRONG_LENDING, *WRONG_LEASES]
)
def test_file__with_one_fault__names_its_place(right, wrong, message):
    assert RIGHT.count(right) == 1
    with pytest.raises(ParametersError) as refused:
        parse_parameters(RIGHT.replace(right, wrong), "params/local.yaml")
    named = [line for line in str(refused.value).splitlines() if message in line]
    assert named, str(refused.value)
    assert named[0].startswith("params/local.yaml:")


@pytest.mark.parametrize(("right", "wrong"), [("recovery_period: 7 days", "recovery_period: 7"), ("[3]", "[33]")])
def test_fault__on_a_line__names_that_line(right, wrong):
    text = RIGHT.replace(right, wrong)
    line = next(number for number, found in enumerate(text.splitlines(), 1) if wrong in found)
    with pytest.raises(ParametersError) as refused:
        parse_parameters(text, "x.yaml")
    assert str(refused.value).startswith(f"x.yaml:{line}: ")


def test_several_faults__are_named_together():
    text = RIGHT.replace("recovery_period: 7 days", "recovery_period: 7").replace("guardian: [2]", "guardian: [99]")
    with pytest.raises(ParametersError) as refused:
        parse_parameters(text, "x.yaml")
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize("text", ["", "just text", "- a list", "\t", "{"])
def test_text__that_is_no_parameters_file__is_refused_with_a_line(text):
    with pytest.raises(ParametersError, match=r"^x.yaml:1: "):
        parse_parameters(text, "x.yaml")


def test_indices__on_a_public_chain__are_refused():
    text = RIGHT.replace("chain_id: 31337", "chain_id: 1")[: RIGHT.index("local:\n") - 10]
    text = text[: text.index("# Only for chain")]
    with pytest.raises(ParametersError, match="whose keys everybody knows"):
        parse_parameters(text, "params/mainnet.yaml")


def public() -> str:
    """The same parameters for a public chain: account 20 becomes the address 0x...14, and the index has a feed."""
    text = RIGHT[: RIGHT.index("# Only for chain")].replace("chain_id: 31337", "chain_id: 1")
    text = text.replace("heartbeat: 120 days", f"feed: {FEED}\n    heartbeat: 120 days")
    text = text.replace("heartbeat: 25 hours", f"feed: {RESERVE_FEED}\n    heartbeat: 25 hours")
    text = text.replace("reserve:\n", f"reserve:\n  token: {TOKEN}\n", 1)
    accounts = re.compile(
        r"^ +(council|guardian|registrar|issuer|underwriter|mediator|court|nodes|mortgage_company|payee|"
        r"proposal_guardian): (?!.*%)[^#\n]*",
        re.MULTILINE,
    )
    text = re.sub(r"\{account: (\d+)", lambda found: f"{{account: '0x{int(found[1]):040x}'", text)
    return accounts.sub(lambda line: re.sub(r"\d+", lambda found: f"'0x{int(found[0]):040x}'", line[0]), text)


def test_addresses__on_a_public_chain__are_taken():
    found = parse_parameters(public(), "params/mainnet.yaml")
    assert found.oracle.nodes == [f"0x{number:040x}" for number in range(20, 27)]
    assert found.oracle.index.feed == FEED.strip("'")
    assert (found.reserve.token, found.reserve.price.feed) == (TOKEN.strip("'"), RESERVE_FEED.strip("'"))
    assert (found.fees.mortgage_company, found.fees.dao) == (f"0x{14:040X}".replace("X", "x"), None)
    assert found.local is None


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (f"    feed: {FEED}\n", "", "oracle.index.feed: expected the address of a contract"),
        (f"    feed: {RESERVE_FEED}\n", "", "reserve.price.feed: expected the address of a contract"),
        (f"  token: {TOKEN}\n", "", "reserve.token: expected the address of a contract"),
        (f"payee: '0x{15:040x}'", "payee: 15", "fees.providers.0.payee: 15: expected addresses: indices"),
        ("'0x0000000000000000000000000000000000000016'", "22", "oracle.nodes: ['0x"),
    ],
)
def test_oracle__on_a_public_chain__needs_addresses(right, wrong, message):
    text = public()
    assert text.count(right) == 1
    with pytest.raises(ParametersError) as refused:
        parse_parameters(text.replace(right, wrong), "params/mainnet.yaml")
    assert message in str(refused.value)


def test_oracle__without_index_and_with_a_sequencer__is_taken():
    start, end = RIGHT.index("  index: #"), RIGHT.index("valuation:")
    sequencer = f"  sequencer: {{feed: {SOMEBODY}, grace: 1 hour}}\n\n"
    text = RIGHT[:start] + sequencer + RIGHT[end:]
    found = parse_parameters(text.replace("  first_index: 100 points", "  # none"), "x.yaml")
    assert (found.oracle.index, found.oracle.sequencer.grace) == (None, 3_600)


def test_file__that_is_missing__is_refused(tmp_path):
    with pytest.raises(ParametersError, match="can't be read"):
        load_parameters(tmp_path / "none.yaml")


def test_file__that_is_not_text__is_refused(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"network: \xff")
    with pytest.raises(ParametersError, match="not UTF-8"):
        load_parameters(tmp_path / "x.yaml")


def test_file__that_is_huge__is_refused_unread(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"#" * 100_001)
    with pytest.raises(ParametersError, match="larger than"):
        load_parameters(tmp_path / "x.yaml")


def test_network__without_parameters__is_refused():
    with pytest.raises(ParametersError, match=r"no custom\.yaml, and 0 other files are for chain id 1234"):
        find_parameters("custom", 1234)


def test_network__found_by_its_chain_id():
    assert find_parameters("custom", 31337).network == "local"


def test_local_parameters__are_those_of_the_specification(parameters):
    day = 86_400
    assert parameters.identity.recovery_period == 7 * day
    assert parameters.guardian.stop_period == 30 * day
    assert parameters.court.forced_transfer_delay == 3 * day
    assert parameters.dao.timelock_delay == 2 * day
    assert parameters.property.default_share_count == 8


def test_local_parameters_of_the_oracle__are_those_of_the_specification(parameters):
    day = 86_400
    assert (parameters.oracle.feed_max_step, parameters.oracle.feed_quarantine) == (1_000, day)
    assert (len(parameters.oracle.nodes), parameters.oracle.max_faulty) == (7, 2)
    assert parameters.valuation.terms == (
        365 * day,
        1_200,  # 1 point a month
        1_095 * day,  # 36 months
        90 * day,
        500,
        90 * day,
        180 * day,
        1_000,
        7 * day,
    )
    assert (parameters.local.first_index, parameters.first_index_answer) == (100 * 10**18, 100 * 10**8)


def test_local_parameters_of_the_money__are_those_of_the_specification(parameters):
    day, usd = 86_400, 10**18
    gate, redemption, equity = parameters.gate, parameters.redemption, parameters.equity
    assert (gate.pause_at, gate.resume_below, gate.dwell) == (1_500, 750, day)
    assert (gate.half_life, gate.min_base) == (3 * day, 100_000 * usd)
    assert (redemption.base_fee, redemption.top_fee, redemption.top_demand) == (50, 500, 3_000)
    assert redemption.min_request == 100 * usd
    assert (parameters.cash.min_reserve_price, parameters.cash.min_cash_ratio) == (97 * usd // 100, 1_000)
    assert (equity.min_equity, equity.pay_out_cap, equity.cap_raise_period) == (0, 500, 7 * day)
    assert parameters.fees.split.parts == (5_000, 2_000, 1_000, 2_000)
    assert parameters.rates.terms == (550, 600, 100, 4, 300, 1_500)
    assert parameters.loans.terms == (
        *(6_000, 8_500, 7_000, 15, 90, 30 * day, 90 * day, 766_550 * usd, 1_000 * usd, usd),
        *(1_000_000 * usd, 10_000_000 * usd, 6_000, 0, 100, 500, 250, 200, 500, 45 * day),
    )
    assert parameters.auction.terms == (11_000, 7_000, 7 * day, 2 * day, 2 * day, 200)
    assert (parameters.reserve.decimals, parameters.reserve.unit, parameters.first_reserve_answer) == (6, 10**12, 10**8)


@pytest.mark.parametrize(
    ("decimals", "fewest", "smallest"), [(0, "1 HMD", "2 HMD"), (0, "1.99 HMD", "2 HMD"), (0, "2 HMD", None)]
)
def test_smallest_request__must_be_two_units_of_the_reserve_token(decimals, fewest, smallest):
    text = RIGHT.replace("decimals: 6", f"decimals: {decimals}").replace("request: 100 HMD", f"request: {fewest}")
    if smallest is None:
        assert parse_parameters(text, "x.yaml").redemption.min_request == 2 * 10**18
        return
    expected = rf"x.yaml:\d+: redemption.min_request: '{fewest}': expected at least {smallest}: two units of a token"
    with pytest.raises(ParametersError, match=expected):
        parse_parameters(text, "x.yaml")
