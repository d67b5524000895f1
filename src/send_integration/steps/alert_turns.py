"""What the clock does about alerts: routes them anew where the directory changed, makes digests, passes on what nobody
answered. Each turn may be cut at any moment and is taken up again: nothing is told twice, nothing is lost.

Whether there is anything to do is looked at first, for who routes alone waits for every batch that is being routed."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from send_integration.alerts.directory import Directory
from send_integration.alerts.letters import digest_letter
from send_integration.alerts.route import Alert, escalated
from send_integration.alerts.schedule import answered_by
from send_integration.alerts.sending import most_severe_first
from send_integration.steps.alert_saying import SENT, Became, Today, say_what_became
from send_integration.steps.alerts import AlertRouter, Wanted
from send_integration.store.alerts import (
    AlertRow,
    KeptAlert,
    alerts_of_flags,
    flags_with_alerts,
    keep_alerts,
    kept_alerts,
    lock_routing,
)
from send_integration.store.deliveries import add_deliveries, readdress_deliveries
from send_integration.store.digests import (
    alerts_for_digest,
    await_answers_without_mail,
    is_anything_unanswered,
    keep_digest,
    mended_addresses_of_digests,
    recipients_of_digests,
    shorten_digests,
    unanswered,
    waiting_digests,
)
from send_integration.store.directory import changed_since_routed, mark_routed
from send_integration.store.shown import about_to_show

FLAGS_OF_A_TURN = 1000
"""Flags that are routed anew at a time."""


def take_turn(router: AlertRouter, today: date, now: datetime) -> int:
    """All that the clock has to do about alerts; gives how many alerts were newly opened, listed or passed on."""
    moment = Today.of(today, now)
    done = route_anew(router, moment)
    if router.office.hours.begun(moment.moment):
        done += pass_on(router, moment)
        done += make_digests(router, moment)
    shorten_waiting_digests(router, moment)
    return done


def route_anew(router: AlertRouter, today: Today) -> int:
    """Route every open alert by the directory as it is, where that or the day has changed since; gives how many are new.

    Some at a time, each part in a transaction of its own; whoever is cut off begins again, and finds the first parts done.
    """
    with router.engine.connect() as connection:
        changes = changed_since_routed(connection, today.day)
    if changes is None:
        return 0
    fresh, after = 0, ""
    while True:
        with router.engine.begin() as connection:
            lock_routing(connection, alone=True)
            about_to_show(connection)
            flags = flags_with_alerts(connection, after, FLAGS_OF_A_TURN)
            if not flags:
                readdress_deliveries(connection, mended_addresses_of_digests(connection), today.now)
                mark_routed(connection, changes, today.day)
                return fresh
            fresh += router.route_flags(connection, flags, today)
            after = flags[-1]


def make_digests(router: AlertRouter, today: Today) -> int:
    """Make the day's digest of everybody who has none yet and something to be told; gives how many alerts are listed."""
    await_answers_without_mail(router.engine, today.day)
    return sum(_make_digest(router, recipient, today) for recipient in recipients_of_digests(router.engine, today.day))


def _make_digest(router: AlertRouter, recipient: str, today: Today) -> int:
    with router.engine.begin() as connection:
        lock_routing(connection, alone=False)
        about_to_show(connection)
        by_id = {kept.alert.alert_id: kept for kept in alerts_for_digest(connection, recipient, today.day)}
        alerts = most_severe_first([kept.alert for kept in by_id.values()])
        if not alerts:
            return 0
        digest_id = keep_digest(connection, recipient, today.day, list(by_id), today.now)
        if digest_id is None:
            return 0
        keep_alerts(connection, [_listed(kept, today.day) for kept in by_id.values()])
        reachable = next((alert for alert in alerts if alert.email), alerts[0])
        rows = router.deliveries(digest_id, reachable, digest_letter(digest_id, alerts))
        add_deliveries(connection, rows, today.now)
        how = {"how": "digest", "digest": digest_id}
        say_what_became(connection, [Became(SENT, alert, how) for alert in alerts], today)
        return len(alerts)


