"""What a rule says of what its trigger asks for, read once: an answer asks many times a second."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from send_integration.rules.matters import subject_fields
from send_integration.rules.model import Period, Rule
from send_integration.when.school_days import Holidays, holidays_of


@dataclass(frozen=True, slots=True)
class Case:
    """A period of its own where the trigger's fields hold these codes, or while a matter is open."""

    where: tuple[tuple[str, str], ...]
    while_open: str
    period: Period


@dataclass(frozen=True, slots=True)
class Terms:
    """The parameters of the shapes `answer-within` and `repeats-every`.

    `trigger`, `stop`, `not_needed`, `exceptions`, `pause_from` and `pause_until` are patterns of events. `subject` is what
    they must all be about; of a field that an event has not, it is about any.

    The date: a day that the trigger gives in one of the fields `due_field` (with `due_before`, that long before it: then
    only a stop up to that day counts), else the period of the first of `cases` that holds, else `period`. It is counted
    from the trigger, or from the first event of `counted_from` before it; school days by `school_holidays`.

    What is `not_needed` any more is told by an event on or after the trigger; with `not_of_older`, a matter's name, it is not
    told by one that closed what was opened before the trigger. An exception counts if it ran on any day of the period.

    `only_where` are decisions without which nothing is due: the first event of that name decides. A stop counts from the
    trigger's day, with `stop_on_later_day` from the next, with `stop_since` from that long before.
    """

    trigger: tuple[str, ...]
    subject: str
    each: bool
    stop: tuple[str, ...]
    stop_on_later_day: bool
    stop_since: Period | None
    not_needed: tuple[str, ...]
    not_of_older: str
    exceptions: tuple[str, ...]
    pause_from: tuple[str, ...]
    pause_until: tuple[str, ...]
    only_where: tuple[str, ...]
    decisions: tuple[str, ...]
    counted_from: tuple[str, ...]
    due_field: tuple[str, ...]
    due_before: Period | None
    cases: tuple[Case, ...]
    period: Period
    school_holidays: Holidays
    not_before_age: Period | None
    until_age: Period | None
    told_apart_by: tuple[str, ...]


@lru_cache(maxsize=1024)
def terms_of(rule: Rule) -> Terms:
    """A rule's terms."""
    return Terms(
        trigger=rule.texts("trigger"),
        subject=rule.text("subject"),
        each=rule.is_set("each"),
        stop=rule.texts("stop"),
        stop_on_later_day=rule.is_set("stop_on_later_day"),
        stop_since=_period(rule, "stop_since"),
        not_needed=rule.texts("not_needed"),
        not_of_older=rule.text("not_of_older"),
        exceptions=rule.texts("exceptions"),
        pause_from=rule.texts("pause_from"),
        pause_until=rule.texts("pause_until"),
        only_where=rule.texts("only_where"),
        decisions=tuple(pattern.partition(" ")[0] for pattern in rule.texts("only_where")),
        counted_from=rule.texts("counted_from"),
        due_field=rule.texts("due_field"),
        due_before=_period(rule, "due_before"),
        cases=_cases(rule),
        period=rule.period(),
        school_holidays=holidays_of(rule.texts("school_holidays")),
        not_before_age=_period(rule, "not_before_age"),
        until_age=_period(rule, "until_age"),
        told_apart_by=tuple(names[0] for names in subject_fields(rule.text("subject"))[1:]),
    )


def _period(rule: Rule, name: str) -> Period | None:
    return rule.period(name) if rule.text(name) else None


def _cases(rule: Rule) -> tuple[Case, ...]:
    written = rule.parameters.get("cases", ())
    return tuple(_case(case) for case in written) if isinstance(written, list | tuple) else ()


def _case(written: Mapping[str, object]) -> Case:
    where = written.get("where", {})
    codes = tuple((str(name), str(code)) for name, code in where.items()) if isinstance(where, dict) else ()
    return Case(codes, str(written.get("while_open", "")), Period.of(str(written["period"])))
