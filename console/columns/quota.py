"""The columns of the limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from console.columns.table import Cell, Column, Look, age
from console.i18n import t
from console.model import Link, Quota
from console.words import WORDS

NEAR: Final = 0.9  # of a limit: from here on it is worth a look
_SCOPES: Final = ("node", "type", "room")


def word(kind: str, value: str) -> str:
    """`value` in the operator's language; as it is where a newer node says what we have no word for."""
    key = f"{kind}.{value}"
    return t(key) if key in WORDS else value


def named(quota: Quota) -> str:
    """ "type:webinar people", as the command line wants it."""
    return f"{':'.join(part for part in (quota.scope, quota.name) if part)} {quota.what}"


def _of_quota(show: Callable[[Quota], Cell]) -> Callable[[Quota, Look], Cell]:
    """What a node that is silent said last is dim."""

    def cell(quota: Quota, look: Look) -> Cell:
        shown = show(quota)
        return Cell(shown.text, "dim") if quota.gone_at or look.store.link(quota.context) is not Link.LIVE else shown

    return cell


def share(quota: Quota) -> Cell:
    if quota.gone_at:
        return Cell(t("note.gone"), "dim")
    if not quota.limit:
        return Cell(t("quota.free"), "dim")
    if quota.use >= quota.limit:
        return Cell(t("quota.full"), "bad")
    near = quota.share >= NEAR
    return Cell(t("quota.near" if near else "quota.share", share=int(quota.share * 100)), "warn" if near else "good")


def _name(quota: Quota) -> Cell:
    """Of the node, its own: there may be a hundred."""
    return Cell(quota.name or quota.context, "strong" if quota.name else "")


def _limit(quota: Quota) -> Cell:
    text = str(quota.limit) if quota.limit else "–"
    if quota.pending:
        return Cell(f"… {quota.pending}", "accent")
    return Cell(text, "strong" if quota.set_by else "")


def _last(quota: Quota, look: Look) -> Cell:
    return Cell(age(look.wall - quota.last_refused) if quota.last_refused else "–", "dim")


QUOTA_COLUMNS: Final = (
    Column(
        "scope",
        "col.scope",
        6,
        _of_quota(lambda r: Cell(word("scope", r.scope))),
        lambda r, k: _SCOPES.index(r.scope) if r.scope in _SCOPES else len(_SCOPES),
    ),
    Column("name", "col.quota_name", 12, _of_quota(_name), lambda r, k: r.name or r.context, grow=3),
    Column("what", "col.what", 12, _of_quota(lambda r: Cell(word("what", r.what))), lambda r, k: r.what, grow=1),
    Column("use", "col.use", 6, _of_quota(lambda r: Cell(str(r.use))), lambda r, k: r.use, "right", descending=True),
    Column("limit", "col.limit", 7, _of_quota(_limit), lambda r, k: r.limit, "right", descending=True),
    Column("share", "col.share", 8, _of_quota(share), lambda r, k: r.share, descending=True),
    Column(
        "refused",
        "col.refused",
        7,
        _of_quota(lambda r: Cell(str(r.refused) if r.refused else "·", "warn" if r.refused else "dim")),
        lambda r, k: r.refused,
        "right",
        descending=True,
    ),
    Column("last", "col.last_refused", 7, _last, lambda r, k: -r.last_refused, "right", yields=4),
    Column("by", "col.set_by", 8, _of_quota(lambda r: Cell(r.set_by or "·")), lambda r, k: r.set_by, grow=1, yields=6),
    Column("node", "col.node", 8, _of_quota(lambda r: Cell(r.context)), lambda r, k: r.context, grow=1, yields=5),
)
