"""An answer that is taken back, and an address that is mended, reach alerts that are open."""

import pytest
from sqlalchemy import Engine

from send_integration.errors import BadInput
from send_integration.rules.flags import Handled
from send_integration.steps import acting
from tests.integration.alerts.desk import MONDAY, Desk, at
from tests.integration.alerts.test_turns import with_an_event

TUESDAY = MONDAY.replace(day=3)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    made = Desk(engine)
    made.child("c1", "w1")
    made.worker("w1")
    with_an_event(made)
    made.turn()
    return made


def handled(desk: Desk) -> list[object]:
    return [row[0] for row in desk.ask("SELECT handled ->> 'what' FROM alert WHERE cleared_at IS NULL")]


def test_an_answer_from_the_page_holds_until_it_comes_round_and_is_gone_when_it_is_taken_back(desk: Desk) -> None:
    flag = desk.flag("f1", stands_since=MONDAY)
    desk.sent()
    acting.acknowledge(desk.engine, desk.alert_id(), desk.person())
    desk.notify(flag)
    assert handled(desk) == ["acknowledged"], "the flag does not say it yet"

    desk.flag("f1", stands_since=MONDAY, handled=Handled("acknowledged", "w1", MONDAY, ""))
    assert handled(desk) == ["acknowledged"]
    assert desk.said("acknowledged") == [("f1", "w1")]

    desk.flag("f1", stands_since=MONDAY)
    assert handled(desk) == [None]
    assert desk.turn(TUESDAY, 9) == 1, "it is in the next digest, and waits for an answer again"


def test_what_was_answered_before_it_was_sent_is_news_when_the_answer_is_taken_back(desk: Desk) -> None:
    desk.now = at(20)
    desk.flag("f1")
    desk.flag("f1", handled=Handled("acknowledged", "w1", MONDAY, ""))
    assert desk.mail() == []

    desk.flag("f1")
    assert desk.mail() == [("Alert", "w1@example.org", at(8, TUESDAY, 30))]


def test_what_somebody_answered_is_not_put_off_or_given_away_from_a_page_that_is_older(desk: Desk) -> None:
    desk.worker("w2")
    desk.flag("f1", stands_since=MONDAY)
    alert_id = desk.alert_id()
    acting.acknowledge(desk.engine, alert_id, desk.person())

    with pytest.raises(BadInput, match="answered"):
        acting.snooze(desk.engine, alert_id, TUESDAY, desk.person())
    with pytest.raises(BadInput, match="answered"):
        acting.hand_over(desk.engine, alert_id, "w2", desk.person())
    assert handled(desk) == ["acknowledged"]
    assert desk.said("snoozed") == desk.said("handed-over") == []


def test_another_answer_to_what_was_answered_is_said_too(desk: Desk) -> None:
    desk.flag("f1", handled=Handled("acknowledged", "w1", MONDAY, ""))
    desk.flag("f1", handled=Handled("dismissed", "w2", MONDAY, "It is arranged."))
    desk.flag("f1", handled=Handled("dismissed", "w2", MONDAY, "It is arranged."))

    assert desk.said("dismissed") == [("f1", "w1")]


def test_what_could_not_be_sent_goes_to_the_address_that_was_mended(desk: Desk) -> None:
    desk.flag("f1")
    desk.flag("f2", level="watch", status="due-soon")
    desk.turn(TUESDAY, 9)
    desk.do("UPDATE delivery SET attempts = 1, failure = 'answered 550', due_at = due_at + interval '1 day'")
    desk.worker("w1", email="mended@example.org")
    desk.turn(TUESDAY, 10)

    assert desk.mail() == [
        ("Alert", "mended@example.org", at(10, TUESDAY)),
        ("Digest", "mended@example.org", at(10, TUESDAY)),
    ]


def test_a_digest_goes_by_the_address_that_stands_and_not_by_one_of_an_alert_that_is_closed(desk: Desk) -> None:
    mild = {"level": "watch", "status": "due-soon"}
    gone = desk.flag("f1", **mild)
    desk.flag("f2", **mild)
    desk.turn(TUESDAY, 9)
    desk.clear(gone)
    desk.worker("w1", email="a-mended@example.org")
    desk.turn(TUESDAY, 10)
    assert [address for _, address, _ in desk.mail()] == ["a-mended@example.org"]


def test_what_waits_for_work_to_begin_waits_as_long_with_another_address(desk: Desk) -> None:
    desk.now = at(20)
    desk.flag("f1")
    desk.worker("w1", email="mended@example.org")
    desk.turn(hour=21)

    assert desk.mail() == [("Alert", "mended@example.org", at(8, TUESDAY, 30))]
