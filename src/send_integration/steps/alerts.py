"""Turns changes of flags into alerts for people: to whom each goes, and when it is sent."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.alerts.directory import Directory, Recipient
from send_integration.alerts.letters import Letter, alert_letter
from send_integration.alerts.route import Alert, Holder, Known, escalated, inherited, route
from send_integration.alerts.schedule import ANSWER_DAYS, OFFICE_HOURS, WorkingHours
from send_integration.alerts.sending import ALERTS_A_DAY, URGENT, Plan, Sent, plan, rank, remembered, within_budget
from send_integration.rules.flags import CLEARED, RAISED
from send_integration.steps.alert_saying import SENT, Became, Today, say_what_became
from send_integration.steps.batch import RawMessage
from send_integration.steps.protecting import opened
from send_integration.store.alerts import (
    AlertRow,
    KeptAlert,
    StandingFlag,
    alerts_of_flags,
    close_alerts,
    drop_unsent_alerts,
    forget_hand_overs,
    keep_alerts,
    lock_routing,
    pass_hand_over_on,
    standing_flags,
    take_of_day,
    taken_of_day,
    workers_of_events,
)
from send_integration.store.deliveries import Delivery, add_deliveries, readdress_deliveries, reword_deliveries
from send_integration.store.directory import directory
from send_integration.store.positions import move_on, split_known
from send_integration.store.record_keys import RecordKeys
from send_integration.store.shown import about_to_show
from send_integration.when.london import london_day

READER = "alerts"

PENDING = "pending"
"""What an alert's answer says of itself that was given on the page and has not come round with the flag yet."""


class Office(NamedTuple):
    """How the authority works: the duty manager (a worker's id or an address, '' for nobody in particular), its hours, how
    many urgent alerts a day one recipient is sent at once, and within how many working days each level is answered."""

    duty: str = ""
    hours: WorkingHours = OFFICE_HOURS
    a_day: int = ALERTS_A_DAY
    answer_days: Mapping[str, int] = ANSWER_DAYS


AS_SHIPPED = Office()


@dataclass(frozen=True, slots=True)
class Wanted:
    """An alert that is to be open, the flag's answer by a person, and how the alert was kept before, if it ever was."""

    alert: Alert
    handled: Mapping[str, Any] | None
    kept: KeptAlert | None

    @property
    def fresh(self) -> bool:
        """Whether it was not open before."""
        return self.kept is None or self.kept.closed_at is not None

    @property
    def risen(self) -> bool:
        """Whether it is more severe than it was."""
        return self.kept is not None and rank(self.alert.level) > rank(self.kept.alert.level)


