"""Who can be told: workers who are here, who stands in for those who are not, teams, and managers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

DUTY = "team:duty-manager"
"""The recipient of last resort: a role, read by every manager, that cannot be empty."""


class Absence(NamedTuple):
    """Days on which a worker is away, both included, and who covers; None where nobody does."""

    from_on: date
    to_on: date
    covered_by: str | None


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A worker as the directory knows them."""

    worker_id: str
    email: str | None
    left_on: date | None
    hands_over_to: str | None
    team: str = ""
    manager_id: str | None = None
    absences: tuple[Absence, ...] = ()

    def here(self, today: date) -> bool:
        """Whether they have not left."""
        return self.left_on is None or self.left_on > today

    def away(self, today: date) -> Absence | None:
        """The absence that a day is part of, where it is; one with cover before one without, then the longest."""
        found = [absence for absence in self.absences if absence.from_on <= today <= absence.to_on]
        return max(found, key=lambda absence: (absence.covered_by is not None, absence.to_on), default=None)


class Recipient(NamedTuple):
    """Whom an alert is for: a worker's id, or 'team:<name>'; and their address, None where none is known."""

    name: str
    address: str | None


class StandIn(NamedTuple):
    """Who takes what is meant for a worker: nobody where `recipient` is None, and then whether the worker is away for a
    while or has left for good."""

    recipient: Recipient | None
    away: bool = False


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody who can be told, as known on one day.

    `mailboxes` are the teams' addresses, `duty` the duty manager: a worker's id or an address, '' where it is nobody in
    particular.
    """

    workers: Mapping[str, DirectoryEntry] = field(default_factory=dict, hash=False)
    mailboxes: Mapping[str, str] = field(default_factory=dict, hash=False)
    duty: str = ""

    def stand_in(self, worker_id: str, today: date, email: str | None = None) -> StandIn:
        """The worker, or whoever took over from them or covers for them.

        A worker of whom the directory does not know is told (`email` is as the child's records have it), for nobody has
        said that they left; but nothing is handed over to somebody whom it does not know.
        """
        at, seen, away = worker_id, set[str](), False
        while at not in seen:
            seen.add(at)
            entry = self.workers.get(at)
            own = email if at == worker_id else None
            if entry is None:
                return StandIn(Recipient(at, own) if at == worker_id else None, away)
            absence = entry.away(today) if entry.here(today) else None
            if entry.here(today) and absence is None:
                return StandIn(Recipient(at, entry.email or own), away)
            away = away or absence is not None
            following = absence.covered_by if absence else entry.hands_over_to
            if following is None:
                break
            at = following
        return StandIn(None, away)

    def team(self, name: str, today: date) -> Recipient | None:
        """A team's inbox, where somebody reads it: a member who has not left, or its mailbox."""
        mailbox = self.mailboxes.get(name)
        manned = mailbox or any(entry.here(today) for entry in self.workers.values() if entry.team == name)
        return Recipient(f"team:{name}", mailbox or None) if manned else None

    def manager_of_team(self, name: str, today: date) -> Recipient | None:
        """Whom most of a team's members, those who left too, have for a manager, or who is above that manager by now."""
        named = Counter(
            entry.manager_id for entry in self.workers.values() if entry.team == name and entry.manager_id is not None
        )
        for manager, _ in sorted(named.items(), key=lambda item: (-item[1], item[0])):
            if (found := self._reachable(manager, today)) is not None:
                return found
        return None

    def _reachable(self, manager: str | None, today: date, but: str = "") -> Recipient | None:
        """A manager whom the directory knows, or who stands in for them, else who is above them; never `but`."""
        seen: set[str] = set()
        while manager is not None and manager not in seen and manager in self.workers:
            seen.add(manager)
            found = self.stand_in(manager, today).recipient
            if found is not None and found.name != but:
                return found
            manager = self.workers[manager].manager_id
        return None

    def duty_manager(self, today: date) -> Recipient:
        """The last of every ladder: the worker or the mailbox that the settings name, else every manager's inbox.

        A worker who left or is away is stood in for, as anybody; where nobody is found, or the directory knows no such
        worker, it is the role's inbox.
        """
        if "@" in self.duty:
            return Recipient(DUTY, self.duty)
        found = self.stand_in(self.duty, today).recipient if self.duty in self.workers else None
        return found or Recipient(DUTY, self.mailboxes.get(DUTY.partition(":")[2]))

    def living(self, recipient: str, today: date) -> bool:
        """Whether what is sent to a recipient is read by somebody."""
        kind, _, team = recipient.rpartition(":")
        if kind == "team":
            return recipient == DUTY or self.team(team, today) is not None
        entry = self.workers.get(recipient)
        return entry is None or entry.here(today)

    def upwards(self, recipient: str, today: date) -> Iterator[Recipient]:
        """Who is told after a recipient who did not answer, step by step; the last is the duty manager.

        A worker's manager, then the manager's; of a team, or of a worker without one, the team's. There is nobody above the
        duty manager.
        """
        at, told, last = recipient, {recipient}, self.duty_manager(today)
        while last.name not in told and (above := self._above(at, today)) is not None and above.name not in told:
            told.add(above.name)
            yield above
            at = above.name
        if last.name not in told:
            yield last

    def _above(self, recipient: str, today: date) -> Recipient | None:
        kind, _, team = recipient.rpartition(":")
        if kind == "team":
            return self.manager_of_team(team, today)
        entry = self.workers.get(recipient)
        if entry is None:
            return None
        manager = self._reachable(entry.manager_id, today, but=recipient)
        of_team = None if manager or not entry.team else self.manager_of_team(entry.team, today)
        return manager or (of_team if of_team is not None and of_team.name != recipient else None)
