"""Starts `send-integration` commands as forks of a process that has loaded their libraries: each as real as one that loads
them itself, which takes seconds of processor time and is the same every time.

`python -m tests.integration.streams.forks COMMAND…` is that process. It reads requests, a line of JSON each, and answers each
with the number of the process that it started.
"""

import ctypes
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from send_integration.embedded.processes import STOP_WITHIN_SECONDS, die_with_parent

PR_SET_CHILD_SUBREAPER = 36


class Request(NamedTuple):
    """One process: which command it runs, in which environment, where it writes, and for which process it is started."""

    command: str
    environment: dict[str, str]
    log: str
    asked_by: int


class Forked:
    """A process that was started by another for us, and is our child since (the part of Popen that tests need)."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._end = os.pidfd_open(pid)  # ready to be read once it has ended

    def poll(self) -> int | None:
        """Its exit code once it has ended, negative where a signal ended it."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
                os.close(self._end)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended. Raises TimeoutError where that takes longer than so many seconds."""
        if self.poll() is None and not select.select([self._end], [], [], timeout)[0]:
            raise TimeoutError
        ended = self.poll()
        assert ended is not None
        return ended

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end in order."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it by force, and see it gone."""
        self.send_signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """End it in order, or by force where it takes too long."""
        self.terminate()
        try:
            self.wait(STOP_WITHIN_SECONDS)
        except TimeoutError:
            self.kill()


class Forks:
    """The process that has loaded the libraries, seen from the one that asks it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, command: str, *, environment: Mapping[str, str], log: Path) -> Forked:
        """Start a command; what it writes goes to the log."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = Request(command, {**os.environ, **environment}, str(log), os.getpid())
        with _adopting():
            print(json.dumps(request), file=self._process.stdin, flush=True)
            return Forked(int(self._process.stdout.readline()))


@contextmanager
def forks_of(*commands: str) -> Iterator[Forks]:
    """A process that has loaded what some commands need, as long as the block lasts."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.integration.streams.forks", *commands],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Forks(process)


@contextmanager
def _adopting() -> Iterator[None]:
    """What loses its parent meanwhile becomes a child of this process (prctl(2))."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0)


def main() -> None:
    """Load, then start what is asked for until nobody asks any more."""
    for command in sys.argv[1:]:
        importlib.import_module(f"send_integration.cli.{command}")
    gc.freeze()  # what is looked at by the collector of a fork is no longer shared with it
    for line in sys.stdin:
        print(_start(Request(*json.loads(line))), flush=True)


def _start(request: Request) -> int:
    """Start a process whose parent has ended at once, so that whoever asked can adopt it; gives its number."""
    read, write = os.pipe()
    adopted, tell = os.pipe()
    between = os.fork()
    if not between:
        pid = os.fork()
        if not pid:
            os.close(tell)
            os.read(adopted, 1)
            _become(request)
        os.write(write, str(pid).encode())
        os._exit(0)
    os.waitpid(between, 0)  # only now has its child another parent
    os.write(tell, b"1")
    pid = int(os.read(read, 32))
    for end in (read, write, adopted, tell):
        os.close(end)
    return pid


def _become(request: Request) -> None:
    """Run the command as a process of its own would, and end as it ends."""
    os.setsid()
    die_with_parent(request.asked_by)
    words = os.open(request.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream, leads_to in enumerate((os.open(os.devnull, os.O_RDONLY), words, words)):
        os.dup2(leads_to, stream)
    os.environ.clear()
    os.environ.update(request.environment)
    sys.argv = ["send-integration", request.command]
    importlib.import_module("send_integration.cli.main").main()


if __name__ == "__main__":
    main()
