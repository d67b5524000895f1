"""Histories of a few children over many feeds, with repeats, conflicts, corrections and retractions at the edges."""

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.builders import sent

DAY_ONE = date(2024, 1, 1)
EDGES = (0, 1, 27, 28, 29, 42, 43, 91, 120, 121, 140, 141, 181, 365, 366)
"""Days at which some rule's answer turns, so that ties and boundaries are drawn often."""

KINDS = (
    "referrals.received", "referrals.rejected", "referrals.accepted", "ndd.referred", "ndd.triaged",
    "ndd.information_received", "ndd.assessment_started", "camhs.referred", "camhs.triaged", "camhs.appointment",
    "camhs.crisis_presentation", "camhs.discharged", "early-help.assessment_started", "early-help.assessment_completed",
    "early-help.closed", "ehcp.requested", "ehcp.decided_to_assess", "ehcp.finalised", "ehcp.review_decided",
    "ehcp.review_meeting_held", "ehcp.exception_applied", "ehcp.ceased", "school.suspended",
    "school.sen_support_started", "transition.learning_disability_registered", "transition.health_check_completed",
    "transition.plan_started", "workers.assigned", "workers.unassigned", "people.moved_away", "people.related",
)  # fmt: skip

CODES = {
    "ndd.triaged": {"outcome": ("accepted", "more-information", "declined")},
    "camhs.triaged": {"outcome": ("accepted", "redirected", "declined")},
    "camhs.appointment": {"attended": ("attended", "did-not-attend")},
    "camhs.referred": {"priority": ("routine", "urgent", "emergency")},
    "ehcp.decided_to_assess": {"decision": ("yes", "no")},
    "ehcp.review_decided": {"decision": ("maintain", "cease")},
    "ehcp.review_meeting_held": {"pfa_discussed": (True, False)},
    "people.related": {
        "kind": ("sibling", "carer"),
        "other": ({"local_id": "A7"}, {"local_id": "4", "source": "other"}),
    },
    "workers.assigned": {"role_for_child": ("ehc-coordinator", "senco")},
}

PEOPLE = (
    {"local_id": "1", "nhs_number": "9990000018", "date_of_birth": "2010-09-01"},
    {"local_id": "2", "nhs_number": None, "upn": "T821000000001", "date_of_birth": "2012-03-05"},
    {"local_id": "3", "nhs_number": "9990000018", "upn": "T821000000001", "date_of_birth": "2010-09-01"},
    {"local_id": "4", "given_name": "Omar", "nhs_number": "9990000026", "date_of_birth": "2011-02-28"},
)
"""The third person's identifiers lead to the first and to the second; the fourth is nobody else."""


def _a_persons_word(draw: st.DrawFn, number: int, people: int) -> bytes:
    """A decision on two of the people's local ids, or the taking back of one."""
    noted = (DAY_ONE + timedelta(draw(st.sampled_from(EDGES)))).isoformat()
    event_id = f"e{number}"
    if number and draw(st.booleans()):
        withdrawn = f"e{draw(st.integers(0, number - 1))}"
        return sent("identity.withdrawn", noted, event_id=event_id, source="urn:send:one", retracts=withdrawn)
    one, other = draw(st.permutations(PEOPLE[:people]))[:2]
    pair = {
        "one": {"source": "urn:send:one", "local_id": one["local_id"]},
        "other": {"source": "urn:send:one", "local_id": other["local_id"]},
        "same": draw(st.booleans()),
    }
    return sent("identity.decided", noted, event_id=event_id, source="urn:send:one", pairs=[pair])


@st.composite
def lines(
    draw: st.DrawFn, people: int = len(PEOPLE), size: int = 12, *, decisions_of_people: bool = True
) -> list[bytes]:
    """The lines of a history, good ones only; ids are few, so that some repeat with another body."""
    count = draw(st.integers(0, size))
    made: list[bytes] = []
    for number in range(count):
        kind = draw(st.sampled_from(KINDS))
        if decisions_of_people and people > 1 and draw(st.integers(0, 9)) == 0:
            made.append(_a_persons_word(draw, number, people))
            continue
        happened = DAY_ONE + timedelta(draw(st.sampled_from(EDGES)))
        noted = happened + timedelta(draw(st.sampled_from((0, 0, 1, 30))))
        fields = {name: draw(st.sampled_from(codes)) for name, codes in CODES.get(kind, {}).items()}
        naming = draw(st.sampled_from((None, None, None, "corrects", "retracts")))
        if naming and number:
            fields[naming] = f"e{draw(st.integers(0, number - 1))}"
        made.append(
            sent(
                kind,
                happened.isoformat(),
                event_id=f"e{number if draw(st.booleans()) or not number else draw(st.integers(0, number))}",
                source="urn:send:one",
                recorded=noted.isoformat(),
                person=dict(draw(st.sampled_from(PEOPLE[:people]))),
                **fields,
            )
        )
    return made
