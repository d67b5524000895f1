"""Workbooks that would exhaust the machine, run something or lose rows: each is refused in a sentence, before a library opens it."""

import contextlib
import io
import struct
import subprocess
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.chart import BarChart

from send_integration.errors import BadInput
from send_integration.ingest import workbook_guard
from send_integration.ingest.annex_a import Lists, read_lists
from tests.annex_a_lists import LIST_DAY, child, columns, fill, part_of, saved, with_part, workbook

SAMPLE = Path(__file__).parents[2] / "data" / "annex_a" / "annex-a-sen-fake.xlsx"
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
LINKS = "xl/_rels/workbook.xml.rels"
GOOD = workbook([child()])
MOST_MORE_KB = 40_000


def read(content: bytes) -> Lists:
    """The lists, read to their end."""
    lists = read_lists(io.BytesIO(content), "lists.xlsx", "821", LIST_DAY)
    return lists._replace(told=iter(list(lists.told)))


def with_rows(rows: bytes) -> bytes:
    """The good file with other rows in front of its sheet's end."""
    return with_part(GOOD, SHEET, part_of(GOOD, SHEET).replace(b"</sheetData>", rows + b"</sheetData>"))


def packed(*parts: tuple[str, bytes], how: int = ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with ZipFile(io.BytesIO(GOOD)) as old, ZipFile(made, "w", how) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        for name, content in parts:
            new.writestr(name, content)
    return made.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(BadInput) as raised:
        read(content)
    return str(raised.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is no Excel workbook"),
        (b"Unique ID,UPN\n", "is no Excel workbook"),
        (workbook_guard.OLE + b"\0" * 600, "protected by a password, or in the old format"),
        (b"PK\x03\x04" + b"\0" * 600, "has no end"),
        (GOOD[:-1], "has no end"),
        (GOOD[:1000] + GOOD[-22:], "cannot be unpacked"),
        (packed(("xl/vbaProject.bin", b"\xd0\xcf")), "holds macros"),
        (packed(how=ZIP_LZMA), "packed as no spreadsheet program packs"),
        (packed(("xl/more.xml", b"<a")), "is no XML"),
        (packed(("xl/more.xml", b"no XML")), "is no XML"),
        (packed(("xl/more.xml", b" " * ((128 << 20) + 1))), "too much room unpacked"),
        (packed(*((f"xl/{number}.xml", b"<a/>") for number in range(2_001))), "more parts than any workbook"),
        (packed(("xl/more.xml", b"<a>" * 40 + b"</a>" * 40)), "nests its parts deeper"),
        (packed(("xl/more.xml", b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>')), "declares a document type"),
        (packed(("xl/more.xml", b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>')), "declares a document type"),
    ],
)
def test_a_file_that_is_no_plain_workbook_is_refused(content: bytes, sentence: str) -> None:
    assert sentence in refused(content)


PRINTER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
    b'"http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist version="1.0"><dict/></plist>'
)
LONG_ROW = b'<row r="3">' + b"<c/>" * 70_000 + b"</row>"


def under_another_name(name: str, rows: bytes) -> bytes:
    """The good file with other rows in its sheet, which has another name; the library finds it by its relationship."""
    sheet = part_of(GOOD, SHEET).replace(b"</sheetData>", rows + b"</sheetData>")
    told = part_of(GOOD, LINKS).replace(b"/xl/worksheets/sheet1.xml", b"/" + name.encode())
    assert name.encode() in told
    return with_part(with_part(with_part(GOOD, SHEET, None), name, sheet), LINKS, told)


@pytest.mark.parametrize("ending", [".xml", ".png", ".bin", ".vml", ".jpeg", ".emf", ".PNG", ".xml/"])
def test_a_sheet_is_looked_through_whatever_it_is_called(ending: str) -> None:
    name = f"xl/worksheets/sheet1{ending}"

    assert read(under_another_name(name, b"")).rows == 1
    assert "a row larger" in refused(under_another_name(name, LONG_ROW))


@pytest.mark.parametrize("rest", [b"<", b"</sheetData></worksheet><more>", b"\x89PNG"])
def test_a_sheet_called_a_picture_is_looked_through_as_far_as_the_library_would_read(rest: bytes) -> None:
    assert "a row larger" in refused(under_another_name("xl/media/image1.png", LONG_ROW + rest))
    assert refused(under_another_name("xl/media/image1.png", rest))


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("image1.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100_000),
        ("image1.jpeg", b"\xff\xd8\xff\xe0" + b"\xff" * 100_000),
        ("image1.emf", b"\x01\0\0\0\x6c\0\0\0" + b"\0" * 100),
        ("image1.wmf", b"\xd7\xcd\xc6\x9a\0\0"),
        ("image1.tif", b"II*\0"),
        ("image1.tiff", b"MM\0*"),
        ("image1.gif", b"GIF89a"),
        ("printerSettings1.bin", b"\\\0\\\0p\0r\0"),
        ("printerSettings1.bin", PRINTER),
        ("printerSettings1.bin", b""),
        ("vmlDrawing1.vml", b"<xml><br></xml>"),
    ],
)
def test_pictures_and_a_printers_settings_are_let_through(part: str, content: bytes) -> None:
    assert read(packed((f"xl/media/{part}", content))).rows == 1


@pytest.mark.parametrize(
    "content",
    [
        b"<a>" * 40 + b"</a>" * 40,
        b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>',
        PRINTER.replace(b'.dtd">', b'.dtd" [<!ENTITY b "bb">]>'),
    ],
)
def test_a_part_called_a_picture_declares_and_nests_no_more_than_others(content: bytes) -> None:
    assert refused(packed(("xl/media/image1.png", content)))
    assert refused(packed(("xl/printerSettings1.bin", content)))


@pytest.mark.parametrize("letters", ["klingon", "gbk", "hex", "idna", "punycode", "utf-7", "unicode_escape"])
@pytest.mark.parametrize("part", ["xl/more.xml", "xl/more.bin"])
def test_letters_that_no_spreadsheet_program_writes_are_refused(letters: str, part: str) -> None:
    content = f'<?xml version="1.0" encoding="{letters}"?><a/>'.encode()

    assert "letters that no spreadsheet program" in refused(packed((part, content)))


@pytest.mark.parametrize("letters", ["UTF-8", "utf-16", "us-ascii", "ISO-8859-1"])
def test_letters_that_every_library_knows_are_read(letters: str) -> None:
    content = f'<?xml version="1.0" encoding="{letters}"?><a/>'.encode(letters)

    assert read(packed(("xl/more.xml", content))).rows == 1


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused() -> None:
    assert "two parts of one name" in refused(packed((SHEET, b"<worksheet/>")))


def test_a_part_behind_a_password_is_refused() -> None:
    locked = bytearray(GOOD)
    start = GOOD.index(b"PK\x01\x02")
    locked[start + 8] |= 1
    assert "protected by a password" in refused(bytes(locked))


def test_a_part_that_unpacks_to_more_than_the_directory_says_is_refused() -> None:
    content = bytearray(packed(("xl/more.xml", b"<a>" + b" " * 1_000_000 + b"</a>")))
    place = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, place + 24, 100)

    assert refused(bytes(content))


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1000000000"/>',
        b'<row r="1048577"/>',
        b'<row r="1"/>',
        b'<row r="0"/>',
        b'<row r="-3"/>',
        b'<row r="1e3"/>',
        b'<row r="9"/><row r="8"/>',
    ],
)
def test_rows_that_are_not_numbered_upwards_are_refused_for_the_library_would_lose_or_invent_some(rows: bytes) -> None:
    assert "numbers the rows" in refused(with_rows(rows))


@pytest.mark.parametrize("root", [b"sheet", b"workbook", b"sst", b"x:worksheet"])
def test_rows_are_looked_at_whatever_their_part_begins_with(root: bytes) -> None:
    sheet = part_of(with_rows(b'<row r="1000000000"/>'), SHEET)
    opening = b"<" + root + b' xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    sheet = sheet.replace(b"<worksheet ", opening).replace(b"</worksheet>", b"</" + root + b">")

    assert "numbers the rows" in refused(with_part(GOOD, SHEET, sheet))


@pytest.mark.parametrize("inner", [b'<row r="1000000000"/>', b"<si><t>a</t></si>"])
def test_a_row_within_a_row_is_refused_for_the_library_would_read_both(inner: bytes) -> None:
    assert "one row within another" in refused(with_rows(b'<row r="3">' + inner + b"</row>"))


@pytest.mark.parametrize("root", [b"worksheet", b"sst"])
@pytest.mark.parametrize(
    "part",
    ["[Content_Types].xml", LINKS, "docProps/core.xml", "docProps/custom.xml", "xl/styles.xml", "xl/workbook.xml"],
)
def test_no_part_that_the_library_holds_whole_passes_as_one_that_it_reads_by_rows(part: str, root: bytes) -> None:
    assert "one part in the place of another" in refused(with_part(GOOD, part, b"<%s/>" % root))


def test_the_workbooks_own_part_is_found_by_its_kind_as_the_library_finds_it() -> None:
    kinds = part_of(GOOD, "[Content_Types].xml").replace(b"/xl/workbook.xml", b"/xl/book.png")

    content = with_part(with_part(GOOD, "[Content_Types].xml", kinds), "xl/book.png", b"<worksheet/>")

    assert "one part in the place of another" in refused(content)


def test_a_sheet_that_is_a_chart_is_refused_for_the_library_would_open_its_pictures() -> None:
    book = Workbook()
    assert book.active is not None
    fill(book.active, [child()], columns(1))
    book.create_chartsheet().add_chart(BarChart())

    assert "a chart on a sheet of its own" in refused(saved(book))


def test_a_row_of_more_cells_or_text_than_any_list_is_refused() -> None:
    assert "a row larger" in refused(with_rows(b'<row r="3">' + b"<c/>" * 70_000 + b"</row>"))
    long = b"x" * (5 << 20)
    assert "a row larger" in refused(with_rows(b'<row r="3"><c t="inlineStr"><is><t>' + long + b"</t></is></c></row>"))


def test_a_row_whose_cells_share_a_long_text_is_refused() -> None:
    content = SAMPLE.read_bytes()
    texts = part_of(content, TEXTS).replace(b"</sst>", b"<si><t>" + b"x" * 3_000_000 + b"</t></si></sst>")
    row = b'<row r="9">' + b'<c t="s"><v>48</v></c>' * 200 + b"</row>"
    sheet = part_of(content, SHEET).replace(b"</sheetData>", row + b"</sheetData>")

    assert "a row larger" in refused(with_part(with_part(content, TEXTS, texts), SHEET, sheet))


@pytest.mark.parametrize(
    ("limit", "part", "content"),
    [
        ("MOST_STRINGS", "xl/sharedStrings.xml", b"<sst>" + b"<si><t>a</t></si>" * 60 + b"</sst>"),
        ("MOST_ROWS", SHEET, b"<worksheet><sheetData>" + b"<row/>" * 60 + b"</sheetData></worksheet>"),
        ("MOST_OTHER", "xl/styles.xml", b"<styleSheet>" + b"<row/>" * 60 + b"</styleSheet>"),
        ("MOST_SHEETS", "xl/workbook.xml", b"<workbook><sheets>" + b"<sheet/>" * 60 + b"</sheets></workbook>"),
        ("MOST_SHEETS", "xl/workbook.xml", b"<book><sheets>" + b"<sheet/>" * 60 + b"</sheets></book>"),
        ("MOST_STRINGS", TEXTS, b"<texts>" + b"<si><t>a</t></si>" * 60 + b"</texts>"),
    ],
)
def test_a_part_of_more_elements_than_memory_should_hold_is_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, part: str, content: bytes
) -> None:
    file = with_part(GOOD, part, content)
    monkeypatch.setattr(workbook_guard, limit, 50)

    assert refused(file)


