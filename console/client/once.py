"""One call and out: what the command line needs of a node."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

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
    """Open the context, do `work`, close. Raises Failure; KeyboardInterrupt."""

    async def main() -> T:
        channel = open_channel(context)
        try:
            return await work(Once(context, Stubs(channel), deadline))
        finally:
            await channel.close()

    return interruptible(main())


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

    return list(zip(contexts, interruptible(main()), strict=True))


def interruptible(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, which Ctrl-C ends at every instant. Raises KeyboardInterrupt.

    `asyncio.run` only notes the signal: one that comes just before the loop begins to wait, or to another thread, is
    seen when something else wakes the loop, and nothing may for hours. A handler of the loop's own wakes it
    (`signal.set_wakeup_fd`).
    """
    interrupted = False

    async def main() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def interrupt() -> None:
            nonlocal interrupted
            interrupted = True
            task.cancel()

        with contextlib.suppress(RuntimeError, ValueError):  # not in the main thread: signals go elsewhere
            loop.add_signal_handler(signal.SIGINT, interrupt)
        return await work

    try:
        return asyncio.run(main())
    except asyncio.CancelledError:
        if interrupted:
            raise KeyboardInterrupt from None
        raise


__all__ = ["Found", "Once", "Seen", "interruptible", "run", "run_each"]
