"""From what somebody typed to HTML that is safe to show (H22). Rendered once, here; every reader gets the same.

Emphasis, inline code, code blocks, links and lists; nothing else. The result has no attribute but a link's `href`.
"""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING, Final

import nh3

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_BIDI_OVERRIDES: Final = "\u202a\u202b\u202c\u202d\u202e"
_ISOLATES: Final = "\u2066\u2067\u2068"
_POP_ISOLATE: Final = "\u2069"
_UNSEEN: Final = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI_OVERRIDES}\ufeff\ufff9-\ufffb]")
_MARK: Final = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS: Final = re.compile(rf"({_MARK}{{3}}){_MARK}+")

_MOST_SIGNS: Final = 60
_SIGNS: Final = re.compile(r"[\[\]*_`<!\\]")
_MARKS_UP: Final = ["emphasis", "backticks", "fence", "link", "autolink", "list", "newline", "escape"]
_TAGS: Final = {"p", "br", "em", "strong", "code", "pre", "a", "ul", "ol", "li"}


@cache
def _markdown() -> MarkdownIt:
    """Loaded for the first message: a node that comes back is to decide again at once."""
    from markdown_it import MarkdownIt

    return MarkdownIt("zero", {"breaks": True, "linkify": False}).enable(_MARKS_UP)


def clean_text(raw: str) -> str:
    """`raw` without what no keyboard types: control characters (so no terminal escapes), bidi embeddings and
    overrides, towers of combining marks. An isolate that is left open is closed. Line breaks and tabs stay."""
    text = _UNSEEN.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))
    text = _MARKS.sub(r"\1", text)
    depth = 0
    kept: list[str] = []
    for char in text:
        if char in _ISOLATES:
            depth += 1
        elif char == _POP_ISOLATE:
            if not depth:
                continue
            depth -= 1
        kept.append(char)
    return "".join(kept) + _POP_ISOLATE * depth


def to_html(text: str) -> str:
    """Sanitised HTML of a cleaned text. One with more signs of markup than anybody types is shown as it was typed:
    nested brackets cost the square of their number, and this runs on the node's one loop."""
    plain = len(_SIGNS.findall(text)) > _MOST_SIGNS
    return nh3.clean(
        "<p>" + html.escape(text).replace("\n", "<br>") + "</p>" if plain else _markdown().render(text),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()
