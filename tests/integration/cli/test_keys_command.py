"""The master key takes another's place, a reader is given keys, and messages are opened on their way through a pipe."""

import json
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from send_integration.cli import keys as keys_command
from send_integration.cli import topics as topics_command
from send_integration.settings import settings
from send_integration.store.key_keeping import standing
from send_integration.store.master_keys import make_master_key, name_of_file, read_master_keys
from send_integration.store.record_keys import RecordKeys, destroy_keys
from tests.integration.cli.conftest import Run

ANNA, BEN, TIM = ("clinic", "anna-17"), ("school", "ben-4"), ("school", "tim-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEND_RECORD_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    return tmp_path / "keys"


def said(engine: Engine, folder: Path) -> dict[str, bytes]:
    """A message of each of some children, and one that names two."""
    keys = RecordKeys(partial(read_master_keys, folder))
    with engine.begin() as connection:
        found = keys.of_records(connection, [(ANNA,), (BEN,), (TIM,), (ANNA, BEN)])
    return {
        "+".join(ref[1] for ref in refs): key.protect(b'{"id":"of %s"}' % "+".join(ref[1] for ref in refs).encode())
        for refs, key in found.items()
        if key is not None
    }


def decrypted(lines: bytes, *arguments: str) -> Result:
    return CliRunner().invoke(topics_command.app, ["decrypt", "--by", "sam", *arguments], input=lines)


def audited(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        return [
            (row[0], row[1])
            for row in connection.execute(text("SELECT actor, why FROM audit WHERE action = 'take-keys'"))
        ]


def test_a_reader_is_given_keys_and_opens_what_others_print(
    command: Run, engine: Engine, folder: Path, tmp_path: Path
) -> None:
    assert command(keys_command.app, "new").exit_code == 0
    told = said(engine, folder)
    with engine.begin() as connection:
        destroy_keys(connection, [BEN])
    file = tmp_path / "keys.jsonl"

    given = command(keys_command.app, "export", "--consumer", "dashboard", "--to", str(file), "--by", "sam")

    assert "2 keys are written" in given.stdout
    assert "1 that were destroyed" in given.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert audited(engine) == [("sam", "keys of records for dashboard, of all sources, command line")]
    assert not any(value in file.read_text() for ref in (ANNA, BEN, TIM) for value in ref)
    lines = (
        b"".join(b"child=c1\t" + one + b"\n" for one in told.values())
        + b'child=c2\t{"id":"in the clear"}\nno message\n'
    )
    wanted = 'child=c1\t{"id":"of anna-17"}\nchild=c1\t{"id":"of tim-8"}\nchild=c2\t{"id":"in the clear"}\nno message\n'
    for way in (("--keys", str(file)), ()):
        opened = decrypted(lines, *way)
        assert sorted(opened.stdout.splitlines()) == sorted(wanted.splitlines())
        assert "2 messages were left out" in opened.stderr
    assert [why for _, why in audited(engine)][1:] == ["messages of topics, opened, command line"]


def test_keys_of_one_source_alone(command: Run, engine: Engine, folder: Path, tmp_path: Path) -> None:
    make_master_key(folder)
    told = said(engine, folder)
    file = tmp_path / "keys.jsonl"

    command(keys_command.app, "export", "--consumer", "college", "--source", "school", "--to", str(file), "--by", "sam")

    opened = decrypted(b"\n".join(told.values()), "--keys", str(file))
    assert sorted(opened.stdout.split()) == sorted(['{"id":"of', '{"id":"of', 'ben-4"}', 'tim-8"}'])


def test_another_master_key_takes_its_place_and_the_former_is_of_no_use_any_more(
    command: Run, engine: Engine, folder: Path
) -> None:
    former = make_master_key(folder)
    told = said(engine, folder)
    running = RecordKeys(partial(read_master_keys, folder))
    with engine.begin() as connection:
        assert running.of_records(connection, [(ANNA,)])

    assert "4 keys" not in command(keys_command.app, "list").stdout
    rotated = command(keys_command.app, "rotate")
    assert "3 keys are wrapped anew" in rotated.stdout

    with engine.connect() as connection:
        now = standing(connection)
    assert now.master != name_of_file(former)
    assert now.wrapped_by == {now.master: 3}
    former.unlink()
    for keys in (running, RecordKeys(partial(read_master_keys, folder))):
        with engine.begin() as connection:
            key = keys.of_records(connection, [(ANNA,)])[ANNA,]
        assert key is not None
        assert key.protect(b'{"id":"of anna-17"}') == told["anna-17"]
    assert "0 keys are wrapped anew" not in command(keys_command.app, "rotate").stdout, "each turn takes another"


def test_a_key_that_was_put_beside_is_taken_and_a_former_one_never_again(
    command: Run, engine: Engine, folder: Path
) -> None:
    make_master_key(folder)
    said(engine, folder)
    made = command(keys_command.app, "new", "--beside")
    assert made.exit_code == 0
    beside = sorted(read_master_keys(folder))

    first = command(keys_command.app, "rotate").stdout
    second = command(keys_command.app, "rotate").stdout

    assert any(name in first for name in beside)
    assert not any(name in second for name in beside)
    assert len(read_master_keys(folder)) == 3


def test_refusals_are_sentences(command: Run, engine: Engine, folder: Path, tmp_path: Path) -> None:
    def refusal(*arguments: str) -> str:
        found = command(keys_command.app, *arguments)
        assert found.exception is not None
        return str(found.exception)

    assert "send-integration keys new" in refusal("list")
    make_master_key(folder)
    assert "not written over" in refusal("new")
    assert "No key of a record was made yet" in refusal("rotate")
    assert "no consumer's name" in refusal("export", "--consumer", "Ö", "--to", str(tmp_path / "x"), "--by", "sam")
    (tmp_path / "bad").write_text("Anna Example\n")
    told = str(decrypted(b"", "--keys", str(tmp_path / "bad")).exception)
    assert "line 1 is no key" in told
    assert "Anna" not in told
    broken = said(engine, folder)["tim-8"].replace(b"..", b"..A", 1)
    assert "not as it was made" in str(decrypted(broken).exception)
    assert json.loads(command(keys_command.app, "list", "--json").stdout)["destroyed"] == 0
