"""A child that is erased is nowhere any more, nothing that comes again brings it back, and nobody else is touched."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts.audit_chain import Head
from send_integration.contracts.erasing import ERASED
from send_integration.contracts.pseudonyms import WAREHOUSE
from send_integration.identity.model import default_model
from send_integration.steps.backfill import Backfill
from send_integration.steps.backfill_reading import HistoryFile
from send_integration.steps.backfill_work import Work, expectations_of
from send_integration.steps.catalogue import load_rules
from send_integration.steps.erasing import ERASE_CHILD, Eraser, Erasure
from send_integration.steps.ledger import balance
from send_integration.store.audit_chain import verify_audit
from send_integration.store.engine import open_database
from send_integration.store.erasing import BY_STEPS, PARTS, STAYS
from send_integration.store.ledger import kept_now
from send_integration.store.pseudonym_keys import read_pseudonyms
from send_integration.store.sessions import Session
from send_integration.warehouse.row_keys import RowKeys
from send_integration.warehouse.tables import OF_A_CHILD, OF_ALL
from tests.builders import NOW
from tests.integration.databases import a_database, name_of
from tests.integration.erasing import canary
from tests.integration.erasing.canary import hits, live, make_keys, pipe_on, raw_lines, rows_of, write_lines, zeph
from tests.integration.families import child_of
from tests.integration.steps.pipe import Pipe
from tests.integration.warehouse.test_changes import Copy
from tests.record_keys import KEYS

BY = Session("sam", "command-line", "")


class Town(NamedTuple):
    """A filled database, what its topics hold, the folder of keys and the files that agencies sent."""

    address: str
    pipe: Pipe
    keys: Path
    files: Path


@pytest.fixture(scope="module")
def town(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """An authority with the canary among its children, told from beginning to end once for all tests."""
    keys, files = make_keys(tmp_path_factory.mktemp("keys") / "k"), tmp_path_factory.mktemp("files")
    write_lines(files)
    with a_database(server, "ready") as address:
        engine = open_database(address)
        pipe = pipe_on(engine, keys)
        for feed, line in raw_lines(files):
            pipe.send(feed, line)
        pipe.settle()
        live(pipe)
        engine.dispose()
        yield Town(address, pipe, keys, files)


class Place(NamedTuple):
    """A copy of the town for one test."""

    engine: Engine
    pipe: Pipe
    eraser: Eraser
    town: Town


@pytest.fixture
def place(server: str, town: Town) -> Iterator[Place]:
    """The town as it was filled, for a test alone."""
    with a_database(server, name_of(town.address)) as address:
        engine = open_database(address)
        yield Place(engine, pipe_on(engine, town.keys, town.pipe), Eraser(engine, town.keys), town)
        engine.dispose()


def erase(place: Place) -> Erasure:
    return place.eraser.erase(zeph(place.engine), BY, ERASE_CHILD, "the family asked")


def counts(engine: Engine) -> dict[str, tuple[int, int]]:
    """Of each feed what its messages were counted as."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT regexp_replace(topic, '^(send.raw|backfill)[.]', ''), sum(accepted), sum(quarantined)"
                " FROM stream_position WHERE reader = 'gate' GROUP BY 1"
            )
        )
        return {row[0]: (int(row[1]), int(row[2])) for row in rows if row[1] + row[2]}


def require_balance(engine: Engine) -> None:
    """The counts of every feed are those of its rows."""
    kept = kept_now(engine)
    assert {feed: tuple(rows) for feed, rows in kept.rows.items()} == counts(engine)
    assert all(feed.rows_agree for feed in balance([], kept).feeds if feed.accepted)


def test_of_every_table_it_is_said_what_erasing_does_with_it(engine: Engine) -> None:
    with engine.connect() as connection:
        every = {table.removeprefix("public.") for table in canary.tables(connection)}
    erased = {table for words in PARTS for table in words.tables}
    reports = {f"warehouse.{table.name}" for table in OF_A_CHILD}

    said = erased | reports | {f"warehouse.{table.name}" for table in OF_ALL} | BY_STEPS.keys() | STAYS.keys()

    assert every - said == set()
    assert not (erased | BY_STEPS.keys()) & STAYS.keys()


def test_a_consumer_of_the_reports_is_told_that_its_rows_are_gone(place: Place) -> None:
    engine, held = place.engine, Copy()
    held.take(engine)
    child = read_pseudonyms(place.town.keys, WAREHOUSE).of(zeph(engine))
    assert any(child in row for rows in held.rows().values() for row in rows)

    erase(place)
    held.take(engine)

    whole = Copy()
    whole.take(engine)
    assert held.rows() == whole.rows()
    assert not any(child in row for rows in held.rows().values() for row in rows)


def test_a_trial_changes_nothing_and_says_as_much_as_erasing_does(place: Place) -> None:
    before = rows_of(place.engine)

    tried = place.eraser.try_out(zeph(place.engine))

    assert rows_of(place.engine) == before
    assert tried == erase(place)


def test_history_that_is_loaded_again_does_not_bring_the_child_back(place: Place) -> None:
    engine, ids = place.engine, ids_of(place.engine)
    erase(place)
    before = counts(engine)
    work = Work(address_of(engine), expectations_of, load_rules(), canary.TODAY, NOW, place.town.keys)
    files = [HistoryFile(path, path.stem) for path in sorted(place.town.files.glob("*.jsonl"))]

    Backfill(engine, work, default_model(), KEYS, 2, lambda _step, _number: None).load(files, lambda: 0)

    assert hits(engine, ids=ids) == []
    assert counts(engine) == before, "every line is a repeat"
    require_balance(engine)


