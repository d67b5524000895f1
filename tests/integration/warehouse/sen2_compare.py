"""Two returns beside each other: file by file, row by row, column by column."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from send_integration.warehouse.sen2_modules import COLUMNS

Row = Mapping[str, str]
NAMES: Mapping[str, tuple[str, ...]] = {
    "person": ("NativeId",),
    "requests": ("receiveddate", "NativeId"),
    "assessment": (),
    "namedplan": ("startdate",),
    "plandetail": ("placementrank", "urn", "ukprn"),
    "activeplans": (),
    "placementdetail": ("placementrank", "entrydate"),
    "senneed": ("sentyperank",),
}
"""By which columns a row's brothers are put in order; of those the first of one file answers the first of the other."""


class Difference(NamedTuple):
    """A cell that is not the same; column '(row)' where one file has no such row at all."""

    module: str
    column: str
    before: str
    after: str
    row: Row


class Tree:
    """A return's rows under their parents."""

    def __init__(self, folder: Path) -> None:
        self.headers: dict[str, list[str]] = {}
        self.under: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for module in COLUMNS:
            [file] = folder.glob(f"Blade-Export_*_{module}.csv")
            with file.open(newline="", encoding="utf-8") as lines:
                reader = csv.DictReader(lines)
                rows = list(reader)
                self.headers[module] = list(reader.fieldnames or ())
            parent = COLUMNS[module][4] if module != "sen2" else ""
            for row in rows:
                self.under[module, row.get(parent, "")].append(row)

    def below(self, module: str, parent: str) -> list[Row]:
        """A parent's rows of a module, in an order of their own."""
        rows = self.under[module, parent]
        return sorted(rows, key=lambda row: [row.get(name, "") for name in NAMES[module]])


BELOW = {
    "person": ("requests",),
    "requests": ("assessment", "activeplans"),
    "assessment": ("namedplan",),
    "namedplan": ("plandetail",),
    "activeplans": ("placementdetail", "senneed"),
}


def differences(before: Tree, after: Tree) -> Iterator[Difference]:
    """Everything that is not the same, people matched by their number, other rows by their place under their parent."""
    [one], [other] = before.under["sen2", ""], after.under["sen2", ""]
    yield from _cells("sen2", one, other)
    ours = {row["NativeId"]: row for row in before.below("person", one["sen2tableid"])}
    theirs = {row["NativeId"]: row for row in after.below("person", other["sen2tableid"])}
    for name in sorted(ours.keys() | theirs.keys()):
        yield from _rows("person", ours.get(name), theirs.get(name), before, after)


def _rows(module: str, one: Row | None, other: Row | None, before: Tree, after: Tree) -> Iterator[Difference]:
    if one is None or other is None:
        yield Difference(
            module, "(row)", "" if one is None else "there", "" if other is None else "there", one or other or {}
        )
        return
    yield from _cells(module, one, other)
    for below in BELOW.get(module, ()):
        ours = before.below(below, one[f"{module}tableid"])
        theirs = after.below(below, other[f"{module}tableid"])
        for number in range(max(len(ours), len(theirs))):
            yield from _rows(
                below,
                ours[number] if number < len(ours) else None,
                theirs[number] if number < len(theirs) else None,
                before,
                after,
            )


def _cells(module: str, one: Row, other: Row) -> Iterator[Difference]:
    for column in COLUMNS[module]:
        if (one.get(column) or "") != (other.get(column) or ""):
            yield Difference(module, column, one.get(column) or "", other.get(column) or "", one)
