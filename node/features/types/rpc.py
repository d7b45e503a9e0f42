"""gRPC: regie.types.v1."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from node.features.types.rules import Right, SessionType, Start
from node.features.types.service import Types
from node.rpc.convert import page
from protos.types.v1 import types_pb2 as pb
from protos.types.v1 import types_pb2_grpc

STARTS: Final = {
    Start.ANYONE: pb.SessionType.START_ANYONE,
    Start.TWO: pb.SessionType.START_TWO,
    Start.HOST: pb.SessionType.START_HOST,
}


class TypesServicer(types_pb2_grpc.TypesServiceServicer):
    def __init__(self, types: Types) -> None:
        self._types = types

    async def ListTypes(self, request: pb.ListTypesRequest, context: Any) -> pb.ListTypesResponse:
        rows = sorted(self._types.list(), key=_key)
        some, after = page(rows, _key, size=request.page_size, token=request.page_token)
        return pb.ListTypesResponse(types=map(session_type, some), next_page_token=after)


def _key(row: SessionType) -> str:
    return row.key


def session_type(row: SessionType) -> pb.SessionType:
    return pb.SessionType(
        type=row.key,
        base=row.base,
        title_fr=row.title.fr,
        title_en=row.title.en,
        use_fr=row.use.fr,
        use_en=row.use.en,
        default_people=row.default_people,
        max_people=row.max_people,
        advice_people=row.advice_people,
        default_minutes=row.default_minutes,
        max_minutes=row.max_minutes,
        start=STARTS[row.start],
        ends_empty=row.ends_empty,
        recording=row.recording,
        replay=row.replay,
        telephone=row.telephone,
        lobby=row.lobby,
        endless=row.endless,
        begins=pb.Beginning(**msgspec.structs.asdict(row.begins)),
        roles=[
            pb.Role(role=role, rights=[right for right in Right if right in rights])
            for role, rights in row.roles.items()
        ],
    )
