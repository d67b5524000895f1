"""Episodes, and the course of each: when it was opened, when help began, and the events on which its end rests."""

from datetime import date

from send_integration.contracts.event import Event
from send_integration.rules.courses import Course, courses_of
from send_integration.timeline.fold import timeline_of
from tests.builders import event

ASKED = event("camhs.referred", "2025-01-06")
SEEN = event("camhs.appointment", "2025-03-03")
DISCHARGED = event("camhs.discharged", "2025-06-02")


def course(*events: Event) -> Course:
    (found,) = courses_of(timeline_of(events))
    return found


def test_a_second_move_away_ends_what_was_opened_after_the_first() -> None:
    moves = [event("people.moved_away", day) for day in ("2024-05-06", "2025-02-03")]

    (episode,) = timeline_of([*moves, ASKED]).episodes

    assert episode.closed_on == date(2025, 2, 3)
    assert course(*moves, ASKED).ended == (moves[1],)


def test_a_wait_ends_when_help_begins_and_the_case_goes_on() -> None:
    found = course(ASKED, SEEN, DISCHARGED)

    assert found.wait.over == (SEEN,)
    assert found.open.over == (DISCHARGED,)
    assert found.wait.runs_on(date(2025, 3, 2))
    assert not found.wait.runs_on(SEEN.on)
    assert found.open.runs_on(date(2025, 6, 1))


def test_a_wait_ends_with_the_case_where_help_never_began() -> None:
    declined = event("camhs.triaged", "2025-02-03", outcome="declined")

    assert course(ASKED, declined, SEEN).wait.over == (declined,)


def test_the_end_of_a_plan_rests_also_on_the_plan_that_leads_to_its_request() -> None:
    request = event("ehcp.requested", "2024-01-08")
    plan = event("ehcp.finalised", "2024-05-27")
    ceased = event("ehcp.ceased", "2025-05-26")

    assert course(request, plan, ceased).ended == (ceased, plan)


def test_what_opens_a_case_once_more_is_told_apart() -> None:
    again = event("camhs.referred", "2025-02-03", priority="urgent")

    found = course(ASKED, again)

    assert found.opened == ASKED
    assert found.again == (again,)


def test_a_referral_to_a_service_and_its_own_record_are_two_cases_of_one_service() -> None:
    referral = event("referrals.received", "2025-01-06", referral_id="N1", to_service="ndd-pathway")
    own = event("ndd.referred", "2025-01-08", referral_id="N1")

    found = courses_of(timeline_of([referral, own]))

    assert [(each.name, each.service) for each in found] == [("referral N1", "ndd"), ("ndd N1", "ndd")]
