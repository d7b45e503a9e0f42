"""Inviting by gRPC and by `regie rooms`: links, a text, a file for calendars; and leading a room from where one is
signed in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from node.features.rooms.floor import digest
from protos.invite.v1 import invite_pb2 as pb
from protos.invite.v1 import invite_pb2_grpc
from protos.rooms.v1 import rooms_pb2, rooms_pb2_grpc
from tests.rpc.house import ROLES, House, refused
from tests.rpc.test_moderation_cli import Terminal


async def test_an_update_and_a_cancellation_follow_the_invitation(house: House) -> None:
    """R118, R089: the room is put off; the links that were sent go on opening it."""
    caller = await house.operator("operator", "olga")
    rooms: Any = rooms_pb2_grpc.RoomsServiceStub(caller.channel)
    desk: Any = invite_pb2_grpc.InviteServiceStub(caller.channel)
    now = int(house.clock.now())
    starts = Timestamp(seconds=now + 86_400)
    await caller.ask(rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="Conseil", room="conseil", starts=starts))
    made = await caller.ask(desk.Invite, pb.InviteRequest(room="conseil", zone="Europe/Paris"))
    assert [link.role for link in made.links] == ["host", "participant"]
    event = icalendar.Calendar.from_ical(made.calendar).walk("VEVENT")[0]
    assert event.decoded("dtstart").timestamp() == starts.seconds
    url = made.links[1].url

    later = Timestamp(seconds=now + 60 * 86_400)
    settings = rooms_pb2.Settings(starts=later, title="Conseil (reporté)")
    await caller.ask(rooms.UpdateRoom, rooms_pb2.UpdateRoomRequest(room="conseil", settings=settings))
    house.clock.offset += 10
    again = await caller.ask(desk.GetCalendar, pb.GetCalendarRequest(room="conseil", url=url))
    moved = icalendar.Calendar.from_ical(again.calendar).walk("VEVENT")[0]
    assert (moved["uid"], moved.decoded("dtstart").timestamp()) == (event["uid"], later.seconds)
    assert int(moved["sequence"]) > int(event["sequence"])
    live = house.floor.room("conseil").access.issued()
    assert all(link.expires >= later.seconds for link in live)

    gone = await caller.ask(desk.GetCalendar, pb.GetCalendarRequest(room="conseil", cancel=True))
    assert "METHOD:CANCEL" in gone.calendar and "#" not in gone.calendar
    said = await refused(
        caller.ask(desk.GetCalendar, pb.GetCalendarRequest(room="conseil", url="https://elsewhere.org/r/x#y"))
    )
    assert said.reason == "VALUE_INVALID"


async def test_who_only_watches_invites_nobody(house: House) -> None:
    """R114, H18: links are given to who may make rooms, and are nowhere else."""
    await house.room("hall", [])
    viewer = await house.operator("moderator", "vera")
    desk: Any = invite_pb2_grpc.InviteServiceStub(viewer.channel)
    assert (await refused(viewer.ask(desk.Invite, pb.InviteRequest(room="hall")))).reason == "NOT_ALLOWED"


@pytest.mark.timeout(180)  # several processes start, also on a machine that is busy
async def test_by_command(house: House, tmp_path: Path) -> None:
    """R090, R093, R117, R119, R127, R129: the two links come with a label each, and what to do with them is said next;
    launching gives one's own link, with the same role in the same room."""
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)
    start = datetime.fromtimestamp(house.clock.now() + 86_400, UTC)
    made = await terminal.regie("rooms", "create", "Conseil", "--id", "conseil", "--start", start.isoformat())
    *_, host, host_url, guest, guest_url, then = made.splitlines()
    assert (host, guest) == ("Link of the host (keep it to yourself)", "Invitation link")
    roles = {link.secret: link.role for link in house.floor.room("conseil").access.issued()}
    assert [roles[digest(url.partition("#")[2])] for url in (host_url, guest_url)] == ["host", "participant"]
    assert then.startswith("Next: send these links.") and then.endswith("regie rooms invite conseil")
    file = tmp_path / "conseil.ics"
    said = await terminal.regie("rooms", "invite", "conseil", "--ics", str(file), "--zone", "Europe/Paris")
    assert said.count("/r/conseil#") == 3, "a link for hosts, one for guests, and that one in the text"
    assert f"{start.year}, " in said and "(Europe/Paris, UTC+" in said
    assert b"BEGIN:VCALENDAR" in file.read_bytes()
    launched = await terminal.read("rooms", "launch", "conseil")
    assert launched["ticket"]["name"] == "olga"
    assert launched["link"]["role"] == "host"
    assert "/r/conseil#" in launched["link"]["url"]


