"""`send-integration export metrics`: the figures that the authority is asked for, each with its definition."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from send_integration.cli.looking import By, looker
from send_integration.cli.moments import known_at_moment
from send_integration.cli.services import services
from send_integration.cli.warehouse_files import MANIFEST, write_rows
from send_integration.cli.whole_folder import own_file, require_new, whole_folder
from send_integration.store.shown import EXTRACT
from send_integration.warehouse.metrics.definitions import metrics
from send_integration.warehouse.metrics.figures import FIGURE, Figures, figures_at

DEFINITIONS = "definitions.csv"
DEFINED = ("metric", "title", "counted", "of", "value", "period", "by", "basis", "caveats")


def export_metrics(
    *,
    to: Annotated[Path, typer.Option(help="Where to: a folder that is not there yet.")],
    as_was: Annotated[str, typer.Option(help="As it was at this moment, RFC 3339; without it as it is.")] = "",
    as_at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Count what happened up to this day; without it the day of that moment."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest.")] = False,
    by: By,
) -> None:
    """Write the figures that the authority is asked for: a CSV each, their definitions, and a manifest with the moment as of
    which they are.

    They are exact, for use inside alone: small ones can tell of a child. That you took them is recorded.
    """
    moment = known_at_moment(as_was, where="--as-was") if as_was else None
    require_new(to)
    settings, engine = services()
    day = as_at.date() if as_at else settings.as_of
    with figures_at(engine, moment, day) as figures, whole_folder(to) as folder:
        looker(engine, by, restricted=False, why="").saw(
            EXTRACT, [None], about=f"the figures as of {figures.moment.isoformat()}, up to {figures.as_at}"
        )
        manifest = _write(folder, figures)
    if as_json:
        typer.echo(json.dumps(manifest, indent=1))
        return
    typer.echo(f"Written to {to}, for you alone: the figures are exact, and small ones can tell of a child.")
    typer.echo(f"As of {manifest['watermark']}, up to {manifest['as_at']}.")
    for name, count in manifest["rows"].items():
        typer.echo(f"  {name:<32} {count:>7,} rows")


def _write(folder: Path, figures: Figures) -> dict[str, Any]:
    """Write every file; gives what the manifest says."""
    counts = {
        metric.name: write_rows(folder / f"{metric.name}.csv", FIGURE, figures.of(metric), None) for metric in metrics()
    }
    write_rows(folder / DEFINITIONS, DEFINED, _definitions(), None)
    manifest = {"watermark": figures.moment.isoformat(), "as_at": figures.as_at.isoformat(), "rows": counts}
    with own_file(folder / MANIFEST) as file:
        json.dump(manifest, file, indent=1)
    return manifest


def _definitions() -> list[tuple[str, ...]]:
    return [
        (
            metric.name,
            metric.title,
            metric.counts,
            metric.of,
            metric.measure.words,
            metric.period,
            ", ".join(metric.breakdowns),
            metric.basis,
            metric.caveats,
        )
        for metric in metrics()
    ]
