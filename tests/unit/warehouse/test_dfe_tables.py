"""Our tables have the Department's columns, and add up and divide as its own figures do."""

import csv
from pathlib import Path

import pytest

from send_integration.warehouse.dfe_tables import KEYS, NOT_KNOWN, Table, counted, shares_of, tables_of

PUBLISHED = Path("tests/data/dfe-ehc-plans-2025")
TABLES = tables_of(2024)
NEITHER_IN_TIME_NOT_LATE = {"request_outcome_six_weeks_pc", "request_outcome_over_6_weeks_pc"}
"""The Department divides by two requests more, which it counts as neither."""


def rows_of(table: Table) -> list[dict[str, str]]:
    with (PUBLISHED / f"{table.name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_columns_are_the_departments_in_its_order(table: Table) -> None:
    assert [*KEYS, *table.columns] == list(rows_of(table)[0])


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_totals_and_shares_of_the_departments_own_rows_come_out_as_it_has_them(table: Table) -> None:
    for row in rows_of(table):
        given = {
            name: int(row[name])
            for name in table.columns
            if name not in table.shares and row[name].lstrip("-").isdigit()
        }
        single = {name: count for name, count in given.items() if name not in table.totals}
        found = counted(table, single)
        for total in table.totals:
            assert found[total] == given[total], (row["breakdown"], total)
        shares = shares_of(table, {**found, **given})
        for name in set(table.shares) - NEITHER_IN_TIME_NOT_LATE:
            if row[name] != NOT_KNOWN:
                assert float(shares[name]) == float(row[name]), (row["breakdown"], name)
