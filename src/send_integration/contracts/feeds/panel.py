"""Feed `panel`: our own events, written by the panel's page."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from send_integration.contracts.envelope import Day, Frozen, Id, Line, Note, OfChild, Share
from send_integration.contracts.event import Reason
from send_integration.contracts.reasons import Code, reason

SharingBasis = Literal["public-task", "consent", "safeguarding"]
"""Why agencies may share what they know of a child for this: their public task, the family's consent, or safeguarding."""


class Panel(OfChild, feed="panel"):
    """Events of the Complex Care panel."""


class Listed(Panel, what="listed"):
    """The child was put on a meeting's agenda."""

    meeting_on: Day
    reason: Line
    presenter: Line | None = None
    basis: SharingBasis | None = None


class Discussed(Panel, what="discussed"):
    """The panel discussed the child."""

    meeting_on: Day
    attendees: Annotated[tuple[Line, ...], Field(max_length=50)]


class Funding(Frozen):
    """Who pays which share; the shares sum to 1."""

    education: Share
    health: Share
    care: Share


class Decided(Panel, what="decided"):
    """The panel decided."""

    meeting_on: Day
    decision: Literal["agree-support", "joint-funding", "refer", "escalate", "keep-under-review", "close"]
    rationale: Note
    review_on: Day | None = None
    funding: Funding | None = None
    voice_followed: Literal["yes", "partly", "no"] | None = None
    basis: SharingBasis | None = None

    def faults(self) -> Iterator[Reason]:
        """Funding shares sum to 1, to the third decimal place."""
        shares = self.funding
        if shares is not None and abs(shares.education + shares.health + shares.care - 1) > 0.0005:
            yield reason(Code.SHARES_DO_NOT_SUM, "data.funding")


class ActionAgreed(Panel, what="action_agreed"):
    """Somebody took on an action."""

    action_id: Id
    owner: Line
    owner_id: Id | None = None  # their worker id, where they are one whom the directory knows
    due_on: Day
    what: Line
    meeting_on: Day | None = None


class ActionCompleted(Panel, what="action_completed"):
    """An action was completed."""

    action_id: Id


class VoiceRecorded(Panel, what="voice_recorded"):
    """What the child, young person or parent said, in their own words."""

    of: Literal["child", "young-person", "parent-carer"]
    text: Note
    how: Line


FlagLevel = Literal["watch", "raise", "high"]
"""How strongly the flag asked when somebody said this of it: what is said holds for nothing more serious."""


class FlagAcknowledged(Panel, what="flag_acknowledged"):
    """A worker has seen a flag and will act. `child_id` is the child's, which the flag's own id is made from."""

    flag_id: Id
    by: Id
    level: FlagLevel | None = None
    child_id: Id | None = None


class FlagDismissed(Panel, what="flag_dismissed"):
    """A worker says why a flag needs no action; `child_id` as above."""

    flag_id: Id
    by: Id
    why: Line
    level: FlagLevel | None = None
    child_id: Id | None = None
