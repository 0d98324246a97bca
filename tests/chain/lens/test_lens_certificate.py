"""One certificate through the lens, why a transfer would be refused, and what is seen in mid-transfer."""

from __future__ import annotations

import ape
import pytest
from eth_utils import keccak

DAY = 86_400
COIN = 10**18
MAX = 2**256 - 1
ZERO = "0x" + "00" * 20


@pytest.mark.parametrize("number", [0, 3, 255])
def test_certificate__no_such_share__says_so(suite, tokenize, register_house, number, share):
    house, untokenized = tokenize(2), register_house(2)
    for missing in (share(house, number), share(untokenized, 1), number, share(99, 1), MAX):
        page = suite.lens.certificate(missing)
        assert (page.exists, page.complete) == (False, True)
        assert (page.certificate.owner, page.pendingIncome, page.locked) == (ZERO, 0, False)


def test_certificate__free_share__as_the_certificate_says(suite, tokenize, pay_income, holding_entity, share):
    house = tokenize(4)
    pay_income(house, 4 * COIN)
    page = suite.lens.certificate(share(house, 4))
    assert (page.exists, page.complete) == (True, True)
    assert page.certificate == suite.certificate.certificateOf(share(house, 4))
    assert (page.certificate.owner, page.certificate.shareNumber) == (holding_entity, 4)
    assert page.pendingIncome == COIN
    assert (page.locked, page.frozen, page.user, page.userExpires) == (False, False, ZERO, 0)
    assert (page.approvedBuyer, page.approvalDeadline) == (ZERO, 0)
    assert page.fingerprint == suite.certificate.getStateFingerprint(share(house, 4))


def test_certificate__encumbered_share__shows_everything(
    suite, valued_share, active_loan, admit, manager, court, holding_entity, owner_a, owner_b, chain
):
    share_id = valued_share(to=holding_entity)
    active_loan(holding_entity, share_id=share_id, amount=5_000 * COIN)
    admit(owner_a)
    until = chain.pending_timestamp + DAY
    suite.certificate.approveTransfer(share_id, owner_a, until, sender=manager)
    suite.certificate.setUser(share_id, owner_b, until, sender=holding_entity)
    suite.certificate.setFrozenTokens(holding_entity, share_id, True, sender=court)

    page = suite.lens.certificate(share_id)
    assert page.complete
    assert (page.locked, page.frozen, page.user, page.userExpires) == (True, True, owner_b, until)
    assert (page.approvedBuyer, page.approvalDeadline) == (owner_a, until)
    assert (page.certificate.lienHolder, page.certificate.loanTermsKnown) == (suite.book, True)
    assert page.certificate.loan == suite.book.termsOf(share_id)
    assert (page.certificate.loan.amount, page.certificate.loan.kind) == (5_000 * COIN, "fixed")


# ---------------------------------------------------------------------------------------------------- refusals


def selector_of(contract, name: str) -> bytes:
    abi = next(error for error in contract.contract_type.errors if error.name == name)
    return keccak(text=abi.selector)[:4]


@pytest.fixture
def offered(suite, valued_share, admit, holding_entity, manager, owner_a, chain):
    """A share that its owner may give to `owner_a` now."""
    share_id = valued_share(to=holding_entity)
    admit(owner_a)
    suite.certificate.approveTransfer(share_id, owner_a, chain.pending_timestamp + DAY, sender=manager)
    return share_id


def test_transfer_refusal__permitted__none_and_true(suite, offered, holding_entity, owner_a):
    answer = suite.lens.transferRefusal(holding_entity, owner_a, offered, holding_entity)
    assert tuple(answer) == (False, b"\0" * 4, b"")
    suite.certificate.transferFrom(holding_entity, owner_a, offered, sender=holding_entity)


def revert_data(chain, sender, contract, data: bytes) -> bytes:
    """What a call reverts with, byte for byte; ape would give its name alone, or a text."""
    call = {"from": sender.address, "to": contract.address, "data": "0x" + bytes(data).hex()}
    answer = chain.provider.web3.provider.make_request("eth_call", [call, "latest"])
    return bytes.fromhex(answer["error"]["data"][2:])


