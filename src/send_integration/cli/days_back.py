"""The days that a look back over history covers, and how many processes share the work, as options of several commands."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from send_integration.errors import BadInput

DAY = "%Y-%m-%d"
From = Annotated[datetime | None, typer.Option("--from", formats=[DAY], help="The first day: a year before the last.")]
To = Annotated[datetime | None, typer.Option("--to", formats=[DAY], help="The last day: today.")]
Processes = Annotated[int, typer.Option(min=1, max=64, help="So many processes share the work.")]

Found = TypeVar("Found")


def days_back(first: datetime | None, last: datetime | None, today: date) -> tuple[date, date]:
    """The first and the last day, both included. Raises BadInput where they are no stretch of the past."""
    to = last.date() if last else today
    since = first.date() if first else to - timedelta(365)
    if to > today:
        raise BadInput(f"lies after today, {today}", where="--to", next_step="Give a day that has come.")
    if since > to:
        raise BadInput(f"lies after the last day, {to}", where="--from", next_step="Give an earlier day.")
    return since, to


def with_progress(found: Iterable[tuple[int, Found]], children: int) -> Iterator[Found]:
    """What is found batch by batch, while a bar at the terminal says how many children were looked at."""
    console = Console(stderr=True)
    columns = (TextColumn("children"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("children", total=children)
        for done, one in found:
            bar.advance(task, done)
            yield one
