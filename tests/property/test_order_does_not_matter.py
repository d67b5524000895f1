"""Invariants 1 and 3: any order, repeat or batching of the same lines gives the same children, byte for byte."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.evaluate import as_json, evaluate, to_bytes
from send_integration.steps.catalogue import load_rules
from tests.builders import NOW
from tests.property.strategies import DAY_ONE, EDGES, lines

RULES = load_rules()


def children(history: list[bytes], after: int) -> bytes:
    answer = evaluate(history, RULES, as_of=DAY_ONE + timedelta(after), not_after=NOW)
    return to_bytes({"children": as_json(answer, RULES)["children"]})


@settings(max_examples=200)
@given(lines(), st.data())
def test_any_order_and_repeats_give_the_same_children(history: list[bytes], data: st.DataObject) -> None:
    after = data.draw(st.sampled_from(EDGES))
    repeats = data.draw(st.lists(st.sampled_from(history))) if history else []
    shuffled = data.draw(st.permutations(history + repeats))

    assert children(shuffled, after) == children(history, after)


@given(lines(), st.data())
def test_every_line_is_accounted_for(history: list[bytes], data: st.DataObject) -> None:
    bad = data.draw(st.lists(st.binary(min_size=1, max_size=20).filter(lambda raw: raw.strip(b" \t\r\n"))))
    mixed = data.draw(st.permutations(history + bad))

    answer = evaluate(mixed, RULES, as_of=DAY_ONE, not_after=NOW)

    assert answer.accepted + answer.duplicates + len(answer.quarantined) == len(mixed)
