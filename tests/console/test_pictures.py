"""Pictures of every screen at 80×24, 120×30 and 160×45: characters, then the style of every run.

`REGIE_PICTURES=write` renews them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.color import Color

from console import i18n
from console.i18n import Language
from protos.participants.v1 import participants_pb2
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import NOON, FakeNode

FOLDER = Path(__file__).parent / "pictures"
WRITE = os.environ.get("REGIE_PICTURES") == "write"  # before the tests' own environment is cleared
SIZES = ((80, 24), (120, 30), (160, 45))


class Still:
    """Time that stands, and moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def picture(c: Console) -> str:
    """The screen as text, then its colours, run by run; ports of the test's nodes are not part of it."""
    lines, styles = [], []
    for strip in c.app.screen._compositor.render_strips():
        text = strip.text
        for number, port in enumerate(c.ports):
            text = text.replace(f":{port} "[: len(str(port)) + 1], f":{9090 + number}".ljust(len(str(port)) + 1))
        lines.append(text.rstrip())
        runs = []
        for segment in strip:
            style = segment.style
            colour = "" if style is None or style.color is None else _hex(style.color.get_truecolor())
            back = "" if style is None or style.bgcolor is None else _hex(style.bgcolor.get_truecolor())
            bold = "b" if style is not None and style.bold else ""
            runs.append(f"{segment.cell_length}{bold}{colour}/{back}")
        styles.append(" ".join(runs))
    return "\n".join([*lines, "", *styles, ""])


def _hex(colour: object) -> str:
    return Color(*tuple(colour)[:3]).hex.lower()  # type: ignore[arg-type]


def same(c: Console, name: str) -> None:
    file, now = FOLDER / f"{name}.txt", picture(c)
    if WRITE:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(now, "utf-8")
    assert file.exists(), f"no picture {name}: REGIE_PICTURES=write makes it\n{now}"
    assert now == file.read_text("utf-8"), f"{name} looks different now:\n{c.text()}"


async def fleet(node: Node) -> list[FakeNode]:
    """Three nodes, one hot; a room with everything a person can be."""
    nodes = [await node(name, tick=0.1) for name in ("fra-01", "par-01", "waw-01")]
    nodes[1].load.cpu_percent, nodes[1].load.loss_percent = 94.0, 2.6
    for one in nodes:
        await one.open_room("daily", "Daily meeting", max_participants=50, bits_out_per_second=12_300_000, cameras=3)
    hall = nodes[0]
    await hall.open_room("town-hall", "Town hall", speaking=1, screen=True, muted=True)
    await hall.enter("daily", "p1", "Ada Lovelace", role="host", speaking=True, level=18)
    await hall.enter("daily", "p2", "Çelik Öztürk", state=participants_pb2.Participant.STATE_AWAY)
    muted = participants_pb2.Track(source="microphone", on=True, muted=True, muted_by="anna")
    await hall.enter("daily", "p3", "Noisy Kettle", tracks=[muted, participants_pb2.Track(source="camera")])
    poor = participants_pb2.Quality(loss_percent=9.1, rtt_ms=420, bits_per_second=210_000, grade="GRADE_POOR")
    await hall.enter("daily", "p4", "李雷", quality=poor)
    await hall.enter("daily", "p5", "OBS", client=participants_pb2.Participant.CLIENT_WHIP)
    await hall.say("daily", "Ada Lovelace", "Bonjour à tous, nous commençons dans une minute.")
    await hall.say("daily", "Noisy Kettle", "buy cheap followers at spam.example")
    await hall.say("daily", "李雷", "谢谢, and [bold]no markup[/bold] \x1b[31mhere")
    await hall.hold("daily", "Noisy Kettle", "http://spam.example/a8x2")
    item = await hall.hold("daily", "Zed", "[bold]rude[/bold] words \x1b[31m", kind="report")
    item.claimed_by = "bruno"
    for one in hall.items.values():
        one.at.FromSeconds(NOON + 180)
    await nodes[2].knock("daily", "w1", "Mallory")
    nodes[2].waiters["daily", "w1"].since.FromSeconds(NOON + 200)
    nodes[1].rooms["daily"].cover = "hold"
    hall.messages[1].hidden, hall.messages[1].hidden_by = True, "anna"
    return nodes


def waits(c: Console) -> bool:
    return len(c.store.waiters.get("waw-01", {})) == 1


@pytest.fixture(params=("en", "fr"))
def language(request: pytest.FixtureRequest) -> Iterator[Language]:
    i18n.use(request.param)
    yield request.param
    i18n.use("en")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_screen_looks_as_it_did(node: Node, size: tuple[int, int], language: Language) -> None:
    nodes = await fleet(node)
    still, tag = Still(), f"{size[0]}x{size[1]}-{language}"
    async with console(*nodes, size=size, clock=still, wall=lambda: NOON + 245.0) as c:
        await c.waits(lambda: len(c.store.rooms) == 4)
        c.store.look_anew()  # whatever order they came in
        await c.quiet(still)
        same(c, f"nodes-{tag}")
        await c.press("2")
        await c.quiet(still)
        same(c, f"rooms-{tag}")
        c.desk.enter(("fra-01", "daily"))
        await c.waits(lambda: len(c.store.people) == 5 and len(c.desk.room_pane.chat.messages) == 3)
        await c.quiet(still)
        same(c, f"room-{tag}")
        await c.point("李雷")
        await c.press("K")
        await c.quiet(still)
        same(c, f"question-{tag}")
        await c.press("n")
        ready = {
            "participants": lambda: len(c.store.people) == 5,
            "wall": lambda: len(c.store.people) == 5 and len(c.store.items.get("fra-01", {})) == 2 and waits(c),
            "alerts": lambda: len(c.store.alerts) == 2,
        }
        for key, name in (("3", "participants"), ("4", "wall"), ("5", "alerts")):
            await c.press(key)
            await c.waits(ready[name], name)
            await c.quiet(still)
            same(c, f"{name}-{tag}")
        await c.press("question_mark")
        await c.quiet(still)
        await c.waits(lambda: "Régie" in c.lines()[0], "what is behind the help is painted again")
        same(c, f"help-{tag}")


async def test_without_colour_every_state_is_still_a_glyph_and_a_word(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    nodes = await fleet(node)
    async with console(*nodes, size=(160, 45)) as c:
        await c.sees("● ok", "▲ HOT", "[1 Nodes]", "▶")
        c.desk.command("room daily")
        await c.sees("several nodes have a room “daily”", "@fra-01")
        c.desk.command("@fra-01 room daily")
        await c.sees("◉ talks", "⊘ MUTED", "muted by anna", "! away", "✗ POOR", "⊘ hidden by anna")
