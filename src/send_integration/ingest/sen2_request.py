"""The events of one request for an EHC needs assessment: what was decided, the plan, its reviews, places and needs."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, Protocol

from send_integration.contracts.event import JsonValue, Reason
from send_integration.ingest import sen2_codes as codes
from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import Origin, RawEvent
from send_integration.ingest.sen2_places import as_sent, places_of, return_code, unread_places
from send_integration.ingest.sen2_return import Return, Row, is_true, printed_day
from send_integration.when.school_years import year_group

Data = dict[str, JsonValue]

OLDEST_YEAR_GROUP = 14
YOUNGEST_YEAR_GROUP = -2
"""The contract's first and last year group; those outside in early years or further education count with them."""


FIRST_BIRTH = date(1900, 1, 1)
LAST_BIRTH = date(2100, 1, 1)
"""A birth outside these is a mistake, which the contract tells; no year group follows from it."""


class Linked(Protocol):
    """The return's rows by their parents."""

    def under(self, row: Row, module: str) -> list[Row]:
        """The rows of a module that belong to this one."""


class Told(NamedTuple):
    """What all events of a request share: whose return it is, about whom, and the request."""

    returned: Return
    person: Data
    request: Row
    plan_id: str = ""

    @property
    def request_id(self) -> str:
        """The authority's own number of the request, by which its other feeds name it too."""
        return self.request["nativeid"] or f"sen2:{self.returned.authority}:requests:{self.request.native_id}"

    def of_plan(self, row: Row) -> "Told":
        """The same, about a plan: its row's own number, by which other feeds name it, or the request's."""
        plan_id = row["nativeid"] or f"sen2:{self.returned.authority}:plan:{self.request.native_id}"
        return self._replace(plan_id=plan_id)

    def draft(
        self, feed: str, what: str, on: date | str | None, row: Row, name: str, data: Data, *faults: Reason
    ) -> Draft:
        """An event that a field of a row tells; `name` is the field, or another word that is the row's own."""
        base_id = f"sen2:{self.returned.authority}:{row.module}:{row.native_id}:{name}"
        body: Data = {"person": self.person, **data}
        return Draft(self.returned.source, base_id, feed, what, on or "", body, Origin(row.file, row.line), faults)


def events_of_request(told: Told, linked: Linked) -> Iterator[Draft | RawEvent]:
    """Every event of a request, and the rows of places that none can tell."""
    assessments = linked.under(told.request, "assessment")
    plans = [plan for assessment in assessments for plan in linked.under(assessment, "namedplan")]
    actives = linked.under(told.request, "activeplans")
    attended = [row for active in actives for row in linked.under(active, "placementdetail")]
    if _is_told_whole(told.request, plans):
        yield _requested(told, assessments)
        yield from _withdrawn(told, assessments)
        yield from _decision(told, told.request, "decided_to_assess", "requestoutcome")
    for assessment in assessments:
        yield from _decision(told, assessment, "decided_to_issue", "assessmentoutcome")
        yield from _exception(told, assessment)
    for plan in plans:
        yield from _plan(told.of_plan(plan), plan, linked, attended if plan is plans[-1] else [])
    for places in (*(linked.under(plan, "plandetail") for plan in plans), attended):
        for row in unread_places(places):
            yield as_sent(told.returned, "ehcp", row, codes.PLACE_WRONG)
    for active in actives:
        # a return of a later year tells of a plan's reviews and no longer of its issue
        about = told.of_plan(plans[-1] if plans else active)
        yield from _reviews(about, active)
        yield from _placements(about, active, linked)
        began = _day(plans[-1], "startdate") if plans else None
        yield from _needs(about, active, linked, began or _day(told.request, "receiveddate"))


def _is_told_whole(request: Row, plans: list[Row]) -> bool:
    """Whether the return says how a request ended, or that it is open.

    Of a historical one it may give neither the decision's day nor the plan: the request told alone would start a clock
    that nothing can stop.
    """
    return request["requestoutcome"].upper() != "H" or bool(request["requestoutcomedate"] and plans)


