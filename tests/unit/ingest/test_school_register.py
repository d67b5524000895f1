"""The register of establishments as it is downloaded, and what is none."""

import os
import tracemalloc
from pathlib import Path

import pytest

from send_integration.errors import BadInput
from send_integration.ingest.school_register import LARGEST, read_school_register

HEADER = '"URN","LA (code)","EstablishmentName","TypeOfEstablishment (code)"'


def test_each_urn_has_its_kind_in_the_registers_own_letters(tmp_path: Path) -> None:
    path = tmp_path / "edubasealldata.csv"
    path.write_bytes(
        f'{HEADER}\r\n"109123","821","Ysgol Caf\u00e9","1"\r\n"140302","821","B","36"\r\n"","821","","2"\r\n'.encode(
            "cp1252"
        )
    )

    assert read_school_register(path) == {"109123": "1", "140302": "36"}


def test_a_copy_in_utf8_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    path.write_text(f'{HEADER}\n"109123","821","Café","1"\n', "utf-8-sig")

    assert read_school_register(path) == {"109123": "1"}


@pytest.mark.parametrize("content", [b"", b"URN,Name\n1,a\n", b"\x00\xff\xfe"])
def test_another_file_is_refused_by_what_it_lacks(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)

    with pytest.raises(BadInput, match="TypeOfEstablishment"):
        read_school_register(path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_school_register(tmp_path / "none.csv")


def test_a_file_that_cannot_be_read_further_is_said() -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_school_register(Path("/proc/self/mem"))


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)

    for path in (pipe, Path(os.devnull), tmp_path):
        with pytest.raises(BadInput, match="is no file"):
            read_school_register(path)


def test_the_register_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    name = "Café " * 400
    path.write_text(HEADER + "".join(f'\n"{urn}","821","{name}","1"' for urn in range(2_000)), "utf-8-sig")
    size = path.stat().st_size

    tracemalloc.start()
    try:
        found = read_school_register(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(found) == 2_000
    assert most < size


def test_a_register_larger_than_all_england_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)

    with pytest.raises(BadInput, match="larger than the register"):
        read_school_register(path)


def test_a_line_break_within_a_cell_is_no_new_row(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    path.write_bytes(f'{HEADER}\r\n"1","821","A\r\nB","36"\r\n'.encode())

    assert read_school_register(path) == {"1": "36"}
