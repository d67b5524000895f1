"""The Department's tables as the authority may publish them itself: suppressed and rounded, with all that hangs together."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import NamedTuple

from send_integration.errors import Broken
from send_integration.warehouse.dfe_counts import CountedRow, DfeCounts, cells_of
from send_integration.warehouse.dfe_places import GROUPS, WORDS, group_of
from send_integration.warehouse.dfe_tables import (
    AGE,
    AGE_AT_START,
    ASSESSMENTS,
    KEYS,
    PLACE,
    REQUESTS,
    TIMELINESS,
    TIMELY,
    TIMELY_EX,
    Share,
    Table,
    percent,
)
from send_integration.warehouse.dfe_topics import topics_of
from send_integration.warehouse.dfe_words import AGE as AGES
from send_integration.warehouse.dfe_words import AGE_TO_25, AGED
from send_integration.warehouse.disclosure import Cell, Sum, Tables
from send_integration.warehouse.rounding import SMALLEST_SHOWN, SUPPRESSED

PARTS_OF_ALL: Mapping[str, Mapping[str, str]] = {
    "requests": {
        "requests_rya": "requests_received_in_year",
        "mediation_related_request": "requests_received_in_year",
        "tribunal_related_request": "requests_received_in_year",
        "tribunal_after_mediation_request": "tribunal_related_request",
    },
    "assessments": {
        "number_assess_mediation": "assess_in_year",
        "number_assess_tribunal": "assess_in_year",
        "number_asssess_mediation_tribunal": "number_assess_tribunal",
        "number_other_mediation": "assess_in_year",
        "number_other_tribunal": "assess_in_year",
        "number_other_mediation_tribunal": "number_other_tribunal",
    },
    "timeliness_20_week": {
        "plans_issued_den_ex": "plans_issued_den",
        "plans_issued_20_weeks_ex": "plans_issued_within_20_weeks",
        "plans_issued_gt20weeks_ltYear_ex": "plans_issued_gt20weeks_ltYear",
        "plans_issued_gt_1_year_ex": "plans_issued_gt_1_year",
    },
    "personal_budgets": {"org_arrangments": "personal_budget", "pb_health": "personal_budget"},
}
"""Columns that count some of those whom another column counts: who is left over could be worked out as well."""

SAME_PLANS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("sen_need_newplans", "ehc_plans"): ("newplans", "new_ehc_plans"),
    ("sen_needs_all_plans", "ehc_plans"): ("caseload", "ehcplans"),
    ("annual_reviews", "total_ehc_plans"): ("caseload", "ehcplans"),
}
"""Columns that count the same plans: one number, whichever table it stands in."""

_DECIDED = "decided"
"""A count that is no column; several groups of columns add up to it."""

_GROUP_WORDS = {total: words for total, _, words in GROUPS.values()}
_LEAVES = {group: [words for place, words in WORDS.items() if group_of(place) == group] for group in GROUPS}


class Told(NamedTuple):
    """Of one published table: its rows, its numbers, how many are under 5, how many others had to be suppressed with them, and
    which of its row of everybody are among these."""

    table: str
    rows: int
    numbers: int
    under_5: int
    suppressed_with_them: int
    headlines_suppressed: tuple[str, ...]


class Publication:
    """The tables of a year with a row for every value, for a missing one would tell of a zero; what hangs together in them, the
    files of what may be shown, and what files show: what `publishing.publish_tables` asks for."""

    def __init__(self, counts: DfeCounts, authority_code: str, authority: str) -> None:
        self._of = (counts.year, authority_code, authority)
        self._whole = [(table, _with_every_value(table, rows)) for table, rows in counts.tables()]
        self.tables = _hanging_together(self._whole)

    def written(self, shown: Mapping[Cell, str]) -> dict[str, str]:
        """Each table's file, CSV."""
        files: dict[str, str] = {}
        for table, rows in self._whole:
            file = StringIO()
            lines = csv.DictWriter(file, (*KEYS, *table.columns), extrasaction="ignore", lineterminator="\r\n")
            lines.writeheader()
            for row in rows:
                cells = cells_of(table, row, *self._of)
                cells |= {column: shown[_cell(table, row, column)] for column in row.counts}
                cells |= {share: _percentage(cells, made) for share, made in table.shares.items()}
                lines.writerow(cells)
            files[f"{table.name}.csv"] = file.getvalue()
        return files

    def told(self, shown: Mapping[Cell, str]) -> list[Told]:
        """What became of each table's numbers; no count is told."""
        found = []
        for table, rows in self._whole:
            under_5 = sum(count < SMALLEST_SHOWN for row in rows for count in row.counts.values())
            beside = [
                (row, column)
                for row in rows
                for column, count in row.counts.items()
                if count >= SMALLEST_SHOWN and shown[_cell(table, row, column)] == SUPPRESSED
            ]
            headlines = tuple(column for row, column in beside if row.topic == table.everybody)
            numbers = sum(len(row.counts) for row in rows)
            found.append(Told(table.name, len(rows), numbers, under_5, len(beside), headlines))
        return found

    def read(self, files: Mapping[str, str]) -> dict[Cell, str]:
        """What stands in files for each number. Raises Broken where a number that stands in two is not the same in both, where
        a percentage is not that of the numbers shown, and where a row or a file is missing or one too many."""
        shown: dict[Cell, str] = {}
        if files.keys() != {f"{table.name}.csv" for table, _ in self._whole}:
            raise Broken("The files are not those of the Department's tables, so nothing is published")
        for table, rows in self._whole:
            lines = list(csv.DictReader(StringIO(files[f"{table.name}.csv"], newline="")))
            told = [(line["breakdown_topic"], line["breakdown"]) for line in lines]
            if told != [(row.topic, row.value) for row in rows]:
                raise Broken("The rows are not those of the table, so nothing is published", where=table.name)
            for row, line in zip(rows, lines, strict=True):
                _require_only_what_is_shown(table, row, line, cells_of(table, row, *self._of))
                for column in row.counts:
                    if shown.setdefault(_cell(table, row, column), line[column]) != line[column]:
                        raise Broken("A number is shown in two ways, so nothing is published", where=table.name)
        return shown


