"""What the Department would refuse or ask about in a SEN2 return: rules on one person's rows, with their words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from send_integration.identity.features import names_somebody
from send_integration.warehouse import sen2_check_words as words
from send_integration.warehouse.sen2_modules import Branch, Scope
from send_integration.when.periods import age_on

Level = Literal["error", "query"]
SIX_WEEKS, A_YEAR = timedelta(weeks=6), timedelta(days=366)
OLDEST_AGE = 25
NEET_FROM_AGE = 16


@dataclass(frozen=True, slots=True)
class Fault:
    """A row against a rule; the row is named by its module and the authority's own number of it."""

    code: str
    module: str
    native_id: str


Check = Callable[[Branch, Branch, Scope], Iterator[str]]
"""Gives the codes of the rules that a row breaks, from the row, its person's and the return's scope."""


def faults_of(person: Branch, scope: Scope) -> Iterator[Fault]:
    """Every fault of one person's rows."""
    waiting = [person]
    while waiting:
        branch = waiting.pop()
        waiting += reversed(branch.branches)
        for code in CHECKS[branch.module](branch, person, scope):
            yield Fault(code, branch.module, branch.native_id)


def level_of(code: str) -> Level:
    """Whether the Department refuses a return for it or asks about it."""
    return "error" if code in words.ERRORS else "query"


