"""The warehouse's tables on what services, schools and the panel did."""

from sqlalchemy import Column, Date, Double, Integer, Text

from send_integration.warehouse.history import locates, of_a_child


def _sen_status(when: str) -> Column[str]:
    return Column("sen_status", Text, nullable=False, comment=f"plan, sen-support or none: what the child had {when}")


fact_appointment = of_a_child(
    "fact_appointment",
    "one row an appointment, whether or not anybody came.",
    "appointment_key",
    "names the appointment among all",
    Column("pathway", Text, nullable=False, comment="the service; only CAMHS tells of appointments"),
    Column("happened_on", Date, nullable=False, comment="the day of the appointment"),
    Column("attended", Text, nullable=False, comment="attended, late-but-seen, did-not-attend or who cancelled it"),
    Column("number", Integer, nullable=False, comment="the how-manyeth of the referral, as the service counts"),
)

fact_attendance = of_a_child(
    "fact_attendance",
    "one row a span of days for which a school told of attendance; sessions are half days.",
    "attendance_key",
    "names the span among all",
    Column("from_on", Date, nullable=False, comment="its first day"),
    Column("to_on", Date, nullable=False, comment="its last day"),
    Column("sessions_possible", Integer, nullable=False, comment="sessions that there were"),
    Column("sessions_authorised_absence", Integer, nullable=False, comment="of these missed with leave"),
    Column("sessions_unauthorised_absence", Integer, nullable=False, comment="of these missed without"),
    _sen_status("on its first day"),
)

fact_exclusion = of_a_child(
    "fact_exclusion",
    "one row a suspension or permanent exclusion.",
    "exclusion_key",
    "names it among all",
    Column("kind", Text, nullable=False, comment="suspended or excluded"),
    Column("happened_on", Date, nullable=False, comment="the day from which"),
    Column("sessions", Integer, comment="of a suspension for how many half days"),
    _sen_status("on that day"),
)

fact_support = of_a_child(
    "fact_support",
    "one row a support that a family asked for or was given; days are the first of each step.",
    "support_key",
    "names the support among all",
    Column("kind", Text, comment="respite, direct-payment and so on, as the schemas have it"),
    Column("requested_on", Date, comment="asked for"),
    Column("agreed_on", Date, comment="agreed"),
    Column("refused_on", Date, comment="refused"),
    Column("started_on", Date, comment="begun"),
    Column("ended_on", Date, comment="ended"),
    Column("weekly_amount", Double, comment="pounds a week, as first agreed"),
)

fact_panel_decision = of_a_child(
    "fact_panel_decision",
    "one row a decision of the Complex Care panel.",
    "decision_key",
    "names the decision among all",
    Column("meeting_on", Date, nullable=False, comment="the day of the meeting"),
    Column("decided_on", Date, nullable=False, comment="the day of the decision"),
    Column(
        "decision",
        Text,
        nullable=False,
        comment="agree-support, joint-funding, refer, escalate, keep-under-review, close",
    ),
    Column("review_on", Date, comment="when the panel is to look again"),
    Column("education_share", Double, comment="what education pays, of 1"),
    Column("health_share", Double, comment="what health pays"),
    Column("care_share", Double, comment="what care pays"),
    Column("voice_followed", Text, comment="yes, partly or no: whether what the child said was followed"),
)

fact_destination = of_a_child(
    "fact_destination",
    "one row a destination that was recorded of a young person.",
    "destination_key",
    "names the record among all",
    Column("recorded_for_on", Date, nullable=False, comment="the day of the record"),
    Column(
        "destination", Text, nullable=False, comment="college, apprenticeship, neet and so on, as the schemas have it"
    ),
    Column("from_on", Date, nullable=False, comment="since when, or from when"),
)

fact_involvement = of_a_child(
    "fact_involvement",
    "one row a worker's role for a child, from when it was given until it ended.",
    "involvement_key",
    "names the role's being given among all",
    locates("worker_key", "the worker's pseudonym, the same with every child; empty of a restricted child"),
    Column("role", Text, nullable=False, comment="ehc-coordinator, senco and so on"),
    Column("sector", Text, nullable=False, comment="education, health or care"),
    Column("since_on", Date, nullable=False, comment="the day on which it was given"),
    Column("until_on", Date, comment="the day on which it ended, or another was given it"),
)
