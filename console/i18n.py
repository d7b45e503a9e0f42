"""What a person reads in the console, in French and English. One table; a test compares the two columns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, Literal

from console.words import WORDS

Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")

_language: Language = "fr"


def choose(asked: str = "", environ: Mapping[str, str] = os.environ) -> Language:
    """The language for this person: `asked`, else $REGIE_LANG, else the locale, else French."""
    wishes = (environ.get(name, "") for name in ("REGIE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    for value in (asked, *wishes):
        tag = value.lower().replace("_", "-").split(".")[0].split("-")[0]
        if tag in ("fr", "en"):
            return "fr" if tag == "fr" else "en"
        if tag and tag not in ("c", "posix"):
            return "en"  # a locale we do not speak: English is read by more people
    return "fr"


def use(language: Language) -> None:
    global _language
    _language = language


def language() -> Language:
    return _language


def t(key: str, **values: object) -> str:
    """The sentence `key` in the chosen language. An unknown key is returned as it is: visible, never fatal."""
    pair = WORDS.get(key)
    if pair is None:
        return key
    text = pair[0] if _language == "fr" else pair[1]
    return text.format(**values) if values else text


def n(key: str, count: int, **values: object) -> str:
    """`key.one` or `key.many`. French counts 0 as one (CLDR)."""
    one = count in (0, 1) if _language == "fr" else count == 1
    return t(f"{key}.one" if one else f"{key}.many", count=integer(count), **values)


def said(texts: Mapping[str, str]) -> str:
    """A sentence the node sent in several languages."""
    return texts.get(_language) or texts.get("en") or next(iter(texts.values()), "")


def number(value: float, digits: int = 1) -> str:
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if _language == "fr" else text


def integer(value: int) -> str:
    """1 234 or 1,234."""
    text = f"{value:,}"
    return text.replace(",", " ") if _language == "fr" else text
