"""The columns of the people in one room."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from console.columns.table import Cell, Column, Look, Tone, age, loss, silent
from console.i18n import t
from console.model import Grade, Link, Person, Track
from console.text import collate, meter

DAY_S: Final = 86_400


def microphone(person: Person, look: Look) -> Cell:
    track = person.track("microphone")
    if track is None:
        return Cell(t("none"), "dim")
    if track.muted:
        return Cell(t("blocked"), "warn")
    if person.speaking:
        return Cell(t("talking"), "accent")
    return Cell(t("on"), "") if track.on else Cell(t("off"), "dim")


def _video(track: Track | None) -> Cell:
    if track is None:
        return Cell(t("none"), "dim")
    if track.muted:
        return Cell(t("blocked.video"), "warn")
    return Cell(t("on"), "") if track.on else Cell(t("off"), "dim")


def loudness(level: int) -> float:
    """0 … 1 of a level in -dBov: speech lies between -50 and -10."""
    return 0.0 if level >= 127 else min(1.0, max(0.0, (60 - level) / 50))


def _level(person: Person, look: Look) -> Cell:
    track = person.track("microphone")
    if track is None or track.muted or not track.on:
        return Cell("·····", "dim")
    return Cell(meter(loudness(person.level), 5), "accent" if person.speaking else "dim")


def restraint(person: Person, look: Look) -> str:
    """In the chat, and until when."""
    what = t("note.no_chat" if person.restraint == "mute" else "note.chat_held")
    if not person.restrained_until:
        return what
    soon = person.restrained_until - look.wall < DAY_S
    at = time.strftime("%H:%M" if soon else "%m-%d %H:%M", time.gmtime(person.restrained_until))
    return t("note.until", what=what, at=at)


def note(person: Person, look: Look) -> Cell:
    if person.pending:
        return Cell(t(f"pending.{person.pending}"), "accent")
    if person.gone_at:
        return Cell(t("note.gone"), "dim")
    match look.store.link(person.context):
        case Link.DOWN | Link.DENIED:
            return Cell(t("link.down"), "bad")
        case Link.STALE:
            return Cell(t("link.stale"), "warn")
        case _:
            pass
    if person.state == "away":
        return Cell(t("note.away"), "warn")
    if person.state == "joining":
        return Cell(t("note.joining"), "dim")
    if person.hand:
        return Cell(t("note.hand", age=age(look.wall - person.hand)), "accent")
    if person.restraint:
        return Cell(restraint(person, look), "warn")
    if person.held:
        return Cell(t("note.held"), "warn")
    for source, track in person.tracks.items():
        if track.muted:
            who = track.muted_by or "?"
            if source == "microphone":
                return Cell(t("note.muted_by", who=who), "warn")
            return Cell(t("note.blocked_by", source=t(f"source.{source}"), who=who), "warn")
    if person.cause and person.grade in (Grade.FAIR, Grade.POOR):
        return Cell(t(f"note.{person.cause}"), GRADE_TONES[person.grade])
    return Cell("")


GRADE_TONES: Final[dict[Grade, Tone]] = {
    Grade.UNKNOWN: "dim",
    Grade.GOOD: "good",
    Grade.FAIR: "warn",
    Grade.POOR: "bad",
}


def _known(show: Callable[[Person], Cell]) -> Callable[[Person, Look], Cell]:
    """A measure of the way to the person; dots until it is known."""

    def cell(person: Person, look: Look) -> Cell:
        if person.gone_at or person.grade is Grade.UNKNOWN:
            return Cell("·", "dim")
        shown = show(person)
        return Cell(shown.text, "dim") if silent(person.context, look) else shown

    return cell


def _live(show: Callable[[Person, Look], Cell]) -> Callable[[Person, Look], Cell]:
    def cell(person: Person, look: Look) -> Cell:
        shown = show(person, look)
        return Cell(shown.text, "dim") if person.gone_at else shown

    return cell


PERSON_COLUMNS: Final = (
    Column(
        "name",
        "col.name",
        14,
        _live(lambda r, k: Cell(r.name or r.participant, "strong")),
        lambda r, k: collate(r.name),
        grow=3,
        steady=True,
    ),
    Column(
        "role",
        "col.role",
        6,
        lambda r, k: Cell(t(f"role.{r.role}") if r.client == "page" else t(f"client.{r.client}"), "dim"),
        lambda r, k: (r.role != "host", r.client),
        yields=6,
    ),
    Column("mic", "col.mic", 7, _live(microphone), lambda r, k: microphone(r, k).text),
    Column("level", "col.level", 5, _live(_level), lambda r, k: (r.speaking, -r.level), yields=1, descending=True),
    Column(
        "camera",
        "col.camera",
        7,
        _live(lambda r, k: _video(r.track("camera"))),
        lambda r, k: _video(r.track("camera")).text,
        yields=5,
    ),
    Column(
        "sharing",
        "col.screen",
        7,
        _live(lambda r, k: _video(r.track("screen"))),
        lambda r, k: _video(r.track("screen")).text,
        yields=8,
    ),
    Column(
        "loss", "col.loss", 5, _known(lambda r: loss(r.loss)), lambda r, k: r.loss, "right", yields=2, descending=True
    ),
    Column(
        "rtt",
        "col.rtt",
        4,
        _known(lambda r: Cell(f"{r.rtt_ms:.0f}")),
        lambda r, k: r.rtt_ms,
        "right",
        yields=3,
        descending=True,
    ),
    Column(
        "kbps",
        "col.kbps",
        5,
        _known(lambda r: Cell(f"{r.bits / 1000:.0f}")),
        lambda r, k: r.bits,
        "right",
        yields=7,
        descending=True,
    ),
    Column(
        "grade",
        "col.grade",
        9,
        _known(lambda r: Cell(t(f"grade.{int(r.grade)}"), GRADE_TONES[r.grade])),
        lambda r, k: r.grade,
        yields=4,
        descending=True,
    ),
    Column(
        "stay",
        "col.stay",
        4,
        _live(lambda r, k: Cell(age(k.wall - r.joined) if r.joined else "–", "dim")),
        lambda r, k: -(r.joined or float("inf")),
        "right",
        yields=8,
        descending=True,
        ages=True,
    ),
    Column("note", "col.note", 13, note, lambda r, k: note(r, k).text, grow=1),
)
