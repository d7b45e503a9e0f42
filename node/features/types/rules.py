"""Session types: everything in which a meeting, a webinar and a stream differ, in one table. Pure.

What a type allows is data here and nowhere else: the node enforces these rows, the page and `regie types list` show
them (R038), so neither can say anything else than what holds. The presets are rows like the others, made from one of
them (R033).

What the rows never say: who somebody is. A ticket says the role, the type says what that role may do.
"""

from __future__ import annotations

import enum
from typing import Final, Literal

import msgspec

from node.errors import Refused, Text
from node.features.participants.view import Role
from node.ports import Source


class Right(enum.StrEnum):
    """What a role may do in a room of a type."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"
    CHAT = "chat"
    PREPARE = "prepare"
    """Come in before the start."""
    MODERATE = "moderate"
    """Mute and remove people."""
    MODERATE_CHAT = "moderate_chat"
    ADMIT = "admit"
    """Let people in who wait in the lobby, or turn them away."""
    RECORD = "record"
    """Start, pause and stop the recording, in a type that may be recorded."""
    START = "start"
    END = "end"
    """End for everybody, and extend."""


class Start(enum.StrEnum):
    """What makes a session begin (T4)."""

    ANYONE = "anyone"
    TWO = "two"
    """Two people who are connected (R167)."""
    HOST = "host"
    """Somebody with the right to start (R171)."""


class Waiting(enum.StrEnum):
    """Whether who has not the right to prepare waits in the lobby until somebody lets them in (R145)."""

    NEVER = "never"
    OFF = "off"
    """Not until the room says so."""
    ON = "on"
    """Unless the room says otherwise."""


class End(enum.StrEnum):
    """What ended a session (T5)."""

    EMPTY = "empty"
    """The last person left."""
    TIME = "time"
    """Five minutes after the stated end."""
    DURATION = "duration"
    """The longest duration."""
    HOST = "host"
    OPERATOR = "operator"


PUBLISH: Final = frozenset({Right.MICROPHONE, Right.CAMERA, Right.SCREEN})
SPEAK: Final = PUBLISH | {Right.CHAT}
RIGHT_OF: Final = {
    Source.MICROPHONE: Right.MICROPHONE,
    Source.CAMERA: Right.CAMERA,
    Source.SCREEN: Right.SCREEN,
    Source.SCREEN_AUDIO: Right.SCREEN,
}
EVERYTHING: Final = frozenset(Right)
WATCH: Final = frozenset({Right.CHAT})
DISCUSS: Final = WATCH | {Right.MICROPHONE}


class Beginning(msgspec.Struct, frozen=True):
    """What a room of a type begins with; its hosts change all of it (R033). `view`: the layout that is shown to
    everybody, "" none. `mute_on_start`: microphones are closed on arrival. `private`: participants write to each other.
    `slow_s`: at least so long between two messages of a person."""

    view: Literal["", "gallery", "speaker", "presentation"] = ""
    mute_on_start: bool = False
    private: bool = True
    slow_s: int = 0


class SessionType(msgspec.Struct, frozen=True):
    """One row. People: `default_people` 0: as the node says; `max_people` 0: as much as the node allows;
    `advice_people`: above it the host is told that it may suffer, 0: never. Minutes likewise."""

    key: str
    title: Text
    use: Text
    roles: dict[Role, frozenset[Right]]
    default_people: int
    max_people: int
    advice_people: int
    default_minutes: int
    max_minutes: int
    start: Start
    ends_empty: bool
    """A session ends when the last person has left. Planned end, longest duration, host and operator end any."""
    recording: bool
    replay: bool
    telephone: bool
    keeps_chat: bool = False
    """A session in a permanent room begins with what was written in the last one. Otherwise its chat begins empty;
    exports have all of it."""
    base: str = ""
    """The type that a preset was made from."""
    lobby: Waiting = Waiting.OFF
    endless: bool = False
    """A session may have no end of its own: zero minutes."""
    notice: Text | None = None
    """What people are told before they join (R154)."""
    begins: Beginning = Beginning()

    def may(self, role: Role, right: Right) -> bool:
        return right in self.roles.get(role, frozenset())

    def rights(self, role: Role) -> tuple[Right, ...]:
        """What this role may do, in the table's order."""
        mine = self.roles.get(role, frozenset())
        return tuple(right for right in Right if right in mine)

    def withheld(self, role: Role) -> frozenset[Source]:
        """What this role must not send."""
        rights = self.roles.get(role, frozenset())
        return frozenset(source for source, right in RIGHT_OF.items() if right not in rights)

    def who(self, right: Right) -> str:
        """The roles that may, for a refusal."""
        return ", ".join(role for role, rights in self.roles.items() if right in rights)


_STAFF: Final = {
    Role.HOST: EVERYTHING,
    Role.SPEAKER: SPEAK | {Right.PREPARE},
    Role.MODERATOR: WATCH | {Right.PREPARE, Right.MODERATE_CHAT, Right.ADMIT},
    Role.TECHNICIAN: SPEAK | {Right.PREPARE, Right.RECORD},
}

