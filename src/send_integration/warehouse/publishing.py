"""Writes a set of files that are published together, and finds them fit by what stands in them, or raises."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from send_integration.errors import BadInput
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
    """Write tables under disclosure control, and say what is shown of each number.

    `written` makes the files of what may be shown, and `read` finds in them what they show: the audit judges what stands in
    the files, not what should. Raises where any of it fails: the folder may not be published then.
    """
    release = protect(tables)
    write_fit(folder, written(release.shown), lambda files: audit(tables, replace(release, shown=read(files))))
    return release.shown


def write_fit(folder: Path, files: Files, require_fit: Callable[[Files], None]) -> None:
    """Write files into a folder. `require_fit` is given them as they stand there, and raises where they must not be published."""
    for name in files:
        if name in {"", ".", ".."} or Path(name).name != name:
            raise BadInput("A published file must have a plain name", where=str(folder))
    for name, text in files.items():
        with (folder / name).open("xb") as file:
            file.write(text.encode())
    require_fit({name: (folder / name).read_bytes().decode() for name in files})
