"""What each part may load, asked of a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest


def loaded(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split("\n")[-2].split())


CORE = "console.state, console.filters, console.grammar, console.columns.table, console.actions, console.operations"


def test_the_core_knows_neither_textual_nor_grpc() -> None:
    assert not {"textual", "grpc", "protos", "node"} & loaded(f"import {CORE}, console.contexts, console.fields")


def test_the_command_line_knows_no_textual_and_no_node() -> None:
    every = "import console.ctl.tree as tree\ntree.build()"
    assert not {"textual", "node"} & loaded(every)


def test_help_does_not_load_grpc() -> None:
    statement = (
        "import contextlib, io\nfrom console.ctl import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n    assert main(['rooms', '--help']) == 0"
    )
    assert not {"grpc", "textual"} & loaded(statement)


@pytest.mark.parametrize("part", ["console.app", "console.screens.desk", "console.widgets.live_table"])
def test_the_screens_know_no_grpc(part: str) -> None:
    assert not {"grpc", "protos", "node"} & loaded(f"import {part}")
