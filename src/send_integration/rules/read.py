"""Reads rules from the text of TOML files, the catalogue's and an authority's own, and refuses what is wrong."""

import tomllib
from collections.abc import Mapping

from send_integration.errors import BadSetting
from send_integration.rules.cases import FIRES, QUIET, cases_fault, faults_of_cases
from send_integration.rules.engine import RISKS, SHAPES
from send_integration.rules.model import Level, Period, Rule, RuleBook

COMMON = ("kind", "version", "shape", "basis", "citation", "why", "next_step", "role")
LISTS = (
    "trigger",
    "stop",
    "not_needed",
    "exceptions",
    "pause_from",
    "pause_until",
    "while_open",
    "or_after",
    "terms_start",
)
TEXTS = ("subject", "stop_is_true")
NUMBERS = (
    "year_group", "age", "due_age", "or_end_of_year_group", "not_before_age", "days", "sessions", "episodes", "sectors",
    "months", "in_a_row", "across_pathways",
)  # fmt: skip
PERIODS = ("period", "warn")
MAY_BE_OVERRIDDEN = frozenset({"on", "level", FIRES, QUIET, *PERIODS, *NUMBERS})
"""What an authority may change in a file of its own: how long and how strongly, never the law or the pattern."""


def read_rules(catalogue: Mapping[str, str], own: Mapping[str, str] | None = None) -> RuleBook:
    """The rules of all catalogue files (name to text), changed by the authority's own files.

    Raises BadSetting naming file, rule and field.
    """
    entries: dict[str, tuple[str, dict[str, object]]] = {}
    for file, text in sorted(catalogue.items()):
        for rule_id, entry in _tables(file, text).items():
            if rule_id in entries:
                raise _bad(file, rule_id, "", "is already in another file")
            entries[rule_id] = (file, entry)
    for file, text in sorted((own or {}).items()):
        for rule_id, entry in _tables(file, text).items():
            if rule_id not in entries:
                raise _bad(file, rule_id, "", "is no rule of the catalogue")
            for name in entry.keys() - MAY_BE_OVERRIDDEN:
                raise _bad(file, rule_id, name, "may not be changed by an authority")
            entries[rule_id] = (file, {**entries[rule_id][1], **entry})
    rules = {
        rule_id: _rule(file, rule_id, entry)
        for rule_id, (file, entry) in sorted(entries.items())
        if entry.get("on", True)
    }
    return RuleBook(rules)


def _tables(file: str, text: str) -> dict[str, dict[str, object]]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadSetting(f"is no valid TOML: {fault}", where=file, next_step="Correct the file.") from fault
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise _bad(file, name, "", "stands outside any rule")
    return tables


def _rule(file: str, rule_id: str, entry: dict[str, object]) -> Rule:
    for name in COMMON:
        if name not in entry:
            raise _bad(file, rule_id, name, "is missing")
        if name != "version" and not isinstance(entry[name], str):
            raise _bad(file, rule_id, name, "must be text")
    if not isinstance(entry["version"], int):
        raise _bad(file, rule_id, "version", "must be a whole number")
    parameters = {name: value for name, value in entry.items() if name not in COMMON}
    for name, value in parameters.items():
        _check(file, rule_id, name, value)
    known = SHAPES if entry["kind"] == "milestone" else RISKS if entry["kind"] == "risk" else {}
    if entry["shape"] not in known:
        raise _bad(file, rule_id, "shape", "is no shape of that kind")
    if entry["kind"] == "risk" and "level" not in parameters:
        raise _bad(file, rule_id, "level", "is missing")
    area = file.rpartition("/")[2].removesuffix(".toml")
    common = {name: str(entry[name]) for name in COMMON if name != "version"}
    rule = Rule(id=rule_id, area=area, version=entry["version"], parameters=parameters, **common)
    for name, fault in faults_of_cases(rule):
        raise _bad(file, rule_id, name, fault)
    return rule


def _check(file: str, rule_id: str, name: str, value: object) -> None:
    """Refuse a parameter that no shape knows, or of the wrong kind."""
    fault = ""
    if name in LISTS:
        fault = "" if isinstance(value, list) and all(isinstance(item, str) for item in value) else "must list texts"
    elif name in NUMBERS:
        fault = (
            "" if isinstance(value, int) and not isinstance(value, bool) and value > 0 else "must be a number above 0"
        )
    elif name in PERIODS:
        fault = _period_fault(value)
    elif name == "level":
        fault = "" if value in set(Level) else f"must be one of {', '.join(Level)}"
    elif name in ("on", "with_plan"):
        fault = "" if isinstance(value, bool) else "must be true or false"
    elif name == "cases":
        fault = _cases_fault(value)
    elif name in (FIRES, QUIET):
        fault = cases_fault(value)
    elif name in TEXTS:
        fault = "" if isinstance(value, str) else "must be text"
    else:
        fault = "is no parameter of a rule"
    if fault:
        raise _bad(file, rule_id, name, fault)


def _period_fault(value: object) -> str:
    try:
        Period.of(str(value))
    except ValueError as fault:
        return f"must be a period: {fault}"
    return ""


def _cases_fault(value: object) -> str:
    for case in value if isinstance(value, list) else [None]:
        if not isinstance(case, dict) or set(case) != {"where", "period"} or not isinstance(case["where"], dict):
            return "must list tables with 'where' and 'period'"
        if _period_fault(case["period"]):
            return _period_fault(case["period"])
    return ""


def _bad(file: str, rule_id: str, name: str, fault: str) -> BadSetting:
    what = f"field '{name}' of rule '{rule_id}' {fault}" if name else f"rule '{rule_id}' {fault}"
    return BadSetting(what, where=file, next_step="Correct the file and start again.")
