"""One row of an Annex A list as plain values: texts without the template's letters, days however they were written."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from send_integration.ingest.annex_a_columns import FoundList
from send_integration.ingest.sen2_return import MONTHS
from send_integration.ingest.workbook import Cell

Sent = date | str | None
"""A day; the text itself where it is none; None where nothing was sent."""

NOTHING = frozenset(
    {"", "#n/a", "#na", "n/a", "na", "<na>", "null", "nan", "-nan", "none", "#n/a n/a"}
    | {"1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"}
)
"""What the sector's own validator reads as an empty cell (the words that pandas takes for none)."""

_LETTERED = re.compile(r"\A[a-z]\)\s*(?=\S)", re.IGNORECASE)
_NUMBERED_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]00:00(?::00)?)?", re.ASCII)
_NAMED_DAY = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.0+)?", re.ASCII)
"""Days counted from 1900 or 1904, written as a plain number: from 1927 on, for four digits are rather a year alone."""
LONGEST_DAY = 40
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""The contract's first and last year; a day outside them is a slip and is told as one."""


@dataclass(frozen=True, slots=True)
class ListedChild:
    """A row of a list: `number` is the list's, `row` its place in the sheet, `cells` every cell as text by its heading."""

    number: int
    row: int
    unique_id: str
    upn: str
    uln: str
    born: Sent
    gender: str
    ethnicity: str
    issued: Sent
    updated: Sent
    reviewed: Sent
    need: str
    urn: str
    phase: str
    subsidiary: str
    home_education: str
    disability: str
    cells: dict[str, str]


def listed_child(
    found: FoundList, row_number: int, row: Sequence[Cell], serial_day: Callable[[float], date]
) -> ListedChild | None:
    """The child of a row; None where the row is empty."""
    if row.count(None) == len(row):  # asked first, for below a list a sheet can have a million of these
        return None

    def cell(key: str) -> Cell:
        place = found.columns.get(key)
        return row[place] if place is not None and place < len(row) else None

    def words(key: str) -> str:
        return _LETTERED.sub("", text_of(cell(key)), count=1)

    cells = {
        found.titles.get(place, f"(column {place + 1})"): told
        for place, value in enumerate(row)
        if value is not None and (told := _as_sent(value))
    }
    if not cells:
        return None
    return ListedChild(
        number=found.number,
        row=row_number,
        unique_id=text_of(cell("unique_id")),
        upn="".join(text_of(cell("upn")).split()).upper(),
        uln=text_of(cell("uln")),
        born=day_of(cell("born"), serial_day),
        gender=words("gender"),
        ethnicity=words("ethnicity").upper(),
        issued=day_of(cell("issued"), serial_day),
        updated=day_of(cell("updated"), serial_day),
        reviewed=day_of(cell("reviewed"), serial_day),
        need=words("need").upper(),
        urn=text_of(cell("urn")),
        phase=words("phase"),
        subsidiary=words("subsidiary"),
        home_education=words("home_education"),
        disability=words("disability"),
        cells=cells,
    )


def text_of(value: Cell) -> str:
    """A cell as text; '' where it says nothing. A number that is whole is written without its point."""
    text = _as_sent(value)
    return "" if text.casefold() in NOTHING else text


def day_of(value: Cell, serial_day: Callable[[float], date]) -> Sent:
    """The day of a date cell, of a text that writes one, or of a number that counts days; else the text.

    Days stand before months, as the template asks: 04/03/2025 is in March. What can only be read the other way is no day.
    """
    text = text_of(value)
    if not text:
        return None
    found = value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None
    try:
        found = found or _written_day(text[:LONGEST_DAY], serial_day)
    except (ValueError, OverflowError):
        return text
    return found if found is not None and FIRST_YEAR <= found.year <= LAST_YEAR else text


def _written_day(text: str, serial_day: Callable[[float], date]) -> date | None:
    """The day that a text writes, if any. Raises ValueError or OverflowError where there is no such day."""
    if numbered := _NUMBERED_DAY.fullmatch(text):
        return date(int(numbered[3]), int(numbered[2]), int(numbered[1]))
    if named := _NAMED_DAY.fullmatch(text):
        month = MONTHS.get(named[2][:3].casefold())
        return None if month is None else date(int(named[3]), month, int(named[1]))
    if _SERIAL.fullmatch(text):
        return serial_day(float(text))
    return datetime.fromisoformat(text).date() if len(text) >= len("2025-03-04") else None


def _as_sent(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return str(value.date())
    return str(value).strip()
