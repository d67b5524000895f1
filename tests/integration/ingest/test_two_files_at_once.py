"""Two files of one source that are read at once: what both have, each takes in one order, whatever its own."""

from dataclasses import replace
from functools import partial

from sqlalchemy import Engine

from send_integration.store.drift import CsvColumn, csv_columns, keep_columns
from send_integration.store.ingested import IngestedRow, keep_wordings, wordings_of
from tests.builders import NOW
from tests.integration.steps.meeting import meet, never_waiting

EARLIER = CsvColumn("a mapping", "council", "earlier", "new", "ehcp.requested", (), "", 1, NOW, NOW)
LATER = replace(EARLIER, column="later")


def keep(engine: Engine, *columns: CsvColumn) -> None:
    with engine.begin() as connection:
        keep_columns(connection, columns)


def remember(engine: Engine, *event_ids: str) -> None:
    with engine.begin() as connection:
        keep_wordings(connection, "council", [IngestedRow(one, one, b"", NOW) for one in event_ids])


def test_who_waits_for_a_column_holds_no_later_one(engine: Engine) -> None:
    keep(engine, EARLIER, LATER)

    with never_waiting(engine) as ours:
        hold = "SELECT FROM csv_column WHERE column_name = 'earlier' FOR UPDATE"
        meet(engine, hold, [partial(keep, engine, LATER, EARLIER)], partial(keep, ours, LATER))

    assert {one.column: one.files for one in csv_columns(engine)} == {"earlier": 2, "later": 3}


def test_who_waits_for_a_wording_holds_no_later_one(engine: Engine) -> None:
    with never_waiting(engine) as ours:
        hold = "INSERT INTO ingested VALUES ('council', 'earlier', 'earlier', '', now())"
        meet(engine, hold, [partial(remember, engine, "later", "earlier")], partial(remember, ours, "later"))

    with engine.connect() as connection:
        assert len(wordings_of(connection, "council", ["earlier", "later"])) == 2
