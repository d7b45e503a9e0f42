"""A story before the door: does it work here? A sound and a picture go to the node and come back."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from playwright.async_api import Route, expect

from node.features.join.turn import Turn
from tests.e2e.machine import free_port, until
from tests.e2e.stories.teller import Someone, Teller

SECRET = "partagé avec le serveur"


async def test_sound_and_picture_are_measured_both_ways_and_nobody_is_there(teller: Teller) -> None:
    """R244, R247: by UDP and by TCP, decoded again in the browser; no place is taken and nothing stays behind."""
    room, links = await teller.room()
    amina = await teller.someone("en")
    await check(amina, links["participant"])
    for step in ("service", "socket", "udp", "tcp", "sound", "picture"):
        await expect(amina.page.locator(f"#check-list [data-step={step}]")).to_have_attribute("data-result", "good")
    await expect(amina.page.locator("#check-list [data-step=turn]")).to_have_attribute("data-result", "none")
    await expect(amina.page.locator("#check-says")).not_to_be_empty()
    assert len(teller.node.floor.rooms[room].people) == 0
    await until(teller.nothing_checked, 30, "the plane has nothing of it any more")


async def test_the_blocked_step_is_named(teller: Teller) -> None:
    """R247: where UDP does not get through, that is said, and that it works all the same. The way that failed is given
    back before the next one is tried: who checks takes one place of the node's at a time."""
    _room, links = await teller.room()
    camille = await teller.someone("fr")
    asked: list[str] = []
    began_or_ended = ("POST", "DELETE")
    camille.page.on(
        "request",
        lambda made: asked.append(made.method) if "/check" in made.url and made.method in began_or_ended else None,
    )

    async def elsewhere(route: Route) -> None:
        answer = await route.fetch()
        nowhere = re.sub(r"(a=candidate:\S+ \d+ udp \d+ \S+) \d+", r"\1 9", await answer.text(), flags=re.IGNORECASE)
        await route.fulfill(response=answer, body=nowhere)

    await camille.page.route("**/check", elsewhere)
    await check(camille, links["participant"])
    await expect(camille.page.locator("#check-list [data-step=udp]")).to_have_attribute("data-result", "bad")
    for step in ("tcp", "sound", "picture"):
        await expect(camille.page.locator(f"#check-list [data-step={step}]")).to_have_attribute("data-result", "good")
    await expect(camille.page.locator("#check-says")).to_have_text(camille.word("check.says_udp"))
    assert asked[:3] == ["POST", "DELETE", "POST"]


async def test_a_relay_is_tried_where_there_is_one(teller: Teller, tmp_path: Path) -> None:
    """R247: TURN over TCP, by a real coturn, with what the node would hand out; then everything else is blocked and
    it carries sound and picture alone. The answers that the page gets are changed on the way, the relay is not."""
    _room, links = await teller.room()
    amina = await teller.someone("en")
    async with relay(tmp_path) as turn:

        async def told(route: Route) -> None:
            answer = await route.fetch()
            body = await answer.json() | {"ice_servers": msgspec.to_builtins(turn.servers())}
            await route.fulfill(response=answer, body=json.dumps(body))

        asked: list[str] = []

        async def elsewhere(route: Route) -> None:
            answer = await route.fetch()
            text = await answer.text()
            asked.append(text)
            if len(asked) < 3:  # the third way is the relay's, which must find the node where it is
                text = re.sub(r"(a=candidate:\S+ \d+ (?:udp|tcp) \d+ \S+) \d+", r"\1 9", text, flags=re.IGNORECASE)
            await route.fulfill(response=answer, body=text)

        await amina.page.route("**/check", elsewhere)
        await amina.page.route(re.compile(r"/api/rooms/[^/]+$"), told)
        await check(amina, links["participant"])
        for step in ("udp", "tcp"):
            await expect(amina.page.locator(f"#check-list [data-step={step}]")).to_have_attribute("data-result", "bad")
        for step in ("turn", "sound", "picture"):
            await expect(amina.page.locator(f"#check-list [data-step={step}]")).to_have_attribute("data-result", "good")


@asynccontextmanager
async def relay(folder: Path) -> AsyncIterator[Turn]:
    program = shutil.which("turnserver")
    assert program is not None, "coturn is not installed: ops/system.sh test"
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        program, "-n", "--no-cli", "--no-tls", "--no-dtls", "--no-udp", "--allow-loopback-peers", "--fingerprint",
        "--listening-ip=127.0.0.1", f"--listening-port={port}", "--relay-ip=127.0.0.1", "--realm=regie.test",
        "--use-auth-secret", f"--static-auth-secret={SECRET}", f"--userdb={folder / 'turn.sqlite'}",
        f"--pidfile={folder / 'turn.pid'}", "--log-file=stdout", "--simple-log",
        stdin=asyncio.subprocess.DEVNULL, stdout=(folder / "turn.log").open("wb"), stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield Turn((f"turn:127.0.0.1:{port}?transport=tcp",), SECRET, 600, time.time, lambda: "mot")
    finally:
        server.terminate()
        await server.wait()


async def check(who: Someone, link: str) -> None:
    await who.page.goto(link)
    await who.until_screen("join")
    await who.button("check.begin").click()
