"""Reads what kind of place each establishment is from the Department's register (Get Information about Schools), a CSV file."""

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from send_integration.errors import BadInput

URN, KIND = "URN", "TypeOfEstablishment (code)"
LARGEST = 256 * 1024 * 1024
"""Bytes; the whole register of England is a quarter of it."""


def read_school_register(path: Path) -> Mapping[str, str]:
    """Each URN with the number of its kind. Raises BadInput for a file that is none of the register's."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput("is larger than the register of all England", where=str(path))
        raw = path.read_bytes()
    except OSError as fault:
        raise BadInput("cannot be read", where=str(path), next_step="Check its name and its permissions.") from fault
    rows = csv.DictReader(StringIO(_text(raw)))
    try:
        if not {URN, KIND} <= set(rows.fieldnames or ()):
            raise BadInput(
                f"lacks the columns '{URN}' and '{KIND}'",
                where=str(path),
                next_step="Download all establishment fields from Get Information about Schools, as CSV.",
            )
        return {row[URN].strip(): row[KIND].strip() for row in rows if row[URN] and row[KIND]}
    except csv.Error as fault:
        raise BadInput("is not a CSV file", where=str(path)) from fault


def _text(raw: bytes) -> str:
    """The register is written in Windows' own letters; a copy that was opened and saved may be in UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