def test_a_formula_counts_by_the_value_that_it_had_and_is_refused_where_it_never_had_one() -> None:
    head = b'<c r="A3" t="str"><f>[1]Sheet1!A1</f>'
    rest = part_of(GOOD, SHEET).partition(b'<row r="2">')[2].partition(b"</row>")[0].partition(b"</c>")[2]
    row = b'<row r="3">' + head + b"%s</c>" + rest.replace(b'2"', b'3"') + b"</row>"

    calculated = read(with_rows(row % b"<v>C9</v>"))

    assert calculated.rows == 2
    assert "a formula in row 3 of a sheet that was never calculated" in refused(with_rows(row % b""))


def test_cells_merged_over_rows_are_warned_of_and_a_title_merged_over_columns_is_not() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Annex A"])
    fill(sheet, [child(), child(unique_id="C2")], columns(1))
    sheet.merge_cells("A1:U1")
    assert not [warning for warning in read(saved(book)).warnings if "merged" in warning]

    sheet.merge_cells("D3:D4")

    assert [warning for warning in read(saved(book)).warnings if "merged over several rows" in warning]


def test_what_a_sheet_says_of_its_own_size_is_not_believed() -> None:
    small = part_of(GOOD, SHEET).replace(b'<dimension ref="A1:U2" />', b'<dimension ref="A1:A1"/>')
    large = part_of(GOOD, SHEET).replace(b'<dimension ref="A1:U2" />', b'<dimension ref="A1:XFD1048576"/>')

    assert read(with_part(GOOD, SHEET, small)).rows == read(with_part(GOOD, SHEET, large)).rows == 1


