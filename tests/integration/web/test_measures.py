"""The measures on the page and in the files are the views' figures with small counts kept, for those whom the policy lets in."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from send_integration.errors import NotReady
from send_integration.settings import Settings
from send_integration.store.engine import open_database
from send_integration.warehouse.inspection.declared import Grain, inspection_measures
from send_integration.warehouse.inspection.kept import keep_figures, kept_figures
from send_integration.warehouse.inspection.periods import Period, periods_of
from send_integration.warehouse.inspection.shown import measures_shown, shown_of
from send_integration.web.app import build_app
from send_integration.web.measure_words import as_file
from tests.integration.databases import a_database
from tests.integration.web.conftest import Person, signed_in
from tests.integration.web.measured import AS_AT, measured
from tests.integration.web.test_who_sees_whom import ACTORS

BY_NAME = {measure.name: measure for measure in inspection_measures()}
MAY = {"chair", "manager", "analyst", "administrator"}


@pytest.fixture
def fill() -> None:
    """Nothing is told yet."""


@pytest.fixture(scope="module")
def authority(server: str) -> Iterator[Engine]:
    """An authority of some hundred children."""
    with a_database(server, "ready") as address:
        engine = open_database(address)
        measured(engine, 400)
        yield engine
        engine.dispose()


def person(engine: Engine, actor: str) -> Person:
    return signed_in(build_app(engine, Settings(sign_in="development", as_of=AS_AT)), actor)


def rows(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode())))


def counted(engine: Engine, view: str, where: str, period: Period) -> tuple[int, int]:
    """Part and whole of a period, from the rows behind the figure: nothing of the page's own."""
    with engine.connect() as connection:
        connection.execute(text("SELECT set_config('send.as_at', :day, true)"), {"day": str(AS_AT)})
        part, whole = connection.execute(
            text(
                f"SELECT coalesce(sum(part), 0), coalesce(sum(whole), 0) FROM warehouse.{view}_rows"
                f" WHERE {where} AND day BETWEEN :first AND :last"
            ),
            {"first": period.first, "last": period.last},
        ).one()
    return int(part), int(whole)


def entries(engine: Engine, actor: str) -> list[tuple[str | None, bool]]:
    """The last two entries of somebody in the audit: of which child, and whether it was allowed."""
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT child_id, allowed FROM audit WHERE actor = :actor AND action = 'see-measures' ORDER BY id DESC"
            ),
            {"actor": actor},
        )
        return [(row.child_id, row.allowed) for row in found][:2]


def test_the_figures_are_those_of_the_rows_that_were_counted(authority: Engine) -> None:
    administrator = person(authority, "administrator")
    told = 0
    for name in ("plans-in-20-weeks", "decisions-in-6-weeks", "annual-reviews-on-time", "health-checks"):
        measure = BY_NAME[name]
        (line,) = measure.lines
        where = f"breakdown = '{line.breakdown}' AND category = '{line.category}'"
        written = [row for row in rows(administrator.get(f"/measures/{name}.csv").content) if row["line"] != "England"]
        assert len(written) == 8
        for row, period in zip(written, periods_of(Grain.QUARTER, AS_AT), strict=True):
            part, whole = counted(authority, measure.metric.view, where, period)
            assert (row["from"], row["to"]) == (str(period.first), str(period.last))
            assert row["of"] == ("c" if whole < 9 else str(round(whole / 5) * 5))
            assert row["counted"] == ("c" if whole < 9 or part < 5 else str(round(part / 5) * 5))
            if row["value"] != "c":
                assert row["value"] == f"{100 * int(row['counted']) / int(row['of']):.1f}"
                told += 1
    assert told > 15


def test_waits_are_those_of_the_last_day_of_a_quarter(authority: Engine) -> None:
    found = rows(person(authority, "chair").get("/measures/waiting-over-18-weeks.csv").content)
    ndd = [row for row in found if row["line"].startswith("Neuro")]
    with authority.connect() as connection:
        on = {
            row["to"]: connection.execute(
                text(
                    "SELECT count(*) FILTER (WHERE cast(:day AS date) - opened_on > 126), count(*) FROM warehouse.fact_episode"
                    " WHERE pathway = 'ndd' AND opened_on <= :day"
                ),
                {"day": row["to"]},
            ).one()
            for row in ndd
        }

    assert [row["to"] for row in ndd][-1] == "2025-06-30"
    assert [(row["counted"], row["of"]) for row in ndd] == [
        (str(round(on[row["to"]][0] / 5) * 5), str(round(on[row["to"]][1] / 5) * 5)) for row in ndd
    ]


