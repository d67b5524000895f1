"""Each act of the panel through the real gate and timeline: it lands in the child's record, and nobody's word is lost."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from send_integration.errors import BadInput
from send_integration.steps import panel_acts
from send_integration.steps.panel_acts import Moved
from send_integration.steps.panel_drafts import ActionDraft, Conclusion, DecisionDraft, Funding, ListingDraft
from send_integration.store.panel import words_under_way
from send_integration.store.sessions import Session
from tests.integration.steps.panel_room import (
    CHAIR,
    MEMBER,
    NOW,
    REFER,
    SHARED,
    TODAY,
    child,
    conclude,
    decide,
    decision_seen,
    panel,
    room,
    seen,
    voice,
    without_where,
)
from tests.integration.steps.pipe import Pipe


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    return room(engine)


def list_it(pipe: Pipe, on: date = TODAY) -> str:
    listing = ListingDraft(on, "several services", "Wren Example", "public-task")
    return panel_acts.list_child(pipe.engine, child(pipe), CHAIR, listing, NOW)


RING = ActionDraft("Wren Example", "ring the school", date(2025, 5, 1), TODAY)
WHOLE = Conclusion(SHARED, ("Wren Example", "the chair"), "The school is worried.", (RING,))
"""All of a child's turn: who was there, what was discussed, the decision and an action."""


def of_a_day(conclusion: Conclusion, day: date) -> Conclusion:
    """The same at another meeting."""
    actions = tuple(replace(action, meeting_on=day) for action in conclusion.actions)
    return replace(conclusion, decision=replace(conclusion.decision, meeting_on=day), actions=actions)


