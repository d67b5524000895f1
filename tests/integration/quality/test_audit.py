"""The audit agrees with the gate, says where it does not, and writes nothing of a child."""

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, text

from send_integration.contracts.event import Event
from send_integration.errors import BadInput
from send_integration.identity.model import default_model
from send_integration.quality.audit import AuditedWindow, PlainValidation, audit
from send_integration.quality.checks import RowChecks
from send_integration.quality.data_docs import write_data_docs
from send_integration.quality.masks import Mask
from send_integration.steps.auditing import audit_feeds, events_of, keep
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate import Gate
from send_integration.store.audits import latest_judged
from tests.builders import NOW, event, sent
from tests.record_keys import KEYS

SECRETS = ("Anna", "Example", "9990000018", "2012-03-04", "999 000 0026", "whispered")


@pytest.fixture
def judged(engine: Engine) -> Engine:
    """A database in which the gate let in one event with a remark, one without, and refused two."""
    gate = Gate(engine, lambda feed: RowChecks(feed).checked, default_model(), keys=KEYS)
    lines = [
        sent("school.progress_concern", event_id="a", note="whispered: 999 000 0026"),
        sent("school.enrolled", event_id="b", year_group=10),
        sent("school.suspended", event_id="c", reason="see 999 000 0026"),
        b"whispered",
    ]
    gate.admit("school", [RawMessage("send.raw.school", 0, n, b"", raw) for n, raw in enumerate(lines)], NOW)
    return engine


def honest(feed: str, events: Sequence[Event]) -> AuditedWindow:
    """The audit as the command makes it."""
    return audit(RowChecks(feed), PlainValidation(), events)


def test_where_both_judgements_agree_the_counts_are_kept_and_nobody_is_told(judged: Engine) -> None:
    audits = audit_feeds(judged, ["school", "camhs"], honest, NOW)

    assert keep(judged, audits, "stewards@example.org", NOW) == []
    assert [(row.feed, row.events, row.differing) for row in audits] == [("school", 3, ())]
    failed = {found["rule"]: found["unexpected_count"] for found in audits[0].results if not found["success"]}
    assert failed == {
        "nhs-number-in-note": 1,
        "nhs-number-in-text": 1,
        "year-group-next-to-age": 1,
        "year-group-unusual": 1,
    }
    assert audit_feeds(judged, ["school"], honest, NOW) == [], "no message came since"
    assert [row.feed for row in audit_feeds(judged, ["school", "camhs"], honest, NOW, again=True)] == ["school"]
    with judged.connect() as connection:
        kept = str(connection.execute(text("SELECT quality_audit::text FROM quality_audit")).all())
        assert connection.execute(text("SELECT count(*) FROM delivery")).scalar_one() == 0
    assert [secret for secret in SECRETS if secret in kept] == []


def test_a_fast_path_that_misses_a_row_raises_the_alarm_once(judged: Engine, caplog: pytest.LogCaptureFixture) -> None:
    checks = RowChecks("school")
    checks.masks = tuple(_blind(mask) if mask.rule.code == "year-group-unusual" else mask for mask in checks.masks)

    for _ in range(2):
        with caplog.at_level(logging.ERROR):
            audits = audit_feeds(judged, ["school"], lambda _, events: audit(checks, PlainValidation(), events), NOW)
            told = keep(judged, audits, "stewards@example.org", NOW)
        assert told == ["school"]
        with judged.begin() as connection:
            connection.execute(text("UPDATE quality_audit SET newest_at = '2000-01-01Z'"))

    assert "year-group-unusual" in caplog.text
    with judged.connect() as connection:
        letters = connection.execute(text("SELECT address, content FROM delivery")).all()
    assert [address for address, _ in letters] == ["stewards@example.org"]
    assert "year-group-unusual" in letters[0][1]["text"]


def _blind(mask: Mask) -> Mask:
    """The same mask, which finds no row wrong."""

    def finds_none(_: type, **asked: object) -> tuple[object, dict[str, object], dict[str, object]]:
        window = asked["execution_engine"].get_domain_records({"batch_id": "window"})  # type: ignore[attr-defined]
        return window.iloc[:, 0].map(lambda _: False).astype(np.bool_), {}, {}

    return replace(mask, condition=finds_none)  # type: ignore[arg-type]


def test_a_rule_that_cannot_be_asked_counts_as_differing() -> None:
    checks = RowChecks("school")
    checks.columns = tuple(column for column in checks.columns if column.name != "urn")

    found = audit(checks, PlainValidation(), [event("school.enrolled")])

    assert found.differing == ("urn-outside-england",)


def test_data_docs_need_no_network_and_hold_no_value_of_the_window(judged: Engine, tmp_path: Path) -> None:
    window = events_of(latest_judged(judged, "school", "send.raw.school", 500), "school", NOW)

    write_data_docs(tmp_path, {"school": RowChecks("school")}, {"school": window})

    pages = [path.read_text() for path in tmp_path.rglob("*.html")]
    assert len(pages) >= 2
    everything = "\n".join(pages) + "".join(str(path) for path in tmp_path.rglob("*"))
    assert [secret for secret in SECRETS if secret in everything] == []
    assert "http://" not in everything
    assert "https://" not in everything
    assert "<script" not in everything
    page = re.search(r'href="(validations/school/[^"]+)"', (tmp_path / "index.html").read_text())
    assert page
    assert (tmp_path / page[1]).exists()


def test_data_docs_are_written_over_nothing_but_data_docs(judged: Engine, tmp_path: Path) -> None:
    mine = tmp_path / "site" / "page.html"
    mine.parent.mkdir()
    mine.write_text("<script>mine</script>")

    with pytest.raises(BadInput):
        write_data_docs(mine.parent, {}, {})
    window = events_of(latest_judged(judged, "school", "send.raw.school", 500), "school", NOW)
    for _ in range(2):
        write_data_docs(tmp_path / "docs", {"school": RowChecks("school")}, {"school": window})

    assert mine.read_text() == "<script>mine</script>"
    assert (tmp_path / "docs" / "index.html").read_text().count("<li>") == 1, "the former are gone"
