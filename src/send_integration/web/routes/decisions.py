"""A decision of the panel: what was decided, what it rests on, exactly what was seen, and what has changed since."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from send_integration import clock
from send_integration.errors import BadInput
from send_integration.steps.panel_acts import complete_action
from send_integration.store.children import NamedChild, children_named
from send_integration.store.flags import is_dismissed
from send_integration.store.panel import (
    DecisionSeen,
    Word,
    child_of_decision,
    decisions_seen,
    panel_of,
    seen_of,
    show_for_deciding,
    who_said,
    words_under_way,
)
from send_integration.store.sessions import Session
from send_integration.timeline.seen import Seen
from send_integration.web.agendas import MOST_ENTRIES
from send_integration.web.context import Site
from send_integration.web.decide_form import BASES, DECISIONS, FOLLOWED, SERVICES, Typed
from send_integration.web.forms import Fault
from send_integration.web.names import shown_name
from send_integration.web.policy import Action
from send_integration.web.routes.deciding import Case, form_page, take
from send_integration.web.since import LastTime, Since, since_seen
from send_integration.web.written import is_event_id

DONE = {
    "corrected": "The decision is corrected. The timeline has it in seconds.",
    "completed": "The action is done. The timeline has it in seconds.",
}


MAY_BE_OPEN = ("review_on", "funding", "voice_followed", "basis")
"""What a decision need not say."""


class Found(NamedTuple):
    """A decision as it is known: `how` it stands is 'stands', 'under way', 'replaced' or 'gone'; `instead` is the event that
    replaced it."""

    said: Mapping[str, Any]
    how: str
    instead: str = ""


def routes(site: Site) -> APIRouter:
    """GET /decisions/{event_id}, GET and POST to its /correct, POST /children/{child_id}/actions/complete."""
    router = APIRouter()

    @router.get("/decisions/{event_id}")
    def show(
        request: Request, event_id: str, child: Annotated[str, Query()] = "", done: Annotated[str, Query()] = ""
    ) -> Response:
        child_id, named = _whose(site, event_id, child)
        session = site.permit_child(request, Action.VIEW_MEETING, child_id, named.standing if named else None)
        return _page(site, session, child_id, named, event_id, done=DONE.get(done, ""))

    @router.get("/decisions/{event_id}/correct")
    def ask(request: Request, event_id: str, child: Annotated[str, Query()] = "") -> Response:
        child_id, named = _whose(site, event_id, child)
        session = site.permit_child(request, Action.DECIDE, child_id, named.standing if named else None)
        case = _case(site, child_id, named, event_id)
        seen = show_for_deciding(site.engine, child_id, clock.now())
        if seen is None:
            raise HTTPException(404)
        standing_decision = next(item for item in seen.panel["decisions"] if item["event_id"] == event_id)
        return form_page(site, session, case, seen, _as_typed(standing_decision))

    @router.post("/decisions/{event_id}/correct")
    def correct(
        request: Request, event_id: str, typed: Annotated[Typed, Form()], child: Annotated[str, Query()] = ""
    ) -> Response:
        child_id, named = _whose(site, event_id, child)
        session = site.permit_child(request, Action.DECIDE, child_id, named.standing if named else None)
        site.require_form(session, typed.csrf)
        return take(site, session, _case(site, child_id, named, event_id), typed)

    _add_completing(site, router)
    return router


def _add_completing(site: Site, router: APIRouter) -> None:
    """The form that says that an action is done."""

    @router.post("/children/{child_id}/actions/complete")
    def complete(
        request: Request,
        child_id: str,
        csrf: Annotated[str, Form()] = "",
        action: Annotated[str, Form()] = "",
        decision: Annotated[str, Form()] = "",
    ) -> Response:
        named = children_named(site.engine, [child_id]).get(child_id)
        session = site.permit_child(request, Action.DECIDE, child_id, named.standing if named else None)
        site.require_form(session, csrf)
        act = partial(complete_action, site.engine, child_id, session, action)
        shown = decision if is_event_id(decision) and child_of_decision(site.engine, decision) == child_id else ""
        if not is_event_id(action):
            raise HTTPException(400)
        try:
            act(site.now())
        except BadInput as fault:
            if not shown:
                raise HTTPException(400) from fault
            return _page(site, session, child_id, named, shown, faults=(Fault("actions", fault.what),))
        return RedirectResponse(
            f"/decisions/{shown}?done=completed" if shown else f"/children/{child_id}", status_code=303
        )


def _whose(site: Site, event_id: str, child: str) -> tuple[str, NamedChild | None]:
    """Whose decision it is: of one that was taken on our pages it is known, of another the link says it."""
    child_id = (child_of_decision(site.engine, event_id) if is_event_id(event_id) else None) or child
    return child_id, children_named(site.engine, [child_id]).get(child_id)


def _case(site: Site, child_id: str, named: NamedChild | None, event_id: str) -> Case:
    """The correction of a decision that stands; of any other there is none."""
    found = _find(site, child_id, event_id, panel_of(site.engine, child_id), _words(site, child_id))
    if found.how != "stands":
        raise HTTPException(404)
    address = f"/decisions/{event_id}/correct?child={child_id}"
    standing = named.standing if named else None
    return Case(child_id, standing, date.fromisoformat(found.said["meeting_on"]), address, event_id)


def _words(site: Site, child_id: str) -> Sequence[Word]:
    return words_under_way(site.engine, [child_id]).get(child_id, ())


def _find(site: Site, child_id: str, event_id: str, panel: Mapping[str, Any] | None, words: Sequence[Word]) -> Found:
    """The decision of a child that an event said, however it stands now, by the panel's record and what is on its way to it."""
    for item in panel["decisions"] if panel else ():
        if item["event_id"] == event_id:
            return Found(item, "stands")
        for former in item["former"]:
            if former["event_id"] == event_id:
                before = {**dict.fromkeys(MAY_BE_OPEN), "meeting_on": item["meeting_on"], **former, "former": []}
                return Found(before, "replaced", item["event_id"])
    for word in words:
        if word.event_id == event_id and word.what == "decided":
            return Found(_as_item(word), "under way")
    if is_event_id(event_id) and child_of_decision(site.engine, event_id) == child_id:
        return Found({}, "gone")
    raise HTTPException(404)


