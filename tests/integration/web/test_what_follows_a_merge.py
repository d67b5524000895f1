"""What is kept by a child's id and not by events goes on with the child through a merge, and back when it is undone."""

import re
from datetime import timedelta

from sqlalchemy import Engine

from send_integration.steps import deciding
from send_integration.store.children import find_child
from tests.integration.families import TODAY, child_of
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn
from tests.integration.web.test_former_children import STEWARD, merged

NEXT = TODAY + timedelta(28)


def twins(engine: Engine) -> tuple[str, str]:
    return child_of(engine, "Anna", "Kowalska"), child_of(engine, "Zofia", "Kowalska")


def merge(engine: Engine, pipe: Pipe) -> tuple[str, str]:
    """Merge the twins; gives the decision and the child who stands."""
    anna, zofia = twins(engine)
    decision = deciding.merge_children(engine, anna, zofia, STEWARD)
    pipe.settle()
    stands = find_child(engine, anna, restricted=True)
    assert stands is not None
    return decision, stands


def undo(engine: Engine, pipe: Pipe, decision: str) -> None:
    deciding.withdraw(engine, decision, STEWARD)
    pipe.settle()


def test_who_broke_the_glass_for_either_child_sees_the_one_they_are_until_they_are_two_again(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    worker, sees = sign_in("worker"), 200
    anna, zofia = twins(engine)
    for broken_for in (anna, zofia):
        worker.post(f"/children/{broken_for}/break-glass", why="She is at the front desk")
        decision, stands = merge(engine, pipe)
        assert worker.get(f"/children/{stands}").status_code == sees
        assert "Wren Example broke the glass" in sign_in("manager").get(f"/children/{stands}").text

        undo(engine, pipe, decision)
        assert [worker.get(f"/children/{child}").status_code == sees for child in (anna, zofia)] == [
            child == broken_for for child in (anna, zofia)
        ]
        worker.post(f"/children/{broken_for}/end-glass")


def test_whoever_broke_the_glass_for_a_child_who_is_part_of_another_now_can_end_it(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    worker = sign_in("worker")
    for child in twins(engine):
        worker.post(f"/children/{child}/break-glass", why="She is at the front desk")
    _, stands = merge(engine, pipe)

    worker.post(f"/children/{stands}/end-glass")

    assert worker.get(f"/children/{stands}").status_code == 403


def test_the_basis_of_sharing_goes_on_with_the_child_and_the_last_word_stands(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    chair = sign_in("chair")
    anna, zofia = twins(engine)
    for child, basis in ((zofia, "consent"), (anna, "safeguarding")):
        chair.post(f"/children/{child}/basis", basis=basis, why=f"a letter on {basis}")
    decision, stands = merge(engine, pipe)

    page = chair.get(f"/children/{stands}/basis").text
    assert page.index("a letter on safeguarding") < page.index("a letter on consent")
    assert "<strong>safeguarding</strong>" in chair.get(f"/children/{stands}").text

    undo(engine, pipe, decision)
    assert "a letter on safeguarding" not in chair.get(f"/children/{zofia}/basis").text
    assert "a letter on consent" in chair.get(f"/children/{zofia}/basis").text


def agenda(person: Person) -> list[str]:
    return re.findall(r'<li class="send-agenda__child" id="(c[0-9a-f]+)"', person.get(f"/meetings/{TODAY}").text)


def with_an_agenda(engine: Engine, pipe: Pipe, sign_in: SignIn) -> Person:
    """The chair, with a meeting about the twins and a third child."""
    chair = sign_in("chair")
    for day in (TODAY, NEXT):
        chair.post("/meetings", meeting_on=day.isoformat(), quorum="4", chair="Cass Example")
    for child in (*twins(engine), child_of(engine, "Olena", "Shevchenko")):
        chair.post(f"/children/{child}/list", meeting_on=TODAY.isoformat(), reason="three services, no plan")
    pipe.settle()
    return chair


def test_a_childs_place_on_an_agenda_goes_on_with_the_child(engine: Engine, pipe: Pipe, sign_in: SignIn) -> None:
    chair, olena = with_an_agenda(engine, pipe, sign_in), child_of(engine, "Olena", "Shevchenko")
    anna, zofia = twins(engine)
    decision, stands = merge(engine, pipe)
    ended = zofia if stands == anna else anna
    undo(engine, pipe, decision)
    while agenda(chair)[0] != ended:
        chair.post(f"/meetings/{TODAY}/order", child_id=ended, go="up")
    while agenda(chair)[-1] != stands:
        chair.post(f"/meetings/{TODAY}/order", child_id=stands, go="down")
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM agenda_place WHERE child_id = %s", (stands,))

    assert merge(engine, pipe)[1] == stands

    assert agenda(chair) == [stands, olena]


def test_a_child_who_was_carried_over_is_so_by_every_id(engine: Engine, pipe: Pipe, sign_in: SignIn) -> None:
    chair = with_an_agenda(engine, pipe, sign_in)
    for child in twins(engine):
        chair.post(f"/meetings/{TODAY}/carry", child_id=child, why="Not reached")
    pipe.settle()
    _, stands = merge(engine, pipe)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM agenda_place WHERE child_id = %s", (stands,))

    assert "Carried over to" in chair.get(f"/meetings/{TODAY}").text


def test_that_entries_turned_out_to_be_another_childs_is_told_without_what_they_say(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    """The panel decided on two who were one: on the next agenda, and on the decision, stands that an entry is there no more."""
    chair = sign_in("chair")
    for day in (TODAY, NEXT):
        chair.post("/meetings", meeting_on=day.isoformat(), quorum="4", chair="Cass Example")
    decision, stands = merge(engine, pipe)
    address = f"/meetings/{TODAY}/children/{stands}"
    for day in (TODAY, NEXT):
        chair.post(f"/children/{stands}/list", meeting_on=day.isoformat(), reason="three services, no plan")
    pipe.settle()
    mark = re.search(r'name="mark" value="([^"]+)"', chair.get(address).text)
    assert mark is not None
    given = {"others": "Mrs Example, mother", "decision": "refer", "rationale": "So.", "basis": "public-task"}
    assert chair.post(address, mark=mark[1], do="decide", **given).status_code == 303
    pipe.settle()
    undo(engine, pipe, decision)

    (whose, event_id), *_ = pipe.ask("SELECT e.child_id, d.event_id FROM decision_seen d JOIN event e USING (event_id)")
    assert "1 entry that is gone" in chair.get(f"/decisions/{event_id}?child={whose}").text
    for page in (chair.get(f"/decisions/{event_id}?child={whose}").text, chair.get(f"/meetings/{NEXT}").text):
        assert "an entry that is not this child&#39;s" in page or "an entry that is not this child's" in page
    titles = {"a": "Suspended", "b": "CAMHS: referred"}
    own = {row[0] for row in pipe.ask("SELECT event_id FROM event WHERE child_id = :child", child=whose)}
    (lost,) = {"a", "b"} - own
    assert titles[lost] not in chair.get(f"/decisions/{event_id}?child={whose}").text


def test_who_was_told_of_broken_glass_is_not_shown_the_child_who_became_part_of_a_restricted_one(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    sign_in("member").post(f"/children/{child_of(engine, 'Mira', 'Before')}/break-glass", why="She is at the door")
    ended, stands = merged(engine, pipe, child_of(engine, "Mira", "Hidden"), child_of(engine, "Mira", "Before"))
    for kept_under in (ended, stands):
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE glass_told SET recipient = 'chair'")
            connection.exec_driver_sql("UPDATE broken_glass SET child_id = %s", (kept_under,))
        assert "She is at the door" not in sign_in("chair").get("/alerts").text, kept_under

        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE glass_told SET recipient = 'team:duty-manager'")
        shown = sign_in("manager").get("/alerts").text
        assert "She is at the door" in shown
        assert f'href="/children/{stands}"' in shown
