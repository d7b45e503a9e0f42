"""This machine: its ports, its kernel, its clock, the plane."""

from __future__ import annotations

import ctypes
import errno
import http.client
import importlib.metadata
import ipaddress
import os
import resource
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from node.check.finding import Finding, good
from node.config import Config, split_address
from node.errors import Fault, Text

BUFFER: Final = 4 << 20
DESCRIPTORS: Final = 4096
PATIENCE_S: Final = 3.0
MAX_SHARDS: Final = 16
_UDP_SEGMENT: Final = 103  # linux/udp.h
_ANSWER: Final = b"segmented"
_STA_UNSYNC: Final = 0x0040  # adjtimex(2)


def node_is_running(config: Config) -> bool:
    """Whether it is our own node that holds the ports."""
    host, port = split_address(config.metrics.listen)
    if not port:
        return False
    asked = http.client.HTTPConnection(_reached(host), port, timeout=PATIENCE_S)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().read(16) == b"ok\n"
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _reached(host: str) -> str:
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def ports_are_free(config: Config, running: bool) -> list[Finding]:
    """Each port of the node, and each one of the plane's."""
    stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
    asked = [
        ("web.listen", config.web.listen, stream),
        ("rpc.listen", config.rpc.listen, stream),
        ("metrics.listen", config.metrics.listen, stream),
    ]
    host, first = split_address(config.media.listen)
    for number in range(shards(config) if first else 1):
        asked.append(("media.listen", f"{host}:{first + number}", datagram))
    if config.media.tcp:
        asked.append(("media.listen_tcp", config.media.tcp, stream))
    if config.web.tls_listen:
        asked.append(("web.tls_listen", config.web.tls_listen, stream))
    return [_port_is_free(*one, running) for one in asked]


def shards(config: Config) -> int:
    """As many as the plane will have (`default_shards` in the driver's args.rs)."""
    return config.media.shards or max(1, min(MAX_SHARDS, len(os.sched_getaffinity(0)) - 1))


def _port_is_free(where: str, listen: str, kind: socket.SocketKind, running: bool) -> Finding:
    host, port = split_address(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host or "0.0.0.0", port))
    except OSError as error:
        if running and error.errno == errno.EADDRINUSE:
            return good(where, f"{listen} sert au nœud qui tourne.", f"{listen} is used by the node that runs.")
        why = error.strerror or str(error)
        if error.errno in (errno.EACCES, errno.EPERM):
            return Finding(
                where,
                "bad",
                Text(f"{listen} n’est pas permis ({why}).", f"{listen} is not permitted ({why})."),
                Text(
                    "Donnez CAP_NET_BIND_SERVICE (AmbientCapabilities dans l’unité), ou un port au-dessus de 1023.",
                    "Give CAP_NET_BIND_SERVICE (AmbientCapabilities in the unit), or a port above 1023.",
                ),
            )
        return Finding(
            where,
            "bad" if error.errno == errno.EADDRNOTAVAIL else "warning",
            Text(f"{listen} ne peut pas servir ({why}).", f"{listen} cannot be used ({why})."),
            Text(
                f"Voyez ce qui l’occupe : ss -lntup ; ou changez {where}.",
                f"See what holds it: ss -lntup; or change {where}.",
            ),
        )
    return good(where, f"{listen} est libre.", f"{listen} is free.")


def inside_ports_are_inside(config: Config) -> list[Finding]:
    """gRPC and metrics are not for the Internet (H24). Only listening shows; a firewall may still be in front."""
    found = []
    for where, listen in (("rpc.listen", config.rpc.listen), ("metrics.listen", config.metrics.listen)):
        host = split_address(listen)[0]
        if is_private(host):
            continue
        found.append(
            Finding(
                where,
                "warning",
                Text(f"{listen} est offert à tous les réseaux.", f"{listen} is offered to every network."),
                Text(
                    "Écoutez sur une adresse interne, ou fermez ce port dans le pare-feu.",
                    "Listen on an inside address, or close this port in the firewall.",
                ),
            )
        )
    return found


def is_private(host: str) -> bool:
    """Whether nobody on the Internet reaches this address. A name is believed to be an inside one."""
    try:
        address = ipaddress.ip_address(host or "0.0.0.0")
    except ValueError:
        return True
    return address.is_private and not address.is_unspecified


def plane_is_there(config: Config) -> list[Finding]:
    from node.media.supervisor import find_binary

    where = "media.plane_binary"
    try:
        binary = find_binary(config.media.plane_binary)
    except Fault as fault:
        missing = Text("Le programme regie-plane est introuvable.", "The program regie-plane is not found.")
        remedy = Text(
            "Installez regie par sa roue ou son paquet, ou indiquez media.plane_binary.",
            f"Install regie by its wheel or its package, or set media.plane_binary. {fault}",
        )
        return [Finding(where, "bad", missing, remedy)]
    return [good(where, f"Plan média : {binary}.", f"Media plane: {binary}.")]


