"""Risks where appointments are missed, cases close, come back or fall silent, and of families, adulthood and justice."""

from collections.abc import Callable

import pytest

Raised = Callable[..., list[tuple[str, str, str]]]

NDD = "2025-01-06 ndd.referred referral_id=N1 suspected=autism referrer_service=school id=ndd"
CAMHS = "2025-01-06 camhs.referred referral_id=C1 priority=routine primary_reason=anxiety id=camhs"
PLAN = "2024-06-03 ehcp.finalised request_id=R1 plan_id=P1 placement_type=special"


def seen(day: str, attended: str, referral: str = "C1", more: str = "") -> str:
    return f"{day} camhs.appointment referral_id={referral} attended={attended} number=1 {more}"


def missed(day: str, referral: str = "C1", more: str = "") -> str:
    return seen(day, "did-not-attend", referral, more)


ROW = (missed("2025-03-03"), missed("2025-03-17", more="id=second"))
ACROSS = (missed("2024-04-01", "C2"), missed("2025-02-10"), seen("2025-02-20", "attended"), missed("2025-03-03", "C3"))


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-03-17", ROW, "2025-03-17", id="two in a row"),
        pytest.param("2025-03-16", ROW, None, id="one so far"),
        pytest.param("2026-03-02", ROW, "2025-03-17", id="within a year"),
        pytest.param("2026-03-03", ROW, None, id="the first is a year old"),
        pytest.param("2025-03-17", (ROW[0], seen("2025-03-10", "attended"), ROW[1]), None, id="one attended between"),
        pytest.param("2025-03-17", (ROW[0], seen("2025-03-10", "late-but-seen"), ROW[1]), None, id="late but seen between"),
        pytest.param("2025-03-17", (ROW[0], seen("2025-03-10", "cancelled-by-service"), ROW[1]), "2025-03-17", id="one cancelled between"),
        pytest.param("2025-03-24", (*ROW, seen("2025-03-24", "attended")), None, id="came since"),
        pytest.param("2025-03-31", ACROSS, "2025-03-03", id="three in a year"),
        pytest.param("2025-04-01", ACROSS, None, id="the first of three is a year old"),
        pytest.param("2025-02-28", (missed("2024-02-29"), missed("2024-06-03"), seen("2024-07-01", "attended"), missed("2025-02-27")), "2025-02-27", id="a leap day a year ago"),
        pytest.param("2025-03-01", (missed("2024-02-29"), missed("2024-06-03"), seen("2024-07-01", "attended"), missed("2025-02-27")), None, id="and a day"),
        pytest.param("2025-03-20", (*ROW, missed("2025-03-17", more="retracts=second")), None, id="retracted"),
        pytest.param("2025-03-20", (*ROW, seen("2025-03-17", "attended", more="corrects=second")), None, id="corrected"),
    ],
)  # fmt: skip
def test_not_brought(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("not-brought", lines, on) == ([(raised_on, "raise", "")] if raised_on else [])


CLOSED = (CAMHS, missed("2025-02-13"), "2025-04-14 camhs.discharged referral_id=C1 reason=disengaged id=closed")


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-04-14", CLOSED, "2025-04-14", id="60 days after"),
        pytest.param("2025-04-14", (CAMHS, missed("2025-02-12"), CLOSED[2]), None, id="61 days after"),
        pytest.param("2025-10-11", CLOSED, "2025-04-14", id="the last day of 180"),
        pytest.param("2025-10-12", CLOSED, None, id="the day after"),
        pytest.param("2025-04-14", (*CLOSED[:2], CLOSED[2].replace("disengaged", "treatment-completed")), None, id="treated"),
        pytest.param("2025-04-14", (*CLOSED, NDD), None, id="another case is open"),
        pytest.param("2025-04-14", (*CLOSED, NDD, "2025-03-03 ndd.closed referral_id=N1 reason=done"), "2025-04-14", id="which has closed"),
        pytest.param("2025-05-12", (*CLOSED, "2025-05-12 early-help.assessment_started assessment_id=E1"), None, id="somebody opens one"),
        pytest.param("2025-04-20", (*CLOSED, CLOSED[2].replace("id=closed", "id=gone retracts=closed")), None, id="retracted"),
    ],
)  # fmt: skip
def test_closed_after_not_brought(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("closed-after-not-brought", lines, on) == ([(raised_on, "high", "")] if raised_on else [])


FIRST = "2024-01-08 early-help.assessment_started assessment_id=E1 id=first"
SHUT = "2024-08-31 early-help.closed assessment_id=E1 outcome=needs-met id=shut"


def again(day: str, assessment: str = "E2") -> str:
    return f"{day} early-help.assessment_started assessment_id={assessment} id=again"


def stepped(day: str, assessment: str = "E1") -> str:
    return f"{day} early-help.stepped_up assessment_id={assessment} to=child-in-need"


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-02-27", (FIRST, SHUT, again("2025-02-27")), "2025-02-27", id="the last day of six months, clipped"),
        pytest.param("2025-03-01", (FIRST, SHUT, again("2025-03-01")), None, id="after them"),
        pytest.param("2024-11-30", (FIRST, SHUT, stepped("2024-11-30")), "2024-11-30", id="a step up within three months"),
        pytest.param("2024-12-01", (FIRST, SHUT, stepped("2024-12-01")), None, id="a step up after them"),
        pytest.param("2024-08-31", (FIRST, SHUT, stepped("2024-08-31")), None, id="closed and stepped up on one day is one step"),
        pytest.param("2024-09-30", (FIRST, SHUT.replace("needs-met", "stepped-up"), stepped("2024-09-30")), None, id="closed because stepped up"),
        pytest.param("2024-08-31", (FIRST, SHUT, again("2024-08-31")), "2024-08-31", id="another begins on the day"),
        pytest.param("2025-03-31", (FIRST, SHUT, again("2024-10-01")), "2024-10-01", id="half a year on"),
        pytest.param("2025-04-01", (FIRST, SHUT, again("2024-10-01")), None, id="longer ago"),
        pytest.param("2024-10-20", (FIRST, SHUT, again("2024-10-01"), "2024-10-20 early-help.team_around_family_met assessment_id=E2"), None, id="the team met"),
        pytest.param("2024-10-20", (FIRST, SHUT, again("2024-10-01"), SHUT.replace("id=shut", "id=gone retracts=shut")), None, id="retracted"),
    ],
)  # fmt: skip
def test_early_help_revolving(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("early-help-revolving", lines, on) == ([(raised_on, "raise", "")] if raised_on else [])


MET = "2024-11-04 early-help.team_around_family_met assessment_id=E1 id=met"


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-01-09", (FIRST,), "2025-01-09", id="a year and a day"),
        pytest.param("2025-01-08", (FIRST,), None, id="a year"),
        pytest.param("2025-03-01", (FIRST.replace("2024-01-08", "2024-02-29"),), "2025-03-01", id="begun on a leap day"),
        pytest.param("2025-02-03", (FIRST, MET), "2025-02-03", id="91 days after the team met"),
        pytest.param("2025-02-02", (FIRST, MET), None, id="90 days after"),
        pytest.param("2025-03-03", (FIRST, MET.replace("2024-11-04", "2025-03-03")), None, id="met again"),
        pytest.param("2025-03-03", (FIRST, "2025-03-03 early-help.closed assessment_id=E1 outcome=other"), None, id="closed"),
        pytest.param("2025-02-02", (FIRST, MET, MET.replace("id=met", "id=gone retracts=met")), "2025-01-09", id="the meeting is retracted"),
    ],
)  # fmt: skip
def test_early_help_drift(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    found = raised("early-help-drift", lines, on)

    assert found == ([(raised_on, "watch", "early-help E1")] if raised_on else [])


REQUEST = "2023-12-04 ehcp.requested request_id=R1 by=parent"


@pytest.mark.parametrize(
    ("on", "lines", "expected"),
    [
        pytest.param("2025-05-07", (NDD,), [("2025-05-07", "watch", "ndd N1")], id="121 days"),
        pytest.param("2025-05-06", (NDD,), [], id="120 days"),
        pytest.param("2025-05-07", (NDD, "2025-01-07 ndd.triaged referral_id=N1 outcome=accepted"), [], id="heard of a day later"),
        pytest.param("2026-05-07", (NDD, "2025-02-03 ndd.closed referral_id=N1 reason=done"), [], id="closed"),
        pytest.param("2025-05-07", (NDD, CAMHS), [("2025-05-07", "watch", "camhs C1"), ("2025-05-07", "watch", "ndd N1")], id="each of two"),
        pytest.param("2024-04-03", (REQUEST,), [("2024-04-03", "watch", "ehcp R1")], id="a request"),
        pytest.param("2025-07-08", (REQUEST, PLAN), [], id="a plan: 400 days"),
        pytest.param("2025-07-09", (REQUEST, PLAN), [("2025-07-09", "watch", "ehcp R1")], id="a plan: 401 days"),
        pytest.param("2025-07-09", (REQUEST, PLAN, "2025-06-02 ehcp.review_decided plan_id=P1 decision=maintain"), [], id="a plan that was reviewed"),
        pytest.param("2025-03-13", ("2024-09-10 school.sen_support_started need_types=[]",), [("2025-03-13", "watch", "sen-support")], id="SEN support: 184 days"),
        pytest.param("2025-03-13", ("2024-09-10 school.sen_support_started need_types=[]", "2024-12-02 school.sen_support_reviewed progress=adequate"), [], id="SEN support that was reviewed"),
        pytest.param("2025-05-07", (NDD, NDD.replace("id=ndd", "id=gone retracts=ndd"), CAMHS), [("2025-05-07", "watch", "camhs C1")], id="retracted"),
    ],
)  # fmt: skip
def test_silent_case(raised: Raised, on: str, lines: tuple[str, ...], expected: list[tuple[str, str, str]]) -> None:
    assert raised("silent-case", lines, on) == expected


NO = "2025-02-03 support.refused support_id=S1 kind=respite reason=threshold"
CALL = "2025-03-03 early-help.contact contact_id=K1 concern=exhausted id=call"


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-03-03", (NDD, CAMHS, NO, CALL), "2025-03-03", id="refused"),
        pytest.param("2025-03-03", (NDD, CAMHS, NO.replace("refused", "ended").replace("kind=respite ", ""), CALL), "2025-03-03", id="ended"),
        pytest.param("2025-03-03", (NDD, CAMHS, "2025-02-03 support.requested support_id=S1 kind=respite", CALL), "2025-03-03", id="waited for"),
        pytest.param("2025-06-01", (NDD, CAMHS, NO, CALL), "2025-03-03", id="the last day of 90"),
        pytest.param("2025-06-02", (NDD, CAMHS, NO, CALL), None, id="the day after"),
        pytest.param("2025-03-03", (NDD, NO, CALL), None, id="one pathway"),
        pytest.param("2025-03-03", (NDD, CAMHS, CALL), None, id="no support in question"),
        pytest.param("2025-03-03", (NDD, CAMHS, NO), None, id="no contact"),
        pytest.param("2025-03-20", (NDD, CAMHS, NO, CALL, "2025-03-20 support.started support_id=S2"), None, id="support starts"),
        pytest.param("2025-04-07", (NDD, CAMHS, CALL, NO.replace("2025-02-03", "2025-04-07")), "2025-04-07", id="refused after the call"),
        pytest.param("2025-03-20", (NDD, CAMHS, NO, CALL, CALL.replace("id=call", "id=gone retracts=call")), None, id="retracted"),
    ],
)  # fmt: skip
def test_carer_strain(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("carer-strain", lines, on) == ([(raised_on, "watch", "")] if raised_on else [])


SHORT_BREAK = "2025-02-03 support.started support_id=S1"


@pytest.mark.parametrize(
    ("on", "lines", "born", "raised_on"),
    [
        pytest.param("2025-03-04", (CAMHS, SHORT_BREAK), "2008-03-04", "2025-03-04", id="17 today"),
        pytest.param("2025-03-03", (CAMHS, SHORT_BREAK), "2008-03-04", None, id="17 tomorrow"),
        pytest.param("2025-02-28", (CAMHS, SHORT_BREAK), "2008-02-29", "2025-02-28", id="born on 29 February"),
        pytest.param("2025-03-04", (CAMHS,), "2008-03-04", None, id="one service"),
        pytest.param("2025-03-04", (CAMHS, CAMHS.replace("C1", "C2").replace("id=camhs", "id=c2")), "2008-03-04", None, id="one service twice"),
        pytest.param("2025-03-04", (CAMHS, REQUEST), "2008-03-04", None, id="a plan goes on to 25"),
        pytest.param("2025-04-07", (CAMHS, SHORT_BREAK, "2025-04-07 transition.adult_health_transfer_agreed from_service=camhs to_service=adult"), "2008-03-04", None, id="an adult service agreed"),
        pytest.param("2025-04-07", (CAMHS, SHORT_BREAK, "2025-04-07 transition.adult_care_assessment_completed eligible=true"), "2008-03-04", None, id="adult care will help"),
        pytest.param("2025-04-07", (CAMHS, SHORT_BREAK, "2025-04-07 transition.adult_care_assessment_completed eligible=false"), "2008-03-04", "2025-03-04", id="adult care will not"),
        pytest.param("2025-04-07", (CAMHS, SHORT_BREAK, "2025-04-07 support.ended support_id=S1 reason=over"), "2008-03-04", None, id="one ends"),
        pytest.param("2033-03-04", (CAMHS, SHORT_BREAK), "2008-03-04", None, id="25"),
        pytest.param("2025-04-07", (CAMHS, SHORT_BREAK, CAMHS.replace("id=camhs", "id=gone retracts=camhs")), "2008-03-04", None, id="retracted"),
    ],
)  # fmt: skip
def test_transition_cliff(raised: Raised, on: str, lines: tuple[str, ...], born: str, raised_on: str | None) -> None:
    assert raised("transition-cliff", lines, on, born) == ([(raised_on, "high", "")] if raised_on else [])


JUSTICE = (
    "2025-03-03 referrals.received referral_id=Y1 from_service=social-care to_service=youth-justice urgency=routine "
    "need_types=[] id=justice"
)


def suspended(day: str) -> str:
    return f"{day} school.suspended sessions=2 reason=disruption"


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-03-03", (suspended("2024-12-03"), JUSTICE), "2025-03-03", id="suspended 90 days before"),
        pytest.param("2025-03-03", (suspended("2024-12-02"), JUSTICE), None, id="91 days before"),
        pytest.param("2025-06-01", (JUSTICE, suspended("2025-06-01")), "2025-06-01", id="90 days after"),
        pytest.param("2025-06-02", (JUSTICE, suspended("2025-06-02")), None, id="91 days after"),
        pytest.param("2025-03-03", (JUSTICE,), None, id="nothing else"),
        pytest.param("2025-03-03", (NDD, JUSTICE), "2025-03-03", id="waits for an assessment"),
        pytest.param("2025-03-20", (NDD, JUSTICE, "2025-03-20 ndd.assessment_started referral_id=N1"), None, id="which begins"),
        pytest.param("2025-03-03", ("2024-03-03 school.sen_support_reviewed progress=limited", JUSTICE), "2025-03-03", id="support did not help, a year ago"),
        pytest.param("2025-03-03", ("2024-03-02 school.sen_support_reviewed progress=limited", JUSTICE), None, id="longer ago"),
        pytest.param("2025-03-03", ("2024-09-02 ehcp.decided_to_assess request_id=R1 decision=no", JUSTICE), "2025-03-03", id="an assessment was refused"),
        pytest.param("2025-03-03", (PLAN, NDD, JUSTICE), None, id="a plan is in force"),
        pytest.param("2025-04-07", (PLAN, NDD, JUSTICE, "2025-04-07 ehcp.ceased plan_id=P1 reason=x"), "2025-04-07", id="which ceases"),
        pytest.param("2025-08-30", (NDD, JUSTICE), "2025-03-03", id="the last day of 180"),
        pytest.param("2025-08-31", (NDD, JUSTICE), None, id="the day after"),
        pytest.param("2025-04-07", (NDD, JUSTICE, "2025-04-07 referrals.closed referral_id=Y1 outcome=done"), None, id="youth justice is done"),
        pytest.param("2025-04-07", (NDD, JUSTICE, JUSTICE.replace("id=justice", "id=gone retracts=justice")), None, id="retracted"),
    ],
)  # fmt: skip
def test_youth_justice_risk(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("youth-justice-risk", lines, on) == ([(raised_on, "high", "")] if raised_on else [])
