"""regie participants list|remove|ban|unban|bans|lobby|promote|demote|rename"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from console.actions import MANY
from console.client.scripted import meant
from console.ctl import output, sets
from console.ctl.completion import complete_rooms
from console.ctl.filtering import keep, keep_plain
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    FilterOption,
    OutputOption,
    PeopleArgument,
    ReasonOption,
    RoomArgument,
    TimeoutOption,
    YesOption,
)
from console.ctl.output import Output, Shown
from console.ctl.session import USAGE, ask, stop, targets
from console.ctl.shown import in_words, moment
from console.ctl.watching import WatchOption, followed, watch_list
from console.i18n import number, t
from console.model import Person

if TYPE_CHECKING:
    from console.client.once import Once

app = typer.Typer(help=t("ctl.participants"), no_args_is_help=True)
ExpectPeopleOption = Annotated[int, typer.Option("--expect", min=0, help=t("ctl.opt.expect_people"))]


def _track(person: Person, source: str) -> str:
    track = person.track(source)
    return "" if track is None else "MUTED" if track.muted else "on" if track.on else "off"


def _chat(person: Person) -> str:
    """What holds for them there, and until when."""
    return f"{person.restraint} → {moment(person.restrained_until)}" if person.restrained_until else person.restraint


def _id(person: Person) -> str:
    return person.participant


_SHOWN: Shown = (
    ("col.id", lambda r: r.participant),
    ("col.name", lambda r: r.name),
    ("col.room", lambda r: r.room),
    ("col.role", lambda r: in_words("role", r.role)),
    ("col.client", lambda r: in_words("client", r.client)),
    ("col.state", lambda r: r.state),
    ("col.mic", lambda r: _track(r, "microphone")),
    ("col.camera", lambda r: _track(r, "camera")),
    ("col.screen", lambda r: _track(r, "screen")),
    ("col.chat", _chat),
    ("col.loss", lambda r: number(r.loss)),
    ("col.rtt", lambda r: f"{r.rtt_ms:.0f}"),
    ("col.grade", lambda r: t(f"grade.{int(r.grade)}")),
    ("col.joined", lambda r: moment(r.joined)),
)


@app.command("list", help=t("ctl.participants.list"))
def list_(
    room: Annotated[
        str, typer.Argument(help=t("ctl.arg.room_or_all"), metavar="[ROOM]", autocompletion=complete_rooms)
    ] = "",
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        watch_list(context, timeout, lambda node: node.participants(room), _id, filter, "person")
    found = ask(context, timeout, lambda node: node.participants(room))
    output.rows(keep(found, filter, "person"), _SHOWN, out, _id)


def _each(
    room: str,
    people: list[str],
    out: Output,
    context: str,
    timeout: float,
    work: Callable[[Once, str], Awaitable[list[str]]],
) -> NoReturn:
    """Do `work` to each of them, by id or name; say what became of each, and leave with the exit code."""
    results, code = targets(context, timeout, named(context, timeout, room, people), work)
    output.outcomes(results, out)
    raise typer.Exit(code)


def _many(people: list[str], yes: bool, expect: int) -> None:
    """Above so many a slip of the hand empties a room: their number is said as well (T3 of the console)."""
    if expect or len(people) > MANY:
        sets.confirm(people, yes or len(people) == 1, expect, "people")


@app.command(help=t("ctl.participants.remove"))
def remove(
    room: RoomArgument,
    people: PeopleArgument,
    reason: ReasonOption = "",
    yes: YesOption = False,
    expect: ExpectPeopleOption = 0,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    _many(people, yes, expect)
    _each(room, people, out, context, timeout, lambda node, one: node.remove(room, one, reason))


@app.command(help=t("ctl.participants.ban"))
def ban(
    room: RoomArgument,
    people: PeopleArgument,
    reason: ReasonOption = "",
    yes: YesOption = False,
    expect: ExpectPeopleOption = 0,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    _many(people, yes, expect)
    _each(room, people, out, context, timeout, lambda node, one: node.ban(room, one, reason))


@app.command(help=t("ctl.participants.unban"))
def unban(
    room: RoomArgument,
    people: PeopleArgument,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    banned = ask(context, timeout, lambda node: node.bans(room))
    ids = []
    for word in people:
        same = [str(one["participant"]) for one in banned if str(one["name"]).casefold() == word.casefold()]
        if len(same) > 1 and word not in same:
            stop(t("ctl.ambiguous", name=word, ids=" ".join(same)), USAGE)
        ids.append(same[0] if same else word)
        meant(ids[-1], word)
    results, code = targets(context, timeout, ids, lambda node, one: node.unban(room, one, reason))
    output.outcomes(results, out)
    raise typer.Exit(code)


@app.command(help=t("ctl.participants.bans"))
def bans(
    room: RoomArgument,
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    found = keep_plain(ask(context, timeout, lambda node: node.bans(room)), filter)
    shown = ("participant", "name", "by", "reason", "at")
    labels = ("col.id", "col.name", "col.by", "col.reason", "col.since")
    output.plain_rows(found, shown, [t(label) for label in labels], out)


@app.command(help=t("ctl.participants.lobby"))
def lobby(
    room: RoomArgument,
    people: PeopleArgument,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    _each(room, people, out, context, timeout, lambda node, one: node.to_lobby(room, one, reason))


@app.command(help=t("ctl.participants.promote"))
def promote(
    room: RoomArgument,
    people: PeopleArgument,
    role: Annotated[str, typer.Option("--role", help=t("ctl.opt.role"))] = "host",
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    _give(context, timeout, room, people, role, reason, out)


@app.command(help=t("ctl.participants.demote"))
def demote(
    room: RoomArgument,
    people: PeopleArgument,
    role: Annotated[str, typer.Option("--role", help=t("ctl.opt.role"))] = "participant",
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    _give(context, timeout, room, people, role, reason, out)


def _give(context: str, timeout: float, room: str, people: list[str], role: str, reason: str, out: Output) -> None:
    ids = named(context, timeout, room, people)
    results, code = targets(context, timeout, ids, lambda node, one: node.give_role(room, one, role, reason))
    output.outcomes(results, out)
    raise typer.Exit(code)


@app.command(help=t("ctl.participants.rename"))
def rename(
    room: RoomArgument,
    person: Annotated[str, typer.Argument(help=t("ctl.arg.one"), metavar="PERSON")],
    name: Annotated[str, typer.Argument(help=t("ctl.arg.name"), metavar="NAME")],
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    (found,) = named(context, timeout, room, [person])
    done = ask(context, timeout, lambda node: node.rename(room, found, name, reason))
    output.one_row(done, _SHOWN, out, lambda row: str(row.participant))


def named(context: str, timeout: float, room: str, words: list[str]) -> list[str]:
    """Ids of people given by id or by name; a name of two people is an error that lists them."""

    async def look(node: Once) -> list[Person]:
        return [one.row for one in await node.participants(room)]

    people = ask(context, timeout, look)
    known = {person.participant for person in people}
    ids = []
    for word in words:
        same = [person for person in people if person.name.casefold() == word.casefold()]
        if word in known or not same:
            ids.append(word)  # an unknown one is refused by the node
        elif len(same) == 1:
            ids.append(same[0].participant)
        else:
            stop(t("ctl.ambiguous", name=word, ids=" ".join(person.participant for person in same)), USAGE)
        meant(ids[-1], word)
    return ids
