"""Real brokers for tests: the embedded one, and an Apache Kafka that Maven brings."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from tempfile import gettempdir

import pytest

from send_integration.embedded.broker import embedded_broker
from send_integration.embedded.ports import free_ports, wait_for_port
from send_integration.embedded.processes import running
from send_integration.errors import NotReady

POM = Path(__file__).parent / "kafka" / "pom.xml"
SOON_READY = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Java that translates quickly rather than well: it lives for a test, and its start is half of what it takes."""

NOTHING_SKIPPED = os.environ.get("SEND_TEST_NOTHING_SKIPPED") == "1"


def require(*programs: str) -> None:
    """Skip the test, saying why, where a program is missing; fail where nothing may be skipped."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        reason = f"this machine has no {' and no '.join(missing)}"
        if NOTHING_SKIPPED:
            pytest.fail(reason)
        pytest.skip(reason)


def kafka_libraries(folder: Path) -> Path:
    """The folder of Apache Kafka's libraries, fetched through Maven; by one process at a time, for its cache is not made for
    two."""
    with (Path(gettempdir()) / "send-test-maven.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        fetched = _fetched(folder)
    if fetched.returncode:
        reason = f"Maven could not bring Apache Kafka: {fetched.stdout[-300:]}"
        if NOTHING_SKIPPED:
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


def _fetched(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            "mvn",
            "--quiet",
            "--batch-mode",
            "-f",
            str(POM),
            "dependency:copy-dependencies",
            f"-DoutputDirectory={folder}",
            "-DincludeScope=runtime",
        ],
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def apache_kafka(folder: Path, libraries: Path) -> Iterator[str]:
    """One KRaft node on loopback until the block ends; gives its bootstrap address."""
    folder.mkdir(parents=True)
    client, controller = free_ports(2)
    configuration = folder / "server.properties"
    configuration.write_text(
        "\n".join(
            [
                "process.roles=broker,controller",
                "node.id=1",
                f"controller.quorum.voters=1@127.0.0.1:{controller}",
                f"listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}",
                f"advertised.listeners=PLAINTEXT://127.0.0.1:{client}",
                "controller.listener.names=CONTROLLER",
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                f"log.dirs={folder / 'data'}",
                "offsets.topic.replication.factor=1",
                "offsets.topic.num.partitions=4",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "group.initial.rebalance.delay.ms=0",
                "auto.create.topics.enable=false",
                "message.max.bytes=8388608",
            ]
        )
    )
    java = ["java", *SOON_READY, "-cp", f"{libraries}/*"]
    subprocess.run(
        [*java, "kafka.tools.StorageTool", "format", "-t", "c2VuZC1pbnRlZ3JhdGk", "-c", str(configuration)],
        check=True,
        capture_output=True,
    )
    log = folder / "kafka.log"
    with running("Apache Kafka", [*java, "kafka.Kafka", str(configuration)], environment={}, log=log) as process:
        try:
            wait_for_port(f"127.0.0.1:{client}", lambda: process.poll() is None)
        except NotReady as fault:
            pytest.fail(f"{fault}\n{log.read_text()[-3000:]}")
        yield f"127.0.0.1:{client}"
        process.kill()  # in order it takes seconds, and nobody looks at what it leaves


@contextmanager
def broker_of(kind: str, folder: Path, libraries: Path | None) -> Iterator[str]:
    """The named kind of broker."""
    if kind == "embedded":
        with embedded_broker(folder / "broker") as address:
            yield address
    else:
        assert libraries is not None
        with apache_kafka(folder / "kafka", libraries) as address:
            yield address
