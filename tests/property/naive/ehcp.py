"""The naive catalogue: EHC plans."""

from collections.abc import Iterator
from datetime import date

from tests.property.naive.days import days_on, months_on, turns, weeks_on
from tests.property.naive.told import Fact, Row, Story, by_day, row

LAWFUL = ("school-closure", "exceptional-circumstances", "absent-from-area")


def ehcp(story: Story) -> Iterator[Row]:
    """Every row of the table that a request or a plan begins."""
    for (request,), asked in story.firsts("ehcp.requested", "request_id").items():
        yield from _of_a_request(story, request, asked)
    for (request, service), asked in story.firsts("ehcp.advice_requested", "request_id", "from_service").items():
        over = list(story.days("ehcp.decided_to_assess", request_id=request, decision="no"))
        over += story.days("ehcp.decided_to_issue", request_id=request, decision="no")
        over += story.days("ehcp.finalised", "ehcp.request_withdrawn", request_id=request)
        yield row(
            story,
            "ehc-advice",
            (request, service),
            asked.on,
            weeks_on(asked.on, 6),
            met=story.days("ehcp.advice_received", request_id=request, from_service=service),
            over=over,
            excuses=_excuses(story, request, asked.on, (*LAWFUL, "missed-appointments")),
        )
    for (request, urn), asked in story.firsts("ehcp.school_consulted", "request_id", "urn").items():
        met = story.days("ehcp.school_responded", request_id=request, urn=urn)
        # A school need not say whether it could keep a plan that will not be made.
        over = story.days("ehcp.finalised", "ehcp.request_withdrawn", request_id=request)
        over += story.days("ehcp.decided_to_assess", "ehcp.decided_to_issue", request_id=request, decision="no")
        yield row(story, "ehc-school-response", (request, urn), asked.on, days_on(asked.on, 15), met=met, over=over)
    yield from _of_mediations(story)
    for (plan,), made in story.firsts("ehcp.finalised", "plan_id").items():
        yield from _of_a_plan(story, plan, made)
    yield from _of_meetings(story)


def _excuses(story: Story, request: str, since: date, reasons: tuple[str, ...] = LAWFUL) -> list[date]:
    """From when each exception held somebody up, of those that had not ended before anybody was asked."""
    told = story.all("ehcp.exception_applied", request_id=request, reason=reasons)
    return [
        date.fromisoformat(fact["from_on"])
        for fact in told
        if not fact["to_on"] or date.fromisoformat(fact["to_on"]) >= since
    ]


def _of_a_request(story: Story, request: str, asked: Fact) -> Iterator[Row]:
    excuses = _excuses(story, request, asked.on)

    def said(what: str, **wanted: str) -> list[date]:
        return [day for day in story.days(what, request_id=request, **wanted) if day >= asked.on]

    withdrawn = said("ehcp.request_withdrawn")
    yield row(
        story,
        "ehc-decide-to-assess",
        request,
        asked.on,
        weeks_on(asked.on, 6),
        met=said("ehcp.decided_to_assess"),
        over=said("ehcp.decided_to_issue") + said("ehcp.finalised") + withdrawn,
        excuses=excuses,
    )
    refused = said("ehcp.decided_to_assess", decision="no") + said("ehcp.decided_to_issue", decision="no")
    if _first_says_yes(story, "ehcp.decided_to_assess", request, asked.on):
        yield row(
            story,
            "ehc-decide-to-issue",
            request,
            asked.on,
            weeks_on(asked.on, 16),
            met=said("ehcp.decided_to_issue"),
            over=said("ehcp.finalised") + said("ehcp.decided_to_assess", decision="no") + withdrawn,
            excuses=excuses,
        )
    if _first_says_yes(story, "ehcp.decided_to_issue", request, asked.on):
        yield row(
            story,
            "ehc-draft-plan",
            request,
            asked.on,
            weeks_on(asked.on, 16),
            met=said("ehcp.draft_issued"),
            over=said("ehcp.finalised") + said("ehcp.decided_to_issue", decision="no") + withdrawn,
            excuses=excuses,
        )
    yield row(
        story,
        "ehc-final-plan",
        request,
        asked.on,
        weeks_on(asked.on, 20),
        met=said("ehcp.finalised"),
        over=refused + withdrawn,
        excuses=excuses,
    )


