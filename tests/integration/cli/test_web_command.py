"""`send-integration web` as it runs in production: several processes on one port, that end with the first."""

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from sys import executable

import psutil
import pytest
from sqlalchemy import Engine

from send_integration import clock
from send_integration.embedded.ports import free_port, wait_for_port
from send_integration.embedded.processes import running
from send_integration.rules.model import RuleBook
from send_integration.steps.catalogue import load_rules
from send_integration.store.sessions import Session, open_session
from send_integration.web.cookies import SESSION
from send_integration.web.serving import END_WITHIN_SECONDS
from tests.builders import sent
from tests.integration.families import child_of
from tests.integration.steps.pipe import Pipe

RULES: RuleBook = load_rules()


@contextmanager
def web(engine: Engine, folder: Path, processes: int) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The command on a port."""
    port = free_port()
    environment = {
        "SEND_DATABASE": engine.url.render_as_string(hide_password=False),
        "SEND_WEB_PORT": str(port),
        "SEND_WEB_PROCESSES": str(processes),
    }
    command = [str(Path(executable).parent / "send-integration"), "web"]
    with running("web", command, environment=environment, log=folder / "web.log") as process:
        wait_for_port(f"127.0.0.1:{port}", lambda: process.poll() is None)
        yield process, port


@pytest.mark.parametrize("processes", [1, 2])
def test_it_ends_at_once_when_it_is_told_to_though_a_page_is_open(
    engine: Engine, tmp_path: Path, processes: int
) -> None:
    pipe = Pipe(engine, RULES, clock.now().date())
    pipe.send("ehcp", sent("ehcp.requested", "2025-03-03", event_id="r"))
    pipe.drain_gate(["ehcp"])
    pipe.drain_timeline()
    now = clock.now()
    open_session(engine, "token", Session("chair", "panel-chair", "csrf"), now, now + timedelta(hours=1))

    with web(engine, tmp_path, processes) as (process, port):
        address = f"http://localhost:{port}/changes/children/{child_of(engine, 'Anna', 'Example')}"
        request = urllib.request.Request(address, headers={"Cookie": f"{SESSION}=token"})
        with urllib.request.urlopen(request, timeout=60) as stream:
            assert stream.readline().startswith(b"retry: ")
            told = time.monotonic()
            process.send_signal(signal.SIGTERM)
            while stream.readline():
                pass
            process.wait(timeout=60)
        assert time.monotonic() - told < END_WITHIN_SECONDS / 2


def test_two_processes_answer_and_none_outlives_the_first(engine: Engine, tmp_path: Path) -> None:
    with web(engine, tmp_path, 2) as (process, port):
        for _ in range(20):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
                assert answer.read() == b"well\n"
        others = psutil.Process(process.pid).children(recursive=True)
        assert len(others) >= 2

        os.kill(process.pid, signal.SIGKILL)
        _, left = psutil.wait_procs(others, timeout=20)
        assert left == []
