"""The hidden truth: which children things go wrong for, what services see of it on the way, and how it ends.

A trouble begins, leaves traces with one agency after another, and ends badly for a share of those whom it befalls, whether
or not the end has come by the last day of the simulation. No agency knows which child has one: the truth alone does. Against
it is measured how often a risk that is flagged was one. A pen of its own changes nothing of the other histories.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from send_integration.simulate.ehc import Case
from send_integration.simulate.pen import Line, Pen
from send_integration.simulate.people import Child
from send_integration.simulate.profile import Profile
from send_integration.when.periods import age_on
from send_integration.when.school_years import year_group

BAD_OUTCOMES = frozenset(
    {
        "school.excluded",
        "school.missing_education",
        "camhs.crisis_presentation",
        "early-help.stepped_up",
    }
)
"""What a child should have been kept from, by the rules' names."""

SPAN_DAYS = 540
"""Before the last day, within which troubles begin; some have not ended by then."""


class Outcome(NamedTuple):
    """A bad end: whose, what, and on which day, which can lie after the simulation's last."""

    child: int
    what: str
    on: date


class Trouble(NamedTuple):
    """What befell a child: its course, its first day, and its end; None where it went well."""

    child: int
    course: str
    began_on: date
    outcome: Outcome | None


class Troubles:
    """Draws and writes the troubles of a town; everything drawn comes from the one seed."""

    def __init__(self, chance: Random, profile: Profile, pen: Pen, until: date) -> None:
        self._chance = chance
        self._profile = profile
        self._pen = pen
        self._until = until

    def write(self, child: Child, case: Case | None) -> Trouble | None:
        """At most one trouble a child."""
        for course, part in _COURSES.items():
            if self._chance.random() < self._profile.share("troubles", course) and _may_befall(
                course, child, self._until
            ):
                began = self._until - timedelta(self._chance.randint(0, SPAN_DAYS))
                ends = began + timedelta(self._chance.randint(120, 200))
                goes_badly = self._chance.random() < self._profile.share("troubles", "end_badly")
                what = part(self, child, case, began)
                outcome = Outcome(child.number, what, ends) if goes_badly else None
                if outcome is not None:
                    self._end(child, outcome)
                return Trouble(child.number, course, began, outcome)
        return None

    def _on(self, began: date, week: int) -> date:
        """A day of a week of the trouble."""
        return began + timedelta(7 * week + self._chance.randint(0, 4))

    def _end(self, child: Child, outcome: Outcome) -> None:
        data: dict[str, str] = {
            "school.excluded": {"reason": "behaviour"},
            "school.missing_education": {"since_on": outcome.on.isoformat()},
            "camhs.crisis_presentation": {"setting": "a-and-e"},
            "early-help.stepped_up": {"assessment_id": f"T{child.number:05d}", "to": "child-protection"},
        }[outcome.what]
        feed, _, what = outcome.what.partition(".")
        self._pen.write(child, feed, what, outcome.on, **data)

    def out_of_school(self, child: Child, case: Case | None, began: date) -> str:
        """Absence grows week by week; the school suspends, and shortens the week."""
        write, chance = self._pen.write, self._chance
        if case is None or case.finalised_on is None:
            write(child, "school", "sen_support_started", began - timedelta(200), need_types=["SEMH"])
            for week in (-16, 0, 14):
                write(child, "school", "sen_support_reviewed", self._on(began, week), progress="limited")
        for week in range(-14, 18):
            sessions = min(9, max(0, round(0.8 + 0.35 * max(0, week) + chance.uniform(-0.8, 0.8))))
            first = began + timedelta(7 * week - began.weekday())
            write(
                child, "school", "attendance", first + timedelta(4),
                from_on=first.isoformat(), to_on=(first + timedelta(4)).isoformat(), sessions_possible=10,
                sessions_authorised_absence=sessions // 3, sessions_unauthorised_absence=sessions - sessions // 3,
            )  # fmt: skip
        for week in chance.sample((3, 5, 7, 9, 12), chance.randint(2, 4)):
            write(
                child, "school", "suspended", self._on(began, week), sessions=chance.randint(2, 8), reason="behaviour"
            )
        if chance.random() < 0.5:
            write(child, "school", "part_time_timetable_started", self._on(began, 10), hours_per_week=10.0)
        return chance.choice(("school.excluded", "school.missing_education"))

    def waits_in_need(self, child: Child, _: Case | None, began: date) -> str:
        """CAMHS takes the child on and does not see it; appointments are missed, the family asks again."""
        write, chance, subject = self._pen.write, self._chance, f"TC{child.number:05d}"
        write(child, "camhs", "referred", began, referral_id=subject, priority="routine", primary_reason="self-harm")
        if chance.random() < 0.4:
            write(child, "camhs", "triaged", self._on(began, 3), referral_id=subject, outcome="declined")
        else:
            write(child, "camhs", "triaged", self._on(began, 3), referral_id=subject, outcome="accepted")
            for number, week in enumerate((9, 12, 14), start=1):
                came = "did-not-attend" if chance.random() < 0.8 else "attended"
                write(
                    child,
                    "camhs",
                    "appointment",
                    self._on(began, week),
                    referral_id=subject,
                    attended=came,
                    number=number,
                )
        write(child, "school", "progress_concern", self._on(began, 8), area="withdrawn in lessons")
        return "camhs.crisis_presentation"

    def passed_around(self, child: Child, _: Case | None, began: date) -> str:
        """One service after another says no."""
        write, chance = self._pen.write, self._chance
        services = chance.sample(("salt", "community-paediatrics", "ot", "mhst", "educational-psychology"), 3)
        for turn, service in enumerate(services):
            subject, asked = f"TF{child.number:05d}-{turn}", self._on(began, 5 * turn)
            write(
                child, "referrals", "received", asked, referral_id=subject, from_service="school", to_service=service,
                urgency="routine", need_types=["SEMH"],
            )  # fmt: skip
            reason = chance.choice(("threshold-not-met", "wrong-service"))
            write(
                child,
                "referrals",
                "rejected",
                asked + timedelta(chance.randint(7, 30)),
                referral_id=subject,
                reason=reason,
            )
        return "camhs.crisis_presentation"

    def family_at_the_end(self, child: Child, _: Case | None, began: date) -> str:
        """Early help opens again after it closed, and the short break that the family asks for is refused."""
        write, chance, first, again = self._pen.write, self._chance, f"TE{child.number:05d}", f"T{child.number:05d}"
        write(child, "early-help", "assessment_started", began - timedelta(170), assessment_id=first)
        write(child, "early-help", "closed", began - timedelta(60), assessment_id=first, outcome="family-disengaged")
        write(child, "early-help", "contact", began, contact_id=f"K{again}", concern="family under strain")
        write(child, "early-help", "assessment_started", self._on(began, 2), assessment_id=again)
        write(child, "support", "requested", self._on(began, 4), support_id=again, kind="respite")
        write(child, "support", "refused", self._on(began, 8), support_id=again, kind="respite", reason="threshold")
        if chance.random() < 0.6:
            write(
                child, "ndd-triage", "referred", self._on(began, 1), referral_id=f"TN{child.number:05d}",
                suspected="both", referrer_service="early-help",
            )  # fmt: skip
        return "early-help.stepped_up"


