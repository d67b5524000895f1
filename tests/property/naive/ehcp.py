"""The naive catalogue: EHC plans."""

from collections.abc import Iterator
from datetime import date

from tests.property.naive.days import days_on, months_on, school_year_of, turns, weeks_on
from tests.property.naive.told import Fact, Row, Story, row

LAWFUL = ("school-closure", "exceptional-circumstances", "absent-from-area")


def ehcp(story: Story) -> Iterator[Row]:
    """Every row of the table that a request or a plan begins."""
    for (request,), asked in story.firsts("ehcp.requested", "request_id").items():
        yield from _of_a_request(story, request, asked)
    for (request, service), asked in story.firsts("ehcp.advice_requested", "request_id", "from_service").items():
        over = list(story.days("ehcp.decided_to_assess", request_id=request, decision="no"))
        over += story.days("ehcp.decided_to_issue", "ehcp.finalised", request_id=request)
        yield row(
            story,
            "ehc-advice",
            (request, service),
            asked.on,
            weeks_on(asked.on, 6),
            met=story.days("ehcp.advice_received", request_id=request, from_service=service),
            over=over,
            excused=_excused(story, request, asked.on, (*LAWFUL, "missed-appointments")),
        )
    for (request, urn), asked in story.firsts("ehcp.school_consulted", "request_id", "urn").items():
        met = story.days("ehcp.school_responded", request_id=request, urn=urn)
        yield row(story, "ehc-school-response", (request, urn), asked.on, days_on(asked.on, 15), met=met)
    for (about,), begun in story.firsts("ehcp.mediation_started", "request_or_plan_id").items():
        met = [
            *story.days("ehcp.appeal_concluded", request_or_plan_id=about),
            *story.days("ehcp.decided_to_assess", "ehcp.decided_to_issue", request_id=about),
            *story.days("ehcp.amended_final_issued", plan_id=about),
        ]
        yield row(story, "ehc-mediation", about, begun.on, days_on(begun.on, 30), met=met)
    for (plan,), made in story.firsts("ehcp.finalised", "plan_id").items():
        yield from _of_a_plan(story, plan, made)
    yield from _of_meetings(story)


def _excused(story: Story, request: str, since: date, reasons: tuple[str, ...] = LAWFUL) -> bool:
    return any(day >= since for day in story.days("ehcp.exception_applied", request_id=request, reason=reasons))


def _of_a_request(story: Story, request: str, asked: Fact) -> Iterator[Row]:
    excused = _excused(story, request, asked.on)

    def said(what: str, **wanted: str) -> list[date]:
        return [day for day in story.days(what, request_id=request, **wanted) if day >= asked.on]

    yield row(
        story,
        "ehc-decide-to-assess",
        request,
        asked.on,
        weeks_on(asked.on, 6),
        met=said("ehcp.decided_to_assess"),
        over=said("ehcp.decided_to_issue") + said("ehcp.finalised"),
        excused=excused,
    )
    refused = said("ehcp.decided_to_assess", decision="no") + said("ehcp.decided_to_issue", decision="no")
    if said("ehcp.decided_to_assess", decision="yes"):
        yield row(
            story,
            "ehc-decide-to-issue",
            request,
            asked.on,
            weeks_on(asked.on, 16),
            met=said("ehcp.decided_to_issue"),
            over=said("ehcp.finalised"),
            excused=excused,
        )
    if said("ehcp.decided_to_issue", decision="yes"):
        yield row(
            story,
            "ehc-draft-plan",
            request,
            asked.on,
            weeks_on(asked.on, 16),
            met=said("ehcp.draft_issued"),
            over=said("ehcp.finalised"),
            excused=excused,
        )
    yield row(
        story,
        "ehc-final-plan",
        request,
        asked.on,
        weeks_on(asked.on, 20),
        met=said("ehcp.finalised"),
        over=refused,
        excused=excused,
    )


def _of_a_plan(story: Story, plan: str, made: Fact) -> Iterator[Row]:
    reviews = sorted({day for day in story.days("ehcp.review_decided", plan_id=plan) if day >= made.on})
    ceased = list(story.days("ehcp.ceased", plan_id=plan))
    ceased_by_review = list(story.days("ehcp.review_decided", plan_id=plan, decision="cease"))
    for begun, met in zip([made.on, *reviews], [*reviews, None], strict=True):
        yield row(
            story,
            "ehc-annual-review",
            plan,
            begun,
            months_on(begun, 12),
            met=[met] if met else [],
            over=ceased + ceased_by_review,
        )
    meetings = sorted({day for day in story.days("ehcp.review_meeting_held", plan_id=plan) if day >= made.on})
    for begun, met in zip([made.on, *meetings], [*meetings, None], strict=True):
        fifth = turns(story.born_on, 5)
        if begun < fifth:
            over = [*ceased, *([fifth] if fifth <= story.today else [])]
            yield row(
                story, "ehc-early-years-review", plan, begun, months_on(begun, 6), met=[met] if met else [], over=over
            )


def _of_meetings(story: Story) -> Iterator[Row]:
    for notice in story.all("ehcp.amendment_notice_issued"):
        plan = str(notice["plan_id"])
        met = story.days("ehcp.amended_final_issued", plan_id=plan)
        over = story.days("ehcp.ceased", plan_id=plan)
        yield row(story, "ehc-amended-final", plan, notice.on, weeks_on(notice.on, 8), met=met, over=over)
    for meeting in story.all("ehcp.review_meeting_held"):
        plan = str(meeting["plan_id"])
        over = story.days("ehcp.ceased", plan_id=plan)
        circulated = story.days("ehcp.review_report_circulated", plan_id=plan)
        yield row(story, "ehc-review-report", plan, meeting.on, weeks_on(meeting.on, 2), met=circulated, over=over)
        decided = story.days("ehcp.review_decided", plan_id=plan)
        yield row(story, "ehc-review-decision", plan, meeting.on, weeks_on(meeting.on, 4), met=decided, over=over)
        first = next((f for f in story.all("ehcp.review_decided", plan_id=plan) if f.on >= meeting.on), None)
        if first and first["decision"] == "amend":
            noticed = story.days("ehcp.amendment_notice_issued", plan_id=plan)
            yield row(story, "ehc-amendment-notice", plan, meeting.on, weeks_on(meeting.on, 4), met=noticed, over=over)


def in_force(story: Story, day: date) -> dict[str, Fact]:
    """The plans in force on a day."""
    return {
        plan: made
        for (plan,), made in story.firsts("ehcp.finalised", "plan_id").items()
        if made.on <= day and not any(ceased <= day for ceased in story.days("ehcp.ceased", plan_id=plan))
    }


def school_year_started(day: date) -> date:
    """1 September of the school year of a day."""
    return date(school_year_of(day), 9, 1)
