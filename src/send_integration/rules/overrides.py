"""What an authority changes in a file of its own: how long and how strongly, never the law or the pattern."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from send_integration.rules.model import FIRES_AND_QUIET
from send_integration.rules.written import Fault, Written

AUTHORITY = "authority"
"""The table with which an authority's own file begins: whose it is, and which version of it."""


@dataclass(slots=True)
class Entry:
    """A rule as it is written, before it is checked. `homes` are the files of the fields that are not in `home`."""

    rule_id: str
    home: Written
    values: dict[str, Any]
    suffix: str = ""
    homes: dict[str, Written] = field(default_factory=dict)

    def fault(self, name: str, words: str) -> Fault:
        """A fault at the place where the field is written."""
        return self.homes.get(name, self.home).fault(self.rule_id, name, words)


def authority_of(own: Written) -> tuple[str, list[Fault]]:
    """What an authority's file adds to the version of a rule that it changes: '+luton.3'; or what is wrong with that."""
    table = own.tables.get(AUTHORITY)
    if not isinstance(table, dict):
        return "", [Fault(own.file, 1, "", "", "has no table [authority] that gives the authority's name and version")]
    name, version = table.get("name"), table.get("version")
    faults = [
        own.fault(AUTHORITY, unknown, "").with_words(f"field '{unknown}' of [authority] is not known")
        for unknown in table.keys() - {"name", "version"}
    ]
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        words = "field 'name' of [authority] must be text of small letters, digits and hyphens, such as \"luton\""
        faults.append(own.fault(AUTHORITY, "name", "").with_words(words))
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        words = "field 'version' of [authority] must be a whole number above 0; count it up with each change"
        faults.append(own.fault(AUTHORITY, "version", "").with_words(words))
    return f"+{name}.{version}", faults


def override(entries: Mapping[str, Entry], own: Written, may_be_changed: frozenset[str]) -> Iterator[Fault]:
    """Change the catalogue's entries by an authority's file; gives what is wrong with it."""
    suffix, faults = authority_of(own)
    yield from faults
    for rule_id, given in own.tables.items():
        if rule_id == AUTHORITY:
            continue
        if not isinstance(given, dict):
            yield own.fault(rule_id, "", "stands outside any rule")
        elif rule_id not in entries:
            yield own.fault(rule_id, "", "is no rule of the catalogue")
        else:
            yield from _change(entries[rule_id], given, own, suffix, may_be_changed)


def _change(
    entry: Entry, given: Mapping[str, Any], own: Written, suffix: str, may_be_changed: frozenset[str]
) -> Iterator[Fault]:
    changed = {
        name
        for name, value in given.items()
        if name not in FIRES_AND_QUIET and entry.values.get(name, name == "on") != value
    }
    for name in given:
        words = _refusal(entry, name, given[name], may_be_changed)
        if words:
            yield own.fault(entry.rule_id, name, words)
    if changed and given.get("on", True) is True:
        for name in FIRES_AND_QUIET:
            if name not in given:
                yield own.fault(entry.rule_id, name, "is missing: whoever changes a rule shows by cases what they mean")
    entry.values.update(given)
    entry.homes.update(dict.fromkeys(given, own))
    entry.suffix = suffix if changed else ""


def _refusal(entry: Entry, name: str, value: object, may_be_changed: frozenset[str]) -> str:
    """Why an authority may not give this field of this rule; '' where it may."""
    if name not in may_be_changed:
        return "may not be changed by an authority"
    if name == "cases" and name in entry.values and _wheres(value) != _wheres(entry.values[name]):
        return "must keep each 'where', and change only periods"
    if name == "warn":
        return "" if entry.values.get("kind") == "milestone" else "is no field of a risk: nothing is due"
    if name in ("on", *FIRES_AND_QUIET) or name in entry.values:
        return ""
    return "is nothing that this rule counts by"


def _wheres(cases: object) -> list[object]:
    """What the cases of a rule with several periods are told apart by, in their order."""
    told = cases if isinstance(cases, list) else []
    return [(case.get("where"), case.get("while_open")) if isinstance(case, dict) else case for case in told]
