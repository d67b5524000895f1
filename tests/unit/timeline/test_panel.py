"""The panel's record of a child, and which services were heard of, from a handful of events."""

from datetime import date
from typing import Any

from send_integration.contracts.event import Event
from send_integration.timeline.fold import former_of, standing
from send_integration.timeline.involvement import involvements_of
from send_integration.timeline.panel import panel_as_json, panel_record
from tests.builders import WORKER, event

PANEL = "urn:send:panel"


def record(*events: Event) -> dict[str, Any]:
    return panel_as_json(panel_record(standing(events), former_of(events)))


def decided(event_id: str, rationale: str, on: str = "2025-04-01", **fields: Any) -> Event:
    return event("panel.decided", on, event_id=event_id, rationale=rationale, source=PANEL, **fields)


def test_of_nothing_there_is_an_empty_record() -> None:
    assert record() == {
        "listings": [], "discussions": [], "decisions": [], "actions": [], "voices": [], "services": [],
    }  # fmt: skip


def test_a_decision_says_all_that_the_panel_gave_and_what_it_did_not_give_is_null() -> None:
    shares = {"education": 0.5, "health": 0.5, "care": 0.0}
    full = decided("one", "as said", funding=shares, review_on="2025-06-01", voice_followed="no", basis="consent")
    bare = decided("two", "as said", on="2025-04-02")

    first, second = record(full, bare)["decisions"]
    assert first == {
        "event_id": "one", "source": PANEL, "on": "2025-04-01", "recorded_at": "2025-04-01T00:00:00.000000Z",
        "meeting_on": "2025-04-01", "decision": "refer", "rationale": "as said", "review_on": "2025-06-01",
        "funding": shares, "voice_followed": "no", "basis": "consent", "former": [],
    }  # fmt: skip
    assert {second[name] for name in ("review_on", "funding", "voice_followed", "basis")} == {None}


def test_what_corrections_replaced_is_told_the_oldest_first_and_what_was_taken_back_is_not() -> None:
    history = [
        decided("one", "first"),
        decided("two", "second", recorded="2025-04-02", corrects="one"),
        decided("three", "third", recorded="2025-04-03", corrects="two"),
        decided("rival", "not the last word", recorded="2025-04-02T09:00:00+00:00", corrects="one"),
        decided("wrong", "never said", recorded="2025-04-04", corrects="one"),
        decided("back", "", recorded="2025-04-05", retracts="wrong"),
    ]

    standing_now = record(*history)["decisions"]
    assert [(found["event_id"], [old["rationale"] for old in found["former"]]) for found in standing_now] == [
        ("three", ["first", "not the last word", "second"])
    ]


def test_an_action_is_done_where_its_own_source_says_so_and_on_the_first_day_it_does() -> None:
    agreed = [
        event("panel.action_agreed", event_id=f"{source}-{name}", source=source, action_id=name, due_on=due)
        for source, name, due in (("s", "A2", "2025-05-02"), ("s", "A1", "2025-05-01"), ("t", "A1", "2025-05-03"))
    ]
    done = [
        event("panel.action_completed", on, event_id=f"done-{on}", source="s", action_id="A1")
        for on in ("2025-04-20", "2025-04-10")
    ]

    assert [
        (found["event_id"], found["completed_on"], found["meeting_on"]) for found in record(*agreed, *done)["actions"]
    ] == [("s-A1", "2025-04-10", None), ("s-A2", None, None), ("t-A1", None, None)]


def test_the_newest_voice_comes_first_and_agendas_run_with_their_meetings() -> None:
    voices = [
        event("panel.voice_recorded", on, event_id=on, text=f"said on {on}") for on in ("2025-03-01", "2025-04-01")
    ]
    listings = [
        event("panel.listed", event_id=f"for-{meeting}", meeting_on=meeting, presenter=who)
        for meeting, who in (("2025-05-01", "Wren"), ("2025-04-01", None))
    ]

    found = record(*voices, *listings)
    assert [voice["text"] for voice in found["voices"]] == ["said on 2025-04-01", "said on 2025-03-01"]
    assert [(item["meeting_on"], item["presenter"]) for item in found["listings"]] == [
        ("2025-04-01", None), ("2025-05-01", "Wren"),
    ]  # fmt: skip


def test_a_service_says_who_last_acted_in_it_and_when_it_was_last_heard_of() -> None:
    events = [
        event("referrals.received", "2025-01-01", event_id="1", to_service="salt", source="s"),
        event("referrals.accepted", "2025-02-01", event_id="2", source="s", worker=WORKER),
        event("referrals.closed", "2025-03-01", event_id="3", source="s"),
        event("referrals.closed", "2025-03-02", event_id="4", source="other"),
        event("ndd.referred", "2025-01-05", event_id="5", referrer_service="school"),
        event("panel.listed", "2025-04-05", event_id="6", worker=WORKER),
        event("workers.assigned", "2025-04-06", event_id="7"),
        event("people.related", "2025-04-07", event_id="8"),
    ]

    found = {one.service: one for one in involvements_of(standing(events))}
    assert list(found) == ["ndd-pathway", "referrals", "salt"]
    salt = found["salt"]
    assert salt.worker is not None
    assert (salt.worker.name, salt.last_involved_on, salt.event_id) == ("Wren Example", date(2025, 3, 1), "3")
    assert (found["ndd-pathway"].worker, found["ndd-pathway"].sector) == (None, "health")
    assert found["referrals"].event_id == "4", "a referral of which nobody said where it went"
