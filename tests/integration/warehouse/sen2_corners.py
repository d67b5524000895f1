"""Two SEN2 returns by hand, of 2024 and of 2025, with every code of every list and the corners of each module."""

import csv
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

from send_integration.contracts.codes import Ethnicity, NeedType, SenSetting
from send_integration.contracts.identifiers import upn_with_check_letter
from send_integration.warehouse.sen2_modules import COLUMNS

Rows = dict[str, list[dict[str, str]]]
MADE_2025, MADE_2026 = "2025-Jan-27 09:30:00", "2026-Jan-26 09:30:00"
REFUSED_IN_2024 = ("R-N", "R-AN", "R-W", "R-AW", "R-gone")
ETHNICITIES, SETTINGS, NEEDS = get_args(Ethnicity), get_args(SenSetting), get_args(NeedType)


def d(day: str) -> str:
    """2024-07-01 as the export prints it."""
    year, month, number = day.split("-")
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{year}-{names[int(month) - 1]}-{number} 00:00:00"


class Corners:
    """Builds a return person by person; every row is written with all its columns."""

    def __init__(self) -> None:
        self.rows: Rows = {module: [] for module in COLUMNS}
        self.people = 0
        self.rows["sen2"].append(
            {"sen2tableid": "900", "NativeId": "H25", "sen2orderseqcolumn": "1", "sourceid": "77", "collection": "SEN2",
             "year": "2025", "referencedate": d("2025-01-16"), "sourcelevel": "L", "lea": "821", "softwarecode": "Example",
             "release": "9", "serialno": "1", "datetime": MADE_2025, "dmo": "1", "dco": "0", "dsco": ""}
        )  # fmt: skip

    def add(self, module: str, native_id: str, parent: str = "", **cells: str) -> str:
        """A row under a parent's table id; gives its own."""
        table_id = str(1000 + sum(map(len, self.rows.values())))
        flags = {name: "0" for name in COLUMNS[module] if name in FLAGS}
        order = str(len(self.rows[module]) + 1)
        row = {f"{module}tableid": table_id, "NativeId": native_id, f"{module}orderseqcolumn": order, "sourceid": "77"}
        up = {COLUMNS[module][4]: parent}
        assert set(cells) <= set(COLUMNS[module]), set(cells) - set(COLUMNS[module])
        self.rows[module].append({**row, **up, **flags, **cells})
        return table_id

    def person(self, name: str, **cells: str) -> str:
        """Somebody of whom nobody could be thought the same: a name, a birth and a number of their own."""
        self.people += 1
        number = self.people
        born = f"{2008 + number % 9}-{1 + number % 12:02}-{1 + number % 27:02}"
        known = {
            "surname": f"{name.title()}son{'abcdefghijklmnopqrstuvwxyz'[number % 26] * 3}",
            "forename": f"{name.title()}{'zyxwvutsrqponmlkjihgfedcba'[number % 26] * 2}",
            "personbirthdate": d(born), "sex": "MF"[number % 2], "ethnicity": ETHNICITIES[number % len(ETHNICITIES)],
            "postcode": f"LU{1 + number % 4} {number % 9}AB", "upn": upn_with_check_letter(f"82100000{number:04}"),
        }  # fmt: skip
        return self.add("person", f"P-{name}", "900", **{**known, **cells})

    def case(self, name: str, *, person: dict[str, str] | None = None, **request: str) -> str:
        """A person with a request; gives the request's table id."""
        asked = {"receiveddate": d("2024-02-05"), "requestsource": "2", **request}
        return self.add("requests", f"R-{name}", self.person(name, **(person or {})), **asked)

    def agreed(self, name: str, *, person: dict[str, str] | None = None, **assessment: str) -> tuple[str, str]:
        """The same, assessed; gives the table ids of request and assessment."""
        request = self.case(name, person=person, requestoutcomedate=d("2024-03-11"), requestoutcome="Y")
        told = {"assessmentoutcome": "Y", "assessmentoutcomedate": d("2024-05-20"), **assessment}
        return request, self.add("assessment", f"A-{name}", request, **told)

    def planned(self, name: str, setting: dict[str, str] | None = None, needs: str = "ASD", **plan: str) -> str:
        """The same, with a plan, one place and needs; gives the table id of the active plan."""
        request, assessment = self.agreed(name)
        return self.plan(name, request, assessment, setting, needs, **plan)

    def plan(
        self, name: str, request: str, assessment: str, setting: dict[str, str] | None, needs: str, **plan: str
    ) -> str:
        """A plan of a request; what is named is attended from its start. The named and the active plan share a number."""
        where = setting or {"urn": "109123"}
        named = self.add("namedplan", f"N-{name}", assessment, **{"startdate": d("2024-06-17"), **plan})
        self.add("plandetail", f"D-{name}", named, placementrank="1", **where)
        active = self.add("activeplans", f"N-{name}", request)
        self.add("placementdetail", f"L-{name}", active, placementrank="1", entrydate=d("2024-06-17"), **where)
        for rank, code in enumerate(needs.split(), start=1):
            self.add("senneed", f"N-{name}-{rank}", active, sentype=code, sentyperank=str(rank))
        return active

    def of(self, module: str, native_id: str) -> dict[str, str]:
        """A row by its number, to be changed."""
        return next(row for row in self.rows[module] if row["NativeId"] == native_id)


