"""The audit's process ends in order when it is told to."""

import signal
import sys
import time
from pathlib import Path

import pytest

from send_integration.embedded.processes import running

WITHIN_SECONDS = 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_between_two_rounds_it_ends_at_once_and_well(
    number: signal.Signals, database: str, tmp_path: Path
) -> None:
    alive, log = tmp_path / "audit-quality.alive", tmp_path / "log"
    command = [str(Path(sys.executable).parent / "send-integration"), "audit-quality", "--every", "3600"]
    environment = {"SEND_DATABASE": database, "SEND_KAFKA": "127.0.0.1:1", "SEND_HOME": str(tmp_path)}
    with running("the audit", command, environment=environment, log=log) as process:
        deadline = time.monotonic() + WITHIN_SECONDS
        while not alive.exists():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)  # between two looks at the condition
        process.send_signal(number)

        assert process.wait(WITHIN_SECONDS) == 0, log.read_text()
