"""What a sentence and a row of the table of refusals are made of (`node/refusals/`)."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Language = Literal["fr", "en"]


class Text(msgspec.Struct, frozen=True):
    """One sentence in both languages; `{limit}` and `{current}` are filled in."""

    fr: str
    en: str

    def fill(self, **values: str) -> dict[str, str]:
        return {"fr": self.fr.format_map(values), "en": self.en.format_map(values)}


class Rule(msgspec.Struct, frozen=True):
    """One line of the table. `grpc` is the name of a grpc.StatusCode, `http` a status code."""

    grpc: str
    http: int
    rule: str
    message: Text
    next_step: Text


ASK_HOST: Final = Text("Demandez un nouveau lien à la personne qui organise.", "Ask the organiser for a new link.")
