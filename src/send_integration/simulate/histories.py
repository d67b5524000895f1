"""Histories: what schools, health, care and the panel would have written about a child."""

from datetime import date, timedelta
from random import Random

from send_integration.simulate.agencies import AGENCY_OF_FEED, MATERNITY, REGISTER, Agency, worker_of
from send_integration.simulate.clerks import Clerks
from send_integration.simulate.ehc import Case
from send_integration.simulate.panel_meetings import PanelMeetings
from send_integration.simulate.pen import Pen
from send_integration.simulate.people import Child
from send_integration.simulate.profile import Profile
from send_integration.when.periods import age_on, birthday
from send_integration.when.school_years import year_group, year_group_starts

MATERNITY_SINCE = date(2018, 1, 1)
"""The first births of which maternity sends events."""

URNS = ("109123", "109456", "110789", "136221", "140302", "143118")


class Histories:
    """Writes one child after another; everything drawn comes from the one seed."""

    def __init__(
        self,
        chance: Random,
        profile: Profile,
        pen: Pen,
        clerks: Clerks,
        until: date,
        meetings: PanelMeetings | None = None,
    ) -> None:
        self._chance = chance
        self._profile = profile
        self._pen = pen
        self._clerks = clerks
        self._until = until
        self._meetings = meetings

    def write(self, child: Child, case: Case | None, *, statutory_dates: bool) -> None:
        """All that happened to one child. Without `statutory_dates` the EHC team's feed leaves out what its return has."""
        self._register(child)
        self._school(child, case)
        for share, part in (("therapy", self._therapy), ("ndd", self._ndd), ("early_help", self._early_help)):
            if self._chance.random() < self._profile.share("pathways", share):
                part(child)
        if age_on(child.date_of_birth, self._until) >= 8 and self._chance.random() < self._share("camhs"):
            self._camhs(child)
        if case is not None:
            self._ehc(child, case, statutory_dates=statutory_dates)
        if self._chance.random() < self._share("support"):
            self._support(child)
        if self._chance.random() < self._share("panel"):
            self._panel(child)
        if case is not None and case.finalised_on and age_on(child.date_of_birth, self._until) >= 14:
            self._transition(child)

    def _register(self, child: Child) -> None:
        """The register learns of a child in its first years, and later what has changed; maternity, of recent births here."""
        first_known = child.date_of_birth + timedelta(self._chance.randint(200, 500))
        self._keep(child, REGISTER, first_known)
        if child.date_of_birth >= MATERNITY_SINCE and self._chance.random() < self._share("born_here"):
            self._keep(child, MATERNITY, child.date_of_birth)

    def _keep(self, child: Child, agency: Agency, first_known: date) -> None:
        self._pen.write(child, "people", "registered", first_known, agency)
        for version in self._clerks.versions(agency, child):
            if version.since > first_known:
                self._pen.write(child, "people", "details_changed", version.since, agency)

    def _share(self, pathway: str) -> float:
        return self._profile.share("pathways", pathway)

    def _recently(self, child: Child, most_days: int) -> date:
        """A day within the last `most_days`, not before the child is a year and a half old."""
        earliest = max(self._until - timedelta(most_days), child.date_of_birth + timedelta(550))
        return earliest + timedelta(self._chance.randint(0, max(0, (self._until - earliest).days)))

    def _assign(self, child: Child, feed: str, role: str, on: date) -> None:
        """An agency says which of its own workers has a role for a child."""
        agency = AGENCY_OF_FEED[feed]
        worker = worker_of(agency, child.number)
        self._pen.write(child, "workers", "assigned", on, agency, worker=worker, role_for_child=role)

    def _school(self, child: Child, case: Case | None) -> None:
        chance, write = self._chance, self._pen.write
        starts = year_group_starts(child.date_of_birth, 0)
        if starts > self._until:
            return
        school = URNS[child.number % 3]
        write(child, "school", "enrolled", starts, urn=school, year_group=0)
        secondary = year_group_starts(child.date_of_birth, 7)
        write(child, "school", "enrolled", secondary, urn=URNS[3 + child.number % 3], year_group=7)
        if year_group(child.date_of_birth, self._until) > 13:
            return
        if (case is None or case.finalised_on is None) and chance.random() < self._share("sen_support"):
            began = self._recently(child, 900)
            write(child, "school", "sen_support_started", began, need_types=[child.need])
            for term in range(1, 4):
                progress = chance.choice(("adequate", "limited", "none"))
                write(child, "school", "sen_support_reviewed", began + timedelta(term * 115), progress=progress)
        self._attendance(child)
        if child.need == "SEMH" and chance.random() < 0.5:
            first = self._recently(child, 400)
            for turn in range(chance.randint(1, 4)):
                on = first + timedelta(turn * chance.randint(10, 50))
                write(child, "school", "suspended", on, sessions=chance.randint(1, 6), reason="behaviour")

    def _attendance(self, child: Child) -> None:
        absence = self._chance.betavariate(1.2, 12)
        for half_term in range(8):
            ends = self._until - timedelta(7 + half_term * 45)
            if year_group(child.date_of_birth, ends) >= 0:
                missed = round(60 * absence * self._chance.uniform(0.5, 1.6))
                self._pen.write(
                    child, "school", "attendance", ends,
                    from_on=(ends - timedelta(41)).isoformat(), to_on=ends.isoformat(), sessions_possible=60,
                    sessions_authorised_absence=min(missed // 2, 30), sessions_unauthorised_absence=min(missed // 3, 30),
                )  # fmt: skip

    def _therapy(self, child: Child) -> None:
        chance, write = self._chance, self._pen.write
        for turn in range(chance.choice((1, 1, 2))):
            subject, asked = f"F{child.number:05d}-{turn}", self._recently(child, 800)
            service = chance.choice(("salt", "ot", "physiotherapy", "community-paediatrics", "sensory-ot"))
            write(
                child, "referrals", "received", asked, referral_id=subject, from_service=chance.choice(("gp", "school")),
                to_service=service, urgency=chance.choices(("routine", "urgent"), (9, 1))[0], need_types=[child.need],
            )  # fmt: skip
            answered = asked + timedelta(chance.randint(5, 45))
            if chance.random() < 0.2:
                write(child, "referrals", "rejected", answered, referral_id=subject, reason="threshold-not-met")
            elif chance.random() < 0.9:
                write(child, "referrals", "accepted", answered, referral_id=subject, waiting_list=True)
                seen = answered + timedelta(chance.randint(20, 300))
                write(child, "referrals", "first_contact", seen, referral_id=subject)
                if chance.random() < 0.6:
                    write(child, "referrals", "closed", seen + timedelta(150), referral_id=subject, outcome="helped")

    def _ndd(self, child: Child) -> None:
        chance, write = self._chance, self._pen.write
        subject, asked = f"N{child.number:05d}", self._recently(child, 700)
        suspected = "autism" if child.need == "ASD" else chance.choice(("autism", "adhd", "both"))
        write(
            child, "ndd-triage", "referred", asked, referral_id=subject, suspected=suspected, referrer_service="school"
        )
        triaged = asked + timedelta(chance.randint(7, 50))
        outcome = chance.choices(("accepted", "more-information", "redirected", "declined"), (6, 2, 1, 1.5))[0]
        if chance.random() < 0.07:
            return
        write(child, "ndd-triage", "triaged", triaged, referral_id=subject, outcome=outcome)
        if outcome in ("redirected", "declined"):
            return
        if outcome == "more-information":
            triaged += timedelta(chance.randint(14, 70))
            write(child, "ndd-triage", "information_received", triaged, referral_id=subject)
        self._assign(child, "ndd-triage", "ndd-clinician", triaged)
        started = triaged + timedelta(chance.randint(30, 420))
        write(child, "ndd-triage", "assessment_started", started, referral_id=subject)
        done = started + timedelta(chance.randint(30, 120))
        conclusion = chance.choices(("diagnosed", "not-diagnosed"), (7, 3))[0]
        write(child, "ndd-triage", "assessment_completed", done, referral_id=subject, conclusion=conclusion)
        write(child, "ndd-triage", "feedback_given", done + timedelta(21), referral_id=subject)
        write(child, "ndd-triage", "closed", done + timedelta(40), referral_id=subject, reason="complete")

    def _camhs(self, child: Child) -> None:
        chance, write = self._chance, self._pen.write
        subject, asked = f"C{child.number:05d}", self._recently(child, 500)
        priority = chance.choices(("routine", "urgent", "emergency"), (85, 12, 3))[0]
        reason = chance.choice(("anxiety", "depression", "self-harm", "neurodevelopmental", "eating-disorder"))
        write(child, "camhs", "referred", asked, referral_id=subject, priority=priority, primary_reason=reason)
        triaged = asked + timedelta(chance.randint(1, 20))
        if chance.random() < 0.25:
            write(
                child,
                "camhs",
                "triaged",
                triaged,
                referral_id=subject,
                outcome=chance.choice(("declined", "redirected")),
            )
        else:
            write(child, "camhs", "triaged", triaged, referral_id=subject, outcome="accepted")
            on = triaged + timedelta(chance.randint(5, 120))
            if chance.random() < 0.7:
                self._assign(child, "camhs", "camhs-care-coordinator", on)
            for number in range(1, chance.randint(2, 7)):
                came = chance.choices(("attended", "did-not-attend", "cancelled-by-family"), (7, 2, 1))[0]
                write(child, "camhs", "appointment", on, referral_id=subject, attended=came, number=number)
                on += timedelta(chance.randint(10, 40))
            if chance.random() < 0.5:
                write(child, "camhs", "discharged", on, referral_id=subject, reason="treatment-completed")
        if chance.random() < 0.15:
            crisis = asked + timedelta(chance.randint(10, 120))
            write(
                child, "camhs", "crisis_presentation", crisis, setting=chance.choice(("a-and-e", "ward", "crisis-line"))
            )

    def _early_help(self, child: Child) -> None:
        chance, write = self._chance, self._pen.write
        subject, began = f"E{child.number:05d}", self._recently(child, 600)
        write(
            child,
            "early-help",
            "contact",
            began - timedelta(8),
            contact_id=f"K{subject}",
            concern="family under strain",
        )
        write(child, "early-help", "assessment_started", began, assessment_id=subject)
        if chance.random() < 0.7:
            write(child, "early-help", "lead_practitioner_assigned", began + timedelta(7), assessment_id=subject)
            self._assign(child, "early-help", "lead-practitioner", began + timedelta(7))
        done = began + timedelta(chance.randint(20, 90))
        write(child, "early-help", "assessment_completed", done, assessment_id=subject)
        write(child, "early-help", "plan_agreed", done + timedelta(10), assessment_id=subject)
        for turn in range(1, 4):
            write(child, "early-help", "team_around_family_met", done + timedelta(turn * 45), assessment_id=subject)
        if chance.random() < 0.6:
            write(child, "early-help", "closed", done + timedelta(190), assessment_id=subject, outcome="needs-met")

    def _ehc(self, child: Child, case: Case, *, statutory_dates: bool) -> None:
        chance, write = self._chance, self._pen.write
        request, plan = {"request_id": case.request_id}, {"plan_id": case.plan_id}
        self._assign(child, "ehcp", "ehc-coordinator", case.requested_on + timedelta(5))
        if statutory_dates:
            self._statutory(child, case)
        if case.decision == "yes" and case.decided_on:
            for service in ("salt", "educational-psychology"):
                asked = case.decided_on + timedelta(3)
                write(child, "ehcp", "advice_requested", asked, **request, from_service=service)
                got = asked + timedelta(chance.randint(25, 75))
                write(child, "ehcp", "advice_received", got, **request, from_service=service)
        if case.finalised_on:
            write(child, "ehcp", "draft_issued", case.finalised_on - timedelta(18), **request)
            urn, consulted = URNS[child.number % 6], case.finalised_on - timedelta(17)
            write(child, "ehcp", "school_consulted", consulted, **request, urn=urn)
            answer = consulted + timedelta(chance.randint(5, 16))
            write(child, "ehcp", "school_responded", answer, **request, urn=urn, response="can-meet")
        for _, decided, outcome, _ in case.reviews:
            if outcome == "amend":
                write(child, "ehcp", "amendment_notice_issued", decided + timedelta(5), **plan)
                write(child, "ehcp", "amended_final_issued", decided + timedelta(chance.randint(30, 80)), **plan)

    def _statutory(self, child: Child, case: Case) -> None:
        """What the person-level return has as well."""
        write, request, plan = self._pen.write, {"request_id": case.request_id}, {"plan_id": case.plan_id}
        write(child, "ehcp", "requested", case.requested_on, **request, by=case.by)
        if case.decided_on:
            write(child, "ehcp", "decided_to_assess", case.decided_on, **request, decision=case.decision)
        if case.exception:
            on = case.requested_on + timedelta(60)
            write(
                child, "ehcp", "exception_applied", on, **request,
                reason="exceptional-circumstances", from_on=on.isoformat(),
            )  # fmt: skip
        if case.issue_decided_on:
            write(child, "ehcp", "decided_to_issue", case.issue_decided_on, **request, decision="yes")
        if case.finalised_on:
            write(child, "ehcp", "finalised", case.finalised_on, **request, **plan, placement_type=case.placement)
        for met, decided, outcome, pfa in case.reviews:
            write(child, "ehcp", "review_meeting_held", met, **plan, kind="annual", pfa_discussed=pfa)
            write(child, "ehcp", "review_decided", decided, **plan, decision=outcome)

    def _support(self, child: Child) -> None:
        write, subject, asked = self._pen.write, f"S{child.number:05d}", self._recently(child, 500)
        kind = self._chance.choice(("respite", "after-school", "travel-assistance", "direct-payment"))
        write(child, "support", "requested", asked, support_id=subject, kind=kind)
        if self._chance.random() < 0.75:
            write(child, "support", "agreed", asked + timedelta(30), support_id=subject, kind=kind, hours_per_week=3.0)
            write(child, "support", "started", asked + timedelta(45), support_id=subject)
        else:
            write(child, "support", "refused", asked + timedelta(30), support_id=subject, kind=kind, reason="threshold")

    def _panel(self, child: Child) -> None:
        """One meeting, on a day of its own; with `meetings` on one of theirs, and all that surrounds it."""
        write, met = self._pen.write, self._recently(child, 200)
        if self._meetings is not None:
            met = self._meetings.day_of(met)
        write(child, "panel", "listed", met - timedelta(14), meeting_on=met.isoformat(), reason="several services")
        voice = "I want to be with my friends and have a quiet place when it is loud."
        write(child, "panel", "voice_recorded", met - timedelta(7), of="child", text=voice, how="in person")
        write(child, "panel", "discussed", met, meeting_on=met.isoformat(), attendees=["chair", "health", "care"])
        decided = write(
            child, "panel", "decided", met, meeting_on=met.isoformat(), decision="joint-funding",
            rationale="Needs meet in all three sectors.", funding={"education": 0.5, "health": 0.25, "care": 0.25},
        )  # fmt: skip
        if self._meetings is not None:
            self._meetings.write(child, met, decided)

    def _transition(self, child: Child) -> None:
        chance, write = self._chance, self._pen.write
        fourteen = birthday(child.date_of_birth, 14)
        if child.need in ("SLD", "PMLD", "MLD"):
            write(child, "transition", "learning_disability_registered", fourteen + timedelta(30))
            for year in range(8):
                if chance.random() < 0.7:
                    write(child, "transition", "health_check_completed", fourteen + timedelta(200 + 365 * year))
        if chance.random() < self._share("transition_plan"):
            started = fourteen + timedelta(chance.randint(30, 500))
            write(child, "transition", "plan_started", started)
            self._assign(child, "transition", "transition-worker", started + timedelta(30))
            write(child, "transition", "named_worker_assigned", started + timedelta(30))
