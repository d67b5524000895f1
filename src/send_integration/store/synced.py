"""Has the entries of a folder written to disk, so that a file which is there does not go when power fails."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Return once the folder's own entries are on disk; what is in its files is not meant."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
