"""Wire messages as plain values for `-o json`: words for enums, numbers for numbers, RFC 3339 for times."""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp


def plain(message: Message) -> dict[str, Any]:
    """Every field, also the empty ones; an absent time or message is null."""
    return {field.name: _value(message, field) for field in message.DESCRIPTOR.fields}


def _value(message: Message, field: Any) -> Any:
    value = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return dict(value)
    if field.is_repeated:
        return [_one(field, item) for item in value]
    if field.message_type is not None and not message.HasField(field.name):
        return None
    return _one(field, value)


def _one(field: Any, value: Any) -> Any:
    if isinstance(value, Timestamp):
        return value.ToJsonString()
    if isinstance(value, Message):
        return plain(value)
    if field.enum_type is not None:
        return word(field.enum_type, value)
    return value


def word(enum: EnumDescriptor, value: int) -> str:
    """STATE_OPEN of enum State → "open"; a value newer than us → its number."""
    known = enum.values_by_number.get(value)
    if known is None:
        return str(value)
    prefix = "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in enum.name).lstrip("_") + "_"
    return str(known.name).removeprefix(prefix).lower()
