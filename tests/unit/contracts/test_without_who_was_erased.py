"""An event without somebody who was erased says the same of everybody else, and bytes are known that speak of them."""

import json

import pytest

from send_integration.contracts.erasing import ERASED, is_told_of, others_in, speaks_of, without
from send_integration.contracts.registry import read
from send_integration.timeline.relations import relations_of
from tests.builders import event, sent

BROTHER = ("r", "L2")


def test_a_relation_names_the_child_and_the_other() -> None:
    said = event("people.related", source="r")

    assert others_in(said) == {BROTHER}
    assert is_told_of(said) == {BROTHER, ("r", "L1")}
    assert others_in(event("people.related", source="r", other={"local_id": "9", "source": "s"})) == {("s", "9")}


def test_a_relation_without_the_other_is_none_and_stays_the_childs_event() -> None:
    said = event("people.related", source="r", since_on="2013-11-27")

    body = without(said.body, {BROTHER}, "here")

    assert body is not None
    left = read(body)
    assert (left.key, left.person, left.on, left.recorded_at) == (said.key, said.person, said.on, said.recorded_at)
    assert left.data == {"kind": "sibling", "other": {"local_id": ERASED}}, "since when could be a birthday"
    assert relations_of([left]) == ()


def test_whoever_is_not_named_changes_nothing() -> None:
    said = event("people.related", source="r")

    assert without(said.body, {("r", "L9"), ("s", "L2")}, "here") == said.body


def test_a_decision_keeps_the_pairs_of_others_and_is_nothing_without_any() -> None:
    def pair(one: str, other: str) -> dict[str, object]:
        return {"one": {"source": "s", "local_id": one}, "other": {"source": "s", "local_id": other}, "same": True}

    said = event("identity.decided", pairs=[pair("1", "2"), pair("3", "4")])

    assert others_in(said) == {("s", "1"), ("s", "2"), ("s", "3"), ("s", "4")}
    body = without(said.body, {("s", "2")}, "here")
    assert body is not None
    assert read(body).data["pairs"] == [pair("3", "4")]
    assert without(said.body, {("s", "2"), ("s", "3")}, "here") is None


@pytest.mark.parametrize(
    ("raw", "speaks"),
    [
        (sent("camhs.referred", source="r", person={"local_id": "L2"}), True),
        (sent("people.related", source="r"), True),
        (sent("people.related", source="r", other={"local_id": "L2", "source": "s"}), False),
        (sent("camhs.referred", source="s", person={"local_id": "L2"}), False),
        (sent("camhs.referred", source="r", person={"local_id": "L22"}), False),
        (sent("camhs.referred", source="r", person={"local_id": "L3", "nhs_number": "9990000026"}), False),
        (json.dumps({"source": "r", "note": "of 9990000026"}).encode(), True),
        (b'{"source": "r", "data": {"person": {"nhs_number": "9990000026"', True),
        (b"\xff\xfe", False),
    ],
)
def test_bytes_speak_of_somebody_by_local_id_or_where_there_is_none_by_number(raw: bytes, speaks: bool) -> None:
    assert speaks_of(raw, {BROTHER}, {"9990000026"}) is speaks
