"""What the child and the parents said, as the page shows it first; and, where nobody asked, for how long."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from send_integration.web.days import written
from send_integration.web.effects import count
from send_integration.when.periods import after_months

CHILD = ("child", "young-person")
STALE_MONTHS = 12
"""How old a voice may be before it is said that nobody has asked since (rule no-voice)."""


class Said(NamedTuple):
    """One voice; `href` leads to its entry on the timeline."""

    text: str
    how: str
    day: str
    ago: str
    href: str | None


class Voice(NamedTuple):
    """All voices of one person, the newest first, and what is to be said of how long nobody asked; '' where somebody did."""

    of: str
    said: list[Said]
    gap: str


def voices_of(
    panel: Mapping[str, Any], hrefs: Mapping[str, str], name: str, first_on: date | None, today: date
) -> tuple[Voice, Voice]:
    """The child's voice and the parents'; `first_on` is the day of the first entry, since when somebody could have asked."""
    child = [said for said in panel["voices"] if said["of"] in CHILD]
    parents = [said for said in panel["voices"] if said["of"] not in CHILD]
    return (
        _voice(name, child, hrefs, first_on, today),
        _voice("the parents and carers", parents, hrefs, first_on, today),
    )


def _voice(
    of: str, said: Sequence[Mapping[str, Any]], hrefs: Mapping[str, str], first_on: date | None, today: date
) -> Voice:
    found = [_said(one, hrefs, today) for one in said]
    if not said:
        since = f" in {long_since(first_on, today)}, since the first entry on {written(first_on)}" if first_on else ""
        return Voice(of, found, f"Nobody has written down what {of} want{'' if of.startswith('the') else 's'}{since}.")
    last_on = date.fromisoformat(said[0]["on"])
    if after_months(last_on, STALE_MONTHS) < today:
        return Voice(of, found, f"Nobody has asked since: that is {long_since(last_on, today)}.")
    return Voice(of, found, "")


def _said(one: Mapping[str, Any], hrefs: Mapping[str, str], today: date) -> Said:
    on = date.fromisoformat(one["on"])
    ago = "today" if on >= today else f"{long_since(on, today)} ago"
    return Said(one["text"], one["how"], written(on), ago, hrefs.get(one["event_id"]))


def long_since(day: date, today: date) -> str:
    """A time in words: '12 days', '5 weeks', '14 months', '2 years and 3 months'."""
    days = (today - day).days
    if days < 28:
        return count(days, "day")
    months = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    if months < 3:
        return count(days // 7, "week")
    if months < 24:
        return count(months, "month")
    rest = f" and {count(months % 12, 'month')}" if months % 12 else ""
    return f"{count(months // 12, 'year')}{rest}"
