"""What is done to one room or to a marked set of them: a result for each, one question for all.

A set is asked about before anything is done to it, however light the deed is to one room; closing and ending want the
number typed, and a reason. The rooms are those that were marked when the key came, whatever moves meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from console.actions import BY_ID, tier
from console.explaining import explain
from console.i18n import n, t
from console.model import Failure, Key, Room
from console.operations import Report
from console.screens.acting import places
from console.screens.in_hand import marked_and_hidden
from console.widgets.bar import Question

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen

FINAL: Final = ("close", "end")
"""Deeds that people do not come back from."""


def act(
    desk: DeskScreen,
    action: str,
    deed: str,
    rooms: Sequence[Room],
    values: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """`deed`, for whoever may do `action`. One room and a light deed: at once, as `u` takes it back."""
    rooms = [room for room in rooms if room.open and not room.gone_at]
    if not rooms:
        desk.say(Report(t("say.already_closed" if deed in FINAL else "say.no_room"), ok=False))
        return
    if not desk.acting.may_all(action, [room.context for room in rooms]):
        return
    targets = [(room.key, room.room) for room in rooms]
    heavy = deed in FINAL or tier(BY_ID[action], len(rooms)) == "T3"
    if len(rooms) == 1 and not heavy:
        desk.acting.deed(deed, targets, values, reason)
        return
    what = t(f"pending.{deed}").removeprefix("… ").capitalize()
    ask = t("ask.rooms", what=what, rooms=_named(rooms), node=_nodes(rooms))
    _ask(desk, _counted(desk, ask, rooms), deed, targets, values, reason, heavy)


def _ask(
    desk: DeskScreen,
    ask: str,
    deed: str,
    targets: Sequence[tuple[Key, str]],
    values: Mapping[str, Any] | None,
    reason: str,
    heavy: bool,
) -> None:
    desk.bar.ask(
        Question(
            ask,
            lambda given: desk.acting.deed(deed, targets, values, given or reason),
            expected=(targets[0][1] if len(targets) == 1 else str(len(targets))) if heavy else "",
            reason=heavy and not reason,
            cancel=lambda: desk.say(Report(t("say.cancelled"))),
            targets=[" › ".join(key) for key, _ in targets],
        )
    )


def admit(desk: DeskScreen, rooms: Sequence[Room], reason: str = "") -> None:
    """Everybody who waits outside these rooms."""
    if len(rooms) < 2:
        desk.acting.admit(rooms[0] if rooms else None, reason)
        return
    waited = [room for room in rooms if room.waiters]
    if waited:
        act(desk, "admit", "admit", waited, reason=reason)
    else:
        desk.say(Report(t("say.nobody_waits"), ok=False))


def close(desk: DeskScreen, rooms: Sequence[Room], reason: str = "") -> None:
    if len(rooms) < 2:
        desk.acting.close(rooms[0] if rooms else None, reason)
    else:
        act(desk, "close", "close", rooms, reason=reason)


def mute(desk: DeskScreen, rooms: Sequence[Room], reason: str = "", *, dry_run: bool = False) -> None:
    """Each node counts first; each room's mute carries its number and is refused where it is another by then."""
    if len(rooms) < 2:
        desk.acting.mute_room(rooms[0] if rooms else None, reason, dry_run=dry_run)
        return
    if desk.acting.may_all("mute_room", [room.context for room in rooms]):
        desk.say(Report(t("bar.asking"), going=True))
        desk.operations.spawn(_count_then_ask(desk, list(rooms), reason, dry_run))


async def _count_then_ask(desk: DeskScreen, rooms: list[Room], reason: str, dry_run: bool) -> None:
    async def count(room: Room) -> int | Failure:
        try:
            return len((await desk.fleet.mute_room(room.key, dry_run=True)).changed)
        except Failure as failure:
            return failure

    found = await asyncio.gather(*map(count, rooms))
    counted = [(room.key, room.room, one) for room, one in zip(rooms, found, strict=True) if isinstance(one, int)]
    failed = [one for one in found if isinstance(one, Failure)]
    if not counted:
        desk.say(Report(explain(failed[0]), ok=False))
        return
    people = sum(number for _, _, number in counted)
    ask = t("ask.mute_room", people=n("people", people), room=_named(rooms), node=_nodes(rooms))
    ask = _counted(desk, ask, rooms)
    if dry_run or desk.bar.is_open:
        desk.say(Report(ask))
        return
    desk.say(None)
    heavy = tier(BY_ID["mute_room"], people) == "T3"
    desk.bar.ask(
        Question(
            ask,
            lambda given: desk.operations.mute_rooms(counted, given or reason),
            expected=str(people) if heavy else "",
            reason=heavy and not reason,
            cancel=lambda: desk.say(Report(t("say.cancelled"))),
            targets=[f"{' › '.join(key)}   {n('people', count)}" for key, _, count in counted],
        )
    )


def unmute(desk: DeskScreen, rooms: Sequence[Room], reason: str = "") -> None:
    if len(rooms) < 2:
        desk.acting.unmute_room(rooms[0] if rooms else None, reason)
    else:
        act(desk, "unmute_room", "unmute_room", rooms, reason=reason)


def keys(desk: DeskScreen) -> dict[str, Any]:
    """What the keys do that act on the rooms in hand."""
    of_hand = {"mute_room": mute, "unmute_room": unmute, "admit": admit, "close": close}
    return {
        **{name: partial(_in_hand, desk, deed) for name, deed in of_hand.items()},
        "lock": lambda: act(desk, "lock", "lock", desk.hand.rooms()),
    }


def _in_hand(desk: DeskScreen, deed: Any) -> None:
    deed(desk, desk.hand.rooms())


def _named(rooms: Sequence[Room]) -> str:
    return rooms[0].room if len(rooms) == 1 else n("head.rooms", len(rooms))


def _counted(desk: DeskScreen, ask: str, rooms: Sequence[Room]) -> str:
    """And of the marked rooms, how many the filter hides, when it is of those."""
    table = desk.rooms_pane.table
    of_marks = desk.pane is desk.rooms_pane and {room.key for room in rooms} <= table.marks
    return f"{ask} {marked_and_hidden(table)}" if of_marks and table.marks else ask


def _nodes(rooms: Sequence[Room]) -> str:
    return places({room.context: room.context for room in rooms}, "head.nodes")
