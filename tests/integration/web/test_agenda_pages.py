"""Agendas through the pages: listing a child, moving, carrying over and taking off, and whom nobody may know of."""

import re
from datetime import timedelta

from sqlalchemy import Engine, text

from tests.builders import sent
from tests.integration.families import ANNA, TODAY, child_of
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import NEXT, SEATS, Person, SignIn
from tests.integration.web.meeting_desk import GIVEN, carried, decided, hidden, listed


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


def test_every_page_says_the_school_year_in_which_the_school_has_the_child(
    chair: Person, pipe: Pipe, anna: str
) -> None:
    pages = (f"/meetings/{TODAY}", f"/meetings/{TODAY}/children/{anna}", f"/children/{anna}")
    listed(chair, anna)
    pipe.settle()
    assert [set(re.findall(r"Year \d+", chair.get(page).text)) for page in pages] == [{"Year 6"}] * 3
    assert "Year 5" not in chair.get("/children").text

    enrolled = sent(
        "school.enrolled",
        "2024-09-02",
        event_id="y",
        source="urn:send:schools",
        person=ANNA,
        year_group=5,
        urn="109123",
    )
    pipe.send("school", enrolled)
    pipe.settle()

    assert [set(re.findall(r"Year \d+", chair.get(page).text)) for page in pages[:2]] == [{"Year 5"}] * 2
    assert all("Year 5" in chair.get(page).text for page in (pages[2], "/children"))
