"""`send-integration feed scorecard`: each agency's five marks by month."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from send_integration import clock
from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.steps.scorecard import Scorecard, scorecards
from send_integration.watch.agencies import Dimension, Mark, marks_of
from send_integration.when.london import london_day

Agency = Annotated[
    str | None, typer.Option(help="One agency only, as its events name it (`source`); '' is whoever cannot be told.")
]
Months = Annotated[int, typer.Option(min=1, max=36, help="So many months, this one among them.")]


def scorecard(
    *,
    agency: Agency = None,
    months: Months = 6,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Each agency's marks by month, the agency with the lowest first; of fewer than 20 no share is given."""
    _, engine = services()
    found = scorecards(engine, london_day(clock.now()), months)
    if agency is not None:
        found = [card for card in found if card.agency == agency]
        if not found:
            raise BadInput("Nothing has been counted of that agency in these months", where="--agency")
    if as_json:
        typer.echo(json.dumps([card.as_json() for card in found], indent=1))
        return
    print_scorecards(found)


def print_scorecards(found: list[Scorecard]) -> None:
    """A table for each agency; the titles of the marks stay whole on 80 columns."""
    for card in found:
        marks = (Column(str(dimension), min_width=len(dimension)) for dimension in Dimension)
        table = Table("month", *marks)
        for month, tally in card.months.items():
            table.add_row(f"{month:%Y-%m}", *map(_written, marks_of(tally).values()))
        typer.echo(card.agency or "not known")
        Console().print(table)


def _written(mark: Mark) -> str:
    return f"{mark.percent}\n{mark.right:,} of {mark.of:,}" if mark.of else mark.percent
