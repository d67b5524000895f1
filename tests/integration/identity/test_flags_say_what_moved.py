"""A flag that records of another child made or cleared says so; one that ordinary events changed does not."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from send_integration.contracts.event import ChildId, Event, EventKey
from send_integration.contracts.registry import read
from send_integration.evaluate import answer_child
from send_integration.rules.flags import Flag
from send_integration.steps import deciding
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer
from send_integration.store.flags import open_flags_of
from send_integration.store.sessions import Session
from send_integration.timeline.fold import standing
from tests.builders import ANNA_KOWALSKA as ANNA
from tests.builders import NOW, sent
from tests.builders import TOM_BRIGHT as TOM
from tests.integration.identity.test_undo_leaves_no_trace import decide, drain_some, feed_of
from tests.integration.steps.pipe import Pipe, empty
from tests.property.strategies import DAY_ONE, lines

RULES = load_rules()
TODAY = date(2025, 9, 1)
REVIEWER = Reviewer(Session("steward-1", "data-steward", ""), NOW, "seen on two birth certificates")
REQUESTED = sent("ehcp.requested", "2025-05-05", event_id="asked", source="council", person=ANNA)
DECIDED = sent("ehcp.decided_to_assess", "2025-06-02", event_id="decided", source="clinic", person=TOM)


def changes(pipe: Pipe) -> list[tuple[Any, ...]]:
    """Every change of a flag: rule, change, child, because."""
    return list(pipe.ask("SELECT content ->> 'rule', change, child_id, because FROM flag_change ORDER BY id"))


def child_of(pipe: Pipe, event_id: str) -> str:
    return str(pipe.ask("SELECT child_id FROM event WHERE event_id = :id", id=event_id)[0][0])


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    """Anna was asked for an assessment, and was not answered within six weeks; Tom's agency decided on a request."""
    made = Pipe(engine, RULES, TODAY)
    made.send("ehcp", REQUESTED)
    made.send("ehcp", DECIDED)
    made.settle()
    return made


def test_a_flag_that_anothers_record_clears_says_who_was_joined(pipe: Pipe) -> None:
    anna, tom = child_of(pipe, "asked"), child_of(pipe, "decided")
    before = len(changes(pipe))
    assert ("ehc-decide-to-assess", "raised", anna, "") in changes(pipe)

    deciding.merge_children(pipe.engine, anna, tom, REVIEWER)
    pipe.settle()

    assert child_of(pipe, "asked") == child_of(pipe, "decided") == anna  # hers was recorded first
    assert [row for row in changes(pipe)[before:] if row[0] == "ehc-decide-to-assess"] == [
        ("ehc-decide-to-assess", "cleared", anna, f"Records of child {tom} were joined with this child's.")
    ]


def test_what_is_taken_back_says_to_whom_it_went_on_the_topic_and_on_the_page(pipe: Pipe) -> None:
    anna, tom = child_of(pipe, "asked"), child_of(pipe, "decided")
    decision = deciding.merge_children(pipe.engine, anna, tom, REVIEWER)
    pipe.settle()

    deciding.withdraw(pipe.engine, decision, REVIEWER)
    pipe.settle()

    words = f"Records were taken from this child and given to child {tom}."
    assert changes(pipe)[-1] == ("ehc-decide-to-assess", "raised", anna, words) or (
        ("ehc-decide-to-assess", "raised", anna, words) in changes(pipe)
    )
    (flag,) = [f for f in open_flags_of(pipe.engine, anna) if f["rule"] == "ehc-decide-to-assess"]
    assert flag["because"] == words


def test_a_flag_whose_record_is_held_says_so(engine: Engine) -> None:
    """The clinic's child was one with the council's, until another agency's record led elsewhere as well."""
    number = {"nhs_number": "9990000018", "postcode": "LU1 1AA"}
    upn = {"upn": "T821000000001"}
    pipe = Pipe(engine, RULES, TODAY)
    pipe.send("people", sent("people.registered", "2025-05-01", source="council", person={"local_id": "1", **number}))
    pipe.send("ehcp", sent("ehcp.requested", "2025-05-05", source="clinic", person={"local_id": "3", **number, **upn}))
    pipe.settle()

    other = {"local_id": "2", "nhs_number": None, "family_name": "Miah", "postcode": "LU4 9ZZ", **upn}
    pipe.send("people", sent("people.registered", "2025-05-02", source="other", person=other))
    pipe.settle()

    words = "Records were taken from this child until a person decides whose they are."
    assert {row[3] for row in changes(pipe) if row[1] == "cleared"} == {words}


