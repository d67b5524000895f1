"""`flags`: what asks to act, handling it, and its history; of a restricted child only with a reason."""

import json

import pytest
from click.testing import Result
from sqlalchemy import Engine

from send_integration.cli.flags import app
from send_integration.errors import BadInput
from send_integration.store.flags import open_flags_by_urgency
from tests.integration.cli.conftest import Run
from tests.integration.families import TODAY, audited, child_of
from tests.integration.steps.pipe import Pipe

REASON = ("--restricted", "--why", "the court asked")


def flag_of(engine: Engine, child_id: str, rule: str = "") -> str:
    """The child's most urgent flag, or that of a rule."""
    found = [flag.content for flag in open_flags_by_urgency(engine, restricted=True, limit=100)]
    return str(next(flag["flag_id"] for flag in found if flag["child_id"] == child_id and rule in ("", flag["rule"])))


@pytest.fixture(autouse=True)
def rehearsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands' day is the town's."""
    monkeypatch.setenv("SEND_AS_OF", TODAY.isoformat())


@pytest.fixture
def anna(engine: Engine, pipe: Pipe) -> str:
    """A flag of an ordinary child; her given name is another's in the clinic, who is referred and not seen."""
    assert pipe
    return flag_of(engine, child_of(engine, "Zofia", "Kowalska"), "camhs-first-contact")


def line_of(shown: str, flag_id: str) -> str:
    lines = shown.splitlines()
    (at,) = [number for number, line in enumerate(lines) if flag_id in line]
    return lines[at + 1] if at + 1 < len(lines) else ""


def refusal(result: Result) -> str:
    assert isinstance(result.exception, BadInput)
    return str(result.exception)


def test_who_acts_on_a_flag_and_what_was_dismissed_is_listed(run: Run, pipe: Pipe, anna: str) -> None:
    assert run(app, "acknowledge", anna).exit_code == 0
    pipe.settle()
    assert "acknowledged by sam on 2025-06-02" in line_of(run(app).stdout, anna)

    assert run(app, "dismiss", anna, "--why", "seen elsewhere").exit_code == 0
    pipe.settle()
    shown = run(app).stdout
    assert "dismissed by sam on 2025-06-02: seen elsewhere" in line_of(shown, anna)
    assert anna in shown.partition("Dismissed:\n")[2]
    assert json.loads(run(app, "--json").stdout)[-1]["handled"]["why"] == "seen elsewhere"


def test_the_history_tells_every_change_with_who_and_why(run: Run, pipe: Pipe, anna: str) -> None:
    run(app, "acknowledge", anna)
    pipe.settle()
    run(app, "dismiss", anna, "--why", "seen elsewhere")
    pipe.settle()

    raised, acknowledged, dismissed = run(app, "history", anna).stdout.splitlines()
    assert "raised: high, missed, due 2025-03-30; rule camhs-first-contact version 1" in raised
    assert acknowledged.endswith("; by sam on 2025-06-02")
    assert dismissed.endswith("; by sam on 2025-06-02, because: seen elsewhere")
    assert [change["change"] for change in json.loads(run(app, "history", anna, "--json").stdout)] == [
        "raised", "acknowledged", "dismissed",
    ]  # fmt: skip


@pytest.mark.parametrize("words", [("acknowledge",), ("dismiss",), ("history",)])
def test_a_restricted_childs_flag_is_there_only_for_whoever_says_why(
    run: Run, engine: Engine, words: tuple[str, ...]
) -> None:
    secret = child_of(engine, "Mira", "Hidden")
    flag = flag_of(engine, secret)
    why = ("--why", "x") if words == ("dismiss",) else ()

    assert refusal(run(app, *words, flag, *why)) == refusal(run(app, *words, "f0", *why))
    assert audited(engine) == [("sam", "list-children", secret, False)]
    assert run(app, *words, flag, *REASON).exit_code == 0
    assert audited(engine)[1] == ("sam", "list-children", secret, True)


def test_a_reason_is_asked_for_and_may_not_hold_a_number(run: Run, anna: str) -> None:
    assert run(app, "dismiss", anna).exit_code != 0
    assert "says why" in refusal(run(app, "dismiss", anna, "--why", "  "))
    assert "holds a number of a child" in refusal(run(app, "dismiss", anna, "--why", "999 000 0018"))
