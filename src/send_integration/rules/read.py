"""Reads rules from the text of TOML files, the catalogue's and an authority's own, and refuses what is wrong."""

import tomllib
from collections.abc import Callable, Mapping
from functools import partial

from send_integration.errors import BadSetting
from send_integration.rules.cases import FIRES, QUIET, cases_fault, faults_of_cases
from send_integration.rules.engine import SHAPES
from send_integration.rules.matters import MATTERS
from send_integration.rules.model import Level, Period, Rule, RuleBook
from send_integration.rules.risks.patterns import RISKS
from send_integration.when.school_days import holidays_of

COMMON = ("kind", "version", "shape", "basis", "citation", "why", "next_step", "role")
LISTS = (
    "trigger", "stop", "stop_after", "not_needed", "exceptions", "pause_from", "pause_until", "only_where", "counted_from",
    "due_field", "terms_start",
)  # fmt: skip
TEXTS = ("subject", "begins", "due", "stop_from")
NUMBERS = (
    "from_year_group", "or_end_of_year_group", "days", "sessions", "episodes", "sectors", "months", "in_a_row",
    "across_pathways", "weeks", "weeks_before", "settle_weeks", "stale_weeks", "percent", "percent_of_before", "stands_days",
    "school_days", "referrals", "services", "pathways", "schools", "months_to_step_up", "before_age", "from_age",
)  # fmt: skip
NUMBER_LISTS = ("year_groups",)
PERIODS = (
    "period", "warn", "due_before", "stop_since", "age", "due_age", "stop_from_age", "not_before_age", "until_age",
)  # fmt: skip
SWITCHES = ("on", "each", "stop_on_later_day", "in_that_year", "longer_with_plan")
TABLES: Mapping[str, type] = {"follows": str, "last_year_of": int}
"""Parameters that give something for each name, and what they give."""

MAY_BE_OVERRIDDEN = frozenset(
    {"on", "level", "cases", "school_holidays", "last_year_of", FIRES, QUIET, *PERIODS, *NUMBERS}
)
"""What an authority may change in a file of its own: how long, how strongly, by which term dates; never the law or the
pattern."""


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
    fault_of = _FAULTS.get(name)
    fault = fault_of(value) if fault_of else "is no parameter of a rule"
    if fault:
        raise _bad(file, rule_id, name, fault)


def _number_fault(value: object) -> str:
    return "" if type(value) is int and value > 0 else "must be a number above 0"


def _number_list_fault(value: object) -> str:
    return "" if isinstance(value, list) and all(type(item) is int for item in value) else "must list whole numbers"


def _level_fault(value: object) -> str:
    return "" if value in set(Level) else f"must be one of {', '.join(Level)}"


def _switch_fault(value: object) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _text_fault(value: object) -> str:
    return "" if isinstance(value, str) else "must be text"


def _list_fault(value: object) -> str:
    return "" if isinstance(value, list) and all(isinstance(item, str) for item in value) else "must list texts"


def _matters_fault(value: object) -> str:
    unknown = [item for item in value if item not in MATTERS] if isinstance(value, list) else [value]
    return f"names no matter: {', '.join(map(str, unknown))}" if unknown else ""


def _holidays_fault(value: object) -> str:
    try:
        holidays_of(value if isinstance(value, list) else [""])
    except (ValueError, AttributeError) as fault:
        return f"must list first and last days such as '2025-10-27/2025-10-31': {fault}"
    return ""


def _table_fault(gives: type, value: object) -> str:
    if isinstance(value, dict) and all(type(given) is gives for given in value.values()):
        return ""
    return f"must be a table of {'whole numbers' if gives is int else 'texts'}"


def _period_fault(value: object) -> str:
    try:
        Period.of(str(value))
    except ValueError as fault:
        return f"must be a period: {fault}"
    return ""


def _cases_fault(value: object) -> str:
    for case in value if isinstance(value, list) else [None]:
        if not isinstance(case, dict) or not {"period"} < case.keys() <= {"where", "while_open", "period"}:
            return "must list tables with 'period', and 'where' or 'while_open'"
        if not isinstance(case.get("where", {}), dict) or case.get("while_open", "plan") not in MATTERS:
            return "has a case whose 'where' is no table or whose 'while_open' names no matter"
        if _period_fault(case["period"]):
            return _period_fault(case["period"])
    return ""


_FAULTS: Mapping[str, Callable[[object], str]] = {
    **dict.fromkeys(LISTS, _list_fault),
    **dict.fromkeys(TEXTS, _text_fault),
    **dict.fromkeys(NUMBERS, _number_fault),
    **dict.fromkeys(NUMBER_LISTS, _number_list_fault),
    **dict.fromkeys(PERIODS, _period_fault),
    **dict.fromkeys(SWITCHES, _switch_fault),
    **{name: partial(_table_fault, gives) for name, gives in TABLES.items()},
    "while_open": _matters_fault,
    "school_holidays": _holidays_fault,
    "level": _level_fault,
    "cases": _cases_fault,
    FIRES: cases_fault,
    QUIET: cases_fault,
}
"""What is wrong with a parameter's value, for every parameter that there is."""


def _bad(file: str, rule_id: str, name: str, fault: str) -> BadSetting:
    what = f"field '{name}' of rule '{rule_id}' {fault}" if name else f"rule '{rule_id}' {fault}"
    return BadSetting(what, where=file, next_step="Correct the file and start again.")
