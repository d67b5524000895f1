"""What a worker says of their own absences, on the inbox page."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from send_integration import clock
from send_integration.errors import BadInput
from send_integration.steps import absences
from send_integration.steps.absences import Away
from send_integration.store.directory import Colleague, one_colleague
from send_integration.store.sessions import Session
from send_integration.web.context import Site
from send_integration.web.forms import Fault
from send_integration.web.policy import Action
from send_integration.web.routes.alert_acts import day_of, field_of
from send_integration.web.routes.alerts import inbox_page


class TypedAway(BaseModel):
    """What the form on absences holds."""

    csrf: str = ""
    from_on: str = ""
    to_on: str = ""
    covered_by: str = ""


def routes(site: Site) -> APIRouter:
    """POST /alerts/away and /alerts/back."""
    router = APIRouter()

    @router.post("/alerts/away")
    def say_away(request: Request, typed: Annotated[TypedAway, Form()]) -> Response:
        session = site.permit_form(request, Action.VIEW_INBOX, typed.csrf)
        worker = _worker(site, session)
        faults = _faults(site, typed)
        if not faults:
            away = Away(date.fromisoformat(typed.from_on), date.fromisoformat(typed.to_on), typed.covered_by or None)
            try:
                absences.say_away(site.engine, worker, away, session, clock.now(), site.settings.today())
            except BadInput as fault:
                faults = [Fault(field_of(fault.where, ("to_on", "covered_by"), "to_on"), fault.what)]
            else:
                return RedirectResponse("/alerts?done=away", status_code=303)
        return inbox_page(site, request, session, faults=faults, typed=typed.model_dump())

    @router.post("/alerts/back")
    def say_back(request: Request, typed: Annotated[TypedAway, Form()]) -> Response:
        session = site.permit_form(request, Action.VIEW_INBOX, typed.csrf)
        worker = _worker(site, session)
        try:
            absences.say_back(site.engine, worker, session, clock.now(), site.settings.today())
        except BadInput as fault:
            faults = [Fault("from_on", fault.what)]
            return inbox_page(site, request, session, faults=faults, typed=typed.model_dump())
        return RedirectResponse("/alerts?done=back", status_code=303)

    return router


def _worker(site: Site, session: Session) -> Colleague:
    """The signed-in person as the directory has them; whoever is not in it has no absences to tell of."""
    found = one_colleague(site.engine, session.actor, site.settings.today())
    if found is None:
        raise HTTPException(404)
    return found


def _faults(site: Site, typed: TypedAway) -> list[Fault]:
    found = [
        Fault(field, words)
        for field, words in (("from_on", "Give the first day"), ("to_on", "Give the last day"))
        if day_of(getattr(typed, field)) is None
    ]
    if typed.covered_by and one_colleague(site.engine, typed.covered_by, site.settings.today()) is None:
        found.append(Fault("covered_by", "Choose somebody who is here, or your team"))
    return found
