"""Risk `long-wait-young-child`: a long wait for help with speech, language or development, begun before school age."""

from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys
from send_integration.when.periods import birthday

SERVICES = frozenset({"ndd", "salt", "talking-takes-off"})
"""The neurodevelopmental pathway, speech and language therapy, and Luton's early language service."""
EXPECTED = {"ndd.referred": ("ndd.assessment_started",), "referrals.received": ("referrals.first_contact",)}


def long_wait_young_child(rule: Rule, facts: Facts) -> Verdict:
    """One finding for each such wait, until help begins or the referral ends."""
    school_age = birthday(facts.born_on, rule.number("before_age"))
    if not facts.courses or facts.courses[0].opened.on >= school_age:
        return Verdict()
    waits = [
        course
        for course in facts.courses
        if course.service in SERVICES and course.opened.on < school_age and course.wait.runs_on(facts.as_of)
    ]
    first_day = {course.name: rule.period().after(course.opened.on) + NEXT for course in waits}
    reason = f"Has waited more than {rule.period()} for help that was asked for before the age of {rule.number('before_age')}."
    findings = tuple(
        Finding(
            first_day[course.name], reason, keys([course.opened]), EXPECTED[course.opened.what], subject=course.name
        )
        for course in waits
        if facts.as_of >= first_day[course.name]
    )
    return Verdict(findings, tuple(first_day.values()))
