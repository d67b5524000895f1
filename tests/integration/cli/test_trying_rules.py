"""Changed rules are tried on the history in the database: the figures by hand, and nothing written."""

import json
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from send_integration.cli import rules
from send_integration.errors import BadInput, BadSetting
from send_integration.settings import settings
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps.catalogue import load_rules
from tests.builders import ANNA_KOWALSKA, TOM_BRIGHT, sent
from tests.integration.cli.conftest import Run
from tests.integration.steps.pipe import Pipe

TODAY = date(2025, 6, 2)
DAYS = ("--from", "2025-03-01", "--to", "2025-05-31")
OWN = """
[authority]
name = "luton"
version = 1

[ehc-decide-to-assess]
warn = "3 weeks"
fires = [{ on = "2025-03-24", events = ["2025-03-03 ehcp.requested request_id=R1 by=parent"] }]
quiet = [{ on = "2025-03-23", events = ["2025-03-03 ehcp.requested request_id=R1 by=parent"] }]
"""
MIRA = {**TOM_BRIGHT, "local_id": "3", "given_name": "Mira", "family_name": "Hidden", "date_of_birth": "2013-07-08",
        "restricted": "adoption"}  # fmt: skip
TABLES = "event, child, flag, flag_change, audit, outbox, admitted, alert"


@pytest.fixture
def fill() -> None:
    """The module's `pipe` begins with nothing."""


