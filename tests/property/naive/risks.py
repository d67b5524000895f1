"""The naive catalogue's risks of services, families and decisions: which patterns of the table stand today, and how strongly."""

from collections.abc import Iterator
from datetime import date

from tests.property.naive.cases import REFUSED, SEEN, Case, cases, plans
from tests.property.naive.days import months_on, turns, weeks_on
from tests.property.naive.told import Fact, Story


def _ago(day: date, story: Story) -> int:
    return (story.today - day).days


def _within(day: date, months: int, story: Story) -> bool:
    """Whether a day is seen when looking back some months from today."""
    return day > months_on(story.today, -months)


def bounced_between_services(story: Story) -> Iterator[str]:
    """Refused by two services within 120 days, and none has accepted since."""
    service = {}
    for fact in story.all("referrals.received"):
        service.setdefault(fact["referral_id"], "ndd" if fact["to_service"] == "ndd-pathway" else fact["to_service"])
    refusals: list[tuple[date, str]] = []
    for fact in story.facts:
        if fact.what == "referrals.rejected" and fact["referral_id"] in service:
            refusals.append((fact.on, service[fact["referral_id"]]))
        if fact.what in ("ndd.triaged", "camhs.triaged") and fact["outcome"] in REFUSED:
            refusals.append((fact.on, fact.what.split(".")[0]))
    yes = story.days("referrals.accepted") + story.days("ndd.triaged", "camhs.triaged", outcome="accepted")
    for place, (on, who) in enumerate(refusals):
        bounce = any(other != who and (on - before).days <= 120 for before, other in refusals[:place])
        if bounce and _ago(on, story) <= 120 and not any(day >= on for day in yes) and not story.left_since(on):
            yield "high"
            return


def re_referred(story: Story) -> Iterator[str]:
    """Three referrals for one kind of need within 12 months, none reaching first contact."""
    asked: dict[tuple[str, str], tuple[date, tuple[str, ...]]] = {}
    for fact in story.all("referrals.received", "ndd.referred", "camhs.referred"):
        needs = tuple(fact["need_types"] or ()) if fact.what == "referrals.received" else ("SEMH",)
        if fact.what == "ndd.referred" or fact["primary_reason"] == "neurodevelopmental":
            needs = ("ASD",)
        asked.setdefault((fact.what.split(".")[0], str(fact["referral_id"])), (fact.on, needs))
    contacts = [
        (f.what.split(".")[0], str(f["referral_id"]), f.on)
        for f in story.facts
        if f.what in ("referrals.first_contact", "ndd.assessment_started")
        or (f.what == "camhs.appointment" and f["attended"] in SEEN)
    ]
    for need in {need for _, needs in asked.values() for need in needs}:
        mine = {name: on for name, (on, needs) in asked.items() if need in needs}
        seen = max((on for feed, referral, on in contacts if (feed, referral) in mine), default=date.min)
        last = [on for on in mine.values() if on > seen][-3:]
        if len(last) == 3 and _within(last[0], 12, story) and not story.left_since(last[-1]):
            yield "raise"


def three_services_no_lead(story: Story) -> Iterator[str]:
    """Three cases in two sectors, and no lead in any, nor a worker whose role is to lead."""
    running = [case for case in cases(story) if case.open_on(story.today)]
    led = (
        "early-help.lead_practitioner_assigned",
        "camhs.care_coordinator_assigned",
        "transition.named_worker_assigned",
    )
    if len(running) < 3 or len({case.sector for case in running}) < 2:
        return
    # Who sees a child through the transition leads, though no plan for it has come.
    through = story.days("transition.named_worker_assigned") and not story.days("transition.plan_started")
    is_led = through or any(fact.what in led for case in running for fact in case.facts)
    if not is_led and not _has_a_leading_worker(story):
        yield "raise"


def _has_a_leading_worker(story: Story) -> bool:
    """Whether a social worker, whose role leads as others do, was assigned and not unassigned since."""
    held = False
    for fact in story.all("workers.assigned", "workers.unassigned", role_for_child="social-worker"):
        held = fact.what == "workers.assigned"
    return held


