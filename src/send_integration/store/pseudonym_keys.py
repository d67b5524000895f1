"""The folder of consumers' keys: makes one, reads one, and refuses one that others may have read.

A key stands in `<consumer>.key`, 64 hex digits, readable by its owner alone. No error says anything of a key's content.
"""

import hmac
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from send_integration.contracts.pseudonyms import KEY_BYTES, Pseudonyms, names_a_consumer
from send_integration.errors import BadInput, BadSetting, SendError
from send_integration.store.key_files import read_key_file, require_own_folder, write_key_file


class KnownKey(NamedTuple):
    """A consumer with a key: when its file was made, and why the key is refused; '' where it is good."""

    consumer: str
    made_at: datetime
    refused: str


def make_key(folder: Path, consumer: str) -> Path:
    """Make a consumer's key, and the folder where there is none. Raises BadInput where the consumer has one: it is never
    written over, for without it what was published under it can be joined with nothing that comes later."""
    path = _path(folder, consumer)
    try:
        write_key_file(path, secrets.token_bytes(KEY_BYTES))
    except FileExistsError:
        raise BadInput(
            f"Consumer '{consumer}' has a key, which is not written over",
            where=str(path),
            next_step="Move the file away first if the consumer is to have other pseudonyms from now on.",
        ) from None
    return path


def read_pseudonyms(folder: Path, consumer: str) -> Pseudonyms:
    """A consumer's pseudonyms. Raises BadInput for what is no consumer's name, BadSetting where there is no key, where
    others may have read or changed it, where it is none, or where another consumer has the same."""
    path = _path(folder, consumer)
    require_own_folder(folder)
    key = _read_key(path)
    for other in _key_files(folder):
        if other != path and (theirs := _key_or_none(other)) and hmac.compare_digest(theirs, key):
            raise BadSetting(
                f"Consumers '{consumer}' and '{other.stem}' have the same key, so that their extracts could be joined",
                where=str(folder),
                next_step="Move one of the files away and make that consumer a key of its own.",
            )
    return Pseudonyms(key)


def known_keys(folder: Path) -> list[KnownKey]:
    """Every consumer that has a key, by name; none where there is no folder."""
    return [
        KnownKey(path.stem, datetime.fromtimestamp(path.lstat().st_mtime, UTC), _why_refused(folder, path.stem))
        for path in _key_files(folder)
    ]


def _why_refused(folder: Path, consumer: str) -> str:
    try:
        read_pseudonyms(folder, consumer)
    except SendError as refused:
        return refused.what
    return ""


def _path(folder: Path, consumer: str) -> Path:
    if not names_a_consumer(consumer):
        raise BadInput(
            "That is no consumer's name",
            where="pseudonyms",
            next_step="A name is a small letter, then at most 30 small letters, digits and hyphens.",
        )
    return folder / f"{consumer}.key"


def _key_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(path for path in folder.glob("*.key") if names_a_consumer(path.stem))


def _key_or_none(path: Path) -> bytes | None:
    try:
        return _read_key(path)
    except BadSetting:
        return None


def _read_key(path: Path) -> bytes:
    missing = BadSetting(
        f"Consumer '{path.stem}' has no key, so nothing is published for it",
        where=str(path),
        next_step=f"Make one: send-integration pseudonyms new {path.stem}",
    )
    return read_key_file(path, missing=missing)
