"""Writes a set of files that are published together: all of them, once they were read back and found fit, or none."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from send_integration.errors import BadInput
from send_integration.store.synced import sync_folder
from send_integration.warehouse.disclosure import Cell, Tables, protect
from send_integration.warehouse.disclosure_audit import audit

Files = Mapping[str, str]
"""Each file's text by its name."""


def publish_tables(
    folder: Path,
    tables: Tables,
    written: Callable[[Mapping[Cell, str]], Files],
    read: Callable[[Files], Mapping[Cell, str]],
) -> Mapping[Cell, str]:
    """Publish tables under disclosure control, and say what is shown of each number.

    `written` makes the files of what may be shown, and `read` finds in them what they show: the audit judges what stands in
    the files, not what should. Raises where any of it fails; then nothing is there.
    """
    release = protect(tables)
    publish(folder, written(release.shown), lambda files: audit(tables, replace(release, shown=read(files))))
    return release.shown


def publish(folder: Path, files: Files, require_fit: Callable[[Files], None]) -> None:
    """Make a folder that holds the files. `require_fit` is given them as they were written and raises where they must not be
    published.

    They are written to a folder beside, which nobody else can read, and which takes the name of `folder` when all is done. Of a
    process that was killed that folder stays, and the next publication removes it. Raises BadInput where `folder` is there.
    """
    _require_publishable(folder, files)
    beginning = f".{folder.name}.unfinished-"
    for left in [path for path in folder.parent.iterdir() if path.name.startswith(beginning)]:
        shutil.rmtree(left)
    unfinished = Path(tempfile.mkdtemp(prefix=beginning, dir=folder.parent))
    try:
        for name, text in files.items():
            _write(unfinished / name, text)
        require_fit({name: (unfinished / name).read_bytes().decode() for name in files})
        sync_folder(unfinished)
        unfinished.chmod(0o755)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    sync_folder(folder.parent)


def _require_publishable(folder: Path, files: Files) -> None:
    if os.path.lexists(folder):
        raise BadInput(
            "It is there already, and what was published is not written over",
            where=str(folder),
            next_step="Give the name of a folder that is not there.",
        )
    if not folder.parent.is_dir():
        raise BadInput("There is no such folder to publish in", where=str(folder.parent))
    for name in files:
        if name in {"", ".", ".."} or Path(name).name != name:
            raise BadInput("A published file must have a plain name", where=str(folder))


def _write(path: Path, text: str) -> None:
    with path.open("xb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
