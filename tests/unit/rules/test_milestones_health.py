"""Milestones of the neurodevelopmental pathway and of CAMHS; dates worked by hand."""

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

MORE = "2025-03-03 ndd.triaged referral_id=N1 outcome=more-information\n"
MORE_BY = "2025-03-03 ndd.triaged referral_id=N1 outcome=more-information information_due_on=2025-03-31\n"
RECEIVED = "2025-03-31 ndd.information_received referral_id=N1\n"
NDD_CLOSED = "2025-03-20 ndd.closed referral_id=N1 reason=moved\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 3 March + 42 days = 14 April, or the day that triage gave
        pytest.param(MORE, "2025-04-14", ["N1: due-soon, due 2025-04-14"], id="last day"),
        pytest.param(MORE, "2025-04-15", ["N1: missed, due 2025-04-14, 1 late"], id="a day late"),
        pytest.param(MORE_BY, "2025-03-31", ["N1: due-soon, due 2025-03-31"], id="last day given"),
        pytest.param(MORE_BY, "2025-04-01", ["N1: missed, due 2025-03-31, 1 late"], id="a day after it"),
        pytest.param(MORE_BY + RECEIVED, "2025-05-01", ["N1: met, due 2025-03-31"], id="received on it"),
        pytest.param(MORE + NDD_CLOSED, "2025-05-01", ["N1: not-needed, due 2025-04-14"], id="closed"),
        pytest.param(
            MORE_BY + RECEIVED + "2025-04-10 ndd.triaged referral_id=N1 outcome=more-information", "2025-05-23",
            ["N1: met, due 2025-03-31", "N1: missed, due 2025-05-22, 1 late"], id="asked for again",
        ),
        pytest.param(
            "2025-03-03 ndd.triaged referral_id=N1 outcome=more-information information_due_on=2060-12-31", "2025-04-15",
            ["N1: missed, due 2025-04-14, 1 late"], id="a day that can only be a slip",
        ),
        pytest.param("2025-03-03 ndd.triaged referral_id=N1 outcome=accepted", "2025-05-01", [], id="nothing asked for"),
    ],
)  # fmt: skip
def test_information_comes_by_the_day_given_or_in_six_weeks(
    told: Told, events: str, as_of: str, found: list[str]
) -> None:
    assert told("ndd-information", events, as_of) == found


REFERRED = "2025-01-31 ndd.referred referral_id=N1 suspected=autism referrer_service=school\n"
ASKED = "2025-02-10 ndd.triaged referral_id=N1 outcome=more-information\n"
ANSWERED = "2025-02-20 ndd.information_received referral_id=N1\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 31 January + 3 months = 30 April, clipped; 10 February to 20 February are 10 days: 10 May
        pytest.param(REFERRED, "2025-05-01", ["N1: missed, due 2025-04-30, 1 late"], id="three months"),
        pytest.param(REFERRED + ASKED, "2025-08-01", ["N1: paused, due 2025-04-30"], id="paused"),
        pytest.param(REFERRED + ASKED + ANSWERED, "2025-05-10", ["N1: due-soon, due 2025-05-10"], id="moved on"),
        pytest.param(ANSWERED + ASKED + REFERRED, "2025-05-11", ["N1: missed, due 2025-05-10, 1 late"], id="out of order"),
        pytest.param(
            REFERRED + ASKED + "2025-05-20 ndd.assessment_started referral_id=N1", "2025-06-01", ["N1: met, due 2025-08-07"],
            # 10 February to 20 May are 99 days, during which the clock stood: 30 April + 99 = 7 August
            id="begun while the clock stood",
        ),
        pytest.param(
            REFERRED + "2025-05-05 ndd.triaged referral_id=N1 outcome=more-information", "2025-05-06",
            ["N1: missed, due 2025-04-30, 6 late"], id="asked too late to stop the clock",
        ),
        pytest.param(
            REFERRED + "2025-04-30 ndd.assessment_started referral_id=N1\n2025-05-02 people.moved_away", "2025-06-01",
            ["N1: met, due 2025-04-30"], id="met, and then gone",
        ),
        pytest.param(REFERRED + "2025-03-01 people.died", "2025-06-01", ["N1: not-needed, due 2025-04-30"], id="died"),
    ],
)  # fmt: skip
def test_the_clock_of_an_assessment_stands_while_information_is_awaited(
    told: Told, events: str, as_of: str, found: list[str]
) -> None:
    assert told("ndd-assessment-start", events, as_of) == found


