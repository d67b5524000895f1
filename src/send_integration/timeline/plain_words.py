"""What a family's copy says of each type of event, in words that an eleven-year-old reads; of each type left out, why.

Every sentence here is ours, and all that is put into one is another of our words: no text that anybody wrote of a child,
and no name, can come into it. A type that is in neither table is a fault, which a test finds.
"""

SERVICES = {
    "school": "your school", "gp": "your doctor", "health-visitor": "the health visitor", "parent": "your family",
    "salt": "the speech and language team", "sensory-ot": "the team that helps with touch, sound and light",
    "ot": "the team that helps with day to day skills", "physiotherapy": "the team that helps you move",
    "community-paediatrics": "the children's doctor", "camhs": "CAMHS", "mhst": "the team that helps with feelings at school",
    "ndd-pathway": "the NDD team", "early-help": "the early help team", "flying-start": "Flying Start",
    "talking-takes-off": "Talking Takes Off", "portage": "the home play team", "short-breaks": "the short breaks team",
    "sen-team": "the SEN team", "educational-psychology": "the team that looks at how you learn",
    "voluntary-sector": "a local group",
}  # fmt: skip
"""Services as a child hears of them. Those that are not here are in WITHHELD_SERVICES."""

WITHHELD_SERVICES = {
    "social-care": "what it is asked about is often what somebody else did",
    "youth-justice": "it is told in person, and others are part of it",
}
"""Services of which a copy says nothing, nor of what follows from asking them; and why."""

KINDS_OF_SUPPORT = {
    "respite": "a break for you and your family", "after-school": "a club after school", "leisure": "things to do for fun",
    "travel-assistance": "help to get to school", "personal-budget": "money to pay for your help",
    "direct-payment": "money to pay for your help", "personal-health-budget": "money to pay for your health care",
    "family-worker": "a worker for your family", "equipment": "things that help you day to day",
    "therapy": "sessions that help you",
}  # fmt: skip

HELPERS = {
    "ehc-coordinator": "Somebody who looks after your EHC plan.",
    "senco": "The SENCO. They plan the extra help at your school.",
    "ndd-clinician": "Somebody from the NDD team. They look at how your brain works.",
    "camhs-care-coordinator": "Somebody from CAMHS. They help with thoughts and feelings.",
    "lead-practitioner": "A lead worker. They make sure that we all work as a team.",
    "social-worker": "A social worker. They help you and your family.",
    "transition-worker": "Somebody who helps you get ready for life as an adult.",
    "family-worker": "A family worker. They help all of you at home.",
}
"""Who works with a child, by role; a copy names no worker."""

MEANINGS = {
    "EHC plan": "A plan that says what help you must get. It is for school, for your health and for home.",
    "SEN support": "Extra help that your school gives you.",
    "CAMHS": "The team that helps with thoughts and feelings.",
    "NDD team": "The team that looks at things like autism and ADHD.",
    "SENCO": "The teacher who plans extra help at your school.",
    "Early help": "Help for your whole family.",
    "Panel": "A group of people from school, health and care. They meet to plan your help.",
    "Review": "A meeting to look at how your plan works.",
}
"""Words that a copy uses and explains, each where it occurs."""

SENTENCES = {
    "ndd.information_received": "The NDD team got what it had asked for.",
    "ndd.assessment_started": "The NDD team met you for the first time.",
    "ndd.assessment_completed": "The NDD team finished its work with you.",
    "ndd.feedback_given": "The NDD team told you what it had found.",
    "ndd.closed": "The NDD team closed your case.",
    "camhs.care_coordinator_assigned": "One person at CAMHS now plans your care.",
    "camhs.discharged": "Your time with CAMHS came to an end.",
    "early-help.assessment_started": "The early help team met you and your family.",
    "early-help.assessment_completed": "The early help team found out what would help.",
    "early-help.lead_practitioner_assigned": "One lead worker was chosen for your family.",
    "early-help.plan_agreed": "You and your family agreed a plan with early help.",
    "early-help.team_around_family_met": "The people who help you met. They looked at your plan.",
    "early-help.closed": "Early help came to an end.",
    "ehcp.request_withdrawn": "The request for an EHC plan was taken back.",
    "ehcp.draft_issued": "We sent you a first draft of your EHC plan.",
    "ehcp.school_consulted": "We asked a school if it could help you.",
    "ehcp.finalised": "Your EHC plan was ready.",
    "ehcp.review_report_circulated": "We sent out what was said at the meeting.",
    "ehcp.amendment_notice_issued": "We told you what we want to change in your plan.",
    "ehcp.amended_final_issued": "Your new EHC plan was ready.",
    "ehcp.ceased": "Your EHC plan came to an end.",
    "ehcp.mediation_started": "You and we met with somebody who helps people agree.",
    "ehcp.appeal_lodged": "Your family asked a judge to look at what we had decided.",
    "ehcp.appeal_concluded": "The judge gave an answer.",
    "school.left": "You left your school.",
    "school.suspended": "Your school sent you home for a time.",
    "school.excluded": "Your school said that you could not come back.",
    "school.sen_support_started": "Your school began to give you extra help. It is called SEN support.",
    "school.part_time_timetable_started": "You began to go to school for part of the week.",
    "school.part_time_timetable_ended": "You went back to school full time.",
    "school.missing_education": "You had no school to go to.",
    "school.returned_to_education": "You went back to school.",
    "transition.plan_started": "We began a plan for when you are an adult.",
    "transition.named_worker_assigned": "One worker now helps you get ready for life as an adult.",
    "transition.outcomes_recorded": "We wrote down what you hope for as an adult.",
    "transition.health_check_completed": "You had your yearly health check.",
    "transition.adult_care_assessment_requested": "We asked the adult care team to see what help you need.",
    "transition.adult_care_assessment_completed": "The adult care team found out what help you need.",
    "transition.adult_health_transfer_agreed": "An adult health team said that it will look after you.",
    "support.started": "That help began.",
    "support.reviewed": "We looked at how that help works for you.",
    "support.ended": "That help came to an end.",
    "panel.discussed": "The panel met and talked about your help.",
}
"""What is said of a type whatever its event holds."""

