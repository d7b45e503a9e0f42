"""The form of a room by gRPC and by `regie rooms`: everything may be said when it is made and changed afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.errors import Refused
from node.features.access.rules import Mode
from node.features.join.service import JoinRequest
from node.features.participants.rules import Leave, Role
from node.features.rooms.rules import RoomState
from node.ports import Source
from protos.rooms.v1 import rooms_pb2 as pb
from protos.rooms.v1 import rooms_pb2_grpc
from protos.types.v1 import types_pb2, types_pb2_grpc
from tests.rpc.house import ROLES, Caller, House, refused
from tests.rpc.test_audit import records
from tests.rpc.test_moderation_cli import Terminal


async def desk(house: House, role: str = "operator") -> tuple[Caller, Any]:
    caller = await house.operator(role, "olga")
    return caller, rooms_pb2_grpc.RoomsServiceStub(caller.channel)


async def test_a_room_is_made_with_its_whole_form(house: House) -> None:
    """R027, R095 – R097, R103, R106, R107: and what its texts say of nothing is told."""
    caller, rooms = await desk(house)
    form = pb.Settings(
        welcome="Bienvenue à %%CONFNAME%% %%DIALNUM%%",
        staff="Entre nous",
        speaking="Levez la main",
        redirect="https://enquete.example.fr/%%ROOM%%",
        brand_name="Académie",
        lobby=True,
        agenda="1. Ouverture",
        public_chat=False,
        private_chat=False,
        lock_camera=True,
        disable_notes=True,
        access="password",
        minutes=0,
    )
    made = await caller.ask(rooms.CreateRoom, pb.CreateRoomRequest(title="Conseil", room="conseil", settings=form))
    assert made.unknown == ["%%DIALNUM%%"]
    assert len(made.password) == 14
    room = house.floor.room("conseil")
    assert (room.access.mode, room.lobby.on, room.lobby.agenda) == (Mode.PASSWORD, True, "1. Ouverture")
    assert (room.moderation.settings.public, room.moderation.settings.private) == (False, False)
    assert (room.flags.now.on, room.schedule.plan.minutes) == (("lock_camera", "disable_notes"), 0)
    shown = (await caller.ask(rooms.GetSettings, pb.GetSettingsRequest(room="conseil"))).settings
    assert (shown.title, shown.welcome, shown.access) == ("Conseil", form.welcome, "password")


async def test_a_form_that_will_not_do_leaves_nothing_behind(house: House) -> None:
    """R105: no room, no link, no place of one."""
    caller, rooms = await desk(house)
    before = await house.quota.get("node", "", "rooms")
    request = pb.CreateRoomRequest(
        title="Vide", room="vide", type="conference", settings=pb.Settings(lock_camera=True, welcome="x")
    )
    assert (await refused(caller.ask(rooms.CreateRoom, request))).reason == "FLAGS_NONE"
    assert "vide" not in house.floor.rooms
    assert await house.quota.get("node", "", "rooms") == before
    made = await caller.ask(rooms.CreateRoom, pb.CreateRoomRequest(title="Vide", room="vide", type="conference"))
    assert made.room.room == "vide"


async def test_a_change_is_taken_as_a_whole_and_holds_at_once(house: House) -> None:
    """R102, R190: for people who are in already; of a form that is refused, nothing is changed."""
    (amina,) = await house.room("hall", ["Amina"])
    caller, rooms = await desk(house)
    room = house.floor.room("hall")
    wrong = pb.Settings(title="Autre", lock_microphone=True, minutes=100_000)
    said = await refused(caller.ask(rooms.UpdateRoom, pb.UpdateRoomRequest(room="hall", settings=wrong)))
    assert (said.reason, room.title == "Autre", room.flags.now.on) == ("DURATION_OUT_OF_RANGE", False, ())
    good = pb.Settings(title="Autre", lock_microphone=True, max_participants=3)
    done = await caller.ask(rooms.UpdateRoom, pb.UpdateRoomRequest(room="hall", settings=good))
    assert (done.room.title, done.settings.title, done.room.max_participants) == ("Autre", "Autre", 3)
    assert Source.MICROPHONE in room.must_block(amina)
    assert house.media.muted[f"{room.people.get(amina).transport}/microphone"] is True


async def test_who_may(house: House) -> None:
    """H18: settings are an operator's to change and a viewer's to read."""
    await house.room("hall", [])
    caller, rooms = await desk(house, "moderator")
    asked = pb.UpdateRoomRequest(room="hall", settings=pb.Settings(title="x"))
    assert (await refused(caller.ask(rooms.UpdateRoom, asked))).reason == "NOT_ALLOWED"
    assert (await caller.ask(rooms.GetSettings, pb.GetSettingsRequest(room="hall"))).settings.title


async def test_a_redirect_elsewhere_and_a_mode_of_nobody(house: House) -> None:
    """R109, R112, D2, R252: refused with what would do, and with the support desk."""
    await house.room("hall", [])
    caller, rooms = await desk(house)
    for settings, code in (
        (pb.Settings(redirect="javascript:alert(1)"), "REDIRECT_REFUSED"),
        (pb.Settings(access="anybody"), "VALUE_INVALID"),
        (pb.Settings(lobby=True, brand_logo="https://elsewhere.org/x.png"), "VALUE_INVALID"),
    ):
        said = await refused(caller.ask(rooms.UpdateRoom, pb.UpdateRoomRequest(room="hall", settings=settings)))
        assert (said.reason, said.refusal.support) == (code, "https://aide.exemple.fr")
        assert said.refusal.limit
    assert not house.floor.room("hall").lobby.on


async def test_an_instant_meeting_has_the_usual_settings(house: House) -> None:
    """R086, R087: no form at all; what it will be like is listed beforehand, and is what it is: as in any other room of
    the type of which nobody asked for anything."""
    caller, rooms = await desk(house)
    types: Any = types_pb2_grpc.TypesServiceStub(caller.channel)
    listed = (await caller.ask(types.ListTypes, types_pb2.ListTypesRequest())).types
    usual = next(row for row in listed if row.type == "meeting")
    made = await caller.ask(rooms.CreateRoom, pb.CreateRoomRequest(form=pb.Room.FORM_INSTANT))
    assert (made.room.title, list(made.room.risks)) == ("Ma Réunion", ["title"])
    assert (made.room.type, made.room.form) == (usual.type, pb.Room.FORM_INSTANT)
    assert (made.room.max_participants, made.room.minutes) == (usual.default_people, usual.default_minutes)
    assert (made.room.lobby, usual.lobby) == (False, "off")
    assert [link.role for link in made.links] == [row.role for row in usual.roles] == [Role.HOST, Role.PARTICIPANT]
    other = await caller.ask(rooms.CreateRoom, pb.CreateRoomRequest(room="other"))
    same, mine = [
        (await caller.ask(rooms.GetSettings, pb.GetSettingsRequest(room=room))).settings
        for room in (other.room.room, made.room.room)
    ]
    assert mine == same


async def test_an_instant_meeting_is_gone_when_it_is_over_and_what_was_done_is_not(house: House) -> None:
    """R088: in no list of rooms, and its place is free; the record of who made it, and what was counted, stay."""
    caller, rooms = await desk(house)
    before = (await house.quota.get("node", "", "rooms")).use
    made = await caller.ask(rooms.CreateRoom, pb.CreateRoomRequest(form=pb.Room.FORM_INSTANT))
    room = made.room.room
    house.tickets[room] = made.links[1].ticket
    people = [await house.comes(room, name) for name in ("Amina", "Bruno")]
    assert [each.room for each in (await caller.ask(rooms.ListRooms, pb.ListRoomsRequest())).rooms] == [room]
    assert (await house.quota.get("node", "", "rooms")).use == before + 1
    for person in people:
        house.floor.decide(room, Leave(person))
    house.clock.offset += 61
    house.floor.tick()
    assert not (await caller.ask(rooms.ListRooms, pb.ListRoomsRequest())).rooms
    assert (await house.quota.get("node", "", "rooms")).use == before
    closed = (await caller.ask(rooms.GetRoom, pb.GetRoomRequest(room=room))).room
    assert (closed.state, closed.end_cause) == (pb.Room.STATE_CLOSED, pb.Room.END_CAUSE_EMPTY)
    (record,) = await records(house)
    assert (record.operator, record.targets, record.outcome) == ("olga", {"room": room}, "OK")


async def test_a_webinar_and_a_meeting_are_two_ways_to_begin(house: House) -> None:
    """R026: asked for by name and nothing else, they differ in roles, in what the audience may do, in people, in time,
    and in who begins them."""
    caller, rooms = await desk(house)
    webinar, meeting = [
        await caller.ask(rooms.CreateRoom, pb.CreateRoomRequest(title="Conseil", room=type_, type=type_))
        for type_ in ("webinar", "meeting")
    ]
    assert [link.role for link in webinar.links] == ["host", "speaker", "moderator", "technician", "participant"]
    assert [link.role for link in meeting.links] == ["host", "participant"]
    assert (webinar.room.max_participants, webinar.room.minutes) == (250, 120)
    assert (meeting.room.max_participants, meeting.room.minutes) == (100, 280)
    guest = JoinRequest(name="Amina", sdp="v=0")
    with pytest.raises(Refused, match="ROOM_NOT_STARTED"):
        await house.join.join("webinar", webinar.links[-1].ticket, guest)
    await house.join.join("webinar", webinar.links[0].ticket, JoinRequest(name="Hélène", sdp="v=0"))
    rights = {}
    for made in (webinar, meeting):
        joined = await house.join.join(made.room.room, made.links[-1].ticket, guest)
        rights[made.room.room] = set(joined.rights)
    assert rights == {"webinar": {"chat"}, "meeting": {"microphone", "camera", "screen", "chat"}}


@pytest.mark.timeout(180)
async def test_by_command(house: House, tmp_path: Path) -> None:
    """R090, R091, R102: make with a form, show, change, and delete after being told what is lost."""
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)
    made = await terminal.read(
        "rooms", "create", "Conseil", "--id", "conseil", "--welcome", "Bienvenue", "--lobby", "--access", "password"
    )
    assert len(made["password"]) == 14
    changed = await terminal.read("rooms", "set", "conseil", "--title", "Conseil d’école", "--minutes", "0")
    assert (changed["title"], changed["welcome"], changed["minutes"]) == ("Conseil d’école", "Bienvenue", 0)
    assert (await terminal.read("rooms", "show", "conseil"))["lobby"] is True
    said = await terminal.regie("rooms", "delete", "conseil", expect=2)
    assert "--yes" in said and "2 links" in said
    assert house.floor.room("conseil").view().state is RoomState.OPEN
    await terminal.regie("rooms", "delete", "conseil", "--yes")
    assert "conseil" not in house.floor.rooms
