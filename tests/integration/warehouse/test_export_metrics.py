"""`export metrics` writes what the views give, each with its definition, as it is or as it was."""

import csv
import json
import stat
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from send_integration.cli import export
from send_integration.errors import NotReady
from send_integration.steps.catalogue import load_rules
from send_integration.steps.warehouse import Warehouse
from send_integration.warehouse.metrics.definitions import metrics
from tests.integration.cli.conftest import Run, command
from tests.integration.steps.pipe import WAREHOUSE_NAMES as NAMES
from tests.integration.warehouse.stories import Told, watermark

__all__ = ["command"]

TODAY = date(2025, 7, 31)


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def test_each_figure_is_written_with_its_definition_as_it_is_and_as_it_was(
    command: Run, engine: Engine, tmp_path: Path
) -> None:
    told, warehouse = Told(seed=0), Warehouse(engine, load_rules(), NAMES)
    warehouse.prepare()
    warehouse.restate([told.say("ehcp.requested", date(2025, 1, 31), 1, "e1-1", "c1", by="parent")], TODAY)
    moment = watermark(engine)
    warehouse.restate([told.say("ehcp.requested", date(2025, 1, 31), 2, "e2-1", "c2")], TODAY)

    for to, arguments in (
        ("now", ()),
        ("then", ("--as-was", moment.isoformat())),
        ("early", ("--as-at", "2025-01-30")),
    ):
        done = command(export.app, "metrics", "--to", str(tmp_path / to), *arguments, "--json", "--by", "w1")
        assert done.exit_code == 0, done.output
        assert json.loads(done.output) == json.loads((tmp_path / to / "manifest.json").read_text())

    asked = {to: read(tmp_path / to / "ehc_requests.csv") for to in ("now", "then", "early")}
    jan = {"period": "2025-01-01", "denominator": ""}
    assert asked["now"][0] == {**jan, "breakdown": "all", "category": "all", "numerator": "2", "value": "2.0"}
    assert asked["now"][2] == {**jan, "breakdown": "asked_by", "category": "school", "numerator": "1", "value": "1.0"}
    assert asked["then"][0] == {**jan, "breakdown": "all", "category": "all", "numerator": "1", "value": "1.0"}
    assert asked["early"] == []
    assert json.loads((tmp_path / "early" / "manifest.json").read_text())["as_at"] == "2025-01-30"
    names = [metric.name for metric in metrics()]
    assert {path.name for path in (tmp_path / "now").iterdir()} == {
        "manifest.json", "definitions.csv", *(f"{name}.csv" for name in names)
    }  # fmt: skip
    assert [row["metric"] for row in read(tmp_path / "now" / "definitions.csv")] == names
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / "now").iterdir())


def test_views_of_another_version_are_refused_and_nothing_is_written(
    command: Run, engine: Engine, tmp_path: Path
) -> None:
    refused = command(export.app, "metrics", "--to", str(tmp_path / "out"), "--by", "w1")

    assert isinstance(refused.exception, NotReady)
    assert list(tmp_path.iterdir()) == []
