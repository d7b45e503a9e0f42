"""Flags over real WebSockets: what pages are told, what the media is told, and what a restart keeps."""

from __future__ import annotations

from tests.web.house import OPERATOR, House


async def test_a_host_locks_cameras_and_everybody_knows_at_once(home: House) -> None:
    """R102, R189: the flag, the block of the person concerned, and what the plane drops."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="publish", source="camera", on=True)
    await helene.until("slots")

    await amina.send(type="flags", lock_camera=True)
    assert (await amina.until("refused"))["code"] == "NOT_ALLOWED"
    await helene.send(type="flags", lock_camera=True, mute_on_start=True)

    assert (await amina.until("flags"))["flags"] == ["mute_on_start", "lock_camera"]
    blocked = await amina.until("blocked")
    assert (blocked["source"], blocked["blocked"], blocked["by"]) == ("camera", True, "lock")
    await amina.send(type="publish", source="camera", on=True)
    refused = await amina.until("refused")
    assert (refused["code"], refused["limit"]) == ("SOURCE_LOCKED", "lock_camera")
    look = await home.join.look(room.room, tickets["participant"])
    assert look.flags == ("mute_on_start", "lock_camera")


async def test_a_restart_of_the_node_keeps_them(home: House) -> None:
    """H25: what was locked stays locked, for newcomers too."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await home.flags.set(room.room, by=OPERATOR, lock_camera=True)
    await home.flags.set(room.room, by=OPERATOR, mute_on_start=True)

    await home.stop()
    await home.open()

    amina.seen.clear()
    await amina.attach(seq=0)
    (welcome,) = [said for said in amina.seen if said["type"] == "welcome"]
    assert welcome["flags"] == ["mute_on_start", "lock_camera"]
    assert welcome["blocked"] == ["camera"]
