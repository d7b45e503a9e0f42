"""Every metric of the node, in one table. Base units (seconds, bytes, ratios); no room, person or address in a label.

`LIVE` rows are counted as things happen, `READ` rows are read from the services when somebody scrapes.

Buckets: `_FAST` (1 ms … 10 s) for what a person or an operator waits for; the first frame comes in the plane's own,
milliseconds of `Counters.first_frame.bounds_ms` as seconds.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Kind = Literal["counter", "gauge", "histogram"]

_FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metric(msgspec.Struct, frozen=True):
    """`name` as scraped, without a counter's `_total`."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


LIVE: Final = (
    Metric("regie_rpc_calls", "counter", "gRPC calls that ended, by method and status code.", ("method", "code")),
    Metric("regie_rpc_latency_seconds", "histogram", "Duration of unary gRPC calls.", ("method",), _FAST),
    Metric("regie_rpc_streams", "gauge", "gRPC streams that are open.", ("method",)),
    Metric("regie_refusals", "counter", "Refusals, by edge (grpc, http, websocket) and code.", ("edge", "code")),
    Metric("regie_websockets", "gauge", "WebSockets of participants that are open."),
    Metric("regie_joins", "counter", "Joins that ended, by code of the refusal; OK: the person is in.", ("code",)),
    Metric("regie_join_seconds", "histogram", "From a join's request to its answer.", (), _FAST),
    Metric(
        "regie_event_loop_lag_seconds",
        "histogram",
        "How late the control process's event loop is, ten times a second.",
        (),
        _FAST,
    ),
)

