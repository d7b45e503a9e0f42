"""`--dry-run` and `--op-id`, which every command has that changes something: those with a reason.

A dry run finds out all that reading tells: whom a name means, whether rooms, recordings and people are there. What
would be asked of the node is printed, and not asked; whether one may is only known by asking.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import replace
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperOption

from console.client.scripted import OP_ID_MOST, SCRIPT, Foretold
from console.i18n import t

_COMMAND: ContextVar[Any] = ContextVar("command")
"""What was typed, when it has been read: the form of the output."""
WITHOUT_REASON: Final = ("create", "link", "page", "verify")
"""Commands that change something and ask for no reason."""
_NOT_TOLD: Final = ("request_id",)
_HIDDEN: Final = ("password",)


def options(name: str, params: list[Any]) -> list[Any]:
    """Those to add to the command of this name that has `params`."""
    named = {one.name for one in params}
    if "reason" not in named and not (name in WITHOUT_REASON and "known" not in named):
        return []
    added = [TyperOption(param_decls=["--op-id"], callback=_op_id, expose_value=False, help=t("ctl.opt.op_id"))]
    if "dry_run" not in named:
        added.append(
            TyperOption(
                param_decls=["--dry-run"],
                is_flag=True,
                default=False,
                callback=_dry_run,
                expose_value=False,
                help=t("ctl.opt.foretell"),
            )
        )
    return added


def _op_id(context: Any, option: Any, value: str | None) -> None:
    if value is None:
        return
    if not (0 < len(value) <= OP_ID_MOST and value.isprintable() and " " not in value):
        raise typer.BadParameter(t("ctl.op_id", most=OP_ID_MOST))
    SCRIPT.set(replace(SCRIPT.get(), op_id=value))


def _dry_run(context: Any, option: Any, value: bool) -> None:
    if value:
        SCRIPT.set(replace(SCRIPT.get(), dry_run=True))
        _COMMAND.set(context)


def dry_run() -> bool:
    """Is nothing to be done, here either?"""
    return SCRIPT.get().dry_run


def foretell(found: list[tuple[str, Foretold]], failed: list[dict[str, object]], code: int = 0) -> NoReturn:
    """Say what would have been asked for each target, and leave. `failed`: what is known already not to be there."""
    from console.client.plain import plain
    from console.ctl import output
    from console.ctl.session import complain

    out = output.Output(_COMMAND.get().params.get("out", output.Output.table))
    rows = [{"target": target, "call": one.call, "request": _told(plain(one.request))} for target, one in found]
    if output.as_data([*rows, *failed], out):
        pass
    elif out is output.Output.id:
        print("\n".join(str(row["target"]) for row in rows))
    else:
        lines = [[str(row["target"]), str(row["call"]), _text(row["request"])] for row in rows]
        lines += [[str(row["target"]), str(row["error"]), ""] for row in failed]
        output.table([t("ctl.target"), t("ctl.would"), t("ctl.with")], lines)
    complain(t("ctl.foretold"))
    raise typer.Exit(code)


def _told(request: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in request.items() if name not in _NOT_TOLD}
    return told | {name: "•••" for name in _HIDDEN if told.get(name)}


def _text(request: object) -> str:
    """What is not empty."""
    assert isinstance(request, dict)
    return " ".join(f"{name}={value}" for name, value in request.items() if value not in ("", None, [], {}, False, 0))
