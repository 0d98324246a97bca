"""A lease that ends in a purchase, one that ends in default, and a house's purse, on the chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ape
from sale_stage import DAY, FEE, LEASE_FEE, PRICE, RENT, WAD, ZERO, Stage

from commonhold.recipe.leasing import MONTH, Ending, sign_terms

INVOICE = b"roof, second half".ljust(32, b".")


def own(tx: Any, contract: Any) -> list[Any]:
    return [event for event in tx.events if event.contract_address == contract.address]


def test_lease_to_buy__rents_credit_and_early_purchase(
    stage: Stage, suite: Any, lease: Any, at: Callable[[int], int], attacker: Any
) -> None:
    """Half of each rent counts toward the price; in the third month the lessee buys, and the owner can't help it."""
    terms = stage.approved_terms(credit_bps=5_000, refund_bps=10_000)
    seller, buyer = stage.money(stage.seller)[0], stage.money(stage.buyer)[0]
    tx = lease.sign(terms.values, sign_terms(stage.handles, terms), sender=stage.buyer)
    number, begin = lease.lastLease(), tx.timestamp
    signed, paid = own(tx, lease)
    assert (signed.leaseId, signed.shareId, signed.lessee) == (number, stage.share, stage.buyer)
    assert (signed.leaseHash, signed.terms[3]) == (lease.hashOf(terms.values), RENT)
    assert paid == lease.RentPaid(number, stage.buyer, 1, RENT + LEASE_FEE, 1)
    assert suite.certificate.userOf(stage.share) == stage.buyer
    with ape.reverts(suite.certificate.ShareLocked, shareId=stage.share, lienHolder=ZERO, leaseHolder=lease.address):
        suite.certificate.transferFrom.call(stage.seller, stage.buyer, stage.share, sender=stage.seller)

    lease.pay(number, 1, sender=stage.buyer)
    at(begin + 2 * MONTH)
    with ape.reverts(lease.RentDue, leaseId=number, paid=2, due=3):
        lease.buy(number, 2**256 - 1, sender=stage.buyer)
    lease.pay(number, 1, sender=stage.buyer)
    credit = 3 * RENT // 2
    to_pay = PRICE - credit
    fee = to_pay // 100
    with ape.reverts(lease.PriceAboveLimit, coins=to_pay, most=to_pay - 1):
        lease.buy(number, to_pay - 1, sender=stage.buyer)
    with ape.reverts(lease.NotLessee, caller=attacker, lessee=stage.buyer):
        lease.buy(number, to_pay, sender=attacker)
    stage.handles.certificate.setApprovalForAll(suite.market.address, False, sender=stage.seller)
    tx = lease.buy(number, to_pay, sender=stage.buyer)
    (bought,) = own(tx, lease)[-1:]
    assert (bought.event_name, bought.priceUsd) == ("LeaseBought", PRICE)
    assert tuple(bought.purchase) == (credit, to_pay, fee, to_pay - fee + credit, 0)
    assert suite.certificate.ownerOf(stage.share) == stage.buyer
    assert stage.money(stage.seller)[0] == seller + 3 * RENT // 2 + to_pay - fee + credit
    assert stage.money(stage.buyer)[0] == buyer - 3 * (RENT + LEASE_FEE) - to_pay
    assert stage.money(lease)[0] == 3 * LEASE_FEE + fee
    with ape.reverts(lease.NoLease, leaseId=number):
        lease.end(number, sender=attacker)


