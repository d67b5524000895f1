"""A folder of exported files: all of them or none, on disk, for their owner alone until all is done, and nothing written over."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from tempfile import mkdtemp
from typing import TextIO

from send_integration.errors import BadInput
from send_integration.store.synced import sync_file, sync_folder

UNFINISHED = ".send-export-"
"""How the name of a folder begins in which an export is being written."""


def require_new(to: Path) -> None:
    """Refuse a place where something is already, or whose own folder is not there."""
    if os.path.lexists(to):
        raise BadInput("There is something already", where=str(to), next_step="Name a place where nothing is.")
    if not to.parent.is_dir():
        raise BadInput("There is no such folder", where=str(to.parent))


@contextmanager
def whole_folder(to: Path, *, for_everybody: bool = False) -> Iterator[Path]:
    """A folder that nobody else can read, which becomes `to` if all goes well, and else is removed; `for_everybody` lets others
    read it then. What a process that was killed left of an export beside `to` is removed first."""
    with _begun(to.parent) as made:
        try:
            yield made
            _finish(made, to, for_everybody=for_everybody)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def own_file(path: Path) -> TextIO:
    """A new file that its owner alone can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="")


@contextmanager
def _begun(parent: Path) -> Iterator[Path]:
    """A new folder, locked for as long as this process works on it: one that is not locked was left by a process that died."""
    with _opened(parent) as beside:
        flock(beside, LOCK_EX)  # one after the other: a folder is made and locked before another process looks at it
        _clear_up(parent)
        made = Path(mkdtemp(prefix=UNFINISHED, dir=parent))
        own = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
        flock(own, LOCK_EX)
    try:
        yield made
    finally:
        os.close(own)


def _clear_up(parent: Path) -> None:
    for left in [path for path in parent.iterdir() if path.name.startswith(UNFINISHED)]:
        # another's cannot be opened; one that has gone was finished or removed just now; one that is locked is being written
        with suppress(PermissionError, FileNotFoundError, BlockingIOError), _opened(left) as folder:
            flock(folder, LOCK_EX | LOCK_NB)
            shutil.rmtree(left)


def _finish(made: Path, to: Path, *, for_everybody: bool) -> None:
    for path in made.rglob("*"):
        if for_everybody:
            path.chmod(0o755 if path.is_dir() else 0o644)
        (sync_folder if path.is_dir() else sync_file)(path)
    if for_everybody:
        made.chmod(0o755)
    sync_folder(made)
    try:
        made.rename(to)
    except OSError as fault:
        raise BadInput("Something else was put there meanwhile", where=str(to)) from fault
    sync_folder(to.parent)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
