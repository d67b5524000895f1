"""Who looked at or did what: the audit as people ask for it, a page at a time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, text

from send_integration.store.sessions import Session, record
from send_integration.when.london import london_midnight

READ_AUDIT = "read-audit"
"""What the audit calls reading it."""

# OFFSET 0 has an entry asked about for itself (store.secrecy).
_IS_RESTRICTED = (
    "EXISTS (SELECT FROM child c WHERE c.child_id = {0} AND c.restricted OFFSET 0) OR EXISTS"
    " (SELECT FROM person_record p WHERE p.child_id = {0} AND p.restricted OFFSET 0)"
)
_HIDDEN = (
    f"({_IS_RESTRICTED.format('a.child_id')} OR EXISTS (SELECT FROM former_child_id f JOIN person_record r"  # noqa: S608 - ours
    " ON r.id = f.person_record_id WHERE f.child_id = a.child_id AND (r.restricted"
    f" OR {_IS_RESTRICTED.format('r.child_id')} OR EXISTS (SELECT FROM child h WHERE h.restricted"
    " AND h.child_id = ANY(r.held_between))) OFFSET 0))"
)
"""That entry `a` names a child who is restricted, or was until its records became such a child's."""


COMMAND_LINE = "command-line"
"""The audit's role for whoever has the database at a command line, where nobody signs in."""

NOT_SHOWN = "of restricted children too; what was asked is not shown here"
RESTRICTED_TOO = "command line, restricted too: "
"""How somebody at a command line says why they read the audit of restricted children as well."""

_OF_RESTRICTED = (
    f"(a.action = '{READ_AUDIT}' AND a.role = :at_a_command_line AND position(:restricted_too IN a.why) > 0)"
)
"""That entry `a` tells what was asked of the audit with restricted children: whom they are, such a question would give away."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the audit: of one child, of one person, from one day in London to another; all of it where None."""

    child_id: str | None = None
    actor: str | None = None
    first: date | None = None
    last: date | None = None

    def in_words(self) -> str:
        """The same for the audit, which is told of its own readers too. The child stands here and not in the entry's own
        place, where an entry on a restricted child is hidden: whoever searched for one would see by that that there is one."""
        told = (
            f"child {self.child_id}" if self.child_id else "",
            f"actor {self.actor}" if self.actor else "",
            f"from {self.first}" if self.first else "",
            f"to {self.last}" if self.last else "",
        )
        return ", ".join(filter(None, told)) or "all of it"


class AuditEntry(NamedTuple):
    """Somebody looked at or did something, or was refused it."""

    id: int
    at: datetime
    actor: str
    role: str
    action: str
    child_id: str | None
    allowed: bool
    why: str


def audit_entries(
    engine: Engine, asked: Asked, *, restricted: bool, limit: int, before: int | None = None
) -> list[AuditEntry]:
    """The latest entries, of those before number `before` where it is given; with `restricted` off none that names a
    restricted child, nor what somebody asked who might know of one."""
    before_day = asked.last + timedelta(1) if asked.last and asked.last < date.max else None
    conditions = {
        "a.child_id = :child": asked.child_id,
        "a.actor = :actor": asked.actor,
        "a.at >= :first": asked.first,
        "a.at < :last": before_day,
        "a.id < :before": before,
        f"NOT {_HIDDEN}": None if restricted else True,
    }
    chosen = " AND ".join(condition for condition, given in conditions.items() if given is not None) or "true"
    why = "a.why" if restricted else f"CASE WHEN {_OF_RESTRICTED} THEN '{NOT_SHOWN}' ELSE a.why END"
    given = {"at_a_command_line": COMMAND_LINE, "restricted_too": RESTRICTED_TOO}
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT a.id, a.at, a.actor, a.role, a.action, a.child_id, a.allowed, {why} FROM audit a"  # noqa: S608 - ours
                f" WHERE {chosen} ORDER BY a.id DESC LIMIT :limit"
            ),
            (given if not restricted else {})
            | {
                "child": asked.child_id,
                "actor": asked.actor,
                "first": london_midnight(asked.first) if asked.first else None,
                "last": london_midnight(before_day) if before_day else None,
                "before": before,
                "limit": limit,
            },
        )
        return [AuditEntry(*fields) for fields in (tuple(row) for row in rows)]


def record_reading(engine: Engine, session: Session, asked: Asked, why: str) -> None:
    """Write down that somebody reads the audit, before they do."""
    record(engine, session, READ_AUDIT, None, allowed=True, why=f"{asked.in_words()}; {why}")
