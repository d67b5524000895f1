"""What people decided on identity, with what has become of each decision since."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.contracts.event import Event, EventKey
from send_integration.contracts.registry import read
from send_integration.identity.records import PersonRef
from send_integration.identity.reviewing import DecidedPair
from send_integration.identity.statements import FEED, Statement, statements_of
from send_integration.steps.gate_sorting import event_of
from send_integration.store.admission import admitted_of_feed
from send_integration.store.decisions import SOURCE, bodies_under_way, restricted_refs
from send_integration.timeline.fold import standing


class Answer(NamedTuple):
    """Who took a decision back or decided otherwise, when and why; `under_way` until the gate has carried it out."""

    by: str
    at: datetime
    why: str
    under_way: bool


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision that a person took. `under_way` until the gate has carried it out; `taken_back` where it was, and
    `overruled` where a later one says otherwise of one of its pairs."""

    event_id: str
    source: str
    recorded_at: datetime
    by: str
    why: str
    pairs: tuple[DecidedPair, ...]
    under_way: bool
    taken_back: Answer | None
    overruled: Answer | None

    @property
    def joined(self) -> int:
        """How many pairs of local ids it says are one child."""
        return sum(pair.same for pair in self.pairs)

    @property
    def parted(self) -> int:
        """How many pairs of local ids it says are two."""
        return len(self.pairs) - self.joined

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken back."""
        return self.taken_back is not None

    @property
    def ours(self) -> bool:
        """Whether it was taken here, and so can be taken back here."""
        return self.source == SOURCE

    @property
    def refs(self) -> tuple[PersonRef, ...]:
        """Everybody of whom it speaks."""
        return tuple(dict.fromkeys(ref for pair in self.pairs for ref in (pair.one, pair.other)))


def past_decisions(engine: Engine, *, restricted: bool) -> list[PastDecision]:
    """What people decided, the latest first; with `restricted` off, nothing that speaks of a restricted record or child."""
    with engine.connect() as connection:
        secret = set() if restricted else restricted_refs(connection)
        found = every_decision(connection)
    return [past for past in found if secret.isdisjoint(past.refs)]


def every_decision(connection: Connection) -> list[PastDecision]:
    """Every decision, the latest first, as it stands by all that was said since."""
    under_way = {event.key: event for event in map(read, bodies_under_way(connection))}
    said = under_way | {event.key: event for event in map(event_of, admitted_of_feed(connection, FEED))}
    in_force = standing(said.values())
    answers = {event.key: _answer(event, under_way) for event in said.values()}
    takings = _takings(said.values(), answers)
    last_words = {statement.pair: statement for statement in statements_of(in_force)}
    stands = {event.key for event in in_force}
    found = [
        _past(
            event,
            under_way=key in under_way,
            taken_back=None if key in stands else takings.get(key),
            overruled=_overruled(event, last_words, answers) if key in stands else None,
        )
        for key, event in said.items()
        if not event.retracts
    ]
    return sorted(found, key=lambda past: (past.recorded_at, past.event_id), reverse=True)


def _answer(event: Event, under_way: Container[EventKey]) -> Answer:
    return Answer(event.text("by"), event.recorded_at, event.text("why"), event.key in under_way)


def _takings(events: Iterable[Event], answers: Mapping[EventKey, Answer]) -> dict[EventKey, Answer]:
    """By each decision that another names, the latest that does: to retract it, or to stand in its place."""
    found: dict[EventKey, Answer] = {}
    for event in sorted(events, key=lambda event: (event.recorded_at, event.id)):
        named = event.retracts or event.corrects
        if named:
            found[EventKey(event.source, named)] = answers[event.key]
    return found


def _overruled(
    event: Event, last_words: Mapping[frozenset[PersonRef], Statement], answers: Mapping[EventKey, Answer]
) -> Answer | None:
    """The latest decision that says otherwise of a pair of this one."""
    last = [(pair, last_words[frozenset((pair.one, pair.other))]) for pair in _pairs(event)]
    others = [answers[EventKey(said.source, said.event_id)] for pair, said in last if said.same != pair.same]
    return max(others, key=lambda answer: answer.at, default=None)


def _pairs(event: Event) -> tuple[DecidedPair, ...]:
    given: Any = event.data["pairs"]  # its shape is the contract's (feeds/identity.py)
    return tuple(DecidedPair(PersonRef(**pair["one"]), PersonRef(**pair["other"]), pair["same"]) for pair in given)


def _past(event: Event, *, under_way: bool, taken_back: Answer | None, overruled: Answer | None) -> PastDecision:
    return PastDecision(
        event.id,
        event.source,
        event.recorded_at,
        event.text("by"),
        event.text("why"),
        _pairs(event),
        under_way,
        taken_back,
        overruled,
    )
