"""Puts a stream worker together: from raw events to flags and alerts."""

from datetime import timedelta
from functools import partial

from sqlalchemy import Engine

from send_integration.alerts.schedule import WorkingHours, answer_days
from send_integration.channels.opening import channel_names, open_channels
from send_integration.contracts import topics
from send_integration.errors import BadSetting
from send_integration.quality.batch_rules import BatchRules
from send_integration.quality.checks import RowChecks
from send_integration.settings import Settings
from send_integration.steps import alerts, directory, gate, timeline
from send_integration.steps.alerts import AlertRouter, Office
from send_integration.steps.catalogue import load_model, load_rules
from send_integration.steps.delivering import Deliverer
from send_integration.steps.gate import Gate
from send_integration.steps.gate_judging import Checks
from send_integration.steps.ledger import has_waiting
from send_integration.steps.relay import Relay
from send_integration.steps.silences import SilenceLook
from send_integration.steps.snapshots import pseudonyms_of_the_topic
from send_integration.steps.timeline import TimelineKeeper
from send_integration.steps.watching import FeedWatch, Judge
from send_integration.store.erased import Erased
from send_integration.store.master_keys import read_master_keys
from send_integration.store.record_keys import RecordKeys
from streams.alerts import add_alerts, add_delivery, add_directory, add_turns
from streams.app import Worker, build
from streams.clock import add_clock
from streams.ends import add_ends
from streams.feeds import add_feeds, add_silences
from streams.gate import add_gates
from streams.relay import add_relay
from streams.timeline import add_timeline

READERS = {topics.raw(feed).name: gate.READER for feed in topics.FEEDS} | {
    topics.CHILD_EVENTS.name: timeline.READER,
    topics.FLAGS.name: alerts.READER,
    topics.clean("workers").name: directory.READER,
}


def assemble(settings: Settings, engine: Engine) -> Worker:
    """A worker with all its agents, not yet running."""
    rules = load_rules(settings.rules)
    worker = build("send-integration", settings, engine, READERS)
    keys, erased = own_keys(settings, engine), Erased(settings.pseudonym_folder)
    keeper = TimelineKeeper(engine, rules, pseudonyms_of_the_topic(settings.pseudonym_folder), keys=keys, erased=erased)
    keeper.put_rules_in_force()
    checks, judges = guards()
    watch = FeedWatch(judges.__getitem__, timedelta(minutes=settings.feed_cool_down_minutes))
    model = load_model(settings.identity_model)
    add_gates(worker, Gate(engine, checks.__getitem__, model, watch, keys=keys, erased=erased))
    add_feeds(worker)
    add_ends(worker)
    add_silences(worker, SilenceLook(engine, _judge_of, partial(has_waiting, engine, settings.kafka)))
    add_timeline(worker, keeper)
    add_relay(worker, Relay(engine, keys))
    add_clock(worker, keeper)
    mailboxes = settings.mailboxes
    channels = open_channels(settings)
    router = AlertRouter(
        engine,
        by_channel=bool(channels),
        mailboxes=mailboxes,
        fallback=settings.fallback_mailbox,
        office=office_of(settings),
        keys=keys,
    )
    add_alerts(worker, router)
    add_turns(worker, router)
    add_directory(worker)
    deliverer = Deliverer(engine, channels)
    if channels:
        add_delivery(worker, deliverer, mailboxes, settings.fallback_mailbox)
    return worker


def own_keys(settings: Settings, engine: Engine) -> RecordKeys:
    """The keys of person records. Raises BadSetting where the master key that the database needs is not there: before anything
    is read or said."""
    keys = RecordKeys(partial(read_master_keys, settings.record_key_folder))
    with engine.begin() as connection:
        keys.prepare(connection)
    return keys


def office_of(settings: Settings) -> Office:
    """How the authority works. Raises BadSetting where alerts are sent and there is no duty manager to whom one can always
    go; a rehearsal needs none."""
    if channel_names(settings) and not settings.duty_manager and settings.as_of is None:
        raise BadSetting(
            "It is not set, so an alert could reach nobody",
            where="SEND_DUTY_MANAGER",
            next_step="Give the duty manager's worker id or address, and start again.",
        )
    return Office(
        settings.duty_manager,
        WorkingHours.of(settings.working_hours),
        settings.alerts_a_day,
        answer_days(settings.answer_days),
    )


def guards() -> tuple[dict[str, Checks], dict[str, Judge]]:
    """Every feed's row and batch expectations. Raises BadSetting where one would be guarded less than its suite says: before
    anything runs, and not at the feed's first message."""
    checks: dict[str, Checks] = {feed: RowChecks(feed).checked for feed in topics.FEEDS}
    return checks, {feed: BatchRules(feed).failures for feed in topics.FEEDS}


def _judge_of(feed: str) -> Judge:
    """A feed's batch expectations once more, for a look that runs beside the gate."""
    return BatchRules(feed).failures
