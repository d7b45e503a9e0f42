"""The comparison of session types that the front page shows, made from the table that the node enforces (R038)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from node.errors import Language, Text
from node.features.types.rules import Beginning, SessionType, Start

CAPTION: Final = Text("Types de séance", "Session types")
HEADINGS: Final = (
    Text("Type", "Type"),
    Text("Pour", "For"),
    Text("Personnes", "People"),
    Text("Durée", "Duration"),
    Text("Commence", "Begins"),
    Text("Enregistrement", "Recording"),
    Text("Rediffusion", "Replay"),
    Text("Téléphone", "Telephone"),
    Text("Rôles", "Roles"),
    Text("Au début", "At first"),
)
STARTS: Final = {
    Start.ANYONE: Text("dès l’arrivée", "with the first person"),
    Start.TWO: Text("à deux personnes", "with two people"),
    Start.HOST: Text("avec l’animation", "with the host"),
}
ROLES: Final = {
    "host": Text("animation", "host"),
    "speaker": Text("intervenants", "speakers"),
    "moderator": Text("modération", "moderators"),
    "technician": Text("technique", "technicians"),
    "participant": Text("participants", "participants"),
}
VIEWS: Final = {
    "": Text("disposition libre", "any layout"),
    "gallery": Text("mosaïque", "gallery"),
    "speaker": Text("qui parle en grand", "who speaks made large"),
    "presentation": Text("l’écran en grand", "the screen made large"),
}
MUTED: Final = Text("micros fermés à l’arrivée", "microphones closed on arrival")
PUBLIC: Final = Text("messages à tous seulement", "messages to everybody only")
SLOW: Final = Text("un message toutes les {limit} s", "a message every {limit} s")
YES: Final = Text("oui", "yes")
NO: Final = Text("non", "no")
MINUTES: Final = Text("{limit} min au plus", "at most {limit} min")
HOURS: Final = Text("{limit} h au plus", "at most {limit} h")
PEOPLE: Final = Text("{limit} au plus", "at most {limit}")


def comparison(rows: Sequence[SessionType]) -> dict[str, dict[str, Any]]:
    """By language: `caption`, `headings`, `rows` of cells."""
    return {language: _in(language, rows) for language in ("fr", "en")}


def _in(language: Language, rows: Sequence[SessionType]) -> dict[str, Any]:
    return {
        "caption": _say(CAPTION, language),
        "headings": [_say(heading, language) for heading in HEADINGS],
        "rows": [_cells(row, language) for row in rows],
    }


def _cells(row: SessionType, language: Language) -> list[str]:
    yes = {True: YES, False: NO}
    return [
        _say(row.title, language),
        _say(row.use, language),
        _say(PEOPLE, language, row.max_people),
        _duration(row.max_minutes, language),
        _say(STARTS[row.start], language),
        _say(yes[row.recording], language),
        _say(yes[row.replay], language),
        _say(yes[row.telephone], language),
        ", ".join(_say(ROLES[role], language) for role in row.roles),
        ", ".join(_say(text, language, row.begins.slow_s) for text in at_first(row.begins)),
    ]


def at_first(begins: Beginning) -> Iterator[Text]:
    """What a room begins with, in words."""
    yield VIEWS[begins.view]
    if begins.mute_on_start:
        yield MUTED
    if not begins.private:
        yield PUBLIC
    if begins.slow_s:
        yield SLOW


def _duration(minutes: int, language: Language) -> str:
    hours, rest = divmod(minutes, 60)
    return _say(MINUTES, language, minutes) if rest else _say(HOURS, language, hours)


def _say(text: Text, language: Language, limit: object = "") -> str:
    said = text.fill(limit=str(limit))[language]
    return said.replace(" :", "\u00a0:").replace(" ;", "\u00a0;")  # neither begins a line in French
