"""`-f`: the filter language of the console on a list. Where the console has that list, in its words; else in those of
`-o json`, a point in them as `_`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from console.ctl.session import USAGE, stop
from console.i18n import t

if TYPE_CHECKING:
    from console.client.once import Found
    from console.filters import Fields, Predicate


def keep(found: Sequence[Found], source: str, table: str = "") -> list[Found]:
    """Those of `found` that the filter `source` lets through; `table` names the words of the language."""
    if not source.strip():
        return list(found)
    if not table:
        kept = _kept([one.data for one in found], source)
        return [one for one, stays in zip(found, kept, strict=True) if stays]
    from console.fields import TABLES  # and with them the console's columns: most lists are asked for whole

    predicate = _predicate(source, TABLES[table])
    return [one for one in found if predicate is None or predicate(one.row)]


def keep_plain(found: Sequence[dict[str, Any]], source: str, words: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The same of objects as the node gave them. `words`: those that each has, where that is known without one."""
    if not source.strip():
        return list(found)
    return [one for one, stays in zip(found, _kept(found, source, words), strict=True) if stays]


def _kept(found: Sequence[dict[str, Any]], source: str, known: Sequence[str] = ()) -> list[bool]:
    from console.filters import Field, Fields
    from console.sheets import flat

    rows = [{name.replace(".", "_"): value for name, value in flat(one).items()} for one in found]
    if not rows and not known:
        return []
    names = dict.fromkeys([*known, *(name for row in rows for name in row)])
    numbers = {name for row in rows for name, value in row.items() if type(value) in (int, float)}
    words = Fields([Field(name, _getting(name, name in numbers), _kind(name in numbers)) for name in names])
    predicate = _predicate(source, words)
    return [predicate is None or predicate(row) for row in rows]


def _kind(number: bool) -> Literal["text", "number"]:
    return "number" if number else "text"


def _getting(name: str, number: bool) -> Callable[[dict[str, Any]], Any]:
    """What is not said is nothing: 0, or an empty text."""

    def get(row: dict[str, Any]) -> Any:
        value = row.get(name)
        if type(value) is bool:
            return "yes" if value else "no"
        return value if value is not None else 0 if number else ""

    return get


def _predicate(source: str, words: Fields) -> Predicate | None:
    from console.filters import FilterError, compile_filter

    try:
        return compile_filter(source, words)
    except FilterError as error:
        stop(t(error.word, **error.values), USAGE)
