"""The texts of a room as HTML that is safe to show, with what they stand for filled in: `u`, `strong` and line breaks,
nothing else (R097)."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Final
from urllib.parse import quote

import nh3

from node.features.chat.markup import clean_text
from node.features.texts.rules import PLACEHOLDER

TAGS: Final = {"u", "strong", "br"}


@lru_cache(maxsize=1024)
def to_html(text: str, title: str) -> str:
    """`%%CONFNAME%%` becomes the title, escaped: after the cleaning, so that a title is never markup."""
    safe = nh3.clean(clean_text(text).strip().replace("\n", "<br>"), tags=TAGS, attributes={}, link_rel=None)
    known = {"CONFNAME": html.escape(title)}
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), safe)


def address_for(redirect: str, room: str) -> str:
    """With the room's id in it where `%%ROOM%%` stands (R110)."""
    return redirect.replace("%%ROOM%%", quote(room, safe=""))
