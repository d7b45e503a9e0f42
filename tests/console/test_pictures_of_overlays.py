"""Pictures of what lies over a screen or is typed below it, at 80×24, 120×30 and 160×45, and the same without colour:
lines to type, questions, results, links, the palette, the connection of a person.
"""

from __future__ import annotations

import grpc
import pytest
from textual.command import CommandList, CommandPalette
from textual.widgets import Input

from console import i18n
from console.operations import Given
from console.screens.links import LinksScreen
from protos.quality.v1 import quality_pb2
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import NOON, FakeNode, refusal
from tests.console.test_pictures import SIZES, Still, fleet, language, same
from tests.console.test_without_colour import coloured

__all__ = ["language"]

IDS = [f"{width}x{height}" for width, height in SIZES]
TOKEN = "eyJhbGciOiJFZERTQSJ9." + "Zm9yLWEtcmVwbGF5LW9mLWEtcm9vbS" * 5


class Album:
    """Pictures of one size and language; with `NO_COLOR` none is kept, and none may have a colour."""

    def __init__(self, c: Console, still: Still, tag: str) -> None:
        self.c, self.still, self.tag = c, still, tag

    async def add(self, name: str) -> None:
        """The screen as it is now, when nothing moves any more."""
        for entry in self.c.app.screen.query(Input):
            entry.cursor_blink = False
        await self.c.quiet(self.still)
        if self.tag:
            same(self.c, f"{name}-{self.tag}")
        else:
            assert list(coloured(self.c)) == [], name
            assert all(len(line.rstrip()) <= self.c.app.size.width for line in self.c.lines()), name


async def hall(node: Node) -> list[FakeNode]:
    nodes = await fleet(node)
    fra = nodes[0]
    detail = fra.details["p4"] = quality_pb2.GetQualityResponse(quality=fra.people["daily", "p4"].quality)
    detail.quality.cause, detail.quality.held = detail.quality.CAUSE_NETWORK_DOWN, True
    detail.quality.target_bits_per_second, detail.quality.receive_cap_bits_per_second = 280_000, 500_000
    detail.slots.add(slot=3, participant="p1", source="camera", rid="q", bits_per_second=140_000, loss_percent=9.1)
    detail.layers.add(source="camera", rid="q", width=320, height=180, bits_per_second=120_000, active=True)
    detail.layers.add(source="camera", rid="f", width=1280, height=720, active=False)
    for number in range(30):
        detail.history.add(loss_percent=number / 3, rtt_ms=100 + number, sent_bits_per_second=210_000)
    await fra.limit("room", "daily", "people", 50, 5, default=100)
    return nodes


async def lines_to_type(c: Console, album: Album) -> None:
    """Filter, command, find: below every list."""
    await c.press("2")
    await c.press("slash")
    await c.type("people>2 ")
    await album.add("filter")
    await c.press("escape", "colon")
    await c.type("mute * except:role")
    await album.add("command")
    await c.press("escape", "F")
    await c.type("li")
    await album.add("find")
    await c.press("escape", "7")
    await c.waits(lambda: len(c.store.quotas) == 1, "the limit")
    await c.quiet(album.still)
    await c.press("c")
    await c.type("eighty")
    await album.add("quota-edit")
    await c.press("escape")


async def of_people(c: Console, album: Album, fra: FakeNode) -> None:
    """Connection, cap, ban with its reason, results of a set."""
    c.desk.enter(("fra-01", "daily"))
    await c.waits(lambda: len(c.store.people) == 5 and len(c.desk.room_pane.chat.messages) == 3)
    await c.quiet(album.still)
    await c.point("李雷")
    await c.press("enter")
    await c.waits(lambda: "320×180" in c.text(), "the detail")
    await album.add("quality")
    await c.press("q", "b")
    await c.type("500k/2")
    await album.add("cap")
    await c.press("escape", "B")
    await album.add("ban")
    await c.press("y")
    await album.add("ban-reason")
    await c.press("escape")
    fra.refuse["MuteParticipant"] = (grpc.StatusCode.FAILED_PRECONDITION, refusal("NODE_FULL"))
    await c.press("*", "m")
    await c.settle()
    await c.press("o")
    await album.add("outcomes")
    await c.press("q")
    del fra.refuse["MuteParticipant"]
    for name in ("Ada Lovelace", "李雷"):
        await c.point(name)
        await c.press("\\", "m")
        await c.settle()
    await c.press("*", "K")
    await album.add("question-of-several")
    await c.press("v")
    await album.add("targets")
    await c.press("q", "escape", "\\", "U", "j")
    await album.add("undos")
    await c.press("q", "l", "l", "l")
    await album.add("column")


async def over_all(c: Console, album: Album) -> None:
    """Links that a node gave, and the palette."""
    until = NOON + 86_400.0
    links = [Given(f"town-hall › {name}", f"https://fra-01.example/replay/{name}?t={TOKEN}", until) for name in "ab"]
    c.app.push_screen(LinksScreen(links))
    await c.heard()
    await album.add("links")
    await c.press("q", "1", "ctrl+p")
    await c.waits(lambda: isinstance(c.app.screen, CommandPalette), "the palette")
    palette = c.app.screen
    await c.waits(lambda: palette.query_one(CommandList).option_count > 5, "its actions")
    await c.waits(lambda: not palette.query("LoadingIndicator").filter(".--visible"), "all of them")
    await album.add("palette")
    await c.press("escape")


async def every_overlay(node: Node, size: tuple[int, int], tag: str) -> None:
    nodes, still = await hall(node), Still()
    async with console(*nodes, size=size, clock=still, wall=lambda: NOON + 245.0) as c:
        await c.waits(lambda: len(c.store.rooms) == 4)
        c.store.look_anew()
        await c.quiet(still)
        album = Album(c, still, tag)
        await lines_to_type(c, album)
        await of_people(c, album, nodes[0])
        await over_all(c, album)


@pytest.mark.parametrize("size", SIZES, ids=IDS)
async def test_every_overlay_looks_as_it_did(node: Node, size: tuple[int, int], language: i18n.Language) -> None:
    await every_overlay(node, size, f"{size[0]}x{size[1]}-{language}")


@pytest.mark.parametrize("size", SIZES, ids=IDS)
async def test_no_overlay_has_a_colour_with_no_color(
    node: Node, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    await every_overlay(node, size, "")
