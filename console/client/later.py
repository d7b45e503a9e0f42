"""Messages that are loaded when one of them is first needed: a command speaks to one or two services of eighteen."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, found)
        return found


def later(word: str) -> Any:
    """`protos.<word>.v1.<word>_pb2`."""
    return _Later(f"protos.{word}.v1.{word}_pb2")
