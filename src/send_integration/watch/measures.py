"""What a feed's window measures: shares, lateness, and how far it is from what is usual for the feed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import log, sqrt

from send_integration.watch.window import Counts, Tally, total

LEAST_MESSAGES = 500
"""A window is judged from here on: with a limit of 1% and a true rate of 0.2%, 50 rows fail by chance in one window of
ten, 500 in one of 1,700."""

LEAST_OF_A_SHARE = 200
"""Of fewer rows or people no share is taken, whatever else is in the window."""

WEEKS_OF_HISTORY = 8
LEAST_DAYS = 28
"""How long a feed must be known before anything is said of its volume."""

LEAST_BUSIEST = 50
"""The busiest day of a small feed counts as so many messages: of a few, many times as many are still few."""

LEAST_OF_A_MIX = 100
LEAST_USUAL_OF_A_MIX = 200
LEAST_USUAL_DAYS = 14
"""Of how many rows the mix of codes is compared with how many usual ones; by chance alone such mixes differ by an index of
0.05, a twentieth of what any rule allows."""

STANDARD_ERRORS = 3
"""How many a share must have risen by before it has risen at all."""

NULL_RATE, NULL_RISE, CODE_DRIFT = "null_rate_", "null_rise_", "code_drift_"
SILENCE = "silence"
"""Measured by the clock (watch.silence): a window of messages is none."""

SECONDS_A_DAY = 86_400

Measures = Mapping[str, float | None]
"""What a window measures, by name; None where there is too little to measure it by."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for a feed: the messages of its busiest day in the last weeks (None where it is not known for long
    enough), and what was counted of its rows in them."""

    busiest: int | None = None
    rows: int = 0
    absent: Counts = field(default_factory=dict)
    codes: Mapping[str, Counts] = field(default_factory=dict)


def measures(window: Tally, today: Tally, usual: Usual) -> dict[str, float | None]:
    """Every measure of a window; shares by name, and one for each column that was counted."""
    judged = window.messages - window.duplicates
    found: dict[str, float | None] = {
        "duplicate_share": _share(window.duplicates, window.messages),
        "refused_share": _share(window.quarantined, judged),
        "matched_share": _share(window.matched, window.people),
        "lag_days": window.lag_seconds / window.rows / SECONDS_A_DAY if window.rows >= LEAST_OF_A_SHARE else None,
        "volume_ratio": None if usual.busiest is None else today.arrived_today / max(usual.busiest, LEAST_BUSIEST),
        SILENCE: None,
    }
    for name, absent in window.absent.items():
        found[f"{NULL_RATE}{name}"] = _share(absent, window.rows)
        found[f"{NULL_RISE}{name}"] = rise(absent, window.rows, usual.absent.get(name, 0), usual.rows)
    found |= {f"{CODE_DRIFT}{name}": drift(codes, usual.codes.get(name, {})) for name, codes in window.codes.items()}
    return found


def usual_of(days: Mapping[date, Tally], today: date) -> Usual:
    """What the feed's own history, the days before `today`, makes usual."""
    earlier = {day: tally for day, tally in days.items() if day < today}
    known_for = (today - min(earlier, default=today)).days
    weeks = [tally.arrived_today for day, tally in earlier.items() if (today - day).days <= 7 * WEEKS_OF_HISTORY]
    if known_for < LEAST_USUAL_DAYS:
        return Usual()
    rows = total(earlier.values())
    busiest = max(weeks, default=0) if known_for >= LEAST_DAYS else None
    return Usual(busiest, rows.rows, rows.absent, rows.codes)


def rise(count: int, size: int, usual_count: int, usual_size: int) -> float | None:
    """By how much a share is above the usual one beyond what chance makes of both; None where there is too little."""
    if size < LEAST_OF_A_SHARE or usual_size < LEAST_MESSAGES:
        return None
    both = (count + usual_count) / (size + usual_size)
    error = sqrt(both * (1 - both) * (1 / size + 1 / usual_size))
    return count / size - usual_count / usual_size - STANDARD_ERRORS * error


def drift(now: Counts, usual: Counts) -> float | None:
    """The population stability index of a mix of codes against the usual one; None where there is too little of either.

    0 is the same mix; above 0.25 banks call it a shift. A code that was never seen counts as half a row.
    """
    size, usual_size = sum(now.values()), sum(usual.values())
    if size < LEAST_OF_A_MIX or usual_size < LEAST_USUAL_OF_A_MIX:
        return None
    index = 0.0
    for code in {*now, *usual}:
        share, usual_share = max(now.get(code, 0), 0.5) / size, max(usual.get(code, 0), 0.5) / usual_size
        index += (share - usual_share) * log(share / usual_share)
    return index


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole >= LEAST_OF_A_SHARE else None
