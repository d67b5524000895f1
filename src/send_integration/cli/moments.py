"""Moments that somebody wrote at the terminal."""

from datetime import datetime

from send_integration.errors import BadInput


def known_at_moment(text: str) -> datetime:
    """The moment of --known-at. Raises BadInput for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput(
            "is no moment such as 2026-02-01T00:00:00Z", where="--known-at", next_step="Write it with its offset."
        )
    return moment
