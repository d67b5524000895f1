"""What is exported together is there whole, or not at all: a fault, something in its place, a process that is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from send_integration.cli.whole_folder import UNFINISHED, own_file, require_new, whole_folder
from send_integration.errors import BadInput


def write(to: Path, *, for_everybody: bool = False) -> None:
    with whole_folder(to, for_everybody=for_everybody) as folder:
        (folder / "of a child").mkdir()
        for path in (folder / "one.csv", folder / "of a child" / "two.csv"):
            with own_file(path) as file:
                file.write("é\r\n")


@pytest.mark.parametrize(("for_everybody", "others"), [(False, 0), (True, 0o055)])
def test_all_of_it_is_there_for_whom_it_is_meant(tmp_path: Path, for_everybody: bool, others: int) -> None:
    write(tmp_path / "2025", for_everybody=for_everybody)

    assert [path.name for path in tmp_path.iterdir()] == ["2025"]
    there = tmp_path / "2025"
    assert {path.name: path.read_bytes() for path in there.rglob("*.csv")} == dict.fromkeys(
        ("one.csv", "two.csv"), "é\r\n".encode()
    )
    assert there.stat().st_mode & 0o077 == others, "who cannot open it can open nothing in it"
    assert {path.stat().st_mode & 0o077 for path in there.rglob("*.csv")} == {others & 0o044}


def test_a_fault_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with whole_folder(tmp_path / "2025") as folder:
            (folder / "one.csv").write_text("1")
            (folder / "two.csv").write_text("\ud800")

    with pytest.raises(UnicodeEncodeError):
        fail()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "empty folder", "file", "dangling link"])
def test_what_is_there_is_not_written_over(tmp_path: Path, kind: str) -> None:
    there = tmp_path / "2025"
    if kind == "file":
        there.write_text("1")
    elif kind == "dangling link":
        there.symlink_to(tmp_path / "nowhere")
    else:
        there.mkdir()
        if kind == "folder":
            (there / "x").write_text("1")

    with pytest.raises(BadInput, match="something already"):
        require_new(there)


def test_what_was_put_there_meanwhile_stays(tmp_path: Path) -> None:
    there = tmp_path / "2025"

    def overtaken() -> None:
        with whole_folder(there) as folder:
            (folder / "one.csv").write_text("1")
            there.mkdir()
            (there / "x").write_text("another's")

    with pytest.raises(BadInput, match="meanwhile"):
        overtaken()

    assert [path.name for path in tmp_path.rglob("*")] == ["2025", "x"]


def test_where_there_is_no_folder_to_write_in_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        require_new(tmp_path / "no" / "2025")


AT_WORK = """
import sys
from pathlib import Path
from send_integration.cli.whole_folder import whole_folder
with whole_folder(Path(sys.argv[1])) as folder:
    (folder / "one.csv").write_text("1")
    print("half of it is written", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(to: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One that has written half of an export, and goes on when its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", AT_WORK, str(to)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline()
        yield process


def test_what_a_killed_process_left_is_seen_by_nobody_and_removed_by_the_next(tmp_path: Path) -> None:
    with another_process(tmp_path / "2025") as process:
        os.kill(process.pid, signal.SIGKILL)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(UNFINISHED)
    assert left.stat().st_mode & 0o077 == 0

    write(tmp_path / "2026")

    assert [path.name for path in tmp_path.iterdir()] == ["2026"]


def test_a_process_at_work_keeps_its_folder(tmp_path: Path) -> None:
    with another_process(tmp_path / "2025"):
        write(tmp_path / "2026")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025", "2026"]
    assert (tmp_path / "2025" / "one.csv").read_text() == "1"
