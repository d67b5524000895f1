"""Every risk's pattern, by the shape that names it in the catalogue."""

from collections.abc import Callable, Mapping

from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.all_schools_refused import all_schools_refused
from send_integration.rules.risks.attendance_falling import attendance_falling
from send_integration.rules.risks.bounced_between_services import bounced_between_services
from send_integration.rules.risks.carer_strain import carer_strain
from send_integration.rules.risks.closed_after_not_brought import closed_after_not_brought
from send_integration.rules.risks.crisis_while_waiting import crisis_while_waiting
from send_integration.rules.risks.early_help_drift import early_help_drift
from send_integration.rules.risks.early_help_revolving import early_help_revolving
from send_integration.rules.risks.exclusion_risk import exclusion_risk
from send_integration.rules.risks.finding import Verdict
from send_integration.rules.risks.hidden_wait import hidden_wait
from send_integration.rules.risks.long_wait_young_child import long_wait_young_child
from send_integration.rules.risks.no_voice import no_voice
from send_integration.rules.risks.not_brought import not_brought
from send_integration.rules.risks.out_of_education import out_of_education
from send_integration.rules.risks.placement_strain import placement_strain
from send_integration.rules.risks.re_referred import re_referred
from send_integration.rules.risks.school_move_open_case import school_move_open_case
from send_integration.rules.risks.sen_support_no_progress import sen_support_no_progress
from send_integration.rules.risks.severe_absence import severe_absence
from send_integration.rules.risks.silent_case import silent_case
from send_integration.rules.risks.suspended_unassessed import suspended_unassessed
from send_integration.rules.risks.three_services_no_lead import three_services_no_lead
from send_integration.rules.risks.transition_cliff import transition_cliff
from send_integration.rules.risks.youth_justice_risk import youth_justice_risk

RISKS: Mapping[str, Callable[[Rule, Facts], Verdict]] = {
    "all-schools-refused": all_schools_refused,
    "attendance-falling": attendance_falling,
    "bounced-between-services": bounced_between_services,
    "carer-strain": carer_strain,
    "closed-after-not-brought": closed_after_not_brought,
    "crisis-while-waiting": crisis_while_waiting,
    "early-help-drift": early_help_drift,
    "early-help-revolving": early_help_revolving,
    "exclusion-risk": exclusion_risk,
    "hidden-wait": hidden_wait,
    "long-wait-young-child": long_wait_young_child,
    "no-voice": no_voice,
    "not-brought": not_brought,
    "out-of-education": out_of_education,
    "placement-strain": placement_strain,
    "re-referred": re_referred,
    "school-move-open-case": school_move_open_case,
    "sen-support-no-progress": sen_support_no_progress,
    "severe-absence": severe_absence,
    "silent-case": silent_case,
    "suspended-unassessed": suspended_unassessed,
    "three-services-no-lead": three_services_no_lead,
    "transition-cliff": transition_cliff,
    "youth-justice-risk": youth_justice_risk,
}
