"""A few thousand events of many children over many feeds, with repeats, conflicts, corrections and hostile lines."""

import asyncio
import json
import random
from collections.abc import Sequence

from send_integration.broker.produce import start_producer
from send_integration.contracts import topics
from send_integration.contracts.identifiers import nhs_number_with_check_digit
from send_integration.steps.batch import Outgoing
from tests.builders import days_after, sent

KINDS = (
    ("referrals.received", {}), ("referrals.rejected", {}), ("ndd.referred", {}), ("ndd.triaged", {"outcome": "declined"}),
    ("camhs.referred", {}), ("camhs.appointment", {"attended": "did-not-attend"}), ("camhs.crisis_presentation", {}),
    ("early-help.assessment_started", {}), ("ehcp.requested", {}), ("ehcp.decided_to_assess", {}),
    ("school.sen_support_started", {}), ("school.suspended", {}), ("workers.assigned", {}),
)  # fmt: skip

NAMES = [
    {"given_name": given, "family_name": family}
    for family in ("Kowalska", "Begum", "Okafor", "Smith", "Rossi", "Haddad", "Nguyen")
    for given in ("Amelia", "Bilal", "Chidi", "Daria", "Ewan", "Fatima", "George", "Hana")
]

HOSTILE = (
    b"not json", b"\xff\xfe{\x00}\x00", b'{"a":' * 20_000, b"[" * 20_000, b'{"n":' + b"9" * 5_000 + b"}",
    b'{"s":"' + b"x" * 2_000_000 + b'"}', b"null", b"{}", b'"' + b"\\u0000" * 50 + b'"',
    sent("camhs.referred", "2024-01-01", event_id="h1", priority="whenever"),
    sent("camhs.referred", "2024-01-01", event_id="h2", person={"date_of_birth": "1983-05-05"}),
    sent("camhs.referred", "2124-01-01", event_id="h3", person={"date_of_birth": "2120-05-05"}),
    sent("camhs.referred", "2024-01-01", event_id="h4").replace(b"2024-01-01T", b"2024-02-30T"),
    sent("camhs.referred", "2024-01-01", event_id="h5", person={"nhs_number": "9990000019"}),
)  # fmt: skip
"""Each must be quarantined with a reason, and stop nothing."""


def lines(children: int, seed: int = 1) -> list[tuple[str, bytes]]:
    """Pairs of feed and line in order of arrival; the same seed gives the same lines."""
    chance = random.Random(seed)
    numbers = [number for n in range(2 * children) if (number := nhs_number_with_check_digit(f"999{n:06d}"))]
    made: list[tuple[str, bytes]] = []
    for child in range(children):
        for turn, (kind, fields) in enumerate(KINDS):
            agency = kind.partition(".")[0]
            person = {"local_id": f"{agency}-{child}", "nhs_number": numbers[child], **NAMES[child % len(NAMES)]}
            person["date_of_birth"] = days_after("2010-09-01", child * 11)
            happened = days_after("2024-01-01", turn * 17 + child % 40)
            event_id = f"{child}-{turn}"
            line = sent(kind, happened, event_id=event_id, person=person, **fields)
            made.append((feed_of(line), line))
            fate = chance.random()
            if fate < 0.05:
                made.append((feed_of(line), line))
            elif fate < 0.08:
                again = sent(kind, days_after(happened, 3), event_id=f"{event_id}-c", corrects=event_id, person=person)
                made.append((feed_of(again), again))
            elif fate < 0.10:
                rival = sent(kind, days_after(happened, 1), event_id=event_id, person=person)
                made.append((feed_of(rival), rival))
    made += [("camhs", raw) for raw in HOSTILE]
    chance.shuffle(made)
    return made


def feed_of(line: bytes) -> str:
    """The feed of a good line."""
    return str(json.loads(line)["type"].split(".")[1])


def produce(bootstrap: str, history: Sequence[tuple[str, bytes]]) -> None:
    """Put lines into their raw topics."""

    async def send() -> None:
        producer, _ = await start_producer(bootstrap)
        await producer.send_all(Outgoing(topics.raw(feed).name, raw[60:110] or raw, raw) for feed, raw in history)
        await producer.stop()

    asyncio.run(send())
