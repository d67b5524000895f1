"""`send-integration audit subject-access`: everything that is held of one child, for a person to review before it is given."""

import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer

from send_integration import clock
from send_integration.cli.looking import By, ShowRestricted, looker
from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.steps.subject_access import SUBJECT_ACCESS, subject_access
from send_integration.store.held import everything_of
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
    """
    if not why.strip():
        raise BadInput("Taking all that is held of a child needs a reason, for the audit", where="--why")
    if out.exists():
        raise BadInput("There is something already", where=str(out), next_step="Name a place where nothing is.")
    if not out.parent.is_dir():
        raise BadInput("There is no such folder", where=str(out.parent))
    settings, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    child_id = who.find(child, SUBJECT_ACCESS)
    who.saw(SUBJECT_ACCESS, [child_id], about=f"asked for: {why.strip()}")
    copy = subject_access(everything_of(engine, child_id), clock.now(), settings.authority)
    _write(out, {"subject-access.json": json.dumps(copy, ensure_ascii=False, indent=1), **pages_of(copy)})
    typer.echo(f"Written to {out}. It is not ready to be given: begin with read-me-first.html.")
    for one in copy["withheld"]:
        typer.echo(f"  left out {one['times']:,} times: {one['rule']}")
    for one in copy["read_before_giving"]:
        typer.echo(f"  to be read in {one['places']:,} places: {one['rule']}")


def _write(out: Path, files: Mapping[str, str]) -> None:
    """Write files that nobody else can read; all of them or none."""
    made = Path(mkdtemp(prefix=".subject-access-", dir=out.parent))
    try:
        for name, content in files.items():
            with os.fdopen(os.open(made / name, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
                file.write(content)
        if out.suffix != ".zip":
            made.rename(out)
            return
        packed = made / "packed"
        packed.touch(0o600)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in files:
                archive.write(made / name, name)
        packed.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)