class AlertRouter:
    """Routes flags. `mailboxes` are the teams' addresses, `fallback` the one for whoever has no address."""

    def __init__(
        self,
        engine: Engine,
        *,
        by_channel: bool,
        mailboxes: Mapping[str, str],
        fallback: str,
        office: Office = AS_SHIPPED,
        keys: RecordKeys | None = None,
    ) -> None:
        """`keys` open what `notify` is given."""
        self._keys = keys
        self.engine = engine
        self.office = office
        self._by_channel = by_channel
        self._mailboxes = mailboxes
        self._fallback = fallback

    def notify(self, batch: Sequence[RawMessage], today: date, now: datetime) -> int:
        """Keep the alerts of a batch of send.flags in one transaction; gives how many are new.

        A message says which flag changed; how the flag stands and who works with the child is asked anew. So nobody is
        alerted by what no longer stands, and the open alerts are those of the open flags, whatever came before.
        """
        with self.engine.begin() as connection:
            new, _ = split_known(connection, READER, batch)
            if not new:
                return 0
            told = [json.loads(message.value) for message in opened(connection, self._keys, new, READER)]
            going_on = _going_on(told)
            lock_routing(connection, alone=bool(going_on))
            about_to_show(connection)
            on = Today.of(today, now)
            heirs = carry_over(connection, going_on, on)
            changed = sorted({message["flag"]["flag_id"] for message in told} | heirs)
            fresh = self.route_flags(connection, changed, on)
            move_on(connection, READER, new, {})
            return fresh

    def directory(self, connection: Connection) -> Directory:
        """Everybody who can be told, as kept now."""
        return Directory(directory(connection), self._mailboxes, self.office.duty)

    def route_flags(self, connection: Connection, flag_ids: Sequence[str], today: Today) -> int:
        """Make the open alerts of some flags those that their ladders ask for now; gives how many are new."""
        standing = {found.flag.flag_id: found for found in standing_flags(connection, flag_ids)}
        kept = alerts_of_flags(connection, flag_ids)
        wanted = self._wanted(connection, standing, kept, today)
        staying = {found.alert.alert_id for found in wanted}
        gone = [k.alert for k in kept if k.closed_at is None and k.alert.alert_id not in staying]
        close_alerts(connection, [alert.alert_id for alert in gone])
        forget_hand_overs(connection, [flag_id for flag_id in flag_ids if flag_id not in standing])
        answered = [found for found in wanted if found.handled is not None]
        unsent = drop_unsent_alerts(connection, [found.alert.alert_id for found in answered])
        wanted = [_never_sent(found) if found.alert.alert_id in unsent else found for found in wanted]
        became = [Became(_gone(alert, standing), alert) for alert in gone]
        became += [Became("routed", found.alert) for found in wanted if found.fresh]
        say_what_became(connection, [*became, *_newly_answered(answered)], today)
        self.keep_and_send(connection, wanted, today)
        return sum(found.fresh for found in wanted)

    def keep_and_send(self, connection: Connection, wanted: Sequence[Wanted], today: Today) -> None:
        """Keep alerts, and have sent at once what is to be and there is room for in its recipient's day."""
        plans = self._within_budget(connection, wanted, today)
        rows = {found.alert.alert_id: _row(found, plans[found.alert.alert_id], today) for found in wanted}
        changed = [
            found.alert for found in wanted if found.kept is None or rows[found.alert.alert_id] != found.kept.row()
        ]
        keep_alerts(connection, [rows[alert.alert_id] for alert in changed])
        reword_deliveries(connection, {alert.alert_id: alert_letter(alert) for alert in changed})
        readdress_deliveries(connection, {alert.alert_id: self._address(alert) for alert in changed}, today.now)
        at_once: dict[datetime, list[Alert]] = {}
        for found in wanted:
            planned = plans[found.alert.alert_id].at
            if planned is not None:
                at_once.setdefault(planned, []).append(found.alert)
        for planned, alerts in at_once.items():
            letters = [row for one in alerts for row in self.deliveries(one.alert_id, one, alert_letter(one))]
            add_deliveries(connection, letters, today.by_the_clock(planned))
            say_what_became(connection, [Became(SENT, alert, {"how": "at-once"}) for alert in alerts], today)

    def deliveries(self, message_id: str, alert: Alert, letter: Letter) -> list[Delivery]:
        """How a letter is brought to an alert's recipient: not at all where no channel is set up, or no address is known."""
        address = self._address(alert) if self._by_channel else ""
        urgent = message_id == alert.alert_id and alert.level == URGENT
        return [Delivery(message_id, address, letter, urgent=urgent)] if address else []

    def _address(self, alert: Alert) -> str:
        """A recipient's own address, else the last resort's, else the duty manager's."""
        duty = self.office.duty if "@" in self.office.duty else ""
        return alert.email or self._fallback or duty

    def _wanted(
        self,
        connection: Connection,
        standing: Mapping[str, StandingFlag],
        kept: Sequence[KeptAlert],
        today: Today,
    ) -> list[Wanted]:
        """The alerts that are to be open: each flag's by its ladder, and those that were passed on."""
        people = self.directory(connection)
        of_events = workers_of_events(connection, [found.flag for found in standing.values()])
        by_flag: dict[str, list[KeptAlert]] = {}
        for one in kept:
            by_flag.setdefault(one.alert.flag_id, []).append(one)
        found: list[Wanted] = []
        for flag_id, stands in standing.items():
            earlier = by_flag.get(flag_id, [])
            alert = route(stands.flag, _known(stands, of_events.get(flag_id, ())), people, today.day)
            alerts = {alert.alert_id: alert}
            for passed_on in _passed_on(alert, earlier, people, today.day):
                alerts.setdefault(passed_on.alert_id, passed_on)
            handled = _answer(stands, alert, earlier)
            by_id = {one.alert.alert_id: one for one in earlier}
            found += [Wanted(one, handled, by_id.get(one.alert_id)) for one in alerts.values()]
        return found

    def _within_budget(self, connection: Connection, wanted: Sequence[Wanted], today: Today) -> dict[str, Plan]:
        """When each alert is sent; of those for which a recipient's day has no room, in which digest."""
        hours = self.office.hours
        plans = {found.alert.alert_id: plan(found.alert, _sent(found, today), hours, today.moment) for found in wanted}
        urgent: dict[tuple[date, str], list[Alert]] = {}
        for found in wanted:
            at = plans[found.alert.alert_id].at
            if at is not None:
                urgent.setdefault((london_day(at), found.alert.recipient), []).append(found.alert)
        for day in sorted({day for day, _ in urgent}):
            of_day = {recipient: alerts for (on, recipient), alerts in urgent.items() if on == day}
            already = taken_of_day(connection, of_day, day)
            more: dict[str, int] = {}
            for recipient, alerts in of_day.items():
                taken, put_off = within_budget(alerts, already[recipient], self.office.a_day, hours, today.moment)
                more[recipient] = len(taken)
                plans |= {alert_id: Plan(digest_on=on) for alert_id, on in put_off.items()}
            take_of_day(connection, more, day)
        return plans


