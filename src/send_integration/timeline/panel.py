"""The panel's record of a child: who listed it for which meeting, what was said, decided and agreed, and what came of it.

It is folded from a child's standing events beside the one answer, for its texts may not be where the answer goes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from send_integration.contracts.event import Event, EventKey
from send_integration.timeline.fold import happening_order
from send_integration.timeline.involvement import Involvement, involvements_of
from send_integration.when.london import utc_text

LISTED, DISCUSSED, DECIDED = "panel.listed", "panel.discussed", "panel.decided"
ACTION_AGREED, ACTION_COMPLETED, VOICE = "panel.action_agreed", "panel.action_completed", "panel.voice_recorded"

NONE: Mapping[EventKey, Sequence[Event]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Said:
    """The event that says it: its id and source, the day on which it happened, and when it was written down."""

    event_id: str
    source: str
    on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """The child is on a meeting's agenda."""

    said: Said
    meeting_on: date
    reason: str
    presenter: str | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class Discussion:
    """The panel talked of the child, who was there, and what was said where somebody wrote it down."""

    said: Said
    meeting_on: date
    attendees: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class DecisionContent:
    """All that a decision says; `funding` has the shares of education, health and care."""

    meeting_on: date
    decision: str
    rationale: str
    review_on: date | None
    funding: Mapping[str, float] | None
    voice_followed: str | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class FormerDecision:
    """What a decision said before it was corrected."""

    event_id: str
    content: DecisionContent
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What the panel decided, as it now stands; `former` is what corrections replaced, the oldest first."""

    said: Said
    content: DecisionContent
    former: tuple[FormerDecision, ...]

    @property
    def meeting_on(self) -> date:
        """The meeting for which it stands."""
        return self.content.meeting_on


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody took on, by when, and whether it is done; `owner_id` is the worker's, where the event says it."""

    said: Said
    action_id: str
    owner: str
    owner_id: str | None
    what: str
    due_on: date
    agreed_on: date
    meeting_on: date | None
    completed_on: date | None


@dataclass(frozen=True, slots=True)
class Voice:
    """What the child, the young person or a parent said, in their own words."""

    said: Said
    of: str
    text: str
    how: str


@dataclass(frozen=True, slots=True)
class PanelRecord:
    """All of it for one child. Lists run with the meetings, actions with their due days; voices begin with the newest."""

    listings: tuple[Listing, ...]
    discussions: tuple[Discussion, ...]
    decisions: tuple[Decision, ...]
    actions: tuple[Action, ...]
    voices: tuple[Voice, ...]
    services: tuple[Involvement, ...]


def panel_record(events: Iterable[Event], former: Mapping[EventKey, Sequence[Event]] = NONE) -> PanelRecord:
    """The record from one child's standing events, in any order.

    `former` are the child's own events in whose place a correction stands (timeline.fold.former_of), the oldest first.
    """
    standing = sorted(events, key=happening_order)
    by_name: dict[str, list[Event]] = {}
    for event in standing:
        by_name.setdefault(event.what, []).append(event)
    decided = [_decision(event, former.get(event.key, ())) for event in by_name.get(DECIDED, ())]
    return PanelRecord(
        tuple(sorted(map(_listing, by_name.get(LISTED, ())), key=_by_meeting)),
        tuple(sorted(map(_discussion, by_name.get(DISCUSSED, ())), key=_by_meeting)),
        tuple(sorted(decided, key=_by_meeting)),
        _actions(by_name.get(ACTION_AGREED, ()), by_name.get(ACTION_COMPLETED, ())),
        tuple(_voice(event) for event in reversed(by_name.get(VOICE, ()))),
        involvements_of(standing),
    )


def panel_as_json(record: PanelRecord) -> dict[str, Any]:
    """The record as it is kept and shown; the same events give the same bytes."""
    return {
        "listings": [_listing_as_json(found) for found in record.listings],
        "discussions": [
            {
                **_said_as_json(found.said),
                "meeting_on": _day(found.meeting_on),
                "attendees": list(found.attendees),
                "note": found.note,
            }
            for found in record.discussions
        ],
        "decisions": [_decision_as_json(found) for found in record.decisions],
        "actions": [_action_as_json(found) for found in record.actions],
        "voices": [
            {**_said_as_json(found.said), "of": found.of, "text": found.text, "how": found.how}
            for found in record.voices
        ],
        "services": [_involvement_as_json(found) for found in record.services],
    }


def _by_meeting(found: Listing | Discussion | Decision) -> tuple[date, date, datetime, str, str]:
    said = found.said
    return found.meeting_on, said.on, said.recorded_at, said.source, said.event_id


