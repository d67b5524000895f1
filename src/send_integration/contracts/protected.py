"""The form in which what is said of a person stands on a topic: a CloudEvent whose data are one JWE, and nothing else of it.

The JWE (RFC 7516, compact, `dir` with `A256GCM`) holds the message as it was, byte for byte, so that whoever opens it reads
what stood in the clear before. Its key is that of the person record which the message asserts; where it names several
records, the SHA-256 of all their keys, so that the end of any one of them is its end.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import Field

from send_integration.contracts.said import Said

PROTECTED: Final = "send.protected.v1"
SOURCE: Final = "urn:send:integration"
CONTENT_KEY_BYTES: Final = 32

EVENT: Final = "cloudevents+json"
OWN: Final = "json"
"""What a JWE says it holds: an event, or a message of our own."""

_BEFORE = b'{"specversion":"1.0","id":"'
_BETWEEN = (f'","source":"{SOURCE}","type":"{PROTECTED}","datacontenttype":"application/jose","data":"').encode()
_AFTER = b'"}'
_NONCE_BYTES, _TAG_BYTES = 12, 16
_ID_LETTERS = 16
_DATA_AT = len(_BEFORE) + _ID_LETTERS + len(_BETWEEN)
_NAME = r"[A-Za-z0-9_-]{20}"
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
"""What base64 writes otherwise is no letter of ours, for there is to be one way to write a message."""


class Protected(Said):
    """Something said of a person, for those who have the keys of all records that `kid` in the JWE's header names.

    `id` is the JWE's third part: the same for the same bytes under the same keys, and says nothing to others.
    """

    specversion: Literal["1.0"]
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{16}$")
    source: Literal["urn:send:integration"]
    type: Literal["send.protected.v1"]
    datacontenttype: Literal["application/jose"]
    data: str = Field(
        pattern=r"^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{22}$",
        description="A JWE in compact form. Opened, it is the message: an event, or what its `cty` says.",
    )


_OTHERWISE = "a message that claims to be protected is not as it was made"


class NotOpened(ValueError):
    """A protected message that is not as it was made, or whose key is another; it says nothing of what it holds."""


class Sealed(NamedTuple):
    """The parts of a protected message, still as letters; `name` names its keys, with dots between."""

    name: str
    head: bytes
    nonce: bytes
    sealed: bytes
    tag: bytes


class ContentKey:
    """What messages of one person record are protected by, or of several together. It never shows its key."""

    __slots__ = ("_aead", "_heads", "_key", "name")

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """From the keys of all records that are named in what it protects, by the keys' names."""
        names = sorted(keys)
        if not names or any(len(key) != CONTENT_KEY_BYTES for key in keys.values()):
            message = f"a message is protected by one key or more, of {CONTENT_KEY_BYTES} bytes each"
            raise ValueError(message)
        self.name = ".".join(names)
        alone = len(names) == 1
        self._key = keys[names[0]] if alone else sha256(b"".join(keys[name] for name in names)).digest()
        self._aead = AESGCM(self._key)
        self._heads: dict[str, tuple[bytes, bytes]] = {}

    def protect(self, value: bytes, holds: str = EVENT) -> bytes:
        """The protected form of a message: of the same bytes always the same."""
        head, nonce_key = self._heads.get(holds) or self._head(holds)
        # No counter and no chance: under one key and head equal nonces have equal plaintexts, so that nothing is learned by
        # them, and what is said again is the same bytes again
        nonce = hmac.digest(nonce_key, value, "sha256")[:_NONCE_BYTES]
        sealed = self._aead.encrypt(nonce, value, head)
        told = _as_letters(nonce)
        return b"".join((
            _BEFORE, told, _BETWEEN, head, b"..", told, b".", _as_letters(sealed[:-_TAG_BYTES]), b".",
            _as_letters(sealed[-_TAG_BYTES:]), _AFTER,
        ))  # fmt: skip

    def opened(self, told: Sealed) -> bytes:
        """What a protected message holds. Raises NotOpened where any byte of it is another, or this is not its key."""
        try:
            return self._aead.decrypt(_bytes(told.nonce), _bytes(told.sealed) + _bytes(told.tag), told.head)
        except InvalidTag:
            raise NotOpened(_OTHERWISE) from None

    def _head(self, holds: str) -> tuple[bytes, bytes]:
        told = {"alg": "dir", "enc": "A256GCM", "kid": self.name, "cty": holds}
        head = _as_letters(json.dumps(told, separators=(",", ":")).encode())
        self._heads[holds] = head, hmac.digest(self._key, b"nonce of " + head, "sha256")
        return self._heads[holds]

    def __repr__(self) -> str:
        return "ContentKey(a key, not shown)"

    def __reduce__(self) -> tuple[object, ...]:
        message = "a key is not written down with what uses it"
        raise TypeError(message)


