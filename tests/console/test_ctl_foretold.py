"""`--dry-run` says whom a change would reach and does nothing; `--op-id` makes it once (D5: scriptable twin)."""

from __future__ import annotations

import json

import pytest

from console.ctl.front import NOUNS
from console.ctl.tree import build
from tests.console.fleet import FakeNode
from tests.console.test_ctl import Regie, regie, waw

__all__ = ["regie", "waw"]


def changes(node: FakeNode) -> list[tuple[str, str]]:
    return [(name, request.request_id) for name, request in node.calls if hasattr(request, "request_id")]


def test_a_dry_run_finds_out_whom_a_name_means_and_does_nothing(regie: Regie, waw: FakeNode) -> None:
    code, out, err = regie("mute", "participant", "daily", "ada", "p1", "--dry-run", "-o", "json", "-r", "noise")
    assert code == 0
    rows = json.loads(out)
    assert [(row["target"], row["call"]) for row in rows] == [("p0", "MuteParticipant"), ("p1", "MuteParticipant")]
    assert rows[0]["request"]["reason"] == "noise" and "request_id" not in rows[0]["request"]
    assert "Nothing was done." in err
    assert changes(waw) == []


def test_people_are_told_in_a_table(regie: Regie, waw: FakeNode) -> None:
    code, out, _ = regie("participants", "ban", "daily", "Ada", "--dry-run")
    assert code == 0
    assert "WOULD ASK" in out and "BanParticipant" in out and "participant=p0" in out
    assert changes(waw) == []


def test_what_is_not_there_is_said_and_the_others_are_told(regie: Regie, waw: FakeNode) -> None:
    code, out, err = regie("participants", "remove", "daily", "p0", "nobody", "--dry-run", "-o", "json")
    assert code == 1
    assert [row.get("error", "") for row in json.loads(out)] == ["", "PARTICIPANT_UNKNOWN"]
    assert "“nobody” is not in the room" in err
    assert changes(waw) == []


def test_a_room_that_is_not_there_is_refused_as_by_the_change_itself(regie: Regie, waw: FakeNode) -> None:
    dry = regie("rooms", "end", "nowhere", "--yes", "--dry-run")
    assert dry[0] != 0 and dry[2]
    assert changes(waw) == []


def test_an_ambiguous_name_is_an_error_that_lists_them(regie: Regie, waw: FakeNode) -> None:
    code, _, err = regie("mute", "participant", "daily", "bob", "--dry-run")
    assert code == 2 and "p1 p2" in err
    assert changes(waw) == []


def test_nothing_has_to_be_confirmed_for_a_dry_run(regie: Regie, waw: FakeNode) -> None:
    code, out, _ = regie("rooms", "close", "daily", "--dry-run")
    assert code == 0 and "CloseRoom" in out
    assert changes(waw) == []


def test_a_dry_run_is_of_one_command(regie: Regie, waw: FakeNode) -> None:
    regie("mute", "participant", "daily", "p0", "--dry-run")
    assert regie("mute", "participant", "daily", "p0")[0] == 0
    assert [name for name, _ in changes(waw)] == ["MuteParticipant"]


def test_the_same_command_under_one_id_is_the_same_change_for_the_node(regie: Regie, waw: FakeNode) -> None:
    for _ in range(2):
        assert regie("mute", "participant", "daily", "p0", "p1", "--op-id", "night-7")[0] == 0
    ids = [request_id for _, request_id in changes(waw)]
    assert len(ids) == len(set(ids)) == 2, "each target its own; the second time the node knew them"
    waw.calls.clear()
    regie("mute", "participant", "daily", "p0", "--op-id", "night-8")
    regie("unmute", "participant", "daily", "p0", "--op-id", "night-7")
    regie("mute", "participant", "daily", "p0")
    assert len({*ids, *(request_id for _, request_id in changes(waw))}) == 5, "another id, change or none: another"


@pytest.mark.parametrize("op_id", ["", "two words", "x" * 101, "tab\t"])
def test_an_id_that_cannot_be_one_is_refused(regie: Regie, waw: FakeNode, op_id: str) -> None:
    code, _, err = regie("mute", "participant", "daily", "p0", "--op-id", op_id)
    assert code == 2 and "1 to 100 visible characters" in err
    assert changes(waw) == []


def test_a_password_is_not_shown(regie: Regie, waw: FakeNode) -> None:
    _, out, _ = regie("access", "set", "daily", "--mode", "password", "--password", "open sesame", "--dry-run")
    assert "sesame" not in out


def test_every_command_that_takes_a_reason_has_both() -> None:
    from typer.main import get_command

    seen = 0
    for noun, _, _ in NOUNS:
        tree = get_command(build(noun)).commands[noun]  # type: ignore[attr-defined]
        for command in tree.commands.values():
            names = {one.name for one in command.params}
            if "reason" in names:
                assert {"dry_run", "op_id"} <= names, (noun, command.name)
                seen += 1
    assert seen > 40
