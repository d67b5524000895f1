"""What a form says for the panel, before it is checked and said: a listing, a decision, an action, a voice."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Funding:
    """Which share of the cost each sector pays; they sum to 1."""

    education: float
    health: float
    care: float


@dataclass(frozen=True, slots=True)
class ListingDraft:
    """A child for a meeting's agenda."""

    meeting_on: date
    reason: str
    presenter: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """What the panel decides on a child, as a form gives it."""

    meeting_on: date
    decision: str
    rationale: str
    review_on: date | None = None
    funding: Funding | None = None
    voice_followed: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class ActionDraft:
    """What somebody takes on; `owner_id` is their worker id, where they are a worker of the child."""

    owner: str
    what: str
    due_on: date
    meeting_on: date | None = None
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class VoiceDraft:
    """What somebody said on a day: who ('child', 'young-person' or 'parent-carer'), in which words, and how or where."""

    of: str
    text: str
    how: str
    said_on: date


@dataclass(frozen=True, slots=True)
class Conclusion:
    """All that came of a child's turn at a meeting: the decision, or the correction of the event `corrects`; where they are
    given, who was there, what was discussed, and who takes on what."""

    decision: DecisionDraft
    attendees: tuple[str, ...] = ()
    discussion: str = ""
    actions: tuple[ActionDraft, ...] = ()
    corrects: str = ""
