"""Adds units up to the Department's tables, row by row and column by column."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from send_integration.warehouse.dfe_places import GROUPS, WORDS, group_of
from send_integration.warehouse.dfe_tables import ACADEMIC, NOT_KNOWN, PLACE, Table, counted, shares_of, tables_of
from send_integration.warehouse.dfe_units import Unit

_GROUP_TOTALS = {words: GROUPS[group][2] for place, words in WORDS.items() if (group := group_of(place)) is not None}


class CountedRow(NamedTuple):
    """A row of a table: the topic and value that it is about, and its counts by column."""

    topic: str
    value: str
    counts: Mapping[str, int]


class DfeCounts:
    """Counts units of one year; holds only sums, so that it does not grow with the children."""

    def __init__(self, year: int) -> None:
        self.year = year
        self._counts: dict[str, dict[tuple[str, str], Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def add(self, units: Iterable[Unit]) -> None:
        """Count some units."""
        for unit in units:
            of_table = self._counts[unit.table]
            of_table["", ""].update(unit.columns)
            for topic, value in unit.who.items():
                of_table[topic, value].update(unit.columns)
            total = _GROUP_TOTALS.get(unit.who.get(PLACE, ""))
            if total is not None:
                of_table[PLACE, total].update(unit.columns)

    def tables(self) -> Iterable[tuple[Table, list[CountedRow]]]:
        """Every table, its row of everybody first and then each topic's values by their letters; there is always that row."""
        for table in tables_of(self.year):
            of_table = self._counts.get(table.name, {})
            rows = [CountedRow(table.everybody, table.everybody, counted(table, of_table.get(("", ""), {})))]
            rows += [
                CountedRow(topic, value, counted(table, of_table[topic, value]))
                for topic, value in sorted(of_table)
                if topic
            ]
            yield table, rows


def cells_of(table: Table, row: CountedRow, year: int, authority_code: str, authority: str) -> dict[str, str]:
    """A row as it is written, by the Department's columns."""
    academic = f"{year}{(year + 1) % 100:02}"
    return {
        "time_period": academic if table.period == ACADEMIC else str(year),
        "time_identifier": table.period,
        "geographic_level": "Local authority",
        "old_la_code": authority_code,
        "la_name": authority,
        "breakdown_topic": row.topic,
        "breakdown": row.value,
        **{column: str(value) for column, value in row.counts.items()},
        **shares_of(table, row.counts),
        **dict.fromkeys(table.not_known, NOT_KNOWN),
    }
