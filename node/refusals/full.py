"""Refusals of limits that are reached: the rows of the table (`node/refusals/`) that `features/quota` and
`features/check` raise."""

from __future__ import annotations

from typing import Final

from node.wording import Rule, Text

_RETRY: Final = Text("Réessayez dans quelques secondes.", "Try again in a few seconds.")

FULL: Final[dict[str, Rule]] = {
    "ROOM_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        403,
        "rooms.max_participants",
        Text(
            "La salle est pleine : {current} personnes sur {limit}.", "The room is full: {current} of {limit} people."
        ),
        Text(
            "Attendez qu’une personne parte, ou demandez une limite plus haute ou un autre type de séance.",
            "Wait until somebody leaves, or ask for a higher limit or another session type.",
        ),
    ),
    "NODE_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        503,
        "node.max_participants",
        Text("Ce nœud est plein : {current} personnes sur {limit}.", "This node is full: {current} of {limit} people."),
        _RETRY,
    ),
    "CHECKS_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        429,
        "check.at_once",
        Text(
            "Trop de vérifications de connexion à la fois : {current} sur {limit}.",
            "Too many connection checks at once: {current} of {limit}.",
        ),
        Text(
            "Recommencez dans une demi-minute ; vous pouvez rejoindre sans vérifier.",
            "Try again in half a minute; you can join without checking.",
        ),
    ),
    "NODE_DRAINING": Rule(
        "FAILED_PRECONDITION",
        503,
        "node.drain",
        Text(
            "Ce nœud se vide : rien de nouveau n’y commence.", "This node is being drained: nothing new begins on it."
        ),
        Text(
            "Demandez à la personne qui organise où la séance aura lieu.",
            "Ask the organiser where the session will take place.",
        ),
    ),
    "ROOMS_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        503,
        "node.max_rooms",
        Text("Ce nœud a déjà {current} salles sur {limit}.", "This node has {current} of {limit} rooms already."),
        Text(
            "Fermez une salle, ou relevez la limite : regie quotas set node rooms.",
            "Close a room, or raise the limit: regie quotas set node rooms.",
        ),
    ),
    "TYPE_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        503,
        "type.max_participants",
        Text(
            "Les salles de ce type ont déjà {current} personnes sur {limit} sur ce nœud.",
            "Rooms of this type have {current} of {limit} people on this node already.",
        ),
        Text(
            "Attendez qu’une personne parte, ou demandez d’augmenter la limite.",
            "Wait until somebody leaves, or ask for a higher limit.",
        ),
    ),
    "TYPE_ROOMS_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        503,
        "type.max_rooms",
        Text(
            "Ce nœud a déjà {current} salles de ce type sur {limit}.",
            "This node has {current} of {limit} rooms of this type already.",
        ),
        Text(
            "Fermez-en une, choisissez un autre type, ou relevez la limite : regie quotas set.",
            "Close one, choose another type, or raise the limit: regie quotas set.",
        ),
    ),
    "PUBLISHERS_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        403,
        "quota.publishers",
        Text(
            "{current} personnes sur {limit} peuvent déjà parler ou se montrer.",
            "{current} of {limit} people who may speak or be seen are here already.",
        ),
        Text(
            "Venez avec un lien de participant, attendez qu’une personne parte, ou demandez d’augmenter la limite.",
            "Come with a participant’s link, wait until somebody leaves, or ask for a higher limit.",
        ),
    ),
}
