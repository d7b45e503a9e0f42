"""`regie node tokens create|list|revoke`: on the machine of the node, with its configuration. The node need not run.

What a program reads is on stdout, what a person reads on stderr. Exit codes: 0, 2 (usage or settings), 6 (refused).
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
import typer

from node.clock import SystemClock
from node.config import Config, ConfigError, language, load
from node.errors import Refused, Text
from node.features.operators.rules import Operator, Role
from node.features.operators.service import Operators

Answer = TypeVar("Answer")

SHOWN_ONCE: Final = Text(
    "Jeton de {name} ({role}). Il n’est montré que cette fois :",
    "Token of {name} ({role}). It is shown this once:",
)
REVOKED: Final = Text("Jeton {id} ({name}) révoqué.", "Token {id} ({name}) revoked.")
HEADS: Final = {
    "fr": ("ID", "NOM", "RÔLE", "CRÉÉ", "EXPIRE", "UTILISÉ", "RÉVOQUÉ"),
    "en": ("ID", "NAME", "ROLE", "CREATED", "EXPIRES", "USED", "REVOKED"),
}
HELP: Final = {
    "app": Text("Jetons des opérateurs de ce nœud.", "Tokens of this node’s operators."),
    "create": Text("Crée un jeton et l’affiche une fois.", "Make a token and show it once."),
    "list": Text("Liste les jetons, sans leurs secrets.", "List the tokens, without their secrets."),
    "revoke": Text("Met fin à un jeton, par son nom ou son id.", "End a token, by its name or id."),
    "name": Text("À qui, ou à quoi, il est donné.", "Who, or what, it is given to."),
    "role": Text("viewer, moderator, operator ou admin.", "viewer, moderator, operator or admin."),
    "hours": Text("Durée de vie ; 0 : sans fin.", "How long it lives; 0: without end."),
    "config": Text("Fichier de configuration du nœud.", "The node’s configuration file."),
    "output": Text("table ou json.", "table or json."),
    "all": Text("Les révoqués aussi.", "Revoked ones too."),
}


def _said(key: str) -> str:
    return HELP[key].fill()[language()]


app = typer.Typer(no_args_is_help=True, help=_said("app"))

ConfigOption = Annotated[Path | None, typer.Option("--config", help=_said("config"))]
OutputOption = Annotated[str, typer.Option("--output", "-o", help=_said("output"))]


class Row(msgspec.Struct, frozen=True):
    """As `-o json` prints it. Times in seconds since the epoch, null: never."""

    id: str
    name: str
    role: str
    created: float | None
    expires: float | None
    last_used: float | None
    revoked: float | None
    token: str | msgspec.UnsetType = msgspec.UNSET


@app.command(help=_said("create"))
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=_said("name"))],
    role: Annotated[str, typer.Option("--role", "-r", help=_said("role"))] = "viewer",
    hours: Annotated[float, typer.Option("--hours", min=0.0, help=_said("hours"))] = 0.0,
    output: OutputOption = "table",
    config: ConfigOption = None,
) -> None:
    operator, token = _run(context, lambda operators: _create(operators, name, role, hours))
    if _json(output):
        _print(msgspec.json.encode(_row(operator, token)).decode())
        return
    _tell(SHOWN_ONCE, name=operator.name, role=operator.role.word)
    _print(token)


async def _create(operators: Operators, name: str, role: str, hours: float) -> tuple[Operator, str]:
    return await operators.create(name, Role.of(role), hours=hours)


@app.command("list", help=_said("list"))
def list_(
    context: typer.Context,
    with_revoked: Annotated[bool, typer.Option("--all", "-a", help=_said("all"))] = False,
    output: OutputOption = "table",
    config: ConfigOption = None,
) -> None:
    found = _run(context, lambda operators: operators.list(with_revoked=with_revoked))
    if _json(output):
        _print(msgspec.json.encode([_row(operator) for operator in found]).decode())
        return
    rows = [
        (o.id, o.name, o.role.word, _when(o.created), _when(o.expires), _when(o.last_used), _when(o.revoked))
        for o in found
    ]
    widths = [max(map(len, column)) for column in zip(HEADS[language()], *rows, strict=True)]
    for row in (HEADS[language()], *rows):
        _print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@app.command(help=_said("revoke"))
def revoke(
    context: typer.Context,
    which: Annotated[str, typer.Argument(metavar="NAME|ID")],
    config: ConfigOption = None,
) -> None:
    operator = _run(context, lambda operators: operators.revoke(which))
    _tell(REVOKED, id=operator.id, name=operator.name)


def _run(context: typer.Context, ask: Callable[[Operators], Awaitable[Answer]]) -> Answer:
    """`ask` with the operators of the node that the configuration describes; what is wrong is said, then exit."""

    async def main(settings: Config) -> Answer:
        async with _operators(settings) as operators:
            return await ask(operators)

    try:
        return asyncio.run(main(load(_config_before(context))))
    except ConfigError as error:
        typer.echo(error.sentence[language()], err=True)
        raise typer.Exit(2) from None
    except Refused as refused:
        said = refused.refusal()
        typer.echo(f"{said.message[language()]} {said.next_step[language()]}", err=True)
        raise typer.Exit(2 if refused.code == "VALUE_INVALID" else 6) from None


def _config_before(context: typer.Context) -> Path | None:
    """`regie node --config FILE tokens …` means that file too."""
    asked: Any = context
    while asked is not None:
        if found := asked.params.get("config"):
            return Path(found)  # what was typed, or a Path already: that changed with Typer's versions
        asked = asked.parent
    return None


@contextlib.asynccontextmanager
async def _operators(config: Config) -> AsyncIterator[Operators]:
    # The database takes a second to import: not for --help.
    from node.features.operators.store import SqlStore
    from node.storage.engine import migrate, open_engine, sqlite_url

    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(config.node.database or sqlite_url(config.data_dir))
    try:
        await migrate(engine)
        yield Operators(SqlStore(engine), SystemClock())
    finally:
        await engine.dispose()


def _row(o: Operator, token: str | msgspec.UnsetType = msgspec.UNSET) -> Row:
    return Row(
        id=o.id,
        name=o.name,
        role=o.role.word,
        created=o.created or None,
        expires=o.expires or None,
        last_used=o.last_used or None,
        revoked=o.revoked or None,
        token=token,
    )


def _json(output: str) -> bool:
    if output not in ("table", "json"):
        raise typer.BadParameter(_said("output"), param_hint="--output")
    return output == "json"


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M") if seconds else "-"


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


def _tell(text: Text, **values: str) -> None:
    typer.echo(text.fill(**values)[language()], err=True)


if __name__ == "__main__":
    app()
