"""A backup of a running node, put back elsewhere, is that node: its rooms, links, chat and certificates."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from node.backup import backup, backup_cli, restore, restore_cli
from node.config import Config, load
from node.errors import SaidFault
from node.rpc.tls import ensure_tls
from tests.e2e.machine import until
from tests.node.test_config import settings
from tests.web.house import House, house


def at(folder: Path) -> Config:
    """The run folder is in the data folder, as it is by default."""
    return load(environ=settings(REGIE__NODE__DATA_DIR=str(folder), REGIE__NODE__RUN_DIR=str(folder / "run")))


async def written(home: House) -> None:
    """What people were told is on the disk a moment later (group commit)."""
    await until(lambda: not home.ledger.waiting, 10, "all is written")


async def test_a_backup_put_back_is_the_node(tmp_path: Path) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "regie.backup"
    async with house(here) as home:
        authority = ensure_tls(here).ca.read_bytes()
        (here / "run").mkdir()
        (here / "run" / "plane.log").write_text("of this run")
        room, tickets = await home.create()
        page = await home.person(room.room, tickets["participant"])
        await page.send(type="chat", text="Bonjour")
        await page.until("chat")
        await written(home)
        backup(at(here), file, now=1000.0)  # while it runs
        await page.send(type="chat", text="Plus tard")
        await page.until("chat")
    assert file.stat().st_mode & 0o777 == 0o600, "there are keys in it"

    restore(at(there), file, force=False, now=2000.0)
    assert (there / "tls" / "ca.pem").read_bytes() == authority
    assert (there / "tls" / "ca.key").stat().st_mode & 0o777 == 0o600
    assert not (there / "run").exists()
    async with house(there) as home:
        again = await home.person(room.room, tickets["participant"], "Bruno")
        assert again.id
        said = [message.text for message in await home.chat.list(room.room)]
        assert "Bonjour" in said and "Plus tard" not in said


async def test_what_is_there_is_not_lost(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "regie.backup"
    async with house(folder) as home:
        room, _ = await home.create()
        await written(home)
        backup(at(folder), file, now=1000.0)
    (folder / "since").write_text("then")
    whose = (4711, 4712) if os.geteuid() == 0 else (os.getuid(), os.getgid())
    os.chown(folder, *whose)
    with pytest.raises(SaidFault, match="--force"):
        restore(at(folder), file, force=False, now=2000.0)
    assert (folder / "since").exists()
    aside = restore(at(folder), file, force=True, now=2000.0).aside
    assert aside is not None and (aside / "since").read_text() == "then" and not (folder / "since").exists()
    assert {(path.stat().st_uid, path.stat().st_gid) for path in (folder, *folder.rglob("*"))} == {whose}
    async with house(folder) as home:
        assert room.room in home.floor.rooms


@pytest.mark.parametrize("harm", ["no backup", "cut", "leads out", "a link"])
def test_what_is_no_backup_changes_nothing(tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """H23: no path of it leads out of the folder."""
    folder, file = tmp_path / "data", tmp_path / "regie.backup"
    folder.mkdir()
    (folder / "kept").write_text("kept")
    monkeypatch.setenv("REGIE__NODE__DATA_DIR", str(folder))
    assert CliRunner().invoke(backup_cli, [str(file)]).exit_code == 0
    if harm == "no backup":
        file.write_text("nothing of ours")
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:-40])
    elif harm == "leads out":
        with tarfile.open(file, "w:gz") as tar:
            tar.add(folder / "kept", "../escaped")
    else:
        (tmp_path / "link").symlink_to("/etc")
        with tarfile.open(file, "w:gz") as tar:
            tar.add(tmp_path / "link", "files/link")
    ended = CliRunner().invoke(restore_cli, [str(file), "--force"])
    assert ended.exit_code == 1 and str(file) in ended.stderr
    assert (folder / "kept").exists() and not (tmp_path / "escaped").exists()


async def test_a_mount_point_is_not_replaced(tmp_path: Path) -> None:
    """It would be found out when half of it is done: it is said before, and nothing is touched."""
    file = tmp_path / "regie.backup"
    async with house(tmp_path / "here"):
        backup(at(tmp_path / "here"), file, now=1000.0)
    with pytest.raises(SaidFault, match="/proc is a mount point"):
        restore(at(Path("/proc")), file, force=True, now=2000.0)
