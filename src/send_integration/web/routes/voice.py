"""Writing down what a child or the family says, and taking back what should not stand there."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from send_integration.errors import BadInput
from send_integration.steps.panel_acts import VOICE_TAKEN_BACK, record_voice, take_voice_back
from send_integration.steps.panel_drafts import VoiceDraft
from send_integration.store.children import Standing, StoredChild, one_child, present_standing
from send_integration.store.panel import Word, who_said, words_under_way
from send_integration.store.sessions import Session
from send_integration.web.context import SPEAKERS, Site
from send_integration.web.forms import Fault
from send_integration.web.names import shown_name
from send_integration.web.policy import Action
from send_integration.web.written import is_event_id, read_day, read_line, read_note

DONE = {
    "recorded": "It is written down. The child's page shows it in seconds.",
    "taken-back": "It is taken back. The child's page leaves it out in seconds.",
}


class Typed(BaseModel):
    """What the form holds."""

    csrf: str = ""
    of: str = ""
    text: str = ""
    how: str = ""
    said_on: str = ""


class Read(NamedTuple):
    """The form as it was understood: what was said, or None where it has faults."""

    said: VoiceDraft | None
    typed: Typed
    faults: tuple[Fault, ...]


def routes(site: Site) -> APIRouter:
    """GET and POST /children/{child_id}/voice, and POST /children/{child_id}/voice/take-back."""
    router = APIRouter()

    @router.get("/children/{child_id}/voice")
    def ask(request: Request, child_id: str, done: Annotated[str, Query()] = "") -> Response:
        standing = present_standing(site.engine, child_id)
        present = standing.child_id if standing else child_id
        session = site.permit_child(request, Action.RECORD_VOICE, present, standing)
        return _page(site, session, standing, _open(site), done=done)

    @router.post("/children/{child_id}/voice")
    def write_down(request: Request, child_id: str, typed: Annotated[Typed, Form()]) -> Response:
        standing = present_standing(site.engine, child_id)
        present = standing.child_id if standing else child_id
        session = site.permit_child(request, Action.RECORD_VOICE, present, standing)
        site.require_form(session, typed.csrf)
        return _write_down(site, session, standing, typed)

    @router.post("/children/{child_id}/voice/take-back")
    def take_back(
        request: Request, child_id: str, csrf: Annotated[str, Form()] = "", event_id: Annotated[str, Form()] = ""
    ) -> Response:
        standing = present_standing(site.engine, child_id)
        present = standing.child_id if standing else child_id
        session = site.permit_child(request, Action.RECORD_VOICE, present, standing)
        site.require_form(session, csrf)
        return _take_back(site, session, standing, event_id)

    return router


def _write_down(site: Site, session: Session, standing: Standing | None, typed: Typed) -> Response:
    """Write it down and say so, or show the form again."""
    child = _known(site, standing)
    born_on = date.fromisoformat(child.answer["date_of_birth"])
    read = _read(typed, born_on, site.settings.today())
    if read.said is None:
        return _page(site, session, standing, read.typed, *read.faults)
    try:
        record_voice(site.engine, child.child_id, session, read.said, site.now())
    except BadInput as fault:
        return _page(site, session, standing, read.typed, Fault("text", fault.what))
    return RedirectResponse(f"/children/{child.child_id}/voice?done=recorded", status_code=303)


def _take_back(site: Site, session: Session, standing: Standing | None, event_id: str) -> Response:
    """Take it back and say so, or say why it cannot be."""
    child_id = _known(site, standing).child_id
    if not is_event_id(event_id):
        return _page(site, session, standing, _open(site), Fault("said", "Choose what is to be taken back"))
    try:
        take_voice_back(site.engine, child_id, session, event_id, site.now())
    except BadInput as fault:
        return _page(site, session, standing, _open(site), Fault("said", f"{fault.what}. Look at what stands now"))
    return RedirectResponse(f"/children/{child_id}/voice?done=taken-back", status_code=303)


def _read(typed: Typed, born_on: date, today: date) -> Read:
    """Everything that the form says, with its faults in the order of the page."""
    faults = [] if typed.of in SPEAKERS else [Fault("of-child", "Choose who said it")]
    text = read_note(typed.text, "text", "What they said", missing="Write down what they said")
    how = read_line(typed.how, "how", "How they said it", missing="Say how or where they said it")
    on = read_day(
        typed.said_on, "said_on", "The day on which they said it", missing="Give the day on which they said it"
    )
    faults.extend((*text.faults, *how.faults, *on.faults))
    if on.day is not None and not born_on <= on.day <= today:
        faults.append(Fault("said_on", "The day must lie after the child was born, and not after today"))
    again = typed.model_copy(update={"text": text.text, "how": how.text})
    if faults or on.day is None:
        return Read(None, again, tuple(faults))
    return Read(VoiceDraft(typed.of, text.text, how.text, on.day), again, ())


def _page(
    site: Site, session: Session, standing: Standing | None, typed: Typed, *faults: Fault, done: str = ""
) -> Response:
    child, sees = _known(site, standing), site.sees(session, standing)
    words = words_under_way(site.engine, [child.child_id]).get(child.child_id, [])
    said = _standing(child.panel["voices"], words)
    return site.page(
        "voice.html",
        session,
        status=400 if faults else 200,
        child_id=child.child_id,
        child_name=shown_name(child, child.child_id, sees),
        sees=sees,
        speakers=SPEAKERS,
        typed=typed,
        said=said,
        written_by=who_said(site.engine, [one["event_id"] for one in said]),
        under_way=[word for word in words if word.what == "voice_recorded"],
        done=DONE.get(done, ""),
        faults=faults,
    )


def _standing(voices: Sequence[dict[str, Any]], words: Sequence[Word]) -> list[dict[str, Any]]:
    """What was said, without what is on its way to be taken back."""
    gone = {word.body["retracts"] for word in words if word.what == VOICE_TAKEN_BACK}
    return [voice for voice in voices if voice["event_id"] not in gone]


def _known(site: Site, standing: Standing | None) -> StoredChild:
    found = one_child(site.engine, standing.child_id) if standing else None
    if found is None:
        raise HTTPException(404)
    return found


def _open(site: Site) -> Typed:
    """The form with nothing typed: what is written down was said today, unless another day is given."""
    return Typed(said_on=site.settings.today().isoformat())
