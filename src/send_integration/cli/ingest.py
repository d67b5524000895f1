"""`send-integration ingest`: files that sources give, into the raw topics."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from send_integration import clock
from send_integration.cli.ingest_sources import AsAt, Format, Source, format_of, open_sources
from send_integration.errors import BadInput, NotReady
from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import Origin, RawEvent, TooLong
from send_integration.settings import Settings, settings
from send_integration.steps.returns import Facts, settled_events

if TYPE_CHECKING:
    from sqlalchemy import Engine

NAMED_AT_MOST = 20
"""Lines too long that the summary names one by one; of more it gives the number."""


@dataclass(slots=True)
class Tally:
    """What a run read, sent and could not send; `fault` is what ended the reading of a file early."""

    read: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    too_long: list[Origin] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    fault: BadInput | None = None


def ingest(
    path: Annotated[Path, typer.Argument(help="A file, a folder of *.jsonl files, or the folder of a SEN2 return.")],
    *,
    feed: Annotated[str | None, typer.Option(help="The feed; where left out, the file's name begins with it.")] = None,
    written: Annotated[Format | None, typer.Option("--format", help="Where left out, the name tells it.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="For CSV: a TOML file, which column fills which field.")] = None,
    as_at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="For Annex A: the day of its lists; where left out, that of its last save."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and count; send and remember nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read files into the raw topics; running it again, after an end of any kind, loses and doubles nothing."""
    found = written or format_of(path)
    day = as_at.date() if as_at else None
    if day is not None and day > clock.today():
        raise BadInput("lies in the future", where="--as-at", next_step="Give the day of which the lists speak.")
    sources = open_sources(path, found, feed, mapping, AsAt(settings().authority_code, day))
    tally = Tally()
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        if dry_run:
            for event in _told(sources, None, tally, bar, keep=False):
                tally.sent[event.feed] += 1
        else:
            now = _with_broker(settings())
            events = _told(sources, _database(found), tally, bar, keep=True)
            _send(_begun(events, tally), now, tally)
    _print(tally, as_json=as_json, dry_run=dry_run)
    if tally.fault is not None:
        raise tally.fault
    if tally.too_long:
        first = tally.too_long[0]
        raise BadInput(
            f"{len(tally.too_long)} lines are longer than any message may be, and were not sent; all others were",
            where=f"{first.file} {first.kind} {first.place}",
        )


def _told(
    sources: Iterator[Source], engine: "Engine | None", tally: Tally, bar: Progress, *, keep: bool
) -> Iterator[RawEvent]:
    """Every message of all sources, counted; what cannot be read further ends the reading and not the sending."""
    try:
        for source in sources:
            task = bar.add_task("Reading", total=source.size or None)
            tally.warnings += source.warnings
            if keep and source.noticed:
                _keep_noticed(source)
            told = _without_too_long(source, tally)
            if source.returned_at is not None:
                events = settled_events(engine, source.returned_at, told, tally.facts)
            else:
                events = (event for event in told if isinstance(event, RawEvent))
            for number, event in enumerate(events):
                if number % 1000 == 0:
                    bar.update(task, completed=source.read())
                yield event
            bar.update(task, completed=source.size)
    except BadInput as fault:
        tally.fault = fault


def _without_too_long(source: Source, tally: Tally) -> Iterator[Draft | RawEvent]:
    for one in source.told:
        if isinstance(one, TooLong):
            tally.too_long.append(one.origin)
            continue
        tally.read[one.feed] += 1
        yield one


def _begun(events: Iterator[RawEvent], tally: Tally) -> Iterator[RawEvent]:
    """The same events, once the first is there: what is wrong from the start is told before anything is sent."""
    first = list(islice(events, 1))
    if not first and tally.fault is not None:
        raise tally.fault
    return chain(first, events)


def _send(events: Iterator[RawEvent], now: Settings, tally: Tally) -> None:
    """Send in order, waiting for the broker batch by batch."""
    from send_integration.broker.topics import create_missing_topics  # noqa: PLC0415 - --dry-run and --help need no Kafka
    from send_integration.steps.ingest import send_raw  # noqa: PLC0415

    create_missing_topics(now.kafka, partitions=now.partitions, replication=now.replication)
    tally.sent += asyncio.run(send_raw(now.kafka, events, lambda _: None))


def _with_broker(now: Settings) -> Settings:
    if not now.kafka:
        raise NotReady("SEND_KAFKA is not set", next_step="Set it, or run `send-integration demo`.")
    return now


def _database(found: Format) -> "Engine | None":
    """The database, which remembers what person-level returns said; events of other formats name themselves."""
    if found not in (Format.SEN2, Format.CIN, Format.ANNEX_A):
        return None
    from send_integration.cli.services import services  # noqa: PLC0415

    return services()[1]


def _keep_noticed(source: Source) -> None:
    """Keep for `drift` the columns on which file and mapping disagree; without a database the warning is all there is."""
    if not settings().database.get_secret_value() or source.mapping is None:
        return
    from send_integration.cli.services import services  # noqa: PLC0415
    from send_integration.store.drift import CsvColumn, keep_columns  # noqa: PLC0415

    now, mapping = clock.now(), source.mapping
    columns = [
        CsvColumn(
            mapping.name, mapping.source, one.name, one.what, mapping.type, one.shapes, one.likely_field, 1, now, now
        )
        for one in source.noticed
    ]
    with services()[1].begin() as connection:
        keep_columns(connection, columns)


def _print(tally: Tally, *, as_json: bool, dry_run: bool) -> None:
    feeds = {feed: {"read": read, "sent": tally.sent[feed]} for feed, read in sorted(tally.read.items())}
    facts = tally.facts
    if as_json:
        summary = {
            "dry_run": dry_run,
            "feeds": feeds,
            "too_long": [{"file": at.file, at.kind: at.place} for at in tally.too_long],
            "warnings": tally.warnings,
            "unchanged": facts.unchanged,
            "corrected": facts.corrected,
            "overtaken": facts.overtaken,
        }
        typer.echo(json.dumps(summary, indent=1))
        return
    table = Table("feed", "read", "would be sent" if dry_run else "sent")
    for feed, counts in feeds.items():
        table.add_row(feed, f"{counts['read']:,}", f"{counts['sent']:,}")
    Console().print(table)
    if facts.unchanged or facts.corrected or facts.overtaken:
        typer.echo(
            f"Beside earlier returns: {facts.unchanged:,} unchanged and sent again as the same events, "
            f"{facts.corrected:,} corrected, {facts.overtaken:,} overtaken by a later return and not sent."
        )
    for warning in tally.warnings:
        typer.echo(f"Warning: {warning}.", err=True)
    for at in tally.too_long[:NAMED_AT_MOST]:
        typer.echo(f"Too long, not sent: {at.file} {at.kind} {at.place}.", err=True)
