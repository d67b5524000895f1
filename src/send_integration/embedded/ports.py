"""Ports on this machine: which are free, and when something answers on one."""

import socket
import time
from collections.abc import Callable

from send_integration.errors import NotReady

READY_WITHIN_SECONDS = 60


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(host: str, port: int) -> bool:
    """Whether something could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def wait_for_port(address: str, alive: Callable[[], bool]) -> None:
    """Return once something accepts connections. Raises NotReady where that does not happen in time."""
    host, _, port = address.rpartition(":")
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((host, int(port)), timeout=1):
                return
        except OSError:
            if not alive():
                break
            time.sleep(0.02)  # between two looks at the condition; a refused connection answers at once
    raise NotReady("Nothing answers there", where=address, next_step="Look at the log of what should.")
