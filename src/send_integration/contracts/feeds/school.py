"""Feed `school`: schools and colleges."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from send_integration.contracts.codes import NeedType
from send_integration.contracts.envelope import Count, Day, Hours, Line, OfChild, Urn, in_order
from send_integration.contracts.event import Reason
from send_integration.contracts.reasons import Code, reason


class School(OfChild, feed="school"):
    """Events of schools and colleges."""


class Enrolled(School, what="enrolled"):
    """The child joined a school; `year_group` is the national curriculum year, 0 reception, -1 and -2 nursery."""

    urn: Urn
    year_group: Annotated[int, Field(ge=-2, le=14)]


class Left(School, what="left"):
    """The child left a school."""

    destination_urn: Urn | None = None


class Attendance(School, what="attendance"):
    """Sessions (half days) possible and missed within a span of days."""

    from_on: Day
    to_on: Day
    sessions_possible: Count
    sessions_authorised_absence: Count
    sessions_unauthorised_absence: Count

    def faults(self) -> Iterator[Reason]:
        """A span ends after it begins, and holds no more absence than sessions."""
        if not in_order(self.from_on, self.to_on):
            yield reason(Code.DATES_OUT_OF_ORDER, "data.to_on")
        if self.sessions_authorised_absence + self.sessions_unauthorised_absence > self.sessions_possible:
            yield reason(Code.MORE_ABSENCE_THAN_SESSIONS, "data.sessions_possible")


class Suspended(School, what="suspended"):
    """The child was suspended for a number of sessions."""

    sessions: Annotated[int, Field(ge=1, le=400)]
    reason: Line


class Excluded(School, what="excluded"):
    """The child was permanently excluded."""

    reason: Line


class SenSupportStarted(School, what="sen_support_started"):
    """SEN support began."""

    need_types: Annotated[tuple[NeedType, ...], Field(max_length=14)]


class SenSupportReviewed(School, what="sen_support_reviewed"):
    """SEN support was reviewed."""

    progress: Literal["adequate", "limited", "none"]


class PartTimeTimetableStarted(School, what="part_time_timetable_started"):
    """The child was put on a part-time timetable."""

    hours_per_week: Hours
    ends_on: Day | None = None


class PartTimeTimetableEnded(School, what="part_time_timetable_ended"):
    """The child is back to full time."""


class ProgressConcern(School, what="progress_concern"):
    """The school is concerned about progress."""

    area: Line


class MissingEducation(School, what="missing_education"):
    """The child is not in education."""

    since_on: Day


class ReturnedToEducation(School, what="returned_to_education"):
    """The child is back in education."""
