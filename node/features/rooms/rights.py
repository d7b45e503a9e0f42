"""What people must have the right to before they do it in a room. Pure.

The type of the room says which role has which right (`node/features/types/rules.py`); this table says which right a
command needs. An operator's is checked by the gRPC edge.
"""

from __future__ import annotations

from typing import Final

import msgspec

from node.errors import Refused
from node.features.audit.rules import ReadAudit
from node.features.chat.rules import Hide, Say
from node.features.flags.rules import SetFlags
from node.features.hands.rules import Lower
from node.features.layout.showing import Show
from node.features.lobby.rules import LetIn, SetLobby, TurnAway
from node.features.moderation.rules import Claim, Decide, Regulate, Release, Restrain
from node.features.mute.rules import Block, BlockRoom, Unblock, UnblockRoom
from node.features.participants.bans import BanParticipant, LiftBan, SendToLobby
from node.features.participants.rules import People, Publish, Remove
from node.features.recordings.rules import PauseRecording, ResumeRecording, StartRecording, StopRecording
from node.features.roles.rules import GiveRole, Rename
from node.features.schedule.rules import EndSitting, Extend
from node.features.types.rules import RIGHT_OF, Right, SessionType
from node.ports import Actor

RIGHTS: Final[dict[type[msgspec.Struct], Right]] = {
    Remove: Right.MODERATE,
    BanParticipant: Right.MODERATE,
    LiftBan: Right.MODERATE,
    GiveRole: Right.MODERATE,
    Rename: Right.MODERATE,
    Block: Right.MODERATE,
    Unblock: Right.MODERATE,
    BlockRoom: Right.MODERATE,
    UnblockRoom: Right.MODERATE,
    SetFlags: Right.MODERATE,
    Show: Right.MODERATE,
    ReadAudit: Right.MODERATE,
    Hide: Right.MODERATE_CHAT,
    Regulate: Right.MODERATE_CHAT,
    Restrain: Right.MODERATE_CHAT,
    Claim: Right.MODERATE_CHAT,
    Release: Right.MODERATE_CHAT,
    Decide: Right.MODERATE_CHAT,
    Lower: Right.MODERATE_CHAT,
    LetIn: Right.ADMIT,
    TurnAway: Right.ADMIT,
    SetLobby: Right.ADMIT,
    SendToLobby: Right.ADMIT,
    StartRecording: Right.RECORD,
    PauseRecording: Right.RECORD,
    ResumeRecording: Right.RECORD,
    StopRecording: Right.RECORD,
    Extend: Right.END,
    EndSitting: Right.END,
}
"""Any other command in a person's name needs the right to end."""


def check_right(command: msgspec.Struct, people: People, type_: SessionType) -> None:
    """A person may do what their role in this very room has the right to, whatever their page shows (H18, R102).

    Raises:
        Refused: NOT_ALLOWED with the roles that may.
    """
    by = getattr(command, "by", None)
    if isinstance(command, Publish) and command.on:
        right, actor = RIGHT_OF[command.source], command.participant
    elif isinstance(command, Say):
        right, actor = Right.CHAT, command.participant
    elif isinstance(by, Actor) and by.kind in ("host", "participant"):
        right, actor = RIGHTS.get(type(command), Right.END), by.id
    else:
        return
    if right is Right.RECORD and not type_.recording:
        raise Refused("RECORDING_FORBIDDEN", current=type_.key, set_by="type")
    person = people.find(actor)
    if person is None and isinstance(command, Publish | Say):
        return  # the feature says who is not there
    if person is None or not type_.may(person.role, right):
        role = person.role if person is not None else "—"
        raise Refused("NOT_ALLOWED", limit=type_.who(right), current=role, set_by="type")