def test_lease__default__cure_and_termination(stage: Stage, suite: Any, lease: Any, at: Callable[[int], int]) -> None:
    terms = stage.approved_terms(credit_bps=10_000, refund_bps=5_000)
    lease.sign(terms.values, sign_terms(stage.handles, terms), sender=stage.buyer)
    number = lease.lastLease()
    due = lease.leaseOf(number).startedAt + MONTH
    at(due + 15 * DAY - 1)
    with ape.reverts(lease.NotLate, leaseId=number, lateAt=due + 15 * DAY):
        lease.declareDefault(number, sender=stage.seller)
    with ape.reverts(lease.NotOwner, leaseId=number, caller=stage.manager, owner=stage.seller):
        lease.declareDefault(number, sender=stage.manager)
    tx = lease.declareDefault(number, sender=stage.seller)
    assert tx.events == [lease.DefaultDeclared(number, due)]
    until = tx.timestamp + 30 * DAY
    with ape.reverts(lease.CureRuns, leaseId=number, until=until):
        lease.terminate(number, sender=stage.seller)
    at(until - 1)  # in which another rent fell due: both are paid
    lease.pay(number, 1, sender=stage.buyer)
    assert lease.DefaultCured(number) in lease.pay(number, 1, sender=stage.buyer).events

    at(due + 2 * MONTH + 15 * DAY)
    lease.declareDefault(number, sender=stage.seller)
    at(lease.leaseOf(number).defaultAt + 30 * DAY)
    before = stage.money(stage.buyer)[0]
    tx = lease.terminate(number, sender=stage.seller)
    assert lease.LeaseEnded(number, stage.share, Ending.TERMINATED, 3 * RENT // 2) in tx.events
    assert stage.money(stage.buyer)[0] == before + 3 * RENT // 2
    assert suite.certificate.userOf(stage.share) == ZERO
    assert not suite.certificate.locked(stage.share)


def test_purse__registered_payee_once_an_invoice_within_limits(
    stage: Stage, suite: Any, escrow: Any, owner_b: Any, attacker: Any, at: Callable[[int], int], dao: Any
) -> None:
    house, limit = stage.house, 1_000 * WAD
    stage.handles.coin.approve(escrow.address, 5_000 * WAD, sender=stage.buyer)
    tx = escrow.fund(house, 5_000 * WAD, 1, sender=stage.buyer)
    assert own(tx, escrow) == [escrow.Funded(house, stage.buyer, 1, 5_000 * WAD)]
    tx = escrow.registerPayee(house, owner_b, True, sender=stage.manager)
    active = tx.timestamp + 7 * DAY
    assert tx.events == [escrow.PayeeRegistered(house, owner_b, True, active)]
    at(active - 1)
    with ape.reverts(escrow.NotPayee, propertyId=house, payee=owner_b, activeFrom=active):
        escrow.pay(house, owner_b, INVOICE, limit, sender=stage.manager)
    with ape.reverts(escrow.NotManager, caller=attacker, propertyId=house, manager=stage.manager):
        escrow.pay(house, owner_b, INVOICE, limit, sender=attacker)
    with ape.reverts(escrow.AboveInvoiceLimit, propertyId=house, amount=limit + 1, limit=limit):
        escrow.pay(house, owner_b, INVOICE, limit + 1, sender=stage.manager)
    tx = escrow.pay(house, owner_b, INVOICE, limit, sender=stage.manager)
    fee = limit * 2 // 100
    assert own(tx, escrow) == [escrow.InvoicePaid(house, owner_b, INVOICE, stage.manager, owner_b, limit, fee)]
    assert stage.money(owner_b)[0] == limit - fee
    with ape.reverts(escrow.AlreadyPaid, propertyId=house, invoiceHash=INVOICE):
        escrow.pay(house, owner_b, INVOICE, 1, sender=stage.manager)
    for number in (1, 2):
        escrow.pay(house, owner_b, bytes([number]).ljust(32, b"."), limit, sender=stage.manager)
    with ape.reverts(escrow.AboveWindowLimit, propertyId=house, amount=1, releasable=0):
        escrow.pay(house, owner_b, b"3".ljust(32, b"."), 1, sender=stage.manager)

    # Above the limits the owners decide: a contract of ballots with a row.
    with ape.reverts(escrow.NotBallot, caller=dao):
        escrow.payByBallot(house, owner_b, b"3".ljust(32, b"."), 2_000 * WAD, sender=dao)
    with ape.reverts(escrow.MissingCode, candidate=attacker):
        escrow.setBallot(attacker, True, sender=dao)
    escrow.setBallot(suite.timelock, True, sender=dao)
    escrow.payByBallot(house, owner_b, b"3".ljust(32, b"."), 2_000 * WAD, sender=dao)
    assert (escrow.purseOf(house).balance, escrow.feesOf(house)) == (0, 5 * fee)
    assert stage.money(escrow)[0] == 5 * fee == FEE // 3
    escrow.sweepFees(house, sender=attacker)
    assert stage.money(escrow)[0] == 0
