"""Routes a flag to the one person or team that can act on it; never to nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

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
"""The team whose inbox takes what no named worker of the role can take."""

LAST_TEAM = "send-team"
"""The inbox that always has an owner, for a role that no team is named for."""


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A worker as the directory knows them."""

    worker_id: str
    email: str | None
    left_on: date | None
    hands_over_to: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a role for the child."""

    role: str
    worker_id: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """A flag sent to somebody: `recipient` is a worker id, or 'team:<name>'. It names the child by our reference only."""

    alert_id: str
    flag_id: str
    child_id: str
    recipient: str
    email: str | None
    kind: str
    rule: str
    level: str
    due_on: date | None


def route(flag: Flag, holders: Sequence[Holder], directory: Mapping[str, DirectoryEntry], today: date) -> Alert:
    """The alert for a flag: to the named worker of the flag's role, else to that role's team."""
    holder = next((held for held in holders if held.role == flag.role), None)
    worker = _still_here(holder, directory, today) if holder else None
    recipient, email = worker or (f"team:{TEAM_OF_ROLE.get(flag.role, LAST_TEAM)}", None)
    return Alert(
        alert_id="a" + sha256(f"{flag.flag_id}\x1f{recipient}".encode()).hexdigest()[:19],
        flag_id=flag.flag_id,
        child_id=flag.child_id,
        recipient=recipient,
        email=email,
        kind=flag.status,
        rule=flag.rule,
        level=flag.level,
        due_on=flag.due_on,
    )


def _still_here(holder: Holder, directory: Mapping[str, DirectoryEntry], today: date) -> tuple[str, str | None] | None:
    """The holder, or whoever took over from them; None where all of them have left."""
    worker_id, email, seen = holder.worker_id, holder.email, set[str]()
    while worker_id not in seen:
        seen.add(worker_id)
        entry = directory.get(worker_id)
        if entry is None:
            return (worker_id, email) if worker_id == holder.worker_id else None
        if entry.left_on is None or entry.left_on > today:
            return worker_id, entry.email or (email if worker_id == holder.worker_id else None)
        if entry.hands_over_to is None:
            return None
        worker_id = entry.hands_over_to
    return None
