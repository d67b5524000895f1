"""A simulated authority's SEN2 return gives, through ingest, gate and timeline, the Department's tables with the numbers that went in."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import Result
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from send_integration.cli import export_dfe
from send_integration.cli.export import app
from send_integration.errors import BadInput, Broken
from send_integration.settings import settings
from send_integration.simulate.authority import Authority, simulate_authority, write_authority
from send_integration.simulate.ehc import Case
from send_integration.simulate.profile import load_profile
from send_integration.steps.catalogue import load_rules
from send_integration.steps.dfe_tables import count_tables
from send_integration.store.engine import open_database
from send_integration.warehouse.dfe_counts import CountedRow
from send_integration.warehouse.dfe_tables import tables_of
from send_integration.warehouse.sen2_modules import Scope
from tests.integration.databases import a_database
from tests.integration.steps.pipe import Pipe

UNTIL = date(2025, 1, 16)
SCOPE = Scope(2024, "821")
SCHOOLS = {"109123": "1"}
"""The simulated return sends everybody at a school to this one, which the register has as maintained by the authority."""

Tables = dict[str, dict[tuple[str, str], CountedRow]]


class Loaded(NamedTuple):
    """A database with an authority's return, the authority, and the tables that were counted."""

    address: str
    made: Authority
    tables: Tables


