"""Writes the authority as a SEN2 person-level return: nine files, linked by table ids, with days as the export prints them."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from send_integration.simulate.agencies import EHC_TEAM
from send_integration.simulate.clerks import Clerks
from send_integration.simulate.ehc import TWENTY_WEEKS, Case
from send_integration.simulate.profile import Profile

SETTINGS = {"eotas": "OLA", "alternative": "OTH"}
REQUEST_SOURCES = {"parent": "1", "young-person": "1", "school": "2", "other": "5"}


def write_return(profile: Profile, cases: Sequence[Case], clerks: Clerks, until: date, folder: Path) -> None:
    """The return of the profile's year: its requests, and every plan in force at its end."""
    year = int(profile.figures["year"])
    folder.mkdir(parents=True, exist_ok=True)
    told = [case for case in cases if case.requested_on.year == year or case.finalised_on is not None]
    stamp = f"{until:%d-%m-%Y}"
    modules = {
        "sen2": [_header(profile, until)],
        "person": [
            _person(number, clerks.person_on(EHC_TEAM, case.child, until)) for number, case in enumerate(told, start=1)
        ],
        "requests": [_request(number, case, year) for number, case in enumerate(told, start=1)],
        "assessment": [_assessment(n, c) for n, c in enumerate(told, start=1) if c.decision == "yes"],
        "namedplan": [_named_plan(n, c) for n, c in enumerate(told, start=1) if c.finalised_on],
        "plandetail": [_plan_detail(n, c) for n, c in enumerate(told, start=1) if c.finalised_on],
        "activeplans": [_active_plan(n, c, until) for n, c in enumerate(told, start=1) if c.finalised_on],
        "placementdetail": [_placement(n, c) for n, c in enumerate(told, start=1) if c.finalised_on],
        "senneed": [_need(n, c) for n, c in enumerate(told, start=1) if c.finalised_on],
    }
    for module, rows in modules.items():
        _write(folder / f"Blade-Export_{stamp}_{module}.csv", module, rows)


def _write(path: Path, module: str, rows: Sequence[dict[str, str]]) -> None:
    own = [name for row in rows[:1] for name in row]
    with path.open("w", newline="", encoding="utf-8") as file:
        order = f"{module}orderseqcolumn"
        writer = csv.DictWriter(file, [*own, order, "sourceid"] if rows else [f"{module}tableid"])
        writer.writeheader()
        for number, row in enumerate(rows, start=1):
            writer.writerow({**row, order: str(number), "sourceid": "1"})


def _printed(day: date | None) -> str:
    return f"{day:%Y-%b-%d} 00:00:00" if day else ""


def _header(profile: Profile, until: date) -> dict[str, str]:
    return {
        "sen2tableid": "1",
        "NativeId": "1",
        "collection": "SEN2",
        "year": str(until.year),
        "referencedate": _printed(until),
        "sourcelevel": "L",
        "lea": str(profile.figures["authority"]),
        "softwarecode": "simulated",
        "release": "1",
        "serialno": "1",
        "datetime": f"{until:%Y-%b-%d} 12:00:00",
    }


def _person(number: int, known: Mapping[str, str]) -> dict[str, str]:
    return {
        "persontableid": str(number),
        "NativeId": known["local_id"],
        "sen2tableid": "1",
        "surname": known["family_name"],
        "forename": known["given_name"],
        "personbirthdate": _printed(date.fromisoformat(known["date_of_birth"])),
        "sex": known.get("gender", "U"),
        "ethnicity": known["ethnicity"],
        "postcode": known.get("postcode", ""),
        "upn": known.get("upn", ""),
        "uniquelearnernumber": "",
        "upnunknown": "" if "upn" in known else "UN1",
    }


def _request(number: int, case: Case, year: int) -> dict[str, str]:
    outcome = {"yes": "Y", "no": "N"}.get(case.decision, "")
    return {
        "requeststableid": str(number),
        "NativeId": case.request_id,
        "persontableid": str(number),
        "receiveddate": _printed(case.requested_on),
        "requestsource": REQUEST_SOURCES[case.by],
        "rya": "0",
        "requestoutcomedate": _printed(case.decided_on),
        "requestoutcome": "H" if case.decided_on and case.decided_on.year < year and outcome == "Y" else outcome,
        "requestmediation": "0",
        "requesttribunal": "0",
        "exported": "0",
    }


def _assessment(number: int, case: Case) -> dict[str, str]:
    late = case.finalised_on is not None and case.finalised_on - case.requested_on > TWENTY_WEEKS
    return {
        "assessmenttableid": str(number),
        "NativeId": case.request_id,
        "requeststableid": str(number),
        "assessmentoutcome": "Y" if case.finalised_on else "A",
        "assessmentoutcomedate": _printed(case.issue_decided_on if case.finalised_on else None),
        "assessmentmediation": "0",
        "assessmenttribunal": "0",
        "othermediation": "0",
        "othertribunal": "0",
        "week20": "1" if case.exception and late else "0",
    }


def _named_plan(number: int, case: Case) -> dict[str, str]:
    return {
        "namedplantableid": str(number),
        "NativeId": case.plan_id,
        "assessmenttableid": str(number),
        "startdate": _printed(case.finalised_on),
        "planres": "0",
        "planwbp": "0",
        "pb": "0",
        "oa": "0",
        "dp": "0",
        "ceasedate": "",
        "ceasereason": "",
    }


def _plan_detail(number: int, case: Case) -> dict[str, str]:
    setting = SETTINGS.get(case.placement, "")
    return {
        "plandetailtableid": str(number),
        "NativeId": case.plan_id,
        "namedplantableid": str(number),
        "urn": "" if setting else "109123",
        "ukprn": "",
        "sensetting": setting,
        "sensettingother": "",
        "placementrank": "1",
        "senunitindicator": "0",
        "resourcedprovisionindicator": "1" if case.placement == "resourced-provision" else "0",
    }


def _active_plan(number: int, case: Case, until: date) -> dict[str, str]:
    """The plan with its last review that had both its meeting and its decision by the return's day."""
    done = [review for review in case.reviews if review[1] <= until]
    met, decided, outcome = done[-1][:3] if done else (None, None, "")
    return {
        "activeplanstableid": str(number),
        "NativeId": case.plan_id,
        "requeststableid": str(number),
        "transferla": "",
        "reviewmeeting": _printed(met),
        "reviewoutcome": outcome,
        "reviewdraft": "",
        "phasetransferduedate": "",
        "phasetransferfinaldate": "",
        "lastreview": _printed(decided),
    }


def _placement(number: int, case: Case) -> dict[str, str]:
    setting = SETTINGS.get(case.placement, "")
    return {
        "placementdetailtableid": str(number),
        "NativeId": case.plan_id,
        "activeplanstableid": str(number),
        "urn": "" if setting else "109123",
        "ukprn": "",
        "sensetting": setting,
        "sensettingother": "",
        "placementrank": "1",
        "entrydate": _printed(case.finalised_on),
        "leavingdate": "",
        "senunitindicator": "0",
        "resourcedprovisionindicator": "0",
        "res": "",
        "wbp": "",
    }


def _need(number: int, case: Case) -> dict[str, str]:
    return {
        "senneedtableid": str(number),
        "NativeId": case.plan_id,
        "activeplanstableid": str(number),
        "sentype": case.child.need,
        "sentyperank": "1",
    }
