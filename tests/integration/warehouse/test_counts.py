"""A SEN2 return written by the simulator gives, through ingest, gate and warehouse, the facts that went in."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.simulate.authority import simulate_authority, write_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps.catalogue import load_rules
from send_integration.steps.warehouse import READER
from send_integration.warehouse.metrics.views import state_metrics
from send_integration.warehouse.tables import OF_A_CHILD
from tests.integration.steps.pipe import Pipe

UNTIL = date(2025, 1, 16)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    folder = tmp_path_factory.mktemp("authority")
    made = simulate_authority(
        load_profile("luton-2024"), children=400, seed=7, until=UNTIL, dirt="none", statutory_dates=False
    )
    summary = write_authority(made, folder)
    return folder, summary["ehc"]


def load(engine: Engine, folder: Path) -> Pipe:
    pipe = Pipe(engine, load_rules(), UNTIL)
    pipe.take_return(folder / "sen2")
    pipe.relay()
    for feed in topics.FEEDS:
        pipe.warehouse.restate(pipe.waiting(topics.clean(feed).name, READER), UNTIL)
    return pipe


def test_the_counts_that_went_in_come_out(engine: Engine, authority: tuple[Path, dict[str, int]]) -> None:
    folder, truth = authority

    load(engine, folder)

    with engine.connect() as connection:
        asked, yes, no, in_time = connection.execute(
            text(
                "SELECT count(*), count(*) FILTER (WHERE decision = 'yes'), count(*) FILTER (WHERE decision = 'no'),"
                " count(*) FILTER (WHERE within_six_weeks) FROM warehouse.fact_ehc_request"
                " WHERE extract(year FROM requested_on) = 2024"
            )
        ).one()
        plans, timely = connection.execute(
            text(
                "SELECT count(*), count(*) FILTER (WHERE within_twenty_weeks) FROM warehouse.fact_ehc_request"
                " WHERE extract(year FROM finalised_on) = 2024"
            )
        ).one()
        state_metrics(connection)
        figures = {
            name: connection.execute(
                text(
                    f"SELECT sum(numerator), sum(denominator) FROM warehouse.metric_{name}"
                    " WHERE breakdown = 'all' AND extract(year FROM period) = 2024"
                )
            ).one()
            for name in ("plans_in_20_weeks", "ehc_requests", "assessments_refused")
        }
    assert tuple(figures["plans_in_20_weeks"]) == (truth["plans_in_20_weeks"], truth["plans"])
    assert figures["ehc_requests"][0] == truth["requests"]
    assert figures["assessments_refused"][0] == truth["decided_not_to_assess"]
    assert asked == truth["requests"] > 50
    assert (yes, no) == (truth["decided_to_assess"], truth["decided_not_to_assess"])
    assert in_time == truth["decided_in_six_weeks"]
    assert plans == truth["plans"] > 30
    assert timely == truth["plans_in_20_weeks"]


def test_no_fact_holds_a_name_or_an_identifier(engine: Engine, authority: tuple[Path, dict[str, int]]) -> None:
    folder, _ = authority
    load(engine, folder)

    with engine.connect() as connection:
        for table in OF_A_CHILD:
            columns = connection.execute(text(f"SELECT * FROM warehouse.{table.name} LIMIT 1")).keys()
            assert not {"given_name", "family_name", "upn", "nhs_number", "local_id", "date_of_birth", "note"} & set(
                columns
            )
        days = connection.execute(
            text("SELECT DISTINCT extract(day FROM birth_month) FROM warehouse.dim_child")
        ).scalars()
        assert [int(day) for day in days] == [1]


def test_reading_the_clean_topics_again_changes_nothing(engine: Engine, authority: tuple[Path, dict[str, int]]) -> None:
    pipe = load(engine, authority[0])
    before = facts(engine)

    for (topic, _), held in pipe.topics.items():
        if topic.startswith("send.clean."):
            assert pipe.warehouse.restate(held, UNTIL) == 0

    assert facts(engine) == before


def facts(engine: Engine) -> list[list[str]]:
    with engine.connect() as connection:
        return [
            sorted(map(str, connection.execute(text(f"SELECT * FROM warehouse.{table.name}")).all()))
            for table in OF_A_CHILD
        ]
