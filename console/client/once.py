"""One call and out: what the command line needs of a node."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from console.client.asking import Found
from console.client.calls import Stubs
from console.client.channel import open_channel
from console.client.reading import Reading, Seen
from console.client.writing import Writing
from console.model import Context, Failure

T = TypeVar("T")


class Once(Reading, Writing):
    """One node for the length of one command."""


def run(context: Context, deadline: float, work: Callable[[Once], Awaitable[T]]) -> T:
    """Open the context, do `work`, close. Raises Failure."""

    async def main() -> T:
        channel = open_channel(context)
        try:
            return await work(Once(context, Stubs(channel), deadline))
        finally:
            await channel.close()

    return asyncio.run(main())


def run_each(
    contexts: Sequence[Context], deadline: float, work: Callable[[Once], Awaitable[T]]
) -> list[tuple[Context, T | Failure]]:
    """The same on several contexts at once; one that fails does not spoil the others."""

    async def one(context: Context) -> T | Failure:
        try:
            channel = open_channel(context)
            try:
                return await work(Once(context, Stubs(channel), deadline))
            finally:
                await channel.close()
        except Failure as failure:
            return failure

    async def main() -> list[T | Failure]:
        return await asyncio.gather(*(one(context) for context in contexts))

    return list(zip(contexts, asyncio.run(main()), strict=True))


__all__ = ["Found", "Once", "Seen", "run", "run_each"]
