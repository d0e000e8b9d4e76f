"""Alembic's environment: runs the migrations on the connection that :func:`relances.store.migrate` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="migration", version_table_schema="relances")
with context.begin_transaction():
    context.run_migrations()
