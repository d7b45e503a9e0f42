"""`regie check`: what is wrong with this machine and its site, each with what to do (H24); asked of the real things."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import itertools
import json
import os
import re
import resource
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from node.check import cli, here, kept, site
from node.check.finding import Finding
from node.check.ours import Ours, holders
from node.config import Config, load
from node.errors import Text
from node.rpc.tls import ensure_tls
from node.storage.engine import open_engine, sqlite_url
from tests.node.test_config import settings
from tests.web.house import house


def given(**environ: str) -> Config:
    return load(environ=settings(**{f"REGIE__{name}": value for name, value in environ.items()}))


def said(findings: list[Finding]) -> dict[str, str]:
    for finding in findings:
        assert bool(finding.remedy.fr and finding.remedy.en) is (finding.grade != "good"), "what is wrong has a remedy"
    return {finding.check: finding.grade for finding in findings}


def test_as_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {f"{part}__LISTEN": "127.0.0.1:0" for part in ("WEB", "RPC", "METRICS", "MEDIA")}
    environ |= {"NODE__DATA_DIR": f"{tmp_path}/data", "NODE__RUN_DIR": f"{tmp_path}/run"}
    for name, value in environ.items():
        monkeypatch.setenv(f"REGIE__{name}", value)
    ended = CliRunner().invoke(cli, ["-o", "json"])
    rows = json.loads(ended.stdout)
    assert ended.exit_code == 0 and {"node.data_dir", "disk", "udp", "node.database"} <= {row["check"] for row in rows}
    assert all(row["what"]["fr"] and row["what"]["en"] for row in rows)
    monkeypatch.setenv("REGIE__NODE__DATA_DIR", "/proc/nowhere")
    assert CliRunner().invoke(cli, []).exit_code == 1
    monkeypatch.setenv("REGIE__WEB__LISTEN", "nonsense")
    assert CliRunner().invoke(cli, []).exit_code == 2


US = Ours(node=os.getpid(), node_runs=True)
STRANGERS = Ours(node=os.getppid(), plane=os.getppid(), node_runs=True)


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = given(WEB__LISTEN=f"127.0.0.1:{taken.getsockname()[1]}", MEDIA__SHARDS="2")
        assert said(here.ports_are_free(config, Ours()))["web.listen"] == "warning"
        assert said(here.ports_are_free(config, US))["web.listen"] == "good"
        assert [one.check for one in here.ports_are_free(config, Ours())].count("media.listen") == 2
        with socket.create_connection(taken.getsockname()):
            assert said(here.ports_are_free(config, US))["web.listen"] == "good", "a connection is nobody who listens"
    assert said(here.ports_are_free(given(RPC__LISTEN="192.0.2.1:9"), Ours()))["rpc.listen"] == "bad"


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::"])
def test_a_media_port_that_is_taken(address: str) -> None:
    """Our node runs, and what holds the port of its plane is no plane of ours: nobody would see anything."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((address, 0))
        config = given(MEDIA__LISTEN=f"0.0.0.0:{taken.getsockname()[1]}", MEDIA__SHARDS="1", MEDIA__LISTEN_TCP="off")
        for ours, grade in ((Ours(), "warning"), (STRANGERS, "bad"), (US, "good")):
            (found,) = [one for one in here.ports_are_free(config, ours) if one.check == "media.listen"]
            assert (found.grade, str(os.getpid()) in found.what.en) == (grade, True)


def test_an_ipv4_port_that_is_held_by_ipv6() -> None:
    """As gRPC holds its own: ::ffff:127.0.0.1."""
    with socket.socket(socket.AF_INET6) as taken:
        taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        taken.bind(("::ffff:127.0.0.1", 0))
        taken.listen()
        assert holders(socket.SOCK_STREAM, "127.0.0.1", taken.getsockname()[1]) == {os.getpid()}
        assert holders(socket.SOCK_STREAM, "127.0.0.2", taken.getsockname()[1]) == set()


def test_a_holder_who_is_not_to_be_seen() -> None:
    """Another user's, asked by somebody who is not root."""
    found = here._port_is_held("media.listen", "0.0.0.0:7881", (), US)
    assert found.grade == "warning" and "root" in found.remedy.en


@pytest.mark.parametrize(("option", "grade"), [(here._UDP_SEGMENT, "good"), (9999, "warning")])
def test_udp_in_groups(option: int, grade: str) -> None:
    """GSO, and a kernel that does not know it."""
    assert said(here.udp_goes_in_groups(Config(), option)) == {"udp": grade}


