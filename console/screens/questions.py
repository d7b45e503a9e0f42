"""Lines to type before some deeds: a rate, a limit, whom to find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console import i18n
from console.columns.quota import named
from console.fields import PERSON_FIELDS
from console.filters import FilterError, compile_filter
from console.i18n import t
from console.operations import Report
from console.text import rates_of
from console.widgets.bar import Line

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen


def rates(desk: DeskScreen) -> None:
    """A cap for what is in hand."""
    targets = desk.hand.caps()
    if not targets:
        desk.say(Report(t("say.no_row"), ok=False))
    elif desk.acting.may("rates", targets[0][0][0]):
        who = targets[0][1] if len(targets) == 1 else i18n.n("people", len(targets))
        line = Line(
            t("rates.ask", who=who),
            t("rates.hint"),
            done=lambda text: desk.acting.cap(targets, text) if text else None,
            cancel=lambda: None,
            change=lambda text: "" if not text or rates_of(text) else t("rates.wrong", text=text),
        )
        desk.bar.ask_line(line)


def limit(desk: DeskScreen) -> None:
    """Another limit for the row."""
    quota = desk.quota_pane.row
    if quota is None:
        desk.say(Report(t("say.no_row"), ok=False))
    elif desk.acting.may("limit", quota.context):
        now, default = (str(value) if value else t("quota.none") for value in (quota.limit, quota.default))
        line = Line(
            t("quota.ask", who=named(quota), now=now),
            t("quota.hint", default=default),
            done=lambda text: desk.acting.limit(quota, int(text)) if _number(text) else None,
            cancel=lambda: None,
            change=lambda text: "" if not text or _number(text) else t("quota.wrong", text=text),
        )
        desk.bar.ask_line(line)


def find(desk: DeskScreen) -> None:
    """A person or a room on any node, from anywhere: the list of everybody, filtered."""
    desk.bar.ask_line(
        Line(t("find.ask"), t("find.hint"), done=lambda text: found(desk, text), cancel=lambda: None, change=_wrong)
    )


def found(desk: DeskScreen, text: str) -> None:
    if text and not _wrong(text):
        desk.show("participants")
        desk.set_filter(text)


def _wrong(text: str) -> str:
    try:
        compile_filter(text, PERSON_FIELDS)
    except FilterError as error:
        return t(error.word, **error.values)
    return ""


def _number(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) <= 9
