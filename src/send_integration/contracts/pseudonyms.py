"""Names of children for those who are given topics or tables: the same child always the same, to each consumer another.

A pseudonym is HMAC-SHA256 of the child's id under the consumer's own key, so whoever has two extracts cannot join them,
and whoever knows our ids cannot look one up, without the keys.
"""

import base64
import hmac
import json
import re
from typing import Final

SNAPSHOT: Final = "snapshot"
"""The consumer that the topic of children's current state is for."""

WAREHOUSE: Final = "warehouse"
"""The consumer that the warehouse's tables are for."""

ERASURE: Final = "erasure"
"""The consumer that is nobody: under this key stands what was erased, so that it is known when it comes again."""

KEY_BYTES: Final = 32
BYTES_KEPT: Final = 20
"""Of the 32 of the hash: 32 letters, of which two are equal by chance once in 10 to the 48th pairs."""

_CONSUMER = re.compile(r"[a-z][a-z0-9-]{0,30}")


def names_a_consumer(written: str) -> bool:
    """Whether it can be a consumer's name: a small letter, then at most 30 small letters, digits and hyphens."""
    return _CONSUMER.fullmatch(written) is not None


class Pseudonyms:
    """One consumer's names for children. It never shows its key."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        """Raises ValueError for a key of another length, quoting nothing of it."""
        if len(key) != KEY_BYTES:
            message = f"a key has {KEY_BYTES} bytes, and this one {len(key)}"
            raise ValueError(message)
        self._key = key

    def of(self, child_id: str) -> str:
        """The child's name for this consumer: 32 small letters and digits."""
        return base64.b32encode(hmac.digest(self._key, child_id.encode(), "sha256")[:BYTES_KEPT]).decode().lower()

    def key_of(self, kind: str, *parts: str) -> str:
        """A name, of the same form, for what is a child's, such as an event: `parts` are the child's id, then what tells it
        from others of its kind. It is no child's name, for these are made of ids alone, which hold no bracket."""
        return self.of(json.dumps([kind, *parts]))

    def __repr__(self) -> str:
        return "Pseudonyms(a key, not shown)"

    def __reduce__(self) -> tuple[object, ...]:
        message = "a key is not written down with what uses it"
        raise TypeError(message)
