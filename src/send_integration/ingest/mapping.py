"""Reads a mapping: which column of a CSV file fills which field of one type of event.

type = "send.camhs.referred.v1"
source = "urn:send:trust:camhs"
id = ["Referral ID"]              # columns that tell rows apart for ever; left out: the whole row does
encoding = "cp1252"               # left out: UTF-8, or cp1252 where the file is none
delimiter = ";"                   # left out: a comma
ignored = ["Ward"]                # columns that are knowingly not used; any other that is not named is reported

[columns]
"Referral ID" = "data.referral_id"
"Referred" = { field = ["time", "recordedtime"], date = "%d/%m/%Y" }
"Urgency" = { field = "data.priority", codes = { "1" = "emergency", "2" = "urgent", "3" = "routine" } }
"Needs" = { field = "data.need_types", separator = ";" }

[constants]
"data.primary_reason" = "other"
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn

from send_integration.contracts.event import JsonValue
from send_integration.contracts.registry import EVENT_TYPES, type_feed
from send_integration.errors import BadInput
from send_integration.ingest.mapping_fields import Target, targets_of

TOP_KEYS = frozenset({"type", "source", "id", "encoding", "delimiter", "ignored", "columns", "constants"})
COLUMN_KEYS = frozenset({"field", "date", "codes", "separator"})
ENCODINGS = ("utf-8-sig", "utf-8", "cp1252")


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column, the fields that it fills, and how its cells are read."""

    name: str
    fields: Mapping[str, Target]
    date_format: str
    codes: Mapping[str, JsonValue]
    separator: str


@dataclass(frozen=True, slots=True)
class CsvMapping:
    """A whole mapping, checked against the contract; `text` is its file's, for naming lines."""

    name: str
    text: str
    type: str
    feed: str
    source: str
    id_columns: tuple[str, ...]
    encoding: str
    delimiter: str
    columns: tuple[MappedColumn, ...]
    constants: Mapping[str, JsonValue]
    ignored: frozenset[str] = frozenset()

    def check_header(self, header: Iterable[str]) -> None:
        """Raise BadInput where the file does not have each column that the mapping names, once."""
        present = list(header)
        for column in (*(column.name for column in self.columns), *self.id_columns):
            if present.count(column) != 1:
                times = "twice" if column in present else "not"
                _refuse(self.name, self.text, column, f"column '{column}' is {times} in the file")


def read_mapping(text: str, name: str) -> CsvMapping:
    """The mapping, or BadInput naming file, line and column of the first thing that is wrong."""
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadInput(f"is no TOML: {fault}", where=name) from fault
    type_name = _checked_type(parsed, name, text)
    targets = targets_of(type_name)
    columns = tuple(_column(name, text, column, spec, targets) for column, spec in parsed["columns"].items())
    constants = parsed.get("constants", {})
    for path, value in constants.items():
        _check_value(name, text, path, value, _target(name, text, path, path, targets))
    _check_complete(name, text, columns, constants, targets)
    return CsvMapping(
        name,
        text,
        type_name,
        type_feed[type_name],
        parsed["source"],
        tuple(parsed.get("id", ())),
        parsed.get("encoding", ""),
        parsed.get("delimiter", ","),
        columns,
        constants,
        frozenset(parsed.get("ignored", ())),
    )


def _checked_type(parsed: Mapping[str, Any], name: str, text: str) -> str:
    """The event type, once what stands at the mapping's top is right."""
    for key in parsed:
        if key not in TOP_KEYS:
            _refuse(name, text, key, f"'{key}' is no key of a mapping; it may have {', '.join(sorted(TOP_KEYS))}")
    type_name = str(parsed.get("type", ""))
    if type_name not in EVENT_TYPES:
        _refuse(name, text, "type", "type is no event type of the contract")
    for key, accepts in (("source", str), ("columns", dict)):
        if not parsed.get(key) or not isinstance(parsed[key], accepts):
            _refuse(name, text, key, f"{key} is missing or empty")
    if parsed.get("encoding", ENCODINGS[0]) not in ENCODINGS:
        _refuse(name, text, "encoding", f"encoding is none of {', '.join(ENCODINGS)}")
    ignored = parsed.get("ignored", [])
    if not isinstance(ignored, list) or not all(isinstance(title, str) for title in ignored):
        _refuse(name, text, "ignored", "ignored is no list of columns")
    if not isinstance(parsed.get("delimiter", ","), str) or len(parsed.get("delimiter", ",")) != 1:
        _refuse(name, text, "delimiter", "delimiter is not one character")
    return type_name


