"""What people decided on identity, and taking a decision back."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from send_integration import clock
from send_integration.errors import BadInput, DecidedMeanwhile
from send_integration.steps import deciding
from send_integration.steps.deciding import Reviewer
from send_integration.steps.decision_history import PastDecision, own_past_decision, past_decisions
from send_integration.store.reviews import affected, records_of_refs
from send_integration.store.sessions import Session
from send_integration.web.context import Site
from send_integration.web.forms import Fault, Reason, read_reason
from send_integration.web.policy import Action

DECISIONS_ON_A_PAGE = 25
MOST_PAIRS = 50
"""How many of a decision's pairs its page lists; a split of a large child has thousands."""


def routes(site: Site) -> APIRouter:
    """GET /identity/decisions, GET and POST /identity/decisions/{decision}."""
    router = APIRouter()

    @router.get("/identity/decisions")
    def show_decisions(
        request: Request, page: Annotated[int, Query(ge=1, le=100_000)] = 1, done: Annotated[str, Query()] = ""
    ) -> Response:
        session = site.permit(request, Action.REVIEW_IDENTITY)
        site.note_shown(session, Action.REVIEW_IDENTITY, f"page {page} of what people decided")
        found = past_decisions(
            site.engine,
            DECISIONS_ON_A_PAGE + 1,
            restricted=site.sees_restricted(session),
            after=(page - 1) * DECISIONS_ON_A_PAGE,
        )
        return site.page(
            "identity_decisions.html",
            session,
            decisions=found[:DECISIONS_ON_A_PAGE],
            page=page,
            more=len(found) > DECISIONS_ON_A_PAGE,
            taken=site.just_taken(session, done),
        )

    @router.get("/identity/decisions/{decision}")
    def show_decision(request: Request, decision: str) -> Response:
        session = site.permit(request, Action.REVIEW_IDENTITY)
        return _show(site, session, _find(site, session, decision), Reason("", ()))

    @router.post("/identity/decisions/{decision}")
    def take_back(
        request: Request, decision: str, csrf: Annotated[str, Form()] = "", why: Annotated[str, Form()] = ""
    ) -> Response:
        session = site.permit_form(request, Action.DECIDE_IDENTITY, csrf)
        return _take_back(site, session, decision, read_reason(why))

    return router


def _find(site: Site, session: Session, decision: str) -> PastDecision:
    """A decision of which the person may know."""
    with site.engine.connect() as connection:
        found = own_past_decision(connection, decision, restricted=site.sees_restricted(session))
    if found is None:
        why = "no such decision, or one on a restricted child"
        site.note_looks(session, Action.REVIEW_IDENTITY, [None], why, allowed=False)
        raise HTTPException(404)
    return found


def _take_back(site: Site, session: Session, decision: str, reason: Reason) -> Response:
    """Take a decision back, or say what stands in its way with what was typed."""
    found = _find(site, session, decision)
    if reason.faults:
        return _show(site, session, found, reason)
    try:
        made = deciding.withdraw(site.engine, decision, Reviewer(session, clock.now(), reason.text))
    except DecidedMeanwhile:
        found = _find(site, session, decision)
        taken = found.taken_back
        if taken is not None and (taken.by, taken.why) == (session.actor, reason.text):
            return RedirectResponse("/identity/decisions", status_code=303)
        return _show(site, session, found, reason, overtaken=True)
    except BadInput as fault:
        return _show(site, session, found, Reason(reason.text, (Fault("why", fault.what),)))
    return RedirectResponse(f"/identity/decisions?done={made}", status_code=303)


def _show(site: Site, session: Session, decision: PastDecision, typed: Reason, *, overtaken: bool = False) -> Response:
    """Of whom a decision speaks, whom taking it back touches, and the form with what was typed."""
    with site.engine.connect() as connection:
        records = records_of_refs(connection, decision.refs)
    touched = affected(site.engine, {child for record in records for child in record.children})
    why = f"decision {decision.event_id}"
    site.note_looks(session, Action.REVIEW_IDENTITY, [child.child_id for child in touched], why)
    return site.page(
        "identity_decision.html",
        session,
        status=409 if overtaken else 400 if typed.faults else 200,
        decision=decision,
        pairs=decision.pairs[:MOST_PAIRS],
        touched=touched,
        overtaken=overtaken,
        typed=typed,
    )
