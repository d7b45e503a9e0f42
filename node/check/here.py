"""This machine: its ports, its kernel, its clock, the plane."""

from __future__ import annotations

import ctypes
import errno
import importlib.metadata
import ipaddress
import os
import resource
import socket
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from node.check.finding import Finding, good
from node.check.ours import PATIENCE_S, Ours, descriptors_of, holders, name_of
from node.config import Config, split_address
from node.errors import Fault, Text

BUFFER: Final = 4 << 20
DESCRIPTORS: Final = 4096
MAX_SHARDS: Final = 16
_UDP_SEGMENT: Final = 103  # linux/udp.h
_ANSWER: Final = b"segmented"
_STA_UNSYNC: Final = 0x0040  # adjtimex(2)


def ports_are_free(config: Config, ours: Ours) -> list[Finding]:
    """Each port of the node, and each one of the plane's: free, or held by our own."""
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
    return [_port_is_free(*one, ours) for one in asked]


def shards(config: Config) -> int:
    """As many as the plane will have (`default_shards` in the driver's args.rs)."""
    return config.media.shards or max(1, min(MAX_SHARDS, len(os.sched_getaffinity(0)) - 1))


def _port_is_free(where: str, listen: str, kind: socket.SocketKind, ours: Ours) -> Finding:
    host, port = split_address(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host or "0.0.0.0", port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return _port_is_held(where, listen, holders(kind, host, port), ours)
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
            _free_it(where),
        )
    return good(where, f"{listen} est libre.", f"{listen} is free.")


def _port_is_held(where: str, listen: str, pids: Collection[int], ours: Ours) -> Finding:
    """By whom: a stranger keeps us out, also where the rest of us runs."""
    if pids and ours.pids.issuperset(pids):
        who = ", ".join(f"{name_of(pid)} ({pid})" for pid in sorted(pids))
        return good(where, f"{listen} sert à {who}, qui est à nous.", f"{listen} is used by {who}, which is ours.")
    strangers = ", ".join(f"{name_of(pid)} ({pid})" for pid in sorted(set(pids) - ours.pids))
    if strangers:
        what = Text(f"{listen} est occupé par {strangers}.", f"{listen} is held by {strangers}.")
        return Finding(where, "bad" if ours.node_runs else "warning", what, _free_it(where))
    return Finding(
        where,
        "warning",
        Text(f"{listen} est occupé, sans qu’on voie par qui.", f"{listen} is held, and it cannot be seen by whom."),
        Text("Lancez regie check en root, ou voyez : ss -lntup.", "Run regie check as root, or see: ss -lntup."),
    )


def _free_it(where: str) -> Text:
    return Text(
        f"Voyez ce qui l’occupe : ss -lntup ; ou changez {where}.", f"See what holds it: ss -lntup; or change {where}."
    )


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


def what_runs_is_what_is_installed(config: Config, ours: Ours) -> list[Finding]:
    """An upgrade starts the node anew and leaves the plane, whose packets flow on, until somebody says so."""
    try:
        installed = importlib.metadata.version("regie")
    except importlib.metadata.PackageNotFoundError:
        return []
    found = []
    for unit, runs in (("regie", ours.node_version), ("regie-plane", ours.plane_version)):
        if not runs:
            continue
        if runs == installed:
            found.append(good("running", f"{unit} tourne en {runs}.", f"{unit} runs as {runs}."))
            continue
        found.append(
            Finding(
                "running",
                "warning",
                Text(
                    f"{unit} tourne en {runs} ; {installed} est installé.",
                    f"{unit} runs as {runs}; {installed} is installed.",
                ),
                Text(
                    f"systemctl restart {unit}" + (", à un moment calme." if unit == "regie-plane" else "."),
                    f"systemctl restart {unit}" + (" at a quiet moment." if unit == "regie-plane" else "."),
                ),
            )
        )
    return found


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


def descriptors_are_enough(
    config: Config, ours: Ours, units: Callable[[], dict[str, int]] | None = None
) -> list[Finding]:
    """Of what runs, else what the units say, else this shell, from which a node would be started."""
    running = {
        name: soft
        for name, pid in (("regie", ours.node), ("regie-plane", ours.plane))
        if pid and (soft := descriptors_of(pid)) is not None
    }
    allowed = running or (units or _limits_of_units)()
    if not allowed:
        own = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        return [_are_enough("shell", own, Text("ulimit -n 65536", "ulimit -n 65536"))]
    remedy = Text(
        "LimitNOFILE=65536 dans l’unité (systemctl edit), puis redémarrez-la.",
        "LimitNOFILE=65536 in the unit (systemctl edit), then restart it.",
    )
    return [_are_enough(who, most, remedy) for who, most in allowed.items()]


def _are_enough(who: str, soft: int, remedy: Text) -> Finding:
    what = Text(f"{who} : {soft} fichiers ouverts au plus.", f"{who}: {soft} open files at most.")
    return Finding("nofile", "good", what) if soft >= DESCRIPTORS else Finding("nofile", "warning", what, remedy)


def _limits_of_units() -> dict[str, int]:
    """Empty where systemd knows none of them."""
    found = {}
    for unit in ("regie", "regie-plane"):
        asked = ["systemctl", "show", f"{unit}.service", "--property=LoadState,LimitNOFILESoft"]
        try:
            said = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE_S, check=False).stdout
        except (OSError, subprocess.TimeoutExpired):
            return {}
        words = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        if words.get("LoadState") == "loaded" and words.get("LimitNOFILESoft", "").isdecimal():
            found[unit] = int(words["LimitNOFILESoft"])
    return found


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
