"""The table of refusals (D2): code, status on each edge, rule, and what a person is told, in French and English.

A caller may rely on a code for ever; the sentences may improve. `node/errors.py` raises them.
"""

from __future__ import annotations

from typing import Final

from node.refusals.entry import ENTRY
from node.refusals.full import FULL
from node.refusals.recordings import RECORDINGS
from node.refusals.room import ROOM
from node.wording import Language, Rule, Text

__all__ = ["RULES", "Language", "Rule", "Text"]

_RETRY = Text("Réessayez dans quelques secondes.", "Try again in a few seconds.")
_FIX_CLIENT = Text(
    "Mettez à jour la page ou le logiciel utilisé ; si cela continue, signalez ce code.",
    "Update the page or the program; if it goes on, report this code.",
)

RULES: Final[dict[str, Rule]] = {
    **FULL,
    **RECORDINGS,
    **ROOM,
    # ------------------------------------------------------------------ rooms
    "ROOM_UNKNOWN": Rule(
        "NOT_FOUND",
        404,
        "rooms.exists",
        Text("La salle « {current} » n’existe pas sur ce nœud.", "There is no room “{current}” on this node."),
        Text("Vérifiez le lien, ou demandez-en un nouveau.", "Check the link, or ask for a new one."),
    ),
    "ROOM_CLOSED": Rule(
        "FAILED_PRECONDITION",
        410,
        "rooms.open",
        Text("Cette salle est fermée.", "This room is closed."),
        Text("Demandez à la personne qui organise si elle rouvrira.", "Ask the organiser whether it will open again."),
    ),
    "ROOM_EXISTS": Rule(
        "ALREADY_EXISTS",
        409,
        "rooms.unique",
        Text("Une salle porte déjà l’identifiant « {current} ».", "A room with the id “{current}” exists already."),
        Text("Choisissez un autre identifiant.", "Choose another id."),
    ),
    # ------------------------------------------------------------------ types, schedule
    "TYPE_UNKNOWN": Rule(
        "INVALID_ARGUMENT",
        422,
        "types.exists",
        Text("« {current} » n’est pas un type de séance.", "“{current}” is not a session type."),
        Text("Types : {limit}.", "Types: {limit}."),
    ),
    "ROOM_EARLY": Rule(
        "FAILED_PRECONDITION",
        425,
        "schedule.opens",
        Text("La salle ouvre le {limit} ; encore {current}.", "The room opens on {limit}, in {current}."),
        Text("Gardez cette page ouverte, ou revenez à l’heure.", "Keep this page open, or come back on time."),
    ),
    "ROOM_NOT_STARTED": Rule(
        "FAILED_PRECONDITION",
        425,
        "types.start",
        Text("La séance n’a pas encore commencé.", "The session has not begun yet."),
        Text(
            "Elle commence quand une personne du rôle {limit} est là. Gardez cette page ouverte.",
            "It begins when somebody of the role {limit} is there. Keep this page open.",
        ),
    ),
    "DURATION_OUT_OF_RANGE": Rule(
        "INVALID_ARGUMENT",
        422,
        "schedule.max_minutes",
        Text(
            "Une durée de {current} minutes n’est pas possible ; permis : {limit}.",
            "A duration of {current} minutes is not possible; allowed: {limit}.",
        ),
        Text("Choisissez une durée plus courte, ou un autre type.", "Choose a shorter one, or another type."),
    ),
    "NOTHING_TO_EXTEND": Rule(
        "FAILED_PRECONDITION",
        409,
        "schedule.ends",
        Text("Aucune fin n’est prévue pour cette séance.", "This session has no end that could be moved."),
        Text("Il n’y a rien à faire.", "There is nothing to do."),
    ),
    "TIME_OVER": Rule(
        "FAILED_PRECONDITION",
        410,
        "schedule.cut",
        Text("L’heure de fin est passée : la séance est terminée.", "The time is over: the session has ended."),
        Text("Merci de votre participation.", "Thank you for taking part."),
    ),
    "DURATION_OVER": Rule(
        "FAILED_PRECONDITION",
        410,
        "schedule.max_minutes",
        Text(
            "La durée prévue ({limit} minutes) est atteinte : la séance est terminée.",
            "The planned duration ({limit} minutes) is reached: the session has ended.",
        ),
        Text("Vous pouvez en commencer une autre par le même lien.", "You can begin another one by the same link."),
    ),
    "ENDED_BY_HOST": Rule(
        "FAILED_PRECONDITION",
        410,
        "types.end",
        Text("L’animation a terminé la séance.", "The host has ended the session."),
        Text("Merci de votre participation.", "Thank you for taking part."),
    ),
    "ENDED_BY_OPERATOR": Rule(
        "FAILED_PRECONDITION",
        410,
        "rooms.end",
        Text(
            "Les personnes qui gèrent le service ont terminé la séance.",
            "The people who run the service have ended it.",
        ),
        Text(
            "Demandez à la personne qui organise si elle reprendra.", "Ask the organiser whether it will go on later."
        ),
    ),
    "ENDED_BY_DRAIN": Rule(
        "FAILED_PRECONDITION",
        410,
        "node.drain",
        Text(
            "La séance s’arrête ici : le service va être entretenu.",
            "The session ends here: the service is maintained.",
        ),
        Text("Demandez à la personne qui organise où elle reprendra.", "Ask the organiser where it will go on."),
    ),
    # ------------------------------------------------------------------ join
    **ENTRY,
    "SDP_INVALID": Rule(
        "INVALID_ARGUMENT",
        400,
        "media.sdp",
        Text("L’offre SDP est mal formée : {current}.", "The SDP offer is malformed: {current}."),
        _FIX_CLIENT,
    ),
    "SDP_UNSUPPORTED": Rule(
        "INVALID_ARGUMENT",
        422,
        "media.sdp",
        Text("L’offre SDP ne convient pas : {current}.", "The SDP offer cannot be accepted: {current}."),
        _FIX_CLIENT,
    ),
    "PLANE_DOWN": Rule(
        "UNAVAILABLE",
        503,
        "media.plane",
        Text("Le transport des médias redémarre.", "The media plane is starting again."),
        _RETRY,
    ),
    "PLANE_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        503,
        "media.plane_limits",
        Text(
            "Le transport des médias est plein : la limite est {limit}.",
            "The media plane is full: its limit is {limit}.",
        ),
        _RETRY,
    ),
    # ------------------------------------------------------------------ participants, mute, chat
    "PARTICIPANT_UNKNOWN": Rule(
        "NOT_FOUND",
        404,
        "participants.exists",
        Text("Cette personne n’est pas dans la salle.", "This person is not in the room."),
        Text("Rafraîchissez la liste.", "Refresh the list."),
    ),
    "SOURCE_UNKNOWN": Rule(
        "INVALID_ARGUMENT",
        422,
        "mute.source",
        Text("« {current} » n’est pas une source.", "“{current}” is not a source."),
        Text("Sources : {limit}.", "Sources: {limit}."),
    ),
    "RATE_OUT_OF_RANGE": Rule(
        "INVALID_ARGUMENT",
        422,
        "rates.range",
        Text(
            "Un débit de {current} n’est pas possible ; il faut {limit}, ou 0 pour lever le plafond.",
            "A rate of {current} is not possible; it must be {limit}, or 0 to lift the cap.",
        ),
        Text("Donnez un autre débit : 500k, 2M.", "Give another rate: 500k, 2M."),
    ),
    "COUNT_CHANGED": Rule(
        "FAILED_PRECONDITION",
        409,
        "mute.expected",
        Text(
            "{current} personnes seraient touchées, et non {limit}.", "{current} people would be affected, not {limit}."
        ),
        Text(
            "Relisez la liste, puis confirmez le nouveau nombre.", "Read the list again, then confirm the new number."
        ),
    ),
    "NOT_ALLOWED": Rule(
        "PERMISSION_DENIED",
        403,
        "roles.required",
        Text(
            "Il faut le rôle {limit} ; vous avez le rôle {current}.", "This needs the role {limit}; yours is {current}."
        ),
        Text("Demandez à une personne qui a ce rôle.", "Ask somebody who has this role."),
    ),
    "MESSAGE_UNKNOWN": Rule(
        "NOT_FOUND",
        404,
        "chat.exists",
        Text("Ce message n’existe pas.", "There is no such message."),
        Text("Rafraîchissez la liste.", "Refresh the list."),
    ),
    "MESSAGE_EMPTY": Rule(
        "INVALID_ARGUMENT",
        422,
        "chat.text",
        Text("Le message est vide.", "The message is empty."),
        Text("Écrivez un texte, de {limit} caractères au plus.", "Write some text, at most {limit} characters."),
    ),
    "MESSAGE_TOO_LONG": Rule(
        "INVALID_ARGUMENT",
        422,
        "chat.max_length",
        Text(
            "Le message a {current} caractères, la limite est {limit}.",
            "The message has {current} characters, the limit is {limit}.",
        ),
        Text("Raccourcissez-le ou coupez-le en deux.", "Shorten it or cut it in two."),
    ),
    "CHAT_OFF": Rule(
        "PERMISSION_DENIED",
        403,
        "chat.public",
        Text("La discussion est réservée à l’animation.", "Only moderators write to everybody here."),
        Text("Écrivez à l’animation, ou levez la main.", "Write to the moderators, or raise your hand."),
    ),
    "PRIVATE_CHAT_OFF": Rule(
        "PERMISSION_DENIED",
        403,
        "chat.private",
        Text(
            "Les messages privés sont désactivés dans cette salle.", "Private messages are switched off in this room."
        ),
        Text("Écrivez à tout le monde, ou levez la main.", "Write to everybody, or raise your hand."),
    ),
    "CHAT_MUTED": Rule(
        "PERMISSION_DENIED",
        403,
        "chat.restraint",
        Text("L’animation vous a retiré la parole dans la discussion.", "The moderators have muted you in the chat."),
        Text("Vous pouvez encore écrire à l’animation.", "You can still write to the moderators."),
    ),
    "SOURCE_LOCKED": Rule(
        "PERMISSION_DENIED",
        403,
        "flags",
        Text(
            "L’animation a fermé cela aux participants ({limit}).",
            "The hosts have locked that for participants ({limit}).",
        ),
        Text(
            "Levez la main ou écrivez à l’animation pour l’obtenir.", "Raise your hand or write to the hosts to get it."
        ),
    ),
    "FLAGS_NONE": Rule(
        "FAILED_PRECONDITION",
        409,
        "types.roles",
        Text(
            "Dans une salle de ce type, tout le monde a les mêmes droits : rien à restreindre.",
            "In a room of this type, everybody has the same rights: there is nothing to restrict.",
        ),
        Text("Créez la salle avec un autre type.", "Create the room with another type."),
    ),
    "SLOW_MODE": Rule(
        "RESOURCE_EXHAUSTED",
        429,
        "chat.slow",
        Text(
            "La discussion est ralentie : un message toutes les {limit} par personne.",
            "The chat is slowed down: one message every {limit} for each person.",
        ),
        Text("Réessayez dans {current}.", "Try again in {current}."),
    ),
    "MESSAGE_REPEATED": Rule(
        "INVALID_ARGUMENT",
        422,
        "chat.repeated",
        Text("Vous venez d’écrire ce message.", "You have just written this message."),
        Text("Attendez {limit} pour l’écrire de nouveau.", "Wait {limit} before you write it again."),
    ),
    "WORD_REFUSED": Rule(
        "INVALID_ARGUMENT",
        422,
        "chat.words",
        Text("Ce message contient un mot qui n’est pas admis ici.", "This message has a word that is not wanted here."),
        Text("Dites-le autrement.", "Say it in other words."),
    ),
    "TOO_MANY_WAITING": Rule(
        "RESOURCE_EXHAUSTED",
        429,
        "moderation.held_each",
        Text(
            "{current} de vos messages attendent déjà l’animation ; la limite est {limit}.",
            "{current} of your messages wait for the moderators already; the limit is {limit}.",
        ),
        Text("Attendez leur réponse.", "Wait for their answer."),
    ),
    "QUEUE_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        429,
        "moderation.queue",
        Text(
            "{current} messages attendent déjà l’animation ; la limite est {limit}.",
            "{current} messages wait for the moderators already; the limit is {limit}.",
        ),
        Text("Réessayez dans quelques minutes.", "Try again in a few minutes."),
    ),
    "ITEM_UNKNOWN": Rule(
        "NOT_FOUND",
        404,
        "moderation.exists",
        Text("Rien de tel n’attend l’animation.", "No such thing waits for the moderators."),
        Text("Rafraîchissez la liste.", "Refresh the list."),
    ),
    "ITEM_CLAIMED": Rule(
        "FAILED_PRECONDITION",
        409,
        "moderation.claim",
        Text("{current} s’en occupe déjà.", "{current} is looking after it already."),
        Text(
            "Prenez le suivant ; celui-ci se libère au bout de {limit}.",
            "Take the next one; this one is free again after {limit}.",
        ),
    ),
    "ITEM_DONE": Rule(
        "FAILED_PRECONDITION",
        409,
        "moderation.done",
        Text("C’est déjà décidé par {current} ({limit}).", "{current} has decided it already ({limit})."),
        Text("Prenez le suivant.", "Take the next one."),
    ),
    "TOO_FAST": Rule(
        "RESOURCE_EXHAUSTED",
        429,
        "rate",
        Text(
            "Trop de demandes : {current} ; la limite est {limit}.",
            "Too many requests: {current}; the limit is {limit}.",
        ),
        _RETRY,
    ),
    # ------------------------------------------------------------------ protocol
    "BAD_REQUEST": Rule(
        "INVALID_ARGUMENT",
        400,
        "protocol.shape",
        Text("Demande mal formée : {current}.", "Malformed request: {current}."),
        _FIX_CLIENT,
    ),
    "VALUE_INVALID": Rule(
        "INVALID_ARGUMENT",
        422,
        "operators.value",
        Text("{current} ne convient pas ; permis : {limit}.", "{current} will not do; allowed: {limit}."),
        Text("Corrigez cette valeur.", "Correct this value."),
    ),
    "TOO_LARGE": Rule(
        "RESOURCE_EXHAUSTED",
        413,
        "protocol.max_size",
        Text("Trop grand : {current} ; la limite est {limit}.", "Too large: {current}; the limit is {limit}."),
        _FIX_CLIENT,
    ),
    "RANGE_UNSATISFIABLE": Rule(
        "OUT_OF_RANGE",
        416,
        "protocol.range",
        Text(
            "La partie demandée commence après la fin : le fichier a {limit}.",
            "The part that was asked for begins behind the end: the file has {limit}.",
        ),
        Text("Demandez une partie qui commence avant.", "Ask for a part that begins before."),
    ),
    "NOT_FOUND": Rule(
        "NOT_FOUND",
        404,
        "protocol.path",
        Text("Cette adresse n’existe pas.", "There is nothing at this address."),
        Text("Vérifiez le lien.", "Check the link."),
    ),
    "METHOD_NOT_ALLOWED": Rule(
        "UNIMPLEMENTED",
        405,
        "protocol.method",
        Text("Cette méthode n’est pas acceptée ici.", "This method is not accepted here."),
        _FIX_CLIENT,
    ),
    "PRECONDITION_MISSING": Rule(
        "FAILED_PRECONDITION",
        428,
        "protocol.if_match",
        Text("Il manque l’en-tête If-Match.", "The header If-Match is missing."),
        Text(
            "Donnez-y l’ETag reçu en dernier, ou « * » pour relancer ICE.",
            "Give it the last ETag that you were sent, or “*” to restart ICE.",
        ),
    ),
    "PRECONDITION_FAILED": Rule(
        "FAILED_PRECONDITION",
        412,
        "protocol.if_match",
        Text(
            "L’en-tête If-Match ({current}) nomme une autre session ICE que celle-ci.",
            "The header If-Match ({current}) names another ICE session than this one.",
        ),
        Text("Donnez-y l’ETag reçu en dernier.", "Give it the last ETag that you were sent."),
    ),
    "UNSUPPORTED_MEDIA_TYPE": Rule(
        "INVALID_ARGUMENT",
        415,
        "protocol.content_type",
        Text(
            "Type de contenu refusé : {current} ; attendu : {limit}.",
            "Content type refused: {current}; expected: {limit}.",
        ),
        _FIX_CLIENT,
    ),
    "TOKEN_MISSING": Rule(
        "UNAUTHENTICATED",
        401,
        "operators.token",
        Text("Il manque le jeton d’opérateur.", "The operator token is missing."),
        Text("Ajoutez un contexte : regie contexts add.", "Add a context: regie contexts add."),
    ),
    "TOKEN_WRONG": Rule(
        "UNAUTHENTICATED",
        401,
        "operators.token",
        Text("Jeton d’opérateur inconnu ou révoqué.", "Unknown or revoked operator token."),
        Text("Demandez un jeton : regie node tokens create.", "Ask for a token: regie node tokens create."),
    ),
    "TOKEN_EXPIRED": Rule(
        "UNAUTHENTICATED",
        401,
        "operators.expiry",
        Text("Ce jeton d’opérateur a expiré le {limit}.", "This operator token expired on {limit}."),
        Text("Demandez un jeton : regie node tokens create.", "Ask for a token: regie node tokens create."),
    ),
    "TOKEN_UNKNOWN": Rule(
        "NOT_FOUND",
        404,
        "operators.exists",
        Text("Aucun jeton ne s’appelle « {current} ».", "There is no token called “{current}”."),
        Text("Voyez la liste : regie node tokens list.", "See the list: regie node tokens list."),
    ),
    "NODE_UNKNOWN": Rule(
        "NOT_FOUND",
        404,
        "nodes.exists",
        Text("Ce nœud s’appelle {limit}, et non {current}.", "This node is called {limit}, not {current}."),
        Text("Choisissez un autre contexte.", "Choose another context."),
    ),
    "METHOD_UNKNOWN": Rule(
        "UNIMPLEMENTED",
        501,
        "protocol.method",
        Text("Ce nœud ne connaît pas {current}.", "This node does not know {current}."),
        _FIX_CLIENT,
    ),
    "TIMED_OUT": Rule(
        "DEADLINE_EXCEEDED",
        504,
        "protocol.deadline",
        Text("La réponse n’est pas venue en {limit} s.", "No answer came within {limit} s."),
        Text(
            "Répétez la demande avec le même identifiant : elle ne sera pas faite deux fois.",
            "Repeat the request with the same request id: it will not be done twice.",
        ),
    ),
    "TOO_SLOW": Rule(
        "DEADLINE_EXCEEDED",
        408,
        "protocol.pace",
        Text(
            "La demande n’est pas arrivée en entier en {limit} s.", "The request did not come whole within {limit} s."
        ),
        Text("Réessayez, ou changez de réseau.", "Try again, or try another network."),
    ),
    "TOO_MANY_WATCHES": Rule(
        "RESOURCE_EXHAUSTED",
        429,
        "protocol.watches",
        Text(
            "Déjà {current} flux ouverts, la limite est {limit}.", "{current} streams are open, the limit is {limit}."
        ),
        Text("Fermez une console, ou un écran.", "Close a console, or a screen."),
    ),
    "REQUEST_ID_REUSED": Rule(
        "INVALID_ARGUMENT",
        409,
        "protocol.request_id",
        Text(
            "Cet identifiant de demande a servi à une autre demande.", "This request id was used for another request."
        ),
        Text("Prenez-en un nouveau.", "Take a new one."),
    ),
    "REPLACED": Rule(
        "ABORTED",
        409,
        "protocol.one_socket",
        Text("Cette place est ouverte dans une autre fenêtre.", "This place was opened in another window."),
        Text("Continuez dans l’autre fenêtre, ou rechargez celle-ci.", "Go on in the other one, or reload this one."),
    ),
    "ORIGIN_REFUSED": Rule(
        "PERMISSION_DENIED",
        403,
        "protocol.origin",
        Text("La page vient d’un autre site ({current}).", "The page comes from another site ({current})."),
        Text("Ouvrez le lien de l’invitation.", "Open the link of the invitation."),
    ),
    "FENCED": Rule(
        "UNAVAILABLE",
        503,
        "node.epoch",
        Text("Un processus plus récent dirige ce nœud.", "A newer process controls this node."),
        _RETRY,
    ),
    "STOPPING": Rule(
        "UNAVAILABLE",
        503,
        "node.running",
        Text("Ce nœud s’arrête.", "This node is stopping."),
        _RETRY,
    ),
    "INTERNAL": Rule(
        "INTERNAL",
        500,
        "node.fault",
        Text("Le nœud a rencontré une erreur ({current}).", "The node met an error ({current})."),
        Text(
            "Réessayez ; si cela continue, donnez ce numéro au support.",
            "Try again; if it goes on, tell support this number.",
        ),
    ),
}
