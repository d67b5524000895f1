"""The pages on feeds: every number recounted from what was sent; who sees what; pausing and resuming from the page."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from send_integration import clock
from send_integration.broker.offsets import Extent
from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.steps.feeds import every_breaker, pause_feed
from send_integration.store.broker_ends import keep_ends
from send_integration.store.sessions import Session
from send_integration.watch.breaker import State
from send_integration.web.routes import feeds, scorecard
from tests.builders import NOW, sent
from tests.integration.families import MIRA, PAGE_SCRIPT, audited, settle, town
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn
from tests.integration.web.test_who_sees_whom import ACTORS

CAMHS, OTHER = "urn:send:luton:camhs", "urn:send:luton:hospital"
STEWARD = Session("sam", "data-steward", "")


@pytest.fixture
def lines() -> list[bytes]:
    """What two agencies send of CAMHS: some without a number or a postcode, late, refused, broken, and repeats."""
    today = clock.now()
    made: list[bytes] = []
    for number in range(60):
        person = {
            "local_id": "1",
            "nhs_number": ("9990000018", None, "9990000019")[(number % 4 > 0) + (number % 7 == 0)],
            "postcode": "LU1 1AA" if number % 3 else None,
        }
        recorded = today - timedelta(days=9 if number % 5 == 0 else 1)
        made.append(
            sent("camhs.referred", "2025-05-01", event_id=f"f{number}", source=CAMHS if number % 2 else OTHER,
                 recorded=recorded.isoformat(), person=person)
        )  # fmt: skip
    return [*made, *made[:11], b"{broken", b"{broken again"]


@pytest.fixture
def fill() -> Fill:
    """What comes before that which the module's `pipe` sends now."""
    return town


@pytest.fixture
def pipe(pipe: Pipe, lines: list[bytes]) -> Pipe:
    """A town, and what the two agencies sent today."""
    for line in lines:
        pipe.send("camhs", line)
    settle(pipe)
    return pipe


def words(page: str) -> str:
    """A page's text alone, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).strip()


def row_of(page: str, name: str) -> list[str]:
    """The cells of the table row whose header begins with a name."""
    for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL):
        cells = [words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        if cells and cells[0].startswith(name):
            return cells
    raise AssertionError(name)


def recounted(lines: list[bytes], source: str | None) -> dict[str, int]:
    """What became of an agency's lines, or of all, by the contract alone: nothing of this is asked of the database."""
    first = list(dict.fromkeys(lines))
    events = [verdict for line in first if isinstance(verdict := parse(line, not_after=clock.now()), Event)]
    of = [event for event in events if source in (None, event.source)]
    tag = b"" if source is None else f'"{source}"'.encode()
    mine, mine_once = [line for line in lines if tag in line], [line for line in first if tag in line]
    within = clock.now() - timedelta(days=7)
    return {
        "messages": len(mine),
        "new": len(mine_once),
        "accepted": len(of),
        "present": sum(bool(event.person and event.person.nhs_number) for event in of)
        + sum(bool(event.person and event.person.postcode) for event in of),
        "timely": sum(event.recorded_at > within for event in of),
    }


def test_the_feeds_own_numbers_are_those_of_what_was_sent(sign_in: SignIn, lines: list[bytes]) -> None:
    town_sent = 2  # by the clinic, both let in
    all_of = recounted(lines, None)
    refused, new = all_of["new"] - all_of["accepted"], all_of["new"] + town_sent

    page = sign_in("steward").get("/feeds").text
    feed, matter, heard, came, share = row_of(page, "CAMHS")

    assert feed == "CAMHS much refused"
    assert matter.startswith(f"{refused} of the latest {new} new messages were not let in.")
    assert f"{refused} items wait in quarantine." in matter
    assert heard.startswith("today at ")
    assert came == f"{all_of['messages'] + town_sent}"
    assert share.endswith(f"{refused} of {new}")
    assert page.index("CAMHS") < page.index("Schools"), "the worst first"
    assert "1 of 12 feeds needs you: CAMHS." in page
    assert row_of(page, "Preparing for adulthood")[:3] == [
        "Preparing for adulthood never heard of",
        "No message of it has ever come.",
        "never",
    ]


