"""Days and sentences with days as people write them."""

import re
from datetime import date
from functools import lru_cache

_DAY = re.compile(r"\b(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b", re.ASCII)


@lru_cache(maxsize=32_768)
def written(day: date | str) -> str:
    """A day as people write it: 3 March 2025."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{found.day} {found:%B %Y}"


def with_written_days(words: str) -> str:
    """A sentence of ours with its days as people write them."""
    return _DAY.sub(_written_if_a_day, words)


def _written_if_a_day(found: re.Match[str]) -> str:
    try:
        return written(found[0])
    except ValueError:
        return found[0]
