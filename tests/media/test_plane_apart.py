"""Plane and node kept apart by a service manager: `regie plane` becomes the plane; the node waits and starts none."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from node import ports
from node.demo.children import die_with
from node.errors import Fault
from node.media.supervisor import MediaSettings
from tests.media.talk import fake_program
from tests.media.test_plane_life import control


async def plane(folder: Path) -> asyncio.subprocess.Process:
    environ = {
        **os.environ,
        "REGIE_CONFIG": str(folder / "node.toml"),
        "REGIE__NODE__RUN_DIR": str(folder),
        "REGIE__NODE__DATA_DIR": str(folder),
        "REGIE__MEDIA__PLANE_BINARY": str(folder / "regie-plane"),
    }
    (folder / "node.toml").touch()
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "node.plane_cli", env=environ, preexec_fn=die_with(os.getpid())
    )


async def test_the_node_waits_for_the_plane_and_for_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.media.supervisor.ANSWER_WITHIN_S", 30.0)
    assert fake_program(tmp_path) == tmp_path / "regie-plane"
    settings = MediaSettings(run_dir=tmp_path, start_plane=False)
    attaching = asyncio.create_task(control(settings))
    first = await plane(tmp_path)
    media, heard = await attaching
    up = await heard.hears(ports.PlaneUp)
    assert int(up.instance.split()[1]) == first.pid, "the command became the plane"
    first.send_signal(signal.SIGKILL)
    await first.wait()
    await heard.hears(ports.PlaneDown)
    second = await plane(tmp_path)
    again = await heard.hears(ports.PlaneUp, lambda event: event.instance != up.instance)
    assert int(again.instance.split()[1]) == second.pid and again.fresh
    await media.shutdown(stop_plane=True)
    await asyncio.wait_for(second.wait(), 20)


async def test_without_one_it_says_what_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.media.supervisor.ANSWER_WITHIN_S", 0.1)
    with pytest.raises(Fault, match="systemctl start regie-plane"):
        await control(MediaSettings(run_dir=tmp_path, start_plane=False))
