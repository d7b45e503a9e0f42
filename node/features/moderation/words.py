"""Words that a room may not want to read, in French and English, and how they are found however they are dressed up.

Whole words only, so that « concombre » and “Scunthorpe” pass. Insults and slurs that have no other everyday meaning; a
room adds its own. A word that means something else in the other language is not listed (« en retard »). Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

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
_SPACED: Final = re.compile(r"\b(?:[a-z][\s.*_-]){2,}[a-z]\b")
_RUN: Final = re.compile(r"(.)\1{2,}")
_UNSEEN: Final = re.compile(r"[\u00ad\u200b-\u200f\u2060]")


def fold(text: str) -> str:
    """Lower case, without accents, look-alikes and what is not seen."""
    plain = unicodedata.normalize("NFKD", _UNSEEN.sub("", text)).casefold()
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return _BAR.sub("i", bare.translate(_LOOKALIKES))


def _calmed(word: str) -> tuple[str, ...]:
    """`fuuuck` is `fuck`: three times a letter or more is once, or twice, and two letters are two (`cones`)."""
    return (word, _RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)) if _RUN.search(word) else (word,)


def prepared(words: Iterable[str]) -> frozenset[str]:
    """A list of words, to be given to `found`."""
    return frozenset("".join(_WORD.findall(fold(word))) for word in words) - {""}


LISTED: Final = prepared((FRENCH + ENGLISH).split())


def found(text: str, more: frozenset[str] = frozenset()) -> bool:
    """Whether a listed word, or one of `more` (prepared), is in the text: as it is, repeated (`meeerde`), with digits
    for letters (`m3rde`) or letter by letter (`m.e.r.d.e`)."""
    folded = fold(text)
    spelled = [re.sub(r"[^a-z]", "", match.group()) for match in _SPACED.finditer(folded)]
    words = (calm for word in (*_WORD.findall(folded), *spelled) for calm in _calmed(word))
    return any(word in LISTED or word in more for word in words)
