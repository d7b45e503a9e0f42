"""Closing the terminal ends the demonstration, also under `make`, which waits for it instead of telling it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from node.demo.children import wait_gone

RECIPE = """
all:
\t@{python} -c 'import os, signal; from node.demo.terminal import end_with_terminal; \\
\tend_with_terminal(lambda number, frame: os._exit(0)); signal.alarm(60); \\
\tprint(os.getpid(), flush=True); signal.pause()'
"""


@pytest.mark.parametrize("ignored", [False, True], ids=["closed", "nohup"])
def test_closing_the_terminal_under_make(tmp_path: Path, ignored: bool) -> None:
    (tmp_path / "Makefile").write_text(RECIPE.format(python=sys.executable))
    said_out, said_in = os.pipe()
    controller, terminal = pty.openpty()
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    # `setsid --ctty`: make leads the session of this terminal, as in a window that was opened for it.
    words = ["setsid", "--ctty", *(["nohup"] if ignored else []), "make", "-s", "-C", str(tmp_path)]
    with subprocess.Popen(words, env=environ, stdin=terminal, stdout=said_in, stderr=terminal) as made:
        os.close(terminal)
        os.close(said_in)
        with os.fdopen(said_out) as said:
            child = int(said.readline())
            os.close(controller)
            assert wait_gone(child, 0.3 if ignored else 20) is not ignored
            if ignored:
                os.kill(child, 15)
        made.wait(20)
