"""Milestones of a plan once it is made: reviews, phase transfer, preparing for adulthood; dates worked by hand."""

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

MET = "2025-03-03 ehcp.review_meeting_held plan_id=P1 kind=annual pfa_discussed=true\n"
AMEND = "2025-03-20 ehcp.review_decided plan_id=P1 decision=amend\n"
MAINTAIN = "2025-03-20 ehcp.review_decided plan_id=P1 decision=maintain\n"
NOTICE = "2025-03-31 ehcp.amendment_notice_issued plan_id=P1\n"
CEASED = "2025-03-10 ehcp.ceased plan_id=P1 reason=moved\n"


@pytest.mark.parametrize(
    ("rule", "events", "as_of", "found"),
    [
        # 3 March + 14 days = 17 March
        pytest.param("ehc-review-report", MET, "2025-03-17", ["P1: due-soon, due 2025-03-17"], id="report: last day"),
        pytest.param("ehc-review-report", MET, "2025-03-18", ["P1: missed, due 2025-03-17, 1 late"], id="report: a day late"),
        pytest.param("ehc-review-report", MET + "2025-03-17 ehcp.review_report_circulated plan_id=P1", "2025-04-01", ["P1: met, due 2025-03-17"], id="report: in time"),
        pytest.param("ehc-review-report", MET + "2025-03-10 ehcp.review_report_circulated plan_id=P2", "2025-03-18", ["P1: missed, due 2025-03-17, 1 late"], id="report: of another plan"),
        pytest.param("ehc-review-report", MET + CEASED, "2025-03-18", ["P1: not-needed, due 2025-03-17"], id="report: ceased"),
        pytest.param(
            "ehc-review-report", MET + "2026-03-02 ehcp.review_meeting_held plan_id=P1 kind=annual pfa_discussed=true", "2026-03-20",
            ["P1: missed, due 2025-03-17, 368 late", "P1: missed, due 2026-03-16, 4 late"], id="report: of each meeting",
        ),
        # 3 March + 28 days = 31 March
        pytest.param("ehc-review-decision", MET, "2025-03-31", ["P1: due-soon, due 2025-03-31"], id="decision: last day"),
        pytest.param("ehc-review-decision", MET, "2025-04-01", ["P1: missed, due 2025-03-31, 1 late"], id="decision: a day late"),
        pytest.param("ehc-review-decision", MET + MAINTAIN, "2025-04-01", ["P1: met, due 2025-03-31"], id="decision: taken"),
        pytest.param("ehc-amendment-notice", MET, "2025-04-01", [], id="notice: not decided"),
        pytest.param("ehc-amendment-notice", MET + MAINTAIN, "2025-04-01", [], id="notice: the plan stays"),
        pytest.param("ehc-amendment-notice", MET + AMEND, "2025-03-31", ["P1: due-soon, due 2025-03-31"], id="notice: last day"),
        pytest.param("ehc-amendment-notice", MET + AMEND, "2025-04-01", ["P1: missed, due 2025-03-31, 1 late"], id="notice: a day late"),
        pytest.param("ehc-amendment-notice", MET + AMEND + NOTICE, "2025-05-01", ["P1: met, due 2025-03-31"], id="notice: on the last day"),
        pytest.param(
            "ehc-amendment-notice", MET + MAINTAIN + "2026-03-20 ehcp.review_decided plan_id=P1 decision=amend", "2026-04-01", [],
            id="notice: the next year's decision is not of this meeting",
        ),
        # 31 March + 56 days = 26 May, a bank holiday: a period of weeks ends on it all the same
        pytest.param("ehc-amended-final", NOTICE, "2025-05-26", ["P1: due-soon, due 2025-05-26"], id="amended: last day"),
        pytest.param("ehc-amended-final", NOTICE, "2025-05-27", ["P1: missed, due 2025-05-26, 1 late"], id="amended: a day late"),
        pytest.param("ehc-amended-final", NOTICE + "2025-05-27 ehcp.amended_final_issued plan_id=P1", "2025-07-01", ["P1: met-late, due 2025-05-26, 1 late"], id="amended: met late"),
        pytest.param("ehc-amended-final", NOTICE + "2025-04-10 ehcp.ceased plan_id=P1 reason=moved", "2025-07-01", ["P1: not-needed, due 2025-05-26"], id="amended: ceased"),
    ],
)  # fmt: skip
def test_what_follows_a_review_meeting(told: Told, rule: str, events: str, as_of: str, found: list[str]) -> None:
    assert told(rule, events, as_of) == found


