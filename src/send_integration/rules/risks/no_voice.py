"""Risk `no-voice`: people decide about the child, and nobody has asked the child or the family for long."""

from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, first_day_past, keys
from send_integration.timeline.episodes import ENDS_EVERYTHING

VOICE = "panel.voice_recorded"
TALKS = ("panel.listed", "panel.discussed")


def no_voice(rule: Rule, facts: Facts) -> Verdict:
    """One finding for the panel, from the child being listed or discussed until it decides, and one for each plan whose
    review meeting was held and is not decided; until a voice is recorded. A matter that stays undecided is let go of after
    a while: other rules ask for its end."""
    gone = facts.found(ENDS_EVERYTHING)
    matters = {"panel": (facts.found(TALKS), [*facts.by_name.get("panel.decided", ()), *gone])}
    for meeting in facts.by_name.get("ehcp.review_meeting_held", ()):
        plan = meeting.text("plan_id")
        ends = facts.found(["ehcp.review_decided", "ehcp.ceased"], subject="plan_id", value=plan)
        matters.setdefault(f"plan {plan}", ([], [*ends, *gone]))[0].append(meeting)
    voices = facts.by_name.get(VOICE, [])[-1:]
    findings: list[Finding] = []
    changes: list[date] = []
    for subject, (talks, ends) in matters.items():
        if not talks or any(event.on >= talks[-1].on for event in ends):
            continue
        raised_on = max([talks[-1].on, *(first_day_past(voice.on, rule.number("months")) for voice in voices)])
        past = talks[-1].on + timedelta(rule.number("stands_days")) + NEXT
        changes += [raised_on, past]
        if raised_on <= facts.as_of < past:
            findings.append(_finding(rule, subject, raised_on, [talks[-1], *voices]))
    return Verdict(tuple(findings), tuple(changes))


def _finding(rule: Rule, subject: str, raised_on: date, events: list[Event]) -> Finding:
    matter = "The panel is to decide" if subject == "panel" else "The plan is under review"
    heard = f"the last on {events[1].on}" if len(events) > 1 else "and none before"
    reason = f"{matter}, and no voice of child or family was recorded in {rule.number('months')} months, {heard}."
    return Finding(raised_on, reason, keys(events), (VOICE,), subject=subject)