def test_empty_rows_without_end_take_little_memory() -> None:
    """In a process of its own, of which the system says the most that it ever held."""
    program = (
        "import io, re, sys\nfrom datetime import date\nfrom pathlib import Path\n"
        "from send_integration.ingest.annex_a import read_lists\n"
        "held = lambda: int(re.search(r'VmHWM:\\s+([0-9]+)', Path('/proc/self/status').read_text())[1])\n"
        "file, before = io.BytesIO(sys.stdin.buffer.read()), held()\n"
        "print(len(list(read_lists(file, 'l.xlsx', '821', date(2025, 3, 31)).told)), held() - before)\n"
    )
    rows = b"".join(b'<row r="%d"/>' % number for number in range(3, 200_000))

    run = subprocess.run([sys.executable, "-c", program], input=with_rows(rows), capture_output=True, check=True)

    events, more = map(int, run.stdout.split())
    assert events == 6
    assert more < MOST_MORE_KB


FILES = (GOOD, SAMPLE.read_bytes())
PARTS = [(file, part) for file in FILES for part in sorted(ZipFile(io.BytesIO(file)).namelist())]
SLIPS = [
    b"",
    b"9" * 30,
    b"-1",
    b"0",
    b"<",
    b'"',
    b"A1",
    b"1e999",
    b"NaN",
    b"s",
    b"inlineStr",
    b"d",
    b"x",
    b"/>",
    b"</row>",
]


@settings(max_examples=150, deadline=None)
@given(part=st.sampled_from(PARTS), start=st.floats(0, 1), length=st.integers(0, 40), slip=st.sampled_from(SLIPS))
def test_a_slip_anywhere_in_the_file_is_read_or_told_in_a_sentence(
    part: tuple[bytes, str], start: float, length: int, slip: bytes
) -> None:
    file, name = part
    whole = part_of(file, name)
    place = int(start * len(whole))
    with contextlib.suppress(BadInput):
        read(with_part(file, name, whole[:place] + slip + whole[place + length :]))


def test_no_sentence_repeats_what_stands_in_a_cell() -> None:
    content = workbook([child(unique_id="Anna Example", born="Anna Example")])
    book = Workbook()
    assert book.active is not None
    book.active.title = "Anna Example"
    fill(book.active, [child()], [key for key in columns(1) if key != "upn"])

    told = [fault.message + fault.field + fault.code for one in read(content).told for fault in one.faults]
    assert told
    assert all("Anna" not in words for words in [*told, refused(saved(book))])


def test_stored_parts_are_read_as_packed_ones() -> None:
    assert read(packed(how=ZIP_STORED)).rows == 1
