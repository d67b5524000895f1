"""A load that was left half way hides nothing: no part let in and never said, no child let in and never evaluated."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text

from send_integration.contracts import topics
from send_integration.contracts.registry import read
from send_integration.errors import BadInput, NotReady
from send_integration.identity.model import default_model
from send_integration.steps import backfill, backfill_reading, stewarding
from send_integration.steps.backfill_reading import HistoryFile, ReadPart, read_part, register
from send_integration.steps.backfill_work import expectations_of
from send_integration.steps.batch import Outgoing
from send_integration.steps.catalogue import load_rules
from send_integration.steps.gate_judging import Judge
from send_integration.steps.ledger import Ledger, balance
from send_integration.steps.redeciding import redecide_everything
from send_integration.steps.timeline import TimelineKeeper
from send_integration.store.backfill import chunks_to_read, lock_backfill
from send_integration.store.backfill_letting_in import hold_identity
from send_integration.store.engine import open_database
from send_integration.store.ledger import kept_now
from send_integration.store.timelines import make_all_due
from tests.builders import ANNA_KOWALSKA as ANNA
from tests.builders import NOW, TOM_BRIGHT, sent
from tests.integration.databases import a_database
from tests.integration.notices.test_who_is_told import look, notices
from tests.integration.steps.backfill_process import TODAY, Left, killed, load
from tests.integration.steps.pipe import Pipe
from tests.integration.steps.replaying import SAM
from tests.integration.steps.test_child_snapshot import NAMES
from tests.record_keys import clear

ASKED = sent("ehcp.requested", "2024-05-06", event_id="asked", source="council", person=ANNA)
DECIDED = sent("ehcp.decided_to_assess", "2024-06-03", event_id="decided", source="council", person=ANNA)
OTHER = sent("camhs.referred", "2024-05-01", event_id="other", source="clinic", person=TOM_BRIGHT)


def history(folder: Path, **feeds: list[bytes]) -> Path:
    """A folder with a file of each feed."""
    folder.mkdir()
    for feed, lines in feeds.items():
        (folder / f"{feed}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return folder


def of_children(engine: Engine, said: list[Outgoing]) -> list[str]:
    """The ids of the events that were said of children, in their order."""
    return [read(clear(engine, one.value)).id for one in said if one.topic == topics.CHILD_EVENTS.name and one.value]


def test_a_part_that_is_let_in_after_a_later_one_is_said_too(
    engine: Engine, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run was killed that had read the second part and not the first; the next run had another folder."""
    monkeypatch.setattr(backfill_reading, "CHUNK_BYTES", 1)  # a part for each line
    first, other = history(tmp_path / "1", ehcp=[ASKED, DECIDED]), history(tmp_path / "2", camhs=[OTHER])
    _read_part(engine, HistoryFile(first / "ehcp.jsonl", "ehcp"), 1)
    said: list[Outgoing] = []

    load(database, other, said=said, processes=1)
    assert sorted(of_children(engine, said)) == ["decided", "other"]

    load(database, first, said=said, processes=1)
    assert {*of_children(engine, said)} == {"asked", "decided", "other"}


def _read_part(engine: Engine, file: HistoryFile, number: int) -> None:
    """What a run leaves that was killed when it had read this part alone."""
    [known] = register(engine, [file])
    with engine.begin() as connection:
        chunk = chunks_to_read(connection, [known])[number][1]
    read_part(engine, Judge(expectations_of), ReadPart(file.path, file.feed, known, chunk), NOW)


