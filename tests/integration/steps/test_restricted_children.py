"""A child is restricted as long as one of the standing records is, and no report says where such a child lives."""

from datetime import date

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.steps.catalogue import load_rules
from send_integration.steps.warehouse import READER
from tests.builders import sent
from tests.integration.steps.pipe import WAREHOUSE_NAMES, Pipe

TODAY = date(2025, 9, 1)
HOME = {"postcode": "LU1 1AA"}
PROTECTED = {**HOME, "restricted": "protected-person"}


def children(pipe: Pipe) -> list[tuple[bool, str | None]]:
    """Of each child whether restricted, and the district that reports give."""
    pipe.drain_gate(["school"])
    pipe.drain_timeline()
    pipe.warehouse.restate(pipe.waiting(topics.clean("school").name, READER), TODAY)
    with pipe.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.restricted, d.postcode_district FROM child c JOIN warehouse.dim_child d"
                " ON d.child_key = :child_key"
            ),
            {"child_key": WAREHOUSE_NAMES.of(pipe.ask("SELECT child_id FROM child")[0][0])},
        )
        return [(row[0], row[1]) for row in rows]


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    made = Pipe(engine, load_rules(), TODAY)
    made.send("school", sent("school.enrolled", "2025-03-03", event_id="a", person=HOME))
    return made


def test_nobody_is_restricted_unless_a_record_is(pipe: Pipe) -> None:
    assert children(pipe) == [(False, "LU1")]


def test_one_restricted_record_restricts_the_child_though_a_later_one_is_not(pipe: Pipe) -> None:
    pipe.send("school", sent("school.suspended", "2025-03-04", event_id="b", person=PROTECTED))
    pipe.send("school", sent("school.suspended", "2025-03-05", event_id="c", person=HOME))

    assert children(pipe) == [(True, None)]


def test_a_restriction_that_is_retracted_restricts_no_more(pipe: Pipe) -> None:
    pipe.send("school", sent("school.suspended", "2025-03-04", event_id="b", person=PROTECTED))
    assert children(pipe) == [(True, None)]

    pipe.send("school", sent("school.suspended", "2025-03-04", event_id="r", person=HOME, retracts="b"))

    assert children(pipe) == [(False, "LU1")]
