"""`e`: what a list shows, into a file that only the operator may read; the refusal when that cannot be (D5, H22)."""

from __future__ import annotations

import csv
import json
import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.actions import ACTIONS
from console.export import ExportError, place, write
from console.fields import PERSON_FIELDS
from console.i18n import t
from console.model import Person
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode

EVIL = '=HYPERLINK("http://x")\x1b]52;c;eA==\x07'


async def hall(node: Node) -> FakeNode:
    one = await node()
    await one.open_room("daily")
    for person, name in (("a", "Ada"), ("b", "Bob"), ("e", EVIL)):
        await one.enter("daily", person, name)
    return one


async def names(c: Console, file: str) -> None:
    """Another name in the line that is open, and Enter."""
    assert c.desk.bar.is_open
    c.desk.bar.entry.value = file
    await c.press("enter")
    await c.settle()


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A machine on which everybody may read what is written."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
async def test_the_rows_that_match_in_their_order_for_the_operator_alone(node: Node, tmp_path: Path) -> None:
    one, file = await hall(node), tmp_path / "people.csv"
    async with console(one, size=(160, 45)) as c:
        await c.enter_room("daily")
        await c.waits(lambda: len(c.desk.room_pane.table.order) == 3, "everybody")
        c.desk.command("sort name desc")
        c.desk.set_filter("!Ada")
        await c.waits(lambda: len(c.desk.room_pane.table.order) == 2, "two")
        shown = [key[-1] for key in c.desk.room_pane.table.order]
        await c.press("e")
        await c.sees("Export 2 rows to", "regie-room-")
        await one.enter("daily", "z", "Zed")  # it is what was shown that is exported
        await c.waits(lambda: ("waw-01", "daily", "z") in c.store.people.rows, "one more")
        await names(c, str(file))
        await c.sees("2 rows in ", "which only you can read")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["id"] for row in rows] == shown
    assert list(rows[0]) == list(PERSON_FIELDS)
    assert {row["name"] for row in rows} == {"Bob", '\'=HYPERLINK("http://x")'}


async def test_json_by_command_and_never_over_another_file(node: Node, tmp_path: Path) -> None:
    one, file = await hall(node), tmp_path / "rooms.json"
    async with console(one, size=(160, 45)) as c:
        await c.press("2")
        await c.waits(lambda: len(c.desk.rooms_pane.table.order) == 1, "the room")
        c.desk.command(f"export {file}")
        await c.settle()
        assert [(row["room"], row["people"]) for row in json.loads(file.read_text("utf-8"))] == [("daily", 3)]
        before = file.read_bytes()
        c.desk.command(f"export {file}")
        await c.settle()
        await c.sees("is there already and was not touched")
        assert file.read_bytes() == before
        assert c.desk.report is not None and not c.desk.report.ok
        link = tmp_path / "link.json"
        link.symlink_to(tmp_path / "elsewhere.json")
        c.desk.command(f"export {link}")
        await c.settle()
        assert not (tmp_path / "elsewhere.json").exists()


async def test_a_folder_that_is_not_there_and_a_form_that_is_not_known(node: Node, tmp_path: Path) -> None:
    one = await hall(node)
    async with console(one, size=(160, 45)) as c:
        await c.press("2")
        await c.waits(lambda: len(c.desk.rooms_pane.table.order) == 1, "the room")
        await c.press("e")
        await names(c, str(tmp_path / "nowhere" / "a.csv"))
        await c.sees("was not written (No such file or directory): give a folder")
        await c.press("e")
        await names(c, str(tmp_path / "a.ods"))
        await c.sees("“a.ods”: give a name that ends in .csv or .json")
        await c.press("e")
        c.desk.bar.entry.value = "a.txt"
        await c.heard()
        await c.sees("“a.txt”: give a name")  # while it is typed
        await c.press("escape")
        c.desk.set_filter("nothing-at-all")
        await c.press("e")
        await c.sees("The list is empty")
    assert os.listdir(tmp_path) == []


@pytest.fixture
def little_room() -> Iterator[int]:
    """A disk that takes so many bytes of a file and no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield 4096
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_half_a_file_is_no_file(little_room: int, tmp_path: Path) -> None:
    people = [Person("waw-01", "daily", f"p{number}", name="Guest") for number in range(little_room)]
    with pytest.raises(ExportError) as refused:
        write(tmp_path / "people.csv", people, PERSON_FIELDS)
    assert refused.value.word == "export.failed"
    assert "File too large" in refused.value.values["why"]
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused_says_what_to_do() -> None:
    with pytest.raises(ExportError) as refused:
        place("list")
    assert t(refused.value.word, **refused.value.values) == "“list”: give a name that ends in .csv or .json"


async def test_of_a_chat_its_messages(node: Node, tmp_path: Path) -> None:
    one, file = await hall(node), tmp_path / "chat.csv"
    await one.say("daily", "Ada", "@SUM(A1)")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.waits(lambda: bool(c.desk.room_pane.chat.messages), "the message")
        await c.press("tab", "e")
        await names(c, str(file))
    assert "'@SUM(A1)" in file.read_text("utf-8")


def test_a_key_means_one_thing_in_a_view() -> None:
    meant = [(view, key) for action in ACTIONS for view in action.views for key in action.keys]
    assert len(meant) == len(set(meant))
