"""What guests are sent: which session, when, by which link, and how to prepare. Pure.

A room that asks for a password says so, and never which one: nobody but who chose it knows it.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

import msgspec

from node.errors import Language, Text
from node.features.participants.view import Role
from node.features.rooms.view import JoinLink
from node.ports_people import DialIn

LABELS: Final = {
    Role.HOST: Text("Animation (à garder pour vous)", "Hosts (keep it to yourself)"),
    Role.SPEAKER: Text("Intervenants", "Speakers"),
    Role.MODERATOR: Text("Modération", "Moderators"),
    Role.TECHNICIAN: Text("Technique", "Technicians"),
    Role.PARTICIPANT: Text("Participants", "Participants"),
}
WHEN: Final = Text("Quand : {current} ({limit})", "When: {current} ({limit})")
ANY_TIME: Final = Text("Quand : à tout moment", "When: at any time")
LINK: Final = Text("Lien : {current}", "Link: {current}")
PASSWORD: Final = Text(
    "Un mot de passe est demandé : il vous est donné à part.", "A password is asked for: you are given it separately."
)
TELEPHONE: Final = Text("Par téléphone : {current}, code {limit}", "By telephone: {current}, PIN {limit}")
NO_ACCOUNT: Final = Text(
    "Sans compte ni installation, de n’importe quel pays, avec un navigateur récent.",
    "No account, nothing to install, from any country, with a recent browser.",
)
GUIDE: Final = Text("Pour bien intervenir : {current}", "How to speak well: {current}")
MONTHS: Final = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}
DAYS: Final = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}


class Invitation(msgspec.Struct, frozen=True):
    """`starts`, `ends`: seconds since the epoch, None: at any time. `guide`: an address. `sequence`: how new it is."""

    room: str
    title: str
    starts: float | None
    ends: float | None
    password: bool
    links: tuple[JoinLink, ...]
    guide: str
    sequence: int
    notice: Text | None = None
    telephone: DialIn | None = None

    def link(self, role: Role) -> str:
        return next((link.url for link in self.links if link.role == role), "")

    @property
    def for_guests(self) -> str:
        """The link that is sent around: of participants, where the type has any, else of those who speak."""
        return self.link(Role.PARTICIPANT) or self.link(Role.SPEAKER)


def details(invitation: Invitation, url: str, zone: tzinfo, language: Language) -> str:
    """A block of text to send: title, date with its zone, link, telephone numbers and their PIN, whether there is a
    password (R117)."""
    lines = [invitation.title, _when(invitation, zone, language), LINK.fill(current=url)[language]]
    if (telephone := invitation.telephone) is not None:
        numbers = ", ".join(f"{number} ({name})" for name, number in telephone.numbers)
        lines.append(TELEPHONE.fill(current=numbers, limit=telephone.pin)[language])
    if invitation.password:
        lines.append(PASSWORD.fill()[language])
    if invitation.notice is not None:
        lines.append(invitation.notice.fill()[language])
    lines.append(NO_ACCOUNT.fill()[language])
    lines.append(GUIDE.fill(current=invitation.guide)[language])
    return "\n".join(lines) + "\n"


def _when(invitation: Invitation, zone: tzinfo, language: Language) -> str:
    if invitation.starts is None:
        return ANY_TIME.fill()[language]
    starts = datetime.fromtimestamp(invitation.starts, zone)
    ends = datetime.fromtimestamp(invitation.ends, zone) if invitation.ends is not None else None
    day, month = DAYS[language].split()[starts.weekday()], MONTHS[language].split()[starts.month - 1]
    hours = f"{starts:%H:%M}" + (f" – {ends:%H:%M}" if ends is not None else "")
    said = f"{day} {starts.day} {month} {starts.year}, {hours}"
    offset = f"{starts:%z}"
    return WHEN.fill(current=said, limit=f"{zone}, UTC{offset[:3]}:{offset[3:5]}")[language]
