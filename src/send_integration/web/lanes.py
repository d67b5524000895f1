"""What the picture of a child's years tells, lane by lane: the facts alone, which the drawings and the table share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from send_integration.rules.model import RuleBook
from send_integration.rules.names import rule_name
from send_integration.rules.silence import SilentFeed
from send_integration.timeline.model import Episode
from send_integration.web.days import written
from send_integration.web.effects import count
from send_integration.web.names import SECTORS, feed_name, name_of

LEGAL = "legal"
LANES = (LEGAL, "education", "health", "care", "panel")
TITLES = {LEGAL: "Legal duties", **SECTORS}
VOICE = "send.panel.voice_recorded.v1"
OVER = frozenset({"excepted", "not-needed"})
"""How a duty stands that no longer runs against anybody."""

AHEAD = frozenset({"pending", "due-soon", "paused"})


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of time: a pathway, a wait for it, or a legal clock.

    `began_on` parts a wait, drawn hatched, from what came after it; None where there was no wait, or it has not ended.
    `due_on` parts what was in time from what is over it, drawn red. `until` None is today: it goes on. `label` is short and
    stands in the picture, `told` says how it stands and is in the table.
    """

    lane: str
    name: str
    since: date
    until: date | None
    label: str
    told: str
    waits: bool = False
    began_on: date | None = None
    due_on: date | None = None
    late: bool = False
    flags: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """What happened in one lane on one day; `flags` are the numbers of those that rest on it."""

    lane: str
    on: date
    titles: tuple[str, ...]
    voice: bool
    flags: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A legal duty whose day is still to come."""

    name: str
    on: date
    flags: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unheard:
    """Since when a lane may lack something, for feeds of it are paused or silent."""

    lane: str
    since: date
    told: str


@dataclass(frozen=True, slots=True)
class Lanes:
    """All that the picture tells, the sentence that says it in short, and how many entries each lane has."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    deadlines: tuple[Deadline, ...]
    unheard: tuple[Unheard, ...]
    entries: Mapping[str, int]
    first: date
    today: date
    sentence: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a child's lanes are made of: the answer's timeline and milestones, and the episodes with the days on which each
    wait ended."""

    timeline: Sequence[Mapping[str, Any]]
    milestones: Sequence[Mapping[str, Any]]
    episodes: Sequence[Episode]


def lanes_of(
    told: Told, rules: RuleBook, today: date, numbers: Mapping[str, tuple[int, ...]], silent: Sequence[SilentFeed] = ()
) -> Lanes:
    """The lanes of one child on one day; `numbers` are the flags that rest on each event, by its id."""
    bars = (
        *_clocks(told.milestones, rules, today, numbers),
        *(_pathway(episode, today) for episode in told.episodes),
    )
    marks = _marks(told.timeline, numbers)
    deadlines = _deadlines(told.milestones, rules, today, numbers)
    unheard = _unheard(silent, today)
    days = [mark.on for mark in marks]
    entries = dict.fromkeys(LANES, 0)
    for mark in marks:
        entries[mark.lane] += len(mark.titles)
    first = min([*days, *(bar.since for bar in bars), today])
    sentence = _sentence(sum(entries.values()), first, bars, unheard, today)
    return Lanes(bars, marks, deadlines, unheard, entries, first, today, sentence)


class Row(NamedTuple):
    """One line of the table that tells what the picture shows; `fact` is what it is about."""

    lane: str
    what: str
    when: str
    told: str
    fact: object


def table_of(lanes: Lanes) -> list[Row]:
    """Everything that the picture could show, lane by lane in the order of days."""
    rows: list[tuple[int, date, Row]] = []

    def add(lane: str, on: date, what: str, when: str, told: str, fact: object) -> None:
        rows.append((LANES.index(lane), on, Row(TITLES[lane], what, when, told, fact)))

    for bar in lanes.bars:
        when = f"{written(bar.since)} to {written(bar.until)}" if bar.until else f"since {written(bar.since)}"
        add(bar.lane, bar.since, bar.name, when, bar.told + _flags_told(bar.flags), bar)
    for mark in lanes.marks:
        told = _flags_told(mark.flags).removeprefix("; ")
        add(mark.lane, mark.on, "; ".join(mark.titles), written(mark.on), told, mark)
    for deadline in lanes.deadlines:
        add(LEGAL, deadline.on, deadline.name, written(deadline.on), "due" + _flags_told(deadline.flags), deadline)
    for gap in lanes.unheard:
        add(gap.lane, gap.since, gap.told, f"since {written(gap.since)}", "something may be missing here", gap)
    return [row for _, _, row in sorted(rows, key=lambda found: found[:2])]


def _flags_told(flags: Sequence[int]) -> str:
    return f"; flag {', '.join(map(str, flags))}" if flags else ""


def _clocks(
    milestones: Iterable[Mapping[str, Any]], rules: RuleBook, today: date, numbers: Mapping[str, tuple[int, ...]]
) -> list[Bar]:
    """A clock for each statutory duty that was met, is missed, or has its warning; the latest day last."""
    found = []
    for milestone in milestones:
        status = milestone["status"]
        if rules[milestone["milestone"]].basis != "S" or status in OVER or status == "pending":
            continue
        due_on, met_on = _day(milestone["due_on"]), milestone["met_on"]
        name = rule_name(milestone["milestone"])
        since = min(_day(milestone["triggered_on"]), due_on)
        until = _day(met_on) if met_on else None
        late = max(((until or today) - due_on).days, 0) if status in ("missed", "met-late") else 0
        words = {"met": "in time", "due-soon": "due soon", "paused": "paused"}.get(status, f"{count(late, 'day')} late")
        told = f"due {written(due_on)}; " + (f"met {words}" if met_on else f"not met, {words}")
        flags = _flags_of(milestone, numbers)
        found.append(
            Bar(LEGAL, name, since, until, f"{name}, {words}", told, due_on=due_on, late=late > 0, flags=flags)
        )
    return sorted(found, key=lambda bar: (bar.since, bar.name))


def _deadlines(
    milestones: Iterable[Mapping[str, Any]], rules: RuleBook, today: date, numbers: Mapping[str, tuple[int, ...]]
) -> tuple[Deadline, ...]:
    found = {
        Deadline(rule_name(m["milestone"]), _day(m["due_on"]), _flags_of(m, numbers))
        for m in milestones
        if m["status"] in AHEAD and _day(m["due_on"]) >= today and rules[m["milestone"]].basis == "S"
    }
    return tuple(sorted(found, key=lambda deadline: (deadline.on, deadline.name, deadline.flags)))


def _flags_of(milestone: Mapping[str, Any], numbers: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The flag of a milestone stands under its rule and subject, as the flags of events under their ids."""
    return numbers.get(f"{milestone['milestone']} {milestone['subject']}", ())