def _listed(kept: KeptAlert, day: date) -> AlertRow:
    """An alert that was told in a digest: the time to answer it begins."""
    levels = dict.fromkeys((*kept.sent_levels, kept.alert.level))
    return AlertRow(kept.alert, tuple(levels), waits_since=day)


def shorten_waiting_digests(router: AlertRouter, today: Today) -> None:
    """Take out of digests that are not sent yet what no longer stands, was answered, or may not be told any more; what may
    be told again later is in a later one."""
    with router.engine.connect() as connection:
        if not waiting_digests(connection, today.day, lock=False):
            return
    with router.engine.begin() as connection:
        lock_routing(connection, alone=True)
        waiting = waiting_digests(connection, today.day, lock=True)
        standing = {digest.digest_id: digest.standing for digest in waiting}
        letters = {
            digest_id: digest_letter(digest_id, _in_order(connection, alert_ids))
            for digest_id, alert_ids in standing.items()
        }
        shorten_digests(connection, letters, standing)
        untold = [one for digest in waiting for one in digest.listed if one not in digest.standing]
        kept = kept_alerts(connection, "alert_id = ANY(:ids) AND cleared_at IS NULL AND handled IS NULL", ids=untold)
        keep_alerts(connection, [_untold(one, today.day) for one in kept])


def _in_order(connection: Connection, alert_ids: Sequence[str]) -> list[Alert]:
    kept = kept_alerts(connection, "alert_id = ANY(:ids)", ids=list(alert_ids))
    return most_severe_first([one.alert for one in kept])


def _untold(kept: KeptAlert, day: date) -> AlertRow:
    levels = tuple(level for level in kept.sent_levels if level != kept.alert.level)
    return AlertRow(kept.alert, levels, digest_on=day)


def pass_on(router: AlertRouter, today: Today) -> int:
    """Let the next step up have what was not answered in time, as well; gives how many were passed on."""
    before = {level: answered_by(today.day, days) for level, days in router.office.answer_days.items()}
    with router.engine.connect() as connection:
        if not any(is_anything_unanswered(connection, level, day) for level, day in before.items()):
            return 0
    with router.engine.begin() as connection:
        lock_routing(connection, alone=True)
        about_to_show(connection)
        late = [kept for level, day in before.items() for kept in unanswered(connection, level, day)]
        told = alerts_of_flags(connection, {kept.alert.flag_id for kept in late})
        people = router.directory(connection)
        above = {kept.alert.alert_id: _above(people, kept, told, today.day) for kept in late}
        keep_alerts(connection, [_passed_on(kept, above[kept.alert.alert_id], today.day) for kept in late])
        fresh = [found for found in above.values() if found is not None]
        say_what_became(connection, [Became("escalated", found.alert) for found in fresh], today)
        router.keep_and_send(connection, fresh, today)
        return len(fresh)


def _passed_on(kept: KeptAlert, above: Wanted | None, today: date) -> AlertRow:
    """An alert that somebody more has: they have as long to see to it; where nobody is left above, that was all."""
    return AlertRow(
        kept.alert, kept.sent_levels, kept.digest_on, today if above else None, kept.snoozed_until, kept.handled
    )


def _above(people: Directory, kept: KeptAlert, told: Sequence[KeptAlert], today: date) -> Wanted | None:
    """The alert for the next above its recipient who has not got its flag's yet."""
    earlier = {one.alert.recipient: one for one in told if one.alert.flag_id == kept.alert.flag_id}
    have = {recipient for recipient, one in earlier.items() if one.closed_at is None}
    to = next((to for to in people.upwards(kept.alert.recipient, today) if to.name not in have), None)
    return None if to is None else Wanted(escalated(kept.alert, to), None, earlier.get(to.name))
