"""Modules 4b and 5b of a SEN2 return: whom a plan names, and where the child was in the year."""

from collections.abc import Mapping, Sequence
from datetime import date

from send_integration.contracts.event import Event
from send_integration.warehouse.sen2_cases import Plan, list_of, row_of_return
from send_integration.warehouse.sen2_modules import Branch, Row, Scope, flag, printed

SETTING_OF_TYPE = {"eotas": "OLA"}
NO_SETTING_NAMED = "OTH"
"""What the Department's guide asks for where a plan names a kind of setting and none by its number."""


def named_places(plan: Plan) -> list[Branch]:
    """Whom section I of a plan names, as its source listed them, or else the one that the plan was issued with."""
    told = list_of(plan.final, "named")
    return [
        Branch("plandetail", _own_number(place, plan), _place(place)) for place in (told or [_issued_with(plan.final)])
    ]


def names_a_place(final: Event) -> bool:
    """Whether a plan was issued with a school's number, or for provision that needs no school."""
    return bool(final.text("placement_urn")) or final.text("placement_type") in SETTING_OF_TYPE


def attended_places(plan: Plan, events: Sequence[Event], scope: Scope) -> list[Branch]:
    """Where the child was under a plan in the year: as the plan's source listed it, and at schools that told it since."""
    told = [
        _until(place, scope.census_on)
        for place in list_of(plan.final, "attended")
        if str(place.get("entered_on", "")) <= scope.census_on.isoformat()
    ]
    entered = [str(place["entered_on"]) for place in told if "entered_on" in place]
    since = date.fromisoformat(max(entered)) if entered else None
    if told and since is None:
        since = date.max
    schools = [
        place
        for place in _schools(events, scope, of_returns=plan.final is None)
        if since is None or str(place["entered_on"]) > since.isoformat()
    ]
    places = [*told, *schools] or _without_school(plan.final)
    return [
        Branch("placementdetail", _own_number(place, plan), {**_place(place), **_attended(place)}) for place in places
    ]


def _until(place: Mapping[str, object], day: date) -> Mapping[str, object]:
    """A place as it stood on a day: nobody had left it who did so later."""
    if str(place.get("left_on", "")) <= day.isoformat():
        return place
    return {name: value for name, value in place.items() if name != "left_on"}


def _own_number(place: Mapping[str, object], plan: Plan) -> str:
    return str(place.get("id") or f"{plan.plan_id}-{place.get('entered_on', place['rank'])}")


def _place(place: Mapping[str, object]) -> Row:
    return {
        "urn": str(place.get("urn", "")),
        "ukprn": str(place.get("ukprn", "")),
        "sensetting": str(place.get("setting", "")),
        "sensettingother": str(place.get("setting_other", "")),
        "placementrank": str(place["rank"]),
        "senunitindicator": flag(place.get("sen_unit")),
        "resourcedprovisionindicator": flag(place.get("resourced_provision")),
    }


def _attended(place: Mapping[str, object]) -> Row:
    return {
        "entrydate": _printed(place.get("entered_on")),
        "leavingdate": _printed(place.get("left_on")),
        "res": str(place.get("residential", "0")),
        "wbp": str(place.get("work_based", "0")),
    }


def _printed(day: object) -> str:
    return printed(date.fromisoformat(day)) if isinstance(day, str) else ""


def _issued_with(final: Event | None) -> dict[str, object]:
    """The one place that every plan names, from what all sources tell of it."""
    kind, urn = (final.text("placement_type"), final.text("placement_urn")) if final else ("", "")
    place: dict[str, object] = {"rank": 1}
    if urn:
        place["urn"] = urn
    else:
        place["setting"] = SETTING_OF_TYPE.get(kind, NO_SETTING_NAMED)
    if kind == "resourced-provision":
        place["resourced_provision"] = True
    return place


def _without_school(final: Event | None) -> list[Mapping[str, object]]:
    """Where no school was told, a plan for provision otherwise than at one says where the child is; nobody said since when."""
    return [_issued_with(final)] if final is not None and final.text("placement_type") == "eotas" else []


def _schools(events: Sequence[Event], scope: Scope, *, of_returns: bool) -> list[dict[str, object]]:
    """The schools at which the child was at some time of the year; the next one's first day or a leaving ends a stay.

    What a return tells of schools stands in its plan's own list, where the return tells of the plan's issue.
    """
    stays: list[dict[str, object]] = []
    for event in events:
        if (event.source.endswith(":sen2") and not of_returns) or event.what not in ("school.enrolled", "school.left"):
            continue
        if stays and "left_on" not in stays[-1]:
            if event.what == "school.enrolled" and stays[-1]["urn"] == event.text("urn"):
                continue
            stays[-1]["left_on"] = event.on.isoformat()
        if event.what == "school.enrolled":
            number = row_of_return(event)[1]
            stays.append({"id": number, "rank": 1, "urn": event.text("urn"), "entered_on": event.on.isoformat()})
    first = scope.first_day.isoformat()
    return [stay for stay in stays if str(stay.get("left_on", first)) >= first]
