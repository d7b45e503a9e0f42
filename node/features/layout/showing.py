"""What the hosts show everybody: a layout, and whom they put forward. Pure.

A layout that is shown is a proposal: whoever wants to look otherwise may. Who is put forward is in a slot of everybody,
after shared screens and before speakers, as far as a camera is on and the flags let it through.
"""

from __future__ import annotations

import enum
from collections.abc import Container
from typing import Final

import msgspec

from node.errors import Refused
from node.ports import Actor, Fact

MOST_FORWARD: Final = 6
"""People at once: a stage with more is a gallery."""


class View(enum.StrEnum):
    FREE = ""
    """Everybody chooses."""
    AUTO = "auto"
    GALLERY = "gallery"
    SPEAKER = "speaker"
    PRESENTATION = "presentation"


class Show(msgspec.Struct, frozen=True):
    """None: as it was."""

    by: Actor
    view: View | None = None
    spotlight: tuple[str, ...] | None = None


class Showing(msgspec.Struct, frozen=True):
    view: View = View.FREE
    spotlight: tuple[str, ...] = ()

    def after(self, command: Show) -> Showing:
        """
        Raises:
            Refused: VALUE_INVALID.
        """
        spotlight = self.spotlight if command.spotlight is None else tuple(dict.fromkeys(command.spotlight))
        if len(spotlight) > MOST_FORWARD:
            raise Refused("VALUE_INVALID", limit=f"0 … {MOST_FORWARD}", current=f"spotlight: {len(spotlight)}")
        return Showing(self.view if command.view is None else command.view, spotlight)

    def among(self, people: Container[str]) -> Showing:
        """As far as those whom it puts forward are there."""
        return Showing(self.view, tuple(each for each in self.spotlight if each in people))

    def without(self, participant: str) -> Showing:
        return Showing(self.view, tuple(each for each in self.spotlight if each != participant))


class ShowingChanged(Fact, frozen=True):
    room: str
    showing: Showing
