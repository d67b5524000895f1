"""The audit as an administrator reads it: searched, a page at a time, and nothing on a restricted child."""

import re

import pytest
from sqlalchemy import Engine, text

from send_integration.store.sessions import Session, record
from tests.integration.families import child_of
from tests.integration.web.conftest import SignIn

CHAIR = Session("chair", "panel-chair", "")


def test_entries_are_searched_by_child_person_and_day_and_the_search_is_written_down(
    sign_in: SignIn, engine: Engine
) -> None:
    anna, secret = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Mira", "Hidden")
    for child in (anna, secret):
        record(engine, CHAIR, "view-child", child, allowed=child == anna, why="<b>because</b>")
    administrator = sign_in("administrator")

    page = administrator.get("/audit").text
    assert "&lt;b&gt;because&lt;/b&gt;" in page
    assert anna in page
    assert secret not in page
    assert "Entries on restricted children are not shown here." in page
    assert "because" in administrator.get(f"/audit?child={anna}&actor=chair").text
    assert "because" not in administrator.get("/audit?actor=nobody").text
    assert "because" not in administrator.get("/audit?last=2020-01-01").text
    listed = administrator.get("/audit?actor=administrator").text
    assert "read" in listed.lower()
    hidden, nobody = (administrator.get(f"/audit?child={one}").text for one in (secret, "c" + "0" * 15))
    assert hidden.replace(secret, "x") == nobody.replace("c" + "0" * 15, "x")
    with engine.connect() as connection:
        reads = connection.execute(
            text("SELECT child_id, why FROM audit WHERE action = 'read-audit' AND actor = 'administrator' ORDER BY id")
        ).all()
    assert [tuple(row) for row in reads][:2] == [(None, "all of it"), (None, f"child {anna}, actor chair")]
    assert (None, f"child {secret}") in [tuple(row) for row in reads]


def test_a_long_audit_is_paged_without_a_gap(sign_in: SignIn, engine: Engine) -> None:
    for number in range(120):
        record(engine, CHAIR, "export", None, allowed=True, why=f"look {number:03}")
    administrator = sign_in("administrator")

    seen: list[str] = []
    address = "/audit?actor=chair"
    while address:
        page = administrator.get(address).text
        seen += re.findall(r"look (\d{3})", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""

    assert seen == [f"{number:03}" for number in reversed(range(120))]


@pytest.mark.parametrize(
    "query",
    [
        "child=x",
        "child=c1' OR 1=1",
        "first=yesterday",
        "last=2025-13-01",
        "first=2025-02-02&last=2025-01-01",
        "last=9999-12-31",
        "first=0001-01-01",
        "actor=%00",
        "actor=a%0Ab",
    ],
)
def test_what_cannot_be_searched_is_said_at_its_field_and_kept(sign_in: SignIn, query: str) -> None:
    answer = sign_in("administrator").get(f"/audit?{query}")

    assert answer.status_code == 400
    assert "There is a problem" in answer.text


@pytest.mark.parametrize("query", ["before=-1", "before=99999999999999999999", "before=x"])
def test_a_page_that_is_none_is_refused(sign_in: SignIn, query: str) -> None:
    assert sign_in("administrator").get(f"/audit?{query}").status_code == 400


def test_lists_that_are_shown_are_written_down(sign_in: SignIn, engine: Engine) -> None:
    manager = sign_in("manager")
    for address in ("/children", "/alerts", "/identity", "/identity/decisions"):
        assert manager.get(address).status_code == 200

    with engine.connect() as connection:
        found = connection.execute(text("SELECT action, why FROM audit WHERE why LIKE 'shown: %' ORDER BY id")).all()
    assert [tuple(row) for row in found][-4:] == [
        ("list-children", "shown: page 1 of the list"),
        ("view-inbox", "shown: the inbox"),
        ("review-identity", "shown: page 1 of the pairs that wait"),
        ("review-identity", "shown: page 1 of what people decided"),
    ]


def test_of_a_childs_page_it_is_written_down_how_it_was_asked_for(sign_in: SignIn, engine: Engine) -> None:
    anna, manager = child_of(engine, "Anna", "Kowalska"), sign_in("manager")
    manager.get(f"/children/{anna}?q=suspended")
    manager.client.get(f"/children/{anna}", headers={"Sec-Fetch-Dest": "empty"})

    with engine.connect() as connection:
        found = (
            connection.execute(text("SELECT why FROM audit WHERE action = 'view-child' ORDER BY id")).scalars().all()
        )
    assert found == ["manager may view-child; with a search", "manager may view-child; shown anew by itself"]
