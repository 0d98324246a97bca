"""The history of a share: all that happened to it, in order.

ape run history 257 --network ...
ape run history 257 --kind moved --kind loan --network ...
ape run history 257 --format csv --out out/share-257.csv --network ...

What was read is kept in .cache/history and checked against the chain each time.
"""

import os
from pathlib import Path

import click
from ape.cli import network_option

from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import connect
from commonhold.operations.history import KINDS, follow
from commonhold.operations.history.output import FORMATS
from commonhold.operations.history.reader import CHUNK


@click.command(cls=NetworkCommand)
@network_option()
@click.argument("share", type=click.INT)
@click.option("--format", "style", type=click.Choice(list(FORMATS)), default="table", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, whole or not at all.")
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only rows of this kind; repeatable.")
@click.option("--chunk", type=click.IntRange(min=1), default=CHUNK, show_default=True, help="Most blocks at once.")
def cli(provider, share, style, out, kinds, chunk):
    """Print every event of a share's life."""
    connection = connect(provider)
    names = {contract.address: contract.name for contract in connection.suite.contracts.values()}
    with follow(connection.suite, share, chunk=chunk) as past:
        head = {"share": share, "block": past.block, "blockHash": past.block_hash}
        rows = (row for row in past.rows() if not kinds or row.kind in kinds)
        texts = FORMATS[style](rows, head, names)
        if out is None:
            for text in texts:
                click.echo(text, nl=False)
            return
        write(texts, out)
    click.echo(f"share {share} up to block {head['block']}: {out}")


def write(texts, file):
    """All of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(texts)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
