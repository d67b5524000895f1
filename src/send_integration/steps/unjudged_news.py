"""Tells the data stewards of children whom a fault of ours keeps from being judged: once a day for each fault."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import Engine

from send_integration.alerts.service_letters import OF_FAULTS, unjudged_letter
from send_integration.store.deliveries import Delivery, add_deliveries
from send_integration.store.undelivered import is_asked
from send_integration.store.unjudged import faults_told_of

STEWARDS = "data-stewards"


def tell_of_unjudged(engine: Engine, mailboxes: Mapping[str, str], fallback: str, today: date, now: datetime) -> int:
    """Send a letter for each fault that was not told of today; gives how many. With no mailbox the monitor alone tells."""
    address = mailboxes.get(STEWARDS, "") or fallback
    if not address:
        return 0
    with engine.begin() as connection:
        letters = [
            Delivery(f"{OF_FAULTS}{sha256(one.fault.encode()).hexdigest()[:12]}-{today:%Y%m%d}", address, letter)
            for one in faults_told_of(connection)
            for letter in [unjudged_letter(one.fault, one.children)]
        ]
        new = [letter for letter in letters if not is_asked(connection, letter.message_id)]
        add_deliveries(connection, new, now)
    return len(new)
