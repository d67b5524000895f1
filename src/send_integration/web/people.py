"""The development directory: made-up people, one for each role, for demonstrations and tests."""

from dataclasses import dataclass

from send_integration.store.sessions import Session
from send_integration.web.policy import Role, Sector


@dataclass(frozen=True, slots=True)
class DevelopmentPerson:
    """Somebody who can sign in where sign-in is 'development'; `inboxes` are the recipients whose alerts they see,
    `agencies` the sources whose scorecards, where their role sees no others."""

    actor: str
    name: str
    role: Role
    sector: Sector | None = None
    inboxes: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()

    def session(self) -> Session:
        """What a session is opened with."""
        return Session(self.actor, self.role, "", self.name, self.sector, self.inboxes, self.agencies)


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
    DevelopmentPerson("chair", "Cass Example", Role.PANEL_CHAIR, inboxes=TEAMS),
    DevelopmentPerson("member", "Mo Example", Role.PANEL_MEMBER, Sector.EDUCATION),
    DevelopmentPerson("member-health", "Mia Example", Role.PANEL_MEMBER, Sector.HEALTH),
    DevelopmentPerson("member-care", "Mel Example", Role.PANEL_MEMBER, Sector.CARE),
    DevelopmentPerson("worker", "Wren Example", Role.NAMED_WORKER, Sector.EDUCATION, ("team:ehc-team",)),
    DevelopmentPerson("manager", "Max Example", Role.MANAGER, Sector.EDUCATION, TEAMS),
    DevelopmentPerson("steward", "Sam Example", Role.DATA_STEWARD),
    DevelopmentPerson("analyst", "Ana Example", Role.ANALYST),
    DevelopmentPerson("administrator", "Ada Example", Role.ADMINISTRATOR),
    DevelopmentPerson("agency", "Ava Example", Role.AGENCY_MANAGER, agencies=("urn:send:luton:camhs",)),
)

BY_ACTOR = {person.actor: person for person in PEOPLE}