def address_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def ids_of(engine: Engine) -> tuple[str, ...]:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT DISTINCT i FROM person_record r LEFT JOIN former_child_id f ON f.person_record_id = r.id,"
                " unnest(ARRAY[r.child_id, f.child_id]) AS i WHERE r.family_name = 'Quillfeather'"
                " AND r.given_name <> 'Peregrine' AND i IS NOT NULL"
            )
        )
        return tuple(sorted(rows.scalars()))


def test_a_child_is_nowhere_any_more_and_nothing_that_comes_again_brings_it_back(place: Place) -> None:
    engine, pipe = place.engine, place.pipe
    ids, before = ids_of(engine), rows_of(engine)
    assert len(hits(engine)) > 40
    assert past_of_her_brother(place) & hers_as_his(place), "for a while she was taken for him"
    require_balance(engine)
    before_counts = counts(engine)

    done = erase(place)

    assert hits(engine, ids=ids) == []
    assert {words for words, rows in done.rows.items() if not rows} == set(), "the story has a row of every kind"
    assert counts(engine) == before_counts
    require_balance(engine)
    assert isinstance(verify_audit(engine, {}), Head)
    unchanged(before, rows_of(engine), place, ids)
    assert not past_of_her_brother(place) & hers_as_his(place)

    send_everything_again(place)
    assert hits(engine, ids=ids) == []
    assert counts(engine) == before_counts, "what comes again of what was erased is a repeat"
    require_balance(engine)
    read_from_the_start(pipe)
    assert hits(engine, ids=ids) == []
    assert child_of(engine, "Peregrine", "Quillfeather")
    told = pipe.ask("SELECT convert_from(body, 'UTF8') FROM event WHERE event_id = 'brother-3'")
    assert [ERASED in row[0] for row in told] == [True], "what is his stands, without her, also for who begins anew"


def send_everything_again(place: Place) -> None:
    """Every line that any agency ever sent, and what the page said, as a raw topic that is replayed has it."""
    pipe = place.pipe
    for feed, line in raw_lines(place.town.files):
        pipe.send(feed, line, partition=0)
    own = [
        message
        for (topic, _), held in place.town.pipe.topics.items()
        if topic in canary.raw_topics()
        for message in held
    ]
    for message in own:
        pipe._append(message, 1)
    pipe.settle()


def read_from_the_start(pipe: Pipe) -> None:
    """The timeline, alerts and the reports read their topics once more from the beginning."""
    with pipe.engine.begin() as connection:
        connection.execute(
            text("UPDATE stream_position SET next_offset = 0, published_offset = 0 WHERE reader <> 'gate'")
        )
        for table in (
            "event",
            "reporting_intake.clean_event",
        ):  # as by a reader that has nothing: what it had hides nothing
            connection.execute(text(f"DELETE FROM {table} WHERE source = 'urn:send:schools'"))
    pipe.settle()


NOT_THE_SAME = ("public.stream_position", "public.erased", "public.erasure_key", "public.audit", "public.audit_link",
                "public.outbox", "public.digest", "keys.master", "reporting_intake.restating", "reporting_intake.erased_row")  # fmt: skip


def hers_as_his(place: Place) -> set[str]:
    """The names that rows on her events have in the reports where they are taken for his."""
    names = read_pseudonyms(place.town.keys, WAREHOUSE)
    keys = RowKeys(child_of(place.engine, "Peregrine", "Quillfeather"), names)
    return {
        keys.named("event", source, f"CANARY-EVENT-{number}")
        for source in (canary.SCHOOLS, canary.CLINIC, canary.CARE)
        for number in range(1, 15)
    }


def past_of_her_brother(place: Place) -> set[str]:
    """The names of all rows on events that ever stood in the reports."""
    with place.engine.connect() as connection:
        return set(connection.execute(text("SELECT event_key FROM warehouse.fact_event_history")).scalars())


OF_CHILDREN = ("public.child", "public.event", "public.admitted", "public.flag", "public.flag_change", "public.alert",
               "public.notice", "public.person_record", "public.panel_listing", "reporting_intake.clean_event")  # fmt: skip
REWRITTEN = ("public.event", "public.admitted", "reporting_intake.clean_event")


def unchanged(before: dict[str, list[str]], after: dict[str, list[str]], place: Place, ids: tuple[str, ...]) -> None:
    """Every row of everybody else is what it was, to the byte; but what named her, and the reports' past of her brother, with
    whom she was taken for one."""
    names = read_pseudonyms(place.town.keys, WAREHOUSE)
    hers = [one for needle in (*canary.CANARIES, *ids, "urn:send:identity-review") for one in canary.says_of(needle)]
    keys = [names.of(one) for one in ids]
    brothers_id = child_of(place.engine, "Peregrine", "Quillfeather")
    brother = names.of(brothers_id)
    for table, rows in after.items():
        new, lost = set(rows) - set(before[table]), set(before[table]) - set(rows)
        if table in REWRITTEN:
            assert len(new) == 1, "what the school says of her brother's family"
        elif table not in NOT_THE_SAME:
            assert not new or table in ("public.notice_entry", "public.identity_decision", "keys.record_key"), table
        if table in OF_CHILDREN:
            told_of = [*hers, brothers_id] if table == "public.notice" else hers  # of her, while she was taken for him
            assert [row for row in lost if not any(one in row.lower() for one in told_of)] == [], table
        if table.startswith("warehouse."):
            others = [row for row in lost if not any(key in row for key in keys)]
            assert [row for row in others if brother not in row or row.endswith(",)")] == [], table
