"""The Department's ten tables of a whole authority can be published, together, and nothing small comes out of them."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from send_integration.errors import Broken
from send_integration.warehouse.dfe_counts import DfeCounts
from send_integration.warehouse.dfe_publication import Publication
from send_integration.warehouse.dfe_tables import KEYS, tables_of
from send_integration.warehouse.disclosure import Cell
from send_integration.warehouse.publishing import publish_tables, write_fit
from tests.property.disclosure_attacker import Attacker

FULL_SIZE = Path(__file__).parents[2] / "data" / "dfe-counts-full-size" / "counts.json"
OF_THE_YEAR = ("requests", "assessments", "timeliness_20_week", "newplans", "sen_need_newplans")
"""The tables that do not count every plan in force, whose 6,000 numbers take three times as long as all others."""
EVERY = 300
"""Of the small counts that are not 0 so many are passed over for one that is attacked: each costs half a second."""


def of_full_size(*tables: str) -> DfeCounts:
    told = json.loads(FULL_SIZE.read_text())
    counts = DfeCounts(told["year"])
    for table, rows in told["counts"].items():
        for topic, value, columns in rows if not tables or table in tables else ():
            counts._counts[table][topic, value] = Counter(columns)  # sums, for whose units there is no room
    return counts


def publication(counts: DfeCounts) -> Publication:
    return Publication(counts, "821", "Luton")


def suppressed_and_rounded(made: Publication) -> dict[Cell, str]:
    """Without what is suppressed beside."""
    return {cell: str((count + 2) // 5 * 5) if count >= 5 else "c" for cell, count in made.tables.counts.items()}


def published(folder: Path) -> list[tuple[str, dict[str, str]]]:
    return [(path.stem, row) for path in sorted(folder.iterdir()) for row in csv.DictReader(path.open(newline=""))]


def test_tables_of_a_whole_authority_keep_their_headlines_and_stand_an_attack(tmp_path: Path) -> None:
    made = publication(of_full_size(*OF_THE_YEAR))

    shown = publish_tables(tmp_path, made.tables, made.written, made.read)

    rows = published(tmp_path)
    assert len({table for table, _ in rows}) == 10
    not_counts = {*KEYS, *(share for table in tables_of(2024) for share in table.shares)}
    told = {number for _, row in rows for column, number in row.items() if column not in not_counts}
    assert not {number for number in told - {"c", "x"} if int(number) < 5 or int(number) % 5}
    assert shown == made.read({path.name: path.read_bytes().decode() for path in tmp_path.iterdir()})
    assert [one.headlines_suppressed for one in made.told(shown)] == [()] * 10
    large = [cell for cell in shown if made.tables.counts[cell] >= 5]
    assert sum(shown[cell] == "c" for cell in large) / len(large) < 0.03
    assert shown["timeliness_20_week", "plans_issued_within_20_weeks", "", ""] == "110"
    small = [cell for cell, count in made.tables.counts.items() if 0 < count < 5]
    knows_which = Attacker(shown, made.tables.sums, small={cell: n < 5 for cell, n in made.tables.counts.items()})
    does_not = Attacker(shown, made.tables.sums)
    for cell in small[::EVERY]:
        low, high = knows_which.interval(cell)
        assert high - low >= 2, cell
        assert cell in made.tables.hidden or does_not.interval(cell)[0] == 0, cell


@pytest.mark.parametrize(
    ("file", "is_", "becomes"),
    [
        pytest.param(
            "caseload.csv", "All EHC plans,All EHC plans,2700", "All EHC plans,All EHC plans,2701", id="two totals"
        ),
        pytest.param("requests.csv", "Sex,Male", "Sex,Males", id="another row"),
        pytest.param("caseload.csv", ",x,", ",4,", id="a figure that nobody knows"),
    ],
)
def test_a_file_that_shows_something_else_is_refused(tmp_path: Path, file: str, is_: str, becomes: str) -> None:
    made = publication(of_full_size())
    files = made.written(suppressed_and_rounded(made))
    assert is_ in files[file]
    files |= {file: files[file].replace(is_, becomes, 1)}

    with pytest.raises(Broken, match="nothing is published"):
        write_fit(tmp_path, files, lambda written: dict.clear(made.read(written)))


def test_a_percentage_is_of_the_numbers_shown() -> None:
    made = publication(of_full_size())
    rounded = suppressed_and_rounded(made)
    files = made.written(rounded)
    assert made.read(files) == {cell: rounded[cell] for cell in made.read(files)}
    everybody = next(csv.DictReader(files["sen_needs_all_plans.csv"].splitlines()))
    share = 100 * int(everybody["number_asd"]) / int(everybody["ehc_plans"])
    assert everybody["asd_pc"] == f"{share:.1f}"

    files["sen_needs_all_plans.csv"] = files["sen_needs_all_plans.csv"].replace(f",{share:.1f},", f",{share:.3f},", 1)
    with pytest.raises(Broken, match="asd_pc"):
        made.read(files)
