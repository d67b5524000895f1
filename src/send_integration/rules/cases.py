"""A rule's own cases, written beside it: short histories for which it must raise a flag, and others for which it must not.

Whoever changes a rule shows by them what they mean; they are tried whenever the rule is read.
"""

import json
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from send_integration.contracts.event import ChildId, Event, Rejected
from send_integration.contracts.registry import parse
from send_integration.rules.engine import assess
from send_integration.rules.flags import flags_of
from send_integration.rules.model import FIRES, QUIET, Rule, RuleBook
from send_integration.timeline.fold import standing, timeline_of

BORN_ON = "2012-03-04"
"""Of the child of a case that does not say when they were born: 14 in 2026."""

_AFTER_EVERYTHING = datetime(2100, 1, 1, tzinfo=UTC)


def cases_fault(value: object) -> str:
    """What is wrong with how a list of cases is written; '' where nothing is."""
    for case in value if isinstance(value, list) else [None]:
        if not isinstance(case, dict) or not {"on", "events"} <= case.keys() <= {"on", "events", "born"}:
            return "must list tables with 'on', 'events' and, where it matters, 'born'"
        try:
            history_of(case)
            date.fromisoformat(case["on"])
        except (TypeError, ValueError, AttributeError) as fault:
            return f"has a case that cannot be read: {fault}"
    return ""


def faults_of_cases(rule: Rule) -> Iterator[tuple[str, str]]:
    """The parameter and a sentence for each case whose answer is not as the rule says."""
    for name in (FIRES, QUIET):
        written = rule.parameters.get(name, ())
        for number, case in enumerate(written if isinstance(written, list | tuple) else (), start=1):
            if _raises_a_flag(rule, case) != (name == FIRES):
                yield (
                    name,
                    f"is wrong in case {number}: the rule raises {'no' if name == FIRES else 'a'} flag on {case['on']}",
                )


def history_of(case: Mapping[str, Any]) -> list[Event]:
    """The events of a case, each written as 'DAY NAME FIELD=VALUE ...'. Raises ValueError saying which is none, and why."""
    return [_event(line, number, case.get("born", BORN_ON)) for number, line in enumerate(case["events"], start=1)]


def _raises_a_flag(rule: Rule, case: Mapping[str, Any]) -> bool:
    as_of = date.fromisoformat(case["on"])
    events = [event for event in standing(history_of(case)) if event.on <= as_of]
    if not events:
        return False
    book = RuleBook({rule.id: rule})
    found = assess(book, timeline_of(events), as_of)
    return bool(flags_of(ChildId("case"), found.milestones, found.risks, book))


def _event(line: str, number: int, born_on: str) -> Event:
    day, what, *fields = shlex.split(line)
    feed, _, word = what.replace("ndd.", "ndd-triage.").partition(".")
    name = f"send.{feed}.{word}.v1"
    data: dict[str, Any] = dict(_value(field) for field in fields)
    person = {"local_id": "1", "given_name": "Case", "family_name": "Example", "date_of_birth": born_on}
    body = {
        "specversion": "1.0",
        "id": data.pop("id", f"case-{number}"),
        "source": f"urn:send:{feed}",
        "type": name,
        "subject": "local:1",
        "time": f"{day}T12:00:00Z",
        "recordedtime": f"{day}T12:00:00Z",
        "dataschema": f"schemas/{name}.json",
        "data": {"person": person, **data},
    }
    found = parse(json.dumps(body).encode(), not_after=_AFTER_EVERYTHING)
    if isinstance(found, Rejected):
        why = "; ".join(f"{found_reason.field} {found_reason.message}" for found_reason in found.reasons)
        message = f"event {number} ({day} {what}): {why}"
        raise ValueError(message)  # noqa: TRY004 - what is written is wrong, not its type
    return found


def _value(field: str) -> tuple[str, Any]:
    """A field and its value: JSON where it is, such as true, 3 or ["SEMH"], else text."""
    name, _, written = field.partition("=")
    try:
        value = json.loads(written)
    except ValueError:
        return name, written
    # An identifier made of digits is text to its source.
    return name, written if name == "urn" or name.endswith("_id") else value
