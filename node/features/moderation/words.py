"""Words that a room may not want to read, in French and English, and how they are found however they are dressed up.

Whole words only, so that « concombre » and “Scunthorpe” pass. Insults and slurs that have no other everyday meaning; a
room adds its own, in any script and of several words. A word that means something else in the other language is not
listed (« en retard »). Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

import msgspec

FRENCH: Final = """
    abruti abrutis abrutie abruties bâtard bâtards bicot bicots bougnoule bougnoules connard connards connarde connardes
    connasse connasses couillon couillons enculé enculés enculée enculer enfoiré enfoirés enfoirée fdp gouine gouines
    merde merdes merdeux nègre nègres négro négros niquer ntm pédé pédés pétasse pétasses pouffiasse pouffiasses putain
    putains pute putes salaud salauds salope salopes tagueule tarlouze tarlouzes trouduc trouducs youpin youpins
    """
ENGLISH: Final = """
    arsehole arseholes asshole assholes bastard bastards bitch bitches bullshit cunt cunts dickhead dickheads faggot
    faggots fuck fucked fucker fuckers fucking gook gooks kike kikes kys motherfucker motherfuckers nigga niggas nigger
    niggers paki pakis shit shits shitty slut sluts stfu tranny trannies twat twats wanker wankers whore whores
    """

_LOOKALIKES: Final = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "@": "a", "5": "s", "$": "s", "7": "t"}
    | {"а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i"}
)
_BAR: Final = re.compile(r"(?<=\w)[!|](?=\w)")
_WORD: Final = re.compile(r"[a-z]+")
_TOKEN: Final = re.compile(r"[^\W_]+")
_OTHER: Final = re.compile(r"[^\W\d_a-z]")
"""A letter of another script."""
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese: words follow each other without spaces."""
_SPACED: Final = re.compile(r"\b(?:[a-z][\s.*_-]){2,}[a-z]\b")
_RUN: Final = re.compile(r"(.)\1{2,}")
_UNSEEN: Final = re.compile(r"[\u00ad\u200b-\u200f\u2060]")


def _plain(text: str) -> str:
    """Lower case, without accents and what is not seen."""
    plain = unicodedata.normalize("NFKD", _UNSEEN.sub("", text)).casefold()
    return "".join(char for char in plain if not unicodedata.combining(char))


def fold(text: str) -> str:
    """As `_plain`, and with what looks like a Latin letter taken for it."""
    return _BAR.sub("i", _plain(text).translate(_LOOKALIKES))


def _calmed(word: str) -> tuple[str, ...]:
    """`fuuuck` is `fuck`: three times a letter or more is once, or twice, and two letters are two (`cones`)."""
    return (word, _RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)) if _RUN.search(word) else (word,)


def _tokens(text: str) -> list[str]:
    """The words of a folded text, in any script."""
    return _TOKEN.findall(text)


def prepared(words: Iterable[str]) -> frozenset[str]:
    """A list of Latin words, to be looked up one by one."""
    return frozenset("".join(_WORD.findall(fold(word))) for word in words) - {""}


class Own(msgspec.Struct, frozen=True):
    """A room's own words, ready for `found`. `single`: Latin ones. `phrases`: of several words, or in another script.
    `within`: of a script that puts no spaces between words; they are found anywhere in the text."""

    single: frozenset[str] = frozenset()
    phrases: tuple[tuple[str, ...], ...] = ()
    within: tuple[str, ...] = ()


NONE: Final = Own()


def own(words: Iterable[str]) -> Own:
    """Anything that somebody lists is found as they wrote it: « бот », « bon marché », « 詐欺 »."""
    single: set[str] = set()
    phrases: dict[tuple[str, ...], None] = {}
    within: dict[str, None] = {}
    for word in words:
        plain, folded = _plain(word), fold(word)
        if _UNSPACED.search(plain):
            within["".join(plain.split())] = None
        elif len(tokens := _tokens(folded)) == 1 and _WORD.fullmatch(tokens[0]) and not _OTHER.search(plain):
            single.add(tokens[0])
        elif tokens := _tokens(plain):
            phrases[tuple(tokens)] = None
    return Own(frozenset(single), tuple(phrases), tuple(within))


LISTED: Final = prepared((FRENCH + ENGLISH).split())


def found(text: str, more: Own = NONE) -> bool:
    """Whether a listed word, or one of `more`, is in the text: as it is, repeated (`meeerde`), with digits for letters
    (`m3rde`) or letter by letter (`m.e.r.d.e`). Of several words: one after the other, whatever is between them."""
    folded = fold(text)
    spelled = [re.sub(r"[^a-z]", "", match.group()) for match in _SPACED.finditer(folded)]
    words = (calm for word in (*_WORD.findall(folded), *spelled) for calm in _calmed(word))
    if any(word in LISTED or word in more.single for word in words):
        return True
    if not (more.phrases or more.within):
        return False
    plain = _plain(text)
    return _has_phrase(_tokens(plain), more.phrases) or _has_within("".join(plain.split()), more.within)


def _has_phrase(tokens: list[str], phrases: tuple[tuple[str, ...], ...]) -> bool:
    said = f" {' '.join(tokens)} "
    return any(f" {' '.join(phrase)} " in said for phrase in phrases)


def _has_within(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)