BY_CODE: dict[str, tuple[str, dict[str, str]]] = {
    "referrals.rejected": ("", {"": "{Service} could not take you on."}),
    "referrals.accepted": ("", {"": "{Service} said that it will help you."}),
    "referrals.first_contact": ("", {"": "You met {service} for the first time."}),
    "referrals.withdrawn": ("", {"": "The request to {service} was taken back."}),
    "referrals.closed": ("", {"": "The work with {service} came to an end."}),
    "ndd.triaged": ("outcome", {
        "accepted": "The NDD team said yes. It will see you.",
        "more-information": "The NDD team asked to know more.",
        "redirected": "The NDD team said that a different team is better for you.",
        "declined": "The NDD team said that it could not see you.",
    }),
    "camhs.triaged": ("outcome", {
        "accepted": "CAMHS said yes. It will see you.",
        "redirected": "CAMHS said that a different team is better for you.",
        "declined": "CAMHS said that it could not see you.",
    }),
    "camhs.appointment": ("attended", {
        "attended": "You went to see CAMHS.",
        "late-but-seen": "You went to see CAMHS.",
        "cancelled-by-family": "A visit to CAMHS was called off.",
        "cancelled-by-service": "CAMHS had to call off a visit.",
        "did-not-attend": "You did not get to a visit at CAMHS.",
    }),
    "ehcp.requested": ("by", {
        "school": "Your school asked us to find out if you need an EHC plan.",
        "parent": "Your family asked us to find out if you need an EHC plan.",
        "young-person": "You asked us to find out if you need an EHC plan.",
        "other": "We were asked to find out if you need an EHC plan.",
    }),
    "ehcp.decided_to_assess": ("decision", {
        "yes": "We said yes. We will find out what help you need.",
        "no": "We said no. We did not think that you need an EHC plan.",
    }),
    "ehcp.decided_to_issue": ("decision", {
        "yes": "We said that you will get an EHC plan.",
        "no": "We said that you will not get an EHC plan.",
    }),
    "ehcp.school_responded": ("response", {
        "can-meet": "A school said that it can help you.",
        "cannot-meet": "A school said that it can not help you.",
    }),
    "ehcp.review_meeting_held": ("kind", {
        "annual": "There was a review. We looked at your plan with you.",
        "early": "There was an early review. We looked at your plan with you.",
        "phase-transfer": "There was a review. We looked at your plan for your next school.",
    }),
    "ehcp.review_decided": ("decision", {
        "maintain": "We said that your plan will stay the same.",
        "amend": "We said that your plan will change.",
        "cease": "We said that your plan will end.",
    }),
    "school.sen_support_reviewed": ("progress", {
        "adequate": "Your school looked at your extra help. You are doing well.",
        "limited": "Your school looked at your extra help. It helps a little.",
        "none": "Your school looked at your extra help. It has not helped yet.",
    }),
    "panel.decided": ("decision", {
        "agree-support": "The panel agreed to give you more help.",
        "joint-funding": "The panel agreed that school, health and care will share the cost of your help.",
        "refer": "The panel asked a team to see you.",
        "escalate": "The panel asked people with more say to look at your case.",
        "keep-under-review": "The panel will keep an eye on how things go.",
        "close": "The panel thinks that things are in place. It will not meet about you for now.",
    }),
    "panel.voice_recorded": ("of", {
        "child": "You told us what you think.",
        "young-person": "You told us what you think.",
        "parent-carer": "Your family told us what they think.",
    }),
    "transition.destination_recorded": ("destination", {
        "school-sixth-form": "You chose to go to a sixth form.",
        "college": "You chose to go to college.",
        "specialist-college": "You chose to go to a college that gives extra help.",
        "apprenticeship": "You chose to learn in a job.",
        "supported-internship": "You chose to learn in a job, with help.",
        "employment": "You chose to work.",
        "volunteering": "You chose to help others without pay.",
        "independent-living": "You chose to live in a place of your own.",
    }),
}  # fmt: skip
"""What is said by one field's closed code; of a code that is not here nothing is said. {service} is the one that was asked."""