COMPLETED = "2024-01-18 ndd.assessment_completed referral_id=N1 conclusion=diagnosed\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 18 January 2024 + 42 days: 13 to the end of January, 29 of February
        pytest.param(COMPLETED, "2024-02-29", ["N1: due-soon, due 2024-02-29"], id="last day, a leap day"),
        pytest.param(COMPLETED, "2024-03-01", ["N1: missed, due 2024-02-29, 1 late"], id="a day late"),
        pytest.param(COMPLETED + "2024-02-29 ndd.feedback_given referral_id=N1", "2024-04-01", ["N1: met, due 2024-02-29"], id="in time"),
        pytest.param(COMPLETED + "2024-02-01 ndd.closed referral_id=N1 reason=moved", "2024-04-01", ["N1: not-needed, due 2024-02-29"], id="closed"),
    ],
)  # fmt: skip
def test_a_family_hears_in_six_weeks(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("ndd-feedback", events, as_of) == found


def camhs(priority: str, reason: str = "anxiety", day: str = "2025-04-10") -> str:
    return f"{day} camhs.referred referral_id=C1 priority={priority} primary_reason={reason}\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 10 April is a Thursday: 11, 14, 15, 16, 17, not Good Friday nor Easter Monday, 22, 23, 24, 25, 28 April
        pytest.param(camhs("routine"), "2025-04-28", ["C1: due-soon, due 2025-04-28"], id="routine over Easter, last day"),
        pytest.param(camhs("routine"), "2025-04-29", ["C1: missed, due 2025-04-28, 1 late"], id="routine, a day late"),
        pytest.param(camhs("urgent"), "2025-04-18", ["C1: missed, due 2025-04-17, 1 late"], id="urgent"),
        pytest.param(camhs("emergency"), "2025-04-12", ["C1: missed, due 2025-04-11, 1 late"], id="emergency"),
        pytest.param(camhs("emergency"), "2025-04-10", ["C1: due-soon, due 2025-04-11"], id="emergency, warned at once"),
        pytest.param(camhs("routine") + "2025-04-28 camhs.triaged referral_id=C1 outcome=declined", "2025-05-01", ["C1: met, due 2025-04-28"], id="a no is a triage"),
        pytest.param(camhs("routine") + "2025-04-20 camhs.discharged referral_id=C1 reason=moved-away", "2025-05-01", ["C1: not-needed, due 2025-04-28"], id="discharged"),
    ],
)  # fmt: skip
def test_camhs_triages_as_fast_as_the_priority_asks(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("camhs-triage", events, as_of) == found


def seen(day: str, attended: str = "attended", referral: str = "C1") -> str:
    return f"{day} camhs.appointment referral_id={referral} attended={attended} number=1\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 3 March + 56 days = 28 April
        pytest.param(seen("2025-03-03"), "2025-04-28", ["C1: due-soon, due 2025-04-28"], id="last day"),
        pytest.param(seen("2025-03-03"), "2025-04-29", ["C1: missed, due 2025-04-28, 1 late"], id="a day late"),
        pytest.param(seen("2025-03-03") + seen("2025-04-28", "late-but-seen"), "2025-05-01", ["C1: met, due 2025-04-28"], id="seen again"),
        pytest.param(seen("2025-03-03") + seen("2025-03-03"), "2025-04-29", ["C1: missed, due 2025-04-28, 1 late"], id="one appointment, told twice"),
        pytest.param(seen("2025-03-03") + seen("2025-04-01", "did-not-attend"), "2025-04-29", ["C1: missed, due 2025-04-28, 1 late"], id="not brought"),
        pytest.param(seen("2025-02-03", "did-not-attend"), "2025-04-29", [], id="never seen"),
        pytest.param(seen("2025-03-03") + "2025-04-01 camhs.discharged referral_id=C1 reason=treatment-completed", "2025-05-01", ["C1: not-needed, due 2025-04-28"], id="discharged"),
    ],
)  # fmt: skip
def test_who_was_seen_once_is_seen_again_in_eight_weeks(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("camhs-second-contact", events, as_of) == found


CRISIS = "2025-03-03 camhs.crisis_presentation setting=a-and-e\n"
SELF_HARM = camhs("routine", "self-harm", "2025-02-01")
DISCHARGED = "2025-02-20 camhs.discharged referral_id=C1 reason=disengaged\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 3 March + 7 days = 10 March; with self-harm known, 5 March
        pytest.param(CRISIS, "2025-03-10", ["due-soon, due 2025-03-10"], id="last day"),
        pytest.param(CRISIS, "2025-03-11", ["missed, due 2025-03-10, 1 late"], id="a day late"),
        pytest.param(CRISIS + seen("2025-03-10", referral="C7"), "2025-04-01", ["met, due 2025-03-10"], id="seen, of any referral"),
        pytest.param(CRISIS + seen("2025-03-03"), "2025-03-11", ["missed, due 2025-03-10, 1 late"], id="care on the day is not the follow-up"),
        pytest.param(SELF_HARM + CRISIS, "2025-03-06", ["missed, due 2025-03-05, 1 late"], id="self-harm is known"),
        pytest.param(SELF_HARM + DISCHARGED + CRISIS, "2025-03-06", ["due-soon, due 2025-03-10"], id="and was over"),
        pytest.param(camhs("routine", day="2025-02-01") + CRISIS, "2025-03-06", ["due-soon, due 2025-03-10"], id="another reason"),
        pytest.param(
            CRISIS + "2025-03-06 camhs.crisis_presentation setting=crisis-line\n" + seen("2025-03-12"), "2025-04-01",
            ["met-late, due 2025-03-10, 2 late", "met, due 2025-03-13"], id="two crises, one appointment",
        ),
    ],
)  # fmt: skip
def test_after_a_crisis_a_child_is_seen_again(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("camhs-crisis-follow-up", events, as_of) == found
