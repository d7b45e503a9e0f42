"""The addresses on which a node is reached, taken before anything else."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import time
from typing import Final

from node.config import split_address
from node.errors import Fault

BACKLOG: Final = 1024
LET_GO_WITHIN_S: Final = 3.0


class CannotListen(Fault):
    """An address is taken, or not ours. `where` is the setting."""

    def __init__(self, where: str, listen: str, why: str) -> None:
        super().__init__(f"{where} = {listen}: {why}")
        self.where, self.listen, self.why = where, listen, why


async def bound_to(where: str, listen: str) -> socket.socket:
    """What a killed node held may be free only when the kernel has done with the last of its processes."""
    until = time.monotonic() + LET_GO_WITHIN_S
    while True:
        try:
            return _listening(listen)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise CannotListen(where, listen, error.strerror or str(error)) from error
        await asyncio.sleep(0.1)


def _listening(listen: str) -> socket.socket:
    host, port = split_address(listen)
    family, kind, protocol, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
    except BaseException:
        bound.close()
        raise
    return bound


def reachable(host: str) -> str:
    """What to write into a link for a listening address."""
    if host in ("", "0.0.0.0", "::"):
        return next(iter(own_addresses()), "127.0.0.1")
    return f"[{host}]" if ":" in host else host


def own_addresses() -> list[str]:
    """The address by which this machine's network reaches it. The routing table is asked; nothing is sent."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # RFC 5737: documentation only
        return [str(probe.getsockname()[0])]
    return []
