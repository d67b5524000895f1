"""What a monitor is told: closed by default, true to what was sent, bounded in labels and queries, and of no child."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import Engine, event
from sqlalchemy import text as sql

from send_integration import clock
from send_integration.alerts.letters import Letter
from send_integration.broker.offsets import Extent
from send_integration.channels.smtp import Smtp
from send_integration.embedded.ports import free_port
from send_integration.settings import Settings
from send_integration.steps import feed_metrics
from send_integration.steps.delivering import Deliverer
from send_integration.steps.feeds import pause_feed
from send_integration.store.audits import AuditRow, keep_audits
from send_integration.store.broker_ends import keep_ends
from send_integration.store.deliveries import Delivery, add_deliveries
from send_integration.store.record_keys import note_passed_over
from send_integration.store.sessions import Session
from send_integration.web.app import build_app
from tests.builders import sent
from tests.integration.families import ANNA, MIRA, TODAY, settle, town
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe

HOUSE = Path(__file__).parents[3]
TOKEN = "a token for tests"
WRONG = {**ANNA, "nhs_number": "9990000019"}
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def fill() -> Fill:
    """What comes before that which the module's `pipe` sends now."""
    return town


@pytest.fixture
def pipe(pipe: Pipe) -> Pipe:
    """A town; refused, broken and repeated messages; a paused feed; what waits, and an audit."""
    lines = [
        *(
            sent("camhs.referred", "2025-05-01", event_id=f"g{n}", source="urn:send:clinic", person=ANNA)
            for n in range(7)
        ),
        *(
            sent("camhs.referred", "2025-05-01", event_id=f"w{n}", source="urn:send:clinic", person=WRONG)
            for n in range(3)
        ),
        sent("camhs.referred", "2025-05-01", event_id="w9", source="Anna Kowalska", person=WRONG),
        b"{broken",
    ]
    for line in [*lines, *lines[:4]]:
        pipe.send("camhs", line)
    settle(pipe)
    now = clock.now()
    pause_feed(pipe.engine, "school", Session("sam", "data-steward", ""), why="Anna Kowalska's school moves", now=now)
    with pipe.engine.begin() as connection:
        keep_ends(connection, [Extent("send.raw.ehcp", 5, 0, 6), Extent("send.child-events", 5, 0, 2)], now)
        keep_audits(connection, [AuditRow("camhs", now, now, 500, ("odd",), [])], now)
        connection.execute(sql("DELETE FROM delivery"))
        add_deliveries(connection, [Delivery("a1", "w@example.org", Letter("", "", "/"), urgent=True)], now)
    deliverer = Deliverer(pipe.engine, [Smtp(f"127.0.0.1:{free_port()}", "send@example.org", "")])
    for minutes in (0, 3):
        deliverer.deliver(TODAY, now + timedelta(minutes=minutes), 50)
    return pipe


def site(engine: Engine, token: str = TOKEN) -> TestClient:
    app = build_app(engine, Settings(sign_in="development", as_of=TODAY, metrics_token=SecretStr(token)))
    return TestClient(app, base_url="http://localhost")


def scraped(engine: Engine) -> str:
    answer = site(engine).get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return str(answer.text)


def samples(text: str) -> Samples:
    """Every sample by its name and labels, as Prometheus' own parser reads it."""
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, tuple(sorted(labels.items()))))


