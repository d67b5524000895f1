"""Deciding through the pages: what is kept, two people at once, corrections, and what a decision says later."""

import json
import re

import pytest
from sqlalchemy import Engine, text

from send_integration.store.notices import all_notices
from tests.builders import sent
from tests.integration.families import ANNA, TODAY
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import NEXT, Person, SignIn
from tests.integration.web.meeting_desk import GIVEN, count, decided, hidden, listed


def test_a_child_is_listed_decided_on_and_the_decision_is_on_the_timeline(
    chair: Person, engine: Engine, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    agenda = chair.get(f"/meetings/{TODAY}").text
    assert "three services, no plan" in agenda
    assert "On its way to the timeline." in agenda

    form = chair.get(f"/meetings/{TODAY}/children/{anna}").text
    answer = chair.post(f"/meetings/{TODAY}/children/{anna}", mark=hidden(form, "mark"), **GIVEN)
    assert answer.headers["location"] == f"/meetings/{TODAY}?done=decided", answer.text
    assert "Decided: fund it jointly" in chair.get(f"/meetings/{TODAY}").text

    pipe.settle()
    panel = pipe.ask("SELECT panel FROM child WHERE child_id = :child", child=anna)[0][0]
    assert panel["decisions"][0]["funding"] == {"education": 0.5, "health": 0.25, "care": 0.25}
    assert panel["discussions"][0]["attendees"] == ["Mrs Example, mother"]
    assert panel["actions"][0]["what"] == "Ring the school"
    agenda = chair.get(f"/meetings/{TODAY}").text
    assert "On its way" not in agenda
    assert "1 decided or discussed" in agenda


def test_who_decides_second_is_shown_both_and_nothing_is_lost(
    chair: Person, sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str
) -> None:
    member = sign_in("member")
    listed(chair, anna)
    pipe.settle()
    address = f"/meetings/{TODAY}/children/{anna}"
    mine, theirs = chair.get(address).text, member.get(address).text
    assert chair.post(address, mark=hidden(mine, "mark"), **GIVEN).status_code == 303
    before = count(engine, "outbox WHERE topic <> 'send.audit'")

    second = {**GIVEN, "decision": "escalate", "rationale": "It is <b>worse</b> than that.", "health": "", "care": "50"}
    clash = member.post(address, mark=hidden(theirs, "mark"), **second)

    assert clash.status_code == 409
    assert "What chair recorded" in clash.text
    assert "Needs meet in all three sectors." in clash.text
    assert "It is &lt;b&gt;worse&lt;/b&gt; than that." in clash.text
    assert 'value="Ring the school"' in clash.text
    assert count(engine, "outbox WHERE topic <> 'send.audit'") == before

    pipe.settle()
    again = member.post(address, mark=hidden(clash.text, "mark"), corrects=hidden(clash.text, "corrects"), **second)
    assert again.status_code == 303, again.text
    pipe.settle()
    decisions = pipe.ask("SELECT panel -> 'decisions' FROM child WHERE child_id = :child", child=anna)[0][0]
    assert [(found["decision"], [old["decision"] for old in found["former"]]) for found in decisions] == [
        ("escalate", ["joint-funding"])
    ]


def test_the_page_of_a_decision_that_was_corrected_says_what_it_said_and_not_what_stands(
    chair: Person, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    event_id = decided(chair, anna, pipe)
    address = f"/decisions/{event_id}/correct?child={anna}"
    changed = {"education": "90", "health": "10", "care": "", "review_on": "2026-03-04", "basis": "safeguarding"}
    form = chair.get(address).text
    assert chair.post(address, mark=hidden(form, "mark"), **{**GIVEN, **changed}).status_code == 303
    pipe.settle()

    page = chair.get(f"/decisions/{event_id}").text

    assert "This was corrected." in page
    assert "education 50%, health 25%, care 25%" in page
    assert "1 December 2025" in page
    assert "Our public task" in page
    assert "90%" not in page
    assert "4 March 2026" not in page


def test_the_childs_page_leads_those_who_may_read_meetings_to_what_was_seen(
    chair: Person, sign_in: SignIn, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    event_id = decided(chair, anna, pipe)

    (address,) = re.findall(rf'href="(/decisions/{event_id}[^"]*)"', chair.get(f"/children/{anna}").text)
    assert "What the panel saw" in chair.get(address).text
    worker = sign_in("worker")
    assert worker.post(f"/children/{anna}/break-glass", why="On duty tonight, and the family rang").status_code == 303
    page = worker.get(f"/children/{anna}").text
    assert 'id="panel"' in page
    assert "/decisions/" not in page


def test_a_decision_that_came_from_another_system_is_led_to_and_says_that_nothing_is_kept_of_what_was_seen(
    chair: Person, sign_in: SignIn, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    mine = chair.get(f"/meetings/{TODAY}/children/{anna}").text
    said = {"source": "urn:send:schools", "person": ANNA, "meeting_on": TODAY.isoformat(), "decision": "refer"}
    pipe.send("panel", sent("panel.decided", TODAY.isoformat(), event_id="elsewhere", rationale="Elsewhere.", **said))
    pipe.settle()

    (address,) = re.findall(r'href="(/decisions/elsewhere[^"]*)"', chair.get(f"/meetings/{TODAY}").text)
    page = chair.get(address)
    assert page.status_code == 200
    assert "It is not kept what was seen" in page.text

    clash = chair.post(f"/meetings/{TODAY}/children/{anna}", mark=hidden(mine, "mark"), **GIVEN)
    (address,) = re.findall(r'href="(/decisions/elsewhere[^"]*)"', clash.text)
    assert chair.get(address).status_code == 200


def test_of_several_that_others_recorded_meanwhile_the_last_is_shown(
    chair: Person, sign_in: SignIn, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    pipe.settle()
    address = f"/meetings/{TODAY}/children/{anna}"
    mine = chair.get(address).text
    for actor, rationale in (("member", "The first of theirs."), ("member-health", "The last of theirs.")):
        person = sign_in(actor)
        form = person.get(address)
        while form.url.path != address or "Record the decision" not in form.text:
            form = person.post(address, do="add")
        answer = person.post(address, mark=hidden(form.text, "mark"), **{**GIVEN, "rationale": rationale})
        assert answer.status_code == 303, answer.text

    clash = chair.post(address, mark=hidden(mine, "mark"), **GIVEN)

    assert clash.status_code == 409
    assert "The last of theirs." in clash.text
    assert "The first of theirs." not in clash.text


def test_who_had_the_form_on_a_decision_before_them_is_told_when_an_entry_leaves(
    chair: Person, sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    pipe.settle()
    sign_in("member").get(f"/meetings/{TODAY}/children/{anna}")

    gone = {"source": "urn:send:schools", "person": ANNA, "retracts": "a"}
    pipe.send("school", sent("school.suspended", "2025-03-01", event_id="gone", **gone))
    pipe.settle()

    assert "member" in {notice.recipient for notice in all_notices(engine, 10, restricted=True)}


def test_what_was_dismissed_did_not_matter_when_it_was_decided(
    chair: Person, engine: Engine, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    pipe.settle()
    flag = {"flag_id": "f", "rule": "ehc-final-plan", "subject": "", "level": "high", "status": "missed", "reason": "So.",
            "evidence": [], "stands_since": "2025-06-01", "due_on": None, "kind": "milestone"}  # fmt: skip
    event_id = decided(chair, anna, pipe)
    for what, there in (("dismissed", False), ("acknowledged", True)):
        seen = json.dumps([{**flag, "handled": {"what": what}}])
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE decision_seen SET seen = jsonb_set(seen, '{flags}', cast(:flags AS jsonb))"),
                {"flags": seen},
            )
        page = chair.get(f"/decisions/{event_id}").text
        assert ("Nothing was missed, due soon or at risk." in page) is not there


@pytest.mark.parametrize(
    ("owner", "owner_id"),
    [("Wren Example, nurse", "w1"), ("Wren Example", "w1"), ("Two Namesakes", None), ("Somebody Else", None)],
)
def test_an_action_says_whose_it_is_where_a_worker_of_the_child_takes_it_on(
    chair: Person, engine: Engine, pipe: Pipe, anna: str, owner: str, owner_id: str | None
) -> None:
    listed(chair, anna)
    pipe.settle()
    workers = [
        {"worker_id": worker, "name": name, "role": role, "team": "north", "email": None}
        for worker, name, role in (("w1", "Wren Example", "nurse"), ("w2", "Two Namesakes", "senco"),
                                   ("w3", "Two Namesakes", "nurse"))
    ]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE child SET named_workers = cast(:workers AS jsonb) WHERE child_id = :child"),
            {"workers": json.dumps(workers), "child": anna},
        )
    form = chair.get(f"/meetings/{TODAY}/children/{anna}").text
    assert 'value="Wren Example, nurse"' in form
    chair.post(f"/meetings/{TODAY}/children/{anna}", mark=hidden(form, "mark"), **{**GIVEN, "owner": [owner, ""]})
    pipe.settle()

    (action,) = pipe.ask("SELECT panel -> 'actions' FROM child WHERE child_id = :child", child=anna)[0][0]
    assert (action["owner"], action["owner_id"]) == (owner, owner_id)


def test_a_correction_hides_nothing_that_came_between_it_and_the_meeting(chair: Person, pipe: Pipe, anna: str) -> None:
    listed(chair, anna)
    event_id = decided(chair, anna, pipe)
    came = {"source": "urn:send:schools", "person": ANNA, "event_id": "between"}
    pipe.send("school", sent("school.missing_education", "2025-05-30", **came))
    pipe.settle()
    address = f"/decisions/{event_id}/correct?child={anna}"
    form = chair.get(address).text
    chair.post(address, mark=hidden(form, "mark"), **{**GIVEN, "rationale": "A word was misspelt."})
    listed(chair, anna, NEXT)
    pipe.settle()

    page = chair.get(f"/meetings/{NEXT}").text

    assert "New entry, 30 May 2025" in page
