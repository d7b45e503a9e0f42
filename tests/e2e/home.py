"""A home behind a link that can be made bad: a network namespace joined to the test's own by a pair of TUN devices.

    async with home() as link:
        async with chromium(link.enter) as browser: ...
        link.rate(1_000)            # kbit/s each way (token bucket, 200 ms of queue)
        link.loss(5)                # percent of packets each way, at random
        link.delay(50)              # ms each way, added by the relay between the devices

Rate is `tc tbf` on both devices, loss is nft's random number, delay is a process that carries every packet from one
device to the other (`carrier.py`): this way no kernel with netem is needed. For tests marked `own_network`. Needs root
and /dev/net/tun.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import os
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

HOUSE: Final = "10.213.8.1"  # our end of the link
HOME: Final = "10.213.8.2"  # the home's
MOVED: Final = "10.213.8.3"  # the home's, once it has moved
QUEUE_MS: Final = 200

_CLONE_NEWNET: Final = 0x4000_0000  # setns(2)
_TUNSETIFF: Final = 0x4004_54CA
_TUN_NO_PI: Final = 0x0001 | 0x1000  # linux/if_tun.h: IFF_TUN | IFF_NO_PI


class Link:
    """Both ends of the link. `enter`: a program that runs its arguments in the home (as `chromium -flag` would)."""

    def __init__(self, home: int, enter: Path) -> None:
        self._inside = ("nsenter", f"--net=/proc/{home}/ns/net")  # `home`: a process that lives there
        self.enter = enter
        self._ends = (_tun("regie-house"), _tun_in(home, "regie-home"))
        self._run("ip addr add {house} peer {home} dev regie-house", "ip link set regie-house up mtu 1400")
        self._run_home(
            "ip link set lo up",
            "ip addr add {home} peer {house} dev regie-home",
            "ip link set regie-home up mtu 1400",
            "ip route add default dev regie-home",
        )
        self._carrier = subprocess.Popen(
            [sys.executable, "-I", Path(__file__).with_name("carrier.py"), *map(str, self._ends)],
            stdin=subprocess.PIPE, pass_fds=self._ends, text=True,
        )  # fmt: skip

    # ------------------------------------------------------------ what a test says

    def rate(self, kbps: int | None) -> None:
        """So much each way; `None`: as much as there is."""
        for run, device in ((self._run, "regie-house"), (self._run_home, "regie-home")):
            if kbps is None:
                run(f"tc qdisc replace dev {device} root pfifo limit 1000")
            else:
                run(f"tc qdisc replace dev {device} root tbf rate {kbps}kbit burst 6kb latency {QUEUE_MS}ms")

    def loss(self, percent: int) -> None:
        """Of every hundred packets so many are lost, each way."""
        self._rule(f"numgen random mod 100 < {percent} drop" if percent else "")

    def delay(self, ms: float) -> None:
        """So much later each way."""
        assert self._carrier.stdin is not None
        print(ms, file=self._carrier.stdin, flush=True)

    def block(self, protocol: str) -> None:
        """No packet of `protocol` (udp, tcp) leaves or enters the home any more; "": every one may."""
        self._rule(f"meta l4proto {protocol} drop" if protocol else "")

    def move(self) -> None:
        """The home gets another address, as when Wi-Fi gives way to mobile data; the old one is gone."""
        self._run("ip route replace {moved} dev regie-house")
        self._run_home(
            "ip addr del {home} peer {house} dev regie-home",  # first: one with the same peer would go with it
            "ip addr add {moved} peer {house} dev regie-home",
            "ip route replace default dev regie-home",
        )

    def close(self) -> None:
        self._carrier.communicate()
        for end in self._ends:
            os.close(end)

    # ------------------------------------------------------------ doing it

    def _run(self, *commands: str) -> None:
        for command in commands:
            subprocess.run(command.format(house=HOUSE, home=HOME, moved=MOVED).split(), check=True, capture_output=True)

    def _run_home(self, *commands: str) -> None:
        self._run(*(f"{' '.join(self._inside)} {command}" for command in commands))

    def _rule(self, rule: str) -> None:
        """`rule` and nothing else is asked of each packet that has crossed the link; nft's words. Where it arrives:
        a sender would be told of what is dropped where it leaves."""
        for enter, device in (((), "regie-house"), (self._inside, "regie-home")):
            chain = f'chain input {{ type filter hook input priority 0; iifname "{device}" {rule}; }};'
            table = f"table ip link {{ {chain} }}" if rule else ""
            subprocess.run([*enter, "nft", f"flush ruleset; {table}"], check=True, capture_output=True)


@contextlib.asynccontextmanager
async def home() -> AsyncIterator[Link]:
    """A home on the other end of a link that is as good as it gets; it ends with the block."""
    pipe = asyncio.subprocess.PIPE
    holder = await asyncio.create_subprocess_exec("unshare", "--net", "cat", stdin=pipe, stdout=pipe)
    assert holder.stdin is not None and holder.stdout is not None
    holder.stdin.write(b"there\n")
    await holder.stdout.readline()  # answered by `cat`, so it is there
    with tempfile.TemporaryDirectory() as folder:
        enter = Path(folder) / "enter"
        enter.write_text(f'#!/bin/sh\nexec nsenter --net=/proc/{holder.pid}/ns/net chromium "$@"\n', "utf-8")
        enter.chmod(0o755)
        link = Link(holder.pid, enter)
        try:
            yield link
        finally:
            link.close()
            holder.stdin.close()
            await holder.wait()


def _tun(name: str) -> int:
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(end, _TUNSETIFF, struct.pack("16sH", name.encode(), _TUN_NO_PI))
    return end


def _tun_in(pid: int, name: str) -> int:
    """A device belongs to the namespace of the thread that makes it: a thread of its own goes there for that."""
    made: list[int] = []

    def make() -> None:
        with open(f"/proc/{pid}/ns/net") as there:
            if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        made.append(_tun(name))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]
