"""Annex A workbooks for tests: `workbook(plans=[child(gender=None)])` gives a file's bytes."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from send_integration.contracts.identifiers import upn_with_check_letter
from send_integration.ingest.annex_a_columns import HEADINGS

LIST_DAY = date(2025, 3, 31)
UPN = upn_with_check_letter("821000000001")
OTHER_UPN = upn_with_check_letter("821000000002")
OF_PLANS_ALONE = ("issued", "updated", "reviewed", "home_education")

CHILD: dict[str, Any] = {
    "unique_id": "C1",
    "upn": UPN,
    "uln": None,
    "born": date(2014, 5, 6),
    "gender": "b) Female",
    "ethnicity": "a) WBRI",
    "issued": date(2020, 1, 15),
    "updated": date(2023, 6, 1),
    "reviewed": date(2024, 11, 20),
    "need": "k) ASD",
    "urn": 109123,
    "phase": "b) Primary",
    "subsidiary": None,
    "home_education": "b) No",
    "suspensions": 0,
    "exclusions": 0,
    "absence": 4.5,
    "pupil_premium": "b) No",
    "social_care": "b) No",
    "team": None,
    "disability": "a) Yes",
}


def child(**changes: Any) -> dict[str, Any]:
    """A row that no check finds fault with, but for the changes."""
    return {**CHILD, **changes}


def columns(number: int) -> list[str]:
    """The columns of a list in the template's order."""
    return [key for key in HEADINGS if number == 1 or key not in OF_PLANS_ALONE]


def workbook(
    plans: Iterable[Mapping[str, Any]] = (),
    support: Iterable[Mapping[str, Any]] = (),
    *,
    keys: Sequence[str] | None = None,
) -> bytes:
    """A file with list 1 of some rows, and list 2 where rows are given for it."""
    book = Workbook()
    first = book.active
    assert first is not None
    fill(first, plans, keys or columns(1))
    rows = list(support)
    if rows:
        fill(book.create_sheet(), rows, columns(2))
    return saved(book)


def fill(sheet: Any, rows: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> None:
    """Headings and rows."""
    sheet.append([HEADINGS[key] for key in keys])
    for row in rows:
        sheet.append([row[key] for key in keys])


def saved(book: Workbook) -> bytes:
    """A workbook's bytes."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(content: bytes, name: str, part: bytes | None) -> bytes:
    """The file with a part put in the place of its own, or left out."""
    made = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        if part is not None:
            new.writestr(name, part)
    return made.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    """A part of a file."""
    with ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)
