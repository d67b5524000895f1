"""Makes PDF of a page of ours, in a process of its own: a pack of twenty children takes seconds, in which no page waits."""

import os
import subprocess
import sys
import threading

from send_integration.errors import Broken, NotReady
from send_integration.web.printing import plate

AT_ONCE = 1
"""Packs that are printed side by side; whoever comes later waits their turn, and pages keep a core."""
MOST_WAITING = 5
"""Who is printing and who waits for it, together: each holds one of the threads that answer pages."""

LONGEST_WAIT_SECONDS = 60
LONGEST_PRINT_SECONDS = 240
"""By the clock; of the processor it gets no more than `plate.MOST_CPU_SECONDS`, however busy the machine is."""

_turns = threading.BoundedSemaphore(AT_ONCE)
_places = threading.BoundedSemaphore(MOST_WAITING)


class NoPress(NotReady):
    """This machine lacks what prints PDF, or the press has too much to do."""


def print_pdf(html: str, sheet: str) -> bytes:
    """The PDF of a page by one of our style sheets (`plate.SHEETS`). Raises NoPress where it cannot be printed here or now.

    The process that prints has nothing of ours but the page: no settings, no database, and nothing that it may fetch.
    """
    if not _places.acquire(blocking=False):
        raise _busy()
    try:
        if not _turns.acquire(timeout=LONGEST_WAIT_SECONDS):
            raise _busy()
        try:
            done = _press(html, sheet)
        finally:
            _turns.release()
    finally:
        _places.release()
    if done.returncode == plate.NO_LIBRARIES:
        raise NoPress(plate.WHAT_TO_INSTALL)
    if done.returncode:
        raise Broken("A page could not be printed", where="the press", next_step=done.stderr.decode()[-200:])
    return done.stdout


def _busy() -> NoPress:
    return NoPress("Other packs are being printed", next_step="Try again in a minute.")


def _press(html: str, sheet: str) -> subprocess.CompletedProcess[bytes]:
    """One page through a process of its own."""
    try:
        return subprocess.run(  # noqa: S603 - our own module, with nothing of the page among its arguments
            [sys.executable, "-I", "-m", plate.__name__, sheet],
            input=html.encode(),
            capture_output=True,
            timeout=LONGEST_PRINT_SECONDS,
            check=False,
            env={name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
        )
    except subprocess.TimeoutExpired:
        raise NoPress(
            f"Printing took more than {LONGEST_PRINT_SECONDS} seconds and was stopped",
            next_step="Print fewer children at once, or try again when the machine is less busy.",
        ) from None
