"""What the demonstration starts never outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from node.demo.children import Child, Gone, wait_gone

ENVIRON = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def module(folder: Path, name: str, text: str) -> dict[str, str]:
    (folder / f"{name}.py").write_text(textwrap.dedent(text))
    return {**ENVIRON, "PYTHONPATH": f"{folder}{os.pathsep}{ENVIRON['PYTHONPATH']}"}


def test_a_child_is_stopped_and_reaped(tmp_path: Path) -> None:
    environ = module(tmp_path, "sleeper", "import time\ntime.sleep(60)")
    child = Child("sleeper", [], log=tmp_path / "log", environ=environ)
    child.check()
    child.stop()
    assert child.process.returncode == -signal.SIGTERM


def test_a_deaf_child_is_killed(tmp_path: Path) -> None:
    environ = module(
        tmp_path,
        "deaf",
        """
        import signal, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready", flush=True)
        time.sleep(60)
        """,
    )
    child = Child("deaf", [], log=tmp_path / "log", environ=environ, speaks=True)
    assert child.stdout.readline() == b"ready\n"
    child.stop(patience=0.2)
    assert child.process.returncode == -signal.SIGKILL


def test_what_an_ended_child_said_last_is_told(tmp_path: Path) -> None:
    environ = module(tmp_path, "failing", "import sys\nsys.exit('the port is taken')")
    child = Child("failing", [], log=tmp_path / "log", environ=environ)
    child.process.wait(10)
    with pytest.raises(Gone, match="the port is taken"):
        child.check()


def test_children_go_when_the_parent_is_killed(tmp_path: Path) -> None:
    """Not only when it ends in good order."""
    environ = module(
        tmp_path,
        "parent",
        """
        import os, pathlib, time
        from node.demo.children import Child
        child = Child("sleeper", [], log=pathlib.Path(os.environ["LOG"]), environ=dict(os.environ))
        print(child.process.pid, flush=True)
        time.sleep(60)
        """,
    )
    module(tmp_path, "sleeper", "import time\ntime.sleep(60)")
    environ["LOG"] = str(tmp_path / "log")
    with subprocess.Popen([sys.executable, "-m", "parent"], env=environ, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert wait_gone(child, 10)


def test_a_secret_is_told_on_stdin(tmp_path: Path) -> None:
    """Not on the command line, where every user of the machine could read it."""
    environ = module(tmp_path, "hearer", "import sys\nprint(sys.stdin.readline().strip()[::-1], flush=True)")
    child = Child("hearer", [], log=tmp_path / "log", environ=environ, speaks=True, told="secret")
    assert child.stdout.readline() == b"terces\n"
    child.stop()
