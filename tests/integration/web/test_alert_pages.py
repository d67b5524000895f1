"""An alert's page and what is done on it: by its recipient alone, by forms of ours, and by no link."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from tests.integration.alerts.desk import Desk
from tests.integration.alerts.test_turns import with_an_event
from tests.integration.families import TODAY
from tests.integration.web.conftest import Person, SignIn

ACTS = ("acknowledge", "dismiss", "put-off", "hand-over")
TOMORROW = (TODAY + timedelta(1)).isoformat()


@pytest.fixture
def desk(engine: Engine, sign_in: SignIn) -> Desk:
    """Beside the pipe's children one for whom 'worker' has an alert, and a colleague."""
    made = Desk(engine)
    made.today = TODAY
    made.child("c00000000000000a", "worker")
    made.worker("worker", name="Wren Example", manager_id="manager")
    made.worker("manager", name="Max Example", team="managers")
    with_an_event(made)
    made.do("UPDATE event SET child_id = 'c00000000000000a' WHERE event_id = 'e1'")
    made.flag("f1", "c00000000000000a", due_on=None, stands_since=TODAY)
    return made


def page_of(desk: Desk, recipient: str = "worker") -> str:
    return f"/alerts/{desk.alert_id('f1', recipient)}"


def changes(desk: Desk) -> list[object]:
    """All that an act could change."""
    return [
        desk.ask("SELECT * FROM alert ORDER BY alert_id"),
        desk.ask("SELECT count(*) FROM outbox WHERE topic <> 'send.audit'"),
        desk.ask("SELECT * FROM alert_hand_over"),
    ]


def test_the_page_shows_the_alert_to_its_recipient_and_changes_nothing(sign_in: SignIn, desk: Desk) -> None:
    before = changes(desk)
    worker = sign_in("worker")

    for _ in range(2):
        answer = worker.get(page_of(desk))
        assert answer.status_code == 200
        assert "I will act on it" in answer.text
    for act in ACTS:
        assert worker.get(f"{page_of(desk)}/{act}").status_code == 405
    assert changes(desk) == before


@pytest.mark.parametrize(
    ("actor", "status"),
    [
        ("chair", 404),
        ("member", 404),
        ("manager", 404),
        ("steward", 403),
        ("analyst", 403),
        ("administrator", 403),
        ("agency", 403),
    ],
)
def test_an_alert_is_not_there_for_anybody_else(sign_in: SignIn, desk: Desk, actor: str, status: int) -> None:
    before = changes(desk)
    person = sign_in(actor)

    assert person.get(page_of(desk)).status_code == status
    if person.get("/alerts").status_code == 200:
        assert page_of(desk) not in person.get("/alerts").text
        for act in ACTS:
            answer = person.post(f"{page_of(desk)}/{act}", why="because", until=TOMORROW, to="manager")
            assert answer.status_code == status
    assert changes(desk) == before
    assert (actor, False) in {(row[0], row[1]) for row in desk.ask("SELECT actor, allowed FROM audit")}


