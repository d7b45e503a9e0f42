"""What the participants' edges count, as they need it; `node.metrics` implements it."""

from __future__ import annotations

from typing import Protocol


class Meter(Protocol):
    def refusal(self, code: str, edge: str) -> None:
        """Somebody was refused. `edge`: "http" or "websocket"."""

    def websocket(self, change: int) -> None:
        """One WebSocket more or less."""

    def join(self, code: str, seconds: float) -> None:
        """A join was answered; `code` "OK" or the refusal's."""
