"""What the wall asks of a person: claimed, decided; one row, or the marked ones together.

After one row the cursor goes to the next that needs somebody, so that each decision is one key. Nobody has read that
row in the first third of a second: a key that comes so soon was pressed twice, and does nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from console.actions import BY_ID, tier
from console.columns.fleet import what
from console.i18n import integer, n, t
from console.model import Key
from console.operations import Report
from console.screens.in_hand import marked_and_hidden
from console.wall import Task
from console.widgets.bar import Question

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen

READ_S: Final = 0.3
ITEMS: Final = ("held", "report")  # what a node's queue has
VERDICTS: Final[Mapping[str, Mapping[str, str]]] = {
    "approve": {"held": "approve", "report": "dismiss", "waiter": "let_one_in"},
    "decline": {"held": "decline", "report": "hide", "waiter": "turn_away"},
}
"""What each answer is called by the kind of the row."""
FINAL: Final = ("turn_away",)


class Deciding:
    """`passed`: the row that the cursor was put on by a decision, and until when nobody has read it."""

    def __init__(self, desk: DeskScreen) -> None:
        self._desk = desk
        self._passed: tuple[Key, float] = ((), 0.0)

    def claim(self, tasks: Sequence[Task], reason: str = "") -> None:
        """Take items for oneself; when all are ours, give them back. The node knows whose each is."""
        if items := self._able([task for task in tasks if task.kind in ITEMS], tasks):
            free = [task for task in items if not task.claimed_by]
            deed, targets = "claim" if free else "release", [_target(task) for task in free or items]
            if tier(BY_ID["claim"], len(targets)) != "T3":
                self._desk.acting.deed(deed, targets, {}, reason)
                return
            self._desk.bar.ask(
                Question(
                    f"{t(f'ask.{deed}', rows=n('rows', len(targets)))} {marked_and_hidden(self._desk.wall_pane.table)}",
                    lambda given: self._desk.acting.deed(deed, targets, {}, given or reason),
                    expected=str(len(targets)),
                    reason=not reason,
                    cancel=self._cancelled,
                    targets=[f"{name}   {' › '.join(key[:2])}" for key, name in targets],
                )
            )

    def decide(self, tasks: Sequence[Task], answer: str, reason: str = "") -> None:
        """`approve` or `decline` what is held; of what is reported, dismiss the report or hide the message. Who waits
        before a door is let in, or turned away."""
        if len(tasks) == 1 and self._unread(tasks[0]):
            return
        deeds = VERDICTS[answer]
        able = self._able([task for task in tasks if task.kind in deeds], tasks)
        if not able:
            return
        if len(able) == 1 and len(tasks) == 1:
            self._one(able[0], deeds[able[0].kind], reason)
        else:
            self._several(able, deeds, len(tasks) - len(able), reason)

    def _unread(self, task: Task) -> bool:
        key, until = self._passed
        return task.key == key and self._desk.look.now < until

    def _able(self, of_kind: Sequence[Task], tasks: Sequence[Task]) -> list[Task]:
        """Those that wait still and that nobody else has; says why not when there is none."""
        store = self._desk.look.store
        waits = [task for task in of_kind if not task.gone_at]
        ours = [task for task in waits if task.claimed_by in ("", store.connections[task.context].operator)]
        if not tasks:
            self._no(t("say.no_row"))
        elif not waits:
            self._no(t("say.not_for_this"))
        elif self._desk.acting.may_all("approve", [task.context for task in ours or waits]):
            if ours:
                return ours
            self._no(t("say.claimed", who=waits[0].claimed_by))
        return []

    def _no(self, text: str) -> None:
        self._desk.say(Report(text, ok=False))

    # ------------------------------------------------------------------ how

    def _one(self, task: Task, deed: str, reason: str) -> None:
        if deed not in FINAL:
            self._desk.acting.deed(deed, [_target(task)], {}, reason)
            self._next(task)
            return
        ask = t(f"ask.{deed}", people=task.name or task.what, room=task.room, node=task.context)
        self._desk.bar.ask(
            Question(
                ask,
                lambda given: self._desk.acting.deed(deed, [_target(task)], {}, given or reason),
                cancel=self._cancelled,
            )
        )

    def _next(self, done: Task) -> None:
        """To the next row that needs somebody; below, else from the top."""
        table, rows = self._desk.wall_pane.table, self._desk.look.store.tasks.rows
        if self._desk.pane is not self._desk.wall_pane or table.cursor_key != done.key:
            return
        at = table.position
        for key in (*table.order[at + 1 :], *table.order[:at]):
            row: Task | None = rows.get(key)
            if row is not None and not row.gone_at and not row.pending:
                table.point_at(key)
                self._passed = (key, self._desk.look.now + READ_S)
                self._desk.paint()
                return

    def _several(self, tasks: Sequence[Task], deeds: Mapping[str, str], left: int, reason: str) -> None:
        """One question for all: how many of each there are, and how many are left out."""
        targets = [(deeds[task.kind], *_target(task)) for task in tasks]
        counts = Counter(deed for deed, _, _ in targets)
        parts = [t(f"decide.{deed}", count=integer(counts[deed])) for deed in deeds.values() if counts[deed]]
        ask = t("ask.decide", what=", ".join(parts))
        if left:
            ask = f"{ask} {n('ask.left', left)}"
        if hidden := marked_and_hidden(self._desk.wall_pane.table):
            ask = f"{ask} {hidden}"
        heavy = tier(BY_ID["approve"], len(tasks)) == "T3"
        self._desk.bar.ask(
            Question(
                ask,
                lambda given: self._desk.operations.decide(targets, given or reason),
                expected=str(len(tasks)) if heavy else "",
                reason=heavy and not reason,
                cancel=self._cancelled,
                targets=[f"{task.name or task.what}   {task.context} › {task.room}   {what(task)}" for task in tasks],
            )
        )

    def _cancelled(self) -> None:
        self._desk.say(Report(t("say.cancelled")))


def _target(task: Task) -> tuple[Key, str]:
    return task.key, task.name or (task.what if task.kind == "waiter" else task.room)