def hidden_wait(story: Story) -> Iterator[str]:
    """Waits for two services whose days together are more than 365."""
    begin_at_once = ("early-help", "ehcp", "sen-support", "transition")
    waits = [
        case
        for case in cases(story)
        if case.waits_on(story.today) and (case.kind == "referral" or case.service not in begin_at_once)
    ]
    if len({case.service for case in waits}) >= 2 and sum(_ago(case.begun, story) for case in waits) > 365:
        yield "raise"


def long_wait_young_child(story: Story) -> Iterator[str]:
    """More than 18 weeks for speech, language or the neurodevelopmental pathway, begun before the fifth birthday."""
    for case in cases(story):
        young = case.begun < turns(story.born_on, 5)
        speech = case.service in ("ndd", "salt", "talking-takes-off")
        if speech and young and case.waits_on(story.today) and story.today > weeks_on(case.begun, 18):
            yield "high"


def not_brought(story: Story) -> Iterator[str]:
    """The last two appointments missed, or three within 12 months."""
    kept = list(story.all("camhs.appointment", attended=("did-not-attend", *SEEN)))
    missed = [f for f in kept if f["attended"] == "did-not-attend" and _within(f.on, 12, story)]
    if (len(missed) >= 3 or (len(kept) >= 2 and all(f in missed for f in kept[-2:]))) and not story.left_since(
        missed[-1].on
    ):
        yield "raise"


def closed_after_not_brought(story: Story) -> Iterator[str]:
    """Discharged as disengaged within 60 days of a missed appointment, at most 180 days ago, and no other case is open."""
    missed = story.days("camhs.appointment", attended="did-not-attend")
    for fact in reversed(list(story.all("camhs.discharged", reason="disengaged"))):
        if _ago(fact.on, story) <= 180 and any(0 <= (fact.on - day).days <= 60 for day in missed):
            others = [c for c in cases(story) if (c.kind, c.subject) != ("camhs", str(fact["referral_id"]))]
            if not any(case.open_on(story.today) for case in others) and not story.left_since(fact.on):
                yield "high"
            return


def crisis_while_waiting(story: Story) -> Iterator[str]:
    """A crisis while CAMHS, NDD or early help was open, or within 180 days of its declining; nobody has seen the child since."""
    seen = story.days("camhs.appointment", attended=SEEN)
    for crisis in story.days("camhs.crisis_presentation"):
        if _ago(crisis, story) > 180 or any(day > crisis for day in seen) or story.left_since(crisis):
            continue
        for case in cases(story):
            if case.service in ("camhs", "ndd", "early-help") and case.begun <= crisis:
                refused = case.ended is not None and case.declined and 0 <= (crisis - case.ended).days <= 180
                if case.open_on(crisis) or refused:
                    yield "high"
                    return


def early_help_revolving(story: Story) -> Iterator[str]:
    """Opened again within 6 months of being closed, or stepped up within 3; the team has not met since."""
    closures = [f for f in story.all("early-help.closed") if f["outcome"] != "stepped-up"]
    met = story.days("early-help.team_around_family_met")
    for back in story.all("early-help.assessment_started", "early-help.stepped_up"):
        months = 3 if back.what == "early-help.stepped_up" else 6
        before = any(
            months_on(back.on, -months) < closed.on <= back.on
            and (closed.on < back.on or closed["assessment_id"] != back["assessment_id"])
            for closed in closures
        )
        if before and _within(back.on, months, story) and not any(day >= back.on for day in met):
            if story.left_since(back.on):
                continue
            yield "raise"
            return


def early_help_drift(story: Story) -> Iterator[str]:
    """Open for more than 12 months, and the team has not met for more than 90 days."""
    for case in cases(story):
        if case.kind == "early-help" and case.open_on(story.today):
            met = [f.on for f in case.facts if f.what == "early-help.team_around_family_met" and f.on >= case.begun]
            quiet = _ago(max(met, default=case.begun), story)
            if story.today > months_on(case.begun, 12) and quiet > 90:
                yield "watch"


