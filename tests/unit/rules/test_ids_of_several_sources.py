"""Each source numbers its own events: that two of them give one id to different events of a child changes nothing."""

from dataclasses import replace

from send_integration.contracts.event import ChildId
from send_integration.evaluate import answer_child
from send_integration.rules.model import RuleBook
from send_integration.timeline.fold import standing
from tests.builders import has_person, sent
from tests.unit.rules.test_days_far_off import NAMES, NOW, taken_in

WHOLE_LIFE = [taken_in(sent(name, "2025-03-03", source=f"urn:send:{name}")) for name in NAMES if has_person(name)]


def test_a_child_all_of_whose_events_have_one_id_is_judged(rules: RuleBook) -> None:
    numbered = [replace(event, id="1") for event in WHOLE_LIFE]

    found = answer_child(ChildId("c1"), standing(numbered), rules, NOW.date())
    expected = answer_child(ChildId("c1"), standing(WHOLE_LIFE), rules, NOW.date())

    assert found
    assert expected
    assert [(m.milestone, m.status, m.due_on) for m in found.assessment.milestones] == [
        (m.milestone, m.status, m.due_on) for m in expected.assessment.milestones
    ]
    assert [(r.risk, r.level, r.raised_on) for r in found.assessment.risks] == [
        (r.risk, r.level, r.raised_on) for r in expected.assessment.risks
    ]
