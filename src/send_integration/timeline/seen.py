"""What a person had before them when they decided on a child, what of it may still be shown, and what has changed since."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from send_integration.contracts.event import EventKey

DECIDING = ("discussed", "decided")
"""The words of the panel that make another's decision for the same meeting one that did not know of them."""

SAID_OF_A_MEETING = ("discussions", "decisions")
"""Where the panel's record keeps them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A child as it stood at a moment: the one answer, the open flags, the panel's record, and the panel's own words that
    were on their way to the timeline (as `body` of store.panel.Word, and `said_by`).

    `keys` names every event that was then kept of the child, standing or not, for
    an answer names its events without their source.
    """

    answer: Mapping[str, Any]
    flags: Sequence[Mapping[str, Any]]
    panel: Mapping[str, Any]
    under_way: Sequence[Mapping[str, Any]]
    keys: frozenset[EventKey]
    at: datetime

    @property
    def mark(self) -> str:
        """Another whenever answer, flags, record or words under way are."""
        return _mark_of(self.answer, self.flags, self.panel, [word["event_id"] for word in self.under_way])


class Entry(NamedTuple):
    """An entry of the timeline that came or went, by the day on which it happened; of one that is now another child's the
    title is None."""

    on: str
    title: str | None


class Turned(NamedTuple):
    """A milestone or flag that stands otherwise: its rule, and how it stood and stands, None where it did not or does not.

    Of one that rested on what is now another child's, `then` is None, and `name` where it stands no more.
    """

    name: str | None
    then: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed of a child since somebody saw it; `decisions` are those of the record that came since, `words` the
    panel's that are on their way to it."""

    came: tuple[Entry, ...] = ()
    gone: tuple[Entry, ...] = ()
    milestones: tuple[Turned, ...] = ()
    flags: tuple[Turned, ...] = ()
    decisions: tuple[Mapping[str, Any], ...] = ()
    words: tuple[Mapping[str, Any], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.came or self.gone or self.milestones or self.flags or self.decisions or self.words)


def _mark_of(answer: Mapping[str, Any], flags: Sequence[Any], panel: Mapping[str, Any], words: Sequence[str]) -> str:
    """The mark of what is shown; `words` are the ids of the panel's words under way."""
    shown = json.dumps([answer, flags, panel, sorted(words)], sort_keys=True, separators=(",", ":"))
    return sha256(shown.encode()).hexdigest()[:32]


def said_for(seen: Seen, meeting_on: str) -> frozenset[str]:
    """The ids of all that was discussed and decided for a meeting, corrected words and those under way among them."""
    found: set[str] = set()
    for said in (item for name in SAID_OF_A_MEETING for item in seen.panel[name] if item["meeting_on"] == meeting_on):
        found |= {said["event_id"], *(former["event_id"] for former in said.get("former", ()))}
    found |= {
        word["event_id"] for word in seen.under_way if word["what"] in DECIDING and word["meeting_on"] == meeting_on
    }
    return frozenset(found)


def seen_as_json(seen: Seen) -> dict[str, Any]:
    """What was seen as it is kept."""
    return {
        "mark": seen.mark,
        "answer": seen.answer,
        "flags": list(seen.flags),
        "panel": seen.panel,
        "under_way": list(seen.under_way),
        "keys": sorted(map(list, seen.keys)),
        "at": seen.at.isoformat(),
    }


def seen_from_json(given: Mapping[str, Any]) -> Seen:
    """What `seen_as_json` wrote."""
    return Seen(
        given["answer"],
        given["flags"],
        given["panel"],
        given["under_way"],
        frozenset(EventKey(source, event_id) for source, event_id in given["keys"]),
        datetime.fromisoformat(given["at"]),
    )


