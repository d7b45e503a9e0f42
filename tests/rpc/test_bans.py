"""Ban, lift, and back to the lobby by gRPC; and what waits is told as it changes (R177, R185, D4, D5)."""

from __future__ import annotations

from typing import Any

from node.features.join.service import JoinRequest
from node.ports import Actor
from protos.lobby.v1 import lobby_pb2, lobby_pb2_grpc
from protos.moderation.v1 import moderation_pb2, moderation_pb2_grpc
from protos.participants.v1 import participants_pb2 as pb
from tests.rpc.house import House, refused
from tests.rpc.test_audit import records


async def test_a_ban_is_listed_lifted_and_in_the_audit(house: House) -> None:
    (amina,) = await house.room("hall", ["Amina"])
    moderator = await house.operator("moderator", "olga")
    wish = pb.BanParticipantRequest(room="hall", participant=amina, reason="insultes", request_id="b1")
    done = await moderator.ask(moderator.participants.BanParticipant, wish)
    assert done.participant.name == "Amina"
    await moderator.ask(moderator.participants.BanParticipant, wish)  # harmless: the same request
    listed = await moderator.ask(moderator.participants.ListBans, pb.ListBansRequest(room="hall"))
    assert [(ban.participant, ban.name, ban.by, ban.reason) for ban in listed.bans] == [
        (amina, "Amina", "olga", "insultes")
    ]
    lift = pb.LiftBanRequest(room="hall", participant=amina)
    await moderator.ask(moderator.participants.LiftBan, lift)
    said = await refused(moderator.ask(moderator.participants.LiftBan, lift))
    assert said.reason == "PARTICIPANT_UNKNOWN"
    found = await records(house)
    assert [(r.method.rpartition("/")[2], r.reason, r.outcome) for r in found if "Ban" in r.method] == [
        ("BanParticipant", "insultes", "OK"),
        ("BanParticipant", "insultes", "OK"),  # said again, and done once
        ("LiftBan", "", "OK"),
        ("LiftBan", "", "PARTICIPANT_UNKNOWN"),
    ]


async def test_a_viewer_bans_nobody_and_sends_nobody_to_the_lobby(house: House) -> None:
    (amina,) = await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    door: Any = lobby_pb2_grpc.LobbyServiceStub(viewer.channel)
    for call in (
        viewer.ask(viewer.participants.BanParticipant, pb.BanParticipantRequest(room="hall", participant=amina)),
        viewer.ask(viewer.participants.ListBans, pb.ListBansRequest(room="hall")),
        viewer.ask(door.SendToLobby, lobby_pb2.SendToLobbyRequest(room="hall", participant=amina)),
    ):
        assert (await refused(call)).reason == "NOT_ALLOWED"


async def test_what_waits_for_a_moderator_is_told_as_it_comes_is_claimed_and_goes(house: House) -> None:
    """R185: two operators see each other's claims at once."""
    amina, _ = await house.room("hall", ["Amina", "Bruno"])
    moderator = await house.operator("moderator", "olga")
    desk: Any = moderation_pb2_grpc.ModerationServiceStub(moderator.channel)
    await moderator.ask(desk.SetSettings, moderation_pb2.SetSettingsRequest(room="hall", hold=True, slow_s=0))
    stream = desk.WatchItems(moderation_pb2.WatchItemsRequest(), metadata=moderator.metadata)
    assert (await stream.read()).snapshot
    house.chat.post("hall", amina, "une question")
    (item,) = (await told(stream, lambda m: m.items)).items
    assert (item.text, item.claimed_by) == ("une question", "")
    await moderator.ask(desk.ClaimItem, moderation_pb2.ClaimItemRequest(room="hall", item=item.item))
    assert (await told(stream, lambda m: m.items)).items[0].claimed_by == "olga"
    wish = moderation_pb2.DecideItemRequest(room="hall", item=item.item, verdict="decline")
    await moderator.ask(desk.DecideItem, wish)
    (gone,) = (await told(stream, lambda m: m.gone)).gone
    assert (gone.room, gone.item) == ("hall", item.item)
    stream.cancel()


async def test_who_is_sent_to_the_lobby_is_out_and_who_waits_is_told(house: House) -> None:
    _, links = await house.rooms.create(title="A room", room_id="hall", by=Actor("operator", "the test", "admin"))
    ticket = next(link.ticket for link in links if link.role == "participant")
    amina = (await house.join.join("hall", ticket, JoinRequest(name="Amina", sdp="v=0"))).participant
    moderator = await house.operator("moderator", "olga")
    door: Any = lobby_pb2_grpc.LobbyServiceStub(moderator.channel)
    stream = door.WatchWaiters(lobby_pb2.WatchWaitersRequest(), metadata=moderator.metadata)
    assert (await stream.read()).snapshot
    await moderator.ask(door.SendToLobby, lobby_pb2.SendToLobbyRequest(room="hall", participant=amina))
    assert not list(house.floor.rooms["hall"].people)
    waiter = (await house.services.lobby.wait("hall", ticket, JoinRequest(name="Amina"))).participant
    (one,) = (await told(stream, lambda m: m.waiters)).waiters
    assert (one.room, one.participant, one.name, one.why) == ("hall", waiter, "Amina", "lobby")
    await moderator.ask(door.RefuseWaiters, lobby_pb2.RefuseWaitersRequest(room="hall", participants=[waiter]))
    (gone,) = (await told(stream, lambda m: m.gone)).gone
    assert gone.participant == waiter
    stream.cancel()


async def told(stream: Any, what: Any) -> Any:
    """The next message that says it; heartbeats say nothing."""
    while not what(message := await stream.read()):
        pass
    return message
