"""Who is whom, and what people decided on it, is found again once an older database is migrated."""

import json
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text

from send_integration.identity.model import default_model
from send_integration.steps.redeciding import redecide_everything
from send_integration.store.people import home_key
from send_integration.store.schema import migrate
from tests.builders import PAIRS, event
from tests.integration.store.conftest import up_to

HIGH_STREET = home_key("lu11aa 1 high street")


def add_record(connection: Connection, number: int, component: int, postcode: str = "", address: str = "") -> None:
    """A person record that was decided to be of a component, without its keys."""
    connection.execute(
        text(
            "INSERT INTO person_record (component, digest, source, local_id, given_name, family_name, date_of_birth,"
            " nhs_number, upn, postcode, address, gender, restricted, first_recorded_at, first_source,"
            " first_event_id, child_id, decision) VALUES (:component, cast(:number AS text)::bytea, 's', :number, 'A', 'B',"
            " '2014-05-06', '', '', :postcode, :address, '', false, now(), 's', 'e', 'c', 1)"
        ),
        {"number": str(number), "component": component, "postcode": postcode, "address": address},
    )


def test_records_of_an_older_database_are_found_by_their_home_once_all_is_decided_anew(empty_database: Engine) -> None:
    with empty_database.begin() as connection:
        up_to(connection, "0006")
        add_record(connection, 0, 1, "LU1 1AA", "1 High Street")
        add_record(connection, 1, 1, "LU11AA", "1, HIGH STREET")
        add_record(connection, 2, 1, "", "1 High Street")

    migrate(empty_database)
    redecide_everything(empty_database, default_model(), keep=True)

    with empty_database.connect() as connection:
        found = connection.execute(
            text("SELECT component FROM person_record_key WHERE key = :home"), {"home": HIGH_STREET}
        )
        theirs = connection.execute(text("SELECT DISTINCT component FROM person_record WHERE postcode <> ''"))
        assert found.scalars().all() == theirs.scalars().all() != []


def test_components_are_found_by_every_key_of_their_records_without_deciding_anew(empty_database: Engine) -> None:
    with empty_database.begin() as connection:
        up_to(connection, "0037")
        for number, component in enumerate((1, 1, 3)):
            add_record(connection, number, component)
        connection.execute(
            text("INSERT INTO person_record_key (key, person_record_id) VALUES (7, 1), (7, 2), (7, 3), (8, 2), (-9, 3)")
        )

    migrate(empty_database)

    with empty_database.connect() as connection:
        found = connection.execute(text("SELECT key, component FROM person_record_key ORDER BY 1, 2"))
        assert [tuple(row) for row in found] == [(-9, 3), (7, 1), (7, 3), (8, 1)]


BEFORE_0035 = """
INSERT INTO admitted
 (source, event_id, feed, body_hash, recorded_at, raw, topic, partition, "offset", least_decision, admitted_at)
 SELECT source, id, 'identity', '', '2025-03-01Z', :body, 't', 0, 0, 0, '2025-03-03Z'
 FROM (VALUES ('urn:send:identity-review', 'done'), ('urn:send:elsewhere', 'theirs')) AS told (source, id);
INSERT INTO identity_decision (event_id, body, children)
 SELECT id, cast(convert_from(:body, 'UTF8') AS jsonb), '{c1}' FROM unnest(ARRAY['done', 'under way']) AS told (id)
"""
"""Two decisions that were taken here, of which the gate has one, and one of another source."""


def test_decisions_of_an_older_database_are_found_ours_and_others(empty_database: Engine) -> None:
    body = event("identity.decided", "2025-03-03", event_id="x", by="b", why="w", pairs=PAIRS).body
    with empty_database.begin() as connection:
        up_to(connection, "0031")
        for statement in BEFORE_0035.split(";"):
            connection.execute(text(statement), {"body": body})

    migrate(empty_database)

    with empty_database.connect() as connection:
        found = connection.execute(
            text("SELECT event_id, source, carried_out, recorded_at, children FROM identity_decision ORDER BY 1")
        ).all()
        moment = datetime.fromisoformat(json.loads(body)["recordedtime"])
    assert [tuple(row) for row in found] == [
        ("done", "urn:send:identity-review", True, moment, ["c1"]),
        ("theirs", "urn:send:elsewhere", True, datetime(2025, 3, 1, tzinfo=UTC), []),
        ("under way", "urn:send:identity-review", False, moment, ["c1"]),
    ]
