"""Reads which measures there are, and England's figures beside them, from the files beside this one."""

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from send_integration.warehouse.metrics.definitions import Measure, Metric, metrics


class Grain(StrEnum):
    """Over what a measure's periods reach."""

    QUARTER = "quarter"
    QUARTER_END = "quarter-end"
    MONTH = "month"
    YEAR = "year"


class Line(NamedTuple):
    """A category of a figure that is shown, and how it is called."""

    breakdown: str
    category: str
    title: str


@dataclass(frozen=True, slots=True)
class National:
    """England's figure: a percentage, of which period, and where it was published."""

    value: float
    first: date
    last: date
    period: str
    publication: str
    table: str
    column: str
    licence: str


@dataclass(frozen=True, slots=True)
class InspectionMeasure:
    """A measure of the page: which lines of which figure, over which periods."""

    name: str
    metric: Metric
    about: str
    grain: Grain
    year_ends: tuple[int, int]
    more_is_better: bool
    lines: tuple[Line, ...]
    national: National | None
    none: str

    @property
    def counts(self) -> str:
        """What is counted, in the words of the figure."""
        return self._over(self.metric.counts)

    @property
    def of(self) -> str:
        """Of how many, in the words of the figure."""
        return self._over(self.metric.of)

    def _over(self, words: str) -> str:
        """The figure's words, which are of months, for periods that are longer."""
        is_longer = self.grain in (Grain.QUARTER, Grain.QUARTER_END)
        return words.replace("the month", "the quarter") if is_longer else words

    @property
    def is_share(self) -> bool:
        """Whether it is in per cent; it is in weeks otherwise."""
        return self.metric.measure is Measure.SHARE


@cache
def inspection_measures() -> tuple[InspectionMeasure, ...]:
    """Every measure, in the order of the page."""
    known = {metric.name: metric for metric in metrics()}
    england = {name: National(**fields) for name, fields in _file("national.toml")["national"].items()}
    return tuple(_measure(fields, known, england) for fields in _file("measures.toml")["measure"])


def _measure(fields: dict[str, Any], known: dict[str, Metric], england: dict[str, National]) -> InspectionMeasure:
    month, day = fields.get("year_ends", "12-31").split("-")
    return InspectionMeasure(
        name=fields["name"],
        metric=known[fields["metric"]],
        about=fields["about"],
        grain=Grain(fields["grain"]),
        year_ends=(int(month), int(day)),
        more_is_better=fields["better"] == "more",
        lines=tuple(Line(*line) for line in fields["lines"]),
        national=england.get(fields["name"]),
        none=fields.get("none", ""),
    )


def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__) / name).read_text("utf-8"))
