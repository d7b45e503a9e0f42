"""Fake nodes for the console's tests: real grpc.aio servers over TLS that implement the contracts with scripted data.

A test tells a node what happens (`enter`, `say`, `stop`, `freeze` …) and looks at what it was asked (`calls`).
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from google.protobuf import any_pb2
from google.rpc import status_pb2

from console.model import Context
from protos.audit.v1 import audit_pb2, audit_pb2_grpc
from protos.chat.v1 import chat_pb2, chat_pb2_grpc
from protos.common.v1 import common_pb2
from protos.lobby.v1 import lobby_pb2, lobby_pb2_grpc
from protos.mute.v1 import mute_pb2, mute_pb2_grpc
from protos.nodes.v1 import nodes_pb2, nodes_pb2_grpc
from protos.participants.v1 import participants_pb2, participants_pb2_grpc
from protos.quality.v1 import quality_pb2, quality_pb2_grpc
from protos.quota.v1 import quota_pb2, quota_pb2_grpc
from protos.rates.v1 import rates_pb2, rates_pb2_grpc
from protos.rooms.v1 import rooms_pb2, rooms_pb2_grpc
from tests.console.ledger import Ledger

ROLES = {
    "viewer": common_pb2.ROLE_VIEWER,
    "moderator": common_pb2.ROLE_MODERATOR,
    "operator": common_pb2.ROLE_OPERATOR,
    "admin": common_pb2.ROLE_ADMIN,
}
NOON = 1_795_262_400  # 2026-11-21 12:00:00 UTC


class Authority:
    """A CA and one server certificate for 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fleet test CA")])
        now = datetime.datetime.now(datetime.UTC)
        ca = _certificate(ca_name, ca_name, ca_key.public_key(), now).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "node")])
        names = x509.SubjectAlternativeName(
            [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
        )
        leaf = _certificate(name, ca_name, key.public_key(), now).add_extension(names, critical=False)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(ca.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain = leaf.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        self.credentials = grpc.ssl_server_credentials([(pem, chain)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: Any, now: datetime.datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )


class FakeNode:
    """One node. `tick`: seconds between heartbeats."""

    def __init__(self, name: str, authority: Authority, *, tick: float = 0.05, role: str = "admin") -> None:
        self.name = name
        self.authority = authority
        self.tick = tick
        self.token = secrets.token_urlsafe(8)
        self.role = role
        self.port = 0
        self.rooms: dict[str, rooms_pb2.Room] = {}
        self.people: dict[tuple[str, str], participants_pb2.Participant] = {}
        self.messages: list[chat_pb2.Message] = []
        self.details: dict[str, quality_pb2.GetQualityResponse] = {}
        self.caps: dict[tuple[str, str], rates_pb2.Cap] = {}
        self.quotas: dict[tuple[str, str, str], quota_pb2.Quota] = {}
        self.denials: list[quota_pb2.Denial] = []
        self.records: list[audit_pb2.Record] = []
        self.broken: tuple[int, str] = (0, "")  # of the chain of records
        self.load = nodes_pb2.Load(cpu_percent=40.0, packets_out_per_second=12_000, bits_out_per_second=60_000_000)
        self.calls: list[tuple[str, Any]] = []
        self.refuse: dict[str, tuple[grpc.StatusCode, common_pb2.Refusal | None]] = {}
        self.delay: dict[str, float] = {}
        self.streams: dict[str, int] = {}
        self.resumed: list[tuple[str, str]] = []
        self._log: list[tuple[str, str, Any]] = []  # (topic, room, message or id gone)
        self._news = asyncio.Event()
        self._frozen = False
        self._server: grpc.aio.Server | None = None
        self._seen: dict[str, Any] = {}

    # ------------------------------------------------------------------ life

    async def start(self) -> None:
        """Listen; the second time on the same port."""
        server = grpc.aio.server(options=[("grpc.http2.min_recv_ping_interval_without_data_ms", 1000)])
        servicer = Servicer(self)
        nodes_pb2_grpc.add_NodesServiceServicer_to_server(servicer, server)
        rooms_pb2_grpc.add_RoomsServiceServicer_to_server(servicer, server)
        participants_pb2_grpc.add_ParticipantsServiceServicer_to_server(servicer, server)
        mute_pb2_grpc.add_MuteServiceServicer_to_server(servicer, server)
        chat_pb2_grpc.add_ChatServiceServicer_to_server(servicer, server)
        quality_pb2_grpc.add_QualityServiceServicer_to_server(servicer, server)
        audit_pb2_grpc.add_AuditServiceServicer_to_server(servicer, server)
        quota_pb2_grpc.add_QuotaServiceServicer_to_server(servicer, server)
        lobby_pb2_grpc.add_LobbyServiceServicer_to_server(servicer, server)
        rates_pb2_grpc.add_RatesServiceServicer_to_server(servicer, server)
        self.port = server.add_secure_port(f"127.0.0.1:{self.port}", self.authority.credentials)
        await server.start()
        self._server = server

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(0)
            self._server = None

    def freeze(self, frozen: bool = True) -> None:
        """Say nothing more on any stream, without closing it."""
        self._frozen = frozen

    @property
    def context(self) -> Context:
        return Context(self.name, f"127.0.0.1:{self.port}", str(self.authority.ca_file), self.token)

    # ------------------------------------------------------------------ the script

    async def open_room(self, room: str, title: str = "", **values: Any) -> None:
        self.rooms[room] = rooms_pb2.Room(
            room=room, title=title or room, state=rooms_pb2.Room.STATE_OPEN, node=self.name, **values
        )
        self.rooms[room].created.FromSeconds(NOON - 3600)
        self.rooms[room].opened.FromSeconds(NOON - 2400)
        await self._tell("room", room, self.rooms[room])

    async def enter(self, room: str, participant: str, name: str, **values: Any) -> participants_pb2.Participant:
        person = participants_pb2.Participant(
            participant=participant,
            room=room,
            name=name,
            role=values.pop("role", "participant"),
            client=values.pop("client", participants_pb2.Participant.CLIENT_PAGE),
            state=values.pop("state", participants_pb2.Participant.STATE_HERE),
            tracks=values.pop(
                "tracks",
                [
                    participants_pb2.Track(source="microphone", on=True),
                    participants_pb2.Track(source="camera", on=True, bits_per_second=900_000),
                ],
            ),
            level=values.pop("level", 127),
            quality=values.pop(
                "quality",
                participants_pb2.Quality(
                    loss_percent=0.2,
                    rtt_ms=31,
                    bits_per_second=1_400_000,
                    grade=participants_pb2.Quality.GRADE_GOOD,
                ),
            ),
            **values,
        )
        person.joined.FromSeconds(NOON - 600)
        self.people[room, participant] = person
        await self.changed(person)
        await self._count(room)
        return person

    async def changed(self, person: participants_pb2.Participant) -> None:
        await self._tell("person", person.room, person)

    async def leave(self, room: str, participant: str) -> None:
        del self.people[room, participant]
        await self._tell("person", room, participant)
        await self._count(room)

    async def close(self, room: str) -> None:
        self.rooms[room].state = rooms_pb2.Room.STATE_CLOSED
        for key in [key for key in self.people if key[0] == room]:
            await self.leave(*key)
        await self._tell("room", room, room)

    async def say(self, room: str, name: str, text: str, participant: str = "") -> chat_pb2.Message:
        number = sum(message.room == room for message in self.messages) + 1
        message = chat_pb2.Message(
            message=f"m{number:05d}", room=room, participant=participant or name, name=name, text=text
        )
        message.sent.FromSeconds(NOON + number)
        self.messages.append(message)
        await self._tell("message", room, message)
        return message

    async def record(self, operator: str, method: str, outcome: str = "OK", **values: Any) -> None:
        """An operator did something, or was refused."""
        one = audit_pb2.Record(
            number=len(self.records) + 1, operator=operator, method=f"/regie.{method}", outcome=outcome, **values
        )
        one.at.FromSeconds(NOON + 30 * one.number)
        self.records.append(one)
        await self._tell("record", "", one)

    async def limit(self, scope: str, name: str, what: str, limit: int, use: int, **values: Any) -> None:
        """A limit and its use."""
        quota = quota_pb2.Quota(scope=scope, name=name, what=what, limit=limit, use=use, **values)
        quota.default = quota.default or limit
        self.quotas[scope, name, what] = quota
        await self._tell("quota", "", quota)

    async def deny(self, scope: str, name: str, what: str, code: str, room: str = "") -> None:
        """The limit says no."""
        quota = self.quotas[scope, name, what]
        said = quota_pb2.Denial(number=len(self.denials) + 1, code=code, scope=scope, name=name, what=what, room=room)
        said.limit, said.current = str(quota.limit), str(quota.use)
        said.at.FromSeconds(NOON + 60 * said.number)
        quota.refused += 1
        quota.last_refused.CopyFrom(said.at)
        self.denials.append(said)
        await self._tell("quota", "", said)
        await self._tell("quota", "", quota)

    async def _count(self, room: str) -> None:
        if room in self.rooms:
            self.rooms[room].people = sum(key[0] == room for key in self.people)
            await self._tell("room", room, self.rooms[room])

    async def _tell(self, topic: str, room: str, what: Any) -> None:
        if not isinstance(what, str):
            copy = type(what)()
            copy.CopyFrom(what)
            what = copy
        self._log.append((topic, room, what))
        told, self._news = self._news, asyncio.Event()
        told.set()

    # ------------------------------------------------------------------ for the servicer

    def node(self) -> nodes_pb2.Node:
        self.load.people = len(self.people)
        self.load.rooms = sum(room.state == rooms_pb2.Room.STATE_OPEN for room in self.rooms.values())
        node = nodes_pb2.Node(
            node=self.name,
            version="0.1.0",
            state=nodes_pb2.Node.STATE_OK,
            load=self.load,
            plane=nodes_pb2.Plane(instance="p", version="0.1.0", optimised=True),
            web_url=f"https://{self.name}.example",
        )
        node.started.FromSeconds(NOON - 90_000)
        return node

    async def follow(self, topic: str, room: str, token: str) -> AsyncIterator[tuple[bool, list[Any], str]]:
        """(snapshot, changes, token): the snapshot first unless `token` can be resumed; then at least each tick."""
        self.streams[topic] = self.streams.get(topic, 0) + 1
        self.resumed.append((topic, token))
        at = int(token) if token else -1
        if at < 0:
            at = len(self._log)
            yield True, [], str(at)
        while True:
            fresh = [what for one, where, what in self._log[at:] if one == topic and room in ("", where)]
            at = len(self._log)
            if not self._frozen:
                yield False, fresh, str(at)
            news = self._news
            if at == len(self._log):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), self.tick)


class Servicer(
    nodes_pb2_grpc.NodesServiceServicer,
    rooms_pb2_grpc.RoomsServiceServicer,
    participants_pb2_grpc.ParticipantsServiceServicer,
    mute_pb2_grpc.MuteServiceServicer,
    chat_pb2_grpc.ChatServiceServicer,
    quality_pb2_grpc.QualityServiceServicer,
    Ledger,
    rates_pb2_grpc.RatesServiceServicer,
    lobby_pb2_grpc.LobbyServiceServicer,
):
    """The contracts, over a FakeNode. Roles are checked here as the real node checks them."""

    def __init__(self, node: FakeNode) -> None:
        self._node = node

    async def _check(self, context: Any, method: str, needed: str, request: Any = None) -> Any:
        node = self._node
        metadata = dict(context.invocation_metadata() or ())
        if metadata.get("authorization") != f"Bearer {node.token}":
            await _refuse(context, grpc.StatusCode.UNAUTHENTICATED, refusal("TOKEN_WRONG"))
        if ROLES[node.role] < ROLES[needed]:
            detail = refusal("NOT_ALLOWED", limit=needed, current=node.role)
            await _refuse(context, grpc.StatusCode.PERMISSION_DENIED, detail)
        if request is not None:
            again = node._seen.get(request.request_id)
            if again is not None:
                return again
            node.calls.append((method, request))
        if method in node.delay:
            await asyncio.sleep(node.delay[method])
        if method in node.refuse:
            await _refuse(context, *node.refuse[method])
        return None

    def _person(self, request: Any) -> participants_pb2.Participant | None:
        return self._node.people.get((request.room, request.participant))

    # nodes

    async def ListNodes(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListNodes", "viewer")
        return nodes_pb2.ListNodesResponse(nodes=[self._node.node()])

    async def GetCaller(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetCaller", "viewer")
        return nodes_pb2.GetCallerResponse(operator="anna", role=ROLES[self._node.role])

    async def WatchNodes(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchNodes", "viewer")
        async for _, _, token in self._node.follow("node", "", ""):
            yield nodes_pb2.WatchNodesResponse(
                nodes=[self._node.node()], position=common_pb2.Position(resume_token=token)
            )

    async def GetNode(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetNode", "viewer")
        return nodes_pb2.GetNodeResponse(node=self._node.node())

    # rooms

    async def ListRooms(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListRooms", "viewer")
        rooms = [
            room for room in self._node.rooms.values() if request.with_closed or room.state == rooms_pb2.Room.STATE_OPEN
        ]
        start = int(request.page_token or 0)
        size = request.page_size or 100
        more = str(start + size) if start + size < len(rooms) else ""
        return rooms_pb2.ListRoomsResponse(rooms=rooms[start : start + size], next_page_token=more)

    async def GetRoom(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetRoom", "viewer")
        room = self._node.rooms.get(request.room)
        if room is None:
            await _refuse(context, grpc.StatusCode.NOT_FOUND, refusal("ROOM_UNKNOWN"))
        return rooms_pb2.GetRoomResponse(room=room)

    async def CreateRoom(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "CreateRoom", "operator", request):
            return again
        room = request.room or "quiet-river"
        await self._node.open_room(room, request.title, max_participants=request.max_participants)
        links = [
            rooms_pb2.JoinLink(role=role, url=f"https://demo.example/r/{room}#{role}-ticket", ticket=f"{role}-ticket")
            for role in ("host", "participant")
        ]
        return self._did(request, rooms_pb2.CreateRoomResponse(room=self._node.rooms[room], links=links))

    async def WatchRooms(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchRooms", "viewer")
        async for snapshot, changes, token in self._node.follow("room", "", request.resume_token):
            rooms = [room for room in self._node.rooms.values() if room.state == rooms_pb2.Room.STATE_OPEN]
            yield rooms_pb2.WatchRoomsResponse(
                snapshot=snapshot,
                rooms=rooms if snapshot else [one for one in changes if not isinstance(one, str)],
                gone=[one for one in changes if isinstance(one, str)],
                position=common_pb2.Position(resume_token=token),
            )

    async def CloseRoom(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "CloseRoom", "operator", request):
            return again
        if request.room not in self._node.rooms:
            await _refuse(context, grpc.StatusCode.NOT_FOUND, refusal("ROOM_UNKNOWN"))
        await self._node.close(request.room)
        return self._did(request, rooms_pb2.CloseRoomResponse(room=self._node.rooms[request.room]))

    # participants

    async def ListParticipants(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListParticipants", "viewer")
        people = [person for key, person in self._node.people.items() if request.room in ("", key[0])]
        return participants_pb2.ListParticipantsResponse(participants=people)

    async def GetParticipant(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetParticipant", "viewer")
        person = self._person(request)
        if person is None:
            await _refuse(context, grpc.StatusCode.NOT_FOUND, refusal("PARTICIPANT_UNKNOWN"))
        return participants_pb2.GetParticipantResponse(participant=person)

    async def WatchParticipants(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchParticipants", "viewer")
        async for snapshot, changes, token in self._node.follow("person", request.room, request.resume_token):
            people = [person for key, person in self._node.people.items() if key[0] == request.room]
            yield participants_pb2.WatchParticipantsResponse(
                snapshot=snapshot,
                participants=people if snapshot else [one for one in changes if not isinstance(one, str)],
                gone=[one for one in changes if isinstance(one, str)],
                position=common_pb2.Position(resume_token=token),
            )

    async def RemoveParticipant(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "RemoveParticipant", "moderator", request):
            return again
        person = self._person(request)
        if person is None:
            await _refuse(context, grpc.StatusCode.NOT_FOUND, refusal("PARTICIPANT_UNKNOWN"))
        await self._node.leave(request.room, request.participant)
        return self._did(request, participants_pb2.RemoveParticipantResponse(participant=person))

    # mute

    async def MuteParticipant(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "MuteParticipant", "moderator", request):
            return again
        changed = await self._block(request, list(request.sources) or ["microphone"], True, context)
        return self._did(request, mute_pb2.MuteParticipantResponse(changed=changed))

    async def UnmuteParticipant(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "UnmuteParticipant", "moderator", request):
            return again
        changed = await self._block(request, list(request.sources), False, context)
        return self._did(request, mute_pb2.UnmuteParticipantResponse(changed=changed))

    async def MuteRoom(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "MuteRoom", "moderator", request):
            return again
        people = [
            person
            for person in self._node.people.values()
            if person.room == request.room and person.role != "host" and not _muted(person)
        ]
        if request.expected and request.expected != len(people):
            detail = refusal("COUNT_CHANGED", limit=str(request.expected), current=str(len(people)))
            await _refuse(context, grpc.StatusCode.FAILED_PRECONDITION, detail)
        if not request.dry_run:
            for person in people:
                await self._set(person, ["microphone"], True)
        return self._did(request, mute_pb2.MuteRoomResponse(participants=[person.participant for person in people]))

    async def UnmuteRoom(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "UnmuteRoom", "moderator", request):
            return again
        people = [person for person in self._node.people.values() if person.room == request.room and _muted(person)]
        for person in people:
            await self._set(person, ["microphone"], False)
        return self._did(request, mute_pb2.UnmuteRoomResponse(participants=[person.participant for person in people]))

    async def _block(self, request: Any, sources: list[str], muted: bool, context: Any) -> list[str]:
        person = self._person(request)
        if person is None:
            await _refuse(context, grpc.StatusCode.NOT_FOUND, refusal("PARTICIPANT_UNKNOWN"))
            raise AssertionError
        return await self._set(person, sources or [track.source for track in person.tracks], muted)

    async def _set(self, person: participants_pb2.Participant, sources: list[str], muted: bool) -> list[str]:
        changed = []
        for track in person.tracks:
            if track.source in sources and track.muted != muted:
                track.muted, track.muted_by = muted, "anna" if muted else ""
                changed.append(track.source)
        if changed:
            await self._node.changed(person)
        return changed

    # quality, rates

    async def GetQuality(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetQuality", "viewer")
        person = self._person(request)
        if person is None:
            await _refuse(context, grpc.StatusCode.NOT_FOUND, refusal("PARTICIPANT_UNKNOWN"))
            raise AssertionError
        known = self._node.details.get(person.participant)
        return known or quality_pb2.GetQualityResponse(quality=person.quality)

    async def ListCaps(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListCaps", "viewer")
        caps = [cap for (room, _), cap in sorted(self._node.caps.items()) if request.room in ("", room)]
        return rates_pb2.ListCapsResponse(caps=caps)

    async def AdmitWaiters(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "AdmitWaiters", "moderator", request):
            return again
        room = self._node.rooms[request.room]
        admitted = [f"p_{number}" for number in range(room.waiters)]
        room.waiters = 0
        await self._node._tell("room", room.room, room)
        return self._did(request, lobby_pb2.AdmitWaitersResponse(participants=admitted))

    async def SetCap(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "SetCap", "operator", request):
            return again
        key = (request.room, request.participant)
        cap = self._node.caps.setdefault(key, rates_pb2.Cap(room=key[0], participant=key[1]))
        for name in ("send_bits_per_second", "receive_bits_per_second"):
            if request.HasField(name):
                setattr(cap, name, getattr(request, name))
        cap.set_by = "anna"
        return self._did(request, rates_pb2.SetCapResponse(cap=cap))

    # chat

    async def ListMessages(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListMessages", "viewer")
        return chat_pb2.ListMessagesResponse(messages=[m for m in self._node.messages if m.room == request.room])

    async def WatchMessages(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchMessages", "viewer")
        async for snapshot, changes, token in self._node.follow("message", request.room, request.resume_token):
            kept = [message for message in self._node.messages if message.room == request.room][-200:]
            yield chat_pb2.WatchMessagesResponse(
                snapshot=snapshot,
                messages=kept if snapshot else changes,
                position=common_pb2.Position(resume_token=token),
            )

    async def HideMessage(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "HideMessage", "moderator", request):
            return again
        for message in self._node.messages:
            if (message.room, message.message) == (request.room, request.message):
                message.hidden, message.hidden_by = True, "anna"
                await self._node._tell("message", request.room, message)
                return self._did(request, chat_pb2.HideMessageResponse(message=message))
        await _refuse(context, grpc.StatusCode.NOT_FOUND, refusal("MESSAGE_UNKNOWN"))
        raise AssertionError

    def _did(self, request: Any, reply: Any) -> Any:
        self._node._seen[request.request_id] = reply
        return reply


def _muted(person: participants_pb2.Participant) -> bool:
    return any(track.source == "microphone" and track.muted for track in person.tracks)


def refusal(code: str, **values: str) -> common_pb2.Refusal:
    return common_pb2.Refusal(
        code=code,
        rule="test.rule",
        message={"fr": f"Refus de test {code}.", "en": f"Test refusal {code}."},
        next_step={"fr": "Faites autrement.", "en": "Do otherwise."},
        **values,
    )


async def _refuse(context: Any, code: grpc.StatusCode, detail: common_pb2.Refusal | None) -> None:
    packed = any_pb2.Any()
    details = []
    if detail is not None:
        packed.Pack(detail)
        details = [packed]
    status = status_pb2.Status(code=code.value[0], message=detail.code if detail else "", details=details)
    await context.abort(code, status.message, (("grpc-status-details-bin", status.SerializeToString()),))


Check = Callable[[], bool]


async def until(check: Check, seconds: float = 8.0) -> None:
    """Wait for `check` to hold, letting everything else run; fail when it never does."""
    async with asyncio.timeout(seconds):
        while not check():  # noqa: ASYNC110  (what is waited for has no event of its own)
            await asyncio.sleep(0.01)
