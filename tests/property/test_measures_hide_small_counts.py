"""Of the measures nobody learns a count under 5, nor that it is not 0, from all that the page and its files show of a period.

The attacker tries every count that there could be, and knows how the page works: what is shown of a part and its whole, of a
part of that part (who waited a year waited 18 weeks too), and whether a median was shown.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import product

import pytest

from send_integration.warehouse.disclosure import Sum, Tables, protect
from send_integration.warehouse.inspection.small_counts import Shown, median_shown, share_shown
from send_integration.warehouse.rounding import SUPPRESSED, rounded

LARGEST = 36
APART = 2
"""What docs/measures.md promises; written here anew, so that nobody lowers it unseen."""

Share = Callable[[int, int], Shown]
WHOLE, PART, INNER = ("whole",), ("part",), ("inner",)


def given_away(share: Share) -> list[tuple[int, int, int]]:
    """Wholes, parts and parts of parts of which a small count comes out of what is shown."""
    alike: dict[object, list[tuple[int, int, int]]] = defaultdict(list)
    for whole, part, inner in product(range(LARGEST + 1), repeat=3):
        if inner <= part <= whole:
            seen = (share(part, whole), share(inner, whole), median_shown(70, whole).value is None)
            alike[seen].append((whole, part, inner))
    found = []
    for possible in alike.values():
        for place in range(3):
            values = {counts[place] for counts in possible}
            if max(values) - min(values) < APART or 0 not in values:
                found += [counts for counts in possible if counts[place] < 5]
    return found


def test_no_small_count_of_a_period_can_be_worked_out() -> None:
    assert given_away(share_shown) == []


def rounded_alone(part: int, whole: int) -> Shown:
    """Small counts as they are, and so their percentage."""
    return Shown(str(round(part / 5) * 5), str(round(whole / 5) * 5), round(100 * part / whole, 1) if whole else None)


def suppressed_alone(part: int, whole: int) -> Shown:
    """Larger numbers as they are, and the percentage of the true ones."""
    counts = [SUPPRESSED if count < 5 else str(count) for count in (part, whole)]
    return Shown(counts[0], counts[1], round(100 * part / whole, 1) if whole >= 5 else None)


def zeros_shown(part: int, whole: int) -> Shown:
    """A zero as a zero: so every other small one is somebody."""
    return Shown("0", share_shown(5, whole).whole, None) if part == 0 else share_shown(part, whole)


def hangs_on_the_part(part: int, whole: int) -> Shown:
    """The whole is suppressed only where part and rest are both small; another share of the same whole then shows it."""
    both_small = part < 5 and whole - part < 5
    return Shown(*[SUPPRESSED if both_small or count < 5 else str(rounded(count)) for count in (part, whole)], None)


@pytest.mark.parametrize("share", [hangs_on_the_part, rounded_alone, suppressed_alone, zeros_shown])
def test_the_attack_finds_what_weaker_ways_give_away(share: Share) -> None:
    assert given_away(share)


def test_nothing_is_shown_that_disclosure_control_would_suppress() -> None:
    rest = ("rest",)
    for whole in range(24):
        for part in {0, 1, 4, 5, 7, 8, whole - 4, whole - 1, whole} & set(range(whole + 1)):
            counts = {WHOLE: whole, PART: part, rest: whole - part}
            release = protect(Tables(counts, [Sum(WHOLE, (PART, rest))], hidden=frozenset({rest})))
            shown = share_shown(part, whole)
            assert shown.part in (SUPPRESSED, release.shown[PART]), (part, whole)
            assert shown.whole in (SUPPRESSED, release.shown[WHOLE]), (part, whole)
