"""The panel's record follows its events whatever their order, and loses no decision that was ever taken and not taken back."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hypothesis import event as noted
from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.contracts.event import Event, EventKey
from send_integration.timeline.fold import former_of, left_standing, standing, taken_back, unique
from send_integration.timeline.panel import DECIDED, panel_as_json, panel_record
from tests.builders import event
from tests.property.strategies import DAY_ONE

KINDS = (
    "panel.listed",
    "panel.discussed",
    "panel.decided",
    "panel.decided",
    "panel.decided",
    "panel.action_agreed",
    "panel.action_completed",
    "panel.voice_recorded",
    "camhs.referred",
    "referrals.received",
    "referrals.closed",
)
FIELDS: dict[str, dict[str, tuple[Any, ...]]] = {
    "panel.listed": {"meeting_on": ("2024-01-11", "2024-01-25"), "presenter": (None, "Wren")},
    "panel.decided": {
        "meeting_on": ("2024-01-11", "2024-01-25"),
        "review_on": (None, "2024-06-01"),
        "basis": (None, "consent"),
        "decision": ("refer", "close"),
        "funding": (None, {"education": 0.5, "health": 0.5, "care": 0.0}),
    },
    "panel.action_agreed": {"action_id": ("A1", "A2"), "due_on": ("2024-02-01", "2024-03-01")},
    "panel.action_completed": {"action_id": ("A1", "A2")},
    "panel.voice_recorded": {"of": ("child", "parent-carer")},
    "referrals.received": {"to_service": ("salt", "camhs"), "referral_id": ("F1", "F2")},
    "referrals.closed": {"referral_id": ("F1", "F2")},
}


SAYS = ("meeting_on", "decision", "rationale", "review_on", "funding", "basis")
"""Fields of a decision."""


@st.composite
def histories(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS, *, repeats: bool = True) -> list[Event]:
    """Events of one child of two sources; many correct or retract another, which may never have come."""
    made: list[Event] = []
    for number in range(draw(st.integers(1, 10))):
        kind = draw(st.sampled_from(kinds))
        happened = DAY_ONE + timedelta(draw(st.integers(0, 3)))
        fields = {name: draw(st.sampled_from(codes)) for name, codes in FIELDS.get(kind, {}).items()}
        naming = draw(st.sampled_from((None, None, "corrects", "corrects", "retracts")))
        event_id = f"e{number}"
        if repeats and number and draw(st.integers(0, 5)) == 0:
            event_id = f"e{draw(st.integers(0, number - 1))}"
        if naming:
            fields[naming] = draw(st.sampled_from([f"e{other}" for other in range(11) if f"e{other}" != event_id]))
        if kind == "panel.decided":
            fields["rationale"] = f"rationale {number}"
        made.append(
            event(
                kind,
                happened.isoformat(),
                event_id=event_id,
                source=draw(st.sampled_from(("urn:send:one", "urn:send:two"))),
                recorded=(happened + timedelta(draw(st.integers(0, 3)))).isoformat(),
                **fields,
            )
        )
    return made


def record(events: Iterable[Event]) -> dict[str, Any]:
    known = list(events)
    return panel_as_json(panel_record(left_standing(known), former_of(known)))


@settings(max_examples=150)
@given(histories(), st.data())
def test_any_order_and_any_repeats_give_the_same_bytes(history: list[Event], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(history)))
    shuffled = data.draw(st.permutations(history + repeats))

    assert json.dumps(record(shuffled)) == json.dumps(record(history))


@settings(max_examples=150)
@given(histories())
def test_the_record_says_what_stands_and_nothing_else(history: list[Event]) -> None:
    """Every standing event of the panel has its item, and no item speaks of any other."""
    found = record(history)
    names = {"panel.listed": "listings", "panel.discussed": "discussions", "panel.decided": "decisions",
             "panel.action_agreed": "actions", "panel.voice_recorded": "voices"}  # fmt: skip
    for what, name in names.items():
        assert {(item["source"], item["event_id"]) for item in found[name]} == {
            tuple(event.key) for event in standing(history) if event.what == what
        }


@settings(max_examples=250)
@given(histories(("panel.decided",)))
def test_every_decision_that_was_not_taken_back_is_there_standing_or_as_what_was_replaced(history: list[Event]) -> None:
    known = unique(history)
    back = taken_back(history)
    shown = [
        (EventKey(item["source"], event_id), item)
        for item in record(history)["decisions"]
        for event_id in (item["event_id"], *(old["event_id"] for old in item["former"]))
    ]
    corrected = sum(len(item["former"]) for _, item in shown)
    noted("with corrections" if corrected else "without")

    assert {key for key, _ in shown} == {key for key, found in known.items() if key not in back and not found.retracts}


@settings(max_examples=150)
@given(histories())
def test_what_a_decision_said_before_was_written_down_before_or_beside_it_and_never_by_another_source(
    history: list[Event],
) -> None:
    by_key = unique(history)
    for key, former in former_of(history).items():
        assert key not in {old.key for old in former}
        assert {old.source for old in former} <= {key.source}
        assert all(by_key[old.key] == old for old in former)
        assert list(former) == sorted(former, key=lambda old: (old.recorded_at, old.source, old.id))
    for item in record(history)["decisions"]:
        told = by_key[EventKey(item["source"], item["event_id"])]
        assert (told.what, told.text("rationale")) == (DECIDED, item["rationale"])
        for old in item["former"]:
            before = by_key[EventKey(item["source"], old["event_id"])]
            assert {name: before.data.get(name) for name in SAYS} == {name: old[name] for name in SAYS}
