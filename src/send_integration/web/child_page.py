"""Everything on a child's page, worked out from what is known: of today from what is kept, of any other day anew."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Engine

from send_integration.contracts.event import Event
from send_integration.contracts.topics import FEEDS
from send_integration.evaluate import child_as_json
from send_integration.rules.flags import flag_as_json
from send_integration.rules.handling import SERIOUS
from send_integration.rules.model import Level, RuleBook
from send_integration.rules.silence import NAMES, Silence, silence_of
from send_integration.rules.year_groups import Told as EnrolledIn
from send_integration.rules.year_groups import told_by, years_above
from send_integration.steps.as_it_was import as_it_was, events_shown
from send_integration.steps.feed_standing import unheard_feeds
from send_integration.steps.flag_saying import worker_as_json
from send_integration.store.children import StoredChild
from send_integration.store.feed_health import last_days
from send_integration.store.flags import is_dismissed, open_flags_of
from send_integration.store.panel import Word, words_under_way
from send_integration.timeline.episodes import episodes_of
from send_integration.timeline.named_workers import named_workers
from send_integration.timeline.panel import panel_as_json, panel_record
from send_integration.timeline.relations import tells_of_family
from send_integration.web.context import agency_name
from send_integration.web.days import written
from send_integration.web.decided import panel_view
from send_integration.web.drawing import PHONE, WIDE, draw
from send_integration.web.entries import by_school_year, entries_of, numbers_of
from send_integration.web.lanes import Told, lanes_of, table_of
from send_integration.web.looking import Asked
from send_integration.web.names import SECTORS, shown_name
from send_integration.web.policy import Fields
from send_integration.web.services import Heard, services_of
from send_integration.web.voices import voices_of
from send_integration.when.periods import age_on
from send_integration.when.school_years import school_year_start, year_group

THE_CHILD = "the child"
LONGEST_IN_HEADINGS = 30
PREFERRED_NAME = "people.details_changed"
STANDS = ("missed", "due-soon", "paused", "pending", "met-late", "met", "excepted", "not-needed")
"""How dates stand, in the order in which the page lists them."""

UNJUDGED = (
    "A fault of the software keeps what came of late from being shown here. What you see is right as at the day on which it"
    " was evaluated; ask the services before you decide. Those who look after the software have been told."
)


class Known(NamedTuple):
    """What the page is made of: the one answer, the events behind its entries in order of happening, the flags, the panel's
    record, and who is named. Of today also how the feeds stand, and what our pages said that is not on the timeline yet."""

    answer: Mapping[str, Any]
    events: Sequence[Event]
    flags: Sequence[Mapping[str, Any]]
    panel: Mapping[str, Any]
    named_workers: Sequence[Mapping[str, Any]]
    heard: Heard | None
    silence: Silence
    under_way: Sequence[Word] = ()
    unjudged: bool = False


NO_SILENCE = Silence((), {})


def known_today(engine: Engine, found: StoredChild, rules: RuleBook, today: date) -> Known:
    """What is kept of a child."""
    unheard = unheard_feeds(engine)
    return Known(
        found.answer,
        [event for event in events_shown(engine, found.child_id, today) if not tells_of_family(event)],
        open_flags_of(engine, found.child_id),
        found.panel,
        found.named_workers,
        Heard(unheard, last_days(engine)),
        silence_of(found.answer, unheard, rules),
        words_under_way(engine, [found.child_id]).get(found.child_id, ()),
        found.unjudged,
    )


def known_then(engine: Engine, found: StoredChild, rules: RuleBook, asked: Asked) -> Known:
    """What the answer was, or would have been, on another day. Of how the feeds stood then nothing is kept."""
    past = as_it_was(engine, found.child_id, rules, asked.as_at, asked.known_on)
    if past is None:
        nothing: dict[str, Any] = {"timeline": [], "episodes": [], "milestones": [], "risks": []}
        empty = panel_as_json(panel_record(()))
        return Known({**found.answer, **nothing}, (), (), empty, (), None, NO_SILENCE)
    flags = [
        {**flag_as_json(flag), "because": "", "raised_by_version": flag.version, "handler": None}
        for flag in past.answer.flags
    ]
    events = [event for event in past.answer.timeline.events if not tells_of_family(event)]
    return Known(
        child_as_json(past.answer, rules),
        events,
        sorted(flags, key=_urgency),
        panel_as_json(past.panel),
        [worker_as_json(named) for named in named_workers(events, asked.as_at)],
        None,
        NO_SILENCE,
    )


def page_of(found: StoredChild, known: Known, rules: RuleBook, asked: Asked, sees: Fields) -> dict[str, Any]:
    """What the child's templates show. Names, numbers and birth date are today's: a former name would tell of an adoption."""
    today, answer = asked.as_at, known.answer
    flags = [*(f for f in known.flags if not is_dismissed(f)), *(f for f in known.flags if is_dismissed(f))]
    numbers = numbers_of(flags)
    born_on = date.fromisoformat(found.answer["date_of_birth"])
    enrolled = told_by(born_on, [event for event in known.events if event.what == "school.enrolled"])
    year_in = partial(_year_in, born_on, enrolled)
    notes = {sector: sees.notes_of(sector) for sector in SECTORS} | {"panel": sees.decisions}
    entries = entries_of(answer["timeline"], known.events, numbers, notes, agency_name)
    chosen = asked.chosen(entries)
    links = _links(answer["timeline"], {entry.anchor for entry in chosen}, asked)
    hrefs = {event_id: link.href for event_id, link in links.items()}
    told = Told(answer["timeline"], answer["milestones"], episodes_of(known.events))
    lanes = lanes_of(told, rules, today, numbers, known.silence.feeds)
    preferred = _preferred_name(known.events)
    called = _called(preferred or found.given_name) if sees.names else THE_CHILD
    child_voice, parents_voice = voices_of(known.panel, hrefs, called, entries[0].on if entries else None, today)
    return {
        "child": found,
        "whole_name": shown_name(found, found.child_id, sees),
        "answer": found.answer,
        "asked": asked,
        "age": age_on(born_on, today),
        "year": year_in(today),
        "school": _school(known.events),
        "preferred": preferred,
        "called": called,
        "flags": [{**flag, "number": at} for at, flag in enumerate(flags, start=1) if not is_dismissed(flag)],
        "dismissed": [{**flag, "number": at} for at, flag in enumerate(flags, start=1) if is_dismissed(flag)],
        "entries": links,
        "all_entries": len(entries),
        "shown_entries": len(chosen),
        "years": by_school_year(chosen, year_in),
        "services": services_of(known.panel["services"], known.named_workers, known.events, known.heard),
        "voices": (child_voice, parents_voice),
        "under_way": known.under_way,
        "panel": panel_view(known.panel, hrefs, today),
        "milestones": _milestones(answer["milestones"], known.silence, today),
        "lanes": lanes,
        "lanes_table": table_of(lanes),
        "drawings": [draw(lanes, born_on, layout) for layout in (WIDE, PHONE)],
        "silent": _warnings(known),
        "sectors": SECTORS,
        "feeds": {feed: NAMES.get(feed, feed) for feed in FEEDS if feed != "identity"},
    }


def _warnings(known: Known) -> list[str]:
    """What of the page may lack something: a fault of ours, and feeds of which nothing is heard."""
    unheard = [feed.in_words(written(feed.since)) for feed in known.silence.feeds]
    return [UNJUDGED, *unheard] if known.unjudged else unheard


def _year_in(born_on: date, enrolled: Sequence[EnrolledIn], day: date) -> str:
    return year_name(born_on, years_above(enrolled, school_year_start(day).year), day)


def year_name(born_on: date, above: int, day: date) -> str:
    """The school year as people say it, of a child who is so far above the year group of their age."""
    year = year_group(born_on, day) + above
    if year < 0:
        return "Under five" if year >= -5 else "Not yet born"
    return "Reception" if year == 0 else f"Year {year}" if year <= 13 else "Over 18"


class Link(NamedTuple):
    """A way to an entry."""

    href: str
    words: str


def _links(timeline: Sequence[Mapping[str, Any]], shown: set[str], asked: Asked) -> dict[str, Link]:
    """Where each event stands, by its id: on this page, or on the same page without filters where they leave it out."""
    away = asked.address() or "?"
    found = {}
    for number, told in enumerate(timeline, start=1):
        here = "" if f"e{number}" in shown else away
        found[told["event_id"]] = Link(f"{here}#e{number}", f"{told['title']}, {written(told['on'])}")
    return found


def _preferred_name(events: Sequence[Event]) -> str:
    said = (event.text("preferred_name") for event in reversed(events) if event.what == PREFERRED_NAME)
    return next((name for name in said if name), "")


def _called(name: str) -> str:
    """The name in headings; one that would fill them is left to the top of the page."""
    return name if len(name) <= LONGEST_IN_HEADINGS else THE_CHILD


def _school(events: Sequence[Event]) -> str:
    """The school by its number: names of schools are no event's."""
    last = next((event for event in reversed(events) if event.what in ("school.enrolled", "school.left")), None)
    if last is None:
        return "unknown"
    if last.what == "school.left":
        return f"none known since {written(last.on)}"
    return f"URN {last.text('urn')}, since {written(last.on)}"


def _milestones(found: Sequence[Mapping[str, Any]], silence: Silence, today: date) -> list[dict[str, Any]]:
    """Every date with how late it is by today, those that ask for somebody first."""
    milestones = [
        {
            **m,
            "waits_for": silence.waits_for(m),
            "days_late": (today - date.fromisoformat(m["due_on"])).days if m["status"] == "missed" else m["days_late"],
        }
        for m in found
    ]
    return sorted(milestones, key=lambda m: (STANDS.index(m["status"]), m["due_on"]))


def _urgency(flag: Mapping[str, Any]) -> tuple[int, str, str]:
    return -SERIOUS.index(Level(flag["level"])), flag["due_on"] or "9999", flag["flag_id"]
