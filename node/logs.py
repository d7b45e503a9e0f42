"""Logs: one event a line, with stable names, and never anything personal.

What could be personal (a name, an address, a text) is wrapped in `Pii` where it must be passed at all; it prints as a
mark of itself. Ids of rooms and people tie lines together that are about somebody: at debug only, never in what a node
logs unasked.

A line is JSON with `timestamp`, `level`, `action` (what happened, under a name that does not change) and `request`,
where one led to it (`node/tracing.py`). What a library says has the action `library`, its name, and no addresses.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import secrets
import sys
from typing import Any, Final, Literal

import structlog
from structlog.typing import EventDict

from node.errors import Refused
from node.tracing import request_id

Format = Literal["auto", "json", "console"]
Level = Literal["debug", "info", "warning", "error"]

_QUIET: Final = ("aiosqlite", "alembic", "sqlalchemy", "aiohttp.access", "asyncio", "aiohttp.server")


_ADDRESS: Final = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\dA-Fa-f]*:[\dA-Fa-f:]*:[\dA-Fa-f.]*)(?![\w:])")


def fault(action: str, **fields: object) -> Refused:
    """Log the exception under way, and what to tell the caller: INTERNAL with a number that the log has too."""
    number = "f_" + secrets.token_hex(6)
    structlog.get_logger().error(action, fault=number, **{"exc_info": True, **fields})
    return Refused("INTERNAL", current=number)


class Pii:
    """Something personal. Compares by value, prints as `‹pii›`."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "‹pii›"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pii) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)


def masked(sentence: str) -> str:
    """Without IP addresses."""
    return _ADDRESS.sub(lambda found: "‹ip›" if _is_address(found[0]) else found[0], sentence)


def _is_address(word: str) -> bool:
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True


def _of_library(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Its sentence is not a name, and it does not know what is personal."""
    record: logging.LogRecord = line["_record"]
    line["library"], line["message"], line["event"] = record.name, masked(str(line["event"])), "library"
    if "exception" in line:
        line["exception"] = masked(line["exception"])
    return line


def _in_order(_logger: Any, _method: str, line: EventDict) -> EventDict:
    first = {"timestamp": line.pop("timestamp", ""), "level": line.pop("level", ""), "action": line.pop("event", "")}
    if request := request_id():
        first["request"] = request
    return {**first, **line}


def configure(format_: Format = "auto", level: Level = "info") -> None:
    """Send structlog's and the standard library's records to stderr, in one form."""
    as_json = format_ == "json" or (format_ == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    # Never the default formatter: it prints the local variables of every frame, and tickets and keys are among them.
    renderer: Any = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, event_key="action"
    )
    if as_json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=repr)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared, _of_library],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _in_order, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
