"""`-f`: the filter language of the console on a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.ctl.session import USAGE, stop
from console.i18n import t

if TYPE_CHECKING:
    from console.client.once import Found


def keep(found: Sequence[Found], source: str, table: str) -> list[Found]:
    """Those of `found` that the filter `source` lets through; `table` names the words of the language."""
    if not source.strip():
        return list(found)
    from console.fields import TABLES  # and with them the console's columns: most lists are asked for whole
    from console.filters import FilterError, compile_filter

    try:
        predicate = compile_filter(source, TABLES[table])
    except FilterError as error:
        stop(t(error.word, **error.values), USAGE)
    return [one for one in found if predicate is None or predicate(one.row)]