@pytest.fixture
def pipe(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Pipe:
    """Three children who were asked for, of whom one was decided in time and written down late."""
    monkeypatch.setenv("SEND_AS_OF", TODAY.isoformat())
    settings.cache_clear()
    pipe = Pipe(engine, load_rules(), TODAY)
    asked = {"event_id": "asked", "request_id": "R1"}
    # Due on 14 April: warned of from 6 April, by the tried rules from 24 March, and urgent from 15 April.
    pipe.send("ehcp", sent("ehcp.requested", **asked, on="2025-03-03", source="a", person=ANNA_KOWALSKA))
    pipe.send("ehcp", sent("ehcp.decided_to_assess", "2025-03-20", event_id="d", source="a", request_id="R1",
                           recorded="2025-04-20", person=ANNA_KOWALSKA))  # fmt: skip
    # Decided on the day on which the tried rules would have warned for a week, and before those in force do.
    pipe.send("ehcp", sent("ehcp.requested", **asked, on="2025-03-10", source="b", person=TOM_BRIGHT))
    pipe.send(
        "ehcp",
        sent("ehcp.decided_to_assess", "2025-04-07", event_id="d", source="b", request_id="R1", person=TOM_BRIGHT),
    )
    pipe.send(
        "ehcp", sent("ehcp.requested", **asked, on="2025-04-14", source="c", person=MIRA)
    )  # due on 26 May: 18 May, and 5 May
    pipe.settle()
    return pipe


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.toml"
    file.write_text(OWN, "utf-8")
    return file


def both(in_force: int, tried: int) -> dict[str, int]:
    return {"in_force": in_force, "tried": tried}


def month(name: str, children: int, only_tried: int, earlier: int, raised: tuple[int, int]) -> dict[str, object]:
    return {
        "month": name, "children": children, "flags": only_tried + earlier, "only_tried": only_tried, "only_in_force": 0,
        "earlier": earlier, "later": 0, "otherwise": 0, "raised": both(*raised),
    }  # fmt: skip


def test_the_figures_are_those_that_a_hand_counts(command: Run, pipe: Pipe, own: Path) -> None:
    given = json.loads(command(rules.app, "try", str(own), *DAYS, "--json").stdout)

    assert given == {
        "from": "2025-03-01",
        "to": "2025-05-31",
        "rules": [
            {
                "rule": "ehc-decide-to-assess",
                "change": "changed",
                "parameters": {"warn": {"in_force": None, "tried": "3 weeks"}},
            }
        ],
        "children": 3,
        "children_changed": 3,
        "flags_changed": 3,
        # Anna's is raised on 24 March, 13 days earlier; Tom's on 31 March, and by the rules in force never.
        "months": [
            month("2025-03", 2, 1, 1, (0, 2)),
            month("2025-04", 0, 0, 0, (1, 0)),
            month("2025-05", 1, 0, 1, (1, 1)),  # Mira's on 5 May instead of 18
        ],
        "lead_time": [
            {
                "rule": "ehc-decide-to-assess",
                "earlier": 2,
                "later": 0,
                "days_gained": {"of": 2, "least": 13, "lower_quartile": 13.0, "median": 13.0, "upper_quartile": 13.0, "most": 13},
            }
        ],
        "workload": [
            {"team": "ehc-team", "month": "2025-03", "raised": both(0, 2), "urgent": both(0, 0)},
            {"team": "ehc-team", "month": "2025-04", "raised": both(1, 0), "urgent": both(1, 1)},
            {"team": "ehc-team", "month": "2025-05", "raised": both(1, 1), "urgent": both(1, 1)},
        ],
        "whole_load": False,
    }  # fmt: skip


def test_the_whole_load_adds_what_all_other_rules_tell(command: Run, pipe: Pipe, own: Path) -> None:
    pipe.send("ndd-triage", sent("ndd.referred", "2025-03-03", event_id="n", source="a", person=ANNA_KOWALSKA))
    pipe.settle()

    found = json.loads(command(rules.app, "try", str(own), *DAYS, "--whole-load", "--json").stdout)

    # The referral waits for triage by 31 March and for an assessment by 3 June: warned of from 24 March and 16 May.
    assert [entry["raised"] for entry in found["workload"] if entry["team"] == "ndd-team"] == [
        both(1, 1), both(0, 0), both(1, 1),
    ]  # fmt: skip
    assert found["flags_changed"] == 3
    assert [entry["raised"] for entry in found["months"]] == [both(0, 2), both(1, 0), both(1, 1)]
    assert "Flags of all rules:" in command(rules.app, "try", str(own), *DAYS, "--whole-load").stdout


def test_the_table_says_the_same_and_fits_a_terminal(command: Run, pipe: Pipe, own: Path) -> None:
    printed = command(rules.app, "try", str(own), *DAYS).stdout

    assert "  ehc-decide-to-assess: warn not set → 3 weeks\n" in printed
    assert "3 of 3 children and 3 flags would have gone another way." in printed
    assert "2025-03  now    0\n         tried  " + "█" * 50 + " 2\n" in printed
    assert "0 → 2" in printed
    assert "…" not in printed, "something is cut off"
    assert max(map(len, printed.splitlines())) <= 80


def test_the_chart_is_an_image_with_a_name_and_every_figure_as_text(
    command: Run, pipe: Pipe, own: Path, tmp_path: Path
) -> None:
    file = tmp_path / "chart.svg"

    command(rules.app, "try", str(own), *DAYS, "--chart", str(file))

    svg = ET.fromstring(file.read_text("utf-8"))
    said = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "title desc"
    assert said[-9:] == ["2025-03", "0", "2", "2025-04", "1", "0", "2025-05", "1", "1"]
    assert "2025-03: 0 by the rules in force, 2 as tried" in (svg.findtext("{http://www.w3.org/2000/svg}desc") or "")


def test_nothing_is_written_and_no_child_is_named(command: Run, engine: Engine, pipe: Pipe, own: Path) -> None:
    def everything() -> list[object]:
        with engine.connect() as connection:
            return [
                connection.execute(text(f"SELECT count(*), coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {table} t")).one()
                for table in TABLES.split(", ")
            ]  # fmt: skip

    before = everything()
    printed = command(rules.app, "try", str(own), *DAYS, "--json").stdout

    assert everything() == before
    assert not any(
        name in printed
        for name in ("Anna", "Mira", "Bright", *(row[0] for row in pipe.ask("SELECT child_id FROM child")))
    )


@pytest.mark.parametrize(
    ("arguments", "fault", "said"),
    [
        (("--from", "2025-05-01", "--to", "2025-04-01"), BadInput, "--from: lies after the last day, 2025-04-01"),
        (("--to", "2025-06-03"), BadInput, "--to: lies after today, 2025-06-02"),
        (("--chart", "/nowhere/chart.svg"), BadInput, "The chart cannot be written"),
    ],
)
def test_what_is_given_wrong_is_said_in_a_sentence(
    command: Run, pipe: Pipe, own: Path, arguments: tuple[str, ...], fault: type[Exception], said: str
) -> None:
    result = command(rules.app, "try", str(own), *arguments)

    assert isinstance(result.exception, fault)
    assert said in str(result.exception)


def test_a_file_that_is_no_rules_file_is_refused(command: Run, pipe: Pipe, own: Path) -> None:
    own.write_text('[no-such-rule]\nperiod = "3 weeks"\n')

    assert isinstance(command(rules.app, "try", str(own)).exception, BadSetting)
    assert "missing.toml: cannot be read" in str(command(rules.app, "try", str(own.parent / "missing.toml")).exception)
    own.write_bytes(b"\xff\xfe")
    assert "own.toml: is no text in UTF-8" in str(command(rules.app, "try", str(own)).exception)
    assert command(rules.app, "try", str(own), "--from", "soon").exit_code == 2


def test_a_file_that_changes_nothing_says_so(command: Run, pipe: Pipe, own: Path) -> None:
    own.write_text('[authority]\nname = "luton"\nversion = 1\n\n[ndd-triage]\nperiod = "4 weeks"\n')

    assert "nothing in it differs" in command(rules.app, "try", str(own)).stdout
    assert json.loads(command(rules.app, "try", str(own), "--json").stdout)["months"][0]["flags"] == 0


def test_over_a_whole_authority_two_processes_find_what_one_does(
    command: Run, engine: Engine, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = date(2025, 1, 16)
    monkeypatch.setenv("SEND_AS_OF", until.isoformat())
    settings.cache_clear()
    made = simulate_authority(
        load_profile("luton-2024"), children=260, seed=7, until=until, dirt="usual", statutory_dates=True
    )
    pipe = Pipe(engine, load_rules(), until)
    for item in made.arrived:
        pipe.send(item.line.feed, item.raw)
    pipe.settle()
    arguments = ("try", str(own), "--json", "--processes")

    one, two = (json.loads(command(rules.app, *arguments, count).stdout) for count in ("1", "2"))

    assert one == two
    assert one["flags_changed"] > 5
    assert one["flags_changed"] == sum(found["flags"] for found in one["months"])
    for rules_of in ("in_force", "tried"):
        of_teams = sum(entry["raised"][rules_of] for entry in one["workload"])
        assert of_teams == sum(found["raised"][rules_of] for found in one["months"]) > 0
