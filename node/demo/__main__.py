"""`regie demo`: a webinar in progress on this machine, and the console on it."""

from __future__ import annotations

import select
import signal
import subprocess
import sys
import time
from typing import Final, NoReturn

import typer

from node import config
from node.demo import people
from node.demo.children import Gone
from node.demo.fleet.stage import FleetStage
from node.demo.stage import Link, Stage
from node.demo.terminal import end_with_terminal

PAUSE_SECONDS: Final = 8

cli = typer.Typer(add_completion=False, help="A webinar in progress on this machine, and the console on it.")

_WORDS: Final = {
    "fr": {
        "participant": "Participer :",
        "host": "Animer :",
        "around": "… avec un téléphone du même réseau :",
        "certificate": "Le téléphone avertira que le certificat est celui de ce nœud : c’est attendu.",
        "until": "Ctrl-C arrête tout.",
        "pause": "La console s’ouvre dans {} s (Entrée : tout de suite). Les liens restent dans son aide : ?",
        "fleet": "{} nœuds joués arrivent…",
        "stopping": "On range…",
        "port": "Le port {port} est déjà pris : choisissez-en un autre avec --port.",
    },
    "en": {
        "participant": "Take part:",
        "host": "Host:",
        "around": "… with a phone on the same network:",
        "certificate": "The phone will warn that the certificate is this node’s own: that is expected.",
        "until": "Ctrl-C stops everything.",
        "pause": "The console opens in {} s (Enter: now). The links stay in its help: ?",
        "fleet": "{} played nodes are arriving…",
        "stopping": "Tidying up…",
        "port": "Port {port} is taken: choose another with --port.",
    },
}


class _Line:
    """Progress: one line that is written over on a terminal, lines elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()

    def __call__(self, sentence: str) -> None:
        end = "" if self._terminal else "\n"
        print(f"\r\x1b[K{sentence}" if self._terminal else sentence, end=end, file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _links(links: list[Link], words: dict[str, str]) -> str:
    lines = [people.TITLE, ""]
    lines += [f"{words[link.role]} {link.here}" for link in links]
    if any(link.around for link in links):
        lines += ["", words["around"]]
        lines += [f"{words[link.role]} {link.around}" for link in links]
        lines += [words["certificate"]]
    return "\n".join(lines)


def _show(text: str) -> None:
    print()
    for line in text.splitlines():
        print(f"  {line}".rstrip())
    print(flush=True)


def _pause(sentence: str) -> None:
    """The console will cover the links: leave the time to read, copy or open one. Enter goes on at once."""
    for left in range(PAUSE_SECONDS, 0, -1):
        print(f"\r\x1b[K  {sentence.format(left)}", end="", flush=True)
        if select.select([sys.stdin], [], [], 1.0)[0]:
            sys.stdin.readline()
            break
    print("\r\x1b[K", end="", flush=True)


def _raise_exit(number: int, frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _console(stage: Stage | FleetStage, note: str) -> int:
    """The console in this terminal, until it is left. Its help shows `note`."""
    command = "import sys; from console.ctl import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", command, "console"],
        env={**stage.environ, "REGIE_CONSOLE_NOTE": f"{note}\n "},
        check=False,
    ).returncode


def _wait(stage: Stage | FleetStage) -> int:
    """Until a signal; a process that ends meanwhile ends the demonstration.

    Ctrl-C leaves a note: an exception might be raised where it is caught and forgotten (a finaliser, a callback).
    """
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        while not asked:
            time.sleep(0.2)
            stage.check()
    finally:
        signal.signal(signal.SIGINT, before)
    return 0


@cli.callback(invoke_without_command=True)
def demo(
    number: int = typer.Option(5, "--people", min=1, max=len(people.PEOPLE), help="How many synthetic people."),
    port: int = typer.Option(8080, help="The participants' port on this machine."),
    console: bool = typer.Option(True, "--console/--no-console", help="Open the console in this terminal."),
    nodes: int = typer.Option(0, min=0, max=200, help="Instead: so many played nodes, without media, and the console."),
) -> None:
    """Start a node, its plane and a few moving, talking people; leaving the console stops everything."""
    language = config.language()
    words = _WORDS[language]
    signal.signal(signal.SIGTERM, _raise_exit)
    end_with_terminal(_raise_exit)
    line = _Line()
    if nodes:
        raise typer.Exit(_fleet(nodes, console, words, line))
    try:
        stage = Stage(port=port, count=number, language=language)
    except OSError:
        print(words["port"].format(port=port), file=sys.stderr)
        raise typer.Exit(2) from None
    code = 0
    with stage:
        try:
            links = stage.open(line)
            line.clear()
            text = _links(links, words)
            _show(text)
            if console and sys.stdin.isatty() and sys.stdout.isatty():
                _pause(words["pause"])
                code = _console(stage, text)
            else:
                print(f"  {words['until']}", flush=True)
                code = _wait(stage)
        except Gone as cause:
            line.clear()
            print(cause, file=sys.stderr)
            code = 1
        except KeyboardInterrupt:
            code = 0
        line(words["stopping"])
    line.clear()
    raise typer.Exit(code)


def _fleet(nodes: int, console: bool, words: dict[str, str], line: _Line) -> int:
    """Many nodes on one machine, for the console alone."""
    code = 0
    with FleetStage(nodes) as stage:
        try:
            line(words["fleet"].format(nodes))
            stage.open()
            line.clear()
            if console and sys.stdin.isatty() and sys.stdout.isatty():
                code = _console(stage, "")
            else:
                print(f"  REGIE_CONTEXTS={stage.contexts}\n  {words['until']}", flush=True)
                code = _wait(stage)
        except Gone as cause:
            line.clear()
            print(cause, file=sys.stderr)
            code = 1
        except KeyboardInterrupt:
            code = 0
        line(words["stopping"])
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # tidying up takes a second and is not cut short
    line.clear()
    return code


if __name__ == "__main__":
    cli()
