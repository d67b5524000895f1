"""Looks through a workbook before a library opens it: what would take too much memory, or is no plain list, is refused."""

import re
import struct
import zlib
from collections.abc import Mapping
from typing import BinaryIO, NamedTuple, NoReturn
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from send_integration.errors import BadInput

LARGEST_FILE = 64 << 20
LARGEST_PART = 128 << 20
MOST_BYTES = 256 << 20
MOST_PARTS = 2_000
LARGEST_DIRECTORY = 1 << 20
LONG_END, LOCATOR = struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
MOST_ROWS = 1_048_576
"""The last row that Excel itself knows."""

MOST_IN_A_ROW = 65_536
"""Elements within one row: each of Excel's 16,384 columns can hold a formula and a value."""

MOST_TEXT_OF_A_ROW = 4 << 20
MOST_STRINGS = 2_000_000
MOST_OTHER = 200_000
"""Elements of a part, or of a sheet outside its rows, which the library keeps as a tree."""

MOST_SHEETS = 100
DEEPEST = 32
PIECE = 64 << 10

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an encrypted .xlsx and an old .xls begin."""

RARELY_XML = (".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".tif", ".tiff", ".bin", ".vml")
"""How pictures, a printer's settings and old drawings are called, which may be no XML. The library finds sheets whatever they
are called, so that these too are looked through as far as they are XML: where that ends, it ends for the library."""

LETTERS = ("utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "iso-8859-1")
"""What the parser itself knows; for others it asks Python, which knows some that are no letters."""

BY_ROWS = ("worksheet", "sst")
"""How the two kinds of part begin that the library reads row by row, or text by text, and forgets again."""

HELD_WHOLE = ("[Content_Types].xml", "docProps/core.xml", "docProps/custom.xml", "xl/styles.xml", "xl/workbook.xml")
"""Parts that it keeps as a tree; the relationships too, and whichever part is told to be the workbook."""

UNPACKING = (BadZipFile, EOFError, NotImplementedError, OSError, OverflowError, ValueError, zlib.error)
"""What the standard library raises of a damaged packing; a name in no UTF-8 and a place before the file are ValueErrors."""

SAVE_AGAIN = "Open it in a spreadsheet program, and save the list alone as an Excel workbook (.xlsx)."
_ROW_NUMBER = re.compile(r"[0-9]{1,7}", re.ASCII)


class Part(NamedTuple):
    """How a part begins, whether it merges cells of several rows, and which parts it tells to be the workbook."""

    root: str
    merged: bool
    workbooks: tuple[str, ...]


def guard(file: BinaryIO, name: str) -> bool:
    """Raise BadInput where the file is no plain workbook; give whether cells of several rows are merged. Leaves the file at
    its start."""
    _check_container(file, name)
    try:
        with ZipFile(file) as archive:
            _check_parts(archive.infolist(), name)
            seen = {
                part.filename: _look_through(archive, part, name)
                for part in archive.infolist()
                if part.file_size or not part.is_dir()
            }
    except UNPACKING as fault:
        raise BadInput("is damaged: a part of it cannot be unpacked", where=name, next_step=SAVE_AGAIN) from fault
    _check_places(seen, name)
    file.seek(0)
    return any(part.merged for part in seen.values())


def _check_places(seen: Mapping[str, Part], name: str) -> None:
    """The library does not ask how a part begins: rows where it holds all in memory would be no rows to it."""
    whole = {*HELD_WHOLE, *(book for part in seen.values() for book in part.workbooks)}
    if any(part.root in BY_ROWS and (at in whole or at.endswith(".rels")) for at, part in seen.items()):
        raise BadInput("holds one part in the place of another", where=name, next_step=SAVE_AGAIN)


def _check_container(file: BinaryIO, name: str) -> None:
    """The size, the kind of file and the length of its directory, before a library reads any of it."""
    start = file.read(len(OLE))
    size = file.seek(0, 2)
    if start == OLE:
        what = "is protected by a password, or in the old format .xls"
        raise BadInput(what, where=name, next_step="Take the password off, and save it as an Excel workbook (.xlsx).")
    if not start.startswith(b"PK"):
        raise BadInput("is no Excel workbook (.xlsx)", where=name, next_step=SAVE_AGAIN)
    if size > LARGEST_FILE:
        raise BadInput(f"is larger than {LARGEST_FILE >> 20} MB", where=name, next_step=SAVE_AGAIN)
    file.seek(max(0, size - 22 - 65_535))
    end = file.read()
    place = end.rfind(b"PK\x05\x06")
    if place < 0 or len(end) - place < 22:
        raise BadInput("is damaged or cut off: it has no end", where=name, next_step=SAVE_AGAIN)
    (directory,) = struct.unpack_from("<I", end, place + 12)
    if max(directory, _told_by_long_end(file, size - len(end) + place)) > LARGEST_DIRECTORY:
        raise BadInput("has more parts than any workbook", where=name, next_step=SAVE_AGAIN)
    file.seek(0)


def _told_by_long_end(file: BinaryIO, short_end: int) -> int:
    """The directory's length by the zip64 end before the short one, which some programs always write; 0 without one."""
    if short_end < LONG_END.size + LOCATOR.size:
        return 0
    file.seek(short_end - LONG_END.size - LOCATOR.size)
    mark, *_, directory, _place = LONG_END.unpack(file.read(LONG_END.size))
    return int(directory) if mark == b"PK\x06\x06" and file.read(4) == b"PK\x06\x07" else 0


