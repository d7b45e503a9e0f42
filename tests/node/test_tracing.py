"""A request keeps the id that it came with, if that is one; and nothing of OpenTelemetry is there unless asked for."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence

import pytest

from node import tracing
from node.errors import Fault
from node.media.batch import Batch

ASKED = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    "headers",
    [
        {"traceparent": f"00-{ASKED}-00f067aa0ba902b7-01"},
        {"X-Request-Id": ASKED},
        {"x-request-id": ASKED},
        {"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01", "X-Request-Id": ASKED},
    ],
)
def test_an_id_is_kept(headers: dict[str, str]) -> None:
    assert tracing.read_id(headers) == ASKED


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Request-Id": "Zénobie"},
        {"X-Request-Id": "0" * 32},
        {"X-Request-Id": ASKED.upper()},
        {"X-Request-Id": f"{ASKED}\n"},
        {"traceparent": ASKED},
        {"traceparent": "00-" + "zenobie" * 5},
    ],
)
def test_what_somebody_made_up_is_not(headers: dict[str, str]) -> None:
    """Whatever it says, it never gets into a log."""
    assert tracing.ID.fullmatch(given := tracing.read_id(headers))
    assert given not in str(headers) and given != tracing.read_id(headers)


async def test_a_command_for_several_requests_names_them() -> None:
    """And what comes after, under the same worker, is not theirs."""
    sent: list[tuple[list[int], str]] = []
    begun = asyncio.Event()

    async def send(changes: Sequence[int]) -> None:
        sent.append((list(changes), tracing.request_id()))
        begun.set()
        await asyncio.sleep(0)

    batch: Batch[int] = Batch(send, lambda _: True)

    async def ask(number: int, request: str) -> None:
        with tracing.request(request):
            await batch.add([number])

    first = asyncio.gather(ask(1, "a" * 32), ask(2, "b" * 32), ask(3, "a" * 32))
    await begun.wait()
    await asyncio.gather(first, ask(4, "c" * 32))
    assert sent == [([1, 2, 3], f"{'a' * 32},{'b' * 32}"), ([4], "c" * 32)]


def test_off_by_default_it_is_not_even_imported() -> None:
    code = "import node.running, sys; sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=50, check=False).returncode == 0


def test_where_it_is_missing_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(Fault, match=r"pip install 'regie\[node,otel\]'"):
        tracing.start("http://127.0.0.1:9", node="n", version="0")
    with tracing.span("nothing", anything=1) as note:
        note("still", "nothing")
