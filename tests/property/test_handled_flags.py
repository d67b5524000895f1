"""Invariants 1 and 3 with what people say of flags: any order and repeats give the same flags, handled alike."""

from datetime import timedelta

from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.evaluate import evaluate
from send_integration.rules.flags import Flag, changes, flag_as_json, flag_from_json, reworded
from send_integration.rules.model import RuleBook
from send_integration.rules.read import read_rules
from send_integration.steps.catalogue import catalogue, load_rules
from tests.builders import NOW, sent
from tests.property.strategies import DAY_ONE, EDGES, PEOPLE, lines

RULES = load_rules()
OWN_RULES = """
[authority]
name = "luton"
version = 1
[exclusion-risk]
sessions = 9
fires = [{ on = "2025-04-10", events = [
  "2025-01-06 school.sen_support_started need_types='[\\"SEMH\\"]'",
  "2025-03-03 school.suspended sessions=9 reason=disruption",
] }]
quiet = [{ on = "2025-04-10", events = ["2025-03-03 school.suspended sessions=2 reason=disruption"] }]
"""
CHANGED = read_rules(catalogue(), {"luton.toml": OWN_RULES})
ANNA = dict(PEOPLE[0])
BEGAN = [
    sent("school.sen_support_started", DAY_ONE.isoformat(), event_id="b1", source="urn:send:one", person=ANNA),
    sent("school.suspended", DAY_ONE.isoformat(), event_id="b2", source="urn:send:one", person=ANNA),
    sent("school.suspended", (DAY_ONE + timedelta(1)).isoformat(), event_id="b3", source="urn:send:one", person=ANNA),
    sent("ehcp.requested", DAY_ONE.isoformat(), event_id="b4", source="urn:send:one", person=ANNA, request_id="R0"),
]
"""What raises two flags in every history; more comes by chance."""


def flags_of(history: list[bytes], after: int, rules: RuleBook = RULES) -> list[Flag]:
    answer = evaluate(history, rules, as_of=DAY_ONE + timedelta(after), not_after=NOW)
    return [flag for child in answer.children for flag in child.flags]


@st.composite
def handled_lines(draw: st.DrawFn) -> tuple[list[bytes], int]:
    """A history, a day, and what people said of its flags until then: some of it taken back, some at one moment."""
    history = BEGAN + draw(lines(people=1, size=6, decisions_of_people=False))
    after = draw(st.sampled_from(EDGES))
    raised = sorted({flag.flag_id for day in (after, 42, 43) for flag in flags_of(history, day)}) or ["f0"]
    said: list[bytes] = []
    for number in range(draw(st.integers(1, 6))):
        what = draw(st.sampled_from(("acknowledged", "dismissed")))
        day = (DAY_ONE + timedelta(draw(st.sampled_from((after - 1, after, after, after, after + 1))))).isoformat()
        fields = {
            "flag_id": draw(st.sampled_from(raised)),
            "level": draw(st.sampled_from((None, None, "watch", "high"))),
        }
        if number and draw(st.integers(0, 2)) == 0:
            fields[draw(st.sampled_from(("retracts", "corrects")))] = f"said{draw(st.integers(0, number - 1))}"
        said.append(
            sent(f"panel.flag_{what}", day, event_id=f"said{number}", source="urn:send:one", person=ANNA, **fields)
        )
    return history + said, after


@settings(max_examples=200)
@given(handled_lines(), st.data())
def test_any_order_and_repeats_give_the_same_handled_flags(drawn: tuple[list[bytes], int], data: st.DataObject) -> None:
    history, after = drawn
    repeats = data.draw(st.lists(st.sampled_from(history), max_size=4))
    shuffled = data.draw(st.permutations(history + repeats))
    expected = flags_of(history, after)
    note(f"handled: {sum(flag.handled is not None for flag in expected)}")

    assert flags_of(shuffled, after) == expected
    assert [flag_from_json(flag_as_json(flag)) for flag in expected] == expected


@settings(max_examples=100)
@given(handled_lines(), st.sampled_from(EDGES), st.sampled_from(EDGES))
def test_a_flags_history_ends_with_how_it_stands_and_begins_with_its_being_raised(
    drawn: tuple[list[bytes], int], step: int, changed_on: int
) -> None:
    """Whatever days a child is judged on, and by whichever version of the rules, each flag is raised once before anything else becomes of it, and once more only
    after it was cleared; what the changes and rewordings carry last is the flag as it stands."""
    history, after = drawn
    stands: dict[str, Flag] = {}
    last_word: dict[str, str] = {}
    for day in sorted({0, step, after // 2, after, after + 1}):
        now = flags_of(history, day, CHANGED if changed_on <= day else RULES)
        kept = dict(stands)
        for change in changes(stands, now):
            word, flag = change.change, change.flag
            assert (last_word.get(flag.flag_id, "cleared") == "cleared") == (word == "raised")
            last_word[flag.flag_id] = word
            kept[flag.flag_id] = flag
            if word == "cleared":
                del kept[flag.flag_id]
        kept.update({flag.flag_id: flag for flag in reworded(stands, now)})
        stands = {flag.flag_id: flag for flag in now}
        assert kept == stands
