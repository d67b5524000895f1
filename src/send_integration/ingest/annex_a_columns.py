"""Finds the lists in a workbook by their headings, whatever its sheets are called and however its columns are ordered."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from send_integration.errors import BadInput
from send_integration.ingest.columns_of_file import HIDDEN, TITLE
from send_integration.ingest.workbook import Cell, Sheet

HEADINGS = {
    "unique_id": "Unique ID",
    "upn": "UPN",
    "uln": "ULN",
    "born": "Date of birth",
    "gender": "Gender",
    "ethnicity": "Ethnicity",
    "issued": "Date initial EHC plan issued",
    "updated": "Date updated EHC plan issued",
    "reviewed": "Date EHC plan last reviewed",
    "need": "SEN primary need",
    "urn": "Main education establishment – URN",
    "phase": "Main education establishment – phase",
    "subsidiary": "Subsidiary education establishment – phase (dual registration)",
    "home_education": "Elective home education",
    "suspensions": "Suspensions",
    "exclusions": "Permanent exclusions",
    "absence": "Absence",
    "pupil_premium": "Pupil Premium",
    "social_care": "Known to children's social care?",
    "team": "Which children's social care team?",
    "disability": "Does the child or young person have a disability?",
}
"""Every column of the lists by our short name for it, with its heading in the inspectorates' template."""

OTHER_WORDS = {
    "dob": "born",
    "sex": "gender",
    "primary need": "need",
    "main education establishment": "urn",
    "urn": "urn",
    "subsidiary education establishment phase": "subsidiary",
    "subsidiary education establishment": "subsidiary",
    "known to social care": "social_care",
    "which team": "team",
    "disability": "disability",
}
"""Headings that people write instead."""

OF_PLANS = ("issued", "updated", "reviewed")
"""The columns by which list 1, children with a plan, is told from list 2, SEN support."""

UNTOLD = frozenset(
    {"phase", "home_education", "suspensions", "exclusions", "absence", "pupil_premium", "social_care", "team"}
)
"""Columns without which every check can still be made; where one is missing, the list is read with a warning."""

HEADING_WITHIN = 40
"""Rows in which the headings are looked for; above them may stand a title and notes."""

FEWEST = 5
"""Headings of ours that a row must have to be the row of headings: fewer are a note about them."""

LIST_NAMES = {1: "list 1 (children with a plan)", 2: "list 2 (SEN support)"}
_NOT_WORDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class FoundList:
    """A list in a sheet: which it is, in which row its headings stand, and in which column what is."""

    number: int
    sheet: Sheet
    heading_row: int
    columns: Mapping[str, int]
    titles: Mapping[int, str]

    def rows(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """The rows below the headings, each with its number in the sheet."""
        return islice(enumerate(self.sheet.rows(), start=1), self.heading_row, None)


def find_lists(sheets: Sequence[Sheet], name: str) -> tuple[dict[int, FoundList], list[str]]:
    """The lists of a workbook by their number, and what to warn of. Raises BadInput where there is none, one twice, or where
    one lacks a column that the checks need."""
    found: dict[int, FoundList] = {}
    for sheet in sheets:
        one = _list_of(sheet, name)
        if one is None:
            continue
        if one.number in found:
            places = f"sheets {found[one.number].sheet.place} and {sheet.place}"
            raise BadInput(
                f"{places} both hold {LIST_NAMES[one.number]}", where=name, next_step="Leave one of them in the file."
            )
        found[one.number] = one
    if not found:
        raise BadInput(
            "No sheet has the headings of an Annex A list, such as 'Unique ID', 'Date of birth' and 'SEN primary need'",
            where=name,
            next_step="Check that it is the file with the child-level lists, saved as an ordinary .xlsx.",
        )
    warnings = [f"{name}: no sheet holds {LIST_NAMES[number]}" for number in LIST_NAMES if number not in found]
    for number in sorted(found):
        warnings += _warnings(found[number], name)
    return found, warnings


def _list_of(sheet: Sheet, name: str) -> FoundList | None:
    for row_number, row in enumerate(islice(sheet.rows(), HEADING_WITHIN), start=1):
        titles = {
            place: " ".join(cell.split()) for place, cell in enumerate(row) if isinstance(cell, str) and cell.strip()
        }
        keys = [(place, _KEY_OF.get(_folded(title))) for place, title in titles.items()]
        known = [(place, key) for place, key in keys if key is not None]
        if len({key for _, key in known}) < FEWEST:
            continue
        columns: dict[str, int] = {}
        for place, key in known:
            if key in columns:
                raise BadInput(f"Two columns are headed '{HEADINGS[key]}'", where=f"{name} sheet {sheet.place}")
            columns[key] = place
        number = 1 if any(key in columns for key in OF_PLANS) else 2
        _demand(columns, number, f"{name} sheet {sheet.place}")
        return FoundList(number, sheet, row_number, columns, _told_apart(titles))
    return None


def _told_apart(titles: Mapping[int, str]) -> dict[int, str]:
    """Titles that stand twice with their column's number, so that a row keeps the cells of both."""
    often = Counter(titles.values())
    return {place: title if often[title] == 1 else f"{title} (column {place + 1})" for place, title in titles.items()}


def _demand(columns: Mapping[str, int], number: int, where: str) -> None:
    missing = [HEADINGS[key] for key in _of(number) if key not in columns and key not in UNTOLD]
    if missing:
        named = ", ".join(f"'{heading}'" for heading in missing)
        step = "Name the columns as the inspection's template does: without them every row would be refused."
        raise BadInput(f"{LIST_NAMES[number]} has no column {named}", where=where, next_step=step)


def _warnings(found: FoundList, name: str) -> Iterator[str]:
    where = f"{name} sheet {found.sheet.place}"
    missing = [HEADINGS[key] for key in _of(found.number) if key not in found.columns]
    if missing:
        yield f"{where}: no column {', '.join(repr(heading) for heading in missing)}"
    known = set(found.columns.values())
    for place, title in found.titles.items():
        if place not in known:
            shown = title if TITLE.fullmatch(title) else HIDDEN
            yield f"{where}: the column '{shown}' is no column of the list and not read"


def _of(number: int) -> list[str]:
    """The columns that a list of this number has in the template."""
    only_of_plans = (*OF_PLANS, "home_education")
    return [key for key in HEADINGS if number == 1 or key not in only_of_plans]


def _folded(title: str) -> str:
    return _NOT_WORDS.sub(" ", title.casefold().replace("'", "").replace("’", "")).strip()


_KEY_OF = {**{_folded(heading): key for key, heading in HEADINGS.items()}, **OTHER_WORDS}
