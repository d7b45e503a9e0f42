"""The node as operators see it, once a second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

import msgspec

from node.errors import Refused
from node.features.cover.rules import Stage
from node.features.gauge.rules import read
from node.features.nodes.rules import (
    MOST_DRAIN_MINUTES,
    Attention,
    Drain,
    Load,
    NodeState,
    NodeView,
    PlaneView,
    PlannedEnd,
    planned,
    state_of,
)
from node.features.rooms.floor import Floor
from node.features.schedule.rules import DrainRoom
from node.journal import Journal, NodeChanged
from node.ports import Actor, Fenced, MediaEvent, PlaneDown, PlaneFigures, PlaneUp


class Machine(msgspec.Struct, frozen=True):
    """The last second of the machine and of this process. Percent of the machine, percent of one core, bytes, ms."""

    cpu_percent: float = 0.0
    control_cpu_percent: float = 0.0
    control_resident_bytes: int = 0
    control_lag_p99_ms: float = 0.0


class Store(Protocol):
    """Where it is kept whether the node drains."""

    async def load(self) -> Drain | None: ...

    async def started(self, value: Drain) -> None: ...

    async def aborted(self, at: float, by: str) -> None: ...


class Nodes:
    """One node: this one."""

    def __init__(
        self,
        floor: Floor,
        journal: Journal,
        store: Store,
        *,
        name: str,
        version: str,
        web_url: Callable[[], str],
        caps: Callable[[], tuple[int, int]] = lambda: (0, 0),
        most: Callable[[], int] = lambda: 0,
    ) -> None:
        """`caps`: (send, receive) of the node as a whole, bit/s. `most`: people that it takes, 0 for no limit."""
        self._floor = floor
        self._journal = journal
        self._store = store
        self._name = name
        self._version = version
        self._web_url = web_url
        self._caps = caps
        self._most = most
        self._drain: Drain | None = None
        self._started = floor.clock.now()
        self._plane = PlaneView()
        self._plane_up = False
        self._planes = 0
        self._machine = Machine()
        self.figures: PlaneFigures | None = None
        """Of the last second; None before the first, and while no plane answers."""
        self._figures_at = 0.0
        self.stopping = False

    # ------------------------------------------------------------ drain

    def plan_drain(self, minutes: int) -> tuple[list[PlannedEnd], float]:
        """What a drain would mean, and its deadline.

        Raises:
            Refused: VALUE_INVALID.
        """
        deadline = self._deadline(minutes)
        rooms = ((room.id, len(room.people), room.schedule.planned_cut) for room in self._floor)
        return planned(rooms, deadline), deadline

    async def start_drain(self, minutes: int, *, by: Actor, reason: str = "") -> NodeView:
        """No new rooms from now on, people are told, and everybody is out at the deadline. Again: another deadline.
        Kept when it returns: a restart changes nothing of it.

        Raises:
            Refused: VALUE_INVALID, FENCED.
        """
        self._may_decide()
        deadline = self._deadline(minutes)
        began = self._drain.started if self._drain is not None else self._floor.clock.now()
        drain = Drain(began, deadline, by.id, reason)
        await self._store.started(drain)
        self._drain = drain
        self._tell(DrainRoom(deadline, by, reason))
        return self.current()

    async def abort_drain(self, *, by: Actor) -> NodeView:
        """What has ended stays so; everything else goes on.

        Raises:
            Refused: FENCED.
        """
        self._may_decide()
        if self._drain is not None:
            await self._store.aborted(self._floor.clock.now(), by.id)
        self._drain = None
        self._tell(DrainRoom(None, by))
        return self.current()

    async def resume(self) -> None:
        """After a restart, once the rooms are back: a drain goes on, to the deadline that people were told."""
        self._drain = await self._store.load()
        if self._drain is not None:
            by = Actor("operator", self._drain.by, "operator")
            self._tell(DrainRoom(self._drain.deadline, by, self._drain.reason))

    def _may_decide(self) -> None:
        if self._floor.fenced:
            raise Refused("FENCED")

    def _deadline(self, minutes: int) -> float:
        if not 0 <= minutes <= MOST_DRAIN_MINUTES:
            raise Refused("VALUE_INVALID", limit=f"0 … {MOST_DRAIN_MINUTES}", current=f"minutes = {minutes}")
        return self._floor.clock.now() + 60.0 * minutes

    def _tell(self, command: DrainRoom) -> None:
        """Every room, and whoever watches the node."""
        self._floor.draining = command.until is not None
        for room in list(self._floor):
            self._floor.decide(room.id, command)
        self._journal.publish(NodeChanged(self.current()))

    def _progress(self) -> Drain | None:
        """The drain with what is left, as the node counts it."""
        if self._drain is None:
            return None
        going = [room for room in self._floor if room.schedule.started is not None or len(room.people)]
        people = sum(len(room.people) for room in self._floor)
        return msgspec.structs.replace(self._drain, people=people, rooms=len(going))

    # ------------------------------------------------------------ as operators see it

    def current(self) -> NodeView:
        return NodeView(
            node=self._name,
            version=self._version,
            state=self.state,
            started=self._started,
            load=self._load(),
            plane=self._plane,
            web_url=self._web_url(),
            ledger=self._floor.ledger.healthy,
            send_cap_bps=self._caps()[0],
            receive_cap_bps=self._caps()[1],
            drain=self._progress(),
            max_people=self._most(),
        )

    @property
    def state(self) -> NodeState:
        return state_of(
            plane_up=self._plane_up, fenced=self._floor.fenced, draining=self.stopping or self._drain is not None
        )

    @property
    def silent_s(self) -> float | None:
        """Since the last figures of the plane, seconds; None where there are none. A process that is suspended keeps
        its socket open, and nothing else shows it."""
        return max(0.0, self._floor.clock.now() - self._figures_at) if self.figures is not None else None

    def quality(self) -> dict[tuple[str, str], int]:
        """(grade, cause) as shown → how many people."""
        verdicts = (room.quality.verdict(person.id) for room in self._floor for person in room.people)
        return dict(Counter((verdict.grade.value, verdict.cause.value) for verdict in verdicts))

    def attention(self) -> Attention:
        rooms = list(self._floor)
        covers = [room.cover.view() for room in rooms]
        queues = [room.moderation.queue() for room in rooms]
        oldest = min((queue[0].at for queue in queues if queue), default=None)
        stages = Counter(view.stage.value for view in covers)
        return Attention(
            cover={stage.value: stages[stage.value] for stage in Stage},
            ratio=min((min(1.0, view.ratio) for view in covers), default=1.0),
            hands=sum(len(room.hands) for room in rooms),
            waiting=sum(map(len, queues)),
            oldest_s=max(0.0, self._floor.clock.now() - oldest) if oldest is not None else 0.0,
            lobby=sum(len(room.lobby) for room in rooms),
        )

    def second(self, machine: Machine) -> None:
        """A second has passed: tell the operators how the node is."""
        self._machine = machine
        self._journal.publish(NodeChanged(self.current()))

    def on_media(self, event: MediaEvent) -> None:
        match event:
            case PlaneFigures():
                self.figures, self._figures_at = event, self._floor.clock.now()
                return
            case PlaneUp():
                self._planes += event.instance != self._plane.instance
                self._plane_up = True
                self._plane = PlaneView(
                    instance=event.instance,
                    version=event.version,
                    started=event.started_unix_ms / 1000.0,
                    epoch=event.epoch,
                    restarts=max(0, self._planes - 1),
                    optimised=event.optimised,
                )
            case PlaneDown():
                self._plane_up = False
                self.figures = None
            case Fenced():
                self._plane_up = False
            case _:
                return
        self._journal.publish(NodeChanged(self.current()))

    def _load(self) -> Load:
        machine, figures = self._machine, self.figures
        gauge = read(self._floor, self._most(), self._floor.clock.now())
        sent = 0
        load = Load(
            cpu_percent=machine.cpu_percent,
            control_cpu_percent=machine.control_cpu_percent,
            control_resident_bytes=machine.control_resident_bytes,
            control_lag_p99_ms=machine.control_lag_p99_ms,
            people=gauge.participants,
            rooms=len(self._floor.rooms),
            webinars=gauge.webinars,
        )
        if figures is None:
            return load
        lost = 0.0
        for transport in figures.transports:
            sent += transport.sent_packets
            lost += transport.loss * transport.sent_packets
        return msgspec.structs.replace(
            load,
            plane_cpu_percent=figures.cpu_percent,
            packets_in_per_second=figures.packets_in_per_second,
            packets_out_per_second=figures.packets_out_per_second,
            bits_in_per_second=figures.bits_in_per_second,
            bits_out_per_second=figures.bits_out_per_second,
            loss_percent=100.0 * lost / sent if sent else 0.0,
            lag_p99_ms=figures.lag_p99_ms,
            plane_resident_bytes=figures.resident_bytes,
            nacks_per_second=figures.nacks_per_second,
        )
