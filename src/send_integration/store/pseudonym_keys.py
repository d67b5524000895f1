"""The folder of consumers' keys: makes one, reads one, and refuses one that others may have read.

A key stands in `<consumer>.key`, 64 hex digits, readable by its owner alone. No error says anything of a key's content.
"""

import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from send_integration.contracts.pseudonyms import KEY_BYTES, Pseudonyms, names_a_consumer
from send_integration.errors import BadInput, BadSetting, SendError
from send_integration.store.synced import sync_folder

_WRITTEN = re.compile(rb"[0-9a-f]{%d}\n?" % (2 * KEY_BYTES))
_MOST_BYTES = 2 * KEY_BYTES + 2
"""One more than a key has, with a line's end: enough to see that a file is no key."""


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
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_own_folder(folder)
        # whole or not at all: a link is made only to a file that was written, and never over one that is there
        written = folder / f".{consumer}.{secrets.token_hex(8)}"
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_hex(KEY_BYTES).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(written, path)
        finally:
            written.unlink()
        sync_folder(folder)  # a key that is lost when power fails is lost for ever
    except FileExistsError:
        raise BadInput(
            f"Consumer '{consumer}' has a key, which is not written over",
            where=str(path),
            next_step="Move the file away first if the consumer is to have other pseudonyms from now on.",
        ) from None
    except OSError as fault:
        raise BadSetting(f"The key cannot be written ({fault.strerror})", where=str(path)) from None
    return path


def read_pseudonyms(folder: Path, consumer: str) -> Pseudonyms:
    """A consumer's pseudonyms. Raises BadInput for what is no consumer's name, BadSetting where there is no key, where
    others may have read or changed it, where it is none, or where another consumer has the same."""
    path = _path(folder, consumer)
    _require_own_folder(folder)
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


def _require_own_folder(folder: Path) -> None:
    """Raise BadSetting where others may put a key of theirs in the place of one: that is as good as knowing it."""
    if folder.is_dir() and folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise BadSetting(
            "Others may write to the folder of keys", where=str(folder), next_step=f"Run: chmod go-w {folder}"
        )


def _key_or_none(path: Path) -> bytes | None:
    try:
        return _read_key(path)
    except BadSetting:
        return None


def _read_key(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise BadSetting(
            f"Consumer '{path.stem}' has no key, so nothing is published for it",
            where=str(path),
            next_step=f"Make one: send-integration pseudonyms new {path.stem}",
        ) from None
    except OSError as fault:
        what = "The key is a link" if path.is_symlink() else f"The key cannot be read ({fault.strerror})"
        raise BadSetting(what, where=str(path), next_step="Put the file itself there, readable by you alone.") from None
    try:
        _require_kept_close(path, os.fstat(descriptor).st_mode)
        written = os.read(descriptor, _MOST_BYTES)
    finally:
        os.close(descriptor)
    if not _WRITTEN.fullmatch(written):
        raise BadSetting(
            f"The key is not {2 * KEY_BYTES} hex digits", where=str(path), next_step="Put back the file that was made."
        )
    return bytes.fromhex(written.decode())


def _require_kept_close(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise BadSetting("The key is no file", where=str(path))
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSetting(
            "Others than its owner may read the key",
            where=str(path),
            next_step="Run chmod 600 on it; if others have read it, make another.",
        )
