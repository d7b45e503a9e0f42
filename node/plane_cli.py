"""`regie plane`: become the media plane of the node that the settings describe, for a service manager that keeps plane
and node apart (`[media] start_plane = false`). Exit codes: the plane's own; 2 the settings will not do."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from node import config as settings
from node.config import Config
from node.errors import Fault, Text
from node.media.supervisor import MediaSettings, command_of

_HELP: Final = Text("Faire tourner le plan média seul.", "Run the media plane alone.").fill()
_FILE: Final = Text("Fichier de configuration (TOML).", "Configuration file (TOML).").fill()

cli = typer.Typer(help=_HELP[settings.language()], add_completion=False)


def media_settings(config: Config) -> MediaSettings:
    media = config.media
    return MediaSettings(
        run_dir=config.run_dir,
        data_dir=config.data_dir,
        listen=media.listen,
        listen_tcp=media.tcp,
        advertise=media.advertise,
        shards=media.shards,
        room_split=media.room_split,
        transport_cc=media.transport_cc,
        plane_binary=media.plane_binary,
        orphan_grace_s=media.orphan_grace_s,
        start_plane=media.start_plane,
        spool=config.spool,
        log=config.log.level,
    )


@cli.callback(invoke_without_command=True)
def plane(
    config: Annotated[Path | None, typer.Option("--config", help=_FILE[settings.language()])] = None,
) -> None:
    language = settings.language()
    try:
        loaded = settings.load(config)
        settings.make_folders(loaded)
        command = command_of(media_settings(loaded))
    except settings.ConfigError as error:
        print(error.sentence[language], file=sys.stderr)
        raise typer.Exit(2) from None
    except Fault as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    os.execv(command[0], command)


if __name__ == "__main__":
    cli()
