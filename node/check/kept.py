"""What a node keeps: folders, the speed of their disk, certificates, the database."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from node.check.finding import Finding, Grade, good
from node.config import Config
from node.errors import Text
from node.storage.vaults import bucket_of

SPACE: Final = 1 << 30
SYNCS: Final = 8
SLOW_SYNC_S: Final = 0.05
"""Every change of a room that was answered is on the disk: that long a person waits for it."""
SOON_DAYS: Final = 21


def folders_are_ours(config: Config) -> list[Finding]:
    return [_is_ours("node.data_dir", config.data_dir), _is_ours("node.run_dir", config.run_dir)]


def _is_ours(check: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".check"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        why = error.strerror or str(error)
        return Finding(
            check,
            "bad",
            Text(f"On ne peut pas écrire dans {folder} ({why}).", f"{folder} cannot be written ({why})."),
            Text(f"Changez ses droits, ou {check}.", f"Change its permissions, or {check}."),
        )
    free = shutil.disk_usage(folder).free
    if free < SPACE:
        return Finding(
            check,
            "warning",
            Text(f"Il reste {free >> 20} Mio dans {folder}.", f"{free >> 20} MiB are left in {folder}."),
            Text("Libérez de la place.", "Make room."),
        )
    return good(check, f"{folder} s’écrit.", f"{folder} can be written.")


def recordings_can_be_kept(config: Config) -> list[Finding]:
    """The bucket takes, gives back and removes something small. A folder is made when it is needed."""
    if not config.recordings.bucket:
        return []
    name = "recordings.bucket"
    bucket = config.recordings.bucket
    try:
        bucket_of(config).probe()
    except OSError as error:
        why = getattr(error, "why", "") or error.strerror or ""
        return [
            Finding(
                name,
                "bad",
                Text(
                    f"Le bucket {bucket} ne répond pas ou nous refuse ({why}).",
                    f"{bucket}: no answer, or refused ({why}).",
                ),
                Text(
                    "Vérifiez recordings.endpoint, key_id et son secret, et leurs droits : écrire, lire, lister, "
                    "supprimer.",
                    "Check recordings.endpoint, key_id and its secret, and what they may: write, read, list, delete.",
                ),
            )
        ]
    return [good(name, f"{bucket} prend, rend et supprime.", f"{bucket} takes, gives back and deletes.")]


def disk_is_fast(config: Config, now: Callable[[], float] = time.perf_counter) -> list[Finding]:
    """How long the disk takes to have written, the middle one of some times."""
    if config.node.database and not config.node.database.startswith("sqlite"):
        return []
    took = []
    try:
        with tempfile.TemporaryFile(dir=config.data_dir) as file:
            for _ in range(SYNCS):
                began = now()
                file.write(b"\0" * 4096)
                file.flush()
                os.fsync(file.fileno())
                took.append(now() - began)
    except OSError:
        return []  # the folder's own line says so
    middle = sorted(took)[len(took) // 2]
    ms = f"{1000 * middle:.1f} ms"
    if middle < SLOW_SYNC_S:
        return [good("disk", f"Le disque écrit en {ms}.", f"The disk has written after {ms}.")]
    return [
        Finding(
            "disk",
            "warning",
            Text(f"Le disque est lent : {ms} pour écrire.", f"The disk is slow: {ms} to have written."),
            Text(
                "Mettez node.data_dir sur un disque local, ou la base dans PostgreSQL.",
                "Put node.data_dir on a local disk, or the database into PostgreSQL.",
            ),
        )
    ]


def certificates_last(config: Config) -> list[Finding]:
    """The node's own. It renews its certificate by itself, not its authority, which consoles trust."""
    from cryptography import x509

    found = []
    for name in ("ca.pem", "server.pem"):
        path = config.data_dir / "tls" / name
        try:
            cert = x509.load_pem_x509_certificate(path.read_bytes())
        except FileNotFoundError:
            continue  # made at the first start
        except (OSError, ValueError) as error:
            found.append(
                Finding(
                    f"tls/{name}",
                    "bad",
                    Text(f"{path} ne se lit pas.", f"{path} cannot be read ({type(error).__name__})."),
                    Text("Remettez-le d’une sauvegarde.", "Restore it from a backup."),
                )
            )
            continue
        found.append(until(f"tls/{name}", cert.not_valid_after_utc, datetime.now(UTC), _own_remedy(path)))
    return found


def _own_remedy(path: Path) -> Text:
    return Text(
        f"Le nœud le renouvelle en démarrant ; l’autorité, elle, se refait en effaçant {path.parent} : il faut alors "
        "redonner un contexte à chaque console.",
        f"The node renews it as it starts; the authority is made again by deleting {path.parent}, and every console "
        "needs a new context then.",
    )


def until(check: str, end: datetime, now: datetime, remedy: Text) -> Finding:
    """How long a certificate lasts."""
    days = (end - now).days
    if days >= SOON_DAYS:
        return good(check, f"Valable encore {days} jours.", f"Valid for {days} more days.")
    grade: Grade = "bad" if end <= now else "warning"
    said = (
        Text(f"A expiré le {end:%Y-%m-%d}.", f"Expired on {end:%Y-%m-%d}.")
        if end <= now
        else Text(f"Expire dans {days} jours.", f"Expires in {days} days.")
    )
    return Finding(check, grade, said, remedy)


async def database_opens(config: Config) -> Finding:
    from sqlalchemy import Connection, inspect, text
    from sqlalchemy.exc import SQLAlchemyError

    from node.storage.engine import newest, open_engine, sqlite_url

    def revision(connection: Connection) -> str:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")

    try:
        engine = open_engine(config.node.database or sqlite_url(config.data_dir))
        try:
            async with engine.connect() as tx:
                found = await tx.run_sync(revision)
        finally:
            await engine.dispose()
    except (SQLAlchemyError, OSError, ImportError) as error:
        return Finding(
            "node.database",
            "bad",
            Text(
                f"La base ne s’ouvre pas ({type(error).__name__}).",
                f"The database does not open ({type(error).__name__}).",
            ),
            Text("Vérifiez node.database ou node.data_dir.", "Check node.database or node.data_dir."),
        )
    if found > newest():
        return Finding(
            "node.database",
            "warning",
            Text(
                f"La base est d’un Régie plus récent (révision {found}, ce programme connaît {newest()}).",
                f"The database is of a newer Régie (revision {found}, this program knows {newest()}).",
            ),
            Text(
                "Ce programme s’en accommode ; réinstallez la version récente quand vous le pouvez.",
                "This program gets along with it; install the newer version again when you can.",
            ),
        )
    if found and found < newest():
        return good(
            "node.database",
            f"La base s’ouvre ; elle passera de la révision {found} à {newest()} au démarrage.",
            f"The database opens; it goes from revision {found} to {newest()} at the next start.",
        )
    return good("node.database", "La base s’ouvre.", "The database opens.")
