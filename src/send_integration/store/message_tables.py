"""The tables of whom we tell and what: workers, alerts, notices and their delivery; see `tables`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZMULTIRANGE

from send_integration.store.tables import NAMES, Moment

METADATA = MetaData(naming_convention=NAMES)

# An inbox is read in this order, to the last column, and each of its piles by an index of its own.
_URGENCY = (
    "recipient",
    text("array_position(ARRAY['high', 'raise', 'watch'], content ->> 'level')"),
    text("((content ->> 'rule') <> 'crisis-while-waiting')"),
    text("(content ->> 'due_on')"),
    "alert_id",
)

# The directory of workers, from the workers feed.
worker = Table(
    "worker",
    METADATA,
    Column("worker_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("sector", Text),
    Column("email", Text),
    Column("manager_id", Text),
    Column("left_on", Date),
    Column("hands_over_to", Text),
    Column("as_recorded_at", Moment, nullable=False),
)

# What sources say of workers' absences. One that another row names as its target is corrected or taken back by it, and
# does not count; one that takes back counts as none.
worker_absence = Table(
    "worker_absence",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("worker_id", Text, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    Column("covered_by", Text),
    Column("target", Text, comment="the event that it corrects or retracts"),
    Column("retracts", Boolean, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Index(None, "worker_id"),
    Index("ix_worker_absence_target", "source", "target", postgresql_where=Column("target").is_not(None)),
)

# How often the directory has changed, and up to which change and on which day every open alert was last routed.
directory_state = Table(
    "directory_state",
    METADATA,
    Column("one", Boolean, primary_key=True, server_default=true(), comment="there is one row"),
    Column("changes", BigInteger, nullable=False, server_default="0"),
    Column("routed", BigInteger, nullable=False, server_default="0"),
    Column("routed_on", Date),
    CheckConstraint("one", name="one"),
)

# A flag sent to somebody. One row a flag and recipient; `recipient` is a worker id or 'team:<name>'.
alert = Table(
    "alert",
    METADATA,
    Column("alert_id", Text, primary_key=True),
    Column("flag_id", Text, nullable=False),
    Column("child_id", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("cleared_at", Moment),
    Column(
        "stood_before", TSTZMULTIRANGE, nullable=False, server_default="{}", comment="when it was open and closed again"
    ),
    Column("email", Text, comment="the recipient's, as known when it was routed"),
    Column("sent_levels", ARRAY(Text), nullable=False, server_default="{}", comment="at which it was sent, each once"),
    Column("digest_on", Date, comment="the day in whose digest it is, or the next digest after that"),
    Column("waits_since", Date, comment="since when its recipient, or whom it was passed on to last, is to answer"),
    Column("snoozed_until", Date),
    Column("handled", JSONB, comment="{what, by, on, why}: the person's answer to the flag, as on send.flags"),
    Column("escalated_from", Text, comment="the recipient who did not answer, where that is why it is here"),
    Index(
        "ix_alert_lately_closed",
        "recipient",
        "cleared_at",
        postgresql_where=text("cleared_at IS NOT NULL AND handled IS NULL AND sent_levels <> '{}'"),
    ),
    Index("ix_alert_urgency", *_URGENCY, postgresql_where=text("cleared_at IS NULL AND handled IS NULL")),
    Index(
        "ix_alert_put_off",
        *_URGENCY,
        postgresql_where=text("cleared_at IS NULL AND handled IS NULL AND snoozed_until IS NOT NULL"),
    ),
    Index(
        "ix_alert_acted_on",
        *_URGENCY,
        postgresql_where=text("cleared_at IS NULL AND handled ->> 'what' = 'acknowledged'"),
    ),
    Index(None, "flag_id"),
    Index("ix_alert_child_id", "child_id", postgresql_include=["recipient", "cleared_at"]),
    Index("ix_alert_digest", "digest_on", postgresql_where=text("digest_on IS NOT NULL AND cleared_at IS NULL")),
    Index("ix_alert_waits", "waits_since", postgresql_where=text("waits_since IS NOT NULL AND cleared_at IS NULL")),
)

# How often what became of alerts, by the clock's month in London: of no child and no worker. Rows are only ever added.
alert_count = Table(
    "alert_count",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("month", Date, nullable=False),
    Column("rule", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("rung", Text, nullable=False),
    Column("change", Text, nullable=False, comment="as on send.alerts; of what was sent also how"),
    Column("alerts", BigInteger, nullable=False),
)

# A colleague to whom a person gave a flag's alert; it holds until the flag clears.
alert_hand_over = Table(
    "alert_hand_over",
    METADATA,
    Column("flag_id", Text, primary_key=True),
    Column("to_worker", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# When somebody last looked at their inbox, and when they had looked before that visit began: what came since is new.
inbox_visit = Table(
    "inbox_visit",
    METADATA,
    Column("actor", Text, primary_key=True),
    Column("seen_at", Moment, nullable=False),
    Column("seen_before", Moment),
)

# How many alerts a recipient is sent at once on a day.
alert_load = Table(
    "alert_load",
    METADATA,
    Column("recipient", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("at_once", Integer, nullable=False),
)

# One mail a recipient and day with all that is not sent at once; a second one cannot be made.
digest = Table(
    "digest",
    METADATA,
    Column("digest_id", Text, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("alerts", ARRAY(Text), nullable=False, comment="as listed, the most severe first"),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("recipient", "day"),
)

# What somebody is told of a child whose timeline they saw and which has changed since: one unread row a recipient and
# child, to which further losses are added. `recipient` as in alert, or whoever looked or exported (audit.actor).
notice = Table(
    "notice",
    METADATA,
    Column("notice_id", Text, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("child_id", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("posted_at", Moment, comment="when it was handed to the channels, or found to have no address"),
    Column("read_at", Moment),
    Column("read_by", Text),
    Index("ix_notice_unread", "recipient", "child_id", unique=True, postgresql_where=Column("read_at").is_(None)),
    Index(
        "ix_notice_latest",
        "recipient",
        Column("opened_at", Moment).desc(),
        "notice_id",
        postgresql_where=Column("read_at").is_(None),
    ),
    Index("ix_notice_unposted", "opened_at", postgresql_where=Column("posted_at").is_(None)),
)

# An entry that left the timeline, as the notice's recipient had seen it: what they had not seen is null.
notice_entry = Table(
    "notice_entry",
    METADATA,
    Column("notice_id", Text, ForeignKey("notice.notice_id"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("shown_since", Moment, primary_key=True),
    Column("left_at", Moment, nullable=False),
    Column("happened_on", Date),
    Column("title", Text),
    Column("why", Text, nullable=False),
    Column("ways", ARRAY(Text), nullable=False, comment="page, record, alert, export: how it reached the recipient"),
    Column("rules", ARRAY(Text), nullable=False, comment="of the flags whose alerts rested on it"),
    Column("other_source", Text, comment="whom the entry named as family, as in relation; else null"),
    Column("other_local_id", Text),
    Column("other_key", BigInteger),
)

# A message that is to be sent, as it is to be worded; due until some channel has taken it, with every failure counted and the
# last one's kind kept.
delivery = Table(
    "delivery",
    METADATA,
    Column("message_id", Text, primary_key=True, comment="an alert's id, a digest's, or a notice's"),
    Column("channel", Text, comment="which took it; else which failed last"),
    Column("address", Text, nullable=False),
    Column("content", JSONB, nullable=False, comment="{subject, text, path, kind, due}, and nothing of the child"),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failure", Text),
    Column("sent_at", Moment),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column(
        "times_asked",
        Integer,
        nullable=False,
        server_default="1",
        comment="an alert that was cleared and is raised again is another message",
    ),
    Column("refused_by", ARRAY(Text), nullable=False, server_default="{}"),
    Column("claimed_until", Moment, comment="a process sends it now, and no other until then"),
    Column("held_since", Moment, comment="when it could first have been sent, and was not"),
    Column("undeliverable_since", Moment),
    Column("undeliverable_told_at", Moment),
    Index("ix_delivery_due", "urgent", "due_at", "message_id", postgresql_where=Column("sent_at").is_(None)),
)

# How each channel stands (watch.channels.ChannelHealth), by what became of the messages that were sent by it.
channel_health = Table(
    "channel_health",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("place", Integer, comment="1 for the first choice; null where it is no longer used"),
    Column("failing_since", Moment),
    Column("failed_at", Moment),
    Column("failure", Text, nullable=False),
    Column("taken_at", Moment),
    Column("told_at", Moment, comment="when people were told that it is dead"),
)
