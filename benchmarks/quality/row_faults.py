"""Faults of single rows, each a function from an event's body to the faulty one; None where a row cannot have the fault.

The docstrings are the table's words. `other` is the body of a row of another child, by the same source.
"""

import copy
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

Body = dict[str, Any]
Spoil = Callable[[Body, Body], Body | bytes | None]

EXCEL_DAY_NONE = date(1899, 12, 30)


class RowFault(NamedTuple):
    """A kind of fault, the feed whose rows get it, and how."""

    name: str
    feed: str
    spoil: Spoil


def changed(body: Body, path: str, value: object) -> Body:
    """A copy with another value at a dotted path; None takes the field out."""
    made = copy.deepcopy(body)
    *parents, last = path.split(".")
    place = made
    for parent in parents:
        place = place[parent]
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value
    return made


def person_of(body: Body) -> Body:
    """The person as the source says; {} where the event is about none."""
    person: Body = body["data"].get("person", {})
    return person


def _of_person(body: Body, **values: object) -> Body:
    made = body
    for name, value in values.items():
        made = changed(made, f"data.person.{name}", value)
    return made


def wire(body: Body) -> bytes:
    """The bytes that a source sends."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def renamed_field(body: Body, _other: Body) -> Body:
    """family_name is called surname from now on"""
    return _of_person(body, family_name=None, surname=person_of(body)["family_name"])


def renamed_own_field(body: Body, _other: Body) -> Body | None:
    """urgency is called priority from now on"""
    urgency = body["data"].get("urgency")
    return None if urgency is None else changed(changed(body, "data.urgency", None), "data.priority", urgency)


def day_and_month_swapped(body: Body, _other: Body) -> Body | None:
    """birth dates as year, day, month"""
    year, month, day = person_of(body)["date_of_birth"].split("-")
    return None if month == day else _of_person(body, date_of_birth=f"{year}-{day}-{month}")


def emptied_field(body: Body, _other: Body) -> Body:
    """the family name is empty"""
    return _of_person(body, family_name="")


def left_out_ethnicity(body: Body, _other: Body) -> Body | None:
    """ethnicity is no longer sent"""
    return _of_person(body, ethnicity=None) if "ethnicity" in person_of(body) else None


def left_out_nhs_number(body: Body, _other: Body) -> Body | None:
    """NHS numbers are no longer sent"""
    return _of_person(body, nhs_number=None) if "nhs_number" in person_of(body) else None


def new_code(body: Body, _other: Body) -> Body | None:
    """urgency 'soon', a code that the contract does not know"""
    return changed(body, "data.urgency", "soon") if "urgency" in body["data"] else None


def windows_1252(body: Body, _other: Body) -> bytes | None:
    """JSON in Windows-1252"""
    made = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("cp1252", errors="replace")
    return None if made == wire(body) or b"?" in made else made


def utf_16(body: Body, _other: Body) -> bytes:
    """JSON in UTF-16"""
    return wire(body).decode().encode("utf-16")


def read_as_windows_1252(body: Body, _other: Body) -> Body | None:
    """UTF-8 that was read as Windows-1252 and written again (Ã© for é)"""
    person = person_of(body)
    made = {name: _misread(person[name]) for name in ("given_name", "family_name")}
    return None if all(made[name] == person[name] for name in made) else _of_person(body, **made)


def _misread(text: str) -> str:
    return text.encode().decode("cp1252", errors="replace")


def truncated_line(body: Body, _other: Body) -> bytes:
    """lines cut off in the middle"""
    raw = wire(body)
    return raw[: len(raw) // 2]


def clock_an_hour_off(body: Body, _other: Body) -> Body:
    """days sent as an hour before London's midnight"""
    moment = datetime.fromisoformat(body["time"]) - timedelta(hours=1)
    return changed(body, "time", moment.isoformat())


def recorded_an_hour_late(body: Body, _other: Body) -> Body:
    """only the moment of recording is an hour off"""
    moment = datetime.fromisoformat(body["recordedtime"]) + timedelta(hours=1)
    return changed(body, "recordedtime", moment.isoformat())


def without_time_zone(body: Body, _other: Body) -> Body:
    """moments without offset"""
    return changed(body, "time", body["time"][:19])


