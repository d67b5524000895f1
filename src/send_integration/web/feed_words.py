"""How a feed stands in words: what is the matter, what to do, how soon it was found; and its days as a drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from send_integration.rules.silence import NAMES
from send_integration.steps.feed_limits import timely_within
from send_integration.store.breakers import Change
from send_integration.watch.agencies import AgencyTally, Mark
from send_integration.watch.breaker import RULES, Breaker, State
from send_integration.watch.health import DAYS_SHOWN, Day, FeedHealth, Standing
from send_integration.web.effects import count
from send_integration.when.london import london_day, london_time

COLUMN, BAR, TALL = 20, 14, 60
"""The drawing of a feed's days: how wide a day is, how wide its bar, and how high the highest."""


class Words(NamedTuple):
    """What is the matter with a feed, and what to do about it."""

    matter: str
    do: str


LOOKS: Mapping[Standing, str] = {
    Standing.PAUSED: "high",
    Standing.STUCK: "high",
    Standing.MUCH_REFUSED: "raise",
    Standing.SILENT: "raise",
    Standing.WELL: "met",
}
"""How a standing is coloured beside its word."""


@dataclass(frozen=True, slots=True)
class DrawnDay:
    """One day of the drawing: its bar, and the mark of what is usual, '' where that is not known."""

    x: int
    height: float
    usual: float | None


def name_of(feed: str) -> str:
    """A feed as people call it."""
    return NAMES.get(feed, feed)


def words_of(feed: FeedHealth) -> Words:
    """What a steward must know of a feed, and do."""
    facts = feed.facts
    match feed.standing:
        case Standing.PAUSED | Standing.ON_TRIAL:
            words = _of_breaker(facts.breaker)
        case Standing.STUCK:
            matter = f"{count(facts.waiting or 0, 'message')} wait at the broker; none was read for over ten minutes."
            words = Words(matter, "Tell the engineers: a worker may have stopped.")
        case Standing.MUCH_REFUSED:
            matter = f"{feed.lately.right:,} of the latest {count(feed.lately.of, 'new message')} were not let in."
            words = Words(matter, "Look at the commonest reason, and tell its sender.")
        case Standing.SILENT:
            matter = f"It is silent for longer than it ever is. Its last message: {heard(feed)}."
            words = Words(matter, "Ask the source whether its job still runs.")
        case Standing.ITEMS:
            verb = "waits" if facts.items == 1 else "wait"
            words = Words(f"{count(facts.items, 'item')} {verb} in quarantine.", "Work through them when you can.")
        case Standing.WELL:
            words = Words("Let in, and nothing waits for anybody.", "Nothing.")
        case Standing.NEVER:
            words = Words("No message of it has ever come.", "Nothing, unless an agency should be sending it.")
    return words


def _of_breaker(breaker: Breaker) -> Words:
    if not breaker.parked:
        return Words(
            f"Let in again since {_when(breaker.since)}; its next 500 messages are judged strictly.",
            "Nothing now: it goes on by itself, or is paused again.",
        )
    by = "by its batch rules" if breaker.who == RULES else f"by {breaker.who}"
    again = f", or leave it: it is tried again by itself on {_when(breaker.try_at)}" if breaker.try_at else ""
    return Words(
        f"Paused {by} since {_when(breaker.since)}: {breaker.why}",
        f"Ask the source what changed, then resume it{again}. Nothing is lost meanwhile.",
    )


def summary(feeds: Sequence[FeedHealth]) -> str:
    """The one sentence above all feeds."""
    needy = [name_of(feed.feed) for feed in feeds if feed.standing.needs_somebody]
    if not needy:
        return f"None of the {len(feeds)} feeds needs you now."
    named = needy[0] if len(needy) == 1 else f"{', '.join(needy[:-1])} and {needy[-1]}"
    return f"{len(needy)} of {len(feeds)} feeds {'needs' if len(needy) == 1 else 'need'} you: {named}."


def drawn(days: Sequence[Day]) -> list[DrawnDay]:
    """The days as bars, the highest as high as there is room, with what is usual beside each."""
    most = max((max(day.came, day.usual or 0.0) for day in days), default=0.0) or 1.0
    return [
        DrawnDay(
            at * COLUMN,
            max(round(TALL * day.came / most, 1), 2.0) if day.came else 0.0,
            None if day.usual is None else round(TALL * day.usual / most, 1),
        )
        for at, day in enumerate(days)
    ]


def found_after(change: Change) -> str:
    """How long after the first bad row a fault was found, in words; '' where that is not known."""
    if change.first_bad_at is None:
        return ""
    return _within(change.at - change.first_bad_at)


def told_after(change: Change) -> str:
    """How long after an opening its stewards were written to, in words; '' where nobody was."""
    if State(change.state) is not State.OPEN or change.posted_at is None:
        return ""
    return _within(change.posted_at - change.at)


def span_of_days(days: float) -> str:
    """Days and parts of days, in words."""
    return _span(timedelta(days=days)) if days > 0 else "less than a minute"


def heard(feed: FeedHealth) -> str:
    """When a feed was last heard of, in few words."""
    if feed.facts.heard_at is None:
        return _day(max(feed.facts.days)) if feed.facts.days else "never"
    day = london_day(feed.facts.heard_at)
    return f"{'today' if day == feed.today.day else _day(day)} at {london_time(feed.facts.heard_at)}"


def refused(tally: AgencyTally | None) -> Mark:
    """Of an agency's new messages those that were refused or wait, of how many."""
    return Mark(0, 0) if tally is None else Mark(tally.new - tally.accepted, tally.new)


def limit_of(feed: str) -> str:
    """Within how long of being recorded an event of a feed is timely, in words."""
    hours = timely_within(feed) / timedelta(hours=1)
    return count(round(hours / 24), "day") if hours % 24 == 0 else f"{hours:g} hours"


def drawing_says() -> str:
    """What the drawing shows, for its caption."""
    return f"What came on each of the last {DAYS_SHOWN} days, today last, and what is usual on that weekday"


def _within(length: timedelta) -> str:
    """The whole minutes, hours or days within which something took place."""
    for unit, words in ((timedelta(minutes=1), "minute"), (timedelta(hours=1), "hour")):
        units = max(1, -(-length // unit))
        if units <= 120:
            return count(units, words)
    return count(-(-length // timedelta(days=1)), "day")


def _span(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return count(minutes, "minute")
    if minutes < 48 * 60:
        return f"about {count(round(minutes / 60), 'hour')}"
    return f"about {count(round(minutes / 1440), 'day')}"


def _when(moment: datetime | None) -> str:
    return "" if moment is None else f"{_day(london_day(moment))} at {london_time(moment)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
