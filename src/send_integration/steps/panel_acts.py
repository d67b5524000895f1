"""What people do at the panel: list a child, conclude its turn, complete an action, record a voice; audited and said at once.

Each is an event of the panel in the words of a record that the child has, so that it is the child's for certain, and the
timeline has it in seconds; until then `store.panel` keeps it as a word under way.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Engine

from send_integration.contracts.event import EventKey
from send_integration.contracts.identifiers import holds_nhs_number, holds_upn
from send_integration.errors import BadInput, DecidedMeanwhile
from send_integration.steps.own_events import own_event
from send_integration.steps.panel_drafts import Conclusion, ListingDraft, VoiceDraft
from send_integration.store.meetings import forget_place
from send_integration.store.outbox import say
from send_integration.store.panel import (
    Word,
    keep_decision_seen,
    keep_word,
    lock_words,
    record_of_child,
    said_by,
    seen_within,
    standing_event,
    who_said_within,
)
from send_integration.store.sessions import Session, record_within
from send_integration.store.shown import DECIDE, LIST_FOR_PANEL, RECORD_VOICE
from send_integration.timeline.seen import Changes, Seen, changed_since, said_for
from send_integration.when.london import london_day, london_midnight

FEED = "panel"
TAKEN_OFF = "taken_off"
VOICE_TAKEN_BACK = "voice_taken_back"
"""What the retraction of a listing, and of a voice, is called among the words under way."""

STANDS_IN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "discussed": ("discussions", ("meeting_on", "attendees", "note")),
    "decided": (
        "decisions",
        ("meeting_on", "decision", "rationale", "review_on", "funding", "voice_followed", "basis"),
    ),
    "action_agreed": ("actions", ("meeting_on", "owner", "owner_id", "what", "due_on")),
}
"""Where the panel's record has what was said, and the fields that say it."""

FREE_TEXTS = frozenset(("reason", "presenter", "attendees", "note", "rationale", "owner", "what", "text", "how"))


class Moved(DecidedMeanwhile):
    """Somebody else has discussed or decided for the same meeting since the form was opened; says what has changed."""

    def __init__(self, changes: Changes) -> None:
        super().__init__(
            "The panel has said more of this child since you opened the page",
            where="the decision",
            next_step="Read what has changed; what you wrote is still there.",
        )
        self.changes = changes


class _Record(NamedTuple):
    """As whom a child is spoken of: a source, and the person as it knows them."""

    source: str
    person: Mapping[str, Any]


class _Words(NamedTuple):
    """An event's word and its own fields as the wire has them; when it happened, where not now; and what it is called here."""

    what: str
    data: Mapping[str, Any]
    happened: datetime | None = None
    called: str = ""


class _Act(NamedTuple):
    """Who says something of which child, and when; what the audit calls it."""

    child_id: str
    by: Session
    action: str
    now: datetime

    @property
    def today(self) -> date:
        """The London day."""
        return london_day(self.now)


def list_child(engine: Engine, child_id: str, by: Session, listing: ListingDraft, now: datetime) -> str:
    """Put a child on the agenda of a meeting that is still to come, or is today; gives the event's id.

    `now` is a moment of the day that counts as today, here and below; whether they may, is asked before.
    """
    with engine.begin() as connection:
        return list_within(connection, child_id, by, listing, now)


def list_within(connection: Connection, child_id: str, by: Session, listing: ListingDraft, now: datetime) -> str:
    """The same in a transaction in which more is done."""
    act = _Act(child_id, by, LIST_FOR_PANEL, now)
    if listing.meeting_on < act.today:
        raise BadInput("That meeting is over", where="the meeting", next_step="Choose one that is still to come.")
    if any(
        item["meeting_on"] == listing.meeting_on.isoformat() for item in listings_of(hold_child(connection, child_id))
    ):
        raise BadInput("The child is on that agenda already", where="the meeting")
    return _say(connection, act, _record(connection, child_id), _Words("listed", _as_data(asdict(listing))))


