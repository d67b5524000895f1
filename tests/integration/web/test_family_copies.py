"""The family's copy on its way: read first, nothing in it that was left out, nobody else, and never of a child at risk by it."""

import re

import pytest
from sqlalchemy import Engine, text

from send_integration.web import family_copies
from tests.builders import sent
from tests.integration.families import ANNA, FEEDS, NAMED_WORKER, child_of
from tests.integration.paper import pages_of, require_press
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn

RATIONALE = "His uncle Bartholomew drinks."


def settle(pipe: Pipe) -> None:
    pipe.relay()
    pipe.drain_gate([*FEEDS, "panel"])
    pipe.drain_timeline()


@pytest.fixture
def told(pipe: Pipe) -> Pipe:
    """Anna with a worker, a brother, a decision, two voices and a note."""
    from_schools = {"source": "urn:send:schools", "person": ANNA}
    for feed, raw in (
        ("people", sent("people.registered", "2025-01-02", event_id="t0", source="urn:send:schools",
                        person={**ANNA, "local_id": "77", "given_name": "Casimir", "date_of_birth": "2010-01-01", "postcode": None})),
        ("people", sent("people.related", "2025-01-03", event_id="t1", kind="sibling", other={"local_id": "77"}, **from_schools)),
        ("workers", sent("workers.assigned", "2025-01-06", event_id="t2", role_for_child="senco", worker=NAMED_WORKER, **from_schools)),
        ("panel", sent("panel.decided", "2025-05-01", event_id="t3", rationale=RATIONALE, note="Ring Hester", **from_schools)),
        ("panel", sent("panel.voice_recorded", "2025-05-02", event_id="t4", text="I like <i>maths</i>.", **from_schools)),
        ("panel", sent("panel.voice_recorded", "2025-05-03", event_id="t5", text="Casimir hits me.", **from_schools)),
    ):  # fmt: skip
        pipe.send(feed, raw)
    settle(pipe)
    return pipe


