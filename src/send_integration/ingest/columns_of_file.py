"""Notices which columns of a CSV file no mapping names, and which a mapping names and the file no longer has."""

import csv
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

from send_integration.contracts.drift import shape_of
from send_integration.ingest.csv_rows import encoding_of
from send_integration.ingest.mapping import CsvMapping

LOOKED_AT = 200
"""Rows from which a column's shapes are told."""

TITLE = re.compile(r"[A-Za-z][A-Za-z _/-]{0,38}[A-Za-z0-9]?", re.ASCII)
HIDDEN = "(not shown)"


@dataclass(frozen=True, slots=True)
class NoticedColumn:
    """A column's title, or that it is hidden, whether it is 'new' or 'missing', its shapes and what it may be."""

    name: str
    what: str
    shapes: tuple[str, ...] = ()
    likely_field: str = ""


def noticed_columns(file: BinaryIO, mapping: CsvMapping) -> tuple[NoticedColumn, ...]:
    """The columns of a file on which it and its mapping disagree; the file is read from its start, and left there.

    A file without a line of titles would give a child's row for them: a title that does not look like one is hidden.
    """
    text = io.TextIOWrapper(file, encoding=encoding_of(file, mapping.encoding), newline="", errors="replace")
    try:
        rows = csv.reader(text, delimiter=mapping.delimiter)
        header = [title.strip() for title in next(rows, [])]
        cells = [row for row, _ in zip(rows, range(LOOKED_AT), strict=False) if len(row) == len(header)]
    except csv.Error:
        return ()
    finally:
        text.detach()
        file.seek(0)
    named = {*(column.name for column in mapping.columns), *mapping.id_columns}
    missing = [NoticedColumn(name, "missing") for name in sorted(named - set(header))]
    # Where none of the mapping's columns is there, the first line is no line of titles, or the file another's.
    is_titles = bool(named & set(header))
    new = [
        _new(title, [row[place] for row in cells], mapping, missing, shown=is_titles)
        for place, title in enumerate(header)
        if title not in named and title not in mapping.ignored
    ]
    return (*new, *missing)


def _new(
    title: str, values: list[str], mapping: CsvMapping, missing: list[NoticedColumn], *, shown: bool
) -> NoticedColumn:
    shapes = {shape_of(value.strip()): None for value in values if value.strip()}
    looks = shown and TITLE.fullmatch(title) and title not in values
    likely = _likely_field(values, mapping, missing)
    return NoticedColumn(title if looks else HIDDEN, "new", tuple(shapes)[:3], likely)


def _likely_field(values: list[str], mapping: CsvMapping, missing: list[NoticedColumn]) -> str:
    """The field of the one missing column that would take all of these cells; '' where there is none, or a doubt."""
    gone = {column.name for column in missing}
    given = {value.strip() for value in values if value.strip()}
    likely = [
        path
        for column in mapping.columns
        if column.name in gone
        for path, target in column.fields.items()
        if given and (given <= (target.codes | column.codes.keys()) if target.codes else len(gone) == 1)
    ]
    return likely[0] if len(set(likely)) == 1 else ""
