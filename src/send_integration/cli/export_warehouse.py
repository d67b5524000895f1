"""`send-integration export warehouse`: what changed in the warehouse's tables since a moment, or all of it, for a consumer."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Table

from send_integration.cli.looking import By, looker
from send_integration.cli.moments import known_at_moment
from send_integration.cli.services import services
from send_integration.cli.warehouse_files import MANIFEST, write_rows
from send_integration.cli.whole_folder import own_file, require_new, whole_folder
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.store.pseudonym_keys import read_pseudonyms
from send_integration.store.shown import EXTRACT
from send_integration.warehouse.changes import Changes, changes_since
from send_integration.warehouse.history import key_of, told_columns, view_of
from send_integration.warehouse.tables import ALL


def export_warehouse(
    *,
    to: Annotated[Path, typer.Option(help="Where to: a folder that is not there yet.")],
    since: Annotated[
        str, typer.Option(help="The watermark of the manifest that you have, RFC 3339; without it all is written.")
    ] = "",
    consumer: Annotated[
        str,
        typer.Option(help="For whom: every key is made another by this consumer's own key, see `pseudonyms new`."),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest.")] = False,
    by: By,
) -> None:
    """Write what changed in the warehouse's tables since a moment: of each table its new rows and the keys of those that are
    gone, as CSV, and a manifest with the moment for the next time.

    Take out what is gone, then take in the rows, each in the place of the one with its key: then you hold what the views
    give. It is person by person under pseudonyms, for use inside alone. That you took it is recorded.
    """
    moment = known_at_moment(since, where="--since") if since else None
    require_new(to)
    settings, engine = services()
    names = read_pseudonyms(settings.pseudonym_folder, consumer) if consumer else None
    with changes_since(engine, moment) as changes, whole_folder(to) as folder:
        looker(engine, by, restricted=False, why="").saw(
            EXTRACT,
            [None],
            about=f"the warehouse {f'since {since}' if since else 'whole'}, for {consumer or 'its own use'}",
        )
        manifest: dict[str, Any] = {
            "since": changes.since.isoformat() if changes.since else None,
            "watermark": changes.watermark.isoformat(),
            "consumer": consumer or None,
            "tables": {view_of(table): _write(folder, table, changes, names) for table in ALL},
        }
        with own_file(folder / MANIFEST) as file:
            json.dump(manifest, file, indent=1)
    if as_json:
        typer.echo(json.dumps(manifest, indent=1))
        return
    typer.echo(f"Written to {to}, for you alone. The next time: --since {manifest['watermark']}")
    for name, told in manifest["tables"].items():
        typer.echo(f"  {name:<20} {told['rows']:>9,} rows, {told['gone']:>9,} gone")


def _write(folder: Path, table: Table, changes: Changes, names: Pseudonyms | None) -> dict[str, Any]:
    """A table's two files; gives what the manifest says of it."""
    name, columns = view_of(table), [column.name for column in told_columns(table)]
    gone_columns = [key_of(table), "unstated_at"]
    return {
        "key": key_of(table),
        "rows": write_rows(folder / f"{name}.csv", columns, changes.rows(table), names),
        "gone": write_rows(folder / f"{name}.gone.csv", gone_columns, changes.gone(table), names),
    }
