"""Invariant 7: every flag names its rule and version, its evidence, the arithmetic of its date, and its source."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.evaluate import evaluate
from send_integration.rules.flags import flag_as_json, flag_from_json
from send_integration.steps.catalogue import load_rules
from tests.builders import NOW
from tests.property.strategies import DAY_ONE, EDGES, lines

RULES = load_rules()


@settings(max_examples=200)
@given(lines(), st.sampled_from(EDGES))
def test_every_flag_explains_itself(history: list[bytes], after: int) -> None:
    for child in evaluate(history, RULES, as_of=DAY_ONE + timedelta(after), not_after=NOW).children:
        known = {event.key for event in child.timeline.events}
        for flag in child.flags:
            assert flag.rule in RULES.rules
            assert flag.version == RULES[flag.rule].version
            assert flag.reason
            assert flag.next_step
            assert flag.citation
            assert flag.arithmetic
            assert set(flag.evidence) <= known
            assert flag.evidence
            assert flag_from_json(flag_as_json(flag)) == flag
        assert len({flag.flag_id for flag in child.flags}) == len(child.flags)
