"""The command line `:`.

command = ["@" context] verb { target } { option } ;
target = "." (cursor) | "*" (all that match) | "marked" | [kind ":"] name-or-pattern ;
option = "-r" text… | "for:" 90s, 10m, 1h, 1d | "--dry-run" | "source:" list | "except:" filter | "-o" csv-or-json ;

A name with spaces stands between double quotes; an apostrophe is a letter like others. What follows `-r`, and what is
said to a room, is kept as it was typed.
"""

from __future__ import annotations

import difflib
import re
import shlex
from dataclasses import dataclass, field, replace
from typing import Final

from console.text import seconds_of


class CommandError(ValueError):
    """`word`: an i18n key; `values`: for its sentence."""

    def __init__(self, word: str, **values: str) -> None:
        super().__init__(f"{word} {values}")
        self.word = word
        self.values = values


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    usage: str
    aliases: tuple[str, ...] = ()


VERBS: Final[tuple[Verb, ...]] = (
    Verb("nodes", "nodes [filter]", ("n",)),
    Verb("rooms", "rooms [filter]", ("r",)),
    Verb("room", "room <id>"),
    Verb("people", "people [filter]"),
    Verb("chat", "chat"),
    Verb("participants", "participants [filter]", ("find", "everybody")),
    Verb("wall", "wall [filter]"),
    Verb("alerts", "alerts [filter]"),
    Verb("ack", "ack [. | *]"),
    Verb("plan", "plan [node] [minutes]"),
    Verb("drain", "drain [node] [minutes] [-r reason]"),
    Verb("undrain", "undrain [node] [-r reason]"),
    Verb("mute", "mute [. | * | marked | name] [source:camera,screen] [except:filter] [-r reason]"),
    Verb("unmute", "unmute [. | * | marked | name] [source:…] [-r reason]"),
    Verb("muteall", "muteall [* | marked | room …] [--dry-run] [-r reason]"),
    Verb("unmuteall", "unmuteall [* | marked | room …] [-r reason]"),
    Verb("kick", "kick [. | marked | name] [-r reason]", ("remove",)),
    Verb("ban", "ban [. | marked | name] [-r reason]"),
    Verb("unban", "unban <id> … [-r reason]"),
    Verb("tolobby", "tolobby [. | marked | name] [-r reason]"),
    Verb("claim", "claim [. | * | marked] [-r reason]"),
    Verb("pass", "pass [. | * | marked] [-r reason]", ("approve",)),
    Verb("hide", "hide [. | * | marked | message id] [-r reason]", ("decline",)),
    Verb("admit", "admit [* | marked | room …] [-r reason]"),
    Verb("letin", "letin <id> … [room:id] [-r reason]"),
    Verb("refuse", "refuse <id> … [room:id] [-r reason]"),
    Verb("flags", "flags lock_camera=on … [room:id …] [-r reason]"),
    Verb("lock", "lock [room …] [--dry-run] [-r reason]"),
    Verb("unlock", "unlock [room …] [--dry-run] [-r reason]"),
    Verb("say", "say <text> [-r reason]"),
    Verb("slow", "slow <seconds> [room …] [-r reason]"),
    Verb("holdchat", "holdchat on|off [room …] [-r reason]"),
    Verb("lobby", "lobby on|off [room …] [-r reason]"),
    Verb("seats", "seats <people> [room …] [-r reason]"),
    Verb("extend", "extend <minutes> [room …] [-r reason]"),
    Verb("lower", "lower [. | * | marked | name] [-r reason]"),
    Verb("hold", "hold [. | marked | name] [for:10m] [-r reason]"),
    Verb("chatmute", "chatmute [. | marked | name] [for:10m] [-r reason]"),
    Verb("free", "free [. | marked | name] [-r reason]"),
    Verb("end", "end [* | marked | room …] [-r reason]"),
    Verb("close", "close [* | marked | room …] [-r reason]"),
    Verb("rates", "rates send/receive [-r reason]   (500k/2M, 2M, 0)"),
    Verb("audit", "audit [filter]", ("events",)),
    Verb("verify", "verify"),
    Verb("quotas", "quotas [filter]"),
    Verb("quota", "quota node|type:name|room:name people=150 [-r reason]"),
    Verb("recordings", "recordings [filter]"),
    Verb(
        "record",
        "record start|stop|pause|resume|verify|publish|withdraw|remake|cancel|link|delete [room|id|.|*|marked] [-r …]",
        ("rec",),
    ),
    Verb("filter", "filter <filter>"),
    Verb("arm", "arm"),
    Verb("timeline", "timeline"),
    Verb("export", "export [file.csv | file.json]"),
    Verb("sort", "sort <column> [desc]"),
    Verb("pause", "pause"),
    Verb("undo", "undo"),
    Verb("lang", "lang fr|en"),
    Verb("ctx", "ctx [context]"),
    Verb("set", "set mouse|slow on|off"),
    Verb("help", "help", ("h",)),
    Verb("q", "q", ("quit", "exit")),
)
_BY_NAME: Final = {name: verb.name for verb in VERBS for name in (verb.name, *verb.aliases)}
TIMED: Final = ("chatmute", "hold")
"""Verbs of what the node can let end by itself."""
_OPTIONS: Final = ("-r", "--reason", "--dry-run", "-o")
FORMS: Final = ("csv", "json")
SOURCES: Final = ("microphone", "camera", "screen", "screen_audio")
_REASON: Final = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<option>(?<!\S)(?:-r|--reason)(?=\s|$))')
"""What stands between quotes, or the option."""
_FORM: Final = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<option>(?<!\S)-o(?=\s|$)\s*(?P<form>\S*))')
_SAYS: Final = re.compile(r"(@\S+\s+)?say\s")
"""What is said to a room is kept as it was typed."""


