"""Who is whose: the register tells of brothers and sisters, early help of carers. A pen of its own changes nothing else."""

from collections.abc import Iterable
from datetime import date, timedelta

from send_integration.simulate.agencies import EARLY_HELP, REGISTER
from send_integration.simulate.clerks import local_id
from send_integration.simulate.pen import Line, Pen
from send_integration.simulate.people import Child, Town

REGISTERED_BY = timedelta(550)
"""Days from birth by which the register has every child (histories)."""


def write_kin(pen: Pen, town: Town, written: Iterable[Line]) -> None:
    """The register tells of the younger child's older ones; early help of the carer, once it has assessed the child."""
    for child in town.children:
        for other in town.family_of(child):
            if other.number < child.number:
                _tell_of_sibling(pen, child, other)
    by_local_id = {local_id(EARLY_HELP, child): child for child in town.children}
    for line in written:
        if line.body["type"] == "send.early-help.assessment_completed.v1":
            child = by_local_id[line.body["data"]["person"]["local_id"]]
            on = date.fromisoformat(line.body["time"][:10])
            carer = {"local_id": f"ADULT{child.household:06d}"}
            pen.write(child, "people", "related", on, EARLY_HELP, kind="carer", other=carer)


def _tell_of_sibling(pen: Pen, child: Child, other: Child) -> None:
    since_on = _together_since(child, other)
    if since_on is None:
        return
    born = max(child.date_of_birth, other.date_of_birth)
    is_step = child.came_with_step_parent != other.came_with_step_parent
    pen.write(
        child, "people", "related", max(born + REGISTERED_BY, since_on + timedelta(30)), REGISTER,
        kind="step-sibling" if is_step else "sibling", other={"local_id": local_id(REGISTER, other)},
        since_on=since_on.isoformat(),
    )  # fmt: skip


def _together_since(one: Child, other: Child) -> date | None:
    """The first day on which both had one home; None where they never had."""
    days = sorted(phase.since for phase in (*one.phases, *other.phases))
    born = max(one.date_of_birth, other.date_of_birth)
    return next((day for day in days if day >= born and one.on(day).home == other.on(day).home), None)
