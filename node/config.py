"""The settings of a node: a TOML file, then the environment, then what is missing by default.

    [web]                            REGIE__WEB__LISTEN=127.0.0.1:8080        a list: a,b,c
    listen = "127.0.0.1:8080"        REGIE__NODE__DATABASE_FILE=/run/secrets/db   (the value is in that file)

The file: `--config`, else $REGIE_CONFIG, else ~/.config/regie/node.toml, else /etc/regie/node.toml, else none.
Between file and environment, what the service manager hands over (systemd.exec(5), LoadCredential): a file
`regie_turn.secret` in $CREDENTIALS_DIRECTORY, or `credentials/turn.secret` beside the settings, holds that value.
What each setting means is in
`node/config_words.py`; `regie config show` says where each value is from. What is wrong is said in one sentence with
its remedy, in French or English by $REGIE_LANG, $LC_ALL or $LANG.
"""

from __future__ import annotations

import functools
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
from node.features.quota.rules import Limits
from node.logs import Format, Level

ENV: Final = "REGIE__"
CREDENTIAL: Final = "regie_"
"""What systemd puts before a file's name when it loads the folder as `LoadCredential=regie:…`."""
SECRETS: Final = frozenset(("node.database", "turn.secret"))
"""Never shown: the one may hold a password, the other is one."""
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
    redirect_url: str = ""
    redirect_hosts: tuple[str, ...] = ()
    support_url: str = ""


class MediaSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`listen`: UDP, IPv4; each shard has a port, from that one on. `listen_tcp`: for networks without UDP, one port
    for all shards, 443 where only that gets through; empty: as `listen`; "off": none. `shards`: threads that carry
    packets; 0: one less than there are cores. `room_split`: people of one room on one shard, from which on it takes
    one more; 0: 400.
    `advertise`: IPv4 addresses that participants reach us by, instead of this machine's own. `transport_cc`: agree on
    transport-wide feedback, and send each person what their way bears.
    `start_plane`: the node starts one where none answers; false: a service manager does (`regie plane`).
    `stop_plane`: the plane ends with the node instead of carrying on for `orphan_grace_s`."""

    listen: str = "0.0.0.0:7881"
    listen_tcp: str = ""
    advertise: tuple[str, ...] = ()
    shards: Annotated[int, Meta(ge=0, le=16)] = 0
    room_split: Annotated[int, Meta(ge=0)] = 0
    transport_cc: bool = True
    plane_binary: str = ""
    orphan_grace_s: Annotated[int, Meta(ge=0, le=86_400)] = 600
    start_plane: bool = True
    stop_plane: bool = False

    @property
    def tcp(self) -> str:
        """Where TCP is listened on; empty: nowhere."""
        return "" if self.listen_tcp == "off" else self.listen_tcp or self.listen


class TurnSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A TURN server that browsers are told of, for networks that let nothing else through. `urls`: e.g.
    "turns:turn.example.org:443?transport=tcp". `secret`: shared with the server (coturn: static-auth-secret), or
    `secret_file`, a file that only its owner may read. `lasts_s`: for how long what is handed out lets in."""

    urls: tuple[str, ...] = ()
    secret: str = ""
    secret_file: str = ""
    lasts_s: Annotated[int, Meta(ge=60, le=86_400)] = 3600

    def __repr__(self) -> str:
        return f"TurnSection(urls={self.urls})"  # a settings dump is no place for a secret


Bytes = Annotated[int, Meta(ge=0)]


class RecordingsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`spool`: where the plane writes; empty: `spool` in `node.data_dir`; "off": nothing is recorded. `store`: where
    files are kept; empty: `recordings` in `node.data_dir`. Minutes and bytes of all that is kept; 0: however much.
    `bucket`: of an S3 store, instead of a folder; `endpoint`: "" Amazon's; `secret` or a file that only its owner may
    read, of `key_id`; without: as the machine's own role has it."""

    spool: str = ""
    store: str = ""
    bucket: str = ""
    endpoint: str = ""
    region: str = ""
    prefix: str = ""
    key_id: str = ""
    secret: str = ""
    secret_file: str = ""
    free_bytes: Bytes = 2 * 1024**3
    recorders: Annotated[int, Meta(ge=0, le=10_000)] = 20
    bits_per_second: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 1_500_000
    room_minutes: Annotated[int, Meta(ge=0)] = 0
    room_bytes: Bytes = 0
    node_minutes: Annotated[int, Meta(ge=0)] = 0
    node_bytes: Bytes = 0
    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    keep_days: Annotated[int, Meta(ge=0, le=36_500)] = 0
    link_s: Annotated[int, Meta(ge=60, le=604_800)] = 3600

    def __repr__(self) -> str:
        return f"RecordingsSection(store={self.store!r}, bucket={self.bucket!r})"  # no place for a secret


class AuditSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keep_days`: how long records of what operators did are kept; 0: for ever."""

    keep_days: Annotated[int, Meta(ge=0, le=36_500)] = 365


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


class TracingSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`endpoint`: where spans go, OTLP over HTTP, e.g. "http://127.0.0.1:4318/v1/traces"; empty: nowhere."""

    endpoint: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    node: NodeSection = NodeSection()
    web: WebSection = WebSection()
    media: MediaSection = MediaSection()
    turn: TurnSection = TurnSection()
    recordings: RecordingsSection = RecordingsSection()
    audit: AuditSection = AuditSection()
    rpc: RpcSection = RpcSection()
    metrics: MetricsSection = MetricsSection()
    limits: Limits = Limits()
    log: LogSection = LogSection()
    tracing: TracingSection = TracingSection()

    @property
    def name(self) -> str:
        return self.node.name or platform.node() or "node"

    @property
    def turn_secret(self) -> str:
        """`load` has seen that it can be read."""
        if self.turn.secret_file:
            return Path(self.turn.secret_file).expanduser().read_text("utf-8").strip()
        return self.turn.secret

    @property
    def store_secret(self) -> str:
        """Of the bucket. `load` has seen that it can be read."""
        if self.recordings.secret_file:
            return Path(self.recordings.secret_file).expanduser().read_text("utf-8").strip()
        return self.recordings.secret

    @property
    def data_dir(self) -> Path:
        if self.node.data_dir:
            return Path(self.node.data_dir).expanduser().absolute()
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return Path(base) / "regie"

    @property
    def spool(self) -> Path | None:
        """None: nothing is recorded."""
        named = self.recordings.spool
        return None if named == "off" else Path(named).expanduser().absolute() if named else self.data_dir / "spool"

    @property
    def store(self) -> Path:
        named = self.recordings.store
        return Path(named).expanduser().absolute() if named else self.data_dir / "recordings"

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
_ENDPOINT: Final = Text(
    "Configuration : tracing.endpoint = « {value} » n’est pas une adresse web : écrivez par exemple "
    "« http://127.0.0.1:4318/v1/traces ».",
    "Configuration: tracing.endpoint = “{value}” is not a web address: write for example "
    "“http://127.0.0.1:4318/v1/traces”.",
)
_TURN_URL: Final = Text(
    "Configuration : turn.urls = « {value} » n’est pas un serveur TURN : écrivez par exemple "
    "« turn:turn.exemple.fr:3478 » ou « turns:turn.exemple.fr:443?transport=tcp ».",
    "Configuration: turn.urls = “{value}” is not a TURN server: write for example “turn:turn.example.org:3478” or "
    "“turns:turn.example.org:443?transport=tcp”.",
)
_TURN_SECRET: Final = Text(
    "Configuration : turn.urls demande un secret partagé avec le serveur : donnez turn.secret ou turn.secret_file, et "
    "pas les deux.",
    "Configuration: turn.urls needs a secret shared with the server: give turn.secret or turn.secret_file, not both.",
)
_SECRET_FILE: Final = Text(
    "Configuration : {name} = {value} ne convient pas ({why}) : corrigez le chemin, ou faites « chmod 600 ».",
    "Configuration: {name} = {value} will not do ({why}): correct the path, or do “chmod 600”.",
)
_BUCKET: Final = Text(
    "Configuration : recordings.endpoint = « {value} » : écrivez par exemple « https://s3.exemple.fr », et donnez "
    "recordings.bucket.",
    "Configuration: recordings.endpoint = “{value}”: write for example “https://s3.example.org”, and give "
    "recordings.bucket.",
)
_BUCKET_SECRET: Final = Text(
    "Configuration : recordings.key_id demande son secret : donnez recordings.secret ou recordings.secret_file, et pas "
    "les deux.",
    "Configuration: recordings.key_id needs its secret: give recordings.secret or recordings.secret_file, not both.",
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
    return load_with_origins(path, environ)[0]


def load_with_origins(
    path: Path | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Config, dict[str, str]]:
    """The settings, and of each that is given ("web.listen"): by which file or variable.

    Raises:
        ConfigError: with what is wrong and what to do.
    """
    environ = os.environ if environ is None else environ
    values, file = _read(path, environ)
    origins = {f"{section}.{key}": str(file) for section, keys in values.items() if _is_table(keys) for key in keys}
    _credentials(values, origins, environ, file)
    _overlay(values, origins, environ)
    return _converted(values), origins


def _converted(values: dict[str, Any]) -> Config:
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
    folders = [("node.data_dir", config.data_dir), ("node.run_dir", config.run_dir)]
    if config.spool is not None:
        folders.append(("recordings.spool", config.spool))
    for where, folder in folders:
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


def _read(path: Path | None, environ: Mapping[str, str]) -> tuple[dict[str, Any], Path | None]:
    named = path or (Path(environ["REGIE_CONFIG"]) if environ.get("REGIE_CONFIG") else None)
    home = Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    places = [named] if named else [home / "regie" / "node.toml", Path("/etc/regie/node.toml")]
    for place in places:
        try:
            return tomllib.loads(place.read_text("utf-8")), place
        except FileNotFoundError as error:
            if named:
                raise ConfigError(_UNREADABLE, path=place, why=error.strerror) from None
        except OSError as error:
            raise ConfigError(_UNREADABLE, path=place, why=error.strerror) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(_UNREADABLE, path=place, why=error) from None
    return {}, None


def _credentials(
    values: dict[str, Any], origins: dict[str, str], environ: Mapping[str, str], file: Path | None
) -> None:
    """What systemd loaded for us, readable by nobody else. Without systemd, as when an operator asks `regie check`: the
    folder that it loads from, beside the settings, for whom it lets in."""
    loaded = environ.get("CREDENTIALS_DIRECTORY")
    before = CREDENTIAL if loaded else ""
    folder = Path(loaded) if loaded else file.parent / "credentials" if file else None
    if folder is None or not os.access(folder, os.R_OK | os.X_OK):
        return
    for path in sorted(folder.glob(f"{before}[!.]*.*")):
        section, _, key = path.name.removeprefix(before).partition(".")
        if loaded is None and f"{section}.{key}" not in keys():
            continue  # a note of the operator's, a copy
        _set(values, section, key, _secret(path.name, path))
        origins[f"{section}.{key}"] = str(path)


def _overlay(values: dict[str, Any], origins: dict[str, str], environ: Mapping[str, str]) -> None:
    for variable, value in sorted(environ.items()):
        if not variable.startswith(ENV):
            continue
        section, _, key = variable.removeprefix(ENV).lower().partition("__")
        if key.endswith("_file"):
            key = key.removesuffix("_file")
            value = _secret(variable, Path(value))
        _set(values, section, key, value)
        origins[f"{section}.{key}"] = variable


def _secret(told_by: str, path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(_NO_SECRET, variable=told_by, path=path, why=why) from None


def _set(values: dict[str, Any], section: str, key: str, value: str) -> None:
    inner = values.setdefault(section, {})
    if not _is_table(inner):
        raise ConfigError(_WRONG, where=section, why="Expected a table")
    is_list = keys().get(f"{section}.{key}") == tuple[str, ...]
    inner[key] = [part.strip() for part in value.split(",") if part.strip()] if is_list else value


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


@functools.cache
def keys() -> dict[str, Any]:
    """Every setting, "web.listen", with its type, in the order in which they are explained."""
    return {
        f"{section.name}.{key.name}": key.type
        for section in msgspec.structs.fields(Config)
        for key in msgspec.structs.fields(section.type)
    }


def _check(config: Config) -> None:
    addresses = {
        "web.listen": (config.web.listen, "127.0.0.1:8080"),
        "media.listen": (config.media.listen, "0.0.0.0:7881"),
        "rpc.listen": (config.rpc.listen, "127.0.0.1:9090"),
        "metrics.listen": (config.metrics.listen, "127.0.0.1:9464"),
    }
    if config.media.tcp:
        addresses["media.listen_tcp"] = (config.media.tcp, "0.0.0.0:443")
    if config.web.tls_listen:
        addresses["web.tls_listen"] = (config.web.tls_listen, "0.0.0.0:8443")
    for where, (value, example) in addresses.items():
        host, _, port = value.rpartition(":")
        bare = host.strip("[]")
        if not (port.isascii() and port.isdecimal() and int(port) < 65536) or (
            ":" in bare and not host.startswith("[")
        ):
            raise ConfigError(_ADDRESS, where=where, value=value, example=example)
    for url, sentence in ((config.web.public_url, _URL), (config.tracing.endpoint, _ENDPOINT)):
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ConfigError(sentence, value=url)
    _check_turn(config)
    _check_bucket(config)
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
    if media.tcp and not _is_ipv4(split_address(media.tcp)[0]):
        raise ConfigError(_ADDRESS, where="media.listen_tcp", value=media.tcp, example="0.0.0.0:443")
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


def _check_turn(config: Config) -> None:
    turn = config.turn
    for url in turn.urls:
        scheme, _, rest = url.partition(":")
        if scheme not in ("turn", "turns") or not rest or any(letter in url for letter in ' "<>\\\t'):
            raise ConfigError(_TURN_URL, value=url)
    if bool(turn.secret) + bool(turn.secret_file) != bool(turn.urls):
        raise ConfigError(_TURN_SECRET)
    if turn.secret_file:
        _check_secret("turn.secret_file", turn.secret_file)


def _check_bucket(config: Config) -> None:
    wished = config.recordings
    scheme = wished.endpoint.partition("://")[0]
    if bool(wished.endpoint) and (not wished.bucket or scheme not in ("http", "https")):
        raise ConfigError(_BUCKET, value=wished.endpoint)
    if bool(wished.secret) + bool(wished.secret_file) != bool(wished.key_id):
        raise ConfigError(_BUCKET_SECRET)
    if wished.secret_file:
        _check_secret("recordings.secret_file", wished.secret_file)


def _check_secret(name: str, file: str) -> None:
    """It can be read, by its owner alone, and says something."""
    try:
        path = Path(file).expanduser()
        mode = path.stat().st_mode
        empty = not path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(_SECRET_FILE, name=name, value=file, why=getattr(error, "strerror", error)) from None
    if mode & 0o077 or empty:
        raise ConfigError(_SECRET_FILE, name=name, value=file, why=f"{mode & 0o777:o}" if mode & 0o077 else "empty")
