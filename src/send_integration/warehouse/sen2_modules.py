"""The nine modules of a SEN2 person-level return: their columns in the sector's order, how they print, and how they link."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import StringIO

from send_integration.ingest.sen2_return import MONTHS as RETURN_MONTHS
from send_integration.ingest.sen2_return import printed_day

MONTHS = tuple(name.title() for name in RETURN_MONTHS)
"""As the export prints them, in whatever language the machine speaks."""


def _columns(module: str, parent: str, own: str) -> tuple[str, ...]:
    keys = (f"{module}tableid", "NativeId", f"{module}orderseqcolumn", "sourceid")
    return (*keys, *([f"{parent}tableid"] if parent else []), *own.split())


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sen2": _columns(
        "sen2", "", "collection year referencedate sourcelevel lea softwarecode release serialno datetime dmo dco dsco"
    ),
    "person": _columns(
        "person", "sen2", "surname forename personbirthdate sex ethnicity postcode upn uniquelearnernumber upnunknown"
    ),
    "requests": _columns(
        "requests",
        "person",
        "receiveddate requestsource rya requestoutcomedate requestoutcome requestmediation requesttribunal exported",
    ),
    "assessment": _columns(
        "assessment",
        "requests",
        "assessmentoutcome assessmentoutcomedate assessmentmediation assessmenttribunal othermediation othertribunal week20",
    ),
    "namedplan": _columns("namedplan", "assessment", "startdate planres planwbp pb oa dp ceasedate ceasereason"),
    "plandetail": _columns(
        "plandetail",
        "namedplan",
        "urn ukprn sensetting sensettingother placementrank senunitindicator resourcedprovisionindicator",
    ),
    "activeplans": _columns(
        "activeplans",
        "requests",
        "transferla reviewmeeting reviewoutcome reviewdraft phasetransferduedate phasetransferfinaldate lastreview",
    ),
    "placementdetail": _columns(
        "placementdetail",
        "activeplans",
        "urn ukprn sensetting sensettingother placementrank entrydate leavingdate senunitindicator"
        " resourcedprovisionindicator res wbp",
    ),
    "senneed": _columns("senneed", "activeplans", "sentype sentyperank"),
}
"""Every column of the newest version of the return (1.3, which has the request's source and the days of an amended plan)."""

Row = dict[str, str]


@dataclass(slots=True)
class Branch:
    """A row before it is numbered, with the rows that belong to it; `cells` are its own columns by name."""

    module: str
    native_id: str
    cells: Row
    branches: list["Branch"] = field(default_factory=list)

    def day(self, column: str) -> date | None:
        """The day that a column says."""
        told = printed_day(self.cells.get(column, ""))
        return told if isinstance(told, date) else None

    def under(self, module: str) -> list["Branch"]:
        """The rows of a module that belong to this one."""
        return [branch for branch in self.branches if branch.module == module]


class Numbering:
    """Gives rows their table ids, which count each module's rows; the same rows in the same order get the same."""

    def __init__(self, source_id: str) -> None:
        self._source_id = source_id
        self._count: Counter[str] = Counter()

    def rows_of(self, branch: Branch, parent: str = "", parent_id: str = "") -> Iterator[tuple[str, Row]]:
        """A branch's row and all that belong to it, each after its parent."""
        self._count[branch.module] += 1
        number = str(self._count[branch.module])
        row = {
            f"{branch.module}tableid": number,
            "NativeId": branch.native_id,
            f"{branch.module}orderseqcolumn": number,
            "sourceid": self._source_id,
            **({f"{parent}tableid": parent_id} if parent else {}),
            **branch.cells,
        }
        yield branch.module, row
        for below in branch.branches:
            yield from self.rows_of(below, branch.module, number)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which return: the calendar year that it is about, and the authority whose it is."""

    year: int
    authority: str

    @property
    def first_day(self) -> date:
        """1 January of the year."""
        return date(self.year, 1, 1)

    @property
    def last_day(self) -> date:
        """31 December: a request that came later belongs to the next return."""
        return date(self.year, 12, 31)

    @property
    def census_on(self) -> date:
        """The third Thursday of January after the year: the day for which plans are counted. What happened later is not told."""
        first = date(self.year + 1, 1, 1)
        return first + timedelta((3 - first.weekday()) % 7 + 14)


@dataclass(frozen=True, slots=True)
class Maker:
    """What the header says of how the return was made; the three designated officers as the authority gives them."""

    made_at: datetime
    release: str
    serial_no: int
    dmo: str = ""
    dco: str = ""
    dsco: str = ""


def header_of(scope: Scope, maker: Maker) -> Branch:
    """Module 0."""
    cells = {
        "collection": "SEN2",
        "year": str(scope.year + 1),
        "referencedate": printed(scope.census_on),
        "sourcelevel": "L",
        "lea": scope.authority,
        "softwarecode": "send-integration",
        "release": maker.release,
        "serialno": str(maker.serial_no),
        "datetime": f"{printed(maker.made_at.date()).partition(' ')[0]} {maker.made_at:%H:%M:%S}",
        "dmo": maker.dmo,
        "dco": maker.dco,
        "dsco": maker.dsco,
    }
    return Branch("sen2", f"{scope.authority}-{scope.year + 1}", cells)


def file_name(module: str, made_on: date) -> str:
    """A module's file, as the sector names it."""
    return f"Blade-Export_{made_on:%d-%m-%Y}_{module}.csv"


def printed(day: date | None) -> str:
    """A day as the export prints it."""
    return f"{day.year:04}-{MONTHS[day.month - 1]}-{day.day:02} 00:00:00" if day else ""


def flag(value: object) -> str:
    """A flag as the export prints it; what nobody told is not so."""
    return "1" if value else "0"


def line_of(module: str, row: Mapping[str, str] | None) -> str:
    """A row as a line of its file; None is the line of columns."""
    out = StringIO()
    columns = COLUMNS[module]
    csv.writer(out, lineterminator="\r\n").writerow(columns if row is None else [row.get(name, "") for name in columns])
    return out.getvalue()
