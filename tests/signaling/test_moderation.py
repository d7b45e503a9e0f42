"""Chat that not everybody reads, and its moderation, over real WebSockets: what each page is told, and what not."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import text

from tests.web.house import OPERATOR, House, Page

SECRET = "rendez-vous au café du coin"


async def room_of_four(home: House) -> tuple[str, Page, Page, Page, Page]:
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    igor = await home.person(room.room, tickets["host"], "Igor")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    for page in (helene, igor, amina, bruno):
        await page.quiet()
    return room.room, helene, igor, amina, bruno


def overheard(page: Page, words: str) -> list[dict[str, Any]]:
    """Everything that this page was ever told with these words in it."""
    return [said for said in page.seen if words in msgspec.json.encode(said).decode()]


async def test_a_private_message_reaches_two_pages_and_no_other(home: House) -> None:
    """R174, D5."""
    _, helene, igor, amina, bruno = await room_of_four(home)
    await amina.send(type="chat", text=SECRET, key="k1", to=bruno.id)
    mine, theirs = (await amina.until("chat"))["message"], (await bruno.until("chat"))["message"]
    assert (mine["to"], mine["key"], theirs["to"], theirs["text"]) == (bruno.id, "k1", bruno.id, SECRET)
    assert "key" not in theirs
    for page in (helene, igor):
        await page.quiet()
        assert overheard(page, SECRET) == []


async def test_who_comes_back_is_told_what_is_theirs_and_nothing_else(home: House) -> None:
    """R107: resuming, and being welcomed anew, go the same way."""
    room, helene, igor, amina, bruno = await room_of_four(home)
    for page in (igor, bruno, amina):
        assert page.socket is not None
        await page.socket.close()
    await helene.send(type="chat", text="entre nous", to="staff")
    await helene.send(type="chat", text="pour Bruno", to=bruno.id)
    await helene.quiet()
    for fresh in (False, True):
        for page in (igor, bruno, amina):
            page.seen.clear()
            await page.attach(seq=0 if fresh else None)
            await page.quiet()
        assert [bool(overheard(page, "entre nous")) for page in (igor, bruno, amina)] == [True, False, False]
        assert [bool(overheard(page, "pour Bruno")) for page in (igor, bruno, amina)] == [False, True, False]
    late = await home.person(room, amina.ticket, "Jeanne")
    assert overheard(late, "entre nous") == overheard(late, "pour Bruno") == []


async def test_a_restart_keeps_private_what_is_private(home: House) -> None:
    room, _, _, amina, bruno = await room_of_four(home)
    await amina.send(type="chat", text=SECRET, to=bruno.id)
    await bruno.until("chat")
    await amina.send(type="chat", text="bonjour à tous", reply="")
    await bruno.until("chat")
    await home.stop()
    await home.open()
    for page, expected in ((amina, 1), (bruno, 1)):
        page.seen.clear()
        await page.attach(seq=0)
        assert len(overheard(page, SECRET)) == expected
    assert [message.text for message in await home.chat.list(room)] == ["bonjour à tous"]


async def test_what_only_some_may_read_goes_when_the_room_closes(home: House) -> None:
    """The minimal trail: nobody can be asked for it later."""
    room, _, _, amina, bruno = await room_of_four(home)
    await amina.send(type="chat", text=SECRET, to=bruno.id)
    await bruno.until("chat")
    await home.rooms.close(room, by=OPERATOR, reason="fini")
    async with home.engine.connect() as tx:
        assert (await tx.execute(text("SELECT COUNT(*) FROM private_message"))).scalar() == 0


async def test_approval_from_both_sides(home: House) -> None:
    """R185: who waits knows it, moderators see it and each other, the room sees what was approved."""
    _, helene, igor, amina, bruno = await room_of_four(home)
    await helene.send(type="regulate", hold=True)
    assert (await amina.until("mode"))["mode"]["hold"] is True
    await amina.send(type="chat", text="puis-je parler ?", key="k1")
    assert (await amina.until("waiting"))["key"] == "k1"
    item = (await igor.until("item"))["item"]
    assert (item["name"], item["text"], item["kind"]) == ("Amina", "puis-je parler ?", "held")
    await igor.send(type="claim", item=item["item"])
    assert (await helene.until("item"))["item"]["text"] == "puis-je parler ?"
    assert (await helene.until("item"))["item"]["claimed_name"] == "Igor"
    await helene.send(type="decide", item=item["item"], verdict="decline")
    refused = await helene.until("refused")
    assert (refused["code"], refused["current"]) == ("ITEM_CLAIMED", "Igor")
    assert refused["message"]["fr"] == "Igor s’en occupe déjà."
    assert overheard(bruno, "puis-je parler") == []
    await igor.send(type="decide", item=item["item"], verdict="approve")
    assert (await bruno.until("chat"))["message"]["text"] == "puis-je parler ?"
    assert (await amina.until("chat"))["message"]["key"] == "k1"
    assert [said["type"] for said in bruno.seen if said["type"] in ("item", "waiting")] == []


async def test_a_moderator_who_comes_later_finds_the_queue_and_the_author_what_waits(home: House) -> None:
    room, helene, igor, amina, _ = await room_of_four(home)
    await helene.send(type="regulate", hold=True, own_words=["bitcoin"])
    await amina.until("mode")
    await amina.send(type="chat", text="une question", key="k1")
    await amina.until("waiting")
    await home.stop()
    await home.open()
    welcome = await igor.attach(seq=0)
    (item,) = welcome["items"]
    assert (item["text"], welcome["mode"]["own_words"]) == ("une question", ["bitcoin"])
    mine = await amina.attach(seq=0)
    assert (mine["items"], mine["waiting"][0]["text"]) == ([], "une question")
    assert "own_words" not in mine["mode"]
    await igor.send(type="decide", item=item["item"], verdict="decline")
    assert (await amina.until("declined"))["key"] == "k1"
    await home.stop()
    await home.open()
    assert home.floor.rooms[room].moderation.queue() == ()


async def test_muted_in_the_chat_and_told_so(home: House) -> None:
    room, helene, igor, amina, bruno = await room_of_four(home)
    await helene.send(type="restrain", participant=amina.id, how="mute")
    assert (await amina.until("restraint"))["how"] == "mute"
    assert (await igor.until("restraint"))["participant"] == amina.id
    await amina.send(type="chat", text="bonjour", key="k1")
    refused = await amina.until("refused")
    assert (refused["code"], refused["key"]) == ("CHAT_MUTED", "k1")
    await bruno.quiet()
    assert not any(said["type"] == "restraint" for said in bruno.seen)
    await home.stop()
    await home.open()
    assert home.floor.rooms[room].moderation.restraint(amina.id) == "mute"


async def test_who_is_muted_for_a_time_is_told_until_when_and_when_it_is_over(home: House) -> None:
    """R185: also who comes back in between, and the hosts."""
    _, helene, igor, amina, _ = await room_of_four(home)
    await helene.send(type="restrain", participant=amina.id, how="mute", for_s=600)
    until = int((home.clock.now() + 600) * 1000)
    for page in (amina, igor):
        told = await page.until("restraint")
        assert (told["participant"], told["how"], told["until"]) == (amina.id, "mute", until)
    for page in (amina, igor):
        welcome = await Page(home, page.ticket, page.room, joined=page.joined).attach()
        assert welcome["restraints"] == [{"participant": amina.id, "how": "mute", "until": until}]
    home.clock.time += 600
    home.floor.tick()
    told = await helene.until("restraint", how="")
    assert (told["participant"], told.get("until", 0)) == (amina.id, 0)
    await helene.send(type="restrain", participant=amina.id, how="mute", for_s=5)
    refused = await helene.until("refused")
    assert (refused["code"], refused["current"]) == ("VALUE_INVALID", "for_s = 5")


async def test_a_report_is_acknowledged_and_seen_by_moderators_alone(home: House) -> None:
    _, helene, _, amina, bruno = await room_of_four(home)
    await amina.send(type="chat", text="insulte")
    message = (await bruno.until("chat"))["message"]["message"]
    await bruno.send(type="report", message=message, why="blessant")
    assert (await bruno.until("reported"))["message"] == message
    item = (await helene.until("item"))["item"]
    assert (item["kind"], item["why"], item["reports"]) == ("report", "blessant", 1)
    await amina.quiet()
    assert overheard(amina, "blessant") == []


async def test_answers_and_taking_back(home: House) -> None:
    _, _, _, amina, bruno = await room_of_four(home)
    await amina.send(type="chat", text="qui vient ?")
    first = (await bruno.until("chat"))["message"]["message"]
    await bruno.send(type="chat", text="moi", reply=first)
    answer = (await amina.until("chat"))["message"]
    while answer["text"] != "moi":
        answer = (await amina.until("chat"))["message"]
    assert answer["reply"] == first
    await amina.send(type="retract", message=first)
    assert (await bruno.until("hidden"))["message"] == first
    await amina.send(type="retract", message=answer["message"])
    assert (await amina.until("refused"))["code"] == "NOT_ALLOWED"


async def test_a_host_hides_what_was_for_hosts_only_and_stays(home: House) -> None:
    _, helene, igor, _, _ = await room_of_four(home)
    await igor.send(type="chat", text=SECRET, to="staff")
    message = (await helene.until("chat"))["message"]["message"]
    await helene.send(type="hide", message=message)
    assert (await igor.until("hidden"))["message"] == message
    assert (await helene.until("hidden"))["message"] == message
    await helene.send(type="chat", text="encore là")
    assert (await igor.until("chat"))["message"]["text"] == "encore là"


async def test_another_name_in_the_same_browser_escapes_nothing(home: House) -> None:
    """R185, H19: who leaves and comes again by the shared link, under another name, brings their old session along and
    is muted still. Without it, they are somebody new: that is what tickets with a name are for."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await home.moderation.restrain(room.room, amina.id, "mute", by=OPERATOR)
    await amina.send(type="leave")
    await amina.closed()
    before = amina.session
    again = Page(home, tickets["participant"], room.room)
    await again.join("Reine", session=before)
    assert again.id != amina.id
    assert home.floor.room(room.room).moderation.restraint(again.id) == "mute"
    other = Page(home, tickets["participant"], room.room)
    await other.join("Reine")
    assert home.floor.room(room.room).moderation.restraint(other.id) == ""
