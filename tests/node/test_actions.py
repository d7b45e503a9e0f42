"""Each line of the log says what happened under a name, `action`, that does not change: operators search for it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
TELLERS = {"debug", "info", "warning", "error", "exception", "critical"}
SOURCES = [path for path in (HOUSE / "node").rglob("*.py") if "target" not in path.parts]
TAKEN = {"action", "timestamp", "level", "request", "event"}
"""What every line has: no field may take its place."""


def calls(path: Path) -> list[ast.Call]:
    return [each for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.Call)]


def told(call: ast.Call) -> bool:
    by_name = isinstance(call.func, ast.Name) and call.func.id == "fault"
    return by_name or (
        isinstance(call.func, ast.Attribute) and call.func.attr in TELLERS and ast.unparse(call.func.value) == "log"
    )


def test_every_record_of_the_node_has_a_name_and_fields() -> None:
    """R: a name of its own as the only word, no sentence with values in it; and no field under a name that is taken."""
    records = [(path, call) for path in SOURCES for call in calls(path) if told(call)]
    assert len(records) > 40, "nothing was looked at"
    for path, call in records:
        where = f"{path.name}:{call.lineno}"
        first = call.args[0] if len(call.args) == 1 else None
        assert isinstance(first, ast.Constant) and NAME.fullmatch(str(first.value)), where
        assert not {keyword.arg for keyword in call.keywords} & TAKEN, where


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_nobody_makes_a_logger_that_knows_no_names(path: Path) -> None:
    """`logging.getLogger` is for silencing others' (`node/logs.py`, the crowd of the demonstration)."""
    for call in calls(path):
        if ast.unparse(call.func) == "logging.getLogger":
            assert path.name in ("logs.py", "crowd.py"), call.lineno


def test_every_record_of_the_plane_has_a_name_and_fields() -> None:
    source = "".join(path.read_text("utf-8") for path in (HOUSE / "node/plane/driver/src").rglob("*.rs"))
    said = re.findall(r"\bsay!\(\s*\w+,\s*\"([^\"]*)\"", source)
    assert len(said) > 10 and [name for name in said if not NAME.fullmatch(name)] == []
    assert not re.search(r"\beprint", re.sub(r"//.*", "", source).replace('eprintln!("regie-plane: {sentence}");', ""))
