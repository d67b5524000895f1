"""Answers for some children from what is kept of them, and their flags as if no record had moved."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from send_integration.contracts.event import ChildId, Event, EventKey
from send_integration.contracts.registry import read
from send_integration.evaluate import ChildAnswer, answer_child
from send_integration.rules.flags import Flag
from send_integration.rules.model import RuleBook
from send_integration.store.timelines import events_of_children
from send_integration.timeline.fold import former_of, left_standing
from send_integration.timeline.moves import NOBODY, Move
from send_integration.timeline.panel import DECIDED, PanelRecord, panel_record


@dataclass(frozen=True, slots=True)
class Known:
    """Every event of some children, and those of others that hang together with one of theirs.

    `marks` says of each event how it stood on its child's stored answer (store.timelines.OnAnswer).
    """

    events: Sequence[Event]
    child_of: Mapping[EventKey, str]
    marks: Sequence[int]


def known_of(connection: Connection, children: Iterable[str], as_read: Mapping[bytes, Event]) -> Known:
    """What is kept of some children; one query for all. `as_read` spares reading a body twice."""
    child_of: dict[EventKey, str] = {}
    events: list[Event] = []
    marks: list[int] = []
    for child_id, body, mark in events_of_children(connection, children):
        event = (as_read and as_read.get(body)) or read(body)
        child_of[event.key] = child_id
        events.append(event)
        marks.append(mark)
    return Known(events, child_of, marks)


def answers_of(
    events: Iterable[Event],
    child_of: Mapping[EventKey, str],
    wanted: Collection[str],
    rules: RuleBook,
    today: date,
) -> dict[str, ChildAnswer]:
    """The answer of each wanted child of whom something had happened by `today`."""
    by_child: dict[str, list[Event]] = {}
    for event in left_standing(events):
        child_id = child_of[event.key]
        if child_id in wanted:
            by_child.setdefault(child_id, []).append(event)
    answers = (answer_child(ChildId(child_id), own, rules, today) for child_id, own in by_child.items())
    return {answer.child_id: answer for answer in answers if answer is not None}


def panels_of(known: Known, answers: Mapping[str, ChildAnswer]) -> dict[str, PanelRecord]:
    """The panel's record of each child of some answers.

    What a correction replaced is told with it where it was the same child's; of another's nothing is told.
    """
    corrected = any(
        event.corrects and event.what == DECIDED for answer in answers.values() for event in answer.timeline.events
    )
    former = former_of(known.events) if corrected else {}
    child_of = known.child_of
    own = {
        key: tuple(event for event in replaced if child_of[event.key] == child_of[key])
        for key, replaced in former.items()
    }
    return {child: panel_record(answer.timeline.events, own) for child, answer in answers.items()}


def restricted_among(answers: Mapping[str, ChildAnswer]) -> set[str]:
    """The restricted ones among some children, whom nothing may name that others read."""
    return {child_id for child_id, answer in answers.items() if answer.timeline.restricted}


def unmoved_flags(
    known: Known, moves: Sequence[Move], arrived: Mapping[EventKey, Event], rules: RuleBook, today: date
) -> dict[str, tuple[Flag, ...]]:
    """The flags that the children of some moves would have had the moved events stayed where they were.

    Every child that gained or lost an event has an entry, if an empty one. `arrived` has the moved events, for those
    that now are nobody's are not among the known.
    """
    wanted = {child for move in moves for child in (move.taken_from, move.given_to)} - {NOBODY}
    child_of = {**known.child_of, **{move.key: move.taken_from for move in moves}}
    events = [*known.events, *(arrived[move.key] for move in moves if move.given_to == NOBODY)]
    kept = (event for event in events if child_of[event.key] != NOBODY)
    found = answers_of(kept, child_of, wanted, rules, today)
    return {child: found[child].flags if child in found else () for child in sorted(wanted)}
