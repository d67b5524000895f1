"""How long a feed was bad before its rules said so."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from send_integration.watch.measures import NULL_RATE
from send_integration.watch.window import Tally

Minute = tuple[datetime, Tally]
"""When the first of a minute's messages was read, and the minute's counts."""


def first_bad_at(minutes: Sequence[Minute], failed: Iterable[str]) -> datetime | None:
    """When the first row was read, of a window's minutes, that counts against one of the measures that failed.

    A measure of the whole, such as volume or the mix of codes, has no bad row of its own: there it is the window's first.
    Every feed has a few bad rows always, so this is the earliest that the fault can have begun within the window; what
    came before the window passed the rules.
    """
    found = [_first(minutes, measure) for measure in failed]
    return min((at for at in found if at is not None), default=None)


def _first(minutes: Sequence[Minute], measure: str) -> datetime | None:
    return next((began_at for began_at, tally in minutes if _counts_against(tally, measure)), None)


def _counts_against(tally: Tally, measure: str) -> bool:
    match measure:
        case "refused_share":
            return tally.quarantined > 0
        case "matched_share":
            return tally.matched < tally.people
        case "duplicate_share":
            return tally.duplicates > 0
        case _ if measure.startswith(NULL_RATE):
            return tally.absent.get(measure.removeprefix(NULL_RATE), 0) > 0
        case _:
            return tally.messages > 0
