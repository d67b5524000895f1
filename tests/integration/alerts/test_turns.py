"""What the clock does about alerts, on a real database: each once, whatever is cut off."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from send_integration.errors import BadInput
from send_integration.steps import acting, alert_turns
from send_integration.steps.alerts import Office
from send_integration.store.inbox import Inbox
from send_integration.store.notices import Reader
from tests.integration.alerts.desk import MONDAY, Desk, at, inbox_of
from tests.integration.channels.mail import due_addresses

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days) for days in (1, 2, 3, 4))
NEXT_MONDAY = MONDAY + timedelta(7)
W1, W2 = "w1@example.org", "w2@example.org"
MILD = {"level": "watch", "status": "due-soon"}
LOCAL = {"basis": "L", "rule": "bounced-between-services", "kind": "risk", "due_on": None}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """A child with a named worker, whose manager is m1, whose manager is m2."""
    made = Desk(engine)
    made.child("c1", "w1")
    made.worker("w1", manager_id="m1")
    made.worker("w2")
    made.worker("m1", manager_id="m2", team="managers")
    made.worker("m2", team="managers")
    made.turn()
    return made


def test_what_is_urgent_is_sent_at_once_at_work_and_else_when_work_begins(desk: Desk) -> None:
    desk.flag("f1")
    desk.now = at(20)
    desk.flag("f2")
    desk.flag("f3", **{**LOCAL, "rule": "crisis-while-waiting"})

    assert desk.mail() == [("Alert", W1, at(10)), ("Alert", W1, at(20)), ("Alert", W1, at(8, TUESDAY, 30))]
    assert desk.said("sent") == [("f1", "w1"), ("f2", "w1"), ("f3", "w1")]


def test_the_rest_is_in_one_digest_when_the_next_working_day_begins_and_in_no_other(desk: Desk) -> None:
    for number in (1, 2):
        desk.flag(f"f{number}", **MILD)
    assert desk.turn(hour=16) == 0
    assert desk.turn(TUESDAY, 8, 29) == 0
    assert desk.mail() == []

    assert desk.turn(TUESDAY, 8, 30) == 2
    assert desk.turn(TUESDAY, 9) == 0
    assert desk.turn(WEDNESDAY, 9) == 0
    assert desk.mail() == [("Digest", W1, at(8, TUESDAY, 30))]
    desk.flag("f3", **MILD)
    assert desk.turn(WEDNESDAY, 10) == 0, "the day's digest is made"
    assert desk.turn(THURSDAY, 9) == 1
    assert [row[0] for row in desk.ask("SELECT cardinality(alerts) FROM digest ORDER BY day")] == [2, 1]


def test_no_digest_is_made_at_a_weekend(desk: Desk) -> None:
    desk.turn(FRIDAY)
    desk.flag("f1", **MILD)

    assert desk.turn(FRIDAY + timedelta(1)) == 0
    assert desk.turn(NEXT_MONDAY, 9) == 1


def test_a_turn_that_is_cut_off_is_taken_up_again_and_tells_nobody_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for worker in ("w1", "w2"):
        desk.child(f"c-{worker}", worker)
        desk.flag(f"f-{worker}", f"c-{worker}", **MILD)
    whole = alert_turns.add_deliveries
    taken: list[object] = []

    def cut_off(*arguments: object) -> None:
        taken.append(arguments)
        if len(taken) == 2:
            raise KeyboardInterrupt
        whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(alert_turns, "add_deliveries", cut_off)
    with pytest.raises(KeyboardInterrupt):
        desk.turn(TUESDAY, 9)
    assert [address for _, address, _ in desk.mail()] == [W1]

    assert desk.turn(TUESDAY, 9) == 1
    assert [address for _, address, _ in desk.mail()] == [W1, W2]
    assert desk.turn(TUESDAY, 9) == 0


def test_nobody_is_sent_the_same_alert_twice_at_the_same_level_but_again_when_it_becomes_more_severe(
    desk: Desk,
) -> None:
    desk.flag("f1", **MILD)
    desk.turn(TUESDAY, 9)
    desk.flag("f1", **MILD)
    desk.turn(WEDNESDAY, 9)
    assert len(desk.mail()) == 1
    desk.sent()

    desk.flag("f1", level="high", status="missed")
    desk.flag("f1", level="high", status="missed")

    assert desk.mail()[1:] == [("Alert", W1, at(9, WEDNESDAY))]


def test_what_comes_back_within_28_days_is_in_the_inbox_and_the_next_digest_and_not_sent_at_once(desk: Desk) -> None:
    flag = desk.flag("f1")
    desk.sent()
    desk.clear(flag)
    desk.now = at(11)
    desk.flag("f1")

    assert len(desk.mail()) == 1
    reader = Reader(["w1"], restricted=False, worker_id="w1")
    assert len(inbox_of(desk.engine, reader, MONDAY)) == 1
    assert desk.turn(TUESDAY, 9) == 1
    assert [kind for kind, _, _ in desk.mail()] == ["Alert", "Digest"]


def test_what_was_cleared_before_it_was_sent_is_news_when_it_comes_back(desk: Desk) -> None:
    desk.now = at(20)
    flag = desk.flag("f1")
    desk.clear(flag)
    assert desk.mail() == []

    desk.flag("f1")
    assert desk.mail() == [("Alert", W1, at(8, TUESDAY, 30))]


def test_a_day_has_room_for_so_many_urgent_alerts_and_for_all_that_the_law_asks_for(engine: Engine) -> None:
    desk = Desk(engine, office=Office(duty="duty@example.org", a_day=2))
    desk.child("c1", "w1")
    desk.worker("w1")
    flags = [desk.flag(f"local-{number}", **LOCAL) for number in range(4)]
    desk.flag("statutory")
    desk.flag("crisis", **{**LOCAL, "rule": "crisis-while-waiting"})

    assert [flag_id for flag_id, _ in desk.said("sent")] == ["local-0", "local-1", "statutory", "crisis"]
    desk.notify(*flags)
    assert len(desk.mail()) == 4, "asking again makes no room"
    desk.turn(TUESDAY, 9)
    assert sorted(flag_id for flag_id, _ in desk.said("sent")[4:]) == ["local-2", "local-3"]
    desk.flag("local-4", **LOCAL)
    assert [flag_id for flag_id, _ in desk.said("sent")][6:] == ["local-4"], "another day"


def test_open_alerts_follow_a_directory_that_changes(desk: Desk) -> None:
    desk.now = at(20)
    desk.flag("f1")
    assert desk.open() == {("f1", "w1")}

    desk.worker("w1", left_on=MONDAY, hands_over_to="w2", as_recorded_at=at(21))
    assert desk.turn(hour=21) == 1
    assert desk.turn(hour=21) == 0
    assert desk.open() == {("f1", "w2")}
    assert desk.mail() == [("Alert", W2, at(8, TUESDAY, 30))], "what was not sent to who left is not sent"


def test_whoever_is_away_is_covered_for_and_has_their_alerts_again_when_they_are_back(desk: Desk) -> None:
    desk.flag("f1")
    desk.sent()
    desk.away("w1", TUESDAY, WEDNESDAY, "w2")
    assert desk.turn(hour=11) == 0, "not yet"

    desk.turn(TUESDAY, 0, 5)
    assert desk.open() == {("f1", "w2")}
    desk.sent()
    desk.turn(THURSDAY, 0, 5)
    assert desk.open() == {("f1", "w1")}
    assert [address for _, address, _ in desk.mail()] == [W1, W2]
    assert desk.turn(THURSDAY, 9) == 1
    assert desk.mail()[-1] == ("Digest", W1, at(9, THURSDAY)), "told again, and not at once"


def test_without_cover_the_team_has_them(desk: Desk) -> None:
    desk.away("w1", MONDAY, WEDNESDAY)
    desk.flag("f1")

    assert desk.open() == {("f1", "team:ehc-team")}
    assert desk.mail() == [("Alert", "ehc@example.org", at(10))]


def test_what_nobody_answers_goes_up_a_step_and_another_and_ends_at_the_duty_manager(desk: Desk) -> None:
    desk.flag("f1")
    assert desk.turn(WEDNESDAY, 16) == 0
    assert desk.turn(THURSDAY, 8, 29) == 0
    assert desk.turn(THURSDAY, 8, 30) == 1
    assert desk.turn(THURSDAY, 9) == 0
    assert desk.open() == {("f1", "w1"), ("f1", "m1")}
    assert desk.turn(NEXT_MONDAY, 9) == 0, "the manager has as long"
    assert desk.turn(NEXT_MONDAY + timedelta(1), 9) == 1
    assert desk.turn(NEXT_MONDAY + timedelta(30), 9) == 1
    assert desk.turn(NEXT_MONDAY + timedelta(60), 9) == 0

    assert desk.said("escalated") == [("f1", "m1"), ("f1", "m2"), ("f1", "team:duty-manager")]
    assert [address for _, address, _ in desk.mail()] == [
        W1, "m1@example.org", "m2@example.org", "duty@example.org",
    ]  # fmt: skip
    (own,) = inbox_of(desk.engine, Reader(["w1"], restricted=False, worker_id="w1"), THURSDAY)
    assert own["passed_on"] == ["m1 Example", "m2 Example", "team:duty-manager"]
    (theirs,) = inbox_of(desk.engine, Reader(["m1"], restricted=False, worker_id="m1"), THURSDAY)
    assert (theirs["escalated_by"], theirs["rung"]) == ("w1 Example", "escalated")


def test_what_is_only_to_be_watched_is_never_passed_on_and_what_is_raised_after_five_days(desk: Desk) -> None:
    desk.flag("f1", **MILD)
    desk.flag("f2", **{**LOCAL, "level": "raise"})
    desk.turn(TUESDAY, 9)
    assert desk.said("escalated") == []

    desk.turn(date(2025, 6, 10), 9)
    assert desk.said("escalated") == []
    desk.turn(date(2025, 6, 11), 9)
    assert desk.said("escalated") == [("f2", "m1")]


def test_a_manager_who_leaves_hands_what_was_passed_on_over_too(desk: Desk) -> None:
    desk.flag("f1")
    desk.turn(THURSDAY, 9)
    assert desk.open() == {("f1", "w1"), ("f1", "m1")}

    desk.worker("m1", manager_id="m2", left_on=THURSDAY, team="managers", as_recorded_at=at(9, THURSDAY))
    desk.turn(THURSDAY, 10)
    assert desk.open() == {("f1", "w1"), ("f1", "m2")}


def with_an_event(desk: Desk) -> None:
    """The event on which the flag rests, as the timeline keeps it."""
    body = b'{"source": "urn:send:a", "time": "2025-01-06", "data": {"person": {"local_id": "1", "given_name": "Anna",'
    body += b'"family_name": "Example", "date_of_birth": "2012-03-04"}}}'
    desk.do(
        "INSERT INTO event (source, event_id, child_id, decision, recorded_at, body, shown_since)"
        " VALUES ('urn:send:a', 'e1', 'c1', 1, now(), :body, now())",
        body=body,
    )


def test_an_answer_ends_reminders_for_all_who_have_it_until_it_becomes_more_serious(desk: Desk) -> None:
    with_an_event(desk)
    desk.flag("f1", level="raise", stands_since=MONDAY)
    desk.turn(TUESDAY, 9)
    acting.acknowledge(desk.engine, desk.alert_id(), desk.person())
    desk.turn(NEXT_MONDAY + timedelta(30), 9)

    assert desk.said("acknowledged") == [("f1", "w1")]
    assert desk.said("escalated") == []
    ((raw,),) = desk.ask("SELECT count(*) FROM outbox WHERE topic = 'send.raw.panel'")
    assert raw == 1
    assert desk.open() == {("f1", "w1")}, "it stays in the inbox, as acted on"

    desk.flag("f1", level="high", status="missed", stands_since=desk.today)
    assert desk.ask("SELECT handled FROM alert") == [(None,)]
    assert desk.mail()[-1] == ("Alert", W1, desk.now)


def test_what_is_dismissed_leaves_the_inbox_and_an_unsent_letter_is_not_sent(desk: Desk) -> None:
    with_an_event(desk)
    desk.now = at(20)
    desk.flag("f1", stands_since=MONDAY)
    acting.dismiss(desk.engine, desk.alert_id(), "known to the school", desk.person())

    assert desk.mail() == []
    assert inbox_of(desk.engine, Reader(["w1"], restricted=False, worker_id="w1"), MONDAY) == []
    desk.notify(desk.flag("f1", stands_since=MONDAY))
    assert desk.mail() == [], "the flag is looked at again, and the answer stands"


def test_a_flag_that_says_it_was_handled_elsewhere_closes_the_matter_here_too(desk: Desk) -> None:
    flag = desk.flag("f1")
    desk.do(
        "UPDATE flag SET content = jsonb_set(content, '{handled}',"
        ' \'{"what": "acknowledged", "by": "w2", "on": "2025-06-02", "why": ""}\')'
    )
    desk.notify(flag)

    assert desk.said("acknowledged") == [("f1", "w1")]
    desk.turn(NEXT_MONDAY, 9)
    assert desk.said("escalated") == []


def test_what_is_put_off_is_not_passed_on_and_is_in_the_digest_of_its_day(desk: Desk) -> None:
    desk.flag("f1", **LOCAL)
    acting.snooze(desk.engine, desk.alert_id(), NEXT_MONDAY, desk.person())
    assert desk.turn(FRIDAY, 9) == 0

    assert desk.turn(NEXT_MONDAY, 9) == 1
    assert [kind for kind, _, _ in desk.mail()] == ["Digest"], "the letter that was not sent yet is not sent"
    assert desk.turn(NEXT_MONDAY + timedelta(2), 9) == 0
    assert desk.turn(NEXT_MONDAY + timedelta(3), 9) == 1, "the time to answer began again"
    with pytest.raises(BadInput, match="14 days"):
        acting.snooze(desk.engine, desk.alert_id(), desk.today + timedelta(15), desk.person())


def test_what_is_put_off_comes_at_once_when_it_becomes_more_severe(desk: Desk) -> None:
    desk.flag("f1", due_on=None, **MILD)
    acting.snooze(desk.engine, desk.alert_id(), FRIDAY, desk.person())
    desk.flag("f1", level="high")

    assert desk.mail() == [("Alert", W1, at(10))]
    assert desk.ask("SELECT snoozed_until FROM alert") == [(None,)]


def test_what_is_handed_over_is_the_colleagues_until_it_clears(desk: Desk) -> None:
    flag = desk.flag("f1")
    acting.hand_over(desk.engine, desk.alert_id(), "w2", desk.person())
    assert desk.ask("SELECT count(*) FROM outbox WHERE topic = 'send.flags'") == [(1,)]
    desk.notify(flag)
    assert desk.open() == {("f1", "w2")}

    desk.clear(flag)
    desk.flag("f1")
    assert desk.open() == {("f1", "w1")}


def test_whoever_was_sent_it_sees_for_some_days_that_it_is_closed(desk: Desk) -> None:
    reader = Reader(["w1"], restricted=False, worker_id="w1")
    desk.clear(desk.flag("f1"))
    assert Inbox(desk.engine, reader, MONDAY).lately_closed(limit=9) == [], "its letter was not sent yet"
    flag = desk.flag("f2")
    desk.sent()
    desk.clear(flag)
    assert [one.flag_id for one in Inbox(desk.engine, reader, MONDAY).lately_closed(limit=9)] == ["f2"]

    desk.do("UPDATE alert SET cleared_at = cleared_at - interval '6 days'")
    assert Inbox(desk.engine, reader, MONDAY).lately_closed(limit=9) == []


def test_a_digest_that_waits_says_no_more_than_still_stands_and_may_be_told(desk: Desk) -> None:
    kept = desk.flag("f1", **MILD)
    gone = desk.flag("f2", **MILD)
    desk.child("c2", "w3")
    desk.do(
        "UPDATE child SET named_workers = (SELECT named_workers FROM child WHERE child_id = 'c1') WHERE child_id = 'c2'"
    )
    desk.flag("f3", "c2", **MILD)
    desk.turn(TUESDAY, 9)
    desk.clear(gone)
    desk.child("c2", restricted=True)

    def due() -> int:
        with desk.engine.connect() as connection:
            return len(due_addresses(connection, desk.today, desk.now))

    assert due() == 0, "it waits while it says what it may not"
    desk.turn(TUESDAY, 9, 1)
    assert due() == 1
    ((listed,),) = desk.ask("SELECT alerts FROM digest")
    assert listed == [desk.alert_id(kept.flag_id)]
    desk.clear(kept)
    desk.turn(TUESDAY, 9, 2)
    assert desk.mail() == []


def test_what_no_digest_may_tell_of_a_restricted_child_is_passed_on_too_and_listed_when_it_may_be(desk: Desk) -> None:
    desk.child("c1", restricted=True)
    desk.flag("f1", **{**LOCAL, "level": "raise"})
    assert desk.turn(TUESDAY, 9) == 0
    assert desk.open() == {("f1", "team:ehc-team")}

    desk.turn(date(2025, 6, 11), 9)
    assert desk.said("escalated") == [("f1", "m1")]
    desk.child("c1")
    desk.turn(date(2025, 6, 12), 9)
    assert ("Digest", "ehc@example.org", at(9, date(2025, 6, 12))) in desk.mail()


def test_letters_say_nothing_of_a_child(desk: Desk) -> None:
    desk.flag("f1")
    desk.flag("f2", **MILD)
    desk.turn(TUESDAY, 9)

    words = str(desk.ask("SELECT content FROM delivery"))
    for secret in ("c1", "Anna", "Example", "2012", "w1", "20 weeks", "law"):
        assert secret not in words, secret


def test_without_mail_all_is_the_same_but_the_letters(engine: Engine) -> None:
    desk = Desk(engine, by_channel=False)
    desk.child("c1", "w1")
    desk.worker("w1")
    desk.flag("f1")
    desk.flag("f2", **MILD)
    desk.turn(TUESDAY, 9)

    assert desk.mail() == []
    assert desk.said("sent") == [("f1", "w1"), ("f2", "w1")]
