"""A folder of exported files: all of them or none, for their owner alone, and nothing written over."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TextIO

from send_integration.errors import BadInput


def require_new(to: Path) -> None:
    """Refuse a place where something is already, or whose own folder is not there."""
    if to.exists() or to.is_symlink():
        raise BadInput("There is something already", where=str(to), next_step="Name a place where nothing is.")
    if not to.parent.is_dir():
        raise BadInput("There is no such folder", where=str(to.parent))


@contextmanager
def whole_folder(to: Path) -> Iterator[Path]:
    """A folder that nobody else can read, which becomes `to` if all goes well, and else is removed."""
    made = Path(mkdtemp(prefix=".export-", dir=to.parent))
    try:
        yield made
        try:
            made.rename(to)
        except OSError as fault:
            raise BadInput("Something else was put there meanwhile", where=str(to)) from fault
    finally:
        shutil.rmtree(made, ignore_errors=True)


def own_file(path: Path) -> TextIO:
    """A new file that its owner alone can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="")