def _pathway(episode: Episode, today: date) -> Bar:
    """A pathway with its wait: how long, and whether help came at its end."""
    name = name_of(episode.pathway)
    began, closed = episode.started_on, episode.closed_on
    waits = began is None or began > episode.opened_on
    weeks = count(((began or closed or today) - episode.opened_on).days // 7, "week")
    if not waits:
        label = told = name
        told = "under way" if closed is None else "closed"
    elif began is not None:
        label, told = f"{name}, waited {weeks}", f"waited {weeks}, began {written(began)}"
        told += "" if closed is None else "; closed"
    elif closed is not None:
        label, told = f"{name}, closed after {weeks}", f"waited {weeks} and was closed before help began"
    else:
        label, told = f"{name}, waiting {weeks}", f"waiting for {weeks} so far"
    return Bar(str(episode.sector), name, episode.opened_on, closed, label, told, waits=waits, began_on=began)


def _marks(timeline: Iterable[Mapping[str, Any]], numbers: Mapping[str, tuple[int, ...]]) -> tuple[Mark, ...]:
    """One mark for each lane and day; a voice has its own."""
    titles: dict[tuple[str, str, bool], list[str]] = {}
    flags: dict[tuple[str, str, bool], set[int]] = {}
    for entry in timeline:
        place = (entry["sector"], entry["on"], entry["type"] == VOICE)
        titles.setdefault(place, []).append(entry["title"])
        flags.setdefault(place, set()).update(numbers.get(entry["event_id"], ()))
    return tuple(
        Mark(lane, _day(on), tuple(said), voice, tuple(sorted(flags[lane, on, voice])))
        for (lane, on, voice), said in titles.items()
    )


def _unheard(silent: Sequence[SilentFeed], today: date) -> tuple[Unheard, ...]:
    found = []
    for lane in LANES[1:]:
        feeds = [feed for feed in silent if lane in feed.sectors]
        if feeds:
            since = min(today, *(feed.since for feed in feeds))
            names = ", ".join(feed_name(feed.feed) for feed in feeds)
            found.append(Unheard(lane, since, f"{names}: nothing received"))
    return tuple(found)


def _sentence(entries: int, first: date, bars: Sequence[Bar], unheard: Sequence[Unheard], today: date) -> str:
    """What the picture shows, for whoever does not see it: how much, the longest waits, what is over its legal day."""
    if not entries:
        return "Nothing has happened that the picture could show."
    said = [f"{'1 entry' if entries == 1 else f'{entries} entries'} from {first:%B %Y} to {today:%B %Y}."]
    waits = sorted((bar for bar in bars if bar.waits), key=_waited_until(today), reverse=True)[:2]
    waits = [bar for bar in waits if _weeks(bar, today)]
    if waits:
        longest = "; ".join(f"{bar.name}, {count(_weeks(bar, today), 'week')}" for bar in waits)
        said.append(f"The longest waits: {longest}.")
    late = sum(bar.late and bar.until is None for bar in bars)
    if late:
        said.append("1 legal duty is past its day." if late == 1 else f"{late} legal duties are past their day.")
    said += [f"{gap.told} in full since {written(gap.since)}." for gap in unheard]
    return " ".join(said)


def _waited_until(today: date) -> Any:  # noqa: ANN401 - a key for sorting
    return lambda bar: ((bar.began_on or bar.until or today) - bar.since).days


def _weeks(bar: Bar, today: date) -> int:
    days: timedelta = (bar.began_on or bar.until or today) - bar.since
    return days.days // 7


def _day(text: str) -> date:
    return date.fromisoformat(text)
