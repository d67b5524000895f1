"""Episodes: each pathway from referral to closure, from one declarative table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from send_integration.contracts.event import Event
from send_integration.timeline.model import Episode, EpisodeStatus, Sector
from send_integration.timeline.titles import sector_of_service


@dataclass(frozen=True, slots=True)
class Pathway:
    """How one pathway's episodes are told from its events.

    Events with the same value of `subject` are one episode. An entry of `opens`, `starts` and `closes` is a pattern that
    `matches` reads.
    """

    name: str
    sector: Sector
    subject: str
    opens: tuple[str, ...]
    starts: tuple[str, ...]
    closes: tuple[str, ...]


PATHWAYS = (
    Pathway(
        "ndd",
        Sector.HEALTH,
        "referral_id",
        ("ndd.referred",),
        ("ndd.assessment_started",),
        ("ndd.triaged outcome=declined|redirected", "ndd.closed"),
    ),
    Pathway(
        "camhs",
        Sector.HEALTH,
        "referral_id",
        ("camhs.referred",),
        ("camhs.appointment attended=attended|late-but-seen",),
        ("camhs.triaged outcome=declined|redirected", "camhs.discharged"),
    ),
    Pathway(
        "early-help",
        Sector.CARE,
        "assessment_id",
        ("early-help.assessment_started",),
        ("early-help.assessment_started",),
        ("early-help.closed", "early-help.stepped_up"),
    ),
    Pathway(
        "ehcp",
        Sector.EDUCATION,
        "request_id",
        ("ehcp.requested",),
        ("ehcp.finalised",),
        (
            "ehcp.decided_to_assess decision=no",
            "ehcp.decided_to_issue decision=no",
            "ehcp.request_withdrawn",
            "ehcp.ceased",
        ),
    ),
    Pathway(
        "support",
        Sector.CARE,
        "support_id",
        ("support.requested", "support.agreed", "support.started"),
        ("support.started",),
        ("support.refused", "support.ended"),
    ),
    Pathway(
        "referral",
        Sector.HEALTH,
        "referral_id",
        ("referrals.received",),
        ("referrals.first_contact",),
        ("referrals.rejected", "referrals.withdrawn", "referrals.closed"),
    ),
    Pathway(
        "sen-support",
        Sector.EDUCATION,
        "",
        ("school.sen_support_started",),
        ("school.sen_support_started",),
        ("ehcp.finalised", "school.left"),
    ),
    Pathway(
        "transition",
        Sector.EDUCATION,
        "",
        ("transition.plan_started",),
        ("transition.plan_started",),
        ("transition.adult_care_assessment_completed", "transition.adult_health_transfer_agreed"),
    ),
)

_OPENING: Mapping[str, frozenset[str]] = {
    pathway.name: frozenset(pattern.partition(" ")[0] for pattern in pathway.opens) for pathway in PATHWAYS
}
"""The names of the events that open an episode, by pathway."""

_NAMED: Mapping[str, frozenset[str]] = {
    pathway.name: frozenset(pattern.partition(" ")[0] for pattern in (*pathway.opens, *pathway.starts, *pathway.closes))
    for pathway in PATHWAYS
}
"""The names of the events that open, start or close an episode, by pathway."""

ENDS_EVERYTHING = ("people.died", "people.moved_away")


def matches(event: Event, pattern: str) -> bool:
    """Whether an event has the name, and its fields the values, that `pattern` asks for.

    'camhs.triaged outcome=declined|redirected' asks for one of two codes, 'panel.decided decision!=close' for any other,
    'school.suspended sessions>10' for a larger number; several conditions must all hold.
    """
    name, conditions = _read(pattern)
    return event.what == name and all(_holds(event, *condition) for condition in conditions)


@lru_cache(maxsize=1024)
def _read(pattern: str) -> tuple[str, tuple[tuple[str, str, frozenset[str]], ...]]:
    name, *conditions = pattern.split(" ")
    found = []
    for condition in conditions:
        operator = "!=" if "!=" in condition else ">" if ">" in condition else "="
        field, _, codes = condition.partition(operator)
        found.append((field, operator, frozenset(codes.split("|"))))
    return name, tuple(found)


def _holds(event: Event, field: str, operator: str, codes: frozenset[str]) -> bool:
    value = event.data.get(field)
    if operator == ">":
        return isinstance(value, int | float) and value > min(map(int, codes))
    said = str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else ""
    return (said in codes) == (operator == "=")


def episodes_of(events: Sequence[Event]) -> tuple[Episode, ...]:
    """All episodes of one child's standing events, in order of opening."""
    plan_request = {
        event.text("plan_id"): event.text("request_id") for event in events if event.what == "ehcp.finalised"
    }
    gone_on = [event.on for event in events if event.what in ENDS_EVERYTHING]
    names = {event.what for event in events}
    found: list[Episode] = []
    for pathway in PATHWAYS:
        opening = _OPENING[pathway.name]
        if names.isdisjoint(opening):
            continue
        groups: dict[str, list[Event]] = {}
        for event in events:
            if event.what in opening:
                groups.setdefault(event.text(pathway.subject), [])
        for event in events:
            subject = _subject(event, pathway, plan_request)
            if subject is not None and subject in groups:
                groups[subject].append(event)
        found += (_episode(pathway, subject, group, gone_on) for subject, group in groups.items())
    return tuple(sorted(found, key=lambda episode: (episode.opened_on, episode.pathway, episode.id)))


def _subject(event: Event, pathway: Pathway, plan_request: dict[str, str]) -> str | None:
    """Which of a pathway's episodes an event is part of; None where it is of none."""
    if not pathway.subject:
        return "" if event.what in _NAMED[pathway.name] or event.what.startswith(f"{pathway.name}.") else None
    prefix = "referrals" if pathway.name == "referral" else pathway.name
    if not event.what.startswith(f"{prefix}."):
        return None
    value = event.text(pathway.subject)
    if value or pathway.name != "ehcp":
        return value or None
    about = event.text("plan_id") or event.text("request_or_plan_id")
    return plan_request.get(about, about) or None


def _episode(pathway: Pathway, subject: str, events: Iterable[Event], gone_on: Sequence[date]) -> Episode:
    ordered = list(events)
    opened = next(event for event in ordered if any(matches(event, pattern) for pattern in pathway.opens))
    later = [event for event in ordered if event.on >= opened.on]
    starts = [event.on for event in later if any(matches(event, pattern) for pattern in pathway.starts)]
    closings = [event.on for event in later if any(matches(event, pattern) for pattern in pathway.closes)]
    closings += [day for day in gone_on if day >= opened.on]
    closed_on = min(closings, default=None)
    started_on = min((day for day in starts if closed_on is None or day <= closed_on), default=None)
    status = EpisodeStatus.CLOSED if closed_on else EpisodeStatus.ACTIVE if starts else EpisodeStatus.WAITING
    is_referral = pathway.name == "referral"
    return Episode(
        id=subject,
        pathway=opened.text("to_service") if is_referral else pathway.name,
        sector=sector_of_service(opened.text("to_service")) if is_referral else pathway.sector,
        status=status,
        opened_on=opened.on,
        started_on=started_on,
        closed_on=closed_on,
        last_event_on=max(event.on for event in ordered),
        worker=next((event.worker.id for event in reversed(ordered) if event.worker), None),
        opening_event=opened.key,
        evidence=tuple(sorted({event.key for event in ordered})),
    )
