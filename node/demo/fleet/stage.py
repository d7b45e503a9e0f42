"""The process of the played nodes, and where a console finds them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from node.demo.children import Child, Gone


class FleetStage:
    """`with FleetStage(20) as stage`: what was started is stopped at the end, whatever happens."""

    def __init__(self, nodes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="regie-demo-"))
        self.contexts = self.folder / "contexts.toml"
        self._nodes = nodes
        self._child: Child | None = None

    def __enter__(self) -> FleetStage:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "REGIE_CONTEXTS": str(self.contexts), "XDG_STATE_HOME": str(self.folder / "state")}

    def open(self) -> None:
        """Returns when all nodes answer. Raises `Gone` with what the process said."""
        self._child = Child(
            "node.demo.fleet",
            ["--folder", str(self.folder), "--nodes", str(self._nodes)],
            log=self.folder / "fleet.log",
            environ=self.environ,
            speaks=True,
        )
        if self._child.stdout.readline().strip() != b"ready":
            self._child.process.wait()
            raise Gone(self._child.last_words())

    def check(self) -> None:
        """Raises `Gone` when the process has ended."""
        if self._child is not None:
            self._child.check()
