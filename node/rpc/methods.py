"""Every method of the node, in one table: the least role, whether it changes anything, what the audit names.

A method that is not here does not exist for callers (METHOD_UNKNOWN): forgetting a line closes a door, never opens one.
The comment beside the rpc in `protos/` says the same role; a test compares them.
"""

from __future__ import annotations

from typing import Final

import msgspec

from node.features.operators.rules import Role


class Method(msgspec.Struct, frozen=True):
    """`role` None: no token asked (health only). `targets`: fields of the request that the audit keeps; ids only."""

    role: Role | None
    mutation: bool = False
    targets: tuple[str, ...] = ()


def _reads(role: Role, *targets: str) -> Method:
    return Method(role, targets=targets)


def _changes(role: Role, *targets: str) -> Method:
    return Method(role, mutation=True, targets=targets)


METHODS: Final[dict[str, Method]] = {
    "/regie.nodes.v1.NodesService/ListNodes": _reads(Role.VIEWER),
    "/regie.nodes.v1.NodesService/GetNode": _reads(Role.VIEWER, "node"),
    "/regie.nodes.v1.NodesService/WatchNodes": _reads(Role.VIEWER),
    "/regie.nodes.v1.NodesService/PlanDrain": _reads(Role.VIEWER, "minutes"),
    "/regie.nodes.v1.NodesService/StartDrain": _changes(Role.OPERATOR, "minutes"),
    "/regie.nodes.v1.NodesService/AbortDrain": _changes(Role.OPERATOR),
    "/regie.nodes.v1.NodesService/GetCaller": _reads(Role.VIEWER),
    "/regie.rooms.v1.RoomsService/CreateRoom": _changes(Role.OPERATOR, "room"),
    "/regie.rooms.v1.RoomsService/GetRoom": _reads(Role.VIEWER, "room"),
    "/regie.rooms.v1.RoomsService/ListRooms": _reads(Role.VIEWER),
    "/regie.rooms.v1.RoomsService/WatchRooms": _reads(Role.VIEWER),
    "/regie.rooms.v1.RoomsService/GetSettings": _reads(Role.VIEWER, "room"),
    "/regie.rooms.v1.RoomsService/UpdateRoom": _changes(Role.OPERATOR, "room"),
    "/regie.rooms.v1.RoomsService/ExtendRoom": _changes(Role.OPERATOR, "room", "minutes"),
    "/regie.rooms.v1.RoomsService/EndRoom": _changes(Role.OPERATOR, "room"),
    "/regie.rooms.v1.RoomsService/CloseRoom": _changes(Role.OPERATOR, "room"),
    "/regie.participants.v1.ParticipantsService/GetParticipant": _reads(Role.VIEWER, "room", "participant"),
    "/regie.participants.v1.ParticipantsService/ListParticipants": _reads(Role.VIEWER, "room"),
    "/regie.participants.v1.ParticipantsService/WatchParticipants": _reads(Role.VIEWER, "room"),
    "/regie.participants.v1.ParticipantsService/RemoveParticipant": _changes(Role.MODERATOR, "room", "participant"),
    "/regie.participants.v1.ParticipantsService/BanParticipant": _changes(Role.MODERATOR, "room", "participant"),
    "/regie.participants.v1.ParticipantsService/LiftBan": _changes(Role.MODERATOR, "room", "participant"),
    "/regie.participants.v1.ParticipantsService/ListBans": _reads(Role.MODERATOR, "room"),
    "/regie.participants.v1.ParticipantsService/SetRole": _changes(Role.MODERATOR, "room", "participant", "role"),
    "/regie.participants.v1.ParticipantsService/RenameParticipant": _changes(Role.MODERATOR, "room", "participant"),
    "/regie.mute.v1.MuteService/MuteParticipant": _changes(Role.MODERATOR, "room", "participant"),
    "/regie.mute.v1.MuteService/UnmuteParticipant": _changes(Role.MODERATOR, "room", "participant"),
    "/regie.mute.v1.MuteService/MuteRoom": _changes(Role.MODERATOR, "room"),
    "/regie.mute.v1.MuteService/UnmuteRoom": _changes(Role.MODERATOR, "room"),
    "/regie.chat.v1.ChatService/ListMessages": _reads(Role.VIEWER, "room"),
    "/regie.chat.v1.ChatService/WatchMessages": _reads(Role.VIEWER, "room"),
    "/regie.chat.v1.ChatService/AnnounceMessage": _changes(Role.MODERATOR, "room"),
    "/regie.chat.v1.ChatService/HideMessage": _changes(Role.MODERATOR, "room", "message"),
    "/regie.moderation.v1.ModerationService/GetSettings": _reads(Role.VIEWER, "room"),
    "/regie.moderation.v1.ModerationService/SetSettings": _changes(Role.MODERATOR, "room"),
    "/regie.moderation.v1.ModerationService/ListItems": _reads(Role.MODERATOR, "room"),
    "/regie.moderation.v1.ModerationService/WatchItems": _reads(Role.MODERATOR, "room"),
    "/regie.moderation.v1.ModerationService/ClaimItem": _changes(Role.MODERATOR, "room", "item"),
    "/regie.moderation.v1.ModerationService/ReleaseItem": _changes(Role.MODERATOR, "room", "item"),
    "/regie.moderation.v1.ModerationService/DecideItem": _changes(Role.MODERATOR, "room", "item", "verdict"),
    "/regie.moderation.v1.ModerationService/RestrainParticipant": _changes(
        Role.MODERATOR, "room", "participant", "how", "for_s"
    ),
    "/regie.flags.v1.FlagsService/GetFlags": _reads(Role.VIEWER, "room"),
    "/regie.flags.v1.FlagsService/SetFlags": _changes(
        Role.MODERATOR,
        "room",
        "webcams_only_for_moderators",
        "mute_on_start",
        "lock_camera",
        "lock_microphone",
        "disable_notes",
        "lock_door",
    ),
    "/regie.hands.v1.HandsService/ListHands": _reads(Role.VIEWER, "room"),
    "/regie.hands.v1.HandsService/LowerHand": _changes(Role.MODERATOR, "room", "participant"),
    "/regie.access.v1.AccessService/GetAccess": _reads(Role.VIEWER, "room"),
    "/regie.access.v1.AccessService/SetAccess": _changes(Role.OPERATOR, "room", "mode"),
    "/regie.access.v1.AccessService/RenewLink": _changes(Role.OPERATOR, "room", "role", "recheck"),
    "/regie.access.v1.AccessService/ListTickets": _reads(Role.OPERATOR, "room"),
    "/regie.access.v1.AccessService/IssueTickets": _changes(Role.OPERATOR, "room", "role"),
    "/regie.access.v1.AccessService/RevokeTicket": _changes(Role.OPERATOR, "room", "ticket", "replace", "recheck"),
    "/regie.lobby.v1.LobbyService/GetLobby": _reads(Role.VIEWER, "room"),
    "/regie.lobby.v1.LobbyService/SetLobby": _changes(Role.MODERATOR, "room"),
    "/regie.lobby.v1.LobbyService/ListWaiters": _reads(Role.VIEWER, "room"),
    "/regie.lobby.v1.LobbyService/WatchWaiters": _reads(Role.VIEWER, "room"),
    "/regie.lobby.v1.LobbyService/AdmitWaiters": _changes(Role.MODERATOR, "room", "participants"),
    "/regie.lobby.v1.LobbyService/RefuseWaiters": _changes(Role.MODERATOR, "room", "participants"),
    "/regie.lobby.v1.LobbyService/SendToLobby": _changes(Role.MODERATOR, "room", "participant"),
    "/regie.rates.v1.RatesService/ListCaps": _reads(Role.VIEWER, "room"),
    "/regie.rates.v1.RatesService/SetCap": _changes(
        Role.OPERATOR, "room", "participant", "send_bits_per_second", "receive_bits_per_second"
    ),
    "/regie.quota.v1.QuotaService/GetQuota": _reads(Role.VIEWER, "scope", "name", "what"),
    "/regie.quota.v1.QuotaService/ListQuotas": _reads(Role.VIEWER, "scope", "name"),
    "/regie.quota.v1.QuotaService/SetQuota": _changes(Role.OPERATOR, "scope", "name", "what", "limit"),
    "/regie.quota.v1.QuotaService/WatchQuotas": _reads(Role.VIEWER),
    "/regie.audit.v1.AuditService/ListRecords": _reads(Role.OPERATOR),
    "/regie.audit.v1.AuditService/WatchRecords": _reads(Role.OPERATOR),
    "/regie.audit.v1.AuditService/VerifyRecords": _reads(Role.OPERATOR),
    "/regie.recordings.v1.RecordingsService/GetRecording": _reads(Role.VIEWER, "recording"),
    "/regie.recordings.v1.RecordingsService/ListRecordings": _reads(Role.VIEWER, "room"),
    "/regie.recordings.v1.RecordingsService/WatchRecordings": _reads(Role.VIEWER),
    "/regie.recordings.v1.RecordingsService/StartRecording": _changes(Role.OPERATOR, "room", "arrangement"),
    "/regie.recordings.v1.RecordingsService/PauseRecording": _changes(Role.OPERATOR, "room"),
    "/regie.recordings.v1.RecordingsService/ResumeRecording": _changes(Role.OPERATOR, "room"),
    "/regie.recordings.v1.RecordingsService/StopRecording": _changes(Role.OPERATOR, "room"),
    "/regie.recordings.v1.RecordingsService/VerifyRecording": _reads(Role.OPERATOR, "recording"),
    "/regie.recordings.v1.RecordingsService/RemakeRecording": _changes(Role.OPERATOR, "recording"),
    "/regie.recordings.v1.RecordingsService/CancelRecording": _changes(Role.OPERATOR, "recording"),
    "/regie.recordings.v1.RecordingsService/PublishRecording": _changes(Role.OPERATOR, "recording", "withdraw"),
    "/regie.recordings.v1.RecordingsService/DeleteRecording": _changes(Role.OPERATOR, "recording"),
    "/regie.recordings.v1.RecordingsService/LinkRecording": _changes(Role.OPERATOR, "recording", "file"),
    "/regie.recordings.v1.RecordingsService/GetReplay": _reads(Role.VIEWER, "recording"),
    "/regie.recordings.v1.RecordingsService/WriteReplay": _changes(Role.OPERATOR, "recording"),
    "/regie.recordings.v1.RecordingsService/AttachToReplay": _changes(Role.OPERATOR, "recording", "kind", "language"),
    "/regie.recordings.v1.RecordingsService/DetachFromReplay": _changes(Role.OPERATOR, "recording", "file"),
    "/regie.gauge.v1.GaugeService/GetGauge": _reads(Role.VIEWER),
    "/regie.invite.v1.InviteService/Invite": _changes(Role.OPERATOR, "room", "roles"),
    "/regie.invite.v1.InviteService/GetCalendar": _reads(Role.OPERATOR, "room"),
    "/regie.types.v1.TypesService/ListTypes": _reads(Role.VIEWER),
    "/regie.quality.v1.QualityService/GetQuality": _reads(Role.VIEWER, "room", "participant"),
    # not ours, but answered by the same server
    "/grpc.health.v1.Health/Check": Method(None),
    "/grpc.health.v1.Health/Watch": Method(None),
    "/grpc.health.v1.Health/List": Method(None),
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": _reads(Role.VIEWER),
}
