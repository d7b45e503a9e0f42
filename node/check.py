"""`regie check`: what is wrong with this machine, one line a question, with what to do about it.

Exit codes: 0 all is well; 1 something would stop a node; 2 the configuration will not do. Warnings do not count.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import typer

from node import config as settings
from node.config import Config, split_address
from node.errors import Fault, Language, Text

Grade = Literal["good", "warning", "bad"]

MARKS: Final[dict[Grade, str]] = {"good": "✓", "warning": "!", "bad": "✗"}
SPACE: Final = 1 << 30
BUFFER: Final = 4 << 20
DESCRIPTORS: Final = 4096

cli = typer.Typer(help="What is wrong with this machine?", add_completion=False)


class Finding(msgspec.Struct, frozen=True):
    """`what`: one sentence; `remedy`: what to do, empty where all is well."""

    check: str
    grade: Grade
    what: Text
    remedy: Text = Text("", "")


def port_is_free(where: str, listen: str, kind: socket.SocketKind) -> Finding:
    host, port = split_address(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host or "0.0.0.0", port))
    except OSError as error:
        why = error.strerror or str(error)
        return Finding(
            where,
            "warning",
            Text(f"{listen} est pris ({why}).", f"{listen} is taken ({why})."),
            Text(
                f"Un nœud tourne peut-être déjà ; sinon changez {where}.",
                f"Perhaps a node is running already; else change {where}.",
            ),
        )
    return Finding(where, "good", Text(f"{listen} est libre.", f"{listen} is free."))


def folder_is_ours(check: str, folder: Path) -> Finding:
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
    return Finding(check, "good", Text(f"{folder} s’écrit.", f"{folder} can be written."))


def plane_is_there(config: Config) -> Finding:
    from node.media.supervisor import find_binary

    try:
        binary = find_binary(config.media.plane_binary)
    except Fault as fault:
        return Finding(
            "media.plane_binary",
            "bad",
            Text("Le programme regie-plane est introuvable.", "The program regie-plane is not found."),
            Text(f"{fault}", f"{fault}"),
        )
    return Finding("media.plane_binary", "good", Text(f"Plan média : {binary}.", f"Media plane: {binary}."))


def buffers_are_large(config: Config) -> Finding:
    """A burst of one key frame to a thousand people is megabytes."""
    try:
        allowed = int(Path("/proc/sys/net/core/rmem_max").read_text("ascii"))
    except (OSError, ValueError):
        allowed = 0
    if allowed >= BUFFER:
        return Finding("udp", "good", Text("Tampons UDP : suffisants.", "UDP buffers: large enough."))
    return Finding(
        "udp",
        "warning",
        Text(f"Tampons UDP : {allowed} octets au plus.", f"UDP buffers: {allowed} bytes at most."),
        Text(
            f"sysctl -w net.core.rmem_max={BUFFER} net.core.wmem_max={BUFFER}",
            f"sysctl -w net.core.rmem_max={BUFFER} net.core.wmem_max={BUFFER}",
        ),
    )


def descriptors_are_enough(config: Config) -> Finding:
    import resource

    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= DESCRIPTORS:
        return Finding("nofile", "good", Text(f"{soft} fichiers ouverts au plus.", f"{soft} open files at most."))
    return Finding(
        "nofile",
        "warning",
        Text(f"{soft} fichiers ouverts au plus : autant de personnes.", f"{soft} open files at most: as many people."),
        Text(
            "ulimit -n 65536, ou LimitNOFILE=65536 dans l’unité.", "ulimit -n 65536, or LimitNOFILE=65536 in the unit."
        ),
    )


def people_can_reach_us(config: Config) -> Finding:
    """Browsers give cameras to https pages and to this machine's own only (Secure Contexts, 3.1)."""
    host = split_address(config.web.listen)[0]
    if config.web.public_url.startswith("https://") or config.web.tls_listen:
        return Finding("web", "good", Text("Les liens mènent à une page en https.", "Links lead to an https page."))
    local = host in ("127.0.0.1", "::1", "localhost")
    return Finding(
        "web",
        "warning",
        Text(
            "Seule cette machine peut ouvrir les liens."
            if local
            else "Sans https, les navigateurs refusent la caméra.",
            "Only this machine can open the links." if local else "Without https, browsers refuse the camera.",
        ),
        Text(
            "Réglez web.tls_listen (certificat du nœud), ou web.public_url derrière un proxy en https.",
            "Set web.tls_listen (the node’s certificate), or web.public_url behind an https proxy.",
        ),
    )


async def database_opens(config: Config) -> Finding:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from node.storage.engine import open_engine, sqlite_url

    try:
        engine = open_engine(config.node.database or sqlite_url(config.data_dir))
        try:
            async with engine.connect() as tx:
                await tx.execute(text("SELECT 1"))
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
    return Finding("node.database", "good", Text("La base s’ouvre.", "The database opens."))


async def examine(config: Config) -> list[Finding]:
    """Every question, in order."""
    stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
    questions: list[Callable[[], Finding]] = [
        lambda: plane_is_there(config),
        lambda: folder_is_ours("node.data_dir", config.data_dir),
        lambda: folder_is_ours("node.run_dir", config.run_dir),
        lambda: port_is_free("web.listen", config.web.listen, stream),
        lambda: port_is_free("rpc.listen", config.rpc.listen, stream),
        lambda: port_is_free("metrics.listen", config.metrics.listen, stream),
        lambda: port_is_free("media.listen", config.media.listen, datagram),
        lambda: people_can_reach_us(config),
        lambda: buffers_are_large(config),
        lambda: descriptors_are_enough(config),
    ]
    findings = [question() for question in questions]
    if config.media.tcp:
        findings.append(port_is_free("media.listen_tcp", config.media.tcp, stream))
    if config.web.tls_listen:
        findings.append(port_is_free("web.tls_listen", config.web.tls_listen, stream))
    return [*findings, await database_opens(config)]


def show(findings: list[Finding], language: Language) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.grade]} {finding.check:<20} {getattr(finding.what, language)}")
        if remedy := getattr(finding.remedy, language):
            lines.append(f"  {'':<20} → {remedy}")
    return "\n".join(lines)


@cli.callback(invoke_without_command=True)
def check(
    config: Annotated[Path | None, typer.Option("--config", help="A TOML file with the settings.")] = None,
    output: Annotated[str, typer.Option("--output", "-o", help="table or json")] = "table",
) -> None:
    """Say what is wrong with this machine, and what to do about it."""
    language = settings.language()
    try:
        loaded = settings.load(config)
    except settings.ConfigError as error:
        print(error.sentence[language], file=sys.stderr)
        raise typer.Exit(2) from None
    findings = asyncio.run(examine(loaded))
    if output == "json":
        print(msgspec.json.encode(findings).decode())
    else:
        print(show(findings, language))
    raise typer.Exit(1 if any(finding.grade == "bad" for finding in findings) else 0)


if __name__ == "__main__":
    cli()
