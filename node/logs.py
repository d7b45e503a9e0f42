"""Logs: one event a line, with stable names, and never anything personal.

What could be personal (a name, an address, a text) is wrapped in `Pii` where it must be passed at all; it prints as a
mark of itself. Ids of rooms and people tie lines together that are about somebody: at debug only, never in what a node
logs unasked.
"""

from __future__ import annotations

import logging
import secrets
import sys
from typing import Any, Final, Literal

import structlog

from node.errors import Refused

Format = Literal["auto", "json", "console"]
Level = Literal["debug", "info", "warning", "error"]

_QUIET: Final = ("aiosqlite", "alembic", "sqlalchemy", "aiohttp.access", "asyncio", "aiohttp.server")


def fault(event: str, **fields: object) -> Refused:
    """Log the exception under way, and what to tell the caller: INTERNAL with a number that the log has too."""
    number = "f_" + secrets.token_hex(6)
    structlog.get_logger().error(event, fault=number, **{"exc_info": True, **fields})
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


def configure(format_: Format = "auto", level: Level = "info") -> None:
    """Send structlog's and the standard library's records to stderr, in one form."""
    as_json = format_ == "json" or (format_ == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Never the default formatter: it prints the local variables of every frame, and tickets and keys are among them.
    renderer: Any = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    if as_json:
        shared.append(structlog.processors.format_exc_info)
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=repr)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
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
