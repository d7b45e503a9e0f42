"""regie recordings list|get|start|pause|resume|stop|verify|cancel|remake|publish|withdraw|delete|link|watch, and what
its page says (`replay.py`)"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from console.ctl import output, replay, sets
from console.ctl.filtering import keep
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    ExpectRecordingsOption,
    FilterOption,
    OutputOption,
    ReasonOption,
    RecordingArgument,
    RecordingsArgument,
    RoomsArgument,
    TimeoutOption,
    YesOption,
)
from console.ctl.output import Output
from console.ctl.session import ask
from console.ctl.shown import in_words
from console.ctl.watching import WatchOption, followed, in_lines, watch_list
from console.i18n import t
from console.text import clean, safe_json

if TYPE_CHECKING:
    from console.client.once import Once

app = typer.Typer(help=t("ctl.recordings"), no_args_is_help=True)
replay.add_to(app)

DAMAGED = 1
HEADINGS = ("col.id", "col.room", "col.state", "col.started", "col.seconds", "col.bytes", "col.progress", "col.by")


def _line(one: dict[str, Any]) -> list[str]:
    return [
        one["recording"],
        one["room"],
        in_words("recording", one["state"]),
        str(one.get("started", ""))[:19],
        f"{one['seconds']:.0f}",
        str(one["bytes"]),
        f"{one['progress']:.0%}",
        one["by"],
    ]


def _show(one: dict[str, Any], out: Output) -> None:
    if output.as_data(one, out):
        return
    if out is Output.id:
        print(clean(one["recording"]))
    else:
        output.table([t(heading) for heading in HEADINGS], [_line(one)])


@app.command("list", help=t("ctl.recordings.list"))
def list_(
    room: Annotated[str, typer.Argument(help=t("ctl.arg.room"), metavar="[ROOM]")] = "",
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        work = lambda node: node.recordings(room)  # noqa: E731
        watch_list(context, timeout, work, lambda row: str(row.recording), filter, "recording")
    asked = ask(context, timeout, lambda node: node.recordings(room))
    found = [one.data for one in keep(asked, filter, "recording")]
    if output.as_data(found, out):
        return
    if out is Output.id:
        for one in found:
            print(clean(one["recording"]))
    else:
        output.table([t(heading) for heading in HEADINGS], [_line(one) for one in found])


@app.command(help=t("ctl.recordings.get"))
def get(
    recording: RecordingArgument,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    one = ask(context, timeout, lambda node: node.record("Get", recording=recording))["recording"]
    _show(one, out)
    if out in (Output.table, Output.wide) and one["files"]:
        lines = [[file["name"], file["type"], str(file["bytes"]), file["sha256"]] for file in one["files"]]
        output.table([t("col.file"), t("col.type"), t("col.bytes"), "SHA-256"], lines)


@app.command(help=t("ctl.recordings.start"))
def start(
    rooms: RoomsArgument,
    arrangement: Annotated[str, typer.Option("--arrangement", help=t("ctl.opt.arrangement"))] = "",
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    def begin(node: Once, room: str) -> Awaitable[dict[str, Any]]:
        return node.record("Start", room=room, arrangement=arrangement, reason=reason)

    if len(rooms) > 1:
        sets.each(rooms, context, timeout, out, begin)
    _show(ask(context, timeout, lambda node: begin(node, rooms[0]))["recording"], out)


# What is asked with rooms, or with recordings, and a reason: command → (the contract's word, what else it is told).
BY_ROOM: Final = {"pause": "Pause", "resume": "Resume", "stop": "Stop"}
BY_RECORDING: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "cancel": ("Cancel", {}),
    "remake": ("Remake", {}),
    "publish": ("Publish", {"withdraw": False}),
    "withdraw": ("Publish", {"withdraw": True}),
}


def _by_room(what: str) -> Callable[..., None]:
    def command(
        rooms: RoomsArgument,
        reason: ReasonOption = "",
        out: OutputOption = Output.table,
        context: ContextOption = "",
        timeout: TimeoutOption = TIMEOUT,
    ) -> None:
        if len(rooms) > 1:
            sets.each(rooms, context, timeout, out, lambda node, room: node.record(what, room=room, reason=reason))
        _show(ask(context, timeout, lambda node: node.record(what, room=rooms[0], reason=reason))["recording"], out)

    return command


def _by_recording(what: str, more: dict[str, Any]) -> Callable[..., None]:
    def command(
        recordings: RecordingsArgument,
        reason: ReasonOption = "",
        out: OutputOption = Output.table,
        context: ContextOption = "",
        timeout: TimeoutOption = TIMEOUT,
    ) -> None:
        def do(node: Once, recording: str) -> Awaitable[dict[str, Any]]:
            return node.record(what, recording=recording, reason=reason, **more)

        if len(recordings) > 1:
            sets.each(recordings, context, timeout, out, do)
        _show(ask(context, timeout, lambda node: do(node, recordings[0]))["recording"], out)

    return command


for _name, _what in BY_ROOM.items():
    app.command(_name, help=t(f"ctl.recordings.{_name}"))(_by_room(_what))


@app.command(help=t("ctl.recordings.verify"))
def verify(
    recording: RecordingArgument,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = 120.0,
) -> None:
    said = ask(context, timeout, lambda node: node.record("Verify", recording=recording))
    if not output.as_data(said, out):
        _show(said["recording"], out)
        for name in said["damaged"]:
            print(clean(t("recordings.damaged", file=name)))
    raise typer.Exit(DAMAGED if said["damaged"] else 0)


for _name, (_what, _more) in BY_RECORDING.items():
    app.command(_name, help=t(f"ctl.recordings.{_name}"))(_by_recording(_what, _more))


@app.command(help=t("ctl.recordings.delete"))
def delete(
    recordings: RecordingsArgument,
    reason: ReasonOption = "",
    yes: YesOption = False,
    expect: ExpectRecordingsOption = 0,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = 30.0,
) -> None:
    def do(node: Once, recording: str) -> Awaitable[dict[str, Any]]:
        return node.record("Delete", recording=recording, reason=reason)

    sets.confirm(recordings, yes, expect, "recordings")
    if len(recordings) > 1:
        sets.each(recordings, context, timeout, out, do)
    _show(ask(context, timeout, lambda node: do(node, recordings[0]))["recording"], out)


@app.command(help=t("ctl.recordings.link"))
def link(
    recording: RecordingArgument,
    file: Annotated[str, typer.Argument(help=t("ctl.arg.file"), metavar="[FILE]")] = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    said = ask(context, timeout, lambda node: node.record("Link", recording=recording, file=file))
    if not output.as_data(said, out):
        print(clean(said["url"], 400))


@app.command(help=t("ctl.recordings.watch"))
def watch(
    resume: Annotated[str, typer.Option("--resume", help=t("ctl.opt.resume"))] = "",
    count: Annotated[int, typer.Option("--count", help=t("ctl.opt.count"), min=0)] = 0,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    lines = in_lines(out)

    async def follow(node: Once) -> None:
        told = 0
        async for said in node.watch_recordings(resume):
            if not (said["snapshot"] or said["recordings"]):
                continue
            if lines:
                print(safe_json(said, indent=None), flush=True)
            else:
                for one in said["recordings"]:
                    print(clean("  ".join(_line(one)), 300), flush=True)
            told += 1
            if count and told >= count:
                return

    try:
        ask(context, timeout, follow)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
