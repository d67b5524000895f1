"""Turns the rows of a CSV file into events by a mapping; a cell that does not convert goes out as it was sent."""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import BinaryIO

from send_integration.contracts.event import JsonValue, Reason
from send_integration.errors import BadInput
from send_integration.ingest.mapping import CsvMapping, MappedColumn
from send_integration.ingest.mapping_fields import Target
from send_integration.ingest.raw_event import LARGEST_VALUE_BYTES, Origin, RawEvent, TooLong, untouched_row
from send_integration.when.london import LONDON, london_midnight, utc_text

WRONG_WIDTH = Reason("row-width", "", "The row has another number of cells than the file's first line.")
TRUE_WORDS = frozenset({"true", "yes", "y", "1"})
FALSE_WORDS = frozenset({"false", "no", "n", "0"})


def read_rows(file: BinaryIO, name: str, mapping: CsvMapping) -> Iterator[RawEvent | TooLong]:
    """Every row as an event of the mapping's type.

    Raises BadInput before the first row where the file lacks a column that the mapping names, and at the row where the
    file can be read no further.
    """
    csv.field_size_limit(LARGEST_VALUE_BYTES)
    text = io.TextIOWrapper(file, encoding=encoding_of(file, mapping.encoding), newline="")
    reader = csv.reader(text, delimiter=mapping.delimiter)
    try:
        header = [column.strip() for column in next(reader, [])]
        mapping.check_header(header)
        for cells in reader:
            if any(cells):
                yield _made(cells, header, Origin(name, reader.line_num), mapping)
    except (csv.Error, UnicodeDecodeError) as fault:
        raise BadInput(
            f"The file cannot be read further ({type(fault).__name__})",
            where=f"{name} line {reader.line_num + 1}",
            next_step="Name its encoding and delimiter in the mapping.",
        ) from fault


def encoding_of(file: BinaryIO, declared: str) -> str:
    """The encoding that the mapping declares; else UTF-8 where the whole file is that, else cp1252."""
    if declared:
        return "utf-8-sig" if declared == "utf-8" else declared
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(1 << 20):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8-sig"


def _made(cells: list[str], header: list[str], origin: Origin, mapping: CsvMapping) -> RawEvent | TooLong:
    """A row's event; a row of another width than the header goes as it is, for nobody knows which cell is which."""
    if len(cells) == len(header):
        made = _event(dict(zip(header, cells, strict=True)), origin, mapping)
    else:
        row: dict[str, JsonValue] = dict(zip(header, cells, strict=False))
        row |= {f"(column {place})": cell for place, cell in enumerate(cells, start=1) if place > len(header)}
        made = untouched_row(mapping.feed, row, origin, WRONG_WIDTH, sender=mapping.source)
    return made if len(made.value) <= LARGEST_VALUE_BYTES else TooLong(origin)


def _event(row: dict[str, str], origin: Origin, mapping: CsvMapping) -> RawEvent:
    event: dict[str, JsonValue] = {
        "specversion": "1.0",
        "id": _event_id(row, mapping),
        "source": mapping.source,
        "type": mapping.type,
        "subject": "",
        "dataschema": f"schemas/{mapping.type}.json",
        "data": {},
    }
    for path, constant in mapping.constants.items():
        _put(event, path, constant)
    for column in mapping.columns:
        cell = row[column.name].strip()
        for path, target in column.fields.items() if cell else ():
            _put(event, path, _value(cell, column, target))
    subject = _subject(event)
    event["subject"] = subject
    return RawEvent(mapping.feed, subject.encode(), json.dumps(event, ensure_ascii=False).encode(), origin)


def _event_id(row: dict[str, str], mapping: CsvMapping) -> str:
    """Always the same for the same row; a digest, because a natural key may be an identifier of a child."""
    key = [row[name].strip() for name in mapping.id_columns] if mapping.id_columns else sorted(row.items())
    return "row:" + sha256(json.dumps([mapping.type, key]).encode()).hexdigest()[:32]


def _put(event: dict[str, JsonValue], path: str, value: JsonValue) -> None:
    *parents, name = path.split(".")
    place = event
    for parent in parents:
        inner = place.setdefault(parent, {})
        assert isinstance(inner, dict)  # noqa: S101 - the mapping was checked against the contract's paths
        place = inner
    place[name] = value


def _subject(event: dict[str, JsonValue]) -> str:
    data = event["data"]
    assert isinstance(data, dict)  # noqa: S101 - made above
    person, worker = data.get("person"), data.get("worker")
    if isinstance(person, dict):
        return f"local:{person.get('local_id', '')}"
    return f"worker:{worker.get('id', '')}" if isinstance(worker, dict) else ""


def _value(cell: str, column: MappedColumn, target: Target) -> JsonValue:
    if target.is_list:
        parts = [part.strip() for part in (cell.split(column.separator) if column.separator else [cell])]
        return [column.codes.get(part, part) for part in parts if part]
    if cell in column.codes:
        return column.codes[cell]
    if target.kind is bool:
        return True if cell.lower() in TRUE_WORDS else False if cell.lower() in FALSE_WORDS else cell
    try:
        return _converted(cell, column.date_format, target.kind)
    except (ValueError, OverflowError):
        return cell


def _converted(cell: str, date_format: str, kind: type) -> JsonValue:
    """The cell as its field's kind. Raises ValueError or OverflowError where it is none."""
    if kind is int:
        return int(cell)
    if kind is float:
        return float(cell)
    if kind not in (date, datetime):
        return cell
    moment = datetime.strptime(cell, date_format) if date_format else datetime.fromisoformat(cell)  # noqa: DTZ007 - London's is set below
    if kind is date:
        return moment.date().isoformat()
    if moment.tzinfo is None and (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        moment = london_midnight(moment.date())
    return utc_text(moment if moment.tzinfo else moment.replace(tzinfo=LONDON))
