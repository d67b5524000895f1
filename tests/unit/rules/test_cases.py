"""A rule is refused whose own cases do not come out as it says, or cannot be read."""

import pytest

from send_integration.errors import BadSetting
from send_integration.rules.read import read_rules

RULE = """
[answer]
kind = "milestone"
version = 1
shape = "answer-within"
basis = "L"
citation = "Ours"
why = "A family waits."
next_step = "Answer."
role = "ehc-coordinator"
trigger = ["ehcp.requested"]
subject = "request_id"
period = "6 weeks"
stop = ["ehcp.decided_to_assess"]
"""
ASKED = '"2025-03-03 ehcp.requested request_id=R1 by=parent"'


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        (f'fires = [{{ on = "2025-03-04", events = [{ASKED}] }}]', "field 'fires' of rule 'answer' is wrong in case 1"),
        (f'quiet = [{{ on = "2025-04-15", events = [{ASKED}] }}]', "field 'quiet' of rule 'answer' is wrong in case 1"),
        ('fires = [{ on = "2025-04-15" }]', "must list tables"),
        ('fires = [{ on = "2025-04-15", events = ["2025-03-03 ehcp.requested by=parent"] }]', "data.request_id"),
        ('fires = [{ on = "soon", events = [] }]', "cannot be read"),
    ],
)
def test_a_rule_is_refused_whose_cases_are_wrong(cases: str, said: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_rules({"own.toml": RULE + cases})

    assert said in str(refused.value)


def test_a_rule_is_taken_whose_cases_come_out() -> None:
    cases = f"""fires = [{{ on = "2025-04-15", events = [{ASKED}] }}]
quiet = [{{ on = "2025-03-04", events = [{ASKED}] }}, {{ on = "2025-04-15", events = [] }}]
"""

    assert "answer" in read_rules({"own.toml": RULE + cases}).rules
