"""What a rule waits for is said in plain words, whichever rule it is."""

import pytest

from send_integration.rules.model import Rule
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.titles import PATHWAY_NAMES, title_of_pattern

RULES = load_rules()


@pytest.mark.parametrize(
    ("pattern", "title"),
    [
        ("ehcp.decided_to_assess", "EHC plan: decided to assess"),
        ("ndd.triaged outcome=more-information", "NDD pathway: triaged, more information"),
        ("camhs.appointment attended=attended|late-but-seen", "CAMHS: appointment, attended or late but seen"),
        ("transition.destination_recorded destination!=unknown", "Transition: destination recorded, not unknown"),
        ("ehcp.review_meeting_held pfa_discussed=true", "EHC plan: review meeting held, pfa discussed"),
    ],
)
def test_an_event_that_has_not_come_has_a_title(pattern: str, title: str) -> None:
    assert title_of_pattern(pattern) == title


@pytest.mark.parametrize("rule", RULES.rules.values(), ids=lambda rule: rule.id)
def test_whatever_a_rule_waits_for_names_a_pathway(rule: Rule) -> None:
    for pattern in rule.texts("stop"):
        assert title_of_pattern(pattern).partition(":")[0] in PATHWAY_NAMES.values()
