"""Moderation by gRPC, and what no operator is ever given: what was not written to everybody (D5)."""

from __future__ import annotations

from typing import Any

from google.protobuf import message_factory, symbol_database

from node.features.hands.rules import Raise
from node.rpc.methods import METHODS
from protos.chat.v1 import chat_pb2
from protos.hands.v1 import hands_pb2, hands_pb2_grpc
from protos.moderation.v1 import moderation_pb2 as pb
from protos.moderation.v1 import moderation_pb2_grpc
from protos.participants.v1 import participants_pb2
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import House, refused

SECRET = "rendez-vous au café"


async def test_settings_queue_and_verdicts(house: House) -> None:
    """R185, R185's second half: an operator and a host never decide the same item."""
    amina, bruno = await house.room("hall", ["Amina", "Bruno"])
    moderator = await house.operator("moderator", "olga")
    desk: Any = moderation_pb2_grpc.ModerationServiceStub(moderator.channel)
    made = await moderator.ask(desk.SetSettings, pb.SetSettingsRequest(room="hall", hold=True, slow_s=0))
    assert (made.settings.hold, made.settings.public, made.settings.per_moderator) == (True, True, 40)
    assert house.chat.post("hall", amina, "une question") is None
    (item,) = (await moderator.ask(desk.ListItems, pb.ListItemsRequest(room="hall"))).items
    assert (item.kind, item.name, item.text, item.why) == ("held", "Amina", "une question", "room")
    claimed = await moderator.ask(desk.ClaimItem, pb.ClaimItemRequest(room="hall", item=item.item))
    assert claimed.item.claimed_by == "olga"
    other = await house.operator("moderator", "igor")
    desk_of_other: Any = moderation_pb2_grpc.ModerationServiceStub(other.channel)
    wish = pb.DecideItemRequest(room="hall", item=item.item, verdict="decline")
    said = await refused(other.ask(desk_of_other.DecideItem, wish))
    assert (said.reason, said.refusal.current) == ("ITEM_CLAIMED", "olga")
    wish.verdict = "approve"
    assert (await moderator.ask(desk.DecideItem, wish)).item.decided_by == "olga"
    said = await refused(other.ask(desk_of_other.DecideItem, wish))
    assert said.reason == "ITEM_DONE"
    listed = await moderator.ask(moderator.chat.ListMessages, chat_pb2.ListMessagesRequest(room="hall"))
    assert [message.text for message in listed.messages] == ["une question"]
    for wrong in (
        desk.DecideItem(pb.DecideItemRequest(room="hall", item="i", verdict="x"), metadata=moderator.metadata),
        desk.SetSettings(pb.SetSettingsRequest(room="hall", words="x"), metadata=moderator.metadata),
        desk.RestrainParticipant(
            pb.RestrainParticipantRequest(room="hall", participant=bruno, how="x"), metadata=moderator.metadata
        ),
    ):
        assert (await refused(wrong)).reason == "VALUE_INVALID"


async def test_a_restraint_for_a_time_is_said_with_its_end(house: House) -> None:
    """R185: in the answer and in the list of people, to viewers too; who asks for what cannot be is told the limits."""
    amina, bruno = await house.room("hall", ["Amina", "Bruno"])
    moderator, viewer = await house.operator("moderator"), await house.operator("viewer")
    desk: Any = moderation_pb2_grpc.ModerationServiceStub(moderator.channel)

    def wish(who: str, how: str, for_s: int = 0) -> pb.RestrainParticipantRequest:
        return pb.RestrainParticipantRequest(room="hall", participant=who, how=how, for_s=for_s)

    until = (await moderator.ask(desk.RestrainParticipant, wish(amina, "mute", 600))).until
    assert not (await moderator.ask(desk.RestrainParticipant, wish(bruno, "hold"))).HasField("until")
    listed = await viewer.ask(
        viewer.participants.ListParticipants, participants_pb2.ListParticipantsRequest(room="hall")
    )
    said = {one.participant: (one.restraint, one.restrained_until.seconds) for one in listed.participants}
    assert said == {amina: ("mute", until.seconds), bruno: ("hold", 0)}
    wrong = await refused(moderator.ask(desk.RestrainParticipant, wish(amina, "mute", 9)))
    assert (wrong.reason, wrong.refusal.limit, wrong.refusal.current) == (
        "VALUE_INVALID",
        "0, 10 … 604800 s",
        "for_s = 9",
    )
    lifted = await moderator.ask(desk.RestrainParticipant, wish(amina, ""))
    assert (lifted.before, lifted.HasField("until")) == ("mute", False)
    assert 590 < lifted.before_s <= 600
    view = (await viewer.ask(viewer.participants.GetParticipant, one_of(amina))).participant
    assert (view.restraint, view.HasField("restrained_until")) == ("", False)


