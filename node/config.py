"""The settings of a node: a TOML file, then the environment, then what is missing by default.

    [web]                            REGIE__WEB__LISTEN=127.0.0.1:8080        a list: a,b,c
    listen = "127.0.0.1:8080"        REGIE__NODE__DATABASE_FILE=/run/secrets/db   (the value is in that file)

The file: `--config`, else $REGIE_CONFIG, else ~/.config/regie/node.toml, else /etc/regie/node.toml, else none.
What is wrong is said in one sentence with its remedy, in French or English by $REGIE_LANG, $LC_ALL or $LANG.
"""

from __future__ import annotations

import ipaddress
import os
import platform
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from node.errors import Language, SaidFault, Text
from node.features.rooms.service import Limits
from node.logs import Format, Level

ENV: Final = "REGIE__"
SOCKET_PATH_MAX: Final = 90
"""A Unix socket's path has 107 bytes (unix(7)); the file's own name needs some."""


class ConfigError(SaidFault):
    """A setting that cannot be: one sentence and its remedy."""


class NodeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`name` is unique in a fleet. `database`: a SQLAlchemy URL; empty: SQLite in `data_dir`."""

    name: Annotated[str, Meta(max_length=64)] = ""
    data_dir: str = ""
    run_dir: str = ""
    database: str = ""


class WebSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`public_url`: what join links begin with. `tls_listen`: HTTPS with the node's own certificate, for phones in the
    same building. `names`: what else that certificate must name. `behind_proxy`: believe X-Forwarded-For."""

    listen: str = "127.0.0.1:8080"
    public_url: str = ""
    tls_listen: str = ""
    names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    behind_proxy: bool = False


class MediaSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`listen`: UDP, IPv4; each shard has a port, from that one on. `shards`: threads that carry packets; 0: one less
    than there are cores. `room_split`: people of one room on one shard, from which on it takes a further shard.
    `advertise`: IPv4 addresses that participants reach us by, instead of this machine's own.
    `stop_plane`: the plane ends with the node instead of carrying on for `orphan_grace_s`."""

    listen: str = "0.0.0.0:7881"
    advertise: tuple[str, ...] = ()
    shards: Annotated[int, Meta(ge=0, le=16)] = 0
    room_split: Annotated[int, Meta(ge=1)] = 400
    plane_binary: str = ""
    orphan_grace_s: Annotated[int, Meta(ge=0, le=86_400)] = 600
    stop_plane: bool = False


class RpcSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`write_context`: let the console of this user find the node by itself."""

    listen: str = "127.0.0.1:9090"
    names: tuple[str, ...] = ()
    write_context: bool = True


class MetricsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    listen: str = "127.0.0.1:9464"


class LogSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`format` auto: for people on a terminal, else JSON."""

    format: Format = "auto"
    level: Level = "info"


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    node: NodeSection = NodeSection()
    web: WebSection = WebSection()
    media: MediaSection = MediaSection()
    rpc: RpcSection = RpcSection()
    metrics: MetricsSection = MetricsSection()
    limits: Limits = Limits()
    log: LogSection = LogSection()

    @property
    def name(self) -> str:
        return self.node.name or platform.node() or "node"

    @property
    def data_dir(self) -> Path:
        if self.node.data_dir:
            return Path(self.node.data_dir).expanduser().absolute()
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return Path(base) / "regie"

    @property
    def run_dir(self) -> Path:
        if self.node.run_dir:
            return Path(self.node.run_dir).expanduser().absolute()
        base = os.environ.get("XDG_RUNTIME_DIR")
        return Path(base) / "regie" if base else self.data_dir / "run"


_UNREADABLE: Final = Text(
    "Le fichier de configuration {path} ne se lit pas ({why}) : corrigez-le, ou indiquez-en un autre avec --config.",
    "The configuration file {path} cannot be read ({why}): correct it, or name another one with --config.",
)
_WRONG: Final = Text(
    "Configuration : {where} ne convient pas ({why}) : corrigez cette valeur ou retirez-la.",
    "Configuration: {where} will not do ({why}): correct this value, or remove it.",
)
_NO_SECRET: Final = Text(
    "{variable} désigne {path}, qui ne se lit pas ({why}) : corrigez le chemin ou les droits.",
    "{variable} names {path}, which cannot be read ({why}): correct the path or the permissions.",
)
_ADDRESS: Final = Text(
    "Configuration : {where} = « {value} » n’est pas une adresse : écrivez par exemple « {example} ».",
    "Configuration: {where} = “{value}” is not an address: write for example “{example}”.",
)
_URL: Final = Text(
    "Configuration : web.public_url = « {value} » n’est pas une adresse web : écrivez par exemple "
    "« https://regie.exemple.fr ».",
    "Configuration: web.public_url = “{value}” is not a web address: write for example “https://regie.example.org”.",
)
_TOO_LONG: Final = Text(
    "Configuration : le chemin node.run_dir ({value}) est trop long pour un socket ({length} octets, {limit} au plus) "
    ": choisissez-en un plus court, par exemple /run/regie.",
    "Configuration: the path node.run_dir ({value}) is too long for a socket ({length} bytes, at most {limit}): choose "
    "a shorter one, for example /run/regie.",
)
_MEDIA_LISTEN: Final = Text(
    "Configuration : media.listen = « {value} » n’est pas une adresse IPv4 et un port : écrivez par exemple "
    "« 0.0.0.0:7881 ».",
    "Configuration: media.listen = “{value}” is not an IPv4 address and a port: write for example “0.0.0.0:7881”.",
)
_ADVERTISE: Final = Text(
    "Configuration : media.advertise : « {value} » n’est pas une adresse IPv4 : écrivez par exemple « 192.0.2.1 ».",
    "Configuration: media.advertise: “{value}” is not an IPv4 address: write for example “192.0.2.1”.",
)
_NO_PROGRAM: Final = Text(
    "Configuration : media.plane_binary = « {value} » n’est pas un programme : corrigez le chemin, ou retirez-le.",
    "Configuration: media.plane_binary = “{value}” is not a program: correct the path, or remove it.",
)
_NO_FOLDER: Final = Text(
    "Configuration : le dossier {where} ({value}) ne peut pas être créé ({why}) : choisissez-en un autre, ou changez "
    "les droits.",
    "Configuration: the folder {where} ({value}) cannot be made ({why}): choose another one, or change the "
    "permissions.",
)
_DATABASE: Final = Text(
    "Configuration : node.database ne convient pas ({why}) : écrivez par exemple "
    "« postgresql+asyncpg://regie@localhost/regie » ou « sqlite+aiosqlite:////var/lib/regie/regie.sqlite3 ».",
    "Configuration: node.database will not do ({why}): write for example “postgresql+asyncpg://regie@localhost/regie” "
    "or “sqlite+aiosqlite:////var/lib/regie/regie.sqlite3”.",
)
_ROOM_SIZES: Final = Text(
    "Configuration : limits.room_participants ({value}) dépasse limits.room_participants_max ({limit}) : abaissez l’un "
    "ou relevez l’autre.",
    "Configuration: limits.room_participants ({value}) is more than limits.room_participants_max ({limit}): lower the "
    "one or raise the other.",
)


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """
    Raises:
        ConfigError: with what is wrong and what to do.
    """
    environ = os.environ if environ is None else environ
    values = _overlay(_read(path, environ), environ)
    try:
        config = msgspec.convert(values, Config, strict=False)
    except msgspec.ValidationError as error:
        why, _, where = str(error).partition(" - at `$.")
        raise ConfigError(_WRONG, where=where.rstrip("`") or "?", why=why) from None
    _check(config)
    return config


def make_folders(config: Config) -> None:
    """
    Raises:
        ConfigError: where one cannot be made. Only making it shows.
    """
    for where, folder in (("node.data_dir", config.data_dir), ("node.run_dir", config.run_dir)):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigError(_NO_FOLDER, where=where, value=folder, why=error.strerror or error) from None


def language(environ: Mapping[str, str] | None = None) -> Language:
    """French, unless the environment wishes something else."""
    environ = os.environ if environ is None else environ
    wish = environ.get("REGIE_LANG") or environ.get("LC_ALL") or environ.get("LANG") or "fr"
    return "fr" if wish.lower().startswith("fr") or wish in ("C.UTF-8", "C", "POSIX") else "en"


def split_address(listen: str) -> tuple[str, int]:
    """`host:port`, `[v6]:port` or `:port` as (host, port)."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def _read(path: Path | None, environ: Mapping[str, str]) -> dict[str, Any]:
    named = path or (Path(environ["REGIE_CONFIG"]) if environ.get("REGIE_CONFIG") else None)
    home = Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    places = [named] if named else [home / "regie" / "node.toml", Path("/etc/regie/node.toml")]
    for place in places:
        try:
            return tomllib.loads(place.read_text("utf-8"))
        except FileNotFoundError as error:
            if named:
                raise ConfigError(_UNREADABLE, path=place, why=error.strerror) from None
        except OSError as error:
            raise ConfigError(_UNREADABLE, path=place, why=error.strerror) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(_UNREADABLE, path=place, why=error) from None
    return {}