def listings_of(seen: Seen) -> list[Mapping[str, Any]]:
    """What puts a child on agendas: what stands and is not about to be taken off, then what is on its way."""
    taken_off = _retracted(seen, TAKEN_OFF)
    standing = [item for item in seen.panel["listings"] if item["event_id"] not in taken_off]
    return [*standing, *(word["body"] for word in seen.under_way if word["what"] == "listed")]


def take_off(engine: Engine, child_id: str, by: Session, event_id: str, now: datetime) -> str:
    """Take a child off an agenda: what listed it, the event `event_id`, is retracted, and with it that it was carried over."""
    with engine.begin() as connection:
        seen = hold_child(connection, child_id)
        if event_id in _retracted(seen, TAKEN_OFF):
            raise BadInput("The child has been taken off already", where="the agenda")
        record, data = _said_before(connection, child_id, event_id, "listed")
        if said_for(seen, data["meeting_on"]):
            raise BadInput("The panel has talked about the child at this meeting", where="the agenda")
        words = _Words("listed", {**_without_references(data), "retracts": event_id}, called=TAKEN_OFF)
        forget_place(connection, child_id, date.fromisoformat(data["meeting_on"]))
        return _say(connection, _Act(child_id, by, LIST_FOR_PANEL, now), record, words)


def conclude(engine: Engine, child_id: str, by: Session, conclusion: Conclusion, seen: Seen, now: datetime) -> str:
    """Say all of a child's turn at a meeting, or nothing of it; gives the id of the decision's event, and keeps what the
    person had before them.

    Raises Moved where somebody else discussed or decided for the same meeting since. What the same person said before is not
    said again: of a form that is sent twice, or again with more actions, only what is new.
    """
    act, draft, corrects = _Act(child_id, by, DECIDE, now), conclusion.decision, conclusion.corrects
    happened = _checked(act, conclusion)
    with engine.begin() as connection:
        present = hold_child(connection, child_id)
        decided = _Words("decided", _as_data({**asdict(draft), "corrects": corrects}), happened)
        event_id = _said_already(connection, present, by, decided)
        if event_id is None:
            meetings = {found["meeting_on"] for found in seen.panel["decisions"] if found["event_id"] == corrects}
            _refuse_if_moved(connection, act, meetings | {draft.meeting_on.isoformat()}, seen, present)
        replaces = corrects and event_id is None
        record = (
            _said_before(connection, child_id, corrects, "decided")[0] if replaces else _record(connection, child_id)
        )
        before, after = _said_beside(conclusion, happened)
        _say_what_is_new(connection, act, record, present, before)
        if event_id is None:
            event_id = _say(connection, act, record, decided)
            keep_decision_seen(connection, EventKey(record.source, event_id), child_id, seen)
        _say_what_is_new(connection, act, record, present, after)
        return event_id


def complete_action(engine: Engine, child_id: str, by: Session, event_id: str, now: datetime) -> str:
    """Say that the action is done that the event `event_id` agreed."""
    with engine.begin() as connection:
        seen = hold_child(connection, child_id)
        record, data = _said_before(connection, child_id, event_id, "action_agreed")
        done = {"action_id": data["action_id"]}
        found = [item for item in seen.panel["actions"] if item["event_id"] == event_id]
        words = [word["body"] for word in seen.under_way if word["what"] == "action_completed"]
        if done in words or any(item["completed_on"] for item in found):
            raise BadInput("It is done already", where="the action")
        return _say(connection, _Act(child_id, by, DECIDE, now), record, _Words("action_completed", done))


def record_voice(engine: Engine, child_id: str, by: Session, said: VoiceDraft, now: datetime) -> str:
    """Write down what a child, young person or parent said on a day, in their own words."""
    act = _Act(child_id, by, RECORD_VOICE, now)
    if said.said_on > act.today:
        raise BadInput("That day has not come", where="the day")
    if not said.text.strip():
        raise BadInput("Nothing is written", where="their words")
    happened = london_midnight(said.said_on) if said.said_on < act.today else None
    data = {"of": said.of, "text": said.text, "how": said.how}
    return _say_once(engine, act, _Words("voice_recorded", _as_data(data), happened))


