"""What a paused or silent feed leaves in doubt: of whom it has spoken, and whose open milestones wait for it."""

from datetime import date
from typing import Any

from send_integration.rules.silence import Unheard, silence_of
from send_integration.steps.catalogue import load_rules

RULES = load_rules()
SINCE = Unheard(date(2026, 11, 4), paused=True)


def answer(*entries: tuple[str, str], **milestones: str) -> dict[str, Any]:
    """An answer with entries of feed and sector, and milestones with how they stand."""
    return {
        "timeline": [{"feed": feed, "sector": sector} for feed, sector in entries],
        "milestones": [{"milestone": name.replace("_", "-"), "status": status} for name, status in milestones.items()],
    }


def test_a_child_of_whom_the_feed_has_spoken_is_told_since_when_it_is_silent() -> None:
    silence = silence_of(answer(("camhs", "health")), {"camhs": SINCE}, RULES)

    assert [feed.in_words("4 November") for feed in silence.feeds] == [
        "CAMHS has been paused since 4 November: what is missing here may only be waiting."
    ]
    assert silence.feeds[0].sectors == {"health"}


def test_a_child_of_whom_it_never_spoke_is_told_where_an_open_milestone_waits_for_it() -> None:
    told = answer(("school", "education"), ndd_triage="missed")

    silence = silence_of(told, {"ndd-triage": SINCE, "support": SINCE}, RULES)

    assert [feed.feed for feed in silence.feeds] == ["ndd-triage"]
    assert silence.waits_for(told["milestones"][0]) == ("The neurodevelopmental pathway",)


def test_what_is_met_waits_for_nothing_and_without_a_pause_there_is_no_doubt() -> None:
    told = answer(ndd_triage="met")

    assert silence_of(told, {"ndd-triage": SINCE}, RULES).feeds == ()
    assert silence_of(told, {"ndd-triage": SINCE}, RULES).waits_for(told["milestones"][0]) == ()
    assert silence_of(answer(("camhs", "health")), {}, RULES).feeds == ()


def test_referrals_stand_in_the_lanes_of_the_services_they_go_to() -> None:
    silence = silence_of(answer(("referrals", "health"), ("referrals", "care")), {"referrals": SINCE}, RULES)

    assert silence.feeds[0].sectors == {"health", "care"}
    assert silence.feeds[0].in_words("4 November").startswith("Referrals have been paused")


def test_of_a_silent_feed_it_is_not_said_that_anything_waits() -> None:
    silence = silence_of(answer(("camhs", "health")), {"camhs": SINCE._replace(paused=False)}, RULES)

    assert [feed.in_words("4 November") for feed in silence.feeds] == [
        "CAMHS has sent hardly anything since 4 November: what is missing here may be missing for that."
    ]
