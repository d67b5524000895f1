"""A whole system for each test: a broker of either kind, a database, and workers that can be killed."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, text

from send_integration.broker.topics import create_missing_topics
from send_integration.contracts.pseudonyms import WAREHOUSE
from send_integration.embedded.processes import running
from send_integration.steps.ledger import Ledger, take_ledger
from send_integration.store.engine import open_database
from send_integration.store.master_keys import make_master_key
from send_integration.store.pseudonym_keys import make_key
from tests.integration.brokers import broker_of, kafka_libraries, require
from tests.integration.channels.mail import Mailbox, mail
from tests.integration.streams.forks import Forked, Forks, forks_of

__all__ = ["mail"]

TODAY = "2024-12-01"
PARTITIONS = 3
WITHIN_SECONDS = 90
LEDGER_SECONDS = 0.4
"""Between two looks at the ledger: one reads the end of every topic, and takes from the workers what it uses."""


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Apache Kafka's libraries; skips where Maven or Java is missing."""
    require("mvn", "java")
    return kafka_libraries(tmp_path_factory.mktemp("kafka-libraries"))


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """What starts workers at once."""
    with forks_of("worker", "reports") as started:
        yield started


@dataclass
class System:
    """Addresses, and ways to start workers and to wait for what they do."""

    broker: str
    database: str
    engine: Engine
    folder: Path
    stack: ExitStack
    forks: Forks
    started: int = 0
    today: str = TODAY

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this system is told."""
        return {
            "SEND_KAFKA": self.broker,
            "SEND_DATABASE": self.database,
            "SEND_AS_OF": self.today,
            "SEND_HOME": str(self.folder),
            "SEND_PARTITIONS": str(PARTITIONS),
        }

    def start_worker(self, kind: str = "worker") -> Forked:
        """A `worker`, or the `reports`, in a process of its own."""
        worker = self.forks.start(kind, environment=self.environment, log=self._log())
        self.stack.callback(worker.stop)
        return worker

    def start_command(self, kind: str) -> "subprocess.Popen[bytes]":
        """The same as people start it, with nothing loaded before."""
        command = [str(Path(sys.executable).parent / "send-integration"), kind]
        return self.stack.enter_context(running(kind, command, environment=self.environment, log=self._log()))

    def _log(self) -> Path:
        self.started += 1
        return self.folder / f"worker-{self.started}.log"

    def logs(self) -> str:
        """What all workers wrote."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("worker-*.log")))

    def accepted(self) -> int:
        """How many events the gate has let in."""
        with self.engine.connect() as connection:
            return int(
                connection.execute(
                    text("SELECT coalesce(sum(accepted), 0) FROM stream_position WHERE reader = 'gate'")
                ).scalar_one()
            )

    def kept(self) -> int:
        """How many events the timeline has."""
        with self.engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM event")).scalar_one())

    def ledger(self) -> Ledger:
        """The ledger now."""
        return take_ledger(self.engine, self.broker)

    def wait_for(self, condition: Callable[[], bool], what: str, *, between_looks: float = 0.1) -> None:
        """Return once `condition` holds; fail, with the workers' words, where it does not in time."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"{what} did not happen in {WITHIN_SECONDS} s\n{self.logs()[-3000:]}\n{self.ledger()}")
            time.sleep(between_looks)  # the topics and tables that it looks at tell nobody

    def wait_until_balanced(self) -> None:
        """Return once nothing waits and all is accounted for."""
        self.wait_for(lambda: self.ledger().balanced, "a balanced ledger", between_looks=LEDGER_SECONDS)


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def system(request: pytest.FixtureRequest, database: str, tmp_path: Path, forks: Forks) -> Iterator[System]:
    """A system without workers, on each kind of broker in turn."""
    libraries = request.getfixturevalue("libraries") if request.param == "kafka" else None
    with ExitStack() as stack:
        broker = stack.enter_context(broker_of(request.param, tmp_path, libraries))
        create_missing_topics(broker, partitions=PARTITIONS, replication=1)
        engine = open_database(database)
        stack.callback(engine.dispose)
        make_key(tmp_path / "pseudonym-keys", WAREHOUSE)
        make_master_key(tmp_path / "pseudonym-keys")
        yield System(broker, database, engine, tmp_path, stack, forks)


@pytest.fixture
def mailbox(mail: tuple[Controller, Mailbox], monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """What workers that are started from now on send by mail."""
    controller, received = mail
    controller.start()
    monkeypatch.setenv("SEND_SMTP", f"127.0.0.1:{controller.port}")
    return received
