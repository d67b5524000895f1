"""Workbooks whose parts do not fit together: what the library raises of each, and that it is told in a sentence."""

import io
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import pytest
from openpyxl import load_workbook

from send_integration.errors import BadInput
from send_integration.ingest import workbook as reading
from send_integration.ingest.workbook import Workbook, open_workbook
from tests.annex_a_lists import part_of, with_part

SAMPLE = (Path(__file__).parents[2] / "data" / "annex_a" / "annex-a-sen-fake.xlsx").read_bytes()
KINDS, LINKS, STYLES = "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
CORE, SHEET = "docProps/core.xml", "xl/worksheets/sheet1.xml"


def changed(part: str, old: bytes, new: bytes) -> bytes:
    """The sample with the first of some bytes in a part changed."""
    whole = part_of(SAMPLE, part)
    assert old in whole
    return with_part(SAMPLE, part, whole.replace(old, new, 1))


CASES = [
    pytest.param(changed(KINDS, b"sheet.main+xml", b"sheet"), OSError, id="no workbook among its parts"),
    pytest.param(changed(KINDS, b"PartName=", b"Part="), TypeError, id="a part without a name"),
    pytest.param(changed(LINKS, b"Target=", b"To="), KeyError, id="a link to nothing"),
    pytest.param(changed(STYLES, b'borderId="0"', b'borderId="' + b"9" * 20 + b'"'), IndexError, id="no such border"),
    pytest.param(changed(STYLES, b'xfId="0"', b'xfId="' + b"9" * 20 + b'"'), OverflowError, id="a style of 20 digits"),
    pytest.param(changed(STYLES, b'scheme val="', b'scheme val="none'), ValueError, id="a scheme that is none"),
    pytest.param(changed(SHEET, b"<sheetData>", b"<x:a/><sheetData>"), ParseError, id="a prefix of no namespace"),
    pytest.param(changed(SHEET, b't="s"><v>', b't="s"><v>9999'), IndexError, id="a text that is not there"),
    pytest.param(changed(SHEET, b'<c r="A1"', b'<c r="1"'), ValueError, id="a cell without a place"),
]


def read_all(workbook: Any) -> None:
    for sheet in workbook.worksheets:
        list(sheet.iter_rows(values_only=True))


def read_ours(workbook: Workbook) -> None:
    for sheet in workbook.sheets:
        list(sheet.rows())


@pytest.mark.parametrize(("content", "raises"), CASES)
def test_what_the_library_raises_is_told_plainly(content: bytes, raises: type[Exception]) -> None:
    with pytest.raises(raises):
        read_all(load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False))

    with pytest.raises(BadInput, match="cannot be read as an Excel workbook"):
        read_ours(open_workbook(io.BytesIO(content), "lists.xlsx"))


def test_only_what_the_library_was_seen_to_raise_is_taken_for_a_fault_of_the_file() -> None:
    seen = [case.values[1] for case in CASES]

    assert all(any(issubclass(one, kind) for one in seen) for kind in reading.UNREADABLE)  # type: ignore[arg-type]
    assert not {Exception, AssertionError, NotImplementedError, AttributeError} & set(reading.UNREADABLE)


def test_a_moment_of_saving_that_is_no_xml_to_us_is_told_plainly() -> None:
    content = with_part(SAMPLE, CORE, b"<x:coreProperties/>")

    with pytest.raises(BadInput, match="cannot be read as an Excel workbook"):
        open_workbook(io.BytesIO(content), "lists.xlsx")
