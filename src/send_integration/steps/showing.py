"""Keeps since when each entry has been shown, and tells those who saw what has left a timeline."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from send_integration.alerts.notices import CORRECTED, GAVE_WAY, TAKEN_BACK, Lost, told
from send_integration.contracts.event import Event, EventKey
from send_integration.contracts.registry import read
from send_integration.evaluate import ChildAnswer, entry_of
from send_integration.steps.answering import Known, restricted_among
from send_integration.steps.moving import Side, whys_of
from send_integration.store.notices import keep_notices
from send_integration.store.shown import about_to_take_off, stand_as_before, stand_since_now, take_off, who_saw
from send_integration.store.timelines import Displaced, OnAnswer
from send_integration.timeline.fold import taken_back
from send_integration.timeline.moves import NOBODY, Move
from send_integration.timeline.relations import Relation, other_of, relations_of
from send_integration.timeline.titles import title_of

Answers = Mapping[str, ChildAnswer]


def left_by_the_fold(
    connection: Connection, known: Known, answers: Answers, children: Collection[str], today: date
) -> list[Lost]:
    """Bring `shown_since` in line with the new answers of some children; gives the entries that stand no more.

    An event whose day has not come stands on no answer and has not left one either.
    """
    doubtful = _doubtful(known, answers, children)
    if not doubtful:
        return []
    standing = {event.key for child in doubtful if child in answers for event in answers[child].timeline.events}
    came: list[EventKey] = []
    never: list[EventKey] = []
    gone: dict[EventKey, Event] = {}
    for event, mark in zip(known.events, known.marks, strict=True):
        key = event.key
        if known.child_of[key] not in doubtful:
            continue
        if key in standing:
            came += [key] if mark == OnAnswer.NOT else []
        elif mark == OnAnswer.SINCE_NOW:
            never.append(key)
        elif mark == OnAnswer.SINCE_BEFORE and event.on <= today:
            gone[key] = event
    stand_since_now(connection, came)
    take_off(connection, never)
    since = take_off(connection, gone)
    back = taken_back(known.events) if gone else set()
    return [
        _lost(known.child_of[key], event, since[key], TAKEN_BACK if key in back else CORRECTED)
        for key, event in gone.items()
    ]


def _doubtful(known: Known, answers: Answers, children: Collection[str]) -> set[str]:
    """The children of whom not every kept event stood before and stands now: few, and the only ones looked at closely."""
    kept = Counter(known.child_of.values())
    found = {
        child for child in children if kept[child] != (len(answers[child].timeline.events) if child in answers else 0)
    }
    if OnAnswer.NOT in known.marks:
        marked = zip(known.events, known.marks, strict=True)
        found |= {known.child_of[event.key] for event, mark in marked if mark == OnAnswer.NOT} & set(children)
    return found


def left_by_displacement(
    connection: Connection,
    displaced: Sequence[Displaced],
    moves: Sequence[Move],
    known: Known,
    answers: Answers,
    arrived: Mapping[EventKey, Event],
) -> list[Lost]:
    """The entries that stood with a child from whom they were taken, or with a body that gave way.

    A body that gave way to one of which the timeline says the same has not left it.
    """
    moved = {move.key: Side(move.taken_from, move.given_to) for move in moves}
    seen = [gone for gone in displaced if gone.shown_since is not None and gone.child_id != NOBODY]
    whys: Mapping[Side, str] = {}
    if any(gone.key in moved for gone in seen):
        whys = whys_of(connection, moves, known, arrived, unnamed=restricted_among(answers))
    found: list[Lost] = []
    for gone in seen:
        former = read(gone.body)
        assert gone.shown_since is not None  # noqa: S101 - those for whom it is are left out above
        if gone.now_child == gone.child_id and _says_the_same(former, answers.get(gone.child_id)):
            stand_as_before(connection, {gone.key: gone.shown_since})
            continue
        why = whys[moved[gone.key]] if gone.key in moved else GAVE_WAY
        found.append(_lost(gone.child_id, former, gone.shown_since, why))
    return found


def _lost(child_id: str, event: Event, shown_since: datetime, why: str) -> Lost:
    return Lost(child_id, event.key, event.on, title_of(event), shown_since, why, other_of(event))


def _says_the_same(former: Event, answer: ChildAnswer | None) -> bool:
    """Whether what stands under the same source and id says on the timeline, or of the family, what the former body said."""
    stands = answer.timeline.events if answer is not None else ()
    return any(event.key == former.key and _shown_of(event) == _shown_of(former) for event in stands)


def _shown_of(event: Event) -> tuple[dict[str, Any], tuple[Relation, ...]]:
    return entry_of(event), relations_of([event])


def tell_who_saw(connection: Connection, lost: Sequence[Lost]) -> None:
    """Keep a notice for everybody who was shown some entries that left. To be done before the flags are kept anew."""
    if not lost:
        return
    left_at = about_to_take_off(connection)
    sights = who_saw(connection, lost)
    if sights:
        keep_notices(connection, told(sights), left_at)