def test_it_is_closed_until_a_token_is_set_and_then_for_whoever_brings_it(engine: Engine, pipe: Pipe) -> None:
    closed = site(engine, "")
    assert closed.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert closed.get("/metrics").text == closed.get("/nothing").text
    for brought in (
        {},
        {"Authorization": "Bearer another"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer \xff"},
    ):
        refused = site(engine).get("/metrics", headers={k: v.encode("latin-1") for k, v in brought.items()})
        assert (refused.status_code, refused.text) == (401, "a token is needed\n")


def test_the_numbers_are_those_of_what_was_sent(engine: Engine, pipe: Pipe) -> None:
    with engine.begin() as connection:
        for _ in range(2):
            note_passed_over(connection, "timeline", 4)
    found = samples(scraped(engine))

    for name, count in (("messages", 18), ("accepted", 9), ("quarantined", 5), ("repeats", 4)):
        assert of(found, f"send_feed_{name}_total", feed="camhs") == count, name
    for name, clinic, other in (("messages", 16, 2), ("accepted", 9, 0), ("refused", 3, 2), ("repeats", 4, 0)):
        assert of(found, f"send_agency_{name}_total", feed="camhs", agency="urn:send:clinic") == clinic
        assert of(found, f"send_agency_{name}_total", feed="camhs", agency="other") == other
    assert of(found, "send_quarantine_items", feed="camhs") == 5
    assert of(found, "send_quarantine_reason_items", feed="camhs", reason="nhs-number-check-digit") == 4
    assert of(found, "send_quarantine_reason_items", feed="camhs", reason="not-json") == 1
    assert of(found, "send_feed_today_messages", feed="camhs") == 18
    assert of(found, "send_feed_usual_messages", feed="camhs") is None
    assert of(found, "send_feed_needs_somebody", feed="school") == 1
    assert [of(found, "send_feed_breaker_state", feed="school", state=s) for s in ("open", "closed", "half-open")] == [
        1,
        0,
        0,
    ]
    assert of(found, "send_feed_breaker_openings_total", feed="school") == 1
    assert of(found, "send_feed_waiting_messages", feed="ehcp") == 6
    assert of(found, "send_feed_waiting_messages", feed="camhs") is None
    assert of(found, "send_child_events_waiting_messages") == 2
    assert of(found, "send_messages_passed_over_total", who="timeline") == 8
    assert of(found, "send_channel_dead", channel="smtp") == 1
    assert of(found, "send_channel_last_taken_timestamp_seconds", channel="smtp") is None
    assert of(found, "send_messages_waiting") == of(found, "send_messages_waiting_urgent") == 1
    assert of(found, "send_messages_undeliverable") == 0
    assert of(found, "send_outbox_messages") == pipe.ask("SELECT count(*) FROM outbox")[0][0] > 0
    assert of(found, "send_audit_differing_rules", feed="camhs") == 1
    last = of(found, "send_feed_last_message_timestamp_seconds", feed="camhs")
    assert last == pytest.approx(pipe.now.timestamp())
    lags = pipe.ask("SELECT admitted_at, recorded_at FROM admitted WHERE feed = 'camhs'")
    mean = sum((pipe.now - recorded).total_seconds() for _, recorded in lags) / len(lags)
    assert of(found, "send_feed_recorded_lag_seconds", feed="camhs") == pytest.approx(mean, rel=0.2)


def test_names_and_labels_are_as_prometheus_wants_them_and_the_documentation_says(engine: Engine, pipe: Pipe) -> None:
    families = list(text_string_to_metric_families(scraped(engine)))
    documented = (HOUSE / "docs/feed-health.md").read_text()

    assert len(families) > 25
    for family in families:
        assert re.fullmatch(r"send_[a-z_]+", family.name)
        assert family.documentation
        assert {name for one in family.samples for name in one.labels} <= {
            "feed",
            "agency",
            "reason",
            "state",
            "channel",
        }
        suffix = family.name.removeprefix("send_feed").removeprefix("send_agency")
        total = "_total" if family.type == "counter" else ""
        assert f"{family.name}{total}`" in documented or f"`{suffix}{total}`" in documented, family.name


def test_nothing_that_a_source_wrote_and_no_child_is_among_it(engine: Engine, pipe: Pipe) -> None:
    text = scraped(engine)

    for secret in ("Anna", "Kowalska", "999000", "Mira", "LU1", "moves", "restricted"):
        assert secret not in text


def test_one_more_restricted_child_tells_no_more_than_one_who_is_not(engine: Engine, pipe: Pipe) -> None:
    def added(number: int, restricted: str | None) -> dict[object, float]:
        before = samples(scraped(engine))
        person = {**MIRA, "local_id": f"9{number}", "family_name": ("Oak", "Elm", "Ash")[number], "given_name": "Ivy",
                  "nhs_number": None, "date_of_birth": f"2013-0{number + 1}-02", "restricted": restricted}  # fmt: skip
        pipe.send(
            "ehcp", sent("ehcp.requested", "2025-01-01", event_id=f"i{number}", source="urn:send:x", person=person)
        )
        broken = sent("ehcp.requested", "2025-01-01", event_id=f"b{number}", source="urn:send:x",
                      person={**person, "nhs_number": "9990000019"})  # fmt: skip
        pipe.send("ehcp", broken)
        pipe.drain_gate(["ehcp"])
        after = samples(scraped(engine))
        changed = {key: round(after[key] - before.get(key, 0)) for key in after if after[key] != before.get(key)}
        return {key: value for key, value in changed.items() if "timestamp" not in key[0] and "lag" not in key[0]}

    added(0, None)  # the first of its agency is told by its being new
    assert added(1, None) == added(2, "adoption") != {}


def test_a_sender_cannot_make_series_without_end(engine: Engine, pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_metrics, "MOST_AGENCIES", 3)
    monkeypatch.setattr(feed_metrics, "MOST_REASONS", 2)
    for number in range(9):
        raw = sent("camhs.referred", "2025-05-01", event_id="m", source=f"urn:send:many{number}", person=ANNA)
        pipe.send("camhs", raw)
        reasons = f'[{{"code": "row-{number}", "field": "", "message": ""}}, {{"code": "Anna {number}", "field": "", "message": ""}}]'
        pipe.send("camhs", b"{%d" % number, headers=(("adapter-reasons", reasons.encode()),))
    pipe.drain_gate(["camhs"])
    found = samples(scraped(engine))

    agencies = {
        dict(labels)["agency"]
        for name, labels in found
        if name == "send_agency_messages_total" and dict(labels)["feed"] == "camhs"
    }
    reasons_told = {dict(labels)["reason"] for name, labels in found if name == "send_quarantine_reason_items"}
    assert len(agencies) == 4
    assert len(reasons_told) == 3
    assert "other" in agencies & reasons_told
    told = sum(
        value
        for (name, labels), value in found.items()
        if name == "send_agency_messages_total" and dict(labels)["feed"] == "camhs"
    )
    assert told == of(found, "send_feed_messages_total", feed="camhs"), "the rest are counted as others"


def test_a_scrape_asks_a_bounded_number_of_questions(engine: Engine, pipe: Pipe) -> None:
    asked: list[str] = []
    application = site(engine)

    @event.listens_for(engine, "before_cursor_execute")
    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    application.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    first = len(asked)
    for number in range(30):
        pipe.send(
            "camhs", sent("camhs.referred", "2025-05-01", event_id="q", source=f"urn:send:q{number}", person=ANNA)
        )
    pipe.drain_gate(["camhs"])
    asked.clear()
    application.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert len(asked) == first == 15
    assert not [statement for statement in asked if re.search(r"\b(admitted|event|child)\b", statement)]


def test_the_example_alerts_and_scrape_are_whole_and_name_what_there_is(engine: Engine, pipe: Pipe) -> None:
    alerts = yaml.safe_load((HOUSE / "docs/prometheus/alerts.yml").read_text())
    scrape = yaml.safe_load((HOUSE / "docs/prometheus/scrape.yml").read_text())
    names = {name for name, _ in samples(scraped(engine))}

    [job] = scrape["scrape_configs"]
    assert (job["metrics_path"], job["authorization"]["type"], scrape["rule_files"]) == (
        "/metrics",
        "Bearer",
        ["alerts.yml"],
    )
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    assert [rule["alert"] for rule in rules] == [
        "FeedSilent",
        "FeedPaused",
        "QuarantineGrowing",
        "FeedNotRead",
        "ChannelDead",
        "ChildrenNotJudged",
        "MessagesNotSent",
        "NoWorker",
    ]
    for rule in rules:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert set(rule["annotations"]) == {"summary", "description"}
        assert re.fullmatch(r"\d+[mh]", rule["for"])
        used = set(re.findall(r"send_[a-z_]+", rule["expr"]))
        assert used, rule["alert"]
        assert used <= names, rule["alert"]
        assert rule["expr"].count("(") == rule["expr"].count(")")
