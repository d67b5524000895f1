"""Keys of person records: made once, wrapped, found by name in every process, and gone for good once they are destroyed."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts.protected import ContentKey, NotOpened, sealed_in
from send_integration.errors import BadInput, BadSetting, Broken
from send_integration.store.master_keys import make_master_key, master_name, read_master_keys
from send_integration.store.record_keys import RecordKeys, Ref, destroy_keys

ANNA, BEN = ("urn:send:clinic", "anna-17"), ("urn:send:school", "ben-4")
MASTER = bytes(32)


def keys_of(master: bytes = MASTER) -> RecordKeys:
    """A process that knows one master key."""
    return RecordKeys(lambda: {master_name(master): master})


def found(engine: Engine, keys: RecordKeys, *records: Ref) -> ContentKey | None:
    with engine.begin() as connection:
        return keys.of_records(connection, [records])[records]


def needed(engine: Engine, keys: RecordKeys, *records: Ref) -> ContentKey:
    key = found(engine, keys, *records)
    assert key is not None
    return key


def test_every_process_finds_the_same_key_and_another_record_has_another(engine: Engine) -> None:
    said = needed(engine, keys_of(), ANNA).protect(b"hello")

    another = keys_of()
    assert needed(engine, another, ANNA).opened(sealed_in(said)) == b"hello"
    with pytest.raises(NotOpened):
        needed(engine, another, BEN).opened(sealed_in(said))
    with engine.connect() as connection:
        by_name = keys_of().by_name(connection, {sealed_in(said).name})
    assert [key and key.opened(sealed_in(said)) for key in by_name.values()] == [b"hello"]


def test_a_destroyed_key_is_gone_for_those_who_had_it_at_hand_and_is_never_made_again(engine: Engine) -> None:
    first, second = keys_of(), keys_of()
    said = needed(engine, first, ANNA).protect(b"hello")
    assert needed(engine, second, ANNA, BEN)

    with engine.begin() as connection:
        assert destroy_keys(connection, [ANNA, ANNA, ("urn:nobody", "1")]) == 1

    for keys in (first, second, keys_of()):
        assert found(engine, keys, ANNA) is None
        assert found(engine, keys, ANNA, BEN) is None, "what names both ends with either"
        assert found(engine, keys, BEN)
        with engine.connect() as connection:
            assert keys.by_name(connection, {sealed_in(said).name}) == {sealed_in(said).name: None}
    with engine.begin() as connection:
        assert destroy_keys(connection, [ANNA]) == 0
        assert destroy_keys(connection, []) == 0


def test_what_stays_of_a_destroyed_key_tells_nobody_whose_it_was(engine: Engine) -> None:
    needed(engine, keys_of(), ANNA)

    with engine.begin() as connection:
        destroy_keys(connection, [ANNA])
        [row] = connection.execute(text("SELECT to_jsonb(r)::text FROM keys.record_key r")).scalars()

    assert not any(value in row for value in ANNA)


def test_until_the_destroying_is_committed_nothing_is_lost(engine: Engine) -> None:
    keys = keys_of()
    needed(engine, keys, ANNA)

    with engine.connect() as connection:
        destroy_keys(connection, [ANNA])
        connection.rollback()

    assert found(engine, keys, ANNA)


def test_what_was_made_in_a_transaction_that_is_undone_protects_nothing_after_it(engine: Engine) -> None:
    keys = keys_of()
    with engine.connect() as connection:
        undone = keys.of_records(connection, [(ANNA,)])[ANNA,]
        assert keys.of_records(connection, [(ANNA,)])[ANNA,] is not None
        connection.rollback()

    made = needed(engine, keys, ANNA)

    assert undone is not None
    assert made.name != undone.name, "what names are made with was undone as well"
    assert needed(engine, keys_of(), ANNA).opened(sealed_in(made.protect(b"hello"))) == b"hello"
    with engine.connect() as connection:
        undone = keys.of_records(connection, [(BEN,)])[BEN,]
        connection.rollback()
    with pytest.raises(NotOpened):
        needed(engine, keys, BEN).opened(sealed_in(undone.protect(b"hello")))  # type: ignore[union-attr]


def test_without_its_master_key_a_database_tells_nothing_and_says_which_is_missing(engine: Engine) -> None:
    needed(engine, keys_of(), ANNA)
    stranger = keys_of(bytes([1] * 32))

    with pytest.raises(BadSetting, match=master_name(MASTER)):
        found(engine, stranger, ANNA)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT wrapped FROM keys.record_key")).scalar_one()
    assert len(bytes(kept)) == 8 + 12 + 32 + 16


def test_a_key_that_stands_under_another_name_is_refused(engine: Engine) -> None:
    needed(engine, keys_of(), ANNA, BEN)
    with engine.begin() as connection:
        names = list(connection.execute(text("SELECT name FROM keys.record_key ORDER BY 1")).scalars())
        connection.execute(
            text(
                "UPDATE keys.record_key SET wrapped = (SELECT wrapped FROM keys.record_key WHERE name = :one) WHERE name = :other"
            ),
            {"one": names[0], "other": names[1]},
        )

    with pytest.raises(Broken, match="not as it was kept"):
        found(engine, keys_of(), ANNA, BEN)


def test_a_key_that_the_database_never_had_is_no_erased_one(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(Broken, match="never had"):
        keys_of().by_name(connection, {"A" * 20})


def test_a_master_key_is_made_once_and_refused_where_it_is_not_what_was_made(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with pytest.raises(BadSetting, match="send-integration keys new"):
        read_master_keys(folder)
    path = make_master_key(folder)
    with pytest.raises(BadInput, match="not written over"):
        make_master_key(folder)

    assert path.stat().st_mode & 0o777 == 0o600
    assert [master_name(key) for key in read_master_keys(folder).values()] == list(read_master_keys(folder))
    path.write_text("0" * 64)
    with pytest.raises(BadSetting, match="another key than its name says"):
        RecordKeys(partial(read_master_keys, folder))
