"""What differs between two sets of rules: what an authority changed of the catalogue, or would change of what is in force."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from send_integration.rules.model import FIRES_AND_QUIET, Rule, RuleBook


class Difference(NamedTuple):
    """A field of a rule that is other after than before, as texts; field 'on' says that the rule is in force."""

    rule: str
    field: str
    before: str
    after: str


def differences(before: RuleBook, after: RuleBook) -> list[Difference]:
    """Every difference that can change a flag or what it says, by rule and field; not the cases, nor the version."""
    found: list[Difference] = []
    for rule_id in sorted(before.rules.keys() | after.rules.keys()):
        old, new = before.rules.get(rule_id), after.rules.get(rule_id)
        if old is None or new is None:
            found.append(Difference(rule_id, "on", _text(old is not None), _text(new is not None)))
        else:
            found += _of_fields(old, new)
    return found


def said_by(rule: Rule) -> dict[str, Any]:
    """Every field of a rule that counts or says something."""
    common = {name: getattr(rule, name) for name in ("shape", "basis", "citation", "why", "next_step", "role")}
    return common | {name: value for name, value in rule.parameters.items() if name not in (*FIRES_AND_QUIET, "on")}


def _of_fields(old: Rule, new: Rule) -> Iterator[Difference]:
    was, now = said_by(old), said_by(new)
    for field in sorted(was.keys() | now.keys()):
        if was.get(field) != now.get(field):
            yield Difference(old.id, field, _text(was.get(field)), _text(now.get(field)))


def _text(value: object) -> str:
    """A value as people read it; '' where there is none."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(_text, value))
        case _:
            return str(value)