def _said(event: Event) -> Said:
    return Said(event.id, event.source, event.on, event.recorded_at)


def _listing(event: Event) -> Listing:
    return Listing(
        _said(event),
        _given_day(event, "meeting_on"),
        event.text("reason"),
        event.text("presenter") or None,
        event.text("basis") or None,
    )


def _discussion(event: Event) -> Discussion:
    named = event.data["attendees"]
    attendees = tuple(name for name in named if isinstance(name, str)) if isinstance(named, list) else ()
    return Discussion(_said(event), _given_day(event, "meeting_on"), attendees, event.note or None)


def _decision(event: Event, replaced: Sequence[Event]) -> Decision:
    former = (FormerDecision(old.id, _content(old), old.recorded_at) for old in replaced if old.what == DECIDED)
    return Decision(_said(event), _content(event), tuple(former))


def _content(event: Event) -> DecisionContent:
    shares = event.data.get("funding")
    funding = None
    if isinstance(shares, dict):
        funding = {name: share for name, share in sorted(shares.items()) if isinstance(share, int | float)}
    return DecisionContent(
        _given_day(event, "meeting_on"),
        event.text("decision"),
        event.text("rationale"),
        event.day("review_on"),
        funding,
        event.text("voice_followed") or None,
        event.text("basis") or None,
    )


def _actions(agreed: Iterable[Event], completed: Iterable[Event]) -> tuple[Action, ...]:
    """Each action with the first day on which its own source says that it is done."""
    done: dict[tuple[str, str], date] = {}
    for event in completed:
        done.setdefault((event.source, event.text("action_id")), event.on)
    found = [
        Action(
            _said(event),
            event.text("action_id"),
            event.text("owner"),
            event.text("owner_id") or None,
            event.text("what"),
            _given_day(event, "due_on"),
            event.on,
            event.day("meeting_on"),
            done.get((event.source, event.text("action_id"))),
        )
        for event in agreed
    ]
    return tuple(sorted(found, key=lambda one: (one.due_on, one.agreed_on, one.said.source, one.said.event_id)))


def _voice(event: Event) -> Voice:
    return Voice(_said(event), event.text("of"), event.text("text"), event.text("how"))


def _given_day(event: Event, name: str) -> date:
    """A day that the contract asks for."""
    found = event.day(name)
    assert found is not None  # noqa: S101 - the event passed its contract
    return found


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _said_as_json(said: Said) -> dict[str, Any]:
    return {
        "event_id": said.event_id,
        "source": said.source,
        "on": said.on.isoformat(),
        "recorded_at": utc_text(said.recorded_at),
    }


def _listing_as_json(found: Listing) -> dict[str, Any]:
    return {
        **_said_as_json(found.said),
        "meeting_on": _day(found.meeting_on),
        "reason": found.reason,
        "presenter": found.presenter,
        "basis": found.basis,
    }


def _decision_as_json(found: Decision) -> dict[str, Any]:
    return {
        **_said_as_json(found.said),
        **_content_as_json(found.content),
        "former": [
            {"event_id": old.event_id, **_content_as_json(old.content), "recorded_at": utc_text(old.recorded_at)}
            for old in found.former
        ],
    }


def _content_as_json(found: DecisionContent) -> dict[str, Any]:
    return {
        "meeting_on": _day(found.meeting_on),
        "decision": found.decision,
        "rationale": found.rationale,
        "review_on": _day(found.review_on),
        "funding": dict(found.funding) if found.funding is not None else None,
        "voice_followed": found.voice_followed,
        "basis": found.basis,
    }


def _action_as_json(found: Action) -> dict[str, Any]:
    return {
        **_said_as_json(found.said),
        "action_id": found.action_id,
        "owner": found.owner,
        "owner_id": found.owner_id,
        "what": found.what,
        "due_on": _day(found.due_on),
        "agreed_on": _day(found.agreed_on),
        "meeting_on": _day(found.meeting_on),
        "completed_on": _day(found.completed_on),
    }


def _involvement_as_json(found: Involvement) -> dict[str, Any]:
    worker = found.worker
    return {
        "event_id": found.event_id,
        "source": found.source,
        "on": found.last_involved_on.isoformat(),
        "recorded_at": utc_text(found.recorded_at),
        "service": found.service,
        "sector": found.sector,
        "worker": {"name": worker.name, "role": worker.role, "team": worker.team, "email": worker.email}
        if worker is not None
        else None,
        "last_involved_on": found.last_involved_on.isoformat(),
    }
