"""Credentials. The common alternative, a soul-bound token for each owner, costs at least a mint."""

from commonhold.gasbench import peers
from commonhold.gasbench.engine import Call
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import DEADLINE, EXPIRES_AT, JURISDICTION, YEAR, World, owner_id

CHAPTER = Chapter("credential")


@CHAPTER.row("issue to a new wallet; issuer issued before", peer=peers.OZ_721_MINT_NEW)
def issue(world: World) -> Call:
    return world.issue_call(world.stranger)


@CHAPTER.row("claim with the issuer's signature by a new wallet; issuer issued before", peer=peers.OZ_721_MINT_NEW)
def claim(world: World) -> Call:
    wallet, credentials = world.stranger, world.suite.credentials
    terms = {
        "ownerId": ("bytes32", owner_id(wallet)),
        "expiresAt": ("uint40", EXPIRES_AT),
        "jurisdiction": ("uint16", JURISDICTION),
        "flags": ("uint32", 1),
        "issuer": ("address", world.issuer),
        "deadline": ("uint256", DEADLINE),
    }
    signature = world.sign(world.issuer, credentials, "Claim", {"wallet": ("address", wallet), **terms})
    return Call(wallet, credentials, "claim", (*(value for _, value in terms.values()), signature))


@CHAPTER.row("renew by its own issuer")
def renew(world: World) -> Call:
    return Call(world.issuer, world.suite.credentials, "renew", (world.seller, EXPIRES_AT + YEAR))


@CHAPTER.row("revoke by its own issuer")
def revoke(world: World) -> Call:
    return Call(world.issuer, world.suite.credentials, "revoke", (world.seller,))


@CHAPTER.row("startRecovery to a new wallet")
def start_recovery(world: World) -> Call:
    return Call(world.issuer, world.suite.credentials, "startRecovery", (world.seller, world.stranger))


@CHAPTER.row("finishRecovery to a new wallet; first recovery of the person")
def finish_recovery(world: World) -> Call:
    credentials = world.suite.credentials
    world.engine.run(start_recovery(world))
    world.engine.advance(credentials.recoveryPeriod())
    return Call(world.stranger, credentials, "finishRecovery", (world.seller,))
