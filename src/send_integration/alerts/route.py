"""Routes a flag to the one person or team that can act on it; never to nobody."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from send_integration.alerts.directory import Directory, Recipient
from send_integration.rules.flags import Flag

TEAM_OF_ROLE = {
    "ehc-coordinator": "ehc-team",
    "senco": "ehc-team",
    "ndd-clinician": "ndd-team",
    "camhs-care-coordinator": "camhs-team",
    "lead-practitioner": "early-help-team",
    "social-worker": "social-care-team",
    "transition-worker": "transition-team",
    "family-worker": "early-help-team",
}
"""The team whose inbox takes what no worker can take."""

LAST_TEAM = "send-team"
"""The team for a role that no team is named for, and the last team before the duty manager."""

CAN_ACT_FOR: Mapping[str, tuple[str, ...]] = {
    "ehc-coordinator": ("transition-worker",),
    "senco": ("ehc-coordinator",),
    "ndd-clinician": ("camhs-care-coordinator",),
    "camhs-care-coordinator": ("ndd-clinician",),
    "lead-practitioner": ("family-worker", "social-worker"),
    "social-worker": ("lead-practitioner",),
    "transition-worker": ("ehc-coordinator", "social-worker"),
    "family-worker": ("lead-practitioner", "social-worker"),
}
"""Which other roles for the child can take a role's next step, the nearest first; docs/alerts.md says why."""


class Rung(StrEnum):
    """Why an alert is for its recipient: the rung of the ladder, or what a person did with it."""

    ROLE = "named-worker"
    OTHER_ROLE = "other-role"
    EVENT = "worker-of-the-event"
    TEAM = "team"
    TEAM_MANAGER = "team-manager"
    LAST_TEAM = "send-team"
    DUTY = "duty-manager"
    HANDED = "handed-over"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a role for the child; of the worker of an event `role` is ''."""

    role: str
    worker_id: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """A flag sent to somebody: `recipient` is a worker id, or 'team:<name>'. It names the child by our reference only.

    `escalated_from` is the recipient who did not answer, where that is why it is sent; `of` is the flag's kind.
    """

    alert_id: str
    flag_id: str
    child_id: str
    recipient: str
    email: str | None
    kind: str
    rule: str
    level: str
    due_on: date | None
    basis: str = ""
    of: str = ""
    rung: str = Rung.ROLE
    escalated_from: str | None = None

    @property
    def statutory(self) -> bool:
        """Whether law or statutory guidance demands what it asks for."""
        return self.basis == "S"


class Known(NamedTuple):
    """What is known of who works with a flag's child: the named workers, the workers of the events on which the flag
    rests, the latest first, and the colleague to whom a person gave it, if any."""

    holders: Sequence[Holder] = ()
    of_events: Sequence[Holder] = ()
    handed_to: str | None = None


def route(flag: Flag, known: Known, directory: Directory, today: date) -> Alert:
    """The alert for a flag, to the first rung of the ladder on which somebody can be told."""
    rung, recipient = next(_ladder(flag.role, known, directory, today))
    return _alert(flag, recipient, rung)


def escalated(alert: Alert, to: Recipient) -> Alert:
    """The same alert, to whoever is told because its recipient did not answer."""
    return replace(
        alert,
        alert_id=_alert_id(alert.flag_id, to.name),
        recipient=to.name,
        email=to.address,
        rung=Rung.ESCALATED,
        escalated_from=alert.recipient,
    )


def inherited(alert: Alert, heir: Flag) -> Alert:
    """The same alert for the flag that goes on from its own."""
    return replace(
        alert, alert_id=_alert_id(heir.flag_id, alert.recipient), flag_id=heir.flag_id, child_id=heir.child_id
    )


def _ladder(role: str, known: Known, directory: Directory, today: date) -> Iterator[tuple[Rung, Recipient]]:
    """Everybody who could be told, the first to be told first; it ends with a recipient who is always there."""
    away = False
    for rung, holder in _workers(role, known):
        if away and rung not in (Rung.HANDED, Rung.ROLE):
            break
        found = directory.stand_in(holder.worker_id, today, holder.email)
        if found.recipient is not None:
            yield rung, found.recipient
        elif rung is Rung.ROLE and found.away:
            away = True  # who is away without cover is back soon: the team looks after their work, nobody takes it over
    team = TEAM_OF_ROLE.get(role, LAST_TEAM)
    if (of_role := directory.team(team, today)) is not None:
        yield Rung.TEAM, of_role
    if (manager := directory.manager_of_team(team, today)) is not None:
        yield Rung.TEAM_MANAGER, manager
    if (last := directory.team(LAST_TEAM, today)) is not None:
        yield Rung.LAST_TEAM, last
    yield Rung.DUTY, directory.duty_manager(today)


def _workers(role: str, known: Known) -> Iterator[tuple[Rung, Holder]]:
    if known.handed_to is not None:
        yield Rung.HANDED, Holder("", known.handed_to, None)
    for rung, roles in ((Rung.ROLE, (role,)), (Rung.OTHER_ROLE, CAN_ACT_FOR.get(role, ()))):
        for wanted in roles:
            yield from ((rung, holder) for holder in known.holders if holder.role == wanted)
    yield from ((Rung.EVENT, holder) for holder in known.of_events)


def _alert(flag: Flag, recipient: Recipient, rung: Rung) -> Alert:
    return Alert(
        alert_id=_alert_id(flag.flag_id, recipient.name),
        flag_id=flag.flag_id,
        child_id=flag.child_id,
        recipient=recipient.name,
        email=recipient.address,
        kind=flag.status,
        rule=flag.rule,
        level=flag.level,
        due_on=flag.due_on,
        basis=flag.basis,
        of=flag.kind,
        rung=rung,
    )


def _alert_id(flag_id: str, recipient: str) -> str:
    return "a" + sha256(f"{flag_id}\x1f{recipient}".encode()).hexdigest()[:19]
