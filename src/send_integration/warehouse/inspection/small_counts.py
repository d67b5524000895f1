"""What may be shown of a share, so that no small count comes out of it, nor out of shares of the same whole side by side.

After docs/disclosure.md: a part under 5, zero among them, is suppressed, and everything else rounded to 5; the percentage is that
of the rounded numbers. A whole of 8 or fewer is suppressed with all that is of it, for part and rest may both be small: 8 is then
4 and 4. Whether a whole is shown must hang on the whole alone; where it hung on the part, another share of the same whole told
that the part is not zero. `disclosure.protect`, which can do more, shows no less; tests hold that and attack every count.
"""

from typing import Final, NamedTuple

from send_integration.warehouse.rounding import SMALLEST_SHOWN, SUPPRESSED, rounded

LEAST_OF_A_SHARE: Final = 2 * (SMALLEST_SHOWN - 1) + 1
LEAST_OF_A_MEDIAN: Final = 10
"""Of fewer children a median is nearly one child's own wait."""


class Shown(NamedTuple):
    """What is shown of a figure: its two counts, where it has them, and its value, None where that is suppressed."""

    part: str
    whole: str
    value: float | None


def share_shown(part: int, whole: int) -> Shown:
    """A share as it may be shown, in per cent."""
    if whole < LEAST_OF_A_SHARE:
        return Shown(SUPPRESSED, SUPPRESSED, None)
    if part < SMALLEST_SHOWN:
        return Shown(SUPPRESSED, str(rounded(whole)), None)
    return Shown(str(rounded(part)), str(rounded(whole)), round(100 * rounded(part) / rounded(whole), 1))


def median_shown(days: float, of: int) -> Shown:
    """A median as it may be shown, in whole weeks; of how many is not shown."""
    return Shown("", "", float(round(days / 7)) if of >= LEAST_OF_A_MEDIAN else None)
