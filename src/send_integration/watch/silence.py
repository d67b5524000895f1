"""How long a feed has been silent, measured in the days on which it usually sends, by nothing but its own history."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum
from statistics import fmean, median

from send_integration.watch.days import LEAST_ALIKE, Kind, days_like, kind_of

FULL_DAY = 20
"""Messages that make a day full: a source that usually sends so many does not send none by chance, though they come in
fours and fives. A day on which fewer are usual counts for less, so that twenty messages must be missing before it is
silence."""

HARDLY_ANYTHING = 0.05
"""A day with less than this share of its usual messages is as good as silent."""

DAYS_COMPARED = 63
"""The longest silence that a feed had of itself is looked for in so many days before the one that is measured."""

LEAST_LONGEST = 0.5
"""A feed that was never silent for a day is compared with half a day."""

Volumes = Mapping[date, int]
"""Messages of a feed by the day, without the days on which none came."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A feed's silence: the last day on which it sent as usual, how many usual days have passed since, and how many its
    longest silence before had."""

    since: date
    days: float
    longest: float

    @property
    def measure(self) -> float:
        """The usual days as a multiple of the longest silence before."""
        return self.days / max(self.longest, LEAST_LONGEST)

    def in_words(self) -> str:
        """What was measured, for people."""
        return (
            f"It last sent as usual on {self.since.isoformat()}. Since then {self.days:.1f} days have passed on which it"
            f" usually sends; its longest silence in the nine weeks before had {self.longest:.1f}."
        )


def silence_of(volumes: Volumes, unheard: Container[date], today: date, passed: float) -> Silence | None:
    """The silence of a feed as it stands when a share `passed` of `today` is over; None where it never sent as usual.

    On `unheard` days it could send what it liked and was let in with nothing: they count neither as silent nor as sending.
    """
    history = _History(volumes, unheard)
    if history.first is None:
        return None
    since = today
    while history.is_silent(since):
        since -= timedelta(1)
        if since < history.first:
            return None
    # What is usual is what was before it fell silent; else a long silence would become usual by itself.
    gone = [history.fullness(since + timedelta(day), since) for day in range(1, (today - since).days + 1)]
    days = fsum(gone) - gone[-1] * (1 - passed) if gone else 0.0
    return Silence(since, days, history.longest_before(since))


class _History:
    """What a feed sent, by the day."""

    def __init__(self, volumes: Volumes, unheard: Container[date]) -> None:
        self._volumes = volumes
        self._unheard = unheard
        self.first = min(volumes, default=None)

    def fullness(self, day: date, until: date) -> float:
        """How full such a day usually is by the days up to `until`, from 0 to 1; 0 where too little is known or it could
        not be heard.

        Of an ordinary day the mean of those like it. On holidays one source is closed and another is not, and when they
        begin and end differs: such a day counts for what the emptiest of those like it had.
        """
        alike = self._alike(day, until)
        if day in self._unheard or len(alike) < LEAST_ALIKE:
            return 0.0
        full = [min(volume, FULL_DAY) / FULL_DAY for volume in alike]
        return fmean(full) if kind_of(day) is Kind.ORDINARY else min(full)

    def is_silent(self, day: date) -> bool:
        """Whether the feed sent nothing on a day, or hardly anything."""
        volume, alike = self._volumes.get(day, 0), self._alike(day, day)
        return not volume or (len(alike) >= LEAST_ALIKE and volume < HARDLY_ANYTHING * median(alike))

    def longest_before(self, day: date) -> float:
        """The longest silence that ended within some weeks before a day."""
        longest = running = 0.0
        for back in range(1, DAYS_COMPARED + 1):
            one = day - timedelta(back)
            running = running + self.fullness(one, one) if self.is_silent(one) else 0.0
            longest = max(longest, running)
        return longest

    def _alike(self, day: date, until: date) -> list[int]:
        first = self.first or day
        alike = (one for one in days_like(day, until) if one >= first and one not in self._unheard)
        return [self._volumes.get(one, 0) for one in alike]
