"""A consumer's key is made once, read by its owner alone, and never shown."""

import json
import logging
import os
import pickle
import stat
from collections.abc import Callable, Iterator
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from send_integration.cli import pseudonyms
from send_integration.contracts.pseudonyms import SNAPSHOT, Pseudonyms, names_a_consumer
from send_integration.errors import BadInput, BadSetting, SendError
from send_integration.settings import settings
from send_integration.store.pseudonym_keys import known_keys, make_key, read_pseudonyms

Run = Callable[..., Result]
KEY = "0123456789abcdef" * 4


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def command(keys: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("SEND_PSEUDONYM_KEYS", str(keys))
    settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(pseudonyms.app, [*arguments])
    settings.cache_clear()


def put_key(folder: Path, consumer: str, written: str = KEY, mode: int = 0o600) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{consumer}.key"
    path.write_text(written)
    path.chmod(mode)
    return path


def refusal(folder: Path, consumer: str = "snapshot") -> str:
    with pytest.raises(SendError) as refused:
        read_pseudonyms(folder, consumer)
    assert isinstance(refused.value, BadSetting)
    assert refused.value.exit_code == 78
    return str(refused.value)


def test_a_key_is_made_readable_by_its_owner_alone_whatever_the_process_allows(keys: Path) -> None:
    before = os.umask(0)
    try:
        path = make_key(keys, "snapshot")
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert len(path.read_text().strip()) == 64
    assert [file.name for file in keys.iterdir()] == ["snapshot.key"]
    assert read_pseudonyms(keys, "snapshot").of("c1") == Pseudonyms(bytes.fromhex(path.read_text())).of("c1")


def test_each_key_is_another(keys: Path) -> None:
    assert len({make_key(keys, f"consumer-{number}").read_text() for number in range(20)}) == 20


def test_a_key_is_never_written_over(keys: Path) -> None:
    written = make_key(keys, "snapshot").read_text()

    with pytest.raises(BadInput, match="is not written over"):
        make_key(keys, "snapshot")

    assert (keys / "snapshot.key").read_text() == written
    assert [file.name for file in keys.iterdir()] == ["snapshot.key"]


def test_of_many_who_make_a_key_at_once_one_does(keys: Path) -> None:
    def attempt(_: int) -> bool:
        try:
            make_key(keys, "snapshot")
        except BadInput:
            return False
        return True

    with ThreadPool(8) as pool:
        assert sum(pool.map(attempt, range(64))) == 1
    assert [file.name for file in keys.iterdir()] == ["snapshot.key"]


def test_a_link_that_stands_where_the_key_would_be_is_not_followed(keys: Path, tmp_path: Path) -> None:
    keys.mkdir(mode=0o700)
    (keys / "snapshot.key").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BadInput):
        make_key(keys, "snapshot")

    assert not (tmp_path / "elsewhere").exists()


def test_without_a_key_it_says_how_to_make_one(keys: Path) -> None:
    assert "send-integration pseudonyms new snapshot" in refusal(keys)
    make_key(keys, "university")
    assert "Consumer 'snapshot' has no key" in refusal(keys)


@pytest.mark.parametrize(
    "written",
    ["", KEY[:-1], KEY + "0", KEY[:-1] + "g", KEY + "\n\n", KEY.upper(), "0x" + KEY, KEY + "\n" + KEY, "é" * 32],
)
def test_what_is_no_key_is_refused_and_not_quoted(keys: Path, written: str) -> None:
    put_key(keys, "snapshot", written)

    said = refusal(keys)

    assert "64 hex digits" in said
    assert not written or written[:10] not in said


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o777])
def test_a_key_that_others_may_read_or_change_is_refused(keys: Path, mode: int) -> None:
    put_key(keys, "snapshot", mode=mode)

    assert "chmod 600" in refusal(keys)


def test_a_folder_that_others_may_write_to_is_refused(keys: Path) -> None:
    put_key(keys, "snapshot")
    keys.chmod(0o720)

    assert "chmod go-w" in refusal(keys)
    with pytest.raises(BadSetting, match="Others may write"):
        make_key(keys, "university")


def test_a_link_a_folder_and_a_pipe_are_no_key(keys: Path, tmp_path: Path) -> None:
    real = put_key(tmp_path / "real", "snapshot")
    keys.mkdir(mode=0o700)
    (keys / "snapshot.key").symlink_to(real)
    (keys / "a.key").mkdir()
    os.mkfifo(keys / "b.key", 0o600)

    assert "is a link" in refusal(keys)
    assert "no file" in refusal(keys, "a")
    assert "no file" in refusal(keys, "b")


def test_two_consumers_with_one_key_are_refused_both(keys: Path) -> None:
    put_key(keys, "snapshot", KEY)
    put_key(keys, "university", KEY + "\n")
    put_key(keys, "hospital", KEY[::-1])

    assert "'university' have the same key" in refusal(keys)
    assert "'snapshot' have the same key" in refusal(keys, "university")
    assert read_pseudonyms(keys, "hospital").of("c1")


@pytest.mark.parametrize(
    "name", ["", "Snapshot", "1st", "-a", "../snapshot", "a/b", "a.b", "a b", "a\n", "a" * 32, "é", "a\0"]
)
def test_what_is_no_consumers_name_is_refused_before_any_file_is_touched(keys: Path, name: str) -> None:
    assert not names_a_consumer(name)
    for act in (make_key, read_pseudonyms):
        with pytest.raises(BadInput, match="no consumer's name"):
            act(keys, name)
    assert not keys.exists()


def test_our_own_consumers_have_names() -> None:
    assert all(names_a_consumer(name) for name in (SNAPSHOT, "a", "a" * 31))


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_makes_no_pseudonyms(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Pseudonyms(bytes(length))


def test_a_key_shows_nowhere(keys: Path, command: Run, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = [command("new", "snapshot").output, command("new", "snapshot").exception]
    key = (keys / "snapshot.key").read_text().strip()
    found = read_pseudonyms(keys, "snapshot")
    put_key(keys, "copy", key)
    put_key(keys, "open", key[::-1], 0o644)
    put_key(keys, "short", key[:40])
    said += [command("list").output, command("list", "--json").output, repr(found), str(found), caplog.text]
    said += [refusal(keys, name) for name in ("snapshot", "copy", "open", "short")]

    shown = "\n".join(map(str, said)).lower()
    secret = bytes.fromhex(key)
    assert not any(part in shown for part in (key[:12], key[::-1][:12], repr(secret)[2:12].lower()))
    with pytest.raises(TypeError):
        pickle.dumps(found)


def test_keys_are_listed_with_why_one_is_refused(keys: Path, command: Run) -> None:
    assert "No consumer has a key" in command("list").stdout
    assert json.loads(command("list", "--json").stdout) == []
    assert command("new", "snapshot").exit_code == 0
    put_key(keys, "open", KEY, 0o644)
    put_key(keys, "Not a name")

    found = {one["consumer"]: one["refused"] for one in json.loads(command("list", "--json").stdout)}
    assert found == {"snapshot": "", "open": "Others than its owner may read the key"}
    assert "good" in command("list").stdout
    assert [one.consumer for one in known_keys(keys)] == ["open", "snapshot"]


def test_keys_lie_in_home_unless_the_setting_names_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEND_HOME", str(tmp_path))
    for named, folder in (("", tmp_path / "pseudonym-keys"), (str(tmp_path / "x"), tmp_path / "x")):
        monkeypatch.setenv("SEND_PSEUDONYM_KEYS", named)
        settings.cache_clear()
        assert settings().pseudonym_folder == folder
    settings.cache_clear()