def _going_on(told: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """The pairs of flags of which one goes on from the other, in the order of their ids: either can be told of first."""
    pairs = [
        (message["flag"]["flag_id"], message["same_as"])
        for message in told
        if message.get("same_as") and message["change"] in (RAISED, CLEARED)
    ]
    return {(min(pair), max(pair)) for pair in pairs}


def carry_over(connection: Connection, pairs: Iterable[tuple[str, str]], today: Today) -> set[str]:
    """Let the flags that go on from another child's, for its records moved, have that one's alerts as they stood: nobody is
    told twice, and what was put off or given to a colleague stays so. Gives the ids of both.

    Either flag's message can come first, so each names the other; there is nothing left to do for the second.
    """
    both = sorted({flag_id for pair in pairs for flag_id in pair})
    if not both:
        return set()
    standing = {found.flag.flag_id: found.flag for found in standing_flags(connection, both)}
    heir_of = {
        old: standing[new] for one, other in pairs for old, new in ((one, other), (other, one))
        if new in standing and old not in standing
    }  # fmt: skip
    kept = alerts_of_flags(connection, both)
    drop_unsent_alerts(connection, [found.alert.alert_id for found in kept if found.alert.flag_id in heir_of])
    taken = {found.alert.alert_id for found in kept}
    carried = [
        found._replace(alert=inherited(found.alert, heir_of[found.alert.flag_id]))
        for found in alerts_of_flags(connection, heir_of)
        if found.closed_at is None
    ]
    new = [found for found in carried if found.alert.alert_id not in taken]
    keep_alerts(connection, [row for found in new if (row := found.row()) is not None])
    for old, heir in heir_of.items():
        pass_hand_over_on(connection, old, heir.flag_id)
    say_what_became(connection, [Became("carried-over", found.alert) for found in new], today)
    return set(both)


def _gone(alert: Alert, standing: Mapping[str, StandingFlag]) -> str:
    """What became of an alert that is open no more: its cause is gone, or somebody else has it."""
    return "moved" if alert.flag_id in standing else "closed"


def _known(stands: StandingFlag, of_events: Iterable[tuple[str, str | None]]) -> Known:
    holders = [Holder(w["role"], w["worker_id"], w["email"]) for w in stands.named_workers]
    return Known(holders, [Holder("", worker, email) for worker, email in of_events], stands.handed_to)


def _passed_on(alert: Alert, earlier: Iterable[KeptAlert], people: Directory, today: date) -> Iterator[Alert]:
    """The open alerts that were passed on of a flag as it stands, each to whoever stands in for its recipient by now."""
    for one in earlier:
        if one.closed_at is None and one.alert.escalated_from is not None:
            to = _still(one.alert, people, today)
            if to.name != alert.recipient:
                yield replace(escalated(alert, to), escalated_from=one.alert.escalated_from)


def _still(alert: Alert, people: Directory, today: date) -> Recipient:
    if alert.recipient.startswith("team:"):
        if people.living(alert.recipient, today):
            return Recipient(alert.recipient, alert.email)
    elif (found := people.stand_in(alert.recipient, today, alert.email).recipient) is not None:
        return found
    return next(people.upwards(alert.recipient, today), people.duty_manager(today))


def _answer(stands: StandingFlag, alert: Alert, earlier: Iterable[KeptAlert]) -> Mapping[str, Any] | None:
    """A person's answer to a flag, as the flag has it or as it was given on the page and has not come round yet; none to
    what stands only since then, or is more severe now. What came round and is not with the flag any more was taken back."""
    if stands.handled is not None:
        return stands.handled
    answers = [
        one.handled
        for one in earlier
        if one.handled is not None
        and one.handled.get(PENDING)
        and date.fromisoformat(one.handled["on"]) >= stands.flag.stands_since
        and rank(alert.level) <= rank(one.alert.level)
    ]
    return max(answers, key=lambda answer: str(answer["on"]), default=None)


def _newly_answered(answered: Iterable[Wanted]) -> list[Became]:
    return [
        Became(found.handled["what"], found.alert, {"by": found.handled["by"]})
        for found in answered
        if found.handled is not None
        and found.kept is not None
        and (found.kept.handled is None or found.kept.handled["what"] != found.handled["what"])
    ]


def _snoozed(found: Wanted, today: Today) -> date | None:
    """Until when an alert is put off; what has become more severe is put off no longer."""
    kept = found.kept
    if kept is None or found.fresh or found.risen or kept.snoozed_until is None:
        return None
    return kept.snoozed_until if kept.snoozed_until > today.day else None


def _never_sent(found: Wanted) -> Wanted:
    """An alert of which was not sent after all what was to be sent at its level."""
    kept = found.kept
    if kept is None:
        return found
    levels = tuple(level for level in kept.sent_levels if level != kept.alert.level)
    return replace(found, kept=kept._replace(sent_levels=levels))


def _sent(found: Wanted, today: Today) -> Sent:
    kept = found.kept
    quiet = found.handled is not None or _snoozed(found, today) is not None
    if kept is None:
        return Sent(quiet=quiet)
    again = today.moment if kept.handled is not None and found.handled is None else None
    closed_at = kept.closed_at and min(today.moment, kept.closed_at + (today.moment - today.now))
    return Sent(kept.sent_levels, kept.alert.level if kept.digest_on else "", closed_at or again, quiet)


def _row(found: Wanted, planned: Plan, today: Today) -> AlertRow:
    """How an alert is kept from now on."""
    kept, alert = found.kept, found.alert
    levels = remembered(_sent(found, today), today.moment)
    if found.handled is not None:
        return AlertRow(alert, levels, handled=found.handled)
    if planned.at is not None:
        return AlertRow(alert, (*levels, alert.level), waits_since=london_day(planned.at))
    if kept is None or found.fresh:
        return AlertRow(alert, levels, digest_on=planned.digest_on)
    if planned.digest_on is not None:
        return AlertRow(alert, levels, digest_on=min(planned.digest_on, kept.digest_on or planned.digest_on))
    snoozed = _snoozed(found, today)
    return AlertRow(alert, levels, kept.digest_on, kept.waits_since, snoozed)
