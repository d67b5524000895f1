"""The rules of a SEN2 return in words, each with what to do; `ERRORS` are refused, the others asked about.

The Department numbers its rules in a table of the survey's technical specification, which was not at hand: the codes are ours,
and the school census's own numbers stand where its rule is the same (1500 no UPN, 1520 a UPN twice).
"""

from collections.abc import Mapping

ERRORS: Mapping[str, str] = {
    "person-name-missing": "No agency's record gives the whole name.",
    "person-upn-missing": "There is no UPN, no learner number, and no reason why (school census 1500).",
    "person-upn-twice": "Two people have the same UPN: they are one, or one number is wrong (school census 1520).",
    "person-sex": "Sex is neither M nor F.",
    "request-received-missing": "The day on which the request was received is not known.",
    "request-before-birth": "The request was received before the birth.",
    "request-outcome-day-missing": "The request has an outcome, and no day of it.",
    "request-outcome-before-received": "The request was decided before it was received.",
    "request-source-missing": "Who made the request is not known.",
    "request-refused-with-plan": "No assessment was agreed to, and there is a plan.",
    "assessment-outcome-day-missing": "The assessment has an outcome, and no day of it.",
    "assessment-outcome-with-plan": "The assessment is still going, withdrawn or refused, and there is a plan.",
    "plan-before-assessment-outcome": "The plan starts before it was decided to issue one.",
    "plan-ceased-before-start": "The plan ceased before it started.",
    "plan-names-no-place-first": "The plan names no place of the first rank.",
    "place-unnamed": "A place has neither URN nor UKPRN nor a setting.",
    "place-entry-missing": "It is not known since when the child is at a place.",
    "place-left-before-entry": "A place was left before it was entered.",
    "review-outcome-without-day": "A review has an outcome without its day, or a day without an outcome.",
    "review-decided-before-meeting": "A review was decided before its meeting.",
    "review-draft-before-meeting": "A draft amended plan went out before the review's meeting.",
    "plan-without-place-now": "A plan is in force, and where the child is placed now is not known.",
    "plan-with-two-first-places": "Two places of the first rank are current.",
    "plan-without-need": "No type of need is known of a plan.",
    "need-twice": "A type of need stands twice.",
    "need-not-assessed": "A plan's need is given as not yet assessed, which is no type of need of a plan.",
}

QUERIES: Mapping[str, str] = {
    "person-ethnicity-missing": "Ethnicity is not known.",
    "person-postcode-missing": "The postcode is not known.",
    "person-too-old": "The person is older than 25 on the census day.",
    "request-open-over-six-weeks": "The request was open for more than six weeks on the census day.",
    "request-agreed-without-assessment": "An assessment was agreed to, and nothing of it is known.",
    "assessment-plan-not-yet-issued": "It was decided to issue a plan, and none is known.",
    "plan-ceased-for-another-reason": "The plan ceased for a reason of no other code; many of these are asked about.",
    "plan-payment-without-budget": "There is a payment or an arrangement, and no personal budget.",
    "plan-ceased-at-maximum-age-too-young": "The plan ceased at the maximum age, and the person was younger than 18.",
    "place-is-both-school-and-setting": "A place has a number and a setting other than a school.",
    "place-of-another-kind": "A place is of a kind (OTH, NIEO) that is asked about.",
    "place-is-both-unit-and-resourced": "A place is in a SEN unit and in resourced provision.",
    "place-neet-too-young": "Not in education, employment or training before 16.",
    "review-over-a-year-ago": "No review was decided in the twelve months before the census day.",
}

SENTENCES: Mapping[str, str] = {**ERRORS, **QUERIES}
