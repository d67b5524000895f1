"""Breaking the glass: one child, one person, one hour, one reason; and a manager who reads it."""

import json
from datetime import timedelta

from sqlalchemy import Engine, text

from send_integration import clock
from send_integration.steps.glass import Told, break_glass
from send_integration.store.sessions import Session
from tests.builders import sent
from tests.integration.families import ANNA, audited, child_of, settle
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import SignIn

WHY = "She is at the front desk, and says nobody may call home"


def test_a_worker_sees_one_child_who_is_not_theirs_for_an_hour_and_a_manager_is_told(
    engine: Engine, sign_in: SignIn
) -> None:
    anna, olena = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Olena", "Shevchenko")
    worker, manager = sign_in("worker"), sign_in("manager")
    refused = worker.get(f"/children/{anna}")
    assert refused.status_code == 403
    assert f'href="/children/{anna}/break-glass"' in refused.text
    assert worker.get(f"/children/{anna}/break-glass").status_code == 200

    broken = worker.post(f"/children/{anna}/break-glass", why=WHY)

    assert broken.headers["location"] == f"/children/{anna}"
    page = worker.get(f"/children/{anna}")
    assert page.status_code == 200
    assert "You broke the glass." in page.text
    assert "Wren Example broke the glass" in manager.get(f"/children/{anna}").text
    assert worker.get(f"/children/{olena}").status_code == 403, "that child alone"
    assert sign_in("agency").get(f"/children/{anna}").status_code == 403, "that person alone"
    told = manager.get("/alerts").text
    assert "Somebody broke the glass" in told
    assert WHY in told
    assert ("worker", "break-glass", anna, True) in audited(engine)
    with engine.connect() as connection:
        whys = connection.execute(
            text("SELECT why FROM audit WHERE action = 'view-child' AND allowed AND actor = 'worker'")
        )
        assert {row[0] for row in whys} == {"broke the glass"}

    with engine.begin() as connection:
        connection.execute(text("UPDATE broken_glass SET broken_at = broken_at - interval '61 min', until = now()"))
    assert worker.get(f"/children/{anna}").status_code == 403
    assert "broke the glass" not in manager.get(f"/children/{anna}").text


def test_whoever_broke_it_can_end_it(engine: Engine, sign_in: SignIn) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    worker = sign_in("worker")
    worker.post(f"/children/{anna}/break-glass", why=WHY)

    worker.post(f"/children/{anna}/end-glass")

    assert worker.get(f"/children/{anna}").status_code == 403
    assert ("worker", "end-glass", anna, True) in audited(engine)


def test_a_restricted_child_stays_hidden_and_whoever_tried_is_written_down(engine: Engine, sign_in: SignIn) -> None:
    mira, nobody = child_of(engine, "Mira", "Hidden"), "c" + "0" * 15
    for actor in ("member", "chair"):
        person = sign_in(actor)
        form, no_form = (person.get(f"/children/{child}/break-glass") for child in (mira, nobody))
        assert form.text.replace(mira, nobody) == no_form.text

        answers = [person.post(f"/children/{child}/break-glass", why=WHY) for child in (mira, nobody)]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text == answers[1].text
        assert (actor, "break-glass", mira, False) in audited(engine)
        assert person.get(f"/children/{mira}").status_code == 404
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM broken_glass")).scalar_one() == 0


def test_a_child_who_is_restricted_meanwhile_is_hidden_at_once(engine: Engine, sign_in: SignIn) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    worker = sign_in("worker")
    worker.post(f"/children/{anna}/break-glass", why=WHY)
    with engine.begin() as connection:
        connection.execute(text("UPDATE child SET restricted = true WHERE child_id = :child"), {"child": anna})

    assert worker.get(f"/children/{anna}").status_code == 403


def test_a_reason_is_needed_and_names_no_number(engine: Engine, sign_in: SignIn) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    worker = sign_in("worker")

    for why in ("", "   ", "9990000018 is here", "x" * 201):
        assert worker.post(f"/children/{anna}/break-glass", why=why).status_code == 400
    assert worker.get(f"/children/{anna}").status_code == 403


