"""A SEN2 person-level return as events: links its rows, and tells each person's requests and what came of them."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import get_args

from send_integration.contracts.codes import Ethnicity
from send_integration.contracts.event import Reason
from send_integration.contracts.identifiers import is_postcode, is_upn
from send_integration.ingest import sen2_codes as codes
from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import RawEvent
from send_integration.ingest.sen2_places import as_sent
from send_integration.ingest.sen2_request import Data, Told, day_text, events_of_request
from send_integration.ingest.sen2_return import Return, Row, printed_day
from send_integration.when.london import london_day

PARENTS = {
    "requests": "person",
    "assessment": "requests",
    "namedplan": "assessment",
    "plandetail": "namedplan",
    "activeplans": "requests",
    "placementdetail": "activeplans",
    "senneed": "activeplans",
}
"""Each module's parent, whose table id the row repeats."""

FEEDS_OF_ORPHANS = {"placementdetail": "school", "senneed": "school"}
"""Where a row without its parent is quarantined, if not in `ehcp`: the feed that its event would have had."""

ULN = re.compile("[0-9]{10}", re.ASCII)
UPN_REASON = re.compile("UN[0-9]{1,2}", re.ASCII)

ETHNICITIES: frozenset[str] = frozenset(get_args(Ethnicity))


class LinkedRows:
    """A return's rows by their parents; built once, then only read."""

    def __init__(self, returned: Return) -> None:
        self._by_id = {
            module: {row[f"{module}tableid"]: row for row in reversed(rows)} for module, rows in returned.rows.items()
        }
        self._children: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self.orphans: list[Row] = []
        for module, parent in PARENTS.items():
            for row in returned.rows[module]:
                parent_id = row[f"{parent}tableid"]
                if parent_id in self._by_id[parent]:
                    self._children[module, parent_id].append(row)
                else:
                    self.orphans.append(row)

    def under(self, row: Row, module: str) -> list[Row]:
        """The rows of a module that belong to this one, in the file's order."""
        return self._children.get((module, row[f"{row.module}tableid"]), [])


def events_of_return(returned: Return) -> Iterator[Draft | RawEvent]:
    """Every event of a return, and every row whose parent is missing as it was sent."""
    linked = LinkedRows(returned)
    seen: set[str] = set()
    for row in returned.rows["person"]:
        if row["persontableid"] in seen:
            yield as_sent(returned, "people", row, codes.DUPLICATE_ID)
            continue
        seen.add(row["persontableid"])
        yield from _events_of_person(returned, linked, row)
    for row in linked.orphans:
        feed = FEEDS_OF_ORPHANS.get(row.module, "ehcp")
        yield as_sent(returned, feed, row, codes.PARENT_MISSING)


def _events_of_person(returned: Return, linked: LinkedRows, row: Row) -> Iterator[Draft | RawEvent]:
    """A fault in who somebody is goes to quarantine by itself, and holds back nothing that happened."""
    person = _person(row)
    faults = tuple(_faults_of_person(row, person))
    if faults:
        told = Told(returned, person, row)
        yield told.draft("people", "registered", london_day(returned.returned_at), row, "person", {}, *faults)
    faulty = {fault.field.removeprefix("data.person.") for fault in faults}
    known: Data = {key: value for key, value in person.items() if key not in faulty}
    requests = linked.under(row, "requests")
    yield from _numbers(Told(returned, known, row), row, requests)
    for request in requests:
        yield from events_of_request(Told(returned, known, request), linked)


def _numbers(told: Told, row: Row, requests: list[Row]) -> Iterator[Draft]:
    """What the return alone knows of how to find the person; it counts from the first request, next year as well."""
    numbers: Data = {}
    if ULN.fullmatch(row["uniquelearnernumber"]):
        numbers["unique_learner_number"] = row["uniquelearnernumber"]
    if UPN_REASON.fullmatch(row["upnunknown"].upper()):
        numbers["upn_unknown"] = row["upnunknown"].upper()
    if numbers:
        asked = [day for request in requests if isinstance(day := printed_day(request["receiveddate"]), date)]
        on = min(asked, default=london_day(told.returned.returned_at))
        yield told.draft("people", "registered", on, row, "numbers", numbers)


def _person(row: Row) -> Data:
    """The person as sent; what is empty is left out, so that the contract names what it demands."""
    gender = row["sex"] or row["gendercurrent"]
    sent = {
        "local_id": row.native_id,
        "given_name": row["forename"],
        "family_name": row["surname"],
        "date_of_birth": day_text(row["personbirthdate"]),
        "upn": row["upn"],
        "postcode": _postcode(row["postcode"]),
        "gender": codes.GENDERS.get(gender, gender),
        "ethnicity": row["ethnicity"],
    }
    return {key: value for key, value in sent.items() if value}


def _faults_of_person(row: Row, person: Data) -> Iterator[Reason]:
    if row["uniquelearnernumber"] and not ULN.fullmatch(row["uniquelearnernumber"]):
        yield codes.ULN_WRONG
    if row["upnunknown"] and not UPN_REASON.fullmatch(row["upnunknown"].upper()):
        yield codes.UPN_REASON_WRONG
    if not row["upn"] and not row["upnunknown"]:
        yield codes.UPN_REASON_MISSING
    elif row["upn"] and not is_upn(row["upn"]):
        yield codes.UPN_WRONG
    if "ethnicity" in person and person["ethnicity"] not in ETHNICITIES:
        yield codes.unknown_code("data.person.ethnicity", "ethnicity")
    if "gender" in person and person["gender"] not in codes.GENDERS.values():
        yield codes.unknown_code("data.person.gender", "sex")
    if "postcode" in person and not is_postcode(str(person["postcode"])):
        yield codes.POSTCODE_WRONG


def _postcode(text: str) -> str:
    """In capitals with one space before the last three characters, however the return spaces it."""
    letters = "".join(text.split()).upper()
    return f"{letters[:-3]} {letters[-3:]}" if len(letters) > 3 else letters
