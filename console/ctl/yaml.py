"""Plain values as YAML 1.2: blocks of names and lists; every text quoted as in JSON, which YAML reads as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from console.text import safe_json


def dump(value: Any) -> str:
    """`value` of dicts, lists, texts, numbers, yes and no."""
    return "\n".join(_lines(value))


def _lines(value: Any, depth: int = 0) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            if _flat(inner):
                yield f"{pad}{_name(name)}: {_scalar(inner)}"
            else:
                yield f"{pad}{_name(name)}:"
                yield from _lines(inner, depth + 1)
    elif isinstance(value, list) and value:
        for inner in value:
            if _flat(inner):
                yield f"{pad}- {_scalar(inner)}"
            else:
                first, *rest = _lines(inner, depth + 1)
                yield f"{pad}- {first.lstrip()}"
                yield from rest
    else:
        yield pad + _scalar(value)


def _name(name: str) -> str:
    """As it is when it is a word; of a map, a name may be anything that a node sent (H22)."""
    plain = name.isascii() and name.replace("-", "_").isidentifier()
    return name if plain else safe_json(name)


def _flat(value: Any) -> bool:
    return not isinstance(value, dict | list) or not value


def _scalar(value: Any) -> str:
    return safe_json(value, indent=None)
