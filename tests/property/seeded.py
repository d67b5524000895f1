"""Strategies: histories that complete some rule's pattern, for they are grown from the rules' own cases."""

import json
import re
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from send_integration.contracts.event import Event
from send_integration.rules.cases import BORN_ON, FIRES, QUIET, history_of
from send_integration.rules.model import RuleBook
from send_integration.timeline.fold import standing
from tests.builders import WORKER

SHIFTS = (-366, -365, -181, -121, -91, -90, -43, -31, -7, -1, 0, 1, 7, 28, 30, 31, 90, 91, 120, 121, 181, 365, 366)
"""By how many days what is added is moved: as far as the rules' windows reach, and a day to either side."""
LATER = (0, 0, 0, 1, 7, 30, 60, 91, 121, 181)
"""How long after the day of a rule's own case the answer is asked for."""
WORKERS = (("assigned", "ehc-coordinator"), ("unassigned", "ehc-coordinator"), ("assigned", "senco"))
ADDED = (
    "people.moved_away",
    "people.died",
    "school.left",
    "school.returned_to_education",
    "transition.plan_started",
    "early-help.plan_agreed assessment_id=E1",
    "camhs.care_coordinator_assigned referral_id=C1",
    *(f"workers.{word} role_for_child={role} worker='{json.dumps(WORKER)}'" for word, role in WORKERS),
)
"""What no rule's case holds, and changes what they find."""
ENDED = (
    (
        "camhs.referred referral_id=C8 priority=routine primary_reason=other",
        "camhs.discharged referral_id=C8 reason=other",
    ),
    (
        "ndd.referred referral_id=N8 suspected=adhd referrer_service=gp",
        "ndd.assessment_started referral_id=N8",
        "ndd.closed referral_id=N8 reason=x",
    ),
    (
        "referrals.received referral_id=F8 from_service=gp to_service=salt urgency=routine need_types=[]",
        "referrals.withdrawn referral_id=F8 by=family",
    ),
    (
        "early-help.assessment_started assessment_id=E8",
        "early-help.lead_practitioner_assigned assessment_id=E8",
        "early-help.closed assessment_id=E8 outcome=other",
    ),
    ("support.requested support_id=S8 kind=respite", "support.refused support_id=S8 kind=respite reason=x"),
    (
        "ehcp.finalised request_id=R8 plan_id=P8 placement_type=special",
        "ehcp.ceased plan_id=P8 reason=x",
    ),
    ("ehcp.requested request_id=R7 by=parent", "ehcp.request_withdrawn request_id=R7"),
    tuple(
        f"workers.{word} role_for_child=lead-practitioner worker='{json.dumps(WORKER)}'"
        for word in ("assigned", "unassigned")
    ),
)
"""Cases that came and went: what a flag finds in their place rests on their end."""


class Grown(NamedTuple):
    """A child's standing events, some of them later than the day on which to ask."""

    events: tuple[Event, ...]
    as_of: date


def cases_of(rules: RuleBook, name: str = FIRES) -> list[tuple[str, dict[str, Any]]]:
    """The cases of all rules that bring some, each with its rule's id."""
    found = []
    for rule in rules.rules.values():
        cases = rule.parameters.get(name, ())
        found += [(rule.id, case) for case in cases] if isinstance(cases, list | tuple) else []
    return found


def figures(chance: Random, ends_on: date) -> list[str]:
    """Up to thirty weeks or half terms of attendance, quiet and troubled times in turn, with gaps and some told twice."""
    length = chance.choice((7, 7, 14, 42))
    first = ends_on - timedelta(length * chance.randint(3, 30))
    trouble = chance.random() < 0.5
    lines = []
    while first < ends_on:
        trouble ^= chance.random() < 0.25
        last = first + timedelta(length - 1 - chance.choice((0, 0, 2)))
        possible = chance.choice((0, 8, 10, 10, 10))
        missed = min(possible, chance.choice((1, 2, 5, 6, 10) if trouble else (0, 0, 1)))
        day = last + timedelta(chance.choice((0, 0, 0, 3, 40)))
        lines.append(
            f"{day} school.attendance from_on={first} to_on={last} sessions_possible={possible} "
            f"sessions_authorised_absence={missed} sessions_unauthorised_absence=0"
        )
        first += timedelta(length * chance.choice((1, 1, 1, 1, 1, 2, 9)))
        if chance.random() < 0.05:
            lines.append(lines[-1])
    return lines


def written(chance: Random, rules: RuleBook, case: dict[str, Any], most_added: int) -> list[str]:
    """The lines of a case with others around them; and of attendance, where the case has some or by chance."""
    others = [line for _, other in (*cases_of(rules), *cases_of(rules, QUIET)) for line in other["events"]]
    lines = list(case["events"])
    days = [line.partition(" ")[0] for line in lines]
    for _ in range(chance.randint(0, most_added)):
        if chance.random() < 0.25:
            line = f"{chance.choice(days)} {chance.choice(ADDED)}"
        elif chance.random() < 0.3:
            line = chance.choice(lines)
        else:
            line = chance.choice(others)
            line = moved(line, (date.fromisoformat(chance.choice(days)) - date.fromisoformat(line[:10])).days)
        lines.append(moved(line, chance.choice(SHIFTS)))
    if chance.random() < 0.6:
        day = date.fromisoformat(chance.choice(days)) + timedelta(chance.choice((-31, -7, 1, 7, 31)))
        for line in chance.choice(ENDED):
            lines.append(f"{day} {line}")
            day += timedelta(chance.choice((0, 1, 7, 28)))
    if chance.random() < (0.5 if "school.attendance" in " ".join(lines) else 0.05):
        lines += figures(chance, date.fromisoformat(case["on"]))
    return lines


@st.composite
def grown(draw: st.DrawFn, rules: RuleBook, most_added: int = 10) -> Grown:
    """A rule's own case, with parts of other cases and what ends or follows things around it; one child's, good events.

    True chance draws them, for Hypothesis favours short lists of first choices, and few of those complete a pattern.
    """
    _, case = draw(st.sampled_from(cases_of(rules)))
    chance = draw(st.randoms(use_true_random=True))
    lines = written(chance, rules, case, most_added)
    numbered = [f"{line} id=e{number}" for number, line in enumerate(lines)]
    history = history_of({"events": numbered, "born": case.get("born", BORN_ON)})
    return Grown(standing(history), date.fromisoformat(case["on"]) + timedelta(chance.choice(LATER)))


def moved(line: str, days: int) -> str:
    """A line of a case with every day in it moved."""
    return re.sub(r"\d{4}-\d{2}-\d{2}", lambda day: (date.fromisoformat(day[0]) + timedelta(days)).isoformat(), line)
