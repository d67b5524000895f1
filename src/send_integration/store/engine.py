"""Opens the database."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from send_integration.errors import NotReady


def open_database(address: str) -> Engine:
    """An engine for a PostgreSQL address. Raises NotReady, without the address's password, where none answers."""
    url = address.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_size=4, max_overflow=4, pool_pre_ping=True)
    try:
        engine.connect().close()
    except OperationalError:
        raise NotReady(
            "The database does not answer", where=str(engine.url), next_step="Check SEND_DATABASE and the server."
        ) from None
    return engine
