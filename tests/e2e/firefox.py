"""Firefox by its own remote protocol, Marionette: length-prefixed JSON on a local TCP port; no driver program needed.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from node.demo.children import die_with
from tests.e2e.machine import free_port, until
from tests.e2e.visitor import WATCH

# Fake devices, no questions, nothing that phones home.
PREFERENCES: dict[str, bool | int | str] = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutConfig.showWarning": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "captivedetect.canonicalURL": "",
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.enabled": False,
    "extensions.update.enabled": False,
    "geo.enabled": False,
    "media.autoplay.default": 0,
    "media.gmp-manager.url": "",
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "services.settings.server": "",
    "signon.autofillForms": False,
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
}


class MarionetteError(Exception):
    """Firefox refused a command or a script threw."""


class FirefoxWindow:
    """A tab. One command at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0

    async def start(self) -> None:
        await self._receive()  # the greeting
        await self._command("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": True}}})
        await self._command("WebDriver:SetTimeouts", {"script": 30_000, "pageLoad": 30_000})

    async def open(self, address: str) -> None:
        await self._command("WebDriver:Navigate", {"url": address})
        # There is no way to be first in the page; its peer connection is made when the person joins, which is later.
        await self._command("WebDriver:ExecuteScript", {"script": WATCH, "args": [], "sandbox": None})

    async def run(self, function: str, argument: Any = None) -> Any:
        script = (
            "const done = arguments[arguments.length - 1];"
            f"Promise.resolve().then(() => ({function})(arguments[0]))"
            ".then(value => done({value}), error => done({error: String(error)}));"
        )
        answer = await self._command(
            "WebDriver:ExecuteAsyncScript", {"script": script, "args": [argument], "sandbox": None}
        )
        said = answer["value"]
        if "error" in said:
            raise MarionetteError(said["error"])
        return said.get("value")

    async def _command(self, name: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        body = json.dumps([0, self._number, name, parameters]).encode()
        self._writer.write(b"%d:%s" % (len(body), body))
        await self._writer.drain()
        _, _, error, result = await self._receive()
        if error:
            raise MarionetteError(f"{name}: {error['error']}: {error['message']}")
        return result

    async def _receive(self) -> Any:
        length = int((await self._reader.readuntil(b":"))[:-1])
        return json.loads(await self._reader.readexactly(length))


@asynccontextmanager
async def firefox(folder: Path) -> AsyncIterator[FirefoxWindow]:
    """A headless Firefox with a profile of its own in `folder`."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    assert path is not None, "Firefox is not installed: ops/system.sh test"
    port = free_port()
    profile = folder / "firefox"
    profile.mkdir()
    preferences = {**PREFERENCES, "marionette.port": port}
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items())
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    with (folder / "firefox.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            path, "--headless", "--no-remote", "--marionette", "--profile", str(profile), "about:blank",
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            preexec_fn=die_with(os.getpid()),
        )  # fmt: skip
    try:

        async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
            assert process.returncode is None, (folder / "firefox.log").read_text("utf-8", "replace")
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return None

        reader, writer = await until(connect, 30, "Firefox listens", every=0.2)
        window = FirefoxWindow(reader, writer)
        await window.start()
        yield window
        writer.close()
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()
