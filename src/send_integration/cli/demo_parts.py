"""The parts of the demonstration, each started, asked and waited for in its own way."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

import send_integration
from send_integration.broker.topics import create_missing_topics
from send_integration.contracts.pseudonyms import ERASURE, SNAPSHOT, WAREHOUSE
from send_integration.embedded.broker import embedded_broker
from send_integration.embedded.database import embedded_database
from send_integration.embedded.ports import port_is_free, wait_for_port
from send_integration.embedded.processes import first_to_end, how_it_ended, running
from send_integration.errors import Broken, NotReady
from send_integration.steps.ledger import Ledger, take_ledger
from send_integration.store.engine import open_database
from send_integration.store.master_keys import make_master_key
from send_integration.store.pseudonym_keys import make_key
from send_integration.store.schema import migrate

Say = Callable[[str], None]

LOADED_WITHIN_SECONDS = 600
"""A demonstration takes about one minute on two cores; after ten something is wrong, and it says so."""


@dataclass(frozen=True, slots=True)
class System:
    """A running system: its settings as an environment, its database, and where its page is."""

    environment: Mapping[str, str]
    engine: Engine
    folder: Path
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def page(self) -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self.port}/"

    def write_settings(self) -> Path:
        """Write the settings to a file that a shell reads, so that every other command can be tried on the system."""
        path = self.folder / "settings.sh"
        lines = (f"export {name}={shlex.quote(value)}\n" for name, value in self.environment.items())
        path.write_text("".join(lines), encoding="utf-8")
        return path

    def command(self, *arguments: str) -> str:
        """Run one of our own commands to its end and give what it printed. Raises Broken where it fails."""
        finished = subprocess.run(  # noqa: S603 - our own commands
            [*_ourselves(), *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode:
            raise Broken(finished.stderr.strip() or "It failed without a word", where=" ".join(arguments))
        return finished.stdout


def require_free_port(port: int) -> None:
    """Raise NotReady where something listens on the page's port already."""
    if not port_is_free("127.0.0.1", port):
        raise NotReady(
            f"Port {port} is taken", where="the page", next_step="Stop what uses it, or give another with --port."
        )


def start_system(stack: ExitStack, folder: Path, *, as_of: date, port: int) -> System:
    """Start broker and database, make topics, tables and the keys of pseudonyms; all of it ends with `stack`."""
    database = stack.enter_context(embedded_database(folder / "postgres"))
    broker = stack.enter_context(embedded_broker(folder / "broker"))
    engine = open_database(database)
    stack.callback(engine.dispose)
    migrate(engine)
    create_missing_topics(broker, partitions=2, replication=1)
    for consumer in (SNAPSHOT, WAREHOUSE, ERASURE):
        make_key(folder / "pseudonym-keys", consumer)
    make_master_key(folder / "pseudonym-keys")
    environment = {
        "SEND_KAFKA": broker,
        "SEND_DATABASE": database,
        "SEND_AS_OF": as_of.isoformat(),
        "SEND_HOME": str(folder),
        "SEND_PARTITIONS": "2",
        "SEND_SIGN_IN": "development",
        "SEND_WEB_PORT": str(port),
        "SEND_WEB_ADDRESS": f"http://127.0.0.1:{port}",
    }
    return System(environment, engine, folder, port)


def start_worker_and_page(stack: ExitStack, system: System) -> None:
    """Start a stream worker, the reports and the page, and return once the page answers."""
    for name in ("worker", "reports", "web"):
        system.processes[name] = stack.enter_context(
            running(name, [*_ourselves(), name], environment=system.environment, log=system.folder / f"{name}.log")
        )
    wait_for_port(f"127.0.0.1:{system.port}", lambda: system.processes["web"].poll() is None)


def wait_until_balanced(system: System, say: Say) -> Ledger:
    """Return once every event is accounted for and nothing waits, but where a feed is paused, which it says. Raises Broken
    where a process ends before."""
    deadline = time.monotonic() + LOADED_WITHIN_SECONDS
    said = 0.0
    while time.monotonic() < deadline:
        found = take_ledger(system.engine, system.environment["SEND_KAFKA"])
        if found.balanced:
            return found
        if found.waits_for_people:
            say(f"Paused are: {', '.join(found.waits_for_people)}. `feed list` says why; nothing of them is lost.")
            return found
        _require_alive(system)
        if time.monotonic() - said > 5:
            waiting = sum(feed.waiting for feed in found.feeds)
            say(f"{waiting:,} events wait at the gate, {found.child_events_waiting:,} for the timeline.")
            said = time.monotonic()
        time.sleep(0.5)  # between two looks at the ledger
    raise Broken("The events were not worked through in time", where="the demonstration")


def wait_for_the_end(system: System) -> None:
    """Raise Broken when a process ends by itself, which none should; Ctrl-C is the way out."""
    raise _ended(system, first_to_end(system.processes))


def census() -> Path:
    """The census that the demonstration reads: made-up children, by Data to Insight (MIT)."""
    packaged = Path(send_integration.__file__).parent / "simulate" / "cin-census-fake.xml"
    checked_out = Path(send_integration.__file__).parents[2] / "tests" / "data" / "cin-census-fake.xml"
    return packaged if packaged.exists() else checked_out


def summary(ledger: Ledger) -> list[str]:
    """The ledger in a line a feed that has events."""
    return [
        f"{feed.feed}: {feed.raw:,} = {feed.accepted:,} accepted + {feed.quarantined:,} quarantined"
        f" + {feed.duplicates:,} duplicates"
        for feed in ledger.feeds
        if feed.raw
    ]


def sent_in(report: str) -> int:
    """How many events an `ingest --json` report says were sent."""
    found = json.loads(report)
    return sum(feed["sent"] for feed in found["feeds"].values())


def _ourselves() -> list[str]:
    return [str(Path(sys.executable).parent / "send-integration")]


def _require_alive(system: System) -> None:
    for name, process in system.processes.items():
        if process.poll() is not None:
            raise _ended(system, name)


def _ended(system: System, name: str) -> Broken:
    """What is said of a process that ended by itself, with its last words: its log goes with the demonstration."""
    log = system.folder / f"{name}.log"
    words = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
    how = how_it_ended(system.processes[name])
    return Broken(
        f"The {name} {how}; its last words: {' '.join(words) or 'none'}", next_step="Start the demonstration again."
    )
