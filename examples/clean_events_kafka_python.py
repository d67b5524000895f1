"""Reads the clean topics with kafka-python into an SQLite file: every event that stands, and whose it is.

    pip install kafka-python cryptography
    send-integration keys export --consumer me --to keys.jsonl     # by whoever runs the system; anew every day
    python clean_events_kafka_python.py localhost:9092 events.db --keys keys.jsonl    # all, then whatever comes
    python clean_events_kafka_python.py localhost:9092 events.db --since 2025-06-01   # published from that day on
    python clean_events_kafka_python.py localhost:9092 events.db --until-end          # stops when there is no more

It may be killed at any moment and started again, and started twice to share the partitions. docs/clean-topics.md says why each
step is as it is.
"""

import argparse
import base64
import hashlib
import json
import re
import sqlite3
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition

TABLES = """
CREATE TABLE IF NOT EXISTS clean_event (
    source TEXT, id TEXT, child TEXT, decision INTEGER, recorded_at TEXT, body BLOB, keys TEXT, PRIMARY KEY (source, id));
CREATE TABLE IF NOT EXISTS position (topic TEXT, "partition" INTEGER, next INTEGER, PRIMARY KEY (topic, "partition"));
"""

# Of each source and id the highest decision stands; of two equal ones that recorded earlier, then the smaller bytes.
KEEP = """
INSERT INTO clean_event VALUES (:source, :id, :child, :decision, :recorded_at, :body, :keys)
ON CONFLICT (source, id) DO UPDATE SET
    child = excluded.child, decision = excluded.decision, recorded_at = excluded.recorded_at, body = excluded.body,
    keys = excluded.keys
WHERE excluded.decision > decision
   OR excluded.decision = decision AND (excluded.recorded_at, excluded.body) < (recorded_at, body)
"""


def main() -> None:
    """Read until there is no more, or for ever."""
    asked = arguments()
    own = sqlite3.connect(asked.file, timeout=30)
    own.executescript(TABLES)
    keys = Keys(asked.keys)
    with own:  # who was erased is to be gone here as well
        own.executemany("DELETE FROM clean_event WHERE instr(keys, ?)", [(name,) for name in keys.destroyed])
    consumer = KafkaConsumer(
        bootstrap_servers=asked.broker,
        group_id=asked.group,
        enable_auto_commit=False,  # an offset is committed once what lies before it is written, never earlier
        auto_offset_reset="earliest",
        session_timeout_ms=10_000,  # so soon another reader has the partitions of one that was killed
    )
    wanted = re.compile(
        r"^send\.clean\.(" + "|".join(map(re.escape, asked.feeds)) + ")$" if asked.feeds else r"^send\.clean\."
    )
    since = starts(consumer, wanted, asked.since) if asked.since else {}
    consumer.subscribe(pattern=wanted.pattern, listener=Places(consumer, asked.file, since))
    try:
        while True:
            batches = consumer.poll(timeout_ms=1000)
            for place, messages in batches.items():
                write(own, place, messages, asked.since or 0, keys)
            if batches:
                consumer.commit({place: OffsetAndMetadata(m[-1].offset + 1, "", -1) for place, m in batches.items()})
            elif asked.until_end and at_end(consumer):
                break
    finally:
        consumer.close()
    for source, event_id, child in standing(own):
        sys.stdout.write(f"{source} {event_id} {child}\n")
    if keys.passed_over:
        sys.stderr.write(f"{keys.passed_over} messages were passed over, for their keys were destroyed\n")


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Reads the clean topics into an SQLite file.")
    parser.add_argument("broker", help="host:port")
    parser.add_argument("file", help="the SQLite file, made where there is none")
    parser.add_argument(
        "--group", default="clean-events-example", help="the consumer group: readers of one share the work"
    )
    parser.add_argument("--since", type=london_day, help="a day, YYYY-MM-DD: what was published before is left out")
    parser.add_argument("--feeds", nargs="+", metavar="FEED", help="these feeds only, such as: camhs school")
    parser.add_argument("--keys", help="the file that `send-integration keys export` wrote")
    parser.add_argument("--until-end", action="store_true", help="stop when there is no more")
    return parser.parse_args()


def london_day(written: str) -> int:
    """The first moment of a day in London, as Kafka counts time."""
    return int(datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=ZoneInfo("Europe/London")).timestamp() * 1000)


class Keys:
    """What opens messages: the keys of a file, and the names of those that were destroyed."""

    def __init__(self, file: str | None) -> None:
        self.known: dict[str, bytes] = {}
        self.destroyed: set[str] = set()
        self.passed_over = 0
        if file:
            with Path(file).open(encoding="utf-8") as lines:
                for told in map(json.loads, lines):
                    if "k" in told:
                        self.known[told["kid"]] = _bytes(told["k"])
                    else:
                        self.destroyed.add(told["kid"])

    def opened(self, value: bytes) -> tuple[bytes | None, str]:
        """A message as it was before it was protected, None where a key of it was destroyed; and the names of its keys."""
        event = json.loads(value)
        if event["type"] != "send.protected.v1":
            return value, ""  # an older release said it in the clear
        head, _, nonce, sealed, tag = event["data"].split(".")
        names = json.loads(_bytes(head))["kid"]
        if self.destroyed.intersection(names.split(".")):
            self.passed_over += 1
            return None, names
        if not self.known.keys() >= set(names.split(".")):
            sys.exit("There are messages under newer keys: take the file of keys anew, and start again.")
        parts = [self.known[name] for name in names.split(".")]
        key = parts[0] if len(parts) == 1 else hashlib.sha256(b"".join(parts)).digest()
        return AESGCM(key).decrypt(_bytes(nonce), _bytes(sealed) + _bytes(tag), head.encode()), names


