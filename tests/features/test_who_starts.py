"""By which links a session begins, in every type of the table (R132, T4)."""

from __future__ import annotations

import pytest

from node.features.participants.rules import Role
from node.features.types.rules import TYPES, SessionType, Start
from tests.features.stage import Stage

LED = [type_ for type_ in TYPES.values() if type_.start is Start.HOST]
FREE = [type_ for type_ in TYPES.values() if type_.start is Start.ANYONE]


@pytest.mark.parametrize("type_", LED, ids=lambda type_: type_.key)
def test_where_a_host_starts_no_other_link_does(type_: SessionType) -> None:
    """R132, T4: who comes by the moderators' link waits for the host inside, and has started nothing."""
    stage = Stage(type=type_.key)
    for role in (Role.MODERATOR, Role.SPEAKER, Role.TECHNICIAN):
        stage.enter("Staff", f"{role}-ticket")
        assert stage.room.schedule.started is None
    stage.wait(60)
    stage.enter("Hélène", "host-ticket")
    assert stage.room.schedule.started == stage.now


@pytest.mark.parametrize("type_", FREE, ids=lambda type_: type_.key)
def test_a_meeting_is_begun_by_whoever_comes_first(type_: SessionType) -> None:
    """R132: the exception, and the types that are one."""
    stage = Stage(type=type_.key)
    stage.enter("Amina")
    assert stage.room.schedule.started == stage.now
    assert {type_.key for type_ in FREE} == {"meeting", "workshop"}
