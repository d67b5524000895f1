"""Reports count by the month what became of alerts: all that send.alerts says, of months that are over, and of nobody."""

import json
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

from send_integration import clock
from send_integration.steps import acting
from send_integration.when.london import london_day
from tests.integration.alerts.desk import Desk, at
from tests.integration.alerts.test_turns import LOCAL, MILD, THURSDAY, TUESDAY, desk, with_an_event

__all__ = ["desk"]

DOCS = (Path(__file__).parents[3] / "docs/warehouse.md").read_text()
JUNE, JULY = date(2025, 6, 1), date(2025, 7, 1)
GROUP = ("month", "rule", "kind", "level", "rung")
SAID_AS = {
    "sent at-once": "sent_at_once", "sent digest": "sent_in_digest", "escalated": "passed_on", "snoozed": "put_off",
    "handed-over": "handed_over",
}  # fmt: skip

Counts = Counter[tuple[object, ...]]


def columns(desk: Desk) -> list[str]:
    """The columns of the view, in their order."""
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = :view ORDER BY ordinal_position"
    return [row[0] for row in desk.ask(query, view="fact_alert_month")]


def counted(desk: Desk, as_was: datetime | None = None) -> Counts:
    """What analysts read, by group and column; as it was at a moment, if one is given."""
    told = columns(desk)
    rows = desk.ask(
        "SELECT v.* FROM set_config('send.as_was', :moment, true) AS s, LATERAL"
        " (SELECT * FROM warehouse.fact_alert_month WHERE s IS NOT NULL) AS v",
        moment=as_was.isoformat() if as_was else "",
    )
    assert tuple(told[: len(GROUP)]) == GROUP
    return Counter(
        {
            (*row[: len(GROUP)], column): number
            for row in rows
            for column, number in zip(told[len(GROUP) :], row[len(GROUP) :], strict=True)
            if number
        }
    )


def said(desk: Desk) -> Counts:
    """The same from all that was said on send.alerts."""
    found: Counts = Counter()
    for row in desk.ask("SELECT value FROM outbox WHERE topic = 'send.alerts'"):
        told = json.loads(bytes(row[0]))
        month = london_day(datetime.fromisoformat(told["at"])).replace(day=1)
        change = " ".join(filter(None, (told["change"], told.get("how"))))
        found[month, told["rule"], told["kind"], told["level"], told["rung"], SAID_AS.get(change, change)] += 1
    return found


def a_summer_of_alerts(desk: Desk) -> None:
    """Everything that can become of an alert, from June to July."""
    with_an_event(desk)
    answered, given = desk.flag("f1"), desk.flag("f2")
    desk.flag("f3", **{**LOCAL, **MILD})
    for number in (4, 5):
        desk.flag(f"f{number}", **MILD)
    desk.flag("f6", **LOCAL)
    acting.acknowledge(desk.engine, desk.alert_id("f1"), desk.person())
    acting.hand_over(desk.engine, desk.alert_id("f2"), "w2", desk.person())
    desk.notify(given)
    acting.dismiss(desk.engine, desk.alert_id("f6"), "Known", desk.person())
    desk.turn(TUESDAY, 9)
    acting.snooze(desk.engine, desk.alert_id("f3"), THURSDAY, desk.person())
    desk.flag("f7")
    desk.turn(date(2025, 6, 30), 10)
    desk.turn(date(2025, 6, 30), 23, 59)
    desk.clear(answered)
    desk.now = at(1, JULY)
    desk.clear(given)
    desk.turn(JULY, 10)


def test_what_is_counted_is_all_that_was_said(desk: Desk) -> None:
    a_summer_of_alerts(desk)

    found = counted(desk)
    assert found == said(desk)
    assert {month for month, *_ in found} == {JUNE, JULY}
    assert {column for *_, column in found} == {
        "routed", "sent_at_once", "sent_in_digest", "passed_on", "acknowledged", "dismissed", "put_off", "handed_over",
        "moved", "closed",
    }  # fmt: skip


def test_a_month_is_told_of_when_it_is_over(desk: Desk) -> None:
    a_summer_of_alerts(desk)
    desk.now = clock.now()
    desk.flag("f8")

    assert {month for month, *_ in counted(desk)} == {JUNE, JULY}
    assert {month for month, *_ in said(desk)} == {JUNE, JULY, london_day(desk.now).replace(day=1)}
    assert not counted(desk, at(23, date(2025, 6, 30), 59))
    of_june = counted(desk, at(0, JULY))
    assert of_june == Counter({group: number for group, number in said(desk).items() if group[0] == JUNE})
    assert of_june


def test_what_goes_on_with_another_flag_is_neither_new_nor_told_again(desk: Desk) -> None:
    former = desk.flag("f1")
    desk.sent()
    before = counted(desk)
    desk.child("c2", "w1")
    desk.do("UPDATE flag SET status = 'cleared' WHERE flag_id = 'f1'")
    heir = desk.stands("f2", "c2")
    desk.notify(former, change="cleared", same_as=heir.flag_id)

    closed = counted(desk) - before
    assert [(column, number) for (*_, column), number in closed.items()] == [("closed", 1)]
    assert desk.said("carried-over") == [("f2", "w1")]


def test_the_docs_tell_of_its_columns(desk: Desk) -> None:
    listed = re.search(r"\*\*`fact_alert_month`\*\*.*?\n\n(.*?)\n\n", DOCS, re.DOTALL)

    assert listed is not None
    assert re.findall(r"^\| `(\w+)` \|", listed[1], re.MULTILINE) == columns(desk)
