"""Person records for tests, and the children that they are decided to be."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from send_integration.identity.decide import Decided, Held, decide
from send_integration.identity.model import Model, default_model
from send_integration.identity.records import FirstSeen, PersonRecord, PersonRef
from send_integration.identity.statements import Statement

START = datetime(2025, 1, 1, tzinfo=UTC)
MODEL = default_model()
ANNA: dict[str, Any] = {
    "given_name": "Anna",
    "family_name": "Kowalska",
    "date_of_birth": date(2014, 5, 6),
    "postcode": "LU1 1AA",
}


def record(source: str = "clinic", local_id: str = "1", **said: Any) -> PersonRecord:
    """A record that says Anna, but for what is given; `born` is a day as text."""
    if "born" in said:
        said["date_of_birth"] = date.fromisoformat(said.pop("born"))
    return PersonRecord(source, local_id, **{**ANNA, **said})


def seen(day: int) -> FirstSeen:
    return FirstSeen(START + timedelta(days=day), "clinic", f"e{day}")


def statement(one: PersonRecord, other: PersonRecord, *, same: bool, day: int = 0) -> Statement:
    """A person's decision on two records' local ids."""
    first, second = sorted((PersonRef(one.source, one.local_id), PersonRef(other.source, other.local_id)))
    return Statement(first, second, same, START + timedelta(days=day), "review", f"s{day}")


def decided(*records: PersonRecord, said: tuple[Statement, ...] = (), model: Model = MODEL) -> Decided:
    """The decision on records that were written down one a day, in their order."""
    return decide({one: seen(day) for day, one in enumerate(records)}, said, model)


def children(*records: PersonRecord, said: tuple[Statement, ...] = (), model: Model = MODEL) -> int:
    """How many children the records are; none may be held."""
    decisions = decided(*records, said=said, model=model).decisions
    assert not any(isinstance(decision, Held) for decision in decisions.values())
    return len(set(decisions.values()))


def asked(*records: PersonRecord, said: tuple[Statement, ...] = (), model: Model = MODEL) -> int:
    """How many pairs a person is asked about."""
    return len(decided(*records, said=said, model=model).reviews)
