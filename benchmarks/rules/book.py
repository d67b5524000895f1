"""The rules that are measured: the catalogue's, and copies of them where it has fewer than are to come."""

from dataclasses import replace

from send_integration.rules.model import RuleBook
from send_integration.steps.catalogue import load_rules


def rule_book(wanted: int) -> tuple[RuleBook, int]:
    """The catalogue's rules, copied under other ids until there are so many; and how many are copies."""
    own = load_rules().rules
    rules = dict(own)
    turn = 2
    while len(rules) < wanted:
        for rule in list(own.values())[: wanted - len(rules)]:
            rules[f"{rule.id}-{turn}"] = replace(rule, id=f"{rule.id}-{turn}")
        turn += 1
    return RuleBook(dict(sorted(rules.items()))), len(rules) - len(own)


def changed(book: RuleBook) -> tuple[RuleBook, list[str]]:
    """The same rules with every tenth one of another version and, where it has a period, half as long again."""
    rules = dict(book.rules)
    chosen = list(rules)[::10]
    for rule_id in chosen:
        rule = rules[rule_id]
        parameters = dict(rule.parameters)
        if "period" in parameters:
            period = rule.period()
            parameters["period"] = f"{period.count + (period.count + 1) // 2} {period.unit}s"
        rules[rule_id] = replace(rule, version=f"{rule.version}+benchmark.1", parameters=parameters)
    return RuleBook(rules), chosen
