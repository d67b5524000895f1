"""The development directory: made-up people, one for each role, for demonstrations and tests."""

from dataclasses import dataclass

from send_integration.web.policy import Role


@dataclass(frozen=True, slots=True)
class DevelopmentPerson:
    """Somebody who can sign in where sign-in is 'development'; `inboxes` are the recipients whose alerts they see,
    `agencies` the sources whose scorecards, where their role sees no others."""

    actor: str
    name: str
    role: Role
    inboxes: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()


TEAMS = (
    "team:ehc-team",
    "team:ndd-team",
    "team:camhs-team",
    "team:early-help-team",
    "team:social-care-team",
    "team:transition-team",
    "team:send-team",
)

PEOPLE = (
    DevelopmentPerson("chair", "Cass Example", Role.PANEL_CHAIR, TEAMS),
    DevelopmentPerson("member", "Mo Example", Role.PANEL_MEMBER),
    DevelopmentPerson("worker", "Wren Example", Role.NAMED_WORKER, ("team:ehc-team",)),
    DevelopmentPerson("manager", "Max Example", Role.MANAGER, TEAMS),
    DevelopmentPerson("steward", "Sam Example", Role.DATA_STEWARD),
    DevelopmentPerson("analyst", "Ana Example", Role.ANALYST),
    DevelopmentPerson("administrator", "Ada Example", Role.ADMINISTRATOR),
    DevelopmentPerson("agency", "Ava Example", Role.AGENCY_MANAGER, agencies=("urn:send:luton:camhs",)),
)

BY_ACTOR = {person.actor: person for person in PEOPLE}
