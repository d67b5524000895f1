"""All changes applied in order equal the whole extract, whatever happened and however often they were taken."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from send_integration.cli import export
from send_integration.contracts.pseudonyms import KEY_BYTES, Pseudonyms
from send_integration.errors import BadInput
from send_integration.steps.batch import RawMessage
from send_integration.steps.catalogue import load_rules
from send_integration.steps.warehouse import Warehouse
from send_integration.store.pseudonym_keys import make_key
from send_integration.warehouse.changes import changes_since
from send_integration.warehouse.history import key_of, told_columns, view_of
from send_integration.warehouse.tables import OF_A_CHILD
from tests.integration.cli.conftest import Run, command
from tests.integration.steps.pipe import WAREHOUSE_NAMES as NAMES
from tests.integration.steps.pipe import empty
from tests.integration.warehouse.stories import FIRST_DAY, Told, in_batches, reports, watermark

__all__ = ["command"]

RULES = load_rules()
TODAY = FIRST_DAY + timedelta(700)


class Copy:
    """What a consumer holds, who has nothing but the extracts."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, tuple[Any, ...]]] = {view_of(table): {} for table in OF_A_CHILD}
        self.watermark: datetime | None = None

    def take(self, engine: Engine) -> None:
        """The changes since the last time."""
        with changes_since(engine, self.watermark) as changes:
            for table in OF_A_CHILD:
                held, place = self.tables[view_of(table)], [c.name for c in told_columns(table)].index(key_of(table))
                gone, rows = [key for key, _ in changes.gone(table)], list(changes.rows(table))
                assert not set(gone) & {row[place] for row in rows}
                for key in gone:
                    del held[key]
                held |= {row[place]: row for row in rows}
            self.watermark = changes.watermark

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """What it holds, as the views give it."""
        return {name: sorted(rows.values(), key=repr) for name, rows in self.tables.items()}


def some_life(told: Told, random: Random) -> Iterator[RawMessage]:
    """Events, corrections, retractions, splits and merges of a few children, in any order."""
    yield from told.child(0, 5)
    for number in range(1, 25):
        match random.randrange(4):
            case 0:
                yield from told.child(number, random.randrange(1, 6))
            case 1:
                yield told.correct()
            case 2:
                yield from told.split(number)
            case 3:
                yield from told.merge()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), most=st.sampled_from((3, 8, 30)), seldom=st.integers(1, 6))
def test_all_changes_in_order_equal_the_whole(engine: Engine, seed: int, most: int, seldom: int) -> None:
    empty(engine)
    told, random, warehouse, held = Told(seed), Random(seed), Warehouse(engine, RULES, NAMES), Copy()
    for number, batch in enumerate(in_batches(list(some_life(told, random)), random, most)):
        warehouse.restate(batch, FIRST_DAY + timedelta(300 + 20 * number))
        if number % seldom == 0:
            held.take(engine)
    warehouse.sweep(TODAY + timedelta(600), 1000)
    held.take(engine)

    whole = Copy()
    whole.take(engine)

    assert held.rows() == whole.rows() == reports(engine)
    held.take(engine)
    assert held.rows() == whole.rows()


def extract(command: Run, to: Path, *arguments: str) -> dict[str, Any]:
    done = command(export.app, "warehouse", "--to", str(to), *arguments, "--json", "--by", "w1")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    assert told == json.loads((to / "manifest.json").read_text())
    return told


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def filled(engine: Engine) -> tuple[Warehouse, Told]:
    told, warehouse = Told(seed=2), Warehouse(engine, RULES, NAMES)
    warehouse.restate([message for number in range(6) for message in told.child(number, 5)], TODAY)
    return warehouse, told


def test_the_command_writes_what_changed_since_its_own_manifest(
    command: Run, engine: Engine, filled: tuple[Warehouse, Told], tmp_path: Path
) -> None:
    warehouse, told = filled
    whole = extract(command, tmp_path / "whole")
    assert whole["since"] is None
    assert whole["watermark"] == watermark(engine).isoformat()
    assert whole["tables"]["dim_child"] == {"key": "child_key", "rows": 6, "gone": 0}
    assert len(rows_of(tmp_path / "whole", "fact_event")) == whole["tables"]["fact_event"]["rows"] > 20

    same = extract(command, tmp_path / "same", "--since", whole["watermark"])
    assert {(part["rows"], part["gone"]) for part in same["tables"].values()} == {(0, 0)}

    key = next(key for key, event in told.events.items() if event.what == "school.suspended")
    number = int(told.child_of[key].removeprefix("c"))
    back = told.say("school.suspended", FIRST_DAY, number, f"e{number}-99", told.child_of[key], retracts=key.id)
    warehouse.restate([back], TODAY)
    later = extract(command, tmp_path / "later", "--since", whole["watermark"])
    assert later["tables"]["fact_event"] == {"key": "event_key", "rows": 0, "gone": 1}
    (gone,) = rows_of(tmp_path / "later", "fact_event.gone")
    assert gone["event_key"] in {row["event_key"] for row in rows_of(tmp_path / "whole", "fact_event")}
    assert datetime.fromisoformat(gone["unstated_at"]) == watermark(engine)
    with engine.connect() as connection:
        audited = connection.execute(text("SELECT action, actor, why FROM audit ORDER BY id")).all()
    assert [tuple(row)[:2] for row in audited] == [("extract", "w1")] * 3


def test_two_consumers_extracts_have_no_key_in_common_and_each_hangs_together(
    command: Run, filled: tuple[Warehouse, Told], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    monkeypatch.setenv("SEND_PSEUDONYM_KEYS", str(keys))
    for consumer in ("health", "research"):
        make_key(keys, consumer)
        extract(command, tmp_path / consumer, "--consumer", consumer)
    extract(command, tmp_path / "own")

    found: list[set[str]] = []
    for folder in ("own", "health", "research"):
        tables = {view_of(table): rows_of(tmp_path / folder, view_of(table)) for table in OF_A_CHILD}
        children = {row["child_key"] for row in tables["dim_child"]}
        assert all({row["child_key"] for row in rows} <= children for rows in tables.values())
        found.append({row[name] for rows in tables.values() for row in rows for name in row if name.endswith("_key")})
    assert all(len(keys_of_one) == len(found[0]) > 40 for keys_of_one in found)
    assert not found[0] & found[1]
    assert not found[0] & found[2]
    assert not found[1] & found[2]
    assert found[1] == {Pseudonyms(bytes.fromhex((keys / "health.key").read_text())).of(key) for key in found[0]}


@pytest.mark.parametrize("since", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "yesterday", "2026-01-01"])
def test_a_moment_of_which_the_tables_know_nothing_is_refused(
    command: Run, filled: tuple[Warehouse, Told], tmp_path: Path, since: str
) -> None:
    refused = command(export.app, "warehouse", "--to", str(tmp_path / "out"), "--since", since, "--by", "w1")

    assert isinstance(refused.exception, BadInput)
    assert "--since" in str(refused.exception)
    assert not (tmp_path / "out").exists()


def test_changes_from_before_the_tables_were_filled_anew_are_refused(
    engine: Engine, filled: tuple[Warehouse, Told]
) -> None:
    before = watermark(engine)
    anew = Warehouse(engine, RULES, Pseudonyms(bytes(KEY_BYTES)))
    anew.begin_from_nothing()
    anew.sweep(TODAY, 100)

    with pytest.raises(BadInput, match="filled from nothing"), changes_since(engine, before):
        pass
