"""The master keys that wrap the keys of person records: files beside the database, and never in it.

A master key stands in `record-keys-<name>.master`. There is one, but for as long as another takes its place.
"""

import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path

from send_integration.contracts.protected import CONTENT_KEY_BYTES
from send_integration.errors import BadInput, BadSetting
from send_integration.store.key_files import read_key_file, require_own_folder, write_key_file

_BEFORE, _AFTER = "record-keys-", ".master"


def master_name(key: bytes) -> str:
    """The name of a master key, by which a database says which it needs: 16 hex digits, which tell nothing of it."""
    return hmac.digest(key, b"the name of a master key", "sha256")[:8].hex()


def name_of_file(path: Path) -> str:
    """The name of the master key that a file should hold."""
    return path.name.removeprefix(_BEFORE).removesuffix(_AFTER)


def make_master_key(folder: Path, *, beside: bool = False) -> Path:
    """Make a master key, and the folder where there is none. Raises BadInput where the folder has one, unless it is to stand
    `beside` it for as long as it takes its place."""
    there = sorted(folder.glob(f"{_BEFORE}*{_AFTER}"))
    if there and not beside:
        raise BadInput(
            "There is a master key of the records' keys, and it is not written over",
            where=str(there[0]),
            next_step="To have another in its place run: send-integration keys rotate",
        )
    key = secrets.token_bytes(CONTENT_KEY_BYTES)
    path = folder / f"{_BEFORE}{master_name(key)}{_AFTER}"
    write_key_file(path, key)
    return path


def read_master_keys(folder: Path) -> Mapping[str, bytes]:
    """The master keys of a folder by their names. Raises BadSetting where there is none, where others may have read or changed
    one, or where a file holds another key than its name says."""
    require_own_folder(folder)
    missing = BadSetting(
        "There is no master key of the records' keys, so that nothing on the topics can be protected or read",
        where=str(folder),
        next_step="Put back the file that this database was used with; for a new database: send-integration keys new",
    )
    found: dict[str, bytes] = {}
    for path in sorted(folder.glob(f"{_BEFORE}*{_AFTER}")):
        key = read_key_file(path, missing=missing)
        name = name_of_file(path)
        if master_name(key) != name:
            raise BadSetting(
                "The file holds another key than its name says", where=str(path), next_step="Put back what was made."
            )
        found[name] = key
    if not found:
        raise missing
    return found
