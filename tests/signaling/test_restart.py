"""The control process ends and another one begins: the same people, mutes and chat, and the media goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from node.features.participants.rules import State
from node.features.rates.rules import Cap, SetCap
from node.features.rates.store import SqlStore
from node.ports import PlaneDown, PlaneUp, Shape, Source
from node.storage.engine import migrate, open_engine, sqlite_url
from tests.web.house import OPERATOR, House, Page


async def reopened(before: House, *, crash: bool = False) -> House:
    await (before.crash() if crash else before.stop())
    after = House(before.folder, clock=before.clock, media=before.media)
    after.clock.time += 2
    return await after.open()


def elsewhere(page: Page, house: House) -> Page:
    """The same browser, which finds the node again."""
    return Page(house, page.ticket, page.room, joined=page.joined, seq=page.seq)


async def test_everybody_is_there_again(tmp_path: Path) -> None:
    home = await House(tmp_path).open()
    room, tickets = await home.create(max_participants=9)
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="publish", source="camera", on=True)
    await host.until("slots")
    await amina.send(type="chat", text="bonjour")
    await amina.until("chat")
    await home.mute.mute(room.room, amina.id, frozenset(), by=OPERATOR)
    before = await home.participants.list()
    assigned = dict(home.media.assigned)

    home = await reopened(home)
    try:
        after = await home.participants.list()
        assert [(p.participant, p.name, p.role, p.client, p.joined, p.state) for p in after] == [
            (p.participant, p.name, p.role, p.client, p.joined, p.state) for p in before
        ]
        assert [p.tracks for p in after] == [p.tracks for p in before]
        assert (await home.rooms.get(room.room)).max_participants == 9
        assert [message.text for message in await home.chat.list(room.room)] == ["bonjour"]
        assert home.media.closed == []
        assert home.media.assigned == assigned  # nobody's picture moved

        again = elsewhere(amina, home)
        welcome = await again.attach()
        assert welcome["type"] == "welcome"  # the numbers of an earlier run are not in memory
        assert welcome["seq"] > amina.seq
        assert welcome["blocked"] == ["microphone"]
        await again.send(type="chat", text="encore")
        assert (await again.until("chat"))["message"]["message"] == "m_000000002"
    finally:
        await home.stop()


async def test_pages_are_told_to_come_back(tmp_path: Path) -> None:
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    code = asyncio.create_task(amina.closed())
    await asyncio.sleep(0)
    await home.stop()
    assert await code == 1012


async def test_a_crash_loses_nobody_who_was_answered(tmp_path: Path) -> None:
    """H25: kill -9. A join that was answered is in the ledger; a transport that nobody was told of is closed."""
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], attach=False)
    await home.media.open(
        room=room.room, transport="t_orphan", offer="", shape=Shape.PAGE,
        label=b"p_orphan", muted=frozenset(),
    )  # fmt: skip
    home = await reopened(home, crash=True)
    try:
        assert [p.participant for p in await home.participants.list()] == [amina.id]
        await home.floor.settle()
        assert home.media.closed == ["t_orphan"]
    finally:
        await home.stop()


async def test_a_mute_that_the_plane_missed_is_made_good(tmp_path: Path) -> None:
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], attach=False)
    await home.mute.mute(room.room, amina.id, frozenset(), by=OPERATOR)
    await home.media.mute({f"{amina.transport}/microphone": False})
    home = await reopened(home)
    try:
        await home.floor.settle()
        assert home.media.muted[f"{elsewhere(amina, home).transport}/microphone"]
    finally:
        await home.stop()


async def test_a_removed_person_stays_removed(tmp_path: Path) -> None:
    """H19."""
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], attach=False)
    await home.participants.remove(room.room, amina.id, by=OPERATOR)
    home = await reopened(home)
    try:
        assert (await elsewhere(amina, home).join(expect=403))["code"] == "REMOVED"
    finally:
        await home.stop()


async def test_a_muted_room_stays_muted(tmp_path: Path) -> None:
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    await home.mute.mute_room(room.room, by=OPERATOR)
    home = await reopened(home)
    try:
        late = await home.person(room.room, tickets["participant"], attach=False)
        (track, *_) = (await home.participants.get(room.room, late.id)).tracks
        assert (track.source, track.muted, track.muted_by) == (Source.MICROPHONE, True, "olga")
    finally:
        await home.stop()


async def test_a_closed_room_is_remembered(tmp_path: Path) -> None:
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    await home.rooms.close(room.room, by=OPERATOR, reason="fini")
    home = await reopened(home)
    try:
        (closed,) = await home.rooms.list(with_closed=True)
        assert (closed.state, closed.closed_by, closed.closed_reason) == ("closed", "olga", "fini")
        assert await home.rooms.list() == []
        refusal = await Page(home, tickets["participant"], room.room).join(expect=410)
        assert refusal["code"] == "ROOM_CLOSED"
    finally:
        await home.stop()


async def test_people_of_a_plane_that_went_too_are_called_back(tmp_path: Path) -> None:
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    home.media.transports.clear()
    home = await reopened(home)
    try:
        again = elsewhere(amina, home)
        await again.attach()
        assert (await again.until("rejoin"))["cause"] == "plane"
        await again.join()
        home.media.connect(again.transport)
        assert (await home.participants.get(room.room, amina.id)).state is State.HERE
    finally:
        await home.stop()


async def test_the_plane_alone_restarts(tmp_path: Path) -> None:
    home = await House(tmp_path).open()
    try:
        room, tickets = await home.create()
        amina = await home.person(room.room, tickets["participant"])
        home.media.tell(PlaneDown("killed"))
        assert (await home.participants.get(room.room, amina.id)).state is State.AWAY
        home.media.tell(PlaneUp("i2", "0.1.0", 1, 0, True, fresh=True))
        assert (await amina.until("rejoin"))["cause"] == "plane"
    finally:
        await home.stop()


async def test_a_message_that_was_not_acknowledged_is_not_posted_twice(tmp_path: Path) -> None:
    """The node is killed between writing a message and telling its author, whose page sends it again (H25)."""
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="chat", text="bonjour", key="k1")
    said = await amina.until("chat")
    await home.mute.mute(room.room, amina.id, frozenset(), by=OPERATOR)  # what was said before it is written too

    home = await reopened(home, crash=True)
    try:
        again = elsewhere(amina, home)
        await again.attach()
        await again.send(type="chat", text="bonjour", key="k1")
        await again.send(type="chat", text="encore", key="k2")
        assert (await again.until("chat"))["message"] == said["message"]  # once more, so that the page is at ease
        assert (await again.until("chat"))["message"]["text"] == "encore"
        assert [one.text for one in await home.chat.list(room.room)] == ["bonjour", "encore"]
    finally:
        await home.stop()


async def test_caps_are_kept_and_said_again(tmp_path: Path) -> None:
    """What an operator capped stays capped, whichever process and whichever plane comes next."""
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    transport = home.floor.rooms[room.room].people.get(amina.id).transport
    for send, receive in ((None, 5_000_000), (2_000_000, None)):  # twice: the latest counts
        await home.floor.decide(room.room, SetCap(None, send, receive, OPERATOR)).done()
    await home.floor.decide(room.room, SetCap(amina.id, 0, 300_000, OPERATOR)).done()
    home.media.caps.clear()

    home = await reopened(home)
    try:
        await home.floor.settle()
        assert home.media.caps == {("room", room.room): (2_000_000, 5_000_000), ("transport", transport): (0, 300_000)}
        live = home.floor.rooms[room.room]
        assert live.rates.of(amina.id).set_by == OPERATOR.id and live.view().send_cap_bps == 2_000_000
    finally:
        await home.stop()


async def test_the_nodes_own_cap_is_kept(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    await migrate(engine)
    store = SqlStore(engine)
    assert await store.load() == Cap()
    for rate in (1_000_000, 2_000_000):
        await store.save(Cap(0, rate, "olga", 7.0))
    assert await store.load() == Cap(0, 2_000_000, "olga", 7.0)
    await engine.dispose()


async def test_bans_and_who_was_sent_to_the_lobby_outlive_a_restart(tmp_path: Path) -> None:
    """R177: by the session that the browser brings along, and by what they came with."""
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina", attach=False)
    bruno = await home.person(room.room, tickets["participant"], "Bruno", attach=False)
    await home.participants.ban(room.room, amina.id, by=OPERATOR, reason="insultes")
    await home.lobby.send(room.room, bruno.id, by=OPERATOR)
    home = await reopened(home)
    try:
        assert (await elsewhere(amina, home).join(expect=403))["code"] == "BANNED"
        assert (await Page(home, tickets["participant"], room.room).join("amina", expect=403))["code"] == "BANNED"
        assert (await elsewhere(bruno, home).join(expect=425))["code"] == "LOBBY"
        await home.participants.lift(room.room, amina.id, by=OPERATOR)
        await elsewhere(amina, home).join()
    finally:
        await home.stop()
