"""A WHIP encoder or a WHEP player made of GStreamer's webrtcbin, for the system's Python (it has `gi`).

    python3 gstreamer_peer.py whip|whep ADDRESS [flash] [capture-time]

The ticket comes on standard input, so that no list of processes shows it. The encoder publishes H264 (x264, constrained
baseline) and Opus, with `flash` a picture that is white for a moment each second, and a tick; with `capture-time` its
reports tell when a picture was taken, else, as they do by default, when it is sent. The player decodes what it is sent.
Each prints a JSON object a line: `{"event": "answered", "resource": …}`, then counts once a second. Ends, with DELETE,
when standard input closes.
"""

import json
import sys
import threading
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

ENCODER = """
webrtcbin name=peer bundle-policy=max-bundle
videotestsrc name=camera is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=30/1 ! videoconvert
  ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=800
  ! video/x-h264,profile=constrained-baseline
  ! rtph264pay config-interval=-1 aggregate-mode=zero-latency
  ! application/x-rtp,media=video,encoding-name=H264,payload=96 ! peer.
audiotestsrc name=microphone is-live=true wave=sine freq=330 ! audioconvert ! audioresample ! opusenc ! rtpopuspay
  ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! peer.
"""
PLAYER = "pipeline. ( webrtcbin name=peer bundle-policy=max-bundle )"
WANTED = (
    "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000",
    "application/x-rtp,media=video,encoding-name=VP8,payload=98,clock-rate=90000",
)


def tell(**fields):
    print(json.dumps(fields), flush=True)


class Peer:
    def __init__(self, kind, address, ticket, *how):
        self.kind, self.address, self.ticket = kind, address, ticket
        self.resource = ""
        self.counts = {"audio": 0, "video": 0}
        self.offered = False
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(ENCODER if kind == "whip" else PLAYER)
        self.peer = self.pipeline.get_by_name("peer")
        if "flash" in how:
            self.flash()
        if "capture-time" in how:
            self.peer.get_by_name("rtpbin").set_property("rtcp-sync-send-time", False)
        self.peer.connect("notify::ice-gathering-state", self.on_gathering)
        self.peer.connect("on-negotiation-needed", self.on_negotiation_needed)
        self.peer.connect("pad-added", self.on_pad)
        if kind == "whep":
            for caps in WANTED:
                direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
                self.peer.emit("add-transceiver", direction, Gst.Caps.from_string(caps))
        self.pipeline.get_bus().add_signal_watch()
        self.pipeline.get_bus().connect("message::error", self.on_error)

    def flash(self):
        microphone, camera = self.pipeline.get_by_name("microphone"), self.pipeline.get_by_name("camera")
        microphone.set_property("wave", "ticks")
        microphone.set_property("sine-periods-per-tick", 33)  # 100 ms
        camera.set_property("pattern", "white")

        def next_picture(_pad, probe):
            after = round(probe.get_buffer().pts * 30 / Gst.SECOND) + 1
            camera.set_property("pattern", "white" if after % 30 < 3 else "black")
            return Gst.PadProbeReturn.OK

        camera.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, next_picture)

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.timeout_add(500, self.report)
        threading.Thread(target=self.until_closed, daemon=True).start()
        self.loop.run()
        if self.resource:
            self.ask("DELETE", self.resource)
        self.pipeline.set_state(Gst.State.NULL)

    def until_closed(self):
        sys.stdin.read()
        GLib.idle_add(self.loop.quit)

    def report(self):
        tell(event="counts", state=self.peer.get_property("connection-state").value_nick, **self.counts)
        return True

    def on_error(self, _bus, message):
        tell(event="error", what=message.parse_error()[0].message)
        self.loop.quit()

    def on_negotiation_needed(self, _peer):
        promise = Gst.Promise.new_with_change_func(self.on_offer, None)
        self.peer.emit("create-offer", None, promise)

    def on_offer(self, promise, _):
        reply = promise.get_reply()  # owns the offer: kept until it has been set
        offer = reply.get_value("offer")
        self.peer.emit("set-local-description", offer, Gst.Promise.new())

    def on_gathering(self, peer, _):
        complete = peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE
        if complete and not self.offered:
            self.offered = True
            GLib.idle_add(self.post)

    def post(self):
        description = self.peer.get_property("local-description")  # owns its `sdp`
        offer = description.sdp.as_text()
        answer, headers = self.ask("POST", self.address, offer.encode())
        self.resource = urllib.parse.urljoin(self.address, headers["Location"])
        _, message = GstSdp.SDPMessage.new_from_text(answer)
        described = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        self.peer.emit("set-remote-description", described, Gst.Promise.new())
        tell(event="answered", resource=self.resource)

    def ask(self, method, address, body=None):
        headers = {"Authorization": f"Bearer {self.ticket}", "Content-Type": "application/sdp"}
        request = urllib.request.Request(address, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode(), answer.headers

    def on_pad(self, _peer, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        decoder = Gst.ElementFactory.make("decodebin")
        decoder.connect("pad-added", self.on_decoded)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def on_decoded(self, _decoder, pad):
        kind = "video" if pad.get_current_caps().get_structure(0).get_name().startswith("video") else "audio"
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("signal-handoffs", True)
        sink.set_property("sync", False)
        sink.connect("handoff", self.on_buffer, kind)
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))

    def on_buffer(self, _sink, _buffer, _pad, kind):
        self.counts[kind] += 1


if __name__ == "__main__":
    Gst.init(None)
    Peer(sys.argv[1], sys.argv[2], sys.stdin.readline().strip(), *sys.argv[3:]).run()
