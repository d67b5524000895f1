"""A child's return that is right has nothing against it, and each rule finds the fault that it is about."""

import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from send_integration.warehouse.sen2_check_words import ERRORS, QUERIES, SENTENCES
from send_integration.warehouse.sen2_checks import Duplicates, faults_of, level_of
from send_integration.warehouse.sen2_modules import Branch, Scope

SCOPE = Scope(2024, "821")
DOCS = Path(__file__).parents[3] / "docs" / "sen2-return.md"
NONE = {"requestmediation": "0", "requesttribunal": "0", "exported": "0", "rya": "0"}
WHERE = {
    "urn": "109123", "ukprn": "", "sensetting": "", "sensettingother": "", "placementrank": "1", "senunitindicator": "0",
    "resourcedprovisionindicator": "0",
}  # fmt: skip


def day(text: str) -> str:
    return f"{text} 00:00:00"


def a_person() -> Branch:
    """Asked in February, assessed, given a plan in June, reviewed in November."""
    needs = [Branch("senneed", "E1", {"sentype": "ASD", "sentyperank": "1"})]
    place = Branch(
        "placementdetail", "L1", {**WHERE, "entrydate": day("2024-Sep-03"), "leavingdate": "", "res": "0", "wbp": "0"}
    )
    active = Branch(
        "activeplans",
        "V1",
        {"reviewmeeting": day("2024-Nov-04"), "reviewoutcome": "amend", "reviewdraft": day("2024-Nov-28"),
         "lastreview": day("2024-Nov-25"), "transferla": "", "phasetransferduedate": "", "phasetransferfinaldate": ""},
        [place, *needs],
    )  # fmt: skip
    plan = Branch(
        "namedplan",
        "N1",
        {"startdate": day("2024-Jun-17"), "pb": "1", "oa": "0", "dp": "1", "ceasedate": "", "ceasereason": ""},
        [Branch("plandetail", "D1", dict(WHERE))],
    )
    assessment = Branch(
        "assessment",
        "A1",
        {"assessmentoutcome": "Y", "assessmentoutcomedate": day("2024-May-20"), "week20": "0"},
        [plan],
    )
    request = Branch(
        "requests",
        "R1",
        {"receiveddate": day("2024-Feb-05"), "requestsource": "2", "requestoutcome": "Y",
         "requestoutcomedate": day("2024-Mar-11"), **NONE},
        [assessment, active],
    )  # fmt: skip
    known = {
        "surname": "Example", "forename": "Anna", "personbirthdate": day("2012-Mar-04"), "sex": "F", "ethnicity": "WBRI",
        "postcode": "LU1 1AA", "upn": "T821000000001", "uniquelearnernumber": "", "upnunknown": "",
    }  # fmt: skip
    return Branch("person", "P1", known, [request])


def find(branch: Branch, module: str) -> Branch:
    if branch.module == module:
        return branch
    return next(found for below in branch.branches if (found := find_or_none(below, module)) is not None)


def find_or_none(branch: Branch, module: str) -> Branch | None:
    try:
        return find(branch, module)
    except StopIteration:
        return None


def with_cells(module: str, **cells: str) -> Callable[[Branch], None]:
    return lambda person: find(person, module).cells.update(cells)


def without(module: str, below: str) -> Callable[[Branch], None]:
    def change(person: Branch) -> None:
        owner = find(person, module)
        owner.branches = [one for one in owner.branches if one.module != below]

    return change


def again(module: str, below: str, **cells: str) -> Callable[[Branch], None]:
    """One more row under a module's."""

    def change(person: Branch) -> None:
        more = deepcopy(find(person, below))
        more.cells.update(cells)
        find(person, module).branches.append(more)

    return change


