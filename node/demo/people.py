"""Who takes part in the demonstration, how they look and sound, and what they write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TITLE: Final = "Webinaire : l’accessibilité numérique au quotidien"

Colour = tuple[int, int, int]
"""Red, green, blue: 0 … 255."""


@dataclass(frozen=True)
class Person:
    """One synthetic participant. `pitch` in Hz; `throat` scales the formants (1: an average adult)."""

    name: str
    wall: Colour
    skin: Colour
    hair: Colour
    clothes: Colour
    long_hair: bool
    pitch: float
    throat: float


PEOPLE: Final = (
    Person("Amina Benali", (44, 82, 110), (198, 150, 112), (38, 26, 22), (196, 74, 60), True, 208.0, 1.12),
    Person("Jean-Luc Moreau", (96, 84, 62), (232, 190, 160), (150, 146, 140), (52, 70, 96), False, 108.0, 0.94),
    Person("Zoé Le Gall", (70, 104, 78), (240, 204, 178), (168, 92, 44), (238, 190, 70), True, 226.0, 1.16),
    Person("Mamadou Diallo", (84, 66, 104), (110, 74, 52), (22, 18, 18), (70, 150, 140), False, 96.0, 0.90),
    Person("Françoise Nguyễn", (112, 72, 80), (226, 182, 142), (30, 28, 32), (110, 92, 160), True, 190.0, 1.08),
    Person("Théo Lambert", (60, 92, 96), (236, 196, 166), (92, 62, 36), (92, 120, 66), False, 124.0, 0.98),
    Person("Inès Garcia", (104, 92, 52), (214, 164, 126), (52, 32, 24), (170, 60, 110), True, 216.0, 1.14),
    Person("Hervé Petit", (62, 74, 112), (238, 200, 176), (206, 186, 130), (150, 86, 50), False, 116.0, 0.96),
)

CHAT: Final = (
    "Bonjour à toutes et à tous !",
    "Le son est parfait de mon côté.",
    "Le support sera-t-il partagé après la séance ?",
    "Merci, c’est très clair.",
    "Peut-on revoir l’exemple avec le lecteur d’écran ?",
    "Chez nous, les sous-titres ont tout changé.",
    "Le contraste minimal est bien de 4,5 pour 1 ?",
    "Oui, et 3 pour 1 pour les grands caractères.",
    "Question pour Amina : et pour les PDF ?",
    "Je note, nous y reviendrons à la fin.",
    "Très bonne remarque.",
    "La navigation au clavier, on l’oublie trop souvent.",
)
