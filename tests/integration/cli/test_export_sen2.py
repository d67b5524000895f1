"""Taking the SEN2 return: for its owner's eyes, whole or not at all, written down, and no name in what is printed."""

import stat
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine, text

from send_integration.cli import export_sen2
from send_integration.errors import BadInput
from tests.integration.cli.conftest import Run
from tests.integration.families import audited
from tests.integration.steps.pipe import Pipe

WHY = ("--why", "the January return")


def take(run: Run, to: Path, *arguments: str) -> Result:
    return run(export_sen2.export_sen2, "--year", "2024", "--to", str(to), *arguments)


def refusal(result: Result) -> str:
    assert isinstance(result.exception, BadInput)
    return str(result.exception)


def people(folder: Path) -> str:
    [file] = folder.glob("Blade-Export_*_person.csv")
    return file.read_text("utf-8")


def test_a_restricted_child_is_in_it_and_no_line_that_is_printed_names_a_child(run: Run, tmp_path: Path) -> None:
    done = take(run, tmp_path / "out", *WHY)

    assert done.exit_code == 0, done.output
    assert "Hidden,Mira" in people(tmp_path / "out")
    assert "1 of the people are restricted" in done.output
    for word in ("Hidden", "Mira", "local"):
        assert word not in done.output
    assert "request-open-over-six-weeks" in done.output
    assert len(list((tmp_path / "out").iterdir())) == 10


def test_only_its_owner_can_read_it(run: Run, tmp_path: Path) -> None:
    take(run, tmp_path / "out", *WHY)

    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "out").iterdir()} == {0o600}


def test_it_is_written_down_for_the_whole_authority(run: Run, engine: Engine, tmp_path: Path) -> None:
    take(run, tmp_path / "out", *WHY)

    assert audited(engine)[-1] == ("sam", "export", None, True)
    with engine.connect() as connection:
        [why] = connection.execute(text("SELECT why FROM audit WHERE action = 'export'")).scalars()
    assert why == "the SEN2 return of 2024, command line, restricted too: the January return"


@pytest.mark.parametrize("there", ["folder", "file", "broken link"])
def test_nothing_is_overwritten_and_nobody_is_written_down(
    run: Run, engine: Engine, tmp_path: Path, there: str
) -> None:
    out = tmp_path / "out"
    if there == "folder":
        out.mkdir()
    elif there == "file":
        out.write_text("mine")
    else:
        out.symlink_to(tmp_path / "nowhere")

    assert "something already" in refusal(take(run, out, *WHY))
    assert all(action != "export" for _, action, _, _ in audited(engine))
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("--why", " "), "needs a reason"), ((*WHY, "--known-at", "2025-01-01"), "no moment"), ((*WHY, "--known-at", "x"), "no moment")],
)  # fmt: skip
def test_what_is_asked_for_must_make_sense(run: Run, tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in refusal(take(run, tmp_path / "out", *arguments))
    assert "no such folder" in refusal(take(run, tmp_path / "not" / "there", *WHY))
    assert list(tmp_path.iterdir()) == []


def test_what_fails_half_way_leaves_nothing(
    run: Run, engine: Engine, pipe: Pipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("send_integration.steps.statutory_children.CHILDREN_AT_ONCE", 1)
    with engine.begin() as connection:  # a later child's event that cannot be read
        [last] = connection.execute(text("SELECT max(child_id) FROM child")).scalars()
        connection.execute(
            text(
                "INSERT INTO event (source, event_id, child_id, decision, recorded_at, body) VALUES ('x', 'x', :child, 1,"
                " now(), :body)"
            ),
            {"child": last, "body": b'{"type":"send.ehcp.requested.v1",'},
        )

    failed = take(run, tmp_path / "out", *WHY)

    assert failed.exception is not None
    assert list(tmp_path.iterdir()) == []


def test_many_small_batches_say_the_same_as_one(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_one_moment = (*WHY, "--known-at", "2025-06-01T00:00:00Z")
    take(run, tmp_path / "one", *at_one_moment)
    monkeypatch.setattr("send_integration.steps.statutory_children.CHILDREN_AT_ONCE", 1)
    take(run, tmp_path / "many", *at_one_moment)

    one, many = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "many"))
    assert one == many
    assert len(one) == 10