def is_protected(value: bytes) -> bool:
    """Whether a message is in the protected form, or claims to be."""
    return value.startswith(_BEFORE) and value.startswith(_BETWEEN, len(_BEFORE) + _ID_LETTERS)


def where_protected(line: bytes) -> tuple[int, int] | None:
    """Where a protected message begins and ends in a line that may hold more; None where there is none."""
    start = line.find(_BEFORE)
    if start < 0 or not line.startswith(_BETWEEN, start + len(_BEFORE) + _ID_LETTERS):
        return None
    end = line.find(_AFTER, start + _DATA_AT)
    return (start, len(line) if end < 0 else end + len(_AFTER))


def sealed_in(told: bytes) -> Sealed:
    """The parts of a protected message. Raises NotOpened where it has not the form.

    There is one way to write a message, so that no byte of it can be another unseen.
    """
    parts = told[_DATA_AT : -len(_AFTER)].split(b".")
    if not (is_protected(told) and told.endswith(_AFTER) and len(parts) == 5 and not parts[1]):
        raise NotOpened(_OTHERWISE)
    head, _, nonce, sealed, tag = parts
    if told[len(_BEFORE) : len(_BEFORE) + _ID_LETTERS] != nonce:
        raise NotOpened(_OTHERWISE)
    return Sealed(_name_in(head), head, nonce, sealed, tag)


def key_name(mark_key: bytes, source: str, local_id: str) -> str:
    """The name of a person record's key: 20 letters, which tell nobody without `mark_key` whose it is."""
    marked = hmac.digest(mark_key, f"{source}\x1f{local_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(marked[:15]).decode()


def protected_example(value: Mapping[str, Any], names: Iterable[str] = ("ZXhhbXBsZS1rZXktMDAx",)) -> dict[str, Any]:
    """A message as schemas show it, under a key that everybody knows: 32 bytes, of which the first is 0 and the last 31."""
    key = ContentKey(dict.fromkeys(names, bytes(range(CONTENT_KEY_BYTES))))
    told: dict[str, Any] = json.loads(
        key.protect(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    )
    return told


@lru_cache(maxsize=65_536)
def _name_in(head: bytes) -> str:
    try:
        name = json.loads(_bytes(head))["kid"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotOpened(_OTHERWISE) from None
    if not isinstance(name, str):
        raise NotOpened(_OTHERWISE)
    return name


def _as_letters(given: bytes) -> bytes:
    return binascii.b2a_base64(given, newline=False).translate(_TO_URL).rstrip(b"=")


def _bytes(letters: bytes) -> bytes:
    """Bytes of base64url without padding. Of several ways to write the last of them only the one that we write: where letters
    hold more bits than there are bytes, these are 0."""
    over = len(letters) % 4
    if over and letters[-1] not in _LAST[over]:
        raise NotOpened(_OTHERWISE)
    try:
        return binascii.a2b_base64(letters.translate(_FROM_URL) + b"=" * (-over % 4), strict_mode=True)
    except binascii.Error:
        raise NotOpened(_OTHERWISE) from None


_LAST = {1: b"", 2: b"AQgw", 3: b"AEIMQUYcgkosw048"}
