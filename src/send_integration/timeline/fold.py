"""Folds any set of events, in any order and with any repeats, to the events that stand.

* One source and id with two bodies: the one recorded earlier stands (contracts.md 1).
* What a retraction names never happened, and so its corrections fall away. A retraction is no event of the timeline,
  and can itself be retracted.
* A correction takes the place of what it names; of several the one recorded last stands. A correction that is
  retracted lets the original stand again. It may come before what it corrects, or name what never comes.

Each event names at most one other of its source, so the names form chains; an event on a ring of names cannot be told
from a mistake, and its naming is ignored.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from send_integration.contracts.event import Event, EventKey, Person
from send_integration.contracts.registry import conflict_order
from send_integration.timeline.episodes import episodes_of
from send_integration.timeline.model import Timeline


def unique(events: Iterable[Event]) -> dict[EventKey, Event]:
    """One event for each source and id, whichever came first."""
    kept: dict[EventKey, Event] = {}
    for event in events:
        rival = kept.setdefault(event.key, event)
        if rival is not event and conflict_order(event) < conflict_order(rival):
            kept[event.key] = event
    return kept


def standing(events: Iterable[Event], known_at: datetime | None = None) -> tuple[Event, ...]:
    """The events that stand, of all children, in order of happening; as they were known at `known_at`, where given."""
    return tuple(sorted(left_standing(events, known_at), key=happening_order))


def left_standing(events: Iterable[Event], known_at: datetime | None = None) -> list[Event]:
    """The same in no order: for many children at once, of whom each is put in order by itself."""
    known = unique(event for event in events if known_at is None or event.recorded_at <= known_at)
    if not any(event.corrects or event.retracts for event in known.values()):
        return list(known.values())
    by_target, happened = _chains(known)
    return [event for event in happened.values() if not event.retracts and not _replaced(event, by_target, happened)]


def taken_back(events: Iterable[Event]) -> set[EventKey]:
    """The events that a retraction in force names, and what corrects one of them; what else fell was corrected."""
    known = unique(events)
    naming = {key: event for key, event in known.items() if event.corrects or event.retracts}
    named = {_target(event) for event in naming.values()} & known.keys()
    _, happened = _chains(naming | {key: known[key] for key in named})
    return (naming.keys() | named) - happened.keys()


def former_of(events: Iterable[Event]) -> dict[EventKey, tuple[Event, ...]]:
    """For each correction that stands, the events in whose place it does, those that were recorded first first.

    What never happened, was named and never came, or took something back itself, is not among them.
    """
    known = unique(events)
    naming = {key: event for key, event in known.items() if event.corrects or event.retracts}
    if not naming:
        return {}
    by_target, happened = _chains(known)
    found: dict[EventKey, tuple[Event, ...]] = {}
    for event in naming.values():
        if event.corrects and event.key in happened and not _replaced(event, by_target, happened):
            found[event.key] = _in_whose_place(event, by_target, happened)
    return {key: former for key, former in found.items() if former}


def happening_order(event: Event) -> tuple[date, datetime, str, str]:
    """By day, then moment; source and id make the order of equals the same everywhere."""
    return event.on, event.time, event.source, event.id


def timeline_of(events: Iterable[Event]) -> Timeline:
    """One child's timeline from that child's standing events, of which there is at least one about a person."""
    ordered = tuple(sorted(events, key=happening_order))
    persons = tuple(
        event.person
        for event in sorted(ordered, key=lambda event: (event.recorded_at, event.source, event.id))
        if event.person is not None
    )
    return Timeline(ordered, episodes_of(ordered), _birth_date(persons), persons)


def _birth_date(persons: Iterable[Person]) -> date:
    """The date that most events assert; of equals the earliest."""
    counts = Counter(person.date_of_birth for person in persons)
    return min(counts, key=lambda day: (-counts[day], day))


def _chains(known: Mapping[EventKey, Event]) -> tuple[dict[EventKey, list[Event]], dict[EventKey, Event]]:
    """Who names each event, rings left out; and the events that happened."""
    rings = _on_rings(known)
    by_target: dict[EventKey, list[Event]] = {}
    for event in known.values():
        if (event.corrects or event.retracts) and event.key not in rings:
            by_target.setdefault(_target(event), []).append(event)
    return by_target, _happened(known, by_target, rings)


def _target(event: Event) -> EventKey:
    return EventKey(event.source, event.corrects or event.retracts or "")


def _on_rings(known: Mapping[EventKey, Event]) -> set[EventKey]:
    """The events that name each other in a ring; each event names at most one, so one walk finds every ring."""
    rings: set[EventKey] = set()
    done: set[EventKey] = set()
    for start in known:
        path: list[EventKey] = []
        key: EventKey | None = start
        while key is not None and key in known and key not in done:
            if key in path:
                rings.update(path[path.index(key) :])
                break
            path.append(key)
            event = known[key]
            key = _target(event) if event.corrects or event.retracts else None
        done.update(path)
    return rings


def _happened(
    known: Mapping[EventKey, Event], by_target: Mapping[EventKey, list[Event]], rings: set[EventKey]
) -> dict[EventKey, Event]:
    """The events that no retraction in force names, nor what they correct; chains are free of rings, so this ends."""
    verdicts: dict[EventKey, bool] = {}

    def rests_on(key: EventKey) -> tuple[list[EventKey], list[EventKey]]:
        retractions = [event.key for event in by_target.get(key, ()) if event.retracts]
        event = known[key]
        corrected = _target(event)
        needs_target = event.corrects and key not in rings and corrected in known
        return retractions, [corrected] if needs_target else []

    for start in known:
        waiting = [start]
        while waiting:
            current = waiting[-1]
            retractions, corrected = rests_on(current)
            undecided = [other for other in (*retractions, *corrected) if other not in verdicts]
            waiting.extend(undecided)
            if not undecided:
                verdicts[current] = not any(verdicts[r] for r in retractions) and all(verdicts[c] for c in corrected)
                waiting.pop()
    return {key: event for key, event in known.items() if verdicts[key]}


def _replaced(event: Event, by_target: Mapping[EventKey, list[Event]], happened: Mapping[EventKey, Event]) -> bool:
    """Whether a correction stands in this event's place, or a later correction of the same event does."""
    if _corrections_of(event.key, by_target, happened):
        return True
    if event.corrects:
        rivals = _corrections_of(_target(event), by_target, happened)
        # On a ring it is none of them, for its naming is ignored: then no other correction takes its place.
        return event in rivals and max(rivals, key=_recorded_order).key != event.key
    return False


def _corrections_of(
    key: EventKey, by_target: Mapping[EventKey, list[Event]], happened: Mapping[EventKey, Event]
) -> list[Event]:
    return [event for event in by_target.get(key, ()) if event.corrects and event.key in happened]


def _in_whose_place(
    event: Event, by_target: Mapping[EventKey, list[Event]], happened: Mapping[EventKey, Event]
) -> tuple[Event, ...]:
    """What a standing correction corrects, what that corrects, and every other correction of one of them."""
    found: dict[EventKey, Event] = {}
    current: Event | None = event
    while current is not None and current.corrects and current in by_target.get(_target(current), ()):
        found |= {rival.key: rival for rival in _corrections_of(_target(current), by_target, happened)}
        current = happened.get(_target(current))
        if current is not None and not current.retracts:
            found[current.key] = current
    found.pop(event.key, None)
    return tuple(sorted(found.values(), key=lambda old: (old.recorded_at, old.source, old.id)))


def _recorded_order(event: Event) -> tuple[datetime, str]:
    return event.recorded_at, event.id