FLAGS = {
    "rya", "requestmediation", "requesttribunal", "exported", "assessmentmediation", "assessmenttribunal", "othermediation",
    "othertribunal", "week20", "planres", "planwbp", "pb", "oa", "dp", "senunitindicator", "resourcedprovisionindicator",
    "res", "wbp",
}  # fmt: skip


def return_of_2024() -> Corners:
    """Made in January 2025."""
    made = Corners()
    _requests(made)
    _assessments(made)
    _plans(made)
    _reviews(made)
    _what_gets_lost(made)
    return made


def _requests(made: Corners) -> None:
    made.case("open", requestsource="5", receiveddate=d("2024-12-09"))
    made.case("source1", requestsource="1", receiveddate=d("2024-12-10"), rya="1")
    made.case("source3", requestsource="3", receiveddate=d("2024-12-11"), person={"sex": "M"})
    made.case("source4", requestsource="4", receiveddate=d("2024-12-12"))
    made.case("nosource", requestsource="", receiveddate=d("2024-12-13"))
    made.case("N", requestoutcome="N", requestoutcomedate=d("2024-03-18"), requestmediation="1", requesttribunal="1")
    made.case("W", requestoutcome="W", requestoutcomedate=d("2024-03-01"))
    made.case("gone", requestoutcome="W", requestoutcomedate=d("2024-03-04"), exported="1")
    reasons = {"upn": "", "uniquelearnernumber": "1234567890", "upnunknown": "UN3"}
    made.case("nonumber", receiveddate=d("2024-12-16"), person=reasons)
    made.case("learner", receiveddate=d("2024-12-17"), person={"uniquelearnernumber": "9876543210", "postcode": ""})


def _assessments(made: Corners) -> None:
    made.agreed("AN", assessmentoutcome="N", assessmentmediation="1", assessmenttribunal="1")
    made.agreed("AW", assessmentoutcome="W", assessmentoutcomedate=d("2024-04-29"))
    made.agreed("going", assessmentoutcome="A", assessmentoutcomedate="", week20="1")
    made.agreed("issuing")


