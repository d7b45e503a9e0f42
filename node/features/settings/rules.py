"""The settings of a room as one form: what may be said when it is made may be changed afterwards, and holds at once
(R102). Pure.

Each setting belongs to a feature, which decides; here they are only gathered, so that a form is taken as a whole or
not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from node.features.access.rules import Mode, SetAccess
from node.features.flags.rules import NAMES as FLAGS
from node.features.flags.rules import SetFlags
from node.features.lobby.rules import SetLobby
from node.features.moderation.rules import Regulate
from node.features.quota.rules import SetRoomQuota, What
from node.features.recordings.planned import PlanRecording
from node.features.rooms.rules import Room
from node.features.rooms.view import Opening
from node.features.schedule.rules import Replan
from node.features.texts.rules import SetTexts, Texts
from node.ports import Actor

TEXTS = (
    "title",
    "welcome",
    "staff",
    "speaking",
    "redirect",
    "brand_name",
    "brand_colour",
    "brand_logo",
    "rehearsed",
    "expected",
    "moderators",
)
NAMES = tuple(name for name in FLAGS if name != "lock_door")  # its door is locked for the moment


class Wishes(msgspec.Struct, frozen=True):
    """None: as it is, or as the type has it. `password`: in words, for a room that asks for one. `starts`: seconds
    since the epoch; `minutes`: how long, 0: no end."""

    title: str | None = None
    welcome: str | None = None
    staff: str | None = None
    speaking: str | None = None
    redirect: str | None = None
    brand_name: str | None = None
    brand_colour: str | None = None
    brand_logo: str | None = None
    rehearsed: bool | None = None
    expected: int | None = None
    moderators: int | None = None
    lobby: bool | None = None
    agenda: str | None = None
    lobby_message: str | None = None
    public_chat: bool | None = None
    private_chat: bool | None = None
    webcams_only_for_moderators: bool | None = None
    mute_on_start: bool | None = None
    lock_camera: bool | None = None
    lock_microphone: bool | None = None
    disable_notes: bool | None = None
    record: bool | None = None
    record_layout: str | None = None
    max_participants: int | None = None
    minutes: int | None = None
    starts: float | None = None
    access: Mode | None = None
    password: str = ""


def commands(wishes: Wishes, by: Actor, kept: str = "") -> list[msgspec.Struct]:
    """What is to be asked of the room. `kept`: the password as scrypt made it."""
    asked: list[msgspec.Struct] = []
    if texts := _named(wishes, TEXTS):
        asked.append(SetTexts(by, **texts))
    lobby = {"on": wishes.lobby, "agenda": wishes.agenda, "message": wishes.lobby_message}
    if any(value is not None for value in lobby.values()):
        asked.append(SetLobby(by, wishes.lobby, wishes.agenda, wishes.lobby_message))
    if flags := _named(wishes, NAMES):
        asked.append(SetFlags(by, **flags))
    if wishes.record is not None or wishes.record_layout is not None:
        asked.append(PlanRecording(by, wishes.record, wishes.record_layout))
    if wishes.public_chat is not None or wishes.private_chat is not None:
        asked.append(Regulate(by, public=wishes.public_chat, private=wishes.private_chat))
    if wishes.max_participants is not None:
        asked.append(SetRoomQuota(What.PEOPLE, wishes.max_participants, by))
    if wishes.minutes is not None or wishes.starts is not None:
        asked.append(Replan(by, wishes.starts, wishes.minutes))
    if wishes.access is not None:
        asked.append(SetAccess(wishes.access, by, kept))
    return asked


def unknown_of(asked: Sequence[msgspec.Struct]) -> tuple[str, ...]:
    """Placeholders that stand for nothing in the texts that are asked for."""
    texts = next((command for command in asked if isinstance(command, SetTexts)), None)
    if texts is None:
        return ()
    said = Texts(texts.welcome or "", texts.staff or "", texts.speaking or "", texts.redirect or "")
    return said.unknown


def _named(wishes: Wishes, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(wishes, name)) is not None}


def of(room: Room) -> Wishes:
    """As they are now; the password is not known to anybody."""
    texts, flags, moderation = room.says.now, room.flags.now, room.moderation.settings
    return Wishes(
        title=room.title,
        welcome=texts.welcome,
        staff=texts.staff,
        speaking=texts.speaking,
        redirect=texts.redirect,
        brand_name=texts.brand.name,
        brand_colour=texts.brand.colour,
        brand_logo=texts.brand.logo,
        rehearsed=texts.rehearsed,
        expected=texts.expected,
        moderators=texts.moderators,
        lobby=room.lobby.on,
        agenda=room.lobby.agenda,
        lobby_message=room.lobby.message,
        public_chat=moderation.public,
        private_chat=moderation.private,
        **{name: getattr(flags, name) for name in NAMES},
        record=room.recordings.planned.now.on,
        record_layout=room.recordings.planned.now.arrangement,
        max_participants=room.door.max_participants,
        minutes=room.schedule.plan.minutes,
        starts=room.schedule.plan.starts,
        access=room.access.mode,
    )


def rehearse(room: Room, asked: Sequence[msgspec.Struct], now: float) -> Room:
    """Whether all of it would be accepted, tried on a room of the same make with nobody in it, which is returned.

    Raises:
        Refused: as the first that is not says; the room itself has not changed.
    """
    opening = Opening(
        room.id,
        room.title,
        room.door.max_participants,
        created=room.created,
        type=room.type.key,
        plan=room.schedule.plan,
        sitting=room.schedule.view().sitting,
    )
    likeness = Room(opening, node=room.node)
    likeness.says.now, likeness.flags.now = room.says.now, room.flags.now
    likeness.access.mode, likeness.access.password = room.access.mode, room.access.password
    likeness.recordings.planned.now = room.recordings.planned.now
    for command in asked:
        likeness.handle(command, now)
    return likeness
