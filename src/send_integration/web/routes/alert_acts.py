"""One alert on a page of its own, and what a person does with it; no link does anything by itself."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from send_integration import clock
from send_integration.errors import BadInput
from send_integration.steps import acting
from send_integration.steps.acting import Person
from send_integration.store.directory import Colleague, colleagues_near, named_workers_here, one_colleague
from send_integration.store.inbox import one_alert
from send_integration.store.sessions import Session, record
from send_integration.web.context import Site
from send_integration.web.forms import Fault, read_reason
from send_integration.web.policy import Action
from send_integration.web.routes.alerts import inbox_of, names_of, reader_of


class Typed(BaseModel):
    """What the forms of an alert's page hold."""

    csrf: str = ""
    why: str = ""
    until: str = ""
    to: str = ""


def routes(site: Site) -> APIRouter:
    """GET /alerts/{alert_id}; POST to its /acknowledge, /dismiss, /put-off and /hand-over."""
    router = APIRouter()

    @router.get("/alerts/{alert_id}")
    def show(request: Request, alert_id: str) -> Response:
        session = site.permit(request, Action.VIEW_INBOX)
        return _page(site, session, _find(site, session, alert_id), Typed())

    @router.post("/alerts/{alert_id}/acknowledge")
    def acknowledge(request: Request, alert_id: str, typed: Annotated[Typed, Form()]) -> Response:
        session = site.permit_form(request, Action.VIEW_INBOX, typed.csrf)
        alert = _find(site, session, alert_id)
        person = _person(site, session)
        return _do(
            site, session, alert, typed, "acknowledged", lambda: acting.acknowledge(site.engine, alert_id, person)
        )

    @router.post("/alerts/{alert_id}/dismiss")
    def dismiss(request: Request, alert_id: str, typed: Annotated[Typed, Form()]) -> Response:
        session = site.permit_form(request, Action.VIEW_INBOX, typed.csrf)
        alert = _find(site, session, alert_id)
        reason = read_reason(typed.why)
        if reason.faults:
            return _page(site, session, alert, typed.model_copy(update={"why": reason.text}), *reason.faults)
        person = _person(site, session)
        act = partial(acting.dismiss, site.engine, alert_id, reason.text, person)
        return _do(site, session, alert, typed, "dismissed", act)

    _add_passing_on(site, router)
    return router


def _add_passing_on(site: Site, router: APIRouter) -> None:
    """The forms by which an alert is left for later, or for somebody else."""

    @router.post("/alerts/{alert_id}/put-off")
    def put_off(request: Request, alert_id: str, typed: Annotated[Typed, Form()]) -> Response:
        session = site.permit_form(request, Action.VIEW_INBOX, typed.csrf)
        alert = _find(site, session, alert_id)
        until = day_of(typed.until)
        if until is None:
            return _page(site, session, alert, typed, Fault("until", "Give the day until which it is put off"))
        person = _person(site, session)
        return _do(site, session, alert, typed, "put-off", partial(acting.snooze, site.engine, alert_id, until, person))

    @router.post("/alerts/{alert_id}/hand-over")
    def hand_over(request: Request, alert_id: str, typed: Annotated[Typed, Form()]) -> Response:
        session = site.permit_form(request, Action.VIEW_INBOX, typed.csrf)
        alert = _find(site, session, alert_id)
        if typed.to not in {worker.worker_id for worker in _takers(site, session, alert)}:
            return _page(site, session, alert, typed, Fault("to", "Choose the colleague who takes it"))
        person = _person(site, session)
        act = partial(acting.hand_over, site.engine, alert_id, typed.to, person)
        return _do(site, session, alert, typed, "handed-over", act)


def _find(site: Site, session: Session, alert_id: str) -> dict[str, Any]:
    """An alert that is or was this person's; one of anybody else is answered like one that is not there."""
    found = one_alert(site.engine, reader_of(session), alert_id, today=site.settings.today())
    if found is None:
        record(site.engine, session, Action.VIEW_INBOX, None, allowed=False, why="no alert of theirs")
        raise HTTPException(404)
    site.note_shown(session, Action.VIEW_INBOX, f"alert {alert_id}", found["child_id"])
    if found["restricted"] and found["cleared_at"] is None:
        site.note_looks(session, Action.LIST_CHILDREN, [found["child_id"]], "restricted, in an alert")
    return found


def _do(
    site: Site, session: Session, alert: dict[str, Any], typed: Typed, done: str, act: Callable[[], None]
) -> Response:
    """Do it, and lead back to the inbox; or show the page again, with what stands in the way."""
    try:
        act()
    except BadInput as fault:
        field = field_of(fault.where, ("why", "until", "to"), "acknowledge")
        again = one_alert(site.engine, reader_of(session), alert["alert_id"], today=site.settings.today()) or alert
        return _page(site, session, again, typed, Fault(field, fault.what))
    return RedirectResponse(f"{inbox_of(session)}?done={done}", status_code=303)


def _page(site: Site, session: Session, alert: dict[str, Any], typed: Typed, *faults: Fault) -> Response:
    takers = _takers(site, session, alert) if alert["cleared_at"] is None else []
    status = 400 if faults else 200
    return site.page(
        "alert.html",
        session,
        status=status,
        alert=alert,
        child_name=names_of(session, [alert]).get(alert["child_id"]),
        back=inbox_of(session),
        typed=typed,
        faults=faults,
        colleagues=takers,
    )


def _takers(site: Site, session: Session, alert: dict[str, Any]) -> list[Colleague]:
    """To whom an alert can be given: a colleague who is near, by the team or by the child; of a restricted child its named
    workers alone."""
    today, child_id = site.settings.today(), alert["child_id"]
    if alert["restricted"]:
        found = named_workers_here(site.engine, child_id, today)
    else:
        own = one_colleague(site.engine, session.actor, today)
        inboxes = (name.removeprefix("team:") for name in (*session.inboxes, alert["recipient"]))
        teams = [*inboxes, *([own.team] if own else [])]
        found = colleagues_near(site.engine, today, teams=teams, child_id=child_id)
    return [worker for worker in found if worker.worker_id != alert["recipient"]]


def _person(site: Site, session: Session) -> Person:
    return Person(session, site.settings.today(), clock.now())


def day_of(typed: str) -> date | None:
    """A day as a form sends it; None for anything else."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def field_of(where: str, known: tuple[str, ...], otherwise: str) -> str:
    """The form's field that a fault is about; its last part names it."""
    name = "why" if where == "the reason" else where.rpartition(".")[2]
    return name if name in known else otherwise
