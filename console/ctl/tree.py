"""The tree of commands, with as little loaded as the command line needs."""

from __future__ import annotations

import copy
import importlib
import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from console.ctl.completion import complete_contexts
from console.ctl.front import NOUNS
from console.ctl.help import speak
from console.ctl.session import several
from console.i18n import t
from console.words import WORDS


def build(wanted: str = "", verb: str = "") -> typer.Typer:
    """The commands; only `wanted` when it is named, and of that only `verb`, if it has such a command. The whole tree
    when nothing is named, or the shell completes."""
    every = not wanted or "_REGIE_COMPLETE" in os.environ
    app = typer.Typer(
        name="regie",
        help=t("ctl.help"),
        epilog=t("ctl.epilog"),
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=t("ctl.help"))(_root)
    app.command("console", help=t("ctl.console"))(console)
    for noun, module, attribute in NOUNS:
        if every or noun == wanted:
            group = getattr(importlib.import_module(module), attribute)
            app.add_typer(group if every else _only(group, verb), name=noun)
    if every:
        from console.ctl import plugins

        for name in plugins.names():
            brought = plugins.commands(name) if "_REGIE_COMPLETE" in os.environ else None
            if brought is not None:
                app.add_typer(brought, name=name, help=_about(name))  # so that the shell knows its options
            else:
                app.command(name, help=_about(name), add_help_option=False)(_elsewhere)
    speak(app)
    return app


def _only(group: typer.Typer, verb: str) -> typer.Typer:
    """`group` with no other command than `verb`: what each of them takes is read from its function, 2 ms a command."""
    named = [one for one in group.registered_commands if verb and (one.name or _name(one.callback)) == verb]
    if not named:
        return group
    only = copy.copy(group)
    only.registered_commands, only.registered_groups = named, []
    return only


def _name(function: Callable[..., object] | None) -> str:
    return function.__name__.replace("_", "-") if function is not None else ""


def _root(
    lang: Annotated[str, typer.Option("--lang", help=t("ctl.opt.lang"), metavar="fr|en")] = "",
    version: Annotated[
        bool, typer.Option("--version", help=t("ctl.opt.version"), is_eager=True, callback=_version)
    ] = False,
) -> None:
    """`--lang` is read before the tree is built; it is here to be documented."""


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # as slow as a call

        typer.echo(f"regie {version('regie')}")
        raise typer.Exit()


def _about(name: str) -> str:
    key = f"ctl.plugin.{name}"
    return t(key) if key in WORDS else name


def _elsewhere() -> None:
    """Never called: `main` hands these to their entry point."""


def console(
    context: Annotated[
        list[str] | None,
        typer.Option("-c", "--context", help=t("ctl.opt.contexts"), autocompletion=complete_contexts),
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help=t("ctl.opt.read_only"))] = False,
    armed: Annotated[bool, typer.Option("--armed", help=t("ctl.opt.armed"))] = False,
    slow: Annotated[bool, typer.Option("--slow", help=t("ctl.opt.slow"))] = False,
    mouse: Annotated[bool, typer.Option("--mouse/--no-mouse", help=t("ctl.opt.mouse"))] = True,
) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        typer.echo(t("ctl.no_terminal"), err=True)
        raise typer.Exit(2)
    picked = [one for name in (context or [""]) for one in several(name)]
    from console.main import run

    raise typer.Exit(run(picked, read_only=read_only, armed=armed, slow=slow, mouse=mouse))
