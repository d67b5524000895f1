"""`send-integration rules`: which rules are in force, what a changed file would do, and what could have been known when."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from send_integration.cli.hindsight import hindsight
from send_integration.cli.reevaluating import reevaluate_children
from send_integration.cli.trying_rules import try_rules_file
from send_integration.errors import BadSetting
from send_integration.rules.differences import Difference, differences
from send_integration.rules.model import Rule
from send_integration.rules.parameters import NUMBERS, PERIODS
from send_integration.settings import settings
from send_integration.steps.catalogue import check_rules, load_rules

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Which rules are in force; what a change would do, and would have done; what could be known when.",
)
app.command("try")(try_rules_file)
app.command("hindsight")(hindsight)
app.command("reevaluate")(reevaluate_children)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
COUNTS_BY = ("level", *PERIODS, *NUMBERS)
"""The fields of a rule that the list shows: those that an authority may change."""


@app.command("list")
def list_rules(*, as_json: AsJson = False) -> None:
    """All rules in force: version, basis, level or period, and what the authority's own file changed."""
    shipped, in_force = load_rules(), load_rules(settings().rules)
    changed: dict[str, list[Difference]] = {}
    for difference in differences(shipped, in_force):
        changed.setdefault(difference.rule, []).append(difference)
    rules = [in_force.rules.get(rule.id, rule) for rule in shipped.rules.values()]
    rows = [_row(rule, changed.get(rule.id, []), on=rule.id in in_force.rules) for rule in rules]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table(
        Column("rule", overflow="fold"),
        "version",
        "basis",
        "counts by",
        Column("changed by the authority", overflow="fold"),
    )
    for row in rows:
        counts = [str(v) if name in ("level", "period") else f"{name} {v}" for name, v in row["counts_by"].items()]
        words = map(_words, changed.get(row["rule"], []))
        table.add_row(row["rule"], row["version"], row["basis"], ", ".join(counts), "\n".join(words))
    Console().print(table)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="An authority's own rules file, as SEND_RULES would name it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """What is wrong with a rules file, by line and field; where nothing is, what it would change of the rules in force."""
    rules, faults = check_rules(file)
    if faults:
        for fault in faults:
            typer.echo(f"{fault.place}: {fault.sentence}.", err=True)
        raise BadSetting(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'} in the rules", where=str(file))
    found = differences(load_rules(settings().rules), rules)
    if as_json:
        typer.echo(json.dumps([difference._asdict() for difference in found], ensure_ascii=False, indent=1))
        return
    for difference in found:
        typer.echo(f"{difference.rule}: {_words(difference)}")
    if not found:
        typer.echo("The file is right, and changes nothing of the rules in force.")


def _row(rule: Rule, changed: list[Difference], *, on: bool) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "kind": rule.kind,
        "version": rule.version,
        "basis": rule.basis,
        "on": on,
        "counts_by": {name: rule.parameters[name] for name in COUNTS_BY if name in rule.parameters},
        "changed": [{"field": found.field, "before": found.before, "after": found.after} for found in changed],
    }


def _words(found: Difference) -> str:
    if found.field == "on":
        return "turned on" if found.after == "yes" else "turned off"
    return f"{found.field}: {found.before or 'not set'} → {found.after or 'not set'}"