def take_voice_back(engine: Engine, child_id: str, by: Session, event_id: str, now: datetime) -> str:
    """Take back what somebody is said to have said, where it was written down here: the event `event_id` is retracted."""
    with engine.begin() as connection:
        seen = hold_child(connection, child_id)
        if not who_said_within(connection, [event_id]):  # what another system says is that system's to take back
            raise BadInput("It was not written down on these pages", where="their words")
        if event_id in _retracted(seen, VOICE_TAKEN_BACK):
            raise BadInput("It has been taken back already", where="their words")
        record, data = _said_before(connection, child_id, event_id, "voice_recorded")
        again = {**_without_references(data), "retracts": event_id}
        words = _Words("voice_recorded", again, called=VOICE_TAKEN_BACK)
        return _say(connection, _Act(child_id, by, RECORD_VOICE, now), record, words)


def _say_once(engine: Engine, act: _Act, words: _Words) -> str:
    """Say something that rests on nothing else; the same said twice before the timeline has it is said once."""
    with engine.begin() as connection:
        present = hold_child(connection, act.child_id)
        again = _said_already(connection, present, act.by, words)
        return again or _say(connection, act, _record(connection, act.child_id), words)


def _said_beside(conclusion: Conclusion, happened: datetime | None) -> tuple[list[_Words], list[_Words]]:
    """What is said with a decision: who was there and what was discussed, before it, and the actions, after it."""
    there = {"meeting_on": conclusion.decision.meeting_on, "attendees": list(conclusion.attendees)}
    discussed = [_Words("discussed", _as_data({**there, "note": conclusion.discussion}), happened)]
    agreed = [{"action_id": str(uuid4()), **_as_data(asdict(action))} for action in conclusion.actions]
    return discussed if conclusion.attendees else [], [_Words("action_agreed", data, happened) for data in agreed]


def _say_what_is_new(
    connection: Connection, act: _Act, record: _Record, present: Seen, every: Iterable[_Words]
) -> None:
    for words in every:
        if _said_already(connection, present, act.by, words) is None:
            _say(connection, act, record, words)


def hold_child(connection: Connection, child_id: str) -> Seen:
    """The child as it stands, once nobody else speaks of it. Raises BadInput where there is none."""
    lock_words(connection, child_id)
    seen = seen_within(connection, child_id)
    if seen is None:
        raise BadInput("There is no such child", where="the child")
    return seen


def _record(connection: Connection, child_id: str) -> _Record:
    """Of a record that the child has whoever speaks of the child speaks: another of our own would have to be matched first,
    which for a restricted one is never done, and could wait for a person meanwhile."""
    found = record_of_child(connection, child_id)
    if found is None:
        raise BadInput("The child's records are being moved", where="the child", next_step="Try again in a moment.")
    body = json.loads(found)
    return _Record(body["source"], body["data"]["person"])


def _said_before(connection: Connection, child_id: str, event_id: str, what: str) -> tuple[_Record, dict[str, Any]]:
    """As whom the child was spoken of by an event of the panel that stands, and what it said."""
    found = standing_event(connection, child_id, event_id)
    body = json.loads(found) if found is not None else None
    if body is None or body["type"] != f"send.{FEED}.{what}.v1":
        raise BadInput(
            "It does not stand on the timeline", where="what is to be changed", next_step="Open the page again."
        )
    return _Record(body["source"], body["data"]["person"]), body["data"]


def _without_references(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in ("person", "corrects", "retracts", "note")}


def _at_meeting(act: _Act, meeting_on: date) -> datetime | None:
    """When what was said at a meeting happened: now, or on its day where that is past. Raises BadInput before its day."""
    if meeting_on > act.today:
        raise BadInput("That meeting has not been held", where="the meeting")
    return london_midnight(meeting_on) if meeting_on < act.today else None