@dataclass(frozen=True, slots=True)
class Command:
    verb: str
    targets: tuple[str, ...] = ()
    context: str = ""
    reason: str = ""
    dry_run: bool = False
    sources: tuple[str, ...] = ()
    spared: str = ""  # filter of rows to leave alone
    rest: str = field(default="", compare=False)  # everything after the verb, as typed
    for_s: int = 0  # seconds after which it ends by itself; 0: it does not
    form: str = ""  # in which what is shown is written into a file


def parse(line: str) -> Command | None:
    """None for an empty line. Raises CommandError."""
    line = line.strip().lstrip(":").strip()
    if not line:
        return None
    line, reason = _apart(line)
    form = ""
    if not _SAYS.match(line):
        line, form = _formed(line)
    words = _split(line)
    if not words:
        raise CommandError("command.unknown", verb="-r", near="-r")
    context = ""
    if words[0].startswith("@"):
        context = words.pop(0)[1:]
        line = line.split(maxsplit=1)[1] if " " in line else ""
    if not words:
        raise CommandError("command.unknown", verb="@", near="@context rooms")
    verb = _BY_NAME.get(words[0].lower())
    if verb is None:
        near = difflib.get_close_matches(words[0].lower(), list(_BY_NAME), n=1, cutoff=0.0)
        raise CommandError("command.unknown", verb=words[0], near=near[0])
    rest = line.split(maxsplit=1)[1].strip() if len(words) > 1 else ""
    if verb == "say":
        said = _unquoted(rest)
        return Command(verb, (said,) if said else (), context, reason, rest=rest)
    return replace(_with_options(verb, context, words[1:], rest, reason), form=form)


def _formed(line: str) -> tuple[str, str]:
    """The command without `-o csv` or `-o json`, and which of them."""
    for found in _FORM.finditer(line):
        if found["option"]:
            form = found["form"]
            if form not in FORMS:
                raise CommandError("command.form", text=form, known=" ".join(FORMS))
            return f"{line[: found.start()].rstrip()} {line[found.end() :].lstrip()}".strip(), form
    return line, ""


def _apart(line: str) -> tuple[str, str]:
    """The command, and the reason as it was typed."""
    for found in _REASON.finditer(line):
        if found["option"]:
            return line[: found.start()].rstrip(), _unquoted(line[found.end() :].strip())
    return line, ""


def _split(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    lexer.quotes = lexer.escapedquotes = '"'
    try:
        return list(lexer)
    except ValueError:
        raise CommandError("command.quote") from None


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1] else text


def _with_options(verb: str, context: str, words: list[str], rest: str, reason: str) -> Command:
    targets: list[str] = []
    spared, dry_run = "", False
    sources: tuple[str, ...] = ()
    for_s = 0
    while words:
        word = words.pop(0)
        if word == "--dry-run":
            dry_run = True
        elif word.startswith("source:"):
            sources = tuple(word.removeprefix("source:").split(","))
            if wrong := next((source for source in sources if source not in SOURCES), None):
                raise CommandError("command.source", text=wrong, known=" ".join(SOURCES))
        elif word.startswith("except:"):
            spared = word.removeprefix("except:")
        elif word.startswith("for:"):
            for_s = _time(verb, word.removeprefix("for:"))
        elif word.startswith("--"):
            near = difflib.get_close_matches(word, _OPTIONS, n=1, cutoff=0.0)
            raise CommandError("command.option", text=f"{word} ({near[0]}?)")
        else:
            targets.append(word)
    return Command(verb, tuple(targets), context, reason, dry_run, sources, spared, rest, for_s)


def _time(verb: str, text: str) -> int:
    if verb not in TIMED:
        raise CommandError("command.no_time", text=verb, known=" ".join(TIMED))
    if (for_s := seconds_of(text)) is None:
        raise CommandError("command.time", text=text)
    return for_s


def complete(line: str) -> str:
    """The whole verb when what is typed begins exactly one; else what is typed."""
    typed = line.lstrip(":").lstrip()
    if not typed or " " in typed:
        return line
    found = [verb.name for verb in VERBS if verb.name.startswith(typed)]
    if not found:
        return line
    shared = found[0]
    for name in found[1:]:
        while not name.startswith(shared):
            shared = shared[:-1]
    return shared + (" " if len(found) == 1 else "")
