"""A list is in the order that its operator left it in, in the next console too (console.md: columns and sort
remembered)."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from console import habits
from tests.console.conftest import Node
from tests.console.desk import console


def test_what_was_kept_is_read_again_and_is_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "regie" / "console.json"
    habits.save(file, {"rooms": ("people", True), "nodes": ("cpu", False)})
    assert habits.load(file) == {"rooms": ("people", True), "nodes": ("cpu", False)}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["console.json"]


@pytest.mark.parametrize(
    "text",
    ["", "[", "[]", '"x"', "{}", '{"order": 3}', '{"order": {"rooms": ["people"]}}', '{"order": {"rooms": [1, 2]}}'],
)
def test_a_file_that_is_not_ours_is_as_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "console.json"
    file.write_text(text)
    assert habits.load(file) == {}
    assert habits.load(tmp_path / "missing") == {}


def test_where_nothing_can_be_kept_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    habits.save(tmp_path / "file" / "console.json", {"rooms": ("people", True)})


async def test_the_next_console_has_the_order_of_the_last(node: Node) -> None:
    one = await node()
    async with console(one) as c:
        await c.press("2", "s", "S")
        table = c.desk.rooms_pane.table
        left = (table.sort_id, table.reverse)
        app = c.app
    assert app.orders["rooms"] == left
    async with console(one, orders={**app.orders, "wall": ("gone", True)}) as c:
        table = c.desk.rooms_pane.table
        assert (table.sort_id, table.reverse) == left
        assert c.desk.wall_pane.table.sort_id == "kind", "a column of another version is passed over"
