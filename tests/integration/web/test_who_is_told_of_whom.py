"""Notices on restricted children: there for those alone who may see the child, open or closed, and after it is no more."""

import pytest
from sqlalchemy import Engine, text

from send_integration.steps import deciding
from send_integration.steps.deciding import Reviewer
from send_integration.store.sessions import Session, record
from tests.builders import sent
from tests.integration.families import ANNA, MIRA, audited, child_of, settle
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import SignIn
from tests.integration.web.test_who_sees_whom import ACTORS, same


@pytest.fixture
def told(engine: Engine, pipe: Pipe) -> dict[str, str]:
    """An ordinary child and the restricted one: everybody once saw both, and an entry of each was taken back since."""
    children = {"ordinary": child_of(engine, "Anna", "Kowalska"), "restricted": child_of(engine, "Mira", "Hidden")}
    for actor, role in ACTORS.items():
        for child in children.values():
            record(engine, Session(actor, role, ""), "view-child", child, allowed=True, why="test")
    for feed, what, person, retracted in (
        ("school", "school.suspended", ANNA, "a"),
        ("ehcp", "ehcp.requested", MIRA, "m"),
    ):
        about = {"source": "urn:send:schools", "event_id": f"back-{retracted}", "person": person}
        pipe.send(feed, sent(what, "2025-03-05", retracts=retracted, **about))
    settle(pipe)
    return children


@pytest.mark.parametrize("actor", ACTORS)
def test_a_notice_on_a_restricted_child_is_there_for_those_alone_who_may_see_the_child(
    sign_in: SignIn, told: dict[str, str], actor: str
) -> None:
    page = sign_in(actor).get("/alerts").text

    assert f"Child {told['ordinary']}" in page
    assert (f"Child {told['restricted']}" in page) is (actor in ("manager", "worker"))
    assert ("A restricted child" in page) is False


def test_a_notice_on_a_restricted_child_cannot_be_closed_and_is_as_if_there_were_none(
    sign_in: SignIn, engine: Engine, told: dict[str, str]
) -> None:
    with engine.connect() as connection:
        query = text("SELECT notice_id FROM notice WHERE recipient = :actor AND child_id = :child")
        ids = {
            actor: connection.execute(query, {"actor": actor, "child": told["restricted"]}).scalar_one()
            for actor in ("steward", "worker")
        }
    steward = sign_in("steward")

    hidden = steward.post(f"/alerts/notices/{ids['steward']}/read", entries=1)
    nobody = steward.post(f"/alerts/notices/n{'0' * 19}/read", entries=1)

    assert hidden.status_code == 404
    assert same(hidden) == same(nobody)
    assert audited(engine)[-1] == ("steward", "read-notice", None, False)
    assert sign_in("worker").post(f"/alerts/notices/{ids['worker']}/read", entries=1).status_code == 303
    with engine.connect() as connection:
        unread = connection.execute(text("SELECT notice_id FROM notice WHERE read_at IS NULL")).scalars().all()
    assert ids["steward"] in unread
    assert ids["worker"] not in unread


def test_a_notice_on_a_child_who_is_no_more_is_as_secret_as_the_child_that_has_the_records_now(
    sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    """The file from before the adoption is the older one, so both are under its reference, and restricted."""
    former, secret = child_of(engine, "Mira", "Before"), child_of(engine, "Mira", "Hidden")
    for actor in ("steward", "manager", "worker"):
        record(engine, Session(actor, ACTORS[actor], ""), "view-child", secret, allowed=True, why="test")

    reviewer = Reviewer(Session("manager", "manager", ""), pipe.now, "the court's letter")
    deciding.merge_children(engine, former, secret, reviewer)
    settle(pipe)

    assert "Nothing waits for you." in sign_in("steward").get("/alerts").text
    for actor in ("manager", "worker"):
        page = sign_in(actor).get("/alerts").text
        assert f"Child {secret}" in page
        assert "manager decided that two children are one" in page
        assert former not in page.partition("What asks you to act")[0]
