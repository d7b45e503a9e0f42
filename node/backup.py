"""`regie backup FILE` and `regie restore FILE`: all that a node keeps, in one file, while it runs.

The file is a compressed tar: `manifest.json`, the database as of one moment (`database.sqlite3`, or `database.pgdump`
of PostgreSQL), and the rest of the data folder (certificates with their keys: whoever has the file can pass for the
node, so only its owner may read it). Exit codes: 0; 1 it could not be done; 2 the settings.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import shutil
import sqlite3
import sys
import tarfile
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from node import config as settings
from node.config import Config
from node.errors import SaidFault, Text
from node.hold import Hold, hold
from node.storage import postgres

DATABASE: Final = "database.sqlite3"
DUMP: Final = "database.pgdump"
MANIFEST: Final = "manifest.json"
FILES: Final = "files"
FORMAT: Final = 1
WAIT_S: Final = 0.005
PAGES: Final = 1000

_HELP: Final = {
    "backup": Text(
        "Sauvegarder ce que le nœud garde, pendant qu’il tourne.", "Save what the node keeps, while it runs."
    ),
    "restore": Text("Remettre une sauvegarde ; le nœud est arrêté.", "Put a backup back; the node is stopped."),
    "file": Text("Le fichier de la sauvegarde.", "The backup’s file."),
    "config": Text("Fichier de configuration (TOML).", "Configuration file (TOML)."),
    "force": Text("Mettre de côté ce qu’il y a déjà.", "Put aside what is there already."),
}
_DONE: Final = Text("{file} : {size} Kio, révision {revision}.", "{file}: {size} KiB, revision {revision}.")
_BACK: Final = Text(
    "Remis dans {folder} (sauvegarde du {made}). Démarrez le nœud.",
    "Restored to {folder} (backup of {made}). Start the node.",
)
_ASIDE: Final = Text("Ce qu’il y avait est dans {folder}.", "What was there is in {folder}.")
_ASIDE_SCHEMA: Final = Text(
    "Ce que la base contenait est dans son schéma {schema} : DROP SCHEMA {schema} CASCADE quand vous n’en voulez plus.",
    "What the database held is in its schema {schema}: DROP SCHEMA {schema} CASCADE once you do not want it any more.",
)
_OTHER_KIND: Final = Text(
    "{file} contient une base {held}, et node.database en nomme une autre : corrigez node.database.",
    "{file} holds a database of {held}, and node.database names another kind: correct node.database.",
)
_DATABASE_THERE: Final = Text(
    "La base {database} n’est pas vide : ajoutez --force, et ce qu’il y a sera mis de côté.",
    "The database {database} is not empty: add --force, and what is there is put aside.",
)
_NO_DATABASE: Final = Text(
    "La base ne s’est pas laissée remettre ({why}) ; rien n’a changé. Corrigez cela, puis recommencez.",
    "The database could not be put back ({why}); nothing was changed. Mend that, then try again.",
)
_NO_WRITE: Final = Text(
    "{file} ne s’écrit pas ({why}) : choisissez un autre endroit, ou faites de la place.",
    "{file} cannot be written ({why}): choose another place, or make room.",
)
_NO_READ: Final = Text(
    "{file} n’est pas une sauvegarde de Régie, ou est abîmé ({why}) : prenez-en une autre.",
    "{file} is no backup of Régie, or is damaged ({why}): take another one.",
)
_TOO_NEW: Final = Text(
    "{file} est d’un Régie plus récent (révision {revision}, ce programme connaît {known}) : installez cette version.",
    "{file} is of a newer Régie (revision {revision}, this program knows {known}): install that version.",
)
_RUNNING: Final = Text(
    "Un nœud tourne sur {folder}, ou une autre sauvegarde y est remise : arrêtez-le d’abord (systemctl stop regie),"
    " puis recommencez.",
    "A node runs on {folder}, or another backup is just put back there: stop it first (systemctl stop regie), then try"
    " again.",
)
_STARTED: Final = Text(
    "Un nœud a été démarré entre-temps sur {folder} : arrêtez-le (systemctl stop regie), puis recommencez avec --force."
    " Ce qu’il y avait avant, s’il y avait quelque chose, est à côté.",
    "A node was started on {folder} meanwhile: stop it (systemctl stop regie), then try again with --force. What was"
    " there before, if anything, is beside it.",
)
_THERE: Final = Text(
    "{folder} n’est pas vide : ajoutez --force, et ce qu’il y a sera mis de côté.",
    "{folder} is not empty: add --force, and what is there is put aside.",
)
_MOUNT: Final = Text(
    "{folder} est un point de montage, qui ne se remplace pas d’un coup : mettez data_dir dans un dossier de ce "
    "disque, puis recommencez. Rien n’a changé.",
    "{folder} is a mount point, which cannot be replaced at once: let data_dir be a folder on that disk, then try "
    "again. Nothing was changed.",
)


def backup(config: Config, file: Path, *, now: float) -> dict[str, object]:
    """Write `file`, at once or not at all; gives the manifest.

    Raises:
        SaidFault: it cannot be written.
    """
    data_dir, url = config.data_dir, config.node.database
    own = sqlite_file(config)
    name = DUMP if postgres.is_postgres(url) else DATABASE
    try:
        with (
            tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".regie-backup-") as folder,
            open(os.open(Path(folder) / "tar", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as written,
        ):
            copy, revision = Path(folder) / name, ""
            if name == DUMP:
                if revision := postgres.revision(url):
                    postgres.dump(url, copy)
            elif own is not None and own.exists():
                revision = _copy(own, copy)
            manifest = {"format": FORMAT, "made": now, "node": config.name, "revision": revision}
            with tarfile.open(fileobj=written, mode="w:gz") as tar:
                _add(tar, MANIFEST, json.dumps(manifest).encode())
                if revision:
                    tar.add(copy, name)
                for path in _kept(config):
                    tar.add(path, f"{FILES}/{path.relative_to(data_dir)}", recursive=False)
            written.flush()
            os.fsync(written.fileno())
            os.replace(Path(folder) / "tar", file)
    except (OSError, sqlite3.Error, postgres.PostgresFault) as error:
        raise SaidFault(_NO_WRITE, file=file, why=getattr(error, "strerror", None) or error) from error
    return manifest


def sqlite_file(config: Config) -> Path | None:
    """The database's file; None where it is not a file."""
    if not config.node.database:
        return config.data_dir / "regie.sqlite3"
    from sqlalchemy.engine import make_url

    url = make_url(config.node.database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _copy(source: Path, to: Path) -> str:
    """All of one moment, while others write (sqlite.org, Online Backup API); its revision."""
    with contextlib.closing(sqlite3.connect(source)) as live, contextlib.closing(sqlite3.connect(to)) as copy:
        live.execute("PRAGMA busy_timeout = 5000")
        live.backup(copy, pages=PAGES, sleep=WAIT_S)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0])