def _before(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and one < other


def _person(row: Branch, _: Branch, scope: Scope) -> Iterator[str]:
    cells = row.cells
    if not (names_somebody(cells["forename"]) and names_somebody(cells["surname"])):
        yield "person-name-missing"
    if not cells["upn"] and not cells["uniquelearnernumber"] and not cells["upnunknown"]:
        yield "person-upn-missing"
    if cells["sex"] not in ("M", "F"):
        yield "person-sex"
    if not cells["ethnicity"]:
        yield "person-ethnicity-missing"
    if not cells["postcode"]:
        yield "person-postcode-missing"
    born = row.day("personbirthdate")
    if born is not None and age_on(born, scope.census_on) > OLDEST_AGE:
        yield "person-too-old"


def _request(row: Branch, person: Branch, scope: Scope) -> Iterator[str]:
    received, decided, outcome = row.day("receiveddate"), row.day("requestoutcomedate"), row.cells["requestoutcome"]
    if received is None:
        yield "request-received-missing"
    if _before(received, person.day("personbirthdate")):
        yield "request-before-birth"
    if outcome in ("Y", "N", "W") and decided is None:
        yield "request-outcome-day-missing"
    if _before(decided, received):
        yield "request-outcome-before-received"
    if not row.cells["requestsource"] and outcome != "H":
        yield "request-source-missing"
    if not outcome and received is not None and received + SIX_WEEKS < scope.census_on:
        yield "request-open-over-six-weeks"
    if outcome == "N" and row.under("activeplans"):
        yield "request-refused-with-plan"
    if outcome in ("Y", "H") and not row.branches:
        yield "request-agreed-without-assessment"


def _assessment(row: Branch, _: Branch, __: Scope) -> Iterator[str]:
    outcome, on = row.cells["assessmentoutcome"], row.day("assessmentoutcomedate")
    if outcome in ("Y", "N", "W") and on is None:
        yield "assessment-outcome-day-missing"
    if outcome == "Y" and not row.under("namedplan"):
        yield "assessment-plan-not-yet-issued"
    if outcome in ("N", "W", "A") and row.under("namedplan"):
        yield "assessment-outcome-with-plan"
    if any(_before(plan.day("startdate"), on) for plan in row.under("namedplan")):
        yield "plan-before-assessment-outcome"


def _named_plan(row: Branch, person: Branch, _: Scope) -> Iterator[str]:
    cells, started, ceased = row.cells, row.day("startdate"), row.day("ceasedate")
    if _before(ceased, started):
        yield "plan-ceased-before-start"
    if cells["ceasereason"] == "9":
        yield "plan-ceased-for-another-reason"
    if "1" in (cells["oa"], cells["dp"]) and cells["pb"] != "1":
        yield "plan-payment-without-budget"
    born = person.day("personbirthdate")
    if cells["ceasereason"] == "1" and born is not None and ceased is not None and age_on(born, ceased) < 18:
        yield "plan-ceased-at-maximum-age-too-young"
    if not any(place.cells["placementrank"] == "1" for place in row.under("plandetail")):
        yield "plan-names-no-place-first"


def _place(row: Branch, person: Branch, scope: Scope) -> Iterator[str]:
    cells = row.cells
    if not (cells["urn"] or cells["ukprn"] or cells["sensetting"]):
        yield "place-unnamed"
    if cells["sensetting"] and (cells["urn"] or cells["ukprn"]):
        yield "place-is-both-school-and-setting"
    if cells["sensetting"] in ("OTH", "NIEO"):
        yield "place-of-another-kind"
    if cells["senunitindicator"] == cells["resourcedprovisionindicator"] == "1":
        yield "place-is-both-unit-and-resourced"
    born = person.day("personbirthdate")
    if cells["sensetting"] == "NEET" and born is not None and age_on(born, scope.census_on) < NEET_FROM_AGE:
        yield "place-neet-too-young"


def _attended(row: Branch, person: Branch, scope: Scope) -> Iterator[str]:
    yield from _place(row, person, scope)
    if not row.cells["entrydate"]:
        yield "place-entry-missing"
    if _before(row.day("leavingdate"), row.day("entrydate")):
        yield "place-left-before-entry"


def _active(row: Branch, person: Branch, scope: Scope) -> Iterator[str]:
    met, decided, outcome = row.day("reviewmeeting"), row.day("lastreview"), row.cells["reviewoutcome"]
    if bool(outcome) != (decided is not None):
        yield "review-outcome-without-day"
    if _before(decided, met):
        yield "review-decided-before-meeting"
    if _before(row.day("reviewdraft"), met):
        yield "review-draft-before-meeting"
    started, ceased = _spell(person, row)
    if (
        ceased is None
        and (decided or started) is not None
        and (decided or started or date.max) + A_YEAR < scope.census_on
    ):
        yield "review-over-a-year-ago"
    places = row.under("placementdetail")
    now = [one for one in places if not one.cells["leavingdate"] and one.cells["placementrank"] == "1"]
    if ceased is None and not now:
        yield "plan-without-place-now"
    if len(now) > 1:
        yield "plan-with-two-first-places"
    needs = [need.cells["sentype"] for need in row.under("senneed")]
    if not needs:
        yield "plan-without-need"
    if len(set(needs)) < len(needs):
        yield "need-twice"


def _spell(person: Branch, active: Branch) -> tuple[date | None, date | None]:
    """When the plan of a row began and ceased: its request's, the one that lasted longest where there are several."""
    request = next(one for one in person.under("requests") if any(below is active for below in one.branches))
    plans = [plan for assessment in request.under("assessment") for plan in assessment.under("namedplan")]
    if not plans:
        return None, None
    latest = max(plans, key=lambda plan: plan.day("ceasedate") or date.max)
    return latest.day("startdate"), latest.day("ceasedate")


def _need(row: Branch, _: Branch, __: Scope) -> Iterator[str]:
    if row.cells["sentype"] == "NSA":
        yield "need-not-assessed"


CHECKS: Mapping[str, Check] = {
    "person": _person,
    "requests": _request,
    "assessment": _assessment,
    "namedplan": _named_plan,
    "plandetail": _place,
    "activeplans": _active,
    "placementdetail": _attended,
    "senneed": _need,
}


class Duplicates:
    """Pupil numbers that two people of the return share; it remembers one number a person."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def faults_of(self, person: Branch) -> Iterator[Fault]:
        """The fault of a person whose number another had before."""
        upn = person.cells["upn"]
        if upn and upn in self._seen:
            yield Fault("person-upn-twice", "person", person.native_id)
        self._seen.add(upn)
