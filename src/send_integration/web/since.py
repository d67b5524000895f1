"""What has changed of a child since the panel last talked about it, in the order of its consequence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from send_integration.timeline.seen import Changes, Entry, Seen, Turned, changed_since
from send_integration.web.effects import count

NOTHING = Changes()


@dataclass(frozen=True, slots=True)
class Since:
    """Since when, and what the panel then did; `day` is None where it has not talked about the child before."""

    day: date | None = None
    what: str = ""
    changes: Changes = NOTHING

    @property
    def sentence(self) -> str:
        """The changes counted, what weighs most first."""
        found = self.changes
        counts = (
            (len(found.decisions) + len(found.words), "decision or word of the panel"),
            (len(found.flags), "flag"),
            (len(found.milestones), "date"),
            (len(found.came), "new entry"),
            (len(found.gone), "entry that is gone"),
        )
        return ", ".join(_counted(number, noun) for number, noun in counts if number)


_MANY = {
    "decision or word of the panel": "decisions or words of the panel",
    "date": "dates that stand otherwise",
    "flag": "flags that stand otherwise",
    "new entry": "new entries",
    "entry that is gone": "entries that are gone",
}
_ONE = {"date": "date that stands otherwise", "flag": "flag that stands otherwise"}


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {_MANY[noun]}" if number != 1 else count(1, _ONE.get(noun, noun))


OWN = ("panel-action", "panel-return")
"""The dates that a decision itself sets: that they run is no news."""


@dataclass(frozen=True, slots=True)
class LastTime:
    """The last time that the panel talked about a child: the meeting, and where a decision was taken its event, before it those
    that it replaced, the oldest first: what was seen at the meeting is what was seen at the first of them."""

    meeting_on: date
    event_ids: tuple[str, ...] = ()


def last_time(panel: Mapping[str, Any], before: date) -> LastTime | None:
    """When the panel last talked about a child before a meeting's day, by its record of the child."""
    decided = [item for item in panel["decisions"] if item["meeting_on"] < before.isoformat()]
    met = [item["meeting_on"] for item in (*decided, *panel["discussions"]) if item["meeting_on"] < before.isoformat()]
    if not met:
        return None
    latest = max(met)
    of_it = [item for item in decided if item["meeting_on"] == latest][-1:]
    said = [event_id for item in of_it for event_id in (*(old["event_id"] for old in item["former"]), item["event_id"])]
    return LastTime(date.fromisoformat(latest), tuple(said))


def since_seen(last: LastTime, seen: Seen, present: Seen) -> Since:
    """What has changed since the panel decided, against exactly what it then saw; what it said itself is no news."""
    day = last.meeting_on.isoformat()
    decided = [item for item in present.panel["decisions"] if item["meeting_on"] == day]
    own = {item["event_id"] for item in decided}
    own |= {item["event_id"] for item in present.panel["discussions"] if item["meeting_on"] == day}
    own |= {item["event_id"] for item in present.panel["actions"] if day in (item["meeting_on"], item["agreed_on"])}
    replaced = {former["event_id"] for item in decided for former in item["former"]}
    known = [entry for entry in seen.answer["timeline"] if entry["event_id"] not in own | replaced]
    said = [entry for entry in present.answer["timeline"] if entry["event_id"] in own]
    seen = replace(seen, answer={**seen.answer, "timeline": [*known, *said]})
    changes = changed_since(seen, present)
    later = replace(
        changes,
        decisions=tuple(found for found in changes.decisions if found["meeting_on"] > day),
        words=tuple(word for word in changes.words if (word["meeting_on"] or "") > day),
        milestones=tuple(turned for turned in changes.milestones if turned.name not in OWN or turned.now != "pending"),
    )
    return Since(last.meeting_on, "decided", told_once(later))


def since_day(last: LastTime, present: Seen, recorded_since: frozenset[str]) -> Since:
    """The same where nobody kept what the panel saw: by the day alone. `recorded_since` are the events that were recorded
    after it."""
    day = last.meeting_on.isoformat()
    came = [entry for entry in present.answer["timeline"] if entry["event_id"] in recorded_since]
    late = [m for m in present.answer["milestones"] if m["status"] == "missed" and m["due_on"] >= day]
    flags = [flag for flag in present.flags if flag["kind"] == "risk" and flag["stands_since"] > day]
    decisions = [item for item in present.panel["decisions"] if item["meeting_on"] > day]
    changes = Changes(
        came=tuple(Entry(entry["on"], entry["title"]) for entry in came),
        milestones=tuple(Turned(m["milestone"], None, m["status"]) for m in late),
        flags=tuple(Turned(flag["rule"], None, flag["level"]) for flag in flags),
        decisions=tuple(decisions),
    )
    return Since(last.meeting_on, "decided" if last.event_ids else "talked about the child", told_once(changes))


def told_once(changes: Changes) -> Changes:
    """The changes without those of a milestone of which its flag tells already."""
    flags = {turned.name for turned in changes.flags}
    return replace(changes, milestones=tuple(turned for turned in changes.milestones if turned.name not in flags))


def late_actions(panel: Mapping[str, Any], today: date) -> list[dict[str, Any]]:
    """What was agreed and is not done yet, with the days that it is late."""
    standing: Sequence[Mapping[str, Any]] = [item for item in panel["actions"] if item["completed_on"] is None]
    return [{**item, "late": max(0, (today - date.fromisoformat(item["due_on"])).days)} for item in standing]
