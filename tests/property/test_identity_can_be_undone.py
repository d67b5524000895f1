"""Invariant 6: a merge that is taken back, whatever came meanwhile, leaves exactly what would have been."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from send_integration.evaluate import as_json, evaluate
from send_integration.steps.catalogue import load_rules
from tests.builders import NOW, sent
from tests.property.strategies import DAY_ONE, PEOPLE, lines

RULES = load_rules()
MERGE = sent(
    "identity.decided",
    "2024-02-01",
    event_id="merge",
    source="urn:send:review",
    pairs=[
        {
            "one": {"source": "urn:send:one", "local_id": PEOPLE[0]["local_id"]},
            "other": {"source": "urn:send:one", "local_id": person["local_id"]},
            "same": True,
        }
        for person in PEOPLE[1:]
    ],
)
SPLIT = sent("identity.withdrawn", "2024-02-09", event_id="split", source="urn:send:review", retracts="merge")


def children(history: list[bytes]) -> object:
    return as_json(evaluate(history, RULES, as_of=DAY_ONE + timedelta(180), not_after=NOW), RULES)["children"]


@given(lines(size=10), st.data())
def test_merge_any_events_split_is_never_having_merged(history: list[bytes], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations([*history, MERGE, SPLIT]))

    assert children(mixed) == children(history)


def test_a_merge_makes_two_children_one() -> None:
    history = [
        sent("camhs.referred", "2024-01-01", event_id=f"e{n}", source="urn:send:one", person=dict(person))
        for n, person in enumerate((PEOPLE[0], PEOPLE[3]))
    ]
    two, one = children(history), children([*history, MERGE])

    assert isinstance(two, list)
    assert isinstance(one, list)
    assert (len(two), len(one)) == (2, 1)