@pytest.fixture(scope="module")
def half_way(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database in which a load was left when all was said and nobody evaluated; the gate took what came twice."""
    folder = history(tmp_path_factory.mktemp("half-way") / "1", ehcp=[ASKED, DECIDED, DECIDED], camhs=[OTHER])
    with a_database(server, "ready") as address:
        with pytest.raises(Left):
            load(address, folder, leave_at="said", processes=1)
        yield str(make_url(address).database)


@pytest.fixture
def left(server: str, half_way: str) -> Iterator[Engine]:
    """A copy of that database."""
    with a_database(server, half_way) as address:
        engine = open_database(address)
        yield engine
        engine.dispose()


def test_the_ledger_says_whom_a_killed_load_has_not_evaluated(left: Engine) -> None:
    """All is let in and said, and the children are on no page and in no sweep."""
    found = _ledger(left)
    assert all(feed.balanced for feed in found.feeds)
    assert found.children_waiting == 2
    assert not found.balanced

    TimelineKeeper(left, load_rules()).sweep(TODAY, NOW, 10)
    with left.begin() as connection:
        connection.execute(text("DELETE FROM outbox"))
    assert _ledger(left).balanced


def _ledger(engine: Engine) -> Ledger:
    return balance([], kept_now(engine))


def test_nothing_of_history_is_shown_before_the_answer_that_it_stands_on(left: Engine) -> None:
    """What is let in by sets, and what the gate took one by one."""
    assert _shown(left) == {"asked": False, "decided": False, "other": False}

    TimelineKeeper(left, load_rules()).sweep(TODAY, NOW, 10)

    assert _shown(left) == {"asked": True, "decided": True, "other": True}


def _shown(engine: Engine) -> dict[str, bool]:
    """Of each kept event, whether pages show it."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT event_id, shown_since IS NOT NULL FROM event"))
        return {row[0]: row[1] for row in rows}


def test_who_saw_what_a_worker_showed_of_a_half_loaded_child_is_told_when_it_leaves(
    left: Engine, tmp_path: Path
) -> None:
    """A worker's batch evaluates the child between two runs, somebody looks, and the second run takes an event back."""
    pipe = Pipe(left, load_rules(), TODAY)
    pipe.send("camhs", sent("camhs.referred", "2024-07-01", event_id="live", source="clinic", person=ANNA))
    pipe.settle()
    [child] = {row[0] for row in pipe.ask("SELECT child_id FROM child")}
    look(pipe, "reader", child)
    back = sent(
        "ehcp.decided_to_assess", "2024-06-04", event_id="back", source="council", person=ANNA, retracts="decided"
    )

    load(left.url.render_as_string(hide_password=False), history(tmp_path / "2", ehcp=[back]), processes=1)

    told = notices(pipe)["reader", child]
    assert [entry.event_id for entry in told.entries] == ["decided"]


def test_a_sweep_takes_up_whom_a_killed_load_has_left_once_all_of_its_history_is_in(left: Engine) -> None:
    keeper = TimelineKeeper(left, load_rules())

    with left.begin() as connection:
        connection.execute(text("UPDATE backfill_chunk SET state = 'read' WHERE file = 1"))
    assert keeper.sweep(TODAY, NOW, 10) == 0, "some of it may still be to let in"
    with left.begin() as connection:
        connection.execute(text("UPDATE backfill_chunk SET state = 'let-in'"))
        connection.execute(text("INSERT INTO backfill_rest (file, place, line, raw) VALUES (1, 9, 9, '')"))
    assert keeper.sweep(TODAY, NOW, 10) == 0, "the gate may still have some of it to take"
    with left.begin() as connection:
        connection.execute(text("DELETE FROM backfill_rest"))
    with left.connect() as connection:
        lock_backfill(connection)
        assert keeper.sweep(TODAY, NOW, 10) == 0, "a load is running, which does it itself"
        killed(connection, left)
    assert [keeper.sweep(TODAY, NOW, 1) for _ in range(3)] == [1, 1, 0]

    assert kept_now(left).children == 0