def _checked(act: _Act, conclusion: Conclusion) -> datetime | None:
    """When it was decided. Raises BadInput where the parts of it do not fit, which the gate would remark or refuse."""
    draft = conclusion.decision
    if not draft.rationale.strip():
        raise BadInput("A decision says why", where="the rationale")
    if draft.review_on is not None and draft.review_on < draft.meeting_on:
        raise BadInput("The review lies before the meeting", where="the next review")
    shares = asdict(draft.funding).values() if draft.funding is not None else ()
    if draft.decision == "joint-funding" and sum(share > 0 for share in shares) < 2:
        raise BadInput("Joint funding is paid by two sectors at least", where="the funding")
    if draft.decision == "close" and draft.funding is not None:
        raise BadInput("A case that is closed is not funded", where="the funding")
    if any(action.due_on < draft.meeting_on for action in conclusion.actions):
        raise BadInput("An action would be due before it is agreed", where="the actions")
    return _at_meeting(act, draft.meeting_on)


def _refuse_if_moved(connection: Connection, act: _Act, meetings: set[str], seen: Seen, present: Seen) -> None:
    """Raise Moved where others have said more for one of these meetings than was seen, or less."""
    if seen.mark == present.mark:
        return
    other = {event_id for day in meetings for event_id in said_for(seen, day) ^ said_for(present, day)}
    if other - said_by(connection, other, act.by.actor):
        raise Moved(changed_since(seen, present))


def _said_already(connection: Connection, present: Seen, by: Session, words: _Words) -> str | None:
    """The event by which the same person has said just this, on its way or on the timeline: a form that was sent twice."""
    said = {**words.data, "action_id": None}
    for word in present.under_way:
        if (word["what"], word["said_by"]) == (words.what, by.actor) and {**word["body"], "action_id": None} == said:
            return str(word["event_id"])
    where, names = STANDS_IN.get(words.what, ("", ()))
    stand = [item["event_id"] for item in present.panel.get(where, ()) if _says(item, names, words.data)]
    return min(said_by(connection, stand, by.actor), default=None) if stand else None


def _says(item: Mapping[str, Any], names: Iterable[str], data: Mapping[str, Any]) -> bool:
    """Whether an item of the panel's record says just what some fields do, in the place of the same event."""
    replaced = [former["event_id"] for former in item.get("former", ())]
    if data.get("corrects", "") not in ("", *replaced):
        return False
    return all(item.get(name) == data.get(name) for name in names)


def _retracted(present: Seen, called: str) -> set[str]:
    """The events that are on their way to be retracted, by what their retraction is called."""
    return {word["body"]["retracts"] for word in present.under_way if word["what"] == called}


def _as_data(given: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as the wire has them: days as text, and nothing that was not given."""
    found = {name: _on_the_wire(value) for name, value in given.items()}
    return {name: value for name, value in found.items() if value is not None and value != ""}


def _on_the_wire(value: Any) -> Any:  # noqa: ANN401 - fields are of any kind
    if isinstance(value, date):
        return value.isoformat()
    return value.strip() if isinstance(value, str) else value


def _say(connection: Connection, act: _Act, record: _Record, words: _Words) -> str:
    """Say, keep and audit it in this transaction; gives the event's id. Raises BadInput where the gate would refuse it."""
    data = words.data
    _refuse_numbers(data)
    about = {"person": record.person, **data}
    event = own_event(
        FEED, words.what, record.source, f"local:{record.person['local_id']}", about, act.now, words.happened
    )
    meeting_on = date.fromisoformat(data["meeting_on"]) if "meeting_on" in data else None
    called = words.called or words.what
    say(connection, [event.message])
    keep_word(
        connection,
        Word(event.event_id, record.source, act.child_id, meeting_on, called, act.by.actor, act.now, data),
    )
    why = f"{called}, event {event.event_id}"
    record_within(connection, act.by, act.action, act.child_id, allowed=True, why=why)
    return event.event_id


def _refuse_numbers(data: Mapping[str, Any]) -> None:
    """Raise BadInput where a text holds a number of a child, which the gate's suite would refuse or remark, out of sight."""
    for name in FREE_TEXTS & data.keys():
        texts = data[name] if isinstance(data[name], list) else [data[name]]
        if any(holds_nhs_number(text) or holds_upn(text) for text in texts):
            raise BadInput("It holds a number of a child", where=name, next_step="Take it out.")
