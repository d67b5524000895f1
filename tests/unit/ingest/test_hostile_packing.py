"""Workbooks whose packing is damaged or lies: each is told in a sentence, whatever the standard library raises of it."""

import contextlib
import io
import struct
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.errors import BadInput
from send_integration.ingest import workbook_guard
from send_integration.ingest.workbook import open_workbook
from tests.annex_a_lists import child, workbook

GOOD = workbook([child()])
LOCAL, ENTRY, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
NAME, UTF8 = 0x4D, 0x800


def tampered(mark: bytes, offset: int, form: str, value: int, content: bytes = GOOD) -> bytes:
    """The file with a number changed behind the first mark of a kind."""
    made = bytearray(content)
    struct.pack_into(form, made, content.index(mark) + offset, value)
    return bytes(made)


def with_zip64_place(place: int) -> bytes:
    """The good file, the place of whose last part stands in a long field of its own."""
    entry, end = GOOD.rindex(ENTRY), GOOD.rindex(END)
    made = bytearray(GOOD[:end] + struct.pack("<HHQ", 1, 8, place) + GOOD[end:])
    struct.pack_into("<H", made, entry + 30, 12)
    struct.pack_into("<I", made, entry + 42, 0xFFFFFFFF)
    (size,) = struct.unpack_from("<I", GOOD, end + 12)
    struct.pack_into("<I", made, end + 12 + 12, size + 12)
    return bytes(made)


def with_zip64_end(directory: bytes | None = None, parts: int | None = None) -> bytes:
    """The good file with its directory, or another in its place, told by a long end; the short end tells of few parts."""
    end = GOOD.rindex(END)
    size, place = struct.unpack_from("<II", GOOD, end + 12)
    directory = directory or GOOD[place:end]
    count = parts or len(ZipFile(io.BytesIO(GOOD)).namelist())
    long_end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), place)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, place + len(directory), 1)
    return GOOD[:place] + directory + long_end + locator + struct.pack("<4s4H2LH", END, 0, 0, 1, 1, size, place, 0)


def unpack(content: bytes) -> None:
    with ZipFile(io.BytesIO(content)) as archive:
        for part in archive.infolist():
            archive.read(part)


STORED_BEYOND_THE_END = tampered(ENTRY, 10, "<H", 0, tampered(ENTRY, 20, "<Q", 1_000_000 << 32 | 1_000_000))


def refused(file: io.BytesIO) -> str:
    with pytest.raises(BadInput) as raised:
        open_workbook(file, "lists.xlsx")
    return str(raised.value)


@pytest.mark.parametrize(
    ("content", "raises"),
    [
        pytest.param(tampered(ENTRY, 6, "<H", 99), NotImplementedError, id="a version that is none"),
        pytest.param(tampered(ENTRY, 8, "<H", 0x20), NotImplementedError, id="a patch"),
        pytest.param(tampered(ENTRY, 8, "<H", 0x40), NotImplementedError, id="a strong cipher"),
        pytest.param(tampered(ENTRY, 46, "<B", 0xFF, tampered(ENTRY, 8, "<H", UTF8)), UnicodeDecodeError, id="a name"),
        pytest.param(tampered(LOCAL, 30, "<B", 0xFF, tampered(LOCAL, 6, "<H", UTF8)), UnicodeDecodeError, id="its own"),
        pytest.param(tampered(LOCAL, 30, "<B", NAME), BadZipFile, id="two names of one part"),
        pytest.param(tampered(ENTRY, 16, "<I", 7), BadZipFile, id="another sum"),
        pytest.param(with_zip64_place(2**63), OverflowError, id="a place beyond all files"),
        pytest.param(tampered(END, 16, "<I", GOOD.rindex(ENTRY)), ValueError, id="a place before the file"),
        pytest.param(tampered(LOCAL, 46, "<Q", 2**64 - 1), zlib.error, id="no packing"),
        pytest.param(STORED_BEYOND_THE_END, (EOFError, BadZipFile), id="longer than the file"),
    ],
)
def test_whatever_unpacking_raises_is_told_as_damage(
    content: bytes, raises: type[Exception] | tuple[type[Exception], ...]
) -> None:
    with pytest.raises(raises):
        unpack(content)

    assert "cannot be unpacked" in refused(io.BytesIO(content))


def test_a_part_before_the_file_is_told_of_a_real_file_too(tmp_path: Path) -> None:
    path = tmp_path / "lists.xlsx"
    path.write_bytes(tampered(END, 16, "<I", GOOD.rindex(ENTRY)))
    with path.open("rb") as file, ZipFile(file) as archive, pytest.raises(OSError, match="Invalid argument"):
        archive.read(archive.infolist()[0])

    with path.open("rb") as file, pytest.raises(BadInput, match="cannot be unpacked"):
        open_workbook(file, path.name)


def test_a_directory_told_by_a_long_end_is_read_for_some_programs_always_write_one() -> None:
    assert len(open_workbook(io.BytesIO(with_zip64_end()), "lists.xlsx").sheets) == 1


def test_a_long_end_hides_no_directory_larger_than_a_workbooks() -> None:
    entry = struct.pack("<4s6H3L5H2L", ENTRY, 20, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    fat = entry[:30] + struct.pack("<H", 60_000) + entry[32:] + b"\0" * 60_000

    assert "more parts than any workbook" in refused(io.BytesIO(with_zip64_end(fat * 20, 20)))


def test_parts_are_counted_and_not_believed() -> None:
    entry = struct.pack("<4s6H3L5H2L", ENTRY, 20, 20, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0)
    many = b"".join(entry + b"%04d" % number for number in range(workbook_guard.MOST_PARTS + 1))
    end = GOOD.rindex(END)
    (place,) = struct.unpack_from("<I", GOOD, end + 16)
    short = GOOD[:place] + many + struct.pack("<4s4H2LH", END, 0, 0, 1, 1, len(many), place, 0)

    assert "more parts than any workbook" in refused(io.BytesIO(short))
    assert "more parts than any workbook" in refused(io.BytesIO(with_zip64_end(many, 1)))


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(GOOD) - 1), slip=st.binary(min_size=1, max_size=9))
def test_bytes_changed_anywhere_are_read_or_told_in_a_sentence(place: int, slip: bytes) -> None:
    changed = GOOD[:place] + slip + GOOD[place + len(slip) :]
    with contextlib.suppress(BadInput):
        for sheet in open_workbook(io.BytesIO(changed), "lists.xlsx").sheets:
            list(sheet.rows())
