"""A child goes by the name that was told last; that none was given, as the children in need census never does, is no name."""

from datetime import date

import pytest
from sqlalchemy import Engine

from send_integration.steps.catalogue import load_rules
from tests.builders import sent
from tests.integration.steps.pipe import Pipe, empty

HERS = {"local_id": "L1", "nhs_number": "9990000018", "given_name": "Anna", "family_name": "Example"}
UNNAMED = {**HERS, "given_name": "Not given", "family_name": "Not given"}
MARRIED = {**HERS, "family_name": "Otherwise"}


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    empty(engine)
    return Pipe(engine, load_rules(), date(2025, 4, 10))


def called(pipe: Pipe, *persons: dict[str, str]) -> list[tuple[str, str]]:
    """The names in the child's row, after an event with each of some persons, each recorded after the other."""
    for number, person in enumerate(persons, start=1):
        day = f"2025-03-{number:02}"
        pipe.send("ehcp", sent("ehcp.requested", day, person=person, event_id=str(number), request_id=f"R{number}"))
    pipe.drain_gate(("ehcp",))
    pipe.drain_timeline()
    return [tuple(row) for row in pipe.ask("SELECT given_name, family_name FROM child")]


def test_a_placeholder_that_came_last_takes_no_name_away(pipe: Pipe) -> None:
    assert called(pipe, HERS, MARRIED, UNNAMED) == [("Anna", "Otherwise")]


def test_of_whom_no_name_was_ever_given_that_is_said(pipe: Pipe) -> None:
    assert called(pipe, UNNAMED) == [("Not given", "Not given")]
