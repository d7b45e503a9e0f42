"""The form of a room on the command line: the same options for a new one and for one that is there."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from console.ctl.session import USAGE, complain, stop
from console.i18n import said, t
from console.text import clean
from console.words import WORDS

PERSONAL: Final = t("ctl.panel.personalisation")
LOCALTIME: Final = Path("/etc/localtime")


class Access(StrEnum):
    open = "open"
    password = "password"
    token = "token"


StartOption = Annotated[str, typer.Option("--start", help=t("ctl.opt.start"), metavar="2026-12-01T14:00")]
MinutesOption = Annotated[int | None, typer.Option("--minutes", min=0, help=t("ctl.opt.minutes"))]
InviteOption = Annotated[bool, typer.Option("--invite", help=t("ctl.opt.invite"))]
AccessOption = Annotated[Access | None, typer.Option("--access", help=t("ctl.arg.mode"))]
PasswordOption = Annotated[bool, typer.Option("--password", help=t("ctl.opt.password"))]
LobbyOption = Annotated[bool | None, typer.Option("--lobby/--no-lobby", help=t("ctl.opt.lobby"))]
AgendaOption = Annotated[str | None, typer.Option("--agenda", help=t("ctl.opt.agenda"), rich_help_panel=PERSONAL)]
LobbyMessageOption = Annotated[
    str | None, typer.Option("--lobby-message", help=t("ctl.opt.lobby_message"), rich_help_panel=PERSONAL)
]
WelcomeOption = Annotated[str | None, typer.Option("--welcome", help=t("ctl.opt.welcome"), rich_help_panel=PERSONAL)]
StaffOption = Annotated[
    str | None, typer.Option("--staff-message", help=t("ctl.opt.staff_message"), rich_help_panel=PERSONAL)
]
SpeakingOption = Annotated[str | None, typer.Option("--speaking", help=t("ctl.opt.speaking"), rich_help_panel=PERSONAL)]
RedirectOption = Annotated[
    str | None, typer.Option("--redirect", help=t("ctl.opt.redirect"), metavar="https://…", rich_help_panel=PERSONAL)
]
BrandNameOption = Annotated[
    str | None, typer.Option("--brand-name", help=t("ctl.opt.brand_name"), rich_help_panel=PERSONAL)
]
BrandColourOption = Annotated[
    str | None,
    typer.Option("--brand-colour", help=t("ctl.opt.brand_colour"), metavar="#rrggbb", rich_help_panel=PERSONAL),
]
BrandLogoOption = Annotated[
    str | None, typer.Option("--brand-logo", help=t("ctl.opt.brand_logo"), rich_help_panel=PERSONAL)
]
PublicChatOption = Annotated[bool | None, typer.Option("--public-chat/--no-public-chat", help=t("ctl.opt.public"))]
PrivateChatOption = Annotated[bool | None, typer.Option("--private-chat/--no-private-chat", help=t("ctl.opt.private"))]
WebcamsOnlyOption = Annotated[
    bool | None,
    typer.Option("--webcams-only-for-moderators/--no-webcams-only-for-moderators", help=t("ctl.opt.webcams_only")),
]
MuteOnStartOption = Annotated[
    bool | None, typer.Option("--mute-on-start/--no-mute-on-start", help=t("ctl.opt.mute_on_start"))
]
LockCameraOption = Annotated[bool | None, typer.Option("--lock-camera/--no-lock-camera", help=t("ctl.opt.lock_camera"))]
LockMicrophoneOption = Annotated[
    bool | None, typer.Option("--lock-microphone/--no-lock-microphone", help=t("ctl.opt.lock_microphone"))
]
DisableNotesOption = Annotated[
    bool | None, typer.Option("--disable-notes/--no-disable-notes", help=t("ctl.opt.disable_notes"))
]
RehearsedOption = Annotated[bool | None, typer.Option("--rehearsed/--not-rehearsed", help=t("ctl.opt.rehearsed"))]
ExpectedOption = Annotated[int | None, typer.Option("--expected", min=0, help=t("ctl.opt.expected"))]
ModeratorsOption = Annotated[int | None, typer.Option("--moderators", min=0, help=t("ctl.opt.moderators"))]
RecordOption = Annotated[
    bool | None,
    typer.Option("--record/--no-record", help=t("ctl.opt.record"), rich_help_panel=t("ctl.panel.recording")),
]
RecordLayoutOption = Annotated[
    str | None,
    typer.Option("--record-layout", help=t("ctl.opt.arrangement"), rich_help_panel=t("ctl.panel.recording")),
]

_SAME: Final = (
    "lobby",
    "agenda",
    "lobby_message",
    "welcome",
    "staff",
    "speaking",
    "redirect",
    "brand_name",
    "brand_colour",
    "brand_logo",
    "public_chat",
    "private_chat",
    "webcams_only_for_moderators",
    "mute_on_start",
    "lock_camera",
    "lock_microphone",
    "disable_notes",
    "rehearsed",
    "expected",
    "moderators",
    "record",
    "record_layout",
)


def asked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Of a command's options, those of the form that were given."""
    form = {name: options[name] for name in _SAME if options[name] is not None}
    if options["access"] is not None:
        form["access"] = options["access"].value
    if options["typed"]:
        form.setdefault("access", Access.password.value)
    return form


def typed_password() -> str:
    """Never an argument: those are in the list of processes. From a terminal without an echo, else the first line."""
    if sys.stdin.isatty():
        return getpass(t("ctl.ask_password") + " ")
    return sys.stdin.readline().rstrip("\n")


def moment_of(text: str) -> float:
    """Local time where no zone is said. 0: none."""
    if not text:
        return 0.0
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        stop(t("ctl.moment", text=text), USAGE)


def warned(risks: Sequence[str]) -> None:
    """What is not as it should be before guests come."""
    for risk in risks:
        complain(t(f"ctl.risk.{risk}") if f"ctl.risk.{risk}" in WORDS else clean(risk))


def noted(made: Mapping[str, Any]) -> None:
    """What whoever filled the form ought to know."""
    for unknown in made["unknown"]:
        complain(t("ctl.placeholder", name=clean(str(unknown))))
    if made["password"]:
        complain(t("ctl.password_made", password=clean(str(made["password"]))))


def show_links(links: Sequence[Mapping[str, Any]]) -> None:
    """Each with what it is for."""
    for link in links:
        role = str(link["role"])
        print(t(f"ctl.link.{role}") if f"ctl.link.{role}" in WORDS else clean(role))
        print(f"  {clean(str(link['url']))}")


def show_invitation(made: Mapping[str, Any]) -> None:
    """The links, and the text to send."""
    show_links(made["links"])
    print()
    print(clean(said({"fr": str(made["text_fr"]), "en": str(made["text_en"])})))


def keep_calendar(file: Path, calendar: str) -> None:
    """As it is: its lines end as RFC 5545, 3.1 has it."""
    if not calendar:
        stop(t("ctl.no_date"), 1)
    file.write_text(calendar, "utf-8", newline="")
    print(t("ctl.ics_written", file=str(file)), file=sys.stderr)


def local_zone() -> str:
    """Of this machine, by its IANA name; "" where it does not say."""
    if named := os.environ.get("TZ", "").strip(":"):
        return named
    try:
        _, _, name = str(LOCALTIME.resolve()).partition("zoneinfo/")
    except OSError:
        return ""
    return name
