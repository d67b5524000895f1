"""The audit becomes a chain to which is only ever added, and changes of a child are told to whoever listens."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_TEXT = """
CREATE FUNCTION audit_text(entry audit) RETURNS text LANGUAGE sql STABLE AS $$
SELECT json_build_array(entry.id, entry.at AT TIME ZONE 'UTC', entry.actor, entry.role, entry.action, entry.child_id,
 entry.allowed, entry.why)::text $$
"""

# It runs when the transaction commits, so that the lock, which orders all entries, is held for that moment alone. Whatever
# else a transaction locks it has locked by then, so that nobody who holds this lock waits for another.
_CHAIN = """
CREATE FUNCTION chain_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
 former audit_link;
 hash bytea;
BEGIN
 PERFORM pg_advisory_xact_lock(8210022);
 SELECT * INTO former FROM audit_link ORDER BY seq DESC LIMIT 1;
 hash := sha256(coalesce(former.hash, '') || convert_to(audit_text(NEW), 'UTF8'));
 INSERT INTO audit_link (seq, audit_id, hash) VALUES (coalesce(former.seq, 0) + 1, NEW.id, hash);
 INSERT INTO outbox (topic, key, value, headers) VALUES ('send.audit', convert_to(NEW.actor, 'UTF8'), convert_to(
 json_build_object('seq', coalesce(former.seq, 0) + 1, 'hash', encode(hash, 'hex'),
 'previous', coalesce(encode(former.hash, 'hex'), ''), 'id', NEW.id, 'at', NEW.at AT TIME ZONE 'UTC', 'actor', NEW.actor,
 'role', NEW.role, 'action', NEW.action, 'child_id', NEW.child_id, 'allowed', NEW.allowed, 'why', NEW.why)::text,
 'UTF8'), '[["content-type", "application/json"]]');
 RETURN NULL;
END $$
"""

_CHAIN_WHAT_THERE_IS = """
DO $$
DECLARE
 entry audit;
 number bigint := 0;
 former bytea := '';
BEGIN
 FOR entry IN SELECT * FROM audit ORDER BY id LOOP
  number := number + 1;
  former := sha256(former || convert_to(audit_text(entry), 'UTF8'));
  INSERT INTO audit_link (seq, audit_id, hash) VALUES (number, entry.id, former);
 END LOOP;
END $$
"""

_TELL = """
CREATE FUNCTION tell_of_child() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
 PERFORM pg_notify('send_child', CASE TG_OP WHEN 'DELETE' THEN OLD.child_id ELSE NEW.child_id END);
 RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Chain the entries that there are in the order of their numbers; they were never on the topic."""
    op.create_table(
        "audit_link",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False, comment="1, 2, 3 …, without a gap"),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="of the hash before and the entry's text"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_link_audit_id")),
    )
    op.create_index(op.f("ix_audit_actor_id"), "audit", ["actor", "id"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.execute(_TEXT)
    op.execute(_CHAIN_WHAT_THERE_IS)
    op.execute(_CHAIN)
    op.execute(
        "CREATE CONSTRAINT TRIGGER audit_is_chained AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION chain_audit()"
    )
    for table in ("audit", "audit_link"):
        op.execute(
            f"CREATE TRIGGER {table}_is_history BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_history")
    op.execute("ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_is_chained")
    op.execute(_TELL)
    op.execute(
        "CREATE TRIGGER child_is_told AFTER INSERT OR DELETE OR UPDATE OF updated_at ON child"
        " FOR EACH ROW EXECUTE FUNCTION tell_of_child()"
    )
    op.execute(
        "CREATE TRIGGER panel_word_is_told AFTER INSERT OR UPDATE ON panel_word"
        " FOR EACH ROW EXECUTE FUNCTION tell_of_child()"
    )
