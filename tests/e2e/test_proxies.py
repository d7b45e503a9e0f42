"""The shipped nginx and Caddy configurations before a real node: a page, a whole join, the WebSocket and media; and who
asks cannot say where they are from."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from node.demo.children import die_with
from node.demo.peer import Peer
from node.rpc.tls import TlsFiles, ensure_tls
from tests.e2e.machine import Machine, free_port, until

OPS: Final = Path(__file__).parents[2] / "ops"
NAME: Final = "regie.example.org"
UNTIL_S: Final = 30.0


def replaced(text: str, *rules: tuple[str, str]) -> str:
    """Each of them is in the shipped file, or the test is none of it."""
    for pattern, by in rules:
        text, count = re.subn(pattern, by, text)
        assert count, pattern
    return text


def nginx(folder: Path, tls: TlsFiles, upstream: int, plain: int, sealed: int) -> list[str]:
    """The shipped file with ports, a certificate and a node of the test's own, in the least that nginx starts with."""
    text = replaced(
        (OPS / "nginx" / "regie.conf").read_text("utf-8"),
        (r"listen \[::\]:\d+[^;]*;", ""),
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"listen 443 ", f"listen 127.0.0.1:{sealed} "),
        (r"server 127\.0\.0\.1:8080;", f"server 127.0.0.1:{upstream};"),
        (r"/etc/letsencrypt/\S*fullchain\.pem", str(tls.cert)),
        (r"/etc/letsencrypt/\S*privkey\.pem", str(tls.key)),
    )
    (folder / "regie.conf").write_text(text)
    kept = "".join(
        f"{what}_temp_path {folder}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr;"
        f"events {{}} http {{ {kept} include {folder}/regie.conf; }}"
    )
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None, "ops/system.sh test installs it (Debian: nginx-light)"
    return [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, tls: TlsFiles, upstream: int, plain: int, sealed: int) -> list[str]:
    text = replaced(
        (OPS / "caddy" / "Caddyfile").read_text("utf-8"),
        (rf"(?m)^{re.escape(NAME)} {{", f"{NAME} {{\n\tbind 127.0.0.1\n\ttls {tls.cert} {tls.key}"),
        (r"127\.0\.0\.1:8080", f"127.0.0.1:{upstream}"),
    )
    options = f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {sealed}\n}}\n"
    (folder / "Caddyfile").write_text(options + text)
    program = shutil.which("caddy")
    assert program is not None, "ops/system.sh test installs it (Debian: caddy)"
    return [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


class Here(AbstractResolver):
    """The name of the example is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        assert host == NAME, "nobody else is asked"
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        pass


Made = Callable[[Path, TlsFiles, int, int, int], list[str]]
PROXIES: Final[tuple[Made, ...]] = (nginx, caddy)


@contextlib.asynccontextmanager
async def running(made: Made, tmp_path: Path, upstream: int) -> AsyncIterator[tuple[int, int]]:
    """The proxy in front of a port; its own ports, for HTTP and for HTTPS."""
    plain, sealed = free_port(), free_port()
    folder = tmp_path / made.__name__
    folder.mkdir()
    words = made(folder, ensure_tls(tmp_path, [NAME]), upstream, plain, sealed)
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *words, stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL, preexec_fn=die_with(os.getpid()),
            env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        )  # fmt: skip

    async def answers() -> bool:
        assert process.returncode is None, (folder / "log").read_text("utf-8")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", sealed)
            writer.close()
            return True
        return False

    try:
        await until(answers, UNTIL_S, "the proxy answers", every=0.05)
        yield plain, sealed
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def browser(tmp_path: Path) -> aiohttp.ClientSession:
    """One that trusts the certificate of the proxy and no other."""
    trust = ssl.create_default_context(cafile=ensure_tls(tmp_path, [NAME]).ca)
    connector = aiohttp.TCPConnector(ssl=trust, resolver=Here(), use_dns_cache=False)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=UNTIL_S))


async def test_a_whole_join_through_each(behind: Machine, tmp_path: Path) -> None:
    for made in PROXIES:
        async with running(made, tmp_path, behind.web) as (_, sealed):
            await two_meet(behind, f"https://{NAME}:{sealed}", tmp_path)


async def two_meet(machine: Machine, base: str, tmp_path: Path) -> None:
    """They see the page, join, and one hears by the WebSocket what the other wrote; media has come up for both."""
    room = await machine.room(base=base)
    async with browser(tmp_path) as http, http.get(f"{base}/r/{room.room}") as page:
        assert page.status == 200 and "text/html" in page.headers["Content-Type"]
    people = [Peer(room.host, "Amina", hears=1, sees=1), Peer(room.participant, "Jean", hears=1, sees=1)]
    staying = []
    try:
        for person in people:
            person._http = browser(tmp_path)
            await person.join()
            staying.append(asyncio.create_task(person.stay()))
        async with asyncio.timeout(UNTIL_S):
            for person in people:
                await asyncio.gather(person.welcomed.wait(), person.connected.wait())
            await people[0].chat("Bonjour", "1")
            while (said := await people[1].messages.get())["type"] != "chat":
                pass
        assert said["message"]["text"] == "Bonjour"
    finally:
        for task in staying:
            task.cancel()
        await asyncio.gather(*staying, return_exceptions=True)
        for person in people:
            await person.leave()


@pytest.fixture
async def behind(tmp_path: Path) -> AsyncIterator[Machine]:
    machine = Machine(tmp_path, settings={"REGIE__WEB__BEHIND_PROXY": "true"})
    try:
        await machine.start()
        yield machine
    finally:
        await machine.stop()


@pytest.mark.parametrize("made", PROXIES, ids=lambda made: made.__name__)
async def test_who_asks_cannot_say_where_they_are_from(made: Made, tmp_path: Path) -> None:
    """And plain HTTP is answered with the way to HTTPS."""
    told: list[dict[str, Any]] = []

    async def tell(request: web.Request) -> web.Response:
        told.append(dict(request.headers))
        return web.Response(text="ok")

    application = web.Application()
    application.router.add_get("/{any:.*}", tell)
    async with TestServer(application, host="127.0.0.1") as upstream:
        assert upstream.port is not None
        async with running(made, tmp_path, upstream.port) as (plain, sealed), browser(tmp_path) as http:
            lies = {"X-Forwarded-For": "198.51.100.1"}
            async with http.get(f"https://{NAME}:{sealed}/", headers=lies) as answer:
                assert await answer.text() == "ok"
            async with http.get(f"http://{NAME}:{plain}/r/hall", allow_redirects=False) as answer:
                assert answer.status in (301, 308) and answer.headers["Location"].startswith(f"https://{NAME}")
    assert [(one["X-Forwarded-For"], one["X-Forwarded-Proto"]) for one in told] == [("127.0.0.1", "https")]
