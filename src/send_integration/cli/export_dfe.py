"""`send-integration export dfe`: the Department's tables on EHC plans for the authority, counted from events."""

import csv
from pathlib import Path
from typing import Annotated

import typer

from send_integration.cli.looking import By, looker
from send_integration.cli.moments import known_at_moment
from send_integration.cli.services import services
from send_integration.cli.whole_folder import own_file, require_new, whole_folder
from send_integration.ingest.school_register import read_school_register
from send_integration.steps.dfe_tables import count_tables
from send_integration.store.shown import EXPORT
from send_integration.warehouse.dfe_counts import DfeCounts, cells_of
from send_integration.warehouse.dfe_tables import KEYS
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
    known_at: Annotated[str, typer.Option(help="Only what was recorded by this moment, RFC 3339.")] = "",
    by: By,
) -> None:
    """Write the Department's tables on EHC plans of a year, column for column, for the authority: ten CSV files.

    The counts are exact, for use inside alone: small ones can tell of a child. That you took them is recorded, and covers
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
    written = _rows(counts, settings.authority_code, settings.authority)
    with whole_folder(to) as folder:
        for name, rows in written.items():
            with own_file(folder / f"{name}.csv") as file:
                table = csv.DictWriter(file, rows[0].keys(), lineterminator="\r\n")
                table.writeheader()
                table.writerows(rows)
    _print(to, written)


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


def _print(to: Path, written: dict[str, list[dict[str, str]]]) -> None:
    typer.echo(f"Written to {to}, for you alone: the counts are exact, and small ones can tell of a child.")
    for name, rows in written.items():
        first = list(rows[0])[len(KEYS)]
        typer.echo(f"  {name:<20} {len(rows):>4} rows; {first}: {rows[0][first]}")