def still_to_be_shown(seen: Seen, kept: frozenset[EventKey]) -> tuple[Seen, int]:
    """What was seen without all that is no longer this child's, and how many entries were left out; `kept` are the child's now.

    A merge that was undone must not show one family another's secrets again. Where anything is left out, so are identifiers,
    birth date, episodes, services and words under way, for they do not say on which events they rest.
    """
    lost = _lost_ids(seen, kept)
    if not lost:
        return seen, 0
    answer = {
        **seen.answer,
        "identifiers": {"nhs_number": None, "upn": None, "local": []},
        "date_of_birth": None,
        "timeline": _without(lost, seen.answer["timeline"]),
        "episodes": [],
        "milestones": _resting_on_none_of(lost, seen.answer["milestones"]),
        "risks": _resting_on_none_of(lost, seen.answer["risks"]),
    }
    panel = {name: _without(lost, items) for name, items in seen.panel.items()} | {"services": []}
    for decision in panel.get("decisions", ()):
        decision["former"] = _without(lost, decision["former"])
    left_out = len(seen.answer["timeline"]) - len(answer["timeline"])
    flags = _resting_on_none_of(lost, seen.flags)
    return replace(seen, answer=answer, flags=flags, panel=panel, under_way=()), left_out


def changed_since(seen: Seen, present: Seen) -> Changes:
    """What has changed from what was seen to how the same child stands now."""
    lost = _lost_ids(seen, present.keys)
    then, now = seen.answer, present.answer
    before = {entry["event_id"] for entry in then["timeline"]}
    after = {entry["event_id"] for entry in now["timeline"]} - lost
    decided = {found["event_id"] for found in seen.panel["decisions"]}
    said = {word["event_id"] for word in seen.under_way}
    return Changes(
        tuple(_entry(entry, lost) for entry in now["timeline"] if entry["event_id"] not in before - lost),
        tuple(_entry(entry, lost) for entry in then["timeline"] if entry["event_id"] not in after),
        _turned(_milestones(then["milestones"]), _milestones(now["milestones"]), lost),
        _turned(_flags(seen.flags), _flags(present.flags), lost),
        tuple(found for found in present.panel["decisions"] if found["event_id"] not in decided | said),
        tuple(word for word in present.under_way if word["event_id"] not in said),
    )


def _lost_ids(seen: Seen, kept: frozenset[EventKey]) -> frozenset[str]:
    """The ids of events that were the child's and are another's now, or nobody's; of two sources' same id one is enough."""
    return frozenset(key.id for key in seen.keys - kept)


def _entry(entry: Mapping[str, Any], lost: frozenset[str]) -> Entry:
    return Entry(entry["on"], None if entry["event_id"] in lost else entry["title"])


def _without(lost: frozenset[str], items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(item) for item in items if item["event_id"] not in lost]


def _resting_on_none_of(lost: frozenset[str], items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [item for item in items if lost.isdisjoint(item["evidence"])]


class _Stands(NamedTuple):
    how: str
    evidence: Sequence[str]


def _milestones(items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], _Stands]:
    return {
        (item["milestone"], item["subject"], item["triggered_on"]): _Stands(item["status"], item["evidence"])
        for item in items
    }


def _flags(items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], _Stands]:
    """Flags by what they say, for their ids are another child's where children were merged."""
    found: dict[tuple[str, ...], _Stands] = {}
    told: Counter[tuple[str, str]] = Counter()
    for item in sorted(items, key=lambda flag: (flag["stands_since"], flag["evidence"])):
        about = (item["rule"], item["subject"])
        handled = (item["handled"] or {}).get("what", "")
        how = ", ".join(word for word in (item["level"], item["status"], handled) if word)
        found[*about, str(told[about])] = _Stands(how, item["evidence"])
        told[about] += 1
    return found


def _turned(
    then: Mapping[tuple[str, ...], _Stands], now: Mapping[tuple[str, ...], _Stands], lost: frozenset[str]
) -> tuple[Turned, ...]:
    found: list[Turned] = []
    for name in sorted(then.keys() | now.keys()):
        before, after = then.get(name), now.get(name)
        how_then, how_now = before.how if before else None, after.how if after else None
        if how_then == how_now:
            continue
        rested = before is not None and not lost.isdisjoint(before.evidence)
        found.append(Turned(None if rested and not after else name[0], None if rested else how_then, how_now))
    return tuple(found)
