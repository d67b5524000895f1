"""Files that hold one key each: written whole or not at all, never over another, and refused where others may have read them.

A key is 64 hex digits, readable by its owner alone. No error says anything of a key's content.
"""

import os
import re
import secrets
import stat
from pathlib import Path

from send_integration.contracts.pseudonyms import KEY_BYTES
from send_integration.errors import BadSetting, SendError
from send_integration.store.synced import sync_folder

_WRITTEN = re.compile(rb"[0-9a-f]{%d}\n?" % (2 * KEY_BYTES))
_MOST_BYTES = 2 * KEY_BYTES + 2
"""One more than a key has, with a line's end: enough to see that a file is no key."""


def write_key_file(path: Path, key: bytes) -> None:
    """Write a key to a new file, and make the folder where there is none; both are on disk once it returns.

    Raises FileExistsError where there is such a file: a key is never written over, for what was made under it would be lost.
    """
    folder = path.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        require_own_folder(folder)
        # whole or not at all: a link is made only to a file that was written, and never over one that is there
        written = folder / f".{path.stem}.{secrets.token_hex(8)}"
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(key.hex().encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(written, path)
        finally:
            written.unlink()
        sync_folder(folder)  # a key that is lost when power fails is lost for ever
    except FileExistsError:
        raise
    except OSError as fault:
        raise BadSetting(f"The key cannot be written ({fault.strerror})", where=str(path)) from None


def read_key_file(path: Path, *, missing: SendError) -> bytes:
    """The key in a file. Raises `missing` where there is none, BadSetting where others may have read it or it is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise missing from None
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


def require_own_folder(folder: Path) -> None:
    """Raise BadSetting where others may put a key of theirs in the place of one: that is as good as knowing it."""
    if folder.is_dir() and folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise BadSetting(
            "Others may write to the folder of keys", where=str(folder), next_step=f"Run: chmod go-w {folder}"
        )


def _require_kept_close(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise BadSetting("The key is no file", where=str(path))
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSetting(
            "Others than its owner may read the key",
            where=str(path),
            next_step="Run chmod 600 on it; if others have read it, make another.",
        )