def test_a_feeds_page_tells_its_days_agencies_and_reasons(sign_in: SignIn, lines: list[bytes]) -> None:
    page = sign_in("steward").get("/feeds/camhs").text

    all_of = recounted(lines, None)
    today = clock.today()
    _, came, usual, let_in, refused, repeats = row_of(page, f"{today:%A} {today.day} {today:%B %Y}")
    assert (int(came), usual) == (all_of["messages"] + 2, "not known")
    assert int(let_in) == all_of["accepted"] + 2
    assert int(refused) == all_of["new"] - all_of["accepted"]
    assert int(repeats) == all_of["messages"] - all_of["new"] == 11
    for name, source in (("CAMHS", CAMHS), ("Hospital", OTHER)):
        of = recounted(lines, source)
        _, heard, _, accepted, share = row_of(page, name)
        assert heard.startswith(f"{today.day} {today:%B %Y} at ")
        assert accepted == f"{of['accepted']} and {of['messages'] - of['new']} repeats"
        assert share.endswith(f"{of['new'] - of['accepted']} of {of['new']}")
    wrong = sum(b'"9990000019"' in line for line in dict.fromkeys(lines))
    shown = [row_of(page, "The NHS number is not ten digits")]
    assert sum(int(cells[2]) for cells in shown) <= wrong
    counted = f"{all_of['messages'] + 2} are counted towards the next time, in a window that began on"
    assert counted in words(page)
    assert re.search(r'href="/quarantine/groups/[0-9a-f]{16}"', page)
    assert "not known" in words(page)
    assert "waiting at the broker not known" in words(page).lower(), "no worker has asked the broker"
    assert "No worker has asked the broker yet." in words(page)


def test_a_scorecard_is_recounted_from_what_was_sent(sign_in: SignIn, lines: list[bytes]) -> None:
    page = sign_in("steward").get("/feeds/scorecard").text

    for name, source in (("CAMHS", CAMHS), ("Hospital", OTHER)):
        of = recounted(lines, source)
        _, completeness, validity, timeliness, uniqueness, consistency = row_of(page, name)
        assert completeness.endswith(f"{of['present']} of {2 * of['accepted']}")
        assert validity.endswith(f"{of['accepted']} of {of['new']}")
        assert timeliness.endswith(f"{of['timely']} of {of['accepted']}")
        assert uniqueness.endswith(f"{of['new']} of {of['messages']}")
        assert consistency.endswith(f"{of['accepted']} of {of['accepted']}")
    nobody = row_of(page, "Not known")
    assert nobody[1:] == [
        "nothing to count",
        "too few 0 of 2",
        "nothing to count",
        "too few 2 of 2",
        "nothing to count",
    ]

    address = re.search(r'href="(/feeds/scorecard/[0-9a-f]{16})[^"]*">CAMHS', page)
    assert address is not None
    of_agency = sign_in("steward").get(address[1]).text
    today = clock.today()
    assert row_of(of_agency, f"{today:%B %Y}")[1:] == row_of(page, "CAMHS")[1:]
    assert row_of(of_agency, "CAMHS")[1:] == row_of(page, "CAMHS")[1:]


def test_a_sender_that_names_itself_anew_each_time_fills_no_page(
    sign_in: SignIn, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorecard, "MOST_CARDS", 4)
    monkeypatch.setattr(feeds, "MOST_AGENCIES", 4)
    for number in range(6):
        pipe.send("camhs", b'{"source": "<script>%d</script>"}' % number)
    pipe.drain_gate(["camhs"])

    page = sign_in("steward").get("/feeds/scorecard").text
    of_feed = sign_in("steward").get("/feeds/camhs").text

    assert page.count("/feeds/scorecard/") == 4
    assert "And 7 names more, whose marks are no lower." in page
    assert row_of(page, "CAMHS")
    assert "And 6 more that were heard of before these." in of_feed
    assert "<script" not in (page + of_feed).replace(PAGE_SCRIPT, "")


def test_the_manager_of_an_agency_sees_its_score_and_no_other(sign_in: SignIn, engine: Engine) -> None:
    every = sign_in("steward").get("/feeds/scorecard").text
    tokens = {name: token for token, name in re.findall(r'scorecard/([0-9a-f]{16})[^"]*">([^<]+)<', every)}
    person = sign_in("agency")

    own = person.get("/feeds/scorecard").text

    assert row_of(own, "CAMHS") == row_of(every, "CAMHS")
    assert "Hospital" not in own
    assert person.get(f"/feeds/scorecard/{tokens['CAMHS']}").status_code == 200
    others = person.get(f"/feeds/scorecard/{tokens['Hospital']}")
    nowhere = person.get("/feeds/scorecard/0123456789abcdef")
    assert (others.status_code, others.text) == (404, nowhere.text)
    assert audited(engine)[-2:] == [("agency", "see-scores", None, False)] * 2
    assert person.get("/feeds").status_code == 403


@pytest.mark.parametrize("actor", ACTORS)
def test_each_role_sees_and_steers_feeds_as_the_policy_grants(sign_in: SignIn, engine: Engine, actor: str) -> None:
    person = sign_in(actor)
    seen = 200 if actor in ("steward", "manager", "administrator") else 403
    steered = 303 if actor in ("steward", "manager") else 403

    assert person.get("/feeds/camhs").status_code == seen
    assert person.post("/feeds/camhs/pause", why="to see").status_code == steered
    assert person.post("/feeds/camhs/resume", why="to see").status_code == steered
    if seen == 200:
        assert person.get("/feeds/weather").status_code == 404
    if actor == "administrator":
        assert "/quarantine" not in person.get("/feeds/camhs").text


def stands(engine: Engine) -> State:
    return every_breaker(engine, clock.now())["camhs"].state