def _check_parts(parts: list[ZipInfo], name: str) -> None:
    """What the directory says of each part; unpacking never gives more than it says."""
    if len(parts) > MOST_PARTS:  # what a file says of their number nobody believes
        raise BadInput("has more parts than any workbook", where=name, next_step=SAVE_AGAIN)
    if any(part.flag_bits & 1 for part in parts):
        raise BadInput("is protected by a password", where=name, next_step="Take the password off, and save it again.")
    if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
        raise BadInput("is packed as no spreadsheet program packs", where=name, next_step=SAVE_AGAIN)
    if len({part.filename for part in parts}) < len(parts):
        raise BadInput("holds two parts of one name", where=name, next_step=SAVE_AGAIN)
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise BadInput("holds macros", where=name, next_step="Save it without them, as an Excel workbook (.xlsx).")
    if (
        max((part.file_size for part in parts), default=0) > LARGEST_PART
        or sum(p.file_size for p in parts) > MOST_BYTES
    ):
        step = "Delete the empty rows below the list and what else is in the workbook, and save it again."
        raise BadInput("would take too much room unpacked", where=name, next_step=step)


def _look_through(archive: ZipFile, part: ZipInfo, name: str) -> Part:
    rarely_xml = part.filename.lower().endswith(RARELY_XML)
    seen = _Seen(name, rarely_xml=rarely_xml)
    with archive.open(part) as opened:
        try:
            while piece := opened.read(PIECE):
                seen.parser.Parse(piece)
            seen.parser.Parse(b"", True)  # noqa: FBT003 - expat takes no names
        except expat.ExpatError as fault:
            if not rarely_xml:
                raise BadInput("is damaged: a part of it is no XML", where=name, next_step=SAVE_AGAIN) from fault
            while opened.read(PIECE):  # to its end, for what cannot be unpacked is told here and not by the library
                pass
    return Part(seen.root, seen.merged, tuple(seen.workbooks))


class _Seen:
    """What was met so far of one part; keeps counts only."""

    def __init__(self, name: str, *, rarely_xml: bool) -> None:
        self.name = name
        self.rarely_xml = rarely_xml
        self.merged = False
        self.root = ""
        self.workbooks: list[str] = []
        self.depth = self.rows = self.last_row = self.strings = self.other = self.sheets = 0
        self.row_depth = self.in_row = self.text = 0
        self.formula = self.value = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.XmlDeclHandler = self._letters

    def _refuse(self, what: str, step: str = SAVE_AGAIN) -> NoReturn:
        raise BadInput(what, where=self.name, next_step=step)

    def _letters(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in LETTERS:
            self._refuse("is written in letters that no spreadsheet program uses")

    def _doctype(self, _name: str, _system: str | None, _public: str | None, declares: int) -> None:
        """A Mac keeps a printer's settings with a document type that itself declares nothing; the parser fetches none."""
        if declares or not self.rarely_xml:
            self._refuse("declares a document type or entities, which no spreadsheet program does")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        self.depth += 1
        self.root = self.root or kind
        if self.depth > DEEPEST:
            self._refuse("nests its parts deeper than any workbook")
        if self.root not in BY_ROWS or not (self.row_depth or kind in ("row", "si")):
            self._other(kind, attributes)
        if self.row_depth:
            self._within_row(kind, attributes)
        elif kind == "row":
            self._row(attributes.get("r", ""))
        elif kind == "si":
            self.strings += 1
            self._begin_record(self.strings > MOST_STRINGS)

    def _other(self, kind: str, attributes: dict[str, str]) -> None:
        self.other += 1
        if kind == "Relationship" and "chartsheet" in attributes.get("Type", ""):
            self._refuse("has a chart on a sheet of its own", "Delete that sheet, and save it again.")
        if kind == "Override" and attributes.get("ContentType", "").endswith("main+xml"):
            self.workbooks.append(attributes.get("PartName", "")[1:])
        self.sheets += kind == "sheet"
        if self.other > MOST_OTHER or self.sheets > MOST_SHEETS:
            self._refuse("has more parts than any list")
        if kind == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            self.merged |= first.lstrip("$ABCDEFGHIJKLMNOPQRSTUVWXYZ") != last.lstrip("$ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    def _row(self, number: str) -> None:
        """Rows are numbered upwards: the library leaves out one that is not, and fills a gap with as many empty ones."""
        self.rows += 1
        found = int(number) if _ROW_NUMBER.fullmatch(number) else self.last_row + 1 if not number else 0
        if not self.last_row < found <= MOST_ROWS:
            self._refuse("numbers the rows of a sheet as no spreadsheet program does")
        self.last_row = found
        self._begin_record(self.rows > MOST_ROWS)

    def _begin_record(self, too_many: bool) -> None:  # noqa: FBT001 - one caller each
        if too_many:
            self._refuse("has more rows or texts than any list")
        self.row_depth, self.in_row, self.text = self.depth, 0, 0

    def _within_row(self, kind: str, attributes: dict[str, str]) -> None:
        if kind in ("row", "si"):
            self._refuse("holds one row within another")
        self.in_row += 1
        self.text += sum(map(len, attributes.values()))
        if self.in_row > MOST_IN_A_ROW or self.text > MOST_TEXT_OF_A_ROW:
            self._refuse("has a row larger than any list's")
        if kind == "c":
            self.formula = self.value = False
        self.formula |= kind == "f"
        self.value |= kind in ("v", "is")

    def _text(self, text: str) -> None:
        if self.row_depth:
            self.text += len(text)
            if self.text > MOST_TEXT_OF_A_ROW:
                self._refuse("has a row larger than any list's")

    def _end(self, tag: str) -> None:
        if self.row_depth == self.depth:
            self.row_depth = 0
        elif self.row_depth and self.formula and not self.value and tag.rpartition(":")[2] == "c":
            step = "Open it in a spreadsheet program, let it calculate, and save it again."
            self._refuse(f"holds a formula in row {self.last_row} of a sheet that was never calculated", step)
        self.depth -= 1
