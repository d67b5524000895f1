"""`send-integration rules try`: what a changed rules file would have done over the history in the database."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from send_integration.cli.days_back import From, Processes, To, days_back, with_progress
from send_integration.cli.services import services
from send_integration.cli.trial_chart import chart_of
from send_integration.errors import BadInput
from send_integration.rules.model import RuleBook
from send_integration.rules.trial import Course, RuleChange, changed_rules, only
from send_integration.steps.catalogue import load_rules
from send_integration.steps.trial_report import BothBooks, Lead, TrialReport, report_of
from send_integration.steps.trying import Trial, try_rules
from send_integration.store.histories import every_child

TEAMS_A_TABLE = 3
"""As many as keep their names whole on 80 columns."""

LONGEST_BAR = 50

TITLES = {
    Course.ONLY_TRIED: "only\ntried",
    Course.ONLY_IN_FORCE: "only\nnow",
    Course.EARLIER: "earlier",
    Course.LATER: "later",
    Course.OTHERWISE: "other-\nwise",
}

COURSES_IN_WORDS = """\
only tried, only now: raised by the tried rules alone, by those in force alone.
earlier, later: raised by both, on another day by the tried rules.
otherwise: raised by both on one day, then of another urgency or end.
Each counts in the month in which somebody would first have seen a difference.

Flags raised by the rules that differ"""

WORKLOAD_IN_WORDS = """\
raised, and in brackets those that turn urgent.
The child's named worker in the role is told; where there is none, the team."""


