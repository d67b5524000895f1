"""The file by which a sender learns what of theirs was refused: their own line or event id, never a child's data."""

import csv
import io
from collections.abc import Iterable

from send_integration.contracts.fixes import sender_step
from send_integration.contracts.identifiers import holds_nhs_number, holds_upn
from send_integration.store.quarantine import Rejection
from send_integration.when.london import london_day

HEADINGS = ("file", "place", "event_id", "feed", "received_on", "reason", "field", "what_is_wrong", "what_to_do")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula; the wide ones are taken for it where such signs are written."""

WITHHELD = "withheld: a number of a child"
"""Stands for a file or id whose name tells whom it is about."""

PLACES = ("line", "row", "element")
"""What an origin calls the place in its file (ingest.raw_event.Origin)."""


def rejection_file(items: Iterable[Rejection]) -> bytes:
    """A row for each reason of each item, as RFC 4180 has it, in UTF-8."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for item in items:
        file = item.origin.get("file")
        mine = (
            _without_number(file if isinstance(file, str) else ""),
            _place(item),
            _without_number(item.event_id or ""),
            item.feed,
            london_day(item.quarantined_at).isoformat(),
        )
        for reason in item.reasons:
            told = (reason["code"], reason["field"], reason["message"], sender_step(reason["code"]))
            writer.writerow(map(harmless, (*mine, *told)))
    return written.getvalue().encode()


def _place(item: Rejection) -> str:
    named = ((kind, item.origin.get(kind)) for kind in (*PLACES, *item.origin))
    return next((f"{kind} {place}" for kind, place in named if type(place) is int), "")


def _without_number(name: str) -> str:
    return WITHHELD if holds_nhs_number(name) or holds_upn(name) else name


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs; one line, whatever was sent."""
    line = " ".join(cell.split()) if cell.strip() else ""
    return f"'{line}" if line.startswith(FORMULA) or cell.startswith(FORMULA) else line