@pytest.mark.timeout(180)
async def test_create_and_invite_in_one_step(house: House, tmp_path: Path) -> None:
    """R115: it ends with links that open the room, a text that has the one for guests in it, and the date."""
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)
    start = datetime.fromtimestamp(house.clock.now() + 86_400, UTC).isoformat()
    made = await terminal.read("rooms", "create", "Conseil", "--id", "conseil", "--start", start, "--invite")
    host, guest = (link["url"] for link in made["links"])
    assert guest in made["text_en"] and host not in made["text_en"] and "Conseil" in made["text_fr"]
    (event,) = icalendar.Calendar.from_ical(made["calendar"]).walk("VEVENT")
    assert str(event["url"]) == guest
    live = {link.secret: link.role for link in house.floor.room("conseil").access.issued() if not link.ended}
    assert [live[digest(url.partition("#")[2])] for url in (host, guest)] == ["host", "participant"]
    said = await terminal.regie("rooms", "create", "Atelier", "--id", "atelier", "--type", "workshop", "--invite")
    assert said.count("/r/atelier#") == 3 and "When: at any time" in said


@pytest.mark.timeout(180)
async def test_a_room_is_deleted_with_what_cancels_its_date(house: House, tmp_path: Path) -> None:
    """R118, R091: the cancellation is of the event that was sent; without a date nothing is deleted for it."""
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)
    start = datetime.fromtimestamp(house.clock.now() + 86_400, UTC).isoformat()
    made = await terminal.read("rooms", "create", "Conseil", "--id", "conseil", "--start", start, "--invite")
    (event,) = icalendar.Calendar.from_ical(made["calendar"]).walk("VEVENT")
    said = await terminal.regie("rooms", "delete", "conseil", expect=2)
    assert "0 recordings" in said and "--ics FILE" in said
    file = tmp_path / "cancelled.ics"
    house.clock.offset += 10
    await terminal.regie("rooms", "delete", "conseil", "--yes", "--ics", str(file))
    assert "conseil" not in house.floor.rooms
    cancelled = icalendar.Calendar.from_ical(file.read_bytes())
    (gone,) = cancelled.walk("VEVENT")
    assert (str(cancelled["method"]), str(gone["status"]), gone["uid"]) == ("CANCEL", "CANCELLED", event["uid"])
    assert int(gone["sequence"]) > int(event["sequence"])

    await terminal.regie("rooms", "create", "Atelier", "--id", "atelier")
    await terminal.regie("rooms", "delete", "atelier", "--yes", "--ics", str(file), expect=1)
    assert "atelier" in house.floor.rooms


@pytest.mark.timeout(180)
async def test_the_form_says_what_is_a_matter_of_taste_and_what_is_too_much(house: House, tmp_path: Path) -> None:
    """R103, R098: on the command line the form has its groups; more than is advised for is made, and said."""
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)
    form = await terminal.regie("rooms", "create", "--help")
    assert form.index("--brand-colour") > form.index("Personalisation") > form.index("--max")
    await terminal.regie("rooms", "create", "Grand conseil", "--id", "grand", "--max", "300")
    assert "more people than is advised" in terminal.complaint