READ: Final = (
    Metric("regie_build_info", "gauge", "1; what runs here.", ("version", "python")),
    Metric("regie_rooms", "gauge", "Rooms that are open."),
    Metric("regie_participants", "gauge", "People, encoders and players in rooms."),
    Metric("regie_public_webinars", "gauge", "Sessions that go on and that a host began."),
    Metric("regie_public_participants", "gauge", "People in rooms, as the public gauge says."),
    Metric("regie_public_capacity", "gauge", "People whom the node takes; 0: however many."),
    Metric("regie_public_age_seconds", "gauge", "Age of these three figures."),
    Metric("regie_cover_rooms", "gauge", "Rooms by moderator cover: covered, short, slow, hold.", ("stage",)),
    Metric("regie_cover_ratio", "gauge", "Moderators present of those needed, in the room that lacks most; 1: enough."),
    Metric("regie_quota_use", "gauge", "Places taken, by what a limit counts.", ("scope", "type", "what")),
    Metric("regie_quota_limit", "gauge", "The limit; absent where there is none.", ("scope", "type", "what")),
    Metric("regie_quota_full_rooms", "gauge", "Rooms that are full."),
    Metric("regie_quota_denied", "counter", "Refusals by a limit: whose it was, and the code.", ("scope", "code")),
    Metric("regie_hands", "gauge", "Hands that are up."),
    Metric("regie_lobby_waiting", "gauge", "People who wait before the doors of rooms."),
    Metric("regie_moderation_waiting", "gauge", "Held messages and reports that no moderator has decided."),
    Metric("regie_moderation_age_seconds", "gauge", "Age of the oldest of them; 0: nothing waits."),
    Metric(
        "regie_loss_ratio", "gauge", "Packets lost on the way to receivers, as they report it, weighted by packets."
    ),
    Metric("regie_node_state", "gauge", "1 for the state the node is in.", ("state",)),
    Metric(
        "regie_drain_deadline_timestamp_seconds", "gauge", "When a drain has everybody out; absent where none goes on."
    ),
    Metric("regie_database_up", "gauge", "1 while the database takes writes."),
    Metric("regie_disk_free_bytes", "gauge", "What is left on the disk of the node's data."),
    Metric(
        "regie_certificate_expires_timestamp_seconds",
        "gauge",
        "When a certificate of the node's own ends: its authority (ca), what it serves with (server).",
        ("certificate",),
    ),
    Metric("regie_recordings", "gauge", "Recordings by what became of them.", ("state",)),
    Metric("regie_recordings_up", "gauge", "1 while the media plane can record."),
    Metric("regie_recordings_bytes", "gauge", "Bytes of all recordings that are kept."),
    Metric("regie_recordings_late_seconds", "gauge", "How long the oldest packet of a recording waits for the disk."),
    Metric("regie_recordings_free_bytes", "gauge", "What is left where the plane writes recordings."),
    Metric("regie_recordings_workers_free", "gauge", "Processes that make files of recordings and have nothing to do."),
    Metric("regie_recordings_store_waiting", "gauge", "Recordings whose files the store does not take."),
    Metric("regie_recordings_store_away_seconds", "gauge", "For how long it has not taken the oldest of them."),
    Metric("regie_recordings_recorders_free", "gauge", "Recordings of an hour that may begin now."),
    Metric("regie_recordings_reserved_bytes", "gauge", "Of what is free: kept for recordings and their files."),
    Metric("regie_recordings_planned", "gauge", "Sessions to come for which a recorder is kept."),
    Metric("regie_recordings_unplaced", "gauge", "Of those within a day, the ones that could not be recorded."),
    Metric("regie_recordings_dropped_packets", "counter", "Packets of recordings that could not be written."),
    Metric("regie_audit_records", "counter", "Records of the audit written."),
    Metric("regie_audit_backlog", "gauge", "Records of the audit not yet written."),
    Metric("regie_audit_lost", "counter", "Records of the audit that are only in the log."),
    Metric("regie_plane_up", "gauge", "1 while the media plane answers."),
    Metric("regie_plane_silent_seconds", "gauge", "Since the plane last gave its figures, which it does every second."),
    Metric("regie_plane_info", "gauge", "1; which plane answers.", ("version", "optimised")),
    Metric("regie_plane_restarts", "counter", "Planes started anew since this control process started."),
    Metric("regie_plane_epoch", "gauge", "How often a control process attached to this plane."),
    Metric("regie_plane_transports", "gauge", "Peer connections."),
    Metric("regie_plane_tracks", "gauge", "Published tracks."),
    Metric("regie_plane_rooms", "gauge", "Rooms with a peer connection."),
    Metric("regie_plane_received_packets", "counter", "Media packets received."),
    Metric("regie_plane_received_bytes", "counter", "Media bytes received."),
    Metric("regie_plane_sent_packets", "counter", "Media packets sent."),
    Metric("regie_plane_sent_bytes", "counter", "Media bytes sent."),
    Metric("regie_plane_send_calls", "counter", "System calls that sent them; packets by call is the GSO group."),
    Metric("regie_plane_nacks_received", "counter", "Packets that receivers asked for again."),
    Metric("regie_plane_nacks_sent", "counter", "Packets asked again of senders."),
    Metric("regie_plane_retransmitted_packets", "counter", "Packets sent again."),
    Metric("regie_plane_recovered_packets", "counter", "Packets of senders recovered by RTX."),
    Metric("regie_plane_plis_received", "counter", "Key frames that receivers asked for."),
    Metric("regie_plane_plis_sent", "counter", "Key frames asked of senders."),
    Metric("regie_plane_key_frames", "counter", "Key frames received."),
    Metric("regie_plane_key_frames_from_cache", "counter", "Key frames served from the cache."),
    Metric("regie_plane_padding_bytes", "counter", "Bytes of padding sent, so that packets of a group have one size."),
    Metric("regie_plane_cpu_seconds", "counter", "Processor time of the plane.", ("mode",)),
    Metric("regie_plane_resident_memory_bytes", "gauge", "Resident memory of the plane."),
    Metric("regie_plane_lag_seconds", "gauge", "Arrival of a packet to its last send, last second.", ("percentile",)),
    Metric("regie_plane_drops", "counter", "Datagrams that were not used, by cause.", ("cause",)),
    Metric(
        "regie_plane_first_frame_seconds",
        "histogram",
        "From a picture being wanted in a tile to its first packet sent; the plane's own buckets.",
    ),
    Metric("regie_plane_gso_group_packets", "gauge", "Packets that leave by one system call, mean since the start."),
    Metric("regie_plane_handshakes", "counter", "DTLS handshakes that ended well."),
    Metric("regie_plane_layer_switches", "counter", "Changes of layer in a tile."),
    Metric("regie_plane_held_packets", "counter", "Packets not sent because no layer fits the way or a cap."),
    Metric("regie_plane_policed_packets", "counter", "Packets not taken, beyond what their sender may send."),
    Metric("regie_plane_probe_bytes", "counter", "Bytes sent to find out what a way bears."),
    Metric("regie_plane_transport_cc_received", "counter", "Feedback messages of receivers."),
    Metric("regie_plane_transport_cc_sent", "counter", "Feedback messages to senders."),
    Metric("regie_plane_video_held", "gauge", "People who are sent sound only, because their way bears no picture."),
    Metric("regie_plane_target_bits_per_second", "gauge", "What the plane would send at most: all estimates and caps."),
    Metric("regie_plane_tcp_connections", "gauge", "ICE-TCP connections that are open."),
    Metric("regie_plane_shard_transports", "gauge", "Peer connections of a shard.", ("shard",)),
    Metric("regie_plane_shard_sent_packets", "counter", "Media packets sent by a shard.", ("shard",)),
    Metric("regie_plane_shard_cpu_seconds", "counter", "Processor time of a shard.", ("shard",)),
    Metric("regie_plane_shard_lag_seconds", "gauge", "p99 of a shard, arrival to last send.", ("shard",)),
    Metric("regie_plane_shard_mirrored_packets", "counter", "Packets taken over from other shards.", ("shard",)),
    Metric("regie_people_quality", "gauge", "People by what is shown of their connection.", ("grade", "cause")),
    Metric("regie_plane_socket_drops", "counter", "Datagrams lost because the socket's buffer was full."),
)

