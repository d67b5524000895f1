"""What went wrong for a child and for an authority, and when it could have been known: by hand, audited, secrets kept."""

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import Result
from sqlalchemy import Engine, text

from send_integration.cli import rules
from send_integration.errors import BadInput
from send_integration.settings import settings
from send_integration.steps.catalogue import load_rules
from tests.builders import ANNA_KOWALSKA, TOM_BRIGHT, sent
from tests.integration.cli.conftest import Run
from tests.integration.families import MIRA, audited, child_of
from tests.integration.steps.pipe import Pipe

TODAY = date(2025, 6, 2)
REASON = ("--restricted", "--why", "the court asked")
NEVER = {"shown_on": None, "days_before": None, "shown_by": []}


@pytest.fixture
def fill() -> None:
    """The module's `pipe` begins with nothing."""


@pytest.fixture
def pipe(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Pipe:
    """Anna's dates are missed, and one of them was written down late; Tom is excluded; Mira is restricted."""
    monkeypatch.setenv("SEND_AS_OF", TODAY.isoformat())
    settings.cache_clear()
    pipe = Pipe(engine, load_rules(), TODAY)
    asked = {"event_id": "asked", "request_id": "R1"}
    pipe.send("ehcp", sent("ehcp.requested", **asked, on="2025-03-03", source="a", person=ANNA_KOWALSKA))
    pipe.send("ndd-triage", sent("ndd.referred", "2025-02-03", event_id="n", source="a", referral_id="N1",
                                 recorded="2025-03-20", person=ANNA_KOWALSKA))  # fmt: skip
    pipe.send("ndd-triage", sent("ndd.assessment_started", "2025-03-21", event_id="s", source="a", referral_id="N1",
                                 person=ANNA_KOWALSKA))  # fmt: skip
    pipe.send(
        "school", sent("school.sen_support_started", "2024-09-02", event_id="need", source="b", person=TOM_BRIGHT)
    )
    for day in ("2025-03-10", "2025-04-07"):
        pipe.send("school", sent("school.suspended", day, event_id=day, source="b", person=TOM_BRIGHT))
    pipe.send("school", sent("school.excluded", "2025-05-12", event_id="out", source="b", person=TOM_BRIGHT))
    pipe.send("ehcp", sent("ehcp.requested", **asked, on="2025-03-10", source="c", person=MIRA))
    pipe.settle()
    return pipe


def told_on(engine: Engine, rule: str, day: date) -> None:
    """Say that the flags of a rule were raised on a day, as if the system had run then."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO flag_change (flag_id, child_id, change, content, changed_at) SELECT flag_id, child_id, 'raised',"
                " content, :at FROM flag_change WHERE content ->> 'rule' = :rule"
            ),
            {"rule": rule, "at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC)},
        )


WORKED_OUT = ("ehc-decide-to-assess", "ndd-triage", "")
"""The rules whose missed dates are worked out here; '' is a crisis or an exclusion. Others are missed as well."""


def outcomes(result: Result) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(result.stdout)["outcomes"]
    return found


def test_one_childs_hindsight_is_what_a_hand_counts(run: Run, engine: Engine) -> None:
    anna = child_of(engine, "Anna", "Kowalska")

    found = outcomes(run(rules.app, "hindsight", anna, "--json"))

    # Four weeks from 3 February: due on 3 March. Written down on the 20th; the warning would have begun on 24 February,
    # five working days before. Six weeks from 3 March: due on 14 April, warned of from the 6th.
    assert found == [
        {
            "outcome": "date-missed", "rule": "ndd-triage", "subject": "N1", "on": "2025-03-04", **NEVER,
            "shown_had_all_been_written_on": "2025-02-24", "told": "no-record", "told_on": None,
        },
        {
            "outcome": "date-missed", "rule": "ehc-decide-to-assess", "subject": "R1", "on": "2025-04-15",
            "shown_on": "2025-04-06", "days_before": 9, "shown_by": [{"rule": "ehc-decide-to-assess", "since": "2025-04-06"}],
            "shown_had_all_been_written_on": None, "told": "no-record", "told_on": None,
        },
    ]  # fmt: skip
    assert audited(engine) == [("sam", "view-child", anna, True)]


def test_whether_anybody_was_told_is_of_the_time_since_flags_are_kept(run: Run, engine: Engine) -> None:
    tom, anna = child_of(engine, "Tom", "Bright"), child_of(engine, "Anna", "Kowalska")

    def told(child: str) -> list[tuple[object, ...]]:
        found = outcomes(run(rules.app, "hindsight", child, "--json", "--from", "2025-04-01"))
        return [(one["outcome"], one["told"], one["told_on"]) for one in found]

    told_on(engine, "exclusion-risk", date(2025, 4, 9))

    assert ("excluded", "told", "2025-04-09") in told(tom)
    assert told(anna) == [("date-missed", "not-told", None)]


def test_what_is_printed_of_a_child_can_be_read_and_fits(run: Run, engine: Engine) -> None:
    printed = run(rules.app, "hindsight", child_of(engine, "Anna", "Kowalska")).stdout

    assert "2025-04-06, 9 days: its own" in printed
    assert "written down too late" in printed
    assert "…" not in printed, "something is cut off"
    assert max(map(len, printed.splitlines())) <= 80


def test_a_child_for_whom_nothing_went_wrong_has_a_sentence(run: Run, engine: Engine) -> None:
    anna = child_of(engine, "Anna", "Kowalska")

    said = run(rules.app, "hindsight", anna, "--to", "2025-03-01").stdout

    assert said == f"{anna}: no date was missed and no crisis told of until 2025-03-01.\n"


def test_the_sums_are_over_every_child_and_name_none(run: Run, engine: Engine) -> None:
    told_on(engine, "exclusion-risk", date(2025, 4, 9))

    result = run(rules.app, "hindsight", "--from", "2025-01-01", "--json")

    ten = {"of": 2, "least": 9, "lower_quartile": 9.5, "median": 10.0, "upper_quartile": 10.5, "most": 11}
    # Of Tom's SEN support nothing was heard for 183 days from 2 September: silent since 5 March, 68 days before 12 May.
    day = {"of": 1, "least": 68, "lower_quartile": 68.0, "median": 68.0, "upper_quartile": 68.0, "most": 68}
    given = json.loads(result.stdout)
    assert {**given, "outcomes": [one for one in given["outcomes"] if one["rule"] in WORKED_OUT]} == {
        "from": "2025-01-01",
        "to": "2025-06-02",
        "children": 3,
        "outcomes": [
            # Mira's of 10 March is due on 21 April, Easter Monday, and warned of from the 11th: 11 days before it is missed.
            {"outcome": "date-missed", "rule": "ehc-decide-to-assess", "outcomes": 2, "never_shown": 0, "share_never_shown": 0.0,
             "never_shown_for_written_late": 0, "days_before": ten, "told": 0, "on_record": 2},
            {"outcome": "date-missed", "rule": "ndd-triage", "outcomes": 1, "never_shown": 1, "share_never_shown": 1.0,
             "never_shown_for_written_late": 1, "days_before": None, "told": 0, "on_record": 0},
            {"outcome": "excluded", "rule": "", "outcomes": 1, "never_shown": 0, "share_never_shown": 0.0,
             "never_shown_for_written_late": 0, "days_before": day, "told": 1, "on_record": 1},
        ],
    }  # fmt: skip
    assert audited(engine) == []


def test_the_table_of_sums_says_the_same_and_fits(run: Run) -> None:
    printed = run(rules.app, "hindsight", "--from", "2025-01-01").stdout
    rows = [line.split() for line in printed.splitlines()]

    assert ["ndd-triage", "│", "1", "│", "100%", "│", "1", "of", "1", "│", "│", "not", "kept"] in rows
    assert ["Excluded", "from", "school", "│", "1", "│", "0%", "│", "│", "68", "(68–68)", "│", "not", "kept"] in rows
    assert "…" not in printed, "something is cut off"
    assert max(map(len, printed.splitlines())) <= 80
    assert "No date was missed" in run(rules.app, "hindsight", "--from", "2025-01-01", "--to", "2025-01-02").stdout


def test_a_restricted_child_is_looked_back_on_only_with_a_reason(run: Run, engine: Engine) -> None:
    mira = child_of(engine, "Mira", "Hidden")

    nobody, refused = (run(rules.app, "hindsight", who).exception for who in ("c000000000000000", mira))
    shown = run(rules.app, "hindsight", mira, *REASON).stdout

    assert isinstance(refused, BadInput)
    assert str(refused) == str(nobody)
    assert mira in shown
    assert audited(engine) == [("sam", "view-child", mira, False), ("sam", "view-child", mira, True)]
    assert "--why" in str(run(rules.app, "hindsight", mira, "--restricted").exception)


def test_days_that_are_no_days_are_refused(run: Run, engine: Engine) -> None:
    assert "lies after today" in str(run(rules.app, "hindsight", "--to", "2025-06-03").exception)
    assert run(rules.app, "hindsight", "--to", "soon").exit_code == 2
