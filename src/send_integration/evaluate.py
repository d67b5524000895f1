"""The one answer of contracts.md 4, computed purely: from lines, or from one child's events."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from send_integration.contracts.event import ChildId, Event, EventKey, Reason, Rejected
from send_integration.contracts.reasons import Code, reason
from send_integration.contracts.registry import conflict_order, parse
from send_integration.identity.decide import Decision, Held, decide
from send_integration.identity.model import Model, default_model
from send_integration.identity.records import PersonRecord, person_record, records_of
from send_integration.identity.statements import FEED as IDENTITY
from send_integration.identity.statements import statements_of
from send_integration.rules.engine import assess
from send_integration.rules.flags import Flag, flags_of
from send_integration.rules.handling import with_handling
from send_integration.rules.model import Assessment, Milestone, MilestoneStatus, Risk, RuleBook, ids_of
from send_integration.timeline.fold import standing, timeline_of
from send_integration.timeline.model import Timeline
from send_integration.timeline.relations import tells_of_family
from send_integration.timeline.titles import sector_of, title_of


@dataclass(frozen=True, slots=True)
class ChildAnswer:
    """All that is known and due for one child on one day."""

    child_id: ChildId
    timeline: Timeline
    assessment: Assessment
    flags: tuple[Flag, ...]
    next_change_on: date | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A line that was not let in."""

    line: int
    feed: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer for a file of events; accepted + duplicates + quarantined are all its lines."""

    as_of: date
    accepted: int
    duplicates: int
    quarantined: tuple[Quarantined, ...]
    children: tuple[ChildAnswer, ...]


def answer_child(child_id: ChildId, events: Iterable[Event], rules: RuleBook, as_of: date) -> ChildAnswer | None:
    """The answer for one child from that child's standing events; None where nothing had happened by `as_of`."""
    known = [event for event in events if event.person is not None]
    happened = [event for event in known if event.on <= as_of]
    if not happened:
        return None
    timeline = timeline_of(happened)
    assessment = assess(rules, timeline, as_of)
    to_come = min((event.on for event in known if event.on > as_of), default=date.max)
    next_change_on = min(to_come, assessment.next_change_on or date.max)
    raised = flags_of(child_id, assessment.milestones, assessment.risks, rules)
    flags = with_handling(raised, timeline.events)
    return ChildAnswer(child_id, timeline, assessment, flags, None if next_change_on == date.max else next_change_on)


def evaluate(
    lines: Iterable[bytes],
    rules: RuleBook,
    *,
    as_of: date,
    not_after: datetime,
    known_at: datetime | None = None,
    child: str | None = None,
    model: Model | None = None,
) -> Answer:
    """The answer for lines of JSON; blank ones count as none.

    With `known_at`, children are as they were known then, except for whose events they are: that is decided by all that
    is known today, for a merge that was undone must not show one family another's secrets again. With `child`, only the
    one with that child id or identifier ('nhs:…', 'upn:…', 'local:…'). `not_after` is this moment, past which nothing
    can have happened. `model` judges whose records are one child's; None is the model that ships.
    """
    admission = _Admission(not_after)
    for number, line in enumerate(lines, start=1):
        raw = line.strip(b" \t\r\n")
        if raw:
            admission.take(number, raw)
    said = statements_of(standing(event for event in admission.events() if event.feed == IDENTITY))
    decisions = decide(records_of(admission.events()), said, model or default_model()).decisions
    admission.hold(decisions)
    known = [
        event
        for event in admission.events()
        if event.feed != IDENTITY and (known_at is None or event.recorded_at <= known_at)
    ]
    children = _children(known, decisions, rules, as_of)
    chosen = [answer for answer in children if child is None or child in references(answer)]
    return Answer(as_of, admission.accepted, admission.duplicates, admission.quarantined, tuple(chosen))


def references(answer: ChildAnswer) -> set[str]:
    """Every reference by which a child may be asked for."""
    persons = answer.timeline.persons
    return {
        answer.child_id,
        *(f"nhs:{person.nhs_number}" for person in persons if person.nhs_number),
        *(f"upn:{person.upn}" for person in persons if person.upn),
        *(f"local:{person.local_id}" for person in persons),
    }


class _Admission:
    """Which lines are in, which repeat another, and which are out; the same rules as the gate's."""

    def __init__(self, not_after: datetime) -> None:
        self._not_after = not_after
        self._kept: dict[EventKey, tuple[int, Event]] = {}
        self._out: list[Quarantined] = []
        self._seen: set[bytes] = set()
        self.duplicates = 0

    @property
    def accepted(self) -> int:
        return len(self._kept)

    @property
    def quarantined(self) -> tuple[Quarantined, ...]:
        return tuple(sorted(self._out, key=lambda item: item.line))

    def events(self) -> list[Event]:
        return [event for _, event in self._kept.values()]

    def take(self, line: int, raw: bytes) -> None:
        """Sort one line in; of two bodies under one id the one recorded earlier stays in."""
        if raw in self._seen:
            self.duplicates += 1
            return
        self._seen.add(raw)
        parsed = parse(raw, not_after=self._not_after)
        if isinstance(parsed, Rejected):
            self._out.append(Quarantined(line, parsed.feed, parsed.reasons))
            return
        before = self._kept.setdefault(parsed.key, (line, parsed))
        if before[1] is parsed:
            return
        if before[1].body == parsed.body:
            self.duplicates += 1
            return
        loser = (line, parsed)
        if conflict_order(parsed) < conflict_order(before[1]):
            loser, self._kept[parsed.key] = before, loser
        self._refuse(*loser, Code.CONFLICTING_ID, "id")

    def hold(self, decisions: Mapping[PersonRecord, Decision]) -> None:
        """Take out the events of people who could be two children."""
        for key, (line, event) in list(self._kept.items()):
            record = person_record(event)
            if record is not None and isinstance(decisions[record], Held):
                del self._kept[key]
                self._refuse(line, event, Code.IDENTITY_CONFLICT, "data.person")

    def _refuse(self, line: int, event: Event, code: Code, field: str) -> None:
        self._out.append(Quarantined(line, event.feed, (reason(code, field),)))