@pytest.fixture(scope="module")
def loaded(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """Loaded once, for nothing here changes it."""
    folder = tmp_path_factory.mktemp("authority")
    made = simulate_authority(
        load_profile("luton-2024"), children=500, seed=11, until=UNTIL, dirt="none", statutory_dates=False
    )
    write_authority(made, folder)
    with a_database(server, "ready") as address:
        engine = open_database(address)
        pipe = Pipe(engine, load_rules(), UNTIL)
        pipe.take_return(folder / "sen2")
        pipe.relay()
        pipe.drain_timeline()
        found = count_tables(engine, SCOPE, SCHOOLS, None)
        engine.dispose()
        tables = {table.name: {(row.topic, row.value): row for row in rows} for table, rows in found.tables()}
        yield Loaded(address, made, tables)


def everybody(found: Tables, name: str) -> Counter[str]:
    return Counter(next(iter(found[name].values())).counts)


def asked_in_the_year(made: Authority) -> list[Case]:
    return [case for case in made.cases if case.requested_on.year == SCOPE.year]


def plans_of_the_year(made: Authority) -> list[Case]:
    return [case for case in made.cases if case.finalised_on is not None and case.finalised_on.year == SCOPE.year]


def days(case: Case, answered_on: date | None) -> int:
    assert answered_on is not None
    return (answered_on - case.requested_on).days


def test_the_numbers_that_went_in_come_out_table_by_table(loaded: Loaded) -> None:
    found, made = loaded.tables, loaded.made

    asked, plans = asked_in_the_year(made), plans_of_the_year(made)
    decided = [case for case in asked if case.decided_on is not None]
    undecided = [case for case in asked if case.decided_on is None]
    requests = everybody(found, "requests")
    assert requests["requests_received_in_year"] == len(asked) > 50
    assert requests["requests_decided_to_assess"] == sum(case.decision == "yes" for case in decided) > 30
    assert requests["requests_decided_not_to_assess"] == sum(case.decision == "no" for case in decided) > 5
    assert requests["requests_decision_not_made"] == len(undecided) > 0
    assert requests["request_outcome_six_weeks"] == sum(days(case, case.decided_on) <= 42 for case in decided)
    overdue = sum((SCOPE.census_on - case.requested_on).days > 42 for case in undecided)
    late = sum(days(case, case.decided_on) > 42 for case in decided)
    assert requests["request_outcome_over_6_weeks"] == late + overdue > overdue

    timeliness = everybody(found, "timeliness_20_week")
    excepted = [case for case in plans if case.exception and days(case, case.finalised_on) > 140]
    assert timeliness["plans_issued_den"] == len(plans) > 30
    assert timeliness["plans_issued_den_ex"] == len(plans) - len(excepted) < len(plans)
    assert timeliness["plans_issued_within_20_weeks"] == sum(days(case, case.finalised_on) <= 140 for case in plans)
    assert timeliness["plans_issued_gt_1_year"] == sum(days(case, case.finalised_on) > 365 for case in plans) > 0

    issued = everybody(found, "assessments")
    in_year = [c for c in made.cases if c.finalised_on is not None and c.issue_decided_on is not None]
    assert issued["assess_issued"] == sum(c.issue_decided_on.year == SCOPE.year for c in in_year if c.issue_decided_on)


def test_places_and_needs_of_new_plans_are_those_of_the_authority(loaded: Loaded) -> None:
    found, made = loaded.tables, loaded.made

    plans = plans_of_the_year(made)
    kinds = Counter(case.placement for case in plans)
    new = everybody(found, "newplans")
    at_school = kinds["mainstream"] + kinds["special"] + kinds["independent-special"]
    assert new["new_ehc_plans"] == len(plans)
    assert new["mainstream_la_maintained"] == at_school > 0
    assert new["mainstream_la_maintained_resourced_provision"] == kinds["resourced-provision"]
    assert new["other_placement_settings"] == kinds["alternative"]
    assert new["other_arrangements_la"] == kinds["eotas"]
    needs = everybody(found, "sen_need_newplans")
    for need, cases in Counter(case.child.need for case in plans).items():
        assert needs[f"number_{need.lower()}"] == cases
    assert needs["number_need_unknown"] == 0


def test_the_caseload_and_its_reviews_are_those_of_the_authority(loaded: Loaded) -> None:
    found, made = loaded.tables, loaded.made

    in_force = [case for case in made.cases if case.finalised_on is not None and case.finalised_on <= SCOPE.census_on]
    assert everybody(found, "caseload")["ehcplans"] == len(in_force) > 100
    assert everybody(found, "sen_needs_all_plans")["ehc_plans"] == len(in_force)
    expected = [case for case in in_force if case.finalised_on is not None and case.finalised_on < date(2024, 1, 1)]
    reviews = everybody(found, "annual_reviews")
    assert reviews["total_ehc_plans"] == len(in_force)
    assert reviews["review_expected"] == len(expected) > 50
    last = [done[-1] for case in expected if (done := [review for review in case.reviews if review[1] <= UNTIL])]
    assert reviews["total_review_meeting"] == len(last)
    assert reviews["outcome_amend"] == sum(outcome == "amend" for _, _, outcome, _ in last) > 0
    in_time = sum(decided - met <= timedelta(weeks=4) for met, decided, _, _ in last)
    assert reviews["number_decsion_4weeks"] == in_time > 0
    assert reviews["number_decision_gt_4weeks"] == len(last) - in_time


def test_every_breakdown_adds_up_to_everybody(loaded: Loaded) -> None:
    found = loaded.tables

    for name, rows in found.items():
        whole = everybody(found, name)
        sums: dict[str, Counter[str]] = {}
        for (topic, value), row in list(rows.items())[1:]:
            if not value.endswith(" - total"):
                sums.setdefault(topic, Counter()).update(row.counts)
        for topic, added in sums.items():
            assert +added == +whole, (name, topic)


@pytest.fixture
def export(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """The command, on a database."""
    monkeypatch.setenv("SEND_KAFKA", "127.0.0.1:1")
    year = ("--year", "2024", "--by", "sam")

    def run(address: str, *arguments: object) -> Result:
        monkeypatch.setenv("SEND_DATABASE", address)
        settings.cache_clear()
        return CliRunner().invoke(app, ["dfe", *map(str, arguments), *year], catch_exceptions=False)

    yield run
    settings.cache_clear()


def test_the_command_writes_what_was_counted_for_its_owner_alone_and_is_written_down(
    loaded: Loaded, export: Callable[..., Result], tmp_path: Path
) -> None:
    found = loaded.tables
    register = tmp_path / "schools.csv"
    register.write_text('"URN","TypeOfEstablishment (code)"\n"109123","1"\n', "utf-8")

    result = export(loaded.address, "--to", tmp_path / "tables", "--schools", register)

    assert result.exit_code == 0, result.output
    written = {path.stem: path for path in (tmp_path / "tables").iterdir()}
    assert set(written) == set(found)
    assert {path.stat().st_mode & 0o777 for path in written.values()} == {0o600}
    for name, path in written.items():
        with path.open(newline="", encoding="utf-8") as file:
            rows = {(row["breakdown_topic"], row["breakdown"]): row for row in csv.DictReader(file)}
        assert list(rows) == list(found[name])
        for key, row in rows.items():
            assert {column: int(row[column]) for column in found[name][key].counts} == found[name][key].counts
            assert (row["old_la_code"], row["la_name"]) == ("821", "Luton")
    opened = open_database(loaded.address)
    with opened.connect() as connection:
        looks = connection.execute(text("SELECT actor, action, child_id FROM audit")).all()
    opened.dispose()
    assert looks == [("sam", "export", None)]


def test_nothing_is_written_over(database: str, engine: Engine, export: Callable[..., Result], tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="already"):
        export(database, "--to", tmp_path)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar_one() == 0


def test_a_year_of_nothing_is_published_and_shows_nothing(
    database: str, export: Callable[..., Result], tmp_path: Path
) -> None:
    result = export(database, "--to", tmp_path / "tables", "--publish", "--json")

    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["published"]
    assert [one["table"] for one in said["tables"]] == [table.name for table in tables_of(2024)]
    assert {one["suppressed_with_them"] for one in said["tables"]} == {0}
    counts = {column for table in tables_of(2024) for column in table.columns}
    for path in (tmp_path / "tables").iterdir():
        with path.open(newline="", encoding="utf-8") as file:
            assert {row[column] for row in csv.DictReader(file) for column in row.keys() & counts} <= {"c", "x"}


def test_where_the_numbers_cannot_be_kept_nothing_is_published(
    database: str, export: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise Broken("A number under 5 could be worked out too closely, so nothing is published")

    monkeypatch.setattr(export_dfe, "publish_tables", fails)

    with pytest.raises(Broken, match="nothing is published"):
        export(database, "--to", tmp_path / "tables", "--publish")

    assert list(tmp_path.iterdir()) == []
