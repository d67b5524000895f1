"""The file by which a reader outside is given keys: a JSON Web Key (RFC 7517) on each line, or the name of one that is gone."""

import base64
import binascii
import json
from collections.abc import Iterable
from datetime import date

from send_integration.contracts.protected import CONTENT_KEY_BYTES


def key_line(name: str, key: bytes | None, destroyed_on: date | None) -> str:
    """One key as a line of the file."""
    if key is None:
        return json.dumps({"kid": name, "destroyed_on": str(destroyed_on)})
    told = base64.urlsafe_b64encode(key).decode().rstrip("=")
    return json.dumps({"kty": "oct", "kid": name, "alg": "A256GCM", "k": told})


def keys_in(lines: Iterable[str]) -> dict[str, bytes | None]:
    """The keys of a file by their names; None of one that was destroyed. Raises ValueError, which quotes nothing, for what is
    no such file."""
    found: dict[str, bytes | None] = {}
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
            key = base64.urlsafe_b64decode(told["k"] + "=") if "k" in told else None
            name = told["kid"]
        except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
            name, key = None, None
        if not isinstance(name, str) or (key is not None and len(key) != CONTENT_KEY_BYTES):
            message = f"line {number} is no key"
            raise ValueError(message)
        found[name] = key
    return found
