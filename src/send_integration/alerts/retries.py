"""When a message that no channel took is tried again, and when a message counts as one that cannot be delivered."""

from datetime import timedelta
from hashlib import sha256

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
"""Between two tries of one message, however often it failed; it is never given up."""

UNDELIVERABLE_AFTER = timedelta(days=1)
"""Since a message could first have been sent and was not: from then on people are told."""

AFTER_REFUSAL = timedelta(days=1)
"""Until a message that every channel refused is tried again: an address can be mended."""


def wait_before_next(message_id: str, failures: int) -> timedelta:
    """How long a message waits after so many failures: a minute, doubled each time, at most an hour.

    Up to a quarter is left out, by the message's id, so that messages that failed together do not all come back together.
    """
    doublings: int = min(max(failures - 1, 0), 10)
    doubled = min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))
    left_out: float = int.from_bytes(sha256(f"{message_id}\x1f{failures}".encode()).digest()[:4]) / 2**32
    return doubled * (1 - left_out / 4)