def _as_item(word: Word) -> dict[str, Any]:
    """A decision under way in the shape of the panel's record."""
    return {
        **dict.fromkeys(MAY_BE_OPEN),
        "former": [],
        **word.body,
        "event_id": word.event_id,
        "recorded_at": word.said_at.isoformat(),
    }


def _as_typed(decision: Mapping[str, Any]) -> Typed:
    """The form filled with a decision that is to be corrected."""
    funding = decision["funding"] or {}
    shares = {service: f"{funding[service] * 100:.4g}" for service in SERVICES if service in funding}
    given = {name: decision[name] or "" for name in ("rationale", "voice_followed", "review_on", "basis", "decision")}
    return Typed(**shares, **given)


def _page(
    site: Site,
    session: Session,
    child_id: str,
    named: NamedChild | None,
    event_id: str,
    *,
    done: str = "",
    faults: Iterable[Fault] = (),
) -> Response:
    """The decision on a page of its own."""
    present, words = seen_of(site.engine, [child_id]).get(child_id), _words(site, child_id)
    if named is None or present is None:
        raise HTTPException(404)
    found = _find(site, child_id, event_id, present.panel, words)
    sees = site.sees(session, named.standing)
    if not sees.decisions:
        raise HTTPException(403)
    seen = decisions_seen(site.engine, [event_id], {child_id: present}).get(event_id)
    return site.page(
        "decision.html",
        session,
        status=400 if faults else 200,
        child_id=child_id,
        event_id=event_id,
        child_name=shown_name(named, child_id, sees),
        found=found,
        said=found.said,
        by=who_said(site.engine, [event_id]).get(event_id, ""),
        since=_since(found.said, event_id, seen, present),
        since_most=MOST_ENTRIES,
        shares=_shares(found.said) if sees.funding else "",
        sees=sees,
        may_decide=site.ask(session, Action.DECIDE, named.standing).allowed,
        decisions=DECISIONS,
        followed=FOLLOWED,
        bases=BASES,
        done=done,
        faults=tuple(faults),
        **_as_seen(seen),
        **_of_the_meeting(found.said, present.panel, words),
    )


def _as_seen(kept: DecisionSeen | None) -> dict[str, Any]:
    """What the panel had before it, where that is known, and how much of it is no longer this child's."""
    return {
        "seen": kept.seen if kept else None,
        "mattered": [flag for flag in kept.seen.flags if not is_dismissed(flag)] if kept else [],
        "seen_at": kept.seen_at if kept else None,
        "left_out": kept.left_out if kept else 0,
    }


def _since(said: Mapping[str, Any], event_id: str, kept: DecisionSeen | None, present: Seen) -> Since | None:
    if kept is None or not said:
        return None
    return since_seen(LastTime(date.fromisoformat(said["meeting_on"]), (event_id,)), kept.whole, present)


def _shares(said: Mapping[str, Any]) -> str:
    """Who pays which share, in words; empty where nothing is paid, or they do not see it."""
    funding = said.get("funding") or {}
    return ", ".join(f"{service} {funding[service] * 100:.4g}%" for service in SERVICES if service in funding)


def _of_the_meeting(said: Mapping[str, Any], panel: Mapping[str, Any], words: Sequence[Word]) -> dict[str, Any]:
    """Who was there, what was discussed and what was agreed for the meeting of a decision, on its way or on the timeline."""
    day = said.get("meeting_on")
    if day is None:
        return {"discussions": [], "actions": []}
    discussions = [item for item in panel["discussions"] if item["meeting_on"] == day]
    discussions += [
        {"note": None, **word.body} for word in words if word.what == "discussed" and word.body["meeting_on"] == day
    ]
    done = {word.body["action_id"] for word in words if word.what == "action_completed"}
    actions = [item for item in panel["actions"] if day in (item["meeting_on"], item["agreed_on"])]
    shown = [{**item, "state": "done" if item["completed_on"] else "open"} for item in actions]
    for item in shown:
        item["state"] = "said to be done" if item["state"] == "open" and item["action_id"] in done else item["state"]
    shown += [
        {**word.body, "event_id": word.event_id, "completed_on": None, "state": "under way"}
        for word in words
        if word.what == "action_agreed" and word.body.get("meeting_on") == day
    ]
    return {"discussions": discussions, "actions": shown}
