"""`regie node`: read the settings, start, run until told to stop. What it is made of is put together in `running.py`.

Exit codes: 0 stopped as told; 1 failed; 2 the configuration will not do; 3 fenced: a newer process of this node has
taken over, and the plane is its own (a service manager must not start this one again).
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec
import structlog
import typer

from node import config as settings
from node import logs
from node.errors import Fault, SaidFault, Text
from node.features.operators import cli as tokens

log: Final = structlog.get_logger()

_TAKEN: Final = Text(
    "{where} : impossible d’écouter sur {listen} ({why}) : choisissez un autre port, ou arrêtez ce qui l’occupe.",
    "{where}: cannot listen on {listen} ({why}): choose another port, or stop what uses it.",
)
_FAILED: Final = Text("Le nœud n’a pas pu démarrer : {why}", "The node could not start: {why}")

FENCED: Final = 3

cli = typer.Typer(help="A media node: rooms, people and their media.", add_completion=False)
cli.add_typer(tokens.app, name="tokens")


async def run(config: settings.Config) -> int:
    """Until SIGTERM or SIGINT, or until a newer process fences this one. A second signal ends it at once."""
    gc.disable()  # until it runs: nearly all that is made by then stays, and a mute waits for the start
    from node.running import start

    running = await start(config)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    notify("READY=1")
    alive = asyncio.create_task(say_alive(), name="watchdog")
    try:
        await _first(stop, running.fenced)
    finally:
        alive.cancel()
        notify("STOPPING=1")
        await running.stop(stop_plane=config.media.stop_plane and not running.fenced.is_set())
    if running.fenced.is_set():
        log.error("ended_fenced", exit=FENCED)
        return FENCED
    return 0


async def say_alive(environ: Mapping[str, str] = os.environ) -> None:
    """Until cancelled: tell systemd's watchdog that the event loop turns, twice in the time it allows
    (sd_watchdog_enabled(3)). A loop that hangs is killed and started again; the media goes on."""
    allowed = int(environ.get("WATCHDOG_USEC") or 0) / 1e6
    while allowed and environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid()):
        notify("WATCHDOG=1")
        await asyncio.sleep(allowed / 2)


async def _first(*events: asyncio.Event) -> None:
    """Until one of them is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


def notify(state: str) -> None:
    """Tell systemd how we are (sd_notify(3)), where it asked to be told."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    address = f"\0{path[1:]}" if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.sendto(state.encode(), address)
    except OSError as error:
        log.warning("systemd_not_told", why=str(error))


@cli.callback(invoke_without_command=True)
def node(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option("--config", help="A TOML file with the settings.")] = None,
    stop_plane: Annotated[bool, typer.Option("--stop-plane", help="Stop the plane when the node stops.")] = False,
) -> None:
    """Run a node until it is told to stop. Its media plane goes on without it, unless --stop-plane."""
    if context.invoked_subcommand is not None:
        return
    raise typer.Exit(main_with(config, stop_plane=stop_plane))


def main_with(path: Path | None = None, *, stop_plane: bool = False) -> int:
    words = settings.language()
    try:
        config = settings.load(path)
    except settings.ConfigError as error:
        print(error.sentence[words], file=sys.stderr)
        return 2
    if stop_plane:
        config = msgspec.structs.replace(config, media=msgspec.structs.replace(config.media, stop_plane=True))
    logs.configure(config.log.format, config.log.level)
    from node.listening import CannotListen
    from node.media.supervisor import PlaneMisconfigured

    try:
        return _loop(config)
    except SaidFault as error:
        print(error.sentence[words], file=sys.stderr)
        return 2 if isinstance(error, settings.ConfigError) else 1
    except PlaneMisconfigured as error:
        print(_FAILED.fill(why=str(error))[words], file=sys.stderr)
        return 2
    except CannotListen as error:
        print(_TAKEN.fill(where=error.where, listen=error.listen, why=error.why)[words], file=sys.stderr)
        return 2
    except (Fault, OSError) as error:
        print(_FAILED.fill(why=str(error))[words], file=sys.stderr)
        return 1


def _loop(config: settings.Config) -> int:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(run(config))
    return uvloop.run(run(config))


def main(argv: list[str] | None = None) -> None:
    cli(args=argv)


if __name__ == "__main__":
    main()
