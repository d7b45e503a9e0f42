"""Help pages in the reader's language: what Typer itself writes around our words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from console.ctl.scripting import options
from console.i18n import t

_SECTIONS: Final = {name.capitalize(): f"ctl.section.{name}" for name in ("options", "arguments", "commands")}
LISTED: Final = ("alerts", "events")
_HELP: Final = "Show this message and exit."


class _Formatter(typer.Context.formatter_class):  # type: ignore[misc, valid-type]
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, t("ctl.usage") if prefix is None else prefix)

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        with super().section(t(_SECTIONS.get(name, name))):
            yield

    def write_dl(self, rows: Sequence[tuple[str, str]], *given: int, **named: int) -> None:
        super().write_dl([(term, t("ctl.opt.help") if text == _HELP else text) for term, text in rows], *given, **named)


class _Context(typer.Context):
    formatter_class = _Formatter


class _Group(TyperGroup):
    context_class = _Context

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """A noun that can only be listed is listed when nothing else is said."""
        if self.name in LISTED and (not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)):
            args = ["list", *args]
        return super().parse_args(ctx, args)


class _Command(TyperCommand):
    context_class = _Context

    def __init__(self, *given: Any, params: list[Any] | None = None, **named: Any) -> None:
        own = params or []
        name = given[0] if given else named.get("name")
        super().__init__(*given, params=[*own, *options(str(name), own)], **named)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Those that belong together under one heading, after the others: the groups of a form (R103, R104)."""
        groups: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for one in self.get_params(ctx):
            named = getattr(one, "rich_help_panel", None)
            if (record := one.get_help_record(ctx)) is not None:
                usual = "Arguments" if one.param_type_name == "argument" else "Options"
                groups.setdefault(named or usual, []).append(record)
        for name, records in groups.items():
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)


def speak(app: typer.Typer) -> None:
    """Make `app` and everything under it write its help pages in the chosen language."""
    app.info.cls = _Group
    for command in app.registered_commands:
        command.cls = _Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            speak(group.typer_instance)
