"""Opens a file to be read, or says that it cannot be."""

from pathlib import Path
from typing import BinaryIO

from send_integration.errors import BadInput


def opened(path: Path) -> BinaryIO:
    """The file's bytes. Raises BadInput where they cannot be read."""
    try:
        return path.open("rb")
    except OSError as fault:
        raise BadInput(
            "The file cannot be read", where=str(path), next_step="Check its name and its rights."
        ) from fault