def of_another_authority(body: Body, _other: Body) -> Body:
    """references of another authority's children, built otherwise"""
    local_id = f"BD-{person_of(body)['local_id'][3:]}"
    return changed(_of_person(body, local_id=local_id), "subject", f"local:{local_id}")


def wrong_check_digit(body: Body, _other: Body) -> Body | None:
    """NHS numbers of which the last digit is wrong"""
    number = person_of(body).get("nhs_number")
    return _of_person(body, nhs_number=f"{number[:9]}{(int(number[9]) + 1) % 10}") if number else None


def spaces_around(body: Body, _other: Body) -> Body:
    """spaces before and after names"""
    person = person_of(body)
    return _of_person(body, given_name=f" {person['given_name']}", family_name=f"{person['family_name']} ")


def spaces_around_numbers(body: Body, _other: Body) -> Body | None:
    """a space after NHS numbers"""
    number = person_of(body).get("nhs_number")
    return _of_person(body, nhs_number=f"{number} ") if number else None


def in_scientific_notation(body: Body, _other: Body) -> Body | None:
    """NHS numbers as Excel shows them (9.99E+09)"""
    number = person_of(body).get("nhs_number")
    return _of_person(body, nhs_number=f"{int(number):.2E}") if number else None


def without_leading_zeros(body: Body, _other: Body) -> Body | None:
    """the zeros before a reference's number are gone"""
    local_id = person_of(body)["local_id"]
    made = local_id[:3] + local_id[3:].lstrip("0")
    return None if made == local_id else changed(_of_person(body, local_id=made), "subject", f"local:{made}")


def as_excel_serial(body: Body, _other: Body) -> Body:
    """birth dates as Excel's count of days"""
    born = date.fromisoformat(person_of(body)["date_of_birth"])
    return _of_person(body, date_of_birth=str((born - EXCEL_DAY_NONE).days))


def two_digit_year(body: Body, _other: Body) -> Body:
    """birth dates with two-digit years"""
    return _of_person(body, date_of_birth=person_of(body)["date_of_birth"][2:])


def born_in_1900(body: Body, _other: Body) -> Body:
    """birth date 1 January 1900 where it is not known"""
    return _of_person(body, date_of_birth="1900-01-01")


def one_postcode(body: Body, _other: Body) -> Body:
    """everybody has the town hall's postcode"""
    return _of_person(body, postcode="LU1 2BQ")


def name_in_capitals(body: Body, _other: Body) -> Body | None:
    """names in capitals"""
    person = person_of(body)
    made = {name: person[name].upper() for name in ("given_name", "family_name")}
    return None if all(made[name] == person[name] for name in made) else _of_person(body, **made)


def names_swapped(body: Body, _other: Body) -> Body:
    """given and family name swapped"""
    person = person_of(body)
    return _of_person(body, given_name=person["family_name"], family_name=person["given_name"])


def gender_of_another_scheme(body: Body, _other: Body) -> Body | None:
    """gender as 1 and 2"""
    gender = person_of(body).get("gender")
    return _of_person(body, gender="1" if gender == "M" else "2") if gender else None


def null_as_text(body: Body, _other: Body) -> Body:
    """'NULL' for a postcode that is not known"""
    return _of_person(body, postcode="NULL")


def null_as_reference(body: Body, _other: Body) -> Body:
    """'N/A' for the source's own reference"""
    return changed(_of_person(body, local_id="N/A"), "subject", "local:N/A")


def null_as_name(body: Body, _other: Body) -> Body:
    """'NULL' for a given name that is not known"""
    return _of_person(body, given_name="NULL")


def nhs_number_in_text(body: Body, _other: Body) -> Body | None:
    """NHS numbers in the reason for a referral"""
    if not body["type"].endswith(".received.v1"):
        return None
    return changed(body, "data.reason", "see brother 9990000018")


def in_the_future(body: Body, _other: Body) -> Body:
    """events of next year"""
    return changed(changed(body, "time", _years(body["time"], 2)), "recordedtime", _years(body["recordedtime"], 2))


def a_year_late(body: Body, _other: Body) -> Body | None:
    """written down more than a year after they happened"""
    earlier = _years(body["time"], -1)
    born = person_of(body)["date_of_birth"]
    return None if earlier[:10] <= born else changed(body, "time", f"{_days(earlier, -5)}")


