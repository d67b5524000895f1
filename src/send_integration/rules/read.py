"""Reads rules from the text of TOML files, the catalogue's and an authority's own, and refuses what is wrong."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from send_integration.errors import BadSetting
from send_integration.rules.cases import faults_of_cases
from send_integration.rules.engine import SHAPES
from send_integration.rules.model import FIRES, QUIET, Rule, RuleBook
from send_integration.rules.overrides import Entry, override
from send_integration.rules.parameters import MAY_BE_OVERRIDDEN, TEXT_LISTS, fault_of_parameter
from send_integration.rules.risks.patterns import RISKS
from send_integration.rules.written import Fault, Written, read_file

COMMON = ("kind", "version", "shape", "basis", "citation", "why", "next_step", "role")


def read_rules(catalogue: Mapping[str, str], own: Mapping[str, str] | None = None) -> RuleBook:
    """The rules of all catalogue files (name to text), changed by the authority's own files; the same text is read once.

    Raises BadSetting naming file, line, rule and field.
    """
    return _read(tuple(sorted(catalogue.items())), tuple(sorted((own or {}).items())))


@lru_cache(maxsize=4)  # to try every rule on its own cases takes a third of a second
def _read(catalogue: tuple[tuple[str, str], ...], own: tuple[tuple[str, str], ...]) -> RuleBook:
    rules, faults = rules_and_faults(dict(catalogue), dict(own))
    if not faults:
        return rules
    others = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    raise BadSetting(
        faults[0].sentence + others,
        where=faults[0].place,
        next_step="Correct the file and start again; `send-integration rules check FILE` tells every fault.",
    )


def rules_and_faults(catalogue: Mapping[str, str], own: Mapping[str, str]) -> tuple[RuleBook, list[Fault]]:
    """The rules that can be read, and everything that is wrong with the files, in the order of their lines."""
    faults: list[Fault] = []
    entries: dict[str, Entry] = {}
    for file, text in sorted(catalogue.items()):
        written = read_file(file, text)
        if isinstance(written, Fault):
            faults.append(written)
        else:
            faults += _enter(entries, written)
    for file, text in sorted(own.items()):
        written = read_file(file, text)
        faults += [written] if isinstance(written, Fault) else override(entries, written, MAY_BE_OVERRIDDEN)
    rules: dict[str, Rule] = {}
    for rule_id, entry in sorted(entries.items()):
        faults += _faults(entry)
        if entry.values.get("on", True) and rule_id not in {fault.rule for fault in faults}:
            rules[rule_id] = _rule(entry)
            faults += [entry.fault(name, words) for name, words in _faults_of_cases(rules[rule_id])]
    return RuleBook(rules), sorted(set(faults))


def _enter(entries: dict[str, Entry], written: Written) -> Iterator[Fault]:
    """Take a catalogue file's rules in."""
    for rule_id, values in written.tables.items():
        if not isinstance(values, dict):
            yield written.fault(rule_id, "", "stands outside any rule")
        elif rule_id in entries:
            yield written.fault(rule_id, "", "is already in another file")
        else:
            entries[rule_id] = Entry(rule_id, written, dict(values))


def _faults(entry: Entry) -> Iterator[Fault]:
    """What is wrong with a rule's fields."""
    for name in COMMON:
        value = entry.values.get(name)
        if value is None:
            yield entry.fault(name, "is missing")
        elif name == "version":
            if not isinstance(value, int) or isinstance(value, bool):
                yield entry.fault(name, "must be a whole number")
        elif not isinstance(value, str):
            yield entry.fault(name, "must be text")
    for name, value in entry.values.items():
        words = "" if name in COMMON else fault_of_parameter(name, value)
        if words:
            yield entry.fault(name, words)
    kind = entry.values.get("kind")
    known = SHAPES if kind == "milestone" else RISKS if kind == "risk" else {}
    if "shape" in entry.values and entry.values["shape"] not in known:
        yield entry.fault("shape", "is no shape of that kind")
    if kind == "risk" and "level" not in entry.values:
        yield entry.fault("level", "is missing")


def _rule(entry: Entry) -> Rule:
    common = {name: str(entry.values[name]) for name in COMMON}
    common["version"] += entry.suffix
    area = entry.home.file.rpartition("/")[2].removesuffix(".toml")
    parameters = {
        name: tuple(value) if name in TEXT_LISTS else value
        for name, value in entry.values.items()
        if name not in COMMON
    }
    return Rule(id=entry.rule_id, area=area, parameters=parameters, **common)


def _faults_of_cases(rule: Rule) -> list[tuple[str, str]]:
    """The field and a sentence: a rule's cases do not come out as it says, or it has none of one kind."""
    try:
        wrong = list(faults_of_cases(rule))
    except (KeyError, ValueError) as fault:
        return [("shape", f"needs a field that the rule does not give: {fault}")]
    return wrong or [
        (name, f"is missing: a rule needs at least one case for which it {does}")
        for name, does in ((FIRES, "raises a flag"), (QUIET, "raises none"))
        if not rule.parameters.get(name)
    ]
