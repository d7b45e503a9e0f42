"""Ctrl+P: every action by its name, and every room and node."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from console.actions import ACTIONS, allowed
from console.i18n import t
from console.screens.desk import DeskScreen
from console.words import WORDS

if TYPE_CHECKING:
    from console.model import Room

MOST_ROOMS = 300  # fuzzy matching costs about 5 µs a name


class DeskProvider(Provider):
    @property
    def _desk(self) -> DeskScreen | None:
        return self.screen if isinstance(self.screen, DeskScreen) else None

    def _actions(self, desk: DeskScreen) -> list[tuple[str, Callable[[], object]]]:
        role = desk.role(desk.hand.context())
        found: list[tuple[str, Callable[[], object]]] = []
        for action in ACTIONS:
            if action.group == "move" or desk.pane.view not in action.views or not allowed(action, role):
                continue
            long = f"long.{action.id}"
            text = t(long) if long in WORDS else t(action.label)
            found.append((f"{action.shown:<7}{text}", partial(desk.call_later, desk.do, action.id)))
        return found

    def _places(self, desk: DeskScreen) -> list[tuple[str, Callable[[], object]]]:
        store = desk.look.store
        places: list[tuple[str, Callable[[], object]]] = []
        rooms: list[Room] = sorted(store.rooms.rows.values(), key=lambda room: -room.people)[:MOST_ROOMS]
        for room in rooms:
            text = t("palette.room", room=room.room, title=room.title, node=room.node or room.context)
            places.append((text, partial(desk.call_later, desk.enter, room.key)))
        return places

    async def discover(self) -> Hits:
        if (desk := self._desk) is not None:
            for text, run in self._actions(desk):
                yield DiscoveryHit(text, run)

    async def search(self, query: str) -> Hits:
        if (desk := self._desk) is None:
            return
        matcher = self.matcher(query)
        for text, run in [*self._actions(desk), *self._places(desk)]:
            if (score := matcher.match(text)) > 0:
                yield Hit(score, matcher.highlight(text), run)
