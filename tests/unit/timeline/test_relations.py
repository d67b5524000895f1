"""What a child's events say of brothers, sisters and carers, and when an end or a later word changes it."""

from datetime import date
from typing import Any

from send_integration.contracts.event import Event
from send_integration.timeline.relations import Relation, other_of, relations_of
from tests.builders import event


def related(event_id: str, on: str, *, kind: str = "sibling", source: str = "r", **fields: Any) -> Event:
    return event("people.related", on, event_id=event_id, source=source, kind=kind, **fields)


def ben(since_on: date | None, until_on: date | None, event_id: str, source: str = "r") -> Relation:
    return Relation(source, "sibling", source, "L2", since_on, until_on, event_id)


def test_what_is_said_once_is_kept_with_its_days() -> None:
    assert relations_of([related("a", "2024-03-01", since_on="2020-05-06")]) == (ben(date(2020, 5, 6), None, "a"),)


def test_a_later_event_with_an_end_ends_it() -> None:
    said = [related("a", "2024-03-01", since_on="2020-05-06"), related("b", "2024-06-01", until_on="2024-05-31")]

    assert relations_of(said) == (ben(date(2020, 5, 6), date(2024, 5, 31), "b"),)


def test_saying_it_again_leaves_the_beginning_as_it_was() -> None:
    said = [related("a", "2024-03-01", since_on="2020-05-06"), related("b", "2024-06-01")]

    assert relations_of(said) == (ben(date(2020, 5, 6), None, "b"),)


def test_saying_it_again_before_a_known_end_leaves_the_end_as_it_was() -> None:
    said = [
        related("a", "2025-01-01", since_on="2024-01-01", until_on="2025-12-31"),
        related("b", "2025-12-31"),
    ]

    assert relations_of(said) == (ben(date(2024, 1, 1), date(2025, 12, 31), "b"),)


def test_after_an_end_it_begins_anew() -> None:
    said = [
        related("a", "2021-03-01", since_on="2020-05-06", until_on="2021-02-28"),
        related("b", "2023-01-09"),
        related("c", "2023-05-01", until_on="2023-04-30"),
        related("d", "2024-01-01", since_on="2023-12-25"),
    ]

    assert relations_of(said) == (
        ben(date(2020, 5, 6), date(2021, 2, 28), "a"),
        ben(date(2023, 1, 9), date(2023, 4, 30), "c"),
        ben(date(2023, 12, 25), None, "d"),
    )


def test_a_later_word_that_it_goes_on_takes_the_end_back() -> None:
    said = [related("a", "2021-03-01", until_on="2021-02-28"), related("b", "2021-04-01", since_on="2020-05-06")]

    assert relations_of(said) == (ben(date(2020, 5, 6), None, "b"),)


def test_a_beginning_after_the_end_was_wrong_and_is_not_known() -> None:
    said = [related("a", "2024-03-01", since_on="2024-02-01"), related("b", "2024-06-01", until_on="2024-01-15")]

    assert relations_of(said) == (ben(None, date(2024, 1, 15), "b"),)


def test_one_source_does_not_end_what_another_says() -> None:
    said = [
        related("a", "2024-03-01", source="r", other={"local_id": "L2", "source": "r"}),
        related("b", "2024-06-01", source="s", other={"local_id": "L2", "source": "r"}, until_on="2024-05-31"),
    ]

    assert relations_of(said) == (
        ben(None, None, "a"),
        Relation("s", "sibling", "r", "L2", None, date(2024, 5, 31), "b"),
    )


def test_another_kind_is_another_relation() -> None:
    said = [related("a", "2024-03-01"), related("b", "2024-06-01", kind="carer", until_on="2024-05-31")]

    assert [(found.kind, found.until_on) for found in relations_of(said)] == [
        ("carer", date(2024, 5, 31)),
        ("sibling", None),
    ]


def test_an_event_names_as_family_whom_it_relates_to_the_child_and_no_other_event_names_anybody() -> None:
    assert other_of(related("a", "2024-03-01")) == ("r", "L2")
    assert other_of(related("a", "2024-03-01", other={"local_id": "L2", "source": "s"})) == ("s", "L2")
    assert other_of(event("people.registered", "2024-03-01")) is None
