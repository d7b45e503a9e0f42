"""The columns of the audit."""

from __future__ import annotations

import time
from typing import Final

from console.columns.table import Cell, Column, Look
from console.i18n import t
from console.model import Chain, Record
from console.words import WORDS


def outcome(record: Record) -> Cell:
    if record.outcome == "OK":
        return Cell(t("audit.repeated" if record.repeated else "audit.ok"), "dim" if record.repeated else "good")
    if record.outcome == "CANCELLED":
        return Cell(t("audit.cancelled"), "warn")
    return Cell(t("audit.refused", code=record.outcome), "bad")


def verdict(chain: Chain) -> Cell:
    if not chain.broken:
        return Cell(t("audit.holds", count=chain.checked + chain.older), "good")
    why = f"broken.{chain.why}"
    return Cell(t("audit.broken", number=chain.broken, why=t(why) if why in WORDS else chain.why), "bad")


def kept(chain: Chain) -> str:
    """Since when, where retention removed what was before; else nothing is to be said."""
    if not chain.start:
        return ""
    day = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(chain.since))
    return t("audit.since", number=chain.start + 1, day=day)


def who(record: Record) -> str:
    name = record.who or t("audit.nobody")
    return f"{name} ×{record.count}" if record.count > 1 else name


def _at(record: Record, look: Look) -> Cell:
    """The time of today, the day of what is older."""
    recent = look.wall - record.at < 64_800
    return Cell(time.strftime("%H:%M:%SZ" if recent else "%m-%d %H:%M", time.gmtime(record.at)), "dim")


RECORD_COLUMNS: Final = (
    Column("at", "col.at", 11, _at, lambda r, k: r.at, descending=True),
    Column("who", "col.who", 14, lambda r, k: Cell(who(r), "strong"), lambda r, k: r.who, grow=1),
    Column("did", "col.did", 20, lambda r, k: Cell(r.did), lambda r, k: r.did, grow=1),
    Column("outcome", "col.outcome", 14, lambda r, k: outcome(r), lambda r, k: r.outcome, grow=1),
    Column("targets", "col.targets", 12, lambda r, k: Cell(r.targets), lambda r, k: r.targets, grow=4),
    Column("reason", "col.reason", 10, lambda r, k: Cell(r.reason, "dim"), lambda r, k: r.reason, grow=2, yields=4),
    Column("ms", "col.ms", 5, lambda r, k: Cell(f"{r.ms:.0f}", "dim"), lambda r, k: r.ms, "right", yields=6),
    Column("node", "col.node", 8, lambda r, k: Cell(r.context), lambda r, k: r.context, yields=3),
)
