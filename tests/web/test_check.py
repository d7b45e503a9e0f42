"""Who begins a connection check, and how many at once: the door of it, with the real edge (R247, H21)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from node.features.check.service import MOST, OF_ONE
from tests.web.house import SDP, House, house

OFFERS = {"send": SDP, "receive": SDP}


class Caller:
    """Somebody behind a proxy that says where they call from."""

    def __init__(self, home: House, room: str, ticket: str, address: str) -> None:
        self.home, self.path, self.ticket = home, f"/api/rooms/{room}/check", ticket
        self.address = address

    async def begin(self, expect: int = 201) -> dict[str, Any]:
        answer = await self.home.request(
            "POST", self.path, bearer=self.ticket, json=OFFERS, headers={"X-Forwarded-For": self.address}
        )
        assert answer.status == expect, await answer.text()
        said: dict[str, Any] = await answer.json()
        return said

    async def begin_all(self, many: int) -> list[str]:
        return [str((await self.begin())["check"]) for _ in range(many)]


async def test_one_network_does_not_take_what_others_need(tmp_path: Path) -> None:
    """R247, D2: one address has its share, an IPv6 one with its whole /64; what ends is free again, for the same one
    too; and the refusal says so to people."""
    async with house(tmp_path, options={"behind_proxy": True}) as home:
        room, tickets = await home.create()

        def caller(address: str) -> Caller:
            return Caller(home, room.room, tickets["participant"], address)

        greedy = caller("2001:db8:1:2::7")
        begun = await greedy.begin_all(OF_ONE)
        refusal = await greedy.begin(expect=429)
        assert (refusal["code"], refusal["limit"], refusal["current"]) == ("CHECKS_FULL", str(OF_ONE), str(OF_ONE))
        assert all(refusal["message"].values()) and all(refusal["next_step"].values())
        await caller("2001:db8:1:2:ffff::1").begin(expect=429)
        await caller("2001:db8:1:3::7").begin()
        await caller("198.51.100.7").begin()

        await home.request("DELETE", f"/api/check/{begun[0]}")
        await greedy.begin()
        await greedy.begin(expect=429)


async def test_a_node_checks_so_many_at_once(tmp_path: Path) -> None:
    """R247, H21: however many networks ask; what runs goes on, and people join as ever."""
    async with house(tmp_path, options={"behind_proxy": True}) as home:
        room, tickets = await home.create()
        for n in range(MOST):
            await Caller(home, room.room, tickets["participant"], f"198.51.100.{n}").begin()
        late = Caller(home, room.room, tickets["participant"], "203.0.113.1")
        assert (await late.begin(expect=429))["limit"] == str(MOST)
        assert len(home.media.transports) == 2 * MOST and home.media.closed == []
        await home.person(room.room, tickets["participant"], attach=False)


async def test_a_check_that_fails_takes_no_share(tmp_path: Path) -> None:
    """R247: an offer that the plane does not take, over and over, and a ticket that opens nothing."""
    async with house(tmp_path) as home:
        room, tickets = await home.create()
        home.media.refuse = "SDP_UNSUPPORTED"
        caller = Caller(home, room.room, tickets["participant"], "")
        for _ in range(OF_ONE + 1):
            assert (await caller.begin(expect=422))["code"] == "SDP_UNSUPPORTED"
        home.media.refuse = None
        await caller.begin_all(OF_ONE)
        assert (await Caller(home, room.room, "no-ticket", "").begin(expect=401))["code"] == "TICKET_WRONG"
