"""Feed `referrals`: any service to any service."""

from typing import Annotated, Literal

from pydantic import Field

from send_integration.contracts.codes import NeedType, Service
from send_integration.contracts.envelope import Id, Line, OfChild


class Referrals(OfChild, feed="referrals"):
    """What every event of this feed names: the referral."""

    referral_id: Id


class Received(Referrals, what="received"):
    """A service was asked to help."""

    from_service: Service
    to_service: Service
    urgency: Literal["routine", "urgent", "emergency"]
    need_types: Annotated[tuple[NeedType, ...], Field(max_length=14)]
    reason: Line | None = None


class Accepted(Referrals, what="accepted"):
    """The service will help, at once or from a waiting list."""

    waiting_list: bool | None = None


class Rejected(Referrals, what="rejected"):
    """The service will not help."""

    reason: Literal["threshold-not-met", "wrong-service", "insufficient-information", "duplicate", "other"]
    signposted_to: Line | None = None


class FirstContact(Referrals, what="first_contact"):
    """The service met the child or family for the first time."""


class Withdrawn(Referrals, what="withdrawn"):
    """Whoever asked took the request back."""

    by: Literal["family", "referrer"]


class Closed(Referrals, what="closed"):
    """The service's work on this referral is over."""

    outcome: Line
