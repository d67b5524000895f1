"""History that is loaded ends with what the stream ends with, row by row, whatever kills it on the way."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, make_url, text

from send_integration.contracts import topics
from send_integration.contracts.protected import is_protected
from send_integration.contracts.topics import FEEDS
from send_integration.errors import NotReady
from send_integration.identity.model import default_model
from send_integration.simulate.authority import simulate_authority, write_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps import backfill, backfill_reading
from send_integration.steps.backfill import Loaded
from send_integration.steps.backfill_work import expectations_of
from send_integration.steps.batch import Outgoing
from send_integration.steps.catalogue import load_rules
from send_integration.steps.gate import Gate
from send_integration.steps.ledger import FeedLedger, balance
from send_integration.store.backfill import BACKFILL_LOCK
from send_integration.store.engine import open_database
from send_integration.store.ledger import kept_now
from tests.builders import sent
from tests.integration.databases import a_database
from tests.integration.steps.backfill_process import TODAY, load
from tests.integration.steps.pipe import Pipe
from tests.record_keys import KEYS

ROOT = Path(__file__).parents[3]
CHILDREN = 40

SAME: Mapping[str, str] = {
    "admitted": "SELECT a.source, a.event_id, a.feed, a.body_hash, a.recorded_at, a.raw, r.digest, a.least_decision > 0"
    " FROM admitted a LEFT JOIN person_record r ON r.id = a.person_record_id",
    "person_record": "SELECT digest, child_id, held_between, first_recorded_at, first_source, first_event_id,"
    " (SELECT min(encode(o.digest, 'hex')) FROM person_record o WHERE o.component = r.component) FROM person_record r",
    "person_record_key": "SELECT k.key, min(encode(r.digest, 'hex')) FROM person_record_key k JOIN person_record r USING (component)"
    " GROUP BY k.key, k.component",
    **{
        table: "SELECT least(a.digest, b.digest), greatest(a.digest, b.digest), l.why, l.weight, l.parts::text, l.model"
        f" FROM {table} l JOIN person_record a ON a.id = l.one JOIN person_record b ON b.id = l.other"
        for table in ("identity_link", "identity_review")
    },
    "identity_statement": "SELECT * FROM identity_statement",
    "quarantine": "SELECT q.feed, q.raw, q.reasons::text, q.status, r.digest, q.source, q.event_id, q.local_id, q.restricted"
    " FROM quarantine q LEFT JOIN person_record r ON r.id = q.person_record_id WHERE q.status <> 'released'",
    "event": "SELECT source, event_id, child_id, recorded_at, target, body, shown_since IS NULL FROM event WHERE child_id <> ''",
    "child": "SELECT child_id, answer::text, named_workers::text, given_name, family_name, date_of_birth, need, open_flags,"
    " restricted, evaluated_on, next_change_on, judged_by, panel::text, snapshot::text FROM child",
    "relation": "SELECT * FROM relation",
    "flag": "SELECT flag_id, child_id, content::text FROM flag WHERE status = 'open'",
    "panel_listing": "SELECT * FROM panel_listing",
    "unjudged": "SELECT child_id, fault FROM unjudged",
    "notice": "SELECT recipient, child_id FROM notice",
    "counts": "SELECT regexp_replace(topic, '^(send.raw|backfill)[.]', ''), sum(accepted), sum(quarantined), sum(duplicates)"
    " FROM stream_position WHERE reader = 'gate' GROUP BY 1 HAVING sum(accepted + quarantined + duplicates) > 0",
}
"""What must be the same, but for numbers that are given in turn, moments of the clock, and where a message stood."""


def rows(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(text(query))) for name, query in SAME.items()
        }


def differences(one: Engine, other: Engine) -> dict[str, tuple[list[str], list[str]]]:
    """Of each table the rows that only one of two databases has."""
    mine, theirs = rows(one), rows(other)
    return {
        name: (sorted({*mine[name]} - {*theirs[name]})[:3], sorted({*theirs[name]} - {*mine[name]})[:3])
        for name in SAME
        if mine[name] != theirs[name]
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority with many faults of senders, and what no simulator thinks of."""
    made = tmp_path_factory.mktemp("history")
    authority = simulate_authority(
        load_profile("luton-2024"), children=CHILDREN, seed=7, until=TODAY, dirt="heavy", statutory_dates=True,
        whole_lives=True, panel_meetings=True,
    )  # fmt: skip
    write_authority(authority, made)
    for feed, lines in hostile().items():
        with (made / f"{feed}.jsonl").open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))
    return made


