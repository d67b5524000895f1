"""What people decided on identity: of each pair the last word stands, whatever the records say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from send_integration.contracts.event import Event
from send_integration.identity.records import PersonRef

FEED = "identity"


@dataclass(frozen=True, slots=True)
class Statement:
    """A person's decision that what two sources keep is one child (`same`) or two."""

    one: PersonRef
    other: PersonRef
    same: bool
    recorded_at: datetime
    source: str
    event_id: str

    @property
    def pair(self) -> frozenset[PersonRef]:
        """The two of whom it speaks."""
        return frozenset((self.one, self.other))


def statements_of(standing: Iterable[Event]) -> list[Statement]:
    """The statements in force among the standing events of feed `identity`: one for each pair, sorted."""
    said = [statement for event in standing if event.feed == FEED for statement in _statements(event)]
    latest: dict[frozenset[PersonRef], Statement] = {}
    for statement in sorted(said, key=_order):
        latest[statement.pair] = statement
    return sorted(latest.values(), key=_order)


def _statements(event: Event) -> list[Statement]:
    pairs: Any = event.data.get("pairs", ())  # its shape is the contract's (feeds/identity.py)
    refs = ((sorted((_ref(given["one"]), _ref(given["other"]))), given["same"]) for given in pairs)
    return [Statement(one, other, same, event.recorded_at, event.source, event.id) for (one, other), same in refs]


def _ref(known_as: Mapping[str, str]) -> PersonRef:
    return PersonRef(known_as["source"], known_as["local_id"])


def _order(said: Statement) -> tuple[datetime, str, str, PersonRef, PersonRef]:
    return said.recorded_at, said.source, said.event_id, said.one, said.other
