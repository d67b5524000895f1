"""Alembic's entry: migrations run on the connection that store.schema hands over."""

from alembic import context

from send_integration.store.message_tables import METADATA as MESSAGES
from send_integration.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[METADATA, MESSAGES],
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
