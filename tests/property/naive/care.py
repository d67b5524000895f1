"""The naive catalogue: early help, referrals between services, support, schools and the panel."""

from collections.abc import Iterator
from datetime import date

from tests.property.naive.days import days_on, months_on, weeks_on, works
from tests.property.naive.ehcp import turns_of
from tests.property.naive.told import Fact, Row, Story, by_day, row


def care(story: Story) -> Iterator[Row]:
    """Every row that early help, a referral between services, support or the panel begins."""
    yield from _early_help(story)
    for (referral,), asked in story.firsts("referrals.received", "referral_id").items():
        yield from _referral(story, referral, asked)
    yield from _first_contacts(story)
    for (support,), begun in story.firsts("support.started", "support_id").items():
        ended = story.days("support.ended", support_id=support)
        reviews = sorted(set(story.days("support.reviewed", support_id=support)))
        for start, met in turns_of(begun.on, reviews, ended):
            yield row(story, "support-review", support, start, months_on(start, 12), met=met, over=ended)
    yield from _panel(story)


def _early_help(story: Story) -> Iterator[Row]:
    for (contact,), told in story.firsts("early-help.contact", "contact_id").items():
        met = story.days("early-help.assessment_started")
        # What had been assessed before the contact was no answer to it, and neither is the end of that.
        over = [
            end.on
            for end in story.all("early-help.closed")
            if not any(
                day < told.on for day in story.days("early-help.assessment_started", assessment_id=end["assessment_id"])
            )
        ]
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
            # Who was named within a year before leads it all the same.
            met=[
                max(begun.on, day)
                for day in story.days("early-help.lead_practitioner_assigned", assessment_id=assessment)
                if day >= months_on(begun.on, -12)
            ],
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
            over=story.days("early-help.closed", "early-help.stepped_up", assessment_id=assessment),
        )
    for (assessment,), agreed in story.firsts("early-help.plan_agreed", "assessment_id").items():
        yield from _early_help_reviews(story, assessment, agreed)


def _early_help_reviews(story: Story, assessment: str, agreed: Fact) -> Iterator[Row]:
    """From the plan and from each meeting: by the date that it set, else in six weeks."""
    over = story.days("early-help.closed", "early-help.stepped_up", assessment_id=assessment)
    meetings = by_day(story.all("early-help.team_around_family_met", assessment_id=assessment))
    saying = {agreed.on: agreed, **{met.on: met for met in meetings if met.on > agreed.on}}
    for start, met in turns_of(agreed.on, [meeting.on for meeting in meetings], over):
        given = saying[start]["next_due_on"] or saying[start]["review_due_on"]
        due = date.fromisoformat(given) if given else weeks_on(start, 6)
        yield row(story, "early-help-review", assessment, start, due, met=met, over=over)


def _referral(story: Story, referral: str, asked: Fact) -> Iterator[Row]:
    count = {"routine": 20, "urgent": 5, "emergency": 1}[asked["urgency"]]
    over = story.days("referrals.withdrawn", "referrals.closed", referral_id=referral)
    yield row(
        story,
        "referral-answer",
        referral,
        asked.on,
        days_on(asked.on, count, works),
        met=story.days("referrals.accepted", "referrals.rejected", referral_id=referral),
        over=over,
    )


def _first_contacts(story: Story) -> Iterator[Row]:
    """Asked for by the acceptance, and counted from the referral, where that came before it."""
    for (referral,), accepted in story.firsts("referrals.accepted", "referral_id").items():
        received = [d for d in story.days("referrals.received", referral_id=referral) if d < accepted.on]
        due = weeks_on(min([accepted.on, *received]), 18)
        met = story.days("referrals.first_contact", referral_id=referral)
        over = story.days("referrals.withdrawn", "referrals.closed", referral_id=referral)
        yield row(story, "referral-first-contact", referral, accepted.on, due, met=met, over=over)


def _panel(story: Story) -> Iterator[Row]:
    for (action,), agreed in story.firsts("panel.action_agreed", "action_id").items():
        due = date.fromisoformat(agreed["due_on"])
        met = story.days("panel.action_completed", action_id=action)
        yield row(story, "panel-action", action, agreed.on, due, met=met)
    for (meeting,), listed in story.firsts("panel.listed", "meeting_on").items():
        meeting_on = date.fromisoformat(meeting)
        due = max(listed.on, days_on(meeting_on, -5, works))
        since = months_on(meeting_on, -12)
        heard = [day for day in story.days("panel.voice_recorded") if since <= day <= meeting_on]
        met = [max(listed.on, day) for day in heard]
        yield row(story, "voice-before-panel", meeting, listed.on, due, met=met)
    closed = story.days("panel.decided", decision="close")
    for decided in by_day(f for f in story.all("panel.decided") if f["decision"] != "close"):
        given = decided["review_on"]
        due = date.fromisoformat(given) if given else months_on(decided.on, 6)
        met = [day for day in story.days("panel.discussed") if day > decided.on]
        yield row(story, "panel-return", "", decided.on, due, met=met, over=closed)