MEETING: Final = SessionType(
    key="meeting",
    title=Text("Réunion", "Meeting"),
    use=Text("Réunions, cours, échanges : chacun peut parler.", "Meetings, lessons, exchanges: everybody may speak."),
    roles={Role.HOST: EVERYTHING, Role.PARTICIPANT: SPEAK},
    default_people=0,
    max_people=0,
    advice_people=250,
    default_minutes=280,
    max_minutes=24 * 60,
    start=Start.ANYONE,
    ends_empty=True,
    recording=True,
    replay=True,
    telephone=True,
    endless=True,
)
CONFERENCE: Final = SessionType(
    key="conference",
    title=Text("Visioconférence", "Video conference"),
    use=Text(
        "Réunions de travail, entretiens, petits groupes : chacun est à l’image et au son.",
        "Working meetings, interviews, small groups: everybody is seen and heard.",
    ),
    roles={Role.SPEAKER: SPEAK | {Right.PREPARE, Right.START}},
    default_people=20,
    max_people=55,
    advice_people=20,
    default_minutes=120,
    max_minutes=360,
    start=Start.TWO,
    ends_empty=True,
    recording=False,
    replay=False,
    telephone=True,
    lobby=Waiting.NEVER,
    notice=Text(
        "Dans une visioconférence, chacun a un micro et une caméra.",
        "In a video conference, everybody has a microphone and a camera.",
    ),
)
WEBINAR: Final = SessionType(
    key="webinar",
    title=Text("Webinaire", "Webinar"),
    use=Text(
        "Conférences et formations en ligne : quelques intervenants, beaucoup de public.",
        "Online talks and trainings: few speakers, a large audience.",
    ),
    roles={**_STAFF, Role.PARTICIPANT: WATCH},
    default_people=250,
    max_people=1000,
    advice_people=0,
    default_minutes=120,
    max_minutes=12 * 60,
    start=Start.HOST,
    ends_empty=False,
    recording=True,
    replay=True,
    telephone=True,
)
STREAMING: Final = SessionType(
    key="streaming",
    title=Text("Diffusion en direct", "Streaming"),
    use=Text(
        "Grands évènements filmés par une régie : le public regarde et écrit.",
        "Large events filmed by a crew: the audience watches and writes.",
    ),
    roles={**_STAFF, Role.PARTICIPANT: WATCH},
    default_people=1000,
    max_people=45_000,
    advice_people=0,
    default_minutes=180,
    max_minutes=24 * 60,
    start=Start.HOST,
    ends_empty=False,
    recording=True,
    replay=True,
    telephone=False,
)


def _preset(
    base: SessionType,
    key: str,
    title: Text,
    use: Text,
    *,
    audience: frozenset[Right],
    people: int,
    minutes: int,
    begins: Beginning,
) -> SessionType:
    return msgspec.structs.replace(
        base,
        key=key,
        title=title,
        use=use,
        roles={**base.roles, Role.PARTICIPANT: audience},
        default_people=people,
        default_minutes=minutes,
        base=base.key,
        begins=begins,
    )


TYPES: Final[dict[str, SessionType]] = {
    row.key: row
    for row in (
        MEETING,
        CONFERENCE,
        WEBINAR,
        STREAMING,
        _preset(
            WEBINAR,
            "lecture",
            Text("Conférence simple", "Simple lecture"),
            Text("Une personne parle, le public pose ses questions par écrit.", "One speaks, the audience writes."),
            audience=WATCH,
            people=250,
            minutes=90,
            begins=Beginning("speaker", private=False),
        ),
        _preset(
            WEBINAR,
            "masterclass",
            Text("Classe de maître", "Master class"),
            Text(
                "Un expert montre ; le public prend la parole au micro.",
                "An expert shows; the audience may speak.",
            ),
            audience=DISCUSS,
            people=100,
            minutes=120,
            begins=Beginning("presentation", mute_on_start=True),
        ),
        _preset(
            WEBINAR,
            "round-table",
            Text("Table ronde", "Round table"),
            Text(
                "Plusieurs intervenants débattent, le public écrit.",
                "Several speakers debate, the audience writes.",
            ),
            audience=WATCH,
            people=250,
            minutes=120,
            begins=Beginning("gallery", private=False, slow_s=10),
        ),
        _preset(
            MEETING,
            "workshop",
            Text("Atelier", "Workshop"),
            Text("Tout le monde travaille, parle et partage.", "Everybody works, speaks and shares."),
            audience=SPEAK,
            people=30,
            minutes=180,
            begins=Beginning("gallery"),
        ),
    )
}


def type_of(key: str) -> SessionType:
    """
    Raises:
        Refused: TYPE_UNKNOWN.
    """
    row = TYPES.get(key or MEETING.key)
    if row is None:
        raise Refused("TYPE_UNKNOWN", limit=", ".join(TYPES), current=key[:40])
    return row
