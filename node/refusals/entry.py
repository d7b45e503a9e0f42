"""Rows of the table of refusals (`node/refusals/`): coming in, and being let in."""

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
    "LINK_RENEWED": Rule(
        "UNAUTHENTICATED",
        401,
        "access.link",
        Text("Ce lien a été remplacé par un nouveau.", "This link was replaced by a new one."),
        ASK_HOST,
    ),
    "TICKET_REVOKED": Rule(
        "UNAUTHENTICATED",
        401,
        "access.ticket",
        Text("Ce billet a été annulé.", "This ticket was cancelled."),
        ASK_HOST,
    ),
    "TICKET_NAMED": Rule(
        "PERMISSION_DENIED",
        403,
        "access.token",
        Text("On n’entre ici qu’avec un billet à son nom.", "One comes in here only with a ticket of one’s own."),
        Text("Ouvrez le lien de votre invitation personnelle.", "Open the link of your own invitation."),
    ),
    "NO_MAIL": Rule(
        "FAILED_PRECONDITION",
        409,
        "invite.mail",
        Text("Ce nœud n’envoie pas de courrier.", "This node sends no mail."),
        Text(
            "Copiez le texte de l’invitation : regie rooms invite.", "Copy the invitation’s text: regie rooms invite."
        ),
    ),
    "TICKET_UNKNOWN": Rule(
        "NOT_FOUND",
        404,
        "access.ticket",
        Text("Il n’y a pas de billet « {current} ».", "There is no ticket “{current}”."),
        Text("Listez les billets de la salle.", "List the tickets of the room."),
    ),
    "TICKETS_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        403,
        "access.tickets",
        Text(
            "Cette salle a {current} billets personnels, sur {limit} au plus.",
            "This room has {current} tickets with a name, of at most {limit}.",
        ),
        Text("Faites une autre salle, ou donnez un lien.", "Make another room, or give a link."),
    ),
    "PASSWORD_MISSING": Rule(
        "UNAUTHENTICATED",
        401,
        "access.password",
        Text("Cette salle demande un mot de passe.", "This room asks for a password."),
        Text("Il est dans votre invitation.", "It is in your invitation."),
    ),
    "PASSWORD_WRONG": Rule(
        "UNAUTHENTICATED",
        401,
        "access.password",
        Text("Ce mot de passe n’est pas le bon.", "This is not the password."),
        Text("Relisez votre invitation, puis réessayez.", "Look at your invitation, then try again."),
    ),
    "LOBBY": Rule(
        "FAILED_PRECONDITION",
        425,
        "lobby.on",
        Text("On vous fera entrer.", "Somebody will let you in."),
        Text("Attendez sur la page de la salle.", "Wait on the page of the room."),
    ),
    "ROOM_LOCKED": Rule(
        "FAILED_PRECONDITION",
        403,
        "flags.lock_door",
        Text(
            "La porte de la salle est fermée : personne n’y entre plus pour l’instant.",
            "The door of the room is locked: nobody comes in any more for now.",
        ),
        Text("Demandez à la personne qui organise de l’ouvrir.", "Ask the organiser to open it."),
    ),
    "LOBBY_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        503,
        "lobby.waiting",
        Text("{current} personnes attendent déjà.", "{current} people are waiting already."),
        Text("Réessayez dans quelques minutes.", "Try again in a few minutes."),
    ),
    "NO_LOBBY": Rule(
        "FAILED_PRECONDITION",
        409,
        "types.lobby",
        Text("Une salle du type {current} n’a pas de salle d’attente.", "A room of the type {current} has no lobby."),
        Text("Choisissez un autre type de séance.", "Choose another session type."),
    ),
    "TURNED_AWAY": Rule(
        "PERMISSION_DENIED",
        403,
        "lobby.turned_away",
        Text("L’animation ne vous a pas fait entrer.", "The hosts did not let you in."),
        Text("Contactez la personne qui organise.", "Contact the organiser."),
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
    "BANNED": Rule(
        "PERMISSION_DENIED",
        403,
        "participants.bans",
        Text("Vous êtes exclu de cette salle.", "You are banned from this room."),
        Text("Contactez la personne qui organise.", "Contact the organiser."),
    ),
    "BANS_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        409,
        "participants.bans",
        Text(
            "{current} personnes sont déjà exclues de cette salle.",
            "{current} people are banned from this room already.",
        ),
        Text("Levez une exclusion, ou renouvelez le lien de la salle.", "Lift a ban, or renew the room’s link."),
    ),
    "PAGE_ONLY": Rule(
        "FAILED_PRECONDITION",
        409,
        "participants.client",
        Text("Seule une page peut attendre ; c’est ici : {current}.", "Only a page can wait; this is: {current}."),
        Text("Retirez ce participant plutôt.", "Remove this participant instead."),
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
