"""A backup is put back where no node runs, and nowhere else: the node's own lock says so, not who answers on a port."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import Result
from typer.testing import CliRunner

from node.backup import backup_cli, restore, restore_cli
from node.errors import SaidFault
from node.hold import hold
from tests.e2e.machine import Machine
from tests.media.real import needs_plane
from tests.storage.test_backup import at


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    made = Machine(tmp_path)
    (tmp_path / "node.toml").touch()
    yield made
    await made.stop()


def put_back(machine: Machine, language: str = "en") -> Result:
    return CliRunner().invoke(restore_cli, [str(saved(machine)), "--force"], env=environ(machine, language))


def saved(machine: Machine) -> Path:
    """Once: what is there at the first time."""
    file = machine.folder / "regie.backup"
    if not file.exists():
        assert CliRunner().invoke(backup_cli, [str(file)], env=environ(machine, "en")).exit_code == 0
    return file


def environ(machine: Machine, language: str) -> dict[str, str]:
    return {**machine.environ, "REGIE_LANG": language}


@needs_plane
async def test_where_a_node_runs_nothing_is_put_back(machine: Machine) -> None:
    """Also where it hangs and answers nobody. Where it was killed it runs no more, and the next one begins on what was
    put back."""
    await machine.start()
    data = machine.folder / "data"
    for language, said in (
        ("fr", f"Un nœud tourne sur {data}, ou une autre sauvegarde y est remise : arrêtez-le d’abord (systemctl stop"),
        ("en", f"A node runs on {data}, or another backup is just put back there: stop it first (systemctl stop"),
    ):
        refused = put_back(machine, language)
        assert (refused.exit_code, refused.stderr.splitlines()[0][: len(said)]) == (1, said)
    machine.signal(signal.SIGSTOP)
    assert put_back(machine).exit_code == 1
    machine.signal(signal.SIGCONT)
    assert not list(machine.folder.glob("data.*")), "and nothing was put aside"
    await machine.kill()
    done = put_back(machine)
    assert done.exit_code == 0, done.stderr
    assert len(list(machine.folder.glob("data.*"))) == 1
    await machine.start()


async def test_whoever_else_answers_on_the_port_is_no_node_of_this_folder(machine: Machine) -> None:
    """Say a node on another folder, whose port of metrics is the same by default."""
    app = web.Application()
    app.router.add_get("/healthz", _healthy)
    app.router.add_get("/metrics", _measured)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", machine.metrics).start()
    (machine.folder / "data").mkdir()
    done = await asyncio.to_thread(put_back, machine)
    assert done.exit_code == 0, done.stderr
    await runner.cleanup()


async def _healthy(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _measured(_: web.Request) -> web.Response:
    return web.Response(text='regie_build_info{version="0.1.0"} 1\n')


async def test_no_node_begins_while_one_is_put_back(machine: Machine) -> None:
    data = machine.folder / "data"
    data.mkdir()
    held = hold(data, alone=True)
    assert held is not None
    with held:
        machine.settings["REGIE_LANG"] = "en"
        await machine.spawn()
        assert machine.process is not None and await machine.process.wait() == 1
        assert f"A backup is just being put back into {data}: start the node once that is done." in machine.log()
        assert "stop it first" in put_back(machine).stderr, "nor another one"
    assert not (data / "regie.sqlite3").exists()


def test_a_node_that_made_the_folder_meanwhile_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no folder yet, nobody can lock it: what a node puts there is not lost."""
    (tmp_path / "here").mkdir()
    there, file = tmp_path / "there", tmp_path / "regie.backup"
    ended = CliRunner().invoke(backup_cli, [str(file)], env={"REGIE__NODE__DATA_DIR": str(tmp_path / "here")})
    assert ended.exit_code == 0

    def begins(*_: object) -> None:
        there.mkdir()
        (there / "regie.sqlite3").write_text("the node's")

    monkeypatch.setattr("node.backup._given_to", begins)
    with pytest.raises(SaidFault, match="--force"):
        restore(at(there), file, force=True, now=2000.0)
    assert (there / "regie.sqlite3").read_text() == "the node's"


def test_nodes_have_it_together_and_who_puts_back_alone(tmp_path: Path) -> None:
    """One takes over from the other. What has it goes with it where it is moved to."""
    folder, aside = tmp_path / "data", tmp_path / "aside"
    folder.mkdir()
    one, two = hold(folder), hold(folder)
    assert one is not None and two is not None and hold(folder, alone=True) is None
    one.close()
    assert hold(folder, alone=True) is None
    two.close()
    alone = hold(folder, alone=True)
    assert alone is not None and hold(folder) is None
    os.rename(folder, aside)
    folder.mkdir()
    fresh = hold(folder, alone=True)
    assert fresh is not None and hold(aside) is None
    fresh.close()
    alone.close()
