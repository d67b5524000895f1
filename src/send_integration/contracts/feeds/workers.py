"""Feed `workers`: the directory of named workers."""

from send_integration.contracts.codes import RoleForChild, SectorCode
from send_integration.contracts.envelope import Data, Id, OfChild, WorkerModel


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


class OfChildAndWorker(OfChild, feed="workers"):
    """An event about a child and a worker."""

    worker: WorkerModel
    role_for_child: RoleForChild


class Assigned(OfChildAndWorker, what="assigned"):
    """A worker now has this role for the child."""


class Unassigned(OfChildAndWorker, what="unassigned"):
    """A worker no longer has this role for the child."""
