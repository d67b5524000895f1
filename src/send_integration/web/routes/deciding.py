"""Deciding on a child at a meeting: what is in front of the panel, the form, and what becomes of it if another was quicker."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from send_integration import clock
from send_integration.errors import BadInput
from send_integration.steps.panel_acts import Moved, conclude, listings_of
from send_integration.steps.panel_drafts import ActionDraft, Conclusion, DecisionDraft, Funding
from send_integration.store.children import Standing, StoredChild, one_child, present_standing
from send_integration.store.flags import is_dismissed
from send_integration.store.meetings import one_meeting, seats_of
from send_integration.store.panel import show_for_deciding, shown_before, who_said, words_under_way
from send_integration.store.sessions import Session
from send_integration.timeline.meeting import PART_NAMES, quorum_of
from send_integration.timeline.seen import Seen
from send_integration.web.agendas import MOST_ENTRIES, changes_since, decided_for
from send_integration.web.child_page import year_name
from send_integration.web.context import Site
from send_integration.web.decide_form import (
    BASES,
    DECISIONS,
    FOLLOWED,
    Asked,
    Read,
    Typed,
    known_as,
    read_form,
    worker_ids_of,
    worker_known_as,
)
from send_integration.web.forms import Fault
from send_integration.web.names import shown_name
from send_integration.web.policy import Action
from send_integration.web.routes.meetings import meeting_day
from send_integration.web.since import Since, last_time, late_actions
from send_integration.web.written import is_event_id
from send_integration.when.periods import age_on

_MARK = re.compile(r"[0-9a-f]{32}", re.ASCII)
FIELDS = {
    "the rationale": "rationale",
    "rationale": "rationale",
    "the next review": "review_on",
    "the funding": "education",
    "data.funding": "education",
    "attendance": "others",
    "attendees": "others",
    "note": "discussion",
}
"""At which field of the form a fault is shown that an act finds."""

TOP = "decision-agree-support"
TOO_OLD = "This page was opened too long ago. What you wrote is kept: look at what it shows now, and send it again."
ON_ITS_WAY = "Theirs is on its way to the timeline. Send it again in a few seconds."


class Case(NamedTuple):
    """On whom it is decided, who may see that child, at which meeting, by a form at which address; `corrects` is the
    decision that is replaced."""

    child_id: str
    standing: Standing | None
    meeting_on: date
    address: str
    corrects: str = ""


class Theirs(NamedTuple):
    """What another has recorded for the same meeting; no `decision` where the child was discussed alone."""

    event_id: str
    by: str
    decision: str
    rationale: str


def routes(site: Site) -> APIRouter:
    """GET and POST /meetings/{day}/children/{child_id}."""
    router = APIRouter()

    @router.get("/meetings/{day}/children/{child_id}")
    def show(request: Request, day: str, child_id: str) -> Response:
        standing = present_standing(site.engine, child_id)
        case = _case(child_id, standing, day)
        session = site.permit_child(request, Action.DECIDE, case.child_id, standing)
        if case.child_id != child_id:
            return RedirectResponse(case.address, status_code=303)
        return _open(site, session, case)

    @router.post("/meetings/{day}/children/{child_id}")
    def decide(request: Request, day: str, child_id: str, typed: Annotated[Typed, Form()]) -> Response:
        standing = present_standing(site.engine, child_id)
        case = _case(child_id, standing, day)
        session = site.permit_child(request, Action.DECIDE, case.child_id, standing)
        site.require_form(session, typed.csrf)
        return take(site, session, case, typed)

    return router


def _case(child_id: str, standing: Standing | None, day: str) -> Case:
    """The child, whose id may have become another since the form was opened, and the meeting."""
    found = meeting_day(day)
    present = standing.child_id if standing else child_id
    return Case(present, standing, found, f"/meetings/{found}/children/{present}")


def _open(site: Site, session: Session, case: Case) -> Response:
    """The form anew; where it is decided already, the decision; where the child is not listed, the form that lists."""
    seen = show_for_deciding(site.engine, case.child_id, clock.now())
    words = words_under_way(site.engine, [case.child_id]).get(case.child_id, ())
    if seen is None:
        return RedirectResponse(f"/meetings/{case.meeting_on}", status_code=303)
    decided = decided_for(seen.panel, words, case.meeting_on)
    if decided is not None:
        return RedirectResponse(f"/decisions/{decided['event_id']}?child={case.child_id}", status_code=303)
    if case.meeting_on.isoformat() not in {item["meeting_on"] for item in listings_of(seen)}:
        return RedirectResponse(f"/children/{case.child_id}/list?meeting_on={case.meeting_on}", status_code=303)
    return form_page(site, session, case, seen, None)


def take(site: Site, session: Session, case: Case, typed: Typed) -> Response:
    """Do what the form asks: another row, or record it all; or show it again with what stands in the way."""
    before = shown_before(site.engine, case.child_id, typed.mark) if _MARK.fullmatch(typed.mark) else None
    present = show_for_deciding(site.engine, case.child_id, clock.now())
    if present is None:
        return RedirectResponse(f"/meetings/{case.meeting_on}", status_code=303)
    if typed.do == "add":
        row = {"owner": [*typed.owner, ""], "what": [*typed.what, ""], "due_on": [*typed.due_on, ""]}
        theirs = theirs_of(site, session, case, before, present)
        again = typed.model_copy(update=row)
        return form_page(site, session, case, present, again, theirs=theirs, added=True)
    read = read_form(typed, _asked(site, case, present))
    if before is None or read.faults:
        faults = read.faults or (Fault(TOP, TOO_OLD),)
        theirs = theirs_of(site, session, case, before, present)
        return form_page(site, session, case, present, typed, *faults, theirs=theirs)
    return _record(
        site,
        session,
        case,
        typed,
        _conclusion(site, case, read, typed.corrects if is_event_id(typed.corrects) else ""),
        before,
    )


def _record(site: Site, session: Session, case: Case, typed: Typed, conclusion: Conclusion, before: Seen) -> Response:
    """Record it all, or show the form again: with what another has recorded, or with what stands in the way."""
    faults: tuple[Fault, ...] = ()
    now = site.now()
    try:
        event_id = conclude(site.engine, case.child_id, session, conclusion, before, now)
    except Moved:
        event_id = ""
    except BadInput as fault:
        words = ON_ITS_WAY if fault.where == "what is to be changed" else fault.what
        event_id, faults = "", (Fault(FIELDS.get(fault.where, TOP), words),)
    if event_id and conclusion.corrects:
        return RedirectResponse(f"/decisions/{event_id}?done=corrected", status_code=303)
    if event_id:
        return RedirectResponse(f"/meetings/{case.meeting_on}?done=decided", status_code=303)
    present = show_for_deciding(site.engine, case.child_id, clock.now()) or before
    theirs = theirs_of(site, session, case, before, present)
    return form_page(site, session, case, present, typed, *faults, theirs=theirs)


def _conclusion(site: Site, case: Case, read: Read, corrects: str) -> Conclusion:
    """What the form says as the acts take it; a correction leaves attendance and actions as they are. Of an action that a worker
    of the child takes on, as the form offers them, it is said who that is."""
    funding = Funding(**read.funding) if read.funding else None
    draft = DecisionDraft(
        case.meeting_on, read.decision, read.rationale, read.review_on, funding, read.voice_followed, read.basis
    )
    if case.corrects:
        return Conclusion(draft, corrects=case.corrects)
    child = one_child(site.engine, case.child_id)
    ids = worker_ids_of(child.named_workers if child else ())
    actions = tuple(
        ActionDraft(one.owner, one.what, one.due_on, case.meeting_on, ids.get(one.owner)) for one in read.actions
    )
    return Conclusion(draft, read.attendees, read.discussion, actions, corrects)


def _asked(site: Site, case: Case, seen: Seen) -> Asked:
    offered = tuple(known_as(said.seat) for said in seats_of(site.engine, case.meeting_on))
    return Asked(case.meeting_on, offered, heard=bool(seen.panel["voices"]), of_meeting=not case.corrects)


def theirs_of(site: Site, session: Session, case: Case, before: Seen | None, present: Seen) -> Theirs | None:
    """What another has recorded for the meeting since a form was opened; of several the last."""
    if before is None or before.mark == present.mark:
        return None
    known = {item["event_id"] for item in _said_for(before, case.meeting_on)}
    new = [item for item in _said_for(present, case.meeting_on) if item["event_id"] not in known]
    by = who_said(site.engine, [item["event_id"] for item in new])
    others = [item for item in new if by.get(item["event_id"]) != session.actor]
    if not others:
        return None
    last = next((item for item in reversed(others) if "decision" in item), others[-1])
    return Theirs(
        last["event_id"] if "decision" in last else "",
        by.get(last["event_id"], ""),
        last.get("decision", ""),
        last.get("rationale", ""),
    )


def _said_for(seen: Seen, day: date) -> Iterable[Mapping[str, Any]]:
    """What was discussed and decided for a meeting, by the record and by what is on its way to it."""
    wanted = day.isoformat()
    for item in (*seen.panel["discussions"], *seen.panel["decisions"]):
        if item["meeting_on"] == wanted:
            yield item
    for word in seen.under_way:
        if word["what"] in ("discussed", "decided") and word["meeting_on"] == wanted:
            yield {**word["body"], "event_id": word["event_id"]}


def form_page(
    site: Site,
    session: Session,
    case: Case,
    seen: Seen,
    typed: Typed | None,
    *faults: Fault,
    theirs: Theirs | None = None,
    added: bool = False,
) -> Response:
    """What the panel has before it, the voice of the child first, and the form with what was typed; where nothing was yet,
    with whoever is present."""
    found = one_child(site.engine, case.child_id)
    if found is None:
        return RedirectResponse(f"/meetings/{case.meeting_on}", status_code=303)
    sees = site.sees(session, case.standing)
    today, meeting = site.settings.today(), one_meeting(site.engine, case.meeting_on)
    seats = [said.seat for said in seats_of(site.engine, case.meeting_on)]
    typed = typed or Typed(attendee=[known_as(seat) for seat in seats if seat.present], owner=["", ""])
    corrected = next((item for item in seen.panel["decisions"] if item["event_id"] == case.corrects), None)
    return site.page(
        "decide.html",
        session,
        status=409 if theirs else 400 if faults else 200,
        day=case.meeting_on,
        address=case.address,
        child_id=case.child_id,
        corrected=corrected,
        corrects=theirs.event_id if theirs else typed.corrects,
        held=case.meeting_on <= today,
        child_name=shown_name(found, case.child_id, sees),
        sees=sees,
        mark=seen.mark,
        quorum=quorum_of(seats, meeting.quorum) if meeting else None,
        part_names=PART_NAMES,
        offered=[known_as(seat) for seat in seats],
        owners=sorted({*(known_as(seat) for seat in seats), *map(worker_known_as, found.named_workers)}),
        decisions=DECISIONS,
        followed=FOLLOWED,
        bases=BASES,
        typed=typed,
        faults=faults,
        theirs=theirs,
        added=added,
        **_before_the_panel(site, case, seen, found),
    )


def _before_the_panel(site: Site, case: Case, seen: Seen, found: StoredChild) -> dict[str, Any]:
    """What the panel looks at before it decides, of a child as it was shown."""
    today, last = site.settings.today(), last_time(seen.panel, case.meeting_on)
    born_on = date.fromisoformat(found.answer["date_of_birth"])
    return {
        "age": age_on(born_on, today),
        "year": year_name(born_on, found.years_above, today),
        "voices": seen.panel["voices"],
        "flags": [flag for flag in seen.flags if not is_dismissed(flag)],
        "since_most": MOST_ENTRIES,
        "since": changes_since(site.engine, {case.child_id: last}, {case.child_id: seen})[case.child_id]
        if last
        else Since(),
        "standing_actions": late_actions(seen.panel, today),
    }