def test_transfer_refusal__each_reason__is_the_error_that_the_transfer_raises(
    suite, offered, active_loan, coins, holding_entity, owner_a, attacker, issuer, court, chain
):
    def refusal(owner, to, share_id, operator) -> str:
        refused, selector, data = suite.lens.transferRefusal(owner, to, share_id, operator)
        assert refused
        assert data == suite.certificate.transferCheck(owner, to, share_id, operator)
        assert data[:4] == selector
        transfer = suite.certificate.transferFrom.encode_input(owner, to, share_id)
        assert data == revert_data(chain, operator, suite.certificate, transfer)
        names = {selector_of(suite.certificate, e.name): e.name for e in suite.certificate.contract_type.errors}
        return names[bytes(selector)]

    assert refusal(holding_entity, owner_a, MAX, holding_entity) == "ERC721NonexistentToken"
    assert refusal(holding_entity, ZERO, offered, holding_entity) == "ERC721InvalidReceiver"
    assert refusal(holding_entity, owner_a, offered, attacker) == "ERC721InsufficientApproval"
    assert refusal(attacker, owner_a, offered, holding_entity) == "ERC721IncorrectOwner"
    assert refusal(holding_entity, attacker, offered, holding_entity) == "TransferNotApproved"
    assert refusal(holding_entity, owner_a, offered + 1, holding_entity) == "TransferNotApproved"
    loan_id = active_loan(holding_entity, share_id=offered, amount=5_000 * COIN)
    assert refusal(holding_entity, owner_a, offered, holding_entity) == "ShareLocked"
    coins(holding_entity, 100 * COIN)  # the draw's fee and the interest
    suite.book.pay(loan_id, MAX, sender=holding_entity)
    suite.certificate.setFrozenTokens(holding_entity, offered, True, sender=court)
    assert refusal(holding_entity, owner_a, offered, holding_entity) == "ERC7943InsufficientUnfrozenBalance"
    suite.certificate.setFrozenTokens(holding_entity, offered, False, sender=court)
    suite.credentials.revoke(owner_a, sender=issuer)
    assert refusal(holding_entity, owner_a, offered, holding_entity) == "ERC7943CannotReceive"


# -------------------------------------------------------------------------------------- in mid-transfer (T09)


@pytest.fixture
def hostile(project, admit, deployer):
    """A credentialed owner that is a contract and uses the receiver's hook."""
    contract = project.TestReentrantOwner.deploy(sender=deployer)
    admit(contract)
    return contract


@pytest.fixture
def promised(suite, tokenize, pay_income, hostile, manager, chain, share):
    """A share with income that may go to the hostile owner."""
    house = tokenize(2)
    pay_income(house, 2 * COIN)
    suite.certificate.approveTransfer(share(house, 1), hostile, chain.pending_timestamp + DAY, sender=manager)
    return share(house, 1)


def encoded(steps) -> list[tuple[str, bytes]]:
    """Steps (contract, function, arguments...) as the hook takes them."""
    return [(target.address, bytes(getattr(target, function).encode_input(*args))) for target, function, *args in steps]


def give(suite, share_id, owner, to):
    """By ERC-721's safe transfer without data: the one that calls the receiver."""
    return suite.certificate.safeTransferFrom(owner, to, share_id, sender=owner)


def test_hook__reads__see_what_stands_after_the_transfer(suite, hostile, promised, holding_entity, deployer, chain):
    reads = encoded(
        [
            (suite.lens, "certificate", promised),
            (suite.lens, "wallet", hostile, 0, 0),
            (suite.lens, "wallet", holding_entity, 0, 0),
            (suite.lens, "properties", 0, 0),
            (suite.lens, "supply", []),
            (suite.lens, "transferRefusal", holding_entity, hostile, promised, holding_entity),
            (suite.certificate, "ownerOf", promised),
            (suite.certificate, "balanceOf", holding_entity),
            (suite.certificate, "getApproved", promised),
            (suite.certificate, "transferApprovalOf", promised),
            (suite.certificate, "getStateFingerprint", promised),
            (suite.income, "settledOf", holding_entity),
            (suite.income, "pendingOf", promised),
            (suite.income, "totals"),
        ]
    )
    hostile.arm(reads, False, sender=deployer)
    give(suite, promised, holding_entity, hostile)
    answers = hostile.answers()
    assert [answer.succeeded for answer in answers] == [True] * len(reads)
    for (target, data), answer in zip(reads, answers, strict=True):
        call = {"to": target, "data": "0x" + data.hex()}
        afterwards = chain.provider.make_request("eth_call", [call, "latest"])
        assert afterwards == "0x" + bytes(answer.data).hex()


