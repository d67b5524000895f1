"""Risks at school and in the placement of a plan: what raises each and on which day, what just does not, what clears it."""

from collections.abc import Callable

import pytest

Raised = Callable[..., list[tuple[str, str, str]]]

SUPPORT = "2024-09-10 school.sen_support_started need_types=[] id=support"
PLAN = "2024-06-03 ehcp.finalised request_id=R1 plan_id=P1 placement_type=special id=plan"
NDD = "2024-11-04 ndd.referred referral_id=N1 suspected=autism referrer_service=school id=ndd"


def suspended(day: str, sessions: int = 2, more: str = "") -> str:
    return f"{day} school.suspended sessions={sessions} reason=disruption {more}"


def reviewed(day: str, progress: str, more: str = "") -> str:
    return f"{day} school.sen_support_reviewed progress={progress} {more}"


def absent(last: str, missed: int) -> str:
    return (
        f"{last} school.attendance from_on=2025-01-06 to_on={last} sessions_possible=60 "
        f"sessions_authorised_absence={missed} sessions_unauthorised_absence=0"
    )


TWICE = (suspended("2025-01-10"), suspended("2025-03-03", more="id=second"))


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-03-03", (SUPPORT, *TWICE), "2025-03-03", id="two with SEN support"),
        pytest.param("2025-04-10", (SUPPORT, *TWICE), "2025-03-03", id="the last day of 90"),
        pytest.param("2025-04-11", (SUPPORT, *TWICE), None, id="the day after"),
        pytest.param("2025-03-03", (PLAN, *TWICE), "2025-03-03", id="with a plan"),
        pytest.param("2025-03-03", (NDD, *TWICE), "2025-03-03", id="with an open referral"),
        pytest.param("2025-03-10", (NDD, *TWICE, "2025-03-10 ndd.closed referral_id=N1 reason=done"), None, id="which closes"),
        pytest.param("2025-03-03", (SUPPORT, "2025-01-06 school.left", *TWICE), None, id="support ended with the old school"),
        pytest.param("2025-03-03", (SUPPORT, "2025-01-06 school.left", "2025-01-06 school.sen_support_started need_types=[]", *TWICE), "2025-03-03", id="and began at the new one the same day"),
        pytest.param("2025-03-03", TWICE, None, id="no known need"),
        pytest.param("2025-04-15", (SUPPORT, suspended("2025-01-10", 10)), "2025-01-10", id="ten sessions in a term"),
        pytest.param("2025-04-16", (SUPPORT, suspended("2025-01-10", 10)), None, id="the next term"),
        pytest.param("2025-03-03", (SUPPORT, suspended("2025-01-10", 9)), None, id="nine sessions"),
        pytest.param("2025-03-10", (SUPPORT, *TWICE, suspended("2025-03-03", more="retracts=second")), None, id="retracted"),
        pytest.param("2025-03-10", (SUPPORT, *TWICE, suspended("2025-01-20", more="corrects=second")), "2025-01-20", id="corrected to another day"),
    ],
)  # fmt: skip
def test_exclusion_risk(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("exclusion-risk", lines, on) == ([(raised_on, "high", "")] if raised_on else [])


YEAR = (suspended("2024-02-29"), suspended("2025-02-27", more="id=second"))


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-02-27", YEAR, "2025-02-27", id="two within a year of a leap day"),
        pytest.param("2025-02-28", YEAR, "2025-02-27", id="looking back a year from 28 February still sees 29"),
        pytest.param("2025-03-01", YEAR, None, id="from 1 March it does not"),
        pytest.param("2025-03-01", (suspended("2024-02-29"), suspended("2025-03-01")), None, id="a year and a day apart"),
        pytest.param("2025-02-27", YEAR[1:], None, id="one"),
        pytest.param("2025-02-28", (*YEAR, "2025-02-28 school.sen_support_started need_types=[]"), None, id="support begins"),
        pytest.param("2025-02-28", (*YEAR, NDD), None, id="a referral between"),
        pytest.param("2025-02-28", (*YEAR, NDD.replace("2024-11-04", "2023-02-27")), "2025-02-27", id="a referral long before"),
        pytest.param("2025-02-28", (*YEAR, "2016-09-05 ehcp.finalised request_id=R1 plan_id=P1 placement_type=special"), None, id="a plan long before"),
        pytest.param("2025-02-28", (*YEAR, suspended("2025-02-27", more="retracts=second")), None, id="retracted"),
    ],
)  # fmt: skip
def test_suspended_unassessed(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("suspended-unassessed", lines, on) == ([(raised_on, "raise", "")] if raised_on else [])


MISSING = "2025-03-03 school.missing_education since_on=2025-03-03 id=missing"
PART_TIME = "2025-06-02 school.part_time_timetable_started hours_per_week=10"
OUT, SHORT = "out-of-school", "part-time-timetable"


@pytest.mark.parametrize(
    ("on", "lines", "expected"),
    [
        pytest.param("2025-03-25", (MISSING,), ("2025-03-25", OUT), id="the 16th school day"),
        pytest.param("2025-03-24", (MISSING,), None, id="the 15th"),
        pytest.param("2025-05-22", ("2025-03-31 school.excluded reason=violence",), None, id="Easter holidays count for none"),
        pytest.param("2025-05-23", ("2025-03-31 school.excluded reason=violence",), ("2025-05-23", OUT), id="three school days before them and thirteen after"),
        pytest.param("2025-03-25", (MISSING.replace("since_on=2025-03-03", "since_on=2025-02-27"),), ("2025-03-21", OUT), id="said later than it began"),
        pytest.param("2025-06-24", (PART_TIME,), ("2025-06-24", SHORT), id="part of the week"),
        pytest.param("2025-06-23", (PART_TIME,), None, id="part of the week, a day less"),
        pytest.param("2025-06-24", (PART_TIME, "2025-06-20 school.part_time_timetable_ended"), None, id="full time again"),
        pytest.param("2025-03-26", (MISSING, "2025-03-26 school.returned_to_education"), None, id="back"),
        pytest.param("2025-03-26", (MISSING, "2025-03-26 school.enrolled urn=109123 year_group=8"), None, id="at another school"),
        pytest.param("2025-03-26", (MISSING, "2025-03-24 school.excluded reason=violence"), ("2025-03-25", OUT), id="said again begins no new count"),
        pytest.param("2025-04-01", (MISSING, "2025-03-10 school.returned_to_education", "2025-03-11 school.excluded reason=violence"), None, id="back in between"),
        pytest.param("2025-03-26", (MISSING, "2025-03-26 school.missing_education since_on=2025-03-03 retracts=missing"), None, id="retracted"),
        pytest.param("2025-03-26", (MISSING, "2025-03-20 people.moved_away"), None, id="moved away"),
    ],
)  # fmt: skip
def test_out_of_education(raised: Raised, on: str, lines: tuple[str, ...], expected: tuple[str, str] | None) -> None:
    assert raised("out-of-education", lines, on) == ([(expected[0], "high", expected[1])] if expected else [])


OLD, NEW = (
    "2024-09-03 school.enrolled urn=109123 year_group=7 id=old",
    "2025-01-06 school.enrolled urn=109456 year_group=7 id=new",
)


@pytest.mark.parametrize(
    ("on", "lines", "expected"),
    [
        pytest.param("2025-02-06", (OLD, NDD, NEW), ("2025-02-06", "ndd N1"), id="31 days without a word"),
        pytest.param("2025-02-05", (OLD, NDD, NEW), None, id="30 days"),
        pytest.param("2025-02-06", (NDD, NEW), None, id="a first school"),
        pytest.param("2025-02-06", (OLD, NDD, NEW.replace("109456", "109123")), None, id="the same school"),
        pytest.param("2025-02-06", (OLD, NDD, NEW, "2025-02-05 ndd.triaged referral_id=N1 outcome=accepted"), None, id="heard of on the 30th day"),
        pytest.param("2025-03-10", (OLD, NDD, NEW, "2025-03-10 ndd.triaged referral_id=N1 outcome=accepted"), None, id="heard of late"),
        pytest.param("2025-03-10", (OLD, NDD, NEW, "2025-03-10 camhs.referred referral_id=C1 priority=routine primary_reason=other"), ("2025-02-06", "ndd N1"), id="another is heard of"),
        pytest.param("2025-02-06", (OLD, NDD, "2025-01-03 ndd.closed referral_id=N1 reason=done", NEW), None, id="closed before"),
        pytest.param("2025-02-06", (OLD, "2024-05-06 ehcp.requested request_id=R1 by=parent", NEW), ("2025-02-06", "ehcp R1"), id="a request"),
        pytest.param("2025-02-06", (OLD, "2024-02-06 ehcp.requested request_id=R1 by=parent", PLAN, NEW), None, id="a plan in force is no request"),
        pytest.param("2025-02-06", (OLD, NDD, NEW, NEW.replace("id=new", "id=gone retracts=new")), None, id="retracted"),
    ],
)  # fmt: skip
def test_school_move_open_case(
    raised: Raised, on: str, lines: tuple[str, ...], expected: tuple[str, str] | None
) -> None:
    assert raised("school-move-open-case", lines, on) == ([(expected[0], "watch", expected[1])] if expected else [])


POOR = (SUPPORT, reviewed("2024-12-02", "limited"), reviewed("2025-03-03", "none", "id=second"))


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-03-03", POOR, "2025-03-03", id="limited, then none"),
        pytest.param("2026-03-02", POOR, "2025-03-03", id="the last day of a year"),
        pytest.param("2026-03-03", POOR, None, id="a year old"),
        pytest.param("2025-03-03", POOR[:2], None, id="one review"),
        pytest.param("2025-03-03", (*POOR[:2], reviewed("2024-12-02", "none")), None, id="two sources tell of one"),
        pytest.param("2025-06-02", (*POOR, reviewed("2025-06-02", "adequate")), None, id="a better one"),
        pytest.param("2025-03-03", (*POOR, "2024-12-03 ehcp.requested request_id=R1 by=parent"), None, id="asked 90 days before"),
        pytest.param("2025-03-03", (*POOR, "2024-12-02 ehcp.requested request_id=R1 by=parent"), "2025-03-03", id="91 days before"),
        pytest.param("2025-05-05", (*POOR, "2025-05-05 camhs.referred referral_id=C1 priority=routine primary_reason=other"), None, id="asked since"),
        pytest.param("2025-05-05", (*POOR, "2025-05-05 school.left"), None, id="left the school"),
        pytest.param("2025-05-05", (*POOR, reviewed("2025-03-03", "adequate", "corrects=second")), None, id="corrected"),
    ],
)  # fmt: skip
def test_sen_support_no_progress(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("sen-support-no-progress", lines, on) == ([(raised_on, "raise", "")] if raised_on else [])


EARLY = "2025-02-10 ehcp.review_meeting_held plan_id=P1 kind=early pfa_discussed=false id=early"


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-02-10", (PLAN, suspended("2025-01-10"), EARLY), "2025-02-10", id="suspension and early review"),
        pytest.param("2025-05-10", (PLAN, suspended("2025-01-10"), EARLY), "2025-02-10", id="the last day of 120"),
        pytest.param("2025-05-11", (PLAN, suspended("2025-01-10"), EARLY), None, id="the day after"),
        pytest.param("2025-02-10", (PLAN, *TWICE), None, id="one kind of sign"),
        pytest.param("2025-02-10", (suspended("2025-01-10"), EARLY), None, id="no plan"),
        pytest.param("2025-02-14", (PLAN, suspended("2025-01-10"), absent("2025-02-14", 12)), "2025-02-14", id="suspension and absence of 20%"),
        pytest.param("2025-02-14", (PLAN, suspended("2025-01-10"), absent("2025-02-14", 11)), None, id="absence under 20%"),
        pytest.param("2025-02-14", (PLAN, EARLY.replace("early p", "annual p"), suspended("2025-01-10")), None, id="an annual review is none"),
        pytest.param("2025-03-03", (PLAN, suspended("2025-01-10"), EARLY, "2025-03-03 ehcp.ceased plan_id=P1 reason=moved"), None, id="the plan ceases"),
        pytest.param("2025-03-03", (PLAN, suspended("2025-01-10"), EARLY, EARLY.replace("id=early", "id=gone retracts=early")), None, id="retracted"),
    ],
)  # fmt: skip
def test_placement_strain(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("placement-strain", lines, on) == ([(raised_on, "raise", "")] if raised_on else [])


def answered(day: str, urn: str, response: str, more: str = "") -> str:
    return f"{day} ehcp.school_responded request_id=R1 urn={urn} response={response} {more}"


NONE_CAN = (
    answered("2025-04-14", "109123", "cannot-meet"),
    answered("2025-04-22", "109456", "cannot-meet", "id=second"),
)


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-04-22", NONE_CAN, "2025-04-22", id="two"),
        pytest.param("2025-04-21", NONE_CAN, None, id="one so far"),
        pytest.param("2025-04-22", (NONE_CAN[0], answered("2025-04-22", "109123", "cannot-meet")), None, id="one school twice"),
        pytest.param("2025-04-25", (*NONE_CAN, answered("2025-04-25", "109789", "can-meet")), None, id="a third can"),
        pytest.param("2025-04-25", (*NONE_CAN, answered("2025-04-25", "109456", "can-meet")), None, id="one thought again"),
        pytest.param("2025-04-25", (answered("2025-04-01", "109456", "can-meet"), *NONE_CAN), "2025-04-22", id="and the other way"),
        pytest.param("2025-05-20", (*NONE_CAN, "2025-05-20 ehcp.finalised request_id=R1 plan_id=P1 placement_type=special"), None, id="a plan names a school"),
        pytest.param("2025-05-20", (*NONE_CAN, "2025-05-20 ehcp.decided_to_issue request_id=R1 decision=no"), None, id="no plan"),
        pytest.param("2025-04-25", (*NONE_CAN, answered("2025-04-22", "109456", "can-meet", "corrects=second")), None, id="corrected"),
    ],
)  # fmt: skip
def test_all_schools_refused(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("all-schools-refused", lines, on) == ([(raised_on, "raise", "R1")] if raised_on else [])


LISTED = "2025-03-03 panel.listed meeting_on=2025-03-20 reason=placement id=listed"
MEETING = "2025-03-10 ehcp.review_meeting_held plan_id=P1 kind=annual pfa_discussed=true"


def voice(day: str) -> str:
    return f"{day} panel.voice_recorded of=child text=heard how=visit"


@pytest.mark.parametrize(
    ("on", "lines", "expected"),
    [
        pytest.param("2025-03-03", (LISTED,), [("2025-03-03", "watch", "panel")], id="listed, never heard"),
        pytest.param("2025-03-03", (voice("2024-03-03"), LISTED), [("2025-03-03", "watch", "panel")], id="heard a year ago"),
        pytest.param("2025-03-03", (voice("2024-03-04"), LISTED), [], id="heard a day later"),
        pytest.param("2025-03-04", (voice("2024-03-04"), LISTED), [("2025-03-04", "watch", "panel")], id="which passes"),
        pytest.param("2025-03-10", (LISTED, voice("2025-03-10")), [], id="heard now"),
        pytest.param("2025-03-20", (LISTED, "2025-03-20 panel.decided meeting_on=2025-03-20 decision=refer rationale=x"), [], id="decided"),
        pytest.param("2025-08-30", (LISTED,), [("2025-03-03", "watch", "panel")], id="180 days"),
        pytest.param("2025-08-31", (LISTED,), [], id="never decided"),
        pytest.param("2025-03-10", (PLAN, MEETING), [("2025-03-10", "watch", "plan P1")], id="a plan under review"),
        pytest.param("2025-03-20", (PLAN, MEETING, "2025-03-20 ehcp.review_decided plan_id=P1 decision=maintain"), [], id="which is decided"),
        pytest.param("2025-03-10", (LISTED, PLAN, MEETING), [("2025-03-03", "watch", "panel"), ("2025-03-10", "watch", "plan P1")], id="both"),
        pytest.param("2025-03-20", (LISTED, LISTED.replace("id=listed", "id=gone retracts=listed")), [], id="retracted"),
    ],
)  # fmt: skip
def test_no_voice(raised: Raised, on: str, lines: tuple[str, ...], expected: list[tuple[str, str, str]]) -> None:
    assert raised("no-voice", lines, on) == expected
