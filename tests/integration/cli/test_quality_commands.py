"""What a steward reads of remarks at the command line."""

import json

import pytest
from sqlalchemy import Engine

from send_integration import clock
from send_integration.cli.quality import app
from send_integration.store.remarks import Remarked, add_remarks
from tests.integration.cli.conftest import Run


def test_today_is_the_day_on_which_the_gate_saw_it_also_where_another_is_rehearsed(
    engine: Engine, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEND_AS_OF", "2024-12-01")
    with engine.begin() as connection:
        add_remarks(connection, {Remarked("camhs", "urn:send:camhs", "age-25"): 3}, clock.today())

    found = json.loads(command(app, "remarks", "--json").stdout)

    assert [(one["events"], one["today"]) for one in found] == [(3, 3)]
