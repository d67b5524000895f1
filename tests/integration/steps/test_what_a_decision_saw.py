"""What was seen when a decision was taken: kept, told with what has changed since, and nothing of it that is another child's now."""

from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import Engine

from send_integration.steps import deciding, panel_acts
from send_integration.steps.deciding import Reviewer
from send_integration.steps.panel_drafts import Conclusion, VoiceDraft
from send_integration.store.panel import (
    DecisionSeen,
    child_of_decision,
    seen_of,
    show_for_deciding,
    shown_before,
)
from send_integration.store.sessions import Session
from send_integration.timeline.seen import Changes, Entry
from send_integration.web.since import LastTime, since_seen
from tests.builders import ANNA_KOWALSKA, TOM_BRIGHT, sent
from tests.integration.steps.meeting import meet
from tests.integration.steps.panel_room import (
    CHAIR,
    NOW,
    REFER,
    TODAY,
    child,
    conclude,
    decide,
    decision_seen,
    panel,
    room,
    seen,
)
from tests.integration.steps.pipe import Pipe


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    return room(engine)


def changes(pipe: Pipe, kept: DecisionSeen, event_id: str) -> Changes:
    """What a page says has changed since a decision."""
    present = seen_of(pipe.engine, [kept.child_id])
    return since_seen(LastTime(TODAY, (event_id,)), kept.whole, present[kept.child_id]).changes


def test_what_was_seen_is_kept_and_later_says_what_has_changed(pipe: Pipe) -> None:
    before = seen(pipe)
    event_id = decide(pipe, before=before)
    pipe.send("camhs", sent("camhs.triaged", "2025-04-09", event_id="b", source="urn:send:clinic", person=ANNA_KOWALSKA,
                            outcome="accepted"))  # fmt: skip
    pipe.send("camhs", sent("camhs.referred", "2025-03-03", event_id="r", source="urn:send:clinic", retracts="a",
                            person=ANNA_KOWALSKA))  # fmt: skip
    pipe.settle()

    kept = decision_seen(pipe.engine, event_id)
    assert kept is not None
    assert (kept.child_id, kept.seen, kept.left_out) == (child(pipe), before, 0)
    since = changes(pipe, kept, event_id)
    assert {"CAMHS: triaged, accepted"} == {entry.title for entry in since.came}, "and not the decision itself"
    assert since.gone == (Entry("2025-03-03", "CAMHS: referred, routine"),)
    assert since.decisions == since.words == ()


def test_a_form_is_known_by_its_mark_for_two_days(pipe: Pipe) -> None:
    before = seen(pipe)

    assert shown_before(pipe.engine, child(pipe), before.mark) == before
    assert shown_before(pipe.engine, child(pipe, "Tom"), before.mark) is None
    assert seen_of(pipe.engine, [child(pipe)])
    show_for_deciding(pipe.engine, child(pipe, "Tom"), datetime(2025, 4, 13, tzinfo=UTC))
    assert shown_before(pipe.engine, child(pipe), before.mark) is None


def test_who_waits_to_show_a_child_holds_no_other_childs_old_form(pipe: Pipe) -> None:
    """Whoever forgets both children could wait for the other's in a ring."""
    seen(pipe)
    seen(pipe, "Tom")
    show = partial(show_for_deciding, pipe.engine, child(pipe, "Tom"), datetime(2025, 4, 13, tzinfo=UTC))
    form = "SELECT FROM panel_sight WHERE child_id = '{}' FOR UPDATE"
    is_free = partial(pipe.ask, f"{form.format(child(pipe))} NOWAIT")

    meet(pipe.engine, form.format(child(pipe, "Tom")), [show], is_free)

    assert pipe.ask("SELECT child_id FROM panel_sight") == [(child(pipe, "Tom"),)]


def merge(pipe: Pipe) -> str:
    reviewer = Reviewer(Session("steward", "data-steward", ""), NOW, "one birth certificate")
    merged = deciding.merge_children(pipe.engine, child(pipe), child(pipe, "Tom"), reviewer)
    pipe.settle()
    return merged


def test_a_decision_on_two_who_were_one_shows_nothing_of_the_other_once_they_are_two_again(pipe: Pipe) -> None:
    said = VoiceDraft("child", "Tom's own words", "in person", TODAY)
    tom_says = panel_acts.record_voice(pipe.engine, child(pipe, "Tom"), CHAIR, said, NOW)
    pipe.settle()
    merged = merge(pipe)
    ((one,),) = pipe.ask("SELECT child_id FROM child")
    before = show_for_deciding(pipe.engine, one, NOW)
    assert before is not None
    event_id = panel_acts.conclude(pipe.engine, one, CHAIR, Conclusion(REFER), before, NOW)
    pipe.settle()
    deciding.withdraw(
        pipe.engine, merged, Reviewer(Session("steward", "data-steward", ""), NOW, "they were two certificates")
    )
    pipe.settle()

    whose = child_of_decision(pipe.engine, event_id)
    kept = decision_seen(pipe.engine, event_id)
    assert kept is not None
    assert kept.child_id == whose
    others = {"Anna": child(pipe, "Tom"), "Tom": child(pipe)}
    other = next(found for found in others.values() if found != whose)
    theirs = {row[0] for row in pipe.ask("SELECT event_id FROM event WHERE child_id = :child", child=other)}
    shown = {entry["event_id"] for entry in kept.seen.answer["timeline"]}
    assert shown
    assert not shown & theirs
    assert kept.left_out == len(theirs)
    assert [entry.title for entry in changes(pipe, kept, event_id).gone] == [None] * len(theirs)
    if tom_says in theirs:
        assert "Tom's own words" not in str(kept)


def test_a_decision_is_found_whichever_child_has_it_after_a_merge(pipe: Pipe) -> None:
    events = {name: conclude(pipe, Conclusion(REFER), name=name) for name in ("Anna", "Tom")}
    pipe.settle()
    merge(pipe)
    ((one,),) = pipe.ask("SELECT child_id FROM child")

    assert {child_of_decision(pipe.engine, event_id) for event_id in events.values()} == {one}
    assert all(decision_seen(pipe.engine, event_id) for event_id in events.values())


def test_what_a_correction_replaced_is_not_told_where_it_was_another_childs(pipe: Pipe) -> None:
    about = {"source": "urn:send:clinic"}
    pipe.send(
        "panel", sent("panel.decided", "2025-04-01", event_id="d", person=ANNA_KOWALSKA, rationale="of Anna", **about)
    )
    tom = {**TOM_BRIGHT, "local_id": "22"}
    pipe.send("camhs", sent("camhs.referred", "2025-03-03", event_id="x", person=tom, **about))
    pipe.send(
        "panel",
        sent("panel.decided", "2025-04-02", event_id="e", person=tom, corrects="d", rationale="of Tom", **about),
    )
    pipe.settle()

    rows = pipe.ask('SELECT panel FROM child WHERE panel @> \'{"decisions": [{"rationale": "of Tom"}]}\'')
    ((record,),) = rows
    assert [decision["former"] for decision in record["decisions"]] == [[]]
    assert panel(pipe)["decisions"] == []
