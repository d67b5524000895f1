"""Reads what each figure of the warehouse is: its words and what it counts, from the files beside this one."""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

FILES = ("plans.toml", "waits.toml", "schools.toml")


ALL, NEED = "all", "need"
"""Breakdowns that are no column: everything, and the needs that had been told of the child by then."""


class Measure(StrEnum):
    """How a figure's value is made of what its rows count."""

    SHARE = "share"
    RATE = "rate"
    COUNT = "count"
    MEDIAN = "median"
    NINETIETH = "90th"

    @property
    def words(self) -> str:
        """The unit of the value, for a reader."""
        return _WORDS[self]


_WORDS = {
    Measure.SHARE: "a share, from 0 to 1",
    Measure.RATE: "for each one of the denominator",
    Measure.COUNT: "a number",
    Measure.MEDIAN: "days, the median",
    Measure.NINETIETH: "days, the 90th percentile",
}

_NAMED = re.compile(r"\{(\w+)\}")
"""Where a query takes its rows from another that stands before it."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: what it says in words, and the SQL of its rows.

    `rows` is a query of which each row that `where` lets through falls in the period of its `day`, and counts `part` of
    `whole`. `by` are columns by which it is broken down; `need` is no column, but the needs told of the child by that day.
    """

    name: str
    title: str
    counts: str
    of: str
    measure: Measure
    period: str
    by: tuple[str, ...]
    all: bool
    basis: str
    caveats: str
    rows: str
    where: str
    day: str
    part: str
    whole: str

    @property
    def view(self) -> str:
        """The view that gives the figure; with `_rows` behind it, the one that gives the rows which it counts."""
        return f"metric_{self.name}"

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """By what it is broken down; `all` is no breakdown but the whole."""
        return (*([ALL] if self.all else []), *self.by)


@cache
def metrics() -> tuple[Metric, ...]:
    """Every figure, in the order of the files."""
    files = [tomllib.loads((resources.files(__package__) / name).read_text("utf-8")) for name in FILES]
    sources: dict[str, str] = {}
    for name, fields in (item for written in files for item in written["source"].items()):
        sources[name] = _NAMED.sub(lambda found: sources[found[1]], fields["sql"].strip())
    return tuple(_metric(name, fields, sources) for written in files for name, fields in written["metric"].items())


def _metric(name: str, fields: dict[str, Any], sources: dict[str, str]) -> Metric:
    return Metric(
        name=name,
        title=fields["title"],
        counts=fields["counts"],
        of=fields.get("of", ""),
        measure=Measure(fields["measure"]),
        period=fields.get("period", "month"),
        by=tuple(fields.get("by", ())),
        all=fields.get("all", True),
        basis=fields["basis"],
        caveats=fields.get("caveats", ""),
        rows=sources[fields["from"]],
        where=fields.get("where", ""),
        day=fields["day"],
        part=fields["part"],
        whole=fields.get("whole", "1"),
    )