def _kept(config: Config) -> Iterator[Path]:
    """Files of the data folder but the database, sockets and what is of this run only."""
    own, run_dir = sqlite_file(config), config.run_dir
    for path in sorted(config.data_dir.rglob("*")):
        if run_dir in (path, *path.parents) or (own is not None and path.name.startswith(own.name)):
            continue
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield path


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    row = tarfile.TarInfo(name)
    row.size, row.mode = len(content), 0o600
    tar.addfile(row, io.BytesIO(content))


class Restored(NamedTuple):
    """What was put back, and where that went which was there: a folder, a schema of the database."""

    manifest: dict[str, object]
    aside: Path | None
    schema: str


def restore(config: Config, file: Path, *, force: bool, now: float) -> Restored:
    """Put it back, all or nothing.

    Raises:
        SaidFault: a node runs there, or a disk is mounted there; it is none of ours, damaged, too new, of another kind
            of database, or there is something already.
    """
    target = config.data_dir
    if target.is_mount():
        raise SaidFault(_MOUNT, folder=target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        _alone(target) as there,
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".regie-restore-") as folder,
    ):
        found = Path(folder) / "all"
        manifest, database = _unpacked(file, found)
        owner = target.stat() if there is not None else None
        taken = there is not None and any(path for path in target.iterdir() if path != config.run_dir)
        if taken and not force:
            raise SaidFault(_THERE, folder=target)
        schema = _database_back(config, file, database, force=force, now=now) if database is not None else ""
        ready = found / FILES
        ready.mkdir(exist_ok=True, mode=0o700)
        own = sqlite_file(config)
        if database is not None and own is not None:
            inside = own.is_relative_to(target)
            place = ready / own.relative_to(target) if inside else own
            place.parent.mkdir(parents=True, exist_ok=True)
            if not inside and own.exists():
                own.rename(own.with_name(f"{own.name}.{int(now)}"))
            database.rename(place)
        ready.chmod(0o700)
        _given_to(ready, owner)
        aside = target.with_name(f"{target.name}.{int(now)}") if taken else None
        if there is not None:
            target.rename(aside or Path(folder) / "empty")
        _in_place(ready, target)  # at once: a node that begins finds the old folder, which is locked, or this one
    return Restored(manifest, aside, schema)


def _alone(folder: Path) -> contextlib.AbstractContextManager[Hold | None]:
    """No node runs on `folder`, and none begins to; None: there is no such folder. Raises SaidFault."""
    if not folder.exists():
        return contextlib.nullcontext()
    held = hold(folder, alone=True)
    if held is None:
        raise SaidFault(_RUNNING, folder=folder)
    return held


