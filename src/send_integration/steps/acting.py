"""What a person does with an alert: answers it, puts it off, or gives it to a colleague; each written down and said."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.alerts.schedule import in_rehearsal
from send_integration.alerts.sending import may_snooze
from send_integration.errors import BadInput
from send_integration.rules.flags import ACKNOWLEDGED, DISMISSED
from send_integration.steps.alert_saying import Became, Today, say_what_became
from send_integration.steps.alerts import PENDING
from send_integration.steps.flag_saying import handed_over_by_a_person
from send_integration.steps.handling import handle_within
from send_integration.store.alerts import (
    AlertRow,
    KeptAlert,
    alerts_of_flags,
    drop_unsent_alerts,
    flag_of_alert,
    hand_over_flag,
    keep_alerts,
    kept_alerts,
    lock_routing,
)
from send_integration.store.outbox import say
from send_integration.store.sessions import Session, record_within

ANSWER = "answer-alert"
"""What the audit calls all of it."""


class Person(NamedTuple):
    """Who acts, and when."""

    session: Session
    today: date
    now: datetime


def acknowledge(engine: Engine, alert_id: str, person: Person) -> None:
    """Say that somebody acts on an alert's flag: nobody who has it is reminded or passed over any more."""
    _answer(engine, alert_id, ACKNOWLEDGED, "", person)


def dismiss(engine: Engine, alert_id: str, why: str, person: Person) -> None:
    """Say why an alert's flag needs no action: it leaves the inboxes of all who have it, until it becomes more serious."""
    _answer(engine, alert_id, DISMISSED, why, person)


def snooze(engine: Engine, alert_id: str, until: date, person: Person) -> None:
    """Put an alert off until a day; it is in that day's digest. Raises BadInput where that is too late, or too soon."""
    with engine.begin() as connection:
        # before the alert: whoever erases, and has this alone, takes its message first
        lock_routing(connection, alone=False)
        kept = _unanswered(connection, alert_id)
        wrong = may_snooze(kept.alert, until, person.today)
        if wrong:
            raise BadInput(wrong, where="until")
        drop_unsent_alerts(connection, [alert_id])
        (kept,) = kept_alerts(connection, "alert_id = :id", id=alert_id)
        keep_alerts(connection, [AlertRow(kept.alert, kept.sent_levels, until, snoozed_until=until)])
        _note(connection, kept, "snoozed", person, until=until.isoformat())


def hand_over(engine: Engine, alert_id: str, to_worker: str, person: Person) -> None:
    """Give an alert to a colleague, who has it until its cause is gone; the router brings it to them."""
    with engine.begin() as connection:
        # before the alert: whoever erases, and has this alone, takes first to whom it was given
        lock_routing(connection, alone=False)
        kept = _unanswered(connection, alert_id)
        if to_worker == kept.alert.recipient:
            raise BadInput("They have it already", where="to")
        hand_over_flag(connection, kept.alert.flag_id, to_worker, person.session.actor, person.now)
        say(connection, [handed_over_by_a_person(connection, kept.alert.flag_id, kept.alert.child_id)])
        _note(connection, kept, "handed-over", person, to=to_worker)


def _answer(engine: Engine, alert_id: str, what: str, why: str, person: Person) -> None:
    """Say it, and keep it with the flag's alerts until it has come round; what is not sent yet is not sent."""
    handled = {"what": what, "by": person.session.actor, "on": person.today.isoformat(), "why": why, PENDING: True}
    with engine.begin() as connection:
        lock_routing(connection, alone=False)
        flag_id = flag_of_alert(connection, alert_id)
        kept = alerts_of_flags(
            connection, [flag_id] if flag_id else []
        )  # all at once: two answers never wait in a ring
        standing = [one for one in kept if one.closed_at is None]
        if flag_id is None or alert_id not in {one.alert.alert_id for one in standing}:
            raise _closed(alert_id)
        handle_within(connection, flag_id, person.session, what, why, in_rehearsal(person.now, person.today))
        drop_unsent_alerts(connection, [one.alert.alert_id for one in kept])
        keep_alerts(connection, [AlertRow(one.alert, one.sent_levels, handled=handled) for one in standing])
        for one in standing:
            _note(connection, one, what, person)


def _note(connection: Connection, kept: KeptAlert, change: str, person: Person, **more: str) -> None:
    today = Today.of(person.today, person.now)
    say_what_became(connection, [Became(change, kept.alert, {"by": person.session.actor, **more})], today)
    record_within(
        connection, person.session, ANSWER, kept.alert.child_id, allowed=True, why=f"{change}: {kept.alert.alert_id}"
    )


def _unanswered(connection: Connection, alert_id: str) -> KeptAlert:
    """An alert that nobody has answered, locked; a page that was opened before shows it as if nobody had."""
    kept = _locked(connection, alert_id)
    if kept.handled is not None:
        raise BadInput("Somebody has answered it already", where=alert_id, next_step="Open the alert again.")
    return kept


def _locked(connection: Connection, alert_id: str) -> KeptAlert:
    found = kept_alerts(connection, "alert_id = :id AND cleared_at IS NULL", id=alert_id)
    if not found:
        raise _closed(alert_id)
    return found[0]


def _closed(alert_id: str) -> BadInput:
    """What is said of an alert whose cause is gone."""
    return BadInput("The alert is closed", where=alert_id, next_step="Nothing is to be done about it any more.")
