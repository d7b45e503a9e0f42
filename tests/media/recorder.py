"""A real plane with a spool, a controller on its socket, and people who send: what is written, and what becomes of it.

python -m tests.media.recorder 200      kills the plane at so many random instants (H25)
"""

from __future__ import annotations

import itertools
import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Final

from pylibsrtp import Policy, Session

from node.media.spool import Packet, Segment, Unreadable, faults, in_order, read
from node.media.supervisor import find_binary
from protos.plane.v1 import plane_pb2 as wire
from tests.media.light import check

RECORDING: Final = "00112233445566778899aabbccddeeff"
PATIENCE: Final = 20.0
KEYS: Final = wire.SetKeys(
    profile=wire.SRTP_PROFILE_AEAD_AES_128_GCM,
    inbound_key=b"\1" * 16,
    inbound_salt=b"\2" * 12,
    outbound_key=b"\3" * 16,
    outbound_salt=b"\4" * 12,
)
CODECS: Final = {
    wire.KIND_AUDIO: wire.Codec(payload_type=111, name="opus", clock_rate=48_000, fmtp="useinbandfec=1"),
    wire.KIND_VIDEO: wire.Codec(payload_type=96, rtx_payload_type=97, name="VP8", clock_rate=90_000),
}


class Plane:
    """The process. `within`: the words of a command that starts it."""

    def __init__(self, folder: pathlib.Path, *options: str, within: Sequence[str] = ()) -> None:
        self.spool = folder / "spool"
        path = folder / "plane.sock"
        words = [*within, str(find_binary("")), "--socket", str(path), "--listen", "127.0.0.1:0", "--shards", "1"]
        words += ["--log", "error", "--spool", str(self.spool), *options]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self.process.stdout is not None
        if b'"action":"ready"' not in (said := self.process.stdout.readline()):
            self.process.kill()
            raise AssertionError(said)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(str(path))
        self._numbers = itertools.count(1)
        self.heard: list[wire.FromPlane] = []
        self.ask(attach=wire.Attach(controller="a test"))

    def ask(self, **command: object) -> wire.FromPlane:
        message = wire.ToPlane(id=next(self._numbers), **command)  # type: ignore[arg-type]
        data = message.SerializeToString()
        self._socket.sendall(struct.pack("!I", len(data)) + data)
        while (answer := self._next()).id != message.id:
            self.heard.append(answer)
        assert answer.WhichOneof("body") != "failed", answer
        return answer

    def until(self, event: str) -> wire.FromPlane:
        """The next event of that name, of those not asked for yet."""
        for at, heard in enumerate(self.heard):
            if heard.WhichOneof("body") == event:
                return self.heard.pop(at)
        while (heard := self._next()).WhichOneof("body") != event:
            self.heard.append(heard)
        return heard

    def _next(self) -> wire.FromPlane:
        (length,) = struct.unpack("!I", self._exactly(4))
        return wire.FromPlane.FromString(self._exactly(length))

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            found = self._socket.recv(length - len(data))
            assert found, "the plane closed the connection"
            data += found
        return data

    def record(self, stream: int, track: str, on: bool = True) -> None:
        change = wire.RecordTracks.Change(recording=RECORDING, stream=stream, track=track, on=on)
        self.ask(record_tracks=wire.RecordTracks(changes=[change]))

    def received(self, track: str) -> int:
        """Packets of the track: those that are on their way are not there yet."""
        tracks = self.ask(get_snapshot=wire.GetSnapshot()).snapshot.counters.tracks
        return next(each.packets for each in tracks if each.track == track)

    def segments(self, stream: int, root: pathlib.Path | None = None) -> list[Segment]:
        """What can be read of a stream now."""
        found = []
        for path in sorted(((root or self.spool) / RECORDING / str(stream)).glob("*.seg")):
            try:
                found.append(read(path.read_bytes()))
            except Unreadable:
                break  # killed while it began
        return found

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.close()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._socket.close()


