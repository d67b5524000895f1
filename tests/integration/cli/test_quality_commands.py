"""What a steward reads of remarks at the command line."""

import json
from collections.abc import Callable

import pytest
import typer
from sqlalchemy import Engine

from send_integration import clock
from send_integration.cli.audit_quality import audit_quality
from send_integration.cli.drift import drift
from send_integration.cli.quality import app
from send_integration.errors import BadInput
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
    assert command(app, "remarks").stdout.splitlines()[:2] == ["3 events: age-25", "  urn:send:camhs, feed camhs"]


@pytest.mark.parametrize(("which", "arguments"), [(app, ("remarks",)), (drift, ()), (audit_quality, ("--once",))])
def test_a_feed_that_there_is_not_is_no_feed_of_which_nothing_is_to_be_said(
    command: Run, which: typer.Typer | Callable[..., None], arguments: tuple[str, ...]
) -> None:
    found = command(which, *arguments, "--feed", "campus")

    assert isinstance(found.exception, BadInput)
    assert "campus" in str(found.exception)


def test_where_nothing_is_found_it_is_said(command: Run) -> None:
    assert command(drift).stdout == "No source sends what contract and mappings do not know.\n"
    assert command(app, "remarks").stdout == "No warning rule found anything.\n"
    assert command(app, "lists").stdout == "None of the checks finds a child.\n"
    assert command(audit_quality, "--once").stderr.endswith("The gate has judged no message yet.\n")
