"""A record that is no more leaves nothing behind: no link, no review, no key."""

import pytest
from sqlalchemy import Connection, Engine, text

from send_integration.steps.catalogue import load_rules
from send_integration.store.people import KnownRecord, every_record, forget_records, kept_keys
from tests.builders import sent
from tests.integration.families import ANNA, TODAY
from tests.integration.steps.pipe import Pipe

PAIRS = ("identity_link", "identity_review")
_NUMBERED = {**ANNA, "local_id": "6", "nhs_number": "9990000018"}
_MOVED = {**_NUMBERED, "local_id": "7", "postcode": "LU9 9ZZ"}
AT_SCHOOL = sent("school.suspended", "2024-03-01", event_id="a", source="urn:send:schools", person=ANNA)
TWIN = sent(
    "ehcp.requested", "2024-03-03", event_id="c", source="urn:send:plans", person={**_NUMBERED, "given_name": "Zofia"}
)
"""A twin with the number that only the clinic gives Anna: of those two a person is asked."""


def at_the_clinic(person: dict[str, str], recorded: str) -> bytes:
    """One event of the clinic's, under one id; of two bodies that which was recorded first stands."""
    return sent(
        "camhs.referred", "2024-03-02", event_id="b", source="urn:send:clinic", recorded=recorded, person=person
    )


@pytest.fixture(params=["first", "last"])
def pipe(engine: Engine, request: pytest.FixtureRequest) -> Pipe:
    """A child's two records and a twin's; the clinic's, which a link and a review name, came first or last."""
    made = Pipe(engine, load_rules(), TODAY)
    clinic, others = ("camhs", at_the_clinic(_NUMBERED, "2024-03-09")), [("school", AT_SCHOOL), ("ehcp", TWIN)]
    for feed, raw in [clinic, *others] if request.param == "first" else [*others, clinic]:
        made.send(feed, raw)
        made.drain_gate([feed])
    return made


def the_clinics(connection: Connection) -> KnownRecord:
    """Its record as it was said first; a link and a review name it."""
    [found] = [known for record, known in every_record(connection).items() if record.ref == ("urn:send:clinic", "6")]
    for table in PAIRS:
        named = connection.execute(text(f"SELECT count(*) FROM {table} WHERE :id IN (one, other)"), {"id": found.id})
        assert named.scalar_one() == 1, table
    return found


def names_only_whom_there_is(connection: Connection) -> None:
    """No link and no review names a record that is gone, and keys are those of the records that there are."""
    kept = every_record(connection)
    ids = {known.id for known in kept.values()}
    for table in PAIRS:
        assert all({*row} <= ids for row in connection.execute(text(f"SELECT one, other FROM {table}"))), table
    keys = {(key, known.component) for record, known in kept.items() for key in kept_keys(record)}
    assert {tuple(row) for row in connection.execute(text("SELECT key, component FROM person_record_key"))} == keys


def test_a_record_whose_event_another_replaces_leaves_nothing(pipe: Pipe) -> None:
    with pipe.engine.connect() as connection:
        gone = the_clinics(connection)

    pipe.send("camhs", at_the_clinic(_MOVED, "2024-03-05"))
    pipe.drain_gate(["camhs"])

    with pipe.engine.connect() as connection:
        assert gone.record not in every_record(connection)
        names_only_whom_there_is(connection)


def test_a_record_that_is_forgotten_leaves_nothing_though_nobody_is_decided_anew(pipe: Pipe) -> None:
    with pipe.engine.begin() as connection:
        gone = the_clinics(connection)
        connection.execute(text("DELETE FROM admitted WHERE person_record_id = :id"), {"id": gone.id})

        forget_records(connection, [gone])

        assert gone.record not in every_record(connection)
        names_only_whom_there_is(connection)
