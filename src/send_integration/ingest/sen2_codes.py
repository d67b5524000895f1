"""Code lists of the SEN2 person-level return in our contract's words, and the reasons in which its faults are told."""

from send_integration.contracts.event import Reason

REQUESTED_BY = {"": "other", "1": "parent", "2": "school", "3": "other", "4": "other", "5": "other"}
"""1 young person or parent, 2 school or other setting, 3 health, 4 social care, 5 other (SEN2 2026). Returns before
2026 do not say. Nor does 1 tell a young person from a parent."""

REQUESTED_BY_OTHER = {"": "not-stated", "3": "health", "4": "social-care"}
"""Which other it is, where the return says that it is not simply another."""

DECISIONS = {"Y": "yes", "N": "no", "H": "yes"}
"""A historical request was agreed in an earlier year: an assessment and its plan are why the return still has it."""

WITHDRAWN = "W"
NO_DECISION = frozenset({"", WITHDRAWN, "A"})
"""Open, withdrawn or moved, still going: nothing that the contract calls a decision. That a request was withdrawn is an event
of its own."""

DISPUTED = {
    ("requests", "requestmediation"): "request-mediation",
    ("requests", "requesttribunal"): "request-tribunal",
    ("assessment", "assessmentmediation"): "assessment-mediation",
    ("assessment", "assessmenttribunal"): "assessment-tribunal",
    ("assessment", "othermediation"): "other-mediation",
    ("assessment", "othertribunal"): "other-tribunal",
}
"""The columns that say that mediation or a tribunal was held, without a day, as the contract's words."""

CEASE_REASONS = {
    "1": "maximum age reached",
    "2": "needs met",
    "3": "went to higher education",
    "4": "found employment",
    "5": "moved to another authority",
    "6": "no engagement",
    "7": "left England",
    "8": "died",
    "9": "other",
}

PLACEMENTS = {
    "OLA": "eotas",
    "OPA": "eotas",
    "EHE": "eotas",
    "EYP": "mainstream",
    "OTH": "alternative",
    "NEET": "eotas",
    "NIEC": "eotas",
    "NIEO": "eotas",
}
"""Settings other than a school: arranged by the authority or the parents, at home, or none is otherwise than at a
school. Whether a school is special stands in the Department's register of schools, not in the return: a school
without a unit or resourced provision is mainstream here until that register is joined."""

GENDERS = {"1": "M", "2": "F", "0": "U", "9": "N", "M": "M", "F": "F", "U": "U"}

PARENT_MISSING = Reason("sen2-parent-missing", "", "The row's parent is not in the return.")
UPN_REASON_MISSING = Reason(
    "sen2-upn-reason-missing", "data.person.upn", "There is neither a UPN nor a reason why it is unknown."
)
UPN_WRONG = Reason("sen2-upn-invalid", "data.person.upn", "The UPN's check letter or shape is wrong.")
POSTCODE_WRONG = Reason("sen2-postcode", "data.person.postcode", "The postcode does not have a postcode's shape.")
ULN_WRONG = Reason("sen2-uln-invalid", "data.unique_learner_number", "The unique learner number is not of ten digits.")
UPN_REASON_WRONG = Reason(
    "sen2-unknown-code", "data.upn_unknown", "The reason why there is no UPN is not in the return's code set."
)
PLACE_WRONG = Reason(
    "sen2-placement-invalid",
    "",
    "The placement's rank, number, setting or days cannot be read; the plan is told without it.",
)
DUPLICATE_ID = Reason("sen2-duplicate-id", "", "Two rows of the module have the same id.")


def unknown_code(field: str, words: str) -> Reason:
    """A code that is not in the return's list; `words` name the list."""
    return Reason("sen2-unknown-code", field, f"The {words} is not in the return's code set.")


def not_in_order(words: str) -> Reason:
    """Two dates of which the later should have come first; `words` say which."""
    return Reason("sen2-dates-out-of-order", "time", f"{words}.")
