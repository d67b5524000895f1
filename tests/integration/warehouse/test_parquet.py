"""`export parquet` writes what the views give, typed, of the days that are asked for, as it is or as it was."""

import json
import stat
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import Engine

from send_integration.cli import export
from send_integration.errors import BadInput
from send_integration.steps.catalogue import load_rules
from send_integration.steps.warehouse import Warehouse
from send_integration.warehouse.history import told_columns, view_of
from send_integration.warehouse.parquet import DAY_OF_FACT
from send_integration.warehouse.tables import ALL, OF_A_CHILD
from tests.integration.cli.conftest import Run, command
from tests.integration.steps.pipe import WAREHOUSE_NAMES as NAMES
from tests.integration.warehouse.stories import FIRST_DAY, STORY, Told, reports, watermark

__all__ = ["command"]


def rows_of(file: Path) -> list[tuple[object, ...]]:
    return sorted(duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall(), key=repr)


def test_what_the_views_give_is_written_typed_as_it_is_and_as_it_was(
    command: Run, engine: Engine, tmp_path: Path
) -> None:
    told, warehouse = Told(seed=4), Warehouse(engine, load_rules(), NAMES)
    warehouse.prepare()
    warehouse.restate([m for number in range(4) for m in told.child(number, len(STORY))], FIRST_DAY + timedelta(700))
    before, moment = reports(engine), watermark(engine)
    warehouse.restate([told.correct() for _ in range(20)], FIRST_DAY + timedelta(700))

    for to, arguments in (("now", ()), ("then", ("--as-was", moment.isoformat()))):
        done = command(export.app, "parquet", "--to", str(tmp_path / to), *arguments, "--by", "w1")
        assert done.exit_code == 0, done.output

    now = reports(engine)
    assert now != before
    for table in OF_A_CHILD:
        assert rows_of(tmp_path / "now" / f"{view_of(table)}.parquet") == now[view_of(table)]
        assert rows_of(tmp_path / "then" / f"{view_of(table)}.parquet") == before[view_of(table)]
    assert {path.name for path in (tmp_path / "now").iterdir()} == {
        "manifest.json", *(f"{view_of(table)}.parquet" for table in ALL)
    }  # fmt: skip
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / "now").iterdir())
    assert json.loads((tmp_path / "then" / "manifest.json").read_text())["watermark"] == moment.isoformat()
    assert len(rows_of(tmp_path / "now" / "dim_date.parquet")) > 20_000


def test_of_facts_the_days_that_are_asked_for_are_written_and_of_dimensions_all(
    command: Run, engine: Engine, tmp_path: Path
) -> None:
    told, warehouse = Told(seed=4), Warehouse(engine, load_rules(), NAMES)
    warehouse.restate([m for number in range(4) for m in told.child(number, 12)], FIRST_DAY + timedelta(700))

    days = ("--from", "2023-06-01", "--until", "2023-12-31")
    assert command(export.app, "parquet", "--to", str(tmp_path / "out"), *days, "--by", "w1").exit_code == 0

    views = reports(engine)
    found = {row[2] for row in rows_of(tmp_path / "out" / "fact_event.parquet")}
    assert found == {row[2] for row in views["fact_event"] if date(2023, 6, 1) <= row[2] <= date(2023, 12, 31)} != set()
    assert len(rows_of(tmp_path / "out" / "dim_child.parquet")) == 4


def test_every_fact_says_by_which_of_its_days_it_is_asked_for() -> None:
    facts = {
        view_of(table): {c.name for c in told_columns(table)} for table in ALL if view_of(table).startswith("fact_")
    }

    assert facts.keys() == DAY_OF_FACT.keys()
    assert all(day in facts[name] for name, day in DAY_OF_FACT.items() if day)


def test_a_moment_to_come_is_refused_and_nothing_is_written(command: Run, engine: Engine, tmp_path: Path) -> None:
    refused = command(
        export.app, "parquet", "--to", str(tmp_path / "out"), "--as-was", "2999-01-01T00:00:00Z", "--by", "w1"
    )

    assert isinstance(refused.exception, BadInput)
    assert list(tmp_path.glob("*out*")) == []


@pytest.mark.parametrize("written", ["2023-13-01", "yesterday"])
def test_what_is_no_day_is_refused(command: Run, tmp_path: Path, written: str) -> None:
    assert command(export.app, "parquet", "--to", str(tmp_path / "out"), "--from", written, "--by", "w1").exit_code == 2