def _bytes(written: str) -> bytes:
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


class Places(ConsumerRebalanceListener):
    """Where to go on in a partition that was given to this reader: where its own file says, for that was written with the
    events; else where the day asked for begins, else at the beginning. Never where the group committed: another file may
    have what lies before."""

    def __init__(self, consumer: KafkaConsumer, file: str, since: dict[TopicPartition, int]) -> None:
        self.consumer, self.file, self.since = consumer, file, since

    def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Nothing is half done between two polls: every batch is written and committed before the next."""

    def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        """Go to each partition's place. Here no question may be put to the broker: kafka-python is in the midst of one."""
        with closing(
            sqlite3.connect(self.file, timeout=30)
        ) as own:  # maybe another thread's, so a connection of its own
            known = {TopicPartition(*row[:2]): row[2] for row in own.execute("SELECT * FROM position")}
        for place in assigned:
            start = known.get(place, self.since.get(place))
            if start is None:
                self.consumer.seek_to_beginning(place)
            else:
                self.consumer.seek(place, start)


def starts(consumer: KafkaConsumer, wanted: re.Pattern[str], since: int) -> dict[TopicPartition, int]:
    """In every partition the place of the first message that was published at that moment or later."""
    names = [name for name in consumer.topics() if wanted.match(name)]
    places = [TopicPartition(name, number) for name in names for number in consumer.partitions_for_topic(name)]
    ends = consumer.end_offsets(places)
    found = consumer.offsets_for_times(dict.fromkeys(places, since))
    return {p: ends[p] if at is None or at.timestamp < 0 else at.offset for p, at in found.items()}


def write(own: sqlite3.Connection, place: TopicPartition, messages: list, since: int, keys: Keys) -> None:
    """Keep a batch and its place, in one transaction: after a crash neither is there without the other."""
    with own:
        for message in messages:
            headers = dict(message.headers)
            if "child" not in headers or message.timestamp < since:  # about no child, or of two clocks one was slow
                continue
            body, names = keys.opened(message.value)
            if body is None:  # erased
                continue
            event = json.loads(body)
            own.execute(
                KEEP,
                {
                    "source": event["source"],
                    "id": event["id"],
                    "child": headers["child"].decode(),  # empty: nobody's any more
                    "decision": int(headers["decision"]),
                    "recorded_at": event["recordedtime"],  # always UTC and of one length, so that texts compare
                    "body": body,
                    "keys": names,
                },
            )
        own.execute(
            'INSERT INTO position VALUES (?, ?, ?) ON CONFLICT (topic, "partition") DO UPDATE SET next = excluded.next'
            " WHERE excluded.next > next",
            (place.topic, place.partition, messages[-1].offset + 1),
        )


def standing(own: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """The events that stand, each with its child, once corrections and retractions are applied."""
    events = {
        (source, event_id): (child, json.loads(body))
        for source, event_id, child, body in own.execute(
            "SELECT source, id, child, body FROM clean_event WHERE child <> ''"
        )
    }

    def target(key: tuple[str, str]) -> tuple[str, str] | None:
        """What an event corrects or retracts, of its own source; a ring of names is a mistake, and counts as none."""
        first, walked = named(key), key
        for _ in events:
            walked = named(walked) if walked in events else None
            if walked is None:
                return first
            if walked == key:
                return None
        return first

    def named(key: tuple[str, str]) -> tuple[str, str] | None:
        data = events[key][1]["data"]
        found = data.get("corrects") or data.get("retracts")
        return (key[0], found) if found else None

    naming: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for key in events:
        if (aim := target(key)) is not None:
            naming.setdefault(aim, []).append(key)

    def word(key: tuple[str, str]) -> str:
        return "corrects" if events[key][1]["data"].get("corrects") else "retracts"

    def happened(key: tuple[str, str]) -> bool:
        """Nothing that happened retracts it, and if it corrects something, that happened too."""
        if any(word(other) == "retracts" and happened(other) for other in naming.get(key, ())):
            return False
        aim = target(key) if word(key) == "corrects" else None
        return aim not in events or happened(aim)

    def corrections(key: tuple[str, str]) -> list[tuple[str, str]]:
        return [other for other in naming.get(key, ()) if word(other) == "corrects" and happened(other)]

    def replaced(key: tuple[str, str]) -> bool:
        """Something corrects it, or was recorded later and corrects the same."""
        aim = target(key)
        rivals = corrections(aim) if aim is not None and word(key) == "corrects" else []
        last = max(rivals, key=lambda other: (events[other][1]["recordedtime"], other[1]), default=key)
        return bool(corrections(key)) or last != key

    return sorted(
        (*key, child)
        for key, (child, event) in events.items()
        if not event["data"].get("retracts") and happened(key) and not replaced(key)
    )


def at_end(consumer: KafkaConsumer) -> bool:
    """Whether this reader has partitions, and has read each to its end."""
    held = consumer.assignment()
    if not held:
        return False
    ends = consumer.end_offsets(held)
    return all(consumer.position(place) >= ends[place] for place in held)


if __name__ == "__main__":
    main()
