"""The places of a plan in a SEN2 return: those that it names and those that the child attends, as the plan's event tells them."""

import json
import re
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from send_integration.contracts.event import JsonValue, Reason
from send_integration.contracts.feeds.ehcp import MOST_PLACES, PlaceAttended
from send_integration.ingest.raw_event import Origin, RawEvent, untouched_row
from send_integration.ingest.sen2_return import Return, Row, is_true, printed_day

Data = dict[str, JsonValue]

RETURN_CODE = re.compile("[A-Za-z0-9]{1,8}", re.ASCII)
_CODES = {"residential": "res", "work_based": "wbp"}
_DAYS = {"entered_on": "entrydate", "left_on": "leavingdate"}
_FLAGS = {"sen_unit": "senunitindicator", "resourced_provision": "resourcedprovisionindicator"}


def as_sent(returned: Return, feed: str, row: Row, fault: Reason) -> RawEvent:
    """A row that no event can tell, untouched, for quarantine."""
    return untouched_row(feed, dict(row.cells), Origin(row.file, row.line), fault, sender=returned.source)


def places_of(rows: Sequence[Row]) -> list[JsonValue]:
    """The places of some rows in order of their rank, as many as a plan can name, without those that no event can tell."""
    told: list[JsonValue] = [place for _, place in _by_rank(rows) if place is not None]
    return told[:MOST_PLACES]


def unread_places(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows that no event can tell: a plan is told without them, and they by themselves."""
    told = 0
    for row, place in _by_rank(rows):
        told += place is not None
        if place is None or told > MOST_PLACES:
            yield row


def _by_rank(rows: Sequence[Row]) -> list[tuple[Row, Data | None]]:
    return [(row, _place(row)) for row in sorted(rows, key=lambda row: row["placementrank"].zfill(2))]


def return_code(text: str) -> str:
    """A code of the return that we carry as it is; '' where the return says that there is none."""
    return text if text != "0" and text.lower() != "false" and RETURN_CODE.fullmatch(text) else ""


def _place(row: Row) -> Data | None:
    """What a row says of a place, as the contract takes it; None where it does not."""
    days = {name: printed_day(row[column]) for name, column in _DAYS.items()}
    place: Data = {
        "id": row.native_id,
        "rank": int(row["placementrank"]) if row["placementrank"].isdecimal() else 0,
        "urn": row["urn"],
        "ukprn": row["ukprn"],
        "setting": row["sensetting"].upper(),
        "setting_other": row["sensettingother"],
        **{name: str(day or "") for name, day in days.items()},
        **{name: return_code(row[column]) for name, column in _CODES.items()},
        **{name: is_true(row[column]) for name, column in _FLAGS.items()},
    }
    told: Data = {name: value for name, value in place.items() if value}
    try:
        PlaceAttended.model_validate_json(json.dumps(told))
    except ValidationError:
        return None
    return told
