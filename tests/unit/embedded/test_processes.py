"""Of several processes, the one that ends by itself is named, and none outlives the one that started it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from send_integration.embedded.processes import first_to_end, how_it_ended, running

STAYS, GOES = "import signal; signal.pause()", "raise SystemExit"


@pytest.mark.parametrize("already", [True, False])
def test_the_first_to_end_is_named(tmp_path: Path, *, already: bool) -> None:
    log = tmp_path / "words"
    with (
        running("stays", [sys.executable, "-c", STAYS], environment={}, log=log) as stays,
        running("goes", [sys.executable, "-c", GOES], environment={}, log=log) as goes,
    ):
        if already:
            goes.wait()

        assert first_to_end({"stays": stays, "goes": goes}) == "goes"
        assert stays.poll() is None


@pytest.mark.parametrize(
    ("script", "words"), [("exit 70", "ended by itself (exit code 70)"), ("kill -9 $$", "was killed (signal 9)")]
)
def test_it_is_told_whether_a_process_ended_or_was_killed(tmp_path: Path, script: str, words: str) -> None:
    with running("one", ["sh", "-c", script], environment={}, log=tmp_path / "log") as process:
        assert how_it_ended(process) == words


@pytest.mark.parametrize(("has_ended", "ends"), [(False, 0), (True, -signal.SIGKILL)])
def test_one_whose_parent_had_ended_before_it_asked_to_end_with_it_ends_at_once(*, has_ended: bool, ends: int) -> None:
    parent = os.getpid() + has_ended
    asks = f"from send_integration.embedded.processes import die_with_parent; die_with_parent({parent})"
    assert subprocess.run([sys.executable, "-c", asks], check=False).returncode == ends
