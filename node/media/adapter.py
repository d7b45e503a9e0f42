"""`PlaneMedia`: the media of the node, as the services see it (`node.ports.Media`).

    media = PlaneMedia(settings)
    media.subscribe(listener)
    await media.start()                       # a plane answers from here on; PlaneUp has been told
    opened = await media.open(room=…, transport=…, offer=…, shape=…, label=…, muted=…)
    await media.shutdown(stop_plane=False)    # the plane goes on without us

It owns the DTLS peers and what was agreed with each transport. The plane owns everything else, and what we know of it
can be read back from its snapshot: a transport survives us unless it was still shaking hands.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
import structlog

from node import ports
from node.errors import Fault, Refused
from node.media import sdp
from node.media.batch import Batch
from node.media.dtls import DtlsPeer, Identity, State
from node.media.figures import Figures
from node.media.heap import give_back
from node.media.negotiation import LAYERS, Candidate, Ends, Plan, answer, answer_fragment, negotiate
from node.media.plane import PlaneClient, PlaneFailed, PlaneGone
from node.media.supervisor import Link, MediaSettings, Supervisor
from node.media.taps import Taps
from node.media.told import TOLD, held_of
from node.media.turns import Turns, Waiting
from node.tracing import OUTSIDE, span
from protos.plane.v1 import plane_pb2 as wire

ICE_WITHIN_S: Final = 30.0
DTLS_WITHIN_S: Final = 15.0
TICK_S: Final = 0.1
CROWD: Final = 64
"""Handshakes after which the heap is worth a look: 4 MB of OpenSSL."""
BACKOFF_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
STEADY_AFTER_S: Final = 10.0
ENDS_WITHIN_S: Final = 2.0
MAX_LABEL: Final = 1024
NEGOTIATING: Final = 16
"""Offers that are answered at a time: read they take more than twice their text, and the plane answers in a moment."""

log: Final = structlog.get_logger()

Listener = Callable[[ports.MediaEvent], None]


class _Session(Waiting, eq=False):
    """One transport. `peer` is None when it was keyed by a control process before us."""

    transport: str
    room: str
    agreed: bytes  # wire.OpenTransport: a tenth of what the messages take; read again for an ICE restart
    candidates: tuple[Candidate, ...]
    peer: DtlsPeer | None = None
    deadline: float = 0.0
    ice: bool = False
    keyed: bool = False
    told: bool = False  # TransportConnected, since it was last lost
    lost: bool = False


class PlaneMedia(Taps):
    """Everything happens on the loop that called `start`. `now` is a monotonic clock in seconds."""

    def __init__(self, settings: MediaSettings, *, now: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._now = now
        self._supervisor = Supervisor(settings)
        self._identity = Identity.load(settings.data_dir) if settings.data_dir is not None else Identity.make()
        self._listeners: list[Listener] = []
        self._link: Link | None = None
        self._sessions: dict[str, _Session] = {}
        self._waiting: dict[str, _Session] = {}  # those with a deadline: ICE or DTLS not done
        self._turns: Turns[_Session] = Turns(self._take_datagram)
        self._negotiating = asyncio.Semaphore(NEGOTIATING)
        self._tick: asyncio.TimerHandle | None = None
        self._shaken = 0
        self._handshakes = 0
        self._figures = Figures()
        self._instance = ""
        self._keeper: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self._cause = ""
        self._up = False
        self._fenced = 0
        self._stopping = False
        self._mutes: Batch[wire.MuteTracks.Change] = Batch(
            lambda changes: self._ask(wire.ToPlane(mute_tracks=wire.MuteTracks(changes=changes))), _is_unknown
        )
        self._assignments: Batch[wire.AssignSlots.Change] = Batch(
            lambda changes: self._ask(wire.ToPlane(assign_slots=wire.AssignSlots(changes=changes))), _is_unknown
        )
        self._sizes: Batch[wire.SizeSlots.Change] = Batch(
            lambda changes: self._ask(wire.ToPlane(size_slots=wire.SizeSlots(changes=changes))), _is_unknown
        )
        self._taps = Batch(
            lambda changes: self._ask(wire.ToPlane(record_tracks=wire.RecordTracks(changes=changes))), _is_unknown
        )
        self._batches: tuple[Batch[Any], ...] = (self._mutes, self._assignments, self._sizes, self._taps)
        self._abilities: frozenset[str] = frozenset()
        self._handlers: dict[str, Callable[[Any], None]] = {
            "fenced": self._on_fenced,
            "ice_connected": self._on_ice_connected,
            "consent_lost": self._on_consent_lost,
            "dtls_received": self._on_dtls,
            "counters": self._on_counters,
        }

    # ---------------------------------------------------------------- life

    async def start(self) -> None:
        """Attach, starting a plane if none answers. Raises `Fault` with a sentence that says what to do."""
        try:
            await self._attach()
        except (PlaneGone, PlaneFailed, OSError) as error:
            raise Fault(f"The plane could not be attached: {error}.") from error
        self._keeper = asyncio.get_running_loop().create_task(self._keep(), name="plane keeper")

    async def shutdown(self, *, stop_plane: bool = False) -> None:
        """Let go of the plane. With `stop_plane` it closes every transport and ends; without, media goes on."""
        self._stopping = True
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._tick is not None:
            self._tick.cancel()
        link, self._link = self._link, None
        if link is None:
            return
        if stop_plane:
            try:
                for session in self._sessions.values():
                    self._say_goodbye(link.client, session)
                await link.client.call(wire.ToPlane(shutdown=wire.Shutdown()))
                await asyncio.wait_for(link.client.ended.wait(), ENDS_WITHIN_S)
            except (PlaneGone, PlaneFailed, TimeoutError) as error:
                log.info("plane_stops", why=str(error))
            await self._supervisor.ended(ENDS_WITHIN_S)
        link.client.close()

    async def _attach(self) -> None:
        link = await self._supervisor.attach(self._on_event, self._on_lost, self._on_absent)
        attached = link.attached
        first, same = not self._instance, attached.instance == self._instance
        if not same:
            self._down("another plane answers")
            self._figures = Figures()
        # After PlaneDown nobody knows any more what this plane may hold: people must join again.
        fresh = link.fresh or not (first or self._up)
        self._instance = attached.instance
        snapshot = None
        if not link.fresh:
            snapshot = (await link.client.call(wire.ToPlane(get_snapshot=wire.GetSnapshot()))).snapshot
        if not link.client.open:
            raise PlaneGone("the plane went away as we attached")
        self._lost.clear()
        self._link = link
        if snapshot is not None:
            self._reconcile(snapshot, adopt=first)
        for batch in self._batches:
            batch.again()
        self._abilities = self._settings.usable(attached.abilities)
        log.info("plane_attached", instance=attached.instance, epoch=attached.epoch, version=attached.version)
        if not attached.optimised:
            log.warning("plane_is_debug_build", remedy="never measure it")
        if not self._up:
            self._up = True
            self._tell(
                ports.PlaneUp(
                    instance=attached.instance,
                    version=attached.version,
                    epoch=attached.epoch,
                    started_unix_ms=attached.started_unix_ms,
                    optimised=attached.optimised,
                    fresh=fresh,
                )
            )

    async def _keep(self) -> None:
        """Attach again whenever the connection ends: to the same plane, and nobody need know; else to a new one."""
        attempt, since = 0, self._now()
        while True:
            await self._lost.wait()
            if self._fenced:
                return
            if self._now() - since > STEADY_AFTER_S:
                attempt = 0
            await asyncio.sleep(BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)])
            attempt += 1
            since = self._now()
            try:
                await self._attach()
            except (Fault, PlaneGone, PlaneFailed, OSError) as error:
                log.error("plane_not_reached", why=str(error))
                self._down(str(error))
                self._lost.set()

    def _on_lost(self, cause: str) -> None:
        if self._fenced or self._stopping:
            return
        log.warning("plane_lost", why=cause)
        self._link = None
        self._cause = cause
        self._lost.set()

    def _on_absent(self) -> None:
        """Nobody answers on the socket: a new plane is about to be started."""
        self._down(self._supervisor.reap(patience_s=0.1) or self._cause)

    def _down(self, cause: str) -> None:
        self._sessions.clear()
        self._waiting.clear()
        for batch in self._batches:
            batch.forget()
        if self._up:
            self._up = False
            log.error("plane_down", why=cause)
            self._tell(ports.PlaneDown(cause=cause))

    def _reconcile(self, snapshot: wire.Snapshot, *, adopt: bool) -> None:
        """Make what we know what the plane holds, and tell what was missed. What we do not know is of the process
        before us (`adopt`), or was given up while the connection was away: then it is closed."""
        held = {each.opened.transport: each for each in snapshot.transports}
        for session in list(self._sessions.values()):
            if session.transport not in held:
                self._forget(session.transport)
                self._tell_lost(session, "closed by the plane")
        for transport, each in held.items():
            known = self._sessions.get(transport)
            if known is None:
                self._adopt(each, keep=adopt and each.keyed)
            elif known.keyed and not each.keyed:
                self._give_up(known, "keys did not arrive")
            elif known.keyed and each.connected and not known.told:
                self._tell_connected(known)
            elif known.ice and not each.connected:
                self._on_consent_lost(wire.ConsentLost(transport=transport))
            elif each.connected and not known.ice:
                self._on_ice_connected(wire.IceConnected(transport=transport))

    def _adopt(self, held: wire.Snapshot.Transport, *, keep: bool) -> None:
        """A handshake cannot be taken over: only the process that began it knows the peer's fingerprint."""
        opened = held.opened
        if keep:
            self._sessions[opened.transport] = _Session(
                transport=opened.transport,
                room=opened.room,
                agreed=opened.SerializeToString(),
                candidates=tuple(Candidate.of(each) for each in held.candidates),
                ice=held.connected,
                keyed=True,
                told=held.connected,
                lost=not held.connected,
            )
        elif self._link is not None:
            self._link.client.tell(wire.ToPlane(close_transport=wire.CloseTransport(transport=opened.transport)))

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def _tell(self, event: ports.MediaEvent) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                log.exception("media_listener_failed", told=type(event).__name__)

    # ---------------------------------------------------------------- commands (node.ports.Media)

    async def open(
        self,
        *,
        room: str,
        transport: str,
        offer: str,
        shape: ports.Shape,
        label: bytes,
        muted: frozenset[ports.Source],
    ) -> ports.Opened:
        if len(label) > MAX_LABEL or len(transport.encode()) > 48:
            raise Fault("a label longer than 1 KiB or a transport id longer than 48 bytes")
        async with self._negotiating:
            with span("negotiate", shape=str(shape)):
                description = sdp.parse(offer)
                plan = negotiate(description, shape, transport, muted, self._abilities)
            return await self._open(room, transport, label, description, plan)

    async def _open(
        self, room: str, transport: str, label: bytes, description: sdp.Description, plan: Plan
    ) -> ports.Opened:
        command = wire.ToPlane(
            open_transport=wire.OpenTransport(
                transport=transport,
                room=room,
                label=label,
                sends=plan.sends.values(),
                receives=plan.receives.values(),
            )
        )
        # Before the plane knows of it: its first event may come with the reply.
        agreed = command.open_transport.SerializeToString()
        session = _Session(transport=transport, room=room, agreed=agreed, candidates=())
        fingerprints = next(each.fingerprints for each in description.sections if each.fingerprints)
        session.peer = DtlsPeer(self._identity, fingerprints)
        if transport in self._sessions:
            raise Fault("a transport id used twice")
        self._sessions[transport] = session
        try:
            opened = (await self._call(command)).transport_opened
        except BaseException as error:
            if self._sessions.get(transport) is session:
                del self._sessions[transport]
                # Whoever asked went away; the plane has been told, and must be told otherwise.
                if isinstance(error, asyncio.CancelledError) and self._link is not None:
                    closing = wire.CloseTransport(transport=transport)
                    self._link.client.tell(wire.ToPlane(close_transport=closing))
            raise
        session.candidates = tuple(Candidate.of(each) for each in opened.candidates)
        if not session.ice:
            self._wait_for(session, ICE_WITHIN_S)
        text = answer(description, plan, self._ends(session, opened.ice))
        return ports.Opened(transport=transport, answer=text, tracks=plan.tracks, slots=plan.slots)

    async def restart(self, transport: str, offer: str) -> str:
        fragment = sdp.is_fragment(offer)
        description = sdp.parse_fragment(offer) if fragment else sdp.parse(offer)
        if not description.ice.ufrag:
            raise sdp.invalid("a restart without credentials")
        session = self._sessions.get(transport)
        if session is None:
            raise Refused("PLANE_DOWN")
        ice = (await self._call(wire.ToPlane(restart_ice=wire.RestartIce(transport=transport)))).ice_credentials
        ends = self._ends(session, ice)
        agreed = wire.OpenTransport.FromString(session.agreed)
        plan = Plan.of(agreed.sends, agreed.receives)
        return answer_fragment(description, plan, ends) if fragment else answer(description, plan, ends)

    async def close(self, transport: str) -> None:
        session = self._forget(transport)
        if self._link is None:
            return
        if session is not None:
            self._say_goodbye(self._link.client, session)
        await self._call(
            wire.ToPlane(close_transport=wire.CloseTransport(transport=transport)),
            unknown_is_fine=True,
            down_is_fine=True,
        )

    async def close_room(self, room: str) -> None:
        leaving = [session for session in self._sessions.values() if session.room == room]
        for session in leaving:
            self._forget(session.transport)
            if self._link is not None:
                self._say_goodbye(self._link.client, session)
        await self._call(wire.ToPlane(close_room=wire.CloseRoom(room=room)), unknown_is_fine=True, down_is_fine=True)

    async def mute(self, changes: dict[str, bool]) -> None:
        if changes:
            with self._refusing():
                await self._mutes.add(
                    [wire.MuteTracks.Change(track=track, muted=muted) for track, muted in changes.items()]
                )

    async def assign(self, changes: Sequence[ports.Assignment]) -> None:
        if changes:
            with self._refusing():
                await self._assignments.add(
                    [
                        wire.AssignSlots.Change(transport=each.transport, slot=each.slot, track=each.track or "")
                        for each in changes
                    ]
                )

    async def size(self, changes: Sequence[ports.Sizing]) -> None:
        if changes and LAYERS in self._abilities:
            with self._refusing():
                await self._sizes.add([wire.SizeSlots.Change(**msgspec.structs.asdict(each)) for each in changes])

    async def held(self) -> list[ports.Held]:
        snapshot = (await self._call(wire.ToPlane(get_snapshot=wire.GetSnapshot()))).snapshot
        return [held_of(each) for each in snapshot.transports if each.opened.transport in self._sessions]

    async def request_key_frame(self, track: str) -> None:
        """Ask the sender of `track` for a whole picture (PLI), when the plane's limits allow one."""
        command = wire.ToPlane(request_key_frame=wire.RequestKeyFrame(track=track))
        await self._call(command, unknown_is_fine=True)

    async def limit(self, cap: ports.Cap) -> None:
        limit = wire.LimitRates(send_bps=cap.send_bps, receive_bps=cap.receive_bps)
        if cap.scope == "node":
            limit.node.SetInParent()
        else:
            setattr(limit, cap.scope, cap.id)
        await self._call(wire.ToPlane(limit_rates=limit), unknown_is_fine=True)

    async def _ask(self, command: wire.ToPlane) -> wire.FromPlane:
        """Raises `PlaneGone` and `PlaneFailed`."""
        link = self._link
        if link is None:
            raise PlaneGone("not attached")
        with span(f"plane.{command.WhichOneof('command')}"):
            return await link.client.call(command)

    async def _call(
        self, command: wire.ToPlane, *, unknown_is_fine: bool = False, down_is_fine: bool = False
    ) -> wire.FromPlane:
        """What is already gone need not be changed: `unknown_is_fine`, `down_is_fine`."""
        with self._refusing():
            try:
                return await self._ask(command)
            except PlaneGone:
                if self._fenced or not down_is_fine:
                    raise
            except PlaneFailed as error:
                if not unknown_is_fine or not _is_unknown(error):
                    raise
        return wire.FromPlane()

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        """The plane's refusals in the words of the node."""
        try:
            yield
        except PlaneGone:
            raise (Refused("FENCED", current=self._fenced) if self._fenced else Refused("PLANE_DOWN")) from None
        except PlaneFailed as error:
            if error.cause == wire.Failed.CAUSE_FULL:
                raise Refused("PLANE_FULL", limit=error.number, current=error.detail[:64]) from None
            if error.cause == wire.Failed.CAUSE_NOT_ATTACHED or _is_unknown(error):
                raise Refused("PLANE_DOWN") from None
            raise Fault(f"the plane refused a command: {error}") from error

    def _ends(self, session: _Session, ice: wire.IceCredentials) -> Ends:
        assert self._link is not None or session.candidates
        candidates = session.candidates
        if not candidates and self._link is not None:
            candidates = tuple(Candidate.of(each) for each in self._link.attached.candidates)
        return Ends(
            ice=sdp.Ice(ice.ufrag, ice.password),
            candidates=candidates,
            fingerprint=self._identity.fingerprint,
            session=int.from_bytes(hashlib.blake2b(session.transport.encode(), digest_size=7).digest()),
            version=time.time_ns() // 1_000_000,
        )

    def _forget(self, transport: str) -> _Session | None:
        self._waiting.pop(transport, None)
        return self._sessions.pop(transport, None)

    def _say_goodbye(self, client: PlaneClient, session: _Session) -> None:
        if session.peer is not None and (datagrams := session.peer.close()):
            client.send_dtls(session.transport, datagrams)

    # ---------------------------------------------------------------- events of the plane

    def _on_event(self, name: str, event: Any) -> None:
        handler = self._handlers.get(name)
        if handler is not None:
            handler(event)
        elif (told := TOLD.get(name)) is not None:
            self._tell(told(event))

    def _on_fenced(self, event: wire.Fenced) -> None:
        self._fenced = event.epoch
        log.warning("plane_fenced", epoch=event.epoch)
        if self._link is not None:
            self._link.client.close()
            self._link = None
        self._lost.set()
        self._tell(ports.Fenced(epoch=event.epoch))

    def _on_ice_connected(self, event: wire.IceConnected) -> None:
        session = self._sessions.get(event.transport)
        if session is None:
            return
        session.ice = True
        if session.keyed:
            self._tell_connected(session)
        else:
            self._wait_for(session, DTLS_WITHIN_S)

    def _on_consent_lost(self, event: wire.ConsentLost) -> None:
        if (session := self._sessions.get(event.transport)) is not None:
            session.ice = False
            self._tell_lost(session, "consent")

    def _on_dtls(self, event: wire.DtlsReceived) -> None:
        session = self._sessions.get(event.transport)
        if session is not None and session.peer is not None:
            self._turns.add(session, event.datagram, begun=session.peer.begun)

    def _take_datagram(self, session: _Session, datagram: bytes) -> bool:
        if session.peer is None or self._link is None or self._sessions.get(session.transport) is not session:
            return False
        peer, client = session.peer, self._link.client
        datagrams = peer.receive(datagram, self._now())
        if peer.state is State.CONNECTED and not session.keyed:
            self._set_keys(client, session)
        if datagrams:
            # After the keys: with this flight the peer begins to send.
            client.send_dtls(session.transport, datagrams)
        if peer.state in (State.FAILED, State.CLOSED):
            self._give_up(session, f"dtls: {peer.cause}")
        return peer.begun and peer.state is State.WAITING

    def _set_keys(self, client: PlaneClient, session: _Session) -> None:
        assert session.peer is not None and session.peer.keys is not None
        keys = session.peer.keys
        session.keyed = True
        self._shaken += 1
        self._handshakes += 1
        session.peer.keys = None  # the plane's from here on
        self._waiting.pop(session.transport, None)
        command = wire.ToPlane(
            set_keys=wire.SetKeys(
                transport=session.transport,
                profile=f"SRTP_PROFILE_{keys.profile.name}",
                inbound_key=keys.inbound_key,
                inbound_salt=keys.inbound_salt,
                outbound_key=keys.outbound_key,
                outbound_salt=keys.outbound_salt,
            )
        )
        client.call(command).add_done_callback(functools.partial(self._keys_set, session))

    def _keys_set(self, session: _Session, done: asyncio.Future[wire.FromPlane]) -> None:
        error = None if done.cancelled() else done.exception()
        if self._sessions.get(session.transport) is not session:
            return
        if error is None:
            self._tell_connected(session)
        elif isinstance(error, PlaneFailed):
            self._give_up(session, "keys refused")

    def _on_counters(self, event: wire.Counters) -> None:
        figures = self._figures.of(event)
        figures.totals["handshakes"] = float(self._handshakes)
        self._tell(figures)

    # ---------------------------------------------------------------- time

    def _wait_for(self, session: _Session, seconds: float) -> None:
        session.deadline = self._now() + seconds
        self._waiting[session.transport] = session
        if self._tick is None:
            self._tick = asyncio.get_running_loop().call_later(TICK_S, self._on_tick, context=OUTSIDE)

    def _on_tick(self) -> None:
        """One timer for all, and none while nobody is joining."""
        self._tick = None
        now = self._now()
        for session in list(self._waiting.values()):
            if now >= session.deadline:
                peer = session.peer
                cause = (peer.cause if peer is not None else "") or "no handshake in time"
                self._give_up(session, f"dtls: {cause}" if session.ice else "ice: no check in time")
            elif session.peer is not None and self._link is not None:
                datagrams = session.peer.resend(now)
                if datagrams:
                    self._link.client.send_dtls(session.transport, datagrams)
        if self._waiting:
            self._tick = asyncio.get_running_loop().call_later(TICK_S, self._on_tick, context=OUTSIDE)
        if self._shaken >= (10 * CROWD if self._waiting else CROWD):
            self._shaken = 0
            give_back()

    def _give_up(self, session: _Session, cause: str) -> None:
        """The transport can never work again: not even an ICE restart brings DTLS back."""
        self._forget(session.transport)
        if self._link is not None:
            self._link.client.tell(wire.ToPlane(close_transport=wire.CloseTransport(transport=session.transport)))
        self._tell_lost(session, cause)

    def _tell_connected(self, session: _Session) -> None:
        session.told, session.lost = True, False
        self._tell(ports.TransportConnected(transport=session.transport))

    def _tell_lost(self, session: _Session, cause: str) -> None:
        if not session.lost:
            session.told, session.lost = False, True
            self._tell(ports.TransportLost(transport=session.transport, cause=cause))


def _is_unknown(error: PlaneFailed) -> bool:
    return error.cause == wire.Failed.CAUSE_UNKNOWN
