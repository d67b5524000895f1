"""How fast every page is for fifty readers at once, with 100,000 children and 3 million events, on two cores.

`python -m benchmarks.web [--children N] [--folder DIR] [--seconds S]`: fills a database (kept in the folder, and used again),
starts `send-integration web` as in production, and reads. Beside it, in the same run, the same server's most trivial page.
"""

import argparse
import asyncio
import os
import pickle
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import psutil
from sqlalchemy import create_engine, text

from benchmarks.rules.histories import UNTIL
from benchmarks.web.growing import Grown, grow, template_of
from benchmarks.web.looks import look_at_children
from benchmarks.web.people import READERS, a_chair, fifty_readers, one_of_each
from benchmarks.web.reading import Connection, Page, Reader, Seen, read_at_once
from benchmarks.web.routes import require_every_page
from benchmarks.web.town import build_town
from send_integration.embedded.database import embedded_database
from send_integration.embedded.ports import free_port, wait_for_port
from send_integration.embedded.processes import running
from send_integration.store import migrations
from send_integration.store.engine import open_database
from send_integration.store.schema import migrate

CORES = 2
TOWN = 1000
EVENTS_EACH = 30
SEED = 1
THINK = (2.0, 8.0)
"""Seconds that a reader looks at a page; a panel has six minutes for a child, a worker goes through alerts faster."""

AIM = 100.0
"""Milliseconds within which 95 of 100 pages come."""

PERCENTILES = (50, 95, 99)


def main() -> None:
    """Fill, start, read and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60, help="how long the readers read")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "send-bench-web")
    given = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:CORES]))
    folder = given.folder / _tables()
    with _database(folder, given.children) as address:
        engine = open_database(address)
        readers = fifty_readers(engine)
        _print_size(address)
        with _server(address, folder / "web.log") as (port, web):
            machine = Machine(web, _server_of(folder / "postgresql"))
            _costs(port, readers, machine)
            _report(port, readers, given.seconds, THINK, machine)
            _report(port, readers, given.seconds / 2, (0, 0), machine)
            _baseline(port, readers, given.seconds / 4)
            _papers(port, readers)
        engine.dispose()


def _tables() -> str:
    """Names the tables as they are now: a database that was filled with others is not used again."""
    written = sorted(Path(migrations.__file__).parent.glob("versions/*.py"))
    return sha256(b"".join(path.read_bytes() for path in written)).hexdigest()[:12]


@contextmanager
def _database(folder: Path, children: int) -> Iterator[str]:
    """A filled database: the one of an earlier run, with what it has too few of."""
    data, kept = folder / "postgresql", folder / "town.pickle"
    began = time.perf_counter()
    if not kept.exists():
        with embedded_database(data) as address:
            _set_up(address)
        with embedded_database(data) as address:
            engine = open_database(address)
            migrate(engine)
            build_town(engine, TOWN, SEED)
            engine.dispose()
            kept.write_bytes(pickle.dumps(template_of(_plain(address))))
    with embedded_database(data) as address:
        engine = open_database(address)
        migrate(engine)
        engine.dispose()
        _grow(address, pickle.loads(kept.read_bytes()), children)
        look_at_children(_plain(address))
        _settle(address)
        print(f"filled in {time.perf_counter() - began:.0f} s, kept in {folder}")
        yield address


def _grow(address: str, town: Grown, children: int) -> None:
    """Copy the town until there are so many children, with thirty events each on average."""
    of_town = (town.rows["child"].count(b"\n"), town.rows["event"].count(b"\n"))
    copies = max(-(-children // of_town[0]), -(-children * EVENTS_EACH // of_town[1])) - 1
    grow(_plain(address), town, copies, CORES)


def _plain(address: str) -> str:
    return address.replace("postgresql+psycopg", "postgresql")


def _set_up(address: str) -> None:
    """As for a server of 4 GB."""
    with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
        for setting in ("shared_buffers = '1GB'", "max_wal_size = '8GB'", "maintenance_work_mem = '256MB'"):
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))


def _settle(address: str) -> None:
    """What a server does by itself in quiet hours, done at once, so that it falls into no measurement."""
    with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def _print_size(address: str) -> None:
    with create_engine(address).connect() as connection:
        counts = {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in ("child", "event", "flag", "alert", "worker", "audit", "decision_seen", "quarantine", "notice")
        }
        size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    print(
        ", ".join(f"{count:,} rows of {name}" for name, count in counts.items()), f"; {size / 2**30:.1f} GB", flush=True
    )


@contextmanager
def _server(address: str, log: Path) -> Iterator[tuple[int, psutil.Process]]:
    port = free_port()
    environment = {
        "SEND_DATABASE": address,
        "SEND_AS_OF": UNTIL.isoformat(),
        "SEND_SIGN_IN": "development",
        "SEND_WEB_PORT": str(port),
    }
    command = [str(Path(sys.executable).parent / "send-integration"), "web"]
    with running("web", command, environment=environment, log=log) as process:
        wait_for_port(f"127.0.0.1:{port}", lambda: process.poll() is None)
        yield port, psutil.Process(process.pid)


class Spent(NamedTuple):
    """Processor seconds: of the page's processes, of PostgreSQL, of the readers, and of whatever else the machine does."""

    python: float
    postgres: float
    readers: float
    others: float


