"""Options that several commands have, with one wording."""

from __future__ import annotations

from typing import Annotated

import typer

from console.ctl.completion import (
    complete_contexts,
    complete_messages,
    complete_participants,
    complete_recordings,
    complete_rooms,
)
from console.ctl.output import Output
from console.i18n import t

OutputOption = Annotated[Output, typer.Option("-o", "--output", help=t("ctl.opt.output"))]
ContextOption = Annotated[
    str, typer.Option("-c", "--context", help=t("ctl.opt.context"), autocompletion=complete_contexts)
]
TimeoutOption = Annotated[float, typer.Option("--timeout", min=0.1, max=300, help=t("ctl.opt.timeout"))]
FilterOption = Annotated[str, typer.Option("-f", "--filter", help=t("ctl.opt.filter"))]
ReasonOption = Annotated[str, typer.Option("-r", "--reason", help=t("ctl.opt.reason"))]
ForOption = Annotated[str, typer.Option("--for", help=t("ctl.opt.for"), metavar="10m")]
YesOption = Annotated[bool, typer.Option("-y", "--yes", help=t("ctl.opt.yes"))]
RoomArgument = Annotated[str, typer.Argument(help=t("ctl.arg.room"), metavar="ROOM", autocompletion=complete_rooms)]
RoomsArgument = Annotated[
    list[str], typer.Argument(help=t("ctl.arg.rooms"), metavar="ROOM…", autocompletion=complete_rooms)
]
ExpectOption = Annotated[int, typer.Option("--expect", min=0, help=t("ctl.opt.expect_rooms"))]
RecordingArgument = Annotated[
    str, typer.Argument(help=t("ctl.arg.recording"), metavar="RECORDING", autocompletion=complete_recordings)
]
RecordingsArgument = Annotated[
    list[str], typer.Argument(help=t("ctl.arg.recordings"), metavar="RECORDING…", autocompletion=complete_recordings)
]
ExpectRecordingsOption = Annotated[int, typer.Option("--expect", min=0, help=t("ctl.opt.expect_recordings"))]
PeopleArgument = Annotated[
    list[str], typer.Argument(help=t("ctl.arg.people"), metavar="PERSON…", autocompletion=complete_participants)
]
MessagesArgument = Annotated[
    list[str], typer.Argument(help=t("ctl.arg.messages"), metavar="MESSAGE…", autocompletion=complete_messages)
]

TIMEOUT = 5.0
