"""Whoever works with a child writes down what the child says: it is on the child's page, and can be taken back."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from send_integration.store.panel import panel_of
from tests.builders import sent
from tests.integration.families import ANNA, TODAY, audited, child_of
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn
from tests.integration.web.meeting_desk import decided, listed

SAID = {"of": "child", "text": "I like the small room.\nNot the hall.", "how": "by drawing", "said_on": "2025-06-02"}


def write_down(person: Person, child_id: str, **other: str) -> tuple[int, str]:
    answer = person.post(f"/children/{child_id}/voice", **{**SAID, **other})
    return answer.status_code, answer.headers.get("location", answer.text)


def events(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT event_id FROM admitted WHERE feed = 'panel' ORDER BY recorded_at")))


def test_what_a_child_says_is_written_down_and_first_on_the_page(
    sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str
) -> None:
    member = sign_in("member")
    page = member.get(f"/children/{anna}").text
    assert f'href="/children/{anna}/voice"' in page

    status, where = write_down(member, anna)
    assert (status, where) == (303, f"/children/{anna}/voice?done=recorded")
    assert "On its way to the timeline" in member.get(where).text
    pipe.settle()

    page = member.get(f"/children/{anna}").text
    assert page.index("I like the small room.") < page.index('id="panel"')
    assert "by drawing" in page
    assert ("member", "record-voice", anna, True) in audited(engine)


def test_what_was_written_down_of_a_wrong_child_is_taken_back(
    sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str
) -> None:
    member = sign_in("member")
    write_down(member, anna)
    pipe.settle()
    (event_id,) = events(engine)

    address = f"/children/{anna}/voice/take-back"
    assert member.post(address, event_id=event_id).headers["location"] == f"/children/{anna}/voice?done=taken-back"
    assert "small room" not in member.get(f"/children/{anna}/voice").text
    again = member.post(address, event_id=event_id)
    pipe.settle()

    assert again.status_code == 400
    assert "taken back already" in again.text
    assert "small room" not in member.get(f"/children/{anna}").text
    assert member.post(address, event_id=event_id).status_code == 400
    assert member.post(address, event_id="nothing like it").status_code == 400


def test_a_form_that_is_sent_twice_says_it_once(sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str) -> None:
    member = sign_in("member")
    assert [write_down(member, anna)[0] for _ in range(2)] == [303, 303]
    pipe.settle()
    assert len(events(engine)) == 1


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("of", "", "Choose who said it"),
        ("of", "teacher", "Choose who said it"),
        ("text", " \n ", "Write down what they said"),
        ("text", "x" * 20_001, "must be 20,000 characters or fewer"),
        ("text", "my number is 999 000 0018", "holds an NHS number"),
        ("how", "", "Say how or where"),
        ("how", "9990000018", "holds an NHS number"),
        ("said_on", "", "Give the day"),
        ("said_on", "yesterday", "must be a day"),
        ("said_on", (TODAY + timedelta(1)).isoformat(), "not after today"),
        ("said_on", "2009-01-01", "after the child was born"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_field_and_what_was_typed_is_still_there(
    sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str, field: str, typed: str, words: str
) -> None:
    status, page = write_down(sign_in("member"), anna, **{field: typed})
    pipe.settle()

    assert status == 400
    assert re.search(rf'href="#({field}|{field}-child)">[^<]*{words}', page), page
    assert all(value.split("\n")[0] in page for name, value in SAID.items() if name != field)
    assert events(engine) == []


def test_a_worker_writes_down_of_their_own_child_alone(sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str) -> None:
    worker, mira = sign_in("worker"), child_of(engine, "Mira", "Hidden")
    assert write_down(worker, anna)[0] == 403
    assert write_down(worker, mira, text="I want to stay.", said_on="2025-05-30")[0] == 303
    pipe.settle()
    assert "I want to stay." in worker.get(f"/children/{mira}").text
    assert write_down(sign_in("chair"), mira)[0] == 404, "restricted"
    assert len(events(engine)) == 1


def test_whoever_had_a_voice_before_them_on_the_form_is_told_when_it_was_anothers(
    sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str
) -> None:
    write_down(sign_in("chair"), anna)
    pipe.settle()
    (event_id,) = events(engine)
    member = sign_in("member")
    assert "I like the small room." in member.get(f"/children/{anna}/voice").text

    sign_in("chair").post(f"/children/{anna}/voice/take-back", event_id=event_id)
    pipe.settle()

    assert "What you were shown that no longer stands" in member.get("/alerts").text


def test_what_another_system_says_is_taken_back_there_alone(
    sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str
) -> None:
    pipe.send("panel", sent("panel.voice_recorded", "2025-05-02", event_id="v", source="urn:send:schools", person=ANNA))
    pipe.settle()
    member = sign_in("member")

    page = member.get(f"/children/{anna}/voice").text
    answer = member.post(f"/children/{anna}/voice/take-back", event_id="v")

    assert "It came from another system" in page
    assert "Take it back" not in page
    assert answer.status_code == 400
    assert "not written down on these pages" in answer.text
    assert events(engine) == ["v"]


def test_what_a_decision_had_before_it_still_holds_a_voice_that_was_taken_back(
    chair: Person, engine: Engine, pipe: Pipe, anna: str
) -> None:
    write_down(chair, anna)
    listed(chair, anna)
    pipe.settle()
    panel = panel_of(engine, anna)
    assert panel is not None
    (voice,) = [one["event_id"] for one in panel["voices"]]
    decision = decided(chair, anna, pipe, voice_followed="yes")

    chair.post(f"/children/{anna}/voice/take-back", event_id=voice)
    pipe.settle()

    assert "I like the small room." not in chair.get(f"/children/{anna}").text
    assert "I like the small room." in chair.get(f"/decisions/{decision}").text
