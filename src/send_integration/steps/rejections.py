"""The file by which a sender learns what of theirs was refused: their own line or event id, never a child's data."""

import csv
import io
from collections.abc import Iterable

from send_integration.contracts.fixes import fix_of
from send_integration.store.quarantine import Rejection
from send_integration.when.london import london_day

HEADINGS = ("file", "place", "event_id", "feed", "received_on", "reason", "field", "what_is_wrong", "what_to_do")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

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
            file if isinstance(file, str) else "",
            _place(item),
            item.event_id or "",
            item.feed,
            london_day(item.quarantined_at).isoformat(),
        )
        for reason in item.reasons:
            step = fix_of(reason["code"]).step
            writer.writerow(map(_harmless, (*mine, reason["code"], reason["field"], reason["message"], step)))
    return written.getvalue().encode()


def _place(item: Rejection) -> str:
    named = ((kind, item.origin.get(kind)) for kind in (*PLACES, *item.origin))
    return next((f"{kind} {place}" for kind, place in named if type(place) is int), "")


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet runs; one line, whatever was sent."""
    line = " ".join(cell.split()) if cell.strip() else ""
    return f"'{line}" if line.startswith(FORMULA) or cell.startswith(FORMULA) else line