def try_rules_file(
    rules: Annotated[Path, typer.Argument(help="The authority's own rules file, as SEND_RULES would name it.")],
    *,
    first: From = None,
    last: To = None,
    processes: Processes = 1,
    chart: Annotated[
        Path | None, typer.Option(help="Write a chart, an SVG that needs nothing else, to this file.")
    ] = None,
    whole_load: Annotated[
        bool, typer.Option("--whole-load", help="What teams are told of by all rules, not only those that differ.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a changed rules file over the history in the database, before it goes live; nothing is written there.

    Prints month by month how many children and flags would have gone another way, the days gained, and what each team
    would have been told, beside the rules in force.
    """
    _require_text(rules)
    settings, engine = services()
    days = days_back(first, last, settings.today())
    in_force, tried = load_rules(settings.rules), load_rules(rules)
    changes = changed_rules(in_force, tried)
    children = every_child(engine) if changes else []
    anyway = [
        rule for rule in tried.rules.values() if whole_load and rule.id not in {change.rule for change in changes}
    ]
    trial = Trial(only(in_force, changes), only(tried, changes), RuleBook({rule.id: rule for rule in anyway}), *days)
    batches = try_rules(trial, settings.database.get_secret_value(), children, processes)
    found = [child for batch in with_progress(batches, len(children)) for child in batch]
    report = report_of(found, changes, len(children), *days)
    if chart:
        _write(chart, chart_of(report))
    if as_json:
        typer.echo(json.dumps({**report.as_json(), "whole_load": whole_load}, default=str, indent=1))
    elif changes:
        print_report(report, whole_load=whole_load)
    else:
        typer.echo("The file raises the same flags as the rules in force: nothing in it differs from them.")


def print_report(report: TrialReport, *, whole_load: bool) -> None:
    """The report for people: what differs, then by month, by rule and by team."""
    typer.echo(f"Rules that differ, over the history from {report.first} to {report.last}:")
    for change in report.changes:
        typer.echo(f"  {_written_change(change)}")
    typer.echo(
        f"{report.children_changed:,} of {report.children:,} children and {report.flags_changed:,} flags would have gone"
        " another way."
    )
    console = Console()
    _print_months(console, report)
    _print_leads(console, report.leads)
    _print_workload(console, report)
    typer.echo(f"Flags of {'all rules' if whole_load else 'the rules that differ'}: {WORKLOAD_IN_WORDS}")


def _written_change(change: RuleChange) -> str:
    values = (f"{name} {_value(before)} → {_value(after)}" for name, (before, after) in change.parameters.items())
    return f"{change.rule}: {', '.join(values) or change.change}"


def _value(value: object) -> str:
    return "not set" if value is None else str(value)


def _print_months(console: Console, report: TrialReport) -> None:
    numbers = (Column(title, justify="right") for title in ("children", "flags", *TITLES.values()))
    table = Table("month", *numbers, title="What would have gone another way", title_justify="left")
    for month in report.months:
        counts = (month.children, month.courses.total(), *(month.courses[course] for course in TITLES))
        table.add_row(month.month, *(f"{count:,}" for count in counts))
    console.print(table)
    typer.echo(COURSES_IN_WORDS)
    for line in bars(report):
        typer.echo(line)
    typer.echo("")


def bars(report: TrialReport) -> Iterator[str]:
    """Two bars for each month, in characters."""
    most = max((max(month.raised) for month in report.months), default=0)
    for month in report.months:
        for title, label, count in ((month.month, "now", month.raised.in_force), ("", "tried", month.raised.tried)):
            bar = "█" * (-(-count * LONGEST_BAR // most) if count else 0)
            yield f"{title:<7}  {label:<5}  {bar}{' ' if bar else ''}{count:,}"


def _print_leads(console: Console, leads: Sequence[Lead]) -> None:
    if not leads:
        return
    numbers = (Column(title, justify="right") for title in ("earlier", "later", "median", "middle half", "all"))
    table = Table(
        "rule", *numbers, title="Days earlier, of flags that both raise (less than 0: later)", title_justify="left"
    )
    for lead in leads:
        days = lead.days_gained
        spread = (
            (f"{days.median:g}", f"{days.lower_quartile:g} to {days.upper_quartile:g}", f"{days.least} to {days.most}")
            if days
            else ("", "", "")
        )
        table.add_row(lead.rule, f"{lead.earlier:,}", f"{lead.later:,}", *spread)
    console.print(table)


def _print_workload(console: Console, report: TrialReport) -> None:
    """Months by teams: flags raised now and by the tried rules, and below how many are urgent."""
    entries = {(entry.team, entry.month): entry for entry in report.workload}
    for start in range(0, len(report.teams), TEAMS_A_TABLE):
        teams = report.teams[start : start + TEAMS_A_TABLE]
        columns = (Column(team, justify="right") for team in teams)
        table = Table("month", *columns, title="What each team is told of, now → tried", title_justify="left")
        for month in report.months:
            cells = [entries[team, month.month] for team in teams]
            table.add_row(month.month, *(_cell(entry.raised, entry.urgent) for entry in cells))
        table.add_section()
        table.add_row("all", *(_cell(*_sums(report, team)) for team in teams))
        console.print(table)


def _sums(report: TrialReport, team: str) -> tuple[BothBooks, BothBooks]:
    own = [entry for entry in report.workload if entry.team == team]
    raised = BothBooks(*map(sum, zip(*(entry.raised for entry in own), strict=True)))
    urgent = BothBooks(*map(sum, zip(*(entry.urgent for entry in own), strict=True)))
    return raised, urgent


def _cell(raised: BothBooks, urgent: BothBooks) -> str:
    if not any((*raised, *urgent)):
        return "0"
    return f"{raised.in_force:,} → {raised.tried:,} ({urgent.in_force:,} → {urgent.tried:,})"


def _require_text(file: Path) -> None:
    try:
        file.read_text("utf-8")
    except OSError as fault:
        raise BadInput("cannot be read", where=str(file), next_step="Name the authority's own rules file.") from fault
    except UnicodeDecodeError as fault:
        raise BadInput("is no text in UTF-8", where=str(file), next_step="Save it as UTF-8.") from fault


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as fault:
        raise BadInput(
            "The chart cannot be written", where=str(file), next_step="Check its folder and its rights."
        ) from fault
