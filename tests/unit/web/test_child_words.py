"""What a child's page says of voices, services and decisions: dated, and missing said plainly."""

from datetime import date, timedelta
from typing import Any

import pytest

from send_integration.rules.silence import Unheard
from send_integration.timeline.panel import panel_as_json, panel_record
from send_integration.web.decided import panel_view
from send_integration.web.services import HAS, NONE, UNSENT, Heard, Service, services_of
from send_integration.web.voices import long_since, voices_of
from tests.builders import WORKER, event

TODAY = date(2026, 5, 25)
STANDING = Heard({}, {"camhs": date(2026, 5, 24)})


def panel(*events: Any) -> dict[str, Any]:
    """The panel's record of a child of whom this happened."""
    return panel_as_json(panel_record(events))


def services(
    *events: Any, heard: Heard | None = STANDING, named: tuple[dict[str, Any], ...] = ()
) -> dict[str, Service]:
    """Each service around a child of whom this happened."""
    found = services_of(panel(*events)["services"], named, events, heard)
    return {service.service: service for service in found}


def test_a_voice_that_is_missing_says_for_how_long_nobody_asked() -> None:
    child, parents = voices_of(panel(), {}, "Ellis", date(2023, 3, 1), TODAY)

    assert child.gap == (
        "Nobody has written down what Ellis wants in 3 years and 2 months, since the first entry on 1 March 2023."
    )
    assert parents.gap.startswith("Nobody has written down what the parents and carers want in 3 years")
    assert voices_of(panel(), {}, "Ellis", None, TODAY)[0].gap == "Nobody has written down what Ellis wants."


def test_the_newest_voice_is_first_and_says_how_old_it_is() -> None:
    said = panel(
        event("panel.voice_recorded", "2024-05-01", text="older", event_id="a"),
        event("panel.voice_recorded", "2025-05-24", text="newer", of="young-person", event_id="b"),
        event("panel.voice_recorded", "2026-05-20", text="hers", of="parent-carer", event_id="c"),
    )
    child, parents = voices_of(said, {"b": "#e7"}, "Ellis", date(2023, 3, 1), TODAY)

    assert [one.text for one in child.said] == ["newer", "older"]
    assert (child.said[0].ago, child.said[0].href) == ("12 months ago", "#e7")
    assert child.gap == "Nobody has asked since: that is 12 months."
    assert (parents.said[0].ago, parents.gap) == ("5 days ago", "")


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "1 day"), (27, "27 days"), (28, "4 weeks"), (80, "11 weeks"), (100, "3 months"), (800, "2 years and 2 months"),
     (731, "2 years")],
)  # fmt: skip
def test_a_time_is_said_as_people_say_it(days: int, words: str) -> None:
    assert long_since(TODAY - timedelta(days), TODAY) == words


def test_a_record_none_and_nothing_sent_are_three_things() -> None:
    found = services(
        event("camhs.referred", "2026-03-03"),
        event("people.not_known", "2026-04-04", service="early-help", event_id="n"),
    )

    assert found["camhs"].record == HAS
    assert found["early-help"].record == NONE
    assert found["early-help"].told == "It looked on 4 April 2026 and keeps no record of this child."
    assert found["school"].record == UNSENT
    assert "It may keep a record all the same." in found["school"].told
    assert {service.record_words for service in found.values()} == {"Has a record", "Confirmed none", "Has not sent"}


def test_a_referral_that_was_refused_is_a_record_and_no_word_that_there_is_none() -> None:
    found = services(
        event("referrals.received", "2026-03-03", to_service="salt"),
        event("referrals.rejected", "2026-03-10"),
    )

    assert found["salt"].record == HAS


def test_what_a_service_sent_outweighs_its_word_that_it_knows_no_such_child() -> None:
    found = services(
        event("camhs.referred", "2026-03-03"), event("people.not_known", "2026-04-04", service="camhs", event_id="n")
    )

    assert found["camhs"].record == HAS
    assert "On 4 April 2026 it said that it knows no such child." in found["camhs"].told


def test_how_a_feed_stands_is_said_beside_what_is_missing() -> None:
    heard = Heard({"school": Unheard(date(2026, 5, 2), paused=True)}, {"ehcp": date(2026, 5, 24)})
    found = services(heard=heard)

    assert "Its feed is paused since 2 May 2026." in found["school"].told
    assert "It last sent of any child on 24 May 2026." in found["sen-team"].told
    assert "It has never sent anything of any child." in found["camhs"].told
    assert "last sent" not in services(heard=None)["sen-team"].told, "of another day nobody knows how feeds stood"


def test_who_leads_is_named_or_last_acted_or_unknown_and_is_never_left_blank() -> None:
    named = {"role": "senco", "worker_id": "w", "name": "Jo", "team": "north", "email": "j+o?x@example.org",
             "sector": "education", "since": "2026-01-02", "last_heard_on": "2026-05-05"}  # fmt: skip
    found = services(event("camhs.appointment", "2026-03-03", worker=WORKER), named=(named,))

    assert [(lead.name, lead.named) for lead in found["school"].leads] == [("Jo", True)]
    assert found["school"].last_involved == "5 May 2026"
    assert found["school"].leads[0].address == "mailto:j%2Bo%3Fx@example.org"
    assert [(lead.name, lead.named) for lead in found["camhs"].leads] == [("Wren Example", False)]
    assert found["early-help"].leads == ()
    assert found["early-help"].last_involved == "unknown"


def test_what_was_agreed_says_whether_it_has_happened() -> None:
    view = panel_view(
        panel(
            event("panel.action_agreed", "2026-03-03", action_id="A1", due_on="2026-05-01", event_id="a"),
            event("panel.action_agreed", "2026-03-03", action_id="A2", due_on="2026-05-01", event_id="b"),
            event("panel.action_agreed", "2026-03-03", action_id="A3", due_on="2026-06-01", event_id="c"),
            event("panel.action_completed", "2026-05-03", action_id="A2", event_id="d"),
            event("panel.decided", "2026-03-03", funding={"education": 0.5, "health": 0.0, "care": 0.5}, event_id="f"),
        ),
        {"f": "#e1"},
        TODAY,
    )

    assert [action.happened for action in view.actions] == [
        "Not done, 24 days late",
        "Not due yet",
        "Done on 3 May 2026, 2 days late",
    ]
    assert (view.done, view.overdue) == (1, 1)
    assert view.decisions[0].funding == "education 50%, care 50%"


def test_shares_are_said_as_exactly_as_they_were_agreed_and_a_correction_with_its_day_in_london() -> None:
    thirds = {"education": 0.333, "health": 0.333, "care": 0.334}
    before = event(
        "panel.decided", "2025-06-01", recorded="2025-06-01T23:30:00+00:00", event_id="e", rationale="First."
    )
    after = event("panel.decided", "2025-06-01", recorded="2025-06-03", event_id="f", corrects="e", funding=thirds)
    view = panel_view(panel_as_json(panel_record([after], {after.key: [before]})), {}, TODAY)

    assert view.decisions[0].funding == "education 33.3%, health 33.3%, care 33.4%"
    assert [on for _, _, on in view.decisions[0].former] == ["2025-06-02"]
