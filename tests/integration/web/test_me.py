"""A named worker's own page: their children, what asks them to act, and what the panel sees of what they did."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from send_integration.store.own_children import own_children
from send_integration.store.visits import visit
from tests.builders import sent
from tests.integration.alerts.desk import Desk
from tests.integration.alerts.test_turns import with_an_event
from tests.integration.families import TODAY, child_of
from tests.integration.web.conftest import SignIn

OWN, OTHERS, SECRET = "c00000000000000a", "c00000000000000b", "c00000000000000c"


@pytest.fixture
def desk(engine: Engine, sign_in: SignIn) -> Desk:
    """'worker' has a child of their own with two flags, a restricted one, and a colleague has another."""
    assert sign_in
    made = Desk(engine)
    made.today = TODAY
    made.worker("worker", name="Wren Example")
    made.worker("manager", name="Max Example")
    for child, workers, secret in (
        (OWN, ["worker", "manager"], False),
        (OTHERS, ["manager"], False),
        (SECRET, ["worker"], True),
    ):
        made.child(child, *workers, restricted=secret)
        made.do("UPDATE child SET family_name = :child WHERE child_id = :child", child=child)
    answer = {"milestones": [
        {"milestone": "ehc-annual-review", "status": "pending", "due_on": (TODAY + timedelta(40)).isoformat()},
        {"milestone": "ehc-final-plan", "status": "due-soon", "due_on": (TODAY + timedelta(3)).isoformat()},
        {"milestone": "ehc-draft-plan", "status": "missed", "due_on": (TODAY - timedelta(3)).isoformat()},
    ]}  # fmt: skip
    made.do(
        "UPDATE child SET answer = cast(:answer AS jsonb), named_workers = jsonb_set(named_workers, '{0,last_heard_on}',"
        " '\"2025-05-20\"') WHERE child_id = :child",
        answer=json.dumps(answer),
        child=OWN,
    )
    with_an_event(made)
    body = sent("ehcp.requested", "2024-11-04", event_id="e1", source="urn:send:schools")
    made.do("UPDATE event SET child_id = :child, body = :body WHERE event_id = 'e1'", child=OWN, body=body)
    made.flag("f1", OWN, due_on=TODAY - timedelta(2), stands_since=TODAY)
    made.flag("f2", OWN, due_on=None, level="watch", stands_since=TODAY, subject="R2")
    made.flag("f3", OTHERS, due_on=None, stands_since=TODAY)
    made.flag("f4", SECRET, due_on=None, stands_since=TODAY)
    return made


def test_the_page_shows_ones_own_children_and_no_others(sign_in: SignIn, desk: Desk) -> None:
    worker = sign_in("worker")
    assert worker.get("/").url.path == "/me", "a named worker's first page"

    page = worker.get("/me").text

    children = page.partition('id="children"')[2]
    assert f"Anna {OWN}" in children
    assert f"Anna {SECRET}" in children
    assert OTHERS not in page
    assert ("worker", "list-children", SECRET) in {
        tuple(r) for r in desk.ask("SELECT actor, action, child_id FROM audit")
    }


def test_each_child_has_what_matters_now_when_one_was_involved_and_the_next_date(engine: Engine, desk: Desk) -> None:
    assert desk
    mira = child_of(engine, "Mira", "Hidden")
    found = {child.child_id: child for child in own_children(engine, "worker", today=TODAY, limit=9)}

    assert set(found) == {OWN, SECRET, mira}
    own = found[OWN]
    assert own.roles == ("ehc-coordinator",)
    assert own.last_involved_on == date(2025, 5, 20)
    assert (own.next_what, own.next_on) == ("ehc-final-plan", TODAY + timedelta(3))
    assert [flag["flag_id"] for flag in own.flags] == ["f1", "f2"]
    assert found[SECRET].last_involved_on is None
    assert own_children(engine, "nobody", today=TODAY, limit=9) == []
    assert [child.child_id for child in own_children(engine, "worker", today=TODAY, limit=1, offset=1)] == [OWN]


def test_what_is_late_stands_first_with_its_days(sign_in: SignIn, desk: Desk) -> None:
    assert desk
    page = sign_in("worker").get("/me").text

    assert page.index("Act now") < page.index("(2 days late)") < page.index("Keep an eye on it")
    assert "3 alerts ask you to act." in " ".join(page.split())


def test_new_is_what_came_since_the_last_visit_for_as_long_as_this_one_lasts(sign_in: SignIn, desk: Desk) -> None:
    worker = sign_in("worker")
    assert ">New<" not in worker.get("/me").text, "at the first visit nothing is newer than anything else"
    desk.do("UPDATE inbox_visit SET seen_at = now() - interval '1 day'")
    desk.do("UPDATE alert SET raised_at = now() - interval '2 days' WHERE flag_id <> 'f1'")

    for _ in range(2):
        page = worker.get("/me").text
        assert page.count(">New<") == 1
        assert "1 is new since you last looked" in " ".join(page.split())


def test_a_visit_ends_with_half_an_hour_without_a_look(engine: Engine, desk: Desk) -> None:
    assert visit(engine, "somebody") is None
    desk.do("UPDATE inbox_visit SET seen_at = now() - interval '29 minutes' WHERE actor = 'somebody'")
    assert visit(engine, "somebody") is None
    desk.do("UPDATE inbox_visit SET seen_at = now() - interval '31 minutes' WHERE actor = 'somebody'")
    assert visit(engine, "somebody") is not None


def test_a_team_s_alert_names_no_child_to_whoever_may_not_see_the_child(sign_in: SignIn, desk: Desk) -> None:
    desk.child("c00000000000000d")
    desk.do("UPDATE child SET given_name = 'Olu' WHERE child_id = 'c00000000000000d'")
    desk.flag("f5", "c00000000000000d", due_on=None, stands_since=TODAY)

    worker = sign_in("worker")
    page = worker.get("/alerts").text

    assert "Child c00000000000000d" in page
    assert "Olu" not in page
    assert "c00000000000000d" not in worker.get("/me").text, "a page of one's own has no alerts of teams"
    assert "Olu" in sign_in("chair").get("/alerts").text


@pytest.mark.parametrize("address", ["/me?page=0", "/me?page=1001", "/me?page=x", "/alerts?page=-1"])
def test_a_page_that_cannot_be_is_refused_plainly(sign_in: SignIn, address: str) -> None:
    assert sign_in("worker").get(address).status_code == 400


def test_what_is_done_of_an_alert_cannot_be_said_by_a_link(sign_in: SignIn, desk: Desk) -> None:
    assert desk
    assert "stolen" not in sign_in("worker").get("/me?done=<b>stolen</b>").text


def test_the_panel_sees_at_once_who_acts_who_put_off_and_to_whom_it_was_handed(sign_in: SignIn, desk: Desk) -> None:
    desk.do("UPDATE child SET answer = answer || cast(:rest AS jsonb), date_of_birth = '2012-03-04' WHERE child_id = :child",
            rest=json.dumps({"date_of_birth": "2012-03-04", "timeline": [], "episodes": [], "risks": [], "milestones": [],
                             "identifiers": {"nhs_number": None, "upn": None, "local": []}}), child=OWN)  # fmt: skip
    desk.do("UPDATE child SET named_workers = '[]' WHERE child_id = :child", child=OWN)
    worker, chair = sign_in("worker"), sign_in("chair")
    page = f"/children/{OWN}"

    def seen() -> str:
        return " ".join(chair.get(page).text.split())

    assert "<strong>Wren Example</strong> was asked to act; no answer yet." in seen()
    until = TODAY + timedelta(3)
    assert worker.post(f"/alerts/{desk.alert_id('f2', 'worker')}/put-off", until=until.isoformat()).status_code == 303
    assert "<strong>put it off</strong> until 5 June 2025" in seen()
    assert worker.post(f"/alerts/{desk.alert_id('f1', 'worker')}/acknowledge").status_code == 303
    assert "<strong>Wren Example acts on it</strong> since 2 June 2025; it is on its way to the timeline." in seen()
    assert worker.post(f"/alerts/{desk.alert_id('f2', 'worker')}/hand-over", to="manager").status_code == 303
    assert "<strong>Handed over</strong> to Max Example by Wren Example." in seen()
    desk.notify(desk.flag("f2", OWN, due_on=None, level="watch", stands_since=TODAY, subject="R2"))
    assert "<strong>Max Example</strong> was asked to act" in seen()
    manager = sign_in("manager")
    assert (
        manager.post(f"/alerts/{desk.alert_id('f2', 'manager')}/dismiss", why="known to <b>the school</b>").status_code
        == 303
    )
    assert "<strong>Dismissed</strong> by Max Example on 2 June 2025, because: <q" in seen()
    assert "known to &lt;b&gt;the school" in seen()


def with_an_action(desk: Desk, child: str, owner: str = "Wren Example", **more: str) -> None:
    action = {**more, "action_id": "A1", "event_id": "agreed-1", "source": "urn:send:panel", "owner": owner, "what": "Call the school",
              "due_on": "2025-05-30", "agreed_on": "2025-05-01", "completed_on": None}  # fmt: skip
    desk.do(
        "UPDATE child SET panel = jsonb_set(panel, '{actions}', cast(:actions AS jsonb)) WHERE child_id = :child",
        actions=json.dumps([action]),
        child=child,
    )


def test_what_one_took_on_at_the_panel_stands_there_until_it_is_done(sign_in: SignIn, desk: Desk) -> None:
    with_an_action(desk, OWN)
    about = {"action_id": "A1", "owner": "Wren Example", "due_on": "2025-05-30"}
    body = sent("panel.action_agreed", "2025-05-01", event_id="agreed-1", source="urn:send:panel", **about)
    desk.do(
        "INSERT INTO event (source, event_id, child_id, decision, recorded_at, body, shown_since)"
        " VALUES ('urn:send:panel', 'agreed-1', :child, 1, now(), :body, now())",
        child=OWN,
        body=body,
    )
    worker = sign_in("worker")
    page = " ".join(worker.get("/me").text.split())
    assert "Call the school" in page
    assert "due 30 May 2025 (3 days late); agreed on 1 May 2025" in page

    answer = worker.post("/me/actions/agreed-1/done")

    assert (answer.status_code, answer.headers["location"]) == (303, "/me?done=action")
    assert "it is on its way to the timeline" in worker.get("/me").text
    ((said,),) = desk.ask("SELECT value FROM outbox WHERE topic = 'send.raw.panel'")
    assert json.loads(bytes(said))["data"]["action_id"] == "A1"
    assert worker.post("/me/actions/agreed-1/done").headers["location"] == "/me", "it is not said twice"
    assert desk.ask("SELECT count(*) FROM outbox WHERE topic = 'send.raw.panel'") == [(1,)]


@pytest.mark.parametrize(("child", "owner"), [(OTHERS, "Wren Example"), (OWN, "Wren Other")])
def test_of_a_child_who_is_not_ones_own_or_of_another_owner_there_is_no_action(
    sign_in: SignIn, desk: Desk, child: str, owner: str
) -> None:
    with_an_action(desk, child, owner)
    worker = sign_in("worker")

    assert "Call the school" not in worker.get("/me").text
    assert worker.post("/me/actions/agreed-1/done").status_code == 404
    assert ("worker", "view-own-children", False) in {
        tuple(row) for row in desk.ask("SELECT actor, action, allowed FROM audit")
    }


@pytest.mark.parametrize(
    ("owner", "owner_id", "theirs"),
    [
        ("Wren Example, ehc coordinator", "worker", True),
        ("Wren Example", "worker", True),
        ("Wren Example", "another-wren", False),
    ],
)
def test_an_action_is_its_owner_s_by_their_id_and_not_by_their_name_where_the_panel_said_whose_it_is(
    sign_in: SignIn, desk: Desk, owner: str, owner_id: str, theirs: bool
) -> None:
    with_an_action(desk, OWN, owner, owner_id=owner_id)

    assert ("Call the school" in sign_in("worker").get("/me").text) is theirs


def test_whoever_may_have_no_page_of_their_own_says_nothing_of_actions(sign_in: SignIn, desk: Desk) -> None:
    with_an_action(desk, OWN, "Cass Example")
    assert sign_in("chair").post("/me/actions/agreed-1/done").status_code == 403
    assert sign_in("worker").client.post("/me/actions/agreed-1/done", data={"csrf": "x"}).status_code == 403
