"""What hosts add to a replay: words, captions, documents; bounded, checked, gone with the recording (R217, R219)."""

from __future__ import annotations

import asyncio
import os

import pytest

from node.features.recordings.states import State
from node.features.replay.sheets import BYTES, MOST
from tests.web.house import House, Message
from tests.web.replays import RECORDING, looked, recorded

PDF = b"%PDF-1.7\n" + bytes(1000)
VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\nBonjour à tous\n".encode()


@pytest.fixture
async def shown(home: House) -> tuple[str, dict[str, str]]:
    room, tickets = await home.create(type="webinar")
    recorded(home, room.room)
    return room.room, tickets


async def attach(
    home: House, room: str, ticket: str, body: bytes, type_: str, *, expect: int = 201, **query: str
) -> Message:
    answer = await home.request(
        "POST",
        f"/api/rooms/{room}/replay/{RECORDING}/files",
        bearer=ticket,
        params={"kind": "material", "name": "programme.pdf", **query},
        data=body,
        headers={"Content-Type": type_},
    )
    said: Message = await answer.json()
    assert answer.status == expect, said
    return said


def on_disk(home: House) -> list[str]:
    folder = home.folder / "replay"
    return sorted(os.listdir(folder)) if folder.exists() else []


async def test_a_host_writes_what_it_was_about(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """R219: in the order of the time, without what no keyboard types; the markup is the chat's."""
    room, tickets = shown
    wish = {
        "context": "Le **budget**\u202e <script>",
        "speakers": [{"name": "Amina Benali", "about": "DGFiP"}],
        "chapters": [{"at": 12.5, "title": "Questions"}, {"at": 0, "title": "Accueil"}],
    }
    path = f"/api/rooms/{room}/replay/{RECORDING}"
    assert (await home.request("PUT", path, bearer=tickets["host"], json=wish)).status == 204
    look = await looked(home, room, tickets["participant"])
    (one,) = look["recordings"]
    assert one["context"] == "<p>Le <strong>budget</strong> &lt;script&gt;</p>"
    assert one["speakers"] == wish["speakers"]
    assert [chapter["title"] for chapter in one["chapters"]] == ["Accueil", "Questions"]
    assert (look["edits"], (await looked(home, room, tickets["host"]))["edits"]) == (False, True)
    (noted,) = home.audited
    assert (noted.operator, noted.role, noted.outcome) == ("host", "host", "OK")
    assert noted.method.endswith("/WriteReplay") and noted.targets == {"room": room, "recording": RECORDING}


async def test_nobody_else_does(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """H18: the audience, speakers and strangers; another room's host; what is not published."""
    room, tickets = shown
    path = f"/api/rooms/{room}/replay/{RECORDING}"
    other, theirs = await home.create(type="webinar")
    for where, bearer, code in (
        (path, tickets["participant"], "NOT_ALLOWED"),
        (path, tickets["speaker"], "NOT_ALLOWED"),
        (path, "t_wrong", "TICKET_WRONG"),
        (path, theirs["host"], "TICKET_WRONG"),
        (path.replace(room, other.room), theirs["host"], "NOT_FOUND"),
        (f"/api/rooms/{room}/replay/..%2f..", tickets["host"], "NOT_FOUND"),
    ):
        answer = await home.request("PUT", where, bearer=bearer, json={})
        assert (await answer.json())["code"] == code, where
    await attach(home, room, tickets["participant"], PDF, "application/pdf", expect=403)
    assert on_disk(home) == []


async def test_a_document_is_a_download(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """R217. H23: whatever it was called, it is called so for people alone, and never runs in the page."""
    room, tickets = shown
    await attach(home, room, tickets["host"], PDF, "application/pdf", name='../été "1"\r\n.pdf')
    (file,) = (await looked(home, room, tickets["participant"]))["recordings"][0]["materials"]
    assert file["name"] == '_été "1"_.pdf'
    answer = await home.request("GET", file["url"], headers={"Range": "bytes=0-4"})
    assert (answer.status, await answer.read()) == (206, b"%PDF-")
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment; filename=\"__t___1__.pdf\"; filename*=UTF-8''_%C3%A9t%C3%A9")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert on_disk(home) == [f"{RECORDING}-{file['id']}"]
    path = f"/api/rooms/{room}/replay/{RECORDING}/files/{file['id']}"
    assert (await home.request("DELETE", path, bearer=tickets["participant"])).status == 403
    assert (await home.request("DELETE", path, bearer=tickets["host"])).status == 204
    assert (on_disk(home), (await home.request("GET", file["url"])).status) == ([], 404)


async def test_captions_are_text_of_a_language(home: House, shown: tuple[str, dict[str, str]]) -> None:
    room, tickets = shown
    host = tickets["host"]
    await attach(home, room, host, VTT, "text/vtt", kind="captions", name="Français", language="fr")
    (found,) = (await looked(home, room, tickets["participant"]))["recordings"][0]["captions"]
    answer = await home.request("GET", found["url"])
    assert (found["label"], answer.content_type, await answer.read()) == ("Français", "text/vtt", VTT)
    assert "Content-Disposition" not in answer.headers
    for language in ("", "français", "../fr"):
        await attach(home, room, host, VTT, "text/vtt", kind="captions", language=language, expect=422)


async def test_what_is_not_what_it_says_is_refused(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """H22: no pages, no scripts, no pictures that are programs, nothing that is empty; nothing of it stays."""
    room, tickets = shown
    for body, type_ in (
        (b"<html><script>", "text/html"),
        (b"<svg onload=alert(1)>", "image/svg+xml"),
        (b"<html>", "application/pdf"),
        (b"", "image/png"),
        (b"\x89PN", "image/png"),
        (b"MZ" + bytes(100), "application/x-msdownload"),
    ):
        await attach(home, room, tickets["host"], body, type_, expect=415)
    await attach(home, room, tickets["host"], b"WEBVTTX", "text/vtt", kind="captions", language="fr", expect=415)
    await attach(home, room, tickets["host"], PDF, "application/pdf", kind="recording", expect=422)
    await attach(home, room, tickets["host"], PDF, "application/pdf", name="\u202e..", expect=422)
    assert on_disk(home) == []


async def test_a_file_is_bounded_and_so_is_their_number(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """H20: the limit holds whatever the head of the request says, for who attaches all at once too."""
    room, tickets = shown
    large = VTT + bytes(BYTES["captions"])
    await attach(home, room, tickets["host"], large, "text/vtt", kind="captions", language="fr", expect=413)
    assert on_disk(home) == []

    async def one(n: int) -> tuple[int, str]:
        answer = await home.request(
            "POST",
            f"/api/rooms/{room}/replay/{RECORDING}/files",
            bearer=tickets["host"],
            params={"kind": "captions", "name": str(n), "language": "fr"},
            data=VTT,
            headers={"Content-Type": "text/vtt"},
        )
        return answer.status, (await answer.json()).get("code", "")

    answers = await asyncio.gather(*(one(n) for n in range(MOST["captions"] + 3)))
    assert sorted(answers) == [(201, "")] * MOST["captions"] + [(409, "ATTACHMENTS_FULL")] * 3
    assert len(on_disk(home)) == MOST["captions"]


async def test_a_disk_that_refuses_is_told(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """H27: nothing is attached then, and the host knows."""
    room, tickets = shown
    (home.folder / "replay").write_bytes(b"")  # no folder, so that nothing can be kept
    said = await attach(home, room, tickets["host"], PDF, "application/pdf", expect=503)
    assert said["code"] == "ATTACHMENT_UNKEPT"
    assert (await looked(home, room, tickets["participant"]))["recordings"][0]["materials"] == []


async def test_it_all_goes_with_the_recording(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """D9: deletion leaves no bytes."""
    room, tickets = shown
    await attach(home, room, tickets["host"], PDF, "application/pdf")
    await home.request(
        "PUT", f"/api/rooms/{room}/replay/{RECORDING}", bearer=tickets["host"], json={"context": "Le budget"}
    )
    recorded(home, room, state=State.DELETED)
    await home.replay.settle()
    assert on_disk(home) == []
    assert await home.replay._archive.sheet(RECORDING) == await home.replay._archive.sheet("f" * 32)


async def test_a_link_in_the_folder_leads_nowhere(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """H23: who can write there cannot have us read what is ours alone."""
    room, tickets = shown
    await attach(home, room, tickets["host"], PDF, "application/pdf")
    (called,) = on_disk(home)
    path = home.folder / "replay" / called
    path.unlink()
    path.symlink_to("/etc/passwd")
    (file,) = (await looked(home, room, tickets["participant"]))["recordings"][0]["materials"]
    assert (await home.request("GET", file["url"])).status == 404