YEAR_SIX, YEAR_ELEVEN = "2015-01-20", "2010-01-20"
"""Birth days of children who are in Year 6 and in Year 11 from 1 September 2025."""
PLAN = "2023-05-01 ehcp.finalised request_id=R1 plan_id=P1 placement_type=mainstream\n"
TRANSFER_MEETING = "2025-10-01 ehcp.review_meeting_held plan_id=P1 kind=phase-transfer pfa_discussed=false\n"
STAYS = "2025-11-03 ehcp.review_decided plan_id=P1 decision=maintain\n"
YEAR_BELOW = "2025-09-03 school.enrolled urn=109123 year_group=5\n"
INFANT = "2022-09-05 school.enrolled urn=109124 year_group=0\n"


@pytest.mark.parametrize(
    ("born", "events", "as_of", "found"),
    [
        pytest.param(YEAR_SIX, PLAN, "2025-08-31", [], id="before Year 6"),
        pytest.param(YEAR_SIX, PLAN, "2025-09-01", ["P1: pending, due 2026-02-15"], id="Year 6 begins"),
        pytest.param(YEAR_SIX, PLAN, "2026-02-15", ["P1: due-soon, due 2026-02-15"], id="last day"),
        pytest.param(YEAR_SIX, PLAN, "2026-02-16", ["P1: missed, due 2026-02-15, 1 late"], id="a day late"),
        pytest.param("2014-08-31", PLAN, "2026-02-16", ["P1: missed, due 2025-02-15, 366 late"], id="the youngest of the year above"),
        pytest.param("2021-09-01", PLAN, "2026-02-16", ["P1: missed, due 2026-02-15, 1 late"], id="the year before reception"),
        pytest.param(YEAR_SIX, PLAN + "2026-02-15 ehcp.amended_final_issued plan_id=P1", "2026-03-01", ["P1: met, due 2026-02-15"], id="amended on the last day"),
        pytest.param(YEAR_SIX, PLAN + "2025-08-31 ehcp.amended_final_issued plan_id=P1", "2026-02-16", ["P1: missed, due 2026-02-15, 1 late"], id="amended before that year"),
        pytest.param(YEAR_SIX, PLAN + TRANSFER_MEETING + STAYS, "2026-02-16", ["P1: met, due 2026-02-15"], id="stays, after a phase-transfer review"),
        pytest.param(YEAR_SIX, PLAN + STAYS, "2026-02-16", ["P1: missed, due 2026-02-15, 1 late"], id="stays, after no such review"),
        pytest.param(YEAR_SIX, PLAN + "2025-12-01 ehcp.ceased plan_id=P1 reason=moved", "2026-02-16", ["P1: not-needed, due 2026-02-15"], id="ceased"),
        pytest.param(YEAR_SIX, PLAN + "2025-08-31 ehcp.ceased plan_id=P1 reason=moved", "2026-02-16", [], id="ceased before"),
        pytest.param(YEAR_SIX, PLAN + "2025-06-01 people.moved_away", "2026-02-16", [], id="gone before"),
        pytest.param(YEAR_SIX, PLAN + YEAR_BELOW, "2026-02-16", [], id="a year below their age"),
        pytest.param(YEAR_SIX, PLAN + YEAR_BELOW, "2027-02-16", ["P1: missed, due 2027-02-15, 1 late"], id="and so a year later"),
        pytest.param(YEAR_SIX, PLAN + "2025-08-28 school.enrolled urn=109123 year_group=6", "2025-09-01", ["P1: pending, due 2026-02-15"], id="enrolled in August for the year to come"),
        pytest.param(YEAR_SIX, PLAN + "2025-01-10 school.enrolled urn=109123 year_group=6", "2025-02-16", ["P1: missed, due 2025-02-15, 1 late"], id="a year above their age since January"),
    ],
)  # fmt: skip
def test_the_next_school_is_known_by_15_february(
    told: Told, born: str, events: str, as_of: str, found: list[str]
) -> None:
    assert told("ehc-phase-transfer", events, as_of, born) == found


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        # Born on 20 January 2018: reception from September 2022, Year 2 from September 2024, Year 6 from September 2028
        pytest.param("2025-02-16", ["P1: missed, due 2025-02-15, 1 late"], id="in the infant school's last year"),
        pytest.param("2024-08-31", [], id="not in Year 1"),
    ],
)
def test_where_an_infant_school_ends_the_child_moves_after_year_2(told: Told, as_of: str, found: list[str]) -> None:
    assert told("ehc-phase-transfer", PLAN + INFANT, as_of, "2018-01-20", last_year_of={"109124": 2}) == found
    assert told("ehc-phase-transfer", PLAN + INFANT, as_of, "2018-01-20") == []


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        pytest.param(PLAN, "2026-03-31", ["P1: due-soon, due 2026-03-31"], id="last day"),
        pytest.param(PLAN, "2026-04-01", ["P1: missed, due 2026-03-31, 1 late"], id="a day late"),
        pytest.param(PLAN + "2026-03-31 ehcp.amended_final_issued plan_id=P1", "2026-04-01", ["P1: met, due 2026-03-31"], id="in time"),
        pytest.param(PLAN + "2025-12-01 ehcp.ceased plan_id=P1 reason=left", "2026-04-01", ["P1: not-needed, due 2026-03-31"], id="ceased"),
    ],
)  # fmt: skip
def test_the_place_after_year_11_is_known_by_31_march(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("ehc-phase-transfer-post-16", events, as_of, YEAR_ELEVEN) == found


SMALL = "2025-02-28 ehcp.finalised request_id=R1 plan_id=P1 placement_type=mainstream\n"
SEEN_AGAIN = "2025-08-28 ehcp.review_meeting_held plan_id=P1 kind=early pfa_discussed=false\n"


@pytest.mark.parametrize(
    ("born", "events", "as_of", "found"),
    [
        # 28 February + 6 months = 28 August
        pytest.param("2021-10-01", SMALL, "2025-08-28", ["P1: due-soon, due 2025-08-28"], id="last day"),
        pytest.param("2021-10-01", SMALL, "2025-08-29", ["P1: missed, due 2025-08-28, 1 late"], id="a day late"),
        pytest.param("2021-10-01", SMALL + SEEN_AGAIN, "2025-09-01", ["P1: met, due 2025-08-28", "P1: pending, due 2026-02-28"], id="and again from the review"),
        pytest.param("2020-08-01", SMALL, "2025-08-01", ["P1: not-needed, due 2025-08-28"], id="five before it was due"),
        pytest.param("2020-08-20", SMALL + SEEN_AGAIN, "2025-09-01", ["P1: not-needed, due 2025-08-28"], id="reviewed after the fifth birthday"),
        pytest.param("2020-02-28", SMALL, "2025-09-01", [], id="five when the plan was made"),
        pytest.param("2020-02-29", "2024-08-31 ehcp.finalised request_id=R1 plan_id=P1 placement_type=mainstream", "2025-02-28",
                     ["P1: not-needed, due 2025-02-28"], id="a fifth birthday kept on 28 February"),
        pytest.param("2021-10-01", SMALL + "2025-05-01 ehcp.ceased plan_id=P1 reason=moved", "2025-09-01", ["P1: not-needed, due 2025-08-28"], id="ceased"),
    ],
)  # fmt: skip
def test_under_five_a_plan_is_reviewed_every_six_months(
    told: Told, born: str, events: str, as_of: str, found: list[str]
) -> None:
    assert told("ehc-early-years-review", events, as_of, born) == found


BORN_FOR_YEAR_TEN = "2010-10-01"
"""Year 9 from September 2024, Year 10 from September 2025."""


def about_adulthood(day: str, spoken: str = "true") -> str:
    return f"{day} ehcp.review_meeting_held plan_id=P1 kind=annual pfa_discussed={spoken}\n"


@pytest.mark.parametrize(
    ("rule", "events", "as_of", "found"),
    [
        pytest.param("pfa-annual", PLAN, "2025-08-31", [], id="none in Year 9"),
        pytest.param("pfa-annual", PLAN, "2026-08-31", ["P1: due-soon, due 2026-08-31"], id="last day"),
        pytest.param("pfa-annual", PLAN, "2026-09-01", ["P1: missed, due 2026-08-31, 1 late", "P1: pending, due 2027-08-31"], id="each year"),
        pytest.param("pfa-annual", PLAN + about_adulthood("2025-09-01"), "2026-09-01", ["P1: met, due 2026-08-31", "P1: pending, due 2027-08-31"], id="on the first day"),
        pytest.param("pfa-annual", PLAN + about_adulthood("2025-11-01", "false"), "2026-08-31", ["P1: due-soon, due 2026-08-31"], id="not spoken of"),
        pytest.param("pfa-annual", PLAN + about_adulthood("2026-09-01"), "2026-09-01", ["P1: missed, due 2026-08-31, 1 late", "P1: met, due 2027-08-31"], id="a later year's review meets only its own"),
        pytest.param("pfa-annual", PLAN + "2026-01-01 ehcp.ceased plan_id=P1 reason=left", "2027-09-01", ["P1: not-needed, due 2026-08-31"], id="ceased"),
        pytest.param("pfa-annual", PLAN + "2025-09-03 school.enrolled urn=109123 year_group=9", "2026-08-31", [], id="held back in Year 9"),
        # By age Year 8 in 2023-24: at most three years above that, Year 11, can be meant
        pytest.param("pfa-annual", PLAN + "2023-11-01 school.enrolled urn=109123 year_group=12", "2024-08-31", [], id="a mistyped year"),
        pytest.param("pfa-year-9-review", PLAN + "2025-09-03 school.enrolled urn=109123 year_group=9", "2026-09-01",
                     ["P1: missed, due 2025-08-31, 366 late", "P1: missed, due 2026-08-31, 1 late"], id="Year 9 twice"),
        pytest.param("pfa-year-9-review", PLAN + about_adulthood("2024-08-31"), "2025-09-01", ["P1: missed, due 2025-08-31, 1 late"], id="spoken of before Year 9"),
        pytest.param("pfa-year-9-review", PLAN + about_adulthood("2025-09-01"), "2025-09-02", ["P1: met-late, due 2025-08-31, 1 late"], id="a day late"),
    ],
)  # fmt: skip
def test_from_year_9_each_years_review_prepares_for_adulthood(
    told: Told, rule: str, events: str, as_of: str, found: list[str]
) -> None:
    assert told(rule, events, as_of, BORN_FOR_YEAR_TEN) == found


def test_the_twenty_fifth_birthday_ends_every_years_review(told: Told) -> None:
    # Year 10 in 2015, 25 on 1 October 2025: eleven school years have begun, the last of them ended by the birthday
    plan = "2015-05-01 ehcp.finalised request_id=R1 plan_id=P1 placement_type=special\n"
    found = told("pfa-annual", plan, "2025-10-01", "2000-10-01")

    assert len(found) == 11
    assert {line.split(",")[0] for line in found} == {"P1: not-needed"}


@pytest.mark.parametrize(
    ("events", "found"),
    [
        pytest.param(
            "2025-02-28 ehcp.review_decided plan_id=P1 decision=amend\n2025-02-28 ehcp.review_decided plan_id=P1 decision=amend\n",
            ["P1: met, due 2025-02-28", "P1: pending, due 2026-02-28"], id="two sources tell of one review",
        ),
        pytest.param("2025-02-28 ehcp.review_decided plan_id=P1 decision=cease\n", ["P1: met, due 2025-02-28", "P1: not-needed, due 2026-02-28"], id="decided to end it"),
        pytest.param(
            "2024-09-01 ehcp.ceased plan_id=P1 reason=moved\n2025-02-01 ehcp.review_decided plan_id=P1 decision=maintain\n",
            ["P1: not-needed, due 2025-02-28"], id="what comes after the end begins nothing",
        ),
    ],
)  # fmt: skip
def test_a_plan_is_reviewed_every_year(told: Told, events: str, found: list[str]) -> None:
    # 29 February 2024 + 12 months = 28 February 2025
    plan = "2024-02-29 ehcp.finalised request_id=R1 plan_id=P1 placement_type=mainstream\n"
    assert told("ehc-annual-review", plan + events, "2025-03-01") == found
