"""`send-integration topics decrypt`: a filter that opens protected messages on their way from one command to another."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from send_integration.cli.keys import TAKE_KEYS
from send_integration.cli.looking import By, looker
from send_integration.cli.services import services
from send_integration.contracts.key_files import keys_in
from send_integration.contracts.protected import ContentKey, NotOpened, Sealed, sealed_in, where_protected
from send_integration.errors import BadInput, BadSetting
from send_integration.store.master_keys import read_master_keys
from send_integration.store.record_keys import RecordKeys

LINES_AT_ONCE = 1_000

Find = Callable[[set[str]], Mapping[str, ContentKey | None]]
"""Finds keys by their names; None of one that is gone."""


def decrypt(
    *,
    keys: Annotated[
        Path | None,
        typer.Option(help="The file that `keys export` wrote; without it the database's own keys are used."),
    ] = None,
    by: By,
) -> None:
    """Read lines, and print each with the protected message in it opened; other lines are printed as they are.

    For what kcat and the like print: `kcat … | send-integration topics decrypt`. Lines whose keys are gone, or not in the file,
    are left out and counted at the end. That the database's keys were used is recorded.
    """
    passed_over = 0
    with _keys_of(keys, by) as find:
        while lines := list(islice(sys.stdin.buffer, LINES_AT_ONCE)):
            told = list(_opened(lines, find))
            passed_over += len(lines) - len(told)
            sys.stdout.buffer.writelines(told)
            sys.stdout.buffer.flush()
    if passed_over:
        typer.echo(f"{passed_over:,} messages were left out, for their keys are gone.", err=True)


def _opened(lines: Sequence[bytes], find: Find) -> Iterator[bytes]:
    parts = [where_protected(line) for line in lines]
    sealed = [_sealed(line[slice(*at)]) if at else None for line, at in zip(lines, parts, strict=True)]
    found = find({one.name for one in sealed if one is not None})
    for line, at, one in zip(lines, parts, sealed, strict=True):
        if at is None or one is None:
            yield line
        elif (key := found.get(one.name)) is not None:
            yield line[: at[0]] + _clear(key, one) + line[at[1] :]


@contextmanager
def _keys_of(file: Path | None, by: str) -> Iterator[Find]:
    if file is not None:
        yield partial(_joined, _read(file))
        return
    now, engine = services()
    keys = RecordKeys(partial(read_master_keys, now.record_key_folder))
    looker(engine, by, restricted=False, why="").saw(TAKE_KEYS, [None], about="messages of topics, opened")

    def find(names: set[str]) -> Mapping[str, ContentKey | None]:
        with engine.connect() as connection:
            return keys.by_name(connection, names) if names else {}

    yield find


def _joined(known: Mapping[str, bytes | None], names: set[str]) -> Mapping[str, ContentKey | None]:
    found: dict[str, ContentKey | None] = {}
    for name in names:
        keys = {part: known.get(part) for part in name.split(".")}
        whole = {part: key for part, key in keys.items() if key is not None}
        found[name] = ContentKey(whole) if len(whole) == len(keys) else None
    return found


def _read(file: Path) -> Mapping[str, bytes | None]:
    try:
        with file.open(encoding="utf-8") as lines:
            return keys_in(lines)
    except OSError as fault:
        raise BadSetting(f"The keys cannot be read ({fault.strerror})", where=str(file)) from None
    except ValueError as fault:
        raise BadInput(
            f"That is no file of keys: {fault}",
            where=str(file),
            next_step="Take one with: send-integration keys export",
        ) from None


def _sealed(told: bytes) -> Sealed:
    try:
        return sealed_in(told)
    except NotOpened:
        raise _spoilt() from None


def _clear(key: ContentKey, sealed: Sealed) -> bytes:
    try:
        return key.opened(sealed)
    except NotOpened:
        raise _spoilt() from None


def _spoilt() -> BadInput:
    return BadInput(
        "A protected message is not as it was made, or the keys are another database's",
        where="what was read",
        next_step="See that each line holds a whole message, and that the keys are of the same system.",
    )
