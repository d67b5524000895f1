"""Puts the reports' worker together: from clean events to the warehouse, in a process of its own."""

from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.settings import Settings
from send_integration.steps.catalogue import load_rules
from send_integration.steps.warehouse import READER, Warehouse
from send_integration.store.erased import Erased
from streams.app import Worker, build
from streams.stream_worker import own_keys
from streams.warehouse import add_warehouse

READERS = {topics.clean(feed).name: READER for feed in topics.FEEDS}


def assemble(settings: Settings, engine: Engine, names: Pseudonyms, *, from_nothing: bool = False) -> Worker:
    """A reports' worker, not yet running. No flag waits for a report: it shares neither process nor consumer group.

    Raises BadSetting where the tables were filled under another key, unless they are to be filled from nothing.
    """
    keys, erased = own_keys(settings, engine), Erased(settings.pseudonym_folder)
    warehouse = Warehouse(engine, load_rules(settings.rules), names, keys=keys, erased=erased)
    if from_nothing:
        warehouse.begin_from_nothing()
    warehouse.prepare()
    worker = build("send-integration-reports", settings, engine, READERS)
    add_warehouse(worker, warehouse)
    return worker