LEFT_OUT = {
    "camhs.crisis_presentation": "a crisis is talked about, not read on paper that others find",
    "early-help.contact": "it tells of somebody's worry about a family",
    "early-help.stepped_up": "it tells of what others did or could not do",
    "early-help.stepped_down": "it tells of what others did or could not do",
    "ehcp.exception_applied": "it is about our time limits",
    "ehcp.quality_audited": "it is about our own work",
    "school.attendance": "figures; the school has them",
    "school.progress_concern": "what area, is a text that somebody wrote",
    "transition.learning_disability_registered": "a doctor tells it",
    "transition.mental_capacity_considered": "it is told in person",
    "transition.continuing_care_screened": "it is about who pays",
    "transition.continuing_healthcare_referred": "it is about who pays",
    "panel.listed": "why, is a text that somebody wrote",
    "panel.action_agreed": "the panel's actions are counted, for their words and owners are others'",
    "panel.action_completed": "the panel's actions are counted, for their words and owners are others'",
    "panel.flag_acknowledged": "it is about our own work",
    "panel.flag_dismissed": "it is about our own work",
    "people.registered": "it is about our own files",
    "people.details_changed": "an address could be one that somebody must not find",
    "people.consent_recorded": "who agreed to what may be somebody else",
    "people.died": "no copy is made",
    "people.moved_away": "an address could be one that somebody must not find",
    "people.related": "it is about somebody else",
    "people.not_known": "it is about our own files",
    "identity.decided": "it is about our own files",
    "identity.withdrawn": "it is about our own files",
    "workers.joined": "it is about a worker",
    "workers.left": "it is about a worker",
    "workers.away": "it is about a worker",
    "workers.assigned": "who helps now is told by role, in a list",
    "workers.unassigned": "who helps now is told by role, in a list",
}
"""Types of which a copy says nothing, and why."""

MILESTONES = {
    "ehc-decide-to-assess": "we should say if we will find out what help you need",
    "ehc-decide-to-issue": "we should say if you will get an EHC plan",
    "ehc-draft-plan": "we should send you a first draft of your EHC plan",
    "ehc-final-plan": "your EHC plan should be ready",
    "ehc-annual-review": "we should look at your plan with you and say what comes next",
    "ehc-review-report": "we should send out what was said at the review",
    "ehc-review-decision": "we should say if your plan will change",
    "ehc-amendment-notice": "we should tell you what we want to change in your plan",
    "ehc-amended-final": "your new EHC plan should be ready",
    "ehc-phase-transfer": "your plan should name your next school",
    "ehc-phase-transfer-post-16": "your plan should name where you go after Year 11",
    "ehc-early-years-review": "we should look at your plan with you",
    "pfa-year-9-review": "we should talk with you about life as an adult",
    "pfa-annual": "we should talk with you about life as an adult",
    "transition-plan": "we should begin a plan for when you are an adult",
    "transition-named-worker": "one worker should help you get ready for life as an adult",
    "transition-outcomes": "we should write down what you hope for as an adult",
    "ld-health-check": "you should have your yearly health check",
    "adult-care-assessment": "the adult care team should find out what help you need",
    "camhs-adult-transfer": "an adult health team should say that it will look after you",
    "post-16-destination": "we should know what you do after Year 11",
    "ndd-triage": "the NDD team should say if it will see you",
    "ndd-assessment-start": "the NDD team should meet you",
    "ndd-feedback": "the NDD team should tell you what it has found",
    "camhs-triage": "CAMHS should say if it will see you",
    "camhs-first-contact": "CAMHS should meet you",
    "camhs-second-contact": "CAMHS should meet you for the second time",
    "early-help-start": "the early help team should meet you and your family",
    "early-help-assessment": "the early help team should find out what would help",
    "early-help-lead": "one lead worker should be chosen for your family",
    "early-help-plan": "you and your family should agree a plan with early help",
    "early-help-review": "the people who help you should look at your plan",
    "sen-support-review": "your school should look at your extra help",
    "part-time-timetable-end": "you should be back at school full time",
    "day-six-education": "you should have a place to learn",
    "support-review": "we should look at how your help works for you",
    "panel-return": "the panel should look at how things go",
    "voice-before-panel": "we should ask what you think, before the panel meets",
}
"""What should happen for the child, after 'By 3 March 2025'. Time limits between agencies are not here."""