@pytest.mark.parametrize(("size", "grade"), [(212_992, "warning"), (here.BUFFER, "good")])
def test_buffers_of_the_kernel(tmp_path: Path, size: int, grade: str) -> None:
    """Debian's default is the first; the package's sysctl the second."""
    for name in ("rmem_max", "wmem_max"):
        (tmp_path / name).write_text(f"{size}\n")
    found = here.buffers_are_large(Config(), tmp_path)
    assert said(found) == {"rmem_max": grade, "wmem_max": grade}
    shipped = (Path(__file__).parents[2] / "ops" / "deb" / "sysctl.conf").read_text("utf-8")
    given_by_the_package = dict(re.findall(r"^net\.core\.(\w+) *= *(\d+)$", shipped, re.MULTILINE))
    assert all(int(given_by_the_package[one.check]) >= here.BUFFER for one in found)


def test_open_files_of_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs counts, and not the shell of whoever asks; a unit's own limit where nothing runs."""
    with subprocess.Popen(["sh", "-c", "ulimit -n 1000; echo; exec cat"], stdin=-1, stdout=-1) as little:
        assert little.stdout is not None and little.stdin is not None
        little.stdout.readline()
        found = here.descriptors_are_enough(Config(), Ours(node=os.getpid(), plane=little.pid))
        little.stdin.close()
    shell = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert [one.what.en for one in found] == [
        f"regie: {shell} open files at most.", "regie-plane: 1000 open files at most."
    ]  # fmt: skip
    assert [one.grade for one in found][1] == "warning" and "LimitNOFILE" in found[1].remedy.en
    units = here.descriptors_are_enough(Config(), Ours(), lambda: {"regie": 65536, "regie-plane": 512})
    assert [one.grade for one in units] == ["good", "warning"]
    (found_here,) = here.descriptors_are_enough(Config(), Ours(), dict)
    assert found_here.what.en == f"shell: {shell} open files at most."


def test_limits_of_units_are_asked_of_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A systemctl that says what a real one does; `make machine` asks that."""
    asks = tmp_path / "systemctl"
    asks.write_text("#!/bin/sh\nexport l=loaded\n[ $2 = regie.service ] || l=not-found\n"
                    "printf 'LimitNOFILESoft=65536\\nLoadState=%s\\n' $l\n")  # fmt: skip
    asks.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert here._limits_of_units() == {"regie": 65536}


def test_what_runs_and_what_is_installed() -> None:
    """After an upgrade the plane is the old one until somebody restarts it."""
    now = importlib.metadata.version("regie")
    found = here.what_runs_is_what_is_installed(Config(), Ours(node_version=now, plane_version="0.0.9"))
    assert [one.grade for one in found] == ["good", "warning"]
    assert "regie-plane runs as 0.0.9" in found[1].what.en and "restart regie-plane" in found[1].remedy.en
    assert here.what_runs_is_what_is_installed(Config(), Ours()) == []


def test_the_plane_and_its_version(tmp_path: Path) -> None:
    ours = given()
    assert said(here.plane_is_there(ours)) == {"media.plane_binary": "good"}
    program = tmp_path / "regie-plane"
    for version, grade in ((importlib.metadata.version("regie"), "good"), ("0.0.0-of-another-release", "warning")):
        program.write_text(f"#!/bin/sh\necho regie-plane {version}\n")
        program.chmod(0o755)
        assert said(here.plane_is_of_this_version(given(MEDIA__PLANE_BINARY=str(program)))) == {"plane": grade}
    config = given(MEDIA__PLANE_BINARY=str(program))
    program.unlink()  # since
    assert said(here.plane_is_there(config)) == {"media.plane_binary": "bad"}


def test_a_name_without_an_address() -> None:
    """RFC 6761 6.4: `.invalid` is nobody's."""
    config = given(WEB__PUBLIC_URL="https://regie.invalid", TURN__URLS="turn:turn.invalid", TURN__SECRET="s")
    assert said(site.public_url_answers(config)) == {"web.public_url": "bad"}
    assert said(site.relays_answer(config)) == {"turn.urls": "bad"}


async def test_a_database_that_does_not_open(tmp_path: Path) -> None:
    (tmp_path / "regie.sqlite3").write_bytes(b"something else" * 100)
    found = await kept.database_opens(given(NODE__DATA_DIR=str(tmp_path)))
    assert said([found]) == {"node.database": "bad"}


def test_inside_ports_stay_inside() -> None:
    """H24."""
    assert here.inside_ports_are_inside(Config()) == []
    found = here.inside_ports_are_inside(given(RPC__LISTEN="0.0.0.0:9090", METRICS__LISTEN="10.0.0.1:9464"))
    assert said(found) == {"rpc.listen": "warning"}


@pytest.mark.parametrize(("status", "grade"), [(0, "good"), (0x2001, "good"), (0x40, "warning")])
def test_the_clock(status: int, grade: str) -> None:
    assert said(here.clock_is_set(Config(), lambda: status)) == {"clock": grade}


