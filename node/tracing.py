"""Which request a line of the log, a command to the plane and a span are of.

A request has an id of 32 hex digits, the trace id of W3C's Trace Context: the page's or the proxy's own
(`traceparent`, or `X-Request-Id`, which nginx calls `$request_id`), else a fresh one. What it starts carries it on:
tasks inherit it. It is drawn by chance and says nothing about anybody.

Spans of OpenTelemetry under the same id go to a collector where `[tracing] endpoint` names one (the extra `otel`).
Without it a span costs one comparison, and nothing of OpenTelemetry is imported.

    with request(read_id(headers)), span("join") as noted:
        noted("code", "OK")
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import Context, ContextVar
from typing import Any, Final

from node.errors import Fault, Refused

HEADER: Final = "X-Request-Id"
PARENT: Final = "traceparent"
ID: Final = re.compile(r"(?!0{32})[0-9a-f]{32}")
MAX_JOINED: Final = 8
"""Requests that one command names; the ids of more would be longer than what they ask for."""

Value = str | int | float | bool
Note = Callable[[str, Value], None]

OUTSIDE: Final = Context()
"""For timers that serve everybody: they would be of the request that happened to start them."""

_request: ContextVar[str] = ContextVar("request", default="")
_tracer: Any = None


def request_id() -> str:
    """ "": of no request, something that the node does by itself."""
    return _request.get()


def begin(id_: str) -> None:
    """What this task does from here on is of that request."""
    _request.set(id_)


@contextlib.contextmanager
def request(id_: str) -> Iterator[None]:
    before = _request.set(id_)
    try:
        yield
    finally:
        _request.reset(before)


def fresh() -> str:
    return secrets.token_hex(16)


def read_id(headers: Mapping[str, str]) -> str:
    """What the caller calls this request, if it is an id: nothing that somebody made up gets into a log."""
    version, _, rest = headers.get(PARENT, "").partition("-")
    # Of gRPC: names are lower case there.
    for said in (rest.partition("-")[0] if version else "", headers.get(HEADER) or headers.get(HEADER.lower(), "")):
        if ID.fullmatch(said):
            return said
    return fresh()


def joined(ids: Iterable[str]) -> str:
    """The ids of several requests whose work is done in one."""
    return ",".join(list(dict.fromkeys(filter(None, ids)))[:MAX_JOINED])


# ---------------------------------------------------------------- spans


@contextlib.contextmanager
def span(name: str, **attributes: Value) -> Iterator[Note]:
    """What is done inside, as a span of the request; `attributes` may name no person, room or address. What is raised
    is told by its code or its type alone: sentences name people."""
    if _tracer is None:
        yield _nothing
        return
    attributes["regie.request"] = id_ = request_id()
    with _tracer.start_as_current_span(
        name,
        context=None if _is_of(id_) else _nowhere(),
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as opened:
        try:
            yield opened.set_attribute
        except Refused as refused:
            opened.set_attribute("regie.code", refused.code)
            raise
        except Exception as error:
            opened.set_attribute("error.type", type(error).__name__)
            _mark_failed(opened)
            raise


def _is_of(id_: str) -> bool:
    """Whether the span under way is of the same request: a WebSocket lasts, and a worker works for many."""
    from opentelemetry.trace import get_current_span

    return bool(f"{get_current_span().get_span_context().trace_id:032x}" == id_[:32])


def _nowhere() -> Any:
    from opentelemetry.context import Context as Spans

    return Spans()


def _nothing(_name: str, _value: Value) -> None:
    pass


def _mark_failed(opened: Any) -> None:
    from opentelemetry.trace import StatusCode

    opened.set_status(StatusCode.ERROR)


class _Ids:
    """Trace ids are those of the requests. Has the shape of OpenTelemetry's `IdGenerator`."""

    def generate_trace_id(self) -> int:
        return int(request_id()[:32] or fresh(), 16)

    def generate_span_id(self) -> int:
        return int.from_bytes(secrets.token_bytes(8)) or 1

    def is_trace_id_random(self) -> bool:
        return True


def start(endpoint: str, *, node: str, version: str) -> Callable[[], None]:
    """Send spans to an OTLP collector over HTTP, e.g. http://127.0.0.1:4318/v1/traces; in batches, by a thread. What is
    returned sends the last ones and ends it; it blocks for seconds at most.

    Raises:
        Fault: OpenTelemetry is not installed.
    """
    global _tracer
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise Fault("tracing.endpoint is set, and OpenTelemetry is missing: pip install 'regie[node,otel]'.") from error
    resource = Resource.create({"service.name": "regie", "service.version": version, "service.instance.id": node})
    provider = TracerProvider(resource=resource, id_generator=_Ids(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=2)))
    _tracer = provider.get_tracer("regie", version)

    def stop() -> None:
        global _tracer
        _tracer = None
        provider.shutdown()

    return stop
