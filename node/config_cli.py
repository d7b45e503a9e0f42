"""`regie config show|validate|default`: what the node's settings are, whether they will do, and what there is to set.

Exit codes: 0; 2 the settings will not do, in one sentence with its remedy.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import tomli_w
import typer

from node import config as settings
from node.config import Config
from node.config_words import KEYS, SECTIONS
from node.errors import Language, Text

HIDDEN: Final = "***"

_HELP: Final = {
    "app": Text("Les réglages d’un nœud.", "The settings of a node."),
    "show": Text(
        "Les réglages en vigueur, et d’où vient chacun. Les secrets ne sont pas montrés.",
        "The settings in force, and where each is from. Secrets are not shown.",
    ),
    "validate": Text("Dire si les réglages conviennent.", "Say whether the settings will do."),
    "default": Text(
        "Un fichier complet, expliqué, où tout est en commentaire : regie config default > node.toml",
        "A whole file with explanations, all of it commented out: regie config default > node.toml",
    ),
    "file": Text("Fichier de configuration (TOML).", "Configuration file (TOML)."),
    "output": Text("table ou json.", "table or json."),
}
_DEFAULT: Final = Text("par défaut", "by default")
_GOOD: Final = Text("Les réglages conviennent.", "The settings will do.")
_HEAD: Final = Text(
    "Réglages d’un nœud Régie. Retirez le # devant ce que vous changez.\n"
    "Chacun se règle aussi par l’environnement : REGIE__WEB__LISTEN=0.0.0.0:8080, une liste par des virgules,\n"
    "et REGIE__NODE__DATABASE_FILE=/chemin quand la valeur est dans un fichier.",
    "Settings of a Régie node. Remove the # before what you change.\n"
    "Each can be set by the environment too: REGIE__WEB__LISTEN=0.0.0.0:8080, a list with commas,\n"
    "and REGIE__NODE__DATABASE_FILE=/path where the value is in a file.",
)


def _said(key: str) -> str:
    return _HELP[key].fill()[settings.language()]


cli = typer.Typer(help=_said("app"), no_args_is_help=True, add_completion=False)

ConfigOption = Annotated[Path | None, typer.Option("--config", help=_said("file"))]
OutputOption = Annotated[str, typer.Option("--output", "-o", help=_said("output"))]


@cli.command(help=_said("show"))
def show(config: ConfigOption = None, output: OutputOption = "table") -> None:
    loaded, origins = _load(config)
    if output == "json":
        print(json.dumps(shown(loaded), ensure_ascii=False, indent=2))
        return
    print(as_toml(loaded, origins, settings.language()), end="")


@cli.command(help=_said("validate"))
def validate(config: ConfigOption = None) -> None:
    _load(config)
    print(_GOOD.fill()[settings.language()])


@cli.command(help=_said("default"))
def default() -> None:
    print(explained(settings.language()), end="")


def _load(path: Path | None) -> tuple[Config, dict[str, str]]:
    try:
        return settings.load_with_origins(path)
    except settings.ConfigError as error:
        print(error.sentence[settings.language()], file=sys.stderr)
        raise typer.Exit(2) from None


def shown(config: Config) -> dict[str, dict[str, Any]]:
    """The settings as plain values, without what nobody is to read."""
    values: dict[str, dict[str, Any]] = msgspec.to_builtins(config)
    for secret in settings.SECRETS:
        section, _, key = secret.partition(".")
        if values[section][key]:
            values[section][key] = HIDDEN
    return values


def as_toml(config: Config, origins: dict[str, str], language: Language) -> str:
    """A file like the one it is from, each line with its origin."""
    lines: list[str] = []
    for section, values in shown(config).items():
        lines += ["", f"[{section}]"]
        for key, value in values.items():
            origin = origins.get(f"{section}.{key}") or _DEFAULT.fill()[language]
            lines.append(f"{_line(key, value):<48} # {origin}")
    return "\n".join(lines[1:]) + "\n"


def explained(language: Language) -> str:
    """Every setting with its meaning and its default, commented out."""
    lines = [f"# {line}" for line in _HEAD.fill()[language].splitlines()]
    for section, values in msgspec.to_builtins(Config()).items():
        lines += ["", f"# {SECTIONS[section].fill()[language]}", f"[{section}]"]
        for key, value in values.items():
            lines += [f"# {KEYS[f'{section}.{key}'].fill()[language]}", f"#{_line(key, value)}"]
    return "\n".join(lines) + "\n"


def _line(key: str, value: Any) -> str:
    """`key = value`, a list on one line."""
    if isinstance(value, list | tuple):
        return f"{key} = [{', '.join(json.dumps(one, ensure_ascii=False) for one in value)}]"
    return tomli_w.dumps({key: value}).strip()


if __name__ == "__main__":
    cli()