def test_the_file_has_what_the_page_shows(authority: Engine) -> None:
    manager = person(authority, "manager")
    page = manager.get("/measures").text
    for name in BY_NAME:
        for row in rows(manager.get(f"/measures/{name}.csv").content):
            if row["value"] == "c":
                continue
            words = f"{row['value']}%" if row["unit"] == "per cent" else f"{float(row['value']):.0f} week"
            assert words in page, row
            if row["of"]:
                assert f"{row['counted']} of {row['of']}" in page, row
    assert "England: 46.4%" in page
    assert "/measures/plans-in-20-weeks.csv" in page


@pytest.mark.parametrize(("day", "last"), [("2025-06-30", "2025-03-31"), ("2025-07-01", "2025-06-30")])
def test_a_period_that_goes_on_is_not_shown(engine: Engine, day: str, last: str) -> None:
    measured(engine, 8)
    keep_figures(engine, date.fromisoformat(day))

    assert str(measures_shown(engine).measures[0].lines[0].latest.period.last) == last


def test_figures_are_worked_out_again_once_something_was_restated_and_not_before(engine: Engine) -> None:
    measured(engine, 8)
    before = kept_figures(engine)
    assert not keep_figures(engine, AS_AT)

    measured(engine, 40)

    after = kept_figures(engine)
    assert after.moment > before.moment
    assert sum(whole for rows in after.rows.values() for *_, whole, _ in rows) > sum(
        whole for rows in before.rows.values() for *_, whole, _ in rows
    )


def test_figures_of_another_version_are_not_shown(engine: Engine) -> None:
    measured(engine, 8)
    with engine.begin() as connection:
        connection.execute(text("UPDATE reporting_intake.kept_figures SET made_by = 'another'"))

    with pytest.raises(NotReady):
        kept_figures(engine)
    assert keep_figures(engine, AS_AT)
    assert kept_figures(engine).has_any


@pytest.mark.parametrize("actor", ACTORS)
def test_each_role_gets_what_the_policy_grants_and_it_is_written_down(authority: Engine, actor: str) -> None:
    somebody = person(authority, actor)
    answers = [somebody.get(address) for address in ("/measures", "/measures/health-checks.csv")]

    is_let_in = actor in MAY
    assert [answer.status_code for answer in answers] == [200 if is_let_in else 403] * 2
    assert entries(authority, actor) == [(None, is_let_in)] * 2
    if is_let_in:
        assert answers[1].headers["content-type"] == "text/csv; charset=utf-8"
        assert answers[1].headers["content-disposition"] == 'attachment; filename="health-checks.csv"'
        assert "no-store" in answers[1].headers["cache-control"]


@pytest.mark.parametrize("name", ["nothing", "..%2Fpolicy", "health-checks.csv", "'; DROP TABLE audit--"])
def test_what_is_no_measure_is_not_there(authority: Engine, name: str) -> None:
    assert person(authority, "manager").get(f"/measures/{name}.csv").status_code == 404


def test_where_the_reports_never_ran_the_page_says_so(engine: Engine) -> None:
    somebody = person(engine, "analyst")

    assert "There are no figures yet." in somebody.get("/measures").text
    assert "There are no figures yet." in somebody.get("/measures/health-checks.csv").text, "it leads to the page"

    measured(engine, 0)
    assert "There are no figures yet." in somebody.get("/measures").text
    assert {row["value"] for row in rows(somebody.get("/measures/health-checks.csv").content)} == {"c"}


def test_no_cell_of_a_file_is_one_that_a_spreadsheet_runs() -> None:
    measure = BY_NAME["health-checks"]
    found = shown_of(measure, [], AS_AT)
    (line,) = found.lines
    wicked = type(line)(line.line._replace(title='=HYPERLINK("x")'), line.periods)

    cells = [row["line"] for row in rows(as_file(type(found)(measure, (wicked,)), AS_AT + timedelta(1)))]
    assert set(cells) == {'\'=HYPERLINK("x")'}