def test_a_feed_is_paused_and_resumed_from_its_page_with_a_reason_that_is_written_down(
    sign_in: SignIn, engine: Engine
) -> None:
    steward: Person = sign_in("steward")

    refused = steward.post("/feeds/camhs/pause", why=" ")
    assert (refused.status_code, "Give the reason" in refused.text) == (400, True)
    numbered = steward.post("/feeds/camhs/pause", why="file of 9990000018")
    assert (numbered.status_code, "holds an NHS number" in numbered.text) == (400, True)
    assert stands(engine) is State.CLOSED

    paused = steward.post("/feeds/camhs/pause", why="half came <b>without</b> numbers")
    assert paused.headers["location"] == "/feeds/camhs?done=paused"
    page = steward.get("/feeds/camhs?done=paused").text
    assert "The feed is paused." in page
    assert "half came &lt;b&gt;without&lt;/b&gt; numbers" in page
    assert "send-integration feed resume camhs" in page
    again = steward.post("/feeds/camhs/pause", why="once more")
    assert (again.status_code, "steward has paused it already" in again.text) == (400, True)

    resumed = steward.post("/feeds/camhs/resume", why="it was mended")
    assert resumed.headers["location"] == "/feeds/camhs?done=resumed"
    assert stands(engine) is State.CLOSED
    assert "It is not paused" in steward.post("/feeds/camhs/resume", why="again").text
    acts = [row for row in audited(engine) if row[1] in ("pause-feed", "resume-feed")]
    assert acts == [("steward", "pause-feed", None, True), ("steward", "resume-feed", None, True)]


def test_a_form_of_anybody_elses_changes_nothing(sign_in: SignIn, engine: Engine) -> None:
    steward = sign_in("steward")
    for act in ("pause", "resume"):
        assert steward.client.post(f"/feeds/camhs/{act}", data={"why": "x", "csrf": "forged"}).status_code == 403
    assert stands(engine) is State.CLOSED


def test_what_waits_is_told_with_how_old_the_answer_is(sign_in: SignIn, engine: Engine, pipe: Pipe) -> None:
    with engine.begin() as connection:
        kept = connection.execute(
            text("SELECT next_offset FROM stream_position WHERE topic = 'send.raw.camhs' AND \"partition\" = 1")
        ).scalar_one()
        places = [
            Extent("send.raw.camhs", 1, 0, kept + 5),
            Extent("send.raw.camhs", 9, 3, 10),
            Extent("send.raw.ehcp", 0, 0, 0),
        ]
        keep_ends(connection, places, clock.now())
    pause_feed(engine, "camhs", STEWARD, why="to see", now=clock.now())

    steward = sign_in("steward")
    assert "12 messages of it wait at the broker." in row_of(steward.get("/feeds").text, "CAMHS")[1]
    assert "No worker has asked" not in steward.get("/feeds").text
    assert "waiting at the broker 12 messages as of" in words(steward.get("/feeds/camhs").text).lower()

    with engine.begin() as connection:
        keep_ends(connection, places, clock.now() - timedelta(minutes=4))
    assert "No worker has asked the broker since" in words(steward.get("/feeds").text)


def test_no_number_tells_that_there_is_a_restricted_child(sign_in: SignIn, engine: Engine, pipe: Pipe) -> None:
    """One more event, first of a child who is restricted and then of one who is not: the pages tell the same."""
    told = []
    for number, restricted in enumerate(("adoption", None)):
        person = {**MIRA, "local_id": f"9{number}", "given_name": "Ivy", "nhs_number": None, "restricted": restricted,
                  "family_name": ("Oak", "Elm")[number], "date_of_birth": f"2013-0{number + 1}-02"}  # fmt: skip
        pipe.send("ehcp", sent("ehcp.requested", "2025-01-01", event_id=f"iv{number}", source=OTHER, person=person))
        settle(pipe)
        with engine.connect() as connection:
            told.append(
                [
                    tuple(row)
                    for row in connection.execute(
                        text("SELECT messages, accepted, refused, kept, doubted, wanted, present FROM agency_day"
                             " WHERE feed = 'ehcp' AND agency = :agency"),
                        {"agency": OTHER},
                    )
                ]
            )  # fmt: skip
        assert "restricted" not in sign_in("steward").get("/feeds/ehcp").text.lower()
    [(first,), (second,)] = told
    assert second == tuple(2 * count for count in first), "the second counts as the first did"


def test_how_soon_a_fault_was_found_is_told_of_the_opening(sign_in: SignIn, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO feed_change (feed, state, at, who, why, failures, first_bad_at, posted_at) VALUES"
                " ('camhs', 'open', :at, 'batch rules', 'Too many.', '[{}]', :bad, :posted)"
            ),
            {"at": NOW, "bad": NOW - timedelta(minutes=7, seconds=30), "posted": NOW + timedelta(minutes=2)},
        )
    page = words(sign_in("steward").get("/feeds/camhs").text)

    assert "Found within 8 minutes of the first row that counts against it" in page
    assert "Its stewards were written to within 2 minutes." in page
    assert "found within 8 minutes of its first bad row" in page
