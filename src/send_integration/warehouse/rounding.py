"""How a count is shown that is published: under 5 it is suppressed, and else rounded to 5."""

from typing import Final

SMALLEST_SHOWN: Final = 5
BASE: Final = 5
SUPPRESSED: Final = "c"
"""As the Department marks it."""


def rounded(count: int) -> int:
    """The nearest multiple of 5."""
    return (count + BASE // 2) // BASE * BASE
