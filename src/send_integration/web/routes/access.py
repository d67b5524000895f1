"""Breaking the glass for one child, reading that somebody did, and saying on what basis a child's records are shared."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from send_integration import clock
from send_integration.steps import glass
from send_integration.steps.glass import Told
from send_integration.store.children import Standing, is_child_id, standings
from send_integration.store.sessions import Session, record, record_within
from send_integration.store.sharing import BASES, bases_of, consents_of, keep_basis
from send_integration.web.context import Site
from send_integration.web.forms import Fault, Reason, read_reason
from send_integration.web.policy import Action, policy
from send_integration.web.routes.alerts import reader_of

MOST_DIGITS = 18
"""Of a number that PostgreSQL takes."""


def routes(site: Site) -> APIRouter:
    """GET and POST /children/{child_id}/break-glass and /basis, POST its /end-glass, POST /alerts/glass/{glass_id}/read."""
    router = APIRouter()

    @router.get("/children/{child_id}/break-glass")
    def ask_why(request: Request, child_id: str) -> Response:
        session = site.permit(request, Action.BREAK_GLASS)
        if not is_child_id(child_id):
            raise HTTPException(404)
        return _glass_page(site, session, child_id, Reason("", ()))

    @router.post("/children/{child_id}/break-glass")
    def break_it(
        request: Request, child_id: str, csrf: Annotated[str, Form()] = "", why: Annotated[str, Form()] = ""
    ) -> Response:
        session = site.permit_form(request, Action.BREAK_GLASS, csrf)
        return _break(site, session, child_id, read_reason(why))

    @router.post("/children/{child_id}/end-glass")
    def end_it(request: Request, child_id: str, csrf: Annotated[str, Form()] = "") -> Response:
        session = site.permit_form(request, Action.BREAK_GLASS, csrf)
        glass.end_early(site.engine, child_id, session)
        return RedirectResponse("/", status_code=303)

    @router.post("/alerts/glass/{glass_id}/read")
    def read_it(request: Request, glass_id: str, csrf: Annotated[str, Form()] = "") -> Response:
        session = site.permit_form(request, Action.READ_NOTICES, csrf)
        is_number = glass_id.isascii() and glass_id.isdigit() and len(glass_id) <= MOST_DIGITS
        recipients = list(reader_of(session).recipients)
        if not is_number or not glass.say_read(site.engine, int(glass_id), recipients, session):
            raise HTTPException(404)
        return RedirectResponse("/alerts", status_code=303)

    _add_basis(site, router)
    return router


def _add_basis(site: Site, router: APIRouter) -> None:
    """The page on which it is said on what basis a child's records are shared."""

    @router.get("/children/{child_id}/basis")
    def show_basis(request: Request, child_id: str) -> Response:
        session = site.permit_child(request, Action.RECORD_BASIS, child_id, _standing(site, child_id))
        return _basis_page(site, session, child_id, Reason("", ()), "")

    @router.post("/children/{child_id}/basis")
    def say_basis(
        request: Request,
        child_id: str,
        csrf: Annotated[str, Form()] = "",
        basis: Annotated[str, Form()] = "",
        why: Annotated[str, Form()] = "",
    ) -> Response:
        session = site.permit_child(request, Action.RECORD_BASIS, child_id, _standing(site, child_id))
        site.require_form(session, csrf)
        reason = read_reason(why)
        unchosen = () if basis in BASES else (Fault("basis-public-task", "Choose the basis"),)
        if unchosen or reason.faults:
            return _basis_page(site, session, child_id, Reason(reason.text, (*unchosen, *reason.faults)), basis)
        with site.engine.begin() as connection:
            record_within(
                connection, session, Action.RECORD_BASIS, child_id, allowed=True, why=f"{basis}: {reason.text}"
            )
            keep_basis(connection, child_id, basis, reason.text, session.actor)
        return RedirectResponse(f"/children/{child_id}/basis", status_code=303)


def _break(site: Site, session: Session, child_id: str, reason: Reason) -> Response:
    """Break the glass. A child who is restricted or not there is answered alike, and the attempt is written down."""
    if not is_child_id(child_id):
        raise HTTPException(404)
    if reason.faults:
        return _glass_page(site, session, child_id, reason)
    standing = _standing(site, child_id)
    if standing is None or (standing.restricted and not site.ask(session, Action.SEE_RESTRICTED, standing).allowed):
        why = "there is no such child" if standing is None else "restricted: the glass does not open it"
        record(site.engine, session, Action.BREAK_GLASS, child_id, allowed=False, why=why)
        raise HTTPException(404)
    told = Told(site.settings.mailboxes, site.settings.fallback_mailbox)
    lasts = timedelta(minutes=policy().glass_minutes)
    glass.break_glass(site.engine, child_id, session, reason.text, lasts=lasts, told=told, now=clock.now())
    return RedirectResponse(f"/children/{child_id}", status_code=303)


def _standing(site: Site, child_id: str) -> Standing | None:
    return standings(site.engine, [child_id]).get(child_id)


def _glass_page(site: Site, session: Session, child_id: str, typed: Reason) -> Response:
    return site.page(
        "break_glass.html",
        session,
        status=400 if typed.faults else 200,
        child_id=child_id,
        typed=typed,
        minutes=policy().glass_minutes,
    )


def _basis_page(site: Site, session: Session, child_id: str, typed: Reason, chosen: str) -> Response:
    said = bases_of(site.engine, child_id)
    return site.page(
        "sharing_basis.html",
        session,
        status=400 if typed.faults else 200,
        child_id=child_id,
        said=said,
        consents=consents_of(site.engine, child_id),
        typed=typed,
        chosen=chosen or (said[0].basis if said else ""),
    )
