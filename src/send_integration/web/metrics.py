"""Writes what is measured in Prometheus' own words; no child, and nothing that a source may write freely, is among it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from send_integration.steps.feed_metrics import Measured
from send_integration.watch.breaker import State
from send_integration.watch.health import FeedHealth, Standing

Samples = Iterable[tuple[tuple[str, ...], float | None]]


def exposition(found: Measured) -> bytes:
    """Everything measured, as text in the format that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once(found))
    return bytes(generate_latest(registry))


class _Once:
    """A collector of what was measured at one moment."""

    def __init__(self, found: Measured) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """Every metric, in the order of the documentation."""
        yield from _of_feeds(self._found)
        yield from _of_agencies(self._found)
        yield from _of_quarantine(self._found)
        yield from _of_workers(self._found)
        yield from _of_channels(self._found)


def _gauge(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    return _filled(GaugeMetricFamily(name, about, labels=labels), samples)


def _counter(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    return _filled(CounterMetricFamily(name, about, labels=labels), samples)


def _filled(family: Any, samples: Samples) -> Metric:  # noqa: ANN401 - gauge and counter share no type for it
    for labels, value in samples:
        if value is not None:
            family.add_metric(labels, value)
    metric: Metric = family
    return metric


FEED = ("feed",)
CHANNEL = ("channel",)


def _of_feeds(found: Measured) -> Iterator[Metric]:
    feeds = sorted(found.feeds.feeds, key=lambda one: one.feed)
    for name, field, about in (
        ("send_feed_messages", "messages", "Messages that the gate has read."),
        ("send_feed_accepted", "accepted", "Messages that were let in when they came."),
        ("send_feed_quarantined", "quarantined", "New messages that were refused, or held for a decision on identity."),
        ("send_feed_repeats", "duplicates", "Messages that repeated an earlier one."),
    ):
        counted = [((feed,), getattr(tally, field)) for feed, tally in sorted(found.totals.items())]
        yield _counter(name, about, FEED, counted)
    yield _gauge(
        "send_feed_last_message_timestamp_seconds",
        "When the gate last read a message.",
        FEED,
        [((one.feed,), one.facts.heard_at.timestamp() if one.facts.heard_at else None) for one in feeds],
    )
    states = [((one.feed, str(state)), float(one.facts.breaker.state is state)) for one in feeds for state in State]
    yield _gauge("send_feed_breaker_state", "1 for the state of the feed's circuit breaker.", ("feed", "state"), states)
    opened = [((one.feed,), float(found.openings.get(one.feed, 0))) for one in feeds]
    yield _counter("send_feed_breaker_openings", "How often the feed was paused.", FEED, opened)
    yield from _of_days(feeds)


def _of_days(feeds: list[FeedHealth]) -> Iterator[Metric]:
    today = {one.feed: one.today for one in feeds}
    yield _gauge(
        "send_feed_today_messages",
        "Messages that reached the broker today, in London.",
        FEED,
        [((feed,), day.came) for feed, day in today.items()],
    )
    yield _gauge(
        "send_feed_usual_messages",
        "Messages that are usual on today's weekday.",
        FEED,
        [((feed,), day.usual) for feed, day in today.items()],
    )
    yield _gauge(
        "send_feed_recorded_lag_seconds",
        "Mean time from being recorded to reaching the broker, of 14 days.",
        FEED,
        [((one.feed,), None if one.lag_days is None else one.lag_days * 86_400) for one in feeds],
    )
    yield _gauge(
        "send_feed_silent",
        "1 where its stewards are told that the feed has fallen silent.",
        FEED,
        [((one.feed,), float(one.facts.silent)) for one in feeds],
    )
    yield _gauge(
        "send_feed_needs_somebody",
        "1 where the page on feeds says that the feed needs somebody now.",
        FEED,
        [((one.feed,), float(Standing(one.standing).needs_somebody)) for one in feeds],
    )


def _of_agencies(found: Measured) -> Iterator[Metric]:
    labels = ("feed", "agency")
    rows = sorted(found.agencies.items())
    for name, field, about in (
        ("send_agency_messages", "messages", "Messages of the agency that the gate has read."),
        ("send_agency_accepted", "accepted", "Those that were let in when they came."),
        ("send_agency_refused", "refused", "New ones that the contract or a rule refused."),
        ("send_agency_repeats", "repeats", "Those that repeated an earlier one."),
    ):
        yield _counter(name, about, labels, [(key, getattr(tally, field)) for key, tally in rows])
    yield _gauge(
        "send_agency_last_message_timestamp_seconds",
        "When the gate last read a message of the agency.",
        labels,
        [(key, tally.heard_at.timestamp() if tally.heard_at else None) for key, tally in rows],
    )


def _of_quarantine(found: Measured) -> Iterator[Metric]:
    items = sorted((one.feed, one.facts.items) for one in found.feeds.feeds)
    yield _gauge("send_quarantine_items", "Items that wait in quarantine.", FEED, [((f,), n) for f, n in items])
    yield _gauge(
        "send_quarantine_reason_items",
        "The same by reason; an item with several reasons counts for each.",
        ("feed", "reason"),
        sorted(found.reasons.items()),
    )
    yield _gauge(
        "send_quarantine_oldest_item_timestamp_seconds",
        "Since when the oldest of them waits.",
        FEED,
        [((feed,), since.timestamp()) for feed, since in sorted(found.oldest.items())],
    )


def _of_workers(found: Measured) -> Iterator[Metric]:
    waiting = sorted((one.feed, one.facts.waiting) for one in found.feeds.feeds)
    yield _gauge(
        "send_feed_waiting_messages",
        "Messages at the broker that the gate had not read when a worker last asked it.",
        FEED,
        [((feed,), messages) for feed, messages in waiting],
    )
    looked_at = found.feeds.looked_at
    alone: Mapping[str, tuple[str, float | None]] = {
        "send_broker_looked_timestamp_seconds": (
            "When a worker last asked the broker what waits; it does four times a minute while one runs.",
            looked_at.timestamp() if looked_at else None,
        ),
        "send_child_events_waiting_messages": (
            "Child events that the timeline had not read then.",
            found.child_events_waiting,
        ),
        "send_outbox_messages": ("Messages that wait to be published.", found.outbox),
        "send_children_unjudged": ("Children whom a fault of the software keeps from being judged.", found.unjudged),
    }
    for name, (about, value) in alone.items():
        yield _gauge(name, about, (), [((), value)])
    yield _counter(
        "send_messages_passed_over",
        "Messages that a reader passed over, or a sayer did not say, since the keys of their records were destroyed.",
        ("who",),
        [((who,), messages) for who, messages in sorted(found.passed_over.items())],
    )
    audits = sorted(found.audits.items())
    yield _gauge(
        "send_audit_differing_rules",
        "Rules whose verdicts differed when the gate's checks were last checked.",
        FEED,
        [((feed,), len(row.differing)) for feed, row in audits],
    )
    yield _gauge(
        "send_audit_timestamp_seconds",
        "When the gate's checks were last checked.",
        FEED,
        [((feed,), row.audited_at.timestamp()) for feed, row in audits],
    )


def _of_channels(found: Measured) -> Iterator[Metric]:
    channels = [((one.channel,), one) for one in found.channels]
    yield _gauge(
        "send_channel_dead",
        "1 where the channel was tried for two minutes and took nothing.",
        CHANNEL,
        [(label, float(one.dead)) for label, one in channels],
    )
    yield _gauge(
        "send_channel_failing_timestamp_seconds",
        "Since when the channel has failed, where it fails.",
        CHANNEL,
        [(label, one.failing_since.timestamp() if one.failing_since else None) for label, one in channels],
    )
    yield _gauge(
        "send_channel_last_taken_timestamp_seconds",
        "When the channel last took a message.",
        CHANNEL,
        [(label, one.taken_at.timestamp() if one.taken_at else None) for label, one in channels],
    )
    waiting = found.messages
    for name, about, value in (
        ("send_messages_waiting", "Messages that could be sent and are not yet.", waiting.messages),
        ("send_messages_waiting_urgent", "Those of them that are urgent.", waiting.urgent),
        (
            "send_messages_undeliverable",
            "Messages that every channel refused, or none took for a day.",
            waiting.undeliverable,
        ),
        (
            "send_messages_oldest_timestamp_seconds",
            "Since when the oldest of those that wait could be sent.",
            waiting.since.timestamp() if waiting.since else None,
        ),
    ):
        yield _gauge(name, about, (), [((), value)])
