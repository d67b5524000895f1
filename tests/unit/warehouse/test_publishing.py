"""What is written to be published is found fit by what stands in the files, or refused."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from send_integration.errors import BadInput, Broken
from send_integration.warehouse.disclosure import Cell, Sum, Tables
from send_integration.warehouse.publishing import Files, publish_tables, write_fit

FILES = {"requests.csv": "a,b\r\n1,2\n", "caseload.csv": "é"}


def fit(files: Files) -> None:
    assert dict(files) == FILES


def test_what_is_found_fit_is_what_stands_there_byte_for_byte(tmp_path: Path) -> None:
    write_fit(tmp_path, FILES, fit)

    assert {path.name: path.read_bytes().decode() for path in tmp_path.iterdir()} == FILES


def test_what_is_not_fit_is_said(tmp_path: Path) -> None:
    def refuse(_: Files) -> None:
        raise Broken("A small count would come out")

    with pytest.raises(Broken):
        write_fit(tmp_path, FILES, refuse)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "..", "/x"])
def test_a_file_is_written_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="plain name"):
        write_fit(tmp_path, {"first.csv": "1", name: "1"}, fit)

    assert list(tmp_path.iterdir()) == []


TABLES = Tables({("all",): 17, ("a",): 8, ("b",): 8, ("c",): 1}, [Sum(("all",), (("a",), ("b",), ("c",)))])


def lines(shown: Mapping[Cell, str]) -> Files:
    return {"t.csv": "".join(f"{cell[0]},{written}\n" for cell, written in shown.items())}


def as_read(files: Files) -> Mapping[Cell, str]:
    return {(name,): shown for name, shown in (line.split(",") for line in files["t.csv"].splitlines())}


def test_tables_are_published_under_disclosure_control(tmp_path: Path) -> None:
    publish_tables(tmp_path, TABLES, lines, as_read)

    written = as_read({"t.csv": (tmp_path / "t.csv").read_text()})
    assert written.keys() == TABLES.counts.keys()
    assert written["c",] == "c"
    assert set(written.values()) <= {"15", "10", "c"}


def test_a_fault_of_what_writes_the_files_is_found(tmp_path: Path) -> None:
    """The audit reads what stands in the files: true counts that got into them by mistake are seen."""

    def careless(shown: Mapping[Cell, str]) -> Files:
        return lines({cell: str(count) for cell, count in TABLES.counts.items()})

    with pytest.raises(Broken, match="nothing is published"):
        publish_tables(tmp_path, TABLES, careless, as_read)


def test_tables_that_do_not_add_up_publish_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="do not add up"):
        publish_tables(tmp_path, Tables({**TABLES.counts, ("all",): 18}, TABLES.sums), lines, as_read)

    assert list(tmp_path.iterdir()) == []
