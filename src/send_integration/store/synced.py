"""Has files and the entries of folders written to disk, so that what is there does not go when power fails."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Return once the folder's own entries are on disk; what is in its files is not meant."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def sync_file(file: Path) -> None:
    """Return once what was written to a file is on disk; its entry in its folder is not meant."""
    _sync(file, os.O_RDONLY)


def _sync(path: Path, how: int) -> None:
    descriptor = os.open(path, how)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
