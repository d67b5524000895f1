"""What is published together is there whole, or not at all: a fault, a refusal by the audit, a process that is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from send_integration.errors import BadInput, Broken
from send_integration.warehouse.disclosure import Cell, Sum, Tables
from send_integration.warehouse.publishing import Files, publish, publish_tables

FILES = {"requests.csv": "a,b\r\n1,2\n", "caseload.csv": "é"}


def fit(files: Files) -> None:
    assert dict(files) == FILES


def test_files_that_are_fit_are_there_byte_for_byte(tmp_path: Path) -> None:
    publish(tmp_path / "2025", FILES, fit)

    assert {path.name: path.read_bytes().decode() for path in (tmp_path / "2025").iterdir()} == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["2025"]


def test_what_is_not_fit_leaves_nothing(tmp_path: Path) -> None:
    def refuse(_: Files) -> None:
        raise Broken("A small count would come out")

    with pytest.raises(Broken):
        publish(tmp_path / "2025", FILES, refuse)

    assert list(tmp_path.iterdir()) == []


def test_a_fault_at_the_second_file_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        publish(tmp_path / "2025", {"first.csv": "1", "second.csv": "\ud800"}, fit)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "empty folder", "file", "dangling link"])
def test_what_was_published_is_not_written_over(tmp_path: Path, kind: str) -> None:
    there = tmp_path / "2025"
    if kind == "file":
        there.write_text("1")
    elif kind == "dangling link":
        there.symlink_to(tmp_path / "nowhere")
    else:
        there.mkdir()
        if kind == "folder":
            (there / "x").write_text("1")

    with pytest.raises(BadInput, match="not written over"):
        publish(there, FILES, fit)

    assert [path.name for path in tmp_path.iterdir()] == ["2025"]


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "..", "/x"])
def test_a_file_is_written_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="plain name"):
        publish(tmp_path / "2025", {name: "1"}, fit)

    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_folder_to_publish_in_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        publish(tmp_path / "no" / "2025", FILES, fit)


KILLED_HERE = """
import sys
from pathlib import Path
from send_integration.warehouse.publishing import publish
def wait(files):
    print("all is written and nothing published", flush=True)
    sys.stdin.read()
publish(Path(sys.argv[1]), {"requests.csv": "1", "caseload.csv": "2"}, wait)
"""


def test_a_process_killed_before_the_end_has_published_nothing_and_the_next_clears_up(tmp_path: Path) -> None:
    folder = tmp_path / "2025"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_HERE, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdin
    assert process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdin.close()
    process.stdout.close()

    assert not folder.exists()
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".2025.unfinished-")
    assert left.stat().st_mode & 0o077 == 0, "nobody else can read what was not published"

    publish(folder, FILES, fit)
    assert [path.name for path in tmp_path.iterdir()] == ["2025"]


TABLES = Tables({("all",): 17, ("a",): 8, ("b",): 8, ("c",): 1}, [Sum(("all",), (("a",), ("b",), ("c",)))])


def lines(shown: Mapping[Cell, str]) -> Files:
    return {"t.csv": "".join(f"{cell[0]},{written}\n" for cell, written in shown.items())}


def as_read(files: Files) -> Mapping[Cell, str]:
    return {(name,): shown for name, shown in (line.split(",") for line in files["t.csv"].splitlines())}


def test_tables_are_published_under_disclosure_control(tmp_path: Path) -> None:
    publish_tables(tmp_path / "2025", TABLES, lines, as_read)

    written = as_read({"t.csv": (tmp_path / "2025" / "t.csv").read_text()})
    assert written.keys() == TABLES.counts.keys()
    assert written["c",] == "c"
    assert set(written.values()) <= {"15", "10", "c"}


def test_a_fault_of_what_writes_the_files_publishes_nothing(tmp_path: Path) -> None:
    """The audit reads what stands in the files: true counts that got into them by mistake are seen."""

    def careless(shown: Mapping[Cell, str]) -> Files:
        return lines({cell: str(count) for cell, count in TABLES.counts.items()})

    with pytest.raises(Broken, match="nothing is published"):
        publish_tables(tmp_path / "2025", TABLES, careless, as_read)

    assert list(tmp_path.iterdir()) == []


def test_tables_that_do_not_add_up_publish_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="do not add up"):
        publish_tables(tmp_path / "2025", Tables({**TABLES.counts, ("all",): 18}, TABLES.sums), lines, as_read)

    assert list(tmp_path.iterdir()) == []
