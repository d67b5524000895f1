"""What writing the SEN2 return of a large authority costs: seconds of processor and the most memory of the command's process.

`python -m benchmarks.sen2_return [--children N]`: children of 30 events each, as a simulated authority's agencies write them. Of
half as many as well, so that memory can be seen not to grow with them.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from benchmarks.one_core import Measured, measured_database
from benchmarks.rules.filling import fill
from benchmarks.rules.histories import LENGTH, UNTIL

COMMAND = Path(sys.executable).parent / "send-integration"
SHARED_BUFFERS = "512MB"
SEED = 1


def main() -> None:
    """Fill, write and print; then again with half of the children."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sen2_return", description=__doc__)
    parser.add_argument("--children", type=int, default=100_000)
    given = parser.parse_args()
    with measured_database(SHARED_BUFFERS) as database, TemporaryDirectory(prefix="send-bench-") as folder:
        address = database.engine.url.render_as_string(hide_password=False)
        with ProcessPoolExecutor(1, get_context("spawn")) as filler:
            filler.submit(fill, address, given.children, SEED).result()
        with database.engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        for share in (1, 2):
            if share > 1:
                with database.engine.begin() as connection:
                    connection.execute(text("DELETE FROM child WHERE hashtext(child_id) % 2 = 0"))
            with database.engine.connect() as connection:
                children = connection.execute(text("SELECT count(*) FROM child")).scalar_one()
            print(
                f"{children:,} children of {LENGTH} events each: {_write(database, address, Path(folder) / str(share))}",
                flush=True,
            )


def _write(database: Measured, address: str, to: Path) -> str:
    """Write the return in a process of its own."""
    used: list[resource.struct_rusage] = []

    def write() -> None:
        process = subprocess.Popen(
            [COMMAND, "export", "sen2", "--year", str(UNTIL.year - 1), "--to", to, "--why", "a benchmark"],
            env={**os.environ, "SEND_DATABASE": address, "SEND_KAFKA": "127.0.0.1:1"},
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit("The command failed")
        used.append(usage)

    began = time.perf_counter()
    spent = database.seconds(write)
    wall = time.perf_counter() - began
    python = used[0].ru_utime + used[0].ru_stime
    with next(to.glob("Blade-Export_*_person.csv")).open() as lines:
        people = sum(1 for _ in lines) - 1
    size = sum(file.stat().st_size for file in to.iterdir()) / 1e6
    return (
        f"{people:,} people, {size:.0f} MB written; {wall:.1f} s on the wall, {python:.1f} s of Python, {spent.postgres:.1f} s of"
        f" PostgreSQL, at most {used[0].ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    main()
