"""At the command line a feed is paused and resumed with a reason, and what waits says that it does."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from send_integration import clock
from send_integration.broker.offsets import Extent
from send_integration.cli import children, feed
from send_integration.cli import ledger as ledger_command
from send_integration.errors import BadInput, NotBalanced
from send_integration.steps import ledger
from send_integration.steps.watching import FeedWatch
from send_integration.store.silences import add_silence
from send_integration.watch.breaker import Failure
from send_integration.watch.window import Tally
from tests.integration.cli.conftest import Run
from tests.integration.families import child_of
from tests.integration.steps.pipe import Pipe


@pytest.fixture
def run(command: Run, pipe: Pipe) -> Run:
    """A command on a town."""
    return command


def test_a_scorecard_says_of_how_many_and_gives_no_share_of_few(run: Run, engine: Engine) -> None:
    months = json.loads(run(feed.app, "scorecard", "--agency", "urn:send:clinic", "--json").stdout)[0]["months"]
    [marks] = months.values()
    printed = run(feed.app, "scorecard").stdout

    assert marks["validity"] == {"right": 2, "of": 2, "share": None}
    assert marks["completeness"] == {"right": 3, "of": 4, "share": None}, "Zofia has a postcode and no number"
    assert "too few" in printed
    assert "…" not in printed, "something is cut off"
    unknown = run(feed.app, "scorecard", "--agency", "urn:send:nobody").exception
    assert "Nothing has been counted of that agency" in str(unknown)


PAUSE = ("pause", "school", "--why", "the source moves house", "--by", "sam")


def test_a_feed_is_paused_listed_and_resumed(run: Run) -> None:
    assert "school is paused" in run(feed.app, *PAUSE).stdout
    listed = run(feed.app, "list", "--json").stdout
    printed = run(feed.app, "list").stdout
    resumed = run(feed.app, "resume", "school", "--why", "it has moved", "--by", "sam").stdout
    history = run(feed.app, "history", "school").stdout

    assert '"state": "open"' in listed
    assert '"why": "the source moves house"' in listed
    assert "school: paused: the source moves house\n" in printed
    assert "…" not in printed, "something is cut off"
    assert resumed == "school is let in.\n"
    assert [line.partition("  ")[2] for line in history.splitlines()] == [
        "let in, by sam: it has moved",
        "paused, by sam: the source moves house",
    ]


def test_a_silent_feed_is_listed_with_how_it_was_measured(run: Run, engine: Engine) -> None:
    with engine.begin() as connection:
        add_silence(connection, "camhs", date(2026, 6, 16), "It last sent as usual on 2026-06-16.", clock.now())

    listed = {one["feed"]: one for one in json.loads(run(feed.app, "list", "--json").stdout)}

    assert (listed["camhs"]["state"], listed["camhs"]["silent_since"]) == ("closed", "2026-06-16")
    assert listed["school"]["silent_since"] is None
    assert "silent" in run(feed.app, "list").stdout


def test_the_list_says_what_to_do_next_about_each_feed_that_needs_it(run: Run, engine: Engine) -> None:
    half = Failure("window-refused", "data-steward", "refused_share", 0.6, "at most 0.5", "Half.", True, True)
    late = Failure("window-late", "data-steward", "lag_days", 70.0, "at most 61", "It is late.", False, False)
    now = clock.now()
    watch = {feed: FeedWatch(lambda _, found=found: lambda _: found, timedelta(hours=1)) for feed, found in
             {"camhs": [half], "ehcp": [half], "people": [late]}.items()}  # fmt: skip
    with engine.begin() as connection:
        for name, one in watch.items():
            one.count(connection, name, Tally(messages=500), now)
        add_silence(connection, "support", date(2026, 6, 16), "It last sent as usual on 2026-06-16.", now)
    run(feed.app, "resume", "ehcp", "--why", "mended", "--by", "sam")
    with engine.begin() as connection:
        watch["ehcp"].count(connection, "ehcp", Tally(messages=213), now)
    run(feed.app, *PAUSE)

    said = {one["feed"]: " ".join(one["next"]) for one in json.loads(run(feed.app, "list", "--json").stdout)}

    assert (
        'once that is mended, `send-integration feed resume camhs --why "..."`, or leave it: it is tried'
        in said["camhs"]
    )
    assert said["ehcp"] == "213 of 500 messages of its trial have come; wait for the rest."
    assert said["school"].startswith("sam has paused it")
    assert said["support"].startswith("Ask the source whether its export still runs")
    assert said["people"].startswith("Warned of since yesterday: window-late.")
    assert said["referrals"] == ""
    assert f"school: {said['school']}\n" in run(feed.app, "list").stdout
    assert "warned of while let in, by batch rules: It is late" in run(feed.app, "history", "people").stdout


def test_a_feed_that_does_not_exist_is_refused_in_a_sentence(run: Run) -> None:
    refused = run(feed.app, "pause", "weather", "--why", "rain", "--by", "sam").exception

    assert isinstance(refused, BadInput)
    assert "There is no such feed" in str(refused)


def test_a_childs_timeline_says_that_a_feed_is_paused(run: Run, engine: Engine) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    run(feed.app, *PAUSE)

    told = run(children.timeline, anna, "--by", "sam").stdout

    assert told.startswith("Schools have been paused since ")
    assert "what is missing here may only be waiting." in told


def test_the_ledger_says_that_a_feed_is_paused_instead_of_asking_to_wait(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(feed.app, *PAUSE)
    monkeypatch.setattr(ledger, "extents", lambda *_: [Extent("send.raw.school", 0, 0, 7)])

    found = run(ledger_command.ledger)

    assert isinstance(found.exception, NotBalanced)
    assert "Paused are: school. Their events wait and none is lost" in str(found.exception)
    assert "paused" in found.stdout
