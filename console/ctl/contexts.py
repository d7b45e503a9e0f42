"""regie contexts list|add|use|remove"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from console import contexts as file
from console.ctl import output
from console.ctl.completion import complete_contexts
from console.ctl.filtering import keep_plain
from console.ctl.options import FilterOption, OutputOption
from console.ctl.output import Output
from console.ctl.session import USAGE, complain, load, stop
from console.i18n import t
from console.model import Context
from console.text import clean

app = typer.Typer(help=t("ctl.contexts"), no_args_is_help=True)

NameArgument = Annotated[
    str, typer.Argument(help=t("ctl.arg.context"), metavar="NAME", autocompletion=complete_contexts)
]


@app.command("list", help=t("ctl.contexts.list"))
def list_(filter: FilterOption = "", out: OutputOption = Output.table) -> None:
    known = load()
    entries = list(known.entries.values())
    data = [  # never the token
        {"context": e.name, "address": e.address, "ca_file": e.ca_file, "current": e.name == known.current}
        for e in entries
    ]
    data = keep_plain(data, filter)
    kept = {one["context"] for one in data}
    entries = [entry for entry in entries if entry.name in kept]
    if output.as_data(data, out):
        pass
    elif out is Output.id:
        for entry in entries:
            print(clean(entry.name))
    else:
        lines = [["*" if e.name == known.current else "", e.name, e.address, e.ca_file] for e in entries]
        output.table(["", t("col.context"), t("col.address"), "CA"], lines)
    if not known.entries:
        complain(t("contexts.none", file=str(file.path())))


@app.command(help=t("ctl.contexts.add"))
def add(
    name: Annotated[str, typer.Argument(help=t("ctl.arg.context"), metavar="NAME")],
    address: Annotated[str, typer.Option("--address", help=t("ctl.opt.address"))],
    ca_file: Annotated[str, typer.Option("--ca-file", help=t("ctl.opt.ca"))] = "",
    token: Annotated[str, typer.Option("--token", envvar="REGIE_TOKEN", help=t("ctl.opt.token"))] = "",
    use: Annotated[bool, typer.Option("--use", help=t("ctl.opt.use"))] = False,
) -> None:
    if not token:
        token = _read_token()
    known = load()
    try:
        known.entries[file.check_name(name)] = Context(name, address, ca_file, token)
        if use or not known.current:
            known.current = name
        file.save(known)
    except (file.ContextsError, OSError) as error:
        _stop(error)
    complain(t("ctl.saved", file=str(file.path())))


def _read_token() -> str:
    """From the terminal without echo, or the first line of stdin: an argument would show in the list of processes."""
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass(t("ctl.ask_token") + " ")
    return sys.stdin.readline().strip()


@app.command(help=t("ctl.contexts.use"))
def use(name: NameArgument) -> None:
    known = load()
    try:
        known.current = known.one(name).name
        file.save(known)
    except (file.ContextsError, OSError) as error:
        _stop(error)


@app.command(help=t("ctl.contexts.remove"))
def remove(name: NameArgument) -> None:
    known = load()
    try:
        del known.entries[known.one(name).name]
        if known.current == name:
            known.current = next(iter(known.entries), "")
        file.save(known)
    except (file.ContextsError, OSError) as error:
        _stop(error)


def _stop(error: file.ContextsError | OSError) -> None:
    text = t(error.word, **error.values) if isinstance(error, file.ContextsError) else str(error)
    stop(text, USAGE)
