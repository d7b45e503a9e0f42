"""Session types as this node offers them."""

from __future__ import annotations

import msgspec

from node.features.quota.rules import Book
from node.features.types.rules import TYPES, SessionType


class Types:
    def __init__(self, book: Book) -> None:
        self._book = book

    def list(self) -> list[SessionType]:
        """Every type, the basic ones first, with the smaller of its limits and the node's (T2)."""
        return [self._here(row) for row in TYPES.values()]

    def _here(self, row: SessionType) -> SessionType:
        most, _whose = self._book.ceiling(row)
        return msgspec.structs.replace(row, max_people=most, default_people=self._book.people_of(row))
