"""Rows of the table of refusals (`node/refusals.py`): coming in, and being let in."""

from __future__ import annotations

from typing import Final

from node.wording import ASK_HOST, Rule, Text

ENTRY: Final[dict[str, Rule]] = {
    "TICKET_MISSING": Rule(
        "UNAUTHENTICATED",
        401,
        "join.ticket",
        Text("Il manque le billet d’entrée.", "The ticket is missing."),
        Text("Ouvrez le lien complet de l’invitation.", "Open the whole link of the invitation."),
    ),
    "TICKET_WRONG": Rule(
        "UNAUTHENTICATED",
        401,
        "join.ticket",
        Text("Ce billet n’ouvre pas cette salle.", "This ticket does not open this room."),
        ASK_HOST,
    ),
    "TICKET_EXPIRED": Rule(
        "UNAUTHENTICATED",
        401,
        "join.ticket_expiry",
        Text("Ce billet a expiré le {limit}.", "This ticket expired on {limit}."),
        ASK_HOST,
    ),
    "SESSION_UNKNOWN": Rule(
        "UNAUTHENTICATED",
        401,
        "join.session",
        Text("Cette session est terminée.", "This session has ended."),
        Text("Rejoignez de nouveau la salle.", "Join the room again."),
    ),
    "REMOVED": Rule(
        "PERMISSION_DENIED",
        403,
        "participants.removed",
        Text("Vous avez été retiré de cette salle.", "You were removed from this room."),
        Text("Contactez la personne qui organise.", "Contact the organiser."),
    ),
    "NAME_INVALID": Rule(
        "INVALID_ARGUMENT",
        422,
        "join.name",
        Text("Ce nom ne convient pas ({current}).", "This name will not do ({current})."),
        Text("Entrez de 1 à {limit} caractères visibles.", "Enter 1 to {limit} visible characters."),
    ),
    # ------------------------------------------------------------------ media
}
