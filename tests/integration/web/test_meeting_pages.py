"""Meetings, agendas and decisions through the pages: who may, what is kept, and two people at once."""

import json
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from send_integration.store.notices import all_notices
from tests.builders import sent
from tests.integration.families import ANNA, TODAY, child_of
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


def test_the_quorum_is_said_and_two_who_say_otherwise_of_a_seat_are_shown_both(chair: Person, sign_in: SignIn) -> None:
    manager = sign_in("manager")
    page = chair.get(f"/meetings/{TODAY}").text
    assert "No quorum: nobody is marked present for the chair, education, health and social care" in page
    seats = re.findall(r'name="seat" value="([0-9]+)"', page)
    shown = {"seat": seats, "shown": ["open"] * len(seats)}
    for person, word, other in ((chair, "yes", "yes"), (manager, "no", "open")):
        said = {f"said-{seat}": word if seat == seats[0] else other for seat in seats}
        answer = person.post(f"/meetings/{TODAY}/attendance", **shown, **said)

    assert answer.status_code == 409
    assert "Cass Example</bdi>: chair says present; you say apologies" in answer.text
    assert "Quorum: met." in answer.text, (
        "the manager left the other three as they were shown, which is no word of theirs"
    )
    again = manager.post(f"/meetings/{TODAY}/attendance", seat=seats[0], shown="yes", **{f"said-{seats[0]}": "no"})
    assert again.status_code == 303
    assert "No quorum: nobody is marked present for the chair, and 3 of the 4" in chair.get(f"/meetings/{TODAY}").text


def test_a_child_that_was_not_reached_is_carried_over_once(chair: Person, pipe: Pipe, anna: str) -> None:
    listed(chair, anna)
    pipe.settle()
    for _ in range(2):
        answer = chair.post(f"/meetings/{TODAY}/carry", child_id=anna, why="Not reached")
        assert answer.headers["location"] == f"/meetings/{TODAY}?done=carried"
    pipe.settle()

    listings = pipe.ask("SELECT panel -> 'listings' FROM child WHERE child_id = :child", child=anna)[0][0]
    assert [(item["meeting_on"], item["reason"], item["presenter"]) for item in listings] == [
        (TODAY.isoformat(), "three services, no plan", "Wren"),
        (NEXT.isoformat(), f"three services, no plan (carried over from {TODAY}: Not reached)", "Wren"),
    ]
    assert "Carried over to" in chair.get(f"/meetings/{TODAY}").text


def test_a_child_is_moved_and_taken_off(chair: Person, engine: Engine, pipe: Pipe, anna: str) -> None:
    zofia = child_of(engine, "Zofia", "Kowalska")
    listed(chair, anna)
    listed(chair, zofia)
    pipe.settle()

    def order() -> list[str]:
        return re.findall(r'<li class="send-agenda__child" id="(c[0-9a-f]+)"', chair.get(f"/meetings/{TODAY}").text)

    before = order()
    chair.post(f"/meetings/{TODAY}/order", child_id=before[0], go="down")
    assert order() == [before[1], before[0]]
    answer = chair.post(f"/meetings/{TODAY}/take-off", child_id=before[1])
    assert answer.headers["location"] == f"/meetings/{TODAY}?done=taken-off"
    assert order() == [before[0]], "what is on its way to the timeline counts at once"
    pipe.settle()
    assert order() == [before[0]]


