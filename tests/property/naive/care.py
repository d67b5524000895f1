"""The naive catalogue: early help, referrals between services, support, schools and the panel."""

from collections.abc import Iterator
from datetime import date

from tests.property.naive.days import days_on, months_on, weeks_on, works
from tests.property.naive.told import Fact, Row, Story, row


def care(story: Story) -> Iterator[Row]:
    """Every row that early help, a referral between services, support or the panel begins."""
    yield from _early_help(story)
    for (referral,), asked in story.firsts("referrals.received", "referral_id").items():
        yield from _referral(story, referral, asked)
    for (support,), begun in story.firsts("support.started", "support_id").items():
        ended = story.days("support.ended", support_id=support)
        reviews = sorted({day for day in story.days("support.reviewed", support_id=support) if day >= begun.on})
        for start, met in zip([begun.on, *reviews], [*reviews, None], strict=True):
            due = months_on(start, 12)
            yield row(story, "support-review", support, start, due, met=[met] if met else [], over=ended)
    yield from _panel(story)


def _early_help(story: Story) -> Iterator[Row]:
    for (contact,), told in story.firsts("early-help.contact", "contact_id").items():
        met = story.days("early-help.assessment_started")
        over = story.days("early-help.closed")
        yield row(story, "early-help-start", contact, told.on, days_on(told.on, 10, works), met=met, over=over)
    for (assessment,), begun in story.firsts("early-help.assessment_started", "assessment_id").items():
        closed = story.days("early-help.closed", assessment_id=assessment)
        stepped_up = story.days("early-help.stepped_up", assessment_id=assessment)
        yield row(
            story,
            "early-help-assessment",
            assessment,
            begun.on,
            days_on(begun.on, 35, works),
            met=story.days("early-help.assessment_completed", assessment_id=assessment),
            over=closed + stepped_up,
        )
        yield row(
            story,
            "early-help-lead",
            assessment,
            begun.on,
            days_on(begun.on, 10, works),
            met=story.days("early-help.lead_practitioner_assigned", assessment_id=assessment),
            over=closed,
        )
    for (assessment,), done in story.firsts("early-help.assessment_completed", "assessment_id").items():
        yield row(
            story,
            "early-help-plan",
            assessment,
            done.on,
            days_on(done.on, 10, works),
            met=story.days("early-help.plan_agreed", assessment_id=assessment),
            over=story.days("early-help.closed", assessment_id=assessment),
        )
    for (assessment,), agreed in story.firsts("early-help.plan_agreed", "assessment_id").items():
        yield from _early_help_reviews(story, assessment, agreed)


def _early_help_reviews(story: Story, assessment: str, agreed: Fact) -> Iterator[Row]:
    """From the plan and from each meeting: by the date that it set, else in six weeks."""
    over = story.days("early-help.closed", "early-help.stepped_up", assessment_id=assessment)
    meetings: dict[date, Fact] = {}
    for met in story.all("early-help.team_around_family_met", assessment_id=assessment):
        if met.on >= agreed.on:
            meetings.setdefault(met.on, met)
    starts = [agreed, *meetings.values()]
    for start, following in zip(starts, [*meetings.values(), None], strict=True):
        given = start["next_due_on"] or start["review_due_on"]
        due = date.fromisoformat(given) if given else weeks_on(start.on, 6)
        stop = [following.on] if following else []
        yield row(story, "early-help-review", assessment, start.on, due, met=stop, over=over)


def _referral(story: Story, referral: str, asked: Fact) -> Iterator[Row]:
    count = {"routine": 20, "urgent": 5, "emergency": 1}[asked["urgency"]]
    withdrawn = story.days("referrals.withdrawn", referral_id=referral)
    yield row(
        story,
        "referral-answer",
        referral,
        asked.on,
        days_on(asked.on, count, works),
        met=story.days("referrals.accepted", "referrals.rejected", referral_id=referral),
        over=withdrawn,
    )
    accepted = [day for day in story.days("referrals.accepted", referral_id=referral) if day >= asked.on]
    if accepted:
        yield row(
            story,
            "referral-first-contact",
            referral,
            asked.on,
            weeks_on(asked.on, 18),
            met=story.days("referrals.first_contact", referral_id=referral),
            over=withdrawn + story.days("referrals.closed", referral_id=referral),
        )


def _panel(story: Story) -> Iterator[Row]:
    for (action,), agreed in story.firsts("panel.action_agreed", "action_id").items():
        due = date.fromisoformat(agreed["due_on"])
        met = story.days("panel.action_completed", action_id=action)
        yield row(story, "panel-action", action, agreed.on, due, met=met)
    for (meeting,), listed in story.firsts("panel.listed", "meeting_on").items():
        meeting_on = date.fromisoformat(meeting)
        due = days_on(meeting_on, -5, works)
        since = months_on(meeting_on, -12)
        heard = [day for day in story.days("panel.voice_recorded") if since <= day <= meeting_on]
        met = [max(listed.on, day) for day in heard]
        yield row(story, "voice-before-panel", meeting, listed.on, due, met=met)
    for decided in story.all("panel.decided"):
        if decided["decision"] != "close":
            given = decided["review_on"]
            due = date.fromisoformat(given) if given else months_on(decided.on, 6)
            met = [day for day in story.days("panel.discussed") if day > decided.on]
            yield row(story, "panel-return", str(decided["meeting_on"]), decided.on, due, met=met)
