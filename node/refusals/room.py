"""Rows of the table of refusals (`node/refusals/`): what a room is, what it says of itself, and who is what in it."""

from __future__ import annotations

from typing import Final

from node.wording import Rule, Text

ROOM: Final[dict[str, Rule]] = {
    "ROLES_FIXED": Rule(
        "FAILED_PRECONDITION",
        409,
        "types.roles",
        Text(
            "Dans une salle de ce type, tout le monde a le même rôle ({limit}).",
            "In a room of this type, everybody has the same role ({limit}).",
        ),
        Text("Créez la salle avec un autre type.", "Create the room with another type."),
    ),
    "ROLE_UNKNOWN": Rule(
        "INVALID_ARGUMENT",
        422,
        "types.roles",
        Text(
            "Le rôle « {current} » n’existe pas dans une salle de ce type.",
            "There is no role “{current}” in a room of this type.",
        ),
        Text("Rôles : {limit}.", "Roles: {limit}."),
    ),
    "REDIRECT_REFUSED": Rule(
        "INVALID_ARGUMENT",
        422,
        "texts.redirect",
        Text(
            "Les participants ne peuvent pas être envoyés vers « {current} » après la séance.",
            "People cannot be sent to “{current}” after the session.",
        ),
        Text("Adresses possibles : {limit}.", "Addresses that will do: {limit}."),
    ),
    "LINKS_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        409,
        "access.links",
        Text(
            "Ce rôle a déjà {current} liens valables, la limite est {limit}.",
            "This role has {current} links that work already, the limit is {limit}.",
        ),
        Text("Renouvelez le lien du rôle : les autres sont éteints.", "Renew the link of the role: the others end."),
    ),
    "LAST_HOST": Rule(
        "FAILED_PRECONDITION",
        409,
        "roles.last_host",
        Text(
            "Cette personne est la dernière à pouvoir terminer la séance : elle garde son rôle.",
            "This is the last person who may end the session: the role stays.",
        ),
        Text("Donnez d’abord ce rôle à quelqu’un d’autre.", "Give this role to somebody else first."),
    ),
}
