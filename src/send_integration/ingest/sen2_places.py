"""The places of a plan in a SEN2 return: those that it names and those that the child attends, as the plan's event tells them."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import get_args

from send_integration.contracts.codes import SenSetting
from send_integration.contracts.event import JsonValue, Reason
from send_integration.ingest.raw_event import Origin, RawEvent, untouched_row
from send_integration.ingest.sen2_return import Return, Row, is_true, printed_day

Data = dict[str, JsonValue]

SETTINGS: frozenset[str] = frozenset(get_args(SenSetting))
RETURN_CODE = re.compile("[A-Za-z0-9]{1,8}", re.ASCII)
_SHAPES = {"urn": re.compile("[0-9]{6}", re.ASCII), "ukprn": re.compile("[0-9]{8}", re.ASCII)}
_CODES = {"residential": "res", "work_based": "wbp"}
_DAYS = {"entered_on": "entrydate", "left_on": "leavingdate"}
_FLAGS = {"sen_unit": "senunitindicator", "resourced_provision": "resourcedprovisionindicator"}


def as_sent(returned: Return, feed: str, row: Row, fault: Reason) -> RawEvent:
    """A row that no event can tell, untouched, for quarantine."""
    return untouched_row(feed, dict(row.cells), Origin(row.file, row.line), fault, sender=returned.source)


def places_of(rows: Sequence[Row]) -> list[JsonValue]:
    """The places of some rows in order of their rank, without those that cannot be read."""
    by_rank = sorted(rows, key=lambda row: row["placementrank"].zfill(2))
    return [place for row in by_rank if (place := _place(row)) is not None]


def unread_places(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows that cannot be read: a plan is told without them, and they by themselves."""
    return (row for row in rows if _place(row) is None)


def return_code(text: str) -> str:
    """A code of the return that we carry as it is; '' where the return says that there is none."""
    return text if text != "0" and text.lower() != "false" and RETURN_CODE.fullmatch(text) else ""


def _place(row: Row) -> Data | None:
    rank, setting = row["placementrank"], row["sensetting"].upper()
    if not re.fullmatch("[1-9][0-9]?", rank, re.ASCII) or (setting and setting not in SETTINGS):
        return None
    place: Data = {"id": row.native_id, "rank": int(rank), "setting": setting, "setting_other": row["sensettingother"]}
    for name, shape in _SHAPES.items():
        if row[name] and not shape.fullmatch(row[name]):
            return None
        place[name] = row[name]
    for name, column in _DAYS.items():
        day = printed_day(row[column])
        if isinstance(day, str):
            return None
        place[name] = str(day) if isinstance(day, date) else ""
    place |= {name: return_code(row[column]) for name, column in _CODES.items()}
    place |= {name: is_true(row[column]) for name, column in _FLAGS.items()}
    return {name: value for name, value in place.items() if value}