@pytest.fixture
def pressed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have gone to the press."""
    pages: list[str] = []
    monkeypatch.setattr(family_copies, "print_pdf", lambda page, _sheet: pages.append(page) or b"%PDF")
    return pages


def form_of(page: str) -> dict[str, object]:
    """What the form of a page sends where all that can be put in is ticked."""
    mark = re.search(r'name="reviewed" value="([^"]+)"', page)
    assert mark is not None
    return {"reviewed": mark[1], "checked": "yes", "quote": re.findall(r'name="quote" value="([^"]+)"', page)}


def address_of(engine: Engine) -> str:
    return f"/children/{child_of(engine, 'Anna', 'Kowalska')}/family-copy"


def take(person: Person, address: str, **changed: object) -> tuple[int, str]:
    answer = person.post(f"{address}.pdf", **{**form_of(person.get(address).text), **changed})
    return answer.status_code, answer.text if answer.headers["content-type"] != "application/pdf" else ""


def test_the_printed_copy_tells_the_story_and_names_nobody_else(told: Pipe, sign_in: SignIn, engine: Engine) -> None:
    require_press()
    address = address_of(engine)
    chair = sign_in("chair")

    answer = chair.post(f"{address}.pdf", **form_of(chair.get(address).text))

    pages = pages_of(answer.content)
    whole = " ".join(pages)
    assert answer.headers["content-disposition"] == 'attachment; filename="your-story.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    for expected in ("Anna, this is your story", "Your school sent you home for a time.", "The panel asked a team to see you.",
                     "I like <i>maths</i>.", "The SENCO. They plan", "Your own words", "What do you want to change?"):  # fmt: skip
        assert expected in whole
    others = ("Kowalska", "Casimir", "Wren", "Bartholomew", "Hester", "Cass", "Zofia", "9990000018", "LU1")
    assert not [name for name in others if name in whole]
    for number, page in enumerate(pages, start=1):
        assert "As at 2 June 2025. Made for you by a panel chair of Luton Council on" in page, number
        assert f"Page {number} of {len(pages)}" in page


def test_what_is_left_out_and_what_is_not_ticked_is_not_printed(
    told: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    address = address_of(engine)
    chair = sign_in("chair")
    page = chair.get(address).text
    suspended = re.search(r'id="(p\d+)"[^>]*>\s*<label[^>]*>Leave out<span[^>]*>: Your school sent you home', page)
    assert suspended is not None

    status, _ = take(chair, address, leave_out=[suspended[1]], quote=[])

    assert status == 200
    assert "sent you home" not in pressed[0]
    assert "maths" not in pressed[0]
    assert "The panel asked a team to see you." in pressed[0]


def test_a_quote_that_names_the_childs_brother_cannot_be_put_in(
    told: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    address = address_of(engine)
    page = sign_in("chair").get(address).text
    assert "It seems to name somebody, so it is left out." in page

    take(sign_in("chair"), address, quote=[f"q{number}" for number in range(50)])

    assert "I like &lt;i&gt;maths&lt;/i&gt;." in pressed[0]
    assert "Casimir" not in pressed[0]


def test_nobody_takes_a_copy_that_they_say_they_have_not_read(
    told: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    status, page = take(sign_in("chair"), address_of(engine), checked="")

    assert (status, pressed) == (400, [])
    assert "Say that you have read all of it" in page
    assert re.search(r'name="quote" value="q\d+" checked', page)


def test_what_came_in_since_it_was_read_is_shown_before_it_is_printed(
    told: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    address = address_of(engine)
    chair = sign_in("chair")
    form = form_of(chair.get(address).text)
    told.send("school", sent("school.excluded", "2025-05-20", event_id="t9", source="urn:send:schools", person=ANNA))
    settle(told)

    answer = chair.post(f"{address}.pdf", **form)

    assert (answer.status_code, pressed) == (409, [])
    assert "Something has come in since you read this" in answer.text
    assert "Your school said that you could not come back." in answer.text


def test_of_a_restricted_child_there_is_no_copy_even_for_whoever_sees_her(
    told: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    address = f"/children/{child_of(engine, 'Mira', 'Hidden')}/family-copy"
    manager = sign_in("manager")

    page = manager.get(address)
    answer = manager.post(f"{address}.pdf", checked="yes", reviewed="x")

    assert (page.status_code, answer.status_code, pressed) == (200, 409, [])
    assert "no copy is made" in page.text
    assert "<form" not in page.text.partition("<main")[2]


def test_of_a_child_who_has_died_there_is_no_copy(
    told: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    told.send("people", sent("people.died", "2025-05-20", event_id="t9", source="urn:send:schools", person=ANNA))
    settle(told)

    page = sign_in("chair").get(address_of(engine)).text
    answer = sign_in("chair").post(f"{address_of(engine)}.pdf", checked="yes", reviewed="x")

    assert "no copy is made" in page
    assert (answer.status_code, pressed) == (409, [])


def test_reading_and_taking_a_copy_are_written_down(
    told: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    take(sign_in("chair"), address_of(engine))

    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT child_id, why FROM audit WHERE actor = 'chair' AND action = 'take-family-copy' ORDER BY id")
        ).all()
    assert {row[0] for row in rows} == {child_of(engine, "Anna", "Kowalska")}
    assert rows[-1][1] == "copy for the family, as PDF"


def test_what_is_told_of_the_panels_actions_is_read_first_and_what_is_agreed_meanwhile_is_shown(
    told: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    address, chair = address_of(engine), sign_in("chair")
    agreed = {"source": "urn:send:schools", "person": ANNA, "owner": "Wren", "due_on": "2025-09-01"}
    told.send("panel", sent("panel.action_agreed", "2025-05-01", event_id="n1", action_id="A1", what="ring", **agreed))
    settle(told)
    before = chair.get(address).text
    assert "The panel agreed 1 thing to do for you. We do not know yet if it is done." in before

    told.send("panel", sent("panel.action_agreed", "2025-05-01", event_id="n2", action_id="A2", what="ask", **agreed))
    settle(told)

    assert chair.post(f"{address}.pdf", **form_of(before)).status_code == 409
    assert pressed == []


def test_a_quote_that_names_a_brother_as_he_was_once_written_cannot_be_put_in(
    told: Pipe, sign_in: SignIn, engine: Engine
) -> None:
    brother = {**ANNA, "local_id": "77", "given_name": "Kazio", "date_of_birth": "2010-01-01", "postcode": None}
    from_schools = {"source": "urn:send:schools"}
    told.send("people", sent("people.registered", "2024-01-02", event_id="k", person=brother, **from_schools))
    told.send(
        "panel",
        sent("panel.voice_recorded", "2025-05-04", event_id="k9", person=ANNA, text="Kazio hits me.", **from_schools),
    )
    settle(told)

    page = sign_in("chair").get(address_of(engine)).text

    assert "Kazio hits me." in page
    assert page.count("It seems to name somebody, so it is left out.") == 2
