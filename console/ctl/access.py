"""regie access get|set|renew|tickets|invite|revoke"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from console.ctl import output
from console.ctl.filtering import keep_plain
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    FilterOption,
    OutputOption,
    ReasonOption,
    RoomArgument,
    TimeoutOption,
)
from console.ctl.output import Output
from console.ctl.room_form import typed_password
from console.ctl.session import ask
from console.ctl.shown import in_words
from console.i18n import t
from console.text import clean
from console.words import WORDS

app = typer.Typer(help=t("ctl.access"), no_args_is_help=True)

RoleArgument = Annotated[str, typer.Argument(help=t("ctl.arg.role"), metavar="ROLE")]
HoursOption = Annotated[int, typer.Option("--ticket-hours", min=0, help=t("ctl.opt.hours"))]
RecheckOption = Annotated[bool, typer.Option("--recheck", help=t("ctl.opt.recheck"))]


class Mode(StrEnum):
    open = "open"
    password = "password"
    token = "token"


@app.command(help=t("ctl.access.get"))
def get(
    room: RoomArgument,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    _shown(ask(context, timeout, lambda node: node.access(room)), out)


@app.command("set", help=t("ctl.access.set"))
def set_(
    room: RoomArgument,
    mode: Annotated[Mode, typer.Argument(help=t("ctl.arg.mode"))],
    typed: Annotated[bool, typer.Option("--password", help=t("ctl.opt.password"))] = False,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    password = typed_password() if typed else ""
    view, made = ask(context, timeout, lambda node: node.set_access(room, mode.value, password, reason))
    _shown({**view, "password": made} if made else view, out)
    if made and not out.for_programs:
        print(t("ctl.password_made", password=clean(made)))


@app.command(help=t("ctl.access.renew"))
def renew(
    room: RoomArgument,
    role: RoleArgument,
    hours: HoursOption = 0,
    recheck: RecheckOption = False,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    made = ask(context, timeout, lambda node: node.renew_link(room, role, hours, recheck, reason))
    if output.as_data(made, out):
        return
    link = made["link"]
    print(_role(link["role"]))
    print(f"  {clean(str(link['url']))}")


@app.command(help=t("ctl.access.tickets"))
def tickets(
    room: RoomArgument,
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    found = keep_plain(ask(context, timeout, lambda node: node.tickets(room)), filter)
    if output.as_data(found, out):
        return
    lines = [
        [one["ticket"], one["name"], one["role"], in_words("ended", one["ended"]) or t("ended."), one["participant"]]
        for one in found
    ]
    output.table([t("col.id"), t("col.name"), t("col.role"), t("col.state"), t("col.here")], lines)


@app.command(help=t("ctl.access.invite"))
def invite(
    room: RoomArgument,
    names: Annotated[list[str], typer.Argument(help=t("ctl.arg.names"), metavar="NAME…")],
    role: Annotated[str, typer.Option("--role", help=t("ctl.arg.role"))] = "",
    hours: HoursOption = 0,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    _issued(ask(context, timeout, lambda node: node.issue_tickets(room, names, role, hours, reason)), out)


@app.command(help=t("ctl.access.revoke"))
def revoke(
    room: RoomArgument,
    ticket: Annotated[str, typer.Argument(help=t("ctl.arg.ticket"), metavar="TICKET")],
    replace: Annotated[bool, typer.Option("--replace", help=t("ctl.opt.replace"))] = False,
    recheck: RecheckOption = False,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    instead = ask(context, timeout, lambda node: node.revoke_ticket(room, ticket, replace, recheck, reason))
    _issued([instead] if instead is not None else [], out)


def _role(role: str) -> str:
    return t(f"ctl.link.{role}") if f"ctl.link.{role}" in WORDS else clean(role)


def _shown(view: dict[str, Any], out: Output) -> None:
    if output.as_data(view, out):
        return
    links = ", ".join(f"{link['role']} ({link['expires']})" for link in view["links"])
    rows = [("mode", in_words("access", view["mode"])), ("links", links), ("tickets", str(view["tickets"]))]
    output.table([t("col.setting"), t("col.value")], [[clean(name), clean(value, 400)] for name, value in rows])


def _issued(made: list[dict[str, Any]], out: Output) -> None:
    if output.as_data(made, out):
        return
    for one in made:
        print(f"{clean(one['ticket']['name'])}  {clean(one['ticket']['ticket'])}")
        print(f"  {clean(str(one['link']['url']))}")
