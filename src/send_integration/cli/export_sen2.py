"""`send-integration export sen2`: the SEN2 person-level return of a year, with what the Department would say of it."""

import csv
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from send_integration import __version__, clock
from send_integration.cli.looking import By, looker
from send_integration.cli.moments import known_at_moment
from send_integration.cli.services import services
from send_integration.cli.whole_folder import own_file, require_new, whole_folder
from send_integration.errors import BadInput
from send_integration.steps.sen2_return import PersonOfReturn, people_of_return
from send_integration.store.shown import EXPORT
from send_integration.warehouse.sen2_check_words import SENTENCES
from send_integration.warehouse.sen2_checks import Duplicates, Fault, faults_of, level_of
from send_integration.warehouse.sen2_modules import (
    COLUMNS,
    Branch,
    Maker,
    Numbering,
    Scope,
    file_name,
    header_of,
    line_of,
)
from send_integration.when.london import LONDON

CHECKS_FILE = "checks.csv"
Officer = Annotated[str, typer.Option(help="As the header gives it: 1 or 0, or what your collection asks for.")]


@dataclass(slots=True)
class Written:
    """How many rows of each module were written, how many people are restricted, and what was found, by rule."""

    rows: Counter[str] = field(default_factory=Counter)
    restricted: int = 0
    faults: Counter[str] = field(default_factory=Counter)


def export_sen2(
    *,
    year: Annotated[
        int,
        typer.Option(
            min=2014, max=2100, help="The calendar year that the return is about; it is made the January after."
        ),
    ],
    to: Annotated[Path, typer.Option(help="Where to: a folder that is not there yet.")],
    why: Annotated[str, typer.Option(help="What it is for; for the audit. Name no child.")],
    known_at: Annotated[str, typer.Option(help="Only what was recorded by this moment, RFC 3339.")] = "",
    serial_no: Annotated[int, typer.Option(min=1, max=999, help="The header's serial number.")] = 1,
    dmo: Officer = "",
    dco: Officer = "",
    dsco: Officer = "",
    by: By,
) -> None:
    """Write the SEN2 person-level return of a year: nine CSV files, and what the Department would refuse or ask about.

    It names every child with a request or a plan in the year, restricted ones too, for the return is required of the
    authority. That you took it is recorded. Nothing is overwritten, and only you can read what is written.
    """
    if not why.strip():
        raise BadInput("Taking the return needs a reason, for the audit", where="--why")
    moment = known_at_moment(known_at) if known_at else None
    require_new(to)
    settings, engine = services()
    scope = Scope(year, settings.authority_code)
    made_at = (moment or clock.now()).astimezone(LONDON)
    who = looker(engine, by, restricted=True, why=why)
    # before the first child is read, so that whoever takes something off a timeline meanwhile knows whom to tell
    who.saw(EXPORT, [None], about=f"the SEN2 return of {year}")
    header = header_of(scope, Maker(made_at, __version__, serial_no, dmo, dco, dsco))
    with whole_folder(to) as folder:
        written = _write(folder, header, people_of_return(engine, scope, moment), scope, made_at.date())
    _print(to, written, scope)


def _write(folder: Path, header: Branch, people: Iterable[PersonOfReturn], scope: Scope, made_on: date) -> Written:
    """Write person by person: no more than one batch of them is held at a time."""
    written, duplicates, numbering = Written(), Duplicates(), Numbering(scope.authority)
    with ExitStack() as open_files:
        files = {module: open_files.enter_context(own_file(folder / file_name(module, made_on))) for module in COLUMNS}
        checks = open_files.enter_context(own_file(folder / CHECKS_FILE))
        for module, file in files.items():
            file.write(line_of(module, None))
        found = csv.writer(checks, lineterminator="\r\n")
        found.writerow(("level", "rule", "module", "NativeId", "what is wrong"))
        [(_, top)] = numbering.rows_of(header)
        files["sen2"].write(line_of("sen2", top))
        for branch, restricted in people:
            written.restricted += restricted
            for module, row in numbering.rows_of(branch, "sen2", top["sen2tableid"]):
                files[module].write(line_of(module, row))
                written.rows[module] += 1
            for fault in (*faults_of(branch, scope), *duplicates.faults_of(branch)):
                found.writerow(_told(fault))
                written.faults[fault.code] += 1
    return written


def _told(fault: Fault) -> tuple[str, ...]:
    return level_of(fault.code), fault.code, fault.module, fault.native_id, SENTENCES[fault.code]


def _print(to: Path, written: Written, scope: Scope) -> None:
    """Counts alone: no line names a child."""
    typer.echo(
        f"SEN2 {scope.year + 1}: the year {scope.year}, plans counted on {scope.census_on}. Written to {to}, for you alone."
    )
    for module in list(COLUMNS)[1:]:
        typer.echo(f"  {module:<16} {written.rows[module]:>9,}")
    if written.restricted:
        typer.echo(
            f"{written.restricted:,} of the people are restricted: send it by the Department's own secure way alone."
        )
    for level, what in (("error", "The Department would refuse"), ("query", "The Department would ask about")):
        codes = sorted(code for code in written.faults if level_of(code) == level)
        typer.echo(f"{what} {sum(written.faults[code] for code in codes):,} rows{':' if codes else '.'}")
        for code in codes:
            typer.echo(f"  {written.faults[code]:>9,}  {code}: {SENTENCES[code]}")
    typer.echo(f"Which rows: {to / CHECKS_FILE}.")
