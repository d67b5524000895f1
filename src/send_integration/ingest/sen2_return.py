"""Reads the nine files of a SEN2 person-level return as rows, with a warning once a file for what is missing."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path

from send_integration.errors import BadInput
from send_integration.when.london import LONDON

MODULES: dict[str, tuple[str, tuple[str, ...]]] = {
    "sen2": ("0", ("lea", "datetime", "referencedate")),
    "person": ("1", ("persontableid", "surname", "forename", "personbirthdate", "ethnicity", "postcode", "upn",
                     "upnunknown")),
    "requests": ("2", ("requeststableid", "persontableid", "receiveddate", "requestsource", "requestoutcomedate",
                       "requestoutcome")),
    "assessment": ("3", ("assessmenttableid", "requeststableid", "assessmentoutcome", "assessmentoutcomedate",
                         "week20")),
    "namedplan": ("4a", ("namedplantableid", "assessmenttableid", "startdate", "pb", "dp", "ceasedate",
                         "ceasereason")),
    "plandetail": ("4b", ("plandetailtableid", "namedplantableid", "urn", "sensetting", "placementrank",
                          "senunitindicator", "resourcedprovisionindicator")),
    "activeplans": ("5a", ("activeplanstableid", "requeststableid", "reviewmeeting", "reviewoutcome", "lastreview",
                           "phasetransferduedate")),
    "placementdetail": ("5b", ("placementdetailtableid", "activeplanstableid", "urn", "placementrank", "entrydate")),
    "senneed": ("5c", ("senneedtableid", "activeplanstableid", "sentype", "sentyperank")),
}  # fmt: skip
"""Each module's number and the columns that we read; a version of the return that lacks one gives it empty."""

MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip
_PRINTED = re.compile(r"([0-9]{4})-([A-Za-z]{3})-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2}):([0-9]{2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was sent, its columns' names in small letters; `line` is the file's, counted from 1."""

    module: str
    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The column's text without spaces round it; '' where the return has no such column."""
        return self.cells.get(column, "").strip()

    @property
    def native_id(self) -> str:
        """The authority's own id of the row, the same in every year's return; else the return's number of it."""
        return self["nativeid"] or self[f"{self.module}tableid"]


@dataclass(frozen=True, slots=True)
class Return:
    """A whole return. `returned_at` is the moment at which it was made."""

    authority: str
    returned_at: datetime
    rows: Mapping[str, tuple[Row, ...]]
    warnings: tuple[str, ...]

    @property
    def source(self) -> str:
        """The events' source."""
        return f"urn:send:authority:{self.authority}:sen2"


def read_return(folder: Path) -> Return:
    """The return whose files lie in `folder`. Raises BadInput where its header is missing or says nothing of use."""
    warnings: list[str] = []
    files = {module: _file_of(folder, module, warnings) for module in MODULES}
    header_file = files["sen2"]
    if header_file is None:
        raise BadInput(
            "holds no file Blade-Export_<DD-MM-YYYY>_sen2.csv, the return's header",
            where=str(folder),
            next_step="Give the folder into which the return was exported.",
        )
    rows = {module: _rows(module, file, warnings) if file else () for module, file in files.items()}
    header = rows["sen2"][0] if rows["sen2"] else None
    authority = header["lea"] if header else ""
    returned_at = _moment(header["datetime"]) if header else None
    if not re.fullmatch("[0-9]{3}", authority, re.ASCII):
        raise BadInput("The header's lea is not an authority's three digits", where=header_file.name)
    if returned_at is None:
        raise BadInput("The header's datetime is no moment such as 2025-Jan-16 10:00:00", where=header_file.name)
    return Return(authority, returned_at, rows, tuple(warnings))


def printed_day(text: str) -> date | str | None:
    """The day of a date as the return prints it, or written as ISO does; the text where it is none, None for none."""
    if not text:
        return None
    printed = _PRINTED.fullmatch(text)
    try:
        if printed and printed[2].lower() in MONTHS:
            return date(int(printed[1]), MONTHS[printed[2].lower()], int(printed[3]))
        return datetime.fromisoformat(text).date()
    except ValueError:
        return text


def is_true(text: str) -> bool:
    """Whether a flag is set; booleans print as 0 and 1, or as true and false."""
    return text.lower() in ("1", "true")


def _moment(text: str) -> datetime | None:
    printed = _PRINTED.fullmatch(text)
    month = MONTHS.get(printed[2].lower()) if printed else None
    if printed and month:
        text = f"{printed[1]}-{month:02}-{printed[3]}T{printed[4] or '00'}:{printed[5] or '00'}:{printed[6] or '00'}"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 1990 < moment.year < 2100:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def _file_of(folder: Path, module: str, warnings: list[str]) -> Path | None:
    number, _ = MODULES[module]
    found = sorted(folder.glob(f"Blade-Export_*_{module}.csv")) or sorted(folder.glob(f"Blade-Export_*_{number}.csv"))
    if len(found) > 1:
        raise BadInput(
            f"{len(found)} files are of module {module}", where=str(folder), next_step="Give one return at a time."
        )
    if not found:
        warnings.append(f"no file of module {number} ({module})")
        return None
    return found[0]


def _rows(module: str, file: Path, warnings: list[str]) -> tuple[Row, ...]:
    text = _decoded(file)
    reader = csv.DictReader(StringIO(text, newline=""), restval="")
    try:
        columns = [name.strip().lower() for name in reader.fieldnames or ()]
        missing = [name for name in MODULES[module][1] if name not in columns]
        if missing:
            warnings.append(f"{file.name}: no column {', '.join(missing)}")
        reader.fieldnames = columns
        return tuple(
            Row(module, file.name, reader.line_num, {key: value for key, value in cells.items() if key is not None})
            for cells in reader
        )
    except csv.Error as fault:
        raise BadInput("The row cannot be read as CSV", where=f"{file.name} line {reader.line_num}") from fault


def _decoded(file: Path) -> str:
    """The file's text: UTF-8, or else what spreadsheets of the sector write."""
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