@pytest.mark.parametrize(("sync_s", "grade"), [(0.001, "good"), (0.2, "warning")])
def test_the_disk(tmp_path: Path, sync_s: float, grade: str) -> None:
    times = itertools.accumulate(itertools.repeat(sync_s))
    assert said(kept.disk_is_fast(given(NODE__DATA_DIR=str(tmp_path)), lambda: next(times))) == {"disk": grade}


def test_certificates_of_the_node(tmp_path: Path) -> None:
    config = given(NODE__DATA_DIR=str(tmp_path))
    assert kept.certificates_last(config) == []
    ensure_tls(tmp_path)
    assert said(kept.certificates_last(config)) == {"tls/ca.pem": "good", "tls/server.pem": "good"}
    (tmp_path / "tls" / "server.pem").write_text("no certificate")
    assert said(kept.certificates_last(config))["tls/server.pem"] == "bad"
    now, remedy = datetime.now(UTC), Text("r", "r")
    assert [kept.until("c", now + timedelta(days=days), now, remedy).grade for days in (-1, 5, 60)] == [
        "bad", "warning", "good",
    ]  # fmt: skip


async def test_a_database_of_a_newer_program(tmp_path: Path) -> None:
    config = given(NODE__DATA_DIR=str(tmp_path))
    assert (await kept.database_opens(config)).grade == "good"
    engine = open_engine(sqlite_url(tmp_path))
    async with engine.begin() as tx:
        await tx.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        await tx.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    await engine.dispose()
    found = await kept.database_opens(config)
    assert found.grade == "warning" and "9999" in found.what.en and found.remedy.en


async def test_a_page_and_its_websocket(tmp_path: Path) -> None:
    """The real edge lets one through; something that knows nothing of it, or has nobody behind it, is told apart."""
    async with house(tmp_path) as home:
        found = await asyncio.to_thread(site.public_url_answers, given(WEB__PUBLIC_URL=home.url("/")))
        assert said(found) == {"dns": "good", "websocket": "good"}
    for status, grade in (("400 Bad Request", "bad"), ("502 Bad Gateway", "warning")):

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status: str = status) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as proxy:
            url = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
            assert (
                said(await asyncio.to_thread(site.public_url_answers, given(WEB__PUBLIC_URL=url)))["websocket"] == grade
            )
    assert said(await asyncio.to_thread(site.public_url_answers, given(WEB__PUBLIC_URL=url)))["web.public_url"] == "bad"


async def test_a_certificate_that_browsers_refuse(tmp_path: Path) -> None:
    files = ensure_tls(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.cert, files.key)
    async with await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context) as proxy:
        url = f"https://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
        assert (
            said(await asyncio.to_thread(site.public_url_answers, given(WEB__PUBLIC_URL=url)))["certificate"] == "bad"
        )


def test_a_public_page_needs_a_public_address_for_media() -> None:
    """People would come in and see nothing. A page at an inside address may have its media there."""
    public = {"WEB__PUBLIC_URL": "https://9.9.9.9"}
    assert said(site.media_can_reach_us(given(**public, MEDIA__ADVERTISE="10.0.0.1"))) == {"media": "bad"}
    assert said(site.media_can_reach_us(given(**public, MEDIA__ADVERTISE="10.0.0.1,9.9.9.9"))) == {"media": "good"}
    inside = given(WEB__PUBLIC_URL="https://10.0.0.1", MEDIA__ADVERTISE="10.0.0.1")
    assert said(site.media_can_reach_us(inside)) == {"media": "good"}


@contextlib.contextmanager
def stun_server() -> Iterator[int]:
    """Answers one binding request with its own transaction."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.settimeout(20)

        def answer() -> None:
            asked, whence = bound.recvfrom(1500)
            bound.sendto(bytes.fromhex("010100002112a442") + asked[8:20], whence)

        thread = threading.Thread(target=answer)
        thread.start()
        yield bound.getsockname()[1]
        thread.join()


def test_relays() -> None:
    with stun_server() as udp, socket.create_server(("127.0.0.1", 0)) as tcp:
        urls = f"turn:127.0.0.1:{udp},turn:127.0.0.1:{tcp.getsockname()[1]}?transport=tcp"
        assert {one.grade for one in site.relays_answer(given(TURN__URLS=urls, TURN__SECRET="s"))} == {"good"}
    closed = given(TURN__URLS=f"turn:127.0.0.1:{udp}", TURN__SECRET="s")
    assert said(site.relays_answer(closed)) == {"turn.urls": "bad"}


def test_a_remedy_names_nothing_of_the_source() -> None:
    """Whoever reads it has the package, not the tree."""
    for path in Path(here.__file__).parent.glob("*.py"):
        assert re.findall(r"\b(?:ops|console|protos|tests)/", path.read_text("utf-8")) == [], path.name
