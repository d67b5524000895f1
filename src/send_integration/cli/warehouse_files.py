"""Files of the warehouse's rows for a consumer: CSV that every engine reads, each key made another where that is asked for."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from send_integration.cli.whole_folder import own_file
from send_integration.contracts.pseudonyms import Pseudonyms

MANIFEST = "manifest.json"


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[tuple[Any, ...]], names: Pseudonyms | None) -> int:
    """Write rows with their header; gives how many. With `names` every key is that consumer's own."""
    keys = [number for number, name in enumerate(columns) if name.endswith("_key")]
    count = 0
    with own_file(path) as file:
        written = csv.writer(file, lineterminator="\r\n")
        written.writerow(columns)
        for row in rows:
            cells = [_written(value) for value in row]
            if names is not None:
                for number in keys:
                    cells[number] = names.of(cells[number]) if cells[number] else ""
            written.writerow(cells)
            count += 1
    return count


def _written(value: object) -> str:
    """A value as engines read it: days and moments as ISO 8601, truth in small letters, nothing where there is none."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
