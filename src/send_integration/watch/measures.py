"""What a feed's window measures: shares, lateness, and how far it is from what is usual for the feed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import log
from statistics import median

from send_integration.watch.window import Counts, Tally, total

LEAST_MESSAGES = 500
"""A window is judged from here on: with a limit of 1% and a true rate of 0.2%, 50 rows fail by chance in one window of
ten, 500 in one of 1,700."""

LEAST_OF_A_SHARE = 200
"""Of fewer rows or people no share is taken, whatever else is in the window."""

WEEKS_OF_HISTORY = 8
LEAST_WEEKS = 4
"""Days of the same weekday that make a volume usual; before that nothing is said of volume."""

LEAST_USUAL_ROWS = 5_000
LEAST_USUAL_DAYS = 14
"""What makes a mix of codes usual."""

NULL_RATE, CODE_DRIFT = "null_rate_", "code_drift_"
SILENCE = "silence"
"""Measured by the clock (watch.silence): a window of messages is none."""

SECONDS_A_DAY = 86_400

Measures = Mapping[str, float | None]
"""What a window measures, by name; None where there is too little to measure it by."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for a feed on a day: how many messages (None without enough weeks), and the mix of its codes."""

    volume: float | None = None
    codes: Mapping[str, Counts] = field(default_factory=dict)


def measures(window: Tally, today: Tally, usual: Usual) -> dict[str, float | None]:
    """Every measure of a window; shares by name, and one for each column that was counted."""
    judged = window.messages - window.duplicates
    found: dict[str, float | None] = {
        "duplicate_share": _share(window.duplicates, window.messages),
        "refused_share": _share(window.quarantined, judged),
        "matched_share": _share(window.matched, window.people),
        "lag_days": window.lag_seconds / window.rows / SECONDS_A_DAY if window.rows >= LEAST_OF_A_SHARE else None,
        "volume_ratio": _ratio(today.arrived_today, usual.volume) if today.arrived_today >= LEAST_MESSAGES else None,
        SILENCE: None,
    }
    found |= {f"{NULL_RATE}{name}": _share(absent, window.rows) for name, absent in window.absent.items()}
    found |= {f"{CODE_DRIFT}{name}": drift(codes, usual.codes.get(name, {})) for name, codes in window.codes.items()}
    return found


def usual_of(days: Mapping[date, Tally], today: date) -> Usual:
    """What the feed's own history makes usual for `today`; days since the first without any message count as none."""
    first = min(days, default=today)
    rows = total(tally for day, tally in days.items() if day < today)
    codes = rows.codes if rows.rows >= LEAST_USUAL_ROWS and (today - first).days >= LEAST_USUAL_DAYS else {}
    return Usual(_volume(days, today, first), codes)


def drift(now: Counts, usual: Counts) -> float | None:
    """The population stability index of a mix of codes against the usual one; None where there is too little of either.

    0 is the same mix; above 0.25 banks call it a shift. A code that was never seen counts as half a row.
    """
    size, usual_size = sum(now.values()), sum(usual.values())
    if size < LEAST_OF_A_SHARE or usual_size < LEAST_USUAL_ROWS:
        return None
    index = 0.0
    for code in {*now, *usual}:
        share, usual_share = max(now.get(code, 0), 0.5) / size, max(usual.get(code, 0), 0.5) / usual_size
        index += (share - usual_share) * log(share / usual_share)
    return index


def _volume(days: Mapping[date, Tally], day: date, first: date) -> float | None:
    """The median of the day's weekday over the last weeks."""
    weekdays = [day - timedelta(weeks=week) for week in range(1, WEEKS_OF_HISTORY + 1)]
    known = [days.get(one, Tally()).arrived_today for one in weekdays if one >= first]
    return float(median(known)) if len(known) >= LEAST_WEEKS else None


def _ratio(count: int, usual: float | None) -> float | None:
    """A count as a share of the usual; a feed that is usually all but silent is compared with the least of a window."""
    return None if usual is None else count / max(usual, LEAST_MESSAGES)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole >= LEAST_OF_A_SHARE else None
