"""Replaying and discarding from the page: one item at once, a whole group after a look at how many it is."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from send_integration.errors import BadInput, DecidedMeanwhile, NotReady
from send_integration.steps import stewarding
from send_integration.steps.stewarding import Done, Seen, Steward
from send_integration.store.quarantine import QuarantineGroup, QuarantineItem, history_of
from send_integration.store.sessions import Session
from send_integration.store.stewards import Choice
from send_integration.web.context import Site
from send_integration.web.forms import Fault, read_reason
from send_integration.web.policy import Action
from send_integration.web.routes.quarantine import Typed, check_page, find_group, find_item, group_page, item_page

REPLAY, DISCARD = "replay", "discard"
DONE = {REPLAY: "replayed", DISCARD: "discarded"}


class Sent(BaseModel):
    """A form's fields: `items` and `latest` are what its reader had seen (Seen), and a group's form has none until how many
    it is was shown."""

    csrf: str = ""
    why: str = ""
    mended: str = ""
    items: int = 0
    latest: int = 0


def routes(site: Site) -> APIRouter:
    """POST /quarantine/items/{item}/replay and /discard, /quarantine/groups/{group}/replay and /discard."""
    router = APIRouter()

    @router.post("/quarantine/items/{item}/replay")
    def replay_item(request: Request, item: str, sent: Annotated[Sent, Form()]) -> Response:
        session = site.permit_form(request, Action.MEND_QUARANTINE, sent.csrf)
        return _act_on_item(site, session, find_item(site, item), _typed(REPLAY, sent), sent.latest)

    @router.post("/quarantine/items/{item}/discard")
    def discard_item(request: Request, item: str, sent: Annotated[Sent, Form()]) -> Response:
        session = site.permit_form(request, Action.MEND_QUARANTINE, sent.csrf)
        return _act_on_item(site, session, find_item(site, item), _typed(DISCARD, sent), sent.latest)

    @router.post("/quarantine/groups/{group}/replay")
    def replay_group(request: Request, group: str, sent: Annotated[Sent, Form()]) -> Response:
        session = site.permit_form(request, Action.MEND_QUARANTINE, sent.csrf)
        return _act_on_group(site, session, group, _typed(REPLAY, sent), Seen(sent.items, sent.latest))

    @router.post("/quarantine/groups/{group}/discard")
    def discard_group(request: Request, group: str, sent: Annotated[Sent, Form()]) -> Response:
        session = site.permit_form(request, Action.MEND_QUARANTINE, sent.csrf)
        return _act_on_group(site, session, group, _typed(DISCARD, sent), Seen(sent.items, sent.latest))

    return router


def _typed(act: str, sent: Sent) -> Typed:
    reason = read_reason(sent.why, f"why-{act}")
    return Typed(act, reason.text, bool(sent.mended), reason.faults)


def _do(site: Site, session: Session, typed: Typed, chosen: Choice | Collection[int], seen: Seen) -> Done:
    steward = Steward(session, typed.why, seen)
    if typed.act == REPLAY:
        return stewarding.replay(site.engine, chosen, steward, adapter_mended=typed.adapter_mended)
    return stewarding.discard(site.engine, chosen, steward)


def _act_on_item(site: Site, session: Session, item: QuarantineItem, typed: Typed, knows: int) -> Response:
    """Act on an item, or say what stands in the way with what was typed; who sent it twice is told once."""
    if typed.faults:
        return item_page(site, session, item, typed)
    done = RedirectResponse(f"/quarantine/items/{item.id}?done={DONE[typed.act]}", status_code=303)
    try:
        _do(site, session, typed, [item.id], Seen(1, knows))
    except DecidedMeanwhile:
        since = [act for act in history_of(site.engine, item.id) if act.id > knows]
        if any((act.by, act.why, act.act) == (session.actor, typed.why, DONE[typed.act]) for act in since):
            return done
        return item_page(site, session, find_item(site, str(item.id)), typed, overtaken=True)
    except (BadInput, NotReady) as fault:
        return item_page(site, session, item, typed._replace(faults=(Fault(f"why-{typed.act}", fault.what),)))
    return done


def _act_on_group(site: Site, session: Session, token: str, typed: Typed, seen: Seen) -> Response:
    """Show how many it is; once that was seen, act on them, unless they have changed since."""
    group = find_group(site, token)
    if group is None:
        return site.page("quarantine_gone.html", session, status=409)
    if typed.faults:
        return group_page(site, session, group, typed)
    if not seen.items:
        return check_page(site, session, group, typed)
    return _act_on_all(site, session, group, typed, seen)


def _act_on_all(site: Site, session: Session, group: QuarantineGroup, typed: Typed, seen: Seen) -> Response:
    try:
        done = _do(site, session, typed, group.choice, seen)
    except DecidedMeanwhile:
        return check_page(site, session, group, typed, overtaken=True)
    except (BadInput, NotReady) as fault:
        return group_page(site, session, group, typed._replace(faults=(Fault(f"why-{typed.act}", fault.what),)))
    return RedirectResponse(f"/quarantine?done={len(done.items)}&act={DONE[typed.act]}", status_code=303)
