"""`send-integration audit subject-access`: everything that is held of one child, for a person to review before it is given."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from zipfile import ZIP_DEFLATED, ZipFile

import typer

from send_integration import clock
from send_integration.cli.looking import By, ShowRestricted, looker
from send_integration.cli.services import services
from send_integration.cli.whole_folder import own_file, require_new, whole_folder
from send_integration.contracts.pseudonyms import WAREHOUSE
from send_integration.errors import BadInput
from send_integration.steps.subject_access import SUBJECT_ACCESS, subject_access
from send_integration.store.held import everything_of, has_reports
from send_integration.store.pseudonym_keys import read_pseudonyms
from send_integration.web.subject_access import pages_of


def export_child(
    child: Annotated[str, typer.Argument(help="A child id, nhs:…, upn:… or local:….")],
    *,
    out: Annotated[Path, typer.Option(help="Where to: a folder that is not there yet, or a file ending in .zip.")],
    why: Annotated[str, typer.Option(help="Who asked and on what ground; for the audit. Name no child.")],
    restricted: ShowRestricted = False,
    by: By,
) -> None:
    """Write everything that is held of one child: JSON, and pages that need no network. That you took it is written down.

    What is another person's is left out by rule, each time marked. It is not ready to be given: a person must review it first.
    Where the warehouse is filled, its key of pseudonyms is needed, to find the child there.
    """
    if not why.strip():
        raise BadInput("Taking all that is held of a child needs a reason, for the audit", where="--why")
    require_new(out)
    settings, engine = services()
    names = read_pseudonyms(settings.pseudonym_folder, WAREHOUSE) if has_reports(engine) else None
    who = looker(engine, by, restricted=restricted, why=why)
    child_id = who.find(child, SUBJECT_ACCESS)
    who.saw(SUBJECT_ACCESS, [child_id], about=f"asked for: {why.strip()}")
    copy = subject_access(everything_of(engine, child_id, names), clock.now(), settings.authority)
    _write(out, {"subject-access.json": json.dumps(copy, ensure_ascii=False, indent=1), **pages_of(copy)})
    typer.echo(f"Written to {out}. It is not ready to be given: begin with read-me-first.html.")
    for one in copy["withheld"]:
        typer.echo(f"  left out {one['times']:,} times: {one['rule']}")
    for one in copy["read_before_giving"]:
        typer.echo(f"  to be read in {one['places']:,} places: {one['rule']}")


def _write(out: Path, files: Mapping[str, str]) -> None:
    """Write files that nobody else can read, in a folder or packed into one; all of them or none."""
    if out.suffix == ".zip":
        _pack(out, files)
        return
    with whole_folder(out) as folder:
        for name, content in files.items():
            with own_file(folder / name) as file:
                file.write(content)


def _pack(out: Path, files: Mapping[str, str]) -> None:
    with TemporaryDirectory(prefix=".subject-access-", dir=out.parent) as folder:
        packed = Path(folder) / out.name
        packed.touch(0o600)
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        packed.rename(out)
