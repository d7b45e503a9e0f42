"""Rows of the table of refusals (`node/refusals/`): recordings."""

from __future__ import annotations

from typing import Final

from node.wording import ASK_HOST, Rule, Text

_LIST: Final = Text("Consultez regie recordings list.", "See regie recordings list.")

RECORDINGS: Final[dict[str, Rule]] = {
    "RECORDING_FORBIDDEN": Rule(
        "FAILED_PRECONDITION",
        403,
        "types.recording",
        Text("Une séance de ce type ne s’enregistre pas.", "A session of this type is not recorded."),
        Text("Créez la salle avec un autre type.", "Create the room with another type."),
    ),
    "RECORDING_RUNS": Rule(
        "FAILED_PRECONDITION",
        409,
        "recordings.one",
        Text("Cette salle est déjà enregistrée ({current}).", "This room is being recorded already ({current})."),
        Text("Arrêtez cet enregistrement d’abord.", "Stop that recording first."),
    ),
    "RECORDING_NONE": Rule(
        "FAILED_PRECONDITION",
        409,
        "recordings.one",
        Text("Cette salle n’est pas enregistrée.", "This room is not being recorded."),
        Text("Démarrez un enregistrement d’abord.", "Start a recording first."),
    ),
    "RECORDING_STATE": Rule(
        "FAILED_PRECONDITION",
        409,
        "recordings.state",
        Text(
            "Cela ne se fait pas d’un enregistrement dans l’état « {current} » (possible : {limit}).",
            "That cannot be done to a recording in the state “{current}” (possible: {limit}).",
        ),
        _LIST,
    ),
    "RECORDING_UNKNOWN": Rule(
        "NOT_FOUND",
        404,
        "recordings.exists",
        Text("Il n’y a pas d’enregistrement « {current} ».", "There is no recording “{current}”."),
        _LIST,
    ),
    "RECORDING_FILE": Rule(
        "NOT_FOUND",
        404,
        "recordings.file",
        Text("Cet enregistrement n’a pas de fichier « {current} ».", "This recording has no file “{current}”."),
        Text("Fichiers : {limit}.", "Files: {limit}."),
    ),
    "RECORDING_LINK": Rule(
        "PERMISSION_DENIED",
        403,
        "recordings.link",
        Text("Ce lien de téléchargement n’est plus valable.", "This download link is no longer valid."),
        ASK_HOST,
    ),
    "RECORDING_OFF": Rule(
        "UNAVAILABLE",
        503,
        "recordings.spool",
        Text("Ce nœud ne peut pas enregistrer en ce moment.", "This node cannot record at the moment."),
        Text(
            "Vérifiez le dossier recordings.spool et le journal du plan média.",
            "Check the folder recordings.spool and the log of the media plane.",
        ),
    ),
    "RECORDING_DISK": Rule(
        "RESOURCE_EXHAUSTED",
        507,
        "recordings.free_bytes",
        Text(
            "Il reste {current} octets pour les enregistrements ; il en faut {limit}.",
            "{current} bytes are left for recordings; {limit} are needed.",
        ),
        Text("Libérez de la place, ou supprimez des enregistrements.", "Free some space, or delete recordings."),
    ),
    "RECORDING_MINUTES": Rule(
        "RESOURCE_EXHAUSTED",
        429,
        "recordings.minutes",
        Text(
            "Les minutes d’enregistrement sont épuisées : {current} sur {limit}.",
            "The minutes of recording are used up: {current} of {limit}.",
        ),
        Text("Supprimez des enregistrements, ou relevez la limite.", "Delete recordings, or raise the limit."),
    ),
    "RECORDING_BYTES": Rule(
        "RESOURCE_EXHAUSTED",
        429,
        "recordings.bytes",
        Text(
            "La place des enregistrements est épuisée : {current} octets sur {limit}.",
            "The space for recordings is used up: {current} of {limit} bytes.",
        ),
        Text("Supprimez des enregistrements, ou relevez la limite.", "Delete recordings, or raise the limit."),
    ),
    "RECORDING_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        503,
        "recordings.recorders",
        Text(
            "Tous les enregistreurs de ce nœud sont occupés : {current} sur {limit}.",
            "All recorders of this node are busy: {current} of {limit}.",
        ),
        Text(
            "Arrêtez un enregistrement, ou enregistrez sur un autre nœud.",
            "Stop a recording, or record on another node.",
        ),
    ),
    "RECORDING_STORE": Rule(
        "UNAVAILABLE",
        503,
        "recordings.store",
        Text(
            "Le dépôt des enregistrements ne répond pas ou nous refuse ({current}).",
            "The store of recordings does not answer, or refuses us ({current}).",
        ),
        Text(
            "Rien n’est perdu ; voyez regie check, puis réessayez.",
            "Nothing is lost; see regie check, then try again.",
        ),
    ),
    "ATTACHMENTS_FULL": Rule(
        "RESOURCE_EXHAUSTED",
        409,
        "replay.attachments",
        Text(
            "Cette rediffusion a déjà {current} fichiers de cette sorte, sur {limit} au plus.",
            "This replay has {current} files of this kind already, of at most {limit}.",
        ),
        Text("Retirez-en un d’abord.", "Take one away first."),
    ),
    "ATTACHMENT_UNKEPT": Rule(
        "UNAVAILABLE",
        503,
        "replay.attachments",
        Text("Le fichier n’a pas pu être gardé ({current}).", "The file could not be kept ({current})."),
        Text("Réessayez ; si cela continue, signalez ce code.", "Try again; if it goes on, report this code."),
    ),
}
