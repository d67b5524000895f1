"""The parameters of rules: of which kind each is, which of them an authority may change, and what is wrong with a value."""

from collections.abc import Callable, Mapping
from functools import partial

from send_integration.rules.cases import cases_fault
from send_integration.rules.matters import MATTERS
from send_integration.rules.model import FIRES, QUIET, Level, Period
from send_integration.when.school_days import holidays_of

LISTS = (
    "trigger", "stop", "stop_after", "not_needed", "exceptions", "pause_from", "pause_until", "only_where", "counted_from",
    "due_field", "terms_start",
)  # fmt: skip
TEXT_LISTS = frozenset({*LISTS, "while_open", "school_holidays"})
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

LARGEST_NUMBER = 5000
"""No rule needs a larger one, and sums of days stay within the calendar."""

YEAR_GROUPS = range(-2, 15)
"""The year groups that a school may tell of."""

MAY_BE_OVERRIDDEN = frozenset(
    {"on", "level", "cases", "school_holidays", "last_year_of", FIRES, QUIET, *PERIODS, *NUMBERS}
)
"""What an authority may change in a file of its own: how long, how strongly, by which term dates; never the law or the
pattern. Of `cases`, the periods."""


def fault_of_parameter(name: str, value: object) -> str:
    """What is wrong with a parameter: no shape knows it, or it is of the wrong kind; '' where nothing is."""
    fault_of = _FAULTS.get(name)
    return fault_of(value) if fault_of else "is no parameter of a rule"


def _number_fault(value: object) -> str:
    known = type(value) is int and 0 < value <= LARGEST_NUMBER
    return "" if known else f"must be a number above 0, of at most {LARGEST_NUMBER}"


def _number_list_fault(value: object) -> str:
    return "" if isinstance(value, list) and all(type(item) is int for item in value) else "must list whole numbers"


def _level_fault(value: object) -> str:
    return "" if isinstance(value, str) and value in set(Level) else f"must be one of {', '.join(Level)}"


def _switch_fault(value: object) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _text_fault(value: object) -> str:
    return "" if isinstance(value, str) else "must be text"


def _list_fault(value: object) -> str:
    return "" if isinstance(value, list) and all(isinstance(item, str) for item in value) else "must list texts"


def _matters_fault(value: object) -> str:
    unknown = (
        [item for item in value if not isinstance(item, str) or item not in MATTERS]
        if isinstance(value, list)
        else [value]
    )
    return f"names no matter: {', '.join(map(str, unknown))}" if unknown else ""


def _holidays_fault(value: object) -> str:
    try:
        holidays_of(value if isinstance(value, list) else [""])
    except (ValueError, AttributeError) as fault:
        return f"must list first and last days such as '2025-10-27/2025-10-31': {fault}"
    return ""


def _table_fault(gives: type, value: object) -> str:
    if isinstance(value, dict) and all(type(given) is gives for given in value.values()):
        wrong = gives is int and any(given not in YEAR_GROUPS for given in value.values())
        return f"must give year groups from {YEAR_GROUPS[0]} to {YEAR_GROUPS[-1]}" if wrong else ""
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
    "not_of_older": lambda value: _matters_fault([value]),
    "school_holidays": _holidays_fault,
    "level": _level_fault,
    "cases": _cases_fault,
    FIRES: cases_fault,
    QUIET: cases_fault,
}
"""What is wrong with a parameter's value, for every parameter that there is."""
