"""Whether a feed is let in: closed as an electrician says it (all flows), open (parked), half-open (on trial).

A batch rule or a person opens the breaker. After a cool-down, or when a person says so, one window of the feed is let
through on trial: where it passes the breaker closes, where it fails the breaker opens again for twice as long.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

RULES = "batch rules"
"""Who opened or closed a breaker where no person did."""

LONGEST_COOL_DOWN = timedelta(hours=24)
"""However often a feed fails, it is tried again once a day."""


class State(StrEnum):
    """Whether messages of a feed are let in: all, none, or one window on trial."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Failure(NamedTuple):
    """A batch rule that a window failed. `value` is None where the rule could not be asked, which is no pass.

    `rejects` opens the breaker; `fails_trial` sends a feed on trial back, as all rules do but those whose measure a
    pause or a load of history changes by itself. `owner` is the role that answers for the rule.
    """

    rule: str
    owner: str
    measure: str
    value: float | None
    limit: str
    sentence: str
    rejects: bool
    fails_trial: bool

    def in_words(self) -> str:
        """The rule, its measure and its limit, for people; it holds nothing of any child."""
        found = "could not be asked" if self.value is None else f"is {self.value:.3g}"
        return f"{self.sentence.rstrip('.')} ({self.rule}: {self.measure} {found}, and {self.limit} is allowed)."


@dataclass(frozen=True, slots=True)
class Breaker:
    """How a feed's breaker stands, since when, by whom and why.

    `trips` counts how often the rules opened it since it was last closed; each doubles the cool-down. `try_at` is when
    an open breaker lets a window through by itself; None where a person must say so. `resumed_at` is when a person last let
    the feed in again: what waited until then, they know of.
    """

    feed: str
    state: State
    since: datetime
    who: str
    why: str
    trips: int = 0
    try_at: datetime | None = None
    resumed_at: datetime | None = None

    @property
    def parked(self) -> bool:
        """Whether no message of the feed is let in."""
        return self.state is State.OPEN


def new_breaker(feed: str, now: datetime) -> Breaker:
    """The breaker of a feed of which nothing was ever decided."""
    return Breaker(feed, State.CLOSED, now, RULES, "")


def judged(breaker: Breaker, failures: Sequence[Failure], now: datetime, cool_down: timedelta) -> Breaker:
    """The breaker after a window was judged; the same one where that changes nothing."""
    if breaker.state is State.OPEN:
        return breaker
    on_trial = breaker.state is State.HALF_OPEN
    fatal = [failed for failed in failures if failed.rejects or (on_trial and failed.fails_trial)]
    if fatal:
        wait = min(cool_down * 2 ** min(breaker.trips, 16), LONGEST_COOL_DOWN)
        why = " ".join(failed.in_words() for failed in fatal)
        return _stands(breaker, State.OPEN, now, why, trips=breaker.trips + 1, try_at=now + wait)
    if on_trial:
        return _stands(breaker, State.CLOSED, now, "The window on trial passed every batch rule.")
    return breaker


def cooled(breaker: Breaker, now: datetime) -> Breaker:
    """The breaker once its cool-down is over: on trial; before that the same one."""
    if not breaker.parked or breaker.try_at is None or now < breaker.try_at:
        return breaker
    return replace(breaker, state=State.HALF_OPEN, since=now, who=RULES, why="The cool-down is over.", try_at=None)


def pause(breaker: Breaker, *, who: str, why: str, now: datetime) -> Breaker:
    """The breaker opened by a person: no cool-down ends that, only a person does."""
    return replace(breaker, state=State.OPEN, since=now, who=who, why=why, try_at=None)


def resume(breaker: Breaker, *, who: str, why: str, now: datetime) -> Breaker:
    """An open breaker after a person ended the pause; the same one where it is not open.

    On trial where the rules had opened it, closed where only a person had: that says nothing of the feed's data.
    """
    if not breaker.parked:
        return breaker
    state = State.HALF_OPEN if breaker.trips else State.CLOSED
    return replace(breaker, state=state, since=now, who=who, why=why, try_at=None, resumed_at=now)


def _stands(
    breaker: Breaker, state: State, now: datetime, why: str, *, trips: int = 0, try_at: datetime | None = None
) -> Breaker:
    """The breaker as the rules make it stand."""
    return replace(breaker, state=state, since=now, who=RULES, why=why, trips=trips, try_at=try_at)