def _requested(told: Told, assessments: list[Row]) -> Draft:
    request = told.request
    requested_by = codes.REQUESTED_BY.get(request["requestsource"], request["requestsource"])
    unknown = [] if request["requestsource"] in codes.REQUESTED_BY else [codes.unknown_code("data.by", "source")]
    disputed = [
        word
        for (module, column), word in codes.DISPUTED.items()
        if any(is_true(row[column]) for row in ([request] if module == "requests" else assessments))
    ]
    said: Data = {
        "by_other": codes.REQUESTED_BY_OTHER.get(request["requestsource"]),
        "in_youth_accommodation": is_true(request["rya"]),
        "moved_away": is_true(request["exported"]),
        "disputed": list(disputed),
    }
    data: Data = {"request_id": told.request_id, "by": requested_by, **_said(said)}
    return told.draft("ehcp", "requested", _day(request, "receiveddate"), request, "received", data, *unknown)


def _withdrawn(told: Told, assessments: list[Row]) -> Iterator[Draft]:
    """Whether the request was withdrawn before it was assessed, or while it was: the last day that is told."""
    days = [
        _day(row, f"{column}date")
        for column, rows in (("requestoutcome", [told.request]), ("assessmentoutcome", assessments))
        for row in rows
        if row[column].upper() == codes.WITHDRAWN
    ]
    if days:
        late = _before(days[-1], _day(told.request, "receiveddate"))
        faults = [codes.not_in_order("The request was withdrawn before it was received")] if late else []
        data: Data = {"request_id": told.request_id}
        yield told.draft("ehcp", "request_withdrawn", days[-1], told.request, "withdrawn", data, *faults)


def _said(data: Data) -> Data:
    """What the return says, without what it leaves open or denies."""
    return {name: value for name, value in data.items() if value}


def _decision(told: Told, row: Row, what: str, column: str) -> Iterator[Draft]:
    outcome, on = row[column].upper(), _day(row, f"{column}date")
    if outcome in codes.NO_DECISION:
        return
    faults = []
    if outcome not in codes.DECISIONS:
        faults.append(codes.unknown_code("data.decision", "outcome"))
    if _before(on, _day(told.request, "receiveddate")):
        faults.append(codes.not_in_order("The decision is before the request was received"))
    data: Data = {"request_id": told.request_id, "decision": codes.DECISIONS.get(outcome, outcome)}
    yield told.draft("ehcp", what, on, row, column, data, *faults)


def _exception(told: Told, assessment: Row) -> Iterator[Draft]:
    """The return says only that an exception to the 20 weeks applies: neither which nor since when."""
    if not is_true(assessment["week20"]):
        return
    received = _day(told.request, "receiveddate")
    data: Data = {
        "request_id": told.request_id,
        "reason": "exceptional-circumstances",
        "from_on": str(received or ""),
    }
    yield told.draft("ehcp", "exception_applied", received, assessment, "week20", data)


def _plan(told: Told, plan: Row, linked: Linked, attended: list[Row]) -> Iterator[Draft]:
    started = _day(plan, "startdate")
    if started is not None:
        said: Data = {
            "named": places_of(linked.under(plan, "plandetail")),
            "attended": places_of(attended),
            "residential": return_code(plan["planres"]),
            "work_based": return_code(plan["planwbp"]),
        }
        data: Data = {
            "request_id": told.request_id,
            "plan_id": told.plan_id,
            **_placement(plan, linked),
            **_said(said),
        }
        late = _before(started, _day(told.request, "receiveddate"))
        faults = [codes.not_in_order("The plan starts before the request was received")] if late else []
        yield told.draft("ehcp", "finalised", started, plan, "startdate", data, *faults)
    for column, kind in (("pb", "personal-budget"), ("dp", "direct-payment")):
        if is_true(plan[column]):
            support: Data = {"support_id": f"sen2:{told.returned.authority}:{told.plan_id}:{column}", "kind": kind}
            if column == "pb" and is_true(plan["oa"]):
                support["organised_arrangements"] = True
            yield told.draft("support", "agreed", started, plan, column, support)
    yield from _cease(told, plan, started)


def _cease(told: Told, plan: Row, started: date | str | None) -> Iterator[Draft]:
    ceased, reason = _day(plan, "ceasedate"), plan["ceasereason"]
    if ceased is None and not reason:
        return
    faults = []
    if reason not in codes.CEASE_REASONS:
        faults.append(codes.unknown_code("data.reason", "reason for which the plan ceased"))
    if _before(ceased, started):
        faults.append(codes.not_in_order("The plan ceased before it started"))
    data: Data = {"plan_id": told.plan_id, "reason": codes.CEASE_REASONS.get(reason, reason)}
    yield told.draft("ehcp", "ceased", ceased, plan, "ceasedate", data, *faults)


