"""`explain` leads from a figure to its rows, and by the key to children and events; whoever looks is written down."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from send_integration.cli.explain import explain
from send_integration.contracts.pseudonyms import WAREHOUSE
from send_integration.errors import BadInput, BadSetting
from send_integration.settings import settings
from send_integration.steps.catalogue import load_rules
from send_integration.steps.warehouse import Warehouse
from send_integration.store.pseudonym_keys import make_key, read_pseudonyms
from tests.integration.cli.conftest import Run
from tests.integration.families import child_of
from tests.integration.steps.pipe import Pipe
from tests.record_keys import KEYS

WAITS = ("waiting_median_days", "--month", "2025-03", "--category", "pathway=camhs")
REQUESTS = ("ehc_requests", "--month", "2024-11")


@pytest.fixture
def keys(engine: Engine, pipe: Pipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the key under which the town stands in the warehouse."""
    folder = tmp_path / "keys"
    monkeypatch.setenv("SEND_PSEUDONYM_KEYS", str(folder))
    pipe.warehouse = Warehouse(
        engine, load_rules(), read_pseudonyms(make_key(folder, WAREHOUSE).parent, WAREHOUSE), keys=KEYS
    )
    pipe.warehouse.prepare()
    pipe.drain_warehouse()
    settings.cache_clear()
    return folder


def told(run: Run, *arguments: str) -> Any:
    done = run(explain, *arguments, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.output)


def looks(engine: Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [
            tuple(row)
            for row in connection.execute(text("SELECT action, child_id, allowed, why FROM audit ORDER BY id"))
        ]


@pytest.mark.usefixtures("keys")
def test_a_figure_leads_to_its_rows_and_these_to_children_and_events(run: Run, engine: Engine) -> None:
    zofia, as_she_was = child_of(engine, "Zofia", "Kowalska"), child_of(engine, "Mira", "Before")

    by_keys = told(run, *WAITS)
    shown = told(run, *WAITS, "--events", "--why", "the board asked")

    assert (by_keys["denominator"], len(by_keys["rows"])) == (2, 2)
    assert [set(row) for row in by_keys["rows"]] == [{"child_key", "row_key", "day", "part", "whole"}] * 2
    waits = {row["child_id"]: row for row in shown["rows"]}
    assert {child: row["part"] for child, row in waits.items()} == {zofia: 29, as_she_was: 760}
    assert [(event["on"], event["id"]) for event in waits[zofia]["events"]] == [("2025-03-02", "b")]
    written = looks(engine)
    assert [look[:3] for look in written[:2]] == [("extract", None, True)] * 2
    assert {look[:3] for look in written[2:]} == {("view-child", child, True) for child in waits}
    assert all("behind waiting_median_days of 2025-03-01, pathway: the board asked" in look[3] for look in written[2:])


@pytest.mark.usefixtures("keys")
def test_behind_a_figure_on_feeds_is_no_child(run: Run, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO agency_day SELECT 'school', 'urn:a', '2025-02-28', 9, 8, 1, 0, 8, 0, 8, 8, 8, 0, now(), now()"
            )
        )

    (row,) = told(run, "feed_validity", "--month", "2025-02", "--events", "--why", "the board asked")["rows"]

    assert (row["child_key"], row["row_key"], row["part"], row["whole"]) == (None, "2025-02-28 school urn:a", 8, 9)
    assert "view-child" not in {look[0] for look in looks(engine)}


@pytest.mark.usefixtures("keys")
def test_a_restricted_child_is_shown_only_where_that_is_asked_for(run: Run, engine: Engine) -> None:
    mira = child_of(engine, "Mira", "Hidden")
    asked = (*REQUESTS, "--events", "--why", "the board asked")

    hidden = run(explain, *asked)
    shown = told(run, *asked, "--restricted")

    assert hidden.exit_code == 0
    assert "left out" in hidden.output
    assert mira not in hidden.output
    assert ([row["child_id"] for row in shown["rows"]], shown["not_shown"]) == ([mira], 0)
    without = told(run, *asked)
    assert (without["rows"], without["not_shown"], without["value"]) == ([], 1, 1)
    assert [allowed for action, child, allowed, _ in looks(engine) if (action, child) == ("view-child", mira)] == [
        False,
        True,
        False,
    ]


def test_without_a_reason_or_the_key_no_child_is_shown(run: Run, engine: Engine, keys: Path) -> None:
    assert isinstance(run(explain, *WAITS, "--events").exception, BadInput)
    (keys / "warehouse.key").unlink()
    assert isinstance(run(explain, *WAITS, "--events", "--why", "the board asked").exception, BadSetting)
    make_key(keys, WAREHOUSE)
    assert isinstance(run(explain, *WAITS, "--events", "--why", "the board asked").exception, BadSetting)

    assert "view-child" not in {look[0] for look in looks(engine)}


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("plans_in_time", "--month", "2025-03"), id="no such figure"),
        pytest.param((*REQUESTS, "--category", "colour=red"), id="no such part"),
        pytest.param(("waiting_median_days", "--month", "2025-03"), id="a figure without a whole"),
    ],
)
def test_what_there_is_not_is_refused(command: Run, arguments: tuple[str, ...]) -> None:
    assert isinstance(command(explain, *arguments, "--by", "sam").exception, BadInput)
