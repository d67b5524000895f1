"""`send-integration web` as it runs in production: several processes on one port, that end with the first."""

import os
import signal
import urllib.request
from pathlib import Path
from sys import executable

import psutil
from sqlalchemy import Engine

from send_integration.embedded.ports import free_port, wait_for_port
from send_integration.embedded.processes import running


def test_two_processes_answer_and_none_outlives_the_first(engine: Engine, tmp_path: Path) -> None:
    port = free_port()
    environment = {
        "SEND_DATABASE": engine.url.render_as_string(hide_password=False),
        "SEND_WEB_PORT": str(port),
        "SEND_WEB_PROCESSES": "2",
    }
    command = [str(Path(executable).parent / "send-integration"), "web"]
    with running("web", command, environment=environment, log=tmp_path / "web.log") as process:
        wait_for_port(f"127.0.0.1:{port}", lambda: process.poll() is None)
        for _ in range(20):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
                assert answer.read() == b"well\n"
        others = psutil.Process(process.pid).children(recursive=True)
        assert len(others) >= 2

        os.kill(process.pid, signal.SIGKILL)
        _, left = psutil.wait_procs(others, timeout=20)
        assert left == []
