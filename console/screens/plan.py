"""The plan of a drain: what of a node ends by itself and when, and what the deadline would cut."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from console.columns.table import Look, age
from console.explaining import explain
from console.i18n import n, t
from console.model import DrainPlan, Failure, Node
from console.ports import Operator
from console.text import fit
from console.theme import ON_SURFACE
from console.widgets.paint import Line, Lines

EVERY_S: Final = 2.0
STEP: Final = 15  # minutes of `+` and `-`
MOST: Final = 1440
_CLOSE: Final = ("q", "escape", "i", "enter", "backspace")


class PlanScreen(ModalScreen[None]):
    """Asks every other second while it is open: the plan is of now."""

    CSS = """
    PlanScreen { align: center middle; background: $background 60%; }
    PlanScreen VerticalScroll { width: 100; max-width: 96%; height: auto; max-height: 92%; background: $surface;
        border: round $border; border-title-color: $accent; border-subtitle-color: #7b8696; padding: 0 1;
        scrollbar-size-vertical: 1; }
    """

    def __init__(
        self, node: Node, minutes: int, operator: Operator, look: Look, drain: Callable[[Node, int], None]
    ) -> None:
        """`drain` asks whether the node shall be drained in so many minutes."""
        super().__init__()
        self._node = node
        self._minutes = minutes
        self._operator = operator
        self._look = look
        self._drain = drain
        self._plan: DrainPlan | None = None
        self._trouble = ""
        self._asking: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = t("plan.title", node=self._node.name)
            yield Lines(lambda cells, rows: self._lines(cells), ON_SURFACE, id="plan-page")

    def on_mount(self) -> None:
        self._ask_anew()
        self._fit()

    def on_unmount(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    def _ask_anew(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        self._asking = asyncio.create_task(self._ask(self._minutes))

    async def _ask(self, minutes: int) -> None:
        while True:
            try:
                self._plan, self._trouble = await self._operator.plan(self._node.context, minutes), ""
            except Failure as failure:
                self._trouble = explain(failure)
            self._fit()
            await asyncio.sleep(EVERY_S)

    def _fit(self) -> None:
        page = self.query_one("#plan-page", Lines)
        cells = max(40, min(100, int(self.size.width * 0.96)) - 5)
        page.stand(len(self._lines(cells)))
        drains = self._now.state == "draining"
        self.query_one(VerticalScroll).border_subtitle = t("plan.close_draining" if drains else "plan.close")

    def on_resize(self) -> None:
        self._fit()

    @property
    def _now(self) -> Node:
        """The node as its stream knows it: somebody else may have begun or stopped a drain meanwhile."""
        row: Node | None = self._look.store.nodes.rows.get(self._node.key)
        return row or self._node

    def _lines(self, cells: int) -> list[Line]:
        lines: list[Line] = [[(self._trouble, "bad")]] if self._trouble else []
        lines += drain_lines(self._now)
        if self._plan is None:
            return lines or [[(t("quality.asking"), "dim")]]
        return lines + plan_lines(self._plan, self._look.wall, cells)

    def on_key(self, event: events.Key) -> None:
        scroll = self.query_one(VerticalScroll)
        event.stop()
        match event.key:
            case "plus" | "equals_sign":
                self._to(self._minutes + STEP)
            case "minus":
                self._to(self._minutes - STEP)
            case "D":
                self.dismiss()
                self._drain(self._now, self._minutes)
            case "j" | "down":
                scroll.scroll_down(animate=False, immediate=True)
            case "k" | "up":
                scroll.scroll_up(animate=False, immediate=True)
            case key if key in _CLOSE:
                self.dismiss()
            case _:
                pass

    def _to(self, minutes: int) -> None:
        self._minutes = min(max(minutes, 0), MOST)
        self._ask_anew()


def drain_lines(node: Node) -> list[Line]:
    """How far a drain that goes on is, as the node itself counts."""
    if not node.drain_deadline:
        return []
    people, rooms = n("people", node.people), n("head.rooms", node.rooms)
    left = t("drain.left", people=people, rooms=rooms, at=_clock(node.drain_deadline))
    lines: list[Line] = [[(f"↓ {left}", "accent"), (f"  {t('drain.by', who=node.drain_by)}", "dim")]]
    if node.drain_late:
        lines.append([(t("drain.late"), "bad")])
    return [*lines, []]


def plan_lines(plan: DrainPlan, wall: float, cells: int) -> list[Line]:
    """What it comes to; then each room, those that are cut first."""
    cut = [room for room in plan.rooms if room.cut]
    at = _clock(plan.deadline)
    lines: list[Line] = [[(t("plan.deadline", at=at, minutes=plan.minutes), "strong")]]
    if not plan.rooms:
        return [*lines, [(t("plan.nothing"), "good")]]
    if itself := len(plan.rooms) - len(cut):  # of none there is nothing good to say
        lines.append([(t("plan.itself", rooms=n("head.rooms", itself)), "good")])
    if cut:
        people = n("people", sum(room.people for room in cut))
        lines.append([(t("plan.cut", rooms=n("head.rooms", len(cut)), people=people), "bad")])
    lines[1].append((f"  {t('plan.empty_at', at=_clock(plan.empty_at))}", "dim"))
    name = max(12, cells - 52)
    heading = f"{fit(t('col.room'), name)} {fit(t('col.people'), 7, 'right')}  {fit(t('col.ends'), 20)} "
    lines += [[], [(heading + fit(t("col.result"), 20), "dim")]]
    for room in sorted(plan.rooms, key=lambda one: (not one.cut, one.ends or float("inf"), one.room)):
        left = t("plan.in", age=age(room.ends - wall)) if room.ends else ""
        ends = f"{_clock(room.ends)} {left}" if room.ends else "–"
        lines.append(
            [
                (f"{fit(room.room, name)} {fit(str(room.people), 7, 'right')}  {fit(ends, 20)} ", ""),
                (t("ctl.drain.cut"), "bad") if room.cut else (t("ctl.drain.itself"), "good"),
            ]
        )
    return lines


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%SZ", time.gmtime(at))


__all__ = ["PlanScreen", "drain_lines", "plan_lines"]
