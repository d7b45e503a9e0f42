"""`-f`: the filter language of the console on a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.ctl.session import USAGE, stop
from console.filters import Fields, FilterError, compile_filter
from console.i18n import t

if TYPE_CHECKING:
    from console.client.once import Found


def keep(found: Sequence[Found], source: str, fields: Fields) -> list[Found]:
    try:
        predicate = compile_filter(source, fields)
    except FilterError as error:
        stop(t(error.word, **error.values), USAGE)
    return [one for one in found if predicate is None or predicate(one.row)]