def plane_is_of_this_version(config: Config) -> list[Finding]:
    """Two halves of one release are tested together, and no others."""
    from node.media.supervisor import find_binary

    try:
        ours = importlib.metadata.version("regie")
        binary = find_binary(config.media.plane_binary)
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (Fault, OSError, subprocess.TimeoutExpired, importlib.metadata.PackageNotFoundError):
        return []
    found = (said.split() or ["?"])[-1]
    if found == ours:
        return [good("plane", f"Le plan média est de la même version ({found}).", f"Same version: {found}.")]
    return [
        Finding(
            "plane",
            "warning",
            Text(f"Plan média {found}, nœud {ours}.", f"Media plane {found}, node {ours}."),
            Text("Installez les deux de la même version.", "Install both from the same release."),
        )
    ]


def udp_goes_in_groups(config: Config, option: int = _UDP_SEGMENT) -> list[Finding]:
    """Two datagrams by one system call over the loopback (UDP GSO, Linux 4.18): a third of the cost of sending."""
    try:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sends,
        ):
            there.bind(("127.0.0.1", 0))
            there.settimeout(PATIENCE_S)
            sends.setsockopt(socket.IPPROTO_UDP, option, len(_ANSWER))
            sends.sendto(_ANSWER * 2, there.getsockname())
            if (there.recv(100), there.recv(100)) == (_ANSWER, _ANSWER):
                return [good("udp", "UDP passe, et par groupes (GSO).", "UDP works, and in groups (GSO).")]
            why = "?"
    except OSError as error:
        why = error.strerror or str(error)
    return [
        Finding(
            "udp",
            "warning",
            Text(f"UDP ne part pas par groupes ({why}).", f"UDP cannot be sent in groups ({why})."),
            Text(
                "Prenez un noyau Linux 4.18 ou plus récent ; sans cela il faut trois fois plus de processeur.",
                "Use Linux 4.18 or newer; without, sending takes three times the processor.",
            ),
        )
    ]


def buffers_are_large(config: Config, kernel: Path = Path("/proc/sys/net/core")) -> list[Finding]:
    """A burst of one key frame to a thousand people is megabytes."""
    found = []
    for name in ("rmem_max", "wmem_max"):
        try:
            allowed = int((kernel / name).read_text("ascii"))
        except (OSError, ValueError):
            continue  # another kernel, or a container that does not show it
        if allowed >= BUFFER:
            found.append(good(name, f"{allowed >> 10} Kio de tampons UDP.", f"{allowed >> 10} KiB of UDP buffers."))
            continue
        command = f"sysctl -w net.core.{name}={BUFFER}"
        found.append(
            Finding(
                name,
                "warning",
                Text(f"Tampons UDP : {allowed >> 10} Kio au plus.", f"UDP buffers: at most {allowed >> 10} KiB."),
                Text(
                    f"{command}, et la même ligne dans /etc/sysctl.d/regie.conf.",
                    f"{command}, and the same in /etc/sysctl.d/regie.conf.",
                ),
            )
        )
    return found


def descriptors_are_enough(config: Config, allowed: int | None = None) -> list[Finding]:
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if allowed is None else allowed
    if soft >= DESCRIPTORS:
        return [good("nofile", f"{soft} fichiers ouverts au plus.", f"{soft} open files at most.")]
    return [
        Finding(
            "nofile",
            "warning",
            Text(
                f"{soft} fichiers ouverts au plus : autant de personnes.", f"{soft} open files at most: as many people."
            ),
            Text(
                "ulimit -n 65536, ou LimitNOFILE=65536 dans l’unité.",
                "ulimit -n 65536, or LimitNOFILE=65536 in the unit.",
            ),
        )
    ]


def clock_is_set(config: Config, status: Callable[[], int | None] | None = None) -> list[Finding]:
    """Links, tickets and certificates have an end; the kernel knows whether somebody keeps its clock right (NTP)."""
    now = (status or _clock_status)()
    if now is None:
        return []
    if not now & _STA_UNSYNC:
        return [good("clock", "L’horloge est tenue à l’heure.", "The clock is kept right.")]
    return [
        Finding(
            "clock",
            "warning",
            Text("Personne ne tient l’horloge à l’heure.", "Nobody keeps the clock right."),
            Text(
                "timedatectl set-ntp true, ou installez chrony (dans un conteneur : sur la machine hôte).",
                "timedatectl set-ntp true, or install chrony (in a container: on its host).",
            ),
        )
    ]


def _clock_status() -> int | None:
    """`timex.status` of adjtimex(2), which changes nothing when asked with `modes` 0; None where it cannot be asked."""

    class Timex(ctypes.Structure):
        _fields_ = (
            ("modes", ctypes.c_uint),
            ("offset", ctypes.c_long),
            ("freq", ctypes.c_long),
            ("maxerror", ctypes.c_long),
            ("esterror", ctypes.c_long),
            ("status", ctypes.c_int),
            ("more", ctypes.c_byte * 256),
        )

    try:
        asked = Timex()
        return asked.status if ctypes.CDLL(None).adjtimex(ctypes.byref(asked)) >= 0 else None
    except (AttributeError, OSError):
        return None
