"""How alerts and notices are worded where they leave the page: a reference, a kind, a date, a link; nothing of a child."""

from typing import NamedTuple

from send_integration.alerts.route import Alert


class Letter(NamedTuple):
    """What a channel sends; `path` is the page that the signed-in reader is led to."""

    subject: str
    text: str
    path: str


def alert_letter(alert: Alert) -> Letter:
    """An alert in words."""
    due = f"Due on {alert.due_on.isoformat()}.\n" if alert.due_on else ""
    return Letter(
        f"Alert {alert.alert_id}: {alert.rule}, {alert.kind}",
        f"There is an alert for you: {alert.rule}, {alert.kind}, level {alert.level}.\n{due}"
        f"Child reference {alert.child_id}.\n\nSign in to see why, and what to do next:",
        f"/children/{alert.child_id}",
    )


def notice_letter(notice_id: str, child_id: str) -> Letter:
    """A notice in words: that something changed, and not what."""
    return Letter(
        f"Notice {notice_id}: what you saw has changed",
        "Something that you were shown of a child no longer stands.\n"
        f"Child reference {child_id}.\n\nSign in to see what, and why:",
        "/alerts",
    )
