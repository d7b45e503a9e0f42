"""The page of `regie --help`, written without the library of the commands: it is asked for the most, and loading every
command to name it takes ten times as long. A test compares it with the whole tree.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from console.i18n import t
from console.words import WORDS

NOUNS: Final = (  # command, module, attribute
    ("rooms", "console.ctl.inviting", "app"),
    ("lobby", "console.ctl.lobby", "app"),
    ("access", "console.ctl.access", "app"),
    ("participants", "console.ctl.participants", "app"),
    ("mute", "console.ctl.mute", "mute"),
    ("unmute", "console.ctl.mute", "unmute"),
    ("chat", "console.ctl.chat", "app"),
    ("moderation", "console.ctl.moderation", "app"),
    ("flags", "console.ctl.flags", "app"),
    ("hands", "console.ctl.hands", "app"),
    ("nodes", "console.ctl.nodes", "app"),
    ("alerts", "console.ctl.alerts", "app"),
    ("events", "console.ctl.events", "app"),
    ("quality", "console.ctl.quality", "app"),
    ("rates", "console.ctl.rates", "app"),
    ("audit", "console.ctl.audit", "app"),
    ("quotas", "console.ctl.quotas", "app"),
    ("recordings", "console.ctl.recordings", "app"),
    ("gauge", "console.ctl.gauge", "app"),
    ("types", "console.ctl.types", "app"),
    ("contexts", "console.ctl.contexts", "app"),
)
BUILT_IN: Final = frozenset(("console", *(noun for noun, _, _ in NOUNS)))
WIDTH: Final = 78


def page(columns: int) -> str:
    """The page in the chosen language for a terminal of so many columns."""
    cells = max(40, min(columns, WIDTH + 2) - 2)
    options = [
        ("--lang fr|en", t("ctl.opt.lang")),
        ("--version", t("ctl.opt.version")),
        ("--install-completion", t("ctl.opt.install_completion")),
        ("--show-completion", t("ctl.opt.show_completion")),
        ("-h, --help", t("ctl.opt.help")),
    ]
    commands = [("console", t("ctl.console"))]
    commands += [(name, _about(name)) for name in sorted(brought())]
    commands += [(noun, t(f"ctl.{noun}")) for noun, _, _ in NOUNS]
    parts = [
        f"{t('ctl.usage')}regie [OPTIONS] COMMAND [ARGS]...",
        _indented(t("ctl.help"), cells),
        "\n".join((f"{t('ctl.section.options')}:", *_list(options, cells))),
        "\n".join((f"{t('ctl.section.commands')}:", *_list(commands, cells))),
        _indented(t("ctl.epilog"), cells),
    ]
    return "\n\n".join(parts)


def _about(name: str) -> str:
    key = f"ctl.plugin.{name}"
    return t(key) if key in WORDS else name


def _indented(text: str, cells: int) -> str:
    return textwrap.fill(text, cells, initial_indent="  ", subsequent_indent="  ")


def _list(rows: list[tuple[str, str]], cells: int) -> Iterator[str]:
    first = max(len(term) for term, _ in rows) + 4
    for term, text in rows:
        yield from textwrap.wrap(text, cells, initial_indent=f"  {term}".ljust(first), subsequent_indent=" " * first)


def brought() -> set[str]:
    """The commands that installed packages bring, read as the files they are: `importlib.metadata` alone takes as long
    as everything else of this page."""
    found: set[str] = set()
    for folder in {Path(entry) for entry in sys.path if entry}:
        for file in folder.glob("*-info/entry_points.txt"):
            text = file.read_text("utf-8", errors="replace")
            if "[regie.commands]" in text:
                section = text.partition("[regie.commands]")[2].partition("\n[")[0]
                found |= {line.partition("=")[0].strip() for line in section.splitlines() if "=" in line}
    return found