def _require_only_what_is_shown(
    table: Table, row: CountedRow, line: Mapping[str, str], exact: Mapping[str, str]
) -> None:
    """Besides the counts, which the audit judges, a row tells who and when, and percentages of what it shows."""
    if line.keys() != {*KEYS, *table.columns}:
        raise Broken("The columns are not those of the table, so nothing is published", where=table.name)
    for column, told in line.items():
        if column in row.counts:
            continue
        if told != (_percentage(line, table.shares[column]) if column in table.shares else exact[column]):
            raise Broken(f"What {column} shows tells more than it may, so nothing is published", where=table.name)


def _percentage(cells: Mapping[str, str], made: Share) -> str:
    """From what is shown of both numbers, so that it tells nothing more than they do."""
    told = {column: cells[column] for column in (made.part, *made.of)}
    if SUPPRESSED in told.values():
        return SUPPRESSED
    return percent({column: int(number) for column, number in told.items()}, made)


def _with_every_value(table: Table, rows: Sequence[CountedRow]) -> list[CountedRow]:
    """The rows, and one of zeros for each value of a topic that nobody has."""
    there = {(row.topic, row.value): row for row in rows}
    zeros = dict.fromkeys(rows[0].counts, 0)
    every = [
        there.get((topic, value), CountedRow(topic, value, zeros))
        for topic, values in topics_of(table.name).items()
        for value in values
    ]
    return [rows[0], *every]


def _cell(table: Table, row: CountedRow, column: str) -> Cell:
    """The name of a number, the same wherever it stands."""
    name, column = SAME_PLANS.get((table.name, column), (table.name, column))
    topic, value = ("", "") if row.topic == table.everybody else (row.topic, row.value)
    if not topic and name in ("newplans", "caseload") and (words := WORDS.get(column) or _GROUP_WORDS.get(column)):
        whole = "new_ehc_plans" if name == "newplans" else "ehcplans"
        return (name, whole, PLACE, words)
    if name == "newplans" and topic == AGE:
        topic = AGE_AT_START
    if name == "caseload" and value.startswith("Aged "):
        value = {AGED.youngest_words: AGE_TO_25.youngest_words}.get(value, value.replace("Aged", "age", 1))
    return (name, column, topic, value)


def _hanging_together(whole: Sequence[tuple[Table, Sequence[CountedRow]]]) -> Tables:
    """Every count by its name, and how they add up; the headlines are each table's row of everybody."""
    counts: dict[Cell, int] = {}
    for table, rows in whole:
        for row in rows:
            counts |= {_cell(table, row, column): count for column, count in row.counts.items()}
    known = _Sums(counts)
    for table, rows in whole:
        for row in rows:
            cell = {column: _cell(table, row, column) for column in row.counts}
            for total, parts in table.totals.items():
                known.add(cell[total], [cell[part] for part in parts], whole=True)
            for total, parts in _sums_beside(table):
                known.add(cell.get(total) or _cell(table, row, total), [cell[part] for part in parts], whole=True)
            for part, of in PARTS_OF_ALL.get(table.name, {}).items():
                known.add(cell[of], [cell[part]])
        _add_breakdowns(known, table, rows)
    _add_between_tables(known)
    headlines = {_cell(table, rows[0], column) for table, rows in whole for column in rows[0].counts}
    return Tables(counts, known.sums, hidden=frozenset(known.hidden), headlines=frozenset(headlines))


