"""Feed `people`: updates of a source's own register."""

from send_integration.contracts.envelope import Line, OfChild


class People(OfChild, feed="people"):
    """Updates of a register of people."""


class Registered(People, what="registered"):
    """The source now knows the child."""


class DetailsChanged(People, what="details_changed"):
    """The source's details of the child changed."""


class ConsentRecorded(People, what="consent_recorded"):
    """Consent was given or refused."""

    about: Line
    given: bool


class Died(People, what="died"):
    """The child died."""


class MovedAway(People, what="moved_away"):
    """The child moved to another authority."""

    to_authority: Line | None = None
