"""The columns of the recordings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from console.columns.table import Cell, Column, Look, Tone, age
from console.i18n import number, t
from console.model import Link, Recorder, Recording
from console.text import collate
from console.words import WORDS

LATE_MS: Final = 3000  # as the node counts it: what waits longer for the disk is late
NEAR: Final = 0.9  # of a limit: from here on it is worth a look
_TONES: Final[dict[str, Tone]] = {
    "armed": "accent",
    "recording": "bad",  # red, as the light of a studio
    "paused": "warn",
    "lagging": "warn",
    "disk_low": "warn",
    "finishing": "accent",
    "verified": "good",
    "published": "good",
    "failed": "bad",
    "deleting": "accent",
    "deleted": "dim",
}
_ORDER: Final = tuple(_TONES)


def size(count: float) -> str:
    """Bytes in at most seven cells: 950 kB, 1,2 Go."""
    for unit, one in (("tb", 1e12), ("gb", 1e9), ("mb", 1e6)):
        if count >= one:
            short = count / one
            return f"{number(short, 0 if short >= 100 else 1)} {t(f'size.{unit}')}"
    return f"{count / 1e3:.0f} {t('size.kb')}"


def word(kind: str, value: str) -> str:
    """`value` in the operator's language; as it is where a newer node says what we have no word for."""
    key = f"{kind}.{value}"
    return t(key) if key in WORDS else value


def state(row: Recording) -> Cell:
    if row.pending:
        return Cell(t(f"pending.{row.pending}"), "accent")
    if row.gone_at:
        return Cell(t("note.gone"), "dim")
    if row.state == "finishing":
        return Cell(t("tape.finishing", share=int(row.progress * 100)), "accent")
    return Cell(word("tape", row.state), _TONES.get(row.state, ""))


def _of(show: Callable[[Recording], Cell]) -> Callable[[Recording, Look], Cell]:
    """What a node that is silent said last is dim, and so is what is deleted."""

    def cell(row: Recording, look: Look) -> Cell:
        shown = show(row)
        dim = row.gone_at or row.state == "deleted" or look.store.link(row.context) is not Link.LIVE
        return Cell(shown.text, "dim") if dim else shown

    return cell


def late(row: Recording) -> Cell:
    if not row.live:
        return Cell("·", "dim")
    bad = row.late_ms > LATE_MS or row.dropped
    return Cell(f"{number(row.late_ms / 1000)} s", "warn" if bad else "")


def _since(row: Recording, look: Look) -> Cell:
    return Cell(age(look.wall - row.started) if row.started else "–", "dim")


def free(recorder: Recorder) -> Cell:
    """Recorders of a node that may still begin."""
    if not recorder.available:
        return Cell(t("recorders.off"), "dim")
    if not recorder.recorders:
        return Cell(t("recorders.any", running=recorder.running), "good")
    left = recorder.recorders_free
    return Cell(t("recorders.free", left=left, of=recorder.recorders), "good" if left else "bad")


def quota(use: int, limit: int, shown: Callable[[float], str]) -> Cell:
    """Of minutes or bytes that are kept."""
    if not limit:
        return Cell(shown(use), "")
    tone: Tone = "bad" if use >= limit else "warn" if use >= NEAR * limit else "good"
    return Cell(f"{shown(use)} / {shown(limit)}", tone)


RECORDING_COLUMNS: Final = (
    Column(
        "state",
        "col.state",
        13,
        _of(state),
        lambda r, k: _ORDER.index(r.state) if r.state in _ORDER else len(_ORDER),
    ),
    Column("room", "col.room", 12, _of(lambda r: Cell(r.room, "strong")), lambda r, k: collate(r.room), grow=3),
    Column("since", "col.started_ago", 6, _since, lambda r, k: r.started, "right", descending=True),
    Column("size", "col.size", 8, _of(lambda r: Cell(size(r.bytes))), lambda r, k: r.bytes, "right", descending=True),
    Column(
        "minutes",
        "col.min",
        5,
        _of(lambda r: Cell(str(int(r.seconds // 60)))),
        lambda r, k: r.seconds,
        "right",
        descending=True,
    ),
    Column(
        "tracks",
        "col.tracks",
        6,
        _of(lambda r: Cell(str(r.tracks) if r.tracks else "·")),
        lambda r, k: r.tracks,
        "right",
        yields=5,
        descending=True,
    ),
    Column("lag", "col.disk", 6, _of(late), lambda r, k: r.late_ms, "right", yields=4, descending=True),
    Column("by", "col.set_by", 8, _of(lambda r: Cell(r.by or "·")), lambda r, k: collate(r.by), grow=1, yields=6),
    Column("node", "col.node", 8, _of(lambda r: Cell(r.context)), lambda r, k: r.context, grow=1),
)
