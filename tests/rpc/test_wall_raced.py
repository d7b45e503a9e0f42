"""D4, R185: two operators who decide the same at the same moment: the node lets one of them, whoever is first, and says
to the other who it was; in fifty rooms at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import grpc.aio

from protos.chat.v1 import chat_pb2
from protos.moderation.v1 import moderation_pb2 as pb
from protos.moderation.v1 import moderation_pb2_grpc
from tests.rpc.house import House, what_it_said

ROOMS = 50


async def attempt(call: Any) -> str:
    """ "", or the code of the refusal."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return str(what_it_said(error).reason)
    return ""


async def test_of_two_who_decide_at_once_one_does(house: House) -> None:
    olga, igor = await house.operator("moderator", "olga"), await house.operator("moderator", "igor")
    desks: list[tuple[Any, Any]] = [
        (who, moderation_pb2_grpc.ModerationServiceStub(who.channel)) for who in (olga, igor)
    ]
    names = [f"hall-{number:02d}" for number in range(ROOMS)]
    for name in names:
        (person,) = await house.room(name, ["Amina"])
        await olga.ask(desks[0][1].SetSettings, pb.SetSettingsRequest(room=name, hold=True))
        assert house.chat.post(name, person, f"une question de {name}") is None
    items = [
        (name, item.item)
        for name in names
        for item in (await olga.ask(desks[0][1].ListItems, pb.ListItemsRequest(room=name))).items
    ]
    assert len(items) == ROOMS

    async def both(name: str, item: str, turn: int) -> tuple[str, ...]:
        order = desks if turn % 2 else desks[::-1]
        wishes = [pb.DecideItemRequest(room=name, item=item, verdict=said) for said in ("approve", "decline")]
        pairs = zip(order, wishes, strict=True)
        return tuple(await asyncio.gather(*(attempt(who.ask(desk.DecideItem, wish)) for (who, desk), wish in pairs)))

    ends = await asyncio.gather(*(both(name, item, turn) for turn, (name, item) in enumerate(items)))
    assert Counter(tuple(sorted(end)) for end in ends) == {("", "ITEM_DONE"): ROOMS}

    for name, end in zip(names, ends, strict=True):
        listed = await olga.ask(olga.chat.ListMessages, chat_pb2.ListMessagesRequest(room=name))
        assert [message.text for message in listed.messages] == ([f"une question de {name}"] if not end[0] else [])


async def test_of_two_who_claim_at_once_one_has_it_and_the_other_decides_nothing(house: House) -> None:
    (person,) = await house.room("hall", ["Amina"])
    olga, igor = await house.operator("moderator", "olga"), await house.operator("moderator", "igor")
    desks: dict[str, tuple[Any, Any]] = {
        name: (who, moderation_pb2_grpc.ModerationServiceStub(who.channel))
        for name, who in (("olga", olga), ("igor", igor))
    }
    await olga.ask(desks["olga"][1].SetSettings, pb.SetSettingsRequest(room="hall", hold=True))
    assert house.chat.post("hall", person, "une question") is None
    (item,) = (await olga.ask(desks["olga"][1].ListItems, pb.ListItemsRequest(room="hall"))).items
    claim = pb.ClaimItemRequest(room="hall", item=item.item)
    ends = await asyncio.gather(*(attempt(who.ask(desk.ClaimItem, claim)) for who, desk in desks.values()))
    assert sorted(ends) == ["", "ITEM_CLAIMED"]
    loser = list(desks.values())[ends.index("ITEM_CLAIMED")]
    wish = pb.DecideItemRequest(room="hall", item=item.item, verdict="decline")
    assert await attempt(loser[0].ask(loser[1].DecideItem, wish)) == "ITEM_CLAIMED"