def _overlay(values: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    for variable, value in sorted(environ.items()):
        if not variable.startswith(ENV):
            continue
        section, _, key = variable.removeprefix(ENV).lower().partition("__")
        if key.endswith("_file"):
            key = key.removesuffix("_file")
            try:
                value = Path(value).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                why = getattr(error, "strerror", None) or error
                raise ConfigError(_NO_SECRET, variable=variable, path=value, why=why) from None
        inner = values.setdefault(section, {})
        if not isinstance(inner, dict):
            raise ConfigError(_WRONG, where=section, why="Expected a table")
        inner[key] = [part.strip() for part in value.split(",") if part.strip()] if _is_list(section, key) else value
    return values


def _is_list(section: str, key: str) -> bool:
    sections = {field.name: field.type for field in msgspec.structs.fields(Config)}
    if section not in sections:
        return False
    fields = {field.name: field.type for field in msgspec.structs.fields(sections[section])}
    return fields.get(key) == tuple[str, ...]


def _check(config: Config) -> None:
    addresses = {
        "web.listen": (config.web.listen, "127.0.0.1:8080"),
        "media.listen": (config.media.listen, "0.0.0.0:7881"),
        "rpc.listen": (config.rpc.listen, "127.0.0.1:9090"),
        "metrics.listen": (config.metrics.listen, "127.0.0.1:9464"),
    }
    if config.web.tls_listen:
        addresses["web.tls_listen"] = (config.web.tls_listen, "0.0.0.0:8443")
    for where, (value, example) in addresses.items():
        host, _, port = value.rpartition(":")
        bare = host.strip("[]")
        if not (port.isascii() and port.isdecimal() and int(port) < 65536) or (
            ":" in bare and not host.startswith("[")
        ):
            raise ConfigError(_ADDRESS, where=where, value=value, example=example)
    url = config.web.public_url
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise ConfigError(_URL, value=url)
    length = len(os.fsencode(config.run_dir))
    if length > SOCKET_PATH_MAX:
        raise ConfigError(_TOO_LONG, value=config.run_dir, length=length, limit=SOCKET_PATH_MAX)
    limits = config.limits
    if limits.room_participants > limits.room_participants_max:
        raise ConfigError(_ROOM_SIZES, value=limits.room_participants, limit=limits.room_participants_max)
    _check_media(config.media)
    if config.node.database:
        _check_database(config.node.database)


def _check_media(media: MediaSection) -> None:
    if not _is_ipv4(split_address(media.listen)[0]):
        raise ConfigError(_MEDIA_LISTEN, value=media.listen)
    for address in media.advertise:
        if not _is_ipv4(address):
            raise ConfigError(_ADVERTISE, value=address)
    if media.plane_binary and not (os.path.isfile(media.plane_binary) and os.access(media.plane_binary, os.X_OK)):
        raise ConfigError(_NO_PROGRAM, value=media.plane_binary)


def _is_ipv4(word: str) -> bool:
    try:
        ipaddress.IPv4Address(word)
    except ValueError:
        return False
    return True


def _check_database(url: str) -> None:
    """Without its words in the sentence: there may be a password among them."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        parsed = make_url(url)
        dialect = parsed.get_dialect()
        dialect.import_dbapi()
    except ArgumentError:
        raise ConfigError(_DATABASE, why="URL") from None
    except (NoSuchModuleError, ImportError):
        raise ConfigError(_DATABASE, why=parsed.drivername) from None
    if not dialect.is_async:
        raise ConfigError(_DATABASE, why=parsed.drivername)
