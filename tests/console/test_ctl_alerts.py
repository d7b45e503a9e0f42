"""D5: the alerts of all nodes, and what happens on them, for scripts: `regie alerts`, `regie events`."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

from console.contexts import Contexts, save
from console.ctl.filtering import keep_plain
from console.model import Context
from tests.console.fleet import FakeNode
from tests.console.test_ctl import Regie, regie, waw

__all__ = ["regie", "waw"]


def alerts(out: str) -> list[tuple[str, str, str]]:
    return [(one["context"], one["alert"], one["state"]) for one in json.loads(out)]


def test_a_node_that_cannot_be_reached_is_an_alert_and_not_only_an_error(regie: Regie) -> None:
    code, out, _ = regie("alerts", "list", "-c", "dead", "-o", "json")
    assert code == 3
    (one,) = json.loads(out)
    assert (one["alert"], one["severity"], one["state"]) == ("RegieNodeDown", "critical", "firing")
    assert one["cause"].startswith("the node does not answer:") and one["runbook"].endswith("/RegieNodeDown.md")


def test_of_several_nodes_the_one_that_answers_is_fine_and_the_code_says_in_part(regie: Regie, waw: FakeNode) -> None:
    waw.plane_restarts = 3
    try:
        code, out, _ = regie("alerts", "list", "-o", "json")
    finally:
        waw.plane_restarts = 0
    assert code == 1
    assert ("waw", "RegiePlaneRestarts", "firing") in alerts(out)
    assert ("dead", "RegieNodeDown", "firing") in alerts(out)


def test_what_has_to_hold_for_a_while_is_pending(regie: Regie, waw: FakeNode) -> None:
    waw.load.cpu_percent = 97
    try:
        code, out, _ = regie("alerts", "list", "-c", "waw", "-o", "json")
    finally:
        waw.load.cpu_percent = 10
    assert code == 0
    assert alerts(out) == [("waw", "RegieNodeFull", "pending")]


def test_the_filter_and_the_table_are_those_of_the_console(regie: Regie) -> None:
    assert regie("alerts", "list", "-f", "alert:Plane", "-o", "json")[1].strip() == "[]"
    code, _, err = regie("alerts", "list", "-f", "nodde:waw")
    assert code == 2 and "node" in err
    code, out, _ = regie("alerts", "list", "-c", "dead")
    assert "critical" in out and "WHAT TO DO" in out


def test_events_are_the_acts_of_all_nodes_in_order_of_time(regie: Regie, waw: FakeNode) -> None:
    regie("mute", "participant", "daily", "p0", "-r", "noise")
    regie("unmute", "participant", "daily", "p0")
    code, out, _ = regie("events", "list", "-c", "waw", "-o", "json")
    rows = json.loads(out)
    assert code == 0
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert {row["kind"] for row in rows} <= {"record"}
    found = json.loads(regie("events", "list", "-c", "waw", "-f", "kind=alert", "-o", "json")[1])
    assert found == []


def test_followed_events_tell_an_alert_as_it_rises_and_goes(waw: FakeNode, tmp_path: Path) -> None:
    file = tmp_path / "contexts.toml"
    save(Contexts("waw", {"waw": Context("waw", waw.context.address, str(waw.authority.ca_file), waw.token)}), file)
    process = subprocess.Popen(
        [sys.executable, "-m", "console", "--lang", "en", "events", "list", "--watch"],
        stdout=subprocess.PIPE,
        env={"REGIE_CONTEXTS": str(file), "PATH": "/usr/bin:/bin"},
        text=True,
    )
    lines: list[dict[str, object]] = []
    heard = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(json.loads(line))
            heard.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        for restarts, state in ((3, "firing"), (0, "over")):
            heard.clear()
            waw.plane_restarts = restarts
            assert heard.wait(30), lines
            assert (lines[-1]["what"], lines[-1]["outcome"]) == ("RegiePlaneRestarts", state)
        assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    finally:
        waw.plane_restarts = 0
        process.terminate()
        process.wait(20)
        reader.join(20)


def test_every_list_knows_the_filter(regie: Regie) -> None:
    for words in (
        ("recordings", "list"),
        ("moderation", "list"),
        ("hands", "list", "daily"),
        ("lobby", "list", "daily"),
        ("rates", "list", "daily"),
        ("participants", "bans", "daily"),
    ):
        code, out, err = regie(*words, "-f", "zzz", "-o", "json")
        assert (code, out.strip()) == (0, "[]"), (words, err)
    for words in (("recordings", "list"), ("moderation", "list"), ("hands", "list", "daily")):
        code, _, err = regie(*words, "-f", "peeple>3")
        assert code == 2 and "peeple" in err, words


def test_objects_are_filtered_by_the_words_of_their_json() -> None:
    rows = [
        {"name": "Ada", "open": True, "limits": {"people": 20}, "at": None},
        {"name": "Bob", "open": False, "limits": {"people": 300}, "at": "2026"},
    ]
    for source, names in (
        ("limits_people>100", ["Bob"]),
        ("open:yes", ["Ada"]),
        ("ada | at:2026", ["Ada", "Bob"]),
        ("!name:bob limits_people<=20", ["Ada"]),
        ("", ["Ada", "Bob"]),
    ):
        assert [row["name"] for row in keep_plain(rows, source)] == names, source
