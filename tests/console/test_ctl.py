"""`regie …`: the same verbs for scripts. Data on stdout, messages on stderr, exit codes that mean something."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import grpc
import pytest

from console import i18n
from console.contexts import Contexts, load, save
from console.ctl import main
from console.ctl.yaml import dump
from console.model import Context
from tests.console.fleet import Authority, FakeNode, refusal

Regie = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def waw(authority: Authority) -> Iterator[FakeNode]:
    """A node on a loop of its own: the commands run their own loops."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    node = FakeNode("waw-01", authority)

    async def fill() -> None:
        await node.start()
        await node.open_room("daily", "Daily \x1b[31m", max_participants=50)
        await node.enter("daily", "h1", "Host", role="host")
        for number in range(3):
            await node.enter("daily", f"p{number}", ("Ada", "Bob", "Bob")[number])
        await node.say("daily", "Ada", "hello\x1b]52;c;eA==\x07 [red]you[/red]")

    asyncio.run_coroutine_threadsafe(fill(), loop).result(20)
    yield node
    asyncio.run_coroutine_threadsafe(node.stop(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)


@pytest.fixture
def regie(
    waw: FakeNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Regie]:
    file = tmp_path / "contexts.toml"
    monkeypatch.setenv("REGIE_CONTEXTS", str(file))
    dead = Context("dead", "127.0.0.1:1", str(waw.authority.ca_file), "x")
    wrong = Context("wrong", waw.context.address, str(waw.authority.ca_file), "wrong")
    here = Context("waw", waw.context.address, str(waw.authority.ca_file), waw.token)
    save(Contexts("waw", {"waw": here, "dead": dead, "wrong": wrong}), file)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*([] if "--lang" in arguments else ["--lang", "en"]), *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    waw.refuse.clear()
    waw.delay.clear()
    waw.calls.clear()
    waw.role = "admin"
    yield run
    i18n.use("en")


def test_lists_as_table_json_and_ids(regie: Regie) -> None:
    code, out, err = regie("rooms", "list")
    assert code == 0 and err == ""
    assert out.splitlines()[0].split()[:3] == ["ROOM", "TITLE", "NODE"]
    assert "\x1b" not in out
    code, out, _ = regie("rooms", "list", "-o", "json")
    assert [(room["room"], room["state"], room["people"]) for room in json.loads(out)] == [("daily", "open", 4)]
    code, out, _ = regie("participants", "list", "daily", "-o", "id")
    assert out.split() == ["h1", "p0", "p1", "p2"]
    code, out, _ = regie("participants", "list", "daily", "-o", "json")
    assert json.loads(out)[1]["tracks"][0] == {
        "source": "microphone",
        "on": True,
        "muted": False,
        "muted_by": "",
        "bits_per_second": 0,
        "loss_percent": 0.0,
    }


def test_a_list_says_since_when_each_is_here(regie: Regie) -> None:
    """R182."""
    code, out, _ = regie("participants", "list", "daily")
    heading, *lines = out.splitlines()
    assert code == 0 and "JOINED" in heading
    assert all("2026-11-21T11:50:00Z" in line for line in lines if line.strip())
    [joined] = {one["joined"] for one in json.loads(regie("participants", "list", "daily", "-o", "json")[1])}
    assert joined == "2026-11-21T11:50:00Z"
    longer = regie("participants", "list", "daily", "-f", "joined<1800000000", "-o", "id")[1].split()
    assert len(longer) == 4


def test_filter_and_its_error(regie: Regie) -> None:
    assert regie("participants", "list", "daily", "-f", "host", "-o", "id")[1].split() == ["h1"]
    code, out, err = regie("participants", "list", "daily", "-f", "losss>2")
    assert code == 2 and out == "" and "perhaps “loss”" in err


def test_nodes_of_all_contexts_with_those_that_fail_named(regie: Regie) -> None:
    code, out, err = regie("nodes", "list", "-o", "json")
    assert code == 1
    up, *silent = json.loads(out)
    assert up["node"] == "waw-01"
    assert silent == [{"context": "dead", "error": "CONNECTION"}, {"context": "wrong", "error": "TOKEN_WRONG"}]
    assert "dead: The node cannot be reached" in err and "TOKEN_WRONG" in err
    assert regie("nodes", "list", "--context", "waw")[0] == 0


def test_create_get_and_close(regie: Regie, waw: FakeNode) -> None:
    code, out, _ = regie("rooms", "create", "Town hall", "--id", "town-hall", "--max", "9", "-o", "json")
    made = json.loads(out)
    assert code == 0 and made["room"] == "town-hall" and made["max_participants"] == 9
    assert [link["role"] for link in made["links"]] == ["host", "participant"]
    assert regie("rooms", "get", "town-hall", "-o", "id")[1] == "town-hall\n"
    code, out, err = regie("rooms", "close", "town-hall", "--reason", "over")
    assert code == 2 and "--yes" in err
    assert regie("rooms", "close", "town-hall", "--yes", "-r", "over", "-o", "json")[0] == 0
    assert waw.calls[-1][1].reason == "over"


def test_mute_by_name_by_id_and_an_ambiguous_name(regie: Regie, waw: FakeNode) -> None:
    code, out, _ = regie("mute", "participant", "daily", "Ada", "p1", "-o", "json")
    assert code == 0
    assert [(r["target"], r["changed"]) for r in json.loads(out)] == [("p0", ["microphone"]), ("p1", ["microphone"])]
    code, _, err = regie("mute", "participant", "daily", "Bob")
    assert code == 2 and "p1 p2" in err
    code, out, _ = regie("unmute", "participant", "daily", "p0", "p1", "-o", "id")
    assert code == 0 and out.split() == ["p0", "p1"]


def test_some_targets_fail(regie: Regie) -> None:
    code, out, err = regie("mute", "participant", "daily", "p2", "nobody", "-o", "json")
    assert code == 1
    assert [(r["target"], r["ok"], r["error"]) for r in json.loads(out)] == [
        ("p2", True, ""),
        ("nobody", False, "PARTICIPANT_UNKNOWN"),
    ]
    assert "nobody: Refused in this demonstration" in err and "Do otherwise." in err


def test_mute_room_carries_the_number_it_was_told(regie: Regie, waw: FakeNode) -> None:
    code, out, _ = regie("mute", "room", "daily", "--dry-run", "-o", "id")
    assert code == 0 and not any(not r.dry_run for _, r in waw.calls)
    count = len(out.split())
    assert regie("mute", "room", "daily", "--expect", "99")[0] == 6
    code, out, _ = regie("mute", "room", "daily", "-o", "id")
    assert code == 0 and len(out.split()) == count
    assert waw.calls[-1][1].expected == count
    assert regie("unmute", "room", "daily")[0] == 0


def test_a_room_of_all_contexts_names_those_that_fail_for_programs_too(regie: Regie) -> None:
    code, out, _ = regie("rooms", "list", "-A", "-o", "json")
    assert code == 1
    assert [one.get("room", one.get("error")) for one in json.loads(out)] == ["daily", "CONNECTION", "TOKEN_WRONG"]


def test_mute_of_a_muted_room_says_that_nothing_changed(regie: Regie) -> None:
    assert regie("mute", "room", "daily")[0] == 0
    code, out, err = regie("mute", "room", "daily", "-o", "json")
    assert (code, json.loads(out)) == (0, []) and "Nothing changed" in err
    assert "Nothing changed" not in regie("unmute", "room", "daily")[2]
    assert "Nothing changed" in regie("unmute", "room", "daily")[2]


def test_tables_and_help_speak_the_language_of_the_reader(regie: Regie) -> None:
    """French when French is asked for: the words of a table, and what stands around the words of a help page."""
    assert "guest" in regie("participants", "list", "daily")[1]
    table = regie("--lang", "fr", "participants", "list", "daily")[1]
    assert "invité" in table and "hôte" in table and "guest" not in table
    page = regie("--lang", "fr", "rooms", "--help")[1]
    assert page.startswith("Utilisation : regie rooms") and "Commandes" in page and "Usage" not in page
    assert regie("rooms", "--help")[1].startswith("Usage: regie rooms")


def test_chat_list_and_hide(regie: Regie) -> None:
    code, out, _ = regie("chat", "list", "daily")
    assert code == 0 and "\x1b" not in out and "hello [red]you[/red]" in out
    code, out, _ = regie("chat", "list", "daily", "-o", "json")
    assert "\x1b" not in out and json.loads(out)[0]["text"] == "hello\x1b]52;c;eA==\x07 [red]you[/red]"
    assert regie("chat", "hide", "daily", "m00001")[0] == 0


@pytest.mark.parametrize(
    ("context", "refuse", "code"),
    [
        ("dead", None, 3),
        ("wrong", None, 5),
        ("waw", grpc.StatusCode.DEADLINE_EXCEEDED, 4),
        ("waw", grpc.StatusCode.PERMISSION_DENIED, 5),
        ("waw", grpc.StatusCode.FAILED_PRECONDITION, 6),
        ("waw", grpc.StatusCode.NOT_FOUND, 1),
        ("nowhere", None, 2),
    ],
)
def test_exit_codes(regie: Regie, waw: FakeNode, context: str, refuse: grpc.StatusCode | None, code: int) -> None:
    if refuse is not None:
        waw.refuse["GetRoom"] = (refuse, None)
    got, out, err = regie("rooms", "get", "daily", "--context", context, "--timeout", "2")
    assert (got, out) == (code, "")
    assert err and "Traceback" not in err


def test_a_late_answer_is_4(regie: Regie, waw: FakeNode) -> None:
    waw.delay["ListRooms"] = 3.0
    assert regie("rooms", "list", "--timeout", "0.3")[0] == 4


def test_a_repeat_after_a_lost_answer_does_it_once(regie: Regie, waw: FakeNode) -> None:
    waw.delay["CreateRoom"] = 0.1
    assert regie("rooms", "create", "Once", "--id", "once")[0] == 0
    assert len({r.request_id for name, r in waw.calls if name == "CreateRoom"}) == 1


def test_contexts_add_use_remove_and_never_show_a_token(regie: Regie, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGIE_TOKEN", "secret-token")
    assert regie("contexts", "add", "par", "--address", "par:9090", "--use")[0] == 0
    assert load().entries["par"].token == "secret-token"
    code, out, _ = regie("contexts", "list", "-o", "json")
    assert code == 0 and "secret-token" not in out
    assert [entry["context"] for entry in json.loads(out) if entry["current"]] == ["par"]
    assert regie("contexts", "use", "waw")[0] == 0
    assert regie("contexts", "remove", "par")[0] == 0
    assert regie("contexts", "use", "par")[0] == 2


def test_usage_errors_are_2(regie: Regie) -> None:
    assert regie("rooms", "get")[0] == 2
    assert regie("nonsense")[0] == 2
    assert regie("rooms", "list", "-o", "xml")[0] == 2


def test_help_is_in_the_chosen_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "fr", "rooms", "--help"]) == 0
    # Modules keep the language they were first loaded with, as in one command line; a process of its own shows it.
    capsys.readouterr()
    done = subprocess.run(
        [sys.executable, "-m", "console", "--lang", "fr", "rooms", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert "Salles : créer, lister, voir, fermer." in done.stdout


def complete(words: str, shell: str = "bash") -> str:
    """What the shell is offered after Tab, the cursor at the end of `words`."""
    asked = {
        "bash": {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": words},
        "fish": {"_TYPER_COMPLETE_ARGS": words, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    done = subprocess.run(
        [sys.executable, "-m", "console"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "_REGIE_COMPLETE": f"complete_{shell}", "REGIE_COMPLETE_S": "20", **asked},
    )
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_offers_rooms(regie: Regie, shell: str) -> None:
    assert "daily" in complete("regie rooms get d", shell)
    assert "daily" not in complete("regie rooms get x", shell)


def test_completion_offers_the_people_and_messages_of_the_room_that_was_named(regie: Regie) -> None:
    people = json.loads(regie("participants", "list", "daily", "-o", "json")[1])
    messages = json.loads(regie("chat", "list", "daily", "-o", "json")[1])
    assert people and messages
    offered = complete("regie mute participant daily ")
    assert {one["participant"] for one in people} <= set(offered.split())
    offered = complete("regie chat hide daily ")
    assert {one["message"] for one in messages} <= set(offered.split())


def test_completion_offers_contexts(regie: Regie) -> None:
    assert {"waw", "dead"} <= set(complete("regie rooms list --context ").split())


def test_a_subcommand_of_another_package_gets_the_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    from console.ctl import plugins

    seen: list[list[str]] = []

    class Fake:
        def load(self) -> Callable[[list[str]], int]:
            return lambda argv: seen.append(argv) or 7  # type: ignore[func-returns-value]

    def find(name: str) -> EntryPoint | None:
        return Fake() if name == "node" else None  # type: ignore[return-value]

    monkeypatch.setattr(plugins, "find", find)
    assert main(["node", "--config", "x", "--help"]) == 7
    assert seen == [["--config", "x", "--help"]]


def test_refusals_are_told_in_the_chosen_language(regie: Regie, waw: FakeNode) -> None:
    waw.refuse["GetRoom"] = (grpc.StatusCode.NOT_FOUND, refusal("ROOM_UNKNOWN"))
    assert "Refused in this demonstration: ROOM_UNKNOWN. Do otherwise. [ROOM_UNKNOWN]" in regie("rooms", "get", "x")[2]


def test_caps_are_set_and_listed(regie: Regie, waw: FakeNode) -> None:
    waw.caps.clear()
    code, out, _ = regie("rates", "set", "daily", "Ada", "--receive", "500k", "-o", "json")
    assert code == 0
    made = json.loads(out)
    assert (made["room"], made["participant"], made["receive_bits_per_second"], made["set_by"]) == (
        "daily", "p0", 500_000, "anna",
    )  # fmt: skip
    assert regie("rates", "set", "--send", "100M", "-o", "id")[1].strip() == "node"
    code, out, _ = regie("rates", "list", "-o", "id")
    assert (code, out.split()) == (0, ["node", "daily/p0"])
    code, out, _ = regie("rates", "list", "daily")
    assert code == 0 and "500000" in out and "p0" in out


@pytest.mark.parametrize("words", [("set", "daily"), ("set", "daily", "--send", "fast")])
def test_a_cap_without_a_rate_is_a_usage_error(regie: Regie, waw: FakeNode, words: tuple[str, ...]) -> None:
    code, out, err = regie("rates", *words)
    assert (code, out) == (2, "") and err and not waw.calls


def test_quality_of_one_person(regie: Regie) -> None:
    code, out, _ = regie("quality", "get", "daily", "Ada", "-o", "json")
    assert code == 0 and json.loads(out)["quality"]["grade"] in ("good", "unspecified")
    assert regie("quality", "get", "daily", "Ada")[0] == 0


def test_a_table_says_the_state_of_a_room_in_words(regie: Regie) -> None:
    """A person reads it as the console shows it; `-o json` stays the same for programs."""
    assert "● open" in regie("rooms", "get", "daily")[1]
    assert json.loads(regie("rooms", "get", "daily", "-o", "json")[1])["state"] == "open"


def test_somebody_is_banned_listed_and_let_back_by_name(regie: Regie, waw: FakeNode) -> None:
    """R177: ban, list, lift."""
    asyncio.run(waw.enter("daily", "z1", "Zed"))
    assert regie("participants", "ban", "daily", "Zed", "-r", "insults", "-o", "id") == (0, "z1\n", "")
    assert json.loads(regie("participants", "bans", "daily", "-o", "json")[1])[0]["name"] == "Zed"
    assert "Zed" in regie("participants", "bans", "daily")[1]
    assert regie("participants", "unban", "daily", "zed")[0] == 0
    code, out, _ = regie("participants", "unban", "daily", "z1")
    assert (code, "PARTICIPANT_UNKNOWN" in out) == (1, True)
    assert [name for name, _ in waw.calls] == ["BanParticipant", "LiftBan", "LiftBan"]
    asyncio.run(waw.enter("daily", "z2", "Zoé"))
    assert regie("participants", "lobby", "daily", "Zoé", "-r", "noise")[0] == 0
    assert (waw.calls[-1][0], waw.calls[-1][1].reason) == ("SendToLobby", "noise")
    assert regie("lobby", "admit", "daily", "Zoé")[0] == 0


def test_a_crowd_is_put_out_only_with_its_number(regie: Regie, waw: FakeNode) -> None:
    """T3 of the console, for scripts: more than 25 people are meant, or none of them."""
    crowd = [f"x{number}" for number in range(26)]
    asyncio.run(waw.open_room("crowd"))
    for one in crowd:
        asyncio.run(waw.enter("crowd", one, one.upper()))
    for verb in ("remove", "ban"):
        assert regie("participants", verb, "crowd", *crowd)[0] == 2
        assert regie("participants", verb, "crowd", *crowd, "--yes", "--expect", "25")[0] == 6
    assert not waw.calls
    assert regie("participants", "remove", "crowd", *crowd, "--yes", "--expect", "26")[0] == 0
    assert len(waw.calls) == 26


def test_several_rooms_in_one_command_and_their_number_before_what_is_final(regie: Regie, waw: FakeNode) -> None:
    for room in ("s1", "s2"):
        asyncio.run(waw.open_room(room))
    assert regie("rooms", "lock", "s1", "s2", "-o", "id") == (0, "s1\ns2\n", "")
    assert [request.lock_door for _, request in waw.calls] == [True, True]
    assert regie("rooms", "unlock", "s1")[0] == 0
    code, out, err = regie("rooms", "close", "s1", "s2", "--yes")
    assert (code, out) == (2, "")
    assert "--expect 2" in err
    for rooms in (("s1", "s2"), ("s1",)):  # a wrong number is one thing, of one room as of several
        code, out, err = regie("rooms", "close", *rooms, "--yes", "--expect", "7")
        assert (code, out, f"you expected 7, there are {len(rooms)}" in err) == (6, "", True)
    assert not any(name == "CloseRoom" for name, _ in waw.calls)
    code, out, err = regie("rooms", "close", "s1", "nowhere", "--yes", "--expect", "2", "-o", "json")
    assert code == 1
    assert [(one["target"], one["ok"]) for one in json.loads(out)] == [("s1", True), ("nowhere", False)]


LISTS = (
    ("rooms", "list"),
    ("nodes", "list", "-c", "waw"),
    ("participants", "list", "daily"),
    ("moderation", "list", "daily"),
    ("hands", "list", "daily"),
    ("lobby", "list", "daily"),
    ("rates", "list", "daily"),
    ("recordings", "list"),
)


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words[0])
def test_every_list_can_be_watched(regie: Regie, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """D5: a line of JSON for each row, numbered; the list of now is told at once."""

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("console.ctl.watching.time", SimpleNamespace(sleep=interrupted))
    known = json.loads(regie(*words, "-o", "json")[1])

    code, out, _ = regie(*words, "--watch")

    told = [json.loads(line) for line in out.splitlines()]
    assert code == 130
    assert [line["seq"] for line in told] == list(range(1, len(known) + 1))
    assert all({"context": "waw", **row}.items() <= line.items() for row, line in zip(known, told, strict=True))


@pytest.mark.parametrize("words", [("lobby", "list", "daily"), ("recordings", "list")])
def test_yaml_is_said_where_it_is_asked_for(regie: Regie, words: tuple[str, ...]) -> None:
    """Each of these gave a table, or nothing."""
    code, out, _ = regie(*words, "-o", "yaml")
    assert (code, out.strip()) == (0, dump(json.loads(regie(*words, "-o", "json")[1])))


def test_microphones_of_several_rooms_each_with_the_number_it_was_told(regie: Regie, waw: FakeNode) -> None:
    """D5: what the console does to marked rooms. What `--dry-run` counts in each is what each is told to expect."""
    for room, people in (("m1", 2), ("m2", 1)):
        asyncio.run(waw.open_room(room))
        for number in range(people):
            asyncio.run(waw.enter(room, f"{room}-{number}", f"Ada {number}"))
    code, out, _ = regie("mute", "room", "m1", "m2", "--dry-run", "-o", "json")
    assert (code, [len(row["changed"]) for row in json.loads(out)]) == (0, [2, 1])
    code, out, err = regie("mute", "room", "m1", "m2", "--expect", "9")
    assert (code, out, "you expected 9, there are 3" in err) == (6, "", True)
    assert not any(not request.dry_run for name, request in waw.calls if name == "MuteRoom")

    code, out, err = regie("mute", "room", "m1", "nowhere", "m2", "-o", "json")

    assert (code, "nowhere: " in err) == (1, True)
    assert [(row["target"], row["ok"], len(row["changed"])) for row in json.loads(out)] == [
        ("m1", True, 2),
        ("m2", True, 1),
        ("nowhere", False, 0),
    ]
    told = [(request.room, request.expected) for name, request in waw.calls if name == "MuteRoom" and request.expected]
    assert told == [("m1", 2), ("m2", 1)]
    assert regie("unmute", "room", "m1", "m2", "-o", "id") == (0, "m1\nm2\n", "")


def test_flags_of_several_rooms(regie: Regie, waw: FakeNode) -> None:
    for room in ("f1", "f2"):
        asyncio.run(waw.open_room(room))
    code, out, err = regie("flags", "set", "f1", "nowhere", "f2", "--mute-on-start", "--no-lock-camera", "-o", "json")
    assert (code, "nowhere: " in err) == (1, True)
    assert [(row["target"], row["ok"]) for row in json.loads(out)] == [("f1", True), ("nowhere", False), ("f2", True)]
    set_ = [request for name, request in waw.calls if name == "SetFlags"]
    assert [(one.room, one.mute_on_start, one.lock_camera) for one in set_[::2]] == [
        ("f1", True, False),
        ("f2", True, False),
    ]


def test_several_rooms_are_recorded_and_their_recordings_deleted_by_their_number(regie: Regie, waw: FakeNode) -> None:
    rooms = ("r1", "r2")
    for room in rooms:
        asyncio.run(waw.open_room(room))
    for deed in ("start", "pause", "resume", "stop"):
        assert regie("recordings", deed, *rooms, "-o", "id") == (0, "r1\nr2\n", "")
    made = [
        one["recording"] for room in rooms for one in json.loads(regie("recordings", "list", room, "-o", "json")[1])
    ]
    assert len(made) == 2

    code, out, err = regie("recordings", "delete", *made, "--yes")
    assert (code, out, "--expect 2" in err) == (2, "", True)
    for recording in made:
        waw.recordings[recording].state = "verified"
    assert regie("recordings", "publish", *made, "-o", "id")[0] == 0
    code, out, _ = regie("recordings", "delete", *made, "nothing", "--yes", "--expect", "3", "-o", "json")
    assert code == 1
    assert [row["ok"] for row in json.loads(out)] == [True, True, False]


def test_a_discussion_is_followed_not_asked_for_again(
    regie: Regie, waw: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D5: what was said at once, what is said then as it is said; the list itself is never asked for."""
    asyncio.run(waw.open_room("talk"))
    asyncio.run(waw.say("talk", "Ada", "first"))
    lines: list[str] = []

    def told(line: str, **_: bool) -> None:
        lines.append(line)
        if len(lines) == 1:
            threading.Thread(target=asyncio.run, args=(waw.say("talk", "Bob", "second"),)).start()
        else:
            raise KeyboardInterrupt

    monkeypatch.setattr("console.ctl.watching.print", told, raising=False)
    assert regie("chat", "list", "talk", "--watch")[0] == 130
    assert [(row["seq"], row["text"]) for row in map(json.loads, lines)] == [(1, "first"), (2, "second")]
    assert not any(name == "ListMessages" for name, _ in waw.calls)


def test_yaml_is_said_of_one_recording_and_of_the_chain(regie: Regie, waw: FakeNode) -> None:
    """D5: each of these gave a table, or nothing."""
    assert regie("rooms", "create", "Yaml", "--id", "yaml-1")[0] == 0
    made = json.loads(regie("recordings", "start", "yaml-1", "-o", "json")[1])
    assert regie("recordings", "stop", "yaml-1")[0] == 0
    waw.recordings[made["recording"]].state = "verified"
    for words in (
        ("recordings", "get", made["recording"]),
        ("recordings", "verify", made["recording"]),
        ("audit", "verify", "-c", "waw"),
    ):
        code, out, _ = regie(*words, "-o", "yaml")
        assert (code, out.strip()) == (0, dump(json.loads(regie(*words, "-o", "json")[1]))), words
