"""Finds out what a path holds, and opens it with the adapter of its format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadInput
from send_integration.ingest.draft import Draft
from send_integration.ingest.opening import opened
from send_integration.ingest.raw_event import RawEvent, TooLong

if TYPE_CHECKING:
    from send_integration.ingest.columns_of_file import NoticedColumn
    from send_integration.ingest.mapping import CsvMapping


class Format(StrEnum):
    """What a path holds."""

    JSONL = "jsonl"
    CSV = "csv"
    SEN2 = "sen2"
    CIN = "cin"
    ANNEX_A = "annex-a"


@dataclass(frozen=True, slots=True)
class Source:
    """An opened path: what it tells, how much of it there is, and how much was read.

    `returned_at` is given where it is a person-level return, whose facts are settled beside earlier returns'; `noticed` are
    the columns on which a CSV file and its `mapping` disagree.
    """

    told: Iterator[Draft | RawEvent | TooLong]
    size: int
    read: Callable[[], int]
    returned_at: datetime | None = None
    warnings: tuple[str, ...] = field(default=())
    mapping: "CsvMapping | None" = None
    noticed: "tuple[NoticedColumn, ...]" = ()


def format_of(path: Path) -> Format:
    """The format that a path's name tells. Raises BadInput where it tells none."""
    if not path.exists():
        raise BadInput("is neither a file nor a folder", where=str(path), next_step="Check its name.")
    if path.is_dir():
        if any(path.glob("Blade-Export_*.csv")):
            return Format.SEN2
        if any(path.glob("*.jsonl")):
            return Format.JSONL
        raise BadInput("holds neither *.jsonl files nor a SEN2 return", where=str(path), next_step="Name a --format.")
    known = {".jsonl": Format.JSONL, ".ndjson": Format.JSONL, ".csv": Format.CSV, ".xml": Format.CIN}
    known |= {".xlsx": Format.ANNEX_A, ".xlsm": Format.ANNEX_A}
    if path.suffix.lower() not in known:
        raise BadInput("does not tell its format by its name", where=str(path), next_step="Name a --format.")
    return known[path.suffix.lower()]


class AsAt(NamedTuple):
    """Whose lists are read, and the day of which they speak where a person named it."""

    authority: str
    day: date | None


def open_sources(path: Path, written: Format, feed: str | None, mapping: Path | None, as_at: AsAt) -> Iterator[Source]:
    """Each file or return of a path, opened while it is read. Raises BadInput for what cannot be read at all."""
    if as_at.day is not None and written is not Format.ANNEX_A:
        raise BadInput("belongs to Annex A lists; other files say themselves when they were made", where="--as-at")
    if feed is not None and feed not in FEEDS:
        raise BadInput(f"is none of {', '.join(FEEDS)}", where="--feed")
    if (mapping is not None) != (written is Format.CSV):
        raise BadInput("belongs to CSV files, which always need one", where="--mapping")
    if written is Format.JSONL:
        return _json_lines(path, feed)
    if written is Format.CSV:
        assert mapping is not None  # noqa: S101 - refused above
        return _csv(path, feed, mapping)
    if feed is not None:
        raise BadInput("A return fills several feeds", where="--feed", next_step="Leave it out.")
    if written is Format.ANNEX_A:
        return _annex_a(path, as_at)
    return _sen2(path) if written is Format.SEN2 else _cin(path)


def _json_lines(path: Path, feed: str | None) -> Iterator[Source]:
    from send_integration.ingest.jsonl import read_lines  # noqa: PLC0415 - a format loads its adapter alone

    for file, of in feed_files(path, feed):
        with opened(file) as lines:
            yield Source(read_lines(of, lines, file.name), file.stat().st_size, lines.tell)


def feed_files(path: Path, feed: str | None) -> list[tuple[Path, str]]:
    """The JSON Lines files of a path, each with its feed: the one named, or the one that its name begins with."""
    if not path.is_dir():
        found = feed or _feed_of(path)
        if found is None:
            raise BadInput("does not begin with a feed's name", where=str(path), next_step="Name the --feed.")
        return [(path, found)]
    named = [(file, _feed_of(file)) for file in sorted(path.glob("*.jsonl"))]
    files = [(file, of) for file, of in named if of is not None and feed in (None, of)]
    if not files:
        raise BadInput("holds no *.jsonl file whose name begins with a feed's", where=str(path))
    return files


def _feed_of(file: Path) -> str | None:
    return next((feed for feed in FEEDS if file.name.startswith(feed)), None)


def _csv(path: Path, feed: str | None, mapping_file: Path) -> Iterator[Source]:
    from send_integration.ingest.columns_of_file import noticed_columns  # noqa: PLC0415
    from send_integration.ingest.csv_rows import read_rows  # noqa: PLC0415
    from send_integration.ingest.mapping import read_mapping  # noqa: PLC0415

    with opened(mapping_file) as file:
        content = file.read()
    try:
        mapping = read_mapping(content.decode(), mapping_file.name)
    except UnicodeDecodeError as fault:
        raise BadInput("is not text in UTF-8", where=mapping_file.name) from fault
    if feed not in (None, mapping.feed):
        raise BadInput(f"The mapping's type belongs to feed {mapping.feed}", where="--feed", next_step="Leave it out.")
    with opened(path) as file:
        noticed = noticed_columns(file, mapping)
        warnings = tuple(
            f"{path.name}: the column '{column.name}' is named by no mapping and not read"
            for column in noticed
            if column.what == "new"
        )
        told = read_rows(file, path.name, mapping)
        yield Source(told, path.stat().st_size, file.tell, warnings=warnings, mapping=mapping, noticed=noticed)


def _sen2(path: Path) -> Iterator[Source]:
    from send_integration.ingest.sen2 import events_of_return  # noqa: PLC0415
    from send_integration.ingest.sen2_return import read_return  # noqa: PLC0415

    returned = read_return(path)
    told = list(events_of_return(returned))
    given = 0

    def count() -> Iterator[Draft | RawEvent | TooLong]:
        nonlocal given
        for one in told:
            given += 1
            yield one

    yield Source(count(), len(told), lambda: given, returned.returned_at, returned.warnings)


def _cin(path: Path) -> Iterator[Source]:
    from send_integration.ingest.cin import read_census  # noqa: PLC0415

    with opened(path) as file:
        census, told = read_census(file, path.name)
        yield Source(told, path.stat().st_size, file.tell, census.returned_at)


def _annex_a(path: Path, as_at: AsAt) -> Iterator[Source]:
    from send_integration.ingest.annex_a import read_lists  # noqa: PLC0415

    with opened(path) as file:
        lists = read_lists(file, path.name, as_at.authority, as_at.day)
        given = 0

        def count() -> Iterator[Draft | RawEvent | TooLong]:
            nonlocal given
            for one in lists.told:
                given = max(given, one.origin.place)
                yield one

        yield Source(count(), lists.rows, lambda: min(given, lists.rows), lists.returned_at, lists.warnings)
