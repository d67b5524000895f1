"""Meetings, agendas and decisions through the pages: who may, what is kept, and two people at once."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from tests.integration.families import TODAY, child_of
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn

NEXT = TODAY + timedelta(28)
SEATS = {"chair": "Cass Example", "education": "Ed Example", "health": "Hel Example", "care": "Car Example"}


@pytest.fixture
def anna(engine: Engine, pipe: Pipe) -> str:
    return child_of(engine, "Anna", "Kowalska")


@pytest.fixture
def chair(sign_in: SignIn) -> Person:
    """The chair, who has opened today's meeting and the next."""
    person = sign_in("chair")
    for day in (TODAY, NEXT):
        answer = person.post("/meetings", meeting_on=day.isoformat(), quorum="4", place="Room 1", **SEATS)
        assert answer.headers["location"] == f"/meetings/{day}?done=opened"
    return person


def listed(person: Person, child_id: str, day: date = TODAY, reason: str = "three services, no plan") -> None:
    answer = person.post(f"/children/{child_id}/list", meeting_on=day.isoformat(), reason=reason, presenter="Wren")
    assert answer.status_code == 303, answer.text


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


GIVEN = {
    "others": "Mrs Example, mother",
    "decision": "joint-funding",
    "rationale": "Needs meet in all three sectors.",
    "education": "50",
    "health": "25",
    "care": "25",
    "what": ["Ring the school", ""],
    "owner": ["Ed Example", ""],
    "due_on": ["2025-06-20", ""],
    "review_on": "2025-12-01",
    "basis": "public-task",
    "do": "decide",
}


def test_a_child_is_listed_decided_on_and_the_decision_is_on_the_timeline(
    chair: Person, engine: Engine, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    agenda = chair.get(f"/meetings/{TODAY}").text
    assert "three services, no plan" in agenda
    assert "On its way to the timeline." in agenda

    form = chair.get(f"/meetings/{TODAY}/children/{anna}").text
    answer = chair.post(f"/meetings/{TODAY}/children/{anna}", mark=hidden(form, "mark"), **GIVEN)
    assert answer.headers["location"] == f"/meetings/{TODAY}?done=decided#{anna}", answer.text
    assert "Decided: fund it jointly" in chair.get(f"/meetings/{TODAY}").text

    pipe.settle()
    panel = pipe.ask("SELECT panel FROM child WHERE child_id = :child", child=anna)[0][0]
    assert panel["decisions"][0]["funding"] == {"education": 0.5, "health": 0.25, "care": 0.25}
    assert panel["discussions"][0]["attendees"] == ["Mrs Example, mother"]
    assert panel["actions"][0]["what"] == "Ring the school"
    agenda = chair.get(f"/meetings/{TODAY}").text
    assert "On its way" not in agenda
    assert "1 decided or discussed" in agenda


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


def test_who_decides_second_is_shown_both_and_nothing_is_lost(
    chair: Person, sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str
) -> None:
    member = sign_in("member")
    listed(chair, anna)
    pipe.settle()
    address = f"/meetings/{TODAY}/children/{anna}"
    mine, theirs = chair.get(address).text, member.get(address).text
    assert chair.post(address, mark=hidden(mine, "mark"), **GIVEN).status_code == 303
    before = count(engine, "outbox")

    second = {**GIVEN, "decision": "escalate", "rationale": "It is <b>worse</b> than that.", "health": "", "care": "50"}
    clash = member.post(address, mark=hidden(theirs, "mark"), **second)

    assert clash.status_code == 409
    assert "What chair recorded" in clash.text
    assert "Needs meet in all three sectors." in clash.text
    assert "It is &lt;b&gt;worse&lt;/b&gt; than that." in clash.text
    assert 'value="Ring the school"' in clash.text
    assert count(engine, "outbox") == before

    pipe.settle()
    again = member.post(address, mark=hidden(clash.text, "mark"), corrects=hidden(clash.text, "corrects"), **second)
    assert again.status_code == 303, again.text
    pipe.settle()
    decisions = pipe.ask("SELECT panel -> 'decisions' FROM child WHERE child_id = :child", child=anna)[0][0]
    assert [(found["decision"], [old["decision"] for old in found["former"]]) for found in decisions] == [
        ("escalate", ["joint-funding"])
    ]
