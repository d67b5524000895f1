"""How alerts and notices are worded where they leave the page: a reference, a kind, a date, a link; nothing of a child."""

from collections.abc import Sequence
from typing import NamedTuple

from send_integration.alerts.route import Alert
from send_integration.rules.names import rule_name


class Letter(NamedTuple):
    """What a channel sends; `path` is the page that the signed-in reader is led to. `kind` and `due` are for channels with
    words of their own: what it is about (else the subject says it), and a day in ISO's form."""

    subject: str
    text: str
    path: str
    kind: str = ""
    due: str = ""


def alert_letter(alert: Alert) -> Letter:
    """An alert in words: its reference, its kind, when it is due, and where to read the rest."""
    passed_on = "It was passed on to you, for nobody answered it in time.\n" if alert.escalated_from else ""
    return Letter(
        f"Alert {alert.alert_id}: {what_of(alert)}",
        f"There is an alert for you.\n{what_of(alert)}{_due(alert)}.\n{passed_on}\n"
        "Sign in to see why it is there and what to do next, and to say that you will act:",
        f"/alerts/{alert.alert_id}",
        kind=what_of(alert),
        due=alert.due_on.isoformat() if alert.due_on else "",
    )


def digest_letter(digest_id: str, alerts: Sequence[Alert]) -> Letter:
    """A day's alerts that were not sent at once, in words, in the order in which they are given."""
    lines = "\n".join(f"- {alert.alert_id}: {what_of(alert)}{_due(alert)}" for alert in alerts)
    number = "1 alert" if len(alerts) == 1 else f"{len(alerts)} alerts"
    return Letter(
        f"Digest {digest_id}: {number} for you",
        f"These wait for you, the most severe first:\n{lines}\n\n"
        "Sign in to see why each is there and what to do next, and to say which you will act on:",
        "/alerts",
    )


def what_of(alert: Alert) -> str:
    """An alert's kind: whether it is of a milestone or a risk, and of which."""
    title = rule_name(alert.rule)
    return f"{alert.of.capitalize()}: {title}" if alert.of else title


def _due(alert: Alert) -> str:
    return f", due on {alert.due_on.isoformat()}" if alert.due_on else ""


def notice_letter(notice_id: str, child_id: str) -> Letter:
    """A notice in words: that something changed, and not what."""
    return Letter(
        f"Notice {notice_id}: what you saw has changed",
        "Something that you were shown of a child no longer stands.\n"
        f"Child reference {child_id}.\n\nSign in to see what, and why:",
        "/alerts",
    )


def feed_letter(feed: str, why: str, who: str) -> Letter:
    """A feed that was parked, in words for its stewards: what failed, by how much, and what to do; of no child."""
    return Letter(
        f"Feed {feed} is paused",
        f"The feed {feed} was paused by {who}: {why}\n\nNothing is lost: what its source sends is kept and waits. Until the"
        " feed goes on, children's pages say that what is missing may only be waiting.\n\nWhat to do: ask the source what"
        f" changed; then `send-integration feed resume {feed} --why ...`, or leave it to be tried again by itself where the"
        " batch rules paused it. docs/feeds.md says more. Sign in to see what failed, and to resume it:",
        f"/feeds/{feed}",
    )


def silence_letter(feed: str, why: str) -> Letter:
    """A feed that has fallen silent, in words for its stewards: what was measured, and what to do; of no child."""
    return Letter(
        f"Feed {feed} is silent",
        f"{why}\n\nThe feed is not paused: whatever it sends is let in at once. But what its source has not sent, nobody"
        " sees, and children's pages say so.\n\nWhat to do: ask the source whether its export still runs. If it has nothing to"
        " send, nothing need be done: a silence is told once, and ends when the feed sends again. If it has ended for good:"
        f" `send-integration feed pause {feed} --why ...`. docs/feeds.md says more. Sign in to see how every feed stands:",
        "/alerts",
    )