def test_what_comes_with_the_moves_and_would_have_come_anyway_says_nothing_of_them(pipe: Pipe) -> None:
    anna, tom = child_of(pipe, "asked"), child_of(pipe, "decided")
    before = len(changes(pipe))
    deciding.merge_children(pipe.engine, anna, tom, REVIEWER)
    pipe.send("ndd-triage", sent("ndd.referred", "2025-05-12", event_id="ndd", source="council", person=ANNA))
    pipe.relay()
    pipe.drain_gate(["identity", "ndd-triage"])

    pipe.drain_timeline()

    told = {(rule, change): because for rule, change, _, because in changes(pipe)[before:]}
    assert told["ehc-decide-to-assess", "cleared"] == f"Records of child {tom} were joined with this child's."
    ordinary = {key: because for key, because in told.items() if key[0].startswith("ndd")}
    assert ordinary
    assert set(ordinary.values()) == {""}


def test_a_later_ordinary_change_of_a_flag_says_nothing_of_what_moved_before(pipe: Pipe) -> None:
    anna, tom = child_of(pipe, "asked"), child_of(pipe, "decided")
    decision = deciding.merge_children(pipe.engine, anna, tom, REVIEWER)
    pipe.settle()
    deciding.withdraw(pipe.engine, decision, REVIEWER)
    pipe.settle()

    answer = sent("ehcp.decided_to_assess", "2025-08-29", event_id="late", source="council", person=ANNA)
    pipe.send("ehcp", answer)
    pipe.settle()

    assert [row for row in changes(pipe) if row[0] == "ehc-decide-to-assess"][-1] == (
        "ehc-decide-to-assess",
        "cleared",
        anna,
        "",
    )


def kept(pipe: Pipe) -> dict[EventKey, tuple[str, bytes]]:
    """Child and body of every event that the timeline keeps."""
    rows = pipe.ask("SELECT source, event_id, child_id, body FROM event")
    return {EventKey(row[0], row[1]): (row[2], bytes(row[3])) for row in rows}


def flags_of_all(rows: dict[EventKey, tuple[str, bytes]], today: date) -> dict[str, Flag]:
    """Every flag that there is where these events are these children's, judged from all of them."""
    events: dict[str, list[Event]] = {}
    for event in standing(read(body) for child, body in rows.values() if child):
        events.setdefault(rows[event.key][0], []).append(event)
    answers = [answer_child(ChildId(child), own, RULES, today) for child, own in events.items()]
    return {flag.flag_id: flag for answer in answers if answer for flag in answer.flags}


class Watched:
    """Keeps timelines, and after each batch compares what is said of its changes with the whole database judged twice."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._keeper = pipe.keeper
        self.owed = 0

    def keep(self, batch: Any, today: date, now: Any) -> None:
        before = kept(self._pipe)
        last = self._pipe.ask("SELECT coalesce(max(id), 0) FROM flag_change")[0][0]
        self._keeper.keep(batch, today, now)
        after = kept(self._pipe)
        replaced = {
            EventKey(*row)
            for row in self._pipe.ask(
                "SELECT source, event_id FROM event JOIN admitted USING (source, event_id)"
                " WHERE child_id = '' AND body_hash <> sha256(body)"
            )
        }
        moved = {
            key: child
            for key, (child, body) in before.items()
            if after[key] != (child, body) and after[key][1] == body and key not in replaced
        }
        unmoved = {key: (moved.get(key, child), body) for key, (child, body) in after.items()}
        touched = {child for key, child in moved.items()} | {after[key][0] for key in moved}
        now_flags, otherwise = flags_of_all(after, today), flags_of_all(unmoved, today)
        for flag_id, child, because in self._pipe.ask(
            "SELECT flag_id, child_id, because FROM flag_change WHERE id > :last", last=last
        ):
            owed = child in touched and now_flags.get(flag_id) != otherwise.get(flag_id)
            assert bool(because) == owed, because
            self.owed += owed


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines(size=12, decisions_of_people=False), st.data())
def test_a_change_says_what_moved_exactly_where_it_would_not_be_without_the_moves(
    engine: Engine, history: list[bytes], data: st.DataObject
) -> None:
    empty(engine)
    pipe = Pipe(engine, RULES, DAY_ONE + timedelta(121))
    watched = Watched(pipe)
    pipe.keepers = [watched]  # type: ignore[list-item]
    for raw in data.draw(st.permutations(history)):
        pipe.send(feed_of(raw), raw)
        if data.draw(st.integers(0, 3)) == 0:
            drain_some(pipe, data)
            decide(pipe, data)
    pipe.settle()
    pipe.settle()