def _first_says_yes(story: Story, what: str, request: str, since: date) -> bool:
    first = next((fact for fact in story.all(what, request_id=request) if fact.on >= since), None)
    return first is not None and bool(first["decision"] == "yes")


def _of_a_plan(story: Story, plan: str, made: Fact) -> Iterator[Row]:
    reviews = sorted({day for day in story.days("ehcp.review_decided", plan_id=plan) if day >= made.on})
    ceased = list(story.days("ehcp.ceased", plan_id=plan))
    ceased_by_review = list(story.days("ehcp.review_decided", plan_id=plan, decision="cease"))
    for begun, met in turns_of(made.on, reviews, ceased + ceased_by_review):
        yield row(
            story, "ehc-annual-review", plan, begun, months_on(begun, 12), met=met, over=ceased + ceased_by_review
        )
    meetings = sorted({day for day in story.days("ehcp.review_meeting_held", plan_id=plan) if day >= made.on})
    fifth = turns(story.born_on, 5)
    for begun, met in turns_of(made.on, meetings, ceased):
        if begun < fifth:
            over = [*ceased, *([fifth] if fifth <= story.today else [])]
            yield row(story, "ehc-early-years-review", plan, begun, months_on(begun, 6), met=met, over=over)


def turns_of(begun: date, repeats: list[date], ends: list[date]) -> Iterator[tuple[date, list[date]]]:
    """The beginning and each repeat with the one that comes after it; what comes after the end begins nothing."""
    for start in [begun, *(day for day in repeats if day > begun)]:
        if start == begun or not any(begun <= end < start for end in ends):
            yield start, [day for day in repeats if day > start][:1]


def _of_mediations(story: Story) -> Iterator[Row]:
    for begun in _each(story, "ehcp.mediation_started", "request_or_plan_id"):
        about = str(begun["request_or_plan_id"])
        met = [
            *story.days("ehcp.appeal_concluded", request_or_plan_id=about),
            *story.days("ehcp.decided_to_assess", "ehcp.decided_to_issue", request_id=about),
            *story.days("ehcp.amended_final_issued", plan_id=about),
        ]
        over = story.days("ehcp.ceased", plan_id=about)
        yield row(story, "ehc-mediation", about, begun.on, days_on(begun.on, 30), met=met, over=over)


def _of_meetings(story: Story) -> Iterator[Row]:
    for notice in _each(story, "ehcp.amendment_notice_issued"):
        plan = str(notice["plan_id"])
        met = story.days("ehcp.amended_final_issued", plan_id=plan)
        over = story.days("ehcp.ceased", plan_id=plan)
        yield row(story, "ehc-amended-final", plan, notice.on, weeks_on(notice.on, 8), met=met, over=over)
    for meeting in _each(story, "ehcp.review_meeting_held"):
        plan = str(meeting["plan_id"])
        over = story.days("ehcp.ceased", plan_id=plan)
        circulated = story.days("ehcp.review_report_circulated", plan_id=plan)
        yield row(story, "ehc-review-report", plan, meeting.on, weeks_on(meeting.on, 2), met=circulated, over=over)
        decided = story.days("ehcp.review_decided", plan_id=plan)
        yield row(story, "ehc-review-decision", plan, meeting.on, weeks_on(meeting.on, 4), met=decided, over=over)
        first = next((f for f in story.all("ehcp.review_decided", plan_id=plan) if f.on >= meeting.on), None)
        if first and first["decision"] == "amend":
            noticed = story.days("ehcp.amendment_notice_issued", plan_id=plan)
            over += story.days("ehcp.amended_final_issued", plan_id=plan)
            yield row(story, "ehc-amendment-notice", plan, meeting.on, weeks_on(meeting.on, 4), met=noticed, over=over)


def _each(story: Story, what: str, about: str = "plan_id") -> Iterator[Fact]:
    """The first of each plan, or other thing that it is about, and day."""
    for said in {str(fact[about]) for fact in story.all(what)}:
        yield from by_day(story.all(what, **{about: said}))


def in_force(story: Story, day: date) -> list[str]:
    """The plans in force on a day."""
    gone = story.days("people.died", "people.moved_away")
    return sorted(
        {
            str(made["plan_id"])
            for made in story.all("ehcp.finalised")
            if made.on <= day
            and not any(made.on <= end <= day for end in [*story.days("ehcp.ceased", plan_id=made["plan_id"]), *gone])
        }
    )
