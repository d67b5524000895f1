"""`send-integration rules hindsight`: what went wrong, and when the events known then first showed that it might."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table
from sqlalchemy import Engine

from send_integration.cli.days_back import DAY, Processes, To, days_back, with_progress
from send_integration.cli.looking import By, ShowRestricted, WhyLook, looker
from send_integration.cli.services import services
from send_integration.rules.hindsight import STILL_COUNTS, Hindsight, Kind, Outcome, Shown
from send_integration.settings import Settings
from send_integration.steps.catalogue import load_rules
from send_integration.steps.hindsight import Finding, KindInSum, LookBack, WasTold, look_back, look_back_on, sums_of
from send_integration.store.histories import every_child, flags_kept_since
from send_integration.web.policy import Action

BEFORE_EVERYTHING = datetime(1990, 1, 1)  # noqa: DTZ001 - a day, as typer reads days; nobody of up to 25 was born before
WORDS = {
    Kind.DATE_MISSED: "Date missed",
    Kind.PLAN_OVERDUE: "EHC plan overdue",
    Kind.CRISIS: "In crisis",
    Kind.EXCLUDED: "Excluded from school",
    Kind.ESCALATED: "Escalated by the panel",
}
TOLD_WORDS = {WasTold.TOLD: "yes", WasTold.NOT_TOLD: "no", WasTold.NO_RECORD: "not kept"}

SUMS_IN_WORDS = """
A rule's name stands for a date that was missed by it.
never shown: no flag stood before. written late: of those, how many would have
had one, had each event been written down on its day.
days before: the median of those that were shown (and the middle half of them).
told: how many somebody was told of, out of those since flags are kept."""


def hindsight(
    child: Annotated[
        str | None, typer.Argument(help="A child id, nhs:…, upn:… or local:…; without, sums over the authority.")
    ] = None,
    *,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=[DAY], help="The first day: of one child's life, or for sums a year before the last."
        ),
    ] = None,
    last: To = None,
    processes: Processes = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """Of each missed date and crisis: the first day on which the events known then already showed that it might come.

    Of one child, and that you looked is recorded; without CHILD, how long before, over the whole authority.
    """
    settings, engine = services()
    if child is None:
        print_sums(settings, engine, days_back(first, last, settings.today()), processes, as_json=as_json)
        return
    who = looker(engine, by, restricted=restricted, why=why)
    days = days_back(first or BEFORE_EVERYTHING, last, settings.today())
    child_id = who.find(child, Action.VIEW_CHILD)
    who.saw(Action.VIEW_CHILD, [child_id])
    asked = LookBack(load_rules(settings.rules), *days, flags_kept_since(engine))
    found = look_back_on(asked, settings.database.get_secret_value(), [child_id])
    if as_json:
        outcomes = [finding.as_json() for finding in found]
        typer.echo(json.dumps({"child_id": child_id, "to": days[1].isoformat(), "outcomes": outcomes}, indent=1))
    elif found:
        _print_child(child_id, found)
    else:
        typer.echo(f"{child_id}: no date was missed and no crisis told of until {days[1]}.")


def _print_child(child_id: str, found: Sequence[Finding]) -> None:
    table = Table("day", "what went wrong", "shown before, by the events known then", "told", title=child_id)
    for finding in found:
        outcome = finding.hindsight.outcome
        what = "\n".join(filter(None, (WORDS[outcome.kind], outcome.rule, outcome.subject)))
        told = f"{TOLD_WORDS[finding.was_told]}{f', {finding.told_on}' if finding.told_on else ''}"
        table.add_row(outcome.on.isoformat(), what, _shown_before(finding.hindsight), told)
    Console().print(table)
    typer.echo(_how_it_counts())


def _shown_before(found: Hindsight) -> str:
    """Each flag that showed it, in a line; of what none did, whether one would have."""
    lines = [_shown(one, found.outcome) for one in found.shown]
    late = [_shown(one, found.outcome) for one in found.had_all_been_written[:1]]
    return "\n".join(lines or ["never", *("written down too late, else " + line for line in late)])


def _shown(one: Shown, outcome: Outcome) -> str:
    by = "its own warning" if one.rule == outcome.rule else one.rule
    return f"{one.since}, {(outcome.on - one.since).days} days: {by}"


def print_sums(settings: Settings, engine: Engine, days: tuple[date, date], processes: int, *, as_json: bool) -> None:
    """How long before outcomes were shown, by kind, over all children; restricted ones count, and nobody is shown."""
    children = every_child(engine)
    asked = LookBack(load_rules(settings.rules), *days, flags_kept_since(engine))
    batches = look_back(asked, settings.database.get_secret_value(), children, processes)
    sums = sums_of(finding for batch in with_progress(batches, len(children)) for finding in batch)
    first, last = days
    if as_json:
        rows = [row.as_json() for row in sums]
        whole = {"from": first.isoformat(), "to": last.isoformat(), "children": len(children), "outcomes": rows}
        typer.echo(json.dumps(whole, indent=1))
        return
    typer.echo(f"What went wrong from {first} to {last}, for {len(children):,} children")
    if not sums:
        typer.echo("No date was missed and no crisis told of.")
        return
    numbers = (
        Column(title, justify="right")
        for title in ("how\nmany", "never\nshown", "written\nlate", "days before", "told")
    )
    table = Table(Column("what", overflow="fold"), *numbers, show_edge=False, pad_edge=False)
    for row in sums:
        table.add_row(row.rule if row.kind is Kind.DATE_MISSED else WORDS[row.kind], *_cells(row))
    Console().print(table)
    typer.echo(SUMS_IN_WORDS)
    typer.echo(_how_it_counts())


def _cells(row: KindInSum) -> tuple[str, ...]:
    days = row.days_before
    return (
        f"{row.outcomes:,}",
        f"{row.never_shown / row.outcomes:.0%}",
        f"{row.written_late:,} of {row.never_shown:,}" if row.never_shown else "",
        f"{days.median:g} ({days.lower_quartile:g}–{days.upper_quartile:g})" if days else "",
        f"{row.told:,} of {row.on_record:,}" if row.on_record else "not kept",
    )


def _how_it_counts() -> str:
    return (
        "A missed date is shown by its own warning, and like all else by any risk that\n"
        f"stood until the day before or had cleared within {STILL_COUNTS.days} days. Known is what was\n"
        "written down by the end of a day."
    )