def hostile() -> dict[str, list[bytes]]:
    """Conflicts across files and feeds, records that are known the wrong way round, corrections before what they correct."""
    anna = {"local_id": "H1", "given_name": "Anna", "family_name": "Hostile", "date_of_birth": "2015-02-03"}
    late = sent("ehcp.requested", "2024-03-04", event_id="h-1", source="s", person=anna)
    early = sent("ehcp.requested", "2024-03-03", event_id="h-1", source="s", person={**anna, "family_name": "Hostil"})
    body = json.loads(sent("camhs.referred", "2024-05-01", event_id="h-2", source="t", person=anna))
    same_in_other_words = json.dumps(dict(reversed(body.items())), indent=None).encode()
    return {
        "ehcp": [b"", b"   ", late, b"{", b"\xff\xfe", early, b"{", late],
        "camhs": [
            json.dumps(body).encode(),
            same_in_other_words,
            sent("camhs.referred", "2024-05-02", event_id="h-1", source="s", person=anna),
            sent("ehcp.requested", "2024-05-02", event_id="h-3", source="s", person=anna),
            sent("camhs.referred", "2024-05-03", event_id="h-4", source="s", person=anna, corrects="h-5"),
            sent("camhs.referred", "2024-05-01", event_id="h-5", source="s", person=anna),
        ],
    }


@pytest.fixture(scope="module")
def streamed(server: str, folder: Path) -> Iterator[Engine]:
    """The same history through the stream's own steps."""
    with a_database(server, "ready") as address:
        engine = open_database(address)
        pipe = _pipe(engine)
        for feed, lines in _lines(folder):
            for line in lines:
                pipe.send(feed, line, partition=0)
        pipe.drain_gate(FEEDS, 400)
        pipe.drain_timeline()
        pipe.relay()
        pipe.drain_timeline()
        yield engine
        engine.dispose()


def _pipe(engine: Engine) -> Pipe:
    pipe = Pipe(engine, load_rules(), TODAY)
    pipe.gates = [Gate(engine, expectations_of, default_model(), keys=KEYS)]
    return pipe


