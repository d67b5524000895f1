"""Each figure is what a reader works out by hand from the events, at the edges of its period too."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.steps.batch import RawMessage
from send_integration.steps.catalogue import load_rules
from send_integration.steps.warehouse import Warehouse
from send_integration.store.engine import open_database
from send_integration.warehouse.metrics.definitions import metrics
from send_integration.warehouse.metrics.views import state_metrics
from tests.builders import event
from tests.integration.databases import a_database
from tests.integration.steps.pipe import WAREHOUSE_NAMES as NAMES
from tests.integration.warehouse.metric_story import AS_AT, messages
from tests.integration.warehouse.stories import watermark

FEED_DAY = (
    "INSERT INTO agency_day (day, feed, agency, messages, accepted, refused, repeats, kept, doubted, wanted, present, timely,"
    " lag_seconds, heard_at) VALUES ('2025-02-28', 'school', 'urn:send:a', 12, 8, 1, 2, 9, 3, 20, 15, 6, 0, now()),"
    " ('2025-02-27', 'school', 'urn:send:b', 10, 10, 0, 0, 10, 0, 20, 20, 10, 0, now())"
)


@pytest.fixture(scope="module")
def told(server: str) -> Iterator[Engine]:
    """A warehouse that was told the story, as at the day on which it ends."""
    with a_database(server, "ready") as address:
        engine = open_database(address)
        warehouse = Warehouse(engine, load_rules(), NAMES)
        warehouse.prepare()
        warehouse.restate(messages(), AS_AT)
        with engine.begin() as connection:
            connection.execute(text(FEED_DAY))
        yield engine
        engine.dispose()


def figure(engine: Engine, name: str, period: str, of: str = "all all", as_at: str = str(AS_AT)) -> tuple[Any, ...]:
    """Numerator, denominator and value in a category; nothing where none is given."""
    breakdown, _, category = of.partition(" ")
    with engine.connect() as connection:
        connection.execute(text("SELECT set_config('send.as_at', :day, true)"), {"day": as_at})
        found = connection.execute(
            text(
                f"SELECT numerator, denominator, value FROM warehouse.metric_{name}"
                " WHERE period = :period AND breakdown = :breakdown AND category = :category"
            ),
            {"period": date.fromisoformat(period), "breakdown": breakdown, "category": category},
        ).one_or_none()
    return () if found is None else tuple(None if value is None else float(value) for value in found)


CLAIMS: list[tuple[str, str, str, tuple[float | None, ...]]] = [
    ("plans_in_20_weeks", "2025-05-01", "all all", (1, 2, 0.5)),
    ("plans_in_20_weeks", "2025-05-01", "exceptions none", (1, 1, 1)),
    ("plans_in_20_weeks", "2025-05-01", "exceptions applied", (0, 1, 0)),
    ("plans_in_20_weeks", "2025-05-01", "need SEMH", (1, 1, 1)),
    ("plans_in_20_weeks", "2025-05-01", "need not told", (0, 1, 0)),
    ("assessment_decisions_in_6_weeks", "2025-03-01", "all all", (1, 1, 1)),
    ("assessment_decisions_in_6_weeks", "2025-04-01", "decision yes", (0, 1, 0)),
    ("ehc_requests", "2025-01-01", "all all", (4, None, 4)),
    ("ehc_requests", "2025-02-01", "all all", (1, None, 1)),
    ("ehc_requests", "2025-01-01", "asked_by parent", (1, None, 1)),
    ("ehc_requests_withdrawn", "2025-03-01", "all all", (1, None, 1)),
    ("assessments_refused", "2025-03-01", "all all", (1, 1, 1)),
    ("assessments_refused", "2025-04-01", "all all", (0, 1, 0)),
    ("plans_refused", "2025-06-01", "all all", (1, 1, 1)),
    ("plans_in_force", "2025-05-01", "all all", (6, None, 6)),
    ("plans_in_force", "2025-06-01", "all all", (5, None, 5)),
    ("plans_in_force", "2025-06-01", "placement_type special", (1, None, 1)),
    ("plans_in_force", "2025-06-01", "year_group 13", (1, None, 1)),
    ("plans_in_force", "2025-06-01", "need SEMH", (1, None, 1)),
    ("annual_reviews_on_time", "2024-01-01", "all all", (1, 1, 1)),
    ("annual_reviews_on_time", "2025-01-01", "all all", (0, 2, 0)),
    ("phase_transfers_on_time", "2024-01-01", "all all", (1, 1, 1)),
    ("phase_transfers_on_time", "2025-01-01", "milestone ehc-phase-transfer", (0, 1, 0)),
    ("pfa_in_year_9", "2024-01-01", "all all", (1, 2, 0.5)),
    ("appeals_and_mediations", "2025-06-01", "step appeal-lodged", (1, None, 1)),
    ("appeals_and_mediations", "2025-06-01", "step mediation-started", (1, None, 1)),
    ("appeals_and_mediations", "2025-07-01", "step appeal-concluded", (1, None, 1)),
    ("waiting_median_days", "2024-01-01", "pathway camhs", (None, 2, 30)),
    ("waiting_median_days", "2024-02-01", "pathway camhs", (None, 3, 59)),
    ("waiting_median_days", "2024-03-01", "pathway camhs", (None, 2, 90)),
    ("waiting_90th_days", "2024-02-01", "pathway camhs", (None, 3, 59)),
    ("waiting_over_18_weeks", "2024-04-01", "pathway camhs", (0, 2, 0)),
    ("waiting_over_18_weeks", "2024-05-01", "pathway camhs", (1, 1, 1)),
    ("waiting_over_52_weeks", "2024-11-01", "pathway camhs", (0, 1, 0)),
    ("waiting_over_52_weeks", "2024-12-01", "pathway camhs", (1, 1, 1)),
    ("ehc_requests_open_over_20_weeks", "2025-02-01", "all all", (0, 5, 0)),
    ("ehc_requests_open_over_20_weeks", "2025-05-01", "all all", (0, 2, 0)),
    ("ehc_requests_open_over_20_weeks", "2025-06-01", "all all", (0, 1, 0)),
    ("ehc_requests_open_over_20_weeks", "2025-07-01", "all all", (1, 1, 1)),
    ("waited_median_days", "2024-05-01", "pathway camhs", (None, 1, 126)),
    ("waited_median_days", "2025-05-01", "pathway ehcp", (None, 2, 140.5)),
    ("waited_median_days", "2024-01-01", "pathway early-help", (None, 1, 14)),
    ("waited_90th_days", "2025-05-01", "pathway ehcp", (None, 2, 141)),
    ("step_median_days", "2024-05-01", "step camhs-first-contact", (None, 1, 126)),
    ("step_90th_days", "2024-05-01", "step camhs-first-contact", (None, 1, 126)),
    ("appointments_not_attended", "2024-05-01", "all all", (1, 2, 0.5)),
    ("appointments_not_attended", "2024-05-01", "which first", (0, 1, 0)),
    ("appointments_not_attended", "2024-05-01", "which later", (1, 1, 1)),
    ("early_help_on_time", "2024-02-01", "milestone early-help-assessment", (1, 2, 0.5)),
    ("early_help_again", "2024-01-01", "all all", (0, 2, 0)),
    ("early_help_again", "2025-06-01", "all all", (1, 2, 0.5)),
    ("first_help_median_days", "2025-03-01", "all all", (None, 2, 57)),
    ("first_help_median_days", "2025-03-01", "sector education", (None, 1, 56)),
    ("first_help_90th_days", "2025-03-01", "all all", (None, 2, 58)),
    ("no_help_yet_over_18_weeks", "2024-04-01", "all all", (0, 2, 0)),
    ("no_help_yet_over_18_weeks", "2024-05-01", "all all", (1, 1, 1)),
    ("no_help_yet_over_18_weeks", "2025-02-01", "all all", (1, 6, 1 / 6)),
    ("no_help_yet_over_18_weeks", "2025-02-01", "sector education", (0, 5, 0)),
    ("absence", "2025-02-01", "all all", (5, 30, 5 / 30)),
    ("absence", "2025-02-01", "sen_status none", (2, 20, 0.1)),
    ("absence", "2025-02-01", "sen_status sen-support", (3, 10, 0.3)),
    ("absence", "2025-03-01", "all all", ()),
    ("suspensions", "2025-02-01", "all all", (1, 3, 1 / 3)),
    ("suspensions", "2025-03-01", "all all", (0, 2, 0)),
    ("suspensions", "2025-02-01", "sen_status none", (0, 2, 0)),
    ("suspensions", "2025-02-01", "sen_status sen-support", (1, 1, 1)),
    ("permanent_exclusions", "2025-02-01", "all all", (1, None, 1)),
    ("health_checks_14_plus", "2025-01-01", "all all", (1, 2, 0.5)),
    ("destinations", "2024-01-01", "all all", (2, None, 2)),
    ("destinations", "2024-01-01", "destination neet", (1, None, 1)),
    ("destinations", "2024-01-01", "age_and_destination 16 college", (1, None, 1)),
    ("destinations", "2025-01-01", "age 18", (1, None, 1)),
    ("destinations_known_and_kept", "2024-01-01", "age 16", (1, 2, 0.5)),
    ("destinations_known_and_kept", "2025-01-01", "all all", (1, 1, 1)),
    ("panel_decisions", "2025-04-01", "all all", (3, None, 3)),
    ("panel_decisions", "2025-04-01", "decision joint-funding", (2, None, 2)),
    ("panel_funding", "2025-04-01", "payer education", (0.5, 2, 0.25)),
    ("panel_funding", "2025-04-01", "payer health", (1.3, 2, 0.65)),
    ("feed_completeness", "2025-02-01", "all all", (35, 40, 35 / 40)),
    ("feed_validity", "2025-02-01", "agency urn:send:a", (9, 10, 0.9)),
    ("feed_timeliness", "2025-02-01", "agency urn:send:a", (6, 9, 6 / 9)),
    ("feed_uniqueness", "2025-02-01", "feed school", (20, 22, 20 / 22)),
    ("feed_consistency", "2025-02-01", "agency urn:send:a", (6, 9, 6 / 9)),
]


def test_every_figure_is_what_a_reader_works_out_by_hand(told: Engine) -> None:
    found = [(name, period, of, figure(told, name, period, of)) for name, period, of, _ in CLAIMS]

    assert [claim for claim in found if claim not in CLAIMS] == []


def test_every_figure_is_claimed_by_hand_somewhere() -> None:
    assert {name for name, *_ in CLAIMS} == {metric.name for metric in metrics()}


@pytest.mark.parametrize(
    ("name", "of", "last_in_time", "late"),
    [
        ("ehc_requests_open_over_20_weeks", "all all", "2025-07-28", "2025-07-29"),
        ("waiting_over_18_weeks", "pathway camhs", "2024-05-06", "2024-05-07"),
        ("waiting_over_52_weeks", "pathway camhs", "2024-12-30", "2024-12-31"),
    ],
)
def test_an_open_wait_counts_up_to_the_day_as_at_which_it_is_asked(
    told: Engine, name: str, of: str, last_in_time: str, late: str
) -> None:
    month = f"{late[:7]}-01"

    assert figure(told, name, month, of, last_in_time) == (0, 1, 0)
    assert figure(told, name, month, of, late) == (1, 1, 1)


def test_nothing_counts_that_happened_after_the_day_as_at_which_it_is_asked(told: Engine) -> None:
    assert figure(told, "plans_in_20_weeks", "2025-05-01", as_at="2025-05-26") == (1, 1, 1)
    assert figure(told, "plans_in_20_weeks", "2025-05-01", as_at="2025-05-25") == ()


def test_figures_are_asked_for_as_they_were(told: Engine) -> None:
    was = watermark(told)
    before = figure(told, "assessments_refused", "2025-03-01")
    late = event("ehcp.decided_to_assess", "2025-03-14", event_id="late", decision="no", person={"local_id": "L-99"})
    header = (("decision", b"9999"), ("child", b"c99"))
    asked = event("ehcp.requested", "2025-03-03", event_id="asked", person={"local_id": "L-99"})
    Warehouse(told, load_rules(), NAMES).restate(
        [RawMessage(topics.clean("ehcp").name, 0, at, b"", made.body, header) for at, made in enumerate((asked, late))],
        AS_AT,
    )

    assert figure(told, "assessments_refused", "2025-03-01") == (2, 2, 1)
    with told.connect() as connection:
        connection.execute(text("SELECT set_config('send.as_was', :was, true)"), {"was": was.isoformat()})
        found = connection.execute(
            text(
                "SELECT numerator, denominator, value FROM warehouse.metric_assessments_refused WHERE breakdown = 'all'"
            )
        ).all()
    assert before in [tuple(map(float, row)) for row in found]
    assert (2, 2, 1) not in [tuple(map(float, row)) for row in found]


def test_the_queries_of_the_docs_can_be_asked(told: Engine) -> None:
    queries = re.findall(r"```sql\n(.*?)```", (Path(__file__).parents[3] / "docs/metrics.md").read_text(), re.DOTALL)

    assert len(queries) == 2
    with told.connect() as connection:
        found = [connection.execute(text(query)).all() for query in queries]
    assert [len(rows) for rows in found] == [1, 2]


def test_views_are_made_anew_where_a_definition_changed_and_not_otherwise(
    told: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = metrics()
    asked = "SELECT oid, xmin::text FROM pg_class WHERE relname = 'metric_ehc_requests'"
    is_there = "SELECT to_regclass(:name)::text"
    with told.connect() as connection:
        made = connection.execute(text(asked)).one()
        state_metrics(connection)
        assert connection.execute(text(asked)).one() == made

        monkeypatch.setattr("send_integration.warehouse.metrics.views.metrics", lambda: tuple(others))
        state_metrics(connection)

        assert connection.execute(text(is_there), {"name": f"warehouse.{first.view}"}).scalar_one() is None
        assert connection.execute(text(is_there), {"name": f"warehouse.{first.view}_rows"}).scalar_one() is None
        assert connection.execute(text(asked)).one().xmin != made.xmin
        connection.rollback()