ACTS: dict[str, tuple[Callable[[Pipe], str], str, dict[str, Any]]] = {
    "a listing": (
        list_it,
        "listings",
        {
            "meeting_on": "2025-04-10", "reason": "several services", "presenter": "Wren Example",
            "basis": "public-task",
        },
    ),
    "a decision": (
        decide,
        "decisions",
        {
            "meeting_on": "2025-04-10", "decision": "joint-funding", "rationale": "Each has a part in it.",
            "review_on": "2025-07-03", "funding": {"education": 0.5, "health": 0.3, "care": 0.2},
            "voice_followed": "partly", "basis": "consent", "former": [],
        },
    ),
    "a voice": (voice, "voices", {"of": "child", "text": "I like maths", "how": "in person"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_under_way_at_once_and_in_the_record_once_the_timeline_has_it(pipe: Pipe, name: str) -> None:
    act, where, said = ACTS[name]
    before = panel(pipe)
    event_id = act(pipe)

    (word,) = words_under_way(pipe.engine, [child(pipe)])[child(pipe)]
    assert (word.event_id, word.said_by, word.refused) == (event_id, "chair", False)
    assert panel(pipe) == before

    pipe.settle()
    assert words_under_way(pipe.engine, [child(pipe)]) == {}
    assert without_where(panel(pipe)[where]) == [said]
    assert [(item["event_id"], item["on"]) for item in panel(pipe)[where]] == [(event_id, "2025-04-10")]
    assert pipe.ask("SELECT body FROM panel_word") == [(None,)], "its text is kept on the timeline alone"
    assert pipe.ask("SELECT count(*) FROM audit WHERE allowed AND why LIKE :why", why=f"%{event_id}") == [(1,)]
    assert pipe.ask("SELECT * FROM remark") == [], "the panel's own suite has nothing to say of it"


def test_all_of_a_childs_turn_lands_in_the_record_together(pipe: Pipe) -> None:
    conclude(pipe, WHOLE)
    words = words_under_way(pipe.engine, [child(pipe)])[child(pipe)]
    assert {word.what for word in words} == {"discussed", "decided", "action_agreed"}
    pipe.settle()

    record = panel(pipe)
    assert without_where(record["discussions"]) == [
        {"meeting_on": "2025-04-10", "attendees": ["Wren Example", "the chair"], "note": "The school is worried."}
    ]
    assert [item["decision"] for item in record["decisions"]] == ["joint-funding"]
    assert [(item["owner"], item["due_on"]) for item in record["actions"]] == [("Wren Example", "2025-05-01")]
    assert pipe.ask("SELECT * FROM remark") == []


def test_an_action_is_agreed_and_completed_once(pipe: Pipe) -> None:
    conclude(pipe, of_a_day(WHOLE, date(2025, 4, 3)))
    pipe.settle()
    (open_action,) = panel(pipe)["actions"]
    event_id = open_action["event_id"]
    assert (open_action["agreed_on"], open_action["meeting_on"], open_action["completed_on"]) == (
        "2025-04-03", "2025-04-03", None,
    )  # fmt: skip

    panel_acts.complete_action(pipe.engine, child(pipe), CHAIR, event_id, NOW)
    with pytest.raises(BadInput, match="done already"):
        panel_acts.complete_action(pipe.engine, child(pipe), CHAIR, event_id, NOW)
    pipe.settle()

    assert [item["completed_on"] for item in panel(pipe)["actions"]] == ["2025-04-10"]
    with pytest.raises(BadInput, match="done already"):
        panel_acts.complete_action(pipe.engine, child(pipe), CHAIR, event_id, NOW)


def test_a_child_is_taken_off_an_agenda_and_may_be_listed_again(pipe: Pipe) -> None:
    event_id = list_it(pipe)
    with pytest.raises(BadInput, match="already"):
        list_it(pipe)
    pipe.settle()
    assert pipe.ask("SELECT child_id, event_id, meeting_on FROM panel_listing") == [(child(pipe), event_id, TODAY)]
    with pytest.raises(BadInput, match="already"):
        list_it(pipe)

    panel_acts.take_off(pipe.engine, child(pipe), CHAIR, event_id, NOW)
    with pytest.raises(BadInput, match="already"):
        panel_acts.take_off(pipe.engine, child(pipe), CHAIR, event_id, NOW)
    (word,) = words_under_way(pipe.engine, [child(pipe)])[child(pipe)]
    assert (word.what, word.body["retracts"]) == ("taken_off", event_id)

    again = list_it(pipe)
    pipe.settle()
    assert pipe.ask("SELECT event_id FROM panel_listing") == [(again,)]
    assert [item["event_id"] for item in panel(pipe)["listings"]] == [again]


def test_a_corrected_decision_says_what_it_said_before(pipe: Pipe) -> None:
    first = decide(pipe)
    pipe.settle()
    second = conclude(pipe, Conclusion(REFER, corrects=first))
    pipe.settle()

    (decision,) = panel(pipe)["decisions"]
    assert (decision["event_id"], decision["decision"]) == (second, "refer")
    assert [(old["event_id"], old["rationale"]) for old in decision["former"]] == [(first, "Each has a part in it.")]
    assert decision_seen(pipe.engine, first) is not None


def test_what_was_said_at_a_meeting_that_is_past_happened_on_its_day(pipe: Pipe) -> None:
    past = date(2025, 4, 3)
    decide(pipe, DecisionDraft(past, "refer", "The paediatrician is asked."))
    pipe.settle()

    (decision,) = panel(pipe)["decisions"]
    assert (decision["on"], decision["recorded_at"][:10]) == ("2025-04-03", "2025-04-10")


WRONG: dict[str, Callable[[Pipe], object]] = {
    "a meeting that is over": lambda pipe: list_it(pipe, date(2025, 4, 9)),
    "a meeting to come": lambda pipe: decide(pipe, DecisionDraft(date(2025, 4, 11), "refer", "As said.")),
    "no rationale": lambda pipe: decide(pipe, DecisionDraft(TODAY, "refer", " \n")),
    "a decision that is none": lambda pipe: decide(pipe, DecisionDraft(TODAY, "perhaps", "As said.")),
    "a review before the meeting": lambda pipe: decide(pipe, DecisionDraft(TODAY, "refer", "So.", date(2025, 4, 9))),
    "shares that do not sum": lambda pipe: decide(
        pipe, DecisionDraft(TODAY, "joint-funding", "So.", None, Funding(0.5, 0.3, 0.3))
    ),
    "joint funding by one": lambda pipe: decide(
        pipe, DecisionDraft(TODAY, "joint-funding", "So.", None, Funding(1, 0, 0))
    ),
    "funding though closed": lambda pipe: decide(
        pipe, DecisionDraft(TODAY, "close", "So.", None, Funding(0.5, 0.5, 0))
    ),
    "an NHS number in a text": lambda pipe: voice(pipe, "my number is 999 000 0018"),
    "a control character": lambda pipe: voice(pipe, "I like \u202emaths"),
    "a text that never ends": lambda pipe: voice(pipe, "x" * 20_001),
    "an action that was due before": lambda pipe: conclude(
        pipe, replace(WHOLE, actions=(replace(RING, due_on=date(2025, 4, 9)),))
    ),
    "somebody there without a name": lambda pipe: conclude(pipe, replace(WHOLE, attendees=("Wren", " "))),
    "an action without an owner": lambda pipe: conclude(pipe, replace(WHOLE, actions=(replace(RING, owner=" "),))),
    "a child who is none": lambda pipe: panel_acts.conclude(pipe.engine, "c0", CHAIR, WHOLE, seen(pipe), NOW),
    "taking off what is no listing": lambda pipe: panel_acts.take_off(pipe.engine, child(pipe), CHAIR, "a", NOW),
    "another child's listing": lambda pipe: panel_acts.take_off(pipe.engine, child(pipe, "Tom"), CHAIR, "a", NOW),
    "a voice of tomorrow": lambda pipe: voice(pipe, on=date(2025, 4, 11)),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_gate_would_refuse_is_refused_here_and_leaves_no_trace(pipe: Pipe, name: str) -> None:
    with pytest.raises(BadInput):
        WRONG[name](pipe)

    assert pipe.ask("SELECT * FROM panel_word") == []
    assert pipe.ask("SELECT * FROM outbox WHERE topic <> 'send.audit'") == []
    assert pipe.ask("SELECT * FROM audit") == []


def test_of_two_who_decide_at_once_the_second_is_told_and_nothing_is_lost(pipe: Pipe) -> None:
    both = seen(pipe)
    first = decide(pipe, SHARED, CHAIR, both)

    with pytest.raises(Moved) as told:
        decide(pipe, REFER, MEMBER, both)
    assert [word["event_id"] for word in told.value.changes.words] == [first]

    pipe.settle()
    with pytest.raises(Moved) as told:
        decide(pipe, REFER, MEMBER, both)
    assert [found["event_id"] for found in told.value.changes.decisions] == [first]

    second = decide(pipe, REFER, MEMBER)
    pipe.settle()
    assert {item["event_id"] for item in panel(pipe)["decisions"]} == {first, second}


def test_of_many_at_the_very_same_moment_one_decides(pipe: Pipe) -> None:
    both = seen(pipe)
    members = [Session(f"member-{number}", "panel-member", "") for number in range(6)]

    def attempt(by: Session) -> str:
        try:
            return decide(pipe, REFER, by, both)
        except Moved:
            return "moved"

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(attempt, members))
    pipe.settle()

    assert said.count("moved") == 5
    assert len(panel(pipe)["decisions"]) == 1


def test_what_one_said_oneself_and_what_others_do_elsewhere_do_not_stop_a_decision(pipe: Pipe) -> None:
    before = seen(pipe)
    decide(pipe, REFER, CHAIR, before)
    voice(pipe)
    pipe.settle()
    conclude(pipe, of_a_day(WHOLE, date(2025, 4, 3)), MEMBER)

    assert decide(pipe, SHARED, CHAIR, before)


@pytest.mark.parametrize("act", [decide, voice])
def test_a_form_that_is_sent_twice_says_it_once(pipe: Pipe, act: Callable[[Pipe], str]) -> None:
    assert act(pipe) == act(pipe)
    assert len(words_under_way(pipe.engine, [child(pipe)])[child(pipe)]) == 1


@pytest.mark.parametrize("settled", [False, True])
def test_a_conclusion_that_is_sent_again_adds_what_is_new_and_repeats_nothing(pipe: Pipe, settled: bool) -> None:
    """A browser sends it again, or its sender goes back and adds an action: whether the timeline has the first or not."""
    before = seen(pipe)
    more = replace(WHOLE, actions=(RING, replace(RING, what="ask the clinic")))
    first = conclude(pipe, WHOLE, before=before)
    if settled:
        pipe.settle()

    assert conclude(pipe, WHOLE, before=before) == first
    assert conclude(pipe, more, before=before) == first
    pipe.settle()

    record = panel(pipe)
    assert [len(record[name]) for name in ("discussions", "decisions")] == [1, 1]
    assert sorted(item["what"] for item in record["actions"]) == ["ask the clinic", "ring the school"]


def test_a_correction_that_is_sent_again_once_the_timeline_has_it_says_it_once(pipe: Pipe) -> None:
    first = decide(pipe)
    pipe.settle()
    before = seen(pipe)
    second = conclude(pipe, Conclusion(REFER, corrects=first), before=before)
    pipe.settle()

    assert conclude(pipe, Conclusion(REFER, corrects=first), before=before) == second
    assert decide(pipe, REFER, MEMBER) != second, "what another said before is another's"


def test_two_who_correct_one_decision_do_not_overwrite_each_other(pipe: Pipe) -> None:
    first = decide(pipe)
    pipe.settle()
    both = seen(pipe)
    conclude(pipe, Conclusion(REFER, corrects=first), before=both)
    again = DecisionDraft(TODAY, "close", "All is done.")

    for _ in range(2):
        with pytest.raises(Moved):
            conclude(pipe, Conclusion(again, corrects=first), MEMBER, both)
        pipe.settle()


def test_a_child_of_whom_nothing_stands_any_more_is_forgotten_here_as_well(pipe: Pipe) -> None:
    list_it(pipe)
    decide(pipe)
    voice(pipe)
    pipe.settle()
    rows = pipe.ask("SELECT body FROM event WHERE child_id = :child", child=child(pipe))
    gone = child(pipe)
    for (body,) in rows:
        said = json.loads(bytes(body))
        said["data"]["retracts"] = said["id"]
        said["data"].pop("corrects", None)
        said["id"] += "-r"
        pipe.send(said["type"].split(".")[1], json.dumps(said).encode())
    pipe.settle()

    assert pipe.ask("SELECT given_name FROM child") == [("Tom",)]
    for table in ("panel_listing", "panel_word", "panel_sight", "decision_seen"):
        assert pipe.ask(f"SELECT * FROM {table} WHERE child_id = :child", child=gone) == [], table


def test_a_word_that_the_gate_refuses_says_so_and_does_not_vanish(pipe: Pipe) -> None:
    voice(pipe)
    with pipe.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE outbox SET value = convert_to(replace(convert_from(value, 'UTF8'), '\"of\": \"child\"', '\"of\": \"dog\"'), 'UTF8')"
        )
    pipe.settle()

    (word,) = words_under_way(pipe.engine, [child(pipe)])[child(pipe)]
    assert word.refused
