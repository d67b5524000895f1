"""Risks between services and in waiting: when each is raised and on which day, what just does not raise it, what clears it."""

from collections.abc import Callable

import pytest

Raised = Callable[..., list[tuple[str, str, str]]]

SALT = (
    "2025-01-06 referrals.received referral_id=F1 from_service=school to_service=salt urgency=routine need_types=[]",
    "2025-01-20 referrals.rejected referral_id=F1 reason=threshold-not-met",
)
NDD_ELSEWHERE = (
    "2025-01-06 referrals.received referral_id=F9 from_service=gp to_service=ndd-pathway urgency=routine need_types=[]",
    "2025-01-20 referrals.rejected referral_id=F9 reason=wrong-service",
)
CAMHS_NO = "2025-03-03 camhs.triaged referral_id=C1 outcome=declined"
NDD_NO = "2025-03-03 ndd.triaged referral_id=N1 outcome=redirected"


def asked(day: str, number: int, service: str = "salt", need: str = "SLCN") -> str:
    return (
        f"{day} referrals.received referral_id=F{number} from_service=school to_service={service} urgency=routine "
        f"need_types='[\"{need}\"]' id=f{number}"
    )


NDD = "2024-03-04 ndd.referred referral_id=N1 suspected=autism referrer_service=school id=n1"
CAMHS = "2024-10-07 camhs.referred referral_id=C1 priority=routine primary_reason=anxiety id=c1"
CRISIS = "2025-03-03 camhs.crisis_presentation setting=a-and-e id=crisis"


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-03-03", (*SALT, CAMHS_NO), "2025-03-03", id="two services"),
        pytest.param("2025-07-01", (*SALT, CAMHS_NO), "2025-03-03", id="the last day of 120"),
        pytest.param("2025-07-02", (*SALT, CAMHS_NO), None, id="the day after"),
        pytest.param("2025-05-21", (*SALT, "2025-05-20 camhs.triaged referral_id=C1 outcome=declined"), "2025-05-20", id="120 days apart"),
        pytest.param("2025-05-21", (*SALT, "2025-05-21 camhs.triaged referral_id=C1 outcome=declined"), None, id="121 days apart"),
        pytest.param("2025-03-03", (*NDD_ELSEWHERE, NDD_NO), None, id="one service under two names"),
        pytest.param("2025-03-03", (SALT[1], CAMHS_NO), None, id="a refusal whose service is not known yet"),
        pytest.param("2025-03-10", (*SALT, CAMHS_NO, "2025-03-10 ndd.triaged referral_id=N1 outcome=accepted"), None, id="a service accepts"),
        pytest.param("2025-03-10", (*SALT, CAMHS_NO, "2025-03-02 ndd.triaged referral_id=N1 outcome=accepted"), "2025-03-03", id="it accepted before"),
        pytest.param("2025-06-09", (*SALT, CAMHS_NO, "2025-06-09 camhs.triaged referral_id=C2 outcome=declined"), "2025-03-03", id="the same refuses again, long after"),
        pytest.param("2025-03-20", (*SALT, CAMHS_NO + " id=no", "2025-03-10 camhs.triaged referral_id=C1 outcome=accepted corrects=no"), None, id="corrected"),
        pytest.param("2025-03-20", (*SALT, CAMHS_NO + " id=no", "2025-03-20 camhs.triaged referral_id=C1 outcome=declined retracts=no"), None, id="retracted"),
        pytest.param("2025-03-20", (*SALT, CAMHS_NO, "2025-03-10 people.moved_away"), None, id="moved away"),
    ],
)  # fmt: skip
def test_bounced_between_services(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("bounced-between-services", lines, on) == ([(raised_on, "high", "")] if raised_on else [])


THREE = (asked("2024-09-02", 1), asked("2025-01-06", 2), asked("2025-06-02", 3))


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-06-02", THREE, "2025-06-02", id="three within a year"),
        pytest.param("2025-09-01", THREE, "2025-06-02", id="the last day of the year"),
        pytest.param("2025-09-02", THREE, None, id="the first is a year old"),
        pytest.param("2025-06-02", THREE[1:], None, id="two"),
        pytest.param("2025-06-02", (*THREE[:2], asked("2025-06-02", 2)), None, id="one of them told twice"),
        pytest.param("2025-06-02", (*THREE[:2], asked("2025-06-02", 3, "ot", "PD")), None, id="for another need"),
        pytest.param("2025-06-02", (*THREE[:2], asked("2025-06-02", 3, "ot")), "2025-06-02", id="to another service"),
        pytest.param("2025-06-20", (*THREE, "2025-06-20 referrals.first_contact referral_id=F2"), None, id="seen on an earlier one"),
        pytest.param("2025-06-20", (*THREE, "2025-06-20 referrals.first_contact referral_id=F3"), None, id="seen"),
        pytest.param("2025-06-20", (*THREE, "2025-06-20 referrals.first_contact referral_id=F8"), "2025-06-02", id="seen for another"),
        pytest.param("2025-06-20", (*THREE, asked("2025-06-20", 3) .replace("id=f3", "id=gone retracts=f3")), None, id="retracted"),
        pytest.param("2025-06-02", tuple(reversed(THREE)), "2025-06-02", id="out of order"),
    ],
)  # fmt: skip
def test_re_referred(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("re-referred", lines, on) == ([(raised_on, "raise", "SLCN")] if raised_on else [])


def test_a_suspicion_of_camhs_and_of_the_neurodevelopmental_pathway_is_one_need(raised: Raised) -> None:
    lines = (
        NDD,
        "2024-05-06 camhs.referred referral_id=C2 priority=routine primary_reason=neurodevelopmental",
        asked("2024-07-01", 1, "community-paediatrics", "ASD"),
        CAMHS,
    )

    assert raised("re-referred", lines, "2024-10-07") == [("2024-07-01", "raise", "ASD")]


OPEN = (
    "2025-01-06 ndd.referred referral_id=N1 suspected=autism referrer_service=school",
    "2025-02-03 early-help.assessment_started assessment_id=E1",
    "2025-03-03 ehcp.requested request_id=R1 by=parent id=r1",
)
WREN = 'worker=\'{"id": "w1", "name": "Wren Example", "role": "nurse", "team": "north"}\''


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-03-03", OPEN, "2025-03-03", id="three in three sectors"),
        pytest.param("2025-03-02", OPEN, None, id="two so far"),
        pytest.param("2025-03-03", (asked("2025-01-06", 1), asked("2025-02-03", 2, "ot"), asked("2025-03-03", 3, "camhs")), None, id="one sector"),
        pytest.param("2025-03-04", (*OPEN, "2025-03-04 ndd.closed referral_id=N1 reason=done"), None, id="one closed"),
        pytest.param("2025-03-04", (*OPEN, "2025-03-04 early-help.lead_practitioner_assigned assessment_id=E1"), None, id="a lead"),
        pytest.param("2025-03-04", (*OPEN, f"2025-03-04 workers.assigned role_for_child=ehc-coordinator {WREN}"), None, id="a coordinator"),
        pytest.param("2025-03-04", (*OPEN, f"2025-03-04 workers.assigned role_for_child=senco {WREN}"), "2025-03-03", id="a SENCO leads not for all"),
        pytest.param("2025-04-07", (*OPEN, f"2025-03-04 workers.assigned role_for_child=social-worker {WREN}", f"2025-04-07 workers.unassigned role_for_child=social-worker {WREN}"), "2025-03-03", id="the lead left"),
        pytest.param("2025-03-04", (*OPEN, "2025-03-04 transition.named_worker_assigned"), None, id="a transition worker, no plan yet"),
        pytest.param("2025-04-07", (*OPEN, "2025-04-07 support.requested support_id=S1 kind=respite"), "2025-04-07", id="one more comes"),
        pytest.param("2025-03-10", (*OPEN, "2025-03-10 ehcp.requested request_id=R1 by=parent retracts=r1"), None, id="retracted"),
    ],
)  # fmt: skip
def test_three_services_no_lead(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("three-services-no-lead", lines, on) == ([(raised_on, "raise", "")] if raised_on else [])


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2024-12-20", (NDD, CAMHS), None, id="365 days: 291 and 74"),
        pytest.param("2024-12-21", (NDD, CAMHS), "2024-12-21", id="367 days"),
        pytest.param("2026-01-05", (NDD,), None, id="one pathway"),
        pytest.param("2026-01-05", (NDD, NDD.replace("2024-03-04", "2024-06-03").replace("N1", "N2").replace("n1", "n2")), None, id="one pathway twice"),
        pytest.param("2025-06-02", (NDD, "2025-06-02 camhs.referred referral_id=C1 priority=routine primary_reason=anxiety"), "2025-06-02", id="the second begins after a year"),
        pytest.param("2025-01-20", (NDD, CAMHS, "2025-01-20 ndd.assessment_started referral_id=N1"), None, id="one begins"),
        pytest.param("2025-01-20", (NDD, CAMHS, "2025-01-20 camhs.triaged referral_id=C1 outcome=declined"), None, id="one is refused"),
        pytest.param("2025-01-20", (NDD, CAMHS, "2024-12-01 camhs.appointment referral_id=C1 attended=did-not-attend number=1"), "2024-12-21", id="an appointment missed"),
        pytest.param("2024-12-21", (NDD, "2024-04-08 ehcp.requested request_id=R1 by=parent"), None, id="the law's own clock"),
        pytest.param("2025-01-20", (NDD, CAMHS, CAMHS.replace("id=c1", "id=gone retracts=c1")), None, id="retracted"),
    ],
)  # fmt: skip
def test_hidden_wait(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("hidden-wait", lines, on) == ([(raised_on, "raise", "")] if raised_on else [])


@pytest.mark.parametrize(
    ("on", "lines", "born", "raised_on"),
    [
        pytest.param("2025-05-13", (asked("2025-01-06", 1),), "2021-03-04", "2025-05-13", id="18 weeks and a day"),
        pytest.param("2025-05-12", (asked("2025-01-06", 1),), "2021-03-04", None, id="18 weeks"),
        pytest.param("2025-05-13", (asked("2025-01-06", 1),), "2020-01-07", "2025-05-13", id="the day before the birthday"),
        pytest.param("2025-05-13", (asked("2025-01-06", 1),), "2020-01-06", None, id="on the birthday"),
        pytest.param("2025-07-07", (asked("2025-02-27", 1),), "2020-02-29", "2025-07-04", id="born on 29 February: five on the 28th"),
        pytest.param("2025-07-07", (asked("2025-02-28", 1),), "2020-02-29", None, id="born on 29 February, on that day"),
        pytest.param("2027-05-13", (asked("2025-01-06", 1),), "2021-03-04", "2025-05-13", id="older by now, and waits still"),
        pytest.param("2025-06-02", (asked("2025-01-06", 1), "2025-06-02 referrals.first_contact referral_id=F1"), "2021-03-04", None, id="seen"),
        pytest.param("2025-06-02", (asked("2025-01-06", 1), "2025-06-02 referrals.withdrawn referral_id=F1 by=family"), "2021-03-04", None, id="withdrawn"),
        pytest.param("2025-06-02", (asked("2025-01-06", 1, "ot"),), "2021-03-04", None, id="another help"),
    ],
)  # fmt: skip
def test_long_wait_young_child(
    raised: Raised, on: str, lines: tuple[str, ...], born: str, raised_on: str | None
) -> None:
    found = raised("long-wait-young-child", lines, on, born)

    assert found == ([(raised_on, "high", "referral F1")] if raised_on else [])


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-03-03", (NDD, CRISIS), "2025-03-03", id="while waiting"),
        pytest.param("2025-08-30", (NDD, CRISIS), "2025-03-03", id="the last day of 180"),
        pytest.param("2025-08-31", (NDD, CRISIS), None, id="the day after"),
        pytest.param("2025-03-03", (CRISIS,), None, id="nothing was asked for"),
        pytest.param("2025-03-03", (asked("2025-01-06", 1), CRISIS), None, id="another kind of help"),
        pytest.param("2025-03-03", (NDD, "2024-09-04 ndd.triaged referral_id=N1 outcome=declined", CRISIS), "2025-03-03", id="declined 180 days ago"),
        pytest.param("2025-03-03", (NDD, "2024-09-03 ndd.triaged referral_id=N1 outcome=declined", CRISIS), None, id="declined 181 days ago"),
        pytest.param("2025-03-03", (NDD, "2025-02-03 ndd.closed referral_id=N1 reason=withdrawn", CRISIS), None, id="closed otherwise"),
        pytest.param("2025-03-08", (NDD, CRISIS, "2025-03-08 camhs.appointment referral_id=C1 attended=attended number=1"), None, id="seen"),
        pytest.param("2025-03-08", (NDD, CRISIS, "2025-03-08 camhs.appointment referral_id=C1 attended=did-not-attend number=1"), "2025-03-03", id="not brought"),
        pytest.param("2025-04-07", (NDD, CRISIS, "2025-03-20 ndd.closed referral_id=N1 reason=x", "2025-04-07 camhs.crisis_presentation setting=ward"), "2025-03-03", id="a second one with nothing open leaves the first"),
        pytest.param("2025-03-10", (NDD, CRISIS, "2025-03-10 camhs.crisis_presentation setting=ward retracts=crisis"), None, id="retracted"),
    ],
)  # fmt: skip
def test_crisis_while_waiting(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("crisis-while-waiting", lines, on) == ([(raised_on, "high", "")] if raised_on else [])
