"""`send-integration export dfe`: the Department's tables on EHC plans for the authority, counted from events."""

import csv
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from send_integration.cli.looking import By, looker
from send_integration.cli.moments import known_at_moment
from send_integration.cli.services import services
from send_integration.cli.whole_folder import own_file, require_new, whole_folder
from send_integration.ingest.school_register import read_school_register
from send_integration.steps.dfe_tables import count_tables
from send_integration.store.shown import EXPORT
from send_integration.warehouse.dfe_counts import DfeCounts, cells_of
from send_integration.warehouse.dfe_publication import Publication, Told
from send_integration.warehouse.dfe_tables import KEYS
from send_integration.warehouse.publishing import publish_tables
from send_integration.warehouse.sen2_modules import Scope


def export_dfe(
    *,
    year: Annotated[int, typer.Option(min=2014, max=2100, help="The calendar year that the tables are about.")],
    to: Annotated[Path, typer.Option(help="Where to: a folder that is not there yet.")],
    schools: Annotated[
        Path | None,
        typer.Option(
            help="The Department's register of establishments, CSV; without it no placement at a school is told apart."
        ),
    ] = None,
    publish: Annotated[
        bool,
        typer.Option(
            "--publish", help="Suppress what is under 5 and round the rest, so that the tables may be published."
        ),
    ] = False,
    known_at: Annotated[str, typer.Option(help="Only what was recorded by this moment, RFC 3339.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    by: By,
) -> None:
    """Write the Department's tables on EHC plans of a year, column for column, for the authority: ten CSV files.

    Without --publish the counts are exact, for use inside alone: small ones can tell of a child. With it they are suppressed and
    rounded, and audited from their files: if anything is wrong, nothing is there. That you took them is recorded, and covers
    every child: where an entry that they counted falls, you are told.
    """
    moment = known_at_moment(known_at) if known_at else None
    require_new(to)
    kinds = read_school_register(schools) if schools else {}
    settings, engine = services()
    scope = Scope(year, settings.authority_code)
    who = looker(engine, by, restricted=False, why="")
    # before the first child is read, so that whoever takes something off a timeline meanwhile knows whom to tell
    who.saw(EXPORT, [None], about=f"the Department's tables of {year}")
    counts = count_tables(engine, scope, kinds, moment)
    if publish:
        _publish(to, Publication(counts, settings.authority_code, settings.authority), as_json=as_json)
        return
    written = _rows(counts, settings.authority_code, settings.authority)
    with whole_folder(to) as folder:
        for name, rows in written.items():
            with own_file(folder / f"{name}.csv") as file:
                table = csv.DictWriter(file, rows[0].keys(), lineterminator="\r\n")
                table.writeheader()
                table.writerows(rows)
    _print(to, written, as_json=as_json)


def _publish(to: Path, tables: Publication, *, as_json: bool) -> None:
    console = Console(stderr=True)
    busy = console.status("Working out what can be shown: about half a minute")
    with busy if sys.stderr.isatty() else nullcontext(), whole_folder(to, for_everybody=True) as folder:
        shown = publish_tables(folder, tables.tables, tables.written, tables.read)
    told = tables.told(shown)
    if as_json:
        typer.echo(
            json.dumps({"folder": str(to), "published": True, "tables": [one._asdict() for one in told]}, indent=1)
        )
        return
    typer.echo(f"Written to {to}, fit to be published: under 5 suppressed, the rest rounded to 5.")
    for one in told:
        typer.echo(
            f"  {one.table:<20} {one.rows:>4} rows; {one.under_5:>5} numbers under 5 suppressed, and with them"
            f" {one.suppressed_with_them} of the {one.numbers - one.under_5} others{_headlines(one)}"
        )


def _headlines(one: Told) -> str:
    """What is missed most is named."""
    return f", everybody's {', '.join(one.headlines_suppressed)} among them" if one.headlines_suppressed else ""


def _rows(counts: DfeCounts, code: str, authority: str) -> dict[str, list[dict[str, str]]]:
    """Each table's rows as they are written, the row of everybody first."""
    return {
        table.name: [
            {column: cells[column] for column in (*KEYS, *table.columns)}
            for row in rows
            for cells in (cells_of(table, row, counts.year, code, authority),)
        ]
        for table, rows in counts.tables()
    }


def _print(to: Path, written: dict[str, list[dict[str, str]]], *, as_json: bool) -> None:
    if as_json:
        tables = [{"table": name, "rows": len(rows)} for name, rows in written.items()]
        typer.echo(json.dumps({"folder": str(to), "published": False, "tables": tables}, indent=1))
        return
    typer.echo(f"Written to {to}, for you alone: the counts are exact, and small ones can tell of a child.")
    for name, rows in written.items():
        first = list(rows[0])[len(KEYS)]
        typer.echo(f"  {name:<20} {len(rows):>4} rows; {first}: {rows[0][first]}")
