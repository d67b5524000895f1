"""Moments that somebody wrote at the terminal."""

from datetime import datetime

from send_integration.errors import BadInput


def known_at_moment(text: str, where: str = "--known-at") -> datetime:
    """The moment that an option names. Raises BadInput for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput("is no moment such as 2026-02-01T00:00:00Z", where=where, next_step="Write it with its offset.")
    return moment
