"""Pages say that a feed is paused: to whoever reads a child's timeline, and to the stewards who can act."""

from datetime import date

from sqlalchemy import Engine

from send_integration import clock
from send_integration.steps.feeds import pause_feed, resume_feed
from send_integration.store.sessions import Session
from send_integration.store.silences import add_silence
from send_integration.web.context import written_day
from tests.integration.families import child_of
from tests.integration.web.conftest import SignIn

STEWARD = Session("sam", "data-steward", "")


def test_a_childs_page_says_that_a_feed_is_paused_and_hatches_its_lane(sign_in: SignIn, engine: Engine) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    before = sign_in("manager").get(f"/children/{anna}").text
    pause_feed(engine, "school", STEWARD, why="the source moves house", now=clock.now())
    pause_feed(engine, "support", STEWARD, why="the source moves house", now=clock.now())

    during = sign_in("manager").get(f"/children/{anna}").text
    resume_feed(engine, "school", STEWARD, why="it has moved", now=clock.now())
    after = sign_in("manager").get(f"/children/{anna}").text

    today = written_day(clock.today())
    assert f"Schools have been paused since {today}: what is missing here may only be waiting." in during
    assert during.count('fill="url(#unheard-wide)"') == 1
    assert "Support has been paused" not in during, "it says nothing of this child, and no milestone waits for it"
    assert "Schools have been paused since" not in before + after


def test_an_open_milestone_that_waits_for_the_feed_says_so(sign_in: SignIn, engine: Engine) -> None:
    mira = child_of(engine, "Mira", "Hidden")  # her EHC plan was requested
    pause_feed(engine, "ehcp", STEWARD, why="the source moves house", now=clock.now())

    page = sign_in("manager").get(f"/children/{mira}").text

    assert "May only be waiting, for a feed is paused or silent: The EHC plan process." in page


def test_a_childs_page_says_that_a_feed_is_silent_and_once_it_is_parked_that_it_is_paused(
    sign_in: SignIn, engine: Engine
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    with engine.begin() as connection:
        add_silence(connection, "school", date(2026, 6, 16), "why", clock.now())

    silent = sign_in("manager").get(f"/children/{anna}").text
    pause_feed(engine, "school", STEWARD, why="it has ended for good", now=clock.now())
    paused = sign_in("manager").get(f"/children/{anna}").text

    assert "Schools have sent hardly anything since 16 June 2026" in silent
    assert "Schools have been paused since" in paused
    assert "hardly anything" not in paused


def test_stewards_find_a_paused_feed_among_their_alerts_and_nobody_else_does(sign_in: SignIn, engine: Engine) -> None:
    assert "Nothing waits for you." in sign_in("steward").get("/alerts").text
    pause_feed(engine, "camhs", STEWARD, why="half came without numbers", now=clock.now())

    told = sign_in("steward").get("/alerts").text
    assert "half came without numbers" in told
    assert 'href="/feeds/camhs"' in told
    assert "half came without numbers" not in sign_in("manager").get("/alerts").text


def test_stewards_find_a_silent_feed_among_their_alerts_and_nobody_else_does(sign_in: SignIn, engine: Engine) -> None:
    with engine.begin() as connection:
        add_silence(connection, "camhs", date(2026, 6, 16), "It last sent as usual on 2026-06-16.", clock.now())

    assert "The feed camhs is silent" in sign_in("steward").get("/alerts").text
    assert "camhs is silent" not in sign_in("manager").get("/alerts").text
