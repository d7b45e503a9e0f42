"""One person's connection: how it is, whose doing it is when it is not good, in which layers, and the last minutes."""

from __future__ import annotations

import asyncio
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from console.columns.people import GRADE_TONES, restraint
from console.columns.table import Look, Tone, kilobits, rate
from console.explaining import explain
from console.i18n import number, t
from console.model import Detail, Failure, Key, Layer, Person, Point, Slot
from console.ports import Operator
from console.text import fit, sparkline, squeeze
from console.theme import ON_SURFACE
from console.widgets.paint import Line, Lines

EVERY_S: Final = 1.0
LABEL: Final = 20
HISTORY: Final[tuple[tuple[str, str], ...]] = (
    ("fact.loss_down", "loss"),
    ("fact.loss_up", "loss_up"),
    ("fact.rtt", "rtt_ms"),
    ("fact.jitter", "jitter_ms"),
    ("fact.to_them", "sent"),
    ("fact.from_them", "received"),
)


class QualityScreen(ModalScreen[None]):
    """Asks once a second while it is open, and never otherwise."""

    CSS = """
    QualityScreen { align: center middle; background: $background 60%; }
    QualityScreen VerticalScroll { width: 100; max-width: 96%; height: auto; max-height: 92%; background: $surface;
        border: round $border; border-title-color: $accent; border-subtitle-color: #7b8696; padding: 0 1;
        scrollbar-size-vertical: 1; }
    """

    def __init__(self, person: Person, operator: Operator, look: Look) -> None:
        super().__init__()
        self._person = person
        self._operator = operator
        self._look = look
        self._detail: Detail | None = None
        self._trouble = ""
        self._asking: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = f"{t('quality.title')} — {self._person.name or self._person.participant}"
            scroll.border_subtitle = t("quality.close")
            yield Lines(lambda cells, rows: self._lines(cells), ON_SURFACE, id="quality-page")

    def on_mount(self) -> None:
        self._fit()
        self._asking = asyncio.create_task(self._ask(self._person.key))

    def on_unmount(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self, person: Key) -> None:
        while True:
            try:
                self._detail, self._trouble = await self._operator.quality(person), ""
            except Failure as failure:
                self._trouble = explain(failure)
            self._fit()
            await asyncio.sleep(EVERY_S)

    def _fit(self) -> None:
        page = self.query_one("#quality-page", Lines)
        cells = max(40, min(100, int(self.size.width * 0.96)) - 5)
        page.stand(len(self._lines(cells)))

    def on_resize(self) -> None:
        self._fit()

    def _lines(self, cells: int) -> list[Line]:
        lines: list[Line] = [[(self._trouble, "bad")]] if self._trouble else []
        if self._detail is None:
            return lines or [[(t("quality.asking"), "dim")]]
        return lines + detail_lines(self._detail, self._look, cells)

    def on_key(self, event: events.Key) -> None:
        scroll = self.query_one(VerticalScroll)
        event.stop()
        match event.key:
            case "q" | "escape" | "enter" | "backspace":
                self.dismiss()
            case "j" | "down":
                scroll.scroll_down(animate=False, immediate=True)
            case "k" | "up":
                scroll.scroll_up(animate=False, immediate=True)
            case _:
                pass


def detail_lines(detail: Detail, look: Look, cells: int) -> list[Line]:
    person = detail.person
    verdict = t(f"grade.{int(person.grade)}")
    cause = t(f"cause.{person.cause}") if person.cause else ""
    lines: list[Line] = [[(verdict, GRADE_TONES[person.grade]), (f"  {cause}" if cause else "", "strong")]]
    if person.held:
        lines.append([(t("quality.held"), "warn")])
    if person.restraint:
        lines.append(_fact("fact.chat", restraint(person, look), "warn"))
    lines.append([])
    lines += [
        _fact("fact.to_them", _way(person.loss, person.jitter_ms, person.bits)),
        _fact("fact.from_them", _way(person.loss_up, person.jitter_up_ms, person.bits_up)),
        _fact("fact.rtt", f"{person.rtt_ms:.0f} ms   {'TCP' if person.tcp else 'UDP'}"),
        _fact("fact.target", f"{rate(person.target)}b/s" if person.target else t("none")),
        _fact("fact.caps", caps(person.send_cap, person.receive_cap)),
        _fact("fact.page", f"{person.fps:.0f} {t('fps')}   {t('freezes', count=person.freezes)}"),
    ]
    lines += [[], [(t("quality.sends").upper(), "accent")]]
    lines += [_layer(layer) for layer in detail.layers] or [[(t("none"), "dim")]]
    lines += [[], [(t("quality.receives").upper(), "accent")]]
    lines += [_slot(slot, look, person) for slot in detail.slots] or [[(t("none"), "dim")]]
    lines += [[], [(t("quality.history").upper(), "accent")]]
    lines += [_past(label, name, detail.history, cells) for label, name in HISTORY]
    return lines


def caps(send: int, receive: int) -> str:
    """↑ what they may send, ↓ what they are sent."""
    parts = [f"{arrow} {rate(value)}b/s" for arrow, value in (("↑", send), ("↓", receive)) if value]
    return "   ".join(parts) or t("none")


def _fact(label: str, text: str, tone: Tone = "") -> Line:
    return [(fit(t(label), LABEL), "dim"), (text, tone)]


def _way(loss: float, jitter: float, bits: float) -> str:
    return f"{number(loss)} %   {t('fact.jitter')} {jitter:.0f} ms   {kilobits(bits)} kb/s"


def _name(look: Look, person: Person, participant: str) -> str:
    other = look.store.people.rows.get((person.context, person.room, participant))
    return other.name if other is not None and other.name else participant or t("none")


def _layer(layer: Layer) -> Line:
    size = f"{layer.width}×{layer.height}" if layer.width else ""
    state = t("layer.off") if not layer.active else t("layer.watched") if layer.wanted else t("layer.unwatched")
    text = f"{fit(layer.rid or '–', 4)}{fit(size, 11)}{fit(f'{layer.fps:.0f}/s', 6)}{kilobits(layer.bits):>6} kb/s  "
    return [(fit(t(f"source.{layer.source}"), LABEL), ""), (text, ""), (state, "dim")]


def _slot(slot: Slot, look: Look, person: Person) -> Line:
    who = fit(_name(look, person, slot.participant), LABEL - 1) + " "
    source = t(f"source.{slot.source}") if slot.source else t("none")
    text = f"{fit(source, 12)}{fit(slot.rid or '–', 4)}{kilobits(slot.bits):>6} kb/s  {number(slot.loss)} %"
    return [(who, ""), (text, "")]


def _past(label: str, name: str, history: tuple[Point, ...], cells: int) -> Line:
    values = [float(getattr(point, name)) for point in history]
    room = max(10, min(60, cells - LABEL - 12))
    top = {"loss": 10.0, "loss_up": 10.0}.get(name, 0.0)
    last = values[-1] if values else 0.0
    text = rate(last) if name in ("sent", "received") else number(last)
    return [(fit(t(label), LABEL), "dim"), (sparkline(squeeze(values, room), room, top), "accent"), (f"  {text}", "")]
