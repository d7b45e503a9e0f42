"""R033: four presets set roles, layout, permissions and interactions; all of it can be changed then."""

from __future__ import annotations

import pytest

from node.features.flags.rules import SetFlags
from node.features.layout.showing import Show, View
from node.features.moderation.rules import Regulate
from node.features.schedule.rules import EndSitting
from node.features.types.rules import Right, Role, type_of
from tests.web.house import OPERATOR, House

PRESETS = {
    # what the audience may send and write; layout; microphones closed on arrival; private messages; seconds between two
    "lecture": ({Right.CHAT}, "speaker", False, False, 0),
    "masterclass": ({Right.CHAT, Right.MICROPHONE}, "presentation", True, True, 0),
    "round-table": ({Right.CHAT}, "gallery", False, False, 10),
    "workshop": ({Right.CHAT, Right.MICROPHONE, Right.CAMERA, Right.SCREEN}, "gallery", False, True, 0),
}


@pytest.mark.parametrize("preset", PRESETS)
async def test_a_preset_is_what_a_room_begins_with(home: House, preset: str) -> None:
    audience, view, muted, private, slow_s = PRESETS[preset]
    made, tickets = await home.create(type=preset)
    host = await home.person(made.room, tickets["host"], "Hélène")
    assert type_of(preset).roles[Role.PARTICIPANT] == audience
    assert host.seen[0]["showing"]["view"] == view
    for again in (False, True):  # the second time after a restart
        room = home.floor.room(made.room)
        settings = room.moderation.settings
        assert (room.layout.showing.view, room.flags.now.mute_on_start) == (view, muted)
        assert (settings.private, settings.slow_s, room.flags.fixed) == (private, slow_s, ())
        if not again:
            await home.crash()
            await home.open()


async def test_hosts_change_all_of_it_and_the_next_session_is_laid_out_as_the_first(home: House) -> None:
    made, tickets = await home.create(type="round-table")
    await home.person(made.room, tickets["host"], "Hélène")
    for command in (
        Show(OPERATOR, View.FREE),
        SetFlags(OPERATOR, mute_on_start=True),
        Regulate(OPERATOR, private=True, slow_s=0),
    ):
        await home.floor.decide(made.room, command).done()
    room = home.floor.room(made.room)
    assert (room.layout.showing.view, room.moderation.settings.slow_s) == (View.FREE, 0)
    await home.floor.decide(made.room, EndSitting(OPERATOR)).done()
    assert room.layout.showing.view is View.GALLERY
    assert (room.flags.now.mute_on_start, room.moderation.settings.private) == (True, True)