class Sender:
    """One who sends one track, connected and keyed."""

    def __init__(self, plane: Plane, name: str, kind: wire.Kind) -> None:
        self.track, self.kind = f"{name}/track", kind
        self.ssrc = 7000
        self.sequence = random.Random(name).randrange(1 << 16)
        self.sent: list[tuple[float, bytes]] = []
        send = wire.Send(track=self.track, kind=kind, mid="0", ssrcs=[self.ssrc], codecs=[CODECS[kind]])
        send.source = wire.SOURCE_CAMERA if kind == wire.KIND_VIDEO else wire.SOURCE_MICROPHONE
        opened = plane.ask(open_transport=wire.OpenTransport(transport=name, room="r", sends=[send])).transport_opened
        self._plane = plane
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.settimeout(PATIENCE)
        self._udp.connect(("127.0.0.1", opened.candidates[0].port))
        self._udp.send(check(opened.ice.ufrag, opened.ice.password))
        self._udp.recv(1500)
        keys = wire.SetKeys(transport=name)
        keys.MergeFrom(KEYS)
        plane.ask(set_keys=keys)
        self._session = Session(
            Policy(
                key=KEYS.inbound_key + KEYS.inbound_salt,
                ssrc_type=Policy.SSRC_ANY_OUTBOUND,
                srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
            )
        )

    def send(self, length: int = 200, key: bool = False) -> bytes:
        """The next packet; returns its payload."""
        number = len(self.sent)
        payload = struct.pack("!I", number) + os.urandom(length)
        if self.kind == wire.KIND_VIDEO:  # a picture a packet (RFC 7741)
            picture = struct.pack("!BBHBB", 0x90, 0xC0, number & 0x7FFF | 0x8000, number & 255, 0 if key else 1)
            payload = picture + payload
        payload_type = CODECS[self.kind].payload_type
        head = struct.pack("!BBHII", 0x80, 0x80 | payload_type, self.sequence & 0xFFFF, number * 3000, self.ssrc)
        self.sequence += 1
        self._udp.send(self._session.protect(head + payload))
        self.sent.append((time.monotonic(), payload))
        return payload

    def close(self) -> None:
        self._udp.close()


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def payloads(segments: Sequence[Segment]) -> list[bytes]:
    return [packet.payload for packet in in_order(segments)]


def packets(segments: Sequence[Segment]) -> list[Packet]:
    return list(in_order(segments))


def killed_at(by: random.Random, folder: pathlib.Path) -> float:
    """One life of a plane that is killed somewhere. Returns how many seconds are lost; the rest must be right."""
    plane = Plane(folder)
    senders = [Sender(plane, "camera", wire.KIND_VIDEO), Sender(plane, "microphone", wire.KIND_AUDIO)]
    for stream, sender in enumerate(senders):
        plane.record(stream, sender.track)
    end = time.monotonic() + by.uniform(0.05, 2.0)
    while time.monotonic() < end:
        senders[0].send(by.randrange(1, 1200), key=not senders[0].sent)
        senders[1].send(80)
        time.sleep(0.003)
    plane.kill()
    died = time.monotonic()
    lost = 0.0
    for stream, sender in enumerate(senders):
        sender.close()
        segments = plane.segments(stream)
        assert not list(faults(segments)) or segments[-1].fault.startswith("cut"), list(faults(segments))
        found = payloads(segments)
        sent = [payload for _, payload in sender.sent]
        assert found == sent[: len(found)], "what is there is what was sent, from its beginning"
        if len(found) < len(sent):
            lost = max(lost, died - sender.sent[len(found)][0])
    assert lost <= 1.0, lost
    return lost


def main(words: list[str]) -> int:
    count = int(words[0]) if words else 100
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"{count} planes are killed while they record; seed {seed}", flush=True)
    worst = 0.0
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            worst = max(worst, killed_at(random.Random(seed + number), pathlib.Path(folder)))
    print(f"nothing unreadable; at most {worst * 1000:.0f} ms lost")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
