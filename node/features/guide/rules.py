"""How to speak in a session, in a few sentences a type: for whoever is to be seen and heard (R170). Pure.

Made from what the type allows, so that the guide never says anything else than what holds.
"""

from __future__ import annotations

from typing import Final

from node.errors import Text
from node.features.participants.view import Role
from node.features.types.rules import Right, SessionType, Start

TRY: Final = Text(
    "Ouvrez votre lien la veille, du lieu et avec le matériel du jour : la page essaie micro et caméra.",
    "Open your link the day before, from the place and with the devices of the day: the page tries them.",
)
SOUND: Final = Text(
    "Mettez un casque, coupez les notifications, et parlez à une main du micro.",
    "Wear a headset, silence notifications, and speak a hand away from the microphone.",
)
LIGHT: Final = Text(
    "Placez la lumière devant vous et la caméra à hauteur des yeux.",
    "Have the light in front of you and the camera at eye level.",
)
FIRST: Final = Text(
    "Entrez quinze minutes avant : vous êtes prêts entre vous, le public attend dehors.",
    "Come in fifteen minutes early: you prepare among yourselves while the audience waits outside.",
)
SOON: Final = Text(
    "La salle ouvre cinq minutes avant l’heure ; la séance commence à deux.",
    "The room opens five minutes before its time; the session begins with two people.",
)
HOST: Final = Text(
    "L’animation commence et termine ; fermer la page ne termine rien.",
    "The host begins and ends; closing the page ends nothing.",
)
FLOOR: Final = Text(
    "Micro, caméra et partage d’écran sont à vous dès la première seconde ; coupez votre micro quand vous écoutez.",
    "Microphone, camera and screen sharing are yours from the first second; mute yourself while you listen.",
)
HANDS: Final = Text(
    "Levez la main pour parler : l’ordre des mains est l’ordre de parole.",
    "Raise your hand to speak: the order of hands is the order of speech.",
)
QUESTIONS: Final = Text(
    "Le public écrit et ne parle pas : la modération vous transmet ses questions.",
    "The audience writes and does not speak: moderators pass its questions on to you.",
)
SCREEN: Final = Text(
    "Partagez une fenêtre plutôt que tout l’écran, et lisez à haute voix ce que l’on ne voit pas.",
    "Share a window rather than the whole screen, and say aloud what cannot be seen.",
)
HEADING: Final = Text("Intervenir : {limit}", "How to speak: {limit}")


def guide(type_: SessionType) -> tuple[Text, ...]:
    """What somebody who speaks ought to know, in order."""
    audience = type_.roles.get(Role.PARTICIPANT)
    told = [TRY, SOUND, LIGHT]
    told.append(FIRST if type_.start is Start.HOST else SOON)
    if type_.start is Start.HOST:
        told.append(HOST)
    told.append(FLOOR)
    told.append(HANDS if audience is None or Right.MICROPHONE in audience else QUESTIONS)
    told.append(SCREEN)
    return tuple(told)


def address_of(type_: SessionType) -> str:
    """On this site."""
    return f"/guide/{type_.key}"