def _plans(made: Corners) -> None:
    for number, setting in enumerate(SETTINGS):
        where = {"sensetting": setting, **({"sensettingother": "a barn"} if setting == "OTH" else {})}
        needs = " ".join(NEEDS[number : number + 2])
        made.planned(
            setting,
            where,
            needs,
            ceasedate=d(f"2024-{number + 7 - number // 4 * 3:02}-20"),
            ceasereason=str(number + 1),
        )
    made.planned("R9", {"ukprn": "10001234"}, "DS OTH NSA", ceasedate=d("2025-01-07"), ceasereason="9")
    made.planned("unit", {"urn": "109124", "senunitindicator": "1"}, "VI MSI PD")
    resourced = made.planned(
        "resourced", {"urn": "109125", "resourcedprovisionindicator": "1"}, "HI SEMH", pb="1", oa="1"
    )
    made.of("placementdetail", "L-resourced")["leavingdate"] = d("2024-07-19")
    made.add(
        "placementdetail", "L-second", resourced, urn="109126", placementrank="1", entrydate=d("2024-09-03"), res="R1"
    )
    made.add(
        "placementdetail",
        "L-third",
        resourced,
        ukprn="10004321",
        placementrank="2",
        entrydate=d("2024-09-04"),
        wbp="W2",
    )
    made.add(
        "plandetail",
        "D-other",
        made.of("namedplan", "N-resourced")["namedplantableid"],
        ukprn="10004321",
        placementrank="2",
    )
    made.planned("paid", needs="SLCN SPLD MLD SLD PMLD", pb="1", dp="1", planres="R2", planwbp="W1")


def _reviews(made: Corners) -> None:
    made.planned("kept")
    made.of("activeplans", "N-kept").update(
        reviewmeeting=d("2024-11-04"), reviewoutcome="maintain", lastreview=d("2024-11-25")
    )
    made.planned("amended")
    made.of("activeplans", "N-amended").update(
        reviewmeeting=d("2024-11-05"), reviewoutcome="amend", reviewdraft=d("2024-11-28"), lastreview=d("2024-11-26")
    )
    made.planned("moving", needs="SEMH")
    made.of("activeplans", "N-moving").update(
        reviewmeeting=d("2024-10-07"), reviewoutcome="amend", reviewdraft=d("2024-10-30"), lastreview=d("2024-11-01"),
        phasetransferduedate=d("2025-02-15"), phasetransferfinaldate=d("2025-01-10"),
    )  # fmt: skip
    made.planned("ending")
    made.of("activeplans", "N-ending").update(
        reviewmeeting=d("2024-12-02"), reviewoutcome="cease", lastreview=d("2024-12-20")
    )
    made.planned("met")
    made.of("activeplans", "N-met").update(reviewmeeting=d("2024-12-18"))
    request, assessment = made.agreed("contents", othermediation="1", othertribunal="1")
    made.plan("contents", request, assessment, None, "ASD")
    old = made.case(
        "old", receiveddate=d("2019-02-04"), requestoutcome="H", requestoutcomedate=d("2019-03-11"), requestsource="1"
    )
    told = made.add("assessment", "A-old", old, assessmentoutcome="Y", assessmentoutcomedate=d("2019-05-20"))
    made.plan("old", old, told, None, "MLD", startdate=d("2019-06-17"))


def _what_gets_lost(made: Corners) -> None:
    """Each person here shows one thing that does not come back as it was."""
    made.case("wrongupn", receiveddate=d("2024-12-18"), person={"upn": "B123456789012", "postcode": "LU11AB"})
    made.case("sexcode", receiveddate=d("2024-12-19"), person={"sex": "2"})
    made.case("words", receiveddate=d("2024-12-20"), rya="false", exported="")
    made.planned("transferred")
    made.of("activeplans", "N-transferred")["transferla"] = "822"
    made.planned("duealone")
    made.of("activeplans", "N-duealone")["phasetransferduedate"] = d("2025-03-31")
    gap = made.planned("gap", needs="SPLD")
    made.add("senneed", "E-gap", gap, sentype="VI", sentyperank="3")
    made.planned("othernumber")
    made.of("activeplans", "N-othernumber")["NativeId"] = "V-othernumber"
    for row in made.rows["senneed"]:
        if row["NativeId"] == "N-othernumber-1":
            row["NativeId"] = "E-17"
    made.planned("badplace")
    made.add(
        "placementdetail",
        "L-bad",
        made.of("activeplans", "N-badplace")["activeplanstableid"],
        urn="12",
        placementrank="2",
    )
    history = made.case("history", receiveddate=d("2018-01-08"), requestoutcome="H", requestsource="")
    active = made.add("activeplans", "N-history", history, reviewmeeting=d("2024-05-13"), reviewoutcome="maintain",
                      lastreview=d("2024-06-03"))  # fmt: skip
    made.add("placementdetail", "L-history", active, urn="109129", placementrank="1", entrydate=d("2022-09-01"))
    made.add("senneed", "N-history-1", active, sentype="PD", sentyperank="1")
    made.case("early", requestoutcome="N", receiveddate=d("2024-11-04"), requestoutcomedate=d("2024-11-01"))
    made.case("unnumbered", receiveddate=d("2024-12-23"))
    made.of("requests", "R-unnumbered")["NativeId"] = ""
    _, assessment = made.agreed("nostart")
    made.add("namedplan", "N-nostart", assessment, pb="1")