def test_hook__acts__equals_acting_afterwards(suite, hostile, promised, holding_entity, attacker, deployer, chain):
    """Each step is done in the hook on one chain and after the transfer on another, with the same answers and end."""
    until = chain.pending_timestamp + DAY
    steps = encoded(
        [
            (suite.certificate, "approve", attacker, promised),
            (suite.certificate, "setUser", promised, attacker, until),
            (suite.income, "claim", [promised]),
            (suite.certificate, "transferFrom", hostile, holding_entity, promised),
            (suite.certificate, "transferFrom", holding_entity, hostile, promised + 1),
            (suite.certificate, "approveTransfer", promised, attacker, until),
            (suite.certificate, "placeLien", promised),
            (suite.income, "settle", promised, attacker),
        ]
    )

    def ending() -> tuple:
        income = suite.income
        page = suite.lens.certificate(promised)
        return (
            page.certificate.owner,
            page.certificate.moveNumber,
            (page.pendingIncome, page.locked, page.user, page.fingerprint),
            suite.certificate.getApproved(promised),
            suite.certificate.ownerOf(promised + 1),
            (income.settledOf(hostile), income.settledOf(holding_entity), tuple(income.totals())),
            (suite.coin.balanceOf(hostile), suite.coin.balanceOf(income), suite.coin.balanceOf(attacker)),
        )

    start = chain.snapshot()
    hostile.arm(steps, False, sender=deployer)
    give(suite, promised, holding_entity, hostile)
    inside = [(answer.succeeded, bytes(answer.data)) for answer in hostile.answers()]
    within = ending()
    chain.restore(start)

    hostile.arm([], False, sender=deployer)
    give(suite, promised, holding_entity, hostile)
    hostile.arm(steps, False, sender=deployer)
    hostile.onERC721Received(deployer, deployer, promised, b"", sender=deployer)
    assert [(answer.succeeded, bytes(answer.data)) for answer in hostile.answers()] == inside
    assert ending() == within

    assert [succeeded for succeeded, _ in inside] == [True, True, True, False, False, False, False, False]
    refused = [answer[:4] for succeeded, answer in inside if not succeeded]
    names = [
        (suite.certificate, "TransferNotApproved"),
        (suite.certificate, "ERC721InsufficientApproval"),
        (suite.certificate, "NotManager"),
        (suite.certificate, "NotHolder"),
        (suite.income, "NotCertificate"),
    ]
    assert refused == [selector_of(contract, name) for contract, name in names]
    # The seller's income is his, whatever the buyer did.
    assert suite.income.settledOf(holding_entity) == COIN
    assert suite.coin.balanceOf(hostile) == 0


def test_hook__refuses__nothing_happened(suite, hostile, promised, holding_entity, attacker, deployer, chain):
    hostile.arm(encoded([(suite.certificate, "approve", attacker, promised)]), True, sender=deployer)
    fingerprint = suite.certificate.getStateFingerprint(promised)
    with ape.reverts(hostile.Refused, tokenId=promised):
        give(suite, promised, holding_entity, hostile)
    assert suite.certificate.ownerOf(promised) == holding_entity
    assert suite.certificate.getStateFingerprint(promised) == fingerprint
    assert suite.income.pendingOf(promised) == COIN
    # An ordinary transfer asks no receiver, so a refusing contract can't block one.
    suite.certificate.transferFrom(holding_entity, hostile, promised, sender=holding_entity)
    assert suite.certificate.ownerOf(promised) == hostile