_COURSES: Mapping[str, Callable[[Troubles, Child, Case | None, date], str]] = {
    "out_of_school": Troubles.out_of_school,
    "waits_in_need": Troubles.waits_in_need,
    "passed_around": Troubles.passed_around,
    "family_at_the_end": Troubles.family_at_the_end,
}

_YOUNGEST = {"out_of_school": 6, "waits_in_need": 8, "passed_around": 5, "family_at_the_end": 3}


def _may_befall(course: str, child: Child, until: date) -> bool:
    """Whether a child was old enough for a course when it can have begun, and is still of school age."""
    return (
        age_on(child.date_of_birth, until - timedelta(SPAN_DAYS + 200)) >= _YOUNGEST[course]
        and year_group(child.date_of_birth, until) <= 12
    )


def outcomes(
    lines: Iterable[Line], number_of: Mapping[tuple[str, str], int], troubles: Iterable[Trouble]
) -> list[Outcome]:
    """Every bad end that a town has known or will know: those that agencies wrote, and those that are yet to come.

    `number_of` gives a child's number by source and local id.
    """
    found = {trouble.outcome for trouble in troubles if trouble.outcome is not None}
    for line in lines:
        name = line.body["type"].removeprefix("send.").removesuffix(".v1")
        if name in BAD_OUTCOMES:
            person = line.body["data"]["person"]
            number = number_of[line.body["source"], person["local_id"]]
            found.add(Outcome(number, name, date.fromisoformat(line.body["time"][:10])))
    return sorted(found)
