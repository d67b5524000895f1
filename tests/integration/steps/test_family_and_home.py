"""Family and home on a real database: edges follow the children through merges, splits, corrections and moves."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from send_integration.evaluate import evaluate
from send_integration.steps import deciding
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer
from send_integration.store.children import find_child
from send_integration.store.families import MOST_LISTED, family_of
from send_integration.store.people import home_key
from send_integration.store.reviews import waiting_pairs
from send_integration.store.sessions import Session
from send_integration.timeline.family import Edge
from send_integration.timeline.relations import Relation, relations_of
from tests.builders import ANNA_KOWALSKA as ANNA
from tests.builders import NOW, sent
from tests.integration.steps.pipe import Pipe, empty
from tests.property.test_relations import related_lines, without_relation

RULES = load_rules()
TODAY = date(2025, 9, 1)
BEN = {**ANNA, "local_id": "2", "given_name": "Ben", "date_of_birth": "2016-01-02"}
ZOFIA = {**ANNA, "local_id": "Z", "given_name": "Zofia"}
HIGH_STREET = {"address": "1 High Street", "postcode": "LU1 1AA"}
LOW_STREET = {"address": "2 Low Street", "postcode": "LU2 2BB"}
REVIEWER = Reviewer(Session("steward-1", "data-steward", ""), NOW, "seen on two birth certificates")

Tell = Callable[..., None]


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    return Pipe(engine, RULES, TODAY)


@pytest.fixture
def tell(pipe: Pipe) -> Tell:
    """One event of feed people, carried through to the timeline."""
    count = 0

    def now(what: str, person: dict[str, Any], on: str, *, source: str = "register", **fields: Any) -> None:
        nonlocal count
        count += 1
        fields = {"event_id": f"p{count}", **fields}
        pipe.send("people", sent(f"people.{what}", on, person=person, source=source, **fields))
        settle(pipe)

    return now


def settle(pipe: Pipe) -> None:
    pipe.relay()
    pipe.drain_gate(["identity", "people"])
    pipe.drain_timeline()


def child(pipe: Pipe, local_id: str) -> str:
    found = find_child(pipe.engine, f"local:{local_id}", restricted=True)
    assert found
    return found


def edges(pipe: Pipe, local_id: str) -> tuple[Edge, ...]:
    return family_of(pipe.engine, child(pipe, local_id)).edges


def rows(pipe: Pipe) -> list[tuple[Any, ...]]:
    with pipe.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM relation ORDER BY 1, 2, 3"))]


def test_a_brother_is_seen_from_both_ends_and_ends_at_both(pipe: Pipe, tell: Tell) -> None:
    tell("registered", BEN, "2024-01-01")
    tell("related", ANNA, "2024-02-01", kind="step-sibling", other={"local_id": "2"}, since_on="2023-05-01")
    tell("related", ANNA, "2024-03-01", kind="step-sibling", other={"local_id": "2"}, until_on="2024-02-20")

    ended = (None, date(2023, 5, 1), date(2024, 2, 20), ("register",))
    assert edges(pipe, "1") == (Edge("step-sibling", child(pipe, "2"), *ended),)
    assert edges(pipe, "2") == (Edge("step-sibling", child(pipe, "1"), *ended),)


def test_an_end_that_is_retracted_and_a_relation_that_is_corrected_leave_what_stands(pipe: Pipe, tell: Tell) -> None:
    tell("related", ANNA, "2024-02-01", kind="carer", other={"local_id": "A7"}, event_id="a")
    tell("related", ANNA, "2024-03-01", kind="carer", other={"local_id": "A7"}, until_on="2024-02-20", event_id="b")
    tell("related", ANNA, "2024-03-02", kind="carer", other={"local_id": "A7"}, retracts="b")
    carer = Edge("carer", None, ("register", "A7"), None, None, ("register",))
    assert edges(pipe, "1") == (carer,)

    tell("related", ANNA, "2024-03-03", kind="carer", other={"local_id": "A8"}, corrects="a")
    assert edges(pipe, "1") == (carer._replace(reference=("register", "A8")),)


def test_a_brother_who_is_not_known_yet_is_linked_once_he_is(pipe: Pipe, tell: Tell) -> None:
    tell("related", ANNA, "2024-02-01", other={"local_id": "2"})
    assert edges(pipe, "1") == (Edge("sibling", None, ("register", "2"), None, None, ("register",)),)

    tell("registered", BEN, "2024-03-01")
    assert edges(pipe, "1") == (Edge("sibling", child(pipe, "2"), None, None, None, ("register",)),)


def test_a_reference_that_was_given_to_two_children_in_turn_leads_to_neither(pipe: Pipe, tell: Tell) -> None:
    tell("related", ANNA, "2024-02-01", other={"local_id": "2"})
    tell("registered", BEN, "2024-03-01")
    tell(
        "registered", {**BEN, "given_name": "Omar", "family_name": "Miah", "date_of_birth": "2009-11-12"}, "2024-04-01"
    )

    assert edges(pipe, "1") == (Edge("sibling", None, ("register", "2"), None, None, ("register",)),)


def test_edges_move_with_a_merge_and_its_withdrawal_gives_them_back_exactly(pipe: Pipe, tell: Tell) -> None:
    tell("registered", {**ANNA, **HIGH_STREET}, "2024-01-01")
    tell("registered", {**ZOFIA, **HIGH_STREET}, "2024-01-02", source="clinic")
    tell("registered", {**BEN, **HIGH_STREET}, "2024-01-03")
    tell("related", {**ANNA, **HIGH_STREET}, "2024-02-01", other={"local_id": "2"})
    tell("related", {**ZOFIA, **HIGH_STREET}, "2024-02-02", source="clinic", kind="carer", other={"local_id": "A7"})
    tell("related", {**BEN, **HIGH_STREET}, "2024-02-03", kind="carer", other={"local_id": "A7", "source": "clinic"})
    tell(
        "related", {**ANNA, **HIGH_STREET}, "2024-02-04", kind="household", other={"local_id": "Z", "source": "clinic"}
    )
    before = {local_id: edges(pipe, local_id) for local_id in ("1", "2", "Z")}, rows(pipe)
    (pair, *_), _ = waiting_pairs(pipe.engine, restricted=True, limit=10)

    decision = deciding.join_records(pipe.engine, pair.one.number, pair.other.number, REVIEWER)
    settle(pipe)
    merged, ben = child(pipe, "1"), child(pipe, "2")
    assert child(pipe, "Z") == merged
    assert [(edge.kind, edge.child_id) for edge in edges(pipe, "1")] == [
        ("sibling", ben),
        ("carer", None),
        ("same-carer", ben),
        ("household", merged),
        ("shared-home", ben),
    ]
    assert [(edge.kind, edge.child_id) for edge in edges(pipe, "2")] == [
        ("sibling", merged),
        ("carer", None),
        ("same-carer", merged),
        ("shared-home", merged),
    ]

    deciding.withdraw(pipe.engine, decision, REVIEWER)
    settle(pipe)

    assert ({local_id: edges(pipe, local_id) for local_id in ("1", "2", "Z")}, rows(pipe)) == before
    assert ("same-carer", child(pipe, "Z")) in [(edge.kind, edge.child_id) for edge in before[0]["2"]]


def test_a_shared_home_begins_when_both_are_said_to_live_there_and_ends_with_another_address(
    pipe: Pipe, tell: Tell
) -> None:
    tell("registered", {**ANNA, **HIGH_STREET}, "2024-01-01")
    tell("registered", {**BEN, "address": "1, HIGH STREET", "postcode": "LU1 1AA"}, "2024-03-01", source="school")
    tell("details_changed", {**BEN, **LOW_STREET}, "2024-05-01", source="school")
    tell("details_changed", {**BEN, **HIGH_STREET}, "2024-07-01", source="school")
    tell("details_changed", {**ANNA, "postcode": "LU1 1AA"}, "2024-08-01")

    ben = child(pipe, "2")
    assert edges(pipe, "1") == (
        Edge("shared-home", ben, None, date(2024, 7, 1), None, ("register", "school")),
        Edge("shared-home", ben, None, date(2024, 3, 1), date(2024, 5, 1), ("register", "school")),
    )


def test_one_postcode_or_one_address_alone_is_no_shared_home(pipe: Pipe, tell: Tell) -> None:
    tell("registered", {**ANNA, **HIGH_STREET}, "2024-01-01")
    tell("registered", {**BEN, "postcode": "LU1 1AA"}, "2024-03-01")
    tell("registered", {**ZOFIA, "address": "1 High Street", "postcode": "LU2 2BB"}, "2024-03-01", source="clinic")

    assert edges(pipe, "1") == ()


def test_an_address_that_was_taken_back_makes_no_shared_home(pipe: Pipe, tell: Tell) -> None:
    tell("registered", {**ANNA, **HIGH_STREET}, "2024-01-01")
    tell("registered", {**BEN, **HIGH_STREET}, "2024-03-01", source="school", event_id="wrong")
    tell("registered", {**BEN, **LOW_STREET}, "2024-03-02", source="school", event_id="right")
    assert [edge.kind for edge in edges(pipe, "1")] == ["shared-home"]

    tell("registered", {**BEN, **HIGH_STREET}, "2024-03-08", source="school", retracts="wrong")

    assert edges(pipe, "1") == ()


def test_a_record_that_gives_way_leaves_no_key_of_its_home(pipe: Pipe, tell: Tell) -> None:
    tell("registered", {**ANNA, **HIGH_STREET}, "2024-01-01", recorded="2024-01-05", event_id="a")
    tell("registered", {**ANNA, **LOW_STREET}, "2024-01-01", recorded="2024-01-04", event_id="a")

    homes = [home_key("lu11aa 1 high street"), home_key("lu22bb 2 low street")]
    with pipe.engine.connect() as connection:
        left = connection.execute(text("SELECT key FROM person_record_key WHERE key = ANY(:homes)"), {"homes": homes})
        kept = connection.execute(text("SELECT DISTINCT address FROM person_record"))
        assert (len(left.all()), len(kept.all())) == (1, 1)


def test_a_carer_and_an_address_of_very_many_children_name_none_of_them(pipe: Pipe, tell: Tell) -> None:
    for number in range(MOST_LISTED + 2):
        born = (date(2010, 1, 1) + timedelta(37 * number)).isoformat()
        person = {
            **ANNA,
            "local_id": f"n{number}",
            "given_name": "Abcdefghijklmnopqrstuvw"[number] * 4,
            "date_of_birth": born,
        }
        name = {"given_name": person["given_name"], "family_name": person["given_name"][::-1] + "son"}
        tell("related", {**person, **name, **HIGH_STREET}, "2024-01-01", kind="carer", other={"local_id": "A0"})

    family = family_of(pipe.engine, child(pipe, "n0"))
    assert [edge.kind for edge in family.edges] == ["carer"]
    assert family.crowded == ("same-carer", "shared-home")


def test_a_carer_of_many_children_of_whom_two_sources_say_so_names_them_all(pipe: Pipe, tell: Tell) -> None:
    for number in range(MOST_LISTED // 2 + 2):
        who = {**ANNA, "local_id": f"n{number}", "given_name": "Abcdefghijklmnopqrstuvw"[number] * 4,
               "date_of_birth": (date(2010, 1, 1) + timedelta(37 * number)).isoformat()}  # fmt: skip
        for told in ("2024-01-01", "2024-01-02"):
            until = {"until_on": "2023-12-31"} if told == "2024-01-01" else {"since_on": "2024-01-02"}
            tell("related", who, told, kind="carer", other={"local_id": "A0"}, **until)

    family = family_of(pipe.engine, child(pipe, "n0"))

    assert family.crowded == ()
    assert len({edge.child_id for edge in family.edges if edge.kind == "same-carer"}) == MOST_LISTED // 2 + 1


def test_a_child_whose_reference_very_many_name_lists_none_of_them(pipe: Pipe, tell: Tell) -> None:
    tell("registered", {**BEN, "local_id": "0"}, "2024-01-01")
    for number in range(MOST_LISTED + 1):
        who = {**ANNA, "local_id": f"n{number}", "given_name": "Abcdefghijklmnopqrstuvw"[number] * 4,
               "date_of_birth": (date(2010, 1, 1) + timedelta(37 * number)).isoformat()}  # fmt: skip
        tell("related", who, "2024-01-01", other={"local_id": "0"})

    family = family_of(pipe.engine, child(pipe, "0"))

    assert family == ((), ("sibling",))


def test_the_command_line_says_who_is_what_since_when_and_who_says_so(pipe: Pipe, tell: Tell, database: str) -> None:
    tell("registered", BEN, "2024-01-01")
    tell("related", ANNA, "2024-02-01", other={"local_id": "2"}, since_on="2016-01-02", until_on="2023-04-05")
    tell("related", ANNA, "2024-02-02", kind="carer", other={"local_id": "A7", "source": "clinic"})

    said = subprocess.run(
        [str(Path(sys.executable).parent / "send-integration"), "timeline", "local:1"],
        env={**os.environ, "SEND_KAFKA": "nobody:1", "SEND_DATABASE": database},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.splitlines()[-2:] == [
        "  Carer: known to clinic as A7, says register",
        f"  Brother or sister: {child(pipe, '2')}, since 2016-01-02, until 2023-04-05, says register",
    ]


def test_reading_child_events_again_changes_no_relation(pipe: Pipe, tell: Tell) -> None:
    tell("related", ANNA, "2024-02-01", other={"local_id": "2"})
    before = rows(pipe)

    pipe.keeper.sweep(date(2030, 1, 1), NOW, 10)

    assert rows(pipe) == before
    assert len(before) == 1


PAIRED = "SELECT a.digest, b.digest, p.why FROM {0} p JOIN person_record a ON a.id = p.one JOIN person_record b ON b.id = p.other"
DECIDED = (
    "SELECT digest, child_id, held_between FROM person_record",
    PAIRED.format("identity_link"),
    PAIRED.format("identity_review"),
)


def decided(pipe: Pipe) -> list[list[str]]:
    """Every record with its child, every join and every question."""
    with pipe.engine.connect() as connection:
        return [sorted(map(repr, map(tuple, connection.execute(text(query))))) for query in DECIDED]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(related_lines())
def test_whoever_is_named_as_family_the_gate_decides_alike(engine: Engine, related: list[bytes]) -> None:
    answers = []
    for told in (related, [without_relation(raw) for raw in related]):
        empty(engine)
        pipe = Pipe(engine, RULES, TODAY)
        for raw in told:
            pipe.send("people", raw)
        pipe.drain_gate(["people"])
        pipe.drain_timeline()
        answers.append(decided(pipe))

    assert answers[0] == answers[1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(related_lines(), st.data())
def test_any_order_and_batching_ends_with_the_relations_of_the_events_that_stand(
    engine: Engine, related: list[bytes], data: st.DataObject
) -> None:
    answer = evaluate(related, RULES, as_of=TODAY, not_after=NOW)
    expected = [(child.child_id, said) for child in answer.children for said in relations_of(child.timeline.events)]
    empty(engine)
    pipe = Pipe(engine, RULES, TODAY)

    for raw in data.draw(st.permutations(related)):
        pipe.send("people", raw)
        if data.draw(st.booleans()):
            settle(pipe)
    settle(pipe)

    with engine.connect() as connection:
        columns = ", ".join(Relation._fields)
        kept = connection.execute(text(f"SELECT child_id, {columns} FROM relation"))
        assert sorted((row[0], repr(Relation(*row[1:]))) for row in kept) == sorted(
            (child_id, repr(said)) for child_id, said in expected
        )
