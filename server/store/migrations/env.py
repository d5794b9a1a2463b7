"""Alembic's entry: runs on the connection that :mod:`server.store.migrate` hands over, never on its own."""

from alembic import context

from server.store.tables.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
