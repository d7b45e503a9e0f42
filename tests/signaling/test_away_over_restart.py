"""Who was blocked or restrained, and left, is still held by it when they come again after a restart of the node; until
it is lifted, or the session is over (R102, H19)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from node.errors import Refused
from node.features.mute.store import block
from node.features.schedule.rules import EndSitting
from node.ports import Source
from tests.signaling.test_restart import reopened
from tests.web.house import OPERATOR, House, Page, house

CAMERA = frozenset({Source.CAMERA})


async def held(home: House, page: Page) -> tuple[set[Source], bool]:
    """What the plane lets nobody see or hear of them, and whether they may write."""
    tracks = (await home.participants.get(page.room, page.id)).tracks
    try:
        home.chat.post(page.room, page.id, "bonjour", "")
    except Refused as refused:
        assert refused.code == "CHAT_MUTED"
        return {track.source for track in tracks if track.muted}, False
    return {track.source for track in tracks if track.muted}, True


async def leaves(home: House, page: Page) -> None:
    await home.join.leave_room(page.room, page.id)


async def test_a_restart_while_they_are_away_frees_nobody(tmp_path: Path) -> None:
    """H19: the block and the restraint are those of the link and the name; nobody else is held by them. What was
    lifted when they were back stays lifted."""
    home = await House(tmp_path).open()
    room, tickets = await home.create()

    async def comes(name: str) -> Page:
        return await home.person(room.room, tickets["participant"], name, attach=False)

    mallory = await comes("Mallory")
    await home.mute.mute(room.room, mallory.id, CAMERA, by=OPERATOR)
    await home.moderation.restrain(room.room, mallory.id, "mute", by=OPERATOR)
    await leaves(home, mallory)
    home = await reopened(home)
    try:
        assert await held(home, await comes("Amina")) == (set(), True)
        mallory = await comes("mallory")
        assert await held(home, mallory) == ({Source.CAMERA}, False)
        await leaves(home, mallory)
        home = await reopened(home)
        mallory = await comes("Mallory")
        assert await held(home, mallory) == ({Source.CAMERA}, False)
        await home.mute.unmute(room.room, mallory.id, CAMERA, by=OPERATOR)
        await home.moderation.restrain(room.room, mallory.id, "", by=OPERATOR)
        await leaves(home, mallory)
        home = await reopened(home)
        assert await held(home, await comes("Mallory")) == (set(), True)
    finally:
        await home.stop()


async def test_of_two_namesakes_each_is_held_until_it_is_lifted_for_them(tmp_path: Path) -> None:
    """H19, R102: two people who chose one name on one link. The memory and the table say the same before and after a
    restart: what was lifted does not come back, and what was not stays."""
    home = await House(tmp_path).open()
    room, tickets = await home.create()

    async def mallory() -> Page:
        return await home.person(room.room, tickets["participant"], "Mallory", attach=False)

    for page in [await mallory(), await mallory()]:
        await home.mute.mute(room.room, page.id, CAMERA, by=OPERATOR)
        await home.moderation.restrain(room.room, page.id, "mute", by=OPERATOR)
        await leaves(home, page)
    again = await mallory()
    assert await held(home, again) == ({Source.CAMERA}, False)
    await home.mute.unmute(room.room, again.id, CAMERA, by=OPERATOR)
    await home.moderation.restrain(room.room, again.id, "", by=OPERATOR)
    await leaves(home, again)
    home = await reopened(home)
    try:
        other = await mallory()
        assert await held(home, other) == ({Source.CAMERA}, False)
        await home.mute.unmute(room.room, other.id, CAMERA, by=OPERATOR)
        await home.moderation.restrain(room.room, other.id, "", by=OPERATOR)
        await leaves(home, other)
        home = await reopened(home)
        assert await held(home, await mallory()) == (set(), True)
    finally:
        await home.stop()


async def test_it_is_forgotten_with_the_session(tmp_path: Path) -> None:
    """R102, D5: of a person who is away nothing is kept for longer than it is of use."""
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    mallory = await home.person(room.room, tickets["participant"], "Mallory", attach=False)
    await home.mute.mute(room.room, mallory.id, CAMERA, by=OPERATOR)
    await leaves(home, mallory)
    home = await reopened(home)
    try:
        await home.floor.decide(room.room, EndSitting(OPERATOR)).done()
        async with home.engine.connect() as reading:
            assert (await reading.execute(select(func.count()).select_from(block))).scalar() == 0
        home = await reopened(home)
        again = await home.person(room.room, tickets["participant"], "Mallory", attach=False)
        assert await held(home, again) == (set(), True)
    finally:
        await home.stop()


async def ends_over_restarts(home: House) -> None:
    """The end of a restraint is in the database: it comes for who is here and for who is away, also when the node was
    down at that time."""
    room, tickets = await home.create()
    names = ("Amina", "Mallory", "Zoé")
    amina, mallory, zoe = [await home.person(room.room, tickets["participant"], name, attach=False) for name in names]
    for page, seconds in ((amina, 600), (mallory, 600), (zoe, 0)):
        await home.moderation.restrain(room.room, page.id, "mute", by=OPERATOR, for_s=seconds)
    until = home.clock.now() + 600
    for page in (mallory, zoe):
        await leaves(home, page)

    async def restarted() -> None:
        await home.stop()
        await home.open()

    await restarted()
    assert home.floor.room(room.room).moderation.bound(amina.id) == ("mute", until)
    assert await held(home, amina) == (set(), False)
    again = await home.person(room.room, tickets["participant"], "Mallory", attach=False)
    assert home.floor.room(room.room).moderation.bound(again.id) == ("mute", until)
    await restarted()
    assert home.floor.room(room.room).moderation.bound(again.id) == ("mute", until)
    await leaves(home, again)
    home.clock.time += 600
    await restarted()
    home.floor.tick()
    assert await held(home, amina) == (set(), True)
    await restarted()
    for name, may in (("Mallory", True), ("Zoé", False)):
        back = await home.person(room.room, tickets["participant"], name, attach=False)
        assert await held(home, back) == (set(), may), name


async def test_a_restraint_ends_at_its_time_over_restarts(tmp_path: Path) -> None:
    """R102, R185."""
    async with house(tmp_path) as home:
        await ends_over_restarts(home)
