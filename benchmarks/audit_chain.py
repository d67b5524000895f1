"""What the audit's chain costs: one reader after the other, fifty at once, and computing a million entries anew."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, create_engine, make_url, text

from send_integration.contracts.audit_chain import Broken
from send_integration.embedded.database import embedded_database
from send_integration.store.audit_chain import verify_audit
from send_integration.store.engine import open_database
from send_integration.store.schema import migrate
from send_integration.store.sessions import Session, record

READER = Session("chair", "panel-chair", "")
ENTRIES = 1_000_000
AT_ONCE = 100_000
FILL = (
    "INSERT INTO audit (at, actor, role, action, child_id, allowed, why) SELECT clock_timestamp(), 'w' || n % 400,"
    " 'panel-member', 'view-child', 'c' || lpad(to_hex(n), 15, '0'), true, 'panel-member may view-child'"
    " FROM generate_series(1, :number) AS n"
)


def looks(engine: Engine, readers: int, each: int) -> str:
    """How long it takes to write a look down, with so many readers at once."""
    taken: list[float] = []

    def look(number: int) -> None:
        for _ in range(each):
            began = time.perf_counter()
            record(engine, READER, "view-child", f"c{number}", allowed=True, why="panel-chair may view-child")
            taken.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    with ThreadPoolExecutor(readers) as pool:
        list(pool.map(look, range(readers)))
    rate = len(taken) / (time.perf_counter() - began)
    cuts = quantiles(taken, n=100)
    return f"{rate:7.0f} a second, median {cuts[49]:6.1f} ms, 95th percentile {cuts[94]:6.1f} ms"


def main() -> None:
    """Measure, and print."""
    with TemporaryDirectory(prefix="send-bench-") as folder, embedded_database(Path(folder) / "postgres") as address:
        migrate(open_database(address))
        engine = create_engine(make_url(address).set(drivername="postgresql+psycopg"), pool_size=60)
        looks(engine, 50, 4)
        for chained in (False, True, False, True):
            with engine.begin() as connection:
                switch = "ENABLE ALWAYS" if chained else "DISABLE"
                connection.execute(text(f"ALTER TABLE audit {switch} TRIGGER audit_is_chained"))
            for readers, each in ((1, 400), (50, 40)):
                print(f"{'chained' if chained else 'plain  '}  {readers:2} at once: {looks(engine, readers, each)}")
        with engine.begin() as connection:
            for table in ("audit", "audit_link"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_is_history"))
            connection.execute(text("TRUNCATE audit, audit_link, outbox"))
        for _ in range(ENTRIES // AT_ONCE):
            with engine.begin() as connection:
                connection.execute(text(FILL), {"number": AT_ONCE})
        began, cpu = time.perf_counter(), time.process_time()
        found = verify_audit(engine, {})
        if isinstance(found, Broken):
            raise SystemExit(found.words)
        took, worked = time.perf_counter() - began, time.process_time() - cpu
        print(f"{found.seq:,} entries computed anew in {took:.1f} s, {worked:.1f} s of them Python's own")
        engine.dispose()


if __name__ == "__main__":
    main()
