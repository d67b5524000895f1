"""Feed `support`: what the family gets."""

from typing import Annotated

from pydantic import Field

from send_integration.contracts.codes import SupportKind
from send_integration.contracts.envelope import Hours, Id, Line, OfChild


class Support(OfChild, feed="support"):
    """What every event of this feed names: the support."""

    support_id: Id


class Requested(Support, what="requested"):
    """A family, or a worker for it, asked for support."""

    kind: SupportKind


class Agreed(Support, what="agreed"):
    """Support was agreed; `weekly_amount` is in pounds. Of a personal budget: whether the authority arranges what it buys."""

    kind: SupportKind
    hours_per_week: Hours | None = None
    weekly_amount: Annotated[float, Field(ge=0, le=100_000)] | None = None
    organised_arrangements: bool | None = None


class Refused(Support, what="refused"):
    """Support was refused."""

    kind: SupportKind
    reason: Line


class Started(Support, what="started"):
    """Support began."""


class Reviewed(Support, what="reviewed"):
    """Support was reviewed."""


class Ended(Support, what="ended"):
    """Support ended."""

    reason: Line
