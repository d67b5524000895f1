"""`rules list` and `rules check`: what is in force, what a file would change, and what is wrong with it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from send_integration.cli.rules import app
from send_integration.errors import BadSetting
from send_integration.settings import settings

OWN = """[authority]
name = "luton"
version = 3

[ehc-decide-to-assess]
period = "5 weeks"
fires = [{ on = "2025-04-08", events = ["2025-03-03 ehcp.requested request_id=R1 by=parent"] }]
quiet = [{ on = "2025-03-08", events = ["2025-03-03 ehcp.requested request_id=R1 by=parent"] }]

[not-brought]
on = false
"""
Run = Callable[..., Result]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "luton.toml"
    file.write_text(OWN)
    return file


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    def go(*words: str, rules: Path | None = None) -> Result:
        monkeypatch.setenv("SEND_RULES", str(rules or ""))
        settings.cache_clear()
        found = CliRunner().invoke(app, list(words))
        settings.cache_clear()
        return found

    return go


def test_the_list_says_of_each_rule_its_version_what_it_counts_by_and_what_was_changed(run: Run, own: Path) -> None:
    rows = {row["rule"]: row for row in json.loads(run("list", "--json", rules=own).stdout)}

    decide = rows["ehc-decide-to-assess"]
    assert (decide["version"], decide["basis"], decide["counts_by"]["period"]) == ("3+luton.3", "S", "5 weeks")
    assert decide["changed"] == [{"field": "period", "before": "6 weeks", "after": "5 weeks"}]
    assert (rows["not-brought"]["on"], rows["not-brought"]["version"]) == (False, "2")
    assert rows["ehc-final-plan"]["changed"] == []

    table = run("list", rules=own).stdout
    assert "3+luton.3" in table
    assert "turned off" in table


def test_the_list_is_the_catalogues_where_the_authority_has_no_file(run: Run) -> None:
    rows = json.loads(run("list", "--json").stdout)

    assert len(rows) > 10
    assert all(row["on"] and not row["changed"] for row in rows)


def test_check_says_what_would_change_of_what_is_in_force(run: Run, own: Path) -> None:
    assert run("check", str(own)).stdout.splitlines() == [
        "ehc-decide-to-assess: period: 6 weeks → 5 weeks",
        "not-brought: turned off",
    ]
    assert "changes nothing" in run("check", str(own), rules=own).stdout
    assert json.loads(run("check", str(own), "--json").stdout)[1] == {
        "rule": "not-brought", "field": "on", "before": "yes", "after": "no",
    }  # fmt: skip


def test_check_tells_every_fault_with_file_line_and_field_and_ends_in_a_fault(run: Run, own: Path) -> None:
    own.write_text(OWN.replace("5 weeks", "five").replace("on = false", 'on = "never"'))
    found = run("check", str(own))

    assert isinstance(found.exception, BadSetting)
    assert "2 faults" in str(found.exception)
    period, on = found.stderr.splitlines()
    assert period.startswith(
        "luton.toml, line 6: field 'period' of rule 'ehc-decide-to-assess' must be a period: 'five'"
    )
    assert on == "luton.toml, line 11: field 'on' of rule 'not-brought' must be true or false."


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_said_so(run: Run, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "own.toml"
    if content is not None:
        file.write_bytes(content)

    assert isinstance(run("check", str(file)).exception, BadSetting)