def _placement(plan: Row, linked: Linked) -> Data:
    """What the plan names: the placement of the first rank, or else the mainstream school that the law presumes."""
    details = sorted(linked.under(plan, "plandetail"), key=lambda row: row["placementrank"])
    if not details:
        return {"placement_type": "mainstream"}
    named = details[0]
    placed: Data = {"placement_urn": named["urn"]} if named["urn"] else {}
    if is_true(named["senunitindicator"]) or is_true(named["resourcedprovisionindicator"]):
        return {**placed, "placement_type": "resourced-provision"}
    setting = named["sensetting"].upper()
    return {**placed, "placement_type": codes.PLACEMENTS.get(setting, setting) if setting else "mainstream"}


def _reviews(told: Told, active: Row) -> Iterator[Draft]:
    """Reviews come back every year, so that their day is a part of their name: next year's corrects nothing."""
    met, decided = _day(active, "reviewmeeting"), _day(active, "lastreview")
    outcome = active["reviewoutcome"].lower()
    if met is not None:
        kind = "phase-transfer" if active["phasetransferduedate"] else "annual"
        # the return does not say whether adulthood was discussed: not recorded counts as not done
        data: Data = {"plan_id": told.plan_id, "kind": kind, "pfa_discussed": False}
        due = _day(active, "phasetransferduedate")
        if isinstance(due, date):
            data["phase_transfer_due_on"] = str(due)
        yield told.draft("ehcp", "review_meeting_held", met, active, f"reviewmeeting:{met}", data)
    if outcome:
        faults = []
        if outcome not in ("amend", "cease", "maintain"):
            faults.append(codes.unknown_code("data.decision", "review's outcome"))
        if _before(decided, met):
            faults.append(codes.not_in_order("The review was decided before its meeting"))
        data = {"plan_id": told.plan_id, "decision": outcome}
        yield told.draft("ehcp", "review_decided", decided, active, f"lastreview:{decided}", data, *faults)
    yield from _amendments(told, active)


def _amendments(told: Told, active: Row) -> Iterator[Draft]:
    """The draft of an amended plan that the family was sent, and the final one where a new phase of education needs it."""
    for column, what in (
        ("reviewdraft", "amendment_notice_issued"),
        ("phasetransferfinaldate", "amended_final_issued"),
    ):
        on = _day(active, column)
        if on is not None:
            yield told.draft("ehcp", what, on, active, f"{column}:{on}", {"plan_id": told.plan_id})


def _placements(told: Told, active: Row, linked: Linked) -> Iterator[Draft]:
    born = told.person.get("date_of_birth")
    for row in linked.under(active, "placementdetail"):
        entered = _day(row, "entrydate")
        if row["placementrank"] != "1" or entered is None or not row["urn"]:
            continue
        data: Data = {"urn": row["urn"]}
        born_on = printed_day(str(born or ""))
        if (
            isinstance(entered, date)
            and isinstance(born_on, date)
            and FIRST_BIRTH <= born_on <= min(entered, LAST_BIRTH)
        ):
            year = year_group(born_on, entered)
            data["year_group"] = max(YOUNGEST_YEAR_GROUP, min(OLDEST_YEAR_GROUP, year))
        yield told.draft("school", "enrolled", entered, row, "entrydate", data)
        left = _day(row, "leavingdate")
        if left is not None:
            faults = [codes.not_in_order("The child left before it entered")] if _before(left, entered) else []
            yield told.draft("school", "left", left, row, "leavingdate", {}, *faults)


def _needs(told: Told, active: Row, linked: Linked, on: date | str | None) -> Iterator[Draft]:
    rows = sorted(linked.under(active, "senneed"), key=lambda row: (row["sentyperank"].zfill(3), row.line))
    types: dict[str, None] = dict.fromkeys(row["sentype"].upper() for row in rows)
    if types:
        yield told.draft("school", "sen_support_started", on, active, "needs", {"need_types": list(types)})


def day_text(text: str) -> str:
    """A date of the return as ISO writes it; the text itself where it is none."""
    return str(printed_day(text) or "")


def _day(row: Row, column: str) -> date | str | None:
    return printed_day(row[column])


def _before(one: date | str | None, other: date | str | None) -> bool:
    return isinstance(one, date) and isinstance(other, date) and one < other
