"""How long a feed was bad before its rules said so."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from send_integration.watch.measures import NULL_RATE, NULL_RISE
from send_integration.watch.window import Tally

BadSince = Mapping[str, datetime]
"""When the first message of a window was read that counts against a measure, by the measure's name."""


def counted_against(bad_since: BadSince, batch: Tally, now: datetime) -> BadSince:
    """The same with a batch more, read `now`."""
    return {**dict.fromkeys(_measures_against(batch), now), **bad_since}


def first_bad_at(began_at: datetime, bad_since: BadSince, failed: Iterable[str]) -> datetime | None:
    """When the first row was read, of a window that `began_at` then, that counts against one of the measures that failed.

    A measure of the whole, such as volume or the mix of codes, has no bad row of its own: there it is the window's first.
    Every feed has a few bad rows always, so this is the earliest that the fault can have begun within the window; what
    came before the window passed the rules.
    """
    found = (bad_since.get(measure.replace(NULL_RISE, NULL_RATE), began_at) for measure in failed)
    return min(found, default=None)


def _measures_against(tally: Tally) -> Iterator[str]:
    if tally.quarantined:
        yield "refused_share"
    if tally.matched < tally.people:
        yield "matched_share"
    if tally.duplicates:
        yield "duplicate_share"
    yield from (f"{NULL_RATE}{name}" for name, absent in tally.absent.items() if absent)
