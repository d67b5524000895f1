"""Reads the sheets of an Excel workbook row by row, never holding more of it than its shared texts and one row."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import BinaryIO, TypeAlias
from xml.etree.ElementTree import ParseError
from zipfile import ZipFile

from defusedxml import ElementTree
from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel

from send_integration.errors import BadInput
from send_integration.ingest.workbook_guard import SAVE_AGAIN, guard
from send_integration.when.london import LONDON

Cell: TypeAlias = str | int | float | bool | datetime | date | time | timedelta | None

MOST_COLUMNS = 256
"""Columns of a sheet that are looked at; a list has some twenty."""

CORE = "docProps/core.xml"
MODIFIED = "{http://purl.org/dc/terms/}modified"

warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
"""The library warns of looks that it leaves out, and repeats a cell where a date is none; what that means is told by us."""

NO_WORKBOOK = "cannot be read as an Excel workbook"
UNREADABLE = (OSError, ParseError, ValueError, TypeError, LookupError, OverflowError)
"""What the library lets through of a workbook whose parts do not fit together: it has no error of its own for it. Damage of
the packing never comes so far, for every part was unpacked before."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its place in the workbook, counted from 1, and its rows from the first on, each time anew."""

    place: int
    rows: Callable[[], Iterator[tuple[Cell, ...]]]


@dataclass(frozen=True, slots=True)
class Workbook:
    """An opened workbook; `serial_day` turns a number that counts days, as this workbook counts them, into a day."""

    sheets: tuple[Sheet, ...]
    saved_at: datetime | None
    merged_rows: bool
    serial_day: Callable[[float], date]


def open_workbook(file: BinaryIO, name: str) -> Workbook:
    """The workbook in a file. Raises BadInput, here or while rows are read, where it is none or is hostile."""
    merged = guard(file, name)
    saved_at = _saved_at(file, name)
    with _told_plainly(name):
        opened = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        found = list(opened.worksheets)

    def rows_of(sheet: object) -> Callable[[], Iterator[tuple[Cell, ...]]]:
        return lambda: _rows(sheet, name)

    def serial_day(number: float) -> date:
        return _day_of(from_excel(number, opened.epoch))

    sheets = tuple(Sheet(place, rows_of(sheet)) for place, sheet in enumerate(found, start=1))
    return Workbook(sheets, saved_at, merged, serial_day)


def _rows(sheet: object, name: str) -> Iterator[tuple[Cell, ...]]:
    with _told_plainly(name):
        sheet.reset_dimensions()  # type: ignore[attr-defined] # what a sheet says of its own size may be anything
        yield from sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)  # type: ignore[attr-defined]


@contextmanager
def _told_plainly(name: str) -> Iterator[None]:
    """The library's faults as ours, without their words, which may hold a cell."""
    try:
        yield
    except UNREADABLE as fault:
        raise BadInput(NO_WORKBOOK, where=name, next_step=SAVE_AGAIN) from fault


def _saved_at(file: BinaryIO, name: str) -> datetime | None:
    """When the workbook says that it was last saved; the library would put this moment where it says nothing."""
    with ZipFile(file) as archive:
        if CORE not in archive.namelist():
            return None
        core = archive.read(CORE)
    try:
        told = ElementTree.fromstring(core, forbid_dtd=True).findtext(MODIFIED)
    except (
        ParseError
    ) as fault:  # a prefix that stands for nothing; the guard, which knows no prefixes, refused the rest
        raise BadInput(NO_WORKBOOK, where=name, next_step=SAVE_AGAIN) from fault
    try:
        moment = datetime.fromisoformat((told or "").strip())
    except ValueError:
        return None
    if not 1990 < moment.year < 2100:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def _day_of(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    raise ValueError("no day")