def return_of_2025(first: Corners) -> Corners:
    """Made in January 2026: what ended in 2024 is gone, the rest went on."""
    made = deepcopy(first)
    header = made.rows["sen2"][0]
    header.update(NativeId="H26", year="2026", referencedate=d("2026-01-15"), datetime=MADE_2026)
    ended = {row["NativeId"] for row in made.rows["namedplan"] if row.get("ceasedate", "")[:4] == "2024"}
    gone = {f"R-{name.removeprefix('N-')}" for name in ended} | set(REFUSED_IN_2024) | {"R-early"}
    drop(made, "requests", lambda row: row["NativeId"] in gone)
    drop(
        made, "person", lambda row: row["persontableid"] not in {one["persontableid"] for one in made.rows["requests"]}
    )
    for row in made.rows["requests"]:
        if row.get("requestoutcome") == "Y":
            row["requestoutcome"] = "H"
    made.of("requests", "R-open").update(requestoutcome="Y", requestoutcomedate=d("2025-01-20"))
    open_request = made.of("requests", "R-open")["requeststableid"]
    assessment = made.add(
        "assessment", "A-open", open_request, assessmentoutcome="Y", assessmentoutcomedate=d("2025-03-31")
    )
    made.plan("open", open_request, assessment, {"urn": "109127"}, "SEMH", startdate=d("2025-04-28"))
    made.of("placementdetail", "L-open")["entrydate"] = d("2025-04-28")
    made.of("activeplans", "N-kept").update(
        reviewmeeting=d("2025-11-03"), reviewoutcome="amend", lastreview=d("2025-11-24")
    )
    made.of("activeplans", "N-amended").update(
        reviewmeeting="", reviewoutcome="maintain", reviewdraft="", lastreview=d("2025-11-20")
    )
    made.of("namedplan", "N-paid").update(ceasedate=d("2025-08-31"), ceasereason="2")
    made.of("placementdetail", "L-unit")["leavingdate"] = d("2025-07-18")
    unit = made.of("activeplans", "N-unit")["activeplanstableid"]
    made.add("placementdetail", "L-unit2", unit, urn="109130", placementrank="1", entrydate=d("2025-09-02"))
    made.of("person", "P-kept")["surname"] = "Newname"
    made.case("later", receiveddate=d("2025-05-06"))
    return made


def drop(made: Corners, module: str, unwanted: Any) -> None:
    """Take rows out, with everything under them."""
    out = {row[f"{module}tableid"] for row in made.rows[module] if unwanted(row)}
    made.rows[module] = [row for row in made.rows[module] if row[f"{module}tableid"] not in out]
    for below, columns in COLUMNS.items():
        if f"{module}tableid" in columns and below != module:
            drop(made, below, lambda row: row[f"{module}tableid"] in out)


def write(made: Corners, folder: Path, stamp: str = "27-01-2025") -> Path:
    """The nine files."""
    folder.mkdir(parents=True)
    for module, columns in COLUMNS.items():
        with (folder / f"Blade-Export_{stamp}_{module}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(made.rows[module])
    return folder