PLANE_TOTALS: Final[dict[str, str]] = {
    "transports": "regie_plane_transports",
    "tracks": "regie_plane_tracks",
    "rooms": "regie_plane_rooms",
    "received_packets": "regie_plane_received_packets",
    "received_bytes": "regie_plane_received_bytes",
    "sent_packets": "regie_plane_sent_packets",
    "sent_bytes": "regie_plane_sent_bytes",
    "sent_sends": "regie_plane_send_calls",
    "nacks_received": "regie_plane_nacks_received",
    "nacks_sent": "regie_plane_nacks_sent",
    "retransmitted_packets": "regie_plane_retransmitted_packets",
    "recovered_packets": "regie_plane_recovered_packets",
    "plis_received": "regie_plane_plis_received",
    "plis_sent": "regie_plane_plis_sent",
    "key_frames": "regie_plane_key_frames",
    "key_frames_from_cache": "regie_plane_key_frames_from_cache",
    "padding_bytes": "regie_plane_padding_bytes",
    "socket_drops": "regie_plane_socket_drops",
    "layer_switches": "regie_plane_layer_switches",
    "held_packets": "regie_plane_held_packets",
    "policed_packets": "regie_plane_policed_packets",
    "probe_bytes": "regie_plane_probe_bytes",
    "transport_cc_received": "regie_plane_transport_cc_received",
    "transport_cc_sent": "regie_plane_transport_cc_sent",
    "held": "regie_plane_video_held",
    "target_bps": "regie_plane_target_bits_per_second",
    "tcp_connections": "regie_plane_tcp_connections",
    "handshakes": "regie_plane_handshakes",
}
"""Key of `PlaneFigures.totals` → metric, one to one."""