FAULTS: dict[str, Callable[[Branch], None]] = {
    "person-name-missing": with_cells("person", forename="Not given"),
    "person-upn-missing": with_cells("person", upn=""),
    "person-sex": with_cells("person", sex="U"),
    "person-ethnicity-missing": with_cells("person", ethnicity=""),
    "person-postcode-missing": with_cells("person", postcode=""),
    "person-too-old": with_cells("person", personbirthdate=day("1998-Mar-04")),
    "request-received-missing": with_cells("requests", receiveddate=""),
    "request-before-birth": with_cells("person", personbirthdate=day("2024-Feb-06")),
    "request-outcome-day-missing": with_cells("requests", requestoutcomedate=""),
    "request-outcome-before-received": with_cells("requests", requestoutcomedate=day("2024-Feb-04")),
    "request-source-missing": with_cells("requests", requestsource=""),
    "request-open-over-six-weeks": with_cells("requests", requestoutcome="", requestoutcomedate=""),
    "request-refused-with-plan": with_cells("requests", requestoutcome="N"),
    "request-agreed-without-assessment": lambda person: find(person, "requests").branches.clear(),
    "assessment-outcome-day-missing": with_cells("assessment", assessmentoutcomedate=""),
    "assessment-plan-not-yet-issued": without("assessment", "namedplan"),
    "assessment-outcome-with-plan": with_cells("assessment", assessmentoutcome="N"),
    "plan-before-assessment-outcome": with_cells("namedplan", startdate=day("2024-May-19")),
    "plan-ceased-before-start": with_cells("namedplan", ceasedate=day("2024-Jun-16"), ceasereason="2"),
    "plan-ceased-for-another-reason": with_cells("namedplan", ceasedate=day("2024-Dec-16"), ceasereason="9"),
    "plan-payment-without-budget": with_cells("namedplan", pb="0"),
    "plan-ceased-at-maximum-age-too-young": with_cells("namedplan", ceasedate=day("2024-Dec-16"), ceasereason="1"),
    "plan-names-no-place-first": with_cells("plandetail", placementrank="2"),
    "place-unnamed": with_cells("plandetail", urn=""),
    "place-is-both-school-and-setting": with_cells("plandetail", sensetting="OLA"),
    "place-of-another-kind": with_cells("plandetail", urn="", sensetting="OTH"),
    "place-is-both-unit-and-resourced": with_cells("plandetail", senunitindicator="1", resourcedprovisionindicator="1"),
    "place-neet-too-young": with_cells("placementdetail", urn="", sensetting="NEET"),
    "place-entry-missing": with_cells("placementdetail", entrydate=""),
    "place-left-before-entry": with_cells("placementdetail", leavingdate=day("2024-Sep-02")),
    "review-outcome-without-day": with_cells("activeplans", lastreview=""),
    "review-decided-before-meeting": with_cells("activeplans", lastreview=day("2024-Nov-03")),
    "review-draft-before-meeting": with_cells("activeplans", reviewdraft=day("2024-Nov-03")),
    "review-over-a-year-ago": with_cells(
        "activeplans", lastreview=day("2023-Nov-25"), reviewmeeting="", reviewdraft=""
    ),
    "plan-without-place-now": without("activeplans", "placementdetail"),
    "plan-with-two-first-places": again("activeplans", "placementdetail"),
    "plan-without-need": without("activeplans", "senneed"),
    "need-twice": again("activeplans", "senneed"),
    "need-not-assessed": with_cells("senneed", sentype="NSA"),
}  # fmt: skip


def codes(person: Branch) -> set[str]:
    return {fault.code for fault in faults_of(person, SCOPE)}


def test_a_return_that_is_right_has_nothing_against_it() -> None:
    assert codes(a_person()) == set()


@pytest.mark.parametrize("code", FAULTS)
def test_a_rule_finds_its_fault(code: str) -> None:
    person = a_person()
    FAULTS[code](person)

    assert code in codes(person)
    # what else is found follows from the same change: a plan that nobody named a start of has no review in time either
    assert len(codes(person)) <= 3


def test_a_number_that_two_people_have_is_found_at_the_second() -> None:
    duplicates, other = Duplicates(), a_person()
    other.native_id = "P2"

    assert list(duplicates.faults_of(a_person())) == []
    assert [(fault.code, fault.native_id) for fault in duplicates.faults_of(other)] == [("person-upn-twice", "P2")]
    other.cells["upn"] = ""
    assert [*duplicates.faults_of(other), *duplicates.faults_of(other)] == []


def test_every_rule_has_a_fault_here_and_a_line_in_the_docs() -> None:
    told = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (error|query) \|", DOCS.read_text("utf-8"), re.MULTILINE))

    assert {*FAULTS, "person-upn-twice"} == set(SENTENCES)
    assert told == {code: level_of(code) for code in SENTENCES}
    assert not set(ERRORS) & set(QUERIES)


def test_a_place_that_was_left_is_none_now() -> None:
    person = a_person()
    find(person, "placementdetail").cells["leavingdate"] = day("2024-Dec-20")

    assert codes(person) == {"plan-without-place-now"}


def test_a_plan_that_ceased_needs_no_place_and_no_review() -> None:
    person = a_person()
    find(person, "namedplan").cells.update(ceasedate=day("2024-Dec-20"), ceasereason="2")
    find(person, "placementdetail").cells["leavingdate"] = day("2024-Dec-20")
    find(person, "activeplans").cells.update(lastreview="", reviewoutcome="", reviewmeeting="", reviewdraft="")

    assert codes(person) == set()