def _column(name: str, text: str, column: str, spec: Any, targets: Mapping[str, Target]) -> MappedColumn:  # noqa: ANN401 - whatever the TOML says
    told = {"field": spec} if isinstance(spec, str | list) else spec
    if not isinstance(told, dict) or "field" not in told or told.keys() - COLUMN_KEYS:
        keys = ", ".join(sorted(COLUMN_KEYS))
        _refuse(name, text, column, f"column '{column}' needs a field, and may have {keys}")
    paths = [told["field"]] if isinstance(told["field"], str) else told["field"]
    fields = {path: _target(name, text, column, path, targets) for path in paths}
    codes = told.get("codes", {})
    for target in fields.values():
        for value in codes.values():
            _check_value(name, text, column, value, target)
    date_format = told.get("date", "")
    if date_format:
        _check_date_format(name, text, column, date_format, fields)
    return MappedColumn(column, fields, date_format, codes, told.get("separator", ""))


def _target(name: str, text: str, column: str, path: object, targets: Mapping[str, Target]) -> Target:
    if not isinstance(path, str) or path not in targets:
        _refuse(name, text, column, f"column '{column}': '{path}' is no field of the event type")
    return targets[path]


def _check_value(name: str, text: str, column: str, value: object, target: Target) -> None:
    """A code or constant must be one that the field takes; a day or moment is written as text."""
    accepts: tuple[type, ...] = {int: (int,), float: (int, float), bool: (bool,)}.get(target.kind, (str,))
    values = value if target.is_list and isinstance(value, list) else [value]
    for one in values:
        right_kind = isinstance(one, accepts) and (target.kind is bool or not isinstance(one, bool))
        if not right_kind or (target.codes and one not in target.codes):
            known = f"; it takes {', '.join(sorted(target.codes))}" if target.codes else ""
            _refuse(name, text, column, f"'{column}': '{one}' is no value of the field{known}")


def _check_date_format(name: str, text: str, column: str, written: str, fields: Mapping[str, Target]) -> None:
    """A format must read back the day that it wrote, and belong to a field that holds a day or a moment."""
    if any(target.kind not in (date, datetime) for target in fields.values()):
        _refuse(name, text, column, f"column '{column}': only a day or a moment has a date format")
    probe = datetime(2012, 11, 28)  # noqa: DTZ001 - only its day is compared
    try:
        read_back = datetime.strptime(probe.strftime(written), written).date()  # noqa: DTZ007 - only its day is compared
    except ValueError:
        read_back = None
    if read_back != probe.date():
        _refuse(name, text, column, f"column '{column}': '{written}' is no date format such as %d/%m/%Y")


def _check_complete(
    name: str,
    text: str,
    columns: Iterable[MappedColumn],
    constants: Mapping[str, JsonValue],
    targets: Mapping[str, Target],
) -> None:
    """Every field that the contract demands is filled, and none twice."""
    filled = [*constants, *(path for column in columns for path in column.fields)]
    twice = sorted({path for path in filled if filled.count(path) > 1})
    missing = sorted(path for path, target in targets.items() if target.required and path not in filled)
    if twice:
        _refuse(name, text, twice[0], f"field '{twice[0]}' is filled twice")
    if missing:
        _refuse(name, text, "columns", f"no column fills {', '.join(missing)}")


def _refuse(name: str, text: str, word: str, what: str) -> NoReturn:
    """Refuse a mapping before anything is sent, naming the line on which the word stands."""
    number = _line_of(text, word)
    where = f"{name} line {number}" if number else name
    raise BadInput(what, where=where, next_step="Nothing was sent.")


def _line_of(text: str, word: str) -> int:
    """The line whose key is the word, else the first that holds it; 0 where none does."""
    lines = list(enumerate(text.splitlines(), start=1))
    keyed = (number for number, line in lines if line.strip().split("=")[0].strip().strip("[]\"'") == word)
    holding = (number for number, line in lines if word in line)
    return next(keyed, next(holding, 0))
