"""The console as a Textual application: one desk, one frame clock, clean exits."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar, cast

from textual import events
from textual.app import App, ScreenStackError, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.command import CommandPalette
from textual.screen import Screen
from textual.timer import Timer

from console.arming import Arming
from console.columns.table import Look
from console.habits import Order
from console.i18n import t
from console.operations import Report
from console.ports import Fleet
from console.screens import jumping
from console.screens.desk import DESK_CSS, DeskScreen
from console.screens.palette import DeskProvider
from console.screens.undos import UndosScreen
from console.state import Store
from console.terminal import GatedDriver, busy, paint_now, use_mouse
from console.theme import THEME
from console.tidying import Tidying
from console.widgets.chat_tail import ChatTail
from console.widgets.live_table import LiveTable

FRAME_SECONDS = 0.1  # chat wants 10 Hz
CALM = 3  # a list is looked at each so many frames; what a key changes is painted in its handler
SLOW_SECONDS = 1.0
AGAIN_SECONDS = 3.0  # between the two Ctrl+C that leave the console


class ConsoleApp(App[int]):
    """`wants_arming`: it acts only after `W`. `clock` gives monotonic seconds, `wall` Unix seconds."""

    TITLE = "Régie"
    CSS = DESK_CSS + "CommandPalette SearchIcon { display: none; } CommandPalette > Vertical { margin-top: 2; }"
    COMMANDS: ClassVar[set[Any]] = {DeskProvider}
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[Any]] = [Binding("ctrl+c", "interrupt", show=False, priority=True)]

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        *,
        read_only: bool = False,
        wants_arming: bool = False,
        slow: bool = False,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(driver_class=GatedDriver)
        self.register_theme(THEME)
        self.theme = "regie"
        self.store = store
        self.fleet = fleet
        self.look = Look(store)
        self._clock, self._wall = clock, wall
        self._arming = Arming(read_only, wants_arming)
        self.desk: DeskScreen  # outlives the screen stack, which is empty when the app unmounts
        self._period = SLOW_SECONDS if slow else FRAME_SECONDS
        self._frame_clock: Timer | None = None
        self._frozen = False
        self._frames = 0
        self._touched = float("-inf")  # when the last key came
        self._interrupted = float("-inf")  # when Ctrl+C came
        self.orders: dict[str, Order] = {}
        """How each list is ordered, as it was when the console was left."""
        self.tell_time()
        self._tidying = Tidying(self.look.now)

    def get_default_screen(self) -> Screen[Any]:
        switches: dict[str, Callable[[bool], None]] = {"mouse": partial(use_mouse, self), "slow": self._slow_down}
        self.desk = DeskScreen(self.look, self.fleet, self._arming, switches)
        self.desk.order_as(self.orders)
        return self.desk

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        return ()

    def action_command_palette(self) -> None:
        if not CommandPalette.is_open(cast("App[object]", self)):
            self.push_screen(CommandPalette(placeholder=t("palette.search")))

    async def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for name, code in (("SIGTERM", 143), ("SIGHUP", 129)):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(getattr(signal, name), self.exit, code)
        self._frame_clock = self.set_interval(self._period, self.tick)
        self.call_after_refresh(self.fleet.start)  # a hundred channels take longer to open than the first picture

    async def on_event(self, event: events.Event) -> None:
        """A key at a list is an action, and nothing else: it is done here and now, and the keys behind it go where it
        leads. Sent to the list first, it would come back after those."""
        if isinstance(event, events.Key):
            self._touched = self._clock()
            if self.desk.bar.too_early(event):
                event.stop()
                return
        if not (isinstance(event, events.Key) and not event.is_forwarded and self._at_a_list()):
            await super().on_event(event)
        elif self.desk.pane.table.labels:
            jumping.take(self.desk, event)
            paint_now(self.screen)
        elif not await self._check_bindings(event.key, priority=True):
            await self._on_key(event)
            if event.key == "enter":
                self.desk.bar.answered()
            paint_now(self.screen)

    def _slow_down(self, slow: bool) -> None:
        """One frame a second, for a narrow line."""
        self._period = SLOW_SECONDS if slow else FRAME_SECONDS
        if self._frame_clock is not None:
            self._frame_clock.stop()
        self._frame_clock = self.set_interval(self._period, self.tick)

    def pop_screen(self) -> AwaitComplete:
        """What is below was not there to be meant by the keys that came with the one that closes."""
        gone = super().pop_screen()
        self.desk.bar.answered()
        return gone

    def action_interrupt(self) -> None:
        """Wherever one is; the first time it only says what the second will do."""
        if self._clock() - self._interrupted <= AGAIN_SECONDS:
            self.exit(0)
            return
        self._interrupted = self._clock()
        self.desk.say(Report(t("say.interrupt")))
        if self.screen is not self.desk:
            self.notify(t("say.interrupt"), timeout=AGAIN_SECONDS)  # the line is behind what is open

    def _at_a_list(self) -> bool:
        try:
            screen = self.screen
        except ScreenStackError:
            return False
        return isinstance(screen, DeskScreen) and isinstance(screen.focused, LiveTable | ChatTail)

    def tell_time(self) -> None:
        self.look.now, self.look.wall = self._clock(), self._wall()

    def tick(self) -> None:
        """The frame clock. While the terminal has not taken the last frame, changes gather and nothing is painted."""
        self.tell_time()
        self._tidy()
        if busy(self) or not (self.desk.is_mounted and self.desk.is_attached):
            return
        self._frames += 1
        calm = not (self.is_headless or self._period == SLOW_SECONDS or self.desk.pane is self.desk.room_pane)
        if calm and self._frames % CALM and not self.store.listen(self.look.now, self.look.wall):
            return
        self.desk.frame()
        if isinstance(self.screen, UndosScreen):
            self.screen.tick()

    def _tidy(self) -> None:
        if self.is_headless:
            return
        if not self._frozen and self.store.updates > 2:
            gc.collect()
            gc.freeze()  # the rows of the first fill are not looked at again (12 ms saved per full collection)
            self._frozen = True
        elif (generation := self._tidying.due(self.look.now, self._touched)) is not None:
            gc.collect(generation)

    async def on_unmount(self) -> None:
        self.orders = self.desk.orders()
        self.desk.operations.stop()
        await self.fleet.close()