class Machine(NamedTuple):
    """Whose processor time is counted."""

    web: psutil.Process
    postgres: psutil.Process

    def spent(self) -> Spent:
        """Since each began; only differences mean anything."""
        times = psutil.cpu_times()
        busy = sum(times) - times.idle - getattr(times, "iowait", 0.0)
        python, postgres, own = _spent(self.web), _spent(self.postgres), time.process_time()
        return Spent(python, postgres, own, busy - python - postgres - own)

    def memory(self) -> int:
        """Megabytes that the page's processes hold."""
        return sum(one.memory_info().rss for one in (self.web, *self.web.children(recursive=True))) // 2**20


def _server_of(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]))


def _costs(port: int, readers: Sequence[Reader], machine: Machine) -> None:
    """Of each kind of page, one at a time: how long it takes, and the processor time of Python and of PostgreSQL."""
    print(f"\n{'one reader alone':<28}{'pages':>7}{'ms p50':>9}{'Python ms':>11}{'PostgreSQL ms':>15}{'kB':>7}")
    kinds = one_of_each(readers)
    require_every_page(page for _, pages in kinds.values() for page in pages)
    for kind, (reader, pages) in sorted(kinds.items()):
        chosen = pages[:40]
        before = machine.spent()
        took, size = asyncio.run(_one_by_one(port, reader, chosen))
        after, each = machine.spent(), 1000 / len(chosen)
        python, postgres = after.python - before.python, after.postgres - before.postgres
        print(
            f"{kind:<28}{len(chosen):>7}{_percentile(took, 50):>9.1f}{python * each:>11.1f}{postgres * each:>15.1f}"
            f"{size / 1000:>7.0f}",
            flush=True,
        )


async def _one_by_one(port: int, reader: Reader, pages: Sequence[Page]) -> tuple[list[float], int]:
    connection = Connection(port, reader.cookie)
    took, size = [], 0
    for page in pages:
        began = time.perf_counter()
        status, size = await connection.get(page.address)
        if status != 200:
            raise SystemExit(f"{page.kind}: {status}")
        took.append((time.perf_counter() - began) * 1000)
    connection.close()
    return took, size


def _spent(process: psutil.Process) -> float:
    """The processor time of a process and of all that it started, those that have ended too."""
    living = 0.0
    for one in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ended just now, and its parent has its time
            times = one.cpu_times()
            living += times.user + times.system
    own = process.cpu_times()
    return float(own.user + own.system + own.children_user + own.children_system + living)


def _report(port: int, readers: Sequence[Reader], seconds: float, think: tuple[float, float], machine: Machine) -> None:
    """All readers at once, and what they met."""
    before = machine.spent()
    seen = asyncio.run(read_at_once(port, readers, seconds, think))
    words = f"each reads for {think[0]:.0f} to {think[1]:.0f} s" if think[1] else "none stops to read"
    print(f"\n{f'{READERS} readers, {words}':<44}{'pages':>7}" + "".join(f"{f'ms p{p}':>9}" for p in PERCENTILES))
    everything = [took for of_kind in seen.took.values() for took in of_kind]
    for kind, took in (*sorted(seen.took.items()), ("any page", everything)):
        late = "  over the aim" if think[1] and _percentile(took, 95) > AIM else ""
        print(f"{kind:<44}{len(took):>7}" + "".join(f"{_percentile(took, p):>9.1f}" for p in PERCENTILES) + late)
    spent = Spent(*(now - then for now, then in zip(machine.spent(), before, strict=True)))
    each = 1000 / max(1, seen.pages)
    print(
        f"{seen.pages / seen.seconds:.1f} pages a second, {sum(seen.errors.values())} errors {_in_words(seen.errors)};"
        f" {machine.memory():,} MB; of the processor a page took {spent.python * each:.1f} ms of Python and"
        f" {spent.postgres * each:.1f} ms of PostgreSQL, the readers {spent.readers * each:.1f} ms;"
        f" other work kept {spent.others / seen.seconds:.1f} of {os.cpu_count()} cores busy",
        flush=True,
    )


def _baseline(port: int, readers: Sequence[Reader], seconds: float) -> None:
    """The same server answers a page that asks for nothing."""
    trivial = [Reader(reader.cookie, lambda _: Page("trivial", "/health")) for reader in readers]
    seen: Seen = asyncio.run(read_at_once(port, trivial, seconds, (0, 0)))
    took = seen.took.get("trivial", [0.0])
    print(
        f"\nbaseline: /health, none stops to read: {seen.pages / seen.seconds:,.0f} a second,"
        + "".join(f" p{p} {_percentile(took, p):.1f} ms" for p in PERCENTILES)
    )


def _papers(port: int, readers: Sequence[Reader]) -> None:
    """The papers of a meeting are printed by one person at a time, in a process of their own: how long each takes."""
    reader = a_chair(readers)
    child = next(page for page in one_of_each([reader])["a child on an agenda"][1])
    for what, address in (("of a meeting", f"/meetings/{UNTIL}/pack.pdf"), ("of a child", f"{child.address}/pack.pdf")):
        (took,), size = asyncio.run(_one_by_one(port, reader, [Page("pack", address)]))
        print(f"the pack {what}: {took / 1000:.1f} s, {size / 1000:.0f} kB", flush=True)


def _percentile(took: Sequence[float], percent: int) -> float:
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _in_words(errors: Mapping[str, int]) -> str:
    return ", ".join(f"{what} {times} times" for what, times in sorted(errors.items()))


if __name__ == "__main__":
    random.seed(SEED)
    main()
