"""Alembic's entry: the connection comes from `node.storage.engine`.

A new revision:  python -m node.storage.revise "what changes"
"""

from __future__ import annotations

from alembic import context

from node.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite has no ALTER worth the name
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
