"""H17: absent, empty and random fields in every message of every method; bytes that are no message at all."""

from __future__ import annotations

import random
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pool import Default as default_pool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

from node.rpc.server import SERVICES
from protos.nodes.v1 import nodes_pb2
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import Caller, House, what_it_said

METHODS: list[MethodDescriptor] = [
    method for service in SERVICES for method in default_pool().FindServiceByName(service).methods
]


def path(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


async def send(caller: Caller, method: MethodDescriptor, data: bytes) -> str:
    """The refusal's code, or OK. Fails for a status without a refusal and for a fault of ours."""
    streaming = method.server_streaming
    make: Any = caller.channel.unary_stream if streaming else caller.channel.unary_unary
    call = make(path(method))(data, metadata=caller.metadata, timeout=30)
    try:
        await (call.read() if streaming else call)
    except grpc.aio.AioRpcError as error:
        said = what_it_said(error)
        assert said.reason != "INTERNAL", f"{path(method)} {data!r}"
        return said.reason
    finally:
        call.cancel()
    return "OK"


@pytest.mark.parametrize("method", METHODS, ids=path)
async def test_nothing_is_set(house: House, method: MethodDescriptor) -> None:
    admin = await house.operator("admin")
    await house.room("hall", ["Amina"])
    assert await send(admin, method, b"")
    assert "hall" in house.floor.rooms


@pytest.mark.parametrize("data", [b"\xff" * 20, b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x02\xff\xfe", b"\x0b" * 200])
async def test_bytes_that_are_no_message_are_refused_with_a_code(house: House, data: bytes) -> None:
    admin = await house.operator("admin")
    get_room = rooms_pb2.DESCRIPTOR.services_by_name["RoomsService"].methods_by_name["GetRoom"]
    assert await send(admin, get_room, data) == "BAD_REQUEST"


VALUES: dict[int, list[object]] = {
    FieldDescriptor.TYPE_STRING: ["", "hall", "x" * 5000, "\x00", "../../etc", "\u202e", "é" * 64, "[red]"],
    FieldDescriptor.TYPE_INT32: [0, 1, -1, 2**31 - 1, -(2**31)],
    FieldDescriptor.TYPE_UINT32: [0, 1, 2**32 - 1],
    FieldDescriptor.TYPE_UINT64: [0, 1, 2**64 - 1],
    FieldDescriptor.TYPE_DOUBLE: [0.0, -1.0, 1e300, float("inf"), float("nan")],
    FieldDescriptor.TYPE_BYTES: [b"", b"\x00" * 5000, b"WEBVTT\n\n\xff", b"%PDF-1.7"],
    FieldDescriptor.TYPE_BOOL: [False, True],
    FieldDescriptor.TYPE_ENUM: [0, 1, 2, 99],
    FieldDescriptor.TYPE_MESSAGE: [Timestamp(), Timestamp(seconds=2**40), Timestamp(seconds=-(2**35), nanos=-1)],
}


def any_request(kind: Descriptor, seed: random.Random) -> Message:
    request = GetMessageClass(kind)()
    for field in kind.fields:
        if seed.random() < 0.3:
            continue
        value = seed.choice(VALUES[field.type])
        if isinstance(value, Timestamp) and field.message_type.full_name != value.DESCRIPTOR.full_name:
            value = any_request(field.message_type, seed)
        if field.is_repeated:  # together below the 4 MiB above which gRPC itself refuses
            many = 50 if isinstance(value, Message) else 700
            getattr(request, field.name).extend([value] * seed.choice((1, 3, many)))
        elif isinstance(value, Message):
            getattr(request, field.name).CopyFrom(value)
        else:
            setattr(request, field.name, value)
    return request


@pytest.mark.parametrize("method", METHODS, ids=path)
async def test_any_value_in_any_field(house: House, method: MethodDescriptor) -> None:
    admin = await house.operator("admin")
    await house.room("hall", ["Amina"])
    seed = random.Random(17)
    for _ in range(40):
        await send(admin, method, any_request(method.input_type, seed).SerializeToString())
    caller = await admin.ask(admin.nodes.GetCaller, nodes_pb2.GetCallerRequest())
    assert caller.operator == "admin"
