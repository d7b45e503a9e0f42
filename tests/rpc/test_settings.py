"""The form of a room by gRPC and by `regie rooms`: everything may be said when it is made and changed afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.features.access.rules import Mode
from node.features.participants.rules import Role
from node.features.rooms.rules import RoomState
from node.ports import Source
from protos.rooms.v1 import rooms_pb2 as pb
from protos.rooms.v1 import rooms_pb2_grpc
from tests.rpc.house import ROLES, Caller, House, refused
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
    """R086, R087: no form at all, and what it will be like can be read beforehand, and is what it is."""
    caller, rooms = await desk(house)
    usual = next(row for row in house.services.types.list() if row.key == "meeting")
    made = await caller.ask(rooms.CreateRoom, pb.CreateRoomRequest(form=pb.Room.FORM_INSTANT))
    room = house.floor.room(made.room.room)
    assert (made.room.title, list(made.room.risks)) == ("Ma Réunion", ["title"])
    assert (room.door.max_participants, room.schedule.plan.minutes) == (usual.default_people, usual.default_minutes)
    assert [link.role for link in made.links] == [Role.HOST, Role.PARTICIPANT]


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
