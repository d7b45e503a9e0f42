"""The file of contexts: which nodes this person supervises, and with which token. Mode 0600.

current = "local"

[contexts.local]
address = "127.0.0.1:9090"
ca_file = "/var/lib/regie/tls/ca.pem"
token = "…"
"""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from console.model import Context

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


class ContextsError(Exception):
    """The file cannot be used. `word`: an i18n key; `values`: for its sentence."""

    def __init__(self, word: str, **values: str) -> None:
        super().__init__(f"{word} {values}")
        self.word = word
        self.values = values


@dataclass(slots=True)
class Contexts:
    current: str = ""
    entries: dict[str, Context] = field(default_factory=dict)

    def pick(self, names: list[str]) -> list[Context]:
        """The named contexts, all of them when none is named. Raises ContextsError."""
        for name in names:
            if name not in self.entries:
                raise ContextsError("contexts.unknown", name=name, known=", ".join(self.entries) or "–")
        return [self.entries[name] for name in names] if names else list(self.entries.values())

    def one(self, name: str = "") -> Context:
        """The named context, else the current one, else the only one. Raises ContextsError."""
        if name:
            return self.pick([name])[0]
        if self.current in self.entries:
            return self.entries[self.current]
        if len(self.entries) == 1:
            return next(iter(self.entries.values()))
        raise ContextsError("contexts.none" if not self.entries else "contexts.no_current", file=str(path()))


def path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the file is: REGIE_CONTEXTS, else under XDG_CONFIG_HOME."""
    if named := environ.get("REGIE_CONTEXTS"):
        return Path(named)
    home = environ.get("XDG_CONFIG_HOME") or str(Path(environ.get("HOME", "~")).expanduser() / ".config")
    return Path(home) / "regie" / "contexts.toml"


def load(file: Path | None = None) -> Contexts:
    """The contexts of `file`; none when there is no file. Raises ContextsError."""
    file = file or path()
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Contexts()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ContextsError("contexts.unreadable", file=str(file), why=str(error)) from error
    entries = data.get("contexts", {})
    if not isinstance(entries, dict):
        raise ContextsError("contexts.unreadable", file=str(file), why="contexts")
    return Contexts(str(data.get("current", "")), {name: _entry(file, name, entry) for name, entry in entries.items()})


def _entry(file: Path, name: str, entry: Any) -> Context:
    if not isinstance(entry, dict) or not isinstance(entry.get("address"), str):
        raise ContextsError("contexts.unreadable", file=str(file), why=f"contexts.{name}.address")
    if not _NAME.fullmatch(name):
        raise ContextsError("contexts.name", name=name)
    return Context(name, entry["address"], str(entry.get("ca_file", "")), str(entry.get("token", "")))


def check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ContextsError("contexts.name", name=name)
    return name


def save(contexts: Contexts, file: Path | None = None) -> None:
    """Write atomically, readable by this user only."""
    file = file or path()
    lines = [f"current = {_quote(contexts.current)}", ""]
    for entry in contexts.entries.values():
        lines += [f"[contexts.{_quote(entry.name)}]", f"address = {_quote(entry.address)}"]
        if entry.ca_file:
            lines.append(f"ca_file = {_quote(entry.ca_file)}")
        lines += [f"token = {_quote(entry.token)}", ""]
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".contexts-")  # mkstemp creates 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write("\n".join(lines))
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _quote(text: str) -> str:
    """A TOML basic string."""
    escaped = "".join(
        {"\\": "\\\\", '"': '\\"'}.get(character)
        or (character if character.isprintable() else f"\\U{ord(character):08x}")
        for character in text
    )
    return f'"{escaped}"'
