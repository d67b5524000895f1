"""A child's page and its look back: equal to the pure answer, and never more than today lets the reader see."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from send_integration import clock
from send_integration.evaluate import child_as_json, evaluate
from send_integration.settings import Settings
from send_integration.steps import deciding
from send_integration.steps.as_it_was import as_it_was
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer
from send_integration.store.children import find_child
from send_integration.store.engine import open_database
from send_integration.store.sessions import Session
from send_integration.web.app import build_app
from send_integration.when.london import london_midnight
from tests.browser.child_stories import ELLIS, NOTE, NOW, SCRIPT, TODAY, story
from tests.builders import sent
from tests.integration.databases import a_database
from tests.integration.families import ANNA, MIRA, PAGE_SCRIPT, audited, child_of, settle
from tests.integration.families import FEEDS as FAMILY_FEEDS
from tests.integration.families import TODAY as FAMILY_DAY
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn

RULES = load_rules()
LATER = (
    ("camhs", sent("camhs.appointment", "2026-02-12", person=ELLIS, event_id="late", referral_id="C2", number=3,
                   recorded="2026-08-03")),
    ("school", sent("school.suspended", "2026-03-24", person=ELLIS, event_id="again", sessions=2, recorded="2026-07-01",
                    corrects="x36")),
    ("people", sent("people.not_known", "2026-05-05", person=ELLIS, event_id="none", service="youth-justice")),
)  # fmt: skip
LINES = [*story(), *LATER]


@pytest.fixture(scope="module")
def stories(server: str) -> Iterator[Engine]:
    """A database with the children of the stories, once for all; the first of them with words that came late."""
    with a_database(server, "ready") as address:
        made = open_database(address)
        pipe = Pipe(made, RULES, TODAY, now=NOW)
        for feed, raw in LINES:
            pipe.send(feed, raw)
        pipe.drain_gate(sorted({feed for feed, _ in LINES}))
        pipe.drain_timeline()
        yield made
        made.dispose()


def person(engine: Engine, actor: str, today: date = TODAY) -> Person:
    """Somebody signed in to a site on a database."""
    client = TestClient(build_app(engine, Settings(sign_in="development", as_of=today)), base_url="http://localhost")
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    client.post("/sign-in", data={"person": actor, "form_token": token[1]})
    return Person(client, actor)


def page_of(engine: Engine, actor: str, asked: str = "", child: str = "local:1") -> str:
    """The page of a child of the stories."""
    answer = person(engine, actor).get(f"/children/{find_child(engine, child, restricted=True)}{asked}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    ("as_at", "known_on"),
    [(TODAY, None), (date(2025, 7, 1), None), (date(2026, 6, 30), date(2026, 6, 30)), (date(2026, 6, 30), date(2026, 7, 1)),
     (date(2026, 6, 30), date(2026, 8, 3)), (date(2023, 9, 1), date(2023, 9, 1))],
)  # fmt: skip
def test_a_look_back_is_the_pure_answer_for_that_day(stories: Engine, as_at: date, known_on: date | None) -> None:
    child = find_child(stories, "local:1", restricted=True)
    assert child is not None
    known_at = london_midnight(known_on + timedelta(1)) - timedelta(microseconds=1) if known_on else None
    pure = evaluate(
        [raw for _, raw in LINES], RULES, as_of=as_at, not_after=NOW, known_at=known_at, child=child
    ).children

    found = as_it_was(stories, child, RULES, as_at, known_on)

    assert found is not None
    assert [child_as_json(found.answer, RULES)] == [child_as_json(answer, RULES) for answer in pure]
    assert [found.answer.flags] == [answer.flags for answer in pure]


def test_what_was_written_down_later_is_not_on_a_page_as_it_was_known(stories: Engine) -> None:
    before, after = (
        page_of(stories, "chair", f"?as_at=2026-06-30&known_on={day}") for day in ("2026-06-30", "2026-08-03")
    )

    assert "24 March 2026" not in before
    assert "23 March 2026" in before
    assert "24 March 2026" in after
    assert "written down 99 days later" in after
    assert "written down 99 days later" not in before
    assert "Not today: 30 June 2026, as it was known on 30 June 2026" in before


def test_before_anything_had_happened_the_page_says_so(stories: Engine) -> None:
    page = page_of(stories, "chair", "?as_at=2023-08-31")

    assert "Nothing is missed, due soon or at risk" in page
    assert "No entry yet." in page
    assert "Nobody has written down what Ellis wants." in page
    assert "Ellis Marlowe" in page


def test_a_page_of_another_day_says_nothing_of_what_is_known_of_today_alone(stories: Engine) -> None:
    page = page_of(stories, "chair", "?as_at=2026-06-30")

    assert "Known of today alone" in page
    assert "It last sent of any child" not in page
    assert "Awaiting checks" not in page


def test_each_service_has_a_record_or_none_or_has_not_sent(stories: Engine) -> None:
    page = page_of(stories, "chair").partition('id="services"')[2].partition("</table>")[0]
    rows = dict(
        re.findall(r'<tr class="govuk-table__row" role="row">\s*<th[^>]*>([^<]+)</th>(.*?)</tr>', page, re.DOTALL)
    )

    assert "Has a record" in rows["CAMHS"]
    assert "Confirmed none" in rows["Youth justice"]
    assert "Has not sent" in rows["Social care"]
    assert "jo.adeyemi@example.org" in rows["EHC team"]
    assert "unknown" in rows["School"]


def test_a_note_is_shown_to_whom_the_policy_shows_it_and_others_learn_only_that_there_is_one(stories: Engine) -> None:
    on_agenda = page_of(stories, "chair")
    elsewhere = page_of(stories, "chair", "?q=Featherstonehaugh", child="local:3")

    assert NOTE.splitlines()[1] in on_agenda
    assert "There is a note, which your role does not see." not in on_agenda
    assert "Showing <strong>0 of 300</strong> entries" in elsewhere, "what is not seen cannot be searched for"
    assert "There is a note, which your role does not see." in page_of(stories, "chair", child="local:3")
    assert "Cholmondeley" not in page_of(stories, "chair", child="local:3")


@pytest.mark.parametrize(
    "asked",
    [
        f"?q={SCRIPT}", "?q=%00%ff%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E", "?as_at=%22%3E%3Cscript%3E",
        "?sector=%3Cscript%3E&feed='%20OR%201=1--", "?from=0001-01-01&to=9999-12-31", "?as_at=2026-02-30",
        "?known_on=2026-11-24", "?q=" + "x" * 5000, "?q=a&q=b&q=<b>",
    ],
)  # fmt: skip
def test_a_hostile_address_is_answered_and_runs_nothing(stories: Engine, asked: str) -> None:
    answer = person(stories, "chair").get(f"/children/{find_child(stories, 'local:1', restricted=True)}{asked}")

    assert answer.status_code in (200, 400)
    assert "<script" not in answer.text.replace(PAGE_SCRIPT, "")
    assert "<img" not in answer.text
    assert "<b>" not in answer.text


def test_a_restricted_child_of_another_day_is_as_one_that_is_not_there(sign_in: SignIn, engine: Engine) -> None:
    secret = child_of(engine, "Mira", "Hidden")
    chair = sign_in("chair")

    hidden = chair.get(f"/children/{secret}?as_at=2025-01-01&known_on=2025-01-01")
    nobody = chair.get(f"/children/c{'0' * 15}?as_at=2025-01-01&known_on=2025-01-01")

    assert (hidden.status_code, hidden.text) == (nobody.status_code, nobody.text)
    assert ("chair", "view-child", secret, False) in audited(engine)
    assert sign_in("manager").get(f"/children/{secret}?as_at=2025-01-01").status_code == 200


def test_a_look_back_shows_nothing_of_a_child_with_whom_this_one_was_once_joined(
    sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    anna, mira = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Mira", "Before")
    reviewer = Reviewer(Session("manager", "manager", ""), pipe.now, "looked alike")
    decision = deciding.merge_children(engine, anna, mira, reviewer)
    settle(pipe)
    joined = find_child(engine, anna, restricted=True)
    assert sign_in("manager").get(f"/children/{joined}").text.count('class="send-timeline__entry') == 2
    deciding.withdraw(engine, decision, Reviewer(reviewer.session, clock.now(), "they are two"))
    settle(pipe)

    for asked in ("", "?known_on=2025-05-01", "?as_at=2025-05-01"):
        page = sign_in("manager").get(f"/children/{child_of(engine, 'Anna', 'Kowalska')}{asked}").text
        assert "School: suspended" in page
        assert "CAMHS: referred" not in page


def test_a_former_name_is_on_no_page_of_another_day(engine: Engine, pipe: Pipe) -> None:
    renamed = {**ANNA, "given_name": "Hanna", "family_name": "Nowak"}
    pipe.send("school", sent("school.suspended", "2025-05-05", event_id="n", source="urn:send:schools", person=renamed))
    pipe.drain_gate(FAMILY_FEEDS)
    pipe.drain_timeline()

    page = (
        person(engine, "chair", FAMILY_DAY).get(f"/children/{child_of(engine, 'Hanna', 'Nowak')}?as_at=2025-03-20").text
    )

    assert "Hanna Nowak" in page
    assert "Kowalska" not in page
    assert MIRA["given_name"] not in page
