"""What people decided on identity, with what has become of each decision since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.contracts.event import Event, EventKey
from send_integration.identity.records import PersonRef
from send_integration.identity.reviewing import DecidedPair
from send_integration.identity.statements import Statement, statements_of
from send_integration.store.decisions import SOURCE, Said, decisions_with, latest_decisions, own_decision
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


def past_decisions(engine: Engine, most: int, *, restricted: bool, after: int = 0) -> list[PastDecision]:
    """What people decided, the latest first, of those after so many; with `restricted` off, nothing that speaks of a restricted
    record or child."""
    with engine.connect() as connection:
        return _as_they_stand(connection, latest_decisions(connection, most, after=after, restricted=restricted))


def own_past_decision(connection: Connection, event_id: str, *, restricted: bool) -> PastDecision | None:
    """A decision that was taken here, by its id; None where there is none, or as above."""
    decided = own_decision(connection, event_id, restricted=restricted)
    found = _as_they_stand(connection, [] if decided is None else [decided])
    return found[0] if found else None


def _as_they_stand(connection: Connection, decided: Sequence[Event]) -> list[PastDecision]:
    """Some decisions by all that was said since of their pairs and of them."""
    said = decisions_with(connection, (pair[:2] for event in decided for pair in _pairs(event)))
    in_force = standing(told.event for told in said.values())
    answers = {key: _answer(told) for key, told in said.items()}
    takings = _takings((told.event for told in said.values()), answers)
    last_words = {statement.pair: statement for statement in statements_of(in_force)}
    stands = {event.key for event in in_force}
    return [
        _past(
            event,
            under_way=not said[event.key].carried_out,
            taken_back=None if event.key in stands else takings.get(event.key),
            overruled=_overruled(event, last_words, answers) if event.key in stands else None,
        )
        for event in decided
    ]


def _answer(said: Said) -> Answer:
    return Answer(said.event.text("by"), said.event.recorded_at, said.event.text("why"), not said.carried_out)


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
    others = [said for pair, said in last if said.same != pair.same]
    latest = max(others, key=lambda said: (said.recorded_at, said.source, said.event_id), default=None)
    return None if latest is None else answers[EventKey(latest.source, latest.event_id)]


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