def _children(
    known: Iterable[Event], decisions: Mapping[PersonRecord, Decision], rules: RuleBook, as_of: date
) -> list[ChildAnswer]:
    by_child: dict[ChildId, list[Event]] = {}
    for event in standing(known):
        record = person_record(event)
        decision = decisions[record] if record is not None else None
        if decision is not None and not isinstance(decision, Held):
            by_child.setdefault(decision, []).append(event)
    answers = (answer_child(child_id, events, rules, as_of) for child_id, events in sorted(by_child.items()))
    return [answer for answer in answers if answer is not None]


NEED_OF_RISK: Mapping[str, int] = {"high": 100, "raise": 40, "watch": 10}


def need(answer: ChildAnswer) -> int:
    """A child's place in the panel's list, highest first: high risks, then missed dates, then the rest, then warnings.

    A sum that a person can check: 100 for a risk at level high, 40 at raise, 10 at watch; 60 for a missed statutory or
    other milestone and one more for each week it is late, up to 52; 5 for one due soon. A dismissed flag does not count.
    """
    total = 0
    for flag in answer.flags:
        if flag.dismissed:
            continue
        if flag.kind == "risk":
            total += NEED_OF_RISK[flag.level]
        elif flag.status == MilestoneStatus.MISSED and flag.due_on is not None:
            total += 60 + min(52, (answer.assessment.as_of - flag.due_on).days // 7)
        else:
            total += 5
    return total


def as_json(answer: Answer, rules: RuleBook) -> dict[str, Any]:
    """The answer as contracts.md 4 prints it."""
    return {
        "as_of": answer.as_of.isoformat(),
        "accepted": answer.accepted,
        "duplicates": answer.duplicates,
        "quarantined": [
            {"line": item.line, "feed": item.feed, "reasons": [found._asdict() for found in item.reasons]}
            for item in answer.quarantined
        ],
        "children": [child_as_json(child, rules) for child in answer.children],
    }


def child_as_json(answer: ChildAnswer, rules: RuleBook) -> dict[str, Any]:
    """One child's part of the answer: what page, command line, topics and warehouse all show.

    Who is whose brother, sister or carer is not in it, for not everybody may know of both.
    """
    return {
        "child_id": answer.child_id,
        "identifiers": _identifiers(answer.timeline),
        "date_of_birth": answer.timeline.date_of_birth.isoformat(),
        "timeline": [entry_of(event) for event in answer.timeline.events if not tells_of_family(event)],
        "episodes": [
            {
                "id": episode.id,
                "pathway": episode.pathway,
                "status": episode.status,
                "opened_on": episode.opened_on.isoformat(),
                "closed_on": _day(episode.closed_on),
                "worker": episode.worker,
            }
            for episode in answer.timeline.episodes
        ],
        "milestones": [_milestone(found, rules) for found in answer.assessment.milestones],
        "risks": [_risk(found, rules) for found in answer.assessment.risks],
    }


def entry_of(event: Event) -> dict[str, Any]:
    """One event as a timeline shows it."""
    return {
        "event_id": event.id,
        "on": event.on.isoformat(),
        "sector": sector_of(event),
        "feed": event.feed,
        "type": event.type,
        "title": title_of(event),
    }


def to_bytes(value: Mapping[str, Any]) -> bytes:
    """JSON in one fixed form, so that the same answer is the same bytes."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _identifiers(timeline: Timeline) -> dict[str, Any]:
    """The latest recorded numbers, and every local id."""
    latest = reversed(timeline.persons)
    numbers = [(person.nhs_number, person.upn) for person in latest]
    return {
        "nhs_number": next((nhs for nhs, _ in numbers if nhs), None),
        "upn": next((upn for _, upn in numbers if upn), None),
        "local": sorted({person.local_id for person in timeline.persons}),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _milestone(found: Milestone, rules: RuleBook) -> dict[str, Any]:
    return {
        "milestone": found.milestone,
        "subject": found.subject,
        "triggered_on": found.triggered_on.isoformat(),
        "due_on": found.due_on.isoformat(),
        "status": found.status,
        "met_on": _day(found.met_on),
        "days_late": found.days_late,
        "evidence": ids_of(found.evidence),
        "citation": rules[found.milestone].citation,
    }


def _risk(found: Risk, rules: RuleBook) -> dict[str, Any]:
    return {
        "risk": found.risk,
        "raised_on": found.raised_on.isoformat(),
        "level": found.level,
        "reason": found.reason,
        "evidence": ids_of(found.evidence),
        "citation": rules[found.risk].citation,
    }
