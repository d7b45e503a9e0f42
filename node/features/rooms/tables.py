"""Which feature answers a command, and which features follow what happened: nothing else knows all of them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from node.features.access.rules import Issue, Renew, Revoke, SetAccess, TicketEnded
from node.features.chat.rules import Announce, Complain, Hide, MessageHidden, Retract, Say
from node.features.cover.rules import Active
from node.features.flags.rules import FlagsChanged, SetFlags
from node.features.hands.rules import Lower, Raise
from node.features.join.rules import Admit, GiveUp, Knock, Return, TakeOver
from node.features.layout.rules import HANDLED as LAYOUT_HANDLED
from node.features.lobby.rules import (
    LetIn,
    SetLobby,
    StopWaiting,
    TakeSeat,
    TurnAway,
    Wait,
    WaiterAdmitted,
    WaiterGone,
    WaiterHere,
)
from node.features.moderation.rules import Claim, Decide, ItemDecided, Regulate, Release, Restrain, SettingsChanged
from node.features.mute.rules import Block, BlockChanged, BlockRoom, Unblock, UnblockRoom
from node.features.participants.bans import BanParticipant, LiftBan, SendToLobby
from node.features.participants.rules import (
    Attach,
    Detach,
    GoAway,
    Heard,
    Leave,
    Measured,
    MediaConnected,
    MediaLost,
    PersonChanged,
    PersonGone,
    PersonJoined,
    PersonMoved,
    PlaceFreed,
    PlaneLost,
    Publish,
    Remove,
    Tick,
)
from node.features.quality.watched import Report
from node.features.quota.rules import SetRoomQuota
from node.features.rates.rules import SetCap
from node.features.reactions.rules import React
from node.features.recordings import planned
from node.features.recordings import rules as recordings
from node.features.roles.rules import GiveRole, Rename, RoleGiven
from node.features.rooms.asked import Close, Resume
from node.features.schedule.rules import (
    DrainRoom,
    EndSitting,
    Extend,
    PlanChanged,
    Replan,
    SittingEnded,
    SittingStarted,
    TimeOver,
)
from node.features.texts.rules import SetTexts, TextsChanged
from node.ports import Event, LayersWanted, VideoHeld

if TYPE_CHECKING:
    from node.features.rooms.rules import Room

# Any: each handler takes the command, and each reaction the event, under which it stands.
Handler = Callable[["Room", Any, float], list[Event]]

COMMANDS: Final[dict[type[msgspec.Struct], tuple[Handler, ...]]] = {
    Resume: (
        lambda room, c, now: room.mute.resume(c.muted),
        lambda room, c, now: room.layout.resume(),
        lambda room, c, now: room.rates.resume(),
    ),
    Issue: (lambda room, c, now: room.access.issue(c, now),),
    Renew: (lambda room, c, now: room.access.renew(c, now),),
    Revoke: (lambda room, c, now: room.access.revoke(c, now),),
    SetAccess: (lambda room, c, now: room.access.choose(c, now),),
    Close: (lambda room, c, now: room.close(c, now),),
    Knock: (lambda room, c, now: room.knock(c, now),),
    TakeOver: (lambda room, c, now: room.take_over(c, now),),
    Return: (lambda room, c, now: room.door.come_back(c, now),),
    Admit: (lambda room, c, now: room.door.admit(c, now), lambda room, c, now: room.mute.admitted(c, now)),
    GiveUp: (lambda room, c, now: room.door.give_up(c, now, keep=room.lobby.find(c.participant) is not None),),
    Wait: (lambda room, c, now: room.wait(c, now),),
    LetIn: (lambda room, c, now: room.let_in(c, now),),
    TurnAway: (lambda room, c, now: room.lobby.turn_away(c, now),),
    SetLobby: (lambda room, c, now: room.lobby.set(c, now),),
    TakeSeat: (lambda room, c, now: room.lobby.take_seat(c, now),),
    WaiterHere: (lambda room, c, now: room.lobby.here(c, now),),
    StopWaiting: (lambda room, c, now: room.lobby.stop(c, now),),
    Leave: (lambda room, c, now: room.people.leave(c, now),),
    Remove: (lambda room, c, now: room.people.remove(c, now),),
    BanParticipant: (lambda room, c, now: room.ban(c, now),),
    SendToLobby: (lambda room, c, now: room.send_to_lobby(c, now),),
    LiftBan: (lambda room, c, now: room.bans.lift(c, now),),
    Attach: (
        lambda room, c, now: room.people.attach(c, now),
        lambda room, c, now: room.cover.attached(c.participant, now),
    ),
    Detach: (
        lambda room, c, now: room.people.detach(c, now),
        lambda room, c, now: room.cover.detached(c.participant, now),
    ),
    GoAway: (lambda room, c, now: room.people.go_away(c, now),),
    Publish: (
        lambda room, c, now: room.flags.may_publish(c, now),
        lambda room, c, now: room.people.publish(c, now),
        lambda room, c, now: room.mute.published(c, now),
    ),
    SetFlags: (lambda room, c, now: room.flags.set(c, now),),
    SetTexts: (lambda room, c, now: room.says.set(c, now),),
    GiveRole: (lambda room, c, now: room.roles.give(c, now),),
    Rename: (lambda room, c, now: room.roles.rename(c, now),),
    Report: (lambda room, c, now: room.quality.report(c, now),),
    MediaConnected: (
        lambda room, c, now: room.people.connected(c, now),
        lambda room, c, now: room.schedule.connected(now),
    ),
    MediaLost: (lambda room, c, now: room.people.lost(c, now),),
    PlaneLost: (lambda room, c, now: room.people.plane_lost(c, now),),
    Heard: (lambda room, c, now: room.people.heard(c, now), lambda room, c, now: room.layout.heard(c, now)),
    Measured: (
        lambda room, c, now: room.quality.measured(c, now),
        lambda room, c, now: room.people.measured(c, now),
        lambda room, c, now: room.layout.measured(c, now),
    ),
    Tick: (
        lambda room, c, now: room.people.tick(c, now),
        lambda room, c, now: room.lobby.tick(c, now),
        lambda room, c, now: room.moderation.tick(c, now),
        lambda room, c, now: room.time(c, now),
        lambda room, c, now: room.cover.count(now),
        lambda room, c, now: room.recordings.tick(c, now),
    ),
    recordings.StartRecording: (lambda room, c, now: room.start_recording(c, now),),
    recordings.PauseRecording: (lambda room, c, now: room.recordings.pause(c, now),),
    recordings.ResumeRecording: (lambda room, c, now: room.recordings.resume(c, now),),
    recordings.StopRecording: (lambda room, c, now: room.recordings.stop(c, now),),
    recordings.TapEnded: (lambda room, c, now: room.recordings.tap_ended(c, now),),
    recordings.TapsHeld: (lambda room, c, now: room.recordings.held(c, now),),
    recordings.RecorderRead: (lambda room, c, now: room.recordings.read(c, now),),
    planned.PlanRecording: (lambda room, c, now: room.recordings.planned.plan(c, now),),
    planned.TellPlace: (lambda room, c, now: room.recordings.planned.tell(c, now),),
    Active: (lambda room, c, now: room.cover.active(c, now),),
    Raise: (lambda room, c, now: room.hands.raise_(c, now),),
    Lower: (lambda room, c, now: room.hands.lower(c, now),),
    React: (lambda room, c, now: room.reactions.react(c, now),),
    Extend: (lambda room, c, now: room.schedule.extend(c, now),),
    Replan: (lambda room, c, now: room.schedule.replan(c, now),),
    EndSitting: (lambda room, c, now: room.schedule.end(c, now),),
    DrainRoom: (lambda room, c, now: room.schedule.drain(c, now),),
    Block: (lambda room, c, now: room.mute.block(c, now),),
    Unblock: (lambda room, c, now: room.mute.unblock(c, now),),
    BlockRoom: (lambda room, c, now: room.mute.block_room(c, now),),
    UnblockRoom: (lambda room, c, now: room.mute.unblock_room(c, now),),
    Say: (lambda room, c, now: room.chat.say(c, now),),
    Retract: (lambda room, c, now: room.chat.retract(c, now),),
    Complain: (lambda room, c, now: room.chat.complain(c, now),),
    Regulate: (lambda room, c, now: room.moderation.regulate(c, now),),
    Restrain: (lambda room, c, now: room.moderation.restrain(c, now),),
    Claim: (lambda room, c, now: room.moderation.claim(c, now),),
    Release: (lambda room, c, now: room.moderation.release(c, now),),
    Decide: (lambda room, c, now: room.moderation.decide(c, now),),
    Announce: (lambda room, c, now: room.chat.announce(c, now),),
    Hide: (lambda room, c, now: room.chat.hide(c, now),),
    **dict.fromkeys(LAYOUT_HANDLED, (lambda room, c, now: room.layout.handle(c, now),)),
    SetCap: (lambda room, c, now: room.rates.set(c, now),),
    SetRoomQuota: (lambda room, c, now: room.door.limit(c, now),),
    VideoHeld: (lambda room, c, now: room.quality.held(c, now),),
}

REACTIONS: Final[dict[type[msgspec.Struct], tuple[Handler, ...]]] = {
    PersonJoined: (
        lambda room, e, now: room.first_in(e, now),
        lambda room, e, now: room.lobby.person_joined(e, now),
        lambda room, e, now: room.access.person_joined(e, now),
        lambda room, e, now: room.schedule.person_joined(e, now),
        lambda room, e, now: room.mute.person_joined(e, room._mark(e.ticket, e.name), now),
        lambda room, e, now: room.moderation.person_joined(e, room._mark(e.ticket, e.name), now),
        lambda room, e, now: room.rates.placed(e, now),
        lambda room, e, now: room.cover.came(e.participant, now),
    ),
    PersonMoved: (
        lambda room, e, now: room.access.person_joined(e, now),
        lambda room, e, now: room.schedule.person_joined(e, now),
        lambda room, e, now: room.is_here(e.participant, room._mark(e.ticket, e.name)),
        lambda room, e, now: room.rates.placed(e, now),
        lambda room, e, now: room.cover.came(e.participant, now),
        lambda room, e, now: room.recordings.person_moved(e, now),
        lambda room, e, now: room.lobby.moderator_came(e.role),
    ),
    SettingsChanged: (lambda room, e, now: room.cover.count(now),),
    PersonChanged: (
        lambda room, e, now: room.layout.refresh(e, now),
        lambda room, e, now: room.recordings.person_changed(e, now),
    ),
    BlockChanged: (lambda room, e, now: room.layout.refresh(e, now),),
    FlagsChanged: (
        lambda room, e, now: room.mute.flags_changed(e, now),
        lambda room, e, now: room.layout.flags_changed(e, now),
    ),
    RoleGiven: (
        lambda room, e, now: room.access.role_given(e.ticket, e.role),
        lambda room, e, now: room.mute.role_given(e.participant, e.before, e.by_kind, now),
        lambda room, e, now: room.layout.role_given(e.participant, now),
        lambda room, e, now: room.moderation.role_given(e.participant, e.by, now),
        lambda room, e, now: room.cover.role_given(e.participant, now),
        lambda room, e, now: room.schedule.role_given(e.role, now),
        lambda room, e, now: room.lobby.role_given(e.before, e.role),
    ),
    ItemDecided: (lambda room, e, now: room.chat.decided(e, now),),
    MessageHidden: (lambda room, e, now: room.moderation.hidden(e.message, e.by, now),),
    PersonGone: (
        lambda room, e, now: room.access.person_gone(e, now),
        lambda room, e, now: room.door.person_gone(e, now),
        lambda room, e, now: room.mute.person_gone(e, now),
        lambda room, e, now: room.chat.person_gone(e, now),
        lambda room, e, now: room.moderation.person_gone(e, now),
        lambda room, e, now: room.hands.person_gone(e, now),
        lambda room, e, now: room.reactions.person_gone(e, now),
        lambda room, e, now: room.cover.gone(e.participant, now) if room.closed is None else [],
        lambda room, e, now: room.layout.person_gone(e, now),
        lambda room, e, now: room.quality.person_gone(e, now),
        lambda room, e, now: room.rates.person_gone(e, now),
        lambda room, e, now: room.schedule.person_gone(e, now),
        lambda room, e, now: room.recordings.person_gone(e, now),
        lambda room, e, now: room.lobby.moderator_gone(),
    ),
    TextsChanged: (lambda room, e, now: room.recordings.titled(e.title),),
    PlanChanged: (lambda room, e, now: room.access.prolong(e.cut, now),),
    WaiterAdmitted: (lambda room, e, now: room.bans.let_in(e.sent, e.by, now),),
    WaiterGone: (lambda room, e, now: room.comes_not(e.participant) if e.cause != "in" else [],),
    PlaceFreed: (lambda room, e, now: room.lobby.place_freed(e, now),),
    TicketEnded: (lambda room, e, now: room.lobby.ticket_ended(e, now),),
    SittingStarted: (lambda room, e, now: room.recordings.begin(e, now),),
    SittingEnded: (
        lambda room, e, now: room.recordings.over("ended", e.by, now),
        lambda room, e, now: room.bans.over(now),
        lambda room, e, now: room.sitting_ended(e, now),
        lambda room, e, now: room.begin_anew(e, now),
    ),
    TimeOver: (
        lambda room, e, now: room.recordings.over("ended", e.by, now),
        lambda room, e, now: room.sitting_ended(e, now),
    ),
}

AFTER_CLOSE: Final = frozenset(
    {
        GiveUp,
        WaiterHere,
        StopWaiting,
        Detach,
        MediaLost,
        PlaneLost,
        Hide,
        Tick,
        Measured,
        Heard,
        MediaConnected,
        LayersWanted,
        VideoHeld,
        recordings.TapEnded,
        recordings.RecorderRead,
    }
)
