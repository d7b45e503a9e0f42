"""Tokens: kept as digests, shown once, ended at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from node.errors import Refused
from node.features.operators.rules import Role
from node.features.operators.service import Operators
from node.features.operators.store import SqlStore
from tests.rpc.house import House


async def test_the_database_never_sees_a_token(house: House) -> None:
    _, token = await house.operators.create("Vera", Role.VIEWER)
    await house.operators.authenticate(token)
    await house.operators.flush()
    async with house.engine.connect() as tx:
        rows = str((await tx.execute(text("select * from operator_token"))).all())
    assert token.startswith("rgo_") and len(token) == 47
    assert token[4:] not in rows
    found = (await house.operators.list())[0]
    assert (found.name, found.role) == ("Vera", Role.VIEWER)
    assert found.last_used > 0


async def test_revoking_in_another_process_ends_the_token_within_two_seconds(house: House) -> None:
    """`regie node tokens revoke` runs beside the node."""
    _, token = await house.operators.create("Vera", Role.VIEWER)
    await house.operators.authenticate(token)
    beside = Operators(SqlStore(house.engine), house.clock)
    await beside.revoke("Vera")
    house.clock.offset = 2.01
    with pytest.raises(Refused) as refused:
        await house.operators.authenticate(token)
    assert refused.value.code == "TOKEN_WRONG"


async def test_a_token_made_in_another_process_works_at_once(house: House) -> None:
    beside = Operators(SqlStore(house.engine), house.clock)
    _, first = await beside.create("Vera", Role.VIEWER)
    assert (await house.operators.authenticate(first)).name == "Vera"
    _, second = await beside.create("Paul", Role.VIEWER)
    house.clock.offset = 0.25
    assert (await house.operators.authenticate(second)).name == "Paul"


async def test_a_flood_of_wrong_tokens_asks_the_database_a_few_times(house: House) -> None:
    asked = 0
    everything = house.operators._store.all

    async def counted() -> object:
        nonlocal asked
        asked += 1
        return await everything()

    house.operators._store.all = counted  # type: ignore[method-assign, assignment]
    tries = [house.operators.authenticate(f"rgo_{number}") for number in range(2000)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(outcome, Refused) for outcome in outcomes)
    assert asked <= 10


async def test_a_database_that_is_away_leaves_the_tokens_in_force(house: House) -> None:
    _, token = await house.operators.create("Vera", Role.VIEWER)
    await house.operators.authenticate(token)

    async def away() -> object:
        raise OSError("away")

    house.operators._store.all = away  # type: ignore[method-assign, assignment]
    house.clock.offset = 60.0
    assert (await house.operators.authenticate(token)).name == "Vera"


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "a\x1b[31m", "a\nb"])
async def test_names_are_words(house: House, name: str) -> None:
    with pytest.raises(Refused, match="VALUE_INVALID"):
        await house.operators.create(name, Role.VIEWER)


async def test_two_of_one_name_are_revoked_by_id(house: House) -> None:
    one, _ = await house.operators.create("Vera", Role.VIEWER)
    await house.operators.create("Vera", Role.ADMIN)
    with pytest.raises(Refused) as refused:
        await house.operators.revoke("Vera")
    assert one.id in refused.value.limit
    await house.operators.revoke(one.id)
    assert [operator.role for operator in await house.operators.list()] == [Role.ADMIN]
    assert len(await house.operators.list(with_revoked=True)) == 2
    with pytest.raises(Refused, match="TOKEN_UNKNOWN"):
        await house.operators.revoke("Nobody")


async def test_tokens_survive_a_restart(house: House, tmp_path: Path) -> None:
    _, token = await house.operators.create("Vera", Role.MODERATOR, hours=1)
    engine = create_async_engine(house.engine.url)
    after = Operators(SqlStore(engine), house.clock)
    assert (await after.authenticate(token)).role is Role.MODERATOR
    await engine.dispose()