def _lines(folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    for feed in FEEDS:
        path = folder / f"{feed}.jsonl"
        if path.exists():
            yield feed, [line for line in path.read_bytes().split(b"\n") if line.strip()]


def _settle(engine: Engine, said: Sequence[Outgoing] = ()) -> Pipe:
    """Let workers take what was said of history, and what waits in the outbox."""
    pipe = _pipe(engine)
    for message in said:
        pipe._append(message)
    pipe.relay()
    pipe.drain_timeline()
    pipe.drain_alerts()
    pipe.relay()
    return pipe


@pytest.fixture(scope="module", autouse=True)
def small_parts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(backfill_reading, "CHUNK_BYTES", 100_000)
        patched.setattr(backfill, "RECORDS_AT_ONCE", 150)
        patched.setattr(backfill, "REST_AT_ONCE", 50)
        yield


class History(NamedTuple):
    """What one load of the folder did and said, and the name of its database, of which each test has a copy."""

    database: str
    done: Loaded
    said: Sequence[Outgoing]


@pytest.fixture(scope="module")
def loaded(server: str, folder: Path, small_parts: None) -> Iterator[History]:
    said: list[Outgoing] = []
    with a_database(server, "ready") as address:
        yield History(_name(address), load(address, folder, said=said), said)


@pytest.fixture
def after(server: str, loaded: History) -> Iterator[Engine]:
    """A copy of the database into which the folder was loaded."""
    with _copied(server, loaded.database) as engine:
        yield engine


@contextmanager
def _copied(server: str, database: str) -> Iterator[Engine]:
    with a_database(server, database) as address:
        engine = open_database(address)
        yield engine
        engine.dispose()


def _name(address: str) -> str:
    return str(make_url(address).database)


def _address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_history_ends_with_what_the_stream_ends_with(
    after: Engine, loaded: History, folder: Path, streamed: Engine
) -> None:
    assert loaded.done.let_in > loaded.done.by_gate > 0
    assert loaded.done.read == sum(len(lines) for _, lines in _lines(folder))
    pipe = _settle(after, loaded.said)
    assert differences(after, streamed) == {}
    kept = pipe.ask("SELECT source, event_id, child_id, body FROM event WHERE child_id <> ''")
    assert pipe.clean() == {(row[0], row[1]): (row[2], bytes(row[3])) for row in kept}


@pytest.fixture(scope="module")
def killed_at(server: str, folder: Path) -> Iterator[Callable[[str], str]]:
    """The name of a database in which a load was killed in a step: one for each, of which tests have copies."""
    with ExitStack() as databases:

        @cache
        def killed(step: str) -> str:
            address = databases.enter_context(a_database(server, "ready"))
            _load_and_kill(address, folder, step)
            return _name(address)

        yield killed


@pytest.mark.parametrize("step", ["read", "identify", "let in", "one by one", "say", "evaluate"])
def test_what_kill_9_ends_goes_on_where_it_was(
    step: str, server: str, killed_at: Callable[[str], str], folder: Path, streamed: Engine
) -> None:
    said: list[Outgoing] = []
    with _copied(server, killed_at(step)) as engine:
        load(_address(engine), folder, said=said)

        _settle(engine, said)
        assert differences(engine, streamed) == {}


@pytest.mark.parametrize("step", ["identify", "let in"])
def test_what_a_crash_of_the_database_empties_is_read_again(
    step: str, server: str, killed_at: Callable[[str], str], folder: Path, streamed: Engine
) -> None:
    """What is not logged is gone then, though some of it was put by or let in before."""
    said: list[Outgoing] = []
    with _copied(server, killed_at(step)) as engine:
        with engine.begin() as connection:
            connection.execute(text("TRUNCATE backfill_event"))

        load(_address(engine), folder, said=said)

        _settle(engine, said)
        assert differences(engine, streamed) == {}


def _load_and_kill(database: str, folder: Path, step: str) -> None:
    command = [sys.executable, "-m", "tests.integration.steps.backfill_process", database, str(folder), step]
    killed = subprocess.run(command, cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL


def test_history_that_was_loaded_changes_nothing_when_it_comes_again(after: Engine, folder: Path) -> None:
    """As files, and as the raw topics' messages."""
    again = load(_address(after), folder)

    assert again[:4] == (0, 0, 0, 0)
    pipe = _settle(after)
    before = rows(after)
    for feed, lines in _lines(folder):
        for line in lines:
            pipe.send(feed, line)
    pipe.drain_gate(FEEDS)
    pipe.drain_timeline()
    then = rows(after)
    assert {name for name in SAME if then[name] != before[name]} <= {"counts"}
    accepted, quarantined, _ = pipe.counts()
    assert (accepted, quarantined) == pipe.rows()


def test_history_beside_what_the_stream_has_kept_ends_the_same(
    engine: Engine, database: str, folder: Path, streamed: Engine
) -> None:
    """Every third message has come by the stream before."""
    pipe = _pipe(engine)
    for feed, lines in _lines(folder):
        for line in lines[::3]:
            pipe.send(feed, line)
    pipe.drain_gate(FEEDS)
    pipe.drain_timeline()

    said: list[Outgoing] = []
    load(database, folder, said=said)

    for message in said:
        pipe._append(message)
    pipe.relay()
    pipe.drain_timeline()
    found = differences(engine, streamed)
    found.pop("counts")  # a third was sent twice
    assert found == {}


def test_the_ledger_balances_once_all_is_said_and_not_before(after: Engine, folder: Path) -> None:
    feeds = {feed.feed: feed for feed in _ledger(after)}

    assert all(feed.balanced for feed in feeds.values())
    assert {name: feed.raw for name, feed in feeds.items() if feed.raw} == {
        feed: len(lines) for feed, lines in _lines(folder) if lines
    }
    with after.begin() as connection:
        connection.execute(text("UPDATE stream_position SET published_offset = 0 WHERE topic = 'backfill.ehcp'"))
    assert [feed.feed for feed in _ledger(after) if not feed.balanced] == ["ehcp"]


def _ledger(engine: Engine) -> tuple[FeedLedger, ...]:
    return balance([], kept_now(engine)).feeds


def test_a_second_run_is_refused(engine: Engine, database: str, folder: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": BACKFILL_LOCK})
        with pytest.raises(NotReady, match="Another backfill is running"):
            load(database, folder)


def test_history_of_a_paused_feed_is_refused(engine: Engine, database: str, folder: Path) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO feed_breaker (feed, state, since, who, why, trips)"
                " VALUES ('camhs', 'open', now(), 'steward', 'a bad file', 1)"
            )
        )

    with pytest.raises(NotReady, match="Paused are: camhs"):
        load(database, folder)

    assert rows(engine)["admitted"] == []


def test_no_word_of_history_goes_to_a_raw_topic_or_counts_as_traffic(after: Engine, loaded: History) -> None:
    raw = {topics.raw(feed).name for feed in FEEDS}
    assert loaded.said
    assert not [message for message in loaded.said if message.topic in raw]
    with after.connect() as connection:
        for table in ("feed_window", "feed_day", "agency_day", "feed_change"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_what_is_said_of_children_is_protected(loaded: History) -> None:
    of_children = [message for message in loaded.said if any(name == "child" for name, _ in message.headers)]

    assert len(of_children) > 100
    assert all(is_protected(message.value or b"") for message in of_children)
