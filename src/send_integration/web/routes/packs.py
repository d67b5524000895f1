"""A panel's papers as PDF: one pack for a meeting, one for a child. That each is taken is written down before it is made."""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from send_integration import clock
from send_integration.steps.catalogue import load_rules
from send_integration.store.children import present_standing
from send_integration.store.meetings import one_meeting
from send_integration.store.sessions import Session
from send_integration.web.context import Site
from send_integration.web.packs import Taking, note_printed, packed_agenda, packed_child, printed_pack
from send_integration.web.policy import Action
from send_integration.web.printing.press import NoPress
from send_integration.web.routes.meetings import meeting_day

PURPOSES = {
    "panel": "the panel",
    "review": "a review of the child's plan",
    "visit": "a visit to the child or the family",
    "handing-over": "handing the child's case over",
    "complaint": "a complaint, a mediation or an appeal",
}
"""For what one child's pack is taken, in words that the audit keeps and the cover says."""

Purpose = Literal["panel", "review", "visit", "handing-over", "complaint"]


def routes(site: Site) -> APIRouter:
    """GET /meetings/{day}/pack.pdf, /children/{child_id}/pack and /children/{child_id}/pack.pdf."""
    router = APIRouter()
    rules = load_rules(site.settings.rules)

    @router.get("/meetings/{day}/pack.pdf")
    def take_meeting_pack(request: Request, day: str) -> Response:
        session = site.permit(request, Action.TAKE_PACK)
        held = meeting_day(day)
        children = packed_agenda(site, session, held, rules)
        if not children and one_meeting(site.engine, held) is None:
            raise HTTPException(404)
        taking = Taking(session, clock.now(), held)
        return pdf(site, session, lambda: printed_pack(site, taking, children), f"panel-pack-{held}")

    @router.get("/children/{child_id}/pack")
    def choose_purpose(request: Request, child_id: str) -> Response:
        standing = present_standing(site.engine, child_id)
        present = standing.child_id if standing else child_id
        session = site.permit_child(request, Action.TAKE_PACK, present, standing)
        if present != child_id:
            return RedirectResponse(f"/children/{present}/pack", status_code=303)
        return site.page("take_pack.html", session, child_id=child_id, purposes=PURPOSES)

    @router.get("/children/{child_id}/pack.pdf")
    def take_child_pack(request: Request, child_id: str, purpose: Purpose = "panel") -> Response:
        standing = present_standing(site.engine, child_id)
        present = standing.child_id if standing else child_id
        session = site.permit_child(request, Action.TAKE_PACK, present, standing)
        note_printed(site.engine, session, [present], f"pack of one child, for {PURPOSES[purpose]}")
        packed = packed_child(site, session, standing, rules) if standing else None
        if packed is None:
            raise HTTPException(404)
        taking = Taking(session, clock.now(), purpose=PURPOSES[purpose])
        return pdf(site, session, lambda: printed_pack(site, taking, [packed]), "child-pack")

    return router


def pdf(site: Site, session: Session, make: Callable[[], bytes], name: str) -> Response:
    """A PDF that nobody keeps on the way and whose name tells nothing of anybody; or a page that says why there is none."""
    try:
        made = make()
    except NoPress as fault:
        return site.page("no_press.html", session, status=503, fault=fault)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)
