"""`send-integration export parquet`: the warehouse's views as Parquet, of some days, as they are or as they were."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from send_integration.cli.looking import By, looker
from send_integration.cli.moments import known_at_moment
from send_integration.cli.services import services
from send_integration.cli.warehouse_files import MANIFEST, write_rows
from send_integration.cli.whole_folder import own_file, require_new, whole_folder
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.store.pseudonym_keys import read_pseudonyms
from send_integration.store.shown import EXTRACT
from send_integration.warehouse.changes import Standing, standing_at
from send_integration.warehouse.history import told_columns, view_of
from send_integration.warehouse.parquet import DAY_OF_FACT, to_parquet
from send_integration.warehouse.tables import ALL


def export_parquet(
    *,
    to: Annotated[Path, typer.Option(help="Where to: a folder that is not there yet.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day of facts; without it all.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="The last day of facts; without it all.")
    ] = None,
    as_was: Annotated[str, typer.Option(help="As it was at this moment, RFC 3339; without it as it is.")] = "",
    consumer: Annotated[
        str,
        typer.Option(help="For whom: every key is made another by this consumer's own key, see `pseudonyms new`."),
    ] = "",
    by: By,
) -> None:
    """Write the warehouse's views as Parquet, a file each, and a manifest with the moment as of which they are.

    Of facts those of some days, each by the day that docs/warehouse.md says; dimensions whole. It is person by person under
    pseudonyms, for use inside alone. That you took it is recorded.
    """
    moment = known_at_moment(as_was, where="--as-was") if as_was else None
    require_new(to)
    settings, engine = services()
    names = read_pseudonyms(settings.pseudonym_folder, consumer) if consumer else None
    days = (first.date() if first else None, last.date() if last else None)
    with standing_at(engine, moment) as found, whole_folder(to) as folder:
        looker(engine, by, restricted=False, why="").saw(
            EXTRACT, [None], about=f"the warehouse as of {found.moment.isoformat()}, for {consumer or 'its own use'}"
        )
        counts = _write_views(folder, found, days, names)
        manifest: dict[str, Any] = {
            "watermark": found.moment.isoformat(),
            "from": days[0].isoformat() if days[0] else None,
            "until": days[1].isoformat() if days[1] else None,
            "consumer": consumer or None,
            "rows": counts,
        }
        with own_file(folder / MANIFEST) as file:
            json.dump(manifest, file, indent=1)
    typer.echo(f"Written to {to}, for you alone, as of {manifest['watermark']}.")
    for name, count in counts.items():
        typer.echo(f"  {name:<20} {count:>9,} rows")


def _write_views(
    folder: Path, found: Standing, days: tuple[date | None, date | None], names: Pseudonyms | None
) -> dict[str, int]:
    """Write every view; gives how many rows each has."""
    counts: dict[str, int] = {}
    for table in ALL:
        name, written = view_of(table), folder / "rows.csv"
        rows = found.rows(table, DAY_OF_FACT.get(name, ""), *days)
        counts[name] = write_rows(written, [column.name for column in told_columns(table)], rows, names)
        to_parquet(table, written, folder / f"{name}.parquet")
        written.unlink()
    return counts