def one_of(participant: str) -> participants_pb2.GetParticipantRequest:
    return participants_pb2.GetParticipantRequest(room="hall", participant=participant)


async def test_a_viewer_sees_neither_the_queue_nor_changes_it(house: House) -> None:
    await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    desk: Any = moderation_pb2_grpc.ModerationServiceStub(viewer.channel)
    assert (await viewer.ask(desk.GetSettings, pb.GetSettingsRequest(room="hall"))).settings.public
    said = await refused(viewer.ask(desk.ListItems, pb.ListItemsRequest(room="hall")))
    assert said.reason == "NOT_ALLOWED"


async def test_hands_cover_and_what_waits_are_seen(house: House) -> None:
    """R155, R182 (activity), D6."""
    amina, bruno = await house.room("hall", ["Amina", "Bruno"])
    for who in (bruno, amina):
        house.floor.decide("hall", Raise(who, True))
    moderator = await house.operator("moderator")
    hands: Any = hands_pb2_grpc.HandsServiceStub(moderator.channel)
    listed = await moderator.ask(hands.ListHands, hands_pb2.ListHandsRequest(room="hall"))
    assert [hand.participant for hand in listed.hands] == [bruno, amina]
    room = (await moderator.ask(moderator.rooms.GetRoom, rooms_pb2.GetRoomRequest(room="hall"))).room
    assert (room.hands, room.cover, room.moderators_needed) == (2, "covered", 0)
    wish = participants_pb2.GetParticipantRequest(room="hall", participant=amina)
    assert (await moderator.ask(moderator.participants.GetParticipant, wish)).participant.hand.seconds
    lowered = await moderator.ask(hands.LowerHand, hands_pb2.LowerHandRequest(room="hall"))
    assert lowered.lowered == 2


async def test_no_method_gives_an_admin_a_private_text(house: House) -> None:
    """D5: every method of the table is called as admin, filled with the ids of the room; no answer has the words."""
    amina, bruno = await house.room("hall", ["Amina", "Bruno"])
    house.chat.post("hall", amina, SECRET, to=bruno)
    house.chat.post("hall", amina, f"{SECRET} ?", to="staff")
    await house.chat.complain("hall", bruno, "m_000000001", "regardez")
    admin = await house.operator("admin")
    asked = 0
    for method, row in METHODS.items():
        if row.mutation or not method.startswith("/regie."):
            continue
        service, _, name = method.removeprefix("/").partition("/")
        descriptor = symbol_database.Default().pool.FindServiceByName(service).methods_by_name[name]
        request_type = _class(descriptor.input_type)
        known = {"room": "hall", "participant": amina, "message": "m_000000001", "node": "n1"}
        fields = {field.name for field in descriptor.input_type.fields}
        request = request_type(**{key: value for key, value in known.items() if key in fields})
        if descriptor.server_streaming:
            call = admin.channel.unary_stream(
                method, request_serializer=request_type.SerializeToString, response_deserializer=bytes
            )(request, metadata=admin.metadata, timeout=30)
            answer = await call.read()
            call.cancel()
        else:
            plain = admin.channel.unary_unary(
                method, request_serializer=request_type.SerializeToString, response_deserializer=bytes
            )
            try:
                answer = await plain(request, metadata=admin.metadata, timeout=30)
            except Exception as error:
                answer = repr(error).encode()
        assert SECRET.encode() not in bytes(answer), method
        asked += 1
    assert asked >= 15
    assert house.floor.rooms["hall"].moderation.queue()[0].text == SECRET  # it is there, for hosts


def _class(descriptor: Any) -> Any:
    return message_factory.GetMessageClass(descriptor)
