"""The screen of recordings: one list over all nodes, and everything that is done to one (D9, R180, H22)."""

from __future__ import annotations

import grpc
import pytest

from console import i18n
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import NOON, FakeNode, refusal
from tests.console.test_hostile import inert
from tests.console.test_pictures import SIZES, Still, language, same
from tests.console.test_text import HOSTILE

__all__ = ["language"]

RUNS, PAUSED, MADE, READY, OUT, BROKEN, GONE = (f"{number:x}" * 32 for number in range(1, 8))
GB = 1_000_000_000


async def recorded(node: Node, **values: object) -> list[FakeNode]:
    """Two nodes; a recording in each state that somebody looks at."""
    nodes = [await node(name, tick=0.1, **values) for name in ("fra-01", "waw-01")]
    one, two = nodes
    for room in ("town-hall", "daily", "quiet"):
        await one.open_room(room, room.title())
    await two.open_room("maths-101", "Maths 101")
    for of in nodes:
        of.recorder.minutes_limit, of.recorder.bytes_limit = 600, 20 * GB
    one.recorder.reserved_bytes = 12 * GB
    one.recorder.room_minutes_limit = 120
    await one.tape("town-hall", RUNS, "recording", seconds=1740, bytes=int(1.2 * GB), streams=5, late_ms=300)
    await one.tape("daily", PAUSED, "paused", seconds=300, bytes=90_000_000, streams=2)
    await one.tape("town-hall", READY, "verified", seconds=3600, bytes=2 * GB, streams=7, why="ended")
    files = one.recordings[READY].files
    files.add(name="room.webm", kind="room", bytes=int(1.5 * GB), sha256="ab" * 32)
    files.add(name="track-1.webm", kind="track", bytes=GB // 2, sha256="cd" * 32)
    await one.tape("town-hall", OUT, "published", seconds=1800, bytes=GB, streams=3, by="bruno")
    await two.tape("maths-101", MADE, "finishing", seconds=2700, bytes=3 * GB, streams=4, progress=0.42, why="ended")
    await two.tape("maths-101", BROKEN, "failed", seconds=60, streams=1, why="nothing")
    await two.tape("maths-101", GONE, "deleted", why="retention", statement='{"deleted":"7777"}', signature="5e1f" * 32)
    for number, tape in enumerate((OUT, READY, PAUSED, RUNS)):
        one.recordings[tape].started.FromSeconds(NOON - 3600 + 600 * number)
        await one.told_of(one.recordings[tape])
    for number, tape in enumerate((GONE, BROKEN, MADE)):
        two.recordings[tape].started.FromSeconds(NOON - 90_000 + 43_000 * number)
        await two.told_of(two.recordings[tape])
    return nodes


async def opened(c: Console, rows: int = 7) -> None:
    await c.press("8")
    await c.waits(lambda: len(c.store.recordings) == rows and len(c.store.recorders) == len(c.store.connections), "all")


async def at(c: Console, *recordings: str) -> None:
    """The cursor on the first; all marked when there are several."""
    table = c.desk.recordings_pane.table
    table.reorder(c.app.look.now)
    keys = [key for key in table.order if key[2] in recordings]
    table.point_at(next(key for key in keys if key[2] == recordings[0]))
    if len(recordings) > 1:
        table.marks.update(keys)
    await c.pilot.pause()


def asked(node: FakeNode) -> list[str]:
    return [name for name, _ in node.calls]


async def test_recordings_of_all_nodes_with_what_they_can_still_record(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes, size=(160, 45)) as c:
        await opened(c)
        await at(c, RUNS)
        await c.sees("[8 Recordings", "● REC", "‖ paused", "◔ files 42 %", "✓ verified", "▶ published", "✗ FAILED")
        await c.sees("● 18/20 free", "412 GB free", "12.0 GB of it reserved", "● 20/20 free", "making files: 1/1 free")
        await c.sees("124 min / 600 min", "4.3 GB / 20.0 GB", "119 min / 120 min")
        nodes[1].recordings[MADE].progress = 0.97
        nodes[1].recorder.planned, nodes[1].recorder.unplaced = 3, 1
        await nodes[1].told_of(nodes[1].recordings[MADE])
        await c.sees("◔ files 97 %", "sessions planned: 3", "without a place within 24 h: 1")


async def test_only_while_on_the_screen(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes) as c:
        assert "recording" not in nodes[0].streams
        await opened(c)
        await c.press("1")
        assert (len(c.store.recordings), c.store.recorders) == (0, {})
        await opened(c)


async def test_a_room_is_recorded_and_stopped_from_where_one_is(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes) as c:
        await c.enter_room("quiet")
        await c.press("R")
        await c.sees("Record quiet (fra-01)? Everybody there will see it.")
        await c.press("R")  # the key that asks does not confirm
        assert asked(nodes[0]) == []
        await c.press("y")
        await c.sees("recording: quiet")
        await c.waits(lambda: c.store.rooms.rows["fra-01", "quiet"].recording == "recording", "the room says so")
        await c.press("R")
        await c.sees("Stop recording quiet (fra-01)?")
        await c.press("y")
        await c.sees("recording stopped: quiet")
        assert asked(nodes[0]) == ["StartRecording", "StopRecording"]
        assert {request.room for _, request in nodes[0].calls} == {"quiet"}


async def test_pausing_runs_at_once_and_can_be_taken_back(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes) as c:
        await opened(c)
        await at(c, RUNS)
        await c.press("P")
        await c.sees("recording paused: town-hall", "u undo: pause of town-hall")
        assert c.store.recordings.rows["fra-01", "town-hall", RUNS].state == "paused"
        await c.press("u")
        await c.sees("undone: town-hall")
        assert asked(nodes[0]) == ["PauseRecording", "ResumeRecording"]
        await at(c, PAUSED)
        await c.press("P")
        await c.sees("recording goes on: daily")


async def test_verify_tells_what_is_damaged(node: Node) -> None:
    nodes = await recorded(node)
    nodes[0].damaged[OUT] = ["room.webm"]
    async with console(*nodes) as c:
        await opened(c)
        await at(c, READY)
        await c.press("v")
        await c.sees("verified, every byte is there: town-hall")
        await at(c, OUT)
        await c.press("v")
        await c.sees("town-hall: damaged files: room.webm")
        assert c.store.recordings.rows["fra-01", "town-hall", OUT].state == "failed"
        await c.press("r")
        await c.sees("files are made again: town-hall")


async def test_the_making_of_files_is_cancelled_and_gone_on_with(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes) as c:
        await opened(c)
        await at(c, MADE)
        await c.press("T")
        await c.sees("Stop making the files of maths-101 (waw-01)?")
        await c.press("y")
        await c.sees("files are not made: maths-101", "✗ FAILED")
        await at(c, MADE)
        await c.press("r")
        await c.sees("files are made again: maths-101", "◔ files 0 %")
        assert asked(nodes[1]) == ["CancelRecording", "RemakeRecording"]


async def test_published_and_withdrawn(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes) as c:
        await opened(c)
        await at(c, READY)
        await c.press("w")
        await c.sees("published: town-hall")
        await c.press("w")
        await c.sees("replay withdrawn: town-hall", "u undo: withdrawal of town-hall")
        await c.press("u")
        await c.waits(lambda: nodes[0].recordings[READY].state == "published", "published again")
        assert [request.withdraw for _, request in nodes[0].calls] == [False, True, False]


async def test_deleting_wants_the_room_typed_and_a_reason(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes, size=(160, 45)) as c:
        await opened(c)
        await at(c, READY)
        await c.press("E")
        await c.sees("Delete town-hall (fra-01) for ever, 60 min, 2.0 GB?", "type town-hall then Enter")
        await c.type("town")
        await c.press("enter")
        await c.sees("type exactly: town-hall")
        await c.type("-hall")
        await c.press("enter")
        await c.sees("reason")
        await c.type("asked by Amina")
        await c.press("enter")
        await c.sees("deleted for ever: town-hall", "○ deleted", "signed statement", "5e1f5e1f")
        assert [(name, r.recording, r.reason) for name, r in nodes[0].calls] == [
            ("DeleteRecording", READY, "asked by Amina")
        ]


async def test_of_the_marked_ones_only_those_in_a_state_for_it(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes) as c:
        await opened(c)
        await at(c, RUNS, PAUSED, READY)
        await c.press("R")
        await c.sees("Stop recording 2 recordings (fra-01)?")
        await c.press("y")
        await c.sees("recording stopped: 2 targets")
        assert sorted(request.room for _, request in nodes[0].calls) == ["daily", "town-hall"]
        c.desk.recordings_pane.table.unmark()
        await at(c, BROKEN)
        await c.press("w")
        await c.sees("That cannot be done in the state “failed”.")
        await at(c, BROKEN, OUT, READY)
        await c.press("E")
        await c.sees("Delete 3 recordings (2 nodes) for ever, 91 min, 3.0 GB?", "type 3 then Enter")


async def test_a_link_is_shown_whole_and_only_when_asked(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes, size=(80, 24)) as c:
        await opened(c)
        await at(c, READY)
        await c.press("L")
        await c.sees("Download links", "https://fra-01.example/recordings/4444", "until 2026-11-21 13:00:00Z")
        url = c.desk.operations.given[0].url
        shown = "".join(line.strip("│ ▁▂▃▄▅▆▇█").strip() for line in c.lines())
        assert url in shown.replace(" ", "") and url.endswith("5e1f" * 16)
        await c.press("q")
        await c.sees("link given: town-hall")
        assert url[:60] not in c.text()
        await c.press("o")
        await c.sees("Download links")
        assert asked(nodes[0]) == ["LinkRecording"]


async def test_by_command_and_by_filter(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes) as c:
        c.desk.command("record start quiet -r board")
        await c.press("y")
        await c.sees("recording: quiet")
        assert (nodes[0].calls[-1][1].room, nodes[0].calls[-1][1].reason) == ("quiet", "board")
        c.desk.command("rec delete quiet")
        await c.sees("Open the list of recordings first")
        c.desk.command("recordings state=verified minutes>30")
        await c.sees("[8 Recordings", "/state=verified minutes>30")
        await c.waits(lambda: [key[2] for key in c.desk.recordings_pane.table.order] == [READY], "one row")
        c.desk.command("record publish *")
        await c.sees("published: town-hall")
        c.desk.command("filter")
        c.desk.command(f"record withdraw {OUT[:6]}")
        await c.sees("replay withdrawn: town-hall")
        assert nodes[0].calls[-1][1].recording == OUT
        c.desk.command("record burn .")
        await c.sees("record start|stop|pause")
        c.desk.command("recordings colour:red")
        await c.sees("colour")


async def test_who_may_not_is_told_and_the_node_is_not_asked(node: Node) -> None:
    nodes = await recorded(node, role="moderator")
    async with console(*nodes) as c:
        await opened(c)
        for key in ("R", "P", "v", "w", "L", "E"):
            await at(c, READY)
            c.desk.say(None)
            await c.press(key)
            await c.sees("operator")
        assert [one.calls for one in nodes] == [[], []]


async def test_a_refusal_of_the_node_is_told(node: Node) -> None:
    nodes = await recorded(node)
    full = refusal("RECORDING_FULL", limit="20", current="20")
    nodes[0].refuse["StartRecording"] = (grpc.StatusCode.RESOURCE_EXHAUSTED, full)
    async with console(*nodes) as c:
        c.desk.command("record start quiet")
        await c.press("y")
        await c.sees("[RECORDING_FULL]")


async def test_what_strangers_wrote_is_inert_there(node: Node) -> None:
    """H22: titles, reasons, names of files and of operators, statements and links."""
    one = await node()
    texts = [text for text in HOSTILE if "\ud800" not in text]
    await one.open_room("daily", texts[0])
    for number, text in enumerate(texts):
        tape = await one.tape("daily", f"{number:032x}", "verified", title=text, why=text, by=text, bytes=GB)
        tape.files.add(name=text, bytes=1)
        tape.statement, tape.signature = text, text
        await one.told_of(tape)
    await one.tape(texts[1], "f" * 32, texts[2], title=texts[0])
    async with console(one, size=(160, 45)) as c:
        await opened(c, len(texts) + 1)
        for _ in range(len(texts) + 1):
            assert inert(c)
            await c.press("j")
        await c.press("E")
        assert inert(c)
        await c.press("escape")
        one.damaged = dict.fromkeys(one.recordings, texts)
        c.desk.command("record verify *")
        await c.settle()
        assert inert(c)
        await c.press("o")
        await c.pilot.pause()
        assert inert(c)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_looks_as_it_did(node: Node, size: tuple[int, int], language: i18n.Language) -> None:
    nodes, still, tag = await recorded(node), Still(), f"{size[0]}x{size[1]}-{language}"
    async with console(*nodes, size=size, clock=still, wall=lambda: NOON + 245.0) as c:
        await c.waits(lambda: len(c.store.rooms) == 4)
        await opened(c)
        await at(c, RUNS)
        await c.quiet(still)
        same(c, f"recordings-{tag}")
