"""The console on the same machine just works: `regie node` writes a context that only its own user can read.

`$REGIE_CONTEXTS`, else `$XDG_CONFIG_HOME/regie/contexts.toml`, else `~/.config/regie/contexts.toml`:

    current = "local"

    [contexts.local]
    address = "127.0.0.1:9090"
    ca_file = "/var/lib/regie/tls/ca.pem"
    token = "rgo_…"

Other contexts and their keys are kept; comments are not. `current` changes only where there was none.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import tomli_w

from node.errors import Refused
from node.features.operators.rules import Role
from node.features.operators.service import Operators
from node.rpc.tls import write_private

OWN_NODES: Final = 9
"""Nodes of one user on one machine that the console finds by itself."""


class LocalContext(msgspec.Struct, frozen=True):
    address: str
    ca_file: str
    token: str


def contexts_path(environ: Mapping[str, str] | None = None) -> Path:
    environ = os.environ if environ is None else environ
    if named := environ.get("REGIE_CONTEXTS"):
        return Path(named)
    base = environ.get("XDG_CONFIG_HOME") or str(Path(environ.get("HOME") or Path.home()) / ".config")
    return Path(base) / "regie" / "contexts.toml"


def write_local_context(context: LocalContext, *, name: str = "local", path: Path | None = None) -> Path:
    """Adds or replaces one context. Raises ValueError where the file is not TOML (it is not touched then), OSError."""
    path = (path or contexts_path()).resolve()  # a link to where somebody keeps such files stays one
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = _read(path)
    contexts = content.get("contexts")
    content["contexts"] = {**(contexts if isinstance(contexts, dict) else {}), name: msgspec.to_builtins(context)}
    content.setdefault("current", name)
    write_private(path, tomli_w.dumps(content).encode())
    return path


def read_local_context(name: str = "local", path: Path | None = None) -> LocalContext | None:
    contexts = _read(path or contexts_path()).get("contexts")
    found = contexts.get(name) if isinstance(contexts, dict) else None
    try:
        return msgspec.convert(found, LocalContext) if found is not None else None
    except msgspec.ValidationError:
        return None


async def ensure_local_context(
    operators: Operators, *, address: str, ca_file: Path, name: str = "local", path: Path | None = None
) -> Path:
    """The context of this node for its own user, as an admin. A token there that still works is kept, so that a console
    that runs while the node restarts stays known; a new one is made else. `ca_file` is absolute. Raises ValueError,
    OSError."""
    path = path or contexts_path()
    name = _own_name(name, address, str(ca_file), path)
    token = await _kept(operators, read_local_context(name, path))
    if token is None:
        _, token = await operators.create(name, Role.ADMIN)
    context = LocalContext(address=address, ca_file=str(ca_file), token=token)
    return write_local_context(context, name=name, path=path)


def _own_name(name: str, address: str, ca_file: str, path: Path) -> str:
    """`name`, or `name`-2 and so on: a second node of this user must not take the first one's context away. One that is
    at our address, of our authority, or whose authority is gone, is ours to replace."""
    names = (name, *(f"{name}-{number}" for number in range(2, OWN_NODES + 1)))
    for one in names:
        held = read_local_context(one, path)
        if held is None or held.address == address or held.ca_file == ca_file or not Path(held.ca_file).exists():
            return one
    return name


async def _kept(operators: Operators, held: LocalContext | None) -> str | None:
    if held is None:
        return None
    try:
        operator = await operators.authenticate(held.token)
    except Refused:
        return None
    return held.token if operator.role is Role.ADMIN else None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not TOML ({error}); correct it or remove it") from error
