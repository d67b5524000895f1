"""Feed `people`: updates of a source's own register."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import StringConstraints

from send_integration.contracts.codes import RelationKind, Service
from send_integration.contracts.envelope import Day, Frozen, Id, Line, OfChild, in_order
from send_integration.contracts.event import Reason
from send_integration.contracts.reasons import Code, reason


class People(OfChild, feed="people"):
    """Updates of a register of people."""


class Registered(People, what="registered"):
    """The source now knows the child; `upn_unknown` is the Department's code for why there is no unique pupil number."""

    unique_learner_number: Annotated[str, StringConstraints(pattern="^[0-9]{10}$")] | None = None
    upn_unknown: Annotated[str, StringConstraints(pattern="^UN[0-9]{1,2}$")] | None = None


class NotKnown(People, what="not_known"):
    """A service was asked, looked, and keeps no record of the child: it has none, and not only sent none.

    The person is as whoever asked said; `local_id` is the enquiry's own reference.
    """

    service: Service


class DetailsChanged(People, what="details_changed"):
    """The source's details of the child changed; `preferred_name` is what the child likes to be called."""

    preferred_name: Line | None = None


class ConsentRecorded(People, what="consent_recorded"):
    """Consent was given or refused."""

    about: Line
    given: bool


class Died(People, what="died"):
    """The child died."""


class MovedAway(People, what="moved_away"):
    """The child moved to another authority."""

    to_authority: Line | None = None


class Other(Frozen):
    """Another person by a source's reference alone; `source` is the event's own where it is left out."""

    local_id: Id
    source: Id | None = None


class Related(People, what="related"):
    """Who the other is to the child: a brother or sister, a carer, or somebody of the same household.

    A later event of the same source, kind and other goes on with what was said; with `until_on` it ends it.
    """

    kind: RelationKind
    other: Other
    since_on: Day | None = None
    until_on: Day | None = None

    def faults(self) -> Iterator[Reason]:
        """What ends does so after it began."""
        if not in_order(self.since_on, self.until_on):
            yield reason(Code.DATES_OUT_OF_ORDER, "data.until_on")

    def faults_when_sent_by(self, source: str) -> Iterator[Reason]:
        """Nobody is related to themselves."""
        if (self.other.source or source, self.other.local_id) == (source, self.person.local_id):
            yield reason(Code.RELATED_TO_ITSELF, "data.other")
