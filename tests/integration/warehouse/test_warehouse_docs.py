"""docs/warehouse.md says what the tables are, and its grants do what it says."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.exc import ProgrammingError

from send_integration.warehouse.history import told_columns, view_of
from send_integration.warehouse.intake_tables import METADATA as INTAKE
from send_integration.warehouse.metrics.definitions import metrics
from send_integration.warehouse.metrics.views import state_metrics
from send_integration.warehouse.tables import ALL

DOCS = (Path(__file__).parents[3] / "docs/warehouse.md").read_text()


def told(table: Table) -> str:
    """A table as the docs tell of it."""
    rows = [f"| `{column.name}` | {column.comment} |" for column in told_columns(table)]
    return "\n".join(
        [f"**`{view_of(table)}`**: {table.info['what']}", "", "| column | meaning |", "| --- | --- |", *rows]
    )


def test_every_column_is_told_of_as_it_is_declared() -> None:
    listed = re.search(r"<!-- columns.*?-->\n(.*?)\n<!-- end of columns -->", DOCS, re.DOTALL)

    assert listed is not None
    assert listed[1] == "\n\n".join(told(table) for table in ALL)


def test_a_view_has_the_columns_that_are_declared(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in ALL:
            found = connection.execute(text(f"SELECT * FROM warehouse.{view_of(table)}")).keys()
            assert list(found) == [column.name for column in told_columns(table)]


def test_the_queries_of_the_docs_can_be_asked(engine: Engine) -> None:
    blocks = [block for block in re.findall(r"```sql\n(.*?)```", DOCS, re.DOTALL) if "CREATE ROLE" not in block]

    assert len(blocks) == 2
    with engine.connect() as connection:
        for block in blocks:
            connection.execute(text(re.sub("--.*", "", block)))


def readable(connection: Connection, schema: str) -> dict[str, bool]:
    """Of each table and view of a schema whether it can be read."""
    names = connection.execute(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = cast(:schema AS regnamespace) AND relkind IN ('r', 'v')"
        ),
        {"schema": schema},
    ).scalars()
    found = {}
    for name in list(names):
        trial = connection.begin_nested()
        try:
            connection.execute(text(f'SELECT * FROM {schema}."{name}" LIMIT 1'))
            found[name] = True
        except ProgrammingError as refused:
            found[name] = "permission denied" not in str(refused)
        trial.rollback()
    return found


def test_a_role_with_the_grants_of_the_docs_reads_all_of_the_warehouse_and_nothing_else(engine: Engine) -> None:
    statements = next(block for block in re.findall(r"```sql\n(.*?)```", DOCS, re.DOTALL) if "CREATE ROLE" in block)
    role = f"analyst_{uuid4().hex[:12]}"
    with engine.connect() as connection:  # never committed: a role is the whole server's
        state_metrics(connection)
        for statement in statements.replace("send_analyst", role).split(";"):
            if statement.strip():
                connection.execute(text(statement))
        connection.execute(text(f"SET LOCAL ROLE {role}"))

        reports, filled_from, own = (readable(connection, name) for name in ("warehouse", "reporting_intake", "public"))

        assert {*reports} >= {*(view_of(table) for table in ALL), *(metric.view for metric in metrics()), "watermark"}
        assert all(reports.values())
        assert not any(filled_from.values())
        assert not any(own.values())
        assert filled_from.keys() == {table.name for table in INTAKE.tables.values()}
        assert len(own) > 30
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("DELETE FROM warehouse.dim_child_history"))
