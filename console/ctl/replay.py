"""regie recordings page|write|attach|detach: what the page of a recording says beside the film"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from console.ctl import output
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    OutputOption,
    ReasonOption,
    RecordingArgument,
    TimeoutOption,
)
from console.ctl.output import Output
from console.ctl.session import USAGE, ask, stop
from console.i18n import t
from console.text import clean

KINDS: Final = {".vtt": ("captions", "text/vtt")}
"""What a file is by the end of its name; any other is a document."""
ATTACHED_MOST: Final = 1_000_000
"""Bytes. A call to a node may have 1 MiB, of which the names and the reason need some."""

SpeakersOption = Annotated[list[str] | None, typer.Option("--speaker", help=t("ctl.opt.speaker"), metavar="NAME: …")]
ChaptersOption = Annotated[list[str] | None, typer.Option("--chapter", help=t("ctl.opt.chapter"), metavar="12:30 …")]


def speaker_of(text: str) -> dict[str, str]:
    name, _, about = text.partition(":")
    return {"name": name.strip(), "about": about.strip()}


def chapter_of(text: str) -> dict[str, Any]:
    """ "1:02:30 Questions": hours, minutes and seconds of the recording, then what it is called."""
    when, _, title = text.strip().partition(" ")
    try:
        seconds = 0.0
        for part in when.split(":"):
            seconds = seconds * 60 + float(part)
    except ValueError:
        stop(t("ctl.chapter", text=text), USAGE)
    return {"at": seconds, "title": title.strip()}


def clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _show(page: dict[str, Any], out: Output) -> None:
    if output.as_data(page, out):
        return
    if page["context"]:
        print(clean(page["context"], 4000))
    for one in page["speakers"]:
        print(clean(f"{one['name']}: {one['about']}" if one["about"] else one["name"], 400))
    for one in page["chapters"]:
        print(clean(f"{clock(one['at'])}  {one['title']}", 200))
    files = [[one["file"], one["kind"], one["language"], one["name"], str(one["bytes"])] for one in page["files"]]
    if files:
        output.table([t("col.id"), t("col.type"), t("col.language"), t("col.file"), t("col.bytes")], files)


def page(
    recording: RecordingArgument,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    _show(ask(context, timeout, lambda node: node.replay("GetReplay", recording=recording)), out)


def write(
    recording: RecordingArgument,
    text: Annotated[str | None, typer.Option("--about", help=t("ctl.opt.about"))] = None,
    speaker: SpeakersOption = None,
    chapter: ChaptersOption = None,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    said: dict[str, Any] = {}
    if text is not None:
        said["context"] = text
    if speaker is not None:
        said["speakers"] = [speaker_of(one) for one in speaker if one]
    if chapter is not None:
        said["chapters"] = [chapter_of(one) for one in chapter if one]
    _show(ask(context, timeout, lambda node: node.write_replay(recording, said, reason)), out)


def attach(
    recording: RecordingArgument,
    file: Annotated[Path, typer.Argument(help=t("ctl.arg.attached"), exists=True, dir_okay=False, metavar="FILE")],
    name: Annotated[str, typer.Option("--name", help=t("ctl.opt.shown_as"))] = "",
    language: Annotated[str, typer.Option("--language", help=t("ctl.opt.captions_language"))] = "fr",
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = 30.0,
) -> None:
    size = file.stat().st_size
    if size > ATTACHED_MOST:
        stop(t("ctl.attach_large", file=file.name, size=size, most=ATTACHED_MOST), USAGE)
    kind, type_ = KINDS.get(file.suffix.lower()) or ("material", mimetypes.guess_type(file.name)[0] or "")
    fields = {
        "recording": recording,
        "kind": kind,
        "name": name or file.name,
        "type": type_,
        "language": language if kind == "captions" else "",
        "content": file.read_bytes(),
        "reason": reason,
    }
    _show(ask(context, timeout, lambda node: node.replay("AttachToReplay", **fields)), out)


def detach(
    recording: RecordingArgument,
    file: Annotated[str, typer.Argument(help=t("ctl.arg.attached_id"), metavar="FILE")],
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    fields = {"recording": recording, "file": file, "reason": reason}
    _show(ask(context, timeout, lambda node: node.replay("DetachFromReplay", **fields)), out)


COMMANDS: Final = (page, write, attach, detach)


def add_to(app: typer.Typer) -> None:
    for command in COMMANDS:
        app.command(command.__name__, help=t(f"ctl.recordings.{command.__name__}"))(command)
