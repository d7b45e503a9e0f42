"""regie rooms create|set|show|list|get|extend|lock|unlock|end|close|delete"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.ctl import output, sets
from console.ctl.filtering import keep
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    ExpectOption,
    FilterOption,
    OutputOption,
    ReasonOption,
    RoomArgument,
    RoomsArgument,
    TimeoutOption,
    YesOption,
)
from console.ctl.output import Output, Shown
from console.ctl.room_form import (
    AccessOption,
    AgendaOption,
    BrandColourOption,
    BrandLogoOption,
    BrandNameOption,
    DisableNotesOption,
    ExpectedOption,
    InviteOption,
    LobbyMessageOption,
    LobbyOption,
    LockCameraOption,
    LockMicrophoneOption,
    MinutesOption,
    ModeratorsOption,
    MuteOnStartOption,
    PasswordOption,
    PrivateChatOption,
    PublicChatOption,
    RecordLayoutOption,
    RecordOption,
    RedirectOption,
    RehearsedOption,
    SpeakingOption,
    StaffOption,
    StartOption,
    WebcamsOnlyOption,
    WelcomeOption,
    asked,
    keep_calendar,
    local_zone,
    moment_of,
    noted,
    show_invitation,
    show_links,
    typed_password,
    warned,
)
from console.ctl.scripting import dry_run
from console.ctl.session import USAGE, ask, ask_each, complain, several, stop
from console.ctl.shown import moment
from console.ctl.watching import WatchOption, followed, watch
from console.i18n import number, t
from console.model import Room
from console.text import clean

if TYPE_CHECKING:
    from console.client.once import Found

app = typer.Typer(help=t("ctl.rooms"), no_args_is_help=True)

_SHOWN: Shown = (
    ("col.room", lambda r: r.room),
    ("col.title", lambda r: r.title),
    ("col.node", lambda r: r.node or r.context),
    ("col.state", lambda r: t("room.closed") if not r.open else t("blocked") if r.muted else t("room.open")),
    ("col.people", lambda r: str(r.people)),
    ("fact.limit", lambda r: str(r.max_participants or "")),
    ("col.mbps", lambda r: number(r.bits_out / 1e6)),
    ("col.loss", lambda r: number(r.loss)),
    ("fact.created", lambda r: moment(r.created)),
    ("col.type", lambda r: r.type),
    ("col.ends", lambda r: moment(r.ends)),
)
FORECAST = ("moderators", "places", "comfort", "recorder")
"""Risks that come from what was asked for: who makes a room knows by themselves what they have not done yet."""

_ONE: Shown = (
    *_SHOWN,
    ("fact.form", lambda r: t(f"form.{r.form}")),
    ("fact.starts", lambda r: moment(r.starts)),
    ("fact.started", lambda r: moment(r.started)),
    ("fact.cut", lambda r: moment(r.cut)),
    ("fact.owner", lambda r: r.owner),
    ("fact.risks", lambda r: " ".join(r.risks)),
    ("fact.end_cause", lambda r: t(f"end.{r.end_cause}") if r.end_cause else ""),
)


def _key(room: Room) -> str:
    return room.room


@app.command(help=t("ctl.rooms.create"))
def create(
    title: Annotated[str, typer.Argument(help=t("ctl.arg.title"), metavar="[TITLE]")] = "",
    room: Annotated[str, typer.Option("--id", "--room", help=t("ctl.opt.room_id"))] = "",
    most: Annotated[int, typer.Option("--max", min=0, help=t("ctl.opt.max"))] = 0,
    hours: Annotated[int, typer.Option("--ticket-hours", min=0, help=t("ctl.opt.hours"))] = 0,
    type: Annotated[str, typer.Option("--type", "-t", help=t("ctl.opt.type"))] = "",
    start: StartOption = "",
    minutes: MinutesOption = None,
    instant: Annotated[bool, typer.Option("--instant", help=t("ctl.opt.instant"))] = False,
    invite: InviteOption = False,
    access: AccessOption = None,
    typed: PasswordOption = False,
    lobby: LobbyOption = None,
    agenda: AgendaOption = None,
    lobby_message: LobbyMessageOption = None,
    welcome: WelcomeOption = None,
    staff: StaffOption = None,
    speaking: SpeakingOption = None,
    redirect: RedirectOption = None,
    brand_name: BrandNameOption = None,
    brand_colour: BrandColourOption = None,
    brand_logo: BrandLogoOption = None,
    public_chat: PublicChatOption = None,
    private_chat: PrivateChatOption = None,
    webcams_only_for_moderators: WebcamsOnlyOption = None,
    mute_on_start: MuteOnStartOption = None,
    lock_camera: LockCameraOption = None,
    lock_microphone: LockMicrophoneOption = None,
    disable_notes: DisableNotesOption = None,
    rehearsed: RehearsedOption = None,
    expected: ExpectedOption = None,
    moderators: ModeratorsOption = None,
    record: RecordOption = None,
    record_layout: RecordLayoutOption = None,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    form = asked(locals())
    password = typed_password() if typed else ""
    starts = moment_of(start)
    if starts and instant:
        stop(t("ctl.instant_start"), USAGE)
    found, made = ask(
        context,
        timeout,
        lambda node: node.create_room(
            title or t("ctl.title.default"),
            room,
            most,
            hours,
            type=type,
            starts=starts,
            minutes=minutes,
            instant=instant,
            settings=form,
            password=password,
        ),
    )
    if not title:
        complain(t("ctl.title.unchanged", title=t("ctl.title.default")))
    noted(made)
    warned([risk for risk in found.row.risks if risk in FORECAST])
    if invite:
        made |= ask(context, timeout, lambda node: node.invite(found.row.room, [], local_zone(), ""))
    told = ("links", "password", "text_fr", "text_en", "calendar")
    more = {name: made[name] for name in told if made.get(name)} if out.for_programs else {}
    output.one_row(found, _ONE, out, _key, **more)
    if out in (Output.table, Output.wide):
        print()
        if invite:
            show_invitation(made)
        else:
            show_links(made["links"])
            print(t("ctl.rooms.then_invite", room=found.row.room))


@app.command("set", help=t("ctl.rooms.set"))
def set_(
    room: RoomArgument,
    title: Annotated[str | None, typer.Option("--title", help=t("ctl.arg.title"))] = None,
    most: Annotated[int | None, typer.Option("--max", min=1, help=t("ctl.opt.max"))] = None,
    start: StartOption = "",
    minutes: MinutesOption = None,
    access: AccessOption = None,
    typed: PasswordOption = False,
    lobby: LobbyOption = None,
    agenda: AgendaOption = None,
    lobby_message: LobbyMessageOption = None,
    welcome: WelcomeOption = None,
    staff: StaffOption = None,
    speaking: SpeakingOption = None,
    redirect: RedirectOption = None,
    brand_name: BrandNameOption = None,
    brand_colour: BrandColourOption = None,
    brand_logo: BrandLogoOption = None,
    public_chat: PublicChatOption = None,
    private_chat: PrivateChatOption = None,
    webcams_only_for_moderators: WebcamsOnlyOption = None,
    mute_on_start: MuteOnStartOption = None,
    lock_camera: LockCameraOption = None,
    lock_microphone: LockMicrophoneOption = None,
    disable_notes: DisableNotesOption = None,
    rehearsed: RehearsedOption = None,
    expected: ExpectedOption = None,
    moderators: ModeratorsOption = None,
    record: RecordOption = None,
    record_layout: RecordLayoutOption = None,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    form = asked(locals())
    password = typed_password() if typed else ""
    if title is not None:
        form["title"] = title
    if most is not None:
        form["max_participants"] = most
    if minutes is not None:
        form["minutes"] = minutes
    now, made = ask(context, timeout, lambda node: node.update_room(room, form, moment_of(start), password, reason))
    noted(made)
    warned([risk for risk in made["risks"] if risk in FORECAST])
    output.settings(now, out)


@app.command(help=t("ctl.rooms.show"))
def show(
    room: RoomArgument,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    output.settings(ask(context, timeout, lambda node: node.form(room)), out)


@app.command(help=t("ctl.rooms.delete"))
def delete(
    room: RoomArgument,
    file: Annotated[Path | None, typer.Option("--ics", help=t("ctl.opt.ics_cancel"))] = None,
    reason: ReasonOption = "",
    yes: YesOption = False,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    if not yes:
        found = ask(context, timeout, lambda node: node.room(room)).row
        access = ask(context, timeout, lambda node: node.access(room))
        kept = ask(context, timeout, lambda node: node.recordings(room))
        lost = t(
            "ctl.delete.lost",
            title=clean(found.title),
            links=str(len(access.get("links", []))),
            tickets=str(access.get("tickets", 0)),
            people=str(found.people),
            recordings=str(len(kept)),
        )
        print(lost, file=sys.stderr)
        if found.starts:
            print(t("ctl.delete.date", starts=moment(found.starts)), file=sys.stderr)
        sets.confirm_one(room)
    if dry_run():
        file = None  # it is not cancelled
    if file is not None:  # a room that is gone has no date to cancel
        keep_calendar(file, ask(context, timeout, lambda node: node.calendar(room, "", local_zone(), True)))
    try:
        output.one_row(ask(context, timeout, lambda node: node.close_room(room, reason)), _SHOWN, out, _key)
    except BaseException:
        if file is not None:  # it is not cancelled
            file.unlink(missing_ok=True)
        raise


@app.command("list", help=t("ctl.rooms.list"))
def list_(
    closed: Annotated[bool, typer.Option("--closed", help=t("ctl.opt.closed"))] = False,
    everywhere: Annotated[bool, typer.Option("-A", "--all-contexts", help=t("ctl.opt.everywhere"))] = False,
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        watch(lambda: _look(context, timeout, filter, closed), _key)
    silent: list[dict[str, str]] = []
    code = 0
    if everywhere:
        found, silent, code = ask_each(several(context), timeout, lambda node: node.rooms(with_closed=closed))
    else:
        found = ask(context, timeout, lambda node: node.rooms(with_closed=closed))
    output.rows(keep(found, filter, "room"), _SHOWN, out, _key, silent)
    raise typer.Exit(code)


@app.command(help=t("ctl.rooms.get"))
def get(
    room: RoomArgument,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    output.one_row(ask(context, timeout, lambda node: node.room(room)), _ONE, out, _key)


@app.command(help=t("ctl.rooms.extend"))
def extend(
    rooms: RoomsArgument,
    minutes: Annotated[int, typer.Argument(help=t("ctl.arg.minutes"), metavar="MINUTES", min=1)],
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    if len(rooms) > 1:
        sets.each(rooms, context, timeout, out, lambda node, room: node.extend_room(room, minutes, reason))
    found = ask(context, timeout, lambda node: node.extend_room(rooms[0], minutes, reason))
    output.one_row(found, _ONE, out, _key)


@app.command(help=t("ctl.rooms.lock"))
def lock(
    rooms: RoomsArgument,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    sets.each(rooms, context, timeout, out, lambda node, room: node.set_flags(room, {"lock_door": True}, reason))


@app.command(help=t("ctl.rooms.unlock"))
def unlock(
    rooms: RoomsArgument,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    sets.each(rooms, context, timeout, out, lambda node, room: node.set_flags(room, {"lock_door": False}, reason))


@app.command(help=t("ctl.rooms.end"))
def end(
    rooms: RoomsArgument,
    reason: ReasonOption = "",
    yes: YesOption = False,
    expect: ExpectOption = 0,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    sets.confirm(rooms, yes, expect)
    if len(rooms) > 1:
        sets.each(rooms, context, timeout, out, lambda node, room: node.end_room(room, reason))
    output.one_row(ask(context, timeout, lambda node: node.end_room(rooms[0], reason)), _ONE, out, _key)


@app.command(help=t("ctl.rooms.close"))
def close(
    rooms: RoomsArgument,
    reason: ReasonOption = "",
    yes: YesOption = False,
    expect: ExpectOption = 0,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    sets.confirm(rooms, yes, expect)
    if len(rooms) > 1:
        sets.each(rooms, context, timeout, out, lambda node, room: node.close_room(room, reason))
    output.one_row(ask(context, timeout, lambda node: node.close_room(rooms[0], reason)), _SHOWN, out, _key)


def _look(context: str, timeout: float, filter: str, closed: bool) -> tuple[list[Found], bool]:
    found, silent, _ = ask_each(several(context), timeout, lambda node: node.rooms(with_closed=closed))
    return keep(found, filter, "room"), not silent
