"""The page of a recording by gRPC and by `regie recordings`, and who changed it (R217, R219)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from console.ctl.replay import ATTACHED_MOST
from console.ctl.session import USAGE
from node.features.recordings.states import State
from node.storage.ledger import GroupCommit
from node.storage.saved import WRITES
from protos.audit.v1 import audit_pb2, audit_pb2_grpc
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.rpc.house import ROLES, House, refused
from tests.rpc.test_moderation_cli import Terminal
from tests.rpc.test_recordings import until

PDF = b"%PDF-1.7\n" + bytes(1000)
VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\nBonjour à tous\n".encode()


@pytest.fixture
async def kept(house: House) -> Any:
    """A house whose ledger is the database: what is written on a page is read from there."""
    ledger = house.floor.ledger = GroupCommit(house.engine, WRITES)
    ledger.start()
    yield house
    await house.replay.settle()
    await ledger.close()


async def recorded(house: House, desk: Any, operator: Any) -> str:
    await house.room("hall", ["Amina"])
    made = (await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall"))).recording
    await operator.ask(desk.StopRecording, pb.StopRecordingRequest(room="hall"))
    await until(house, made.recording, State.VERIFIED)
    return str(made.recording)


async def test_operators_write_it_and_it_goes_with_the_recording(kept: House) -> None:
    """R217, R219, D9: words, chapters in order, captions, documents; checked like what hosts add; no byte is left."""
    operator, viewer = await kept.operator("operator", "olga"), await kept.operator("viewer")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    window: Any = recordings_pb2_grpc.RecordingsServiceStub(viewer.channel)
    recording = await recorded(kept, desk, operator)
    chapters = [pb.Replay.Chapter(at=90, title="Questions"), pb.Replay.Chapter(at=0, title="Accueil")]
    said = pb.Replay(context="Le **budget**", speakers=[pb.Replay.Speaker(name="Amina")], chapters=chapters)
    page = (await operator.ask(desk.WriteReplay, pb.WriteReplayRequest(recording=recording, replay=said))).replay
    assert [chapter.title for chapter in page.chapters] == ["Accueil", "Questions"]

    def file(kind: str, name: str, type_: str, content: bytes, language: str = "") -> pb.AttachToReplayRequest:
        return pb.AttachToReplayRequest(
            recording=recording, kind=kind, name=name, type=type_, content=content, language=language
        )

    await operator.ask(desk.AttachToReplay, file("captions", "sous-titres", "text/vtt", VTT, "fr"))
    await operator.ask(desk.AttachToReplay, file("material", "../programme.pdf", "application/pdf", PDF))
    wrong = file("material", "a.pdf", "application/pdf", b"MZ not what it says")
    assert (await refused(operator.ask(desk.AttachToReplay, wrong))).reason == "UNSUPPORTED_MEDIA_TYPE"
    nothing = pb.WriteReplayRequest(recording=recording)
    assert (await refused(viewer.ask(window.WriteReplay, nothing))).reason == "NOT_ALLOWED"
    seen = (await viewer.ask(window.GetReplay, pb.GetReplayRequest(recording=recording))).replay
    assert [(one.kind, one.name, one.bytes) for one in seen.files] == [
        ("captions", "sous-titres", len(VTT)),
        ("material", ".._programme.pdf".strip(". "), len(PDF)),
    ]
    folder = kept.folder / "replay"
    assert len(list(folder.iterdir())) == 2
    gone = pb.DetachFromReplayRequest(recording=recording, file=seen.files[0].file)
    left = (await operator.ask(desk.DetachFromReplay, gone)).replay
    assert [one.kind for one in left.files] == ["material"] and len(list(folder.iterdir())) == 1

    await operator.ask(desk.DeleteRecording, pb.DeleteRecordingRequest(recording=recording))
    await kept.replay.settle()
    assert not list(folder.iterdir())
    assert (await refused(operator.ask(desk.WriteReplay, nothing))).reason == "RECORDING_STATE"
    assert (await viewer.ask(window.GetReplay, pb.GetReplayRequest(recording=recording))).replay == pb.Replay()


async def test_the_audit_has_each_change(kept: House) -> None:
    """D5: who, what and of which recording; not what was written."""
    operator = await kept.operator("operator", "olga")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    recording = await recorded(kept, desk, operator)
    said = pb.WriteReplayRequest(recording=recording, replay=pb.Replay(context="secret"), reason="asked by the host")
    await operator.ask(desk.WriteReplay, said)
    await kept.audit.close()
    admin = await kept.operator("admin")
    audit: Any = audit_pb2_grpc.AuditServiceStub(admin.channel)
    records = (await admin.ask(audit.ListRecords, audit_pb2.ListRecordsRequest())).records
    (one,) = [record for record in records if record.method.endswith("/WriteReplay")]
    assert (one.operator, one.reason, dict(one.targets)) == ("olga", "asked by the host", {"recording": recording})
    assert "secret" not in str(one)


@pytest.mark.timeout(180)  # six processes start, also on a machine that is busy
async def test_by_command(kept: House, tmp_path: Path) -> None:
    """What is not given stays; what is wrong is said before the node is asked."""
    operator = await kept.operator("operator", "olga")
    recording = await recorded(kept, recordings_pb2_grpc.RecordingsServiceStub(operator.channel), operator)
    _, token = await kept.operators.create("oscar", ROLES["operator"])
    terminal = Terminal(kept, tmp_path, token)
    page = ("recordings", "write", recording)
    await terminal.read(*page, "--about", "Le budget", "--speaker", "Amina Benali: DGFiP")
    now = await terminal.read(*page, "--chapter", "1:02:30 Questions", "--chapter", "0:00 Accueil")
    assert (now["context"], now["speakers"]) == ("Le budget", [{"name": "Amina Benali", "about": "DGFiP"}])
    assert now["chapters"] == [{"at": 0.0, "title": "Accueil"}, {"at": 3750.0, "title": "Questions"}]
    captions = tmp_path / "fr.vtt"
    await asyncio.to_thread(captions.write_bytes, VTT)
    now = await terminal.read("recordings", "attach", recording, str(captions))
    assert [(one["kind"], one["language"], one["name"]) for one in now["files"]] == [("captions", "fr", "fr.vtt")]
    assert "1:02:30  Questions" in await terminal.regie("recordings", "page", recording)
    now = await terminal.read("recordings", "detach", recording, now["files"][0]["file"])
    assert now["files"] == []


async def test_what_is_too_large_for_a_call_is_said_before_the_node_is_asked(kept: House, tmp_path: Path) -> None:
    """R217: with what to do instead; what is just not too large is attached."""
    operator = await kept.operator("operator", "olga")
    recording = await recorded(kept, recordings_pb2_grpc.RecordingsServiceStub(operator.channel), operator)
    _, token = await kept.operators.create("oscar", ROLES["operator"])
    terminal = Terminal(kept, tmp_path, token)
    file = tmp_path / "programme.pdf"
    await asyncio.to_thread(file.write_bytes, b"%PDF-1.7 " + bytes(ATTACHED_MOST))
    said = await terminal.regie("recordings", "attach", recording, str(file), expect=USAGE)
    assert "On the room’s page, hosts attach larger files." in said
    await asyncio.to_thread(file.write_bytes, (b"%PDF-1.7 " + bytes(ATTACHED_MOST))[:ATTACHED_MOST])
    now = await terminal.read("recordings", "attach", recording, str(file), "--reason", "é" * 100)
    assert [(one["name"], one["bytes"]) for one in now["files"]] == [("programme.pdf", ATTACHED_MOST)]
