"""What a page may say once it has said hello: the table `HANDLERS` is the whole of it. A handler translates into a use
case and decides nothing; `README.md` beside this file says what each message means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from node.errors import Refused
from node.features.audit.room import RoomAudit
from node.features.chat.service import Chat
from node.features.chat.view import MessageView
from node.features.cover.service import Cover
from node.features.flags.service import Flags
from node.features.hands.service import Hands
from node.features.invite.service import Invitations
from node.features.join.service import Join
from node.features.layout.service import Layout
from node.features.lobby.service import Lobby
from node.features.moderation.service import Moderation
from node.features.mute.service import Mute
from node.features.participants.service import Participants
from node.features.quality.rules import Reported
from node.features.quality.service import Quality
from node.features.reactions.rules import Reaction
from node.features.reactions.service import Reactions
from node.features.recordings.service import Recordings
from node.features.roles.service import Roles
from node.features.rooms.rules import Room
from node.features.rooms.service import Rooms
from node.features.texts.service import TextsService
from node.ports import Actor, Source
from node.signaling import leading
from node.signaling import messages as m
from node.signaling.hall import Halls
from node.signaling.stream import ENDED, Connection, Hub, Stream, frame
from node.signaling.talk import last_of, message_of, queue_for

OLDER_BURST: Final = 10
OLDER_PER_SECOND: Final = 2.0


@dataclass(frozen=True, slots=True)
class Edge:
    """What the WebSocket may use."""

    hub: Hub
    join: Join
    participants: Participants
    mute: Mute
    chat: Chat
    layout: Layout
    quality: Quality
    moderation: Moderation
    flags: Flags
    hands: Hands
    reactions: Reactions
    cover: Cover
    rooms: Rooms
    lobby: Lobby
    halls: Halls
    recordings: Recordings
    roles: Roles
    texts: TextsService
    invitations: Invitations
    audit: RoomAudit


@dataclass(slots=True)
class Talk:
    """One page that has said hello."""

    edge: Edge
    line: Connection
    stream: Stream
    room: Room
    participant: str
    looks: float = float(OLDER_BURST)
    looked: float = 0.0

    @property
    def actor(self) -> Actor:
        """Whom the rules see. They check by themselves that a host is one (H18)."""
        person = self.room.people.find(self.participant)
        return Actor("host", self.participant, person.role if person is not None else "")

    def say(self, message: m.FromNode) -> None:
        self.line.send(frame(message))

    def check_look(self) -> None:
        """The ledger is read for it.

        Raises:
            Refused: TOO_FAST.
        """
        now = asyncio.get_running_loop().time()
        self.looks = min(float(OLDER_BURST), self.looks + (now - self.looked) * OLDER_PER_SECOND)
        self.looked = now
        if self.looks < 1.0:
            raise Refused("TOO_FAST", limit=f"{OLDER_PER_SECOND:g}/s", current=f"{OLDER_BURST}+")
        self.looks -= 1.0


async def handle(talk: Talk, message: m.ClientMessage) -> int | None:
    handler = HANDLERS.get(type(message))
    if handler is None:
        raise Refused("BAD_REQUEST", current=name_of(message), set_by="protocol")
    return await handler(talk, message)


def name_of(message: m.ClientMessage) -> str:
    return type(message).__name__.lower()


# ---------------------------------------------------------------- the handlers, one a message


async def _publish(talk: Talk, message: m.Publish) -> None:
    talk.edge.participants.publish(talk.room.id, talk.participant, Source(message.source), message.on)


async def _chat(talk: Talk, message: m.Chat) -> None:
    told = talk.room.chat.posted_with(talk.participant, message.key)
    if told is None:
        talk.edge.chat.post(
            talk.room.id,
            talk.participant,
            message.text,
            message.key,
            to=message.to,
            reply=message.reply,
            found=await talk.edge.chat.found(talk.room.id, message.reply),
        )
        return
    # The page asks again because it missed the answer: it alone gets it again.
    talk.say(m.Said(talk.stream.next(), message_of(told, talk.participant)))
    if isinstance(told, MessageView) and told.hidden:
        talk.say(m.Hidden(talk.stream.next(), told.message))


async def _older(talk: Talk, message: m.Older) -> None:
    talk.check_look()
    found, more = await talk.edge.chat.older(talk.room.id, talk.participant, message.before)
    infos, more = last_of(found, talk.room.people.get(talk.participant), more=more)
    talk.say(m.Earlier(infos, more))


async def _queue(talk: Talk, message: m.Queue) -> None:
    talk.say(m.Items(*queue_for(talk.room, talk.room.people.get(talk.participant), message.after)))


async def _layout(talk: Talk, message: m.Layout) -> None:
    talk.edge.layout.arrange(talk.room.id, talk.participant, message.tiles, message.pinned)


async def _sizes(talk: Talk, message: m.Sizes) -> None:
    sizes = [(each.slot, each.width, each.height) for each in message.sizes]
    talk.edge.layout.resize(talk.room.id, talk.participant, sizes)


async def _voices(talk: Talk, message: m.Voices) -> None:
    talk.edge.layout.listen(talk.room.id, talk.participant, on=message.on)


async def _show(talk: Talk, message: m.Show) -> None:
    await talk.edge.layout.show(talk.room.id, by=talk.actor, view=message.view, spotlight=message.spotlight)


async def _mute(talk: Talk, message: m.Mute) -> None:
    change = talk.edge.mute.mute if message.muted else talk.edge.mute.unmute
    await change(talk.room.id, message.participant, frozenset({Source(message.source)}), by=talk.actor)


async def _remove(talk: Talk, message: m.Remove) -> None:
    await talk.edge.participants.remove(talk.room.id, message.participant, by=talk.actor)


async def _ban(talk: Talk, message: m.Ban) -> None:
    await talk.edge.participants.ban(talk.room.id, message.participant, by=talk.actor)


async def _hide(talk: Talk, message: m.Hide) -> None:
    await talk.edge.chat.hide(talk.room.id, message.message, by=talk.actor)


async def _admit(talk: Talk, message: m.Admit) -> None:
    if message.participant:
        await talk.edge.lobby.admit(talk.room.id, message.participant, by=talk.actor)
        return
    done = await talk.edge.lobby.admit_all(talk.room.id, by=talk.actor)
    if done.refusal is not None:
        talk.say(m.Refused.of(done.refusal, "admit"))


async def _refuse(talk: Talk, message: m.Refuse) -> None:
    chosen = (message.participant,) if message.participant else ()
    await talk.edge.lobby.turn_away(talk.room.id, chosen, by=talk.actor)


async def _lobby(talk: Talk, message: m.Lobby) -> None:
    changes = msgspec.structs.asdict(message)
    await talk.edge.lobby.set(talk.room.id, by=talk.actor, **changes)


async def _retract(talk: Talk, message: m.Retract) -> None:
    await talk.edge.chat.retract(talk.room.id, talk.participant, message.message)


async def _report(talk: Talk, message: m.Report) -> None:
    await talk.edge.chat.complain(talk.room.id, talk.participant, message.message, message.why)


async def _regulate(talk: Talk, message: m.Regulate) -> None:
    await talk.edge.moderation.regulate(talk.room.id, by=talk.actor, **msgspec.structs.asdict(message))


async def _flags(talk: Talk, message: m.SetFlags) -> None:
    await talk.edge.flags.set(talk.room.id, by=talk.actor, **msgspec.structs.asdict(message))


async def _restrain(talk: Talk, message: m.Restrain) -> None:
    who, how = message.participant, message.how
    await talk.edge.moderation.restrain(talk.room.id, who, how, by=talk.actor, for_s=message.for_s)


async def _claim(talk: Talk, message: m.Claim) -> None:
    talk.edge.moderation.claim(talk.room.id, message.item, by=talk.actor)


async def _release(talk: Talk, message: m.Release) -> None:
    talk.edge.moderation.release(talk.room.id, message.item, by=talk.actor)


async def _decide(talk: Talk, message: m.Decide) -> None:
    await talk.edge.moderation.decide(talk.room.id, message.item, message.verdict, by=talk.actor)


async def _hand(talk: Talk, message: m.Hand) -> None:
    talk.edge.hands.raise_(talk.room.id, talk.participant, message.up)


async def _lower(talk: Talk, message: m.Lower) -> None:
    await talk.edge.hands.lower(talk.room.id, message.participant, by=talk.actor)


async def _react(talk: Talk, message: m.React) -> None:
    talk.edge.reactions.react(talk.room.id, talk.participant, Reaction(message.reaction))


async def _active(talk: Talk, message: m.Active) -> None:
    talk.edge.cover.active(talk.room.id, talk.participant)


async def _extend(talk: Talk, message: m.Extend) -> None:
    await talk.edge.rooms.extend(talk.room.id, message.minutes, by=talk.actor)


async def _end(talk: Talk, message: m.End) -> None:
    await talk.edge.rooms.end(talk.room.id, by=talk.actor)


async def _record(talk: Talk, message: m.Record) -> None:
    room, recordings = talk.room.id, talk.edge.recordings
    if message.do == "start":
        await recordings.start(room, message.arrangement, by=talk.actor)
    else:
        await recordings.change(room, message.do, by=talk.actor)


async def _quality(talk: Talk, message: m.Quality) -> None:
    reported = {name: getattr(message, name) for name in Reported.__struct_fields__}
    talk.edge.quality.report(talk.room.id, talk.participant, Reported(**reported))


async def _ping(talk: Talk, message: m.Ping) -> None:
    talk.say(m.Pong(message.n))


async def _leave(talk: Talk, message: m.Leave) -> int:
    await talk.edge.join.leave_room(talk.room.id, talk.participant)
    return ENDED


# Any: each handler takes the message under which it stands.
HANDLERS: Final[dict[type[Any], Callable[[Talk, Any], Awaitable[int | None]]]] = {
    m.Publish: _publish,
    m.Chat: _chat,
    m.Layout: _layout,
    m.Sizes: _sizes,
    m.Voices: _voices,
    m.Show: _show,
    m.Mute: _mute,
    m.Remove: _remove,
    m.Ban: _ban,
    m.Admit: _admit,
    m.Refuse: _refuse,
    m.Lobby: _lobby,
    m.Hide: _hide,
    m.Retract: _retract,
    m.Older: _older,
    m.Queue: _queue,
    m.Report: _report,
    m.Regulate: _regulate,
    m.SetFlags: _flags,
    m.Restrain: _restrain,
    m.Claim: _claim,
    m.Release: _release,
    m.Decide: _decide,
    m.Hand: _hand,
    m.Lower: _lower,
    m.React: _react,
    m.Active: _active,
    m.Extend: _extend,
    m.End: _end,
    m.Record: _record,
    m.Quality: _quality,
    m.Ping: _ping,
    m.Leave: _leave,
    **leading.HANDLERS,
}
