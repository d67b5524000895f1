"""The development directory: made-up people of each role, for demonstrations and tests; three of them work with children
of the simulated authority."""

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
    DevelopmentPerson("ehc-team-w4", "Ewa Bennett", Role.NAMED_WORKER, Sector.EDUCATION, ("team:ehc-team",)),
    DevelopmentPerson("camhs-w0", "Amara Adeyemi", Role.NAMED_WORKER, Sector.HEALTH, ("team:camhs-team",)),
    DevelopmentPerson("early-help-w2", "Carys Marsh", Role.NAMED_WORKER, Sector.CARE, ("team:early-help-team",)),
    DevelopmentPerson("manager", "Max Example", Role.MANAGER, Sector.EDUCATION, TEAMS),
    DevelopmentPerson("steward", "Sam Example", Role.DATA_STEWARD),
    DevelopmentPerson("analyst", "Ana Example", Role.ANALYST),
    DevelopmentPerson("administrator", "Ada Example", Role.ADMINISTRATOR),
    DevelopmentPerson("agency", "Ava Example", Role.AGENCY_MANAGER, agencies=("urn:send:luton:camhs",)),
)

BY_ACTOR = {person.actor: person for person in PEOPLE}
