"""regie rooms invite|launch"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from console.ctl import output
from console.ctl.options import TIMEOUT, ContextOption, OutputOption, ReasonOption, RoomArgument, TimeoutOption
from console.ctl.output import Output
from console.ctl.room_form import keep_calendar, local_zone, show_invitation, show_links
from console.ctl.rooms import app as app
from console.ctl.session import USAGE, ask, stop
from console.i18n import t

ZoneOption = Annotated[str, typer.Option("--zone", help=t("ctl.opt.zone"), metavar="Europe/Paris")]


@app.command(help=t("ctl.rooms.invite"))
def invite(
    room: RoomArgument,
    role: Annotated[list[str] | None, typer.Option("--role", help=t("ctl.opt.invite_role"))] = None,
    file: Annotated[Path | None, typer.Option("--ics", help=t("ctl.opt.ics"))] = None,
    url: Annotated[str, typer.Option("--url", help=t("ctl.opt.url"))] = "",
    cancel: Annotated[bool, typer.Option("--cancel", help=t("ctl.opt.cancel"))] = False,
    zone: ZoneOption = "",
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    zone = zone or local_zone()
    if url or cancel:
        if file is None:
            stop(t("ctl.need_ics"), USAGE)
        keep_calendar(file, ask(context, timeout, lambda node: node.calendar(room, url, zone, cancel)))
        return
    made: dict[str, Any] = ask(context, timeout, lambda node: node.invite(room, role or [], zone, reason))
    if file is not None:
        keep_calendar(file, str(made["calendar"]))
    if output.as_data(made, out):
        return
    show_invitation(made)


@app.command(help=t("ctl.rooms.launch"))
def launch(
    room: RoomArgument,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    """A ticket of one's own to lead the room with, for whoever is signed in here."""

    async def work(node: Any) -> dict[str, Any]:
        name, _role = await node.caller()
        found = (await node.room(room)).row
        roles = next((one.row.roles for one in await node.types() if one.row.type == found.type), ("host",))
        role = "host" if "host" in roles else roles[0]
        made: dict[str, Any] = (await node.issue_tickets(room, [name], role, 0, reason))[0]
        return made

    made = ask(context, timeout, work)
    if output.as_data(made, out):
        return
    show_links([made["link"]])