def _sums_beside(table: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Sums in every row that no column of a total shows, but that readers see: the total's name, which may be no column."""
    if table is TIMELINESS:
        yield "plans_issued_den", TIMELY
        yield "plans_issued_den_ex", TIMELY_EX
    if table is REQUESTS:
        yield "requests_received_in_year", ("request_outcome_six_weeks", "request_outcome_over_6_weeks")
    if table is ASSESSMENTS:
        yield "assess_not_issued", ("outcome_decision_within_time", "outcome_decision_over_time")
    if table.name == "annual_reviews":
        meetings = tuple(c for c in table.columns if c.startswith("review_meeting_") and not c.endswith(".1"))
        decisions = tuple(c for c in table.columns if c.startswith("review_decision") and c[-1].isdigit())
        outcomes = ("outcome_amend", "outcome_cease", "outcome_maintan")
        yield "total_review_meeting", meetings
        yield "total_review_meeting", (*outcomes, "no_outcome")
        yield _DECIDED, decisions
        yield _DECIDED, outcomes
        yield _DECIDED, ("number_decsion_4weeks", "number_decision_gt_4weeks")


class _Sums:
    """The sums that readers know of; what a total has beyond the parts that they see becomes a hidden part."""

    def __init__(self, counts: dict[Cell, int]) -> None:
        self._counts = counts
        self.sums: list[Sum] = []
        self.hidden: set[Cell] = set()

    def add(self, total: Cell, parts: Sequence[Cell], *, whole: bool = False) -> None:
        """A total of parts; `whole` where nothing can be beyond them."""
        if any(part not in self._counts for part in parts):
            return
        if total not in self._counts:
            # a number that no table shows, but that two of them would add up to
            self._counts[total] = sum(self._counts[part] for part in parts)
            self.hidden.add(total)
        rest = self._counts[total] - sum(self._counts[part] for part in parts)
        if whole and not rest:
            self.sums.append(Sum(total, tuple(parts)))
            return
        beyond: Cell = (*total, "beyond", *parts[0])
        self._counts[beyond] = rest
        self.hidden.add(beyond)
        self.sums.append(Sum(total, (*parts, beyond)))


def _add_breakdowns(known: _Sums, table: Table, rows: Sequence[CountedRow]) -> None:
    """The values of each topic add up to everybody, and the places of a group to its total."""
    everybody = rows[0]
    of_topic: dict[str, dict[str, CountedRow]] = {}
    for row in rows[1:]:
        of_topic.setdefault(row.topic, {})[row.value] = row
    for topic, values in of_topic.items():
        totals = [words for words in _GROUP_WORDS.values() if words in values]
        for column in everybody.counts:
            leaves = [_cell(table, row, column) for value, row in values.items() if value not in totals]
            known.add(_cell(table, everybody, column), leaves, whole=True)
            if topic != PLACE:
                continue
            for group, places in _LEAVES.items():
                total = _cell(table, values[GROUPS[group][2]], column)
                known.add(total, [_cell(table, values[place], column) for place in places], whole=True)


def _add_between_tables(known: _Sums) -> None:
    """Of the plans issued in the year those are new ones that are still in force; somebody of 20 or over is of one age; of the
    plans in force some have a budget."""
    for topic, values in topics_of("newplans").items():
        asked = AGE if topic == AGE_AT_START else topic
        for value in values:
            known.add(
                ("timeliness_20_week", "plans_issued_den", asked, value), [("newplans", "new_ehc_plans", topic, value)]
            )
    known.add(("timeliness_20_week", "plans_issued_den", "", ""), [("newplans", "new_ehc_plans", "", "")])
    older = [("caseload", "ehcplans", AGE, f"age {age}") for age in range(AGED.oldest, AGE_TO_25.oldest + 1)]
    known.add(("caseload", "ehcplans", AGE, "age 20 and over"), older, whole=True)
    for topic, values in topics_of("personal_budgets").items():
        for value in values:
            in_force = AGE_TO_25.youngest_words if value == AGES.youngest_words else value
            known.add(
                ("caseload", "ehcplans", topic, in_force), [("personal_budgets", "personal_budget", topic, value)]
            )
    known.add(("caseload", "ehcplans", "", ""), [("personal_budgets", "personal_budget", "", "")])