def test_the_childs_own_managers_are_told_where_the_directory_names_them(
    engine: Engine, sign_in: SignIn, pipe: Pipe
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    with engine.begin() as connection:
        for worker, email, manager in (("w5", None, "chair"), ("chair", "cass@example.org", None)):
            connection.execute(
                text(
                    "INSERT INTO worker (worker_id, name, role, team, email, manager_id, as_recorded_at)"
                    " VALUES (:worker, :worker, 'x', 'north', :email, :manager, now())"
                ),
                {"worker": worker, "email": email, "manager": manager},
            )
        connection.execute(
            text("UPDATE child SET named_workers = '[{\"worker_id\": \"w5\", \"name\": \"W\", \"role\": \"senco\","
                 " \"team\": \"north\", \"sector\": \"education\", \"last_heard_on\": \"2025-01-01\"}]' WHERE child_id = :child"),
            {"child": anna},
        )  # fmt: skip

    sign_in("member-health").post(f"/children/{anna}/break-glass", why=WHY)

    assert WHY in sign_in("chair").get("/alerts").text
    assert WHY not in sign_in("manager").get("/alerts").text
    with engine.connect() as connection:
        sent = connection.execute(
            text("SELECT address, content ->> 'text' FROM delivery WHERE message_id LIKE 'glass-%'")
        )
        rows = [tuple(row) for row in sent]
    assert [row[0] for row in rows] == ["cass@example.org"]
    assert anna not in rows[0][1]
    assert WHY not in rows[0][1]


def test_whoever_was_told_says_so_once_and_nobody_else_can(engine: Engine, sign_in: SignIn) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    sign_in("worker").post(f"/children/{anna}/break-glass", why=WHY)
    with engine.connect() as connection:
        number = connection.execute(text("SELECT id FROM broken_glass")).scalar_one()
    manager = sign_in("manager")

    assert sign_in("worker").post(f"/alerts/glass/{number}/read").status_code == 404
    assert manager.post(f"/alerts/glass/{number + 1}/read").status_code == 404
    assert manager.post("/alerts/glass/1x/read").status_code == 404
    assert WHY in manager.get("/alerts").text
    assert manager.post(f"/alerts/glass/{number}/read").status_code == 303
    assert WHY not in manager.get("/alerts").text


def test_the_basis_of_sharing_is_recorded_with_what_agencies_say_of_consent(
    engine: Engine, sign_in: SignIn, pipe: Pipe
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    chair, address = sign_in("chair"), f"/children/{child_of(engine, 'Anna', 'Kowalska')}/basis"
    told = {"person": ANNA, "source": "urn:send:schools", "event_id": "consent"}
    pipe.send(
        "people",
        sent("people.consent_recorded", "2025-05-01T23:30:00+00:00", about="sharing with health", given=False, **told),
    )
    settle(pipe)
    assert "not recorded" in chair.get(f"/children/{anna}").text
    assert chair.post(address, why="they said so", basis="because").status_code == 400
    assert chair.post(address, basis="consent").status_code == 400

    for basis in ("consent", "safeguarding"):
        assert chair.post(address, basis=basis, why=f"a letter on {basis}").status_code == 303

    page = chair.get(address).text
    assert "2 May 2025, schools: consent" in page, "the day in London"
    assert "schools: consent to sharing with health was <strong>refused or taken back</strong>" in page
    assert page.index("a letter on safeguarding") < page.index("a letter on consent")
    assert "<strong>safeguarding</strong>" in chair.get(f"/children/{anna}").text
    assert sign_in("member").get(address).status_code == 403, "not on an agenda"


def test_a_manager_who_is_about_to_leave_is_told_and_the_duty_manager_for_one_who_has_no_address(
    engine: Engine, pipe: Pipe
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    today = clock.now().date()
    workers = [{"worker_id": f"w{number}", "name": "W", "role": "senco", "team": "north"} for number in range(3)]
    with engine.begin() as connection:
        for number, (email, leaves) in enumerate((("m0@example.org", 7), (None, None), ("m2@example.org", -1))):
            for worker, manager, left in ((f"m{number}", None, leaves), (f"w{number}", f"m{number}", None)):
                connection.execute(
                    text(
                        "INSERT INTO worker (worker_id, name, role, team, email, manager_id, left_on, as_recorded_at)"
                        " VALUES (:worker, :worker, 'x', 'north', :email, :manager, :left, now())"
                    ),
                    {"worker": worker, "email": None if manager else email, "manager": manager,
                     "left": today + timedelta(left) if left else None},
                )  # fmt: skip
        connection.execute(
            text("UPDATE child SET named_workers = cast(:workers AS jsonb) WHERE child_id = :child"),
            {"workers": json.dumps(workers), "child": anna},
        )

    told = Told({"duty-manager": "duty@example.org"}, "last@example.org")
    who = Session("member", "panel-member", "")
    break_glass(engine, anna, who, WHY, lasts=timedelta(minutes=60), told=told, now=clock.now())

    with engine.connect() as connection:
        recipients = connection.execute(text("SELECT recipient FROM glass_told ORDER BY 1")).scalars().all()
        sent = connection.execute(
            text("SELECT address FROM delivery WHERE message_id LIKE 'glass-%' ORDER BY 1")
        ).scalars().all()  # fmt: skip
    assert recipients == ["m0", "m1"]
    assert sent == ["duty@example.org", "m0@example.org"]
