"""Table `drain`: every drain that was started and every end of one; the latest row of the node counts."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Double, Integer, String, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from node.features.nodes.rules import Drain
from node.storage.metadata import metadata

drain: Final = Table(
    "drain",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("node", String(64), nullable=False, index=True),
    Column("started", Double, nullable=False),
    Column("deadline", Double),  # null: from here on the node is not drained
    Column("by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
)


class SqlStore:
    """`node.features.nodes.service.Store` on SQL."""

    def __init__(self, engine: AsyncEngine, node: str) -> None:
        self._engine = engine
        self._node = node

    async def load(self) -> Drain | None:
        async with self._engine.connect() as tx:
            query = select(drain).where(drain.c.node == self._node).order_by(drain.c.id.desc()).limit(1)
            row = (await tx.execute(query)).one_or_none()
        if row is None or row.deadline is None:
            return None
        return Drain(row.started, row.deadline, row.by, row.reason)

    async def started(self, value: Drain) -> None:
        await self._keep(value.started, value.deadline, value.by, value.reason)

    async def aborted(self, at: float, by: str) -> None:
        await self._keep(at, None, by, "")

    async def _keep(self, started: float, deadline: float | None, by: str, reason: str) -> None:
        row = {"node": self._node, "started": started, "deadline": deadline, "by": by, "reason": reason}
        async with self._engine.begin() as tx:
            await tx.execute(insert(drain), [row])