def test_a_link_in_a_letter_leads_whoever_is_not_signed_in_to_sign_in(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in("worker").client
    client.cookies.clear()

    answer = client.get(page_of(desk), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    for act in ACTS:
        assert client.post(f"{page_of(desk)}/{act}", data={"csrf": "x"}, follow_redirects=False).status_code == 303


def test_a_form_that_is_not_ours_is_refused(sign_in: SignIn, desk: Desk) -> None:
    before = changes(desk)
    client = sign_in("worker").client

    for act in (*(f"{page_of(desk)}/{act}" for act in ACTS), "/alerts/away", "/alerts/back"):
        assert client.post(act, data={"csrf": "x", "why": "because"}, follow_redirects=False).status_code == 403
    assert changes(desk) == before


def test_who_acts_on_an_alert_says_so_once(sign_in: SignIn, desk: Desk) -> None:
    worker = sign_in("worker")

    answer = worker.post(f"{page_of(desk)}/acknowledge")
    assert (answer.status_code, answer.headers["location"]) == (303, "/me?done=acknowledged")
    assert "You act on it." in worker.get("/me?done=acknowledged").text
    assert "Acted on</strong> by Wren Example" in worker.get("/alerts").text
    assert "I will act on it" not in worker.get(page_of(desk)).text
    assert ("worker", "answer-alert") in {(row[0], row[1]) for row in desk.ask("SELECT actor, action FROM audit")}


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("dismiss", {"why": " "}, "Give the reason"),
        ("dismiss", {"why": "999 000 0018 is at another school"}, "holds an NHS number"),
        ("put-off", {"until": ""}, "Give the day"),
        ("put-off", {"until": "2025-13-40"}, "Give the day"),
        ("put-off", {"until": TODAY.isoformat()}, "Give a day after today"),
        ("put-off", {"until": (TODAY + timedelta(15)).isoformat()}, "within the next 14 days"),
        ("hand-over", {"to": ""}, "Choose the colleague"),
        ("hand-over", {"to": "nobody"}, "Choose the colleague"),
        ("hand-over", {"to": "worker"}, "Choose the colleague"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_done(
    sign_in: SignIn, desk: Desk, act: str, fields: dict[str, str], words: str
) -> None:
    before = changes(desk)

    answer = sign_in("worker").post(f"{page_of(desk)}/{act}", **fields)

    assert answer.status_code == 400
    assert words in answer.text
    assert "There is a problem" in answer.text
    assert changes(desk) == before


def test_dismissing_putting_off_and_handing_over_do_what_they_say(sign_in: SignIn, desk: Desk) -> None:
    worker = sign_in("worker")
    assert worker.post(f"{page_of(desk)}/put-off", until=TOMORROW).status_code == 303
    assert desk.ask("SELECT snoozed_until FROM alert") == [(date.fromisoformat(TOMORROW),)]

    assert worker.post(f"{page_of(desk)}/hand-over", to="manager").status_code == 303
    assert "Given to Max Example" in worker.get("/alerts").text
    desk.notify(desk.flag("f1", "c00000000000000a", due_on=None, stands_since=TODAY))
    assert desk.open() == {("f1", "manager")}
    assert "No longer yours" in worker.get(page_of(desk)).text

    manager = sign_in("manager")
    assert "A colleague gave it to you." in manager.get("/alerts").text
    assert manager.post(f"{page_of(desk, 'manager')}/dismiss", why="known to the school").status_code == 303
    assert page_of(desk, "manager") not in manager.get("/alerts").text


def test_an_alert_whose_cause_is_gone_says_so_and_nothing_of_the_child(sign_in: SignIn, desk: Desk) -> None:
    worker = sign_in("worker")
    desk.sent()
    desk.clear(desk.flag("f1", "c00000000000000a", due_on=None, stands_since=TODAY))

    page = worker.get(page_of(desk)).text
    assert "its cause is gone" in page
    assert "c00000000000000a" not in page
    assert "Closed: nothing need be done" in worker.get("/alerts").text
    assert worker.post(f"{page_of(desk)}/acknowledge").status_code == 400


def test_of_a_restricted_child_an_alert_is_given_to_its_named_workers_alone(sign_in: SignIn, desk: Desk) -> None:
    desk.child("c00000000000000a", "worker", restricted=True)
    worker: Person = sign_in("worker")

    assert worker.post(f"{page_of(desk)}/hand-over", to="manager").status_code == 400
    desk.child("c00000000000000a", "worker", "manager", restricted=True)
    assert worker.post(f"{page_of(desk)}/hand-over", to="manager").status_code == 303


def test_a_worker_says_that_they_are_away_and_takes_it_back(sign_in: SignIn, desk: Desk) -> None:
    worker = sign_in("worker")
    wrong = [
        ({"from_on": "", "to_on": ""}, "Give the first day"),
        ({"from_on": TOMORROW, "to_on": TODAY.isoformat()}, "must not be before the first"),
        ({"from_on": TODAY.isoformat(), "to_on": "2199-01-01"}, "a year at most"),
        ({"from_on": TODAY.isoformat(), "to_on": TOMORROW, "covered_by": "nobody"}, "Choose somebody"),
        ({"from_on": TODAY.isoformat(), "to_on": TOMORROW, "covered_by": "worker"}, "Name somebody else"),
    ]
    for fields, words in wrong:
        answer = worker.post("/alerts/away", **fields)
        assert answer.status_code == 400
        assert words in answer.text
    assert worker.post("/alerts/back").status_code == 400
    assert desk.ask("SELECT count(*) FROM outbox WHERE topic = 'send.raw.workers'") == [(0,)]

    days = {"from_on": TODAY.isoformat(), "to_on": TOMORROW, "covered_by": "manager"}
    assert worker.post("/alerts/away", **days).status_code == 303
    assert desk.ask("SELECT count(*) FROM outbox WHERE topic = 'send.raw.workers'") == [(1,)]
    assert sign_in("chair").post("/alerts/away", **days).status_code == 404, "who is in no directory"
