"""A meeting's agenda as a page shows it: who is listed and why, how far the panel is with each, and what has changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Engine

from send_integration.steps.panel_acts import TAKEN_OFF
from send_integration.store.meetings import AgendaChild, Carried, agenda_of, recorded_since
from send_integration.store.panel import Word, decisions_seen, seen_of, words_under_way
from send_integration.store.sessions import Session
from send_integration.timeline.meeting import in_order
from send_integration.timeline.seen import Seen
from send_integration.web.child_page import year_name
from send_integration.web.context import Site, asked_of
from send_integration.web.decide_form import DECISIONS
from send_integration.web.names import shown_name
from send_integration.web.policy import Action, Fields
from send_integration.web.since import LastTime, Since, last_time, since_day, since_seen
from send_integration.when.periods import age_on

MOST_ENTRIES = 5
"""Of what came and went so much is told on a meeting's pages; the rest is on the child's own."""

Tag = tuple[str, str]
"""How a tag looks, and its words."""


@dataclass(frozen=True, slots=True)
class ShownListing:
    """Why a child is on the agenda, and who presents; `under_way` where the timeline does not have it yet."""

    event_id: str
    reason: str
    presenter: str | None
    under_way: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One child of an agenda. `decision` is the event of the decision for this meeting, `reached` whether the panel has
    talked about the child."""

    child_id: str
    name: str
    age: int
    year: str
    listings: tuple[ShownListing, ...]
    tags: tuple[Tag, ...]
    since: Since
    decision: str | None
    reached: bool
    carried: Carried | None
    may_decide: bool


def agenda_rows(site: Site, session: Session, day: date) -> list[Row]:
    """An agenda in its order, with those children alone of whom the person may know; that they were shown is written down."""
    children = shown_children(site, session, day)
    ids = [child.child_id for child in children]
    site.note_looks(session, Action.VIEW_MEETING, ids, f"agenda of {day}")
    words = words_under_way(site.engine, ids)
    since = since_last_time(site.engine, {child.child_id: child.panel for child in children}, day)
    held, today = day <= site.settings.today(), site.settings.today()
    rows = [
        _row(
            child,
            (day, today),
            words.get(child.child_id, ()),
            since.get(child.child_id, Since()),
            site.sees(session, child.standing),
            may_decide=held and site.ask(session, Action.DECIDE, child.standing).allowed,
        )
        for child in children
    ]
    return [row for row in rows if row.listings]


def shown_children(site: Site, session: Session, day: date) -> list[AgendaChild]:
    """The children of an agenda in its order, of whom a person may know."""
    listed = {child.child_id: child for child in agenda_of(site.engine, day)}
    seen = [one for one in listed if asked_of(session, Action.VIEW_MEETING, listed[one].standing).allowed]
    places = {one: child.place for one, child in listed.items() if child.place is not None}
    return [listed[child_id] for child_id in in_order(seen, places)]


def listings_by_day(panel: Mapping[str, Any], words: Sequence[Word]) -> dict[date, list[ShownListing]]:
    """Why one child is on which meetings' agendas, by the panel's record and what is on its way to it, in order."""
    days = {date.fromisoformat(item["meeting_on"]) for item in panel["listings"]}
    days |= {word.meeting_on for word in words if word.what == "listed" and word.meeting_on is not None}
    found = {day: list(_listings(panel, [one for one in words if one.meeting_on == day], day)) for day in sorted(days)}
    return {day: listings for day, listings in found.items() if listings}


def _row(
    child: AgendaChild,
    days: tuple[date, date],
    words: Sequence[Word],
    since: Since,
    sees: Fields,
    *,
    may_decide: bool,
) -> Row:
    """A child of an agenda for the day of the meeting and today, with what of it the person sees."""
    day, today = days
    told = [word for word in words if word.meeting_on == day]
    decided = decided_for(child.panel, told, day)
    talked = any(item["meeting_on"] == day.isoformat() for item in child.panel["discussions"])
    talked = talked or any(word.what == "discussed" for word in told)
    decision = decided["event_id"] if decided else None
    return Row(
        child.child_id,
        shown_name(child, child.child_id, sees),
        age_on(child.date_of_birth, today),
        year_name(child.date_of_birth, child.years_above, today),
        tuple(_listings(child.panel, told, day)),
        tuple(_tags(child, decided if sees.decisions else None, told, talked=talked or decided is not None)),
        since if sees.decisions else replace(since, changes=replace(since.changes, decisions=(), words=())),
        decision if sees.decisions else None,
        reached=talked or decision is not None,
        carried=child.carried,
        may_decide=may_decide,
    )


def decided_for(panel: Mapping[str, Any], words: Iterable[Word], day: date) -> Mapping[str, Any] | None:
    """The last decision for a meeting, of those that stand and of those on their way."""
    standing = [item for item in panel["decisions"] if item["meeting_on"] == day.isoformat()]
    said = [
        {**word.body, "event_id": word.event_id} for word in words if word.what == "decided" and word.meeting_on == day
    ]
    return [*standing, *said][-1] if standing or said else None


def _listings(panel: Mapping[str, Any], words: Iterable[Word], day: date) -> Iterable[ShownListing]:
    taken_off = {word.body["retracts"] for word in words if word.what == TAKEN_OFF}
    for item in panel["listings"]:
        if item["meeting_on"] == day.isoformat() and item["event_id"] not in taken_off:
            yield ShownListing(item["event_id"], item["reason"], item["presenter"], under_way=False)
    for word in words:
        if word.what == "listed":
            yield ShownListing(word.event_id, word.body["reason"], word.body.get("presenter"), under_way=True)


def _tags(
    child: AgendaChild, decided: Mapping[str, Any] | None, words: Sequence[Word], *, talked: bool
) -> Iterable[Tag]:
    if decided:
        yield "met", f"Decided: {DECISIONS.get(decided['decision'], decided['decision']).lower()}"
    elif talked:
        yield "met", "Discussed"
    elif child.carried:
        yield "raise", "Carried over"
    if any(word.what in ("decided", "discussed") for word in words):
        yield "", "On its way to the timeline"
    if any(word.refused for word in words):
        yield "missed", "Held by the checks: the data stewards work on it"


def since_last_time(engine: Engine, panels: Mapping[str, Mapping[str, Any]], day: date) -> dict[str, Since]:
    """What has changed of some children since the panel last talked about each, before a meeting, by its records of them;
    nothing of a child about whom it has not talked."""
    last = {child_id: found for child_id, panel in panels.items() if (found := last_time(panel, day)) is not None}
    return changes_since(engine, last, seen_of(engine, last)) if last else {}


def changes_since(engine: Engine, last: Mapping[str, LastTime], present: Mapping[str, Seen]) -> dict[str, Since]:
    """The same for children as they stand at `present`: against what the panel had before it the last time, where that is
    kept; else by the day."""
    kept = decisions_seen(engine, [event_id for found in last.values() for event_id in found.event_ids], present)
    against = {
        one: seen.whole
        for one, found in last.items()
        for event_id in reversed(found.event_ids)
        if (seen := kept.get(event_id)) is not None and seen.child_id == one
    }
    recorded = recorded_since(engine, {one: found.meeting_on for one, found in last.items() if one not in against})
    return {
        one: since_seen(last[one], against[one], now)
        if one in against
        else since_day(last[one], now, recorded.get(one, frozenset()))
        for one, now in present.items()
    }
