"""Table `operator_token`: digests of tokens, never tokens."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Double, Row, SmallInteger, String, Table, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from node.features.operators.rules import Operator, Role
from node.storage.metadata import metadata

operator_token: Final = Table(
    "operator_token",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created", Double, nullable=False),
    Column("expires", Double, nullable=False, server_default="0"),
    Column("revoked", Double, nullable=False, server_default="0"),
    Column("last_used", Double, nullable=False, server_default="0"),
)


class SqlStore:
    """`node.features.operators.service.Store` on SQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, operator: Operator) -> None:
        async with self._engine.begin() as tx:
            await tx.execute(insert(operator_token), [_row(operator)])

    async def all(self) -> list[Operator]:
        async with self._engine.connect() as tx:
            return [_operator(row) for row in await tx.execute(select(operator_token))]

    async def revoke(self, operator_id: str, at: float) -> None:
        async with self._engine.begin() as tx:
            await tx.execute(update(operator_token).where(operator_token.c.id == operator_id).values(revoked=at))

    async def used(self, at: dict[str, float]) -> None:
        change = update(operator_token).where(operator_token.c.id == bindparam("key")).values(last_used=bindparam("at"))
        async with self._engine.begin() as tx:
            await tx.execute(change, [{"key": key, "at": when} for key, when in at.items()])


def _row(o: Operator) -> dict[str, Any]:
    return {
        "id": o.id,
        "name": o.name,
        "role": int(o.role),
        "digest": o.digest,
        "created": o.created,
        "expires": o.expires,
        "revoked": o.revoked,
        "last_used": o.last_used,
    }


def _operator(row: Row[Any]) -> Operator:
    return Operator(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        digest=row.digest,
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
        last_used=row.last_used,
    )
