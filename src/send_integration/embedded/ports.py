"""Ports on this machine: which are free, and when something answers on one."""

import socket
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from random import SystemRandom

from send_integration.errors import NotReady

READY_WITHIN_SECONDS = 60


FIRST_PORT, LAST_PORT = 10_000, 65_535
"""Below are the ports of known services, beside which we would stand in the way."""

OUTWARD_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""First and last of the ports that Linux gives to connections outwards (ip(7))."""


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many different ones.

    None is of those that Linux gives to connections outwards: any process's next connection could take it before what it
    is for listens there, and a broker needs seconds for that.
    """
    outward_first, outward_last = map(int, OUTWARD_RANGE.read_text().split())
    every = range(FIRST_PORT, LAST_PORT + 1)
    ours = [port for port in every if not outward_first <= port <= outward_last] or every  # some servers give out all
    at_random = SystemRandom().sample(ours, len(ours))  # so that two processes that ask at once seldom get the same
    return list(islice((port for port in at_random if port_is_free("127.0.0.1", port)), count))


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
