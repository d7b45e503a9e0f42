"""regie flags get|set"""

from __future__ import annotations

from typing import Annotated

import typer

from console.ctl import output, sets
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    OutputOption,
    ReasonOption,
    RoomArgument,
    RoomsArgument,
    TimeoutOption,
)
from console.ctl.output import Output
from console.ctl.session import ask
from console.i18n import t

app = typer.Typer(help=t("ctl.flags"), no_args_is_help=True)


@app.command("get", help=t("ctl.flags.get"))
def get(
    room: RoomArgument,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    output.settings(ask(context, timeout, lambda node: node.flags(room)), out)


@app.command("set", help=t("ctl.flags.set"))
def set_(
    rooms: RoomsArgument,
    webcams_only_for_moderators: Annotated[
        bool | None,
        typer.Option("--webcams-only-for-moderators/--no-webcams-only-for-moderators", help=t("ctl.opt.webcams_only")),
    ] = None,
    mute_on_start: Annotated[
        bool | None, typer.Option("--mute-on-start/--no-mute-on-start", help=t("ctl.opt.mute_on_start"))
    ] = None,
    lock_camera: Annotated[
        bool | None, typer.Option("--lock-camera/--no-lock-camera", help=t("ctl.opt.lock_camera"))
    ] = None,
    lock_microphone: Annotated[
        bool | None, typer.Option("--lock-microphone/--no-lock-microphone", help=t("ctl.opt.lock_microphone"))
    ] = None,
    disable_notes: Annotated[
        bool | None, typer.Option("--disable-notes/--no-disable-notes", help=t("ctl.opt.disable_notes"))
    ] = None,
    lock_door: Annotated[bool | None, typer.Option("--lock-door/--no-lock-door", help=t("ctl.opt.lock_door"))] = None,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    asked = {
        "webcams_only_for_moderators": webcams_only_for_moderators,
        "mute_on_start": mute_on_start,
        "lock_camera": lock_camera,
        "lock_microphone": lock_microphone,
        "disable_notes": disable_notes,
        "lock_door": lock_door,
    }
    changes = {name: on for name, on in asked.items() if on is not None}
    if len(rooms) > 1:
        sets.each(rooms, context, timeout, out, lambda node, room: node.set_flags(room, changes, reason))
    output.settings(ask(context, timeout, lambda node: node.set_flags(rooms[0], changes, reason)), out)
