"""Feed `workers`: the directory of named workers."""

from collections.abc import Iterator

from send_integration.contracts.codes import RoleForChild, SectorCode
from send_integration.contracts.envelope import Data, Day, Id, OfChild, WorkerModel, in_order
from send_integration.contracts.event import Reason
from send_integration.contracts.reasons import Code, reason


class Joined(Data, feed="workers", what="joined"):
    """A worker joined a team."""

    worker: WorkerModel
    sector: SectorCode
    team: Id
    manager_id: Id | None = None


class Left(Data, feed="workers", what="left"):
    """A worker left; `hands_over_to` is the worker who takes the work."""

    worker: WorkerModel
    hands_over_to: Id | None = None


class Away(Data, feed="workers", what="away"):
    """A worker is away, both days included; `covered_by` is the worker who is told of their alerts meanwhile."""

    worker: WorkerModel
    from_on: Day
    to_on: Day
    covered_by: Id | None = None

    def faults(self) -> Iterator[Reason]:
        """The last day does not lie before the first."""
        if not in_order(self.from_on, self.to_on):
            yield reason(Code.DATES_OUT_OF_ORDER, "data.to_on")


class OfChildAndWorker(OfChild, feed="workers"):
    """An event about a child and a worker."""

    worker: WorkerModel
    role_for_child: RoleForChild


class Assigned(OfChildAndWorker, what="assigned"):
    """A worker now has this role for the child."""


class Unassigned(OfChildAndWorker, what="unassigned"):
    """A worker no longer has this role for the child."""
