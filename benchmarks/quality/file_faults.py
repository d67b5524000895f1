"""Faults of whole CSV files, each a function from a file's bytes to the faulty one; read by the worker's own adapter.

The files are of pupils' attendance, as a school's system exports them. The docstrings are the table's words.
"""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from benchmarks.quality.row_faults import EXCEL_DAY_NONE, Body
from send_integration.errors import BadInput
from send_integration.ingest.columns_of_file import noticed_columns
from send_integration.ingest.csv_rows import read_rows
from send_integration.ingest.mapping import read_mapping
from send_integration.ingest.raw_event import RawEvent

ROWS_OF_A_FILE = 25
TITLES = (
    "Pupil",
    "UPN",
    "Forename",
    "Surname",
    "Born",
    "Postcode",
    "From",
    "To",
    "Possible",
    "Authorised",
    "Unauthorised",
)
MAPPING = read_mapping(
    """\
type = "send.school.attendance.v1"
source = "urn:send:luton:schools"
id = ["Pupil", "From", "To"]
encoding = "utf-8"

[columns]
"Pupil" = "data.person.local_id"
"UPN" = "data.person.upn"
"Forename" = "data.person.given_name"
"Surname" = "data.person.family_name"
"Born" = { field = "data.person.date_of_birth", date = "%d/%m/%Y" }
"Postcode" = "data.person.postcode"
"From" = { field = "data.from_on", date = "%d/%m/%Y" }
"To" = { field = ["data.to_on", "time", "recordedtime"], date = "%d/%m/%Y" }
"Possible" = "data.sessions_possible"
"Authorised" = "data.sessions_authorised_absence"
"Unauthorised" = "data.sessions_unauthorised_absence"
""",
    "attendance.toml",
)

Spoil = Callable[[bytes], list[bytes]]


class FileFault(NamedTuple):
    """A kind of fault, and how a file gets it: to none, one or several files."""

    name: str
    spoil: Spoil


class ReadFile(NamedTuple):
    """What the adapter made of a file: its events, whether it was refused or cut short, the columns it noticed."""

    events: list[RawEvent]
    refused: bool
    noticed: int


def attendance_file(bodies: Sequence[Body]) -> bytes:
    """The file from which the adapter makes these attendance events."""
    return written([TITLES, *(_cells(body["data"]) for body in bodies)])


def _cells(data: dict[str, Any]) -> list[str]:
    person = data["person"]
    return [
        person["local_id"], person.get("upn", ""), person["given_name"], person["family_name"],
        _day(person["date_of_birth"]), person.get("postcode", ""), _day(data["from_on"]), _day(data["to_on"]),
        str(data["sessions_possible"]), str(data["sessions_authorised_absence"]),
        str(data["sessions_unauthorised_absence"]),
    ]  # fmt: skip


def _day(iso: str) -> str:
    return date.fromisoformat(iso).strftime("%d/%m/%Y")


def read_file(content: bytes, name: str) -> ReadFile:
    """Read a file as `ingest` does: what its columns show, then its rows, up to where it can be read."""
    file = io.BytesIO(content)
    noticed = noticed_columns(file, MAPPING)
    events: list[RawEvent] = []
    try:
        events.extend(event for event in read_rows(file, name, MAPPING) if isinstance(event, RawEvent))
    except BadInput:
        return ReadFile(events, refused=True, noticed=len(noticed))
    return ReadFile(events, refused=False, noticed=len(noticed))


def table(content: bytes) -> list[list[str]]:
    """The rows of a file, its titles first."""
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def written(rows: Sequence[Sequence[str]], delimiter: str = ",") -> bytes:
    """Rows as a file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def _each_row(content: bytes, change: Callable[[list[str]], list[str]]) -> list[bytes]:
    titles, *rows = table(content)
    return [written([titles, *map(change, rows)])]


def renamed_column(content: bytes) -> list[bytes]:
    """Surname is called Family name"""
    titles, *rows = table(content)
    return [written([["Family name" if title == "Surname" else title for title in titles], *rows])]


def columns_shifted(content: bytes) -> list[bytes]:
    """cells moved one column to the right, the last one lost"""
    return _each_row(content, lambda cells: ["", *cells[:-1]])


def a_cell_too_many(content: bytes) -> list[bytes]:
    """a comma within a name splits it"""
    return _each_row(content, lambda cells: [*cells[:3], "Junior", *cells[3:]])


def another_delimiter(content: bytes) -> list[bytes]:
    """semicolons for commas"""
    return [written(table(content), delimiter=";")]


def in_windows_1252(content: bytes) -> list[bytes]:
    """Windows-1252 where the mapping says UTF-8"""
    titles, first, *rows = table(content)
    first[2] = "Zoë"
    return [written([titles, first, *rows]).decode().encode("cp1252", errors="replace")]


def in_utf_16(content: bytes) -> list[bytes]:
    """UTF-16"""
    return [content.decode().encode("utf-16")]


def truncated_in_a_row(content: bytes) -> list[bytes]:
    """cut off in the middle of a row"""
    return [content[: content.rindex(b",", 0, len(content) // 2)]]


def truncated_after_a_row(content: bytes) -> list[bytes]:
    """cut off between two rows"""
    return [content[: content.index(b"\n", len(content) // 2) + 1]]


def sent_twice(content: bytes) -> list[bytes]:
    """the same file a second time"""
    return [content, content]


def titles_lost(content: bytes) -> list[bytes]:
    """without its line of titles"""
    return [written(table(content)[1:])]


def days_as_excel_serials(content: bytes) -> list[bytes]:
    """days as Excel's count"""
    return _each_row(content, lambda cells: [*cells[:6], *map(_serial, cells[6:8]), *cells[8:]])


def days_the_american_way(content: bytes) -> list[bytes]:
    """birth dates as month, day, year"""
    return _each_row(content, lambda cells: [*cells[:4], _month_first(cells[4]), *cells[5:]])


def two_digit_years(content: bytes) -> list[bytes]:
    """birth dates with two-digit years"""
    return _each_row(content, lambda cells: [*cells[:4], cells[4][:6] + cells[4][8:], *cells[5:]])


def _serial(day: str) -> str:
    return str((date.fromisoformat("-".join(reversed(day.split("/")))) - EXCEL_DAY_NONE).days)


def _month_first(day: str) -> str:
    first, month, year = day.split("/")
    return f"{month}/{first}/{year}"


FILE_FAULTS = (
    FileFault("file: renamed column", renamed_column),
    FileFault("file: shifted columns", columns_shifted),
    FileFault("file: a cell too many", a_cell_too_many),
    FileFault("file: another delimiter", another_delimiter),
    FileFault("file: Windows-1252", in_windows_1252),
    FileFault("file: UTF-16", in_utf_16),
    FileFault("file: truncated in a row", truncated_in_a_row),
    FileFault("file: truncated after a row", truncated_after_a_row),
    FileFault("file: sent twice", sent_twice),
    FileFault("file: titles lost", titles_lost),
    FileFault("file: days as Excel serials", days_as_excel_serials),
    FileFault("file: day and month swapped", days_the_american_way),
    FileFault("file: two-digit years", two_digit_years),
)
"""Every kind, in the table's order."""
