"""What our own topics say besides events: flags, alerts, feeds' health, the audit, and why something was refused.

A reader leaves fields alone that it does not know: a field may be added, and none is taken away or changed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from send_integration.contracts import topics
from send_integration.contracts.codes import RoleForChild, SectorCode
from send_integration.contracts.envelope import Day, Moment

Level = Literal["watch", "raise", "high"]


class Said(BaseModel):
    """Strict, frozen, and open: unknown fields pass, so that an older schema reads a newer message."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)


class HandledModel(Said):
    """What a worker last said of a flag, and until when it holds: as long as the flag asks for nothing more serious."""

    what: Literal["acknowledged", "dismissed"]
    by: str
    on: Day
    why: str


class FlagModel(Said):
    """One thing that somebody should act on, as it now stands, with all that explains it.

    `flag_id` stays the same while the cause does. `evidence` are the ids of the events on which it rests, `rests_on` the
    same with their sources. `basis` is S (law or statutory guidance), G (national guidance) or L (local).
    """

    flag_id: str
    child_id: str
    kind: Literal["milestone", "risk"]
    rule: str
    version: str
    subject: str
    level: Level
    status: Literal["due-soon", "missed", "risk"]
    due_on: Day | None
    reason: str
    next_step: str
    arithmetic: str
    basis: Literal["S", "G", "L"]
    citation: str
    role: str
    stands_since: Day
    evidence: list[str]
    rests_on: list[Annotated[list[str], Field(min_length=2, max_length=2)]]
    expected: list[str]
    handled: HandledModel | None
    turn: str


class NamedWorkerModel(Said):
    """A worker with a role for the child."""

    role: RoleForChild
    worker_id: str
    name: str
    team: str
    email: str | None
    sector: SectorCode
    since: Day
    last_heard_on: Day


class FlagSaid(Said):
    """A flag changed. `because` says in words what a decision on whose record is whose had to do with it; `same_as` is the
    flag of another child that this one goes on from, or that goes on from this one."""

    change: Literal[
        "raised", "updated", "cleared", "acknowledged", "dismissed", "reopened", "handed-over",
    ]  # fmt: skip
    because: str | None
    same_as: str | None
    flag: FlagModel
    named_workers: list[NamedWorkerModel]


class AlertSaid(Said):
    """Something became of an alert: our references, a kind and a date; nothing else of the child.

    `by` is who did it, `how` and `digest` say how it was sent, `until` how long it is put off, `to` who has it now.
    """

    change: Literal[
        "routed", "sent", "escalated", "acknowledged", "dismissed", "snoozed", "handed-over", "moved", "closed",
        "carried-over",
    ]  # fmt: skip
    at: Moment
    alert_id: str
    flag_id: str
    child_id: str
    kind: Literal["due-soon", "missed", "risk"]
    rule: str
    level: Level
    due_on: Day | None
    basis: str
    of: str
    rung: Literal[
        "named-worker", "other-role", "worker-of-the-event", "team", "team-manager", "send-team", "duty-manager",
        "handed-over", "escalated",
    ]  # fmt: skip
    recipient: str
    escalated_from: str | None
    by: str | None = None
    how: Literal["at-once", "digest"] | None = None
    digest: str | None = None
    until: Day | None = None
    to: str | None = None


class FailureModel(Said):
    """A batch rule that a feed failed: its measure against its limit; `value` is null where it could not be asked."""

    rule: str
    owner: str
    measure: str
    value: float | None
    limit: str


class FeedHealthSaid(Said):
    """A feed was paused, put on trial or let in again, or failed a batch rule that only warns. No child is in it."""

    feed: str
    state: Literal["closed", "open", "half-open"]
    at: Moment
    who: str
    why: str
    try_at: Moment | None
    failures: list[FailureModel]


class AuditSaid(Said):
    """An entry of the audit with its place in the chain: `hash` is of the hash before and the entry (docs/audit.md)."""

    seq: Annotated[int, Field(ge=1)]
    hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    previous: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]
    id: Annotated[int, Field(ge=1)]
    at: str
    actor: str
    role: str
    action: str
    child_id: str | None
    allowed: bool
    why: str


class ReasonModel(Said):
    """Why something was not let in: a stable code, where in the event, and a sentence; never a value that was sent."""

    code: str
    field: str
    message: str


class RefusalSaid(Said):
    """What the headers of a refused message say, read as JSON: its reasons, where it came from, and its place in the raw
    topic. The value of the message is the untouched bytes, which may be anything."""

    reasons: Annotated[list[ReasonModel], Field(min_length=1)]
    origin: str
    raw_position: Annotated[str, Field(alias="raw-position", pattern="^send[.]raw[.][a-z-]+/[0-9]+/[0-9]+$")]


SAID: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        f"{topics.FLAGS.name}.v1": FlagSaid,
        f"{topics.ALERTS.name}.v1": AlertSaid,
        f"{topics.FEED_HEALTH.name}.v1": FeedHealthSaid,
        f"{topics.AUDIT.name}.v1": AuditSaid,
        f"{topics.QUARANTINE.name}.v1": RefusalSaid,
    }
)
"""The model of each of our own messages, by the name of its schema: its topic and the version of what is said there."""