def test_no_sweep_judges_a_child_on_a_part_of_the_history_that_a_load_lets_in(
    engine: Engine, database: str, tmp_path: Path
) -> None:
    """Its date has come, or other rules are in force; the load judges it anyway, and would take the flags back again."""
    pipe = Pipe(engine, load_rules(), TODAY)
    pipe.send("ehcp", ASKED)
    pipe.settle()
    with pytest.raises(Left):
        load(database, history(tmp_path / "1", ehcp=[DECIDED]), leave_at="let in", processes=1)
    with engine.begin() as connection:
        make_all_due(connection, TODAY)

    with engine.connect() as connection:
        lock_backfill(connection)
        assert pipe.keeper.sweep(TODAY, NOW, 10) == 0
        connection.execute(text("UPDATE child SET next_change_on = NULL, judged_by = ''"))
        connection.commit()
        assert pipe.keeper.sweep(TODAY, NOW, 10) == 0
        connection.execute(text("DELETE FROM child"))
        connection.execute(
            text(
                "INSERT INTO unjudged (child_id, fault, tried_on, judged_by) SELECT child_id, '', :on, '' FROM backfill_child"
            ),
            {"on": TODAY - timedelta(1)},
        )
        connection.commit()
        assert pipe.keeper.sweep(TODAY, NOW, 10) == 0
        killed(connection, engine)

    assert pipe.keeper.sweep(TODAY, NOW, 10) == 1, "nobody knows when a killed load is started again"


@pytest.mark.parametrize(("times", "step"), [(1, "let in"), (2, "one by one")])
def test_a_child_is_restricted_before_anything_of_the_history_is_let_in_that_restricts_it(
    engine: Engine, database: str, tmp_path: Path, times: int, step: str
) -> None:
    """The answer is that of before for as long as the load goes on, and those who may not see it any more must not."""
    pipe = Pipe(engine, load_rules(), TODAY, pseudonyms=NAMES)
    pipe.send("ehcp", ASKED)
    pipe.settle()
    assert pipe.ask("SELECT restricted, snapshot IS NULL FROM child") == [(False, False)]
    secret = {**ANNA, "restricted": "protected-person"}
    hidden = sent("ehcp.decided_to_assess", "2024-06-03", event_id="hidden", source="council", person=secret)

    folder = history(tmp_path / "1", ehcp=[hidden] * times)

    with pytest.raises(Left):
        load(database, folder, leave_at=step, processes=1)

    assert pipe.ask("SELECT restricted, snapshot IS NULL FROM child") == [(True, True)]


def test_what_was_told_under_a_pseudonym_is_taken_away_with_the_restriction(engine: Engine) -> None:
    pipe = Pipe(engine, load_rules(), TODAY, pseudonyms=NAMES)
    pipe.send("ehcp", ASKED)
    pipe.settle()
    [child] = {row[0] for row in pipe.ask("SELECT child_id FROM child")}

    with engine.begin() as connection:
        pipe.keeper.restrict(connection, [child], TODAY)

    assert [row[0] for row in pipe.ask("SELECT value FROM outbox WHERE topic = 'send.child-snapshot'")] == [None]


def test_a_file_that_is_gone_when_a_process_reads_it_is_told_as_what_it_is(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its own advice and exit code, not as a fault of ours."""
    folder = history(tmp_path / "1", ehcp=[ASKED])

    def registered(engine: Engine, files: Iterable[HistoryFile]) -> dict[int, HistoryFile]:
        found = register(engine, files)
        (folder / "ehcp.jsonl").unlink()
        return found

    monkeypatch.setattr(backfill, "register", registered)

    with pytest.raises(BadInput, match="The file cannot be read"):
        load(database, folder, processes=1)


def test_a_person_who_would_wait_for_history_to_be_let_in_is_told_so_at_once(engine: Engine) -> None:
    with engine.connect() as loading:
        lock_backfill(loading)
        assert stewarding.discard(engine, [], SAM).items == (), "it reads, and holds nobody up"
        hold_identity(loading)
        for act in (
            lambda: stewarding.replay(engine, [1], SAM),
            lambda: stewarding.discard(engine, [1], SAM),
            lambda: redecide_everything(engine, default_model(), keep=False),
        ):
            with pytest.raises(NotReady, match="History is being let in"):
                act()
        loading.invalidate()
