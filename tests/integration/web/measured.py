"""A made-up authority for the page of measures: as many children as are asked for, who wait, are reviewed and grow up."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine

from send_integration.steps.batch import RawMessage
from send_integration.steps.catalogue import load_rules
from send_integration.steps.warehouse import Warehouse
from send_integration.warehouse.inspection.kept import keep_figures
from tests.integration.steps.pipe import WAREHOUSE_NAMES
from tests.integration.warehouse.stories import Told
from tests.record_keys import KEYS

AS_AT = date(2025, 7, 31)
FIRST, DAYS = date(2022, 9, 1), 1020
Line = tuple[str, date, dict[str, Any]]


def measured(engine: Engine, children: int) -> None:
    """Fill the warehouse with what happened to some children."""
    warehouse = Warehouse(engine, load_rules(), WAREHOUSE_NAMES, keys=KEYS)
    warehouse.prepare()
    if children:
        warehouse.restate(list(_messages(children)), AS_AT)
    keep_figures(engine, AS_AT)


def _messages(children: int) -> Iterator[RawMessage]:
    told = Told(seed=3)
    for number in range(children):
        begins = FIRST + timedelta(number * DAYS // children)
        lines = [*_plan(told.random, begins), *_waits(told.random, begins), *_register(told.random, begins, number)]
        for place, (what, day, fields) in enumerate(line for line in lines if line[1] <= AS_AT):
            yield told.say(what, day, number, f"e{number}-{place}", f"c{number}", **fields)


def _plan(chance: Random, begins: date) -> Iterator[Line]:
    """A request that is decided mostly in time, a plan that mostly is not, and a review a year later."""
    yield "ehcp.requested", begins, {}
    yield "ehcp.decided_to_assess", begins + timedelta(chance.randrange(20, 50)), {}
    issued = begins + timedelta(chance.randrange(100, 260))
    yield "ehcp.finalised", issued, {}
    if chance.random() < 0.9:
        yield "ehcp.review_decided", issued + timedelta(chance.randrange(320, 390)), {}


def _waits(chance: Random, begins: date) -> Iterator[Line]:
    """A referral to CAMHS or to the neurodevelopmental team, and what follows late or never."""
    if chance.random() < 0.5:
        yield "camhs.referred", begins, {}
        if chance.random() < 0.8:
            yield "camhs.appointment", begins + timedelta(chance.randrange(20, 420)), {}
    else:
        yield "ndd.referred", begins, {}


def _register(chance: Random, begins: date, number: int) -> Iterator[Line]:
    """Of the older children some who are on the learning disability register, with checks in time or late."""
    if number % 11 < 3:
        yield "transition.learning_disability_registered", begins, {}
        for year in (1, 2):
            yield "transition.health_check_completed", begins + timedelta(year * chance.randrange(300, 375)), {}
