"""Asks the broker how far its topics reach, and keeps it for the pages and metrics, which know no broker."""

from datetime import datetime

from sqlalchemy import Engine

from send_integration.broker.offsets import extents
from send_integration.contracts import topics
from send_integration.store.broker_ends import keep_ends


def look_at_the_broker(engine: Engine, bootstrap: str, now: datetime) -> None:
    """Keep how far the raw topics and the child events reach. Raises NotReady where the broker does not answer."""
    found = extents(bootstrap, [*(topics.raw(feed).name for feed in topics.FEEDS), topics.CHILD_EVENTS.name])
    with engine.begin() as connection:
        keep_ends(connection, found, now)
