"""What holds in a room after whatever was asked of it, in any order: the one place where it is written.

1. caps: never more people than places;
2. lobby: the invariants of `node/features/lobby/rules.py`;
3. rights: nobody sends what their role may not, and nobody did what their role has no right to;
4. routes: of each track the plane was told to drop exactly what a restart would tell it to;
5. cameras: while only moderators are to see them, nobody else has a participant's camera;
6. what is shown: whoever is in a slot, on the stage or in the list of hands is in the room;
7. operators: a flag that one of them set is lifted by nobody else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from node.features.lobby.rules import check as check_lobby
from node.features.participants.rules import Role
from node.features.rooms.rules import Room
from node.features.types.rules import RIGHT_OF
from node.ports import Shape, Source


def check(
    room: Room,
    now: float,
    *,
    places: int,
    dropped: Mapping[str, bool],
    had_to_wait: Collection[str],
    admitted: Collection[str],
    fixed: Collection[str],
) -> None:
    """`dropped`: by track, what the plane was told; `fixed`: flags that operators set and did not lift.

    Raises:
        AssertionError: what does not hold.
    """
    here = {person.id: person for person in room.people}
    assert len(room.people) <= places, "1: more people than places"
    inside = [who for who in here if who in had_to_wait]
    check_lobby(room.lobby, room.people, room.access, inside, admitted, now)
    for person in here.values():
        may = {source for source, right in RIGHT_OF.items() if room.type.may(person.role, right)}
        # An encoder says nothing: what arrives of it counts as sent, also where the plane drops it.
        assert person.publishing <= may or person.client is Shape.WHIP, (
            f"3: {person.role} sends {person.publishing - may}"
        )
        has = {track.source for track in person.tracks}  # an encoder sends no screen
        told = {source for source in has if dropped.get(f"{person.transport}/{source}", False)}
        ought = room.must_block(person.id) & has
        assert told == ought, f"4: {person.id} {person.role}: the plane drops {told}, and should {ought}"
        for _slot, who, source in room.layout.view(person.id):
            assert who is None or who in here, f"6: {who} is in a slot and not in the room"
            if who is not None and source is Source.CAMERA and "webcams_only_for_moderators" in room.flags.now.on:
                unseen = person.role is here[who].role is Role.PARTICIPANT
                assert not unseen, f"5: {person.id} has the camera of {who}"
    assert set(room.layout.showing.spotlight) <= here.keys(), "6: on the stage and not in the room"
    assert {who for who, _since in room.hands.view()} <= here.keys(), "6: a hand and nobody to it"
    assert set(fixed) <= set(room.flags.now.on), "7: a host lifted what an operator set"
