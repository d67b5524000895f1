"""Faults that no row shows: of a feed's whole window. Each is a function from its events' bodies to those that come.

The docstrings are the table's words.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from benchmarks.quality.row_faults import Body, changed

Spoil = Callable[[Sequence[Body]], list[Body]]


class WindowFault(NamedTuple):
    """A kind of fault, the feed whose window gets it, and how."""

    name: str
    feed: str
    spoil: Spoil


def stopped(_bodies: Sequence[Body]) -> list[Body]:
    """nothing comes any more"""
    return []


def tenfold(bodies: Sequence[Body]) -> list[Body]:
    """ten times as many events as on any day, each another one"""
    return [
        changed(changed(body, "id", f"{body['id']}-{copy}"), "data.referral_id", f"T{copy}{number}")
        for copy in range(10)
        for number, body in enumerate(bodies)
    ]


def one_code(bodies: Sequence[Body]) -> list[Body]:
    """every referral is urgent"""
    return [changed(body, "data.urgency", "urgent") if "urgency" in body["data"] else body for body in bodies]


def other_children(bodies: Sequence[Body]) -> list[Body]:
    """all events are of children whom nobody knows, without numbers"""
    chance = Random(821)
    made = []
    for body in bodies:
        local_id = f"COM{chance.randrange(10**6):06d}"
        person = {
            "local_id": local_id,
            "given_name": "".join(chance.sample("abcdefghiklmnoprstu", 6)).title(),
            "family_name": "".join(chance.sample("abcdefghiklmnoprstu", 8)).title(),
            "date_of_birth": body["data"]["person"]["date_of_birth"],
        }
        made.append(changed(changed(body, "data.person", person), "subject", f"local:{local_id}"))
    return made


def repeated_under_new_ids(bodies: Sequence[Body]) -> list[Body]:
    """every twentieth row a second time, under a new id"""
    made: list[Body] = []
    for number, body in enumerate(bodies):
        made.append(body)
        if number % 20 == 0:
            made.append(changed(body, "id", f"{body['id']}-again"))
    return made


def repeated_exactly(bodies: Sequence[Body]) -> list[Body]:
    """every twentieth row a second time, byte for byte"""
    return [one for number, body in enumerate(bodies) for one in ([body, body] if number % 20 == 0 else [body])]


WINDOW_FAULTS = (
    WindowFault("window: rows repeated under new ids", "referrals", repeated_under_new_ids),
    WindowFault("window: rows repeated exactly", "referrals", repeated_exactly),
    WindowFault("window: the feed stops", "referrals", stopped),
    WindowFault("window: ten times the volume", "referrals", tenfold),
    WindowFault("window: one code for all", "referrals", one_code),
    WindowFault("window: other children", "referrals", other_children),
)
"""Every kind, in the table's order. A window is judged by itself, so that the share of faulty windows changes nothing."""