def all_schools_refused(story: Story) -> Iterator[str]:
    """Two schools or more answered, by their last word none can, and the request goes on."""
    for request in {str(f["request_id"]) for f in story.all("ehcp.school_responded")}:
        said = {f["urn"]: f["response"] for f in story.all("ehcp.school_responded", request_id=request)}
        over = story.days("ehcp.finalised", "ehcp.request_withdrawn", request_id=request)
        over += story.days("ehcp.decided_to_issue", "ehcp.decided_to_assess", request_id=request, decision="no")
        last = max(story.days("ehcp.school_responded", request_id=request))
        if len(said) >= 2 and "can-meet" not in said.values() and not over and not story.left_since(last):
            yield "raise"


def transition_cliff(story: Story) -> Iterator[str]:
    """17 or over, two children's services or more are open, and no adult service has agreed."""
    agreed = story.days("transition.adult_health_transfer_agreed")
    agreed += story.days("transition.adult_care_assessment_completed", eligible=True)
    stay = ("ehcp", "sen-support", "transition")
    services = {case.service for case in cases(story) if case.open_on(story.today) and case.service not in stay}
    if story.today >= turns(story.born_on, 17) and not agreed and len(services) >= 2:
        yield "high"


def no_voice(story: Story) -> Iterator[str]:
    """Before the panel, or a plan under review, for at most 180 days, and no voice heard in 12 months."""
    if any(_within(day, 12, story) for day in story.days("panel.voice_recorded")):
        return
    gone = story.days("people.died", "people.moved_away")
    matters = [(story.days("panel.listed", "panel.discussed"), story.days("panel.decided") + gone)]
    for plan in {str(f["plan_id"]) for f in story.all("ehcp.review_meeting_held")}:
        held = story.days("ehcp.review_meeting_held", plan_id=plan)
        matters.append((held, story.days("ehcp.review_decided", "ehcp.ceased", plan_id=plan) + gone))
    for talks, ends in matters:
        if talks and _ago(talks[-1], story) <= 180 and not any(day >= talks[-1] for day in ends):
            yield "watch"


def carer_strain(story: Story) -> Iterator[str]:
    """Contact to early help within 90 days, support not there, and two pathways open."""
    contact = story.days("early-help.contact")
    last = [f.what for f in story.facts if f.what.startswith("support.") and f.what != "support.reviewed"][-1:]
    others = {c.service for c in cases(story) if c.open_on(story.today) and c.service != "support"}
    if contact and _ago(contact[-1], story) <= 90 and last and last != ["support.started"] and len(others) >= 2:
        yield "watch"


def silent_case(story: Story) -> Iterator[str]:
    """An open case of which nothing was heard for longer than is usual there."""
    for case in cases(story):
        if case.open_on(story.today):
            heard = [f.on for f in case.facts]
            if case.service == "sen-support":
                heard += story.days("school.sen_support_reviewed")
            if _ago(max(heard), story) > _quiet(case):
                yield "watch"


def _quiet(case: Case) -> int:
    if case.service == "transition" or (case.service in ("ehcp", "support") and case.started):
        return 400
    return 183 if case.service == "sen-support" else 120


def youth_justice_risk(story: Story) -> Iterator[str]:
    """Referred to youth justice at most 180 days ago and not over, with unmet needs, or suspended within 90 days of it."""
    referrals: list[Fact] = list(story.all("referrals.received", to_service="youth-justice"))
    if not referrals:
        return
    last = referrals[-1]
    ends = ("referrals.rejected", "referrals.withdrawn", "referrals.closed")
    over = [day for day in story.days(*ends, referral_id=last["referral_id"]) if day >= last.on]
    if over or _ago(last.on, story) > 180 or story.left_since(last.on):
        return
    suspended = any(abs((day - last.on).days) <= 90 for day in story.days("school.suspended"))
    poor = story.days("school.sen_support_reviewed", progress=("limited", "none"))
    refused = story.days("ehcp.decided_to_assess", "ehcp.decided_to_issue", decision="no")
    unmet = any(day >= months_on(last.on, -12) for day in poor + refused)
    waiting = any(c.service in ("ndd", "camhs", "ehcp") and c.waits_on(story.today) for c in cases(story))
    if suspended or (not plans(story, story.today) and (unmet or waiting)):
        yield "high"