def _years(moment: str, count: int) -> str:
    return _days(moment, 365 * count)


def _days(moment: str, count: int) -> str:
    return (datetime.fromisoformat(moment) + timedelta(count)).isoformat()


def year_group_one_off(body: Body, _other: Body) -> Body | None:
    """year groups not moved on in September"""
    year = body["data"].get("year_group")
    return changed(body, "data.year_group", year - 1) if isinstance(year, int) and year > 0 else None


def days_for_hours(body: Body, _other: Body) -> Body | None:
    """hours of support a week sent as days"""
    hours = body["data"].get("hours_per_week")
    return changed(body, "data.hours_per_week", hours / 24) if hours else None


def sessions_for_days(body: Body, _other: Body) -> Body | None:
    """possible sessions counted twice"""
    sessions = body["data"].get("sessions_possible")
    return changed(body, "data.sessions_possible", sessions * 2) if sessions else None


def upn_of_another(body: Body, other: Body) -> Body | None:
    """another child's pupil number"""
    upn = person_of(other).get("upn")
    return _of_person(body, upn=upn) if upn and upn != person_of(body).get("upn") else None


def nhs_number_of_another(body: Body, other: Body) -> Body | None:
    """another child's NHS number"""
    number = person_of(other).get("nhs_number")
    return _of_person(body, nhs_number=number) if number and number != person_of(body).get("nhs_number") else None


def shifted_columns(body: Body, _other: Body) -> Body:
    """fields of the person shifted by one"""
    person = person_of(body)
    return _of_person(
        body,
        given_name=person["local_id"],
        family_name=person["given_name"],
        date_of_birth=person["family_name"],
        postcode=person["date_of_birth"],
    )


ROW_FAULTS = (
    RowFault("renamed field of the person", "people", renamed_field),
    RowFault("renamed field of the feed", "referrals", renamed_own_field),
    RowFault("day and month swapped", "people", day_and_month_swapped),
    RowFault("shifted fields", "people", shifted_columns),
    RowFault("emptied field", "people", emptied_field),
    RowFault("field left out: ethnicity", "people", left_out_ethnicity),
    RowFault("field left out: NHS number", "people", left_out_nhs_number),
    RowFault("new code", "referrals", new_code),
    RowFault("Windows-1252", "people", windows_1252),
    RowFault("UTF-16", "people", utf_16),
    RowFault("read in the wrong encoding", "people", read_as_windows_1252),
    RowFault("truncated lines", "people", truncated_line),
    RowFault("clock an hour off", "referrals", clock_an_hour_off),
    RowFault("recording clock an hour off", "referrals", recorded_an_hour_late),
    RowFault("time zone missing", "referrals", without_time_zone),
    RowFault("references of another authority", "referrals", of_another_authority),
    RowFault("wrong check digit", "people", wrong_check_digit),
    RowFault("spaces around names", "people", spaces_around),
    RowFault("spaces around numbers", "people", spaces_around_numbers),
    RowFault("scientific notation", "people", in_scientific_notation),
    RowFault("leading zeros lost", "people", without_leading_zeros),
    RowFault("dates as Excel serials", "people", as_excel_serial),
    RowFault("two-digit years", "people", two_digit_year),
    RowFault("default birth date", "people", born_in_1900),
    RowFault("one postcode for everybody", "people", one_postcode),
    RowFault("names in capitals", "people", name_in_capitals),
    RowFault("names swapped", "people", names_swapped),
    RowFault("gender of another scheme", "people", gender_of_another_scheme),
    RowFault("NULL as postcode", "people", null_as_text),
    RowFault("N/A as reference", "people", null_as_reference),
    RowFault("NULL as name", "people", null_as_name),
    RowFault("NHS numbers in free text", "referrals", nhs_number_in_text),
    RowFault("events in the future", "referrals", in_the_future),
    RowFault("events a year late", "referrals", a_year_late),
    RowFault("year groups one off", "school", year_group_one_off),
    RowFault("unit changed: hours to days", "support", days_for_hours),
    RowFault("unit changed: sessions doubled", "school", sessions_for_days),
    RowFault("UPN of another child", "school", upn_of_another),
    RowFault("NHS number of another child", "people", nhs_number_of_another),
)
"""Every kind, in the table's order."""