def test_a_restricted_child_is_on_nobodys_agenda_who_may_not_know_of_her(
    chair: Person, sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    mira = child_of(engine, "Mira", "Hidden")
    assert chair.get(f"/children/{mira}/list").status_code == 404
    listed(sign_in("manager"), mira)
    pipe.settle()

    assert "Mira" in sign_in("manager").get(f"/meetings/{TODAY}").text
    assert "1 child" in sign_in("manager").get("/meetings").text
    assert "Nobody is listed yet" in chair.get(f"/meetings/{TODAY}").text
    assert "1 child" not in chair.get("/meetings").text
    assert chair.get(f"/meetings/{TODAY}/children/{mira}").status_code == 404
    assert chair.post(f"/meetings/{TODAY}/carry", child_id=mira, why="x").status_code == 404


BAD = ("<script>alert(1)</script>", "'; DROP TABLE meeting; --", "{{ 7 * 7 }}", "\x00", "\u202eright", "x" * 30_000,
       "javascript:alert(1)", "../../etc/passwd", "9990000018")  # fmt: skip


def test_nothing_that_is_typed_runs_breaks_or_gets_further_than_its_field(
    chair: Person, engine: Engine, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    pipe.settle()
    form = chair.get(f"/meetings/{TODAY}/children/{anna}").text
    forms = {
        "/meetings": ("meeting_on", "place", "chair", "education", "quorum"),
        f"/children/{anna}/list": ("meeting_on", "reason", "presenter"),
        f"/meetings/{TODAY}/attendance": ("name", "part", "seat", "shown", "said-1"),
        f"/meetings/{TODAY}/order": ("child_id", "go"),
        f"/meetings/{TODAY}/carry": ("child_id", "why"),
        f"/meetings/{TODAY}/take-off": ("child_id",),
        f"/meetings/{TODAY}/children/{anna}": (
            "mark", "corrects", "attendee", "others", "discussion", "decision", "rationale", "voice_followed", "education",
            "owner", "what", "due_on", "review_on", "basis", "do",
        ),
        f"/children/{anna}/actions/complete": ("action", "decision"),
    }  # fmt: skip
    right = {f"/meetings/{TODAY}/children/{anna}": {**GIVEN, "mark": hidden(form, "mark")}}
    for address, names in forms.items():
        typed = [dict.fromkeys(names, bad) for bad in BAD] + [
            {name: bad} for name in names for bad in BAD if len(bad) < 2
        ]
        for fields in typed:
            answer = chair.post(address, **{**right.get(address, {}), **fields})
            assert answer.status_code in (200, 303, 400, 403, 404, 409), (address, str(fields)[:200])
            assert "<script>alert" not in answer.text
    for bad in BAD[:-1]:
        for address in ("/meetings/{}", "/decisions/{}", "/meetings/{}/children/x", "/decisions/{}/correct"):
            assert chair.get(address.format(bad.replace("\x00", "%00")[:2000])).status_code in (400, 404), (
                address,
                bad,
            )
    assert count(engine, "meeting") >= 2


def test_each_role_reads_runs_lists_and_decides_as_the_policy_grants(
    chair: Person, sign_in: SignIn, pipe: Pipe, anna: str
) -> None:
    """Of a child on today's agenda; a form that is let in is refused for what it does not say, or leads on."""
    listed(chair, anna)
    form = chair.get(f"/meetings/{TODAY}/children/{anna}").text
    pipe.settle()
    chair.post(f"/meetings/{TODAY}/children/{anna}", mark=hidden(form, "mark"), **GIVEN)
    event_id = re.findall(r'href="/decisions/([0-9a-f-]{36})\?', chair.get(f"/meetings/{TODAY}").text)[0]
    pipe.settle()
    panel = {"chair", "member", "member-health", "member-care"}
    reads, runs = panel | {"manager"}, {"chair", "manager"}
    pages = {
        ("GET", "/meetings"): reads,
        ("GET", f"/meetings/{TODAY}"): reads,
        ("GET", f"/decisions/{event_id}"): reads,
        ("GET", f"/children/{anna}/list"): reads,
        ("POST", f"/children/{anna}/list"): reads,
        ("POST", f"/meetings/{TODAY}/take-off"): reads,
        ("POST", "/meetings"): runs,
        ("POST", f"/meetings/{TODAY}/attendance"): runs,
        ("POST", f"/meetings/{TODAY}/order"): runs,
        ("POST", f"/meetings/{TODAY}/carry"): runs,
        ("GET", f"/meetings/{TODAY}/children/{anna}"): panel,
        ("POST", f"/meetings/{TODAY}/children/{anna}"): panel,
        ("GET", f"/decisions/{event_id}/correct"): panel,
        ("POST", f"/decisions/{event_id}/correct"): panel,
        ("POST", f"/children/{anna}/actions/complete"): panel,
    }
    everybody = (*sorted(reads), "worker", "steward", "analyst", "administrator", "agency")
    for actor in everybody:
        person = sign_in(actor)
        for (method, address), granted in pages.items():
            answer = person.get(address) if method == "GET" else person.post(address, child_id=anna)
            allowed = answer.status_code not in (403, 404)
            assert allowed is (actor in granted), (actor, method, address, answer.status_code)
    assert sign_in("chair").get(f"/decisions/{event_id}").text.count("Needs meet in all three sectors.") == 1


@pytest.mark.parametrize(
    "path", ["/meetings", "/children/{}/list", "/meetings/{day}/children/{}", "/meetings/{day}/carry"]
)
def test_a_form_that_is_not_one_of_ours_does_nothing(chair: Person, engine: Engine, anna: str, path: str) -> None:
    before = count(engine, "outbox WHERE topic <> 'send.audit'"), count(engine, "meeting")
    address = path.replace("{day}", TODAY.isoformat()).format(anna)
    assert chair.client.post(address, data={"csrf": "forged", **GIVEN}).status_code == 403
    assert (count(engine, "outbox WHERE topic <> 'send.audit'"), count(engine, "meeting")) == before


def test_a_child_of_whom_somebody_may_not_know_keeps_the_place_when_they_move_others(
    chair: Person, sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str
) -> None:
    manager = sign_in("manager")
    mira, zofia = child_of(engine, "Mira", "Hidden"), child_of(engine, "Zofia", "Kowalska")
    for child in (anna, mira, zofia):
        listed(manager, child)
    pipe.settle()

    def order(person: Person) -> list[str]:
        return re.findall(r'<li class="send-agenda__child" id="(c[0-9a-f]+)"', person.get(f"/meetings/{TODAY}").text)

    for _ in range(2):
        manager.post(f"/meetings/{TODAY}/order", child_id=mira, go="up")
    manager.post(f"/meetings/{TODAY}/order", child_id=mira, go="down")
    before = order(manager)
    assert before[1] == mira

    chair.post(f"/meetings/{TODAY}/order", child_id=before[2], go="up")

    assert order(manager) == [before[2], mira, before[0]]


def carried(engine: Engine) -> int:
    return count(engine, "agenda_place WHERE carried_to IS NOT NULL")


def test_a_child_of_whom_the_panel_has_talked_is_not_carried_over_from_an_older_page(
    chair: Person, engine: Engine, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    form = chair.get(f"/meetings/{TODAY}/children/{anna}").text
    chair.post(f"/meetings/{TODAY}/children/{anna}", mark=hidden(form, "mark"), **GIVEN)

    for _ in range(2):
        answer = chair.post(f"/meetings/{TODAY}/carry", child_id=anna, why="Not reached")
        assert answer.status_code == 400
        assert "The panel has talked about the child at this meeting" in answer.text
        pipe.settle()
    assert carried(engine) == 0
    assert pipe.ask("SELECT count(*) FROM panel_listing WHERE meeting_on = :day", day=NEXT) == [(0,)]


def test_who_was_taken_off_the_next_agenda_a_moment_ago_is_listed_there_when_carried_over(
    chair: Person, pipe: Pipe, anna: str
) -> None:
    for day in (TODAY, NEXT):
        listed(chair, anna, day)
    pipe.settle()
    chair.post(f"/meetings/{NEXT}/take-off", child_id=anna)
    chair.post(f"/meetings/{TODAY}/carry", child_id=anna, why="Not reached")
    pipe.settle()

    listings = pipe.ask("SELECT panel -> 'listings' FROM child WHERE child_id = :child", child=anna)[0][0]
    assert [item["meeting_on"] for item in listings] == [TODAY.isoformat(), NEXT.isoformat()]


def test_nothing_is_done_by_halves_where_nobody_has_opened_the_meeting(
    chair: Person, engine: Engine, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    pipe.settle()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM meeting_seat WHERE meeting_on = :day"), {"day": TODAY})
        connection.execute(text("DELETE FROM meeting WHERE meeting_on = :day"), {"day": TODAY})

    assert chair.post(f"/meetings/{TODAY}/carry", child_id=anna, why="Not reached").status_code == 400
    assert pipe.ask("SELECT count(*) FROM panel_word WHERE meeting_on = :day", day=NEXT) == [(0,)]


def test_taking_a_child_off_the_agenda_to_which_it_was_carried_over_brings_it_back(
    chair: Person, engine: Engine, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    pipe.settle()
    chair.post(f"/meetings/{TODAY}/carry", child_id=anna, why="By mistake")
    pipe.settle()
    assert f'href="/meetings/{TODAY}/children/{anna}"' not in chair.get(f"/meetings/{TODAY}").text

    assert chair.post(f"/meetings/{NEXT}/take-off", child_id=anna).status_code == 303

    assert carried(engine) == 0
    assert f'href="/meetings/{TODAY}/children/{anna}"' in chair.get(f"/meetings/{TODAY}").text


def test_a_past_meeting_says_to_which_one_a_child_is_carried_over(
    chair: Person, engine: Engine, pipe: Pipe, anna: str
) -> None:
    before, between = TODAY - timedelta(14), TODAY - timedelta(7)
    listed(chair, anna)
    pipe.settle()
    with engine.begin() as connection:
        for day in (before, between):
            connection.execute(
                text("INSERT INTO meeting (meeting_on, quorum, opened_by) VALUES (:day, 4, 'chair')"), {"day": day}
            )
        connection.execute(text("UPDATE child SET panel = cast(replace(cast(panel AS text), :today, :day) AS jsonb)"),
                           {"today": TODAY.isoformat(), "day": before.isoformat()})  # fmt: skip
        connection.execute(text("UPDATE panel_listing SET meeting_on = :day"), {"day": before})

    page = " ".join(chair.get(f"/meetings/{before}").text.split())

    assert f"Carry over to {NEXT.day} {NEXT:%B %Y}" in page


def decided(person: Person, child_id: str, pipe: Pipe) -> str:
    """A decision on a child who is listed, on the timeline; gives its event."""
    form = person.get(f"/meetings/{TODAY}/children/{child_id}").text
    person.post(f"/meetings/{TODAY}/children/{child_id}", mark=hidden(form, "mark"), **GIVEN)
    pipe.settle()
    panel = pipe.ask("SELECT panel FROM child WHERE child_id = :child", child=child_id)[0][0]
    found: str = panel["decisions"][-1]["event_id"]
    return found


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


@pytest.mark.parametrize("quorum", ["00051", "0004000000", "51", "0", "-1", "4.0", ""])
def test_a_quorum_that_no_panel_has_is_refused_at_its_field(chair: Person, engine: Engine, quorum: str) -> None:
    before = count(engine, "meeting")
    answer = chair.post("/meetings", meeting_on="2025-08-01", chair="Cass Example", quorum=quorum)
    assert answer.status_code == 400
    assert "The quorum must be a number from 1 to 50" in answer.text
    assert count(engine, "meeting") == before


def test_somebody_who_is_said_to_be_here_twice_sits_once_and_counts_once(chair: Person, engine: Engine) -> None:
    seats = count(engine, "meeting_seat")
    for name in ("Pat Example", "pat  example"):
        chair.post(f"/meetings/{TODAY}/attendance", name=name, part="health")
    chair.post(f"/meetings/{TODAY}/attendance", name=SEATS["chair"], part="chair")

    assert count(engine, "meeting_seat") == seats + 1
    assert count(engine, "meeting_seat WHERE present") == 2


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


def test_a_named_worker_takes_their_own_child_off_again_and_sees_nothing_of_the_meeting(
    chair: Person, sign_in: SignIn, engine: Engine, pipe: Pipe, anna: str
) -> None:
    worker, mira = sign_in("worker"), child_of(engine, "Mira", "Hidden")
    listed(worker, mira)
    assert "on its way to the timeline" in worker.get(f"/children/{mira}/list").text
    early = worker.post(f"/meetings/{TODAY}/take-off", child_id=mira)
    assert early.status_code == 400
    assert "It does not stand on the timeline" in early.text
    assert SEATS["chair"] not in early.text, "the meeting itself is not theirs to see"
    pipe.settle()
    assert f'action="/meetings/{TODAY}/take-off"' in worker.get(f"/children/{mira}/list").text

    answer = worker.post(f"/meetings/{TODAY}/take-off", child_id=mira)

    assert answer.headers["location"] == f"/children/{mira}/list?done=taken-off"
    page = worker.get(f"/children/{mira}/list?done=taken-off").text
    assert "The child is taken off the agenda." in page
    assert "Already on an agenda" not in page
    pipe.settle()
    assert pipe.ask("SELECT count(*) FROM panel_listing") == [(0,)]
    listed(chair, anna)
    pipe.settle()
    assert worker.post(f"/meetings/{TODAY}/take-off", child_id=anna).status_code == 403


def test_a_child_of_whom_the_panel_has_talked_is_not_taken_off_from_an_older_page(
    chair: Person, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    pipe.settle()
    decided(chair, anna, pipe)

    assert chair.post(f"/meetings/{TODAY}/take-off", child_id=anna).status_code == 400
    assert "Decided: fund it jointly" in chair.get(f"/meetings/{TODAY}").text


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
