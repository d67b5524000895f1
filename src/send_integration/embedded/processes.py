"""Starts our own processes so that none outlives the one that started it."""

import ctypes
import os
import select
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from send_integration.errors import NotReady

STOP_WITHIN_SECONDS = 20
"""How long an orderly stop may take before the process is killed; a worker ends its batch in well under this."""

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Ask Linux to end this process when its parent, given by its number, ends, however it ends; at once where it has."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it was asked for, and nothing would tell of it
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def running(
    name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` until the block ends, its words going to `log`. Raises NotReady where it cannot be started."""
    with log.open("ab") as words:
        try:
            process = subprocess.Popen(  # noqa: S603 - our own commands, never a person's words
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - called before this process has any thread
            )
        except OSError as fault:
            raise NotReady(f"{name} cannot be started", next_step="Run `make install` again.") from fault
        try:
            yield process
        finally:
            stop(process)


def first_to_end(processes: Mapping[str, subprocess.Popen[bytes]]) -> str:
    """Wait until one of some processes ends by itself; gives its name."""
    for name, process in processes.items():
        if process.poll() is not None:
            return name
    with ExitStack() as stack:
        ends: dict[int, str] = {}
        for name, process in processes.items():
            end = os.pidfd_open(process.pid)  # ready to be read once the process has ended
            stack.callback(os.close, end)
            ends[end] = name
        ended, _, _ = select.select(list(ends), [], [])
        return ends[ended[0]]


def how_it_ended(process: subprocess.Popen[bytes]) -> str:
    """How a process ended by itself, in words."""
    code = process.wait()
    return f"was killed (signal {-code})" if code < 0 else f"ended by itself (exit code {code})"


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process in order, or by force where it takes too long."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
