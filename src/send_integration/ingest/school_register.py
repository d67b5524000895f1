"""Reads what kind of place each establishment is from the Department's register (Get Information about Schools), a CSV file."""

import csv
import stat
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from send_integration.errors import BadInput
from send_integration.ingest.csv_rows import encoding_of
from send_integration.ingest.opening import opened

URN, KIND = "URN", "TypeOfEstablishment (code)"
LARGEST = 256 * 1024 * 1024
"""Bytes; the whole register of England is a quarter of it."""


def read_school_register(path: Path) -> Mapping[str, str]:
    """Each URN with the number of its kind. Raises BadInput for a file that is none of the register's."""
    try:
        _require_file(path)
        with opened(path) as file:
            return _kinds(file, str(path))
    except OSError as fault:
        raise BadInput("cannot be read", where=str(path), next_step="Check its name and its permissions.") from fault
    except csv.Error as fault:
        raise BadInput("is not a CSV file", where=str(path)) from fault


def _require_file(path: Path) -> None:
    """Whether it is a file, and no larger than the register, before it is opened: a pipe would be waited for."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise BadInput("is no file", where=str(path), next_step="Give the register as it was downloaded.")
    if found.st_size > LARGEST:
        raise BadInput("is larger than the register of all England", where=str(path))


def _kinds(file: BinaryIO, name: str) -> Mapping[str, str]:
    """The register is written in Windows' own letters, a few of which mean nothing; a copy that was saved may be in UTF-8."""
    text = TextIOWrapper(file, encoding=encoding_of(file, ""), errors="replace", newline="")
    rows = csv.DictReader(text)
    if not {URN, KIND} <= set(rows.fieldnames or ()):
        raise BadInput(
            f"lacks the columns '{URN}' and '{KIND}'",
            where=name,
            next_step="Download all establishment fields from Get Information about Schools, as CSV.",
        )
    return {row[URN].strip(): row[KIND].strip() for row in rows if row[URN] and row[KIND]}