def _in_place(ready: Path, target: Path) -> None:
    """Raises SaidFault: a node began between the two, and made a folder of its own, which stays."""
    try:
        ready.rename(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        raise SaidFault(_STARTED, folder=target) from error


def _given_to(folder: Path, owner: os.stat_result | None) -> None:
    """To whom the folder belonged before, where root puts it back."""
    if owner is None or os.geteuid() != 0:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _unpacked(file: Path, to: Path) -> tuple[dict[str, object], Path | None]:
    """Its manifest and its database, looked at; None: it has none. Raises SaidFault."""
    from node.storage.engine import newest

    try:
        with tarfile.open(file) as tar:
            _extract(tar, to)
        manifest: dict[str, object] = json.loads((to / MANIFEST).read_bytes())
        revision = str(manifest["revision"])
        if manifest["format"] != FORMAT:
            raise ValueError(f"format {manifest['format']}")
        database = None
        if revision:
            database = to / (DUMP if (to / DUMP).is_file() else DATABASE)
            (postgres.sound if database.name == DUMP else _sound)(database)
    except (
        OSError,
        EOFError,
        zlib.error,
        tarfile.TarError,
        ValueError,
        KeyError,
        TypeError,
        sqlite3.Error,
        postgres.PostgresFault,
    ) as error:
        raise SaidFault(_NO_READ, file=file, why=getattr(error, "strerror", None) or error) from error
    if revision > newest():
        raise SaidFault(_TOO_NEW, file=file, revision=revision, known=newest())
    return manifest, database


def _extract(tar: tarfile.TarFile, to: Path) -> None:
    """Files and folders, and none outside of `to`. As PEP 706 has it, which Debian 12's Python has not. Raises
    ValueError: there is something else."""
    to.mkdir()
    for row in tar:
        place = Path(os.path.normpath(to / row.name))
        if not place.is_relative_to(to) or not (row.isfile() or row.isdir()):
            raise ValueError(row.name)
        if row.isdir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        held = tar.extractfile(row)
        assert held is not None  # it is a file
        with (
            held,
            open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, row.mode & 0o755 | 0o600), "wb") as written,
        ):
            shutil.copyfileobj(held, written)


def _database_back(config: Config, file: Path, database: Path, *, force: bool, now: float) -> str:
    """Into PostgreSQL, where that is what the settings name; the schema that holds what was there. SQLite's is a file,
    which goes with the others. Raises SaidFault."""
    url, held = config.node.database, "PostgreSQL" if database.name == DUMP else "SQLite"
    if postgres.is_postgres(url) is not (database.name == DUMP):
        raise SaidFault(_OTHER_KIND, file=file, held=held)
    if database.name != DUMP:
        return ""
    try:
        if postgres.revision(url) and not force:
            raise SaidFault(_DATABASE_THERE, database=postgres.name(url))
        return postgres.put_back(url, database, now=now)
    except postgres.PostgresFault as error:
        raise SaidFault(_NO_DATABASE, why=error) from error


def _sound(database: Path) -> None:
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        (said,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
        if said != "ok":
            raise ValueError(said)


# ------------------------------------------------------------------ commands


def _said(key: str) -> str:
    return _HELP[key].fill()[settings.language()]


FileArgument = Annotated[Path, typer.Argument(help=_said("file"))]
ConfigOption = Annotated[Path | None, typer.Option("--config", help=_said("config"))]

backup_cli = typer.Typer(help=_said("backup"), add_completion=False)
restore_cli = typer.Typer(help=_said("restore"), add_completion=False)


@backup_cli.command(help=_said("backup"))
def backup_command(file: FileArgument, config: ConfigOption = None) -> None:
    def run(loaded: Config) -> None:
        manifest = backup(loaded, file, now=time.time())
        _tell(_DONE, file=file, size=file.stat().st_size >> 10, revision=manifest["revision"] or "-")

    _run(config, run)


@restore_cli.command(help=_said("restore"))
def restore_command(
    file: FileArgument,
    force: Annotated[bool, typer.Option("--force", help=_said("force"))] = False,
    config: ConfigOption = None,
) -> None:
    def run(loaded: Config) -> None:
        done = restore(loaded, file, force=force, now=time.time())
        made = time.strftime("%Y-%m-%d %H:%M", time.localtime(float(str(done.manifest["made"]))))
        if done.aside is not None:
            _tell(_ASIDE, folder=done.aside)
        if done.schema:
            _tell(_ASIDE_SCHEMA, schema=done.schema)
        _tell(_BACK, folder=loaded.data_dir, made=made)

    _run(config, run)


def _run(path: Path | None, work: Callable[[Config], None]) -> None:
    try:
        work(settings.load(path))
    except SaidFault as error:
        print(error.sentence[settings.language()], file=sys.stderr)
        raise typer.Exit(2 if isinstance(error, settings.ConfigError) else 1) from None


def _tell(text: Text, **values: object) -> None:
    print(text.fill(**{name: str(value) for name, value in values.items()})[settings.language()])
