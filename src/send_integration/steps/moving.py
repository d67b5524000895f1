"""Which records moved between children in a batch, and which person's word, if any, moved them."""

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from send_integration.alerts.notices import Effect, PersonsWord, why_moved
from send_integration.contracts.event import Event, EventKey
from send_integration.identity.records import PersonRef, person_record
from send_integration.identity.statements import statements_of
from send_integration.steps.answering import Known
from send_integration.store.decisions import decisions_with
from send_integration.store.timelines import Displaced, gave_way
from send_integration.timeline.fold import taken_back
from send_integration.timeline.moves import NOBODY, Move


class Side(NamedTuple):
    """The child from whom records were taken, and the one to whom they were given; '' is nobody."""

    taken_from: str
    given_to: str


class _Met(NamedTuple):
    """Whom a side's records were parted from and whom they were joined with, by their sources' own names."""

    moved: frozenset[PersonRef]
    parted: frozenset[PersonRef]
    joined: frozenset[PersonRef]


def moves_of(
    connection: Connection, displaced: Sequence[Displaced], arrived: Mapping[EventKey, Event]
) -> tuple[Move, ...]:
    """The events that a decision on identity moved; not those whose body gave way to another."""
    same_body = [gone for gone in displaced if arrived[gone.key].body == gone.body]
    replaced = gave_way(connection, [gone.key for gone in same_body if gone.now_child == NOBODY])
    return tuple(Move(gone.key, gone.child_id, gone.now_child) for gone in same_body if gone.key not in replaced)


def whys_of(
    connection: Connection,
    moves: Sequence[Move],
    known: Known,
    arrived: Mapping[EventKey, Event],
    *,
    unnamed: Container[str],
) -> dict[Side, str]:
    """Why records were taken from each child, for those who saw them there.

    The child to whom they were given is named only where all of the former child's records went there: else it is
    another family's, of whom the reader need know nothing. `unnamed` children are never named.
    """
    all_met = _met(moves, known, arrived)
    about = decisions_with(connection, (), {ref for met in all_met.values() for ref in met.moved})
    said = [told.event for told in about.values() if told.carried_out]
    left = set(known.child_of.values())
    found: dict[Side, str] = {}
    for side, met in all_met.items():
        heirs = {move.given_to for move in moves if move.taken_from == side.taken_from}
        whole = side.taken_from not in left and heirs == {side.given_to} and side.given_to != NOBODY
        heir = side.given_to if whole and side.given_to not in unnamed else ""
        found[side] = why_moved(_latest_word(said, met), held=side.given_to == NOBODY, now_under=heir)
    return found


def _met(moves: Sequence[Move], known: Known, arrived: Mapping[EventKey, Event]) -> dict[Side, _Met]:
    moved: dict[Side, set[PersonRef]] = {}
    before: dict[str, set[PersonRef]] = {}
    after: dict[str, set[PersonRef]] = {}
    for move in moves:
        ref = _ref(arrived[move.key])
        moved.setdefault(Side(move.taken_from, move.given_to), set()).add(ref)
        before.setdefault(move.taken_from, set()).add(ref)
    for event in known.events:
        child_id = known.child_of[event.key]
        after.setdefault(child_id, set()).add(_ref(event))
        before.setdefault(child_id, set()).add(_ref(event))
    return {
        side: _Met(
            frozenset(refs),
            parted=frozenset(before[side.taken_from] - refs),
            joined=frozenset(after.get(side.given_to, set()) - refs),
        )
        for side, refs in sorted(moved.items())
    }


def _ref(event: Event) -> PersonRef:
    record = person_record(event)
    assert record is not None  # noqa: S101 - the gate gives a child only events about a person
    return record.ref


def _latest_word(said: Sequence[Event], met: _Met) -> PersonsWord | None:
    """The latest decision in force, or taking back of one, that parts or joins the two sides; None where none does."""
    by_key = {event.key: event for event in said}
    back = taken_back(said)
    found: list[tuple[Event, Effect]] = []
    for event in said:
        told = by_key.get(EventKey(event.source, event.retracts)) if event.retracts else event
        if event.key in back or told is None:
            continue
        effect = _effect(told, met, in_force=told is event)
        if effect is not None:
            found.append((event, effect if told is event else Effect.TAKEN_BACK))
    if not found:
        return None
    event, effect = max(found, key=lambda pair: (pair[0].recorded_at, pair[0].source, pair[0].id))
    return PersonsWord(event.text("by"), effect, event.text("why"))


def _effect(told: Event, met: _Met, *, in_force: bool) -> Effect | None:
    """What a decision does between the two sides, or what its falling away undoes."""
    for statement in statements_of([told]):
        others = met.joined if statement.same is in_force else met.parted
        if (statement.one in met.moved and statement.other in others) or (
            statement.other in met.moved and statement.one in others
        ):
            return Effect.JOINED if statement.same is in_force else Effect.PARTED
    return None
